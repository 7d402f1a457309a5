"""Logs: one line for each thing that happened, as JSON or for a terminal, on standard error, without secrets."""

import logging
import re
import sys
from collections.abc import Callable, Iterable, MutableMapping
from typing import Any, Literal

import structlog

from almanac.text import printable_lines

_TOKENS = re.compile(
    r"\bgh[a-z]_[A-Za-z0-9_.-]{4,}|\bgithub_pat_[A-Za-z0-9_]+|\beyJ[\w-]+\.[\w-]+\.[\w-]+"
    r"|-----BEGIN [A-Z ]+-----.*?(?:-----END [A-Z ]+-----|\Z)|(?<=://)[^/\s:@]*:[^/\s@]+(?=@)",
    re.DOTALL,
)
_HIDDEN = "***"
# What these say at their usual level is of use to those who write them.
_QUIET = {
    "uvicorn.access": logging.CRITICAL,
    "uvicorn.error": logging.WARNING,
    "httpx": logging.WARNING,
    "dbos": logging.WARNING,
}

Event = MutableMapping[str, Any]
Redact = Callable[[str], str]


def redactor(secrets: Iterable[str]) -> Redact:
    """Return what takes secrets out of a text: those given, and whatever looks like a token, a key or a password."""
    # The longest first, so that none leaves a part of another behind. Very short ones would take words apart.
    known = sorted({part for secret in secrets for part in _parts(secret)}, key=len, reverse=True)

    def redact(text: str) -> str:
        for secret in known:
            text = text.replace(secret, _HIDDEN)
        return _TOKENS.sub(_HIDDEN, text)

    return redact


def _parts(secret: str) -> list[str]:
    whole = secret.strip()
    lines = [line for line in whole.splitlines() if len(line) > 30 and not line.startswith("-----")]  # noqa: PLR2004
    return [part for part in (whole, *lines) if len(part) >= 4]  # noqa: PLR2004


def set_up_logs(secrets: Iterable[str], form: Literal["json", "text"] | None, level: str) -> Redact:
    """Send all that this process logs, its libraries included, to standard error; return what redacts it.

    `form` is JSON for machines and text for people; None takes whichever fits who reads.
    """
    redact = redactor(secrets)
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    people = form == "text" or (form is None and sys.stderr.isatty())
    show: structlog.types.Processor = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()) if people else structlog.processors.JSONRenderer()
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            # A plain traceback: a pretty one shows the values of variables.
            structlog.processors.format_exc_info,
            _each_text(redact),
            *([_each_text(printable_lines)] if people else []),  # a terminal obeys escape sequences
            show,
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
    # The engine brings a handler of its own unless it finds one, and lets nothing through to ours then.
    engine.handlers, engine.propagate = [logging.NullHandler()], True
    engine.addFilter(_is_news)
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


def _is_news(record: logging.LogRecord) -> bool:
    # A job that was given up has been logged by then, in our own words.
    return not (record.exc_info and record.exc_info[0] and record.exc_info[0].__name__ == "GaveUpError")


def _each_text(change: Redact) -> structlog.types.Processor:
    def process(_logger: Any, _method: str, event: Event) -> Event:
        return {key: _changed(value, change) for key, value in event.items()}

    return process


def _changed(value: Any, change: Redact) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, int | float | bool | None):
        return value
    return change(str(value))
