"""Reads one webhook delivery: from headers, raw bytes and the secret to a plain value. No input, no output.

What is checked comes from GitHub's own description: the signature is an HMAC-SHA256 over the raw body, sent as
`X-Hub-Signature-256: sha256=HEX`, and is compared in constant time before anything of the body is parsed.

Reads a request's body as it comes in: not more than so much, not longer than so long, not too many at once.
"""

import asyncio
import hashlib
import hmac
import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Literal

from fastapi import Request
from starlette.requests import ClientDisconnect

from almanac.triggers import NOTHING, Target, target_of

SIGNATURE = "x-hub-signature-256"
State = Literal["active", "suspended", "removed"]

_GUID = re.compile(r"[A-Za-z0-9._-]{1,100}")
_EVENT = re.compile(r"[a-z0-9_]{1,60}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*/(?!\.\.?$)[A-Za-z0-9._-]+")
# The actions after which an issue can need another look. A push has none.
_LOOKS: Mapping[str, frozenset[str]] = {
    "issues": frozenset(
        {"opened", "edited", "reopened", "closed", "deleted", "transferred", "labeled", "unlabeled"},
    ),
    "issue_comment": frozenset({"created"}),
    "pull_request": frozenset({"closed", "reopened"}),
    "push": frozenset({""}),
}
_INSTALLATIONS: Mapping[str, State] = {
    "created": "active",
    "unsuspend": "active",
    "new_permissions_accepted": "active",
    "suspend": "suspended",
    "deleted": "removed",
}


class RefusedDelivery(Exception):  # noqa: N818 -- it is the answer to a request, not an error of ours
    """The delivery is not taken.

    Attributes:
        status: 401 where the signature is missing or wrong, 400 where the delivery is malformed.
    """

    def __init__(self, status: HTTPStatus, message: str) -> None:
        """Take the status to answer with, and why."""
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Repository:
    """A repository as a delivery names it: GitHub's own number for it, `OWNER/NAME`, its default branch if told."""

    id: int
    name: str
    branch: str | None = None


@dataclass(frozen=True)
class News:
    """What a delivery says about the App's installations themselves.

    Attributes:
        state: What the installation has become, or None where only its repositories changed.
        added: The repositories that the App may reach now.
        removed: The numbers of those it may not reach any more.
    """

    state: State | None = None
    added: tuple[Repository, ...] = ()
    removed: tuple[int, ...] = ()


@dataclass(frozen=True)
class Delivery:
    """One delivery, its signature checked.

    Attributes:
        guid: GitHub's name for it; a redelivery has the same.
        event: What kind of event GitHub sent, as `issues`.
        action: What happened, as `opened`, or "" where the event has no action.
        sender: The login of whoever caused it.
        repository: Where it happened, or None.
        installation: The App's installation that it came through, or None.
        account: Whose installation that is, or "".
        target: Which issues are to be looked at.
        news: What it says about the installation, or None.
        head: For a push to the default branch, the commit that is there now; else None.
    """

    guid: str
    event: str
    action: str
    sender: str = ""
    repository: Repository | None = None
    installation: int | None = None
    account: str = ""
    target: Target = NOTHING
    news: News | None = None
    head: str | None = None

    @property
    def looks(self) -> bool:
        """Whether an issue, or all of them, have to be looked at."""
        return self.target != NOTHING and self.repository is not None


def read_delivery(headers: Mapping[str, str], body: bytes, secret: str) -> Delivery:
    """Check a delivery's signature, then read it.

    Args:
        headers: The request's headers, their names in small letters.
        body: The raw bytes as they came.
        secret: The App's webhook secret.

    Raises:
        RefusedDelivery: The signature is missing or wrong, or the delivery is malformed.
    """
    check_signature(headers.get(SIGNATURE), body, secret)
    event, guid = headers.get("x-github-event", ""), headers.get("x-github-delivery", "")
    if not _EVENT.fullmatch(event) or not _GUID.fullmatch(guid):
        raise _malformed("X-GitHub-Event or X-GitHub-Delivery is missing or malformed.")
    if not headers.get("content-type", "application/json").lower().startswith("application/json"):
        raise _malformed("Set the webhook's content type to application/json.")
    return _delivery(guid, event, _payload(body))


def check_signature(given: str | None, body: bytes, secret: str) -> None:
    """Check that whoever sent a body knows the secret.

    Raises:
        RefusedDelivery: The signature is missing or wrong.
    """
    if not secret:
        raise ValueError("a webhook without a secret cannot be checked")
    expected = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    # As bytes, since a header may hold characters that the comparison of texts refuses.
    if not hmac.compare_digest(expected.encode(), (given or "").encode("utf-8", "surrogateescape")):
        raise RefusedDelivery(HTTPStatus.UNAUTHORIZED, "The signature is missing or wrong.")


def _payload(body: bytes) -> dict[str, Any]:
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        raise _malformed("The body is no JSON.") from None
    if not isinstance(payload, dict):
        raise _malformed("The body is no JSON object.")
    return payload


def _malformed(message: str) -> RefusedDelivery:
    return RefusedDelivery(HTTPStatus.BAD_REQUEST, message)


def _delivery(guid: str, event: str, payload: dict[str, Any]) -> Delivery:
    action, installation = _text(payload, "action"), _part(payload, "installation")
    repository = _repository(payload.get("repository"))
    target = target_of(event, payload) if _is_look(event, action) else NOTHING
    if target != NOTHING and repository is None:
        raise _malformed("The repository is missing or malformed.")
    number = _id(installation.get("id"))
    owner = _part(installation, "account") or _part(_part(payload, "repository"), "owner")
    pushed = event == "push" and target.issue is None and repository is not None
    return Delivery(
        guid=guid,
        event=event,
        action=action,
        sender=_text(_part(payload, "sender"), "login"),
        repository=repository,
        installation=number,
        account=_text(owner, "login"),
        target=target,
        news=_news(event, action, payload, repository) if number else None,
        head=_text(payload, "after") or None if pushed else None,
    )


def _is_look(event: str, action: str) -> bool:
    return action in _LOOKS.get(event, frozenset())


def _news(event: str, action: str, payload: dict[str, Any], repository: Repository | None) -> News | None:
    if event == "installation" and action in _INSTALLATIONS:
        state = _INSTALLATIONS[action]
        return News(state, added=_repositories(payload, "repositories") if state == "active" else ())
    if event == "installation_repositories":
        removed = tuple(one.id for one in _repositories(payload, "repositories_removed"))
        return News(added=_repositories(payload, "repositories_added"), removed=removed)
    if event == "repository" and repository:
        if action == "deleted":
            return News(removed=(repository.id,))
        if action in {"renamed", "transferred", "edited", "unarchived"}:
            return News(added=(repository,))
    return None


def _repositories(payload: dict[str, Any], name: str) -> tuple[Repository, ...]:
    listed = payload.get(name)
    found = map(_repository, listed if isinstance(listed, list) else [])
    return tuple(one for one in found if one)


def _repository(value: object) -> Repository | None:
    if not isinstance(value, dict):
        return None
    number, name = _id(value.get("id")), _text(value, "full_name")
    if not number or not _NAME.fullmatch(name):
        return None
    return Repository(number, name, _text(value, "default_branch") or None)


def _id(value: object) -> int | None:
    # What is larger fits no database column, and GitHub is far from it.
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 1 << 53 else None


def _text(part: Mapping[str, Any], name: str) -> str:
    value = part.get(name)
    return value if isinstance(value, str) else ""


def _part(payload: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = payload.get(name)
    return part if isinstance(part, Mapping) else {}


class Intake:
    """All bodies that are being read in this process."""

    def __init__(self, most: int, seconds: float, at_once: int = 8) -> None:
        """Take the most bytes of one body, the seconds it may take, and how many of the largest there is room for."""
        self._most, self._seconds = most, seconds
        self._room = most * at_once

    @asynccontextmanager
    async def read(self, request: Request) -> AsyncIterator[bytes]:
        """Read a body. It takes up its room until whoever reads it is done with it.

        Raises:
            RefusedDelivery: 413 too large, 408 too slow, 503 no room just now, 400 it broke off.
        """
        declared = request.headers.get("content-length", "0")
        if not declared.isdecimal():
            raise RefusedDelivery(HTTPStatus.BAD_REQUEST, "Content-Length is no number.")
        if int(declared) > self._most:
            raise self._too_large()
        body = bytearray()
        try:
            await self._fill(body, request)
            yield bytes(body)
        finally:
            self._room += len(body)

    async def _fill(self, body: bytearray, request: Request) -> None:
        try:
            async with asyncio.timeout(self._seconds):
                async for chunk in request.stream():
                    self._room -= len(chunk)
                    body += chunk
                    if len(body) > self._most:
                        raise self._too_large()
                    if self._room < 0:
                        raise RefusedDelivery(HTTPStatus.SERVICE_UNAVAILABLE, "Too much is coming in at once.")
        except TimeoutError:
            raise RefusedDelivery(HTTPStatus.REQUEST_TIMEOUT, "The body came in too slowly.") from None
        except ClientDisconnect:
            raise RefusedDelivery(HTTPStatus.BAD_REQUEST, "The body broke off.") from None

    def _too_large(self) -> RefusedDelivery:
        message = f"The body is larger than {self._most} bytes."
        return RefusedDelivery(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, message)
