"""Keys of a site's own events that name an entry or a file of the site: asked for by what there is."""

import pytest
from almanac.form.schema import read_form

from tests.commands.test_adoption import FORM, plan
from tests.commands.test_takeover import entry

PEOPLE = "ida-brook:\n  name: Ida Brook\ntom-reed:\n  name: Tom Reed\n"
VENUES = '[{"id": "barn", "name": "The Barn"}, {"id": "mill", "name": "The Mill"}]'


def site(keys: str, **more: str) -> dict[str, str]:
    """Return a site with three events that have these keys."""
    days = (("2025-01-14", "Owls"), ("2025-02-11", "Bats"), ("2025-03-11", "Newts"))
    events = {f"_events/{day}.md": f"---\nlayout: event\ntitle: {name}\ndate: {day}\n{keys}---\n" for day, name in days}
    return {**events, "_layouts/event.html": "{{ content }}", "_config.yml": "title: x\n", **more}


@pytest.mark.parametrize(
    ("path", "text", "known"),
    [
        ("_data/people.yml", PEOPLE, ["ida-brook", "tom-reed"]),
        ("_data/speakers.json", '[{"slug": "ida-brook"}, {"slug": "eve-hill"}]', ["ida-brook", "eve-hill"]),
        ("_speakers/ida-brook.md", "---\nname: Ida\n---\n", ["ida-brook"]),
        ("_data/who/ida-brook.yml", "name: Ida\n", ["ida-brook"]),
    ],
)
def test_a_person_or_venue_is_chosen_from_those_that_the_site_knows(path: str, text: str, known: list[str]) -> None:
    files = site("speaker: ida-brook\nvenue: barn\n", **{path: text, "_data/venues.json": VENUES})
    planned = plan(files)
    fields = {field.id: field for field in read_form(planned.files[FORM]).fields}
    assert [option.label for option in fields["speaker"].options] == known
    assert [option.label for option in fields["venue"].options] == ["barn", "mill"]
    assert not {"people", "location"} & fields.keys()
    text = entry({**files, **planned.written}, title="Dormice", date="2026-12-10", speaker="ida-brook", venue="mill")
    assert "layout: event\ntitle: Dormice\ndate: 2026-12-10\nspeaker: ida-brook\nvenue: mill\n" in text


def test_several_are_written_one_on_a_line_and_those_known_are_named() -> None:
    files = site("speakers:\n  - ida-brook\n  - tom-reed\n", **{"_data/people.yml": PEOPLE})
    planned = plan(files)
    form = planned.files[FORM]
    assert "one on each line: ids in _data/people.yml. Known so far: ida-brook, tom-reed." in form
    text = entry({**files, **planned.written}, title="Dormice", date="2026-12-10", speakers="tom-reed\nida-brook")
    assert "speakers:\n  - tom-reed\n  - ida-brook\n" in text


def test_of_very_many_only_some_are_named() -> None:
    many = "".join(f"person-{number}:\n  name: Ida\n" for number in range(40))
    form = plan(site("speaker: person-3\n", **{"_data/people.yml": many})).files[FORM]
    assert "one of the ids in _data/people.yml. Known so far: person-0, person-1" in form
    assert "person-30" not in form
    assert "dropdown" not in form


@pytest.mark.parametrize(
    "other", [{}, {"_data/people.yml": "- a\n"}, {"_data/people.yml": "a: ["}, {"_data/x.json": "{"}]
)
def test_what_no_file_knows_is_a_value_like_any_other(other: dict[str, str]) -> None:
    planned = plan(site("speaker: ida-brook\nvenue: Barn\n", **other))
    fields = {field.id: field for field in read_form(planned.files[FORM]).fields}
    assert "location" in fields
    assert "venue" not in fields
