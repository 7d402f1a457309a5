"""The machine-readable line at the end of what Almanac writes: all its memory is there, where GitHub keeps it."""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

_STATE = re.compile(r"\n*<!-- almanac:state (\{[^\n]*\}) -->\s*\Z")


def comment_marker(issue: int) -> str:
    """Return the line by which our comment on an issue is found again."""
    return f"<!-- almanac:issue-{issue} -->"


def with_state(text: str, entries: Mapping[str, object]) -> str:
    """Put the entries (those that are not None) behind a text, invisible to its readers."""
    kept = {key: value for key, value in entries.items() if value is not None}
    # `--` would end the HTML comment early.
    data = json.dumps(kept, separators=(",", ":")).replace("--", "\\u002d-")
    return f"{text.rstrip()}\n\n<!-- almanac:state {data} -->\n"


def read_state(body: str) -> tuple[str, dict[str, Any]]:
    """Split what stands in a body into the text above and the entries; no entries where there is no (sound) marker."""
    body = body.replace("\r\n", "\n")
    found = _STATE.search(body)
    if not found:
        return body.rstrip(), {}
    try:
        entries = json.loads(found[1])
    except ValueError:
        return body[: found.start()].rstrip(), {}
    return body[: found.start()].rstrip(), entries


def imprint(text: str) -> str:
    """Return a short mark of a text that we wrote, by which we see later whether somebody has changed it."""
    return hashlib.sha256(text.replace("\r\n", "\n").strip().encode()).hexdigest()[:16]
