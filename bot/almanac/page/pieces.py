"""The first line of an entry cut into pieces: its date, its links, the separators, and the values between them.

What the values are is said by the other lines of the list (`almanac.page.roles`).
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import NamedTuple

from almanac.dates import find_date
from almanac.dateshapes import without_zoned_time
from almanac.event.people import PERSON
from almanac.labels import EMOJI, field_of
from almanac.page.lines import LINK, MAX_START, plain, split_lines
from almanac.page.outline import Section
from almanac.page.valuekinds import WEEKDAY
from almanac.patterns import regex

_MARK = regex(r"\A[ ]{0,3}(?:#{1,6}[ \t]+|(?:[-*+]|[0-9]{1,9}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?)?")
_CLOSING_MARK = regex(r"(?<![ \t])[ \t]+#+[ \t]*\Z")
WEEKDAY_BEFORE = regex(rf"\b{WEEKDAY}\.?,?[ ]\Z", re.IGNORECASE)
_WEEKDAY_AFTER = regex(rf",?[ ]\(?{WEEKDAY}\)?(?![A-Za-z])", re.IGNORECASE)
_BY = regex(r",?[ ](?:by|with)[ ](?=[^a-z\s])")
_WITH_ON = regex(
    r"(?P<lead>,?[ ]?)(?:(?:with|by)[ ](?P<people>(?=[^a-z\s])(?:(?![ ]on\b).){1,200})[ ])?(?P<on>on[ ]?)(?=[\[\"\w])"
)
"""What leads from a date to a title by way of the people: ` with Ada on Engines`."""
_LEAST_LED = 2
_LINKED_PERSON = regex(r"(?<=[ ])\((\[[^\[\]]+\]\([^()\s]+\),[ ][^()\[\]]+)\)")
"""A linked name with an affiliation, in brackets."""
_LABEL = regex(
    rf"(?:(?:{EMOJI}[ ]?)?[*_]{{0,3}}(?<![^\W_])(?P<words>[^\W\d_]{{2,20}}):?[*_]{{0,3}}:?|(?P<picture>{EMOJI}))[ ]\Z"
)
"""What is before a link and says what it leads to, such as `Slides: ` or `videos `."""
_LONGEST_LABEL = 32
_LEADS_TO = {
    "date": regex(r"(?:\b(?:on|the|date|when|week of|am|vom|le|du|el|del)\b[\W_]*)+\Z", re.IGNORECASE),
    "people": regex(r"(?:,?[ ]|\A)(?:by|with)[ ]\Z"),
}
"""The words before a value that belong to it, and are not the end of the text before."""
SEPARATORS = " \t:;,.|\u2013\u2014\u00b7\u2022/~@>=-"
_MARKS = regex(r"\*+|_+|[\"()\[\]\u201c\u201d]")
_LAST_MARK = regex(r"(?:(?<!\*)\*++|(?<!_)_++|[\"()\[\]\u201c\u201d])\Z")
_PAIRS = {"(": ")", "[": "]", "\u201c": "\u201d"}
LETTER = regex(r"[^\W_]")
_UNSAFE = regex(r"[{}<>`\\]")

_PICTURE = regex(rf"(?P<picture>{EMOJI})[ ]?")
_ADDRESSES = ("url", "recording", "links")
WHAT_AND_WHEN = ("date", "title", "both")


class Piece(NamedTuple):
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
    def number(self) -> int:
        """Return the running number of which this is the text, such as `7` or `43rd`."""
        return int(self.text.rstrip("stndrh"))

    @property
    def shape(self) -> tuple[object, ...]:
        """Return what is the same in lines that are written alike."""
        parts = [part.shape for part in self.parts]
        return (self.field, bool(self.url), self.around, *parts) if self.field else (self.text,)


class Line(NamedTuple):
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
        return self._replace(pieces=tuple(one._replace(parts=parts) if one.parts else one for one in self.pieces))


def cut_pieces(sections: Sequence[Section]) -> list[Line]:
    """Cut the first lines of a list at what can be seen in each; one whose marks or date are not clear is left out."""
    texts = [split_lines(section.text)[0] for section in sections]
    by = sum(_BY.search(text) is not None for text in texts) * 2 > len(texts)
    led = (_led(text, date_of(section)) for section, text in zip(sections, texts, strict=True))
    on = sum(bool(found and found["people"]) for found in led) >= _LEAST_LED
    return [line for section, text in zip(sections, texts, strict=True) if (line := _cut(section, text, by=by, on=on))]


def _cut(section: Section, text: str, *, by: bool, on: bool) -> Line | None:
    text = text.rstrip()
    closing = _CLOSING_MARK.search(text) if section.style.kind == "atx" else None
    mark, text = split_mark(text[: closing.start()] if closing else text)
    date = date_of(section)
    if date not in text and (month := find_date(plain(text))) and section.date.startswith(f"{month.date}-"):
        date = month.words  # the day is said below
    if len(text) > MAX_START or date not in section.text:
        return None  # prose, or marks within the date
    pieces = [*_pieces(text, date, by=by, on=on), Piece(closing[0] if closing else "")]
    copied = _copied(part for piece in pieces for part in piece.parts or (piece,))
    is_clear = not (_UNSAFE.search(copied) or unbalanced(copied))
    return Line(section, mark, tuple(piece for piece in pieces if piece.text)) if is_clear else None


def split_mark(line: str) -> tuple[str, str]:
    """Cut off the mark with which a line begins, such as `### ` or `* `; an underlined heading has none."""
    rest = _MARK.sub("", line)
    return line[: len(line) - len(rest)], rest


def date_of(section: Section) -> str:
    """Return the date of a section as a reader sees it, without a time that names its zone."""
    return without_zoned_time(section.words if "(" in section.words else section.words.rstrip(")"))[0]


def _led(text: str, date: str) -> re.Match[str] | None:
    """Find what leads from a date, or from the link that says it, to a title."""
    if date not in text[:MAX_START]:
        return None
    end = text.index(date) + len(date)
    link = next((link for link in LINK.finditer(text) if link.end() >= end), None)
    return _WITH_ON.match(text, link.end() if link and date in link[1] else end)


def _pieces(text: str, date: str, *, by: bool = False, on: bool = False) -> Iterator[Piece]:
    """Cut a text at its date, its links, and where the people's names begin."""
    spans = [_date_span(text, date)] if date in text else []
    end = 0
    if on and (led := _led(text, date)):
        lead = Piece(" on ")
        if led["people"]:
            left, people, right = _without_marks(led["people"])
            start, after = led.start("people") + len(left), led.end("people") - len(right)
            spans += [(led.start(), start, Piece(" with ")), (start, after, people._replace(field="people"))]
            spans.append((after, led.end(), lead))
        else:
            spans.append((*led.span(), lead))
    elif by and (names := list(_BY.finditer(text))):
        start = names[-1].end()
        addresses = (link.start() for link in LINK.finditer(text, start) if _link(link).is_address)
        until = min([*(begin for begin, _, _ in spans if begin > start), *addresses, len(text)])
        left, people, right = _without_marks(text[start:until])
        spans.append((start + len(left), until - len(right), people._replace(field="people")))
    for found in _LINKED_PERSON.finditer(text):
        is_free = all(found.end() <= begin or after <= found.start() for begin, after, _ in spans)
        if is_free and PERSON.fullmatch(plain(found[1])):
            spans.append((*found.span(), Piece(found[1], "people", around=("(", ")"))))
    for link in LINK.finditer(text):
        over = next((span for span in spans if span[0] < link.end() and link.start() < span[1]), None)
        if over is None:
            spans.append(_enclosed(link, _link(link)))
        elif over[2].field == "date":
            parts = tuple(part for part in _pieces(link[1], date) if part.text)
            whole = Piece(link[1], "both", link[2], parts=parts)
            spans[spans.index(over)] = (
                *link.span(),
                over[2]._replace(url=link[2]) if link[1] == over[2].text else whole,
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
        return start - 1, end + 1, piece._replace(around=(text[start - 1] + opening, text[end]))
    return start, end, piece


def _date_span(text: str, date: str) -> tuple[int, int, Piece]:
    words = with_weekday(text, date, in_brackets=False)
    start = text.index(words)
    return start, start + len(words), Piece(words, "date")


def with_weekday(text: str, date: str, *, in_brackets: bool = True) -> str:
    """Return a date that is in a text with the weekday at either side of it, or `in_brackets` behind it."""
    start = text.index(date)
    end = start + len(date)
    if before := WEEKDAY_BEFORE.search(text[:start]):
        start = before.start()
    elif (after := _WEEKDAY_AFTER.match(text, end)) and (in_brackets or "(" not in after[0]):
        end = after.end()
    return text[start:end]


def _run(text: str, leads_to: re.Pattern[str] | None) -> Iterator[Piece]:
    """Cut a text between two values into what separates them, and the values there: one, or one behind each picture."""
    pictures = [one for one in _PICTURE.finditer(text) if field_of(one["picture"])]
    yield from _value(text[: pictures[0].start()] if pictures else text, None if pictures else leads_to)
    for one, following in zip_longest(pictures, pictures[1:]):
        values = [*_value(text[one.end() : following.start() if following else None], None if following else leads_to)]
        first, *rest = [piece for piece in values if piece.text] or [Piece("")]
        field = field_of(one["picture"]) or "?"
        field = "?" if field == "people" and not PERSON.fullmatch(plain(first.text)) else field
        yield first._replace(field=field, around=(one[0], "")) if first.field else Piece(one[0] + first.text)
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
        inner = text[start:end].strip(SEPARATORS)
        start = text.index(inner, start)
        end = start + len(inner)
        opening, closing = _MARKS.match(inner), _LAST_MARK.search(inner)
        within = inner[opening.end() : closing.start()] if opening and closing else ""
        if opening and closing and _PAIRS.get(opening[0], opening[0]) == closing[0] and not unbalanced(within):
            return text[:start], Piece(within, "?", around=(opening[0], closing[0])), text[end:]
        if opening and unbalanced(inner) and not unbalanced(inner[opening.end() :]):
            start += opening.end()
        elif closing and unbalanced(inner) and not unbalanced(inner[: closing.start()]):
            end -= len(closing[0])
        else:
            return text[:start], Piece(inner, "?"), text[end:]


def marked(text: str, field: str) -> list[Piece]:
    """Return the value of a field with the marks around it."""
    left, piece, right = _without_marks(text)
    return [Piece(left), piece._replace(field=field), Piece(right)]


def _copied(pieces: Iterable[Piece]) -> str:
    return " ".join(piece.text for piece in pieces if not piece.field)


def unbalanced(text: str) -> bool:
    """Tell whether a mark that comes in pairs has no other half in a text."""
    marks = Counter(_MARKS.findall(text))
    brackets = [*_PAIRS, *_PAIRS.values()]
    return any(marks[opening] != marks[closing] for opening, closing in _PAIRS.items()) or any(
        count % 2 for mark, count in marks.items() if mark not in brackets
    )


def _is_between_words(pieces: Sequence[Piece], index: int) -> bool:
    if not 0 < index < len(pieces) - 1:
        return False
    return all(not one.field and LETTER.search(one.text) for one in (pieces[index - 1], pieces[index + 1]))


def extent(pieces: Sequence[Piece], index: int) -> tuple[int, int]:
    """Tell from where to where a line has to be cut, so that a value is gone and what separated it too."""
    before = int(index > 0 and not pieces[index - 1].field)
    after = int(index + 1 < len(pieces) and not pieces[index + 1].field)
    extents = [(index - before, index + 1), (index, index + 1 + after), (index - before, index + 1 + after)]
    following = next((piece.field for piece in pieces[index + 1 :] if piece.field), "")
    if not any(piece.field for piece in pieces[:index]):
        extents.reverse()
    elif pieces[index].field == "people" and _is_between_words(pieces, index):
        pass  # a word leads to them, and another one to the title
    elif pieces[index].field in ("series", "people") and following in WHAT_AND_WHEN:
        extents.insert(0, extents.pop(1))  # what separates them from a title belongs to them
    elif pieces[index].field == "number" and following in WHAT_AND_WHEN:
        is_led = before and index > 1 and not pieces[index - 2].field  # by a word of its own, such as `Meetup #`
        extents.insert(0, (index - int(is_led), index + 1 + after))

    def is_whole(extent: tuple[int, int]) -> bool:
        rest = (*pieces[: extent[0]], *pieces[extent[1] :])
        return not unbalanced(_copied(rest))

    return next(filter(is_whole, extents), (index, index + 1))
