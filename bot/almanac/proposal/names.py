"""The names of Almanac's branches, which tell the issue whose proposal they hold; and of its own label."""

from almanac.patterns import regex

OURS = "almanac/"
"""What the names of all branches of Almanac's begin with."""
SYNC_BRANCH = "almanac/sync"
"""The branch of the one proposal that belongs to no issue: it takes edits made by hand into the records."""
ADOPT_BRANCH = "almanac/adopt"
"""The branch of the pull request that offers Almanac to a site that has no settings yet; others begin with it."""
DASHBOARD_LABEL = "almanac-dashboard"
"""The label by which the dashboard is found with one request."""

_BRANCH = regex(r"almanac/issue-([1-9][0-9]{0,8})")


def branch_name(issue: int) -> str:
    """Return the name of the branch of an issue's proposal."""
    return f"almanac/issue-{issue}"


def issue_of(branch: str) -> int | None:
    """Return the issue whose proposal has this branch; None if it is not such a branch."""
    found = _BRANCH.fullmatch(branch)
    return int(found[1]) if found else None


def adopt_branch(history: str) -> str:
    """Return the branch of the pull request that offers what a history needs; its name is empty for the main one."""
    return f"{ADOPT_BRANCH}-{history}" if history else ADOPT_BRANCH


def is_adopt_branch(branch: object) -> bool:
    """Tell whether a branch is that of such an offer."""
    return branch == ADOPT_BRANCH or (isinstance(branch, str) and branch.startswith(f"{ADOPT_BRANCH}-"))


def sync_branch(history: str) -> str:
    """Return the branch of that one proposal for a history; its name is empty for the main one."""
    return f"{SYNC_BRANCH}-{history}" if history else SYNC_BRANCH
