"""`almanac serve` and `almanac jobs`."""

import gc
import os
import signal
import socket
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from almanac.errors import UserError
from almanac.output import print_json, print_message, print_text

if TYPE_CHECKING:
    from almanac.server.host import Host
    from almanac.server.ledger import Kept, Ledger
    from almanac.server.settings import Credentials, Settings

REQUESTS_END, JOBS_END = 2, 4
"""The seconds that requests, then jobs, have to come to their end; all in all it stops within ten."""
_MISSING = (
    "The server needs more packages than the rest of Almanac. Install them with: pip install 'almanac-events[server]'"
)


def serve(address: str, port: int) -> int:
    """Run the webhook server until it is told to stop.

    Raises:
        UserError: What is configured does not fit together, or the address is taken.
    """
    host = _host()
    with _socket(address, port) as listening:
        where = _url(listening)
        _start(host, where)
        try:
            _run(host, listening)
        finally:
            host.close(JOBS_END)
    print_message("Almanac has stopped.")
    sys.stdout.flush()
    # A job that has not come to its end must not keep the process: the next one takes it over.
    os._exit(0)


def _host() -> "Host":
    try:
        from almanac.server.host import Host
        from almanac.server.logs import set_up_logs
        from almanac.server.settings import read_settings
        from almanac.server.setup import Setup
    except ModuleNotFoundError as error:
        raise UserError(f"{_MISSING} ({error.name} is not there.)") from None
    settings = read_settings()
    redact = set_up_logs(settings.secrets(), settings.log_format, settings.log_level)
    token = settings.setup_token.get_secret_value() if settings.setup_token else None
    return Host(settings, redact, setup=Setup(settings.api_url, settings.github, token))


def _start(host: "Host", where: str) -> None:
    credentials = host.settings.credentials()
    if credentials:
        _open(host, credentials)
        print_message(f"Almanac listens on {where}/webhooks/github for App {credentials.app_id}.")
        return
    setup = host.setup
    public = host.settings.public_url or "https://YOUR-ADDRESS"
    print_message(f"Almanac is not set up yet. To create its GitHub App, open\n\n    {where}/setup\n")
    if setup:
        print_message(f"on this machine, or from elsewhere\n\n    {public}/setup?token={setup.token}\n")


def _open(host: "Host", credentials: "Credentials") -> None:
    from sqlalchemy.exc import SQLAlchemyError

    try:
        host.open(credentials)
    except (SQLAlchemyError, OSError) as error:
        reason = host.redact(str(error.__cause__ or error)).strip().splitlines()[0]
        raise UserError(f"The job store (ALMANAC_DATABASE_URL) cannot be used: {reason}") from None


def _run(host: "Host", listening: socket.socket) -> None:
    import uvicorn

    from almanac.server.app import create_app

    config = uvicorn.Config(
        create_app(host),
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        lifespan="off",
        ws="none",
        timeout_keep_alive=20,
        timeout_graceful_shutdown=REQUESTS_END,
        limit_concurrency=500,
        h11_max_incomplete_event_size=32 * 1024,
    )
    # Whoever delivers waits for a handful of short steps, each of which would wait for a job's thread as long as this.
    sys.setswitchinterval(0.0005)
    # What is loaded by now stays; looking through it for garbage again and again would hold everybody up.
    gc.collect()
    gc.freeze()
    # uvicorn raises the signal once more when it has stopped; that must not end us before the jobs are put away.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    uvicorn.Server(config).run(sockets=[listening])


def _socket(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        return socket.create_server((address, port), family=family, backlog=512)
    except (OSError, OverflowError) as error:
        said = error.strerror if isinstance(error, OSError) else "there is no such port"
        raise UserError(f"Almanac cannot listen on {address}, port {port}: {said}.") from None


def _url(listening: socket.socket) -> str:
    address, port = listening.getsockname()[:2]
    # Who listens everywhere is called by the name that the set-up page knows this machine by.
    address = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address)  # noqa: S104
    return f"http://[{address}]:{port}" if ":" in address else f"http://{address}:{port}"


# ---------------------------------------------------------------- jobs


def list_jobs(*, as_json: bool) -> int:
    """Print the failed and the waiting jobs."""
    ledger = _ledger()
    if ledger is None:
        if as_json:
            print_json({"failed": [], "waiting": []})
        else:
            print_message("There are no jobs: the server has not run with this data folder or database yet.")
        return 0
    try:
        failed, waiting = ledger.failed(None), ledger.waiting(None)
    finally:
        ledger.close()
    if as_json:
        print_json({"failed": list(map(_values, failed)), "waiting": list(map(_values, waiting))})
    else:
        _print("failed", failed)
        _print("waiting", waiting)
    return 0


def retry_jobs(names: Iterable[str]) -> int:
    """Run failed jobs again: those given by name or reference, or all of them.

    Raises:
        UserError: No failed job is called so.
    """
    ledger = _ledger()
    if ledger is None:
        raise UserError("There are no jobs: the server has not run with this data folder or database yet.")
    try:
        chosen = list(names) or [str(kept.name) for kept in ledger.failed(None)]
        if not chosen:
            print_message("No job has failed.")
        for name in chosen:
            print_text(f"{ledger.retry(name)} is tried again.")
    finally:
        ledger.close()
    return 0


def _ledger() -> "Ledger | None":
    try:
        from sqlalchemy.exc import SQLAlchemyError

        from almanac.server.ledger import Ledger
        from almanac.server.logs import redactor
        from almanac.server.settings import read_settings
    except ModuleNotFoundError as error:
        raise UserError(f"{_MISSING} ({error.name} is not there.)") from None
    settings: Settings = read_settings()
    file: Path | None = settings.database_file
    if file and not file.exists():
        return None
    try:
        ledger = Ledger(settings.database)
        ledger.waiting(1)
    except SQLAlchemyError as error:
        reason = redactor(settings.secrets())(str(error.__cause__ or error)).strip().splitlines()[0]
        raise UserError(f"The job store (ALMANAC_DATABASE_URL) cannot be read: {reason}") from None
    return ledger


def _values(kept: "Kept") -> dict[str, object]:
    return {
        "id": str(kept.name),
        "reference": kept.name.reference,
        "repository": kept.name.job.repository,
        "issue": kept.name.job.issue,
        "since": _moment(kept.since),
        "due": _moment(kept.due) if kept.due else None,
        "tries": kept.tries,
        "reason": kept.reason or None,
    }


def _print(state: str, listed: "list[Kept]") -> None:
    print_text(f"{len(listed)} {state}")
    for kept in listed:
        when = f"due {_moment(kept.due)}" if kept.due else f"since {_moment(kept.changed)}"
        print_text(f"  {kept.name.reference}  {kept.name}  {when}")
        if kept.reason:
            print_text(f"            {kept.reason}")


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
