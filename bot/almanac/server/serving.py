"""`almanac serve` and `almanac jobs`."""

import gc
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from almanac.errors import UserError
from almanac.output import print_json, print_message, print_text

if TYPE_CHECKING:
    from almanac.server.host import Host
    from almanac.server.jobs import JobStore, StoredJob

REQUESTS_END, JOBS_END = 2, 4
"""The seconds that requests, then jobs, have to finish; in all, the server stops within ten."""
_NO_JOBS = "There are no jobs: the server has not run with this data folder or database yet."


@contextmanager
def _server_packages() -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError as error:
        raise UserError(
            f"The server needs more packages than the rest of Almanac; {error.name} is missing. "
            "Install them with: pip install 'almanac-events[server]'"
        ) from None


def serve(address: str, port: int) -> int:
    """Run the webhook server until it is stopped by a signal.

    Raises:
        UserError: The settings are not valid, the job store cannot be used, or the address is taken.
    """
    with _server_packages():
        from almanac.server.host import Host
        from almanac.server.settings import read_settings
        from almanac.server.setup import Setup, try_folder
        from almanac.server.telemetry import set_up_logs
    settings = read_settings()
    redact = set_up_logs(settings.secrets(), settings.log_format, settings.log_level)
    token = settings.setup_token.get_secret_value() if settings.setup_token else None
    setup = Setup(settings.api_url, settings.github, token)
    host = Host(settings, redact, setup=setup)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        listening = socket.create_server((address, port), family=family, backlog=512)
    except (OSError, OverflowError) as error:
        reason = error.strerror if isinstance(error, OSError) else "There is no such port"
        raise UserError(f"Almanac cannot listen on {address}, port {port}: {reason}.") from None
    with listening:
        # Every connection gets this from here: an answer in two parts would wait for the client to confirm the first.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        name, number = listening.getsockname()[:2]
        # The address for "everywhere" is replaced by one that a browser can open.
        name = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(name, name)  # noqa: S104
        url = f"http://[{name}]:{number}" if ":" in name else f"http://{name}:{number}"
        if credentials := settings.credentials():
            _check_store(lambda: host.open(credentials), host.redact, "used")
            print_message(f"Almanac listens on {url}/webhooks/github for App {credentials.app_id}.")
        else:
            public = settings.public_url or "https://YOUR-ADDRESS"
            print_message(f"Almanac is not set up yet. To create its GitHub App, open\n\n    {public}/setup\n")
            print_message(f"(or {url}/setup on this machine), and enter the set-up token\n\n    {setup.token}\n")
            try:
                try_folder(settings.data_dir)
            except UserError as error:
                print_message(f"Before that: {error}")
        try:
            _run(host, listening)
        finally:
            host.close(JOBS_END)
    print_message("Almanac has stopped.")
    sys.stdout.flush()
    # A job that has not finished must not keep the process alive: another process takes it over.
    os._exit(0)


def _run(host: "Host", listening: socket.socket) -> None:
    import asyncio

    import uvicorn

    from almanac.server.app import create_app

    class Server(uvicorn.Server):
        async def main_loop(self) -> None:
            # uvicorn's own wakes ten times a second to see whether it is to stop.
            while not await self.on_tick(0):  # noqa: ASYNC110
                await asyncio.sleep(0.5)

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
    # Acknowledging a delivery takes a handful of short steps, each of which may wait this long for a job's thread.
    sys.setswitchinterval(0.0005)
    # What is loaded now stays; searching it for garbage again and again would delay everything.
    gc.collect()
    gc.freeze()
    # uvicorn raises the signal again when it has stopped, which must not end us before the jobs have stopped.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    Server(config).run(sockets=[listening])


# ---------------------------------------------------------------- jobs


def list_jobs(*, as_json: bool) -> int:
    """Print the failed and the waiting jobs."""
    with _job_store() as store:
        listed = {"failed": store.failed() if store else [], "waiting": store.waiting() if store else []}
    if as_json:
        print_json({state: [_values(job) for job in jobs] for state, jobs in listed.items()})
    elif store is None:
        print_message(_NO_JOBS)
    else:
        for state, jobs in listed.items():
            print_text(f"{len(jobs)} {state}")
            for one in jobs:
                when = f"due {_moment(one.due)}" if one.due else f"since {_moment(one.changed)}"
                print_text(f"  {one.job.reference}  {one.job}  {when}")
                if one.reason:
                    print_text(f"            {one.reason}")
    return 0


def retry_jobs(names: Iterable[str]) -> int:
    """Run failed jobs again: the given ones, by name or reference, or all of them.

    Raises:
        UserError: There is no such failed job.
    """
    with _job_store() as store:
        if store is None:
            raise UserError(_NO_JOBS)
        chosen = list(names) or [str(one.job) for one in store.failed()]
        if not chosen:
            print_message("No job has failed.")
        for name in chosen:
            print_text(f"{store.retry(name)} will be tried again.")
    return 0


@contextmanager
def _job_store() -> "Iterator[JobStore | None]":
    """Open the job store, or give None if the server has never run."""
    with _server_packages():
        from almanac.server.jobs import JobStore
        from almanac.server.settings import read_settings
        from almanac.server.telemetry import redactor
    settings = read_settings()
    if settings.database_file and not settings.database_file.exists():
        yield None
        return
    with closing(JobStore(settings.database)) as store:
        _check_store(lambda: store.waiting(1), redactor(settings.secrets()), "read")
        yield store


def _check_store(action: Callable[[], object], redact: Callable[[str], str], verb: str) -> None:
    from sqlalchemy.exc import SQLAlchemyError

    try:
        action()
    except (SQLAlchemyError, OSError) as error:
        reason = redact(str(error.__cause__ or error)).strip().splitlines()[0]
        raise UserError(f"The job store (ALMANAC_DATABASE_URL) cannot be {verb}: {reason}") from None


def _values(stored: "StoredJob") -> dict[str, object]:
    return {
        "id": str(stored.job),
        "reference": stored.job.reference,
        "repository": stored.job.repository,
        "issue": stored.job.issue,
        "since": _moment(stored.since),
        "due": _moment(stored.due) if stored.due else None,
        "tries": stored.tries,
        "reason": stored.reason or None,
    }


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
