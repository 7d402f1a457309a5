"""What every page of the playground has in common: the visitor's room, the seal on its forms, and how it is written."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, quote

from anyio import to_thread
from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import DictLoader, Environment, StrictUndefined

from almanac.errors import AlmanacError
from almanac.packaged import template
from almanac.playground.visitors import Room, Visitors
from almanac.playground.world import World

_COOKIE = "almanac_visitor"
_LARGEST = 400_000
"""Bytes of what one form may send."""
_GONE = "The site of this page was thrown away. If you want to copy what you typed, go back in your browser."
_PAGES = ("base", "site", "form", "issue", "pull", "file", "message")

Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class Visit:
    """One request: who asks, for what (`params`, from the address), and what a form sent."""

    request: Request
    room: Room
    seal: str
    public: bool
    fields: Mapping[str, str]

    @property
    def world(self) -> World:
        return self.room.world

    @property
    def params(self) -> Mapping[str, Any]:
        return self.request.path_params

    def page(self, name: str, status: int = HTTPStatus.OK, **values: Any) -> Response:
        """Write a page from a template."""
        common = {
            "today": self.world.now(),
            "public": self.public,
            "seal": self.seal,
            "has_jekyll": self.room.built.has_jekyll,
            "log": self.world.log if self.request.query_params.get("done") else [],
            "onward": None,
        }
        answer = _page(name, status, **{**common, **values})
        if self.request.cookies.get(_COOKIE) != self.room.id:
            answer.set_cookie(_COOKIE, self.room.id, max_age=86_400, httponly=True, samesite="strict")
        return answer

    def message(self, text: str, status: int = HTTPStatus.NOT_FOUND) -> Response:
        """Say that something is not there, or did not work."""
        return self.page("message", status, text=text)


class Desk:
    """Receives requests: shows pages, and does what forms ask for.

    A page elsewhere cannot press a button here: each form holds a seal that only the visitor's own pages have.
    """

    def __init__(self, visitors: Visitors) -> None:
        self._visitors = visitors
        self._key = secrets.token_bytes(32)

    def shows(self, look: Callable[[Visit], Response]) -> Handler:
        """Return what answers a request for a page."""

        async def handle(request: Request) -> Response:
            return await self._work(request, {}, lambda visit: _told(visit, look, HTTPStatus.NOT_FOUND))

        return handle

    def does(self, act: Callable[[Visit], str]) -> Handler:
        """Return what does what a form asks for, and goes to the page that `act` returns."""

        def look(visit: Visit) -> Response:
            return RedirectResponse(f"{act(visit)}?done=1", HTTPStatus.SEE_OTHER)

        def work(visit: Visit) -> Response:
            if not hmac.compare_digest(visit.fields.get("seal", "").encode(), visit.seal.encode()):
                return visit.message(_GONE, HTTPStatus.FORBIDDEN)
            return _told(visit, look, HTTPStatus.BAD_REQUEST)

        async def handle(request: Request) -> Response:
            fields = await _fields(request)
            if fields is None:
                return Response("This is too much text.", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return await self._work(request, fields, work)

        return handle

    def leave(self, visit: Visit) -> str:
        """Throw the visitor's site away; the first page has a new one."""
        self._visitors.leave(visit.room.id)
        return "/"

    async def _work(self, request: Request, fields: Mapping[str, str], work: Callable[[Visit], Response]) -> Response:
        def enter() -> Response:
            with self._visitors.room(request.cookies.get(_COOKIE)) as room:
                seal = hmac.new(self._key, room.id.encode(), hashlib.sha256).hexdigest()
                return work(Visit(request, room, seal, self._visitors.public, fields))

        try:
            return await to_thread.run_sync(enter)
        except AlmanacError as error:  # there is no room for this visitor
            return Response(str(error), HTTPStatus.SERVICE_UNAVAILABLE, media_type="text/plain")


def _told(visit: Visit, look: Callable[[Visit], Response], status: HTTPStatus) -> Response:
    try:
        return look(visit)
    except AlmanacError as error:
        return visit.message(str(error), status)


async def _fields(request: Request) -> dict[str, str] | None:
    """Return what a form sends, by name; None if it is too much."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _LARGEST:
            return None
    return dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))


def _page(name: str, status: int, **values: Any) -> HTMLResponse:
    style, environment = _style_and_templates()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; frame-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return HTMLResponse(environment.get_template(name).render(style=style, **values), status, headers)


@cache
def _style_and_templates() -> tuple[str, Environment]:
    loader = DictLoader({name: template(f"playground/{name}.html.j2") for name in _PAGES})
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["quoted"] = quote
    return template("playground/style.css"), environment
