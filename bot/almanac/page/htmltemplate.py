"""Entries that are HTML, by example: a template that writes a new one as the newest are.

The newest entry is copied, and what it says is replaced: the words of each place, the day and the id in attributes.
What only that event has, such as its picture, is left out, and so is what surrounds a value that is absent.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from almanac.dates import UNKNOWN_YEAR, find_date
from almanac.labels import field_of
from almanac.page.columns import Column
from almanac.page.entries import Style
from almanac.page.firstline import FirstLine, observe_first_line, with_title, write_first_line
from almanac.page.htmlentries import heads_above
from almanac.page.lines import plain
from almanac.page.markup import MARKS, Markup, Place, Run, is_one_line, observe_markup
from almanac.page.outline import Page, Section
from almanac.page.pieces import with_weekday
from almanac.page.tables import Question, Table, changed, date_example, write_cell
from almanac.page.tags import HtmlElement, Tag, elements_in, without_comments
from almanac.page.template import LINK_ATTRIBUTES
from almanac.patterns import regex
from almanac.phrases import say

_NEWEST = 12
_RARE, _USUAL = 0.2, 0.5
_IS_MARKDOWN = regex(r"\| (?:link\(|inline|blocks|markdown)|\]\(|\*|<|paragraph\.text")
_LIQUID = regex(r"\{[{%#]")
_LINK_ATTRIBUTES = ("class", "rel", "target")
_STAY = frozenset(("class", "style", "role", "colspan", "rowspan", "align", "valign", "width"))
_ADDRESSES = frozenset(("href", "src", "srcset", "poster", "data"))
_BEHIND_DATE = ": "
_ISO_DAY = regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NEVER_LEFT_OUT = frozenset(("td", "th", "li", "tr", "dt"))
_MOST_ELEMENTS = 400
_LONGEST = 150  # characters of a title
_BREAK = regex(r"<br[ ]?/?>", re.IGNORECASE)
_BREAK_AT_START = regex(r"\s*+<br[ ]?/?>\s*", re.IGNORECASE)
_EMPHASIZED = regex(
    r"<(?P<name>i|em|b|strong|u)>\s*+(?P<words>[^<>\s](?:[^<>]*[^<>\s])?)\s*+</(?P=name)>", re.IGNORECASE
)
_COMMENTS = regex(r"^[ \t]*<!--(?:(?!-->)[\s\S])*+-->[ \t]*\n|<!--(?:(?!-->)[\s\S])*+(?:-->|\Z)", re.MULTILINE)


def html_markup(page: Page, sections: Sequence[Section]) -> Markup:
    """Find what a list's entries have in common, given the head above the newest, if they are rows of a table."""
    newest = max(sections, key=lambda one: one.date.lstrip(UNKNOWN_YEAR))
    heads = heads_above(page.lines.texts, newest.line - 1)
    return observe_markup([one.text for one in sections], heads, page.lines.habits)


@dataclass(frozen=True)
class HtmlLines:
    """Runs of one place that say several things, as bullets: index of the entry -> bullet.

    A run without a date has `words` before it that are none of its own, and say the entry's date. With `is_titled`,
    another place says what each is called.
    """

    place: Place
    bullets: dict[int, Section]
    is_dated: bool
    is_titled: bool


def html_lines(markup: Markup, sections: Sequence[Section]) -> HtmlLines | None:
    """Return the runs in which the date stands among other words, or else what may be more than titles."""
    place = markup.date_place if markup.is_line else markup.place_of("title")
    column = markup.columns.get(place) if place else None
    is_alone = place is not None and column is not None and (column.name == "" or is_one_line(place))
    if place is None or column is None or not (markup.is_line or is_alone):
        return None
    bullets = {}
    for index, (one, entry) in enumerate(zip(sections, markup.entries, strict=True)):
        if place in entry:
            text = markup.value(entry[place])
            text = text if markup.is_line else f"{one.words}{_BEHIND_DATE}{text}"
            bullets[index] = one._replace(text=f"- {text}", style=Style("bullet"), date_line=0)
    is_titled = markup.is_line and markup.place_of("title") is not None
    return HtmlLines(place, bullets, is_dated=markup.is_line, is_titled=is_titled)


def html_questions(page: Page) -> tuple[Question, ...]:
    """Return the questions for what most elements of the list that is alive say, called by a label or a table's head.

    Each is what no field fills. The newest element that has an answer gives the example.
    """
    sections = [one for one in page.alive_list if one.style.family == "html"]
    markup = html_markup(page, sections) if sections else None
    newest = sorted(range(len(sections)), key=lambda at: sections[at].date.lstrip(UNKNOWN_YEAR), reverse=True)
    asked: dict[str, Question] = {}
    for column in markup.questions.values() if markup else ():
        example = next(answer for at in newest if (answer := plain(column.cells[at])))
        purpose = say("For “{name}” on the page.", name=column.name)
        asked.setdefault(column.question, Question(column.question, column.name, example, purpose))
    return tuple(asked.values())


def write_html(page: Page, sections: Sequence[Section], language: str = "en") -> str:
    """Write a template for one of a page's lists of HTML; a status is written in the words of a language."""
    writer = _Writer(page, sections, language)
    return writer.written() if writer.is_short else ""


@dataclass(frozen=True)
class _Edit:
    """What is put in the place of a part of the model; a part that is around others stays, between two texts."""

    start: int
    end: int
    before: str
    after: str | None = None  # None where what is there goes


class _Writer:
    def __init__(self, page: Page, sections: Sequence[Section], language: str) -> None:
        self._language = language
        self._sections, self._markup = sections, html_markup(page, sections)
        ranked = sorted(range(len(sections)), key=lambda at: sections[at].date.lstrip(UNKNOWN_YEAR), reverse=True)
        self._newest = ranked[:_NEWEST]
        self._model = max(self._newest, key=self._fitness)
        self._text = sections[self._model].text.replace("\r\n", "\n").replace("\r", "\n") + "\n"
        self._runs = self._markup.entries[self._model]
        masked = "\n".join(map(without_comments, self._text.split("\n")))
        self._root, self._elements, self._texts = elements_in(masked)
        self._prose: set[Place] = set()
        self._values = dict(self._written_values())

    @property
    def is_short(self) -> bool:
        """Tell whether the model is an entry, and no page of its own."""
        return len(self._elements) <= _MOST_ELEMENTS

    def _fitness(self, at: int) -> tuple[object, ...]:
        """Tell how good a model an entry is: it shows what most show, and little else, is closed, and is new."""
        entries, text = self._markup.entries, self._sections[at].text
        often = Counter(place for entry in entries for place in entry)
        shares = [often[place] / len(entries) for place in entries[at]]
        tag = elements_in(text)[1][0].name
        usual = sum(share >= _USUAL for share in shares) - sum(share < _RARE for share in shares)
        return f"</{tag}" in text.lower(), usual, self._sections[at].date.lstrip(UNKNOWN_YEAR)

    # --------------------------------------------------------------------------- what stands in each place

    def _written_values(self) -> Iterator[tuple[Place, tuple[str, str]]]:
        """Give for each place of the model what a template writes there, and when there is something."""
        lines = html_lines(self._markup, self._sections)
        first = self._first_line(lines) if lines else None
        columns = {at: one for at, one in self._markup.columns.items() if one}
        if lines and first:
            del columns[lines.place]
            yield lines.place, (write_first_line(first, changed(first.date, self._language)).removeprefix("- "), "")
        shown = first.shown if first else frozenset[str]()
        if "title" in shown:  # what is described stands in for a title only where there is none
            columns = {at: _as_named(one) for at, one in columns.items()}
        columns = {at: one for at, one in columns.items() if one.field not in shown - {"date"}}
        elsewhere = [Column("", (), field=field) for field in shown]  # where no column has to stand in for a title
        date = self._date() if any(one.field in ("date", "both") for one in columns.values()) else ""
        table = Table((*columns.values(), *elsewhere), (), (), date, (True, True), short=False, nothing="")
        table = replace(table, language=self._language)
        for at, column in columns.items():
            if column.field == "title" and _is_prose(column):
                self._prose.add(at)
                yield at, (f"**{{{{ title | text }}}}**{changed(table.date, self._language)}", "")
            elif column.field != "extra" or column is table.names or at in self._markup.questions:
                yield at, write_cell(table, column)

    def _first_line(self, lines: HtmlLines) -> FirstLine | None:
        """Describe how such runs are written; None if they only say the title."""
        first = replace(
            observe_first_line([*lines.bullets.values()], is_titled=lines.is_titled)[0], title="title", is_amid=True
        )
        if lines.is_dated:
            return first if lines.is_titled else with_title(first)
        pieces = first.model.pieces
        begins = [piece.field or piece.text for piece in pieces[:2]] == ["date", _BEHIND_DATE]
        if not begins or "title" not in first.shown or first.shown <= {"date", "title", "url"}:
            return None
        return replace(first, model=first.model._replace(pieces=pieces[2:]))

    def _date(self) -> str:
        """Return the example by which dates are written."""
        place, habits = self._markup.date_place, self._markup.habits
        cells = [
            (plain(self._markup.value(entry[place])), self._sections[at].date)
            for at in self._newest
            if place in (entry := self._markup.entries[at])
        ]
        found = [(words, one.words, date) for words, date in cells if (one := find_date(words, None, habits))]
        dates = [(with_weekday(words, own) if own in words else own, date) for words, own, date in found]
        return date_example(dates, self._sections)

    # --------------------------------------------------------------------------- the model, edited

    def written(self) -> str:
        """Write the template."""
        edits = [*self._value_edits(), *self._attribute_edits()]
        gone = [one for one in edits if one.after is None and not one.before]
        parts: list[tuple[int, int, str]] = []
        for one in edits:
            if any(other is not one and other.start <= one.start and one.end <= other.end for other in gone):
                continue
            if one.after is None:
                parts.append((one.start, one.end, one.before))
            else:
                parts += [(one.start, one.start, one.before), (one.end, one.end, one.after)]
        # At one place, what ends there comes before what begins; of several that begin, the outer one is added first.
        parts.sort(key=lambda part: (part[0], part[1] > part[0], not part[2].startswith("{% endif")))
        written, at = "", 0
        for start, end, text in parts:
            if start < at:
                continue
            written += _copied(self._text[at:start]) + text
            at = end
        commented, end_of_last, rest = (written + _copied(self._text[at:])).rpartition("-->")
        return _COMMENTS.sub("", commented + end_of_last) + rest

    def _value_edits(self) -> Iterator[_Edit]:
        told = [run for place, run in self._runs.items() if self._markup.columns.get(place)]
        for run in told:
            others = [one for one in told if one is not run and one.place in self._values]
            value, needs = self._values.get(run.place, ("", ""))
            if not value:
                yield self._without(run, others)
                continue
            start, end = self._value_start(run), run.end
            around = self._around(run, others) if needs else None
            if needs == "description" and around and self._is_paragraph(run):
                yield from self._paragraphs(run, around)
                continue
            if run.place in self._prose:
                yield from self._title_and_prose(run, value)
                continue
            behind = ""
            if inner := _EMPHASIZED.fullmatch(self._text, start, end):
                words, behind = _unmarked(value, MARKS[inner["name"].lower()])
                if words is not None:
                    (start, end), value = inner.span("words"), words
            yield _Edit(start, end, _spaced(self._with_own_tags(run, value)))
            if behind:
                yield _Edit(run.end, run.end, _spaced(behind))
            if needs:
                yield self._wrapped(around, run, needs)

    def _with_own_tags(self, run: Run, value: str) -> str:
        """Write a value that is Markdown as HTML; what is marked at its beginning gets the tag that the page has."""
        first = _EMPHASIZED.match(self._text, self._value_start(run), run.end)
        words, behind = _unmarked(value, MARKS[first["name"].lower()]) if first else (None, "")
        if first and words and words != value:
            return f"<{first['name']}>{_spaced(words)}</{first['name']}>{behind}"
        if not _IS_MARKDOWN.search(value):
            return value
        return f"{{% call html({_quoted(_link_attributes(run.tag))}) %}}{value}{{% endcall %}}"

    def _is_paragraph(self, run: Run) -> bool:
        """Tell whether a run is all of a paragraph's element, of which a text can have several."""
        first = self._enclosing(run.start, run.end)[0]
        return first.name == "p" and run.place not in self._markup.labels and first.parent is not self._root

    def _paragraphs(self, run: Run, around: HtmlElement) -> Iterator[_Edit]:
        """Write each paragraph of a description as an element of its own, within what is around the first."""
        first = self._enclosing(run.start, run.end)[0]
        start, after = self._lines(first.start, first.end)
        value = "{{ paragraph.text }}{% for bullet in paragraph.bullets %}<br>\u2022 {{ bullet }}{% endfor %}"
        yield _Edit(run.start, run.end, _spaced(f"{{% call html() %}}{value}{{% endcall %}}"))
        end = "\n" if (start, after) != (first.start, first.end) else ""
        yield _Edit(start, after, f"{{% for paragraph in description | blocks %}}{end}", f"{{% endfor %}}{end}")
        yield self._wrapped(around, run, "description")

    def _title_and_prose(self, run: Run, title: str) -> Iterator[_Edit]:
        """Write a title, the first paragraph of a description below it, and the others as elements like theirs."""
        first = self._enclosing(run.start, run.end)[0]
        start, after = self._lines(first.start, first.end)
        before, behind = self._text[start : run.start], self._text[run.end : after]
        is_own = first.tag is None or first.name != "p" or not _STAY.issuperset(first.tag.attributes)
        found = Counter(one[0] for at in self._newest for one in _BREAK.finditer(self._sections[at].text))
        below = found.most_common(1)[0][0] if found else "<br>"
        end = "\n" * (start != first.start)  # its lines are its own
        below += end + before.rpartition("\n")[2] * before.rstrip(" \t").endswith("\n")
        bullets = f"{{% for bullet in paragraph.bullets %}}{below}\u2022 {_in_html('{{ bullet }}')}{{% endfor %}}"
        paragraph = f"{_in_html('{{ paragraph.text }}')}{bullets}"
        above, rest = ("", "") if is_own else ("[:1]", "[1:]")
        loop = "{{% for paragraph in (description | blocks | list){} %}}"
        yield _Edit(
            run.start, run.end, _spaced(f"{_in_html(title)}{loop.format(above)}{below}{paragraph}{{% endfor %}}")
        )
        if rest:
            again = f"{_copied(before)}{_spaced(paragraph)}{_copied(behind)}"
            yield _Edit(start, after, "", f"{loop.format(rest)}{end}{again}{{% endfor %}}{end}")

    def _value_start(self, run: Run) -> int:
        """Return where the value of a run begins, behind its label."""
        words = plain(self._markup.labels.get(run.place, "")).rstrip(": ")
        end = r"(?:\s*</[a-z]+>)*"
        source = self._text[run.start : run.end]
        found = words and re.match(rf"(?:<[^<>]*>\s*)*{re.escape(words)}{end}\s*:{end}\s*", source)
        return run.start + found.end() if found else run.start

    def _around(self, run: Run, others: Collection[Run]) -> HtmlElement | None:
        """Return the outermost element that holds no other value, if there is one that can be left out."""
        best = None
        for element in self._enclosing(run.start, run.end):
            if is_one_line(run.place) and (element.start, element.end) == (run.start, run.end):
                continue  # a break goes with it
            is_whole = element.parent is self._root
            holds = any(element.start <= one.start < element.end for one in others)
            if is_whole or holds or element.name in _NEVER_LEFT_OUT:
                break
            best = element
        return best

    def _enclosing(self, start: int, end: int) -> list[HtmlElement]:
        """Return the elements around a part of the model, the innermost first."""
        around = [one for one in self._elements if one.start <= start and end <= one.end]
        return sorted(around, key=lambda one: one.end - one.start)

    def _without(self, run: Run, others: Collection[Run]) -> _Edit:
        around = self._around(run, others)
        return _Edit(*(self._lines(around.start, around.end) if around else self._with_break(run)), "")

    def _wrapped(self, around: HtmlElement | None, run: Run, needs: str) -> _Edit:
        start, end = (around.start, around.end) if around else self._with_break(run)
        first, after = self._lines(start, end)
        if (first, after) != (start, end):
            return _Edit(first, after, f"{{% if {needs} %}}\n", "{% endif %}\n")
        return _Edit(start, end, f"{{%+ if {needs} %}}", "{% endif +%}")

    def _with_break(self, run: Run) -> tuple[int, int]:
        """Extend one of several lines to the break before it, or that behind the first line."""
        if not is_one_line(run.place):
            return run.start, run.end
        if run.place[-1].endswith("/0"):
            behind = _BREAK_AT_START.match(self._text, run.end)
            return run.start, behind.end() if behind else run.end
        last = None
        for one in _BREAK.finditer(self._text, 0, run.start):
            last = one
        is_beside = last and not self._text[last.end() : run.start].strip()
        return last.start() if last and is_beside else run.start, run.end

    def _lines(self, start: int, end: int) -> tuple[int, int]:
        """Extend a part of the model to whole lines, if nothing else is on these."""
        first = self._text.rfind("\n", 0, start) + 1
        after = self._text.find("\n", end) + 1 or len(self._text)
        beside = self._text[first:start] + self._text[end:after]
        return (start, end) if beside.strip() else (first, after)

    # --------------------------------------------------------------------------- its attributes

    def _attribute_edits(self) -> Iterator[_Edit]:
        """Give what becomes of attributes that say something of one event only."""
        entries = [[one.tag for one in elements_in(self._sections[at].text)[1] if one.tag] for at in self._newest]
        often = Counter(pair for tags in entries for pair in {pair for tag in tags for pair in _pairs(tag)})
        spans = [(run.start, run.end) for run in self._runs.values() if run.place in self._values]
        for element in self._elements:
            tag = element.tag
            if tag is None or any(start <= tag.start and tag.end <= end for start, end in spans):
                continue
            own = [pair for pair in _pairs(tag) if often[pair] < max(2, len(self._newest) * _USUAL)]
            if any(name in _ADDRESSES for _, name, _ in own):
                top = self._outermost_without_words(element)
                yield _Edit(*self._lines(top.start, top.end), "")
                continue
            text = tag.text
            for _, name, value in own:
                if name not in _STAY:
                    text = self._with_attribute(text, name, value)
            if text != tag.text:
                yield _Edit(tag.start, tag.end, text)

    def _with_attribute(self, tag: str, name: str, value: str) -> str:
        day = self._sections[self._model].date
        found = re.search(rf"\s+{re.escape(name)}\s*=\s*(?P<mark>[\"'])", tag, re.IGNORECASE)
        if found is None:
            return tag
        mark = found["mark"]
        end = tag.index(mark, found.end()) + 1
        is_day = _ISO_DAY.match(value) and value[:10] == day
        shown = "{{ date }}" if is_day else "{{ id }}" if name == "id" else ""
        attribute = f"{found[0]}{shown}{mark}" if shown else ""
        return tag[: found.start()] + attribute + tag[end:]

    def _outermost_without_words(self, element: HtmlElement) -> HtmlElement:
        """Return the outermost element around a picture or the like in which there are no words."""
        best = element
        for one in element.around:
            if one.parent is self._root or any(one.start <= run.start < one.end for run in self._runs.values()):
                break
            best = one
        return best


def _as_named(column: Column) -> Column:
    return replace(column, field="description") if (column.field, column.name) == ("title", "description") else column


def _is_prose(column: Column) -> bool:
    """Tell whether what no other place is the title of is a description, in which titles may be marked."""
    lengths = sorted(len(plain(cell)) for cell in column.filled)
    return field_of(column.name) in (None, "description") and lengths[len(lengths) // 2] > _LONGEST


def _pairs(tag: Tag) -> list[tuple[str, str, str]]:
    return [(tag.name, name, value) for name, value in tag.attributes.items()]


def _link_attributes(tag: Tag | None) -> str:
    """Return the attributes that links of a place have besides their addresses."""
    attributes = tag.attributes if tag else {}
    own = " ".join(f'{name}="{attributes[name]}"' for name in _LINK_ATTRIBUTES if attributes.get(name))
    return own if LINK_ATTRIBUTES.fullmatch(own) else ""


def _quoted(attributes: str) -> str:
    return f"'{attributes}'" if attributes else ""


def _unmarked(value: str, mark: str) -> tuple[str | None, str]:
    """Cut a value into what is within a mark, such as `**`, and what is behind it; None if it is marked otherwise."""
    if not _IS_MARKDOWN.search(value):
        return value, ""
    within, _, behind = value.removeprefix(mark).partition(mark) if mark and value.startswith(mark) else ("", "", "")
    return (None, "") if not within or _IS_MARKDOWN.search(behind) else (within, behind)


def _in_html(value: str) -> str:
    return f"{{%+ call html() %}}{value}{{% endcall %}}"


def _spaced(value: str) -> str:
    """Keep the white space around a value, which Jinja2 drops beside a tag."""
    value = f"{{%+{value[2:]}" if value.startswith("{% ") else value
    return f"{value[:-2]}+%}}" if value.endswith(" %}") else value


def _copied(text: str) -> str:
    """Return a part of the model for a template: Liquid of the site's own stays what it is."""
    return f"{{%+ raw %}}{text}{{% endraw +%}}" if _LIQUID.search(text) else text
