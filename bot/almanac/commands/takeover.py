"""How `almanac init` takes over a folder or a list of events: the settings, a sample, and what proves it."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from almanac import phrases
from almanac.caps import Cap, check_sizes
from almanac.catalogues import load_tongue
from almanac.commands.discovery import jekyll_of, records_folder
from almanac.commands.places import Place
from almanac.commands.shapes import print_entry, with_answers
from almanac.commands.trial import Trial, build_both
from almanac.config import Config
from almanac.entries.stores import place_of
from almanac.entries.template import EntryTemplate
from almanac.errors import Problem, UserError
from almanac.event.model import Event, Image, Link, Person
from almanac.event.submission import FIELDS
from almanac.form.schema import Form
from almanac.histories import entry_template
from almanac.output import print_text
from almanac.paths import joined
from almanac.phrases import said, say
from almanac.site import Site
from almanac.sitefiles import SiteFiles
from almanac.times.check import read_when
from almanac.times.zones import home_of, load_zone
from almanac.views.protocol import build_all, put_event, unshown

_ALWAYS_ASKED = {"title", "date", "when", "duration"}
_EVERYTHING: dict[str, Any] = {
    "title": say("A sample event"),
    "series": say("Sample series"),
    "location": say("Sample place"),
    "url": "https://example.org/register",
    "description": say("What the sample is about."),
    "agenda": (say("First point"), say("Second point")),
    "recording": "https://example.org/video",
    "links": (Link(label="Slides", url="https://example.org/slides"),),
    "tags": (say("sample"), say("another")),
}
_PEOPLE = (
    (say("Sample Speaker"), say("Sample Institute")),
    (say("Another Speaker"), say("Another Institute")),
)
_PICTURE = say("A sample")
_CLOCK = {"starts": "09:00", "ends": "10:30"}
_NAMES = {"affiliation": "people", "slides": "links", "ends": "when", "duration": "when"}


@dataclass(frozen=True)
class Takeover:
    """A folder or list as it will be taken over, and a sample of a new event in it.

    `path` is the sample's file, `sample` its text there, and `kept` are the fields that only Almanac's own key holds.
    `built` is what readers would see of it, None if the site cannot be built here.
    """

    place: Place
    path: str
    sample: str
    kept: tuple[str, ...]
    built: Trial | None


class Overlay:
    """The files of a site with some others in their places, which are no larger than any file that is read."""

    def __init__(self, files: SiteFiles, texts: Mapping[str, str]) -> None:
        self._files, self._texts = files, texts
        self.reads_freely = files.reads_freely
        self.removed, self.paths, self.now = files.removed, files.paths, files.now

    def read(self, path: str, cap: Cap) -> bytes | None:
        text = self._texts.get(path)
        if text is None:
            return self._files.read(path, cap)
        data = text.encode()
        check_sizes(cap, {path: len(data)})
        return data

    def names(self, folder: str, *, deep: bool = False) -> Collection[str]:
        return {*self._files.names(folder, deep=deep), *self._own(folder, deep=deep)}

    def read_all(self, folder: str, suffix: str, cap: Cap, *, deep: bool = False) -> Mapping[str, bytes]:
        own = {name: text.encode() for name, text in self._own(folder, deep=deep).items() if name.endswith(suffix)}
        found = {**self._files.read_all(folder, suffix, cap, deep=deep), **own}
        check_sizes(cap, {joined(folder, name): len(data) for name, data in found.items()}, folder)
        return found

    def _own(self, folder: str, *, deep: bool) -> dict[str, str]:
        """Return the texts that are in a folder, by their names there."""
        start = f"{folder}/" if folder else ""
        inside = {path.removeprefix(start): text for path, text in self._texts.items() if path.startswith(start)}
        return {name: text for name, text in inside.items() if deep or "/" not in name}


def config_for(site: Site, place: Place, paths: Collection[str]) -> Config:
    """Return the settings for a folder or list that is taken over; a table has its records in a folder beside it."""
    ((key, path),) = place.settings.items()
    settings = {
        key: path,
        f"{key[:4]}_template": entry_template(key, path, site.history),
        "images": _images(place, paths),
    }
    if place.is_table:
        settings["records"] = records_folder(site, path, paths)[0]
    return Config.model_validate({name: value for name, value in settings.items() if value})


def _images(place: Place, paths: Collection[str]) -> str | None:
    """Return the folder in which the newest events have their pictures, if it is one of the site's."""
    named: Counter[str] = Counter()
    for value in place.learned.pictures if place.learned else ():
        own = value.lstrip("/")
        found = next((path for path in paths if path.endswith(f"/{own}")), own)
        if "://" not in own and "/" in found:
            named[found.rpartition("/")[0]] += 1
    return named.most_common(1)[0][0] if named else None


def unasked_for(place: Place) -> set[str]:
    """Return the questions of ours that a form need not ask, as what it writes does not show the answers."""
    return {*FIELDS} - _fields(place) - _ALWAYS_ASKED


def _fields(place: Place) -> set[str]:
    """Return the fields of an event that a place shows."""
    fields = place.learned.fields if place.learned else ()
    shown = {_NAMES.get(name, name) for name in fields}
    shown |= {"duration"} if {"ends", "duration"}.intersection(fields) else set()
    # A new event takes place: that it does not is said later.
    return (shown | ({"image_alt"} if "image" in shown else set())) - {"status", "cancelled"}


def take_over(site: Site, place: Place, form: Form, today: date, root: Path | None = None) -> Takeover:
    """Try what is planned for a site (its settings name the place and a template) with a sample of an event.

    `root` is the site's folder on this disk, if it is to be built.

    Raises:
        UserError: Some of the events cannot be read, or the sample is not found again as what it is.
    """
    store, texts, known = site.store, site.record_texts, known_to(site)
    if len(known) + len(site.unreadable) < place.events:
        message = say(
            "Only {known} of {events} events would be known, so it is not taken over.",
            known=len(known),
            events=place.events,
        )
        pattern = place.settings.get("files", "")
        if place.files and place_of(pattern) != place.path:
            more = say(
                "The newest are in {folder}/, and nothing tells in which folder the next one belongs. That folder "
                "alone can be taken over. In a terminal, name it: `--page {folder}`.",
                folder=place_of(pattern),
            )
            message += " " + more
        raise UserError(Problem(message, file=place.path))
    newest = max((one.date for one in known if len(one.date) == len("2021-11-08")), default=today.isoformat())
    past = min(date.fromisoformat(newest), today - timedelta(days=2)) + timedelta(days=1)
    tries = []
    for day in (past, today + timedelta(days=7)):  # a page may list what is over, or what is to come
        event = with_answers(_sample(day.isoformat(), site.config, form), form, load_tongue(site.config.language))
        event = store.completed(event, lambda: known)
        event = event.model_copy(update={"id": store.new_id(event, {one.id for one in known})})
        path = store.path(event.id)
        changed = {path: store.write(event, source=texts.get(path))}
        files = put_event(site.views(), Site(Overlay(site.files, changed)).text, event, None)
        changed |= {one: text for one, text in files.items() if isinstance(text, str)}
        _prove(event, known, known_to(Site(Overlay(site.files, changed), history=site.history)), place)
        tries.append((event, changed))
    event, changed = tries[0]
    path = place.path if place.path in changed else store.path(event.id)
    text = changed[path]
    jekyll = jekyll_of(site, "")
    built = None
    if root and jekyll.file:
        built = build_both(root, jekyll.file, [changed for _, changed in tries], event.title)
    before = site.text(path)
    sample = text if before is None else _added(before, text)
    source = site.config.file_template or site.config.list_template or ""
    template = site.text(source) or ""
    shown = unshown(event, EntryTemplate(template, place.reader, source).render(event))
    hidden = {name for name in shown if name not in _fields(place) and not (name == "when" and "starts" in template)}
    return Takeover(place, path, sample, tuple(name for name in shown if name in hidden), built)


def known_to(site: Site) -> tuple[Event, ...]:
    """Return all events that a site has, those of a table included that have no record yet."""
    return tuple(build_all(site.views(), site.text, site.records).records)


def _prove(event: Event, before: Collection[Event], after: Collection[Event], place: Place) -> None:
    """Refuse a place in which a sample is not found again as one event of its day, all others as they were."""
    found = [(one.title, one.date) for one in after if one.id == event.id]
    if found != [(event.title, event.date)] or [one for one in after if one.id != event.id] != [*before]:
        message = say(
            "A sample of a new event would not be found again as one event of its day, so it is not taken over."
        )
        raise UserError(Problem(message, file=place.path))


def _sample(day: str, config: Config, form: Form) -> Event:
    """Make an event of a day, with an answer to each question of the form."""
    asked = {field.id for field in form.fields} | {"title", "starts", "ends", "time_zone"}
    tongue, name = load_tongue(config.language), config.time_zone or home_of(config.language)
    zone, zones = load_zone(name), config.zones()
    values = {
        **said(_EVERYTHING, tongue),
        "people": tuple(Person(name=one, affiliation=other) for one, other in said(_PEOPLE, tongue)),
        "image": Image(path=f"{config.images}/sample.png", alt=said(_PICTURE, tongue)),
        "time_zone": name,
        "when": read_when(day, f"9am {zones.label_of(name)}", zones).line,
        **{key: datetime.fromisoformat(f"{day}T{at}").replace(tzinfo=zone).isoformat() for key, at in _CLOCK.items()},
    }
    return Event(id="sample", date=day, **{name: value for name, value in values.items() if name in asked})


def _added(before: str, after: str) -> str:
    """Return the lines that were added to a text."""
    old, new = before.split("\n"), after.split("\n")
    start = next((at for at, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]), len(old))
    return "\n".join(new[start : start + len(new) - len(old)])


# ------------------------------------------------------------------------------- what a person sees of it


def print_takeover(taken: Takeover, form: Form) -> None:
    """Show what was found, a sample of a new event, what the form asks for, and what the built site shows."""
    place = taken.place
    print_text(f"{place.path}{'/' * bool(place.files)}: {place.seen}.")
    print_text(f"\nA new event will be written like the newest ones. A sample, in {taken.path}:\n")
    print_entry(taken.sample)
    print_text(f"\n{said_of_form(taken, form)}")
    print_text(said_of_build(taken.built))


def said_of_form(taken: Takeover, form: Form) -> str:
    """Say what the form asks for, and which answers only Almanac's own key has."""
    asked = ", ".join(field.label for field in form.fields)
    labels = {field.id: field.label for field in form.fields}
    kept = ", ".join(labels[name] for name in taken.kept if name in labels)
    only = say("Only Almanac's own key, `almanac`, keeps {kept}.", kept=kept)
    if taken.place.is_table:
        only = say("Only the record beside it keeps {kept}.", kept=kept)
    return phrases.joined((say("The form asks for {asked}.", asked=asked), only if kept else ""))


def said_of_build(built: Trial | None) -> str:
    """Say what readers would see of the sample."""
    if built is None:
        return "The site was not built here, so only its files were checked."
    verb = "shows" if len(built.shown) == 1 else "show"
    shown = f"{_named(built.shown)} {verb} it" if built.shown else "no page shows it yet"
    others = f"; other lines change in {_named(built.lost)}" if built.lost else ", and nothing else changes"
    return f"Built with Jekyll before and after the sample: {shown}{others}."


def _named(paths: Collection[str]) -> str:
    first, *more = paths
    return f"{first} and {len(more)} more" if len(more) > 1 else " and ".join((first, *more))


def takeover_values(taken: Takeover) -> dict[str, object]:
    """Return the same for a JSON document."""
    place, built = taken.place, taken.built
    shown = {"new": built.new, "gained": built.gained, "changed": built.lost, "shown": built.shown} if built else None
    return {
        "kept_in": place.path,
        "events": place.events,
        "sample": taken.sample,
        "sample_path": taken.path,
        "only_in_own_key": taken.kept,
        "built": shown,
    }
