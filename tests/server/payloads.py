"""GitHub's own examples of what its webhooks send."""

import json
from functools import cache
from typing import Any

from tests.emulated import HERE
from tests.tools import need

_FILE = HERE / "node_modules" / "@octokit" / "webhooks-examples" / "api.github.com" / "index.json"


@cache
def examples() -> dict[str, list[dict[str, Any]]]:
    """Return all examples by event; skip the test where they are not installed."""
    if not _FILE.is_file():
        need("@octokit/webhooks-examples (npm ci --prefix tests/emulator)")
    return {event["name"]: event["examples"] for event in json.loads(_FILE.read_bytes())}


def example(event: str, action: str | None = None) -> dict[str, Any]:
    """Return the first example of an event (with this action; of a few there is none, and another one's is taken)."""
    known = examples()[event]
    found = next((one for one in known if action in {None, one.get("action")}), known[0])
    return found if action is None else found | {"action": action}
