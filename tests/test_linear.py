"""Hostile text costs time in proportion to its length: every pattern, and every reader of what strangers write.

A first look at short texts finds those that take unusually long; only these are tried with longer ones.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from functools import partial

import pytest
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
from almanac.page.outline import outline
from almanac.page.shown import doubt
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
