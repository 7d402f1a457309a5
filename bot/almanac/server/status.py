"""The page for the operator: its status, with installations, jobs and failures."""

import base64
import hashlib
import hmac
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from anyio import to_thread
from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response

from almanac.errors import UserError
from almanac.server.host import Host, Service
from almanac.server.jobs import MAINTENANCE, Hour, StoredJob
from almanac.server.pages import message, not_found, page, read_form
from almanac.server.webhook import BodyReader

_SHOWN = 50


def add_status(app: FastAPI, host: Host) -> None:
    """Add the addresses of the status page, which answer only to someone who knows the status token."""
    reader = BodyReader(4096, 10)

    @app.get("/")
    async def status(request: Request) -> Response:
        if host.service is None:
            text = "Set it up in two steps. Have the set-up token at hand, which the server printed when it started."
            return message(HTTPStatus.OK, "Almanac is not set up yet", text, ("/setup", "Set it up"))
        refusal = _refusal(request, host)
        return refusal or page(
            "status", **await to_thread.run_sync(_status, host.service, _token(host), host.settings.github)
        )

    @app.post("/retry")
    async def retry(request: Request) -> Response:
        if host.service is None:
            return not_found()
        refusal = _refusal(request, host)
        if refusal:
            return refusal
        fields = await read_form(reader, request)
        job, seal = fields.get("job", ""), fields.get("seal", "")
        # A browser sends the password along by itself, so a page elsewhere could press the button, but it has no seal.
        if not hmac.compare_digest(seal.encode(), _sealed(job, _token(host)).encode()):
            return message(HTTPStatus.FORBIDDEN, "Not done", "Go back, reload the page and press the button again.")
        try:
            await to_thread.run_sync(host.service.jobs.store.retry, job)
        except UserError:
            return message(HTTPStatus.NOT_FOUND, "Not done", "This job is no longer among the failed ones.")
        return RedirectResponse("/", HTTPStatus.SEE_OTHER)


def _is_operator(header: str, token: str) -> bool:
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


def _sealed(job: str, token: str) -> str:
    """Return the value that only this page can send with a job's button."""
    return hmac.new(token.encode(), f"retry {job}".encode(), hashlib.sha256).hexdigest()


def _token(host: Host) -> str:
    return host.settings.status_token.get_secret_value() if host.settings.status_token else ""


def _refusal(request: Request, host: Host) -> Response | None:
    token = _token(host)
    if not token:
        text = (
            "The status page is off. To see what it does here, set ALMANAC_STATUS_TOKEN in the server's environment to "
            "a long password of your own, and start it again."
        )
        return message(HTTPStatus.FORBIDDEN, "Almanac is running", text)
    if _is_operator(request.headers.get("authorization", ""), token):
        return None
    answer = message(HTTPStatus.UNAUTHORIZED, "Almanac", "This page is for the operator of this server.")
    realm = "Almanac: any name, the status token as password"
    answer.headers["WWW-Authenticate"] = f'Basic realm="{realm}", charset="UTF-8"'
    return answer


def _status(service: Service, token: str, web: str) -> dict[str, Any]:
    store, now = service.jobs.store, time.time()
    waiting, recent = store.waiting(_SHOWN + 1), store.recent(_SHOWN)
    sites = defaultdict[int | None, list[str]](list)
    for site in service.registry.sites():
        sites[site.installation].append(site.name)
    done = [
        _row(job, str(job.result.get("reason", "")), now, web)
        for job in sorted(recent, key=lambda job: job.changed, reverse=True)
    ]
    return {
        "now": _moment(now),
        "web": web,
        "installations": [
            {
                "account": one.account,
                "id": one.id,
                "state": one.state,
                "paused": _moment(one.paused_until) if one.paused_until > now else "",
                "sites": sorted(sites[one.id]),
            }
            for one in service.registry.installations()
        ],
        "failed": [_row(one, one.reason, now, web, _sealed(str(one.job), token)) for one in store.failed(_SHOWN)],
        "running": [_row(job, "", now, web) for job in store.running()],
        "waiting": [_row(job, _due(job, now), now, web) for job in waiting[:_SHOWN]],
        "more": len(waiting) > _SHOWN,
        "recent": [row for row in done if row["link"]],
        "chores": [row for row in done if not row["link"]],
        "history": _bars(store.history(now)),
    }


def _row(stored: StoredJob, text: str, now: float, web: str, seal: str = "") -> dict[str, str]:
    """Return one job as the page shows it; `seal` goes with the button of a failed one."""
    job, link = stored.job, ""
    if job.repository == MAINTENANCE:
        what = f"maintenance: {job.what}"
    else:
        issue = "all issues" if job.issue is None else f"issue {job.issue}"
        what = f"{job.repository}, {issue}" + (", command" if job.comment else "")
        link = f"{web}/{job.repository}" + (f"/issues/{job.issue}" if job.issue else "")
    return {
        "id": str(job),
        "reference": job.reference,
        "what": what,
        "link": link,
        "when": _moment(stored.changed),
        "ago": ago(now - stored.changed),
        "outcome": str(stored.result.get("outcome", stored.state)),
        "text": text,
        "seal": seal,
    }


def _bars(hours: Sequence[Hour]) -> list[dict[str, Any]]:
    """Return the heights of the bars of each hour, in hundredths of the highest one."""
    most = max((max(one.asked, one.done + one.failed) for one in hours), default=0) or 1

    def height(count: int) -> int:
        return max(round(100 * count / most), 3 if count else 0)

    return [
        {
            "place": place,
            "asked": height(one.asked),
            "done": height(one.done),
            "failed": height(one.failed),
            "words": f"{_hours(len(hours) - place)} ago: {one.asked} asked for, {one.done} done, {one.failed} failed",
        }
        for place, one in enumerate(hours)
    ]


def _hours(count: int) -> str:
    return f"{count} hour{'s' * (count != 1)}"


def _due(job: StoredJob, now: float) -> str:
    tries = f", after {job.tries} {'try' if job.tries == 1 else 'tries'}" if job.tries else ""
    if job.due is None or job.due <= now:
        return f"next{tries}"
    return f"in {max(1, round(job.due - now))} s{tries}"


def ago(seconds: float) -> str:
    """Say how long ago something was."""
    for unit, length in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if (count := int(seconds // length)) > 0:
            return f"{count} {unit}{'s' * (count != 1)} ago"
    return "just now"


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
