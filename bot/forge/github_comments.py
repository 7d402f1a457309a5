"""Our comments on GitHub's issues, told from those that only look like ours."""

from collections.abc import Callable

from github.IssueComment import IssueComment

from bot.forge.github_calls import Calls
from bot.forge.trouble import Call, RefusedError
from bot.proposals.state import Comment

_INSIDERS = ("OWNER", "MEMBER", "COLLABORATOR")


class Comments:
    """Finds, writes and edits comments of ours."""

    def __init__(self, calls: Calls) -> None:
        """Take what sends requests."""
        self._calls = calls
        self._login: str | None = None

    def find(self, issue: int, wanted: Callable[[str], bool]) -> Comment | None:
        """Read an issue's comments up to the first of ours whose text is the wanted one."""
        listed = self._calls.repository.get_issue(issue).get_comments()
        for found in self._calls.pages(Call(f"read the comments on issue {issue}", "issues: read"), listed):
            if wanted(found.body or "") and self._is_ours(found):
                return Comment(found.id, found.body)
        return None

    def create(self, issue: int, body: str) -> Comment:
        """Write a comment on an issue."""

        def send() -> Comment:
            found = self._calls.repository.get_issue(issue).create_comment(body)
            return Comment(found.id, found.body)

        call = Call(f"comment on issue {issue}", "issues: write")
        return self._calls.write(call, send, lambda: self.find(issue, lambda text: text == body))

    def edit(self, issue: int, comment: int, body: str) -> None:
        """Replace the text of a comment."""
        found = self._calls.repository.get_issue(issue).get_comment(comment)
        call = Call(f"edit our comment on issue {issue}", "issues: write")
        self._calls.write(call, lambda: found.edit(body), lambda: None)

    def _is_ours(self, comment: IssueComment) -> bool:
        """Tell whether a comment that carries our marker is ours, so that we never write into a stranger's.

        A workflow or an App writes as a bot, and strangers have no bots here. A person's token is one of somebody who
        may write to the repository, so an insider's comment counts as well. About anybody else we ask who we are.
        """
        if comment.user is None:  # the account was deleted
            return False
        if comment.user.type == "Bot" or comment.author_association in _INSIDERS:
            return True
        if self._login is None:
            self._login = self._whoami()
        return comment.user.login == self._login

    def _whoami(self) -> str:
        user = self._calls.client.get_user()
        try:
            return self._calls.read(Call("read who we are", "metadata: read"), lambda: user.login)
        except RefusedError as refused:
            if refused.passing:
                raise
            return ""  # a workflow's or an App's token may not ask: it is nobody's but a bot's
