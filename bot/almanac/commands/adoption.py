"""What `almanac init` will do to a site: finds out everything that it needs, and writes nothing."""

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Literal

from almanac import config as configs
from almanac.commands import starter
from almanac.commands.build import (
    minimal_config,
    new_records,
    read_page,
    refuse_other_page,
)
from almanac.commands.discovery import language_of, records_folder
from almanac.commands.entry_checks import check_to_come
from almanac.commands.finding import Ask, find_page, named_page, refuse_same_address
from almanac.commands.known import left_out
from almanac.commands.origin import Origin
from almanac.commands.places import Place
from almanac.commands.shapes import (
    Choose,
    Shape,
    choose_shape,
    shapes_of,
    unasked,
)
from almanac.commands.site_checks import check_forms, find_workflow, readable_form
from almanac.commands.takeover import (
    Overlay,
    Takeover,
    config_for,
    known_to,
    take_over,
    unasked_for,
)
from almanac.commands.upcoming import Coming, coming_of, is_in_place
from almanac.commands.workflow import WORKFLOW, workflow_text
from almanac.config import Config, Language
from almanac.errors import Problem, UserError
from almanac.event.model import Event
from almanac.form.schema import Form, read_form
from almanac.histories import MAIN, history_name, read_config
from almanac.page.canonical import is_known
from almanac.page.importer import Imported, import_page
from almanac.page.index import index_of, index_template
from almanac.page.insert import refuse_loop
from almanac.page.outline import Page, Section, outline
from almanac.page.passed_over import unclear
from almanac.page.tables import table_questions
from almanac.page.template import DOCS, section_renderer
from almanac.phrases import say
from almanac.proposal.ours import refuse_alike
from almanac.renderer import house_renderer
from almanac.site import Site
from almanac.text import counted

_PURPOSES = {
    configs.PATH: say("the settings"),
    configs.CHANGE_FORM: say("the form with which people ask for changes"),
    WORKFLOW: say("runs Almanac on GitHub"),
}
_TEMPLATES = {
    "section_template": say("how a new event is written on your page"),
    "index_template": say("how its line in the second list is written"),
    "upcoming_template": say("how it is written while it is to come"),
}

State = Literal["new", "replaced", "completed", "kept", "same"]


@dataclass
class Adoption:
    """What will be done to a site: path -> text of the records that will be written, and of the other files it needs.

    `files` has those that exist already, too; `states` says what becomes of each. `shape` is how new events will be
    written on the `page`, None where that was decided before; `form` is the one that the site will have, if it can be
    read. `coming` is the list of what is to come, where the settings will name it. `problems` have to be fixed in files
    of the site's own. `taken` is the folder or list that is taken over. `subscribed` are the paths of calendar and
    feed, and `templates` those of what is written, by their keys in the config.
    """

    config: Config
    records: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    states: dict[str, State] = field(default_factory=dict)
    imported: Imported | None = None
    page: Page | None = None
    shape: Shape | None = None
    house: str | None = None  # the template of a new page in another language than English
    form: Form | None = None
    index_template: str | None = None
    coming: Coming | None = None
    ahead: Coming | None = None  # the same list, also where people do not want it named
    shapes: Sequence[Shape] = ()  # all those that new events could have
    templates: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    taken: Takeover | None = None
    has_records: bool = False
    history: str = MAIN  # which of the site's histories is set up
    subscribed: dict[str, str] = field(default_factory=dict)

    @property
    def section_template(self) -> str | None:
        return self.shape.template if self.shape else None

    @property
    def sources(self) -> dict[str, str]:
        """The texts of the page's templates, by their keys in the config."""
        found = {
            "section_template": self.section_template or self.house,
            "index_template": self.index_template,
            "upcoming_template": self.coming.template if self.coming else None,
        }
        return {key: text for key, text in found.items() if text}

    @property
    def labels(self) -> tuple[str, ...]:
        return self.form.labels if self.form else ()

    def purpose(self, path: str) -> str:
        """Say what a file is for that is written."""
        if path in _PURPOSES:
            return _PURPOSES[path]
        template = next((key for key, one in self.templates.items() if one == path), None)
        if template:
            return _TEMPLATES[template]
        if path in (self.config.file_template, self.config.list_template):
            return say("how a new event is written")
        if path in self.subscribed.values():
            return say("what readers can subscribe to")
        return say("the history page") if path == self.config.page else say("the form that people fill in")

    @property
    def written(self) -> dict[str, str]:
        """What will be written, in the order in which it is shown: path -> text."""
        files = {
            path: text for path, text in self.files.items() if self.states[path] in ("new", "replaced", "completed")
        }
        return files | self.records


def plan_adoption(  # noqa: PLR0913 -- what there is, and one for each option
    site: Site,
    paths: Collection[str],
    branch: str,
    *,
    today: date,
    page: str | None = None,
    history: str | None = None,
    new: bool = False,
    force: bool = False,
    shape: str | None = None,
    ask: Ask | None = None,
    choose: Choose | None = None,
    root: Path | None = None,
    action: str = Origin().action,
    upcoming: bool = True,
    language: Language | None = None,
) -> Adoption:
    """Find out what a site needs, given the paths of its files, the repository's default branch, and the date.

    With `new`, the page has no events yet, and is created if it does not exist. With `force`, a form or workflow that
    exists and differs is replaced; the config never is. `shape` is that of new events; without it, the best one that is
    proven is taken. `history` is one that the settings know, or one more. `ask` chooses the page, and `choose` the
    shape; None if there is no one to ask. `root` is where the site is on this disk, if it may be built, and `action`
    what the workflow runs. `language` is the one to speak; without it, the site's.
    `upcoming` tells whether a list of what is to come is kept up, where there is one.
    """
    text, workflow = site.text(configs.PATH), partial(workflow_text, branch, action)
    if history is not None:
        planned = _planned_history(site, history, page)
        return _plan_history(planned, paths, workflow, today=today, new=new, force=force, shape=shape, choose=choose)
    if MAIN not in site.histories:
        message = say("This site has several histories. Name one of them, or a new one, with `--history`.")
        raise UserError(Problem(message, "histories", file=configs.PATH, choices=tuple(site.histories)))
    found = named_page(site, paths, page, new=new) if page else find_page(site, paths, new=new, ask=ask)
    if isinstance(found, Place):
        language = language or language_of(site)
        return _take_place(site, paths, workflow, found, today=today, force=force, root=root, language=language)
    page = found
    folder, reason = records_folder(site, page, paths)
    fresh = site.with_config(page=page, records=folder, language=language or language_of(site, page))
    # A config as `almanac import` writes it contains no decisions of anyone's.
    is_ours = text is None or text == minimal_config(fresh.config)
    site = fresh if is_ours else site
    plan = Adoption(site.config)
    if reason and is_ours:
        plan.notes.append(say("The records are kept in {folder}/, because {reason}.", folder=folder, reason=reason))
    _take_page(plan, site, paths, new=new)
    if plan.page:
        _take_events(plan, site, plan.page, is_ours=is_ours, wanted=shape, choose=choose)
        if is_ours:
            _take_upcoming(plan, site, plan.page, wanted=upcoming)
    elif shape not in (None, "house"):
        raise UserError(Problem(say("There is no event on the page yet whose shape new ones could have."), file=page))
    if text is not None and not is_ours:
        plan.files = {configs.PATH: text, **plan.files}
    habits = _add_files(plan, site, workflow, today, is_ours=is_ours)
    _add_change_form(plan, site, habits, today, force=force)
    _compare(plan, site, force=force)
    return plan


def _plan_history(  # noqa: PLR0913 -- as above
    site: Site,
    paths: Collection[str],
    workflow: Callable[..., str],
    *,
    today: date,
    new: bool,
    force: bool,
    shape: str | None,
    choose: Choose | None,
) -> Adoption:
    """Find out what one of several histories of a site needs: one more, or one that the settings know already."""
    config = site.config
    if isinstance(named_page(site, paths, config.page, new=new), Place):
        message = say(
            "Its events are in files or a list: write the settings of this history by hand ({docs} says how).",
            docs=DOCS,
        )
        raise UserError(Problem(message, "histories", file=configs.PATH))
    is_new = site.history not in site.histories
    if is_new:
        folder, reason = records_folder(site, config.page, paths)
        site = site.with_config(records=folder)
    plan = Adoption(site.config, history=site.history)
    if is_new and reason:
        plan.notes.append(say("The records are kept in {folder}/, because {reason}.", folder=folder, reason=reason))
    _take_page(plan, site, paths, new=new)
    if plan.page:
        _take_events(plan, site, plan.page, is_ours=is_new, wanted=shape, choose=choose)
        if is_new:
            _take_upcoming(plan, site, plan.page)
    if not is_new:
        plan.files[configs.PATH] = site.text(configs.PATH) or ""
    habits = _add_files(plan, site, workflow, today, is_ours=is_new)
    if site.text(configs.CHANGE_FORM) is None:
        _add_change_form(plan, site, habits, today, force=force)
    read_config(plan.files[configs.PATH])  # refuses what would get into another history's way
    _compare(plan, site, force=force)
    before = site.text(WORKFLOW)
    if before == workflow(*site.histories.values()) != plan.files.get(WORKFLOW, before):
        plan.states[WORKFLOW] = "completed"  # it is as it was made, and has to name the files of this history as well
    forms = [(form, one.config.labels or form.labels) for one in site.each() if (form := readable_form(one))]
    refuse_alike([*forms, (plan.form, plan.labels)] if plan.form and is_new else forms)
    return plan


def _planned_history(site: Site, name: str, page: str | None) -> Site:
    """Return a site as one of its histories has it, or would have it."""
    try:
        history_name(name)
    except ValueError as error:
        raise UserError(Problem(str(error), "--history", name)) from None
    if name in site.histories:
        refuse_other_page(site.of(name).config, page or site.of(name).config.page)
        return site.of(name)
    if page is None:
        message = say("Name the page of the new history; with `--new`, it has no events yet.")
        raise UserError(Problem(message, "--page", accepted=f"almanac init --history {name} --page {name}.md"))
    own = Config(page=page, form=starter.of_history(Config().form, name))
    whole = site.whole_config
    planned = whole.model_copy(update={"histories": {**whole.histories, name: own}})
    return site.of(name).with_config(**dict(planned.each()[name]))


def _unnamed_page(site: Site) -> str | None:
    """Return the page of a site's only history so far, if its settings do not name it."""
    main = site.of(MAIN)
    is_named = main.config.model_fields_set.intersection(("page", "files", "list"))
    return None if is_named or [*main.histories] != [MAIN] or main.text(main.config.page) is None else main.config.page


def _take_place(  # noqa: PLR0913 -- as above
    site: Site,
    paths: Collection[str],
    workflow: Callable[..., str],
    place: Place,
    *,
    today: date,
    force: bool,
    root: Path | None,
    language: Language,
) -> Adoption:
    """Take over a folder or a list of events: its files are the records, and stay as they are."""
    text = site.text(configs.PATH)
    config = config_for(site, place, paths).model_copy(update={"language": language}) if text is None else site.config
    plan, zones = Adoption(config), config.zones()
    source = config.file_template or config.list_template
    if place.learned and source and (text is None or site.text(source) is None):
        plan.files[source] = place.learned.template
    first = starter.config_text(config, starter.habits_of((), zones, today), zones) if text is None else text
    planned = Site(Overlay(site.files, {configs.PATH: first, **plan.files}))
    known = known_to(planned)
    plan.records = {} if planned.records else _records_of(planned, known)
    plan.has_records = bool(plan.records)
    habits = starter.habits_of(known, zones, today)
    plan.notes += starter.said_of_rhythms(habits) if text is None else ()
    settings = starter.config_text(config, habits, zones) if text is None else text
    plan.files = {configs.PATH: settings, **plan.files}
    own = place.learned.questions if place.learned else ()
    plan.files[config.form] = starter.form_text(
        habits, today, unasked_for(place), config.labels, own, language=config.language
    )
    if find_workflow(site) in (None, WORKFLOW):
        plan.files[WORKFLOW] = workflow(config)
    _add_change_form(plan, site, habits, today, force=force)
    _compare(plan, site, force=force)
    plan.notes += [*place.reasons, *place.remarks, *map(str, left_out(planned))]
    plan.notes += [one.message for one in check_to_come(site, place)]
    if plan.form and place.learned:
        plan.taken = take_over(Site(Overlay(site.files, plan.written)), place, plan.form, today, root)
    return plan


def _records_of(site: Site, known: Sequence[Event]) -> dict[str, str]:
    """Return the records of events that a table holds, by path."""
    return {site.store.path(one.id): site.store.write(one) for one in known}


def _compare(plan: Adoption, site: Site, *, force: bool) -> None:
    """Find out what becomes of each file, given those that there are."""
    for path, wanted in plan.files.items():
        there = site.text(path)
        if there is None or there == wanted:
            plan.states[path] = "new" if there is None else "same"
        else:
            # The only config that differs from the one that is wanted is one of `almanac import`.
            plan.states[path] = "replaced" if force or path == configs.PATH else "kept"
    for key in _TEMPLATES:  # those of an earlier run, which nothing was made for now
        path = getattr(plan.config, key)
        if path and path not in plan.states and site.text(path) is not None:
            plan.templates[key], plan.states[path] = path, "same"
    _check_kept(plan, site)


# ---------------------------------------------------------------- the page


def _take_page(plan: Adoption, site: Site, paths: Collection[str], *, new: bool) -> None:
    path = site.config.page
    text = site.text(path)
    plan.has_records = bool(site.record_texts)
    if text is None:
        refuse_same_address(path, paths)
        layouts = sorted(name.partition(".")[0] for name in site.files.names("_layouts") if "." in name)
        plan.files[path] = starter.first_page(layouts)
        plan.house = starter.house_section(plan.config.language)
        return
    cut = outline(text)
    if not cut.sections and (new or plan.has_records):
        refuse_loop(cut, path)
        return
    plan.page = cut


def _take_events(  # noqa: PLR0913 -- what there is, and how the shape is chosen
    plan: Adoption, site: Site, page: Page, *, is_ours: bool, wanted: str | None, choose: Choose | None
) -> None:
    """Import the page's events, unless there are records, and decide in which shape new ones are written."""
    path, zones, own = site.config.page, site.config.zones(), site.config.section_template
    imported = import_page(page.text, house_renderer(), zones, file=path)  # refuses a page that cannot be imported
    if site.config.index_template is None and (lines := index_of(page)):
        plan.index_template = index_template(page)
        plan.notes.append(_said_of_index(page, lines, is_written=plan.index_template is not None))
    if own is None:
        unsure = [replace(one, file=path) for one in unclear(page)]
        plan.shapes = shapes = shapes_of(
            page, [event.markdown is None for event in imported.events], path, plan.index_template, unsure
        )
        if is_ours or wanted:
            plan.shape = choose_shape(page, shapes, wanted, choose, path)
        elif shapes[0].name != "house":
            plan.notes.append(
                say(
                    "Your page has a shape of its own, and your settings name no section template. "
                    "To have new events written in that shape, run `almanac init --shape like`."
                )
            )
    elif wanted:
        message = say("The settings name this template, which says how new events are written. Edit it to change that.")
        raise UserError(Problem(message, "section_template", file=own))
    source = plan.section_template
    if plan.has_records:
        plan.notes.append(
            say("There are records already, so the page was not imported. `almanac build` keeps both in sync.")
        )
        write = section_renderer(source) if source else None
        if write and any(
            event.markdown is None and not is_known(event.rendered, write(event)) for event in site.records
        ):
            plan.shape = None  # it would write records that are there already in another way
        return
    if source and is_ours:
        # A section that the page's own shape reproduces needs no text of its own in the record.
        imported = import_page(page.text, section_renderer(source), zones, file=path)
    elif own is not None:
        imported = read_page(site, page.text, path)
    plan.imported, plan.records = imported, new_records(site, imported)
    plan.has_records = bool(plan.records)


def _take_upcoming(plan: Adoption, site: Site, page: Page, *, wanted: bool = True) -> None:
    """Find out whether the page lists what is to come apart, and whether it is kept up: nothing is moved here.

    Only where that is `wanted`, the settings will name it. Records that are there already stay as they are.
    """
    is_new = plan.imported is not None
    found = coming_of(page, plan.shape.render if plan.shape else site.renderer())
    if found is None or not (is_new or plan.has_records) or (found.template and not is_new):
        return
    imported = plan.imported or read_page(site, page.text, site.config.page)
    where = f"below \u201c{found.heading}\u201d (line {found.line})"
    if count := found.over(site, page, imported):
        are = say("is over and is") if count == 1 else say("are over and are")
        plan.notes.append(
            say(
                "{count} {are} still listed {where}. To have what is over moved to the history, put "
                "`upcoming: {setting}` into {path} on the main branch: a pull request then moves it (in a clone, "
                "`almanac build` does).",
                count=counted(count),
                are=are,
                where=where,
                setting=json.dumps(found.setting, ensure_ascii=False),
                path=configs.PATH,
            )
        )
        return
    if found.template:
        own = import_page(page.text, section_renderer(found.template), site.config.zones(), file=site.config.page)
        imported = found.merged(page, imported, own)
    records = new_records(site, imported) if is_new else {}
    sources = replace(plan, coming=found).sources
    paths = _template_paths(site, sources)
    files = records | {path: sources[key] for key, path in paths.items()}
    if not is_in_place(site, found, files, paths):
        return
    plan.ahead = found
    if wanted:
        plan.coming = found
        if is_new:
            plan.imported, plan.records = imported, records
        plan.config = plan.config.model_copy(update={"upcoming": found.setting})
        plan.notes.append(
            say("An event that is to come is listed {where}, and moves to the history when it is over.", where=where)
        )


def _template_paths(site: Site, keys: Iterable[str]) -> dict[str, str]:
    """Return where the templates of a page are written, by their keys in the config."""
    usual = starter.PAGE_TEMPLATES
    return {key: starter.of_history(usual[key], site.history) if site.history else usual[key] for key in keys}


def _said_of_index(page: Page, lines: Sequence[Section], *, is_written: bool) -> str:
    heading = next((one.text for one in page.headings if one.line == lines[0].parent), "")
    where = f"line {lines[0].line}" + (f", below \u201c{heading}\u201d" if heading else "")
    if is_written:
        return say(
            "Your page lists its events twice. A new one also gets a line in the second list ({where}).", where=where
        )
    return say(
        "Your page lists its events twice, but no template was found for the second list "
        "({where}), so new events will not be in it. {docs} says how to write one.",
        where=where,
        docs=DOCS,
    )


# ---------------------------------------------------------------- the other files


def _add_files(
    plan: Adoption, site: Site, workflow: Callable[..., str], today: date, *, is_ours: bool
) -> starter.Habits:
    config, source = plan.config, plan.section_template
    zones = config.zones()
    events = plan.imported.events if plan.imported else site.records
    habits = starter.habits_of(events, zones, today)
    plan.templates = _template_paths(site, plan.sources)
    if is_ours and not (site.history and config.series):
        plan.notes += starter.said_of_rhythms(habits)
    if is_ours and site.history:
        block = starter.history_text(site.history, config, habits, zones, plan.templates)
        plan.files[configs.PATH] = starter.with_history(site.text(configs.PATH) or "", block, _unnamed_page(site))
    elif is_ours:
        plan.files[configs.PATH] = starter.config_text(config, habits, zones, plan.templates)
    for key, path in plan.templates.items():
        plan.files[path] = plan.sources[key]
        if not is_ours:
            plan.notes.append(
                say(
                    "Put the line `{key}: {path}` into {config}, and new events will be written in this shape.",
                    key=key,
                    path=path,
                    config=configs.PATH,
                )
            )
    own = table_questions(plan.page) if plan.page and source else ()
    hidden = unasked(plan.page, events, plan.shape.render if plan.shape else site.renderer())
    own_coming = plan.sources.get("upcoming_template")
    if coming := section_renderer(own_coming) if own_coming else site.renderers().coming:
        hidden &= unasked(plan.page, events, coming)
    labels = (f"event-{site.history}",) if site.history and not config.labels else config.labels
    form = starter.form_text(habits, today, hidden, labels, own, language=config.language)
    plan.files[config.form] = starter.named_form(form, site.history) if site.history else form
    # One workflow that runs Almanac is enough, whatever its name.
    if find_workflow(site) in (None, WORKFLOW):
        planned = config.model_copy(update=plan.templates) if is_ours else config
        plan.files[WORKFLOW] = workflow(*{**site.histories, site.history: planned}.values())
    return habits


def _add_change_form(plan: Adoption, site: Site, habits: starter.Habits, today: date, *, force: bool) -> None:
    """Add the second form, whose issues get the label of the first one, be it the site's own or new."""
    form = None if force else readable_form(site)
    labels = plan.config.labels or (form or read_form(plan.files[plan.config.form])).labels
    plan.files[configs.CHANGE_FORM] = starter.change_form_text(habits, today, labels, plan.config.language)


def _check_kept(plan: Adoption, site: Site) -> None:
    path = site.config.form
    plan.form = readable_form(site) if plan.states[path] == "kept" else read_form(plan.files[path])
    kept = [one for one in (path, configs.CHANGE_FORM) if plan.states.get(one) == "kept"]
    findings = [finding for finding in check_forms(site) if finding.remedy and finding.file in kept]
    plan.problems += (Problem(f"{one.message} {one.remedy}", file=one.file, line=one.line) for one in findings)
    if plan.states.get(WORKFLOW) == "kept" and find_workflow(site) is None:
        plan.notes.append(
            say(
                "{workflow} is a workflow of yours that does not run Almanac. Rename it and run this "
                "again, or use Almanac's server.",
                workflow=WORKFLOW,
            )
        )
