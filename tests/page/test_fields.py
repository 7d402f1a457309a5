"""What the rows of a table say is read into the fields in whose columns it stands."""

from typing import Any

import pytest
from almanac.event.model import Event
from almanac.page.fields import EntryFields
from almanac.page.imitate import write_templates
from almanac.page.importer import import_page
from almanac.page.outline import outline
from almanac.page.section import SectionReader
from almanac.page.template import section_renderer

from tests.page.house import PAGES, ZONES, render


def read(page: str) -> list[dict[str, Any]]:
    """Return the fields of each entry of a page, in plain values."""
    cut = outline(page)
    found = map(EntryFields(cut, ZONES).of, cut.sections)
    return [
        Event(id="2021-x", title="x", date="2021", **one).model_dump(
            exclude_defaults=True, exclude={"id", "title", "date"}
        )
        for one in found
    ]


ANN, BOB, CY = ({"name": name} for name in ("Ann Lee", "Bob Ray", "Cy Orr"))
LINKED_ANN, LINKED_BOB = {**ANN, "url": "https://a.example/"}, {**BOB, "url": "https://b.example/"}


@pytest.mark.parametrize(
    ("name", "number", "fields"),
    [
        (
            "table-companies",
            0,
            {"location": "Oakham", "url": "https://m.example/2019/acorn", "extra": {"company": "Acorn"}},
        ),
        ("table-companies", 1, {"url": "https://m.example/2018/acorn"}),
        (
            "table-details",
            0,
            {
                "people": (LINKED_ANN, LINKED_BOB),
                "description": "All about owls.",
                "recording": "https://v.example/1",
            },
        ),
        ("table-details", 2, {"people": (LINKED_ANN,), "description": "A workshop."}),
        ("table-no-years", 2, {"when": "3PM"}),
        ("table-no-years", 3, {"when": "2PM", "people": ({"name": "Prof. Di Fox", "url": "https://d.example/"},)}),
        (
            "table-numbered",
            3,
            {
                "number": 5,
                "when": "14:00 UTC",
                "recording": "https://v.example/5",
                "links": (
                    {"label": "agenda", "url": "https://n.example/5"},
                    {"label": "notes", "url": "https://n.example/5n"},
                ),
            },
        ),
        ("table-seasons", 2, {}),
        (
            "table-themes",
            1,
            {
                "url": "https://p.example/2",
                "people": ({"name": "Ray"}, {"name": "Orr"}),
                "extra": {"theme": "Small animals", "format": "Group discussion"},
            },
        ),
        (
            "table-times",
            2,
            {
                "people": ({**CY, "affiliation": "Moth Unit"}, {"name": "Di Fox", "affiliation": "Moth Unit"}),
                "recording": "https://v.example/3",
            },
        ),
        (
            "table-without-delimiter",
            0,
            {
                "url": "https://t.example/owls",
                "people": ({**ANN, "affiliation": "Hoot College"}, {**BOB, "affiliation": "Hoot College"}),
                "recording": "https://v.example/1",
                "links": ({"label": "Slides", "url": "https://s.example/1"},),
                "extra": {"type": "Tutorial"},
            },
        ),
    ],
)
def test_a_row_says_what_stands_in_its_columns(name: str, number: int, fields: dict[str, Any]) -> None:
    assert read(PAGES[name])[number] == fields


@pytest.mark.parametrize(
    ("head", "cell", "fields"),
    [
        (
            "Speaker",
            "[Ann Lee](https://a.example/) (Hoots), Bob Ray (Bats, Ltd)",
            {"people": ({**LINKED_ANN, "affiliation": "Hoots"}, {**BOB, "affiliation": "Bats, Ltd"})},
        ),
        ("Speaker", "[Ann Lee](javascript:x)", {"people": (ANN,)}),
        ("Speaker", "TBA", {}),
        ("Speaker", "Cancelled because of rain", {}),
        ("Speaker", "\0", {}),
        ("Video", "soon", {}),
        ("Register", "<https://r.example/1>", {"url": "https://r.example/1"}),
        ("Agenda", "Hello; Bye", {"agenda": ("Hello", "Bye")}),
        ("Series", "Moths", {"series": "Moths"}),
        ("Time", "9am ET", {"when": "9am ET", "starts": None}),
        ("Time", "in the evening", {}),
        ("Poster", "[pdf](https://x.example/p)", {"extra": {"poster": "https://x.example/p"}}),
        ("", "words", {}),
        ("Organisation", "Hoots", {"extra": {"organisation": "Hoots"}}),
        ("Duration", "1 h", {"extra": {"duration_column": "1 h"}}),
    ],
)
def test_a_cell_is_read_as_the_field_of_its_column(head: str, cell: str, fields: dict[str, Any]) -> None:
    page = f"| Date | Title | {head} |\n|---|---|---|\n| Jun 1, 2021 | Owls | {cell} |\n"
    assert read(page) == [{name: value for name, value in fields.items() if value is not None}]


def test_rows_that_are_written_alike_need_no_text_of_their_own() -> None:
    # One of the companies is not named again.
    for name, structured in {"table-companies": 3, "table-without-delimiter": 2}.items():
        page = outline(PAGES[name])
        template = section_renderer(write_templates(page, page.alive_list)[0])
        assert import_page(page.text, template, ZONES).structured == structured, name


def test_no_address_is_listed_that_is_in_a_field_of_its_own() -> None:
    events = import_page(PAGES["table-themes"], render, ZONES).events
    assert [event.links for event in events] == [events[0].links, (), (), ()]
    assert [link.url for link in events[0].links] == ["https://a.example/"]


def test_a_row_that_was_edited_changes_only_the_answers_that_it_shows() -> None:
    page = outline(PAGES["table-themes"])
    template = section_renderer(write_templates(page, page.alive_list)[0])
    old = import_page(PAGES["table-themes"], template, ZONES).events[2]
    record = old.model_copy(update={"extra": {**old.extra, "snacks": "nuts"}})
    edited = outline(PAGES["table-themes"].replace("| Apr. 8, 2021 | Trees |", "| Apr. 8, 2021 | Woods |"))
    section = edited.sections[2]
    event = SectionReader(template, ZONES, "\n").again(section, record, EntryFields(edited, ZONES)).event
    assert event.extra == {"theme": "Woods", "format": "Group discussion", "snacks": "nuts"}
    assert event.model_copy(update={"extra": record.extra, "rendered": record.rendered}) == record


def test_tags_are_read_from_a_column_and_from_a_line_of_their_own() -> None:
    table = "| Date | Title | Tags |\n|---|---|---|\n| Nov 1, 2021 | Cats | a, Be; a |\n| Nov 8, 2021 | Dogs | |\n"
    assert read(table) == [{"tags": ("a", "Be")}, {}]
    entries = "## 2021-11-01: Cats\n\n**Tags:** fur, care\n\n## 2021-11-08: Dogs\n\n**Tags:** bark\n"
    assert read(entries) == [{"tags": ("fur", "care")}, {"tags": ("bark",)}]
