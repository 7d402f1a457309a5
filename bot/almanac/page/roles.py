"""What the pieces of a list's first lines are: names, times, rooms, titles.

The lines of a list explain each other: what stands in one place of most of them is of one kind.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from almanac.event.people import PERSON
from almanac.labels import field_of
from almanac.page.lines import plain
from almanac.page.outline import Section
from almanac.page.pieces import SEPARATORS, Line, Piece, cut_pieces, extent, marked, unbalanced
from almanac.page.valuekinds import CLOCK, MOST, kind_of, share
from almanac.patterns import regex

_CUTS = (" - ", " \u2013 ", " \u2014 ", " | ", " / ", ": ", "; ", ", ", " (", " @ ", " at ")
_NUMBERED = regex(
    r"(?P<word>#|[^\W\d_]{1,10}\.?[ ])?(?P<number>[0-9]{1,4})"
    r"(?P<end>\\?[./)]{1,2}[ ]+|(?(word)[ ]?[:|\u2013\u2014-][ ]+|(?!)))(?=\S)"
)
_NUMBERED_NAME = regex(
    r"(?P<word>(?:[^\W\d_]{1,12}[ ])?#|[^\W\d_]{1,12}[ ])?(?P<number>[0-9]{1,4}(?:st|nd|rd|th)?)"
    r"(?P<end>(?P<name>(?:[.\u00ba\u00aa]|[e\u00e8]me|e)?(?:[ ][^\W\d_]{2,20}){1,2}|(?(word)|(?!)))"
    r"[ ]?[:|\u2013\u2014-][ ]+)(?=\S)"
)
"""A running number with the name of what is counted behind it or before it, such as `43rd meetup: `."""
_LEAD = regex(r"(?!the |an )[^\W\d_A-Z]{2,12}[ ](?=\S)")
"""A small word before a value."""
_SENTENCE = regex(r"(?<!\b[A-Z])(?<!\b[DMS][rst])\.[ ]+(?=\S)")
_ASIDE = regex(r"\(([^()]+)\)([\s:,.\u2013\u2014-]+)(?=\S)")
_TITLE_BELOW = regex(
    r"[\r\n][ \t]*(?:[-*+][ \t]+)?[*_]{0,3}"
    r"(?:(?:title|topic|talk)\b[*_]{0,3}:|[\"\u201c][^\r\n]+[\"\u201d][*_]{0,3}[ \t]*+(?![^\r\n]))",
    re.IGNORECASE,
)
HABIT = 3
"""From so many values in one place on they are a habit."""
_MANY, _OFTEN = 6, 0.4
OPTIONAL, _NEARLY_ALL = 0.2, 0.8
"""The shares of a list's lines from which on a field is one of the list's own, and words are copied."""


def first_lines(sections: Sequence[Section], *, is_titled: bool = False) -> list[Line]:
    """Cut the first lines of a list's sections into pieces; those whose marks or dates are not clear are left out.

    With `is_titled`, what each is called stands elsewhere.
    """
    lines = cut_pieces(sections)
    # What a link from date to title consists of is a line of its own.
    inner = _understood([Line(line.section, "", piece.parts) for line in lines for piece in line.pieces if piece.parts])
    lines, titles = (
        _understood(lines, is_titled=is_titled),
        Counter(text for line in inner if (text := _title_in(line.pieces))),
    )
    # The same word in nearly all of them names none of the events, if another one does.
    same = {text for text, count in titles.items() if count >= max(len(inner) * _NEARLY_ALL, HABIT)}
    titled = {line.section.start for line in lines if "title" in line.fields}
    parts = {
        line.section.start: _with_copied(line.pieces, same if line.section.start in titled else set()) for line in inner
    }
    return [line.with_parts(parts.get(line.section.start, ())) for line in lines]


def _title_in(pieces: Sequence[Piece]) -> str:
    return next((piece.text for piece in pieces if piece.field == "title"), "")


def _with_copied(pieces: Sequence[Piece], texts: set[str]) -> tuple[Piece, ...]:
    return tuple(
        Piece(one.text.join(one.around)) if one.field == "title" and one.text in texts else one for one in pieces
    )


def _understood(lines: list[Line], *, is_titled: bool = False) -> list[Line]:
    for _ in range(HABIT):
        lines = _refined(lines, is_titled=is_titled)
    return _with_titles(lines)


def _unknown(line: Line) -> Iterator[tuple[str, int]]:
    """Give the places of values of which is not known yet what they are: the field before it, and the index."""
    before = ""
    for index, piece in enumerate(line.pieces):
        if piece.field == "?":
            yield before, index
        before = piece.field or before


def _refined(lines: list[Line], *, is_titled: bool) -> list[Line]:
    """Say what the values of one place are, or cut them where most of them consist of two."""
    values: dict[str, list[str]] = {}
    for line in lines:
        for place, index in _unknown(line):
            values.setdefault(place, []).append(plain(line.pieces[index].text))
    # A line's only value is its title, unless that is elsewhere.
    below = sum(_TITLE_BELOW.search(line.section.text) is not None for line in lines) >= len(lines) * MOST
    only = not (below or is_titled) and max((sum(1 for _ in _unknown(line)) for line in lines), default=0) == 1
    cutters = {place: _cutter(found, only=only) for place, found in values.items()}
    if "people" in cutters:
        cutters["people"] = cutters["people"] or _lead_of(values["people"])
    result = []
    for line in lines:
        pieces = list(line.pieces)
        for place, index in reversed([*_unknown(line)]):
            if cutter := cutters.get(place):
                cut, start = cutter(pieces[index]), index
                if isinstance(cutter, _LeadWords) and len(cut) > 1 and index and not pieces[index - 1].field:
                    # What leads from one value to the other is one piece: without the first, all of it goes.
                    cut[0], start = Piece(pieces[index - 1].text + cut[0].text), index - 1
                pieces[start : index + 1] = cut
        result.append(line._replace(pieces=tuple(piece for piece in pieces if piece.field or piece.text)))
    return result


_Cutter = Callable[[Piece], list[Piece]]


def _cutter(values: list[str], *, only: bool) -> _Cutter | None:
    """Return what is to be done with the values of one place; None if they stay what they are."""
    role = _role(values)
    if role in ("people", "weekday", "number"):
        # Or unless it says more of a person than the name.
        return None if only and not share(values, _with_brackets) else _Named(role)
    if len({*values}) == len(values) >= HABIT:
        for pattern in (_NUMBERED_NAME, _NUMBERED):
            leads = [(found["word"], found.groupdict().get("name")) for one in values if (found := pattern.match(one))]
            if len(leads) >= len(values) * MOST and len({*leads}) == 1:
                return partial(_numbered, pattern)
    if sum(len(_SENTENCE.findall(value)) > 1 for value in values) >= len(values) * MOST:
        return _sentences
    asides = [found[1] for value in values if (found := _ASIDE.match(value))]
    if len(asides) >= max(HABIT, len(values) * MOST) and (aside := _role(asides)):
        return partial(_aside, aside)
    cuts = [cut for mark in _CUTS for last in (False, True) if (cut := _cut_at(mark, values, last=last))]
    # The less is cut off, the less of a title it can be.
    if only and role == "location":
        role = None  # the only value of a line is its title
    return min(cuts, key=lambda cut: cut.length, default=_Named(role) if role else None)


@dataclass(frozen=True)
class _Named:
    """What most values of a place are, all are taken for."""

    field: str

    def __call__(self, piece: Piece) -> list[Piece]:
        return [piece._replace(field=self.field)]


def _cut_at(mark: str, values: Sequence[str], *, last: bool) -> "_Cut | None":
    """Cut most values at a mark, if that leaves two parts of which only one is seen to be something."""
    parts = [parts for value in values if (parts := _parted(value, mark, last=last))]
    before, after = [one[0] for one in parts], [one[1] for one in parts]
    if len(parts) < max(len(values) * MOST, 2):
        return None
    first, second = _role(before), _role(after)
    # Two values are no habit, unless it is certain what is cut off.
    if (first is None) == (second is None) or (len(parts) < HABIT and "location" not in (first, second)):
        return None
    return _Cut(mark, last, (first or "?", second or "?"), sum(map(len, before if first else after)))


def _parted(value: str, mark: str, *, last: bool) -> tuple[str, str] | None:
    """Part a value at the first or last of some marks; None if that would tear what belongs together."""
    before, found, after = (str.rpartition if last else str.partition)(value, mark)
    after = after.removesuffix(")") if mark.endswith("(") else after
    return (before, after) if found and not (unbalanced(before) or unbalanced(after)) else None


@dataclass(frozen=True)
class _Cut:
    """A cut of a value in two, at the first or the last of some marks."""

    mark: str
    last: bool
    roles: tuple[str, str]
    length: int  # of all that it cuts off, in characters

    def __call__(self, piece: Piece) -> list[Piece]:
        parts = None if piece.url else _parted(piece.text, self.mark, last=self.last)
        if parts is None:
            return [piece]
        before, after = parts
        around = ("(", ")") if self.mark.endswith("(") and piece.text.endswith(")") else ("", "")
        rest = before.rstrip(SEPARATORS)
        mark = (before[len(rest) :] + self.mark).removesuffix(around[0])
        (opening, end), (first, second) = piece.around, self.roles
        left, value, right = marked(rest, first)
        if opening and not end:  # a picture belongs to what is right behind it
            value, opening = value._replace(around=(opening + value.around[0], value.around[1])), ""
        last = [Piece(after, second, around=around)] if around[0] else marked(after, second)
        return [Piece(opening), left, value, right, Piece(mark), *last, Piece(end)]


def _lead_of(values: Sequence[str]) -> "_LeadWords | None":
    """Find the word with which most values behind people begin, such as `on`."""
    leads = Counter(found[0] for value in values if (found := _LEAD.match(value)))
    words, count = leads.most_common(1)[0] if leads else ("", 0)
    return _LeadWords(words) if count >= max(HABIT, len(values) * MOST) else None


@dataclass(frozen=True)
class _LeadWords:
    """A cut behind the words that lead from one value to the next."""

    words: str

    def __call__(self, piece: Piece) -> list[Piece]:
        is_led = not piece.url and piece.text.startswith(self.words) and not "".join(piece.around)
        return [Piece(self.words), *marked(piece.text[len(self.words) :], "?")] if is_led else [piece]


def _with_brackets(value: str) -> bool:
    return PERSON.fullmatch(value) is not None and value.endswith(")")


def _role(values: Sequence[str]) -> str | None:
    """Tell what most values of one place are, where that can be seen from the values.

    The same name or number again and again is that of a group.
    """
    role = kind_of(values)
    most = max(Counter(values).values())
    is_group = len(values) < HABIT or (most >= _MANY and most >= len(values) * _OFTEN)
    return None if role in ("people", "number") and is_group else role


def _numbered(pattern: re.Pattern[str], piece: Piece) -> list[Piece]:
    """Cut off a running number, with the word that leads to it."""
    found = pattern.match(piece.text)
    if found is None or piece.url or piece.around[0]:
        return [piece]
    lead, number, end = Piece(found["word"] or ""), Piece(found["number"], "number"), Piece(found["end"])
    return [lead, number, end, Piece(piece.text[found.end() :], "?")]


def _aside(role: str, piece: Piece) -> list[Piece]:
    """Cut off what a value has in brackets at its beginning, such as a room."""
    found = _ASIDE.match(piece.text)
    if found is None or piece.url or piece.around[0]:
        return [piece]
    return [Piece(found[1], role, around=("(", ")")), Piece(found[2]), *marked(piece.text[found.end() :], "?")]


def _sentences(piece: Piece) -> list[Piece]:
    """Cut a value into its sentences, of which each says what it is; the first that does not is the title."""
    pieces, end = [], 0
    for mark in [*_SENTENCE.finditer(piece.text), None]:
        text = piece.text[end : mark.start() if mark else None]
        place, comma, clock = text.rpartition(", ")
        if comma and CLOCK.search(clock) and not CLOCK.search(place):
            pieces += [Piece(place, kind_of([place] * 2) or "location"), Piece(comma), Piece(clock, "when")]
        else:
            role = kind_of([text] * 2)
            pieces.append(Piece(text, "?" if role == "people" and not pieces else role or "?"))
        if mark:
            pieces.append(Piece(mark[0]))
            end = mark.end()
    return pieces


def _with_titles(lines: list[Line]) -> list[Line]:
    """Find the title among what is left in each line; words that all lines share are copied, and others left out."""
    places = [(place, line.pieces[index]) for line in lines for place, index in _unknown(line)]
    often = Counter(place for place, _ in places)
    length = Counter({place: sum(len(piece.text) for other, piece in places if other == place) for place in often})
    title = max(often, key=lambda place: (often[place], length[place]), default="")
    texts = Counter(piece.text for _, piece in places)
    again = {text for text, count in texts.items() if count >= max(len(lines) * OPTIONAL, HABIT)}
    repeated = Counter(place for place, text in {(place, one.text) for place, one in places} if texts[text] >= HABIT)
    alone = {piece.text for place, piece in places if repeated[place] == 1}
    shared = {text for text in again & alone if texts[text] >= len(lines) * _NEARLY_ALL}
    between = [place for line in lines for place, index in _unknown(line) if _is_between(line, index)]
    # What nearly every line names between its title and another value, and what is no name and no time, is where it is.
    is_venue = len(lines) >= HABIT and len(between) >= len(lines) * MOST
    return [_with_title(line, title, again, shared, is_venue=is_venue) for line in lines]


def _is_between(line: Line, index: int) -> bool:
    known = [piece.field for piece in line.pieces[index + 1 :] if piece.field]
    return line.pieces[index].field == "?" in [piece.field for piece in line.pieces[:index]] and "date" in known


def _with_title(line: Line, title: str, again: set[str], shared: set[str], *, is_venue: bool) -> Line:
    pieces = list(line.pieces)
    unknown = [*_unknown(line)]
    there = [index for place, index in unknown if place in (title, "?") or len(unknown) == 1]
    new = [index for index in there if pieces[index].text not in again]
    at = None if "title" in line.fields else next(iter(new or there), None)
    leads = any(pieces[index].url for index in there) or (
        pieces[-1].text.endswith(":") and any(piece.label for piece in pieces)
    )
    if leads and shared.issuperset(pieces[index].text for index in there):
        at = None  # the same words for each event, which name none of them
    words = " ".join(pieces[index].text for _, index in unknown if pieces[index].text in shared).split()
    for _, index in unknown:
        piece = pieces[index]
        if index == at:
            pieces[index] = piece._replace(field="title")
        elif piece.text in shared:
            # The same words that lead somewhere else each time are a link that each event has.
            copied = Piece(piece.text.join(piece.around))
            field = "recording" if any(field_of(word) == "recording" for word in words) else "url"
            pieces[index] = piece._replace(field=field, is_address=True) if piece.url else copied
        elif is_venue and _is_between(line, index):
            pieces[index] = piece._replace(field="location")
        elif piece.text in again and at is not None and index < at:
            pieces[index] = piece._replace(field="series")
    whole = all(pieces[index].field != "?" for _, index in unknown)
    seen: set[str] = set()
    index = 0
    while index < len(pieces):
        field = pieces[index].field
        if field == "?" or (field and field in seen):
            start, end = extent(pieces, index)
            del pieces[start:end]
            index = start
        else:
            seen.add(field)
            index += 1
    return line._replace(pieces=tuple(pieces), whole=whole)
