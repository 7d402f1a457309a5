"""The entries at the end of a text of Almanac's, in an HTML comment that its readers do not see."""

import json
import re
from collections.abc import Mapping
from typing import Any

_STATE, _STATE_END = "<!-- almanac:state ", " -->"
_MOST = 999_999_999  # the branch of a proposal has no longer number


def with_state(text: str, entries: Mapping[str, object]) -> str:
    """Put the entries (those that are not None) after a text, invisible to its readers."""
    kept = {key: value for key, value in entries.items() if value is not None}
    # `-->` would end the HTML comment early.
    data = re.sub("-(?=-)", r"\\u002d", json.dumps(kept, separators=(",", ":")))
    return f"{text.rstrip()}\n\n{_STATE}{data}{_STATE_END}\n"


def read_state(body: str) -> tuple[str, dict[str, Any]]:
    """Split a body into the text above the marker and the marker's entries; no entries if there is no valid marker."""
    body = body.replace("\r\n", "\n").rstrip()
    start = body.find(f"{_STATE}{{", body.rfind("\n") + 1)
    if start < 0 or not body.endswith(f"}}{_STATE_END}"):
        return body, {}
    try:
        entries = json.loads(body[start + len(_STATE) : -len(_STATE_END)])
    except (ValueError, RecursionError):
        entries = {}
    return body[:start].rstrip(), entries


def marked_issue(body: str) -> int | None:
    """Return the issue that the entries of a pull request's body name."""
    number = read_state(body)[1].get("issue")
    return number if isinstance(number, int) and not isinstance(number, bool) and 0 < number <= _MOST else None
