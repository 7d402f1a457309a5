"""What stands below the first lines of a page's sections: labelled lines, paragraphs, nested lists."""

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from statistics import fmean
from typing import Literal, TypeVar

from bot.pages.outline import Section
from bot.pages.shape.words import field_of

Prose = Literal["paragraph", "bullet"]
H = TypeVar("H", bound=Hashable)
_Match = Callable[[str], re.Match[str] | None]

_LINE = re.compile(r"\r\n?|\n")
_LABELLED = re.compile(
    r"(?P<mark>[-*+][ \t]+)?(?P<emphasis>\*\*|__|\*|_)?(?P<label>[A-Za-z][A-Za-z &/()-]{1,29}?)"
    r"(?P<close>:(?:\*\*|__|\*|_)?|(?:\*\*|__|\*|_):)(?P<space>[ \t]+|\Z)(?P<value>.*)"
)
_ITEM = re.compile(r"(?P<indent>[ \t]+)(?P<mark>[-*+][ \t]+)\S")
_BULLET = re.compile(r"[-*+][ \t]+")
_TITLE_MARK = re.compile(r"(?:[-*+]|#{1,6})[ \t]+")
_BREAK = re.compile(r"(?:[ ]{2,}|\\|<br[ ]?/?>)\Z")
_LINKED = re.compile(r"\[([^\[\]]+)\]\([^()\s]+\)\Z")
_AUTOLINK = re.compile(r"<https?://[^<>\s]+>\Z")


@dataclass(frozen=True)
class Manner:
    """How a labelled line is written: `{mark}{emphasis}{label}{close}{space}{value}{end}`.

    Attributes:
        mark: A bullet with the space behind it, or nothing.
        emphasis: What stands before the label.
        close: What stands behind it: a colon, and the other half of the emphasis.
        space: What stands before the value.
        end: What breaks the line behind the value: two spaces, say, or nothing.
    """

    mark: str = "- "
    emphasis: str = ""
    close: str = ":"
    space: str = " "
    end: str = ""

    def line(self, label: str, value: str) -> str:
        """Write a line."""
        return f"{self.mark}{self.emphasis}{label}{self.close}{self.space}{value}{self.end}"

    def head(self, label: str) -> str:
        """Write a label that a nested list follows."""
        return f"{self.mark}{self.emphasis}{label}{self.close}"


@dataclass(frozen=True)
class Labelled:
    """A field that a page shows on a labelled line.

    Attributes:
        field: The event's field.
        label: What the page calls it.
        nested: Whether its value is a list below the label.
        link: The words of its link where they are always the same; `<>` for a bare address; empty otherwise.
    """

    field: str
    label: str
    nested: bool = False
    link: str = ""


@dataclass(frozen=True)
class Body:
    """How the lines below a first line are written.

    Attributes:
        indent: What stands before each line, as in a bullet's.
        spaced: Whether a blank line follows the first line.
        loose: Whether blank lines part labelled lines.
        manner: How a labelled line is written.
        item: What stands before each entry of a nested list.
        prose: How a description's paragraphs are written.
        fields: The labelled fields, in the page's order.
        empty: Whether no section has a body at all.
        title: The marks around the title where it is the first line of the body, unlabelled.
    """

    indent: str = ""
    spaced: bool = True
    loose: bool = False
    manner: Manner = Manner()
    item: str = "    * "
    prose: Prose = "paragraph"
    fields: tuple[Labelled, ...] = ()
    empty: bool = True
    title: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class _Seen:
    """One labelled line as it stands on the page."""

    manner: Manner
    field: str
    label: str
    value: str
    item: str | None
    place: int


def body_of(sections: Sequence[Section]) -> Body:
    """Find how the bodies of sections of one kind are written."""
    bodies = [lines for lines in map(_below, sections) if any(line.strip() for line in lines)]
    bullets = bool(sections) and sections[0].style.family == "bullet"
    if not bodies:
        return Body(indent="    " if bullets else "", spaced=not bullets)
    indent = _most(_indent(lines) for lines in bodies) if bullets else ""
    flush = [[line.removeprefix(indent) for line in lines] for lines in bodies]
    match = _label_reader(flush)
    seen = [one for lines in flush for one in _labelled(lines, match)]
    tops = [line for lines in flush for line in _tops(lines)]
    prose = [line for line in tops if match(line) is None]
    gaps = [gap for lines in flush for gap in _gaps(lines, match)]
    items = [one.item for one in seen if one.item]
    manner = _most(one.manner for one in seen) if seen else Manner(_bullet_of(tops))
    return Body(
        indent=indent,
        spaced=_most(not lines[0].strip() for lines in bodies),
        loose=_most(gaps) if gaps else not bullets,
        manner=manner,
        item=_most(items) if items else "    * ",
        prose="bullet" if prose and all(_BULLET.match(line) for line in prose) else "paragraph",
        fields=_fields(seen),
        empty=False,
        title=_title([next(line for line in lines if line.strip()) for lines in flush]),
    )


def _most(values: Iterable[H]) -> H:
    return Counter(values).most_common(1)[0][0]


def _below(section: Section) -> list[str]:
    lines = _LINE.split(section.text)
    return lines[2 if section.style.kind == "setext" else 1 :]


def _indent(lines: Sequence[str]) -> str:
    first = next(line for line in lines if line.strip())
    return first[: len(first) - len(first.lstrip())]


def _tops(lines: Sequence[str]) -> Iterator[str]:
    """Give the lines that are neither blank nor indented nor code."""
    code = False
    for line in lines:
        code ^= line.lstrip().startswith(("```", "~~~"))
        if line.strip() and not code and not line[0].isspace() and not line.startswith(("```", "~~~")):
            yield line


def _any_label(line: str) -> re.Match[str] | None:
    found = _LABELLED.match(line)
    return found if found and found["close"].replace(":", "") == (found["emphasis"] or "") else None


def _known_label(line: str) -> re.Match[str] | None:
    found = _any_label(line)
    return found if found and field_of(found["label"]) else None


def _label_reader(bodies: Sequence[Sequence[str]]) -> _Match:
    """Choose what is taken for a label: one that says a field; or any, where none does and most bodies have some."""
    if any(map(_known_label, chain.from_iterable(bodies))):
        return _known_label
    labelled = sum(any(map(_any_label, _tops(lines))) for lines in bodies)
    return _any_label if labelled * 2 > len(bodies) else _known_label


def _labelled(lines: Sequence[str], match: _Match) -> Iterator[_Seen]:
    for place, line in enumerate(lines):
        found = match(line)
        if found is None:
            continue
        end = _BREAK.search(found["value"])
        value = found["value"][: end.start()] if end else found["value"]
        below = next((other for other in lines[place + 1 :] if other.strip()), "")
        item = _ITEM.match(below) if not value.strip() else None
        manner = Manner(
            found["mark"] or "",
            found["emphasis"] or "",
            found["close"],
            found["space"] or " ",
            end[0] if end and value else "",
        )
        field = field_of(found["label"]) or ""
        yield _Seen(manner, field, found["label"], value, item[0][:-1] if item else None, place)


def _gaps(lines: Sequence[str], match: _Match) -> Iterator[bool]:
    """Tell of each two labelled lines that follow each other whether a blank line parts them."""
    last: int | None = None
    for place, line in enumerate(lines):
        if not line.strip() or line[0].isspace():
            continue
        if match(line):
            if last is not None:
                yield any(not between.strip() for between in lines[last + 1 : place])
            last = place
        else:
            last = None


def _bullet_of(tops: Sequence[str]) -> str:
    marks = [found[0] for line in tops if (found := _BULLET.match(line))]
    return _most(marks) if marks else "- "


def _fields(seen: Sequence[_Seen]) -> tuple[Labelled, ...]:
    found: dict[str, list[_Seen]] = {}
    for one in seen:
        found.setdefault(one.field, []).append(one)
    # A date in the body repeats the first line's; it would have to be kept in step by hand.
    for other in ("date", "affiliation", ""):
        found.pop(other, None)
    ordered = sorted(found, key=lambda field: fmean(one.place for one in found[field]))
    return tuple(
        Labelled(field, _most(one.label for one in found[field]), _is_nested(found[field]), _link(found[field]))
        for field in ordered
    )


def _is_nested(seen: Sequence[_Seen]) -> bool:
    return _most(one.item is not None for one in seen)


def _link(seen: Sequence[_Seen]) -> str:
    words = [
        linked[1] if (linked := _LINKED.match(one.value.strip())) else "<>" * bool(_AUTOLINK.match(one.value.strip()))
        for one in seen
    ]
    word = _most(words)
    return word if word == "<>" or words.count(word) > 1 or len(words) == 1 else ""


def _title(firsts: Sequence[str]) -> tuple[str, str]:
    """Return the marks around the first lines, for pages that have the title there."""
    for opening, closing in (("***", "***"), ("**", "**"), ("__", "__"), ("*", "*"), ("_", "_")):
        if all(line.startswith(opening) and line.rstrip().endswith(closing) for line in firsts):
            return opening, closing
    mark = _most(found[0] if (found := _TITLE_MARK.match(line)) else "" for line in firsts)
    return mark, ""
