"""`almanac import` and `almanac build`: from a history page to its records, and page and records in sync again."""

import json
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from almanac import config as configs
from almanac.commands.discovery import open_site, records_folder
from almanac.config import Config
from almanac.engine.rebuild import rebuild
from almanac.errors import Problem, UserError
from almanac.event.description import refused_urls
from almanac.event.model import Event, in_one_spelling
from almanac.jekyll import is_data_file
from almanac.output import (
    diff_lines,
    errors_as_json,
    print_json,
    print_message,
    print_problems,
    print_text,
    problem_values,
)
from almanac.page import importer
from almanac.page.importer import Imported
from almanac.page.section import Renderer
from almanac.proposal.edited_files import PageEdits
from almanac.site import Site
from almanac.sitefiles import Folder, decoded, read_file
from almanac.text import counted
from almanac.yamlfile import load

# ---------------------------------------------------------------- import


def import_page(page: Path, folder: Path, *, dry_run: bool, as_json: bool) -> int:
    """Make records of a page's events; nothing is written unless the page comes back byte for byte.

    Of a folder or a list of events, it is only said which they are.
    """
    with errors_as_json({"events": 0, "roundtrip": False}, as_json=as_json):
        root = Folder(folder)
        # A path is looked for in the current folder first, then in the site.
        file = page if page.exists() else root.root / page
        files: dict[str, str] = {}
        # To try Almanac on a page, it need not be part of the site.
        is_outside = dry_run and not file.resolve().is_relative_to(root.root)
        path, site = str(page) if is_outside else root.inside(file), Site(root)
        site = next((one for one in site.each() if path == one.config.page and one.config.has_page), site)
        if not is_outside and (file.is_dir() or is_data_file(path)):
            return _say_known(site, path, [*root.paths()], as_json=as_json)
        text = _page_text(file, path) if is_outside else site.text(path)
        if text is None:
            raise UserError(Problem("There is no such page.", file=path))
        if is_outside:
            imported = read_page(site, text, page.name)
        else:
            files, imported = import_files(site, path, text, [*root.paths()])
        if not dry_run:
            root.refuse_to_lose(files)
            root.write(files)
    if as_json:
        print_json({**imported_values(imported), "roundtrip": True})
        return 0
    for event in imported.events:
        kept_as = "fields" if event.markdown is None else "verbatim"
        print_text(f"{event.date:<10}  {kept_as:<8}  {event.series or event.title}")
    print_problems(imported.warnings, "warning")
    counts = f"{counted(len(imported.events))}: {imported.structured} as fields, {imported.verbatim} verbatim"
    print_text(f"\n{page}: {counts}. Written again from its records, the page is the same byte for byte.")
    print_text("Nothing was written (--dry-run)." if dry_run else f"Files written: {len(files)}.")
    return 0


def imported_values(imported: Imported) -> dict[str, object]:
    """Return what was imported, for a JSON document."""
    counts = {"events": len(imported.events), "structured": imported.structured, "verbatim": imported.verbatim}
    return {**counts, "warnings": problem_values(imported.warnings)}


def _page_text(file: Path, name: str) -> str | None:
    data = read_file(file, name)
    return None if data is None else decoded(data, name)


def _say_known(site: Site, path: str, paths: Collection[str], *, as_json: bool) -> int:
    from almanac.commands.known import show_known
    from almanac.commands.places import find_places

    place = next((one for one in find_places(site, paths) if one.path == path), None)
    if place is None:
        raise UserError(Problem("No events were found here. Name a page, or a folder or data file of them.", file=path))
    return show_known(site, place, paths, as_json=as_json)


def import_files(site: Site, path: str, text: str, paths: Collection[str] = ()) -> tuple[dict[str, str], Imported]:
    """Import a page of the site; return what was found and the files to write: records, and a config if it has none.

    `paths` are all of the site's files, which have a say in where the records belong.
    """
    files = {}
    if site.text(configs.PATH) is None:
        site = site.with_config(page=path, records=records_folder(site, path, paths)[0])
        files[configs.PATH] = minimal_config(site.config)
    refuse_other_page(site.config, path)
    imported = read_page(site, text, path)
    return files | new_records(site, imported), imported


def minimal_config(config: Config) -> str:
    """Write the config of a site of which nothing is known but its page, and where its records belong."""
    keys = {"page": config.page} | ({"records": config.records} if config.records != Config().records else {})
    return "".join(f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in keys.items())


def refuse_other_page(config: Config, path: str) -> None:
    """Raise a UserError if the config names another page."""
    if config.page != path:
        message = f"The config names another page, {config.page}. Change `page` there if this one is the history page."
        raise UserError(Problem(message, "page", file=configs.PATH))


def read_page(site: Site, text: str, path: str) -> Imported:
    """Import a page's events, written again by what writes the site's sections."""
    zones = site.config.zones()
    prepared: list[Event] = []
    if site.config.section_template is not None:
        # A site's own template is given all readings of the page at once, so that it needs only one process.

        def note(event: Event) -> str:
            if event.markdown is None:
                prepared.append(event)
            return event.markdown or ""

        importer.import_page(text, note, zones, file=path)
    return importer.import_page(text, site.renderer(prepared), zones, file=path)


def new_records(site: Site, imported: Imported) -> dict[str, str]:
    """Write the records that the site does not have yet.

    A record that is there already may know more than the page, and a person may have written it: it stays as it is, and
    `almanac build` takes later edits of the page into it.
    """
    known = {event.id for event in site.records}
    new = [event for event in imported.events if event.id not in known]
    written = {site.store.path(event.id): site.store.write(event) for event in new}
    site.refuse_unreadable({**site.record_texts, **written})
    return written


# ---------------------------------------------------------------- build


def build_site(folder: Path, *, check: bool) -> int:
    """Bring page and records in sync; with `check`, only say whether they are, and show how they differ."""
    root, whole = open_site(folder)
    each = whole.each()
    every = [_built(site) for site in each]
    problems = [problem for built in every for problem in built.problems]
    if check and any(site.config.messages for site in each):
        from almanac.commands.message_checks import broken_messages  # it loads all that messages are made of

        problems += dict.fromkeys(problem for site in each for problem in broken_messages(site))
    if problems:
        raise UserError(problems)
    before = {path: text for built in every for path, text in built.before.items()}
    files = {path: text for built in every for path, text in built.files.items()}
    if check:
        for line in diff_lines(before, files):
            print_text(line)
        if files:
            print_message("The page and its records differ; `almanac build` brings them in sync.")
        else:
            print_message("All is in sync.")
        return int(bool(files))
    root.write(files)
    for path, text in files.items():
        print_text(f"{'deleted' if text is None else 'wrote'} {path}")
    for site, built in zip(each, every, strict=True):
        if not built.files:
            config = site.config
            what = f"{config.page} and its records are"
            if not config.has_page:
                what = f"All that is made from {config.files or config.list} is"
            print_text(f"{what} in sync; there is nothing to do.")
    return 0


def _built(site: Site) -> PageEdits:
    """Build one history, and say what there is to say; a problem of a record gets its line."""
    from almanac.commands.view_checks import check_views  # it is among those that build to see what differs

    built = build_files(site)
    print_problems(site.unreadable, "warning")
    print_problems(built.notes, "note")
    for event in site.records:
        path = site.store.path(event.id)
        print_problems((replace(problem, file=path) for problem in refused_urls(event)), "warning")
    for seen in check_views(site):
        if seen.remedy:
            print_problems([Problem(f"{seen.message} {seen.remedy}", file=seen.file)], "warning")
    texts = site.record_texts if built.problems else {}
    found = (load(texts[p.file], p.file).located(p) if p.file in texts else p for p in built.problems)
    return replace(built, problems=tuple(found))


def build_files(site: Site) -> PageEdits:
    """Find out which files have to change to bring page and records in sync, records in one spelling included."""

    def spell(event: Event, render: Renderer) -> Event:
        """Bring a record to one spelling, unless the site's own template shows the difference."""
        spelt = in_one_spelling(event)
        return spelt if spelt == event or render(spelt) == render(event) else event

    return rebuild(site, spell)
