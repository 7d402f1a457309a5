"""What stands below an entry's first line, in items: a line, and the list, quotation or paragraph that belongs to it.

An item shows a field if its label says so, its link or its date; or if most entries of the list have the like of it.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain

from almanac.dates import find_date
from almanac.event.people import NAMES, PERSON
from almanac.labels import EMOJI, field_of
from almanac.page.columns import head_fields
from almanac.page.headings import LOWEST
from almanac.page.lines import LINK, MAX_START, cells, is_delimiter, plain, split_lines
from almanac.page.outline import Section
from almanac.page.pieces import WEEKDAY_BEFORE
from almanac.patterns import regex

ADDRESS = regex(rf"{LINK.pattern}|\[([^\[\]]+)\]\[[^\[\]]*\]|<(https?://[^<>\s]+)>")
"""What leads somewhere: a link (its words are group 1 or 3, its address group 2) or an address (group 4)."""
TAG = regex(r"<[^<>]*>")
ADDRESSES = ("url", "recording", "links")
BULLETS = ("-", "*", "+", *"0123456789")
MARK = regex(r"(?:[-*+]|[0-9]{1,9}[.)]|#{1,6}|>)[ \t]+")
"""What begins a bullet, a heading or a line of a quotation."""
_PICTURE = rf"(?:{EMOJI}[ ]?(?=[*_]{{0,2}}[^\W\d_][^:\uff1a]{{1,29}}[:\uff1a]))?"
"""A picture before a label."""
_LABEL = regex(
    rf"(?P<mark>(?:[-*+]|[0-9]{{1,9}}[.)]|#{{1,6}})[ \t]+)?{_PICTURE}(?P<open>\*\*|__|\*|_)?{_PICTURE}"
    rf"(?P<words>(?P<picture>{EMOJI})|[^\W\d_][^:\uff1a*_\[\]<>|`{{}}\"\\]{{1,29}}?)"
    r"(?P<close>(?(picture)(?:\*\*|__|\*|_)?[:\uff1a]?|(?:[ ]?[:\uff1a](?:\*\*|__|\*|_)?|(?:\*\*|__|\*|_)[ ]?[:\uff1a]?"
    r"|[ ][-\u2013](?=[ ]\[)|(?=[ \t]*\Z))))(?P<space>[ \t]+|(?<=\uff1a)|\Z)(?P<value>.*)"
)
_LEAD = regex(
    r"(?P<mark>(?:[-*+]|[0-9]{1,9}[.)])[ \t]+)?(?P<open>)(?P<picture>)"
    r"(?P<words>(?:With|By|Mit|Von|Avec|Par|Con|Por|Met|Com))(?P<close>)(?P<space>[ ])(?P<value>.*)"
)
"""The word before the names of people, in place of a label."""
_MAP = regex(
    r"https?://(?:maps\.|(?:www\.)?(?:google\.[a-z.]{2,6}|bing\.com)/maps\b|goo\.gl/maps/|(?:www\.)?(?:openstreetmap|osm)\.org)"
)
_TO_MAP = regex(r"\b(?:maps?|location|directions|karte|anfahrt|plan|carte|mapa)\b", re.IGNORECASE)
"""Words of a link that say that it leads to a map, and name no place."""
_NO_PROSE = regex(r"[|`~<\s]|!\[")
_LONGEST = 150  # characters of a title, or of a name and an affiliation
_SHORT = 25  # what is no longer tells nothing: a number, say


@dataclass
class Item:
    """A line of an entry without the entry's indentation, and the lines that belong to it.

    Each of these comes with whether a blank line is before it. `field` is what the item shows: a field, or `heading`
    for one that is above others and shows none itself.
    """

    section: Section
    line: str
    gap: bool  # a blank line is before it
    label: re.Match[str] | None = None
    below: list[tuple[bool, str]] = field(default_factory=list)
    field: str = ""

    @property
    def mark(self) -> str:
        return mark[0] if (mark := MARK.match(self.line)) else ""

    @property
    def is_bullet(self) -> bool:
        return self.mark.startswith(BULLETS)

    @property
    def level(self) -> int:
        """Return the level of a heading; anything else is below all of them."""
        return self.mark.count("#") or LOWEST

    @property
    def name(self) -> str:
        """Return the words of its label."""
        return self.label["words"] if self.label else ""

    @property
    def has_lead(self) -> bool:
        """Tell whether its label is only a word that leads to names: `With Ada Byron`."""
        return self.label is not None and self.label.re.pattern == _LEAD.pattern

    @property
    def parts(self) -> tuple[str, str, str]:
        """Return the lines above the value, what is before it on its own line, and that line's rest."""
        at = self.label.start("value") if self.label else len(self.mark)
        if self.line[at:].strip() or not self.below:
            return "", self.line[:at], self.line[at:]
        gap, line = self.below[0]
        at = len(line) - len(line.lstrip())
        mark = MARK.match(line, at)
        at = mark.end() if mark else at
        return self.line + "\n" * (1 + gap), line[:at], line[at:]

    @property
    def value(self) -> str:
        return self.parts[2]

    @property
    def rows(self) -> list[str]:
        """Return the rows of a table, below its head."""
        below = [line for _, line in self.below]
        return below[1:] if below and is_delimiter(below[0]) else []

    @property
    def date(self) -> str:
        """Return the entry's date as the value begins with it, or nothing."""
        date, text = self.section.date, self.value[:MAX_START]
        found = find_date(plain(text), date[:4])
        if found and found.leading and found.has_day and found.date == date and found.words in text:
            return found.words
        words = self.section.words
        before = plain(text).split(words)[0] if words else ""  # an event among others may say no date of its own
        begins = words in text and not re.search(r"\w", WEEKDAY_BEFORE.sub("", before))
        return words if begins else ""


Entry = list[Item]


def _cut_items(section: Section) -> Entry:
    """Cut what stands below a section's first line into items."""
    lines = split_lines(section.text)
    start = 2 if section.style.kind == "setext" else 1
    filled = [index for index in range(start, len(lines)) if lines[index].strip()]
    first = lines[filled[0]] if filled else ""
    indent = first[: len(first) - len(first.lstrip())] if section.style.family == "bullet" else ""
    items: Entry = []
    in_code = False
    for index in filled:
        line, gap = lines[index].removeprefix(indent), index > start and not lines[index - 1].strip()
        is_fence = line.lstrip().startswith(("```", "~~~"))
        if items and (in_code or is_fence or _belongs(items[-1], line, gap=gap)):
            items[-1].below.append((gap, line))
        else:
            items.append(Item(section, line, gap, _read_label(line)))
        in_code ^= is_fence
    for item in items:
        if not item.value.strip():
            item.label = None  # a word that names a field, and nothing else
    return items


def _belongs(item: Item, line: str, *, gap: bool) -> bool:
    """Tell whether a line belongs to the item above it."""
    if line[0].isspace():
        return True
    mark = MARK.match(line)
    is_open = item.label is not None and not item.label["value"]
    if mark:
        below = MARK.match(item.below[0][1]) if item.below else mark
        is_alike = below is not None and _kind(below) == _kind(mark)
        return _kind(mark) != "#" and is_open and not item.is_bullet and is_alike
    if _read_label(line) or line[0] == "|":
        return line[0] == "|" == item.line[0] and not gap
    if is_open and not item.below:
        return not gap or item.level < LOWEST
    return not gap and item.level == LOWEST and not _NO_PROSE.match(item.line)


def _kind(mark: re.Match[str]) -> str:
    return "1" if mark[0][0].isdigit() else mark[0][0]


def _read_label(line: str) -> re.Match[str] | None:
    """Read the label at a line's beginning: one that names a field, or one that looks like a label.

    A label without a mark after it has to name a field, and to be alone on its line.
    """
    if (lead := _LEAD.match(line)) and NAMES.fullmatch(plain(lead["value"]).rstrip(".")):
        return lead
    found = _LABEL.match(line)
    if found is None or found["close"].strip(" :\uff1a-\u2013") != (found["open"] or ""):
        return None
    if field_of(found["words"]):
        return found if found["close"].strip(" *_") or found["picture"] or not found["value"] else None
    looks_like_one = found["mark"] or found["open"] or ADDRESS.fullmatch(found["value"])
    return found if looks_like_one and found["close"].strip(" *_") else None


# ------------------------------------------------------------------------------- what the items show


def named_items(sections: Iterable[Section], said: Collection[str]) -> list[Entry]:
    """Cut what stands below the first lines of a list's sections into items, and say of each which field it shows.

    Sections with nothing below are left out; `said` are the fields that the first lines show.
    """
    entries = [items for items in map(_cut_items, sections) if items]
    everything = [*chain.from_iterable(entries)]
    for item in everything:
        item.field = _table_field(item) if item.line.startswith("|") else _own_field(item, said)
    half = len(entries) / 2
    _settle(entries, "address", "url", more_than=half)
    _settle(entries, "talk", "title", more_than=half)
    unknown = [[item for item in items if item.field == "?"] for items in entries]
    mostly = Counter(field for items in entries for field in {item.field for item in items})
    places = _places(unknown, {*said, *(field for field, count in mostly.items() if count > half)})
    often = Counter(item.line for item in everything)
    for items in unknown:
        for place, item in enumerate(items):
            # A heading that most entries have stays as it is; words that come back are no event's own.
            repeated = often[item.line] > (half if item.level < LOWEST else 1)
            item.field = _guess(item, places.get(place), repeated=repeated)
    _settle(unknown, "marked", "prose", more_than=half)
    _settle(unknown, "prose", "description", more_than=_count(entries, "description"))
    return entries


def _table_field(item: Item) -> str:
    """Tell whether a table is one of talks or the like, by the words above its columns."""
    named = {*chain(*map(head_fields, cells(item.line)))}
    return "table" if item.rows and "{" not in item.line and named & {"title", "people"} else ""


def _own_field(item: Item, said: Collection[str]) -> str:
    """Return the field that an item shows by itself, what it may show, or `?` for words that may be anything."""
    text = item.value.strip()
    link = ADDRESS.search(text)
    if item.date and (item.label or "date" not in said):
        return "date"  # and no sentence that mentions the day
    if item.label:
        named = field_of(item.name)
        if named == "description" and link and link[0] == text:
            return "links"  # notes that are elsewhere
        if named or not link:
            return "" if named in (None, "affiliation", "date") else named
        return "address" if link[0] == text and shows_address(link) else "talk" if NAMES.fullmatch(item.name) else ""
    if link and not re.search(r"\w", ADDRESS.sub("", TAG.sub("", text))):
        # Of several, one may lead to the recording.
        several = ADDRESS.search(text, link.end()) is not None
        return (None if several else _linked(link)) or ("?" if item.level < LOWEST else "links")
    return "" if _NO_PROSE.match(text) or not re.search(r"\w", text) else "?"


def _linked(link: re.Match[str]) -> str | None:
    """Return the field of a link by where it leads, to a map that is, or by its words."""
    words = (link[1] or link[3] or "").split()
    if _MAP.match(link[2] or "") and not _TO_MAP.search(link[1]):
        return "location"
    fields = (field_of(one) for one in (" ".join(words), *words[-1:], *words[:1]))
    return next((one for one in fields if one in ADDRESSES), None)


def shows_address(link: re.Match[str]) -> bool:
    """Tell whether the words of a link are an address."""
    return bool(link[4]) or (link[1] or link[3] or "").startswith(("http://", "https://"))


def _count(entries: Sequence[Entry], field: str) -> int:
    return sum(any(item.field == field for item in items) for items in entries)


def _settle(entries: Sequence[Entry], guess: str, meant: str, *, more_than: float) -> None:
    """Take items for what they may be if more than so many entries have the like."""
    found = meant if _count(entries, guess) > more_than else ""
    for item in chain.from_iterable(entries):
        item.field = found if item.field == guess else item.field


def _guess(item: Item, meant: str | None, *, repeated: bool) -> str:
    """Say what words without a label are; `meant` is what most entries have in this place."""
    if item.level < LOWEST:
        stays = repeated or plain(item.value) in item.section.title
        return meant or ("heading" if stays else "")
    if meant is not None or repeated:
        return meant or ""
    return "marked" if item.mark else "prose"


def _places(unknown: Sequence[Entry], known: Collection[str]) -> dict[int, str]:
    """Find at which place most entries have their title, the names of people, or a bullet that tells nothing."""
    named, other, found = [], [], {}
    # So many places have more than half of the entries.
    most = [*sorted(map(len, unknown), reverse=True), 0][len(unknown) // 2]
    for place in range(most):
        items = [items[place] for items in unknown if len(items) > place]
        mark = Counter(map(_look, items)).most_common(1)[0][0]
        items = [item for item in items if _look(item) == mark]
        texts = [plain(item.value) for item in items]
        is_habit = len(items) * 2 > len(unknown) and len({*texts}) * 2 > len(texts)
        if not is_habit or _mostly(bool(item.below) for item in items):
            continue
        if _mostly(map(_is_person, texts)):
            named.append(place)
        elif len(texts[0]) <= _LONGEST and not _mostly(text.endswith(".") for text in texts):
            other.append(place)
        if _mostly(item.is_bullet and len(text) <= _SHORT for item, text in zip(items, texts, strict=True)):
            found[place] = ""
    titles = [] if "title" in known else [*other, *named][:1]
    people = [] if "people" in known else [place for place in named if place not in titles][:1]
    return {**found, **dict.fromkeys(titles, "title"), **dict.fromkeys(people, "people")}


def _look(item: Item) -> str:
    """Return the mark of an item; headings of all levels have the same."""
    return item.mark if item.level == LOWEST else "#"


def _mostly(flags: Iterable[bool]) -> bool:
    seen = [*flags]
    return sum(seen) * 2 > len(seen)


def _is_person(text: str) -> bool:
    words = text[1:-1] if text[:1] == "(" and text[-1:] == ")" else text
    return len(words) <= _LONGEST and PERSON.fullmatch(words) is not None
