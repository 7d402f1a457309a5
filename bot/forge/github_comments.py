"""Our comments on GitHub's issues, told from those that only look like ours."""

from http import HTTPStatus

from github.IssueComment import IssueComment

from bot.errors import Raced
from bot.forge.github_calls import PER_PAGE, Calls
from bot.forge.trouble import Call, RefusedError
from bot.proposals.marker import comment_marker
from bot.proposals.state import Comment, branch_name

_INSIDERS = ("OWNER", "MEMBER", "COLLABORATOR")


class Comments:
    """Finds, writes and edits comments of ours."""

    def __init__(self, calls: Calls) -> None:
        """Take what sends requests."""
        self._calls = calls
        self._login: str | None = None

    def find(self, issue: int, body: str | None = None) -> list[Comment]:
        """Read an issue's comments up to ours: the first with our marker, and others of ours that stand near it.

        With a body, a comment that reads exactly so counts as well.
        """
        marker, ours = comment_marker(issue), list[Comment]()
        call = Call(f"read the comments on issue {issue}", "issues: read")
        for count, found in enumerate(self._calls.pages(call, IssueComment, f"issues/{issue}/comments"), 1):
            text = found.body or ""
            if (text == body or marker in map(str.strip, text.splitlines())) and self._is_ours(found):
                ours.append(Comment(found.id, found.body))
            if ours and count % PER_PAGE == 0:
                break
        return ours

    def create(self, issue: int, body: str) -> Comment:
        """Write our comment on an issue.

        Raises:
            Raced: Another run was quicker; its comment was left alone.
        """
        if self.find(issue):
            raise Raced(branch_name(issue))

        def send() -> Comment:
            found = self._calls.repository.get_issue(issue).create_comment(body)
            return Comment(found.id, found.body)

        call = Call(f"comment on issue {issue}", "issues: write")
        return self._calls.write(call, send, lambda: next(iter(self.find(issue, body)), None))

    def edit(self, issue: int, comment: int, body: str) -> None:
        """Replace the text of a comment."""
        found = self._calls.repository.get_issue(issue).get_comment(comment)
        call = Call(f"edit our comment on issue {issue}", "issues: write")
        self._calls.write(call, lambda: found.edit(body), lambda: None)

    def delete(self, issue: int, comment: int) -> None:
        """Delete a comment; one that is gone is fine."""
        found = self._calls.repository.get_issue(issue).get_comment(comment)
        try:
            call = Call(f"delete a comment of ours on issue {issue}", "issues: write")
            self._calls.write(call, found.delete, lambda: None)
        except RefusedError as refused:
            if not refused.is_(HTTPStatus.NOT_FOUND):
                raise

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
