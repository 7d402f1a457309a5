"""The part of a section template below the first line.

A section template for a page that is not in the house style: new events in the page's own shape.

Which template a page needs, tried on the page before anybody gets it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from almanac.dates import MODEL, UNKNOWN_YEAR
from almanac.errors import UserError
from almanac.event.model import Event, Link, Person
from almanac.page.insert import fitted, put
from almanac.page.outline import Page, Section, longest, outline
from almanac.page.style import (
    ALL_LINKS,
    CHANGED,
    PROSE,
    Body,
    Labelled,
    Manner,
    Seen,
    Start,
    address,
    body_of,
    date_words,
    example_for,
    field_of,
    inline_people,
    mark_of,
    most_common,
)
from almanac.page.tables import table_of, write_row
from almanac.page.template import section_renderer

_ORDER = (
    *("title", "status", "series", "when", "location", "url", "people", "description", "agenda", "recording", "links"),
)
_NAMES = {
    "title": "Topic",
    "status": "Status",
    "series": "Series",
    "when": "When",
    "location": "Location",
    "url": "Register",
    "agenda": "Agenda",
    "recording": "Recording",
    "links": "Links",
}
_PERSON = "{{ person.name | link(person.url) }}{% if person.affiliation %}, {{ person.affiliation | text }}{% endif %}"


def write_body(body: Body, start: Start, title: str) -> Iterator[str]:
    """Write the part of a template below the first line, block by block.

    Args:
        body: How the page writes it.
        start: How it writes the first line.
        title: What that names: `title`, or `(series or title)`.
    """
    shown = {one.field: one for one in body.fields}
    order = _order(body, start, title, shown)
    ones = [shown.get(field) or Labelled(field, _NAMES.get(field, "")) for field in order]
    spaced, open_group = body.spaced, False
    for index, one in enumerate(ones):
        labelled = _in_group(body, one, shown)
        if labelled and not body.loose and not open_group and spaced:
            # One blank line parts a run of lines from what stands above.
            group = takewhile(lambda other: _in_group(body, other, shown), ones[index:])
            yield f"{{% if {' or '.join(_condition(other.field) for other in group)} %}}\n\n{{% endif %}}\n"
        open_group = labelled
        if one.field == "description" and one.field not in shown:
            yield _description(body)
        elif one.field == "title" and one.field not in shown:
            yield _unlabelled_title(body, start)
        else:
            apart = body.loose or not labelled
            yield _labelled(body, one, "\n" if apart else "", start)
            spaced = spaced or apart


def _in_group(body: Body, one: Labelled, shown: dict[str, Labelled]) -> bool:
    """Tell whether a field is a line, or a bullet with its own below, that may follow another without a blank line."""
    if one.field in ("description", "title"):
        return one.field in shown
    return bool(body.manner.mark) or not _is_list(body, one)


def _condition(field: str) -> str:
    return "status and status != 'scheduled'" if field == "status" else field


def _order(body: Body, start: Start, title: str, shown: dict[str, Labelled]) -> list[str]:
    """Return the fields in the page's order; those that it does not show follow as in the house style."""
    wanted = [field for field in _ORDER if _wanted(field, start, title, shown)]
    order = [one.field for one in body.fields if one.field in wanted]
    for index, field in enumerate(wanted):
        if field not in order:
            before = [other for other in wanted[:index] if other in order]
            order.insert(order.index(before[-1]) + 1 if before else 0, field)
    last: list[str] = []
    if not body.manner.mark and not body.loose:
        # A line right behind a list's last bullet would be a part of it.
        last = [field for field in order if field not in shown and _is_list(body, Labelled(field, ""))]
    if "description" in order and "description" not in shown and (body.prose == "paragraph" or not body.manner.mark):
        last.append("description")
    return [field for field in order if field not in last] + last


def _wanted(field: str, start: Start, title: str, shown: dict[str, Labelled]) -> bool:
    if field == field_of(start.more) or (field == "people" and start.by and field not in shown):
        return False
    if field == "title":
        return not start.titled or title != "title"
    return field != "series" or (field in shown and title == "title")


def _description(body: Body) -> str:
    gap = "" if body.prose == "bullet" and not body.loose else "\n"
    prose = "- " if body.prose == "bullet" and not body.manner.mark else body.manner.mark
    mark = prose if body.prose == "bullet" else ""
    first = "{% if loop.first %}\n\n{% endif %}\n" * bool(gap)
    return (
        f"{{% for paragraph in description | blocks %}}\n{gap}"
        f"{body.indent}{mark}{{{{ paragraph.text }}}}\n"
        f"{{% for bullet in paragraph.bullets %}}\n{first}"
        f"{body.indent}{body.item if mark else '- '}{{{{ bullet }}}}\n"
        "{% endfor %}\n{% endfor %}\n"
    )


def _unlabelled_title(body: Body, start: Start) -> str:
    opening, closing = ("**", "**") if start.titled or body.empty else body.title
    gap = "\n" if body.spaced else ""
    condition = "series" if start.titled else "title"
    how = "heading" if opening.startswith("#") else "item"
    return f"{{% if {condition} %}}\n{gap}{body.indent}{opening}{{{{ title | {how} }}}}{closing}\n{{% endif %}}\n"


def _labelled(body: Body, one: Labelled, gap: str, start: Start) -> str:
    indent, manner = body.indent, body.manner
    condition = "series" if one.field == "title" and start.titled else _condition(one.field)
    if _is_list(body, one):
        return f"{{% if {condition} %}}\n{gap}{_list(body, one)}{{% endif %}}\n"
    value = _value(one, manner)
    # Jinja2 drops the line end behind a tag.
    line = manner.line(_label(one), value)
    return f"{{% if {condition} %}}\n{gap}{indent}{line}\n{'' if not line.endswith('%}') else chr(10)}{{% endif %}}\n"


def _is_list(body: Body, one: Labelled) -> bool:
    if one.field not in ("people", "agenda", "links"):
        return False
    known = any(other.field == one.field for other in body.fields)
    return one.nested or (not known and one.field != "people") or (not known and not body.fields)


def _label(one: Labelled) -> str:
    if one.field != "people":
        return one.label
    return f'{{{{ (people_label or "{one.label or "Guests"}") | item }}}}'


def _list(body: Body, one: Labelled) -> str:
    head = f"{body.indent}{body.manner.head(_label(one))}\n"
    # Below a paragraph a list needs a blank line, below a bullet it does not.
    head += "" if body.manner.mark else "\n"
    item = body.indent + (body.item if body.manner.mark else body.item.lstrip())
    loop = {
        "people": f"{{% for person in people %}}\n{item}{_PERSON}\n\n{{% endfor %}}\n",
        "agenda": f"{{% for point in agenda %}}\n{item}{{{{ point | item }}}}\n{{% endfor %}}\n",
        "links": f"{{% for entry in links %}}\n{item}{{{{ entry.label | link(entry.url) }}}}\n{{% endfor %}}\n",
    }
    return head + loop[one.field]


def _value(one: Labelled, manner: Manner) -> str:
    match one.field:
        case "url" | "recording":
            return address(one.field, one.link)
        case "people":
            return inline_people(affiliations=True)
        case "links":
            return ALL_LINKS
        case "agenda":
            return "{{ agenda | join('; ') | text }}"
        case "description":
            return PROSE
    return f"{{{{ {one.field} | {'text' if manner.space else 'item'} }}}}"


def write_template(page: Page, sections: Sequence[Section]) -> Iterator[str]:
    """Write templates for a list of sections, the one most like them first; the caller tries them.

    Args:
        page: The page.
        sections: One of its lists: all of one style.
    """
    if sections[0].style.family == "row":
        yield write_row(table_of(page, sections), sections)
    else:
        yield from _lines(sections)


def _lines(sections: Sequence[Section]) -> Iterator[str]:
    bullets = sections[0].style.family == "bullet"
    seen = most_common(sections)
    if not seen:
        plain = Start(mark_of(sections[0]), ": ")
        seen = [Seen(plain, date_words(section), section) for section in sections]
    example = example_for([one.words for one in seen], sections)
    start = seen[0].start
    body = body_of([one.section for one in seen])
    if bullets and body.empty and not start.titled:
        start = replace(start, titled=True, middle=": ", tail="")
    line = _start_line(start, example, _words(sections), sections[0])
    if bullets and body.empty:
        yield line + CHANGED + "\n"
    else:
        # Jinja2 drops the line end behind a tag.
        yield line + "\n" * (1 + line.endswith("%}")) + "".join(write_body(body, start, _words(sections)))
    yield line + "\n"


def _words(sections: Sequence[Section]) -> str:
    """Return what first lines name: the series where the same few titles come back again and again."""
    titles = {section.title for section in sections}
    return "(series or title)" if len(titles) * 2 <= len(sections) and len(sections) > 2 else "title"  # noqa: PLR2004  # two are no habit


def _start_line(start: Start, example: str, title: str, section: Section) -> str:
    date = f'{{{{ date | like("{example}") }}}}'
    address = "url or recording"
    if start.linked == "date":
        date = f'{{{{ date | like("{example}") | link({address}) }}}}'
    if not start.titled:
        line = f"{start.lead}{date}{start.tail}"
    elif start.linked == "all":
        line = f'{start.lead}{{{{ (date | like("{example}") ~ "{start.middle}" ~ {title}) | link({address}) }}}}'
    else:
        ends = start.date_first and not start.tail and section.style.family == "heading"
        how = f"link({address})" if start.linked == "title" else "heading" if ends else "text"
        words = f"{{{{ {title} | {how} }}}}"
        first, second = (date, words) if start.date_first else (words, date)
        line = f"{start.lead}{first}{start.middle}{second}{start.tail}"
    if start.by:
        line += f"{{% if people %}}{start.by}{inline_people(affiliations=False)}{{% endif %}}"
    if start.more:
        line += _more(start)
    if section.style.kind == "setext":
        mark = section.text.split("\n")[1][:1] if "\n" in section.text else "-"
        return f'{{% set line %}}{line}{{% endset %}}\n{{{{ line }}}}\n{{{{ ("{mark}" * (line | length)) | text }}}}'
    return line


def _more(start: Start) -> str:
    """Write one more link at the end of the line, as `([video](https://...))`."""
    field = field_of(start.more)
    if field not in ("recording", "url"):
        return ""
    before, after = start.more_around
    return f"{{% if {field} %}}{before}[{start.more}]({{{{ {field} | url }}}}){after}{{% endif %}}"


DOCS = "https://github.com/almanac-events/almanac/blob/main/docs/templates.md"
_INTRODUCTION = f"""\
{{# One event's part of the page, in the shape that the page has. Change it as you like; what it can use is described in
   {DOCS}
   What it does not name stays in the event's record, and is not on the page. -#}}
"""
_MORE = {
    "series": "Samples",
    "when": "9am ET, 3pm CET",
    "location": "Room 1",
    "url": "https://example.org/register",
    "people": (Person(name="Ada", url="https://example.org/ada", affiliation="Engines"), Person(name="Grace")),
    "description": "A paragraph.\n\nAnother one:\n- a point\n- another point",
    "agenda": ("Welcome", "Goodbye"),
    "links": (Link(label="Slides", url="https://example.org/slides"),),
    "recording": "https://example.org/recording",
}


@dataclass(frozen=True)
class Imitation:
    """How a page writes its events.

    Attributes:
        family: `heading`, `bullet` or `row`.
        template: The template that writes new ones alike; None where the house style is the page's own, or where no
            template was found that does.
        proven: Whether new entries were seen to land in the page's own shape.
    """

    family: str
    template: str | None
    proven: bool


def imitate(page: Page, house: Sequence[bool]) -> Imitation:
    """Find the template that a page needs.

    Each candidate is tried: a sample event is put onto the page, which has to have one entry more, of the same kind and
    of the right day, and every other entry as it was.

    Args:
        page: A page with events.
        house: Of each of its sections, whether the house style writes it.
    """
    sections = longest(page.groups)
    of_house = {section.start for section, is_house in zip(page.sections, house, strict=True) if is_house}
    family = sections[0].style.family
    if sum(section.start in of_house for section in sections) * 2 >= len(sections):
        return Imitation(family, None, proven=True)
    for source in write_template(page, sections):
        if all(_suits(page, event, source) for event in samples(sections)):
            return Imitation(family, _INTRODUCTION + source, proven=True)
    return Imitation(family, None, proven=False)


def samples(sections: Sequence[Section]) -> tuple[Event, Event]:
    """Make two events of the day of a list's newest entry: one with a title alone, one with everything."""
    days = [section.date for section in sections if not section.date.startswith(UNKNOWN_YEAR)]
    newest = max(days, default=MODEL)
    date = newest + MODEL[len(newest) :]
    bare = Event(id=f"{date}-sample", title="A sample", date=date)
    return bare, bare.model_copy(update=_MORE)


def lands(page: Page, event: Event, section: str) -> bool:
    """Tell whether a new event's section, put onto a page, is found there again as what it is, and nothing else moves.

    Args:
        page: A page with events.
        event: The new event.
        section: What a template writes for it.
    """
    after = outline(put(page.text, event, section, previous=None, order=None))
    before = [one.text for one in page.sections]
    now = list(after.sections)
    new = next((one for one, old in zip(now, [*before, None], strict=False) if one.text != old), None)
    if new is None:
        return False
    now.remove(new)
    model = longest(page.groups)[0].style
    whole = new.text == fitted(event, section, page.newline)
    same_kind = (new.style.family, new.style.level) == (model.family, model.level)
    return whole and same_kind and event.date.startswith(new.date) and [one.text for one in now] == before


def _suits(page: Page, event: Event, source: str) -> bool:
    try:
        return lands(page, event, section_renderer(source)(event))
    except UserError:
        return False
