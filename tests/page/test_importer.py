"""Pages of every style become records, and come back byte for byte."""

from typing import Any

import pytest
import yaml
from almanac.errors import UserError
from almanac.event.model import Event, Link, Person
from almanac.page.importer import import_page
from almanac.page.insert import split
from almanac.page.lines import fingerprint
from almanac.page.proof import check_section

from tests.page.house import PAGES, REFERENCE, ROOT, ZONES, records_of, render
from tests.reference import GOVERNMENTS, UNIVERSITIES, page_sections

EXPECTED: dict[str, Any] = yaml.safe_load((ROOT / "tests/cases/pages/expected.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", PAGES)
def test_every_style_of_page(name: str) -> None:
    expected = EXPECTED[name]
    imported = import_page(PAGES[name], render, ZONES)
    assert [f"{event.date} {event.title.rstrip()}" for event in imported.events] == expected["events"]
    assert imported.structured == expected.get("structured", 0)
    assert imported.structured + imported.verbatim == len(imported.events)
    assert [warning.line for warning in imported.warnings] == expected.get("warnings", [])
    assert [event.duplicate_of for event in imported.events if event.duplicate_of] == expected.get("duplicates", [])
    page = split(PAGES[name])
    assert page.order == expected["order"]
    assert page.joined([event.markdown or render(event) for event in imported.events]) == PAGES[name]
    assert [event.rendered for event in imported.events] == [fingerprint(section.text) for section in page.sections]


def test_the_reference_page_has_every_field_in_its_place() -> None:
    imported = import_page(REFERENCE, render, ZONES, file="page.md")
    expected = [
        event.model_copy(update={"rendered": fingerprint(text)})
        for event, text in zip((GOVERNMENTS, UNIVERSITIES), page_sections(), strict=True)
    ]
    assert list(imported.events) == expected
    assert [(warning.file, warning.line, warning.field) for warning in imported.warnings] == [("page.md", 40, "When")]
    assert "EST, not EDT" in imported.warnings[0].message


def test_line_ends_do_not_hide_the_fields() -> None:
    events = records_of(REFERENCE.replace("\n", "\r\n"))
    assert [event.markdown for event in events] == [None, None]


def test_ids_that_are_taken_are_left_alone() -> None:
    taken = {event.id for event in records_of(REFERENCE)}
    again = import_page(REFERENCE, render, ZONES, taken)
    assert [event.id for event in again.events] == [
        "2021-11-08-governments-agencies-2",
        "2021-11-11-universities-academia-2",
    ]


def test_a_page_that_does_not_come_back_is_refused_with_the_first_difference() -> None:
    calls = 0

    def forgetful(event: Event) -> str:
        nonlocal calls
        calls += 1
        return render(event) if calls == 1 else render(event).replace("Topic", "Subject")

    with pytest.raises(UserError) as caught:
        import_page("### November 8th, 2021:  S\n\n- Topic:  T\n", forgetful, ZONES)
    assert caught.value.problems[0].line == 3
    assert "Subject" in caught.value.problems[0].message


def one(section: str) -> Event:
    return records_of(section + "\n")[0]


def test_all_lines_of_the_house_style() -> None:
    event = Event(
        id="2021-11-08-s",
        status="cancelled",
        series="S",
        title="T * [x](y)",
        date="2021-11-08",
        when="9am ET",
        starts="2021-11-08T09:00:00-05:00",
        time_zone="America/New_York",
        location="Room {5}",
        url="https://www.example.org/signup",
        people_label="Hosts",
        people=(
            Person(name="Ana [Lima]", url="https://example.org/a", role="chair", affiliation="Uni, A"),
            Person(name="Bo", affiliation="B"),
            Person(name="Cy", role="notes"),
            Person(name="Di"),
        ),
        description="One with a [link](https://example.org/x).\n- a\n- b\n\nTwo",
        agenda=("First", "# Second"),
        links=(Link(label="Slides", url="https://example.org/s"),),
        recording="https://video.example.org/1",
    )
    assert "- Agenda:" not in render(event)
    spread = event.model_copy(update={"description": "One\n- a"})
    assert "- Agenda:" in render(spread)
    assert one(render(spread)).model_copy(update={"rendered": None}) == spread
    back = one(render(event))
    assert back.model_copy(update={"rendered": None}) == event


@pytest.mark.parametrize(
    "change",
    [
        ("- Topic:  T", "- Topic: T"),
        ("### ", "## "),
        ("- When: ", "* When: "),
        ("    * Ana", "  * Ana"),
        ("- Recording: [e", "- Recording: no link [e"),
        ("- Status: cancelled", "- Status: asleep"),
        ("Ana", "&#999999999;"),
        ("Ana", "&#55296;"),
        ("Ana", "(odd"),
        ("Ana", "Ana(x"),
        ("Ana, B", "[Ana](https://example.org/a) of B"),
        ("- Guests:", "- Agenda:"),
        ("\n\n- Links:", "\n\n- Hosts:\n    * Bo\n\n- Links:"),
        ("\n\n- When", "\n\nA line between.\n\n- When"),
        ("- Links:\n    * [S](https://example.org/s)", "- Links:\n    * S"),
    ],
)
def test_what_the_fields_cannot_say_is_kept_word_by_word(change: tuple[str, str]) -> None:
    section = (
        "### November 8th, 2021:  S\n\n- Status: cancelled\n\n- Topic:  T\n\n- When: 9am ET\n\n- Guests:\n"
        "    * Ana, B\n\n- Links:\n    * [S](https://example.org/s)\n\n- Recording: [example.org](https://example.org/r)"
    )
    assert one(section).markdown is None
    event = one(section.replace(*change))
    assert event.markdown in (section.replace(*change), None)
    assert (event.markdown or render(event)) == section.replace(*change)
    assert event.date == "2021-11-08"
    assert event.title in ("T", "S")


def test_a_verbatim_event_has_its_times_and_links() -> None:
    event = one(
        "## Nov 8, 2021: Talk\n\n**When:** 9am ET\n\n[a](https://example.org/a) <https://example.org/b> "
        '[mail](mailto:x@example.org) <a href="https://example.org/c">c &amp; d</a> [a](https://example.org/a)'
    )
    assert (event.when, event.starts) == ("9am ET", "2021-11-08T09:00:00-05:00")
    assert [(link.label, link.url) for link in event.links] == [
        ("a", "https://example.org/a"),
        ("https://example.org/b", "https://example.org/b"),
        ("c & d", "https://example.org/c"),
    ]


def test_a_line_that_cannot_be_read_is_kept_without_a_moment() -> None:
    event = one("### November 8th, 2021:  S\n\n- When: in the evening")
    assert (event.when, event.starts, event.markdown) == ("in the evening", None, None)


@pytest.mark.parametrize(
    ("section", "title"),
    [
        ("### November 8, 2021\n\n- Topic: Under it", "Under it"),
        ("November 8, 2021\n---\nBelow", "Below"),
        ("### November 8, 2021", "November 8th, 2021"),
        ("### November 8, 2021: \\*Star\\* &amp; `code` ![pic](x.png)", "*Star* & code pic"),
        ("- [x] 2021-11-08: Done", "Done"),
        ("### Meeting 12 \u2013 November 8, 2021: Money", "Meeting 12: Money"),
        ("### November 8, 2021 (Monday): Day", "Day"),
        ("### Day, Monday, November 8, 2021", "Day"),
        ("### Day (Monday 8 November 2021)", "Day"),
        ("- Day on Monday, November 8, 2021", "Day"),
        ("### Taco Monday, November 8, 2021", "Taco Monday"),
    ],
)
def test_titles(section: str, title: str) -> None:
    assert one(section).title == title


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("[a](https://example.org", "closing bracket"),
        ("[a](https://example.org [b](https://example.org/b)", "closing bracket"),
        ("[a] (https://example.org)", "space"),
        ("[a(https://example.org)", "square bracket"),
        ('<a href="https://example.org>a</a>', "not complete"),
        ('<a href="https://example.org"', "not complete"),
        ('<a href="https://example.org">a', "do not match"),
        ("a</a> <b>", "do not match"),
        ("[a](https://example.org/x_(y)) `[b](https://`", None),
        ("[a](https://example.org \"t\") <a href='https://example.org'>a</a>", None),
    ],
)
def test_broken_links_are_reported_with_their_line(line: str, words: str | None) -> None:
    warnings = import_page(f"## 2021-11-08: T\n\n{line}\n", render, ZONES).warnings
    assert [warning.line for warning in warnings] == ([3] if words else [])
    assert words is None or words in warnings[0].message


def test_second_listings() -> None:
    page = (
        "## Talks\n\n### Nov 8, 2021: Ana on zones\n\n### Nov 8, 2021: Ana\n\n### Nov 9, 2021: Bo\n\n"
        "### Nov 9, 2021: Bo\n\n## Index\n\n- November 8 - Ana on zones and more\n- [Nov 9, 2021](#bo)\n"
        "- Nov 8, 2021: Di\n- Nov 8, 2022: Ana\n"
    )
    events = import_page(page, render, ZONES).events
    assert [event.duplicate_of for event in events] == [
        *(None, None, None, "2021-11-09-bo"),
        *("2021-11-08-ana-on-zones", "2021-11-09-bo", None, None),
    ]


def test_a_template_that_writes_no_section_leaves_all_text_verbatim() -> None:
    def unfit(record: Event) -> str:
        if record.markdown is None:
            check_section("", record, "own.j2")
        return record.markdown or ""

    imported = import_page(REFERENCE, unfit, ZONES)
    assert (imported.structured, imported.verbatim) == (0, 2)
