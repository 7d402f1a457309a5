"""Which template writes the sections of a site in a folder.

`almanac import` and `almanac build`: between a page and its records, in a folder.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from almanac import config as configs
from almanac.commands.site_search import usual_records
from almanac.config import Config
from almanac.errors import ConfigError, Problem, UserError
from almanac.event.description import refused_urls
from almanac.event.model import Event, in_one_spelling
from almanac.event.record import read_records, record_path, write_record
from almanac.event.submission import zones_of
from almanac.output import difference, document, problem_values, problems, refusals, say, tell
from almanac.page.importer import Imported
from almanac.page.importer import import_page as take_over
from almanac.page.section import Renderer
from almanac.page.sync import sync
from almanac.renderer import house_renderer, own_renderer
from almanac.site import Folder, decoded, read_file
from almanac.times.zones import Zones
from almanac.yamlfile import located


def renderer_of(folder: Folder, config: Config, prepared: Sequence[Event] = ()) -> Renderer:
    """Return what writes the site's sections: its own template in the sandbox, else the house's.

    Raises:
        ConfigError: The template that the config names is missing.
    """
    if config.section_template is None:
        return house_renderer()
    source = folder.text(config.section_template)
    if source is None:
        raise ConfigError(
            Problem("The section template that the config names is missing.", file=config.section_template)
        )
    return own_renderer(source, config.section_template, prepared)


def import_page(page: Path, site: Path, *, dry_run: bool, as_json: bool) -> int:
    """Make records of a page's events; nothing is written unless the page comes back byte for byte."""
    with refusals({"events": 0, "roundtrip": False}, as_json=as_json):
        folder = Folder(site)
        # A path is first looked for where the person stands, then in the site.
        files, imported = import_files(folder, page if page.exists() else folder.root / page, dry_run=dry_run)
    if not dry_run:
        folder.write(files)
    if as_json:
        document(
            {
                "events": len(imported.events),
                "structured": imported.structured,
                "verbatim": imported.verbatim,
                "roundtrip": True,
                "warnings": [problem_values(warning) for warning in imported.warnings],
            }
        )
    else:
        _tell_import(imported, files, page, dry_run=dry_run)
    return 0


def import_files(
    folder: Folder,
    page: Path,
    *,
    dry_run: bool = False,
    planned: Config | None = None,
    render: Renderer | None = None,
) -> tuple[dict[str, str], Imported]:
    """Read a page and return the files that its import writes: records, and a config where there is none.

    Args:
        folder: The site.
        page: The page.
        dry_run: Whether the page may stand outside of the site, and files may be lost: nothing will be written.
        planned: The config that the site will have; the caller writes it.
        render: What will write the site's sections, where it is not what the config says.

    Raises:
        UserError: The page cannot be taken over, or something would be lost.
    """
    config = planned or folder.config()
    data = read_file(page, str(page))
    if data is None:
        raise UserError(Problem("There is no such page.", file=str(page)))
    text = decoded(data, str(page))
    zones = zones_of(config, None)
    imported = take_over(text, render or _renderer(folder, config, text, zones), zones, file=page.name)
    if dry_run and not page.resolve().is_relative_to(folder.root):
        return {}, imported
    files = _import_files(folder, config, folder.inside(page), imported, new=planned is None)
    if not dry_run:
        folder.refuse_to_lose(files)
    return files, imported


def _renderer(folder: Folder, config: Config, text: str, zones: Zones) -> Renderer:
    """Return what writes the site's sections. A template of its own is asked about all readings of the page at once."""
    if config.section_template is None:
        return house_renderer()
    readings: list[Event] = []

    def note(event: Event) -> str:
        readings.append(event)
        return event.markdown or ""

    take_over(text, note, zones)
    return renderer_of(folder, config, [event for event in readings if event.markdown is None])


def _import_files(folder: Folder, config: Config, name: str, imported: Imported, *, new: bool) -> dict[str, str]:
    files: dict[str, str] = {}
    if new and folder.text(configs.PATH) is None:
        records = usual_records(folder, name)
        files[configs.PATH] = minimal_config(name, records)
        config = config.model_copy(update={"page": name, "records": records})
    if config.page != name:
        message = f"The config names another page, {config.page}. Change `page` there if this one is the history page."
        raise UserError(Problem(message, "page", file=configs.PATH))
    known = {event.id: event for event in folder.records(config)}
    for event in imported.events:
        # A record that is there already and says what the page says may know more than the page: it stays.
        if event.id not in known or known[event.id].rendered != event.rendered:
            files[record_path(config.records, event.id)] = write_record(event)
    return files


def minimal_config(page: str, records: str) -> str:
    """Write the config of a site of which nothing but its page is known, and where its records belong."""
    keys = {"page": page} | ({"records": records} if records != Config().records else {})
    return "".join(f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in keys.items())


def _tell_import(imported: Imported, files: Mapping[str, str], page: Path, *, dry_run: bool) -> None:
    from io import StringIO

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=None, box=None, pad_edge=False)
    for column in ("Date", "Event", "Kept as"):
        table.add_column(column, overflow="fold")
    for event in imported.events:
        kept = "fields" if event.markdown is None else "text, verbatim"
        table.add_row(event.date, Text(event.series or event.title), kept)
    # Rich passes escape sequences on, and a folded title begins lines of its own: so what it writes is shown as text.
    width = Console().width
    console = Console(file=StringIO(), width=width)
    with console.capture() as written:
        console.print(table)
    for line in written.get().rstrip("\n").split("\n"):
        say(line.rstrip())
    problems(imported.warnings, "warning")
    events = f"{len(imported.events)} events: {imported.structured} as fields, {imported.verbatim} verbatim"
    say(f"\n{page}: {events}. Written again from its records, the page is the same byte for byte.")
    say("Nothing was written (--dry-run)." if dry_run else f"{len(files)} files were written.")


def build_site(site: Path, *, check: bool) -> int:
    """Bring page and records in line; with `check` only say whether they are, and show what differs."""
    folder = Folder(site)
    config = folder.config()
    before, changed = build_files(folder, config)
    if check:
        for line in difference({path: before.get(path) for path in changed}, changed):
            say(line)
        if changed:
            tell("The page and its records differ; `almanac build` brings them in line.")
        return int(bool(changed))
    folder.write(changed)
    for path in changed:
        say(f"wrote {path}")
    if not changed:
        say(f"{config.page} and its records are in line; nothing to do.")
    return 0


def build_files(folder: Folder, config: Config) -> tuple[dict[str, str], dict[str, str]]:
    """Return the page and the records as they are, and those that have to change to be in line.

    Raises:
        UserError: A human has to decide something first.
    """
    page = folder.text(config.page)
    if page is None:
        raise UserError(Problem("The history page is missing; `page` in the config names it.", file=config.page))
    texts = folder.record_texts(config)
    events = read_records(texts)
    render = renderer_of(folder, config, events)
    result = sync(page, events, render, zones_of(config, None), config)
    problems(result.notes, "note")
    problems((replace(p, file=record_path(config.records, e.id)) for e in events for p in refused_urls(e)), "warning")
    if result.problems:
        raise UserError([located(found, texts.get(found.file or "")) for found in result.problems])
    before = {config.page: page, **texts}
    after = {config.page: result.page, **_record_files(config, texts, events, result.records, render)}
    return before, {path: text for path, text in after.items() if before.get(path) != text}


def _record_files(
    config: Config, texts: Mapping[str, str], before: tuple[Event, ...], after: tuple[Event, ...], render: Renderer
) -> dict[str, str]:
    """Write the records; one that holds a human's comments, and needs no other change, stays as it is."""
    unchanged = {event.id: event for event in before}
    files: dict[str, str] = {}
    for event in after:
        path = record_path(config.records, event.id)
        commented = any(line.lstrip().startswith("#") for line in texts.get(path, "").split("\n"))
        kept = commented and unchanged.get(event.id) == event
        files[path] = texts[path] if kept else write_record(_spelt(event, render))
    return files


def _spelt(event: Event, render: Renderer) -> Event:
    """Bring a record to one spelling, unless a template of the site's own shows the difference."""
    spelt = in_one_spelling(event)
    return spelt if spelt == event or render(spelt) == render(event) else event
