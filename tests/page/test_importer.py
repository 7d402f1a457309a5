"""Pages of every style become records, and come back byte for byte."""

from typing import Any

import pytest
import yaml
from almanac.errors import UserError
from almanac.event.model import Event
from almanac.page.importer import import_page
from almanac.page.insert import split
from almanac.page.lines import fingerprint
from almanac.page.order import page_order
from almanac.page.proof import check_section

from tests.page.house import PAGES, REFERENCE, ROOT, ZONES, records_of, render
from tests.reference import GOVERNMENTS, UNIVERSITIES, page_sections

EXPECTED: dict[str, Any] = yaml.safe_load((ROOT / "tests/cases/pages/expected.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", PAGES)
def test_every_style_of_page(name: str) -> None:
    expected = EXPECTED[name]
    imported = import_page(PAGES[name], render, ZONES)
    days = [event.date + (f" to {event.end_date}" if event.end_date else "") for event in imported.events]
    titles = [event.title.rstrip() for event in imported.events]
    assert [" ".join(pair) for pair in zip(days, titles, strict=True)] == expected["events"]
    assert imported.structured == expected.get("structured", 0)
    assert imported.structured + imported.verbatim == len(imported.events)
    assert [warning.line for warning in imported.warnings] == expected.get("warnings", [])
    assert [event.duplicate_of for event in imported.events if event.duplicate_of] == expected.get("duplicates", [])
    page = split(PAGES[name])
    assert page_order(page) == expected["order"]
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


def test_a_section_in_the_house_style_is_written_once() -> None:
    written: list[str] = []

    def own(event: Event) -> str:
        written.append(event.id)
        return render(event)

    imported = import_page(REFERENCE, own, ZONES)
    assert written == [event.id for event in imported.events]


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
    def own(event: Event) -> str:
        # As a template may: a record says so only after all sections were read.
        return render(event).replace("Topic", "Subject") if event.duplicate_of else render(event)

    section = "### November 8th, 2021:  S\n\n- Topic:  T\n"
    with pytest.raises(UserError) as caught:
        import_page(f"{section}\n{section}", own, ZONES)
    assert caught.value.problems[0].line == 7
    assert "Subject" in caught.value.problems[0].message


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


def test_a_template_that_does_not_write_a_section_leaves_all_text_verbatim() -> None:
    def unfit(record: Event) -> str:
        if record.markdown is None:
            check_section("", record, "own.j2")
        return record.markdown or ""

    imported = import_page(REFERENCE, unfit, ZONES)
    assert (imported.structured, imported.verbatim) == (0, 2)


def test_a_status_beside_a_title_is_the_records() -> None:
    events = records_of(PAGES["plans-changed"])
    assert [(event.title, event.status) for event in events] == [
        ("Owls", "cancelled"),
        ("Foxes", None),
        ("Bears", "postponed"),
        ("Mice", None),
    ]
    page = "- 2021-11-08: Cancelled culture\n- 2021-10-04: How we cancelled\n"
    assert [event.status for event in records_of(page)] == [None, None]


def test_of_several_links_on_a_line_one_is_the_recording() -> None:
    event = records_of(PAGES["links-on-one-line"])[0]
    assert event.recording == "https://v.example/1"
    assert [link.url for link in event.links] == ["https://s.example/1"]
