"""The events that a site keeps in its own files or list: what `almanac import` and `almanac doctor` say of them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from almanac import config as configs
from almanac.commands.places import Place
from almanac.commands.takeover import Overlay, config_for, known_to
from almanac.config import Config
from almanac.errors import Problem, UserError
from almanac.event.model import Event
from almanac.output import print_json, print_problems, print_text, problem_values
from almanac.phrases import say
from almanac.site import Site
from almanac.text import counted

_NAMED = 5


@dataclass(frozen=True)
class Known:
    """The events of a folder or a list, in their order, and what is to be said of them."""

    events: Sequence[Event]
    warnings: Sequence[Problem]

    def to_come(self, today: date) -> list[Event]:
        """Return those that are not over."""
        return [one for one in self.events if (one.end_date or one.date) >= today.isoformat()[: len(one.date)]]


def known_events(site: Site) -> Known:
    """Read the events of a site whose settings name its files or list.

    Raises:
        UserError: A file cannot be read.
    """
    records = known_to(site)
    return Known(records, [*left_out(site), *_twins(records, site)])


def left_out(site: Site) -> Iterator[Problem]:
    """Say what of a site's own files or list is no event to Almanac."""
    yield from site.unreadable
    yield from site.undated[:_NAMED]
    if len(site.undated) > _NAMED:
        yield Problem(say("{number} more say no date.", number=len(site.undated) - _NAMED))


def _twins(events: Sequence[Event], site: Site) -> Iterator[Problem]:
    """Find events of one day and title."""
    first: dict[tuple[str, str], Event] = {}
    for event in events:
        other = first.setdefault((event.date, event.title.casefold()), event)
        if other is not event:
            message = f"This seems to be the same event as {other.id}: {event.date}, {event.title}."
            yield Problem(message, file=site.store.path(event.id))


def planned_site(site: Site, place: Place, paths: Collection[str]) -> Site:
    """Return a site as it is if its settings name a place, or else as it would be if they did."""
    if site.text(configs.PATH) is not None and (site.config.files or site.config.list):
        return site
    if place.learned is None:
        raise UserError(place.problem)
    config = config_for(site, place, paths)
    planned = Site(Overlay(site.files, _templates(config, place.learned.template)))
    planned.config = config
    return planned


def _templates(config: Config, text: str) -> Mapping[str, str]:
    return {path: text for path in (config.file_template, config.list_template) if path}


def show_known(site: Site, place: Place, paths: Collection[str], *, as_json: bool) -> int:
    """Say which events are known from a folder or a list; nothing is written, as its files are the records."""
    known = known_events(planned_site(site, place, paths))
    coming = known.to_come(site.files.now().date())
    if as_json:
        count = len(known.events)
        values = {"events": count, "structured": count, "verbatim": 0, "roundtrip": True, "to_come": len(coming)}
        print_json({**values, "warnings": problem_values(known.warnings)})
        return 0
    for event in known.events:
        print_text(f"{event.date:<10}  {'to come' if event in coming else 'past':<8}  {event.title}")
    print_problems(known.warnings, "warning")
    print_text(f"\n{counted(len(known.events))}, {len(coming)} of them to come. {place.path} is not changed.")
    print_text("Nothing was written: these files are the records.")
    return 0
