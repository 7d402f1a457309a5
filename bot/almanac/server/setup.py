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
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, urlencode

from almanac import PROJECT
from almanac.errors import UserError
from almanac.forge.github.app import PERMISSIONS, RegisteredApp, convert_manifest
from almanac.patterns import regex
from almanac.server.settings import check_key

EVENTS = ("issues", "issue_comment", "pull_request", "push", "repository")
"""What the App subscribes to; GitHub always sends the events about its installations."""
LIFETIME = 3600.0
_MOST_STATES = 100
_ORGANIZATION = regex(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})")
_CODE = regex(r"[A-Za-z0-9_-]{1,200}")

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
    _write_whole(path, json.dumps(credentials_of(found)))


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


def credentials_of(found: RegisteredApp) -> dict[str, Any]:
    """Return the credentials of an App, as the server takes them."""
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
