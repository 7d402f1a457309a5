"""The structured data as a view: schema.org events in JSON-LD, which search engines read from a page's head.

What is required and recommended there: https://developers.google.com/search/docs/appearance/structured-data/event
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from almanac.errors import Problem
from almanac.event.model import Event, Person
from almanac.patterns import regex
from almanac.phrases import say
from almanac.views.generated import GeneratedView, linked, name_of, plain_lines

_ONLINE = regex(r"\b(?:online|virtual|zoom|webinar|video|remote|jitsi|teams|meet)\b|^https?://", re.IGNORECASE)
_ADDRESS = regex(r"https?://\S+")
# What could end a script, or begin something that Jekyll acts on; curly brackets of a text are these two meanwhile.
_ACTIVE = regex(r"[<>&\u2028\u2029\ufdd0\ufdd1]")
_BRACKETS: dict[str, str | int | None] = {"{": "\ufdd0", "}": "\ufdd1", "\ufdd0": None, "\ufdd1": None}
_ESCAPED = {"\ufdd0": "{", "\ufdd1": "}"}
_STATUS = {
    "cancelled": "EventCancelled",
    "postponed": "EventPostponed",
    "rescheduled": "EventRescheduled",
}


class StructuredView(GeneratedView):
    """The file that `data` in the config names."""

    def cut(self, text: str) -> dict[str, str] | None:
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            return None
        if not isinstance(found, list) or not all(map(_is_entry, found)):
            return None
        return {str(one["identifier"]): _dumped(one) for one in found}

    def entry(self, event: Event, old: str | None) -> str | None:
        return _dumped(self._event(event)) if event.has_day else None

    def joined(self, path: str, entries: Mapping[str, str]) -> str:
        def place(event_id: str) -> tuple[str, str]:
            return json.loads(entries[event_id])["startDate"], event_id

        return "[\n" + ",\n".join(entries[event_id] for event_id in sorted(entries, key=place)) + "\n]\n"

    def left_out(self, records: Sequence[Event]) -> Iterator[Problem]:
        for record in records:
            if not record.has_day:
                message = say("The day of this event is not known, so it is not in the structured data.")
                yield Problem(message, "date", event=f"{record.date} {record.title}", file=self.path)

    def _event(self, event: Event) -> dict[str, Any]:
        organizer = self.publisher.config.organizer
        mode, location = _place(event)
        values = {
            "@context": "https://schema.org",
            "@type": "Event",
            "identifier": event.id,
            "name": name_of(event),
            "startDate": event.starts or event.date,
            "previousStartDate": event.rescheduled_from,
            "endDate": event.ends or event.end_date,
            "eventStatus": f"https://schema.org/{_STATUS.get(event.status or '', 'EventScheduled')}",
            "eventAttendanceMode": f"https://schema.org/{mode}" if mode else None,
            "location": location,
            "image": [picture] if (picture := self.publisher.picture(event)) else None,
            "description": "\n".join(plain_lines(event, self.publisher.tongue)) or None,
            "url": linked(event.url),
            "performer": [_person(person) for person in event.people] or None,
            "organizer": {"@type": "Organization", "name": organizer.name, "url": organizer.url} if organizer else None,
            "recordedIn": {"@type": "CreativeWork", "url": url} if (url := linked(event.recording)) else None,
            "keywords": ", ".join(one for one in (event.series, *event.tags) if one) or None,
        }
        return {name: value for name, value in values.items() if value is not None}


def _is_entry(found: object) -> bool:
    return isinstance(found, dict) and "identifier" in found and isinstance(found.get("startDate"), str)


def _place(event: Event) -> tuple[str | None, dict[str, Any] | None]:
    """Return how one takes part, and where; a place that names an online service or an address is no place on Earth."""
    said = event.location or ""
    address = _ADDRESS.search(said)
    if _ONLINE.search(said) or (not said and linked(event.url)):
        url = linked(address[0] if address else event.url)
        return "OnlineEventAttendanceMode", {"@type": "VirtualLocation", **({"url": url} if url else {"name": said})}
    if said:
        return "OfflineEventAttendanceMode", {"@type": "Place", "name": said, "address": said}
    return None, None


def _person(person: Person) -> dict[str, Any]:
    work = {"@type": "Organization", "name": person.affiliation} if person.affiliation else None
    values = {"@type": "Person", "name": person.name, "url": linked(person.url), "affiliation": work}
    return {name: value for name, value in values.items() if value is not None}


def _dumped(value: Mapping[str, Any]) -> str:
    """Write an event on one line, so that neither a script element nor Liquid finds anything in it to act on."""
    text = json.dumps(_without_brackets(value), ensure_ascii=False)
    return _ACTIVE.sub(lambda found: f"\\u{ord(_ESCAPED.get(found[0], found[0])):04x}", text)


def _without_brackets(value: Any) -> Any:
    if isinstance(value, str):
        return value.translate(str.maketrans(_BRACKETS))
    if isinstance(value, Mapping):
        return {key: _without_brackets(one) for key, one in value.items()}
    return [_without_brackets(one) for one in value] if isinstance(value, list) else value
