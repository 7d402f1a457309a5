"""Setting up the App: GitHub creates it from a manifest that the operator's browser takes there, and gives us its keys.

The person who completes the set-up decides whose App this server is. So the page is shown only to this machine itself,
or to someone who knows the set-up token that the server prints when it starts, and GitHub's answer counts only with a
state that we issued, once, within an hour. As soon as there is an App, all of this is closed.
"""

import hmac
import ipaddress
import json
import os
import re
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

from almanac.errors import AlmanacError, UserError
from almanac.forge.github.app import PERMISSIONS, RegisteredApp, convert_manifest
from almanac.server.pages import message, not_found, page
from almanac.server.settings import Credentials, check_key
from almanac.server.telemetry import redactor

if TYPE_CHECKING:
    from almanac.server.host import Host

EVENTS = ("issues", "issue_comment", "pull_request", "push", "repository")
"""What the App subscribes to; GitHub always sends the events about its installations."""
LIFETIME = 3600.0
_MOST_STATES = 100
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
_ORGANIZATION = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})")
_CODE = re.compile(r"[A-Za-z0-9_-]{1,200}")
_log = structlog.get_logger(__name__)

Keep = Literal["file", "show"]
"""What to do with the credentials: store them in a file, or show them once."""


class Setup:
    """The set-up, open until there is an App; its token admits an operator who is not on this machine."""

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

    def admits(self, client: str, headers: Mapping[str, str], token: str) -> bool:
        """Whether the page may be shown to a client with this address, headers (names in lower case) and token."""
        if token:
            return hmac.compare_digest(token.encode(), self.token.encode())
        # Behind a proxy on this machine everyone seems to be here, and a page elsewhere can make the operator's browser
        # call a name that leads here.
        return (
            _is_loopback(client)
            and not any(name in headers for name in _FORWARDED)
            and _is_loopback(_host(headers.get("host", "")))
        )

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
            raise UserError("This link from GitHub is unknown, was used before or is too old. Start again at /setup.")
        found = self._convert(code, self._api_url)
        if not found.webhook_secret:
            raise UserError("GitHub gave the App no webhook secret. Delete the App there and start again at /setup.")
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
    """Add the addresses of the set-up, which are not found any more once there is an App."""

    @app.get("/setup")
    async def begin(
        request: Request, token: str = "", organization: str = "", address: str = "", keep: str = "file"
    ) -> Response:
        if host.setup is None:
            return not_found()
        if not host.setup.admits(request.client.host if request.client else "", request.headers, token):
            text = "Open this page on the server's own machine, or at the address that the server printed at its start."
            return message(HTTPStatus.FORBIDDEN, "Set up Almanac", text)
        address = (address or host.settings.public_url or f"{request.url.scheme}://{request.url.netloc}").rstrip("/")
        return _form(host.setup, token, organization.strip(), address, "show" if keep == "show" else "file")

    @app.get("/setup/done")
    async def done(state: str = "", code: str = "") -> Response:
        if host.setup is None:
            return not_found()
        try:
            return await to_thread.run_sync(_finish, host, host.setup, state, code)
        except AlmanacError as error:
            reason = redactor([code, state])(str(error))
            _log.warning("set-up failed", reason=reason)
            return message(HTTPStatus.BAD_REQUEST, "That did not work", reason)


def _form(setup: Setup, token: str, organization: str, address: str, keep: Keep) -> Response:
    problem, destination = "", ""
    try:
        if not address.startswith(("https://", "http://")):
            raise UserError("The address must begin with https://.")  # noqa: TRY301
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


def _finish(host: "Host", setup: Setup, state: str, code: str) -> Response:
    found, keep = setup.finish(state, code)
    file = variables = ""
    if keep == "file":
        file = str(host.settings.credentials_file)
        store_credentials(found, host.settings.credentials_file)
    else:
        # Without the quotation marks systemd would drop the backslashes.
        key = found.private_key.strip().replace("\n", "\\n")
        variables = f"ALMANAC_APP_ID={found.id}\nALMANAC_WEBHOOK_SECRET={found.webhook_secret}\n"
        variables += f'ALMANAC_PRIVATE_KEY="{key}"\n'
    works = True
    try:
        host.open(Credentials.model_validate(_credentials(found)))
        _log.info("App set up", app=found.slug)
    except Exception as error:  # noqa: BLE001 -- the operator must see the keys, which GitHub gives only once
        _log.exception("App set up, but the server cannot start to work", reason=host.redact(str(error)))
        works = False
    return page("done", works=works, page=found.page, file=file, variables=variables)


def manifest(address: str) -> str:
    """Write the App's manifest (JSON) for a server at this address."""
    content = {
        "name": f"almanac-{secrets.token_hex(3)}",
        "url": "https://github.com/almanac-events/almanac",
        "description": "Turns 'New event' issues into pull requests for the event history.",
        "public": False,
        "hook_attributes": {"url": f"{address}/webhooks/github", "active": True},
        "redirect_url": f"{address}/setup/done",
        "default_permissions": PERMISSIONS,
        "default_events": list(EVENTS),
    }
    return json.dumps(content)


def store_credentials(found: RegisteredApp, path: Path) -> None:
    """Write the credentials into a file that no other user of this machine can read."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(_credentials(found), file)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


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
