"""What the columns of a table hold: the field of an event that each one's head and cells say, and how it is written.

Heads alone do not tell: `When` stands above dates as well as above times, `Notes` above text as well as above links,
and a table may have no head at all. So each field goes to the column that its head and its cells together fit best.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from almanac.dates import TIME, TIME_ZONE, DateHabits, find_date
from almanac.event.model import Event, safe_slug
from almanac.event.people import NAMES, PERSON
from almanac.labels import field_of
from almanac.page.lines import LINK, cells, is_delimiter, plain
from almanac.patterns import regex

# In a head of several words, these say too little: `Speaker name`, `How to join`.
# These may name a title, or what several events have in common.
_COMMON = frozenset({"theme", "subject", "session", "what", "name"})
_VAGUE = frozenset(
    {"name", "what", "who", "where", "when", "with", "by", "about", "more", "day", "date", "time", "state"}
)
# What a table of readings calls its titles; elsewhere these words are labels of other things.
_TITLES_IN_TABLES = frozenset({"reading", "readings", "paper", "papers", "book", "lecture", "workshop"})
_WORD = regex(r"[^\W\d_]+(?:\([^\W\d_]\))?")
NOTHING = regex(r"\W*|tb[acd]|n/?a|none", re.IGNORECASE)
"""The words of a cell in which there is nothing yet."""
_YEAR = regex(r"(?:19|20)[0-9]{2}")
_TIME = regex(rf"{TIME}{TIME_ZONE}?", re.IGNORECASE)
_NUMBER = regex(r"([^\w\s{}]?[ ]?)([0-9]{1,5})([.)]?)")
_BARE_URL = regex(r"<?https?://[^\s<>|]+>?")
_MARKED = regex(r"(\*{1,3}|_{1,2}|~~)(?=[^\s*_~])(?:(?!\1).)+(?<=\S)\1")
# A link, or words in brackets: what is in it separates nothing.
ATOM = regex(rf"{LINK.pattern}|\([^()]*\)")
_SEPARATOR = regex(r"(?<=\S)(?:,[ ]|;[ ]|[ ]?\\\|[ ]?|[ ]?<br[ ]?/?>[ ]?|[ ][|/·•&][ ])(?=\S)", re.IGNORECASE)
_AND = regex(r"(?<=\S),?[ ](?:and|und|y|&)[ ](?=\S)", re.IGNORECASE)
BEHIND = regex(r"((?:[ ]?<br[ ]?/?>[ ]?|,[ ]|[ ])<(i|em|small)>[ ]?)[^<>]+(</\2>)\Z", re.IGNORECASE)
_ORGANISATION = regex(
    r"\b(?:[A-Z]{3,}|Universi\w+|Institut\w*|College|School|Labs?|Laborator\w+|Research|Foundation|Team|Group|Cent(?:er|re)"
    r"|Inc|Ltd|LLC|GmbH|Corp\w*|Compan\w+|Software|Systems|Technolog\w+)\b"
)
_FOR_LINKS = frozenset({"recording", "links", "url"})
_MOST_COLUMNS = 40
_OUR_QUESTIONS = {*Event.model_fields, "duration"}
_LEAST_NUMBERS = 2


@dataclass(frozen=True)
class Column:
    """One column: its head's words, its cells as Markdown, and what it shows.

    `field` is one of the event's, `year`, `affiliation`, `number` for one that goes on from row to row, `both` for date
    and title in one cell, or `extra` for what only a question of the site's own can fill.
    """

    name: str
    cells: tuple[str, ...]  # without their marks
    mark: str = ""  # what is around most of them, such as `**`
    field: str = "extra"
    newest: tuple[str, ...] = ()  # the cells of the newest rows, where these are the model for new ones

    @cached_property
    def filled(self) -> list[str]:
        return [cell for cell in self.cells if cell]

    @cached_property
    def is_telling(self) -> bool:
        """Tell whether most cells have words of their own that no field of an event has."""
        is_answer = self.field == "extra" and self.question and not self.is_linked
        return bool(is_answer) and len({*self.filled}) * 2 > len(self.cells)

    @cached_property
    def question(self) -> str:
        """Return the id of the site's own question that fills this column; empty where it has no name."""
        name = safe_slug(self.name).replace("-", "_")
        return f"{name}_column" if name in _OUR_QUESTIONS else name

    @cached_property
    def is_linked(self) -> bool:
        """Tell whether most cells, or those of the newest rows, are one link, a word before or after it aside."""
        return any(
            _most(2 * len("".join(words for words, _ in LINK.findall(cell))) > len(plain(cell)) for cell in cells)
            for cells in (self.filled, self.newest)
        )

    @cached_property
    def is_address(self) -> bool:
        """Tell whether most cells are a bare address."""
        return _most(bool(_BARE_URL.fullmatch(cell)) for cell in self.filled)

    @cached_property
    def link_words(self) -> list[str]:
        """Return the words of the links in this column's cells."""
        return [plain(link[1]) for cell in self.cells for link in LINK.finditer(cell)]

    @cached_property
    def usual_words(self) -> str:
        """Return the words of most of its links, in the commonest spelling; empty if they differ."""
        spellings = Counter(self.link_words)
        words, count = Counter(map(str.casefold, spellings.elements())).most_common(1)[0] if spellings else ("", 0)
        if count * 2 <= spellings.total():
            return ""
        return next(spelling for spelling, _ in spellings.most_common() if spelling.casefold() == words)

    @cached_property
    def is_fixed(self) -> bool:
        """Tell whether what is written has words of its own around the event's: a link's, or a mark of a number."""
        led = self.field == "extra" and self.is_linked and bool(self.usual_words)
        return led or self.field in ("url", "recording", "number")

    @cached_property
    def recording_words(self) -> str:
        """Return the words of links to recordings in a column of links of all kinds; empty if there are few."""
        if self.field != "links":
            return ""
        named = Counter(words for words in self.link_words if "recording" in head_fields(words))
        return named.most_common(1)[0][0] if named.total() * 4 > len(self.filled) else ""

    @cached_property
    def separators(self) -> tuple[str, str]:
        """Return what stands between people or links, and before the last person; that is empty if it is the same."""
        if self.field == "people" and self.affiliation == ",":
            return "; ", ""
        texts = [ATOM.sub("\0", cell) for cell in self.filled]
        between = Counter(match[0] for text in texts for match in _SEPARATOR.finditer(text))
        several = [text for text in texts if _SEPARATOR.search(text) or _AND.search(text)]
        last = Counter(ands[-1] if (ands := _AND.findall(text)) else "" for text in several)
        return (
            between.most_common(1)[0][0] if between else ", ",
            last.most_common(1)[0][0] if last else "",
        )

    @cached_property
    def affiliation(self) -> str:
        """Return how affiliations are shown: `()` or `,` behind each name, or once behind all: ` <br> <i>...</i>`."""
        words = [*map(plain, self.filled)]
        if any("(" in one for one in words):
            return "()"
        pairs = [one for one in words if ", " in one and PERSON.fullmatch(one)]
        # Some organisations are called as people are; where all of them seem to be, they are people.
        told = sum(not NAMES.fullmatch(one) or _ORGANISATION.search(one) is not None for one in pairs)
        if len(pairs) * 2 > len(words) and told * 2 >= len(pairs):
            return ","
        behind = Counter(f"{match[1]}...{match[3]}" for cell in self.cells if (match := BEHIND.search(cell)))
        shape, count = behind.most_common(1)[0] if behind else ("", 0)
        return shape if count * 2 > len(self.filled) else ""

    @cached_property
    def around_number(self) -> tuple[str, str]:
        """Return what stands before and after the number in a cell."""
        found = next(filter(None, map(_NUMBER.fullmatch, self.filled)), None)
        return (found[1], found[3]) if found else ("", "")

    def number_of(self, cell: str) -> int | None:
        """Return the number that a cell of this column says."""
        match = _NUMBER.fullmatch(without_mark(cell.strip(), self.mark))
        return int(match[2]) if match else None


def _most(flags: Iterator[bool]) -> bool:
    seen = list(flags)
    return sum(seen) * 2 > len(seen)


def head_of(texts: Sequence[str], first: int, row: int) -> list[str]:
    """Return the words of a table's head, given its first line and that of a row; empty if it has none.

    kramdown takes a table without the line that separates the head from the rows. Its first row is a head all the same
    if it holds the names of fields, and nothing else that could be an event.
    """
    for line in range(row - 1, first, -1):
        if is_delimiter(texts[line]):
            return cells(texts[line - 1]) if "|" in texts[line - 1] else []
    if first >= row:
        return []
    names = cells(texts[first])
    known = sum(any(head_fields(name)) for name in names)
    return names if known * 2 > len(names) else []


def columns_of(names: Sequence[str], rows: Sequence[Sequence[str]], habits: DateHabits) -> list[Column]:
    """Find what each column shows, given the heads and the rows as Markdown.

    There are as many columns as most rows have, or as there are heads; shorter rows are filled up.
    """
    usual = Counter(map(len, rows)).most_common(1)
    count = min(max([len(names), *(length for length, _ in usual)]), _MOST_COLUMNS)
    heads = [*names, *[""] * count][:count]
    columns = [
        _unmarked(name, [row[index].strip() if index < len(row) else "" for row in rows])
        for index, name in enumerate(heads)
    ]
    looks = [_Looks(column, habits) for column in columns]
    fields = _by_looks(looks)
    scores = sorted(
        (
            (score, -index, field)
            for index, one in enumerate(looks)
            if index not in fields
            for score, field in one.fits()
        ),
        reverse=True,
    )
    for _, index, field in scores:
        if -index not in fields and field not in fields.values():
            fields[-index] = field
    if "title" not in fields.values() and (untold := _untold_title(looks, fields)) is not None:
        fields[untold] = "title"
    told = {*fields.values()}
    for index, field in fields.items():
        if field == "date" and "title" not in told and looks[index].has_titles:
            fields[index] = "both"
        elif field == "affiliation" and "people" not in told:
            fields[index] = "extra"  # not that of the speakers: the company whose guests they are, perhaps
    return [replace(one, field=fields.get(index, "extra")) for index, one in enumerate(columns)]


def _unmarked(name: str, cells: Sequence[str]) -> Column:
    filled = list(filter(None, cells))
    marks = Counter(match[1] for cell in filled if (match := _MARKED.fullmatch(cell)))
    mark, count = marks.most_common(1)[0] if marks else ("", 0)
    if count * 2 <= len(filled):
        return Column(name, tuple(cells))
    return Column(name, tuple(without_mark(cell, mark) for cell in cells), mark)


def without_mark(cell: str, mark: str) -> str:
    """Take the marks off a cell that has them around it."""
    is_marked = mark and len(cell) > 2 * len(mark) and cell.startswith(mark) and cell.endswith(mark)
    return cell[len(mark) : -len(mark)] if is_marked else cell


def _by_looks(looks: Sequence["_Looks"]) -> dict[int, str]:
    """Find the columns whose cells alone tell what they are: dates, years, running numbers."""
    fields: dict[int, str] = {}
    ranked = [index for index, one in enumerate(looks) if one.dated * 2 > len(one.words)]
    ranked += sorted((index for index, one in enumerate(looks) if one.dated), key=lambda index: -looks[index].dated)
    for index, one in enumerate(looks):
        if one.is_year and "year" not in fields.values():
            fields[index] = "year"
        elif one.is_number and "number" not in fields.values():
            fields[index] = "number"
    date = next((index for index in ranked if index not in fields), -1)
    if date >= 0:
        fields[date] = "date"
    elif "year" in fields.values():  # the year is all that is said
        fields = {index: "date" if field == "year" else field for index, field in fields.items()}
    return fields


def _untold_title(looks: Sequence["_Looks"], fields: dict[int, str]) -> int | None:
    """Find the column of titles where no head names it: what is described, or the longest text that differs."""
    described = next((index for index, field in fields.items() if field == "description"), None)
    if described is not None:
        return described
    has_heads = any(one.name for one in looks)
    free = [
        (one.length, -index)
        for index, one in enumerate(looks)
        if index not in fields and one.words and one.variety > 0.5 and not one.repeats_links  # noqa: PLR2004 - most
    ]
    length, index = max(free, default=(0.0, 0))
    # Under a head, short words are more likely names or places.
    return -index if length and (length >= 3 or not has_heads) else None  # noqa: PLR2004 - words


class _Looks:
    """What the cells of a column look like."""

    def __init__(self, column: Column, habits: DateHabits) -> None:
        self.name = column.name
        self.column = column
        self.words = [words for cell in column.cells if not NOTHING.fullmatch(words := plain(cell))]
        found = [one for words in self.words if (one := find_date(words, None, habits))]
        self.dated = sum(one.leading or (one.trailing and one.has_day) for one in found)
        self.has_titles = sum(bool(one.title) for one in found) * 2 > len(self.words)
        self.is_year = bool(self.words) and all(map(_YEAR.fullmatch, self.words))
        self.variety = len({*self.words}) / max(len(column.cells), 1)
        self.length = sum(len(words.split()) for words in self.words) / max(len(self.words), 1)
        links = sum(bool(LINK.search(cell) or _BARE_URL.search(cell)) for cell in column.cells)
        self.is_led = links * 2 > len(self.words)
        labels = column.link_words
        only_links = sum(bool(cell) and not re.search(r"\w", LINK.sub("", cell)) for cell in column.cells)
        repeats = only_links * 2 > len(self.words) and len({*labels}) * 2 <= len(labels)
        self.repeats_links = repeats or (bool(self.words) and column.is_address)

    @property
    def is_number(self) -> bool:
        """Tell whether the cells are numbers that go on from row to row, as those of rooms only happen to do."""
        if {*head_fields(self.name)} - {"title"}:
            return False
        numbers = [int(match[2]) for words in self.words if (match := _NUMBER.fullmatch(words))]
        if len(numbers) < max(len(self.words), _LEAST_NUMBERS):
            return False
        steps = Counter(after - before for before, after in pairwise(numbers))
        return max(steps[1], steps[-1]) * 2 > len(numbers) - 1

    def fits(self) -> Iterator[tuple[float, str]]:
        """Give the fields that the head names, each with how well the cells fit it too."""
        is_time = bool(self.words) and _most(bool(_TIME.fullmatch(words)) for words in self.words)
        if is_time:
            yield 4.0, "when"
        for index, field in enumerate(head_fields(self.name)):
            whole = self.name.casefold()
            is_vague = whole in _COMMON
            score = (3.0 if field_of(whole) == field and not is_vague else 1.5 if is_vague else 2.0) - index / 10
            if field == "date":
                continue
            if self.words and field in _FOR_LINKS and not self.is_led:
                score = 1.0 if field == field_of(whole) == "recording" else 0.0  # so far, nothing leads there
            if field == "title":
                score += 3 * self.variety - 2 * self.repeats_links  # a theme comes back, a title does not
            elif field in _FOR_LINKS and self.is_led:
                score += 1
            elif field in ("description", "agenda") and self.repeats_links:
                field = "links"  # what they lead to is on a page of its own  # noqa: PLW2901
            if score:
                yield score, field
        yield from self._seen()

    def _seen(self) -> Iterator[tuple[float, str]]:
        """Give what a column is by its cells rather than by its head."""
        if self.name.casefold() == "name" and _most(bool(NAMES.fullmatch(one)) for one in self.words):
            yield 3.0, "people"  # unless no other column names the event
        if field_of(self.name) == "url" and self.words and not self.is_led:
            yield 1.0, "description"  # the details themselves, and not where they are


def head_fields(name: str) -> list[str]:
    """Return the fields that a column's head, or a link's words, could mean: by all words, or else by each of them."""
    if whole := field_of(name):
        return [whole]
    words = [word.casefold() for word in _WORD.findall(name)]
    named = ("title" if word in _TITLES_IN_TABLES else field_of(word) for word in words if word not in _VAGUE)
    return [*dict.fromkeys(filter(None, named))]
