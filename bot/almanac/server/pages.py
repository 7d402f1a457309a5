"""The pages in a browser: the set-up, and the operator's status page with installations, jobs and failures.

In the templates everything is escaped, and the headers let a page do nothing but be read.
"""

import base64
import hashlib
import hmac
import time
from collections import defaultdict
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
from almanac.renderer import template
from almanac.server.host import Host, Service
from almanac.server.job_store import StoredJob
from almanac.server.jobs import MAINTENANCE
from almanac.server.logs import redactor
from almanac.server.setup import Keep, Setup, as_variables, credentials_of, is_reachable, manifest, store_credentials
from almanac.server.webhook import BodyReader, RefusedDelivery

SHOWN = 50
_PAGES = ("page", "status", "setup", "done", "message")
_log = structlog.get_logger(__name__)


def page(name: str, status: int = HTTPStatus.OK, *, form_to: str = "'self'", **values: Any) -> HTMLResponse:
    """Render a page.

    Args:
        name: The template's name.
        status: The answer's status.
        form_to: Where its forms may go, for the content security policy.
        values: What the template shows.
    """
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


def _message(status: HTTPStatus, title: str, text: str) -> HTMLResponse:
    return page("message", status, title=title, text=text)


def _not_found() -> Response:
    return PlainTextResponse("Not Found", HTTPStatus.NOT_FOUND)


# ---------------------------------------------------------------- set-up


def setup_routes(host: Host) -> APIRouter:
    """Return the addresses of the set-up, which are not found any more once there is an App."""
    routes = APIRouter()

    @routes.get("/setup")
    async def begin(
        request: Request, token: str = "", organization: str = "", address: str = "", keep: str = "file"
    ) -> Response:
        if host.setup is None:
            return _not_found()
        if not host.setup.admits(request.client.host if request.client else "", request.headers, token):
            text = "Open this page on the server's own machine, or at the address that the server printed at its start."
            return _message(HTTPStatus.FORBIDDEN, "Set up Almanac", text)
        address = (address or host.settings.public_url or f"{request.url.scheme}://{request.url.netloc}").rstrip("/")
        return _setup_form(host.setup, token, organization.strip(), address, "show" if keep == "show" else "file")

    @routes.get("/setup/done")
    async def done(state: str = "", code: str = "") -> Response:
        if host.setup is None:
            return _not_found()
        try:
            return await to_thread.run_sync(_finish_setup, host, host.setup, state, code)
        except AlmanacError as error:
            reason = redactor([code, state])(str(error))
            _log.warning("set-up failed", reason=reason)
            return _message(HTTPStatus.BAD_REQUEST, "That did not work", reason)

    return routes


def _setup_form(setup: Setup, token: str, organization: str, address: str, keep: Keep) -> Response:
    problem, destination = "", ""
    if not address.startswith(("https://", "http://")):
        problem = "The address must begin with https://."
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


def _finish_setup(host: Host, setup: Setup, state: str, code: str) -> Response:
    found, keep = setup.finish(state, code)
    if keep == "file":
        store_credentials(found, host.settings.credentials_file)
    works = True
    try:
        host.open(credentials_of(found))
        _log.info("App set up", app=found.slug)
    except Exception as error:  # noqa: BLE001 -- the operator must see the keys, which GitHub gives only once
        _log.exception("App set up, but the server cannot start to work", reason=host.redact(str(error)))
        works = False
    return page(
        "done",
        works=works,
        page=found.page,
        file=str(host.settings.credentials_file) if keep == "file" else "",
        variables=as_variables(found) if keep == "show" else "",
    )


# ---------------------------------------------------------------- status


def status_routes(host: Host) -> APIRouter:
    """Return the addresses of the status page, which answer only to someone who knows the status token."""
    routes, reader = APIRouter(), BodyReader(4096, 10)

    @routes.get("/")
    async def status(request: Request) -> Response:
        if host.service is None:
            return _not_found()
        refusal = _refusal(request, host)
        return refusal or page("status", **await to_thread.run_sync(_status, host.service, _token(host)))

    @routes.post("/retry")
    async def retry(request: Request) -> Response:
        if host.service is None:
            return _not_found()
        refusal = _refusal(request, host)
        if refusal:
            return refusal
        try:
            async with reader.read(request) as body:
                fields = parse_qs(body.decode())
        except (RefusedDelivery, ValueError):
            fields = {}
        job, seal = fields.get("job", [""])[0], fields.get("seal", [""])[0]
        # A browser sends the password along by itself, so a page elsewhere could press the button, but it has no seal.
        if not hmac.compare_digest(seal.encode(), sealed(job, _token(host)).encode()):
            return _message(HTTPStatus.FORBIDDEN, "Not done", "Go back, reload the page and press the button again.")
        try:
            await to_thread.run_sync(host.service.jobs.store.retry, job)
        except UserError:
            return _message(HTTPStatus.NOT_FOUND, "Not done", "This job is no longer among the failed ones.")
        return RedirectResponse("/", HTTPStatus.SEE_OTHER)

    return routes


def is_operator(header: str, token: str) -> bool:
    """Whether an Authorization header holds the status token, as a bearer token or as a password."""
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
    """Return the value that only this page can send with a job's button."""
    return hmac.new(token.encode(), f"retry {job}".encode(), hashlib.sha256).hexdigest()


def _token(host: Host) -> str:
    return host.settings.status_token.get_secret_value() if host.settings.status_token else ""


def _refusal(request: Request, host: Host) -> Response | None:
    token = _token(host)
    if not token:
        text = "The status page is off. Set ALMANAC_STATUS_TOKEN to switch it on."
        return _message(HTTPStatus.FORBIDDEN, "Almanac is running", text)
    if is_operator(request.headers.get("authorization", ""), token):
        return None
    answer = _message(HTTPStatus.UNAUTHORIZED, "Almanac", "This page is for the operator of this server.")
    realm = "Almanac: any name, the status token as password"
    answer.headers["WWW-Authenticate"] = f'Basic realm="{realm}", charset="UTF-8"'
    return answer


def _status(service: Service, token: str) -> dict[str, Any]:
    store, now = service.jobs.store, time.time()
    waiting, recent = store.waiting(SHOWN + 1), store.recent(SHOWN)
    sites = defaultdict[int | None, list[str]](list)
    for site in service.registry.sites():
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
            for one in service.registry.installations()
        ],
        "failed": [_row(one, one.reason, sealed(str(one.job), token)) for one in store.failed(SHOWN)],
        "running": [_row(job, "") for job in store.running()],
        "waiting": [_row(job, _due(job, now)) for job in waiting[:SHOWN]],
        "more": len(waiting) > SHOWN,
        "recent": [
            _row(job, str(job.result.get("reason", "")))
            for job in sorted(recent, key=lambda job: job.changed, reverse=True)
        ],
    }


def _row(stored: StoredJob, text: str, seal: str = "") -> dict[str, str]:
    """Return one job as the page shows it; `seal` goes with the button of a failed one."""
    job = stored.job
    if job.repository == MAINTENANCE:
        what = f"maintenance: {job.what}"
    else:
        issue = "all issues" if job.issue is None else f"issue {job.issue}"
        what = f"{job.repository}, {issue}" + (", command" if job.comment else "")
    return {
        "id": str(job),
        "reference": job.reference,
        "what": what,
        "when": _moment(stored.changed),
        "outcome": str(stored.result.get("outcome", stored.state)),
        "text": text,
        "seal": seal,
    }


def _due(job: StoredJob, now: float) -> str:
    tries = f", after {job.tries} {'try' if job.tries == 1 else 'tries'}" if job.tries else ""
    if job.due is None or job.due <= now:
        return f"next{tries}"
    return f"in {max(1, round(job.due - now))} s{tries}"


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
