"""What follows an entry's first line, written by example: each field as the newest entry that shows it shows it.

Everything around a value is copied: its label, marks and line breaks, and the blank line before it. A field that no
entry shows is not written, as its label would be a foreign one; but every page can say that an event was cancelled.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import chain, takewhile

from almanac.dates import TIME, UNKNOWN_YEAR, find_date
from almanac.dateshapes import has_time, without_zoned_time
from almanac.event.people import NAMES
from almanac.labels import field_of
from almanac.page.columns import Column
from almanac.page.headings import LOWEST
from almanac.page.items import (
    ADDRESS,
    ADDRESSES,
    BULLETS,
    MARK,
    TAG,
    Entry,
    Item,
    named_items,
    shows_address,
)
from almanac.page.lines import cells, plain
from almanac.page.outline import Section
from almanac.page.pieces import WEEKDAY_BEFORE, unbalanced
from almanac.page.tables import (
    Table,
    date_example,
    date_like,
    in_line,
    observe_rows,
    status_in,
    was_on,
    write_links,
    write_people,
    write_row,
)
from almanac.patterns import regex

_LOOPS = {"people": "person in people", "agenda": "point in agenda", "links": "entry in links"}
"""The fields of several values, and what a loop goes through."""
_BREAK = regex(r"(?:(?<![ ])[ ]{2,}+|\\|<br[ ]?/?>)\Z")
_ATTRIBUTES = regex(r"\{:[^{}]*\}\Z")
_SPACES, _DASHES = regex(r"[ ]{2,}"), regex(r"-{3,}")
_UNSAFE = regex(r"\{[{%#]|[`\\]|<[^<>]*\Z")
_AROUND = ' \t*_"\u201c\u201d'
_TIME_AFTER = regex(rf"(?P<gap>,?[ ]\(?){TIME}", re.IGNORECASE)


@dataclass(frozen=True)
class Shown:
    """How a field is shown: what is around its value, or around each of its values.

    Of an address, `form` is the words of its link; `<>` or `=` where they are the address, `title`, or nothing for the
    name of its site. Of a date or of people it is an example.
    """

    field: str
    before: str
    after: str = ""
    head: str = ""  # the lines above
    label: str = ""
    form: str = ""
    each: bool = False  # each value has a line
    gap: bool = True  # a blank line comes before it
    when: str = ""  # what leads from a date to the times, or from people to a title; of a status, an example of dates
    table: Table | None = None  # the rows below a head
    column: Column | None = None  # of several links or people on a line

    @property
    def fields(self) -> set[str]:
        more = {"recording"} if self.column and self.column.recording_words else set()
        return {column.field for column in self.table.columns} if self.table else {self.field, *more}

    @property
    def mark(self) -> str:
        return mark[0] if (mark := MARK.match((self.head or self.before).lstrip())) else ""

    @property
    def level(self) -> int:
        """Return the level of a heading; anything else is below all of them."""
        return self.mark.count("#") or LOWEST


@dataclass(frozen=True)
class Details:
    """How the lines below a first line are written."""

    indent: str
    spaced: bool  # a blank line follows the first line
    mark: str = ""  # the bullet that all of them have
    heading: str = ""  # the mark of the heading with which they begin
    bullet: str = ""  # the mark of the bullet with which most of them begin
    shown: tuple[Shown, ...] = ()  # in the page's order
    empty: bool = False  # no entry has any


def observe_details(sections: Sequence[Section], alike: Sequence[Section], said: Collection[str]) -> Details:
    """Find for each field the newest entry that shows it, at first among those whose first lines are `alike`.

    `said` are the fields that the first lines show.
    """
    starts = {section.start for section in alike}
    models = sorted(sections, key=lambda one: (one.start in starts, one.date.lstrip(UNKNOWN_YEAR)), reverse=True)
    entries = named_items(models, said)
    is_bullet = sections[0].style.family == "bullet"
    if not entries or entries[0][0].section.start not in starts:
        return Details("    " if is_bullet else "", spaced=not is_bullet, empty=True)
    first = entries[0][0]
    spaced = first.gap
    # An entry's first item would have the blank line before it that the others of its kind have.
    gaps = {_kind(item): item.gap for items in reversed(entries) for item in reversed(items[1:])}
    for items in entries:
        items[0].gap = gaps.get(_kind(items[0]), not items[0].mark)
    indent = re.search(rf"^([ \t]*){re.escape(first.line)}", first.section.text, re.MULTILINE)
    mark = first.mark if all(item.is_bullet for item in entries[0]) else ""
    heading = first.mark if first.level < LOWEST else ""
    bullets = [items[0].mark for items in entries if items[0].is_bullet]
    bullet = bullets[0] if len(bullets) * 2 > len(entries) else ""
    return Details(indent[1] if indent and is_bullet else "", spaced, mark, heading, bullet, tuple(_models(entries)))


def _kind(item: Item) -> tuple[str, bool]:
    return item.mark, item.label is not None


def _models(entries: Sequence[Entry]) -> list[Shown]:
    """Take the newest entry's fields in its order, and those of older ones after what they follow there."""
    shown: list[Shown] = []
    for items in entries:
        place = 0
        above: list[Item] = []
        seen: set[str] = set()
        for item in items:
            known = [index for index, one in enumerate(shown, 1) if one.field == item.field]
            if item.field == "heading":
                above = [*(one for one in above if one.level < item.level), item]
            elif known:
                place = place if item.field in seen else known[0]
            elif item.field:
                headings = [_heading(one) for one in above if one.level < item.level and not _UNSAFE.search(one.line)]
                model = _table_model if item.field == "table" else _model
                added = [*(one for one in headings if one not in shown), model(item, entries)]
                shown[place:place] = added
                place += len(added)
                above = []
            seen.add(item.field)
    return shown


def _heading(item: Item) -> Shown:
    """Copy a heading that is above fields, or the mark of one that says the title again."""
    says_title = plain(item.value) in item.section.title
    return Shown("heading", item.mark, form="title") if says_title else Shown("heading", item.line)


def _model(item: Item, entries: Sequence[Entry]) -> Shown:
    """Describe how an item shows its field, with a look at the items alike."""
    alike = [one for one in chain.from_iterable(entries) if one.field == item.field]
    head, before, text = item.parts
    end = _BREAK.search(text)
    text, after = (text[: end.start()], end[0]) if end else (text.rstrip(), "")
    listed = bool(head) and MARK.match(before.lstrip()) is not None
    each = item.field in _LOOPS and (listed or not (item.label or len(ADDRESS.findall(text)) > 1))
    if item.field == "people" and each and not (head or item.mark or after):
        each = False  # lines of one paragraph would be read as one
    one = Shown(item.field, before, after, head, item.name, each=each, gap=item.gap)
    link = ADDRESS.search(text)
    if item.field == "date":
        return _date_model(one, item, alike)
    if link and item.field in ADDRESSES:
        return _address_model(one, item, link, alike)
    if link and item.field == "title":
        if item.label and NAMES.fullmatch(item.name):
            return replace(
                one, before=item.mark, label="", form="title", when=item.label["close"] + item.label["space"]
            )
        return replace(one, form="title")
    if item.has_lead:
        words = text.rstrip(".")
        one = replace(one, label="", form=plain(words), after=text[len(words) :] + after)
    elif item.field == "people":
        column = Column("", tuple(other.parts[2].rstrip(" \\") for other in alike), field="people")
        one = replace(one, form=plain(text), column=column)
    if item.label or item.field not in ("title", "people"):
        return one
    words = text.strip(_AROUND)
    opening, closing = text.split(words, 1)
    if unbalanced(f"{opening} {closing}"):  # they mark a part of the words
        mark = opening.strip()
        opening, closing = (opening, mark) if mark in words and not unbalanced(f"{mark} {mark}") else ("", "")
    stop = "." if item.field == "people" and words.endswith(".") else ""
    return replace(one, before=before + opening, after=stop + closing + after)


def _table_model(item: Item, entries: Sequence[Entry]) -> Shown:
    """Describe a table of what an event consists of, which has a row for a new event: its head is copied."""
    names = cells(item.line)
    tables = [one for one in chain.from_iterable(entries) if one.field == "table" and cells(one.line) == names]
    rows = [row for one in tables for row in one.rows]
    table = observe_rows(names, rows)
    # Other entries' words had other lengths.
    table = replace(table, widths=(0,) * len(table.widths))
    head = [_SPACES.sub(" ", item.line), _DASHES.sub("---", item.below[0][1])]
    return Shown("table", "", head="\n".join((*head, "")), gap=item.gap, table=table)


def _address_model(one: Shown, item: Item, link: re.Match[str], alike: Sequence[Item]) -> Shown:
    """Describe how an address is shown."""
    texts = [other.value for other in alike]
    forms = [_form(found, other) for other in alike if (found := ADDRESS.search(other.value))]
    form = _form(link, item)
    if form not in ("<>", "=", "title") and forms.count(form) * 2 <= len(forms):
        form = ""
    attributes = _ATTRIBUTES.search(link[0])
    end = link.end() - (len(attributes[0]) if attributes else 0)
    before = one.before + _copied(link.string[: link.start()], texts)
    after = _copied(link.string[end:], texts) + one.after
    if one.field == "links" and form not in ("<>", "="):
        # In `Slides: [here](...)` each link has a line, with what it is called as the label.
        if one.label and not one.head and form and not field_of(form):
            return replace(one, before=before, after=after, form=form, each=True)
        column = None if one.each else Column("", tuple(texts), field="links")
        # Behind a label that says what is linked, words that are none of a field and differ each time are a title.
        others = [other for other in forms if other != "title"]
        differ = len({*others}) == len(others) and not any(map(field_of, others))
        form = "title" if column and one.label and len(forms) > 1 and differ else ""
        return replace(one, before=before, after=after, form=form, column=column)
    return replace(one, before=before, after=after, form=form)


def _form(link: re.Match[str], item: Item) -> str:
    """Tell how a link shows its address."""
    if shows_address(link):
        return "<>" if link[4] else "="
    words, title = link[1] or link[3] or "", item.section.title.rpartition(": ")[2]
    if title and title in words and find_date(title) is None:
        return "title"
    name = words.partition(" (")[0]
    return "" if _UNSAFE.search(words) else name if field_of(name) else words


def _copied(text: str, texts: Sequence[str]) -> str:
    """Return what is beside a value if it can be copied: marks, or words that another entry has there too."""
    has_words = re.search(r"\w", TAG.sub("", _ATTRIBUTES.sub("", text)))
    is_own = has_words and sum(text in one for one in texts) == 1
    return "" if is_own or _UNSAFE.search(text) else text


def _date_model(one: Shown, item: Item, alike: Sequence[Item]) -> Shown:
    """Describe how a date is written, and what leads from it to a time."""
    before, words, _, after = _cut_at_date(item)
    cuts = [(_cut_at_date(other), other.section.date) for other in alike]
    others = [(cut[1], date) for cut, date in cuts]
    when = next((cut[2] for cut, _ in cuts if cut[2]), "")
    timed = has_time(words)
    example = date_example([date for date in others if has_time(date[0]) == timed], [one.section for one in alike])
    if timed and after.strip(" *_)"):
        after = f"{{% if starts %}}{after}{{% endif %}}"
    before = one.before + _copied(before, [other.value for other in alike])
    return replace(one, before=before, after=after + one.after, form=example, when=when)


def _cut_at_date(item: Item) -> tuple[str, str, str, str]:
    """Return what is before a date, the date with its weekday, what leads from it to a time, and the marks after it."""
    before, date, rest = item.value.partition(item.date)
    weekday = WEEKDAY_BEFORE.search(before)
    start = weekday.start() if weekday else len(before)
    words, gap = without_zoned_time(before[start:] + date)
    time = _TIME_AFTER.match(rest)
    before = before[:start]
    emphasis = before[len(before.rstrip("*_")) :]
    closing = emphasis if re.search(r"\w", rest) or _UNSAFE.search(rest) else rest.rstrip(" \\")
    return before, words, gap or (time["gap"] if time else ""), closing


# ------------------------------------------------------------------------------- writing


def write_details(
    details: Details,
    said: Collection[str],
    date: str = "November 8th, 2021",
    language: str = "en",
    *,
    recurring: bool = False,
) -> str:
    """Write the part of a template below the first line, from its end on; `said` are the fields that it shows.

    `date` is the example by which dates are written, `language` that in which a status is.
    Where titles are `recurring`, the first line shows the series in the place of the title, if there is one.
    """
    completed = _completed(details, said, recurring=recurring)
    shown = _apart([replace(one, when=date) if one.field == "status" else one for one in completed], details)
    written = ["\n"]
    if details.indent and not (details.spaced or shown[0].mark):
        # What goes on in a bullet's own paragraph begins a line of it.
        written = [f"{{% if {' or '.join(_condition(one, shown, said) for one in shown)} %}}  {{% endif %}}\n\n"]
    for index, one in enumerate(shown):
        run = [one, *takewhile(lambda other: not other.gap, shown[index + 1 :])]
        conditions = [_condition(other, shown, said) for other in run]
        if one.gap and len(run) > 1:
            written.append(f"{{% if {' or '.join(conditions)} %}}\n\n{{% endif %}}\n")
        gap = "\n" if one.gap and len(run) == 1 else ""
        written.append(f"{{% if {conditions[0]} %}}\n{gap}{_lines(one, details.indent, language)}{{% endif %}}\n")
    return "".join(written)


def _completed(details: Details, said: Collection[str], *, recurring: bool) -> list[Shown]:
    """Add to a page's fields what every entry has: a status, a title, and a description if there are other lines."""
    # The address is not written again: the first line leads there.
    omitted = {"url", *([] if recurring else ["title"])} & {*said}
    omitted |= {"recording"} & {field for one in details.shown if one.column for field in one.fields}
    shown = [one for one in details.shown if one.field not in omitted]
    fields = {field for one in shown for field in one.fields}
    loose = not details.mark or any(one.gap for one in shown)
    if "title" not in fields | omitted:
        mark = details.mark or details.heading or details.bullet
        shown.insert(0, Shown("title", mark or "**", "" if mark else "**", gap=loose))
    are_talks = any(one.field == "title" and one.form and one.when for one in shown)  # a line each, without more
    if "description" not in fields and not (details.empty or are_talks):
        last = ("agenda", "links", "recording", "heading")
        before = [at for at, one in enumerate(shown) if one.field in last and (details.mark or one.level < LOWEST)]
        shown.insert([*before, len(shown)][0], Shown("description", details.mark, gap=loose))
    if "status" not in fields:
        # A date below the first line has to stay next to it.
        dated = next((at for at, one in enumerate(shown, 1) if one.field == "date"), 0)
        if not dated:
            shown[:1] = [replace(one, gap=loose and details.spaced) for one in shown[:1]]
        mark = shown[dated - 1].mark if dated else details.mark
        end = "**" if mark or details.spaced else "**  "
        gap = loose and (not dated or all(one.gap for one in shown[dated : dated + 1]))
        shown.insert(dated, Shown("status", f"{mark}**", end, form="capitalize | ", gap=gap))
    return shown


def _apart(shown: Sequence[Shown], details: Details) -> list[Shown]:
    """Put a blank line or a line break before what would go on with the line above, and the first one where it is."""
    line_break = next((one.after for one in shown if one.label and _BREAK.fullmatch(one.after)), "")
    result: list[Shown] = []
    for one in shown:
        gap = one.gap if result else details.spaced
        if result and result[-1].field == "description" and one.mark.startswith(BULLETS):
            # A list at the end of a description would go on with the bullets below, so it is a part of one.
            result[-1] = replace(result[-1], form=one.mark)
        if result and not gap:
            above = result[-1]
            ends_open = above.each or above.field == "description"
            gap = ends_open and not one.mark
            if not above.mark and not above.after:
                result[-1] = replace(above, after=line_break)
        result.append(replace(one, gap=gap))
    return result


def _condition(one: Shown, shown: Sequence[Shown], said: Collection[str]) -> str:
    """Write when a field is shown: if it has a value, and its address is not on the page already."""
    match one.field:
        case "heading":
            below = takewhile(lambda other: other.level > one.level, shown[shown.index(one) + 1 :])
            return " or ".join(_condition(other, shown, said) for other in below)
        case "table":
            told = sorted(one.fields & {"people", "links", "recording", "agenda"}) if "title" in said else []
            return " or ".join(told) or "title"
        case "status":
            return "(status and status != 'scheduled')"
        case "title":  # which may be in the people's place
            return "series" if "title" in said else "people" if "people" in said and "date" not in said else "title"
        case "url" | "recording":
            conditions = [one.field, *(["url"] if "url" in said else [])]
            if any(other.field == "links" for other in shown):
                conditions.append(f"{one.field} not in links | map(attribute='url') | list")
            return f"({' and '.join(conditions)})"
    return "(links or recording)" if one.column and "recording" in one.fields else one.field


def _lines(one: Shown, indent: str, language: str) -> str:
    """Write the lines of a field."""
    label = {"people": f'(people_label or "{one.label}")', "links": "entry.label" if one.each else ""}.get(one.field)
    own_line = one.head or one.before
    if label and one.label and not (one.head and one.field == "links"):
        own_line = own_line.replace(one.label, f"{{{{ {label} | item }}}}", 1)
    head, before = (own_line, one.before) if one.head else ("", own_line)
    head = "".join(f"{indent}{line}\n" if line else "\n" for line in head.split("\n")[:-1])
    if one.table:
        return f"{head}{indent}{write_row(one.table)}"
    if one.field == "description":
        return head + _description(one, indent)
    # Jinja2 drops the line end after a tag.
    line = f"{indent}{before}{_value(one, language)}{one.after}"
    line += "\n\n" if line.endswith("%}") else "\n"
    return head + (f"{{% for {_LOOPS[one.field]} %}}\n{line}{{% endfor %}}\n" if one.each else line)


def _value(one: Shown, language: str) -> str:
    """Write the value of a field, or one of its values."""
    escaping = "text" if one.label and not one.head else "heading" if one.level < LOWEST else "item"
    value = f"{{{{ {one.field} | {escaping} }}}}"
    match one.field:
        case "heading":
            value = "{{ title | heading }}" if one.form else ""
        case "date":
            closing = ")" if one.when.endswith("(") else ""
            when = f"{{% if when %}}{one.when}{{{{ when | text }}}}{closing}{{% endif %}}" if one.when else ""
            value = f"{{{{ {date_like(one.form, amid=_is_amid(one.before))} }}}}{when}"
        case "status":
            value = f"{{{{ {status_in(language)} | {one.form}text }}}}{was_on(one.when, language, ' (', ')')}"
        case "title" if one.form:
            names = write_people(Column("", (), field="people"))
            people = f"{{% if people %}}{names}{one.when}{{% endif %}}" if one.when else ""
            value = f"{people}{{{{ title | link(url or recording) }}}}"
        case "url" | "recording":
            value = _link(one.field, one.form)
        case "people":
            # Where only names stand on a line, there is room for affiliations.
            value = (
                _person(one) if one.each else write_people(one.column or Column("", (one.form,), field="people"), "()")
            )
        case "links" if one.each:
            value = _link("entry.url", one.form) if one.form else "{{ entry.label | link(entry.url) }}"
        case "agenda" if one.each:
            value = "{{ point | inline }}"
        case "links" | "agenda":
            value = _titled(write_links(one.column), one) if one.column else in_line(one.field)
    return value


def _titled(links: str, one: Shown) -> str:
    """Let the title be the words of links where the label above says what these are."""
    words = f'(title if entry.label | lower == "{one.label.lower()}" else entry.label)'
    return links.replace("entry.label", words) if one.form else links


def _is_amid(before: str) -> bool:
    """Tell whether what comes after some text cannot begin a list."""
    mark = MARK.match(start := before.lstrip())
    return start.startswith("#") or len(start) > (mark.end() if mark else 0)


def _link(address: str, form: str) -> str:
    url = f"{{{{ {address} | url }}}}"
    written = {
        "<>": f"<{url}>",
        "=": f"[{url}]({url})",
        "title": f"{{{{ title | link({address}) }}}}",
        "": f"{{{{ {address} | host | link({address}) }}}}",
    }
    return written.get(form, f"[{form}]({url})")


def _person(one: Shown) -> str:
    """Write one of several people as the model does: the affiliation in brackets, or after a comma."""
    opening, closing = (" (", ")") if "(" in one.form.strip("()") else (", ", "")
    # What ends a heading must not be read as its closing marks.
    ends, link = ("heading", " if person.url else person.name | heading") if one.level < LOWEST else ("text", "")
    affiliation = f"{{% if person.affiliation %}}{opening}{{{{ person.affiliation | {ends} }}}}{closing}{{% endif %}}"
    return f"{{{{ person.name | link(person.url){link} }}}}{affiliation}"


def _description(one: Shown, indent: str) -> str:
    """Write paragraphs, each as an item of its own if it has a mark, or all in the line of a label with a mark."""
    is_inline = one.label and not one.head
    if is_inline and one.mark:
        return f"{indent}{one.before}{in_line('description')}{one.after}\n\n"
    is_bullet = one.mark.startswith(BULLETS)
    before = f"{indent}{one.before}"
    if one.form and not is_bullet:
        start = f"{{% if paragraph.bullets or paragraph.is_bullet %}}{one.form}{{% endif %}}"
        return (
            f"{{% for paragraph in description | blocks %}}\n{{% if not loop.first %}}\n\n{{% endif %}}\n"
            f"{indent if is_inline else before}{start}{{{{ paragraph.text }}}}\n"
            f"{{% for bullet in paragraph.bullets %}}\n{indent}    * {{{{ bullet }}}}\n{{% endfor %}}\n{{% endfor %}}\n"
        )
    quote = before if before.strip() == ">" else indent
    marks = [indent if is_inline else before, f"{indent}    * " if is_bullet else f"{quote}- "]
    more = f", {_quoted(before)}" if is_inline else ", tight=true" if is_bullet and not one.gap else ""
    return f"{{{{ description | markdown({', '.join(map(_quoted, marks))}{more}) }}}}\n"


def _quoted(words: str) -> str:
    return '"' + words.replace("\\", "\\\\").replace('"', '\\"') + '"'
