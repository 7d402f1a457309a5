"""A site to play with: a copy in a folder of its own, on the local forge, with a clock that can be put forward.

What people do on GitHub is a method here; after each, Almanac looks at everything that is open, as it does there.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from almanac.engine.run import Done, reconcile
from almanac.engine.sweep import reconcile_all
from almanac.errors import AlmanacError, Problem, UserError
from almanac.forge.git import Git
from almanac.forge.local.forge import LocalForge
from almanac.forge.local.store import StoredComment
from almanac.form.filled import issue_body
from almanac.form.schema import Form, read_form
from almanac.playground.asked import default_title
from almanac.proposal.command import CommentCommand
from almanac.proposal.messages import Messages
from almanac.proposal.names import issue_of
from almanac.proposal.state import Issue, Pull, PutBranch
from almanac.site import Site
from almanac.sitefiles import CommitFiles

AUTHOR, MAINTAINER = "you", "maintainer"
"""Who files issues here, and who may write to the repository."""
FIRST_ISSUE = 12
LONGEST_TITLE = 256


@dataclass(frozen=True)
class Limits:
    """What one site takes."""

    text: int = 65_536
    """Characters of one text; GitHub takes as many in an issue or comment."""
    writes: int | None = None
    """How often it may be changed; None for any number."""


STRANGERS = Limits(text=10_000, writes=200)
"""Where strangers play: work on a text grows with the square of its length, and all share one processor."""


class World:
    """One site, and what happens on it."""

    def __init__(self, folder: Path, messages: Messages, clock: Callable[[], datetime], limits: Limits) -> None:
        """Take the top folder of the clone."""
        self.folder, self.git = folder, Git(folder)
        self.ahead = timedelta()
        self.log: list[str] = []  # what Almanac did after the last change
        self.is_new = True  # nobody has changed anything yet
        self._messages, self._clock, self._longest, self._left = messages, clock, limits.text, limits.writes
        self.forge = LocalForge(folder, self.now)
        self.git.run("config", "almanac.writer", MAINTAINER)

    def now(self) -> datetime:
        return self._clock().astimezone(UTC) + self.ahead

    # ------------------------------------------------------------ what is there

    @property
    def site(self) -> Site:
        """The site as it is on the default branch."""
        return Site(CommitFiles(self.forge, self.forge.base().commit))

    def issue(self, number: int) -> Issue | None:
        return self.forge.issue(number)

    def issues(self) -> list[Issue]:
        return sorted(self.forge.issues(), key=lambda issue: -issue.number)

    def pulls(self) -> list[Pull]:
        return list(self.forge.pulls())

    def pull_of(self, issue: int) -> Pull | None:
        """Return the newest pull request for an issue."""
        return next((pull for pull in self.forge.pulls() if issue_of(self.branch(pull)) == issue), None)

    def comments(self, issue: int) -> list[StoredComment]:
        return self.forge.comments(issue)

    def branch(self, pull: Pull) -> str:
        return self.forge.branch_of(pull.number)

    def head(self, pull: Pull) -> str | None:
        """Return the commit that a pull request proposes, or proposed when it was merged; None if that is gone."""
        if pull.merged and pull.head:
            return pull.head  # its branch may be that of a later one
        return self.git.commit(f"refs/heads/{self.branch(pull)}") or pull.head or None

    def changed(self, pull: Pull) -> dict[str, tuple[str, str]]:
        """Return the files that a pull request changes: path -> text before and after; empty where there is none."""
        head = self.head(pull)
        fork = self._fork(head) if head else None
        if head is None or fork is None:
            return {}
        page = self.site.config.page
        paths = sorted(self.forge.changes(fork, head), key=lambda path: (path != page, path))
        return {path: (self.text(fork, path), self.text(head, path)) for path in paths}

    def _fork(self, head: str) -> str | None:
        """Return where a branch left the main one; of a merged one, as that was before the merge."""
        base = self.forge.base().commit
        since = self.git.text("rev-list", "--first-parent", "--ancestry-path", f"{head}..{base}").split()
        return self.forge.merge_base(f"{since[-1]}^1" if since else base, head)

    def text(self, commit: str, path: str) -> str:
        return (self.forge.read(commit, path) or b"").decode(errors="replace")

    def form(self, path: str) -> tuple[Form, str]:
        """Return an issue form of the site and its text."""
        text = self.site.text(path)
        if text is None:
            raise UserError(Problem("The site has no such form.", file=path))
        return read_form(text, path), text

    # ------------------------------------------------------------ what people do

    def file(self, path: str, title: str, answers: Mapping[str, str]) -> int:
        """File an issue with a form; return its number. As on GitHub, its title is the form's until it gets another."""
        form, text = self.form(path)
        title = title.strip() or default_title(text).strip()
        body = issue_body(form, {name: answer.replace("\r\n", "\n").strip() for name, answer in answers.items()})
        number = max((issue.number for issue in self.forge.issues()), default=FIRST_ISSUE - 1) + 1
        if len(title) > LONGEST_TITLE:
            raise UserError(Problem(f"This title is longer than GitHub takes: {LONGEST_TITLE} characters."))
        self._write(body)
        created = self.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        self.forge.file_issue(Issue(number, title, body, form.labels, AUTHOR, created_at=created))
        self._follow(lambda: reconcile(number, self.forge, self._messages))
        return number

    def edit(self, number: int, body: str) -> None:
        """Edit an issue's text."""
        self._write(body)
        self.forge.file_issue(replace(self._there(number), body=body.replace("\r\n", "\n")))
        self._follow(lambda: reconcile(number, self.forge, self._messages))

    def say(self, number: int, text: str, author: str = MAINTAINER) -> None:
        """Comment on an issue; a command counts."""
        self._there(number)
        self._write(text)
        said = self.forge.comment(number, author, text.replace("\r\n", "\n"))
        command = CommentCommand(said, author, text, number)
        self._follow(lambda: reconcile(number, self.forge, self._messages, comment=command))

    def close(self, number: int) -> None:
        self._there(number)
        self._write()
        self.forge.close_issue(number, "not_planned")
        self._follow(lambda: reconcile(number, self.forge, self._messages))

    def reopen(self, number: int) -> None:
        self._there(number)
        self._write()
        self.forge.reopen_issue(number)
        self._follow(lambda: reconcile(number, self.forge, self._messages))

    def merge(self, number: int) -> None:
        """Approve a pull request and merge it."""
        self._write()
        self.forge.merge(number)
        self._follow(lambda: self._look_again(number))

    def refuse(self, number: int) -> None:
        """Close a pull request without merging it."""
        self._write()
        self.forge.edit_pull(number, state="closed")
        self._follow(lambda: self._look_again(number))

    def commit(self, number: int, path: str, text: str) -> None:
        """Change a file on a pull request's branch by hand; it has to be one that the pull request changes."""
        pull = self.forge.pull(number)
        head = self.head(pull) if pull else None
        if pull is None or head is None or path not in self.changed(pull):
            raise UserError(Problem("The pull request has no such file.", file=path))
        self._write(text)
        before = self.text(head, path)
        after = text.replace("\r\n", "\n")
        if "\r\n" in before:
            after = after.replace("\n", "\r\n")
        self.forge.put_branch(
            PutBranch(
                branch=self.branch(pull),
                base=head,
                parents=(head,),
                files={path: after},
                message=f"Change {path} by hand\n",
                expected=head,
                before={path: before},
            )
        )
        self._follow(lambda: self._look_again(number))

    def pass_days(self, days: int) -> None:
        """Put the clock forward, and let Almanac look at everything, as it does once a day."""
        self._write()
        self.ahead += timedelta(days=days)
        self._follow(lambda: None)

    # ------------------------------------------------------------ what Almanac does

    def _look_again(self, pull: int) -> Done | None:
        found = self.forge.pull(pull)
        issue = issue_of(self.branch(found)) if found else None
        return reconcile(issue, self.forge, self._messages) if issue else None

    def _follow(self, first: Callable[[], Done | None]) -> None:
        self.log = []
        try:
            done = first()
            self._note(done)
            for one in reconcile_all(self.forge, self._messages):
                self._note(one)
        except AlmanacError as error:
            self.log.append(str(error))

    def _note(self, done: Done | None) -> None:
        if done is None or (not done.plan.writes and done.error is None):
            return
        what = f"{done.plan.name}: {done.error or done.plan.reason}"
        if what not in self.log:
            self.log.append(what)

    def _there(self, number: int) -> Issue:
        issue = self.forge.issue(number)
        if issue is None:
            raise UserError(Problem(f"There is no issue {number} here."))
        return issue

    def _write(self, text: str = "") -> None:
        """Count one more change, if they are limited here."""
        if len(text) > self._longest:
            raise UserError(Problem(f"This text is too long. At most {self._longest:,} characters can be here."))
        self.is_new = False
        if self._left is not None:
            if self._left <= 0:
                raise UserError(Problem("This site has seen enough changes. Start again with a new one."))
            self._left -= 1
