"""`almanac demo`: the whole job on this machine, told as a short story. It succeeds only if each step really holds."""

import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from shlex import quote

from rich.console import Console
from rich.markdown import Markdown
from rich.padding import Padding
from rich.panel import Panel
from rich.syntax import Syntax
from rich.text import Text

from almanac.commands.pages import build_files, import_files
from almanac.engine.run import Done, reconcile
from almanac.errors import Problem, UserError
from almanac.forge.git import Git
from almanac.forge.local import store as papers
from almanac.forge.local.forge import LocalForge
from almanac.proposal.marker import read_state
from almanac.proposal.state import Issue, branch_name
from almanac.renderer import Templates, example, load_templates, template
from almanac.site import Folder

PAGE = "past-working-groups.md"
FORM = ".github/ISSUE_TEMPLATE/new-event.yml"
# Whoever signs commits, has hooks for all repositories or lets git change line ends does not want that here.
_SETTINGS = {
    "user.name": "Almanac demo",
    "user.email": "demo@example.org",
    "commit.gpgSign": "false",
    "core.hooksPath": ".git/hooks",
    "core.autocrlf": "false",
}


@dataclass
class Story:
    """The site that the story is about, and where it is told."""

    folder: Folder
    git: Git
    forge: LocalForge
    templates: Templates
    console: Console
    chapter: int = 0

    def title(self, text: str) -> None:
        """Begin a chapter."""
        self.chapter += 1
        self.console.print(f"\n[bold cyan]{self.chapter}.[/] [bold]{text}[/]")

    def tell(self, text: str) -> None:
        """Print a sentence of the story."""
        self.console.print(Padding(Text(text), (0, 0, 0, 3)))

    def show(self, thing: object, title: str) -> None:
        """Print something that somebody would see, in a frame."""
        self.console.print(Padding(Panel(thing, title=Text(title), title_align="left", width=100), (0, 0, 0, 3)))  # type: ignore[arg-type]

    def check(self, holds: object, what: str) -> None:
        """Say that something holds, or stop.

        Raises:
            RuntimeError: It does not hold, which is a bug of Almanac's.
        """
        if not holds:
            raise RuntimeError(f"The demo's step {self.chapter} failed: not true that {what}.")
        self.console.print(Padding(Text.assemble(("✓ ", "green"), what), (0, 0, 0, 3)))


def run(folder: Path | None) -> int:
    """Tell the story in a folder that is empty or not there yet; in a new temporary one if none is named."""
    place = Path(tempfile.mkdtemp(prefix="almanac-demo-")) if folder is None else folder
    if place.exists() and (not place.is_dir() or any(place.iterdir())):
        raise UserError(Problem("The demo needs a folder that is empty or not there yet.", file=str(place)))
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(Problem(f"This folder cannot be made: {error.strerror}.", file=str(place))) from None
    console = Console(highlight=False, soft_wrap=False)
    console.print("[bold]Almanac[/] turns issue forms into an event history. This is the whole job, on this machine.")
    story = _found(place, console)
    _import(story)
    first = _file(story, 12)
    second = _file_with_a_problem(story, 13)
    _merge(story, first, second)
    console.print(f"\n[bold green]All of it holds.[/] The site is in {place}. Have a look:")
    site, page, issues = (quote(str(path)) for path in (place, place / PAGE, place / ".almanac"))
    for command in (f"git -C {site} log --oneline --graph --all", f"cat {page}", f"ls {issues}/*"):
        console.print(Text(f"   {command}"), soft_wrap=True)
    return 0


def _found(place: Path, console: Console) -> Story:
    git = Git(place)
    git.run("init", "--quiet", "--initial-branch=main")
    for name, value in _SETTINGS.items():
        git.run("config", name, value)
    folder = Folder(place)
    folder.write({PAGE: example(f"ospo/{PAGE}"), FORM: template("site/new-event.yml")})
    _commit(git, "Our site, with a history page written by hand")
    story = Story(folder, git, LocalForge(place, lambda: datetime.now(UTC)), load_templates(), console)
    story.title("A site with a history page that was written by hand")
    story.tell(f"A new git repository holds {PAGE}, a real working group's page, and an issue form.")
    return story


def _commit(git: Git, message: str) -> None:
    git.run("add", "--all")
    git.run("commit", "--quiet", "-m", message)


def _import(story: Story) -> None:
    story.title(f"almanac import {PAGE}")
    folder = story.folder
    before = folder.text(PAGE)
    files, imported = import_files(folder, folder.root / PAGE)
    folder.write(files)
    _commit(story.git, "Import the history page into event records")
    for event in imported.events:
        story.tell(f"{event.date}  {event.series}: {len(event.people)} names, {len(event.agenda)} points of an agenda")
    for warning in imported.warnings:
        story.tell(f"Remark on line {warning.line}: {warning.message}")
    story.check(imported.structured == len(imported.events), "each event became a record with every field in its place")
    changed = build_files(folder, folder.config())[1]
    story.check(
        not changed and folder.text(PAGE) == before, "written from its records, the page is the same byte for byte"
    )


def _issue(number: int) -> Issue:
    name = f"ospo/issue-{number}.json"
    return papers.read_issue(example(name).encode(), name)


def _propose(story: Story, issue: Issue) -> Done:
    with story.forge.alone():
        story.forge.file_issue(issue)
        return reconcile(issue.number, story.forge, story.templates)


def _comment(story: Story, number: int) -> str:
    bodies = [comment.body for comment in story.forge.comments(number)]
    story.check(len(bodies) == 1, f"issue #{number} has one comment of ours")
    return read_state(bodies[0])[0].partition("\n")[2]


def _file(story: Story, number: int) -> Done:
    issue = _issue(number)
    story.title(f"{issue.author} files issue #{number}: {issue.title}")
    done = _propose(story, issue)
    story.check(done.plan.outcome == "created" and done.pull, "it has a branch, a pull request and a comment")
    story.show(Markdown(_comment(story, number)), f"the comment on #{number}")
    again = _propose(story, issue)
    story.check(again.plan.outcome == "unchanged" and not again.plan.writes, "a second look writes nothing")
    return done


def _file_with_a_problem(story: Story, number: int) -> Done:
    issue = _issue(number)
    story.title(f"{issue.author} files issue #{number}: {issue.title}")
    waiting = _propose(story, issue)
    story.check(waiting.plan.outcome == "waiting" and not waiting.pull, "it has a problem, so no pull request yet")
    story.show(Markdown(_comment(story, number)), f"the comment on #{number}")
    [problem] = waiting.plan.problems
    story.check(problem.typed and problem.accepted, "the comment offers a corrected line")
    story.tell(f"{issue.author} edits the issue and pastes the corrected line: {problem.accepted}")
    corrected = issue.body.replace(problem.typed or "", problem.accepted or "")
    done = _propose(story, replace(issue, body=corrected))
    story.check(done.plan.outcome == "created" and done.pull, "now there is a proposal, and the comment says so")
    return done


def _merge(story: Story, first: Done, second: Done) -> None:
    if not (first.pull and second.pull):
        raise RuntimeError("The demo's proposals have no pull requests.")
    story.title(f"A maintainer merges pull request #{first.pull.number}; the other one follows")
    before = story.forge.base().commit
    story.forge.merge(first.pull.number)
    base = story.forge.base().commit
    story.check(base != before, "the first event is on the page of main")
    branch = branch_name(second.plan.issue)
    rebuilt = reconcile(second.plan.issue, story.forge, story.templates)
    parent = story.git.text("rev-parse", f"{branch}^")
    story.check(rebuilt.plan.outcome == "updated" and parent == base, f"{branch} was rebuilt on the new main")
    reconcile(first.plan.issue, story.forge, story.templates)
    story.forge.merge(second.pull.number)
    story.check(True, "it merges without a conflict")  # noqa: FBT003 -- merge raises otherwise
    reconcile(second.plan.issue, story.forge, story.templates)
    story.check(not build_files(story.folder, story.folder.config())[1], "the page is what the records give")
    diff = story.git.text("diff", before, "HEAD", "--", PAGE)
    story.show(
        Syntax(diff, "diff", theme="ansi_dark", background_color="default", word_wrap=True), "the page since the import"
    )
