"""`almanac init`: finds out everything that a site needs, shows it, and writes it without losing anything."""

import shlex
import sys
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Literal

import typer

from almanac import config as configs
from almanac.commands import starter
from almanac.commands.build import build_files, imported_values, minimal_config, new_records, read_page
from almanac.commands.discovery import Checkout, read_checkout, records_folder
from almanac.commands.entry_checks import check_to_come
from almanac.commands.finding import Ask, ask_for_page, counted, find_page, named_page, refuse_same_address
from almanac.commands.known import left_out
from almanac.commands.origin import Origin, checked_action, read_origin
from almanac.commands.places import Place
from almanac.commands.shapes import (
    Choose,
    Shape,
    ask_for_shape,
    choose_shape,
    print_shape,
    shape_values,
    shapes_of,
    unasked,
)
from almanac.commands.site_checks import check_forms, find_workflow, readable_form
from almanac.commands.subscriptions import ask_for_subscriptions, head_text, settings_text
from almanac.commands.takeover import (
    Overlay,
    Takeover,
    config_for,
    known_to,
    print_takeover,
    take_over,
    takeover_values,
    unasked_for,
)
from almanac.commands.workflow import WORKFLOW, workflow_text
from almanac.config import Config
from almanac.errors import Problem, UserError
from almanac.event.model import Event
from almanac.form.schema import Form, read_form
from almanac.output import errors_as_json, print_json, print_problems, print_text, problem_values
from almanac.page.canonical import is_known
from almanac.page.imitate import DOCS
from almanac.page.importer import Imported, import_page
from almanac.page.index import index_of, index_template
from almanac.page.insert import refuse_loop
from almanac.page.outline import Page, Section, outline
from almanac.page.passed_over import unclear
from almanac.page.tables import table_questions
from almanac.page.template import section_renderer
from almanac.proposal.page_edits import PageEdits
from almanac.renderer import house_renderer
from almanac.site import Folder, Site

State = Literal["new", "replaced", "kept", "same"]

_RECORDS_SHOWN = 3
_STATES = {"new": "new", "replaced": "replaced", "kept": "yours", "same": "there"}
_PURPOSES = {
    configs.PATH: "the settings",
    starter.TEMPLATE: "how a new event is written on your page",
    starter.INDEX_TEMPLATE: "how its line in the second list is written",
    configs.CHANGE_FORM: "the form with which people ask for changes",
    WORKFLOW: "runs Almanac on GitHub",
}


@dataclass
class Adoption:
    """What will be done to a site: path -> text of the records that will be written, and of the other files it needs.

    `files` has those that exist already, too; `states` says what becomes of each. `shape` is how new events will be
    written on the `page`, None where that was decided before; `form` is the one that the site will have, if it can be
    read. `problems` have to be fixed in files of the site's own. `taken` is the folder or list that is taken over.
    `subscribed` are the paths of calendar and feed, by their keys in the config.
    """

    config: Config
    records: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    states: dict[str, State] = field(default_factory=dict)
    imported: Imported | None = None
    page: Page | None = None
    shape: Shape | None = None
    form: Form | None = None
    index_template: str | None = None
    notes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    taken: Takeover | None = None
    has_records: bool = False
    subscribed: dict[str, str] = field(default_factory=dict)

    @property
    def section_template(self) -> str | None:
        return self.shape.template if self.shape else None

    @property
    def labels(self) -> tuple[str, ...]:
        return self.form.labels if self.form else ()

    @property
    def written(self) -> dict[str, str]:
        """What will be written, in the order in which it is shown: path -> text."""
        files = {path: text for path, text in self.files.items() if self.states[path] in ("new", "replaced")}
        return files | self.records


def init_site(  # noqa: PLR0913 -- one for each option
    site: Path,
    page: Path | None,
    shape: str | None,
    action: str | None = None,
    *,
    today: date,
    new: bool,
    force: bool,
    yes: bool,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Set up a site; nothing is written that would lose anything."""
    asks = not (yes or dry_run or as_json) and sys.stdin.isatty() and sys.stdout.isatty()
    with errors_as_json({"written": False}, as_json=as_json):
        folder = Folder(site)
        checkout = read_checkout(folder.root)
        if checkout.top and checkout.top != folder.root:
            message = "GitHub reads workflows and forms only in a repository's top folder. Run this with that folder."
            raise UserError(Problem(message, file=str(folder.root), accepted=f"almanac init --site {checkout.top}"))
        action = checked_action(action) if action else read_origin().action
        plan = plan_adoption(
            Site(folder),
            [*folder.paths()],
            checkout.branch,
            today=today,
            page=_path_in_site(folder, page) if page else None,
            new=new,
            force=force,
            shape=shape,
            ask=ask_for_page if asks else None,
            choose=ask_for_shape if asks else None,
            root=folder.root,
            action=action,
        )
        if not dry_run:
            replaced = {path for path, state in plan.states.items() if state == "replaced"} - {configs.PATH}
            folder.refuse_to_lose(sorted(replaced))
    if not as_json:
        _print_plan(plan)
    agreed = not dry_run
    if asks and plan.written:
        _offer_subscriptions(plan, folder, partial(workflow_text, checkout.branch, action))
        agreed = typer.confirm("\nWrite these files?", default=True, err=True)
    if agreed:
        with errors_as_json({"written": False}, as_json=as_json):
            folder.write(plan.written)
    steps = next_steps(plan, checkout)
    if as_json:
        print_json(_values(plan, steps, written=agreed))
    elif agreed:
        print_text("\nDone. Three steps are left:\n" if plan.written else "\nEverything is set up. The next steps:\n")
        for number, step in enumerate(steps, 1):
            print_text(f"  {number}. " + step.replace("\n", "\n     "))
        if plan.subscribed:
            print_text("\nTo let browsers find calendar and feed, put this into the <head> of your layout:\n")
            print_text(head_text(Site(folder), plan.subscribed))
        print_text()
    else:
        print_text("\nNothing was written" + (" (--dry-run)." if dry_run else "."))
    return int(bool(plan.problems))


def _path_in_site(folder: Folder, page: Path) -> str:
    # A path is looked for in the current folder first, then in the site.
    return folder.inside(page if page.exists() else folder.root / page)


def _offer_subscriptions(plan: Adoption, folder: Folder, workflow: Callable[[Config], str]) -> None:
    """Ask whether calendar and feed are to be written, too, if the settings are new."""
    if plan.states.get(configs.PATH) not in ("new", "replaced"):
        return
    plan.subscribed = ask_for_subscriptions(Site(Overlay(folder, plan.written)))
    plan.files[configs.PATH] += settings_text(plan.subscribed)
    site = Site(Overlay(folder, plan.written))
    if plan.states.get(WORKFLOW) in ("new", "replaced"):
        plan.files[WORKFLOW] = workflow(site.config)
    built = build_files(site) if plan.subscribed else PageEdits()
    for path in plan.subscribed.values():
        plan.files[path], plan.states[path] = built.files[path] or "", "new"
        print_text(f"  {'new':<9} {path}")


def _print_plan(plan: Adoption) -> None:
    page, imported = plan.config.page, plan.imported
    if plan.taken and plan.form:
        print_takeover(plan.taken, plan.form)
    if imported:
        print_problems(imported.warnings, "warning")
        print_text(
            f"{page}: {counted(len(imported.events))}; {imported.structured} split into fields, "
            f"{imported.verbatim} kept word for word."
        )
        print_text("Written again from its records, the page is the same byte for byte. It is not changed.")
    if plan.page and plan.shape:
        print_shape(plan.page, plan.shape, plan.form)
    for note in plan.notes:
        print_text(f"Note: {note}")
    print_text()
    for path, state in plan.states.items():
        is_template = path in (plan.config.file_template, plan.config.list_template)
        other = "the history page" if path == page else "the form that people fill in"
        purpose = _PURPOSES.get(path) or ("how a new event is written" if is_template else other)
        # Settings are replaced only if they do no more than name the page, as an import leaves them.
        word = "completed" if (path, state) == (configs.PATH, "replaced") else _STATES[state]
        print_text(f"  {word:<9} {path}  ({purpose})")
    for path in list(plan.records)[:_RECORDS_SHOWN]:
        print_text(f"  new       {path}")
    more = len(plan.records) - _RECORDS_SHOWN
    if more > 0:
        print_text(f"  new       ... and {more} more record{'s' * (more != 1)}")
    if any(state == "kept" for state in plan.states.values()):
        print_text("\nFiles that exist already stay as they are; `--force` replaces them, except for the settings.")
    print_problems(plan.problems)


def next_steps(plan: Adoption, checkout: Checkout) -> list[str]:
    """Return what people do next, as three steps of one or more lines."""
    config, web = plan.config, checkout.web or "https://github.com/OWNER/NAME"
    paths = [".github", *([config.page] if config.has_page else []), *([config.records] if plan.has_records else [])]
    paths += plan.subscribed.values()
    if checkout.top is None:
        push = (
            "Push. This folder is not in a git repository yet: put the site on GitHub first, for example with GitHub "
            f"Desktop.\nThese files belong to Almanac: {', '.join(paths)}"
        )
    else:
        push = (
            "Commit and push:\n"
            f"    git add {' '.join(map(shlex.quote, paths))}\n"
            '    git commit -m "Adopt Almanac"\n'
            "    git push"
        )
        if checkout.current and checkout.current != checkout.branch:
            push += f"\nThen merge {checkout.current} into {checkout.branch}, where Almanac looks."
    switch = (
        f"On GitHub, open {web}/settings/actions\n"
        f'and tick "{starter.SWITCH}", at the bottom. Save.\n'
        f"Then create a label called `{next(iter(plan.labels), 'event')}` at {web}/labels, if there is none."
    )
    test = (
        f"File a test issue: {web}/issues/new?template={config.form.rpartition('/')[2]}\n"
        "A minute later there is a pull request with the event. Merge it, or close the issue to withdraw it.\n"
        f"If nothing happens, `almanac doctor --repo {checkout.repository or 'OWNER/NAME'}` says why."
    )
    return [push, switch, test]


def _values(plan: Adoption, steps: Sequence[str], *, written: bool) -> dict[str, Any]:
    return {
        "page": plan.config.page if plan.config.has_page else None,
        **(takeover_values(plan.taken) if plan.taken else {}),
        **imported_values(plan.imported or Imported((), 0, 0, ())),
        "section_template": starter.TEMPLATE if plan.section_template else None,
        "index_template": starter.INDEX_TEMPLATE if plan.index_template else None,
        **(shape_values(plan.shape, plan.form) if plan.shape else {}),
        "files": plan.states | dict.fromkeys(plan.records, "new"),
        "written": written,
        "notes": plan.notes,
        "problems": problem_values(plan.problems),
        "next": list(steps),
    }


# ---------------------------------------------------------------- what will be done


def plan_adoption(  # noqa: PLR0913 -- what there is, and one for each option
    site: Site,
    paths: Collection[str],
    branch: str,
    *,
    today: date,
    page: str | None = None,
    new: bool = False,
    force: bool = False,
    shape: str | None = None,
    ask: Ask | None = None,
    choose: Choose | None = None,
    root: Path | None = None,
    action: str = Origin().action,
) -> Adoption:
    """Find out what a site needs, given the paths of its files, the repository's default branch, and the date.

    With `new`, the page has no events yet, and is created if it does not exist. With `force`, a form or workflow that
    exists and differs is replaced; the config never is. `shape` is that of new events; without it, the best one that is
    proven is taken. `ask` chooses the page, and `choose` the shape; None if there is no one to ask. `root` is where the
    site is on this disk, if it may be built, and `action` what the workflow runs.
    """
    text, workflow = site.text(configs.PATH), partial(workflow_text, branch, action)
    found = named_page(site, paths, page, new=new) if page else find_page(site, paths, new=new, ask=ask)
    if isinstance(found, Place):
        return _take_place(site, paths, workflow, found, today=today, force=force, root=root)
    page = found
    folder, reason = records_folder(site, page, paths)
    fresh = site.with_config(page=page, records=folder)
    # A config as `almanac import` writes it contains no decisions of anyone's.
    is_ours = text is None or text == minimal_config(fresh.config)
    site = fresh if is_ours else site
    plan = Adoption(site.config)
    if reason and is_ours:
        plan.notes.append(f"The records are kept in {folder}/, because {reason}.")
    _take_page(plan, site, paths, new=new)
    if plan.page:
        _take_events(plan, site, plan.page, is_ours=is_ours, wanted=shape, choose=choose)
    elif shape not in (None, "house"):
        raise UserError(Problem("There is no event on the page yet whose shape new ones could have.", file=page))
    if text is not None and not is_ours:
        plan.files = {configs.PATH: text, **plan.files}
    habits = _add_files(plan, site, workflow, today, is_ours=is_ours)
    _add_change_form(plan, site, habits, today, force=force)
    _compare(plan, site, force=force)
    return plan


def _take_place(  # noqa: PLR0913 -- as above
    site: Site,
    paths: Collection[str],
    workflow: Callable[[Config], str],
    place: Place,
    *,
    today: date,
    force: bool,
    root: Path | None,
) -> Adoption:
    """Take over a folder or a list of events: its files are the records, and stay as they are."""
    text = site.text(configs.PATH)
    config = config_for(site, place, paths) if text is None else site.config
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
    plan.files[config.form] = starter.form_text(habits, today, unasked_for(place), config.labels, own)
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
        shapes = shapes_of(
            page, [event.markdown is None for event in imported.events], path, plan.index_template, unsure
        )
        if is_ours or wanted:
            plan.shape = choose_shape(page, shapes, wanted, choose, path)
        elif shapes[0].name != "house":
            plan.notes.append(
                "Your page has a shape of its own, and your settings name no section template. To have new events "
                "written in that shape, run `almanac init --shape like`."
            )
    elif wanted:
        message = "The settings name this template, which says how new events are written. Edit it to change that."
        raise UserError(Problem(message, "section_template", file=own))
    source = plan.section_template
    if plan.has_records:
        plan.notes.append(
            "There are records already, so the page was not imported. `almanac build` keeps both in sync."
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


def _said_of_index(page: Page, lines: Sequence[Section], *, is_written: bool) -> str:
    heading = next((one.text for one in page.headings if one.line == lines[0].parent), "")
    where = f"line {lines[0].line}" + (f", below \u201c{heading}\u201d" if heading else "")
    if is_written:
        return f"Your page lists its events twice. A new one also gets a line in the second list ({where})."
    return (
        f"Your page lists its events twice, but no template was found for the second list ({where}), so new events "
        f"will not be in it. {DOCS} says how to write one."
    )


# ---------------------------------------------------------------- the other files


def _add_files(
    plan: Adoption, site: Site, workflow: Callable[[Config], str], today: date, *, is_ours: bool
) -> starter.Habits:
    config, source = site.config, plan.section_template
    zones = config.zones()
    events = plan.imported.events if plan.imported else site.records
    habits = starter.habits_of(events, zones, today)
    if is_ours:
        plan.notes += starter.said_of_rhythms(habits)
        plan.files[configs.PATH] = starter.config_text(
            config, habits, zones, own_template=source is not None, index_template=plan.index_template is not None
        )
    for key, path, text in (
        ("section_template", starter.TEMPLATE, source),
        ("index_template", starter.INDEX_TEMPLATE, plan.index_template),
    ):
        if text:
            plan.files[path] = text
            if not is_ours:
                plan.notes.append(
                    f"Put the line `{key}: {path}` into {configs.PATH}, and new events will be written in this shape."
                )
    own = table_questions(plan.page) if plan.page and source else ()
    hidden = unasked(plan.page, events, plan.shape.render if plan.shape else site.renderer())
    plan.files[config.form] = starter.form_text(habits, today, hidden, config.labels, own)
    # One workflow that runs Almanac is enough, whatever its name.
    if find_workflow(site) in (None, WORKFLOW):
        plan.files[WORKFLOW] = workflow(config)
    return habits


def _add_change_form(plan: Adoption, site: Site, habits: starter.Habits, today: date, *, force: bool) -> None:
    """Add the second form, whose issues get the label of the first one, be it the site's own or new."""
    form = None if force else readable_form(site)
    labels = plan.config.labels or (form or read_form(plan.files[plan.config.form])).labels
    plan.files[configs.CHANGE_FORM] = starter.change_form_text(habits, today, labels)


def _check_kept(plan: Adoption, site: Site) -> None:
    path = site.config.form
    plan.form = readable_form(site) if plan.states[path] == "kept" else read_form(plan.files[path])
    kept = [one for one in (path, configs.CHANGE_FORM) if plan.states[one] == "kept"]
    findings = [finding for finding in check_forms(site) if finding.remedy and finding.file in kept]
    plan.problems += (Problem(f"{one.message} {one.remedy}", file=one.file, line=one.line) for one in findings)
    if plan.states.get(WORKFLOW) == "kept" and find_workflow(site) is None:
        plan.notes.append(
            f"{WORKFLOW} is a workflow of yours that does not run Almanac. Rename it and run this again, or "
            "use Almanac's server."
        )
