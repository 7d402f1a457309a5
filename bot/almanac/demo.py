"""`almanac demo`: the whole process on this machine, as a short story. It succeeds only if each step really holds."""

import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from shlex import quote

from rich.console import Console, RenderableType
from rich.markdown import Markdown
from rich.padding import Padding
from rich.panel import Panel
from rich.syntax import Syntax
from rich.text import Text

from almanac.commands import sample
from almanac.commands.build import build_files
from almanac.commands.sample import PAGE
from almanac.defaults import load_messages
from almanac.engine.run import Done, reconcile
from almanac.errors import Problem, UserError
from almanac.forge.git import Git
from almanac.forge.local.forge import LocalForge
from almanac.forge.local.store import read_issue
from almanac.packaged import example
from almanac.patterns import regex
from almanac.proposal.hidden import read_state
from almanac.proposal.messages import Messages
from almanac.proposal.names import branch_name
from almanac.proposal.state import Issue
from almanac.site import Site
from almanac.sitefiles import Folder

# A terminal cannot open what a browser shows folded.
_FOLDED = regex(r"<details><summary>([^<]*)</summary>(?:[^<]|<(?!/?details>))*+</details>")


@dataclass
class Story:
    """The site that the story is about, and the terminal that shows it."""

    folder: Folder
    git: Git
    forge: LocalForge
    messages: Messages
    console: Console
    chapter: int = 0

    def title(self, text: str) -> None:
        self.chapter += 1
        self.console.print(f"\n[bold cyan]{self.chapter}.[/] [bold]{text}[/]")

    def tell(self, text: str) -> None:
        self.console.print(Padding(Text(text), (0, 0, 0, 3)))

    def show(self, thing: RenderableType, title: str) -> None:
        self.console.print(Padding(Panel(thing, title=Text(title), title_align="left", width=100), (0, 0, 0, 3)))

    def check(self, holds: object, what: str) -> None:
        """Say that something holds; if it does not, that is a bug in Almanac."""
        if not holds:
            raise RuntimeError(f"Step {self.chapter} of the demo failed: it is not true that {what}.")
        self.console.print(Padding(Text.assemble(("✓ ", "green"), what), (0, 0, 0, 3)))

    def is_in_sync(self) -> bool:
        built = build_files(Site(self.folder))
        return not built.problems and not built.files

    def propose(self, issue: Issue) -> Done:
        with self.forge.alone():
            self.forge.file_issue(issue)
            return self.reconcile(issue.number)

    def reconcile(self, number: int) -> Done:
        return reconcile(number, self.forge, self.messages)

    def show_comment(self, number: int) -> None:
        """Print our comment on an issue, of which there has to be exactly one."""
        bodies = [comment.body for comment in self.forge.comments(number)]
        self.check(len(bodies) == 1, f"issue #{number} has one comment of ours")
        text = _FOLDED.sub("\u25b8 \\1", read_state(bodies[0])[0].partition("\n")[2])
        self.show(Markdown(text), f"the comment on #{number}")


def run(folder: Path | None) -> int:
    """Tell the story in a folder that is empty or does not exist yet; in a new temporary one if none is named."""
    place = Path(tempfile.mkdtemp(prefix="almanac-demo-")) if folder is None else folder
    if place.exists() and (not place.is_dir() or any(place.iterdir())):
        raise UserError(Problem("The demo needs a folder that is empty or does not exist yet.", file=str(place)))
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(Problem(f"This folder cannot be created: {error.strerror}.", file=str(place))) from None
    console = Console(highlight=False, soft_wrap=False)
    console.print("[bold]Almanac[/] turns issue forms into an event history. This is the whole process.")
    site, git = sample.begin(place)
    story = Story(site, git, LocalForge(place, lambda: datetime.now(UTC)), load_messages(), console)
    story.title("A site with a hand-written history page")
    story.tell(f"A new git repository contains {PAGE}, the page of a real working group, and an issue form.")
    _import(story)
    first = _file(story, 12)
    second = _file_with_a_problem(story, 13)
    _merge(story, first, second)
    console.print(f"\n[bold green]Everything works.[/] The site is in {place}. Have a look:")
    top, page, issues = (quote(str(path)) for path in (place, place / PAGE, place / ".almanac"))
    for command in (f"git -C {top} log --oneline --graph --all", f"cat {page}", f"ls {issues}/*"):
        console.print(Text(f"   {command}"), soft_wrap=True)
    return 0


def _import(story: Story) -> None:
    story.title(f"almanac import {PAGE}")
    before = Site(story.folder).text(PAGE) or ""
    imported = sample.import_page(story.folder, story.git)
    for event in imported.events:
        people, points = len(event.people), len(event.agenda)
        story.tell(f"{event.date}  {event.series}: {people} people, {points} points on the agenda")
    for warning in imported.warnings:
        story.tell(f"Note on line {warning.line}: {warning.message}")
    story.check(imported.structured == len(imported.events), "each event became a record with every field in its place")
    same = story.is_in_sync() and Site(story.folder).page == before
    story.check(same, "written from its records, the page is the same byte for byte")


def _file(story: Story, number: int) -> Done:
    issue = _issue(story, number)
    done = story.propose(issue)
    story.check(done.plan.outcome == "created" and done.pull, "it has a branch, a pull request and a comment")
    story.show_comment(number)
    again = story.propose(issue)
    story.check(again.plan.outcome == "unchanged" and not again.plan.writes, "a second run writes nothing")
    return done


def _file_with_a_problem(story: Story, number: int) -> Done:
    issue = _issue(story, number)
    waiting = story.propose(issue)
    story.check(waiting.plan.outcome == "waiting" and not waiting.pull, "it has a problem, so no pull request yet")
    story.show_comment(number)
    [problem] = waiting.plan.problems
    story.check(problem.typed and problem.accepted, "the comment offers a corrected line")
    story.tell(f"{issue.author} edits the issue and pastes the corrected line: {problem.accepted}")
    corrected = issue.body.replace(problem.typed or "", problem.accepted or "")
    done = story.propose(replace(issue, body=corrected))
    story.check(done.plan.outcome == "created" and done.pull, "now there is a proposal, and the comment says so")
    return done


def _issue(story: Story, number: int) -> Issue:
    name = f"ospo/issue-{number}.json"
    issue = read_issue(example(name).encode(), name)
    story.title(f"{issue.author} files issue #{number}: {issue.title}")
    return issue


def _merge(story: Story, first: Done, second: Done) -> None:
    numbers = [done.pull.number for done in (first, second) if done.pull]
    story.title(f"A maintainer merges pull request #{numbers[0]}; the other one follows")
    before = story.forge.base().commit
    story.forge.merge(numbers[0])
    base = story.forge.base().commit
    story.check(base != before, "the first event is on the page on main")
    branch = branch_name(second.plan.issue)
    rebuilt = story.reconcile(second.plan.issue)
    parent = story.git.text("rev-parse", f"{branch}^")
    story.check(rebuilt.plan.outcome == "updated" and parent == base, f"{branch} was rebuilt on the new main")
    story.reconcile(first.plan.issue)
    story.forge.merge(numbers[1])  # a conflict would be an error
    story.check(story.forge.base().commit != base, "it merges without a conflict")
    story.reconcile(second.plan.issue)
    story.check(story.is_in_sync(), "the page matches its records")
    diff = story.git.text("diff", "--no-ext-diff", "--no-textconv", before, "HEAD", "--", PAGE)
    shown = Syntax(diff, "diff", theme="ansi_dark", background_color="default", word_wrap=True)
    story.show(shown, "the page since the import")
