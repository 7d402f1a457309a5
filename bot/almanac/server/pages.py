"""HTML that people see: templates with everything escaped, and headers that let a page do nothing but be read.

The pages of the set-up.

The operator's page: installations, jobs that wait, what was done last, and failures with a button to try again.
"""

import base64
import hashlib
import hmac
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

import structlog
from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from jinja2 import DictLoader, Environment, StrictUndefined

from almanac.errors import AlmanacError, UserError
from almanac.forge.github.app import RegisteredApp
from almanac.renderer import template
from almanac.server.host import Host, Service
from almanac.server.jobs import CHORES
from almanac.server.ledger import Kept
from almanac.server.logs import redactor
from almanac.server.setup import Keep, Setup, as_variables, credentials_of, is_reachable, manifest, store_credentials
from almanac.server.webhook import Intake, RefusedDelivery

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


def _open(host: Host, found: RegisteredApp) -> bool:
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


SHOWN = 50


@dataclass(frozen=True)
class Row:
    """One job, in the words of the page."""

    id: str
    reference: str
    what: str
    when: str
    outcome: str
    text: str
    seal: str


def status_routes(host: Host) -> APIRouter:
    """Return the addresses of the page; they answer to who knows the status token, to nobody where there is none."""
    found, intake = APIRouter(), Intake(4096, 10)

    @found.get("/")
    async def status(request: Request) -> Response:
        refused = _refusal(request, host)
        if refused or host.service is None:
            return refused or PlainTextResponse("Not Found", HTTPStatus.NOT_FOUND)
        values = await to_thread.run_sync(_values, host.service, _token(host))
        return page("status", **values)

    @found.post("/retry")
    async def retry(request: Request) -> Response:
        refused = _refusal(request, host)
        if refused or host.service is None:
            return refused or PlainTextResponse("Not Found", HTTPStatus.NOT_FOUND)
        try:
            async with intake.read(request) as body:
                fields = parse_qs(body.decode())
        except (RefusedDelivery, ValueError):
            fields = {}
        job, seal = fields.get("job", [""])[0], fields.get("seal", [""])[0]
        # A browser sends the token along by itself, so a page elsewhere could press the button; it has no seal, though.
        if not hmac.compare_digest(seal.encode(), sealed(job, _token(host)).encode()):
            return page("message", HTTPStatus.FORBIDDEN, title="Not done", text="Please press the button once more.")
        try:
            await to_thread.run_sync(host.service.jobs.ledger.retry, job)
        except UserError:
            return page("message", HTTPStatus.NOT_FOUND, title="Not done", text="That job is no longer a failed one.")
        return RedirectResponse("/", HTTPStatus.SEE_OTHER)

    return found


def is_operator(header: str, token: str) -> bool:
    """Tell whether an Authorization header carries the operator's token: as a bearer's, or as a password."""
    kind, _, given = header.partition(" ")
    given = given.strip()
    if kind.lower() == "basic":
        try:
            given = base64.b64decode(given, validate=True).decode().partition(":")[2]
        except ValueError:
            return False
    elif kind.lower() != "bearer":
        return False
    return hmac.compare_digest(given.encode(), token.encode())


def sealed(job: str, token: str) -> str:
    """Return what only this page can put beside a job's button."""
    return hmac.new(token.encode(), f"retry {job}".encode(), hashlib.sha256).hexdigest()


def _token(host: Host) -> str:
    return host.settings.status_token.get_secret_value() if host.settings.status_token else ""


def _refusal(request: Request, host: Host) -> Response | None:
    if host.service is None:
        return PlainTextResponse("Not Found", HTTPStatus.NOT_FOUND)
    token = _token(host)
    if not token:
        text = "The status page is off. Set ALMANAC_STATUS_TOKEN to switch it on."
        return page("message", HTTPStatus.FORBIDDEN, title="Almanac is running", text=text)
    if is_operator(request.headers.get("authorization", ""), token):
        return None
    answer = page("message", HTTPStatus.UNAUTHORIZED, title="Almanac", text="This page is for its operator.")
    answer.headers["WWW-Authenticate"] = (
        'Basic realm="Almanac: any name, the status token as password", charset="UTF-8"'
    )
    return answer


def _values(service: Service, token: str) -> dict[str, Any]:
    ledger, now = service.jobs.ledger, time.time()
    waiting = ledger.waiting(SHOWN + 1)
    sites = defaultdict[int | None, list[str]](list)
    for site in service.memory.sites():
        sites[site.installation].append(site.name)
    return {
        "now": _moment(now),
        "installations": [
            {
                "account": one.account or str(one.id),
                "state": one.state,
                "paused": _moment(one.paused_until) if one.paused_until > now else "",
                "sites": sites[one.id],
            }
            for one in service.memory.installations()
        ],
        "failed": [_row(kept, kept.reason, token) for kept in ledger.failed(SHOWN)],
        "running": [_row(kept, "", token) for kept in ledger.running()],
        "waiting": [_row(kept, _due(kept, now), token) for kept in waiting[:SHOWN]],
        "more": len(waiting) > SHOWN,
        "recent": [
            _row(kept, str(kept.result.get("reason", "")), token)
            for kept in sorted(ledger.recent(SHOWN), key=lambda kept: -kept.changed)
        ],
    }


def _row(kept: Kept, text: str, token: str) -> Row:
    return Row(
        id=str(kept.name),
        reference=kept.name.reference,
        what=describe(kept),
        when=_moment(kept.changed),
        outcome=str(kept.result.get("outcome", kept.state)),
        text=text,
        seal=sealed(str(kept.name), token) if kept.state == "failed" else "",
    )


def describe(kept: Kept) -> str:
    """Say what a job is about: `octo/site, issue 12`."""
    job = kept.name.job
    if job.repository == CHORES:
        return f"the server's own: {job.what}"
    command = ", a command" if job.comment else ""
    return f"{job.repository}, {'all issues' if job.issue is None else f'issue {job.issue}'}{command}"


def _due(kept: Kept, now: float) -> str:
    tries = f", after {kept.tries} {'try' if kept.tries == 1 else 'tries'}" if kept.tries else ""
    if kept.due is None or kept.due <= now:
        return f"next{tries}"
    return f"in {max(1, round(kept.due - now))} s{tries}"


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
