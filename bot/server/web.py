"""HTML that people see: templates with everything escaped, and headers that let a page do nothing but be read."""

import base64
import hashlib
from functools import cache
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import DictLoader, Environment, StrictUndefined

from bot.resources import template

_PAGES = ("page", "status", "setup", "done", "message")


@cache
def _environment() -> Environment:
    sources = {name: template(f"server/{name}.html.j2") for name in _PAGES}
    loader = DictLoader({**sources, "style": _style()})
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


@cache
def _style() -> str:
    return template("server/style.css")


@cache
def _style_hash() -> str:
    return base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()


def page(name: str, status: int = 200, *, form_to: str = "'self'", **values: Any) -> HTMLResponse:
    """Write a page.

    Args:
        name: The template's name.
        status: The answer's status.
        form_to: Where its forms may go, for the content security policy.
        values: What the template shows.
    """
    html = _environment().get_template(name).render(style=_style(), **values)
    policy = (
        f"default-src 'none'; style-src 'sha256-{_style_hash()}'; form-action {form_to}; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    headers = {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }
    return HTMLResponse(html, status, headers)
