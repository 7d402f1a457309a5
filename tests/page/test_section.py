"""What a section says becomes fields if they can write it again; otherwise its text is kept."""

import pytest
from almanac.event.model import Event, Link, Person
from almanac.page.importer import import_page
from almanac.page.sync import sync

from tests.page.formatted import FORMATTERS
from tests.page.house import ZONES, event, records_of, render


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
    moved = event.model_copy(update={"status": "rescheduled", "previous_date": "2021-11"})
    for written in (event, moved):
        assert one(render(written)).model_copy(update={"rendered": None}) == written


@pytest.mark.parametrize(
    "change",
    [
        ("- Topic:  T", "- Topic: T"),
        ("### ", "## "),
        ("- When: ", "* When: "),
        ("    * Ana", "  * Ana"),
        ("- Recording: [e", "- Recording: no link [e"),
        ("- Status: cancelled", "- Status: asleep"),
        ("- Status: cancelled", "- Status: rescheduled (was soon)"),
        ("- Status: cancelled", "- Status: cancelled (was November 1st, 2021)"),
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


def test_a_line_that_cannot_be_read_is_kept_without_an_instant() -> None:
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


RICH = [
    "Where:\n12 Main Street",
    "Sign up: https://example.org/sign_up\n\n1. Doors\n2. Talks\n   - owls\n   - bats",
    "1. Doors\n   - left\n2. Talks\n\nThen *home*.",
    "Bring:\n- a mug\n  1. yours\n- `{{ a | spoon }}`",
    "> Come\n> **now**!\n\nSee [the *plan*](https://example.org/plan).",
    "- a\n  - b\n- c",
    "a_b 2*3*4 &copy; \\*\n\n***b** c*",
]


@pytest.mark.parametrize("description", RICH)
@pytest.mark.parametrize("agenda", [(), ("x", "**y** `{{ z }}` [w](https://example.org/)")])
def test_a_description_is_read_back_with_what_it_is_made_of(description: str, agenda: tuple[str, ...]) -> None:
    event = Event(id="2021-11-08-t", title="T", date="2021-11-08", description=description, agenda=agenda)
    back = one(render(event))
    assert (back.markdown, back.agenda, render(back)) == (None, agenda, render(event))


@pytest.mark.parametrize("formatter", ["as it is", *FORMATTERS])
@pytest.mark.parametrize(
    ("old", "new", "description"),
    [
        ("2. Talks", "2. Long talks", "Sign up *now*:\nhttps://example.org/s\n1. Doors\n2. Long talks\n\nSee `a b`."),
        ("*now*", "**soon**", "Sign up **soon**:\nhttps://example.org/s\n1. Doors\n2. Talks\n\nSee `a b`."),
        ("`a b`", "a&#42;b&#42;", "Sign up *now*:\nhttps://example.org/s\n1. Doors\n2. Talks\n\nSee a&#42;b&#42;."),
    ],
)
def test_an_edit_by_hand_goes_into_the_record_as_markdown(formatter: str, old: str, new: str, description: str) -> None:
    typed = "Sign up _now_:\nhttps://example.org/s\n\n1. Doors\n2. Talks\n\nSee `a b`."
    written = sync("# Log\n", [event(description=typed)], render, ZONES)
    formatted = FORMATTERS[formatter](written.page) if formatter in FORMATTERS else written.page
    (record,) = sync(formatted, written.records, render, ZONES).records
    assert record.description == typed
    (edited,) = sync(formatted.replace(old, new).replace("_now_", new), [record], render, ZONES).records
    assert (edited.description, edited.markdown) == (description, None)
