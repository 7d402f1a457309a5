"""The operator's page: installations, jobs that wait, what was done last, and failures with a button to try again."""

import base64
import hashlib
import hmac
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, RedirectResponse, Response

from bot.errors import UserError
from bot.server.body import Intake
from bot.server.delivery import RefusedDelivery
from bot.server.host import Host
from bot.server.jobs import CHORES
from bot.server.ledger import Kept
from bot.server.service import Service
from bot.server.web import page

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


def routes(host: Host) -> APIRouter:
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
