"""The part of a section template below the first line."""

from collections.abc import Iterator
from itertools import takewhile

from bot.pages.shape.bodies import Body, Labelled, Manner
from bot.pages.shape.starts import Start
from bot.pages.shape.values import ALL_LINKS, PROSE, address, inline_people
from bot.pages.shape.words import field_of

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
