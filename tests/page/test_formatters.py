"""Pages that a formatter was run over: nothing that a reader sees changed, so no record does."""

from typing import Any

import pytest
from almanac.config import Config
from almanac.event.model import Event, Link, Person
from almanac.page.insert import put, remove
from almanac.page.match import own_section
from almanac.page.outline import outline
from almanac.page.sync import sync
from almanac.page.template import section_renderer

from tests.page.formatted import FORMATTERS, mdformat, prettier
from tests.page.house import FULL, REFERENCE, ZONES, event, records_of, render
from tests.page.test_sync import run

every_formatter = pytest.mark.parametrize("formatter", FORMATTERS)
TABLE = "# Log\n\n| Date | Title | Where |\n|---|---|---|\n| 2021-11-10 | *New* | |\n| 2021-11-17 | Old | Hall |\n"
PADDED = """# Log

| Date       | Title | Where |
| ---------- | ----- | ----- |
| 2021-11-10 | _New_ |       |
| 2021-11-17 | Old   | Hall  |
"""
ROW = section_renderer("| {{ date }} | {{ title | text }} | {{ location | text }} |\n")


def unstamped(records: tuple[Event, ...]) -> list[Event]:
    return [record.model_copy(update={"rendered": None}) for record in records]


def full_page() -> tuple[str, tuple[Event, ...]]:
    """Return the reference page with one more event that has everything."""
    synced = sync(REFERENCE, [*records_of(REFERENCE), FULL], render, ZONES)
    return synced.page, synced.records


@every_formatter
def test_records_keep_their_fields_and_the_page_its_bytes(formatter: str) -> None:
    page, records = full_page()
    formatted = FORMATTERS[formatter](page)
    synced = run(formatted, records)
    assert (synced.page, synced.problems, synced.notes) == (formatted, (), ())
    assert unstamped(synced.records) == unstamped(records)


@every_formatter
def test_an_edit_after_the_formatter_changes_one_field(formatter: str) -> None:
    page, records = full_page()
    formatted = FORMATTERS[formatter](page).replace("Room 5", "Room 6").replace("Hello", "Good morning")
    for known in (records, sync(FORMATTERS[formatter](page), records, render, ZONES).records):
        synced = run(formatted, known)
        assert (synced.page, synced.problems) == (formatted, ())
        changed = FULL.model_copy(update={"location": "Room 6", "agenda": ("Good morning", "Bye")})
        assert unstamped(synced.records)[:2] == unstamped(records)[:2]
        starts = {name: getattr(records[2], name) for name in ("starts", "ends", "time_zone")}
        assert synced.records[2].model_copy(update={"rendered": None}) == changed.model_copy(update=starts)


@every_formatter
def test_an_edited_record_is_written_after_the_formatter(formatter: str) -> None:
    page, records = full_page()
    formatted = FORMATTERS[formatter](page)
    for known in (records, sync(formatted, records, render, ZONES).records):
        changed = known[2].model_copy(update={"location": "Room 6"})
        synced = run(formatted, [*known[:2], changed])
        assert not synced.problems
        assert "- Location: Room 6" in synced.page
        others = [one.text for one in outline(formatted).sections if "Owls" not in one.text]
        assert [one.text for one in outline(synced.page).sections if "Owls" not in one.text] == others


def test_both_sides_edited_after_a_formatter_is_a_conflict() -> None:
    page, records = full_page()
    changed = records[2].model_copy(update={"location": "Room 6"})
    synced = run(prettier(page).replace("- Location: Room 5", "- Location: Room 7"), [*records[:2], changed])
    assert len(synced.problems) == 1


def test_text_that_no_field_can_hold_is_kept_beside_the_fields() -> None:
    page, records = full_page()
    edited = (
        prettier(page).replace("Room 5", "**Room** 5").replace("- When: 9am ET, 3pm CET\n\n- Location", "- Location")
    )
    record = run(edited, records).records[2]
    assert record.markdown is not None
    assert "**Room** 5" in record.markdown
    assert (record.people, record.agenda, record.links) == (FULL.people, FULL.agenda, FULL.links)
    assert (record.description, record.url) == (FULL.description, FULL.url)
    assert (record.when, record.starts) == (None, None)


def test_a_value_that_cannot_be_read_any_more_stays_while_its_words_do() -> None:
    page, records = full_page()
    edited = page.replace("- Guests:\n    * [Ada]", "- Guests:\n\n  **Hosts**\n\n    1. [Ada]").replace(
        "    * Grace", "    2. Grace"
    )
    record = run(edited, records).records[2]
    assert record.markdown is not None
    assert record.people == FULL.people


def test_a_new_section_in_a_formatters_style_is_read_into_fields() -> None:
    page, records = full_page()
    section = prettier(render(FULL)).replace("November 15th", "November 22nd")
    synced = run(prettier(page).replace("### November 15th", f"{section}\n\n### November 15th"), records)
    new = synced.records[-1]
    assert (new.date, new.markdown, new.people, new.agenda) == ("2021-11-22", None, FULL.people, FULL.agenda)


def test_a_padded_table_changes_no_record() -> None:
    records = records_of(TABLE)
    synced = run(PADDED, records)
    assert synced.page == PADDED
    assert unstamped(synced.records) == unstamped(records)


def test_a_templates_row_is_recognised_when_it_is_padded() -> None:
    one, two = event(), event(id="2021-11-17-old", title="Old", date="2021-11-17", location="Hall")
    table = TABLE[: TABLE.index("| 2021")]
    made = sync(table, [one, two], ROW, ZONES, Config(section_template="row.j2"))
    padded = made.page.replace("| New |  |", "| New   |     |").replace("| Hall |", "| Hall  |")
    synced = sync(padded, made.records, ROW, ZONES)
    assert (synced.page, unstamped(synced.records)) == (padded, [one, two])


def test_a_formatted_section_that_says_what_it_should_is_not_written_again() -> None:
    page, records = full_page()
    formatted = prettier(page)
    assert put(formatted, records[2], render(records[2]), previous=records[2], order=None) == formatted
    changed = records[2].model_copy(update={"location": "Room 6"})
    assert "Room 6" in put(formatted, changed, render(changed), previous=records[2], order=None)


def test_of_two_listings_of_one_event_each_record_finds_its_own() -> None:
    page = "# Log\n\n- Nov 10, 2021: New\n\n# Talks\n\n### November 10th, 2021: New\n\n- When: 9am\n"
    first, second = records_of(page)
    star = page.replace("- Nov", "* Nov").replace("- When", "* When")
    cut = outline(star)
    assert own_section(cut, first, first.markdown) == cut.sections[0]
    assert own_section(cut, second, second.markdown) == cut.sections[1]
    assert own_section(cut, second, "something else") == cut.sections[0]
    assert remove(star, second, second.markdown).endswith("# Talks\n\n")
    synced = run(star, [first, second])
    assert unstamped(synced.records) == unstamped((first, second))


def test_a_loose_list_of_people_stays_a_list_of_people() -> None:
    record = records_of(REFERENCE)[1]
    edited = mdformat(REFERENCE).replace("Rochester Institute of Technology", "RIT")
    again = next(one for one in run(edited, records_of(REFERENCE)).records if one.id == record.id)
    assert again.markdown is None
    assert [one.name for one in again.people] == [one.name for one in record.people]
    assert again.people[-1].affiliation == "RIT"


OWN = section_renderer(
    "| {{ date }} | {{ title | text }} | {% for person in people %}{{ person.name | link(person.url) }}"
    "{% if person.affiliation %} ({{ person.affiliation | text }}){% endif %}{% if not loop.last %}, {% endif %}"
    "{% endfor %} | {{ location | text }} | {% if url %}[Join]({{ url | url }}){% endif %} | "
    "{{ agenda | join('; ') | text }} | {% for entry in links %}{{ entry.label | link(entry.url) }}{% endfor %} |\n"
)
ADA = Person(name="Ada", url="https://example.org/ada")


def own_row(**changes: Any) -> tuple[str, tuple[Event, ...]]:
    """Return a page with a row that the site's own template writes, and its record."""
    one = event(people=(ADA,), location="Hall", url="https://example.org/join", agenda=("Hello", "Bye"), **changes)
    table = "# Log\n\n| Date | Title | Who | Where | Join | Agenda | More |\n|---|---|---|---|---|---|---|\n"
    made = sync(table, [one], OWN, ZONES, Config(section_template="row.j2"))
    return made.page, made.records


@pytest.mark.parametrize(
    ("old", "new", "fields"),
    [
        ("| Hall |", "| Room\\_5 |", {"location": "Room_5"}),
        ("| Hall |", "| |", {"location": None}),
        ("| New |", "| Newer |", {"title": "Newer"}),
        (
            "ada) |",
            "ada), Grace (MIT, Cambridge) |",
            {"people": (ADA, Person(name="Grace", affiliation="MIT, Cambridge"))},
        ),
        ("| [Ada](https://example.org/ada) |", "| |", {"people": ()}),
        ("/join)", "/room)", {"url": "https://example.org/room"}),
        ("| Hello; Bye |", "| Hello; Talks; Bye |", {"agenda": ("Hello", "Talks", "Bye")}),
        (
            "Bye |  |",
            "Bye | [Slides](https://example.org/s) |",
            {"links": (Link(label="Slides", url="https://example.org/s"),)},
        ),
    ],
)
def test_an_edited_cell_of_a_templates_row_is_read_into_its_field(old: str, new: str, fields: dict[str, Any]) -> None:
    page, [record] = own_row()
    assert old in page
    for edited in (page.replace(old, new), page.replace(old, new).replace("| 2021", "|   2021")):
        synced = sync(edited, [record], OWN, ZONES)
        assert (synced.page, unstamped(synced.records)) == (edited, unstamped((record.model_copy(update=fields),)))


def test_an_edited_place_of_a_templates_bullet_is_read_into_its_field() -> None:
    bullet = section_renderer(
        "- {{ date }}: {{ title | text }} / {% for person in people %}{{ person.name | text }}"
        "{% if person.affiliation %} ({{ person.affiliation | text }}){% endif %}{% if not loop.last %}, {% endif %}"
        "{% endfor %} / {{ location | text }}\n"
    )
    made = sync("# Log\n\n", [event(people=(ADA,), location="Hall")], bullet, ZONES, Config(section_template="b.j2"))
    [again] = sync(made.page.replace("Ada", "Ada (MIT, Cambridge), Grace"), made.records, bullet, ZONES).records
    assert [(one.name, one.affiliation) for one in again.people] == [("Ada", "MIT, Cambridge"), ("Grace", None)]
    assert again.markdown is None


def test_several_edited_cells_are_read_together_and_what_no_field_can_say_is_kept() -> None:
    page, [record] = own_row()
    edited = page.replace("| Hall |", "| Barn |").replace("/join)", "/room)")
    [again] = sync(edited, [record], OWN, ZONES).records
    assert (again.location, again.url, again.markdown) == ("Barn", "https://example.org/room", None)
    [again] = sync(edited.replace("[Join]", "[**Come**]"), [record], OWN, ZONES).records
    assert again.markdown is not None
    assert (again.people, again.agenda) == (record.people, record.agenda)
    for place in ("| New |", "| Hall |"):
        [again] = sync(page.replace(place, f"| {'x' * 400 if 'Hall' in place else ''} |"), [record], OWN, ZONES).records
        assert again.markdown is not None


def test_what_two_fields_could_have_changed_is_not_guessed() -> None:
    bullet = section_renderer("- {{ date }}: {{ title | text }} {{ location | text }}\n")
    made = sync("# Log\n\n", [event(location="Hall")], bullet, ZONES, Config(section_template="row.j2"))
    [again] = sync(made.page.replace("New Hall", "New old Hall"), made.records, bullet, ZONES).records
    assert again.markdown is not None
    [again] = sync(made.page.replace("New Hall", "New Barn"), made.records, bullet, ZONES).records
    assert (again.title, again.location, again.markdown) == ("New", "Barn", None)


def test_a_template_that_fails_for_a_guess_is_no_error() -> None:
    cell = "{{ location | text }}{{ 9 // (4 // location | length) }}"  # which fails for a longer one
    short = section_renderer(f"| {{{{ date }}}} | {{{{ title | text }}}} | {cell} |\n")
    table = TABLE[: TABLE.index("| 2021")]
    made = sync(table, [event(location="Hall")], short, ZONES, Config(section_template="row.j2"))
    [again] = sync(made.page.replace("Hall", "Barn"), made.records, short, ZONES).records
    assert (again.location, again.markdown is None) == ("Barn9", False)  # as the column says
