"""What follows a section's first line: how a page writes labels, paragraphs and lists, and a template that does so."""

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, pairwise, takewhile
from statistics import fmean
from typing import TypeVar

from almanac.page.firstline import FirstLine
from almanac.page.lines import LINK, split_lines
from almanac.page.outline import Section
from almanac.page.tables import field_of, in_line

_HOUSE_LABELS = {
    "title": "",
    "status": "Status",
    "series": "Series",
    "when": "When",
    "location": "Location",
    "url": "Register",
    "people": "Guests",
    "description": "",
    "agenda": "Agenda",
    "recording": "Recording",
    "links": "Links",
}
"""The fields in the order of the house style. Without a label, a title is a line and a description is paragraphs."""
_LISTS = {
    "people": (
        "person in people",
        "{{ person.name | link(person.url) }}{% if person.affiliation %}, {{ person.affiliation | text }}{% endif %}\n",
    ),
    "agenda": ("point in agenda", "{{ point | item }}"),
    "links": ("entry in links", "{{ entry.label | link(entry.url) }}"),
}
"""The fields that can be nested lists: what their loop goes through, and what it writes for each entry."""
_LABELLED = re.compile(
    r"(?P<mark>[-*+][ \t]+)?(?P<emphasis>\*\*|__|\*|_)?(?P<label>[A-Za-z][A-Za-z &/()-]{1,29}?)"
    r"(?P<close>:(?:\*\*|__|\*|_)?|(?:\*\*|__|\*|_):)(?P<space>[ \t]+|\Z)(?P<value>.*)"
)
_ITEM = re.compile(r"[ \t]+[-*+][ \t]+(?=\S)")
_BULLET = re.compile(r"[-*+][ \t]+")
_TITLE_MARK = re.compile(r"(?:[-*+]|#{1,6})[ \t]+")
_BREAK = re.compile(r"(?:(?<![ ])[ ]{2,}+|\\|<br[ ]?/?>)\Z")
_AUTOLINK = re.compile(r"<https?://[^<>\s]+>\Z")

_ReadLabel = Callable[[str], re.Match[str] | None]
H = TypeVar("H", bound=Hashable)


@dataclass(frozen=True)
class LabelStyle:
    """How a labelled line is written: `{mark}{emphasis}{label}{close}{space}{value}{end}`."""

    mark: str = "- "  # with the space after it, or nothing
    emphasis: str = ""
    close: str = ":"  # with the other half of the emphasis
    space: str = " "
    end: str = ""  # what breaks the line: two spaces, say


@dataclass(frozen=True)
class LabelledField:
    """A field with a label, on one line of the page or on most lines that show the field.

    `link` is the words of its link, or `<>` for a bare address; of most lines only words that are always the same.
    """

    field: str
    label: str  # empty where the field is shown without one
    link: str = ""
    item: str = ""  # what comes before each entry of the list below the label, if there is one
    place: float = 0  # how many lines below the first line; of most lines the mean


@dataclass(frozen=True)
class Details:
    """How the lines below a first line are written."""

    indent: str = ""
    spaced: bool = True  # a blank line follows the first line
    loose: bool = False  # there are blank lines between labelled lines
    style: LabelStyle = LabelStyle()
    item: str = "    * "  # what comes before each entry of a nested list
    prose_bullets: bool = False  # the paragraphs of a description are bullets
    fields: tuple[LabelledField, ...] = ()  # in the page's order
    empty: bool = False  # no section has any details
    title_marks: tuple[str, str] = ("", "")  # around a title that is the first of the lines, without a label


# ------------------------------------------------------------------------------- observing


def observe_details(sections: Sequence[Section]) -> Details:
    """Describe how most sections of one kind write what follows their first lines."""
    is_bullet = sections[0].style.family == "bullet"
    bodies = [split_lines(section.text)[2 if section.style.kind == "setext" else 1 :] for section in sections]
    bodies = [lines for lines in bodies if any(line.strip() for line in lines)]
    if not bodies:
        return Details(indent="    " if is_bullet else "", spaced=not is_bullet, empty=True)
    starts = [next(line for line in lines if line.strip()) for lines in bodies]
    indent = _most(line[: len(line) - len(line.lstrip())] for line in starts) if is_bullet else ""
    bodies = [[line.removeprefix(indent) for line in lines] for lines in bodies]
    read_label = _label_reader(bodies)
    labelled = [found for lines in bodies for found in _labelled_lines(lines, read_label)]
    item = _most([one.item for _, one in labelled if one.item] or ["    * "])
    top_lines = [line for lines in bodies for line in _top_lines(lines)]
    bullets = [bullet[0] for line in top_lines if (bullet := _BULLET.match(line))]
    prose = [line for line in top_lines if not read_label(line)]
    gaps = [gap for lines in bodies for gap in _gaps(lines, read_label)]
    return Details(
        indent=indent,
        spaced=_most(not lines[0].strip() for lines in bodies),
        loose=_most(gaps or [not is_bullet]),
        style=_most([style for style, _ in labelled] or [LabelStyle(_most(bullets or ["- "]))]),
        item=item,
        prose_bullets=bool(prose) and all(map(_BULLET.match, prose)),
        fields=_fields([one for _, one in labelled], item),
        title_marks=_title_marks([line.removeprefix(indent) for line in starts]),
    )


def _most(values: Iterable[H]) -> H:
    return Counter(values).most_common(1)[0][0]


def _top_lines(lines: Sequence[str]) -> Iterator[str]:
    """Give the lines that are neither blank nor indented nor code."""
    in_code = False
    for line in lines:
        is_fence = line.lstrip().startswith(("```", "~~~"))
        in_code ^= is_fence
        if line.strip() and not in_code and not is_fence and not line[0].isspace():
            yield line


def _read_label(line: str, *, known: bool = True) -> re.Match[str] | None:
    """Read a line with a label, or, unless any will do, with one that names a field."""
    found = _LABELLED.match(line)
    is_closed = found and found["close"].replace(":", "") == (found["emphasis"] or "")
    return found if found and is_closed and (field_of(found["label"]) or not known) else None


def _label_reader(bodies: Sequence[Sequence[str]]) -> _ReadLabel:
    """Choose what counts as a label: one that names a field; or any, where none does and most sections have some."""
    if any(map(_read_label, chain.from_iterable(bodies))):
        return _read_label
    read_any = partial(_read_label, known=False)
    labelled = sum(any(map(read_any, _top_lines(lines))) for lines in bodies)
    return read_any if labelled * 2 > len(bodies) else _read_label


def _labelled_lines(lines: Sequence[str], read_label: _ReadLabel) -> Iterator[tuple[LabelStyle, LabelledField]]:
    for place, line in enumerate(lines):
        found = read_label(line)
        if found is None:
            continue
        end = _BREAK.search(found["value"])
        value = (found["value"][: end.start()] if end else found["value"]).strip()
        below = next((other for other in lines[place + 1 :] if other.strip()), "")
        item = None if value else _ITEM.match(below)
        link = LINK.fullmatch(value)
        style = LabelStyle(
            mark=found["mark"] or "",
            emphasis=found["emphasis"] or "",
            close=found["close"],
            space=found["space"] or " ",
            end=end[0] if end and end.start() else "",
        )
        yield (
            style,
            LabelledField(
                field_of(found["label"]) or "",
                found["label"],
                link=link[1] if link else "<>" * bool(_AUTOLINK.match(value)),
                item=item[0] if item else "",
                place=place,
            ),
        )


def _gaps(lines: Sequence[str], read_label: _ReadLabel) -> Iterator[bool]:
    not_indented = [(place, line) for place, line in enumerate(lines) if line.strip() and not line[0].isspace()]
    for (place, line), (next_place, next_line) in pairwise(not_indented):
        if read_label(line) and read_label(next_line):
            yield any(not between.strip() for between in lines[place + 1 : next_place])


def _fields(lines: Sequence[LabelledField], item: str) -> tuple[LabelledField, ...]:
    """Describe each field by most of its lines, in the order in which most sections have them."""
    fields = []
    # A date here repeats that of the first line; it would have to be kept in step by hand.
    for field in dict.fromkeys(line.field for line in lines if line.field not in ("date", "affiliation", "")):
        ones = [line for line in lines if line.field == field]
        link = _most(one.link for one in ones)
        always = link == "<>" or len(ones) == 1 or sum(one.link == link for one in ones) > 1
        nested = field in _LISTS and _most(bool(one.item) for one in ones)
        fields.append(
            LabelledField(
                field,
                _most(one.label for one in ones),
                link=link if always else "",
                item=item if nested else "",
                place=fmean(one.place for one in ones),
            )
        )
    return tuple(sorted(fields, key=lambda one: one.place))


def _title_marks(firsts: Sequence[str]) -> tuple[str, str]:
    for marks in ("***", "**", "__", "*", "_"):
        if all(line.startswith(marks) and line.rstrip().endswith(marks) for line in firsts):
            return marks, marks
    return _most(found[0] if (found := _TITLE_MARK.match(line)) else "" for line in firsts), ""


# ------------------------------------------------------------------------------- writing


def write_details(details: Details, first: FirstLine) -> str:
    """Write the part of a template below the first line.

    Labelled lines, and bullets with a list below, follow each other without a blank line unless the page is loose; one
    blank line comes before such a run. Everything else has a blank line before it.
    """
    fields = _all_fields(details, first)
    written = []
    spaced, in_run = details.spaced, False
    for index, one in enumerate(fields):
        runs_on = _runs_on(one, details)
        if runs_on and spaced and not in_run and not details.loose:
            run = takewhile(lambda other: _runs_on(other, details), fields[index:])
            any_of_run = " or ".join(_condition(other.field) for other in run)
            written.append(f"{{% if {any_of_run} %}}\n\n{{% endif %}}\n")
        in_run = runs_on
        apart = details.loose or not runs_on
        if one.label:
            written.append(_write_labelled(one, details, first, "\n" if apart else ""))
            spaced = spaced or apart
        elif one.field == "title":
            written.append(_write_title(details, first))
        else:
            written.append(_write_description(details))
    return "".join(written)


def _runs_on(one: LabelledField, details: Details) -> bool:
    return bool(one.label) and (bool(details.style.mark) or not one.item)


def _condition(field: str) -> str:
    return "status and status != 'scheduled'" if field == "status" else field


def _all_fields(details: Details, first: FirstLine) -> list[LabelledField]:
    """Return the page's fields in its order, and among them what every section shows: title, status and description.

    Where no section shows anything below its first line, all fields follow, as in the house style.
    """
    shown = {one.field: one for one in details.fields}
    omitted = {field for field in first.shown if field not in shown} | ({"title"} & first.shown)
    if first.title != "title":
        omitted.discard("title")
    if "series" not in shown or first.title != "title":
        omitted.add("series")
    everywhere = {*_HOUSE_LABELS} if details.empty else {*shown, "title", "series", "status", "description"}
    wanted = [field for field in _HOUSE_LABELS if field not in omitted and field in everywhere]
    order = [field for field in shown if field in wanted]
    for index, field in enumerate(wanted):
        if field not in order:
            order.insert(order.index(wanted[index - 1]) + 1 if index else 0, field)
    lists = ("agenda", "links") if shown else ("people", "agenda", "links")
    house = {
        field: LabelledField(field, label, item=details.item if field in lists else "")
        for field, label in _HOUSE_LABELS.items()
    }

    def comes_last(one: LabelledField) -> int:
        if one.field in shown:
            return 0
        if one.field == "description" and not (details.prose_bullets and details.style.mark):
            return 2
        # A line right after a list's last bullet would be a part of it.
        return int(bool(one.item) and not details.style.mark and not details.loose)

    return sorted(((house | shown)[field] for field in order), key=comes_last)


def _write_labelled(one: LabelledField, details: Details, first: FirstLine, gap: str) -> str:
    style, indent = details.style, details.indent
    condition = "series" if one.field == "title" and ("title" in first.shown) else _condition(one.field)
    label = one.label if one.field != "people" else f'{{{{ (people_label or "{one.label}") | item }}}}'
    head = f"{{% if {condition} %}}\n{gap}{indent}{style.mark}{style.emphasis}{label}{style.close}"
    if one.item:
        # Below a paragraph a list needs a blank line, below a bullet it does not.
        space, item = ("", one.item) if style.mark else ("\n", one.item.lstrip())
        loop, entry = _LISTS[one.field]
        return f"{head}\n{space}{{% for {loop} %}}\n{indent}{item}{entry}\n{{% endfor %}}\n{{% endif %}}\n"
    value = in_line(one.field, link=one.link) + style.end
    # Jinja2 drops the line end after a tag.
    line_end = "\n\n" if value.endswith("%}") else "\n"
    return f"{head}{style.space}{value}{line_end}{{% endif %}}\n"


def _write_title(details: Details, first: FirstLine) -> str:
    opening, closing = ("**", "**") if ("title" in first.shown) or details.empty else details.title_marks
    condition = "series" if ("title" in first.shown) else "title"
    gap = "\n" if details.spaced else ""
    escaping = "heading" if opening.startswith("#") else "item"
    title = f"{details.indent}{opening}{{{{ title | {escaping} }}}}{closing}"
    return f"{{% if {condition} %}}\n{gap}{title}\n{{% endif %}}\n"


def _write_description(details: Details) -> str:
    mark = (details.style.mark or "- ") if details.prose_bullets else ""
    gap = "" if mark and not details.loose else "\n"
    gap_before_bullets = "{% if loop.first %}\n\n{% endif %}\n" if gap else ""
    return (
        f"{{% for paragraph in description | blocks %}}\n{gap}"
        f"{details.indent}{mark}{{{{ paragraph.text }}}}\n"
        f"{{% for bullet in paragraph.bullets %}}\n{gap_before_bullets}"
        f"{details.indent}{details.item if mark else '- '}{{{{ bullet }}}}\n"
        "{% endfor %}\n{% endfor %}\n"
    )
