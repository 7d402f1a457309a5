"""What operators see of the server: logs on standard error, without secrets, and figures for Prometheus."""

import logging
import re
import sys
from collections.abc import Callable, Iterable, MutableMapping
from typing import Any, Literal

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from almanac.patterns import regex
from almanac.text import printable_lines

_TOKENS = regex(
    r"\bgh[a-z]_[A-Za-z0-9_.-]{4,}|\bgithub_pat_[A-Za-z0-9_]+"
    # With what is before it in one run of such characters: a search from each of their places would take too long.
    r"|(?<![\w-])(?>[\w-]*?\beyJ)[\w-]++\.[\w-]++\.[\w-]++"
    r"|-----BEGIN [A-Z ]+-----.*?(?:-----END [A-Z ]+-----|\Z)|(?<=://)[^/\s:@]*:[^/\s@]+(?=@)",
    re.DOTALL,
)
_HIDDEN = "***"
_QUICK = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)
_SLOW = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60, 120, 300)
# Below these levels, what they log is only of use to their own developers.
_QUIET = {
    "uvicorn.access": logging.CRITICAL,
    "uvicorn.error": logging.WARNING,
    "httpx": logging.WARNING,
    "dbos": logging.WARNING,
}

Redact = Callable[[str], str]


def redactor(secrets: Iterable[str]) -> Redact:
    """Return a function that hides secrets in a text: the given ones, and whatever looks like a token or a key."""
    known = set[str]()
    for secret in secrets:
        # A key may be logged line by line.
        lines = [line for line in secret.splitlines() if len(line) > 30 and not line.startswith("-----")]  # noqa: PLR2004
        known.update(part for part in (secret.strip(), *lines) if len(part) >= 4)  # noqa: PLR2004 -- it may be in words
    # The longest first, so that none leaves a part of another.
    longest_first = sorted(known, key=len, reverse=True)

    def redact(text: str) -> str:
        for secret in longest_first:
            text = text.replace(secret, _HIDDEN)
        return _TOKENS.sub(_HIDDEN, text)

    return redact


def set_up_logs(secrets: Iterable[str], form: Literal["json", "text"] | None, level: str) -> Redact:
    """Send everything that this process and its libraries log to standard error; return the function that redacts it.

    `form` is `json` for machines or `text` for people; None means text on a terminal and JSON elsewhere.
    """
    redact = redactor(secrets)
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    for_people = form == "text" or (form is None and sys.stderr.isatty())
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            # A plain traceback: a pretty one shows the values of variables.
            structlog.processors.format_exc_info,
            _each_text(redact),
            # A terminal obeys escape sequences.
            *([_each_text(printable_lines)] if for_people else []),
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
            if for_people
            else structlog.processors.JSONRenderer(),
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name, quiet in _QUIET.items():
        logging.getLogger(name).setLevel(quiet)
    engine = logging.getLogger("dbos")
    # Unless it finds a handler, the engine adds its own and passes nothing on to ours.
    engine.handlers, engine.propagate = [logging.NullHandler()], True
    engine.addFilter(_is_not_logged_yet)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return redact


def _is_not_logged_yet(record: logging.LogRecord) -> bool:
    # A job that failed for good has been logged by us, in our own words.
    return not (record.exc_info and record.exc_info[0] and record.exc_info[0].__name__ == "JobFailedError")


def _each_text(change: Redact) -> structlog.types.Processor:
    def process(_logger: Any, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        return {
            key: value if isinstance(value, int | float | bool | None) else change(str(value))
            for key, value in entry.items()
        }

    return process


class Metrics:
    """The figures of this process; each process has its own."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        deliveries = "Webhook deliveries, by event and answer."
        acknowledged = "Seconds from a delivery's last byte to its answer."
        remaining = "Requests that are left in this hour, by installation."
        self.deliveries = Counter("almanac_deliveries", deliveries, ["event", "status"], registry=registry)
        self.acknowledged = Histogram(
            "almanac_acknowledgement_seconds", acknowledged, buckets=_QUICK, registry=registry
        )
        self.jobs = Counter("almanac_jobs", "Jobs that ran, by outcome.", ["outcome"], registry=registry)
        self.seconds = Histogram("almanac_job_seconds", "Seconds that a job took.", buckets=_SLOW, registry=registry)
        self.kept = Gauge("almanac_jobs_kept", "Jobs in the store, by state.", ["state"], registry=registry)
        self.requests = Counter("almanac_github_requests", "Requests sent to GitHub.", registry=registry)
        self.remaining = Gauge("almanac_github_remaining", remaining, ["installation"], registry=registry)

    def text(self) -> bytes:
        """Return all figures in the text format of Prometheus."""
        return generate_latest(self._registry)
