"""Values that a record changes reach its section, though that is kept word for word."""

import pytest
from almanac.event.model import Event, Link, Person
from almanac.page.fields import people_in
from almanac.page.imitate import imitate
from almanac.page.importer import import_page
from almanac.page.outline import outline
from almanac.page.rewrite import rewritten, without_status
from almanac.page.sync import Synced, sync
from almanac.page.template import section_renderer

from tests.page.house import PAGES, ZONES, render
from tests.page.test_firstline import DAYS, NAMES

VIDEO = "https://example.org/video"


def changed(page: str, number: int, **changes: object) -> Synced:
    """Import a page in its own shape, change one record, and bring both in sync."""
    imported = import_page(page, render, ZONES)
    style = imitate(outline(page), [event.markdown is None for event in imported.events])
    own = section_renderer(style.template) if style.template else render
    events = list(import_page(page, own, ZONES).events)
    events[number] = events[number].model_copy(update=changes)
    synced = sync(page, events, own, ZONES)
    if not synced.problems:
        again = sync(synced.page, synced.records, own, ZONES)
        assert (again.page, again.records, again.problems) == (synced.page, synced.records, ())
    return synced


def added_lines(page: str, synced: Synced) -> list[str]:
    assert not synced.problems
    before = page.split("\n")
    return [line for line in synced.page.split("\n") if line not in before]


LIST = """\
# Talks

- Nov 1, 2021: [Cats *and* dogs](https://a.org/1) - [video](https://a.org/v1), 12 came
- Nov 8, 2021: [Fish](https://a.org/2) - [video](https://a.org/v2)
- Nov 9, 2021: Birds of a feather, with cake
- Nov 10, 2021: [Ants](https://a.org/4) and [bees](https://a.org/5)
"""
SECTIONS = """\
# Talks

## Nov 1, 2021 - Cats

The *first* of all.

**Video:** [Watch](https://a.org/v1)

Thanks to all.

## Nov 8, 2021 - Dogs

The second.

**Video:** [Watch](https://a.org/v2)

***

## Nov 9, 2021 - Fish

In the *dark*.

Nothing to see.
"""
HOUSE = """\
### December 9 - 'Universities' and 'Cities'
  - Topic:  Happy Hours

### November 11th, 2021:  Universities

- Topic:  Measuring

### November 8th, 2021:  Governments

- Topic:  Paris
"""


@pytest.mark.parametrize(
    ("page", "number", "changes", "lines"),
    [
        (LIST, 0, {"title": "Ants"}, None),
        (
            LIST,
            2,
            {"title": "Ducks & geese"},
            ["- Nov 9, 2021: Ducks & geese"],
        ),
        (
            LIST,
            0,
            {"status": "cancelled"},
            ["- Nov 1, 2021: [Cats *and* dogs](https://a.org/1) - [video](https://a.org/v1) (cancelled), 12 came"],
        ),
        (
            HOUSE.replace("###", "*"),
            0,
            {"status": "rescheduled", "previous_date": "2021-12-02"},
            ["* December 9 - 'Universities' and 'Cities' (rescheduled, was December 2nd, 2021)"],
        ),
        (
            LIST,
            0,
            {"recording": VIDEO},
            [f"- Nov 1, 2021: [Cats *and* dogs](https://a.org/1) - [video]({VIDEO}), 12 came"],
        ),
        (
            LIST,
            3,
            {"recording": VIDEO, "status": "postponed"},
            [f"- Nov 10, 2021: [Ants](https://a.org/4) - [video]({VIDEO}) (postponed) and [bees](https://a.org/5)"],
        ),
        (LIST, 3, {"location": "Hall", "description": "Of no place here"}, []),
        (SECTIONS, 0, {"title": "Tigers"}, ["## Nov 1, 2021 - Tigers"]),
        (SECTIONS, 0, {"status": "rescheduled"}, ["**Rescheduled**"]),
        (SECTIONS, 2, {"recording": VIDEO}, [f"**Video:** [Watch]({VIDEO})"]),
        (HOUSE, 0, {"status": "cancelled"}, ["  - Status: cancelled"]),
        (HOUSE, 1, {"status": "cancelled"}, ["- Status: cancelled"]),
        (HOUSE.replace("  - Topic:", " * Topic:"), 0, {"status": "cancelled"}, [" * Status: cancelled"]),
        (
            HOUSE,
            0,
            {"recording": VIDEO, "links": (Link(label="Slides", url="https://a.org/s"),)},
            ["  - Links:", "      * [Slides](https://a.org/s)", f"  - Recording: [example.org]({VIDEO})"],
        ),
        (HOUSE, 0, {"people": (Person(name="Ada"),)}, ["  - Guests:", "      * Ada"]),
        (HOUSE, 0, {"title": "Cheers"}, ["### December 9 - Cheers"]),
        (
            HOUSE.replace("###", "*"),
            0,
            {"status": "cancelled"},
            ["* December 9 - 'Universities' and 'Cities' (cancelled)"],
        ),
    ],
)
def test_a_changed_value_is_written_into_the_section(
    page: str, number: int, changes: dict[str, object], lines: list[str] | None
) -> None:
    synced = changed(page, number, **changes)
    if lines is None:
        assert synced.page == page
        assert "kept word for word" in synced.problems[0].message
    else:
        assert added_lines(page, synced) == lines


def test_what_the_page_has_no_place_for_is_named() -> None:
    synced = changed(LIST, 3, location="Hall")
    assert synced.page == LIST
    (note,) = synced.notes
    assert (note.line, "no place for location: the record keeps" in note.message) == (6, True)


INDEXED = PAGES["sections-and-index"]


def test_a_line_of_a_list_has_no_place_for_what_a_section_shows() -> None:
    number = next(
        at for at, one in enumerate(import_page(INDEXED, render, ZONES).events) if one.title == "Mead tasting"
    )
    synced = changed(INDEXED, number, recording=VIDEO)
    assert synced.page == INDEXED
    assert "changed recording, but its section is kept word for word" in synced.problems[0].message
    # Without `markdown` it gets a section, among the others.
    synced = changed(INDEXED, number, recording=VIDEO, markdown=None)
    section = f"### December 9th, 2021:  Mead tasting\n\n- Recording: [example.org]({VIDEO})\n\n"
    assert synced.page == INDEXED.replace("- Dec 9, 2021 - Mead tasting\n", "").replace(
        "### All meetings", f"{section}### All meetings"
    )


@pytest.mark.parametrize("page", [LIST, SECTIONS, HOUSE])
def test_without_markdown_a_section_is_written_again_in_its_place(page: str) -> None:
    for number in range(3):
        synced = changed(page, number, title="Owls", markdown=None)
        assert synced.records[number].markdown is None
        lines = added_lines(page, synced)
        assert any("Owls" in line for line in lines)
        dates = [[one.date for one in outline(text).sections] for text in (page, synced.page)]
        assert dates[0] == dates[1]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Ada Byron", [("Ada Byron", None, None)]),
        ("Ada Byron, Bo Peep and Cy Li", [("Ada Byron", None, None), ("Bo Peep", None, None), ("Cy Li", None, None)]),
        ("[Ada Byron](https://a.org) (Engines)", [("Ada Byron", "https://a.org", "Engines")]),
        ("Ada Byron, Engines; Bo Peep", [("Ada Byron", None, "Engines"), ("Bo Peep", None, None)]),
        (
            "Ada Byron (Engines) and Bo Peep (Sheep, Inc.)",
            [("Ada Byron", None, "Engines"), ("Bo Peep", None, "Sheep, Inc.")],
        ),
        ("everyone who came", []),
        ("[Ada Byron](ftp://a.org)", []),
    ],
)
def test_people_are_read_as_they_are_named(text: str, names: list[tuple[str, str | None, str | None]]) -> None:
    assert [(person.name, person.url, person.affiliation) for person in people_in(text)] == names


def test_an_imported_entry_tells_in_fields_what_its_list_tells_in_a_pattern() -> None:
    page = "".join(
        f"- __2021-11-0{day}:__ {title}. {name}, Works. Room {day}, 7pm ET. [Video](https://a.org/{day}).\n"
        for day, title, name in ((1, "On cats", "Cy Twombly"), (2, "On dogs", "Di Maio"), (3, "On fish", "Flo Kim"))
    )
    event = import_page(page, render, ZONES).events[0]
    assert event.markdown == page.split("\n")[0]
    assert (event.title, event.location, event.recording) == ("On cats", "Room 1", "https://a.org/1")
    assert event.people == (Person(name="Cy Twombly", affiliation="Works"),)
    assert event.starts == "2021-11-01T19:00:00-04:00"


READ = Event(id="2021-11-01-cats", title="Cats", date="2021-11-01", recording="https://a.org/v")
SECTION = "Nov 1, 2021 - Cats\n------------------\nA [video](https://a.org/v) of cats."


@pytest.mark.parametrize(
    ("section", "changes", "template", "written"),
    [
        (SECTION, {"recording": "ftp://a.org"}, "## {{ date }} {{ title }}", SECTION),
        (
            SECTION,
            {"title": "Dogs"},
            "{{ nothing }}",
            "Nov 1, 2021 - Dogs\n------------------\nA [video](https://a.org/v) of cats.",
        ),
        (SECTION.replace("Cats\n", "C*a*ts\n"), {"title": "Dogs"}, "{{ nothing }}", None),
        (SECTION, {"status": "cancelled"}, "{{ nothing }}", SECTION.replace("Cats", "Cats (cancelled)")),
        (
            SECTION,
            {"location": "Hall"},
            "{{ date }}\n---\n\n{% if location %}Where: {{ location }}\n{% endif %}{{ title }}",
            SECTION.replace("---\nA", "---\nWhere: Hall\nA"),
        ),
        (
            SECTION,
            {"when": "9am ET"},
            "{{ date }}: {{ title }} {{ when }}\n---\n\nEnd",
            SECTION.replace("- Cats", "- Cats 9am ET"),
        ),
        (
            SECTION + "\n\nThe end.",
            {"when": "9am ET"},
            "## {{ title }}\n\nA [video](https://a.org/v) of cats.\n{% if when %}\n{{ when }}\n{% endif %}\nBye",
            SECTION + "\n9am ET\n\nThe end.",
        ),
        (SECTION, {"when": "9am ET"}, "{{ date }}: {{ when or title }}\n---\n\nEnd", None),
    ],
)
def test_a_value_is_written_where_the_template_writes_it(
    section: str, changes: dict[str, object], template: str, written: str | None
) -> None:
    record = READ.model_copy(update=changes)
    assert rewritten(section, record, READ, section_renderer(template)) == written


def test_an_address_that_nothing_may_lead_to_is_no_field() -> None:
    page = "".join(f"- 2021-11-0{day} {title} ([video](http://a/{day}))\n" for day, title in ((1, "Cats"), (2, "Dogs")))
    assert import_page(page, render, ZONES).events[0].recording is None
    untitled = "### 3 Apr 2023, 8am ET\n\nNotes.\n\n### 6 Mar 2023, 8am ET\n\nMore notes.\n"
    assert import_page(untitled, render, ZONES).events[0].when == "8am ET"


def test_what_people_change_in_a_section_changes_in_its_record() -> None:
    records = import_page(LIST, render, ZONES).events
    edited = LIST.replace("https://a.org/v1", "https://a.org/w1").replace(" and [bees](https://a.org/5)", "")
    synced = sync(edited, records, render, ZONES)
    assert (synced.page, synced.problems) == (edited, ())
    first, *_, last = synced.records
    assert (records[0].recording, first.recording) == ("https://a.org/v1", "https://a.org/w1")
    assert [link.url for link in records[3].links] == ["https://a.org/5"]
    assert last.links == ()
    noted = [record.model_copy(update={"extra": {"room": "5"}}) for record in synced.records]
    without = edited.replace(" - [video](https://a.org/w1)", "")
    assert sync(without, noted, render, ZONES).records[0].recording is None
    again = sync(without, sync(without, noted, render, ZONES).records, render, ZONES)
    assert (again.page, again.problems) == (without, ())


def test_a_link_that_is_broken_by_hand_is_not_written_again() -> None:
    page = "## May 1, 2020 Walk\n* [Recording](https://a.org/r/1)\n"
    broken = page.replace("a.org/r", "a.org r")
    taken = sync(broken, import_page(page, render, ZONES).events, render, ZONES)
    assert (taken.page, taken.records[0].recording) == (broken, None)
    assert sync(broken, taken.records, render, ZONES).page == broken


def test_no_other_value_is_written_over() -> None:
    page = "## Nov 1, 2021 - Cats\n\nSee the [paper](https://a.org/paper).\n\n## Nov 8, 2021 - Dogs\n\nNothing.\n"
    synced = changed(page, 0, url="https://a.org/register")
    assert "[paper](https://a.org/paper)" in synced.page
    names = "".join(f"## {name} (Works) - November {day}, 2021\n\n" for day, name in zip(DAYS, NAMES, strict=True))
    record = import_page(names, render, ZONES).events[0].model_copy(update={"title": "On cats"})
    assert rewritten(names.split("\n")[0], record, import_page(names, render, ZONES).events[0], render) is None


@pytest.mark.parametrize(
    ("section", "after"),
    [
        (
            "- Nov 1, 2021: [Cats](https://a.org) (cancelled) - video\n",
            "- Nov 1, 2021: [Cats](https://a.org) - video\n",
        ),
        (
            "### November 1st, 2021:  Cats\n\n- Status: cancelled\n\nWith <b>cake</b>.\n",
            "### November 1st, 2021:  Cats\n\nWith <b>cake</b>.\n",
        ),
        ("### Nov 1: Cats\n\nNever said.\n", "### Nov 1: Cats\n\nNever said.\n"),
        ("### Nov 1: Cats\n\nIt was cancelled, alas.\n", None),
    ],
)
def test_a_status_goes_where_it_was_written_and_words_of_its_author_stay(section: str, after: str | None) -> None:
    before = Event(id="2021-11-01-cats", title="Cats", date="2021-11-01", status="cancelled", markdown=section)
    planned, silent = (before.model_copy(update={"status": status}) for status in ("scheduled", None))
    assert without_status(section, silent, before, render) == after
    assert without_status(section, planned, before, render) == after
    assert without_status(section, silent, planned, render) == section, "it was to take place before"
