"""A section in the house style, and what a site's own template can do."""

from pathlib import Path

import pytest
from almanac.event.model import Event, Link, Person
from almanac.page.template import section_renderer

from tests.reference import GOVERNMENTS, UNIVERSITIES, page_sections

TEMPLATE = (Path(__file__).parent.parent.parent / "templates/section.md.j2").read_text(encoding="utf-8")
render = section_renderer(TEMPLATE)


def event(**fields: object) -> Event:
    return Event.model_validate({"id": "2021-11-08-x", "title": "T", "date": "2021-11-08", **fields})


def test_the_reference_events_are_written_byte_for_byte() -> None:
    assert (render(GOVERNMENTS), render(UNIVERSITIES)) == page_sections()


def test_an_event_with_nothing_but_its_title() -> None:
    assert render(event()) == "### November 8th, 2021:  T"


def test_every_field() -> None:
    full = event(
        status="cancelled",
        series="S",
        when="9am ET",
        location="Room 1",
        url="https://www.example.org/register?a=1",
        people_label="Speakers",
        people=(
            Person(name="A", url="https://a.example/", role="chair", affiliation="AA"),
            Person(name="- B", affiliation="BB"),
            Person(name="C"),
        ),
        description="One [link](https://c.example/).\n- b1\n- b2\n\nTwo",
        agenda=("x", "1. y"),
        links=(Link(label="Slides", url="https://d.example/"),),
        recording="https://video.example/1",
    )
    assert render(full) == (
        "### November 8th, 2021:  S\n\n- Status: cancelled\n\n- Topic:  T\n\n- When: 9am ET\n\n- Location: Room 1\n\n"
        "- Register: [example.org](https://www.example.org/register?a=1)\n\n"
        "- Speakers:\n    * [A](https://a.example/) (chair), AA\n    * &#45; B, BB\n    * C\n\n"
        "- One [link](https://c.example/).\n\n    * b1\n    * b2\n\n- Two\n\n    * x\n    * 1&#46; y\n\n"
        "- Links:\n    * [Slides](https://d.example/)\n\n- Recording: [video.example](https://video.example/1)"
    )


@pytest.mark.parametrize(
    ("description", "agenda", "written"),
    [
        (None, ("x",), "- Agenda:\n    * x"),
        ("P\n- b", ("x",), "- P\n\n    * b\n\n- Agenda:\n    * x"),
        ("- b\n- c", (), "- b\n\n- c"),
        ("P", ("x",), "- P\n\n    * x"),
        ("- b\n- c", ("x",), "- b\n\n- c\n\n- Agenda:\n    * x"),
        ("- b\n\nP", ("x",), "- b\n\n- P\n\n    * x"),
    ],
)
def test_where_the_agenda_and_the_bullets_stand(description: str | None, agenda: tuple[str, ...], written: str) -> None:
    assert render(event(description=description, agenda=agenda)).split("\n\n", 1)[1] == written


@pytest.mark.parametrize("status", ["cancelled", "postponed", "rescheduled"])
def test_a_change_of_plan_is_seen_first(status: str) -> None:
    assert render(event(status=status, when="9am ET")).split("\n\n")[1] == f"- Status: {status}"


def test_a_scheduled_event_says_nothing_of_it() -> None:
    assert "Status" not in render(event(status="scheduled"))
    moved = event(status="rescheduled", previous_date="2021-11-01", when="9am ET")
    assert render(moved).split("\n\n")[1] == "- Status: rescheduled (was November 1st, 2021)"
    assert "was" not in render(moved.model_copy(update={"status": "cancelled"}))


def test_verbatim_text_is_written_as_it_is() -> None:
    assert render(event(markdown="### {{ x }}  \n\n")) == "### {{ x }}  \n\n"


def test_a_url_that_is_refused_is_text_and_no_link() -> None:
    hostile = event(
        url="javascript:alert(1)",
        recording="https://<x>",
        people=(Person(name="A", url="data:x"),),
        links=(Link(label="L", url="ftp://x"),),
    )
    assert render(hostile).split("\n\n", 1)[1] == (
        "- Register: javascript:alert(1)\n\n- Guests:\n    * A\n\n- Links:\n    * L\n\n"
        "- Recording: https&#58;//&#60;x&#62;"
    )


def test_a_value_never_begins_a_line_of_its_own() -> None:
    assert render(event(title="a\r\n### b\u2028c\x85d\x00e")) == "### November 8th, 2021:  a ### b c de"


@pytest.mark.parametrize(
    ("date", "shown"),
    [
        ("2021-11", "November 2021"),
        ("2021", "2021"),
        ("XXXX-12-09", "December 9th"),
        ("2021-11-12", "November 12th, 2021"),
    ],
)
def test_dates_that_are_known_in_part(date: str, shown: str) -> None:
    assert render(event(date=date)) == f"### {shown}:  T"
