"""What `almanac init` will do to a site: finds out everything that it needs, and writes nothing."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import date
from functools import partial
from pathlib import Path

from almanac import config as configs
from almanac.commands import starter
from almanac.commands.build import minimal_config, refuse_other_page
from almanac.commands.discovery import language_of, records_folder
from almanac.commands.entry_checks import check_shown
from almanac.commands.finding import Ask, configured_place, find_page, named_page, place_at
from almanac.commands.known import left_out
from almanac.commands.origin import Origin
from almanac.commands.pageplan import take_events, take_page, take_upcoming, template_paths
from almanac.commands.places import Place
from almanac.commands.planned import Adoption
from almanac.commands.shapes import Choose, unasked
from almanac.commands.site_checks import check_forms, find_workflow, readable_form
from almanac.commands.takeover import Overlay, config_for, known_to, take_over, unasked_for
from almanac.commands.workflow import WORKFLOW, workflow_text
from almanac.config import Config, Language
from almanac.errors import Problem, UserError
from almanac.event.model import Event
from almanac.form.schema import read_form
from almanac.histories import MAIN, history_name, read_config
from almanac.page.imitate import page_questions
from almanac.page.tables import Question
from almanac.page.template import section_renderer
from almanac.phrases import say
from almanac.proposal.ours import refuse_alike
from almanac.site import Site
from almanac.times.zones import Zones


@dataclass(frozen=True)
class _Wishes:
    """What is asked for, as in `plan_adoption`."""

    today: date
    shape: str | None
    choose: Choose | None
    _: KW_ONLY
    new: bool
    force: bool
    upcoming: bool
    template: bool


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
    template: bool = False,
    language: Language | None = None,
) -> Adoption:
    """Find out what a site needs, given the paths of its files, the repository's default branch, and the date.

    With `new`, the page has no events yet, and is created if it does not exist. With `force`, a form or workflow that
    exists and differs is replaced; the config never is. `shape` is that of new events; without it, the best one that is
    proven is taken. `history` is one that the settings know, or one more. `ask` chooses the page, and `choose` the
    shape; None if there is no one to ask. `root` is where the site is on this disk, if it may be built, and `action`
    what the workflow runs. `language` is the one to speak; without it, the site's.
    `upcoming` tells whether a list of what is to come is kept up, where there is one, and `template` whether the page
    gets a template that can be edited also where Almanac's own style is right.
    """
    text, workflow = site.text(configs.PATH), partial(workflow_text, branch, action)
    wishes = _Wishes(today, shape, choose, new=new, force=force, upcoming=upcoming, template=template)
    if history is not None:
        site = _planned_history(site, history, page)
        return _plan_history(site, paths, workflow, wishes)
    if MAIN not in site.histories:
        message = say("This site has several histories. Name one of them, or a new one, with `--history`.")
        raise UserError(Problem(message, "histories", file=configs.PATH, choices=tuple(site.histories)))
    found = named_page(site, paths, page, new=new) if page else find_page(site, paths, new=new, ask=ask)
    if isinstance(found, Place):
        language = language or language_of(site)
        return _take_place(site, paths, workflow, found, wishes, root=root, language=language)
    page = found
    folder, reason = records_folder(site, page, paths)
    fresh = site.with_config(page=page, records=folder, language=language or language_of(site, page))
    # A config as `almanac import` writes it contains no decisions of anyone's.
    is_ours = text is None or text == minimal_config(fresh.config)
    site = fresh if is_ours else site
    plan = Adoption(site.config)
    _note_folder(plan, reason if is_ours else None)
    habits = _plan_page(plan, site, paths, workflow, wishes, is_ours=is_ours)
    _add_change_form(plan, site, habits, wishes)
    _compare(plan, site, force=wishes.force)
    return plan


def _note_folder(plan: Adoption, reason: str | None) -> None:
    """Say why the records are not where they usually are, if so."""
    if reason:
        folder = plan.config.records
        plan.notes.append(say("The records are kept in {folder}/, because {reason}.", folder=folder, reason=reason))


def _plan_page(  # noqa: PLR0913 -- what there is
    plan: Adoption, site: Site, paths: Collection[str], workflow: Callable[..., str], wishes: _Wishes, *, is_ours: bool
) -> starter.Habits:
    """Plan all that a site with a page needs but the second form; `is_ours` tells whether its settings are made."""
    take_page(plan, site, paths, new=wishes.new)
    if plan.page:
        take_events(plan, site, plan.page, is_ours=is_ours, wanted=wishes.shape, choose=wishes.choose)
        if is_ours or (site.config.upcoming_template and site.text(site.config.upcoming_template) is None):
            take_upcoming(plan, site, plan.page, wanted=wishes.upcoming)
    elif wishes.shape not in (None, "house"):
        message = say("There is no event on the page yet whose shape new ones could have.")
        raise UserError(Problem(message, file=plan.config.page))
    if wishes.template and "section_template" not in plan.sources:
        plan.house = starter.house_section(plan.config.language)
    return _add_files(plan, site, workflow, wishes.today, is_ours=is_ours)


def _plan_history(site: Site, paths: Collection[str], workflow: Callable[..., str], wishes: _Wishes) -> Adoption:
    """Find out what one of several histories of a site needs: one more, or one that the settings know already."""
    is_known = site.history in site.histories
    is_new = not is_known or site.text(site.config.form) is None
    place = configured_place(site, paths) if is_known else place_at(site, paths, site.config.page)
    if place:
        plan = _take_place(site, paths, workflow, place, wishes, language=site.config.language)
    else:
        named_page(site, paths, site.config.page, new=wishes.new)  # refuses one that there cannot be
        reason = None
        if not is_known:
            folder, reason = records_folder(site, site.config.page, paths)
            site = site.with_config(records=folder)
        plan = Adoption(site.config, history=site.history)
        _note_folder(plan, reason)
        habits = _plan_page(plan, site, paths, workflow, wishes, is_ours=is_new)
        _add_change_form(plan, site, habits, wishes)
        _compare(plan, site, force=wishes.force)
    read_config(plan.files[configs.PATH])  # refuses what would get into another history's way
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
    made = Site(site.files, history=name)
    made.config = planned.each()[name]
    return made


def _unnamed_page(site: Site) -> str | None:
    """Return the page of a site's only history so far, if its settings do not name it."""
    main = site.of(MAIN)
    is_named = main.config.model_fields_set.intersection(("page", "files", "list"))
    return None if is_named or [*main.histories] != [MAIN] or main.text(main.config.page) is None else main.config.page


def _take_place(  # noqa: PLR0913 -- what there is
    site: Site,
    paths: Collection[str],
    workflow: Callable[..., str],
    place: Place,
    wishes: _Wishes,
    *,
    root: Path | None = None,
    language: Language,
) -> Adoption:
    """Take over a folder or a list of events: its files are the records, and stay as they are."""
    text, config = site.text(configs.PATH), site.config
    source = config.file_template or config.list_template
    if place.learned is None and (source is None or site.text(source) is None):
        message = say("There is no event there yet that shows how they are written. Write the first one by hand.")
        raise UserError(place.problem if place.events or place.undated else Problem(message, file=place.path))
    is_ours = text is None or bool(site.history and site.text(config.form) is None)
    if is_ours:
        # Of a history that is new, the settings have the place as a page so far.
        given = config.model_fields_set.difference(("page",) if config.page == place.path else ())
        own = {key: getattr(config, key) for key in given}
        config = config_for(site, place, paths).model_copy(update={"language": language} if text is None else own)
    plan, zones = Adoption(config, history=site.history), config.zones()
    source = config.file_template or config.list_template
    if place.learned and source and (is_ours or site.text(source) is None):
        plan.files[source] = place.learned.template_in(config.language)
    settings = partial(_settings, site, config, zones, is_ours=is_ours)
    first = settings(starter.habits_of((), zones, wishes.today))
    planned = Site(Overlay(site.files, {configs.PATH: first, **plan.files}), history=site.history)
    known = known_to(planned)
    plan.records = {} if planned.records else _records_of(planned, known)
    plan.has_records = bool(plan.records)
    habits = starter.habits_of(known, zones, wishes.today)
    plan.notes += starter.said_of_rhythms(habits) if text is None else ()
    plan.files = {configs.PATH: settings(habits), **plan.files}
    questions = place.learned.questions if place.learned else ()
    plan.files[config.form] = _form_text(plan, habits, wishes.today, unasked_for(place), questions)
    if find_workflow(site) in (None, WORKFLOW):
        plan.files[WORKFLOW] = workflow(*{**site.histories, site.history: config}.values())
    _add_change_form(plan, site, habits, wishes)
    _compare(plan, site, force=wishes.force)
    plan.notes += [*place.reasons, *place.remarks, *map(str, left_out(planned))]
    plan.notes += [one.message for one in check_shown(site, place)]
    if plan.form and place.learned:
        written = Site(Overlay(site.files, plan.written), history=site.history)
        plan.taken = take_over(written, place, plan.form, wishes.today, root)
    return plan


def _settings(  # noqa: PLR0913 -- what they are made of
    site: Site,
    config: Config,
    zones: Zones,
    habits: starter.Habits,
    templates: Mapping[str, str] | None = None,
    *,
    is_ours: bool,
) -> str:
    """Write the settings, where they are for us to make; those of one of several histories among the others."""
    text = site.text(configs.PATH)
    if not is_ours:
        return text or ""
    if not site.history:
        return starter.config_text(config, habits, zones, templates or ())
    known = site.whole_config.histories.get(site.history)
    lines = starter.history_lines(config, habits, zones, templates or {}, known.model_fields_set if known else ())
    return starter.with_history(text or "", site.history, lines, _unnamed_page(site))


def _form_text(
    plan: Adoption, habits: starter.Habits, today: date, hidden: Collection[str], own: Sequence[Question]
) -> str:
    """Write the form; that of one of several histories has a name and a label of its own, to tell them apart."""
    history, config = plan.history, plan.config
    labels = (f"event-{history}",) if history and not config.labels else config.labels
    form = starter.form_text(habits, today, hidden, labels, own, language=config.language)
    return starter.named_form(form, history) if history else form


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
    for key in starter.PAGE_TEMPLATES:  # those of an earlier run, which nothing was made for now
        path = getattr(plan.config, key)
        if path and path not in plan.states and site.text(path) is not None:
            plan.templates[key], plan.states[path] = path, "same"
    _check_kept(plan, site)


# ---------------------------------------------------------------- the other files


def _add_files(
    plan: Adoption, site: Site, workflow: Callable[..., str], today: date, *, is_ours: bool
) -> starter.Habits:
    config, source = plan.config, plan.section_template
    zones = config.zones()
    events = plan.imported.events if plan.imported else site.records
    habits = starter.habits_of(events, zones, today)
    plan.templates = template_paths(site, plan.sources)
    if is_ours and not (site.history and config.series):
        plan.notes += starter.said_of_rhythms(habits)
    plan.files[configs.PATH] = _settings(site, config, zones, habits, plan.templates, is_ours=is_ours)
    for key, path in plan.templates.items():
        plan.files[path] = plan.sources[key]
        if not is_ours and getattr(config, key) is None:
            plan.notes.append(
                say(
                    "Put the line `{key}: {path}` into {config}, and new events will be written in this shape.",
                    key=key,
                    path=path,
                    config=configs.PATH,
                )
            )
    own = page_questions(plan.page) if plan.page and source else ()
    hidden = unasked(plan.page, events, plan.shape.render if plan.shape else site.renderer())
    if coming := plan.sources.get("upcoming_template") or site.upcoming_template:
        hidden &= unasked(plan.page, events, section_renderer(coming))
    plan.files[config.form] = _form_text(plan, habits, today, hidden, own)
    # One workflow that runs Almanac is enough, whatever its name.
    if find_workflow(site) in (None, WORKFLOW):
        planned = config.model_copy(update=plan.templates) if is_ours else config
        plan.files[WORKFLOW] = workflow(*{**site.histories, site.history: planned}.values())
    return habits


def _add_change_form(plan: Adoption, site: Site, habits: starter.Habits, wishes: _Wishes) -> None:
    """Add the second form, whose issues get the label of the first one, be it the site's own or new.

    All histories of a site have one for them all.
    """
    if site.history and site.text(configs.CHANGE_FORM) is not None:
        return
    form = None if wishes.force else readable_form(site)
    labels = plan.config.labels or (form or read_form(plan.files[plan.config.form])).labels
    plan.files[configs.CHANGE_FORM] = starter.change_form_text(habits, wishes.today, labels, plan.config.language)


def _check_kept(plan: Adoption, site: Site) -> None:
    path = site.config.form
    plan.form = readable_form(site) if plan.states[path] == "kept" else read_form(plan.files[path])
    kept = [one for one in (path, configs.CHANGE_FORM) if plan.states.get(one) == "kept"]
    findings = [finding for finding in check_forms(site) if finding.remedy and finding.file in kept]
    plan.problems += (Problem(one.said, file=one.file, line=one.line) for one in findings)
    if plan.states.get(WORKFLOW) == "kept" and find_workflow(site) is None:
        plan.notes.append(
            say(
                "{workflow} is a workflow of yours that does not run Almanac. Rename it and run this "
                "again, or use Almanac's server.",
                workflow=WORKFLOW,
            )
        )
