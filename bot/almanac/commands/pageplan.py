"""The part of a plan that is about a page: which events it has, how new ones are written, and what is to come."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from almanac import config as configs
from almanac.commands import starter
from almanac.commands.build import new_records, read_page
from almanac.commands.finding import refuse_same_address
from almanac.commands.planned import Adoption
from almanac.commands.shapes import Choose, choose_shape, shapes_of
from almanac.commands.upcoming import coming_of, is_in_place
from almanac.errors import Problem, UserError
from almanac.page.canonical import is_known
from almanac.page.importer import import_page
from almanac.page.index import index_of, index_template
from almanac.page.insert import refuse_loop
from almanac.page.outline import Page, Section, outline
from almanac.page.passed_over import unclear
from almanac.page.template import section_renderer
from almanac.phrases import say
from almanac.renderer import house_renderer
from almanac.site import Site
from almanac.text import counted


def take_page(plan: Adoption, site: Site, paths: Collection[str], *, new: bool) -> None:
    """Take the page in, or plan a first one; `new` tells that it has no events yet."""
    path = site.config.page
    text = site.text(path)
    plan.has_records = bool(site.record_texts)
    if text is None:
        refuse_same_address(path, paths)
        layouts = sorted(name.partition(".")[0] for name in site.files.names("_layouts") if "." in name)
        plan.files[path] = starter.first_page(layouts, plan.config.language)
        plan.house = starter.house_section(plan.config.language) if plan.config.language != "en" else None
        return
    cut = outline(text)
    if not cut.sections and (new or plan.has_records):
        refuse_loop(cut, path)
        return
    plan.page = cut


def take_events(  # noqa: PLR0913 -- what there is, and how the shape is chosen
    plan: Adoption, site: Site, page: Page, *, is_ours: bool, wanted: str | None, choose: Choose | None
) -> None:
    """Import the page's events, unless there are records, and decide in which shape new ones are written."""
    path, zones, own = site.config.page, site.config.zones(), _template(site, "section_template")
    imported = import_page(page.text, house_renderer(), zones, file=path)  # refuses a page that cannot be imported
    if _template(site, "index_template") is None and (lines := index_of(page)):
        plan.index_template = index_template(page, plan.config.language)
        plan.notes.append(_said_of_index(page, lines, is_written=plan.index_template is not None))
    if own is None:
        unsure = [replace(one, file=path) for one in unclear(page)]
        plan.shapes = shapes = shapes_of(
            page,
            [event.markdown is None for event in imported.events],
            path,
            plan.index_template,
            unsure,
            language=plan.config.language,
        )
        # Settings may name a template that is still to be made, or say nothing of templates.
        is_open = not plan.has_records and _is_undecided(site, choose, proven=not shapes[0].doubts)
        if is_ours or wanted or is_open or site.config.section_template:
            plan.shape = choose_shape(page, shapes, wanted, choose, path)
        elif shapes[0].name != "house":
            plan.notes.append(
                say(
                    "Your page has a shape of its own, and your settings name no section template, so new events are "
                    "written in another one. You can write such a template (docs/templates.md). In a clone, `almanac "
                    "init --shape like` makes it."
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
    if source and (is_ours or site.config.section_template):
        # A section that the page's own shape reproduces needs no text of its own in the record.
        imported = import_page(page.text, section_renderer(source), zones, file=path)
    elif own is not None:
        imported = read_page(site, page.text, path)
    plan.imported, plan.records = imported, new_records(site, imported)
    plan.has_records = bool(plan.records)


def _template(site: Site, key: str) -> str | None:
    """Return the path of a template that the settings name, if it is there."""
    path: str | None = getattr(site.config, key)
    return path if path and site.text(path) is not None else None


def _is_undecided(site: Site, choose: Choose | None, *, proven: bool) -> bool:
    """Tell whether settings leave open how the events of a page look, and that can be found out.

    With no one to ask, settings that say more than which page it is may mean that they look as Almanac writes them.
    """
    given = site.config.model_fields_set
    return given.isdisjoint(starter.PAGE_TEMPLATES) if choose else proven and given <= {"page", "records"}


def take_upcoming(plan: Adoption, site: Site, page: Page, *, wanted: bool = True) -> None:
    """Find out whether the page lists what is to come apart, and whether it is kept up: nothing is moved here.

    Only where that is `wanted`, the settings will name it. Records that are there already stay as they are.
    """
    is_new = plan.imported is not None
    found = coming_of(page, plan.shape.render if plan.shape else site.renderer(), plan.config.language)
    if found is None or not (is_new or plan.has_records) or (found.template and not is_new):
        return
    imported = plan.imported or read_page(site, page.text, site.config.page)
    where = say("below “{heading}” (line {number})", heading=found.heading, number=found.line)
    if count := found.over(site, page, imported):
        are = say("is over and is") if count == 1 else say("are over and are")
        plan.notes.append(
            say(
                "{count} {are} still listed {where}. To have what is over moved to the history, put "
                "`upcoming: {setting}` into {path} on the main branch: a pull request then moves it. In a clone, "
                "`almanac build` does.",
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
    paths = template_paths(site, sources)
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


def template_paths(site: Site, keys: Iterable[str]) -> dict[str, str]:
    """Return where the templates of a page are written, by their keys in the config, which may name other places."""
    usual = starter.PAGE_TEMPLATES
    own = {key: starter.of_history(usual[key], site.history) if site.history else usual[key] for key in keys}
    return {key: getattr(site.config, key) or path for key, path in own.items()}


def _said_of_index(page: Page, lines: Sequence[Section], *, is_written: bool) -> str:
    heading = next((one.text for one in page.headings if one.line == lines[0].parent), "")
    first = lines[0].line
    where = say("line {number}, below “{heading}”", number=first, heading=heading)
    where = where if heading else say("line {number}", number=first)
    if is_written:
        return say(
            "Your page lists its events twice. A new one also gets a line in the second list ({where}).", where=where
        )
    return say(
        "Your page lists its events twice, but no template was found for the second list "
        "({where}), so new events will not be in it. You can write one (docs/templates.md).",
        where=where,
    )
