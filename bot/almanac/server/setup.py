"""Setting up the App: GitHub creates it from a manifest that the operator's browser takes there, and gives us its keys.

The person who completes the set-up decides whose App this server is. So it takes the set-up token, which the server
prints when it starts: behind a proxy a stranger looks like someone on this machine. The token is asked for in a form,
because addresses end up in logs. GitHub's answer counts only with a state that we issued, once, within an hour. As soon
as there is an App, all of this is closed.
"""

import hmac
import ipaddress
import json
import os
import secrets
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote, urlencode

import structlog
from anyio import to_thread
from fastapi import FastAPI, Request
from fastapi.responses import Response

from almanac import PROJECT
from almanac.errors import AlmanacError, UserError
from almanac.forge.github.app import PERMISSIONS, RegisteredApp, convert_manifest
from almanac.forge.github.request import is_address
from almanac.patterns import regex
from almanac.server.pages import message, not_found, page, read_form
from almanac.server.settings import Credentials, check_key
from almanac.server.telemetry import redactor
from almanac.server.webhook import BodyReader

if TYPE_CHECKING:
    from almanac.server.host import Host

EVENTS = ("issues", "issue_comment", "pull_request", "push", "repository")
"""What the App subscribes to; GitHub always sends the events about its installations."""
LIFETIME = 3600.0
_MOST_STATES = 100
_ORGANIZATION = regex(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})")
_FIELDS = ("token", "organization", "public", "address", "keep")
_CODE = regex(r"[A-Za-z0-9_-]{1,200}")
_AGAIN = (
    "If GitHub lists the new App under Settings > Developer settings > GitHub Apps, delete it there. "
    "Then start again at /setup."
)
_log = structlog.get_logger(__name__)

Keep = Literal["file", "show"]
"""What to do with the credentials: store them in a file, or show them once."""


class Setup:
    """The set-up, open until there is an App."""

    def __init__(
        self,
        api_url: str,
        github: str,
        token: str | None = None,
        *,
        clock: Callable[[], float] = time.time,
        convert: Callable[[str, str], RegisteredApp] = convert_manifest,
    ) -> None:
        """Take GitHub's addresses (API and web) and the token; None makes a new one."""
        self.token = token or secrets.token_urlsafe(24)
        self.github = github
        self._api_url, self._clock, self._convert = api_url, clock, convert
        self._begun: dict[str, tuple[float, Keep]] = {}  # by state: until when it is valid

    def admits(self, token: str) -> bool:
        """Whether this is the set-up token."""
        return hmac.compare_digest(token.encode(), self.token.encode())

    def begin(self, keep: Keep) -> str:
        """Issue a state, which GitHub gives back at the end."""
        now = self._clock()
        self._begun = {state: begun for state, begun in self._begun.items() if begun[0] > now}
        while len(self._begun) >= _MOST_STATES:
            self._begun.pop(next(iter(self._begun)))
        state = secrets.token_urlsafe(24)
        self._begun[state] = (now + LIFETIME, keep)
        return state

    def finish(self, state: str, code: str) -> tuple[RegisteredApp, Keep]:
        """Fetch the credentials of the App that GitHub has created.

        Raises:
            UserError: The state or the code is not valid.
            ForgeError: GitHub does not accept the code.
        """
        until, keep = self._begun.pop(state, (0.0, "file"))
        if until < self._clock() or not _CODE.fullmatch(code):
            raise UserError("This link from GitHub is unknown, was used before or is too old.")
        found = self._convert(code, self._api_url)
        if not found.webhook_secret:
            raise UserError("GitHub gave the App no webhook secret.")
        check_key(found.private_key, "The key in GitHub's answer")
        return found, keep

    def destination(self, organization: str, state: str) -> str:
        """Return where on GitHub the manifest goes: to the operator's own account, or to an organisation."""
        if organization and not _ORGANIZATION.fullmatch(organization):
            raise UserError("This is not the name of an organisation on GitHub.")
        owner = f"/organizations/{quote(organization)}" if organization else ""
        return f"{self.github}{owner}/settings/apps/new?{urlencode({'state': state})}"


# ---------------------------------------------------------------- the pages


def add_setup(app: FastAPI, host: "Host") -> None:
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


def _begin(host: "Host", setup: Setup, typed: Mapping[str, str]) -> Response:
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


def _finish(host: "Host", setup: Setup, state: str, code: str) -> Response:
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
        host.open(Credentials.model_validate(_credentials(found)))
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


def manifest(address: str, *, public: bool = False) -> str:
    """Write the App's manifest (JSON) for a server at this address; a `public` one any account may install."""
    content = {
        "name": f"almanac-{secrets.token_hex(3)}",
        "url": PROJECT,
        "description": "Turns 'New event' issues into pull requests for the event history.",
        "public": public,
        "hook_attributes": {"url": f"{address}/webhooks/github", "active": True},
        "redirect_url": f"{address}/setup/done",
        "setup_url": f"{address}/setup/installed",
        "default_permissions": PERMISSIONS,
        "default_events": list(EVENTS),
    }
    return json.dumps(content)


def try_folder(folder: Path) -> None:
    """Make the data folder, and try all that storing keys takes there: a file is written, renamed and deleted.

    Raises:
        UserError: Something of it is not possible.
    """
    try:
        _write_whole(folder / ".trial", "This file may be deleted.\n")
        (folder / ".trial").unlink()
    except OSError as error:
        raise UserError(
            f"Almanac cannot keep files in its data folder (ALMANAC_DATA_DIR): {error.strerror}. "
            "Let the user that runs the server write there, or name another folder."
        ) from None


def store_credentials(found: RegisteredApp, path: Path) -> None:
    """Write the credentials into a file that no other user of this machine can read."""
    _write_whole(path, json.dumps(_credentials(found)))


def _write_whole(path: Path, text: str) -> None:
    """Write a file that is there whole or not at all, even if the machine stops."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _credentials(found: RegisteredApp) -> dict[str, Any]:
    return {"app_id": found.id, "private_key": found.private_key, "webhook_secret": found.webhook_secret}


def is_reachable(address: str) -> bool:
    """Whether GitHub may be able to reach an address: it is not this machine's name for itself."""
    return not _is_loopback(_host(address.partition("://")[2]))


def _host(text: str) -> str:
    """Take the host out of `host:port`, with or without the brackets of IPv6."""
    if text.startswith("["):
        return text[1:].partition("]")[0]
    host = text.partition("/")[0]
    return host.rpartition(":")[0] if text.count(":") == 1 else host


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
