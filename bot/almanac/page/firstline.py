"""The first line of an entry, by example: a template that writes a new one as the newest lines of its list are.

A real line is the model of a new one: its values are replaced, and what is around them is copied.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from almanac.dates import UNKNOWN_YEAR
from almanac.dateshapes import has_time
from almanac.page.columns import Column
from almanac.page.lines import split_lines
from almanac.page.outline import Section
from almanac.page.pieces import (
    LETTER,
    WHAT_AND_WHEN,
    Line,
    Piece,
    date_of,
    extent,
    split_mark,
)
from almanac.page.roles import HABIT, OPTIONAL, first_lines
from almanac.page.tables import date_example, date_like, in_line, write_people
from almanac.patterns import regex

_OPENED = regex(r"\A[ ]?[(\[]\Z")
_OR = regex(r",?[ ](?:or|and)[ ]")
_NUMBER = regex(r"[^\w\s]?[0-9]++[^\w\s]?")
_ORDINAL = "{{ 'th' if number % 100 in (11, 12, 13) else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }}"
_MODELS = 8
"""How many of the newest lines show how the next one is written."""
_CONDITIONS = {"weekday": "date | length == 10", "number": "number is not none"}
"""When a field is written, unless it is whenever there is a value."""


@dataclass(frozen=True)
class FirstLine:
    """How the first lines of a list are written: as `model` is, with dates as in an example."""

    model: Line
    date: str
    title: str = "title"  # what a template puts in the title's place
    underline: str = ""
    people: tuple[str, ...] = ()  # as the newest lines name them
    is_amid: bool = False  # no mark of Markdown can be at its beginning

    @property
    def names_only(self) -> bool:
        """Tell whether the line says neither what nor when; without people it has the title in their place."""
        return "people" in self.model.fields and not {*WHAT_AND_WHEN} & {*self.model.fields}

    @property
    def shown(self) -> frozenset[str]:
        """Return the fields that the line shows; the address too where the date or the title leads there."""
        leads = any(piece.url and piece.field in WHAT_AND_WHEN for piece in self.model.pieces)
        return frozenset([*self.model.fields, *(part.field for part in self.model.values), *(["url"] if leads else [])])


def observe_first_line(sections: Sequence[Section], *, is_titled: bool = False) -> tuple[FirstLine, list[Section]]:
    """Find the model for new first lines of a list, and return the sections whose lines are like it.

    With `is_titled`, what each is called stands elsewhere.
    Where no line can be taken apart, new ones will be plain: `date: title`.
    """
    lines = first_lines(sections, is_titled=is_titled)
    # What is crossed out is over or cancelled, and is no model of what is new.
    lines = [line for line in lines if "~~" not in split_lines(line.section.text)[0]] or lines
    if lines:
        model = _model(lines)
        alike = [line for line in lines if _skeleton(line).shape == _skeleton(model).shape]
    else:
        mark = split_mark(split_lines(sections[0].text)[0])[0]
        pieces = (Piece("", "date"), Piece(": "), Piece("", "title"))
        model, alike = Line(sections[0], mark, pieces), [Line(section, mark, ()) for section in sections]
    own = [line.section for line in alike]
    # Where the same few titles come back again and again, they are those of series. Two events are no habit.
    recurring = len({_NUMBER.sub("", one.title) for one in sections}) * 2 <= len(sections) and len(sections) >= HABIT
    recurring = recurring and "series" not in (one.field for one in model.values) and not _leads_to_title(model)
    date = date_example([(_date_with_weekday(line), line.section.date) for line in _newest(alike)], sections)
    if has_time(date) and "when" in model.fields:  # the times of older lines have a zone
        start, end = extent(model.pieces, next(at for at, one in enumerate(model.pieces) if one.field == "when"))
        model = model._replace(pieces=(*model.pieces[:start], *model.pieces[end:]))
    model = _apart(model)
    style = sections[0].style
    if style.kind == "atx":
        # The list may go on at another level, where its older entries are.
        model = model._replace(mark="#" * style.level + model.mark.lstrip("#"))
    return FirstLine(
        model,
        date,
        "(series or title)" if recurring else "title",
        "=-"[style.level - 1] if style.kind == "setext" else "",
        tuple(piece.text for line in _newest(alike) for piece in line.values if piece.field == "people"),
    ), own


def _apart(model: Line) -> Line:
    """Separate a title by more than a space from a value before it, where words that led to it are left out."""
    pieces = list(model.pieces)
    at = next((at for at, one in enumerate(pieces) if one.field == "title"), 0)
    if not model.whole and at > 1 and pieces[at - 1] == Piece(" ") and pieces[at - 2].field == "both":
        pieces[at - 1] = Piece(": ")
    return model._replace(pieces=tuple(pieces))


def with_title(first: FirstLine) -> FirstLine:
    """Add the title to the end of a line that does not show it."""
    if "title" in first.shown:
        return first
    return replace(first, model=first.model._replace(pieces=(*first.model.pieces, Piece(": "), Piece("", "title"))))


def _newest(lines: Sequence[Line]) -> list[Line]:
    """Return the newest lines of a list, in its order, as people may have written older ones in another way."""
    by_date = sorted(lines, key=lambda line: line.section.date.lstrip(UNKNOWN_YEAR), reverse=True)
    return [line for line in lines if line in by_date[:_MODELS]]


def _date_with_weekday(line: Line) -> str:
    return next((piece.text for piece in line.pieces if piece.field == "date"), date_of(line.section))


# ------------------------------------------------------------------------------- the model


def _skeleton(line: Line) -> Line:
    """Leave only date and title in a line."""
    pieces = list(line.pieces)
    for index in reversed(range(len(pieces))):
        if index < len(pieces) and pieces[index].field not in ("", *WHAT_AND_WHEN):
            start, end = extent(pieces, index)
            del pieces[start:end]
    return line._replace(pieces=tuple(pieces))


def _model(lines: Sequence[Line]) -> Line:
    """Choose the line that most are like: the newest of those that show most of what the list shows.

    Where a few of the newest lead to a title, the new one, which has a title, is like these.
    """
    led = [line for line in _newest(lines) if line.whole and _leads_to_title(line)]
    lines = led if len(led) >= HABIT else lines
    skeletons = Counter(_skeleton(line).shape for line in _newest(lines))
    alike = [line for line in lines if skeletons[_skeleton(line).shape] == max(skeletons.values())]
    often = Counter(field for line in lines for field in line.fields)
    least = min(max(2, len(lines) * OPTIONAL), len(lines))
    own = {field for field, count in often.items() if count >= least}
    return max(
        (line if own.issuperset(line.fields) else _skeleton(line) for line in alike),
        key=lambda line: (len(line.fields), line.section.date),
    )


def _leads_to_title(line: Line) -> bool:
    """Tell whether words lead from the date to a title behind it."""
    pieces = line.pieces
    return any(
        one.field == "title" and pieces[at].text.strip() == "on" and pieces[0].field in ("date", "both")
        for at, one in enumerate(pieces[1:])
    )


# ------------------------------------------------------------------------------- writing


def write_first_line(first: FirstLine, ending: str = "") -> str:
    """Write the line of a template that makes such first lines, without a line end; `ending` is added to its words."""
    model = first.model
    line = model.mark + "".join(_write_pieces(first, model.pieces)) + ending
    if first.underline:
        underline = f"{{% for _ in line %}}{first.underline}{{% endfor +%}}"
        return f"{{% set line %}}{line}{{% endset %}}\n{{{{ line }}}}\n{underline}"
    return line


def _write_pieces(first: FirstLine, pieces: Sequence[Piece], *, within: bool = False) -> Iterator[str]:
    """Write the pieces of a line; `within` are those of a link."""
    optional = {}
    for index, piece in enumerate(pieces):
        if piece.field not in ("", *WHAT_AND_WHEN) and not (piece.field == "people" and first.names_only):
            start, end = extent(pieces, index)
            if piece.label and _OR.match("".join(rest := _copied_behind(pieces, index))):
                end = index + max(at for at, text in enumerate(rest, 2) if LETTER.search(text))
            optional[start] = (end, _CONDITIONS.get(piece.field, piece.field))
    groups = dict(_bracketed(pieces, optional))
    closing = Counter[int]()
    for index, piece in enumerate(pieces):
        yield "{% endif %}" * closing[index]
        for end, condition in filter(None, (groups.get(index), optional.get(index))):
            closing[end] += 1
            yield f"{{% if {condition} %}}"
        yield _write_value(first, pieces, index, within=within) if piece.field else piece.text
    yield "{% endif %}" * closing[len(pieces)]


def _bracketed(
    pieces: Sequence[Piece], optional: Mapping[int, tuple[int, str]]
) -> Iterator[tuple[int, tuple[int, str]]]:
    """Give the brackets with several values that may all be absent: from where -> to where, and the condition."""
    opened = None
    for index, piece in enumerate(pieces):
        if piece.field == "" and _OPENED.search(piece.text):
            opened = index
        elif piece.field == "" and opened is not None and piece.text.lstrip().startswith((")", "]")):
            inside = [end for start, end in optional.items() if opened < start < index]
            fields = [one.field for one in pieces[opened:index] if one.field]
            if len(inside) == len(fields) > 1 and piece.text.strip() in (")", "]"):
                yield opened, (index + 1, " or ".join(condition for _, condition in inside))
            opened = None


def _copied_behind(pieces: Sequence[Piece], index: int) -> list[str]:
    return [piece.text for piece in takewhile(lambda one: not one.field, pieces[index + 1 :])]


def _write_value(first: FirstLine, pieces: Sequence[Piece], index: int, *, within: bool) -> str:
    mark, piece = first.model.mark, pieces[index]
    amid = bool(first.is_amid or index or piece.around[0] or mark.startswith("#"))
    date, leads_to = date_like(first.date, amid=amid and not piece.url), "link(url or recording)"
    match piece.field:
        case "both":
            words = "".join(_write_pieces(first, piece.parts, within=True))
            leads = "{% if url or recording %}"
            shown = f"{leads}[{{% endif %}}{words}{leads}]({{{{ (url or recording) | url }}}}){{% endif %}}"
        case "date":
            shown = f"{{{{ {date} | {leads_to} }}}}" if piece.url else f"{{{{ {date} }}}}"
        case "title":
            is_heading = bool(first.underline) or mark.startswith("#")
            ends = is_heading and index + 1 == len(pieces) and not within
            escaping = "heading" if ends else "text" if first.is_amid or index or is_heading else "item"
            is_led = piece.url and not any(one.url and one.field in ("both", "date") for one in pieces)
            shown = f"{{{{ {first.title} | {leads_to if is_led else escaping} }}}}"
        case "number":
            padded = f'"%0{len(piece.text)}d" | format(number)'
            shown = f"{{{{ {padded if piece.text.startswith('0') else 'number'} }}}}"
            shown += "" if piece.text.isdecimal() else _ORDINAL
        case "people" if within:
            shown = "{{ people | map(attribute='name') | join(', ') | text }}"
        case "people":
            shown = write_people(Column("", first.people, field="people"))
            if first.names_only:
                shown = f"{{% if people %}}{shown}{{% else %}}{{{{ title | item }}}}{{% endif %}}"
        case "links" if piece.label:
            label = piece.around[0].replace(piece.label, "{{ entry.label | text }}")
            link = f"{label}[{piece.text}]({{{{ entry.url | url }}}})"
            return f"{{% for entry in links %}}{link}{{% if not loop.last %}}, {{% endif %}}{{% endfor %}}"
        case "weekday":
            shown = f'{{{{ date | like("{piece.text}") }}}}'
        case _:
            shown = in_line(piece.field, link=piece.text if piece.is_address else "")
    return shown.join(piece.around)
