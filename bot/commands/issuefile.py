"""An issue as a JSON file."""

from bot.commands.files import read_bytes, shown_name
from bot.forge import papers
from bot.proposals.state import Issue


def read_issue(argument: str) -> Issue:
    """Read an issue.

    Raises:
        UserError: It is no issue in the shape that GitHub's REST API gives.
    """
    return papers.read_issue(read_bytes(argument), shown_name(argument))
