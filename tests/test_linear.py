"""Hostile text costs time in proportion to its length: every pattern, and every reader of what strangers write.

A first look at short texts finds those that take unusually long; only these are tried with longer ones.
"""

import re
from calendar import month_name
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial

import pytest
from almanac.config import Config
from almanac.dateanswers import read_days, read_last_day, without_time
from almanac.dates import date_habits, find_date, period
from almanac.entries.frontmatter import FrontMatter
from almanac.entries.incsv import CsvList
from almanac.entries.injson import JsonList
from almanac.entries.inyaml import YamlList
from almanac.errors import UserError
from almanac.event.attachment import read_picture
from almanac.event.description import markdown, notes, refused_links, source, source_line, write_line
from almanac.event.model import Event
from almanac.event.people import read_people
from almanac.event.prose import parse as parse_description
from almanac.event.record import read_record
from almanac.form.body import parse
from almanac.form.schema import read_form
from almanac.histories import read_config
from almanac.languages import numbers_in_english
from almanac.matching import LinearMatcher
from almanac.output import diff_lines
from almanac.packaged import template
from almanac.page.anchors import heading_id
from almanac.page.canonical import says_same
from almanac.page.imitate import imitate
from almanac.page.importer import import_page
from almanac.page.lines import fingerprint
from almanac.page.many import take_out
from almanac.page.match import pair
from almanac.page.outline import outline
from almanac.page.shown import doubt
from almanac.page.sync import sync
from almanac.page.template import section_renderer
from almanac.playground.app import difference
from almanac.playground.rendering import comment_html, page_html
from almanac.proposal.amendment import read_amendment
from almanac.proposal.command import ChangeCommand, command_of
from almanac.proposal.hidden import read_state
from almanac.proposal.quotation import inert, quotation
from almanac.proposal.textmerge import merge_files, merge_texts
from almanac.text import clean_line, clean_text
from almanac.times.check import check_imported, read_when
from almanac.views import Renderers
from almanac.views.generated import Publisher
from almanac.views.indexed import IndexedPageView
from almanac.views.page import PageView
from almanac.views.timeline import TimelineView

from tests.entries.shapes import FILES
from tests.linear import GROWTH, Attack, Used, attacks, grows_too_fast, patterns, seconds
from tests.page.house import ZONES, event, render

pytestmark = pytest.mark.long
_LOOKED_AT, _TRIED = 400, 800
"""How long the texts of the first look are, and the shorter ones of the second, in characters."""
_READ = 200
"""How long the shorter texts for readers are, which do more with each character."""
_UNUSUAL = 30
"""So many times as long as a plain search through the same text."""
_PLAIN = Used("plain", re.compile(r"[^\x00]*\x00"), frozenset({"match"}))


def usual() -> float:
    return min(seconds(lambda: _PLAIN.run("a" * _LOOKED_AT)) for _ in range(50))


def first_too_slow(used: Used) -> Attack | None:
    limit = _UNUSUAL * usual()
    for attack in attacks(used.pattern.pattern, used.pattern.flags):
        looked_at = attack.text(_LOOKED_AT)
        if seconds(lambda: used.run(looked_at)) > limit:  # noqa: B023 - called at once
            short, long = attack.text(_TRIED), attack.text(_TRIED * GROWTH)
            if grows_too_fast(lambda: used.run(short), lambda: used.run(long)):  # noqa: B023
                return attack
    return None


@pytest.mark.parametrize("used", patterns(), ids=lambda used: used.name)
def test_every_pattern_is_linear(used: Used) -> None:
    assert first_too_slow(used) is None


@pytest.mark.parametrize(
    "pattern",
    [
        # As they once were in this package.
        r"\[([^\[\]]*)\]\([ \t]*<?([^()\s<>]*)>?(?:[ \t]+[\"'][^\"'()]*[\"'])?[ \t]*\)",
        r"(?:[ ]{2,}|\\)\Z",
        r"\n*<!-- state (\{[^\n]*\}) -->\s*\Z",
        r" {0,3}/almanac(?:[ \t]+(\S.*))?[ \t]*\Z",
    ],
)
def test_the_test_finds_what_is_not(pattern: str) -> None:
    assert first_too_slow(Used("old", re.compile(pattern), frozenset({"search"}))) is not None


# ------------------------------------------------------------------------------- readers

HOUSE_FORM = read_form(template("site/new-event.yml"))
AMENDING: tuple[ChangeCommand, ...] = ("reschedule", "slides")
EVENT = Event(id="2021-11-08-g", title="G", date="2021-11-08")
SECTION = "### November 8th, 2021:  G\n\n- Topic:  H\n\n"


def read_page(text: str) -> None:
    outline(text)
    import_page(SECTION + text, render, ZONES)


def imitate_page(text: str) -> None:
    page = outline(SECTION + text)
    imitate(page, [False] * len(page.sections))


def write(text: str) -> None:
    render(event(title=text, location=text, description=text, agenda=(text,)))
    section_renderer("### {{ date | heading_date }}: {{ title | heading }}\n\n" + text)(event())


def describe(text: str) -> None:
    parse_description.cache_clear()
    markdown(text)
    notes(text)
    refused_links(text)
    source(text)
    source_line(write_line(text))


def keep(text: str) -> None:
    """Read and change files and lists that hold a text, and put events of it into them."""
    for kind, whole in (
        (FrontMatter(), f"---\na: |\n  {text}\n---\n{text}"),
        (FrontMatter(), f"---\n{text}\n---\n"),
        (FrontMatter(), f"+++\n{text}\n+++\n"),
        (YamlList(), f"- {text}\n- a: 1\n"),
        (YamlList(), f"- a: 1\n# {text}\n- a: 2\n"),
        (JsonList(), f"[{text}]"),
        (CsvList(), f"a,b\n{text}"),
    ):
        with suppress(UserError):
            for entry in kind.entries(whole)[:2]:
                kind.changed(whole, entry, {**entry.data, "a": text, "new": text})
    for name, store in FILES.items():
        one = event(id="2021-11-08-x", title=text or name, location=text, description=text, agenda=(text,))
        written = store.write(one)
        store.read(written, "x", one.id)
        with suppress(UserError):
            store.read(f"---\n{text}\n---\n{text}", "x", one.id)
            store.write(one.model_copy(update={"title": f"{text}x", "location": None}), before=one, source=written)


def merge(text: str) -> None:
    merge_texts(text, f"a\n{text}", f"{text}\nb")
    lines = text.split("\n")
    LinearMatcher(lines, [*lines[::2], *lines[1::2]]).get_opcodes()


READERS: dict[str, Callable[[str], object]] = {
    "page": read_page,
    "meaning": lambda text: says_same(text, f"{text} x"),
    "shown": lambda text: doubt(SECTION + text, f"### November 9th, 2021:  I\n\n{SECTION}{text}"),
    "body": lambda text: parse(text, HOUSE_FORM),
    "record": lambda text: read_record(f"id: 2021-x\ntitle: x\ndate: '2021'\ndescription: |\n  {text}", "x.yml"),
    "config": lambda text: read_config(f"page: |\n  {text}"),
    "form": lambda text: read_form(f"name: x\nbody:\n  - {{type: input, id: a, attributes: {{label: b}}}}\n# {text}"),
    "date": lambda text: (
        read_days(text),
        numbers_in_english(text, "de"),
        read_last_day(text, None),
        without_time(text),
        period(text),
        date_habits([text]),
    ),
    "date on a page": lambda text: (find_date(text), find_date(text, "2021", anywhere=True)),
    "description": describe,
    "people": read_people,
    "picture": read_picture,
    "clean": lambda text: (clean_text(text), clean_line(text)),
    "marker": read_state,
    "merge": merge,
    "merge of pages": lambda text: merge_files(
        "x.md", f"{SECTION}{text}", f"{SECTION}a\n{text}", f"{SECTION}{text}\nb"
    ),
    "difference": lambda text: list(diff_lines({"x": f"{text}{text}"}, {"x": f"{text}\nb\n{text}"})),
    "imitation": imitate_page,
    "template": write,
    "when": lambda text: (read_when("2021-11-08", text, ZONES, text), check_imported("2021-11-08", text, ZONES)),
    "quotation": lambda text: (quotation(text), inert(text)),
    "anchors": lambda text: heading_id(f"{text}\n\n# x\n", text.count("\n") + 3),
    "files and lists": keep,
    "amendment": lambda text: [read_amendment(name, text, EVENT, ZONES) for name in AMENDING],
    "command": lambda text: command_of(f"/almanac {text}\n{text}/almanac cancel"),
}
UNITS = [
    *(
        " ",
        "\n",
        "\t",
        "a",
        "1",
        "- a\n",
        "* ",
        "*",
        "_",
        "**a",
        "`",
        "```\n",
        "[",
        "[a](",
        "[a]( ",
        "](",
        "![",
        "<",
        "<a ",
    ),
    *(
        "<!--",
        "{% for x %}",
        "{{",
        "{%",
        "| a ",
        "|\n",
        "|-|\n",
        "| 2021-11-08 | [a](https://a.example) and b | 1 |\n",
        "#",
        "# a\n",
        "### 2021-11-08: a\n",
        "- 2021-11-08: a\n",
    ),
    *(
        "2021-11-08 ",
        "1/2/2021 ",
        "10-11am ",
        "\\",
        "&amp;",
        "&#123;",
        "<details>\n",
        "</details>\n",
        ">",
        "> ",
        "\u200b",
    ),
    *(
        "---\n",
        "a\n===\n",
        "https://a.example/",
        "<https://a",
        "~~",
        "(",
        "a: b\n",
        "### Title\n\n",
        "## a\n\nDate: 2021-11-08\n\n",
        "#\n## a\n### 8 May 2021\n",
        "- a\n  - 2021-11-08\n",
        "- a, 8 May 2021, b\n",
        "- 2021\n  - a\n",
        "<details>\n<summary>2021\n",
        "\ufe0f",
        "    a\n",
    ),
]


def tried(reader: Callable[[str], object], text: str) -> Callable[[], None]:
    def run() -> None:
        with suppress(UserError):
            reader(text)

    return run


@pytest.mark.parametrize("name", READERS)
def test_every_reader_is_linear(name: str) -> None:
    reader = READERS[name]
    slow = []
    for unit in UNITS:
        head = "See [a](" if unit.isspace() else ""
        short, long = (tried(reader, head + unit * (size // len(unit))) for size in (_READ, _READ * GROWTH))
        if grows_too_fast(short, long):
            slow.append(head + unit)
    assert not slow


@pytest.mark.parametrize(
    "action",
    [
        pytest.param(lambda count: comment_html("http://a" * 4 * count), id="comment"),
        pytest.param(lambda count: page_html("http://a" * 4 * count), id="page"),
        pytest.param(
            lambda count: difference(*("\n".join(str(n * step % 150) for n in range(count)) for step in (1, 7))),
            id="difference",
        ),
    ],
)
def test_what_the_playground_shows_is_linear(action: Callable[[int], object]) -> None:
    assert not grows_too_fast(partial(action, 1_000), partial(action, 1_000 * GROWTH))


# ------------------------------------------------------------------------------- many records

Many = tuple[str, list[Event]]


def many(count: int, day: Callable[[int], str], kind: str = "talk") -> list[Event]:
    return [
        event(id=f"2021-{kind}-{number}", date=day(number), title=f"{kind.title()} number {number}")
        for number in range(count)
    ]


def page_of(records: Sequence[Event]) -> Many:
    """Write records on a page, and let them know it."""
    texts = [render(record) for record in records]
    known = [
        record.model_copy(update={"rendered": fingerprint(text)}) for record, text in zip(records, texts, strict=True)
    ]
    return "# Events\n\n" + "\n\n".join(texts) + "\n", known


def own_day(number: int) -> str:
    return f"{2001 + number // 336}-{number // 28 % 12 + 1:02}-{number % 28 + 1:02}"


def edited(count: int) -> Many:
    page, known = page_of(many(count, own_day))
    return page.replace("Talk number", "The talk number").replace("20", "19"), known


def alike(count: int) -> Many:
    page, known = page_of(many(count, lambda _: "2021-11-08"))
    return page.replace("### ", "### 1. "), known


def beginning_alike(count: int) -> Many:
    texts = [f"### November 8th, 2021: Talk\n\n{'word ' * 20}{number}" for number in range(count)]
    known = [event(id=f"2021-{number}", markdown=text, date="2021-11-08") for number, text in enumerate(texts)]
    return "\n\n".join(texts[::-1]) + "\n", known


def half_added(count: int) -> Many:
    records = many(count, own_day)
    page, known = page_of(records[::2])
    return page, [*known, *records[1::2]]


def half_moved(count: int) -> Many:
    page, known = page_of(many(count, own_day))
    return page, [
        record.model_copy(update={"date": own_day(count - number)}) if number % 2 else record
        for number, record in enumerate(known)
    ]


def added_to_a_jumbled_list(count: int) -> Many:
    """Add records to a page that is not in the order of its dates."""
    records = many(count, own_day)
    known = [*records[: count // 2 : 2], *records[1 : count // 2 : 2]]
    known = [one for pair in zip(known, known[::-1], strict=True) for one in pair][: count // 2]
    page, known = page_of([*{one.id: one for one in known}.values()])
    return page, [*known, *records[count // 2 :]]


def added_to_a_list_without_years(count: int) -> Many:
    records = many(count, own_day)
    page = "# Events\n\n" + "\n\n".join(f"### November {n % 28 + 1}: Old {n}" for n in range(count)) + "\n"
    return page, [*import_page(page, render, ZONES).events, *records]


def added_below_months(count: int) -> Many:
    """Add a record below each month's heading, which has one."""
    page, known = moved_in_months(count)
    known = [one.model_copy(update={"date": f"{one.date[:8]}08"}) for one in known]
    return page, [*known, *(event(id=f"{one.id}-new", date=f"{one.date[:8]}21", title=one.title) for one in known)]


def added_below_new_months(count: int) -> Many:
    """Add records to a page of two months, each of a month that has no heading yet."""
    page, known = moved_in_months(2)
    known = [one.model_copy(update={"date": f"{one.date[:8]}08"}) for one in known]
    return page, [*known, *many(count, lambda number: f"{2002 + number // 12}-{number % 12 + 1:02}-08", "walk")]


def added_below_new_terms(count: int) -> Many:
    page, known = page_of(many(2, lambda number: f"2001-{number * 6 + 3:02}-08"))
    page = page.replace("### M", "## Spring 2001\n\n### M").replace("### S", "## Fall 2001\n\n### S")
    return page, [*known, *many(count, lambda number: f"{2002 + number // 4}-{number % 4 * 3 + 1:02}-08", "walk")]


def added_without_a_term(count: int) -> Many:
    """Add records to a list of terms that gets no new headings, as one of its entries has none either."""
    page, known = page_of(many(4, lambda number: f"{2001 + number // 2}-{number % 2 * 6 + 3:02}-08"))
    head, *parts = page.split("### ")
    terms = ("", "## Fall 2001\n\n", "## Spring 2002\n\n", "## Fall 2002\n\n")
    page = head + "".join(f"{term}### {part}" for term, part in zip(terms, parts, strict=True))
    return page, [*known, *many(count, lambda number: f"{2003 + number // 12}-{number % 12 + 1:02}-08", "walk")]


def added_below_prepared_years(count: int) -> Many:
    """Add a record below each year's heading, which has none."""
    page, known = page_of(many(1, lambda _: "1901-03-08"))
    page = page.replace("### ", "## 1901\n\n### ") + "".join(f"\n## {1902 + number}\n" for number in range(count))
    return page, [*known, *many(count, lambda number: f"{1902 + number}-03-08", "walk")]


def month(number: int, day: int = 8) -> str:
    return f"{1901 + number // 12}-{number % 12 + 1:02}-{day:02}"


def below_months(records: Sequence[Event], apart: int = 0) -> Many:
    """Write records on a page, each below its month's heading but the first ones, which are below none."""
    page, known = page_of(records)
    head, *parts = page.split("### ")
    headings = [f"## {month_name[int(one.date[5:7])]} {one.date[:4]}\n\n" for one in records]
    headings = ["" if number < apart else heading for number, heading in enumerate(headings)]
    return head + "".join(f"{heading}### {part}" for heading, part in zip(headings, parts, strict=True)), known


def added_partly_below_months(count: int) -> Many:
    """Add records to a page whose newest entries are below no heading, and the others below that of their month."""
    page, known = below_months(many(count, lambda number: month(count - number)), apart=count // 2)
    return page, [*known, *many(count, lambda number: month(count // 2 + number, 21), "walk")]


def added_below_every_other_month(count: int) -> Many:
    """Add a record to each month of a page that has a heading for every other one, the newest first."""
    page, known = below_months(many(count // 2, lambda number: month(count - 2 * number)))
    return page, [*known, *many(count, lambda number: month(2 + number, 21), "walk")]


def added_below_every_other_prepared_month(count: int) -> Many:
    """Add a record to each month of a page that has a heading for every other one, without an entry but for two."""
    page, known = below_months(many(2, month))
    others = [month(number) for number in range(2, count, 2)]
    page += "".join(f"\n## {month_name[int(one[5:7])]} {one[:4]}\n" for one in others)
    return page, [*known, *many(count, lambda number: month(number, 21), "walk")]


def years_added_to_months(count: int) -> Many:
    """Add records that say a year and no month to a page with a heading for each month."""
    page, known = moved_in_months(count)
    known = [one.model_copy(update={"date": f"{one.date[:8]}08"}) for one in known]
    return page, [*known, *many(count // 12 + 1, lambda number: f"{2001 + number}", "walk")]


def years_added_to_years(count: int) -> Many:
    """Add a record that says only its year below each year's heading, which has one."""
    page, known = page_of(many(count, lambda number: f"{1901 + number}-03-08"))
    head, *parts = page.split("### ")
    page = head + "".join(f"## {1901 + number}\n\n### {part}" for number, part in enumerate(parts))
    return page, [*known, *many(count, lambda number: f"{1901 + number}", "walk")]


def added_without_years_below_months(count: int) -> Many:
    page, known = below_months(many(count, month))
    return page, [*known, *many(count, lambda number: f"XXXX-{number % 12 + 1:02}-{number % 28 + 1:02}", "walk")]


def lists_below_headings(records: Sequence[Event], lists: int) -> Many:
    """Write records into several lists by turns, each below its month's heading."""
    texts = [render(one) for one in records]
    page, headings = "", [f"## {month_name[int(one.date[5:7])]} {one.date[:4]}" for one in records]
    for first in range(lists):
        parts = zip(headings[first::lists], texts[first::lists], strict=True)
        page += f"# List {first}\n\n" + "".join(f"{heading}\n\n{text}\n\n" for heading, text in parts)
    known = [one.model_copy(update={"rendered": fingerprint(text)}) for one, text in zip(records, texts, strict=True)]
    return page, known


def added_to_lists_by_turns(count: int) -> Many:
    """Add a record to each month of a page of two lists, each with headings for every other month."""
    page, known = lists_below_headings(many(count, month), 2)
    return page, [*known, *many(count, lambda number: month(number, 21), "walk")]


def added_to_many_lists(count: int) -> Many:
    """Add a record to each list of a page."""
    page, known = page_of(many(count, month))
    _, *parts = page.split("### ")
    page = "".join(f"# List {number}\n\n### {part}" for number, part in enumerate(parts))
    return page, [*known, *many(count, lambda number: month(number, 21), "walk")]


def added_below_a_new_month_of_each_list(count: int) -> Many:
    page, known = lists_below_headings(many(count, lambda number: month(2 * number)), count)
    return page, [*known, *many(count, lambda number: month(2 * number + 1, 1), "walk")]


def added_on_one_day(count: int) -> Many:
    page, known = page_of(many(count, lambda _: "2021-11-08"))
    return page, [*known, *(event(id=f"2021-new-{one.id}", date=one.date, title=one.title) for one in known)]


def moved_in_months(count: int) -> Many:
    """Move each record of a page to the next day of its month, below whose heading it is alone."""
    records = many(count, lambda number: f"{2001 + number // 12}-{number % 12 + 1:02}-08")
    texts = [f"## {month_name[int(record.date[5:7])]} {record.date[:4]}\n\n{render(record)}" for record in records]
    known = [
        record.model_copy(update={"rendered": fingerprint(render(record)), "date": f"{record.date[:8]}09"})
        for record in records
    ]
    return "# Events\n\n" + "\n\n".join(texts) + "\n", known


def moved_out_of_months(count: int) -> Many:
    """Move every other record of a page away from its month, below whose heading it is alone."""
    page, known = below_months(many(count, month))
    return page, [
        one.model_copy(update={"date": f"20{one.date[2:]}"}) if number % 2 else one for number, one in enumerate(known)
    ]


def moved_out_of_years_with_words(count: int) -> Many:
    """Move every other record away from its year's heading, which says more than its year, or has a text below it."""
    page, known = page_of(many(count, month))
    head, *parts = page.split("### ")
    headings = [f"## {month_name[int(one.date[5:7])]} {one.date[:4]}" for one in known]
    words = (f"{one}: number {n}\n\n" if n % 4 == 1 else f"{one}\n\nText {n}.\n\n" for n, one in enumerate(headings))
    page = head + "".join(f"{heading}### {part}" for heading, part in zip(words, parts, strict=True))
    return page, [
        one.model_copy(update={"date": f"20{one.date[2:]}"}) if number % 2 else one for number, one in enumerate(known)
    ]


def alike_in_each_year(count: int) -> Many:
    """Write entries that only the headings of their years tell apart."""
    return "# Talks\n\n" + "".join(f"## {1900 + n}\n\n- May 4: Talk\n\n" for n in range(count)), []


def pair_all(many: Many) -> None:
    page, known = many
    pair(outline(page).sections, known, {one.id: render(one) for one in known})


def find_known(many: Many) -> None:
    page, known = many
    outline(page, {render(one): one.date for one in known})


def sync_all(many: Many) -> None:
    sync(*many, render, ZONES)


def take_out_half(many: Many) -> None:
    cut = outline(many[0])
    assert take_out(cut, cut.sections[::2]).count("Talk\n") == len(cut.sections) // 2


def build_index(many: Many) -> None:
    """Sync a page with a second list, in which no event is yet but one."""
    page, known = many
    view = IndexedPageView(Config(), render, section_renderer("- {{ date }}: {{ title | text }}"))
    page += "\n# Complete list\n\n- 1999-01-01: The first\n"
    view.build({Config().page: page}.get, known)


def move_on(coming: Many) -> None:
    """Move all events of a page, which are over now, to a history that has as many."""
    page, known = coming
    history, past = page_of(many(len(known), own_day, "walk"))
    config = Config(upcoming="next.md")
    publisher = Publisher(config, datetime(2100, 1, 1, tzinfo=UTC))
    view = TimelineView(publisher, PageView(config, render), Renderers(render))
    built = view.build({config.page: history, "next.md": page}.get, [*known, *past])
    assert built.moved == len(known)


def in_order(count: int) -> Many:
    return page_of(many(count, own_day))


MANY: dict[str, tuple[Callable[[Many], object], Callable[[int], Many], int]] = {
    "names": (pair_all, edited, 64),
    "names of one day": (pair_all, alike, 64),
    "known texts": (find_known, beginning_alike, 400),
    "sync": (sync_all, edited, 16),
    "added": (sync_all, half_added, 32),
    "moved": (sync_all, half_moved, 32),
    "added to a jumbled list": (sync_all, added_to_a_jumbled_list, 32),
    "added to a list without years": (sync_all, added_to_a_list_without_years, 32),
    "added below months": (sync_all, added_below_months, 32),
    "added below new months": (sync_all, added_below_new_months, 32),
    "added below new terms": (sync_all, added_below_new_terms, 32),
    "added without a term": (sync_all, added_without_a_term, 32),
    "added below prepared years": (sync_all, added_below_prepared_years, 16),
    "added to a list partly below months": (sync_all, added_partly_below_months, 32),
    "added below every other month": (sync_all, added_below_every_other_month, 32),
    "added below every other prepared month": (sync_all, added_below_every_other_prepared_month, 32),
    "years added to months": (sync_all, years_added_to_months, 64),
    "years added to years": (sync_all, years_added_to_years, 32),
    "added to two lists": (build_index, half_added, 16),
    "added without years below months": (sync_all, added_without_years_below_months, 32),
    "added to lists by turns": (sync_all, added_to_lists_by_turns, 32),
    "added to many lists": (sync_all, added_to_many_lists, 64),
    "added below a new month of each list": (sync_all, added_below_a_new_month_of_each_list, 16),
    "added on one day": (sync_all, added_on_one_day, 32),
    "moved to the history": (move_on, in_order, 16),
    "moved in months": (sync_all, moved_in_months, 32),
    "moved out of months": (sync_all, moved_out_of_months, 32),
    "moved out of years with words": (sync_all, moved_out_of_years_with_words, 32),
    "taken out alike": (take_out_half, alike_in_each_year, 24),
}
"""What is done with many records, how they are made, and how many the fewer are."""


@pytest.mark.parametrize("name", MANY)
def test_many_records_are_linear(name: str) -> None:
    action, make, few = MANY[name]
    short, long = (partial(action, make(count)) for count in (few, few * GROWTH))
    assert not grows_too_fast(short, long)
