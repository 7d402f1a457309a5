"""What a person asks of `almanac init`, and what it will do to the site, as plain values.

What `almanac init` will do to a site: found out completely before anything is written.

`almanac init`: everything that a site needs, shown first, and nothing lost.
"""

import shlex
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from almanac import config as configs
from almanac.commands.checks_github import find_workflow
from almanac.commands.checks_site import check_form
from almanac.commands.pages import import_files, minimal_config
from almanac.commands.site_files import TEMPLATE, WORKFLOW, config_text, first_page, form_text, habits_of, workflow_text
from almanac.commands.site_search import Candidate, CloneFacts, clearly_best, find_pages, look_at, usual_records
from almanac.config import Config
from almanac.errors import Problem, UserError
from almanac.event.model import Event
from almanac.event.submission import zones_of
from almanac.form.schema import read_form
from almanac.output import document, problem_values, problems, refusals, say
from almanac.page.imitate import DOCS, Imitation, imitate
from almanac.page.importer import Imported, import_page
from almanac.page.insert import refuse_loop
from almanac.page.lines import fingerprint
from almanac.page.outline import outline
from almanac.page.template import section_renderer
from almanac.renderer import house_renderer
from almanac.site import Folder

State = Literal["new", "replaced", "kept", "same"]
Ask = Callable[[Sequence[Candidate]], Candidate]


@dataclass(frozen=True)
class Choices:
    """What the command line says.

    Attributes:
        page: The history page, or None.
        new: Whether the page holds no events yet, and is made where it is not there.
        force: Whether files that are there and differ are replaced; the config never is.
        ask: Asks the person which page is meant; None where nobody can be asked.
    """

    page: Path | None = None
    new: bool = False
    force: bool = False
    ask: Ask | None = None


@dataclass
class Setup:
    """What will be done to a site.

    Attributes:
        page: The page's path in the site.
        records: Path -> text of the records that are written.
        files: The same of all other files that Almanac needs, whether they are there already or not.
        states: What becomes of each of those.
        imported: What the page gave, or None where nothing was to be taken over.
        style: How the page writes its events, or None where that does not matter.
        notes: What the person has to know.
        problems: What has to be mended in files that are the site's own.
        labels: The labels that the form gives.
        has_records: Whether the site has records, or will have some.
    """

    page: str
    records: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    states: dict[str, State] = field(default_factory=dict)
    imported: Imported | None = None
    style: Imitation | None = None
    notes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    labels: tuple[str, ...] = ()
    has_records: bool = False

    @property
    def written(self) -> dict[str, str]:
        """What is to be written, in the order in which it is shown: path -> text."""
        return {
            path: text for path, text in self.files.items() if self.states[path] in ("new", "replaced")
        } | self.records


def prepare(folder: Folder, facts: CloneFacts, choices: Choices) -> Setup:
    """Find out what a site needs.

    Raises:
        UserError: The folder is not the top of its repository; it is not clear which page is meant, or that cannot be
            taken over; the config cannot be read.
    """
    if facts.top and facts.top != folder.root:
        message = "GitHub reads workflows and forms only in a repository's top folder. Run this with that folder."
        raise UserError(Problem(message, file=str(folder.root), accepted=f"almanac init --site {facts.top}"))
    work = _Work(folder, facts, choices)
    work.take_page()
    work.add_files()
    work.setup.has_records = bool(work.setup.records) or work.has_records()
    return work.setup


class _Work:
    """One site that is being set up."""

    def __init__(self, folder: Folder, facts: CloneFacts, choices: Choices) -> None:
        self.folder, self.facts, self.choices = folder, facts, choices
        self.config = folder.config()
        known = folder.text(configs.PATH)
        page = self.page(self.config.page if known is not None else None)
        # What `almanac import` wrote holds nothing of anybody's own.
        self.is_ours = known is None or known == minimal_config(page, usual_records(folder, page))
        if self.is_ours:
            self.plan_config(page)
        self.setup = Setup(page)

    def plan_config(self, page: str) -> None:
        self.config = self.config.model_copy(update={"page": page, "records": usual_records(self.folder, page)})

    # --------------------------------------------------------------------------- the page

    def page(self, configured: str | None) -> str:
        if self.choices.page is not None:
            named = self.named_page(self.choices.page)
            if configured not in (None, named):
                message = (
                    f"The config names another page, {configured}. Change `page` there if this one is the history page."
                )
                raise UserError(Problem(message, "page", file=configs.PATH))
            return named
        if configured is not None:
            return configured
        candidates = [] if self.choices.new else find_pages(self.folder)
        if not candidates:
            return self.config.page
        several = len(candidates) > 1
        best = self.choices.ask(candidates) if self.choices.ask and several else clearly_best(candidates)
        if best is None:
            message = "Several pages may be the history page. Name the one that is."
            raise UserError(Problem(message, choices=_flags(candidates)))
        return best.path

    def named_page(self, page: Path) -> str:
        # A path is first looked for where the person stands, then in the site.
        path = self.folder.inside(page if page.exists() else self.folder.root / page)
        if (self.folder.root / path).is_dir():
            raise UserError(Problem("This is a folder; name the page in it.", file=path))
        if self.folder.text(path) is None and not self.choices.new:
            message = "There is no such page. Name another one, or begin with an empty page by adding `--new`."
            raise UserError(Problem(message, file=path, choices=_flags(find_pages(self.folder))))
        return path

    def take_page(self) -> None:
        setup, text = self.setup, self.folder.text(self.setup.page)
        if text is None:
            layouts = sorted(path.stem for path in (self.folder.root / "_layouts").glob("*.*"))
            setup.files[setup.page] = first_page(layouts)
            return
        cut = outline(text)
        if not cut.sections and (self.choices.new or self.has_records()):
            refuse_loop(cut)
            return
        # Whatever cannot be taken over is refused here.
        imported = import_page(text, house_renderer(), zones_of(self.config, None), file=setup.page)
        if self.config.section_template is None:
            setup.style = imitate(cut, [event.markdown is None for event in imported.events])
        if self.has_records():
            self.keep_records(setup.style)
        else:
            self.make_records(setup.style)
        if setup.style and not setup.style.proven:
            setup.notes.append(
                "No template was found that writes new events in the shape of this page, so they would be written in "
                f"Almanac's own. {DOCS} says how to write one."
            )

    def has_records(self) -> bool:
        return bool(self.folder.record_texts(self.config))

    def keep_records(self, style: Imitation | None) -> None:
        self.setup.notes.append(
            "There are records already, so the page was not imported again. `almanac build` keeps both in line."
        )
        source = style.template if style else None
        if source and not all(_writes_again(source, event) for event in self.folder.records(self.config)):
            self.setup.style = None

    def make_records(self, style: Imitation | None) -> None:
        source = style.template if style and self.is_ours else None
        page = self.folder.root / self.setup.page
        # What the page's own shape writes again needs no text beside its fields.
        render = section_renderer(source) if source else None
        self.setup.records, self.setup.imported = import_files(
            self.folder, page, dry_run=True, planned=self.config, render=render
        )

    # --------------------------------------------------------------------------- the other files

    def add_files(self) -> None:
        setup, zones = self.setup, zones_of(self.config, None)
        events: tuple[Event, ...] = setup.imported.events if setup.imported else ()
        if self.has_records():
            events = self.folder.records(self.config)
        habits = habits_of(events, zones)
        source = setup.style.template if setup.style else None
        if self.is_ours:
            setup.files[configs.PATH] = config_text(
                setup.page,
                habits,
                zones,
                records=self.config.records if self.config.records != Config().records else None,
                section_template=TEMPLATE if source else None,
            )
        elif source:
            setup.notes.append(
                f"Your page has a shape of its own. Put the line `section_template: {TEMPLATE}` into {configs.PATH}, "
                "and new events are written in that shape."
            )
        if source:
            setup.files[TEMPLATE] = source
        setup.files[self.config.form] = form_text(habits, self.config.labels)
        # One workflow that runs Almanac is enough, whatever it is called.
        if find_workflow(self.folder) in (None, WORKFLOW):
            setup.files[WORKFLOW] = workflow_text(self.facts.branch)
        if not self.is_ours:
            setup.files = {configs.PATH: self.folder.text(configs.PATH) or "", **setup.files}
        setup.states = {path: self.state(path, text) for path, text in setup.files.items()}
        self.look_at_kept()

    def look_at_kept(self) -> None:
        """See whether a form and a workflow of the site's own will do."""
        setup, states = self.setup, self.setup.states
        if states[self.config.form] == "kept":
            form, found = check_form(self.folder, self.config)
            setup.labels = form.labels if form else ()
            setup.problems += (
                Problem(f"{one.message} {one.remedy}", file=one.file, line=one.line) for one in found if one.remedy
            )
        else:
            setup.labels = read_form(setup.files[self.config.form]).labels
        if states.get(WORKFLOW) == "kept" and find_workflow(self.folder) is None:
            setup.notes.append(
                f"{WORKFLOW} is a workflow of yours that does not run Almanac. Name it otherwise and run this again, "
                "or let Almanac's server look at the site."
            )

    def state(self, path: str, wanted: str) -> State:
        there = self.folder.text(path)
        if there is None:
            return "new"
        if there == wanted:
            return "same"
        # The page is written only where there is none.
        minimal = path == configs.PATH and self.is_ours
        return "replaced" if minimal or (self.choices.force and path != configs.PATH) else "kept"


def _writes_again(source: str, event: Event) -> bool:
    return event.markdown is not None or fingerprint(section_renderer(source)(event)) == event.rendered


def _flags(candidates: Sequence[Candidate]) -> tuple[str, ...]:
    return tuple(f"--page {one.path}" for one in candidates[:5])


_SWITCH = "Allow GitHub Actions to create and approve pull requests"
_SHOWN = 3
_DOES = {
    configs.PATH: "the settings",
    TEMPLATE: "how a new event is written on your page",
    WORKFLOW: "runs Almanac on GitHub",
}


def init_site(  # noqa: PLR0913 -- one for each option
    site: Path, page: Path | None, *, new: bool, force: bool, yes: bool, dry_run: bool, as_json: bool
) -> int:
    """Set a site up; nothing is written that would lose anything."""
    asks = not (yes or dry_run or as_json) and sys.stdin.isatty() and sys.stdout.isatty()
    with refusals({"written": False}, as_json=as_json):
        folder = Folder(site)
        facts = look_at(folder.root)
        setup = prepare(folder, facts, Choices(page, new=new, force=force, ask=_which if asks else None))
        replaced = {path for path, state in setup.states.items() if state == "replaced"} - {configs.PATH}
        if not dry_run:
            folder.refuse_to_lose(sorted(replaced))
    if not as_json:
        _show(setup)
    agreed = not dry_run and (not asks or not setup.written or _agreed())
    if agreed:
        folder.write(setup.written)
    steps = next_steps(setup, facts, folder.config())
    if as_json:
        document(_values(setup, steps, written=agreed))
    elif agreed:
        _tell_steps(steps, wrote=bool(setup.written))
    else:
        say("\nNothing was written" + (" (--dry-run)." if dry_run else "."))
    return int(bool(setup.problems))


def _which(candidates: Sequence[Candidate]) -> Candidate:
    import typer

    offered = candidates[:9]
    say("Which page holds the history?")
    for number, one in enumerate(offered, 1):
        say(f"  {number}  {one.path} ({_events(one.events)})")
    chosen = 0
    while not 1 <= chosen <= len(offered):
        chosen = typer.prompt("Its number", default=1, type=int, err=True)
    return offered[chosen - 1]


def _agreed() -> bool:
    import typer

    return typer.confirm("\nWrite these files?", default=True, err=True)


def _events(count: int) -> str:
    return f"{count} event" + "s" * (count != 1)


# ------------------------------------------------------------------------------- what is shown


def _show(setup: Setup) -> None:
    imported = setup.imported
    if imported:
        problems(imported.warnings, "warning")
        say(
            f"{setup.page}: {_events(len(imported.events))}, {imported.structured} of them taken apart into fields, "
            f"{imported.verbatim} kept word by word."
        )
        say("Written again from its records, the page is the same byte for byte. It is not changed.")
    if setup.style and setup.style.template:
        kind = {"bullet": "a bullet", "row": "a row of the table"}.get(
            setup.style.family, "a section in the page's own shape"
        )
        say(f"A new event will be {kind}.")
    for note in setup.notes:
        say(f"Note: {note}")
    say()
    for path, state in setup.states.items():
        why = _DOES.get(path) or ("the history page" if path == setup.page else "the form that people fill in")
        # Settings are replaced only where they do no more than name the page, as an import leaves them.
        word = "completed" if (path, state) == (configs.PATH, "replaced") else _STATES[state]
        say(f"  {word:<9} {path}  ({why})")
    for path in list(setup.records)[:_SHOWN]:
        say(f"  new       {path}")
    more = len(setup.records) - _SHOWN
    if more > 0:
        say(f"  new       ... and {more} more records")
    kept = [path for path, state in setup.states.items() if state == "kept" and path != configs.PATH]
    if kept:
        say("\nFiles that are there already stay as they are; `--force` replaces them, except for the settings.")
    problems(setup.problems)


_STATES = {"new": "new", "replaced": "replaced", "kept": "yours", "same": "there"}


def _tell_steps(steps: Sequence[str], *, wrote: bool) -> None:
    say("\nDone. Three steps are left:\n" if wrote else "\nEverything is there already. What comes after it:\n")
    for number, step in enumerate(steps, 1):
        say(f"  {number}. " + step.replace("\n", "\n     "))
    say()


def next_steps(setup: Setup, facts: CloneFacts, config: Config) -> list[str]:
    """Return what a person does next, as three steps of one or more lines."""
    web = facts.web or "https://github.com/OWNER/NAME"
    return [_push(setup, facts, config), _switch(web, setup), _try(web, facts, config)]


def _push(setup: Setup, facts: CloneFacts, config: Config) -> str:
    paths = [".github", setup.page, *([config.records] if setup.has_records else [])]
    if facts.top is None:
        named = ", ".join(paths)
        return (
            "Push. This folder is in no git repository yet: put the site on GitHub first, for example with GitHub "
            f"Desktop.\nThese belong to Almanac: {named}"
        )
    away = facts.current and facts.current != facts.branch
    lines = [
        "Commit and push:",
        f"    git add {' '.join(map(shlex.quote, paths))}",
        '    git commit -m "Adopt Almanac"',
        "    git push",
        *([f"Then merge {facts.current} into {facts.branch}: Almanac looks there."] if away else []),
    ]
    return "\n".join(lines)


def _switch(web: str, setup: Setup) -> str:
    label = next(iter(setup.labels), "event")
    return (
        f"On GitHub, open {web}/settings/actions\n"
        f'and tick "{_SWITCH}", at the bottom. Save.\n'
        f"Then make a label called `{label}` at {web}/labels, if there is none."
    )


def _try(web: str, facts: CloneFacts, config: Config) -> str:
    name = config.form.rpartition("/")[2]
    doctor = f"almanac doctor --repo {facts.repository or 'OWNER/NAME'}"
    return (
        f"File a test issue: {web}/issues/new?template={name}\n"
        "A minute later there is a pull request with the event. Merge it, or close the issue to take it back.\n"
        f"If nothing happens, `{doctor}` says why."
    )


def _values(setup: Setup, steps: Sequence[str], *, written: bool) -> dict[str, Any]:
    imported, style = setup.imported, setup.style
    return {
        "page": setup.page,
        "events": len(imported.events) if imported else 0,
        "structured": imported.structured if imported else 0,
        "verbatim": imported.verbatim if imported else 0,
        "section_template": TEMPLATE if style and style.template else None,
        "files": setup.states | dict.fromkeys(setup.records, "new"),
        "written": written,
        "warnings": [problem_values(warning) for warning in imported.warnings] if imported else [],
        "notes": setup.notes,
        "problems": [problem_values(problem) for problem in setup.problems],
        "next": list(steps),
    }
