"""What is learned from a site's own events, on whole sites."""

import pytest
from almanac.commands.places import list_at
from almanac.event.model import Event

from tests.entries.learned import CASES, parts, places
from tests.memory import memory_site
from tests.offers import offer_of


@pytest.mark.parametrize("name", CASES)
def test_the_next_event_is_written_as_the_newest_are(name: str) -> None:
    files, expected = parts(CASES[name])
    assert places(files) == expected


def test_of_countless_keys_only_some_are_looked_at() -> None:
    keys = "".join(f"key{number}: x\n" for number in range(300))
    files = {f"_events/2025-03-0{day}.md": f"---\ntitle: Owls {day}\n{keys}---\n" for day in (1, 2)}
    [told] = places(files).values()
    assert "key100: x" in told
    assert "key299" not in told


def test_people_with_several_keys_are_no_list_that_json_could_be_written_with() -> None:
    entry = '  {{\n    "title": "{}",\n    "on": "2021-11-0{}",\n    "speakers": [{{"name": "{}", "site": "x"}}]\n  }}'
    text = "[\n" + ",\n".join(entry.format(*one) for one in (("Owls", 8, "Eve"), ("Bats", 1, "Tom"))) + "\n]\n"
    place = list_at(memory_site({"owls.json": text}), "owls.json")
    assert place
    assert place.learned
    assert [*place.reasons, *place.learned.left_out] == ["speakers"]
    assert "speakers" not in place.learned.template


def test_of_times_in_groups_of_a_list_is_said_once_that_no_question_fills_them() -> None:
    entry = '- title: {}\n  date: 2025-05-0{}\n  when: [{{start: "19:00", end: "21:00"}}]\n'
    text = "".join(entry.format(*one) for one in (("Owls", 8), ("Bats", 1)))
    place = list_at(memory_site({"_data/owls.yml": text}), "_data/owls.yml")
    assert place
    assert place.reasons == (
        "Most events have `when` (_data/owls.yml, line 3), a group of values that no question of a form can fill.",
    )


def test_a_byte_order_mark_before_a_list_is_no_part_of_its_first_entry() -> None:
    text = "- title: 'Owls'\n  date: '2025-05-08'\n- title: 'Bats'\n  date: '2025-05-01'\n"
    marked, plain = (places({"_data/talks.yml": mark + text}) for mark in ("\ufeff", ""))
    assert marked == plain


GROUPED = Event(
    id="x",
    title="New: owls",
    date="2026-01-05",
    location="Cafe, Lyon",
    when="6pm CET",
    starts="2026-01-05T18:00:00+01:00",
    time_zone="Europe/Berlin",
    extra={"venue_city": "Paris: x"},
)


@pytest.mark.parametrize("folder", ["_meetups", "content", "_data/talks.yml", "_data/events.json"])
def test_keys_in_groups_are_written_and_read_again_and_an_edit_changes_only_its_own(folder: str) -> None:
    files = {path: text for path, text in parts(CASES["keys-in-groups"])[0].items() if path.startswith(folder)}
    files |= {"hugo.toml": "title = 'Owls'\n"} if folder == "content" else {"_config.yml": "title: Owls\n"}
    offer = offer_of(files)
    assert offer
    site = memory_site({**files, **offer.files})
    event = GROUPED.model_copy(update={"id": site.store.new_id(GROUPED, site.ids)})
    path = site.store.path(event.id)
    text = site.store.write(event, source=site.record_texts.get(path))
    again = memory_site({**files, **offer.files, path: text})
    assert again.record(event.id) == event
    moved = event.model_copy(update={"location": "Barn"})
    edited = site.store.write(moved, source=site.record_texts.get(path))
    assert edited == text.replace("Cafe, Lyon", "Barn") or edited == text.replace('"Cafe, Lyon"', '"Barn"')
    if folder != "_data/talks.yml":  # which says no place
        by_hand = memory_site({**files, **offer.files, path: text.replace("Cafe, Lyon", "Mill")})
        assert by_hand.record(event.id) == event.model_copy(update={"location": "Mill"})
