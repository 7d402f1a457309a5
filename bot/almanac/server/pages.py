"""What all pages in a browser share.

In the templates everything is escaped, and the headers let a page do nothing but be read.
"""

import base64
import hashlib
from functools import cache
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from fastapi import Request
from fastapi.responses import HTMLResponse, PlainTextResponse, Response
from jinja2 import DictLoader, Environment, StrictUndefined

from almanac.packaged import template
from almanac.server.webhook import BodyReader, RefusedDelivery

_PAGES = ("page", "status", "setup", "create", "done", "installed", "next", "message")


def page(name: str, status: int = HTTPStatus.OK, *, form_to: str = "'self'", **values: Any) -> HTMLResponse:
    """Render a template; `form_to` is where its forms may go, for the content security policy."""
    style, environment = _style_and_templates()
    style_hash = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{style_hash}'; form-action {form_to}; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    headers = {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }
    return HTMLResponse(environment.get_template(name).render(style=style, **values), status, headers)


@cache
def _style_and_templates() -> tuple[str, Environment]:
    loader = DictLoader({name: template(f"server/{name}.html.j2") for name in _PAGES})
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return template("server/style.css"), environment


def message(status: HTTPStatus, title: str, text: str, link: tuple[str, str] | None = None) -> HTMLResponse:
    """Render a page that only says something, and may lead on: `link` is an address and its words."""
    return page("message", status, title=title, text=text, link=link)


def not_found() -> Response:
    """Answer as if there were no such page."""
    return PlainTextResponse("Not Found", HTTPStatus.NOT_FOUND)


async def read_form(reader: BodyReader, request: Request) -> dict[str, str]:
    """Return what was typed into a form, by field; nothing where that cannot be read."""
    try:
        async with reader.read(request) as body:
            return {name: values[0] for name, values in parse_qs(body.decode()).items()}
    except (RefusedDelivery, ValueError):
        return {}
