"""`almanac next`: when a series meets next, and the link that opens the form filled in for that."""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from almanac import config as configs
from almanac.commands.discovery import open_site, read_checkout
from almanac.commands.locate import site_folder
from almanac.dates import heading_date
from almanac.errors import AlmanacError, Problem, UserError
from almanac.event.following import clocks_differ, form_link, next_event, of_series
from almanac.event.model import Event
from almanac.output import errors_as_json, print_json, print_text
from almanac.site import Site
from almanac.times.rhythm import EXAMPLES


@dataclass(frozen=True)
class Next:
    """The next event of a series, as far as it is known; between which zones the hours differ then; and the link."""

    event: Event
    apart: tuple[str, str] | None
    link: str | None


def show_next(series: str | None, folder: Path, *, today: date, as_json: bool) -> int:
    """Print the next event of one series from today on, or of all whose rhythm the config names."""
    with errors_as_json({"next": []}, as_json=as_json):
        root, site = open_site(folder)
        web = read_checkout(root.root).web
        found = list(_following(_named(site.each(), series), web, today))
        if not found:
            message = "No event of late has a day to count on from, so the next one is not known."
            raise UserError(Problem(message, typed=series))
    if as_json:
        print_json({"next": [{**_values(one.event), "link": one.link} for one in found]})
        return 0
    for one in found:
        when = f", {one.event.when}" if one.event.when else ""
        day = date.fromisoformat(one.event.date)
        print_text(f"{one.event.series}: {day:%A}, {heading_date(one.event.date)}{when}")
        if one.apart:
            here, there = one.apart
            print_text(f"  Mind the clocks: {here} and {there} are not as many hours apart as they were last time.")
        print_text(f"  {one.link or 'This clone has no remote on GitHub, so there is no link to the form.'}")
    return 0


def known_series(beginning: str) -> list[str]:
    """Return the series that the config of the site here names, and that begin so, for a shell to complete."""
    with suppress(AlmanacError):
        _, site = open_site(site_folder(Path()))
        names = dict.fromkeys(name for one in site.each() for name in one.config.series)
        begun = [name for name in names if name.startswith(beginning)]
        # bash puts what it is given onto the line as it is; other shells quote it.
        is_bash = os.environ.get("_ALMANAC_COMPLETE") == "complete_bash"
        return [re.sub(r"[^\w-]", r"\\\g<0>", name) for name in begun] if is_bash else begun
    return []


def _values(event: Event) -> dict[str, object]:
    return event.model_dump(mode="json", exclude_defaults=True, exclude={"id", "title"})


def _named(each: Sequence[Site], series: str | None) -> Sequence[tuple[Site, str]]:
    """Return the series that have a rhythm, or the one that is asked for, each with the history that has it."""
    known = [(site, name) for site in each for name, settings in site.config.series.items() if settings.every]
    if series is None:
        if not known:
            message = f"No series has a rhythm yet. Give it one, as in `every: 2 weeks`; it may be {EXAMPLES}."
            raise UserError(Problem(message, "series", file=configs.PATH))
        return known
    chosen = [one for one in known if one[1].casefold() == series.casefold()]
    if not chosen:
        message = f"This series has no rhythm in the config. Give it one, as in `every: 2 weeks`; it may be {EXAMPLES}."
        names = tuple(dict.fromkeys(name for _, name in known))
        raise UserError(Problem(message, "series", typed=series, choices=names, file=configs.PATH))
    return chosen


def _following(named: Sequence[tuple[Site, str]], web: str | None, today: date) -> Iterator[Next]:
    for site, name in named:
        mine, settings = of_series(site.records, name), site.config.series[name]
        if not mine or not settings.rhythm:
            continue
        last, zones = mine[-1], site.config.zones(name)
        event = next_event(last, settings.rhythm, settings.skipped, zones, today)
        if event:
            link = form_link(web, site.config.form, site.form, event) if web else None
            yield Next(event, clocks_differ(last, event, zones), link)
