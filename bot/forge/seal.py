"""The line at the end of a commit message by which a commit of ours is known again, whatever became of its run.

Git stores files and message apart, so a commit that somebody amended has other files than its message says.
"""

import re

_SEAL = re.compile(r"\n\nAlmanac-Tree: ([0-9a-f]{40,64})\s*\Z")


def sealed(message: str, tree: str) -> str:
    """Put the id of a commit's tree at the end of its message."""
    return f"{message.rstrip()}\n\nAlmanac-Tree: {tree}\n"


def is_sealed(message: str, tree: str) -> bool:
    """Tell whether a commit with this message holds the very files that we put into it."""
    found = _SEAL.search(message)
    return found is not None and found[1] == tree
