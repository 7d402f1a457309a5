"""Finds the event that someone means: by its id, a link, its issue, or its date and title as typed by a person.

Nothing is guessed: one event is found only if no other is like what was typed. Otherwise there are candidates.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from almanac.dateanswers import Days, read_days
from almanac.dates import UNKNOWN_YEAR, DateHabits, find_date, heading_date
from almanac.event.model import Event, share_a_day
from almanac.invisible import without_invisible
from almanac.languages import names_for
from almanac.patterns import regex

MOST = 10
"""How many candidates are shown."""
_MOST_CHARACTERS, _MOST_WORDS = 500, 30
_WORD = regex(r"\w+")
_ENDINGS = regex(r"\.(?:ya?ml|md|markdown|html?)\Z", re.IGNORECASE)
_ISSUE = regex(r"(?:issue\s*)?#?([1-9][0-9]{0,8})", re.IGNORECASE)
_LINK = regex(r"https?://[^\s<>()\[\]`]+", re.IGNORECASE)
_QUOTES_PAGE = ":~:text="  # what a browser puts before words of the page to which a link leads
_QUOTED = regex(r"(?:%[0-9A-Fa-f]{2})+")
_IN_LINKS = regex(r"[-_/+]+")
_COMMON = frozenset(
    _WORD.findall("a about an and at by event for from in is meeting of on one or our session that the to with")
)
_DAY = "2021-11-08"
_SHORTEST = 3  # letters of a word that stands for longer ones
_LIKE = 0.6  # the share of typed words from which an event is a candidate, or the one of its day


@dataclass(frozen=True)
class Sought:
    """The event that is meant, if that is certain; else those that may be meant, the likeliest first.

    Where none is `alike`, the candidates are the newest ones.
    """

    event: Event | None = None
    candidates: tuple[Event, ...] = ()
    alike: bool = False


def named_id(typed: str, ids: Collection[str]) -> str | None:
    """Return the id that a text is, or with which an address or a path in it ends; None if there is none."""
    last = _address(typed).path.rpartition("/")[2]
    return next((name for name in (typed.strip(" `"), _ENDINGS.sub("", last)) if name in ids), None)


def names_file(typed: str, path: str) -> bool:
    """Tell whether a text is the path of a file, or an address that ends with it."""
    return f"/{_address(typed).path}".endswith(f"/{path}".casefold())


def named_issue(typed: str, repository: str | None) -> int | None:
    """Return the number of the issue that a text is, or that it links to in the same repository; None if it is none."""
    found = _ISSUE.fullmatch(typed.strip())
    if found is None and repository and (address := _address(typed)).host:
        whole = f"{address.host}{address.path}"
        inside = whole.removeprefix(f"{repository.partition('://')[2]}/issues/".casefold())
        found = _ISSUE.fullmatch(inside) if inside != whole else None
    return int(found[1]) if found else None


@dataclass(frozen=True)
class Address:
    """The parts of a link, in lower case and with its characters as readers know them; all empty if it is none."""

    host: str = ""
    path: str = ""
    anchor: str = ""


def _address(typed: str) -> Address:
    words = without_invisible(typed).strip().strip("<>`").removesuffix("/")
    if found := _LINK.search(words):  # there may be words beside it, or it is written as Markdown
        words = found[0].rstrip(".,;:!?").removesuffix("/")
    scheme, mark, rest = words.partition("://")
    if not mark or not scheme.isalnum() or any(map(str.isspace, rest)):
        return Address(path=words.casefold() if "/" in words and " " not in words else "")
    place, _, anchor = rest.partition("#")
    host, _, path = place.partition("?")[0].partition("/")
    # GitHub puts a word of its own before the ids of a page's headings.
    anchor = _unquoted(anchor).removeprefix("user-content-")
    return Address(host.casefold(), f"/{_unquoted(path)}".casefold().removesuffix("/"), anchor)


def _unquoted(part: str) -> str:
    return _QUOTED.sub(lambda found: bytes.fromhex(found[0].replace("%", "")).decode(errors="replace"), part)


def anchor_in(typed: str) -> str:
    """Return the place within a page to which a link leads; empty if it leads to a page, or is no link."""
    return _address(typed).anchor.partition(_QUOTES_PAGE)[0]


def as_words(typed: str) -> str:
    """Return what is typed as words to be looked for.

    Of a link alone, these are those of its anchor or of its path's last part.
    """
    address = _address(typed)
    if not address.host:
        return without_invisible(typed)[:_MOST_CHARACTERS]
    last = address.anchor or _ENDINGS.sub("", address.path.rpartition("/")[2])
    beside = _LINK.sub(" ", without_invisible(typed)).strip(" <>()[]`")
    return beside[:_MOST_CHARACTERS] or _IN_LINKS.sub(" ", last.rpartition(_QUOTES_PAGE)[2])[:_MOST_CHARACTERS]


def search(words: str, records: Sequence[Event]) -> Sought:
    """Find the event that a person names by its date, its title, its series or its people, or by parts of these."""
    titled = [record for record in records if _is_title(words, record)]
    if len(titled) == 1:
        return Sought(titled[0])
    days, rest = _days_of(words)
    wanted = [word for word in dict.fromkeys(_words(rest)) if word not in _COMMON][:_MOST_WORDS]
    if not days and not wanted:
        return Sought(candidates=_newest(titled or records), alike=bool(titled))
    shares = dict(_shares(wanted, records))
    on_day = [record for record in records if any(_is_on(record, day) for day in days)] if days else list(records)
    whole = [record for record in on_day if shares[record.id] == 1]
    titled = [record for record in on_day if _is_title(rest, record)]
    for some in (titled, whole, [record for record in on_day if days and shares[record.id] >= _LIKE]):
        if len(some) == 1:
            return Sought(some[0])
        if some:
            return Sought(None, _newest(some), alike=True)
    alike = [record for record in records if wanted and shares[record.id] >= _LIKE]
    alike.sort(key=lambda record: shares[record.id], reverse=True)
    likely = dict.fromkeys(record.id for record in (*(on_day if days else ()), *alike))
    known = {record.id: record for record in records}
    found = tuple(known[name] for name in likely)[:MOST]
    return Sought(None, found or _newest(records), alike=bool(found))


def ids_of_day(words: str, ids: Collection[str]) -> list[str]:
    """Return the ids that begin with the day that a text names; none if it names no day, or one of any year."""
    days, _ = _days_of(words)
    return sorted(name for name in ids for day in days if len(day.first) == len(_DAY) and name.startswith(day.first))


def _newest(records: Sequence[Event]) -> tuple[Event, ...]:
    return tuple(sorted(records, key=lambda record: record.sort_key, reverse=True)[:MOST])


# ------------------------------------------------------------------------------- days


def _days_of(text: str) -> tuple[list[Days], str]:
    """Find the date in a text, as the days that it can be (a year, a month, a day of any year too), and the rest."""
    found = find_date(text, habits=DateHabits({}, names_for([text])))
    if found is None:
        return [], text
    exact = read_days(found.words)
    if isinstance(exact, Days):
        return [exact], found.title
    if exact.choices:  # of `8/11/2021` the event tells what was meant
        either = [days for one in exact.choices if isinstance(days := read_days(one), Days)]
        return either, found.title
    return [Days(found.date, found.end_date)], found.title


def _is_on(record: Event, days: Days) -> bool:
    """Tell whether an event is, or was to be, on some days; a date without a day holds all that are in it."""
    for date in filter(None, (record.date, record.previous_date)):
        last = record.end_date if date == record.date else None
        if days.first.startswith(UNKNOWN_YEAR):
            found = date[4:] == days.first[4:]
        else:
            held = date.startswith(f"{days.first}-") or days.first.startswith(f"{date}-")
            found = held or share_a_day((date, last), (days.first, days.last))
        if found:
            return True
    return False


# ------------------------------------------------------------------------------- words


def _words(text: str) -> list[str]:
    return _WORD.findall(without_invisible(text).casefold())


def _is_title(text: str, record: Event) -> bool:
    """Tell whether a text is an event's title, however its words are written; one without words, as it is."""
    return _words(text) == _words(record.title) and (bool(_words(text)) or text.strip() == record.title)


def _said_of(record: Event) -> set[str]:
    """Return the words by which a person may know an event: of its names, and of its date as it is written out."""
    names = (record.title, record.series or "", *(person.name for person in record.people))
    day = record.date[8:].lstrip("0")
    return {word for name in (*names, heading_date(record.date, record.end_date), day) for word in _words(name)}


def _shares(wanted: Sequence[str], records: Sequence[Event]) -> Iterator[tuple[str, float]]:
    """Give for each record's id how many of the typed words it has, as a share of all."""
    said = {record.id: _said_of(record) for record in records}
    meant = _meanings(wanted, {word for words in said.values() for word in words})
    for name, words in said.items():
        yield name, sum(not words.isdisjoint(meant[word]) for word in wanted) / len(wanted) if wanted else 1


def _meanings(wanted: Sequence[str], known: Collection[str]) -> Mapping[str, set[str]]:
    """Return the known words that each typed one can stand for: itself, else longer ones, else those spelt alike."""
    meant: dict[str, set[str]] = {}
    for word in wanted:
        longer = {one for one in known if len(word) >= _SHORTEST and one.startswith(word)}
        meant[word] = {word} & set(known) or longer or {*get_close_matches(word, known, 3, 0.8)}
    return meant
