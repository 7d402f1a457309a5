"""What `almanac init` will do to a site: found out completely before anything is written."""

from collections.abc import Sequence
from pathlib import Path

from bot import config as configs
from bot.commands.checks_site import check_form
from bot.commands.checks_workflow import find_workflow
from bot.commands.clone_facts import CloneFacts
from bot.commands.jekyll_site import usual_records
from bot.commands.pages import import_files, minimal_config
from bot.commands.setup_plan import Choices, Setup, State
from bot.commands.site_files import TEMPLATE, WORKFLOW, config_text, first_page, form_text, habits_of, workflow_text
from bot.commands.site_search import Candidate, clearly_best, find_pages
from bot.config import Config
from bot.errors import Problem, UserError
from bot.events.event import Event
from bot.events.submission import zones_of
from bot.folder import Folder
from bot.intake.form import read_form
from bot.kit import house_renderer
from bot.pages.fingerprints import fingerprint
from bot.pages.history import refuse_loop
from bot.pages.importer import import_page
from bot.pages.outline import outline
from bot.pages.section import section_renderer
from bot.pages.shape.imitate import DOCS, Imitation, imitate


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
