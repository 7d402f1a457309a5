"""The addresses of the set-up: its form, the way to GitHub and back, and the page with what comes next."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from anyio import to_thread
from fastapi import FastAPI, Request
from fastapi.responses import Response

from almanac.errors import AlmanacError, UserError
from almanac.forge.github.app import RegisteredApp
from almanac.forge.github.request import is_address
from almanac.server.host import Host
from almanac.server.pages import message, not_found, page, read_form
from almanac.server.settings import Credentials
from almanac.server.setup import Keep, Setup, credentials_of, is_reachable, manifest, store_credentials, try_folder
from almanac.server.telemetry import redactor
from almanac.server.webhook import BodyReader

_FIELDS = ("token", "organization", "public", "address", "keep")
_AGAIN = (
    "If GitHub lists the new App under Settings > Developer settings > GitHub Apps, delete it there. "
    "Then start again at /setup."
)
_log = structlog.get_logger(__name__)


def add_setup(app: FastAPI, host: Host) -> None:
    """Add the addresses of the set-up, which but for the last one are not found any more once there is an App."""
    reader = BodyReader(4096, 10)

    @app.get("/setup")
    async def ask(request: Request) -> Response:
        if host.setup is None:
            return not_found()
        return _form({"address": host.settings.public_url or f"{request.url.scheme}://{request.url.netloc}"})

    @app.post("/setup")
    async def begin(request: Request) -> Response:
        typed = await read_form(reader, request)
        if host.setup is None:
            return not_found()
        return await to_thread.run_sync(_begin, host, host.setup, typed)

    @app.get("/setup/installed")
    async def installed(setup_action: str = "") -> Response:
        """Welcome whoever comes back from GitHub after installing the App; that can be anybody."""
        return not_found() if host.service is None else page("installed", is_request=setup_action == "request")

    @app.get("/setup/done")
    async def done(state: str = "", code: str = "") -> Response:
        if host.setup is None:
            return not_found()
        try:
            return await to_thread.run_sync(_finish, host, host.setup, state, code)
        except AlmanacError as error:
            reason = redactor([code, state])(str(error))
            _log.warning("set-up failed", reason=reason)
            return message(HTTPStatus.BAD_REQUEST, "That did not work", f"{reason} {_AGAIN}")


def _form(values: Mapping[str, str], status: HTTPStatus = HTTPStatus.OK, problem: str = "") -> Response:
    usual = {"token": "", "address": "", "organization": "", "public": "no", "keep": "file"}
    fields: dict[str, Any] = {**usual, **values}
    return page("setup", status, problem=problem, reachable=is_reachable(fields["address"]), **fields)


def _begin(host: Host, setup: Setup, typed: Mapping[str, str]) -> Response:
    """Answer the form: ask for what is wrong in it again, or lead on to GitHub with exactly what was typed."""
    fields = {name: value.strip() for name, value in typed.items() if name in _FIELDS}
    organization, address = fields.get("organization", ""), fields.get("address", "").rstrip("/")
    keep: Keep = "show" if fields.get("keep") == "show" else "file"
    public = fields.get("public") == "yes"
    if not setup.admits(fields.pop("token", "")):
        problem = "This is not the set-up token. The server prints it in its log when it starts."
        return _form(fields, HTTPStatus.FORBIDDEN, problem)
    try:
        try_folder(host.settings.data_dir)
        if not is_address(address):
            raise UserError("The address has to be one such as https://almanac.example.org.")  # noqa: TRY301
        destination = setup.destination(organization, setup.begin(keep))
    except UserError as error:
        return _form({**fields, "token": setup.token}, HTTPStatus.BAD_REQUEST, str(error))
    return page(
        "create",
        form_to=setup.github,
        destination=destination,
        manifest=manifest(address, public=public),
        owner=f"the organisation {organization}" if organization else "your own account",
        public=public,
        address=address,
        keep=keep,
    )


def _finish(host: Host, setup: Setup, state: str, code: str) -> Response:
    """Take over the App that GitHub has made; from here on its keys are stored or shown, whatever else fails."""
    found, keep = setup.finish(state, code)
    file = problem = ""
    if keep == "file":
        try:
            store_credentials(found, host.settings.credentials_file)
            file = str(host.settings.credentials_file)
        except Exception as error:  # noqa: BLE001 -- GitHub gives the keys only once
            reason = error.strerror if isinstance(error, OSError) else type(error).__name__
            problem = f"The App's keys could not be stored in {host.settings.credentials_file}: {reason}."
            _log.error("the App's keys could not be stored, so they are shown", reason=reason)
    works = True
    try:
        host.open(Credentials.model_validate(credentials_of(found)))
        _log.info("App set up", app=found.slug)
    except Exception as error:  # noqa: BLE001 -- likewise
        _log.exception("App set up, but the server cannot start to work", reason=host.redact(str(error)))
        works = False
    variables = "" if file else _variables(found)
    return page(
        "done",
        works=works,
        page=found.page,
        file=file,
        problem=problem,
        variables=variables,
        has_status=host.settings.status_token is not None,
    )


def _variables(found: RegisteredApp) -> str:
    # Without the quotation marks systemd would drop the backslashes.
    key = found.private_key.strip().replace("\n", "\\n")
    return f'ALMANAC_APP_ID={found.id}\nALMANAC_WEBHOOK_SECRET={found.webhook_secret}\nALMANAC_PRIVATE_KEY="{key}"\n'
