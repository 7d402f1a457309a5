"""Reads a webhook delivery: first its body off the connection, within limits, then headers and body as a plain value.

GitHub signs with an HMAC-SHA256 over the raw body, sent as `X-Hub-Signature-256: sha256=HEX`. The signature is compared
in constant time, before anything in the body is parsed.
"""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import Request
from starlette.requests import ClientDisconnect

from almanac.forge.github.app import AppRepository
from almanac.patterns import regex
from almanac.server.database import InstallationState
from almanac.triggers import NOTHING, Target, target_of

SIGNATURE, SIGNATURE_LENGTH = "x-hub-signature-256", len("sha256=") + 64

_GUID = regex(r"[A-Za-z0-9._-]{1,100}")
_EVENT = regex(r"[a-z0-9_]{1,60}")
_NAME = regex(r"[A-Za-z0-9][A-Za-z0-9_-]*/(?!\.\.?$)[A-Za-z0-9._-]+")
# The actions after which an issue may need another look. A push has none.
_ACTIONS: Mapping[str, frozenset[str]] = {
    "issues": frozenset({"opened", "edited", "reopened", "closed", "deleted", "transferred", "labeled", "unlabeled"}),
    "issue_comment": frozenset({"created"}),
    "pull_request": frozenset({"closed", "edited", "reopened"}),
    "push": frozenset({""}),
}
_STATES: Mapping[str, InstallationState] = {
    "created": "active",
    "unsuspend": "active",
    "new_permissions_accepted": "active",
    "suspend": "suspended",
    "deleted": "removed",
}


class RefusedDelivery(Exception):  # noqa: N818 -- it is the answer to a request, not an error of ours
    """The delivery is refused; `status` is the answer's, such as 401 if the signature is missing or wrong."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class InstallationChange:
    """What a delivery says about the App's installation itself."""

    state: InstallationState | None = None  # its new state; None if only its repositories changed
    added: tuple[AppRepository, ...] = ()  # those that the App can reach now
    removed: tuple[int, ...] = ()  # the numbers of those that it cannot reach any more


@dataclass(frozen=True)
class Delivery:
    """One delivery whose signature is right; what it does not say is None or ""."""

    guid: str  # GitHub's name for it; a redelivery has the same
    event: str  # such as `issues`
    action: str  # such as `opened`
    sender: str = ""  # the login of the person or App that caused it
    repository: AppRepository | None = None
    installation: int | None = None  # the App's installation that it came through
    account: str = ""  # the account of that installation
    target: Target = NOTHING  # which issues to look at
    change: InstallationChange | None = None
    head: str | None = None  # the commit that was pushed to the default branch

    @property
    def needs_look(self) -> bool:
        """Whether an issue, or all of them, must be looked at."""
        return self.target != NOTHING and self.repository is not None


def read_delivery(headers: Mapping[str, str], body: bytes, secret: str) -> Delivery:
    """Check a delivery's signature, then read it; `headers` has names in lower case.

    Raises:
        RefusedDelivery: The signature is missing or wrong, or the delivery is malformed.
    """
    check_signature(headers.get(SIGNATURE), body, secret)
    event, guid = headers.get("x-github-event", ""), headers.get("x-github-delivery", "")
    if not _EVENT.fullmatch(event) or not _GUID.fullmatch(guid):
        raise _malformed("X-GitHub-Event or X-GitHub-Delivery is missing or malformed.")
    if not headers.get("content-type", "application/json").lower().startswith("application/json"):
        raise _malformed("Set the webhook's content type to application/json.")
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        raise _malformed("The body is not valid JSON.") from None
    if not isinstance(payload, dict):
        raise _malformed("The body is not a JSON object.")
    return _read_payload(guid, event, payload)


def check_signature(given: str | None, body: bytes, secret: str) -> None:
    """Refuse a delivery unless its sender knows the secret."""
    if not secret:
        raise ValueError("a webhook without a secret cannot be checked")
    expected = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    # As bytes, since a header may hold characters that a comparison of texts refuses.
    if not hmac.compare_digest(expected.encode(), (given or "").encode("utf-8", "surrogateescape")):
        raise RefusedDelivery(HTTPStatus.UNAUTHORIZED, "The signature is missing or wrong.")


def _malformed(message: str) -> RefusedDelivery:
    return RefusedDelivery(HTTPStatus.BAD_REQUEST, message)


def _read_payload(guid: str, event: str, payload: dict[str, Any]) -> Delivery:
    action, installation = _text(payload, "action"), _part(payload, "installation")
    repository = _repository(payload.get("repository"))
    target = target_of(event, payload) if action in _ACTIONS.get(event, ()) else NOTHING
    if target != NOTHING and repository is None:
        raise _malformed("The repository is missing or malformed.")
    number = _id(installation.get("id"))
    owner = _part(installation, "account") or _part(_part(payload, "repository"), "owner")
    is_push_to_base = event == "push" and repository and payload.get("ref") == f"refs/heads/{repository.branch}"
    return Delivery(
        guid=guid,
        event=event,
        action=action,
        sender=_text(_part(payload, "sender"), "login"),
        repository=repository,
        installation=number,
        account=_text(owner, "login"),
        target=target,
        change=_installation_change(event, action, payload, repository) if number else None,
        head=_text(payload, "after") or None if is_push_to_base else None,
    )


def _installation_change(
    event: str, action: str, payload: dict[str, Any], repository: AppRepository | None
) -> InstallationChange | None:
    if event == "installation" and action in _STATES:
        state = _STATES[action]
        return InstallationChange(state, added=_repositories(payload, "repositories") if state == "active" else ())
    if event == "installation_repositories":
        removed = tuple(one.id for one in _repositories(payload, "repositories_removed"))
        return InstallationChange(added=_repositories(payload, "repositories_added"), removed=removed)
    if event == "repository" and repository:
        if action in {"deleted", "archived"}:
            return InstallationChange(removed=(repository.id,))
        if action in {"renamed", "transferred", "edited", "unarchived"}:
            return InstallationChange(added=(repository,))
    return None


def _repositories(payload: dict[str, Any], name: str) -> tuple[AppRepository, ...]:
    listed = payload.get(name)
    return tuple(filter(None, map(_repository, listed if isinstance(listed, list) else [])))


def _repository(value: object) -> AppRepository | None:
    if not isinstance(value, dict):
        return None
    number, name = _id(value.get("id")), _text(value, "full_name")
    if not number or not _NAME.fullmatch(name):
        return None
    return AppRepository(number, name, _text(value, "default_branch") or None)


def _id(value: object) -> int | None:
    # A larger number fits no database column, and GitHub's are far from it.
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 1 << 53 else None


def _text(part: Mapping[str, Any], name: str) -> str:
    value = part.get(name)
    return value if isinstance(value, str) else ""


def _part(payload: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = payload.get(name)
    return part if isinstance(part, Mapping) else {}


class BodyReader:
    """Reads requests' bodies; one for all requests to an address, since they share its memory."""

    def __init__(self, limit: int, seconds: float, at_once: int = 8) -> None:
        """Take the most bytes and seconds for one body, and for how many of the largest there is memory at once."""
        self._limit, self._seconds = limit, seconds
        self._free = limit * at_once

    @asynccontextmanager
    async def read(self, request: Request) -> AsyncIterator[bytes]:
        """Read a body, which takes up memory until the caller is done with it.

        Raises:
            RefusedDelivery: 413 too large, 408 too slow, 503 no memory at the moment, 400 incomplete.
        """
        message = f"The body is larger than {self._limit} bytes."
        too_large = RefusedDelivery(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, message)
        declared = request.headers.get("content-length", "0")
        if not declared.isdecimal():
            raise _malformed("Content-Length is not a number.")
        if int(declared) > self._limit:
            raise too_large
        body = bytearray()
        try:
            try:
                async with asyncio.timeout(self._seconds):
                    async for chunk in request.stream():
                        self._free -= len(chunk)
                        body += chunk
                        if len(body) > self._limit:
                            raise too_large
                        if self._free < 0:
                            raise RefusedDelivery(HTTPStatus.SERVICE_UNAVAILABLE, "Too many deliveries at once.")
            except TimeoutError:
                raise RefusedDelivery(HTTPStatus.REQUEST_TIMEOUT, "The body arrived too slowly.") from None
            except ClientDisconnect:
                raise _malformed("The body is incomplete.") from None
            yield bytes(body)
        finally:
            self._free += len(body)
