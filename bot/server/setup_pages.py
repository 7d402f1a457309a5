"""The pages of the set-up."""

from http import HTTPStatus

import structlog
from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from bot.errors import AlmanacError, UserError
from bot.forge.github_app import Registered
from bot.server.host import Host
from bot.server.logs import redactor
from bot.server.setup import (
    Keep,
    Setup,
    as_variables,
    credentials_of,
    is_reachable,
    manifest,
    store_credentials,
)
from bot.server.web import page

_log = structlog.get_logger(__name__)


def routes(host: Host) -> APIRouter:
    """Return the addresses of the set-up; when there is an App, nothing is there."""
    found = APIRouter()

    @found.get("/setup")
    async def begin(
        request: Request, token: str = "", organization: str = "", address: str = "", keep: str = "file"
    ) -> Response:
        setup = host.setup
        if setup is None:
            return _gone()
        if not setup.admits(request.client.host if request.client else "", request.headers, token):
            text = "Open this page on the machine itself, or with the address that the server printed when it started."
            return page("message", HTTPStatus.FORBIDDEN, title="Set-up", text=text)
        address = (address or host.settings.public_url or f"{request.url.scheme}://{request.url.netloc}").rstrip("/")
        return _form(setup, token, organization.strip(), address, "show" if keep == "show" else "file")

    @found.get("/setup/done")
    async def done(state: str = "", code: str = "") -> Response:
        setup = host.setup
        if setup is None:
            return _gone()
        try:
            return await to_thread.run_sync(_finish, host, setup, state, code)
        except AlmanacError as error:
            hide = redactor([code, state])
            _log.warning("the set-up failed", reason=hide(str(error)))
            return page("message", HTTPStatus.BAD_REQUEST, title="That did not work", text=hide(str(error)))

    return found


def _form(setup: Setup, token: str, organization: str, address: str, keep: Keep) -> Response:
    problem, destination = "", ""
    if not address.startswith(("https://", "http://")):
        problem = "The address has to begin with https://."
    else:
        try:
            destination = setup.destination(organization, setup.begin(keep))
        except UserError as error:
            problem = str(error)
    return page(
        "setup",
        form_to=f"'self' {setup.github}",
        problem=problem,
        destination=destination,
        manifest=manifest(address) if destination else "",
        token=token,
        organization=organization,
        address=address,
        keep=keep,
        reachable=is_reachable(address),
    )


def _finish(host: Host, setup: Setup, state: str, code: str) -> Response:
    found, keep = setup.finish(state, code)
    if keep == "file":
        store_credentials(found, host.settings.credentials_file)
    works = _open(host, found)
    return page(
        "done",
        works=works,
        page=found.page,
        file=str(host.settings.credentials_file) if keep == "file" else "",
        variables=as_variables(found) if keep == "show" else "",
    )


def _open(host: Host, found: Registered) -> bool:
    """Begin to work; whether or not that goes well, the operator has to see the keys, which GitHub gives but once."""
    try:
        host.open(credentials_of(found))
    except Exception as error:  # noqa: BLE001 -- whatever it is
        _log.exception("the App is set up, but the server cannot work yet", reason=host.redact(str(error)))
        return False
    _log.info("the App is set up", app=found.slug)
    return True


def _gone() -> Response:
    return PlainTextResponse("Not Found", HTTPStatus.NOT_FOUND)
