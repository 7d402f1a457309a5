"""Entries that are HTML, cut into runs of words: each run stands in one place of the entry, as a cell does in a row.

What the runs of one place are is found as for the cells of a column: by what they are called (the head of a table, a
label, a class) and by what they say. A run is read as Markdown, so that all that is known of lines and cells holds.
"""

import html
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import NamedTuple

from almanac.dates import DateHabits, Found, find_date
from almanac.labels import field_of
from almanac.page.columns import Column, columns_of, head_fields
from almanac.page.lines import LINK, MAX_START, plain
from almanac.page.tags import CELLS, CLOSED_BY, DEEPEST, VOID, Tag, tags_in, without_comments
from almanac.page.valuekinds import CLOCK, kind_of
from almanac.patterns import regex

MARKS = {"b": "**", "strong": "**", "i": "*", "em": "*", "code": "`", "br": "<br>", "u": "", "sup": "", "sub": ""}
"""What Markdown has for elements that are in line with words."""
_IN_MARKDOWN = regex(r"[\\`*_\[\]<>]|&(?=[A-Za-z0-9#])")
_LABEL = regex(r"(\*\*|\*|)[^\W\d_][^:*\[\]<>0-9]{1,29}(?::\1|\1:)[ ]+(?=\S)")
_SPACE = regex(r"\s+")
_CLASS_WORD = regex(r"[A-Za-z]+")
_HEADING = regex(r"h[1-6]")
_EVENT_WORDS = frozenset(("event", "events", "session", "talk", "name", "what", "info", "details", "link"))
_CONSTANT = 0.8
_MOST_PLACES = 40
_SENTENCE = 15  # characters
_BREAK = MARKS["br"]
_LINE_NAMES = {"when": "time", "location": "location", "people": "speakers"}
Place = tuple[str, ...]


class Run(NamedTuple):
    """Words of an entry, with what is in line with them, as Markdown; `start` and `end` are in the entry's text.

    `place` is the path of the elements around it, and `tag` the first of the links in it. The last part of it has the
    number of the line, as in `0/1`, where breaks cut the run into several.
    """

    place: Place
    text: str
    start: int
    end: int
    tag: Tag | None = None


def runs_of(entry: str, broken: Collection[Place] = ()) -> list[Run]:
    """Cut an entry into its runs, those of the places that are `broken` at their breaks too."""
    masked = "\n".join(map(without_comments, entry.split("\n")))
    runs: list[Run] = []
    opened: list[str] = []
    path: list[str] = []  # the opened elements as a place names them
    counts = Counter[str]()
    for inline, tag in _pieces(masked):
        runs += _runs(masked, inline, path, counts, broken)
        if tag is None:
            continue
        if tag.closes:
            left = len(opened) - opened[::-1].index(tag.name) - 1 if tag.name in opened else len(opened)
        else:
            ends = CLOSED_BY.get(tag.name, ())
            left = next((at for at in range(len(opened), 0, -1) if opened[at - 1] not in ends), 0)
        del opened[left:], path[left:]
        if not tag.closes and tag.name not in VOID and len(path) < DEEPEST:
            cells = "|".join((*path, "td"))
            is_cell = tag.name in CELLS
            path.append(f"td.{counts[cells]}" if is_cell else f"{tag.name}.{_first_class(tag)}")
            opened.append(tag.name)
            counts[cells] += is_cell
    return runs


def _first_class(tag: Tag) -> str:
    return (tag.attributes.get("class", "").split() or [""])[0]


def _is_inline(tag: Tag) -> bool:
    return tag.name == "a" or (tag.name in MARKS and (tag.closes or not tag.attributes or tag.name == "br"))


def _pieces(text: str) -> Iterator[tuple[list[Tag | tuple[int, int]], Tag | None]]:
    """Cut a text at the tags that are not in line with words; what is between them comes with the tag behind it."""
    inline: list[Tag | tuple[int, int]] = []
    at = 0
    for tag in tags_in(text):
        if tag.start > at:
            inline.append((at, tag.start))
        at = tag.end
        if _is_inline(tag):
            inline.append(tag)
        elif tag.name not in ("img", "input", "wbr", "col"):
            yield inline, tag
            inline = []
    if at < len(text):
        inline.append((at, len(text)))
    yield inline, None


def _runs(
    text: str,
    inline: Sequence[Tag | tuple[int, int]],
    path: Sequence[str],
    counts: Counter[str],
    broken: Collection[Place],
) -> Iterator[Run]:
    """Make one run of what stands between two tags; where a tag in it is not closed, one of each text."""
    parts = _closed_parts(inline)
    for part in parts:
        if not any(text[slice(*one)].strip() for one in part if not isinstance(one, Tag)):
            continue
        place = (*path, str(counts["|".join(path)]))
        counts["|".join(path)] += 1
        if place not in broken:
            yield _run(text, part, place)
            continue
        lines = chain.from_iterable(map(_closed_parts, _broken(part)))
        filled = [one for one in lines if any(not isinstance(at, Tag) and text[slice(*at)].strip() for at in one)]
        for number, line in enumerate(filled):
            yield _run(text, line, (*path, f"{place[-1]}/{number}"))


def _closed_parts(inline: Sequence[Tag | tuple[int, int]]) -> list[Sequence[Tag | tuple[int, int]]]:
    opened = Counter[str]()
    for one in inline:
        if isinstance(one, Tag) and one.name != "br":
            opened[one.name] += -1 if one.closes else 1
    return [inline] if not any(opened.values()) else [[one] for one in inline if not isinstance(one, Tag)]


def _broken(inline: Sequence[Tag | tuple[int, int]]) -> list[list[Tag | tuple[int, int]]]:
    lines: list[list[Tag | tuple[int, int]]] = [[]]
    for one in inline:
        if isinstance(one, Tag) and one.name == "br":
            lines.append([])
        else:
            lines[-1].append(one)
    return lines


def _run(text: str, part: Sequence[Tag | tuple[int, int]], place: Place) -> Run:
    filled = [one for one in part if not isinstance(one, Tag) and text[slice(*one)].strip()]
    # The tags around the words belong to them, the white space at both ends does not.
    first, last = part.index(filled[0]), len(part) - 1 - part[::-1].index(filled[-1])
    while first and isinstance(part[first - 1], Tag):
        first -= 1
    while last + 1 < len(part) and isinstance(part[last + 1], Tag):
        last += 1
    whole = part[first : last + 1]
    tag = next((one for one in whole if isinstance(one, Tag) and one.name == "a" and not one.closes), None)
    return Run(place, _as_markdown(text, whole), _start(text, whole[0]), _end(text, whole[-1]), tag)


def _start(text: str, piece: Tag | tuple[int, int]) -> int:
    if isinstance(piece, Tag):
        return piece.start
    words = text[slice(*piece)]
    return piece[0] + len(words) - len(words.lstrip())


def _end(text: str, piece: Tag | tuple[int, int]) -> int:
    return piece.end if isinstance(piece, Tag) else piece[0] + len(text[slice(*piece)].rstrip())


def _as_markdown(text: str, pieces: Iterable[Tag | tuple[int, int]]) -> str:
    written, address = [""], ""
    for piece in pieces:
        if not isinstance(piece, Tag):
            words = html.unescape(_SPACE.sub(" ", text[slice(*piece)]))
            written.append(_IN_MARKDOWN.sub(r"\\\g<0>", words))
        elif piece.name != "a":
            # A mark has no space inside.
            space = written[-1].endswith(" ") and piece.closes
            written[-1] = written[-1].rstrip(" ") if space else written[-1]
            written.append(MARKS[piece.name] + " " * space)
        elif piece.closes:
            written.append(f"]({address})")
        else:
            address = html.unescape(piece.attributes.get("href", "")).strip().replace(" ", "%20")
            written.append("[")
    return "".join(written).replace("[ ", " [").strip()


# ------------------------------------------------------------------------------- what the runs are


@dataclass(frozen=True)
class Markup:
    """What the entries of a list have in common: by place, the column of its runs; None where all say the same.

    `labels` are words at the beginning of a place's runs that are no part of their values; `heads` are the places below
    the words of a table's head.
    """

    entries: tuple[dict[Place, Run], ...]
    columns: dict[Place, Column | None]
    labels: dict[Place, str]
    habits: DateHabits
    heads: frozenset[Place] = frozenset()

    @cached_property
    def questions(self) -> dict[Place, Column]:
        """What only questions of the site's own can fill: what is called something, and mostly filled."""
        named = (place for place in self.columns if place in self.labels or place in self.heads)
        asked = ((place, column) for place in named if (column := self.columns[place]) and column.field == "extra")
        return {at: one for at, one in asked if one.question and len(one.filled) * 2 > len(one.cells)}

    @cached_property
    def date_place(self) -> Place | None:
        """The place in which most entries say their dates."""
        said = Counter(
            place
            for entry in self.entries
            for place, run in entry.items()
            if self.columns.get(place) and _date_in(self.value(run), None, self.habits)
        )
        best = max(said.values(), default=0)
        named = (place for place in self.columns if said[place] * 2 > best and self._is_date(place))
        return next(named, next((place for place in self.columns if best and said[place] == best), None))

    def _is_date(self, place: Place) -> bool:
        column = self.columns[place]
        return column is not None and column.field == "date"

    @cached_property
    def is_line(self) -> bool:
        """Tell whether the dates stand among other words."""
        cells = self.cells(self.date_place) if self.date_place else []
        dates = [found for cell in cells if (found := _date_in(cell, None, self.habits))]
        return sum(bool(date.title) for date in dates) * 2 > len(dates)

    def cells(self, place: Place) -> list[str]:
        return [self.value(entry[place]) if place in entry else "" for entry in self.entries]

    def value(self, run: Run) -> str:
        """Return what a run says without its label."""
        label = self.labels.get(run.place, "")
        return run.text[len(label) :] if label and run.text.startswith(label) else run.text

    def place_of(self, field: str) -> Place | None:
        return next((place for place, one in self.columns.items() if one and one.field == field), None)

    def found(self, index: int, year: str | None) -> Found | None:
        """Return the date of an entry, with its title."""
        entry = self.entries[index]
        own = [entry[self.date_place]] if self.date_place in entry else []
        runs = [*own, *(run for run in entry.values() if self.columns.get(run.place) and run not in own)]
        date = next((one for run in runs if (one := _date_in(self.value(run), year, self.habits))), None)
        place = None if self.is_line else self.place_of("title")
        if date and place in entry:
            return date._replace(title=plain(self.value(entry[place])))
        others = (plain(self.value(run)) for run in entry.values() if run not in own) if date and not date.title else ()
        return date and date._replace(title=next(filter(None, others), date.title))


def says_date(text: str, habits: DateHabits) -> bool:
    """Tell whether a text between two tags says a date that can be that of an entry."""
    return _date_in(_SPACE.sub(" ", text).strip(), None, habits) is not None


def _date_in(cell: str, year: str | None, habits: DateHabits) -> Found | None:
    """Find a date in a run: at either end of it, or amid its words, of which a link's are then the title."""
    words = plain(cell[:MAX_START])
    if not any(map(str.isdigit, words)):
        return None
    found = find_date(words, year, habits)
    if found and (found.leading or found.trailing) and ("-" in found.date or found.has_day):
        return found
    amid = find_date(words, year, habits, anywhere=True)
    if amid is None or "-" not in amid.date or not (amid.apart or not words.endswith(".")):
        return None
    link = LINK.match(cell)
    named = plain(link[1]) if link else words
    return amid._replace(title=" ".join(named.replace(amid.words, " ", 1).split()))


def observe_markup(entries: Sequence[str], heads: Sequence[str], habits: DateHabits) -> Markup:
    """Find what the runs of some entries are, given the words in the head of the table in which they are."""
    cut = _cut(entries, habits)
    shared = Counter(chain.from_iterable(cut))
    common = {place for place, _ in shared.most_common(_MOST_PLACES)}
    by_length: list[dict[Place, Run]] = sorted(cut, key=len, reverse=True)
    in_order = chain.from_iterable(by_length)
    places = [place for place in dict.fromkeys(in_order) if place in common]
    labels: dict[Place, str] = {}
    names: dict[Place, str] = {}
    fixed: set[Place] = set()
    above = ""
    for place in places:
        texts = [entry[place].text for entry in cut if place in entry]
        text, count = Counter(texts).most_common(1)[0]
        is_label = field_of(plain(text)) is not None and len({*texts}) == 1
        is_same = count >= max(2, len(texts) * _CONSTANT)
        is_told = _is_told(text) or (is_one_line(place) and _is_own(kind_of([*map(plain, texts)]), plain(text)))
        is_fixed = is_same and find_date(plain(text), None, habits) is None and not is_told
        if is_label or is_fixed:
            fixed.add(place)
            above = plain(text).rstrip(": ")
            continue
        found = Counter(label[0] for text in texts if (label := _LABEL.match(text)))
        lead, often = found.most_common(1)[0] if found else ("", 0)
        if often * 2 > len(texts):
            labels[place] = lead
        names[place] = (
            plain(labels.get(place, "")).rstrip(": ")
            or _name(place, heads)
            or (above if field_of(above) else _look([text[len(labels.get(place, "")) :] for text in texts]))
            or " ".join(_class_words(() if is_one_line(place) else place[1:-1][-1:]))
        )
        above = ""
    told = [place for place in places if place not in fixed]
    said = {place: [text for entry in cut if place in entry and (text := plain(entry[place].text))] for place in told}
    dates = {place for place, texts in said.items() if sum(says_date(text, habits) for text in texts) * 2 > len(texts)}
    lines = {place: said[place] for place in told if is_one_line(place) and not names[place] and place not in dates}
    # Lines of which something else is the title say more about it.
    is_titled = any(name == "title" and place not in dates for place, name in names.items())
    names |= {place: name for place, name in _names_of_lines(lines).items() if name != "title" or not is_titled}
    below_heads = frozenset(place for place in names if any(map(str.strip, heads)) and _name(place, heads) in heads)
    markup = Markup(cut, dict.fromkeys(fixed), labels, habits, below_heads)
    rows = [[markup.value(entry[place]) if place in entry else "" for place in told] for entry in cut]
    columns = columns_of([names[place] for place in told], rows, habits) if told else []
    by_place = dict(zip(told, columns, strict=True))
    return replace(markup, columns={place: by_place.get(place) for place in places})


def _cut(entries: Sequence[str], habits: DateHabits) -> tuple[dict[Place, Run], ...]:
    """Cut entries into their runs, those at their breaks too in which most say the date or a place on other lines."""
    cut = [runs_of(entry) for entry in entries]
    runs = [run for one in cut for run in one if _BREAK in run.text]
    dated = Counter(run.place for run in runs if any(_date_in(line, None, habits) for line in run.text.split(_BREAK)))
    broken = {place for place, count in dated.items() if count * 2 > len(entries)}
    texts: dict[Place, list[str]] = {}
    for run in chain.from_iterable(cut):
        texts.setdefault(run.place, []).append(run.text)
    broken |= {place for place, said in texts.items() if _is_title_with_line(said)}
    cut = [runs_of(entry, broken) for entry in entries] if broken else cut
    return tuple({run.place: run for run in one} for one in cut)


def _is_title_with_line(texts: Sequence[str]) -> bool:
    """Tell whether all runs of a place have one break, and below it say where or when it is, as those of a cell may."""
    below = [plain(text.partition(_BREAK)[2]) for text in texts if text.count(_BREAK) == 1]
    return len(below) == len(texts) and kind_of(below) in ("location", "when")


def is_one_line(place: Place) -> bool:
    """Tell whether a place is that of one of several lines, between which there are breaks."""
    return "/" in place[-1]


def _names_of_lines(lines: Mapping[Place, Sequence[str]]) -> dict[Place, str]:
    """Name lines between breaks, of which nothing else tells what they are, by what they say and where they stand.

    What differs most, and comes first, is the title: other values come back, or are seen to be something else.
    """
    kinds = {place: _LINE_NAMES.get(kind_of(texts) or "", "") for place, texts in lines.items()}
    free = [place for place, name in kinds.items() if not name]
    candidates = [*free, *(place for place, name in kinds.items() if name == "speakers")]
    variety = {place: len({*texts}) / len(texts) for place, texts in lines.items()}
    unique = (place for place in candidates if variety[place] == 1)
    title = next(unique, next((place for place in free if variety[place] * 2 > 1), None))
    if title is None:
        return kinds
    # What comes back, and is called by capitals as names are, is where it is.
    venue = next(
        (one for one in free if one != title and variety[one] < 1 and all(text[:1].isupper() for text in lines[one])),
        None,
    )
    return kinds | {title: "title"} | ({venue: "location"} if venue and "location" not in kinds.values() else {})


def _look(texts: Sequence[str]) -> str:
    """Return what runs without a name could be called: by the words of their links, or as a text of sentences."""
    linked = [words for text in texts if (words := [plain(link[1]) for link in LINK.finditer(text)])]
    if len(linked) * 2 > len(texts) and not any(re.search(r"\w", LINK.sub("", text)) for text in texts):
        fields = Counter(field for words in linked for one in words for field in head_fields(one))
        led = sum(fields[field] for field in ("url", "recording", "links"))
        if led * 2 > sum(map(len, linked)):
            return linked[0][0] if len(fields) == 1 else "links"
    words = [plain(text) for text in texts]
    is_prose = sum(len(one) > _SENTENCE and one.endswith((".", "!", "?")) for one in words) * 2 > len(words)
    return "description" if is_prose else ""


def _is_told(text: str) -> bool:
    """Tell whether a label says what a run is, though it may be the same in all entries, as a room often is."""
    label = _LABEL.match(text)
    return label is not None and field_of(plain(label[0])) is not None


def _is_own(kind: str | None, line: str) -> bool:
    """Tell whether a line is where or when an event is, even if all have the same; "Doors open at 6pm" is neither."""
    return kind == "location" or (kind == "when" and CLOCK.match(line) is not None)


def _name(place: Place, heads: Sequence[str]) -> str:
    """Return what a run is called by the head of its column, or by the elements around it, the innermost first.

    Of several lines, these say too little.
    """
    if is_one_line(place):
        return ""
    for part in reversed(place[1:-1]):
        tag, _, own = part.partition(".")
        if tag == "td":
            return heads[int(own)] if int(own) < len(heads) else ""
        words = _class_words([part])
        named = [word for word in (" ".join(words), *reversed(words)) if field_of(word) and word not in _EVENT_WORDS]
        if named or tag == "time" or _HEADING.fullmatch(tag):
            return named[0] if named else "date" if tag == "time" else "title"
    return ""


def _class_words(parts: Iterable[str]) -> list[str]:
    """Return the words of the classes of some elements of a path, but for those of a cell, which has a number."""
    return [word.lower() for part in parts for word in _CLASS_WORD.findall(part.partition(".")[2])]
