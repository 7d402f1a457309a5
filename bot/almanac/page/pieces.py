"""The first line of an entry cut into pieces: which parts of it are values of an event, and which.

The lines of a list explain each other: what stands in one place of most of them is of one kind (names, times, rooms).
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from almanac.dates import TIME, find_date
from almanac.event.people import PERSON
from almanac.page.columns import EMOJI, field_of
from almanac.page.dateshapes import without_zoned_time
from almanac.page.lines import LINK, MAX_START, plain, split_lines
from almanac.page.outline import Section

_MARK = re.compile(r"\A[ ]{0,3}(?:#{1,6}[ \t]+|(?:[-*+]|[0-9]{1,9}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?)?")
_CLOSING_MARK = re.compile(r"(?<![ \t])[ \t]+#+[ \t]*\Z")
_WEEKDAY = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6}"
WEEKDAY_BEFORE = re.compile(rf"\b{_WEEKDAY}\.?,?[ ]\Z", re.IGNORECASE)
_WEEKDAY_AFTER = re.compile(rf",?[ ]\(?{_WEEKDAY}\)?(?![A-Za-z])", re.IGNORECASE)
_BY = re.compile(r",?[ ](?:by|with)[ ](?=[^a-z\s])")
_LABEL = re.compile(
    rf"(?:(?:{EMOJI}[ ]?)?[*_]{{0,3}}(?<![^\W_])(?P<words>[^\W\d_]{{2,20}}):?[*_]{{0,3}}:?|(?P<picture>{EMOJI}))[ ]\Z"
)
"""What is before a link and says what it leads to, such as `Slides: ` or `videos `."""
_LONGEST_LABEL = 32
_LEADS_TO = {
    "date": re.compile(r"(?:\b(?:on|the|date|when|week of|am|vom|le|du|el|del)\b[\W_]*)+\Z", re.IGNORECASE),
    "people": re.compile(r",?[ ](?:by|with)[ ]\Z"),
}
"""The words before a value that belong to it, and are not the end of the text before."""
_SEPARATORS = " \t:;,.|\u2013\u2014\u00b7\u2022/~@>=-"
_MARKS = re.compile(r"\*+|_+|[\"()\[\]\u201c\u201d]")
_LAST_MARK = re.compile(r"(?:(?<!\*)\*++|(?<!_)_++|[\"()\[\]\u201c\u201d])\Z")
_PAIRS = {"(": ")", "[": "]", "\u201c": "\u201d"}
LETTER = re.compile(r"[^\W_]")
_UNSAFE = re.compile(r"[{}<>`\\]")

_CUTS = (" - ", " \u2013 ", " \u2014 ", " | ", " / ", ": ", "; ", ", ", " (", " @ ", " at ")
_NUMBERED = re.compile(
    r"(?P<word>#|[^\W\d_]{1,10}\.?[ ])?(?P<number>[0-9]{1,4})"
    r"(?P<end>\\?[./)]{1,2}[ ]+|(?(word)[ ]?[:|\u2013\u2014-][ ]+|(?!)))(?=\S)"
)
_SENTENCE = re.compile(r"(?<!\b[A-Z])(?<!\b[DMS][rst])\.[ ]+(?=\S)")
_TITLE_BELOW = re.compile(
    r"[\r\n][ \t]*(?:[-*+][ \t]+)?[*_]{0,3}"
    r"(?:(?:title|topic|talk)\b[*_]{0,3}:|[\"\u201c][^\r\n]+[\"\u201d][*_]{0,3}[ \t]*+(?![^\r\n]))",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"\b(?:room|hall|building|auditorium|theat(?:re|er)|library|online|virtual|zoom|campus|street|raum|saal)\b",
    re.IGNORECASE,
)
_PICTURE = re.compile(rf"(?P<picture>{EMOJI})[ ]?")
_WEEKDAY_ALONE = re.compile(_WEEKDAY, re.IGNORECASE)
_CLOCK = re.compile(rf"(?<![\w:])(?:{TIME}|[0-9]{{1,2}}:[0-9]{{2}})h?(?![\w:])", re.IGNORECASE)
_LONGEST_TIME = 40
_ADDRESSES = ("url", "recording", "links")
WHAT_AND_WHEN = ("date", "title", "both")
# Of the values in one place: so many say what all of them are, and from so many on they are a habit.
_MOST, HABIT = 0.65, 3
OPTIONAL, _NEARLY_ALL = 0.2, 0.8
"""The shares of a list's lines from which on a field is one of the list's own, and words are copied."""


@dataclass(frozen=True)
class Piece:
    """A part of a line: the value of a field, or, without a field, text that is copied; `?` until it is known.

    `around` are the marks that only this value has around it. Of a link, `url` is the address; if the field
    `is_address`, that is the value, and `text` the words that lead there. `both` is one link from date to title, and
    `parts` are what it consists of.
    """

    text: str
    field: str = ""
    url: str = ""
    is_address: bool = False
    around: tuple[str, str] = ("", "")
    parts: tuple["Piece", ...] = ()

    @property
    def label(self) -> str:
        """Return the word before a link that says what it leads to."""
        found = _LABEL.search(self.around[0]) if self.is_address else None
        return (found["words"] if found else None) or ""

    @property
    def shape(self) -> tuple[object, ...]:
        """Return what is the same in lines that are written alike."""
        parts = [part.shape for part in self.parts]
        return (self.field, bool(self.url), self.around, *parts) if self.field else (self.text,)


@dataclass(frozen=True)
class Line:
    """The first line of a section, in pieces, after its mark."""

    section: Section
    mark: str
    pieces: tuple[Piece, ...]
    whole: bool = True  # no words are left out of the pieces

    @property
    def shape(self) -> tuple[object, ...]:
        return (self.mark.lstrip("#"), *(piece.shape for piece in self.pieces))

    @property
    def fields(self) -> list[str]:
        return [piece.field for piece in self.pieces if piece.field]

    @property
    def values(self) -> list[Piece]:
        """Return the pieces that are values, those within a link too."""
        return [part for piece in self.pieces for part in piece.parts or (piece,) if part.field]

    def with_parts(self, parts: tuple[Piece, ...]) -> "Line":
        """Return the line with other pieces within its link."""
        return replace(self, pieces=tuple(replace(one, parts=parts) if one.parts else one for one in self.pieces))


def first_lines(sections: Sequence[Section]) -> list[Line]:
    """Cut the first lines of a list's sections into pieces; those whose marks or dates are not clear are left out."""
    texts = [split_lines(section.text)[0] for section in sections]
    by = sum(_BY.search(text) is not None for text in texts) * 2 > len(texts)
    lines = [line for section, text in zip(sections, texts, strict=True) if (line := _cut(section, text, by=by))]
    # What a link from date to title consists of is a line of its own.
    inner = [Line(line.section, "", piece.parts) for line in lines for piece in line.pieces if piece.parts]
    parts = {line.section.start: line.pieces for line in _understood(inner)}
    return [line.with_parts(parts.get(line.section.start, ())) for line in _understood(lines)]


def _understood(lines: list[Line]) -> list[Line]:
    for _ in range(HABIT):
        lines = _refined(lines)
    return _with_titles(lines)


def _cut(section: Section, text: str, *, by: bool) -> Line | None:
    text = text.rstrip()
    closing = _CLOSING_MARK.search(text) if section.style.kind == "atx" else None
    mark, text = split_mark(text[: closing.start()] if closing else text)
    date = date_of(section)
    if date not in text and (month := find_date(plain(text))) and section.date.startswith(f"{month.date}-"):
        date = month.words  # the day is said below
    if len(text) > MAX_START or date not in section.text:
        return None  # prose, or marks within the date
    pieces = [*_pieces(text, date, by=by), Piece(closing[0] if closing else "")]
    copied = _copied(part for piece in pieces for part in piece.parts or (piece,))
    is_clear = not (_UNSAFE.search(copied) or _unbalanced(copied))
    return Line(section, mark, tuple(piece for piece in pieces if piece.text)) if is_clear else None


def split_mark(line: str) -> tuple[str, str]:
    """Cut off the mark with which a line begins, such as `### ` or `* `; an underlined heading has none."""
    rest = _MARK.sub("", line)
    return line[: len(line) - len(rest)], rest


def date_of(section: Section) -> str:
    """Return the date of a section as a reader sees it, without a time that names its zone."""
    return without_zoned_time(section.words if "(" in section.words else section.words.rstrip(")"))[0]


def _pieces(text: str, date: str, *, by: bool) -> Iterator[Piece]:
    """Cut a text at its date, its links, and where the people's names begin."""
    spans = [_date_span(text, date)] if date in text else []
    end = 0
    if by and (names := list(_BY.finditer(text))):
        start = names[-1].end()
        addresses = (link.start() for link in LINK.finditer(text, start) if _link(link).is_address)
        until = min([*(begin for begin, _, _ in spans if begin > start), *addresses, len(text)])
        left, people, right = _without_marks(text[start:until])
        spans.append((start + len(left), until - len(right), replace(people, field="people")))
    for link in LINK.finditer(text):
        over = next((span for span in spans if span[0] < link.end() and link.start() < span[1]), None)
        if over is None:
            spans.append(_enclosed(link, _link(link)))
        elif over[2].field == "date":
            parts = tuple(part for part in _pieces(link[1], date, by=False) if part.text)
            whole = Piece(link[1], "both", link[2], parts=parts)
            spans[spans.index(over)] = (
                *link.span(),
                replace(over[2], url=link[2]) if link[1] == over[2].text else whole,
            )
    for start, after, piece in sorted(spans, key=lambda span: span[0]):
        yield from _run(text[end:start], _LEADS_TO.get(piece.field))
        yield piece
        end = after
    yield from _run(text[end:], None)


def _link(link: re.Match[str]) -> Piece:
    """Say what a link leads to, if its words or the label before it do."""
    words, label = link[1].split() or [""], _LABEL.search(link.string[: link.start()], link.start() - _LONGEST_LABEL)
    address = next((field for label in (link[1], words[-1]) if (field := field_of(label)) in _ADDRESSES), None)
    named = field_of(label["words"] or label["picture"]) if label else None
    named = named or (address if label and label["picture"] else None)
    address = address or (named if named in _ADDRESSES else None)
    around = (label[0] if label and address and named == address else "", "")
    return Piece(link[1], address or "?", link[2], is_address=address is not None, around=around)


def _enclosed(link: re.Match[str], piece: Piece) -> tuple[int, int, Piece]:
    """Return where a link's piece begins and ends, with the brackets that are around it alone."""
    text, opening = link.string, piece.around[0]
    start, end = link.start() - len(opening), link.end()
    if start and _PAIRS.get(text[start - 1]) == text[end : end + 1] != "":
        return start - 1, end + 1, replace(piece, around=(text[start - 1] + opening, text[end]))
    return start, end, piece


def _date_span(text: str, date: str) -> tuple[int, int, Piece]:
    """Find the date, with a weekday at either side."""
    start = text.index(date)
    end = start + len(date)
    if before := WEEKDAY_BEFORE.search(text[:start]):
        start = before.start()
    elif (after := _WEEKDAY_AFTER.match(text, end)) and "(" not in after[0]:
        end = after.end()
    return start, end, Piece(text[start:end], "date")


def _run(text: str, leads_to: re.Pattern[str] | None) -> Iterator[Piece]:
    """Cut a text between two values into what separates them, and the values there: one, or one behind each picture."""
    pictures = [one for one in _PICTURE.finditer(text) if field_of(one["picture"])]
    yield from _value(text[: pictures[0].start()] if pictures else text, None if pictures else leads_to)
    for one, following in zip_longest(pictures, pictures[1:]):
        values = [*_value(text[one.end() : following.start() if following else None], None if following else leads_to)]
        first, *rest = [piece for piece in values if piece.text] or [Piece("")]
        field = field_of(one["picture"]) or "?"
        field = "?" if field == "people" and not PERSON.fullmatch(plain(first.text)) else field
        yield replace(first, field=field, around=(one[0], "")) if first.field else Piece(one[0] + first.text)
        yield from rest


def _value(text: str, leads_to: re.Pattern[str] | None) -> Iterator[Piece]:
    """Cut a text into separators and the value that is there if there are words."""
    words = leads_to.search(text) if leads_to else None
    value = text[: words.start()] if words else text
    if not LETTER.search(value):
        yield Piece(text)
        return
    left, piece, right = _without_marks(value)
    yield from (Piece(left), piece, Piece(right + text[len(value) :]))


def _without_marks(text: str) -> tuple[str, Piece, str]:
    """Cut separators and marks off a value, but for a pair of marks that is around it alone."""
    start, end = 0, len(text)
    while True:
        inner = text[start:end].strip(_SEPARATORS)
        start = text.index(inner, start)
        end = start + len(inner)
        opening, closing = _MARKS.match(inner), _LAST_MARK.search(inner)
        within = inner[opening.end() : closing.start()] if opening and closing else ""
        if opening and closing and _PAIRS.get(opening[0], opening[0]) == closing[0] and not _unbalanced(within):
            return text[:start], Piece(within, "?", around=(opening[0], closing[0])), text[end:]
        if opening and _unbalanced(inner) and not _unbalanced(inner[opening.end() :]):
            start += opening.end()
        elif closing and _unbalanced(inner) and not _unbalanced(inner[: closing.start()]):
            end -= len(closing[0])
        else:
            return text[:start], Piece(inner, "?"), text[end:]


def _marked(text: str, field: str) -> list[Piece]:
    """Return the value of a field with the marks around it."""
    left, piece, right = _without_marks(text)
    return [Piece(left), replace(piece, field=field), Piece(right)]


def _copied(pieces: Iterable[Piece]) -> str:
    return " ".join(piece.text for piece in pieces if not piece.field)


def _unbalanced(text: str) -> bool:
    """Tell whether a mark that comes in pairs has no other half in a text."""
    marks = Counter(_MARKS.findall(text))
    brackets = [*_PAIRS, *_PAIRS.values()]
    return any(marks[opening] != marks[closing] for opening, closing in _PAIRS.items()) or any(
        count % 2 for mark, count in marks.items() if mark not in brackets
    )


# ------------------------------------------------------------------------------- what the pieces are


def _unknown(line: Line) -> Iterator[tuple[str, int]]:
    """Give the places of values of which is not known yet what they are: the field before it, and the index."""
    before = ""
    for index, piece in enumerate(line.pieces):
        if piece.field == "?":
            yield before, index
        before = piece.field or before


def _refined(lines: list[Line]) -> list[Line]:
    """Say what the values of one place are, or cut them where most of them consist of two."""
    values: dict[str, list[str]] = {}
    for line in lines:
        for place, index in _unknown(line):
            values.setdefault(place, []).append(plain(line.pieces[index].text))
    # A line's only value is its title, unless that is below it.
    below = sum(_TITLE_BELOW.search(line.section.text) is not None for line in lines) >= len(lines) * _MOST
    only = not below and max((sum(1 for _ in _unknown(line)) for line in lines), default=0) == 1
    cutters = {place: _cutter(found, only=only) for place, found in values.items()}
    result = []
    for line in lines:
        pieces = list(line.pieces)
        for place, index in reversed([*_unknown(line)]):
            if cutter := cutters.get(place):
                pieces[index : index + 1] = cutter(pieces[index])
        result.append(replace(line, pieces=tuple(piece for piece in pieces if piece.field or piece.text)))
    return result


_Cutter = Callable[[Piece], list[Piece]]


def _cutter(values: list[str], *, only: bool) -> _Cutter | None:
    """Return what is to be done with the values of one place; None if they stay what they are."""
    role = _role(values)
    if role in ("people", "weekday", "number"):
        # Or unless it says more of a person than the name.
        return None if only and not _share(values, _with_brackets) else _Named(role)
    leads = [found["word"] for value in values if (found := _NUMBERED.match(value))]
    if len({*values}) == len(values) >= HABIT and len(leads) >= len(values) * _MOST and len({*leads}) == 1:
        return _numbered
    if sum(len(_SENTENCE.findall(value)) > 1 for value in values) >= len(values) * _MOST:
        return _sentences
    cuts = [cut for mark in _CUTS for last in (False, True) if (cut := _cut_at(mark, values, last=last))]
    # The less is cut off, the less of a title it can be.
    return min(cuts, key=lambda cut: cut.length, default=_Named(role) if role else None)


@dataclass(frozen=True)
class _Named:
    """What most values of a place are, all are taken for."""

    field: str

    def __call__(self, piece: Piece) -> list[Piece]:
        return [replace(piece, field=self.field)]


def _cut_at(mark: str, values: Sequence[str], *, last: bool) -> "_Cut | None":
    """Cut most values at a mark, if that leaves two parts of which only one is seen to be something."""
    parts = [parts for value in values if (parts := _parted(value, mark, last=last))]
    if len(parts) < max(HABIT, len(values) * _MOST):
        return None
    before, after = [one[0] for one in parts], [one[1] for one in parts]
    first, second = _role(before), _role(after)
    if (first is None) == (second is None):
        return None
    return _Cut(mark, last, (first or "?", second or "?"), sum(map(len, before if first else after)))


def _parted(value: str, mark: str, *, last: bool) -> tuple[str, str] | None:
    """Part a value at the first or last of some marks; None if that would tear what belongs together."""
    before, found, after = (str.rpartition if last else str.partition)(value, mark)
    after = after.removesuffix(")") if mark.endswith("(") else after
    return (before, after) if found and not (_unbalanced(before) or _unbalanced(after)) else None


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
        rest = before.rstrip(_SEPARATORS)
        mark = (before[len(rest) :] + self.mark).removesuffix(around[0])
        (opening, end), (first, second) = piece.around, self.roles
        left, value, right = _marked(rest, first)
        if opening and not end:  # a picture belongs to what is right behind it
            value, opening = replace(value, around=(opening + value.around[0], value.around[1])), ""
        last = [Piece(after, second, around=around)] if around[0] else _marked(after, second)
        return [Piece(opening), left, value, right, Piece(mark), *last, Piece(end)]


def _share(values: Sequence[str], test: Callable[[str], object]) -> bool:
    return sum(bool(test(value)) for value in values) >= max(len(values) * _MOST, 2)


def _with_brackets(value: str) -> bool:
    return PERSON.fullmatch(value) is not None and value.endswith(")")


def _role(values: Sequence[str]) -> str | None:
    """Tell what most values of one place are, where that can be seen from the values.

    The same name or number most times is that of a group.
    """
    role = _kind(values)
    is_group = len(values) < HABIT or Counter(values).most_common(1)[0][1] * 2 > len(values)
    return None if role in ("people", "number") and is_group else role


def _kind(values: Sequence[str]) -> str | None:
    if _share(values, _WEEKDAY_ALONE.fullmatch):
        return "weekday"
    if _share(values, lambda value: len(value) <= _LONGEST_TIME and _CLOCK.search(value)):
        return "when"
    if _share(values, _PLACE.search):
        return "location"
    return "people" if _share(values, PERSON.fullmatch) else "number" if _share(values, str.isdecimal) else None


def _numbered(piece: Piece) -> list[Piece]:
    """Cut off a running number, with the word that leads to it."""
    found = _NUMBERED.match(piece.text)
    if found is None or piece.url or piece.around[0]:
        return [piece]
    lead, number, end = Piece(found["word"] or ""), Piece(found["number"], "number"), Piece(found["end"])
    return [lead, number, end, Piece(piece.text[found.end() :], "?")]


def _sentences(piece: Piece) -> list[Piece]:
    """Cut a value into its sentences, of which each says what it is; the first that does not is the title."""
    pieces, end = [], 0
    for mark in [*_SENTENCE.finditer(piece.text), None]:
        text = piece.text[end : mark.start() if mark else None]
        place, comma, clock = text.rpartition(", ")
        if comma and _CLOCK.search(clock) and not _CLOCK.search(place):
            pieces += [Piece(place, _kind([place] * 2) or "location"), Piece(comma), Piece(clock, "when")]
        else:
            role = _kind([text] * 2)
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
    is_venue = len(lines) >= HABIT and len(between) >= len(lines) * _MOST
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
            pieces[index] = replace(piece, field="title")
        elif piece.text in shared:
            # The same words that lead somewhere else each time are a link that each event has.
            copied = Piece(piece.text.join(piece.around))
            field = "recording" if any(field_of(word) == "recording" for word in words) else "url"
            pieces[index] = replace(piece, field=field, is_address=True) if piece.url else copied
        elif is_venue and _is_between(line, index):
            pieces[index] = replace(piece, field="location")
        elif piece.text in again and at is not None and index < at:
            pieces[index] = replace(piece, field="series")
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
    return replace(line, pieces=tuple(pieces), whole=whole)


def extent(pieces: Sequence[Piece], index: int) -> tuple[int, int]:
    """Tell from where to where a line has to be cut, so that a value is gone and what separated it too."""
    before = int(index > 0 and not pieces[index - 1].field)
    after = int(index + 1 < len(pieces) and not pieces[index + 1].field)
    extents = [(index - before, index + 1), (index, index + 1 + after), (index - before, index + 1 + after)]
    following = next((piece.field for piece in pieces[index + 1 :] if piece.field), "")
    if not any(piece.field for piece in pieces[:index]):
        extents.reverse()
    elif pieces[index].field in ("series", "people") and following in WHAT_AND_WHEN:
        extents.insert(0, extents.pop(1))  # what separates them from a title belongs to them

    def is_whole(extent: tuple[int, int]) -> bool:
        rest = (*pieces[: extent[0]], *pieces[extent[1] :])
        return not _unbalanced(_copied(rest))

    return next(filter(is_whole, extents), (index, index + 1))
