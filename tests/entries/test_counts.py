"""A new event's number where those beside it count, and what stands in groups, texts and lists on one line."""

import pytest
from almanac.entries.stores import next_count

from tests.commands.test_adoption import adopt
from tests.commands.test_takeover import entry, filed
from tests.entries.test_times import EVENING, learned, said

DAYS = ("2025-01-14", "2025-02-11", "2025-03-11")
NAMES = ("Owls", "Bats", "Newts")


def files(keys: str, body: str = "") -> dict[str, str]:
    """Return three files, with a number from 0 on and a name of its own in each; `body` is what they say below."""
    return {
        f"_events/{day}.md": f"---\ntitle: {name}\ndate: {day}\n{keys.format(number=number, name=name)}---\n"
        + body.format(name=name)
        for number, (day, name) in enumerate(zip(DAYS, NAMES, strict=True))
    }


def entries(**numbers: str) -> dict[str, str]:
    items = [
        f'- id: {number}\n  title: "{name}"\n  date: {day}\n'
        for day, (name, number) in zip(DAYS, numbers.items(), strict=False)
    ]
    return {"_data/events.yml": "".join(items)}


@pytest.mark.parametrize(
    ("numbers", "following"),
    [
        ([1, 2, 3], 4),
        ([1, 2, 4], 5),
        ([10, 20, 30], 40),
        ([99, 98, 97], 96),
        ([3, 2, 1], None),
        ([7, 4, 5], 8),  # one that was added late, for an early day
        ([10, 20], 30),
        ([33, 45], 46),  # which may be any step apart
        ([7], 8),
        ([], None),
    ],
)  # fmt: skip
def test_the_number_that_follows(numbers: list[int], following: int | None) -> None:
    assert next_count([*zip(DAYS, numbers, strict=False)]) == following


@pytest.mark.parametrize(
    ("numbers", "following"),
    [
        (("1", "2", "4"), "- id: 5\n"),
        (('"007"', '"008"', '"009"'), '- id: "010"\n'),
        (("30", "20", "10"), "- id:\n"),
        (("30", "29", "28"), "- id: 27\n"),
    ],
)
def test_an_entry_gets_the_next_number(numbers: tuple[str, ...], following: str) -> None:
    site = entries(**dict(zip(NAMES, numbers, strict=True)))
    assert entry(adopt(site), title="Dormice", date="2026-12-10").startswith(following)


def test_numbers_without_an_order_are_no_count() -> None:
    for numbers in ({"Owls": "4711", "Bats": "33", "Newts": "815"}, {"Owls": "33", "Bats": "45"}):
        place = learned(entries(**numbers))
        assert place.learned
        assert [question.id for question in place.learned.questions] == ["id_key"]


def test_a_file_and_a_row_and_an_element_get_it_too() -> None:
    text = entry(adopt(files("weight: 1{number}\n")), title="Dormice", date="2026-12-10")
    assert "\nweight: 13\n" in text
    rows = ('{"number": 2, "title": "Bats", "on": "2025-02-11"}', '{"number": 1, "title": "Owls", "on": "2025-01-14"}')
    files_in_json = {"_data/events.json": "[\n" + ",\n".join(rows) + "\n]\n"}
    new = entry(adopt(files_in_json), title="Dormice", date="2026-12-10")
    assert new.startswith('{"number": 3, "title": "Dormice"')
    table = {"_data/events.csv": "no,title,date\n2,Bats,2025-02-11\n1,Owls,2025-01-14\n"}
    assert "3,Dormice,2026-12-10" in str(filed(adopt(table), title="Dormice", date="2026-12-10")["_data/events.csv"])


def test_a_list_in_json_may_have_all_of_it_on_one_line() -> None:
    owls, bats = (
        f'{{"title":"{name}","date":"{day}","time":"19:00"}}' for day, name in [*zip(DAYS, NAMES, strict=True)][:2]
    )
    for text in (f"[{owls},{bats}]", f"[\n{owls},{bats}\n]\n", f"[\n  {owls[:-1]}\n  }},{{\n{bats[1:]}\n]\n"):
        assert said(learned({"_data/events.json": text}), EVENING) == {
            "title": "Dormice", "date": "2026-12-10", "time": "18:00"
        }  # fmt: skip


def test_an_end_in_words_is_asked_for_and_not_that_of_another_event() -> None:
    place = learned(files("until: open end\n"))
    assert place.learned
    assert [question.id for question in place.learned.questions] == ["until"]
    assert (place.reasons, "open end" in place.learned.template) == ((), False)
    copied = learned(files("from: the archive\n")).learned
    assert copied
    assert "from: the archive" in copied.template


GROUPS = """\
start: "19:00"
schedule:
  - time: "18:30"
    what: Doors
  - what: Tea
  - time: "19:10"
    title: {name} at night
    speaker: Ida Brook
"""


def test_a_talk_has_no_time_of_another_event_and_not_that_of_the_whole_one() -> None:
    place = learned(files(GROUPS))
    assert place.learned
    assert [question.id for question in place.learned.questions] == ["time"]
    template = place.learned.template
    assert "what: Tea" in template
    assert "18:30" not in template
    assert "19:10" not in template
    assert 'start: "{{ starts | like("19:00") }}"' in template


def test_text_below_the_keys_has_no_time_or_place_of_another_event() -> None:
    body = "All about {name}.\n\n**When:** 7pm to 9pm\n\n__Where__: Barn\n\nDoors open at 18:30.\n\nBring a torch.\n"
    site = adopt(files("", body))
    text = entry(site, title="Dormice", date="2026-12-10", when="6pm CET", location="Mill", description="They sleep.")
    assert text.endswith("\n**When:** 6pm CET\n\nThey sleep.\n\n__Where__: Mill\n\nBring a torch.\n")
    assert "7pm" not in text
    assert "18:30" not in text
    bare = entry(site, title="Dormice", date="2026-12-10")
    assert "When" not in bare
    assert "Where" not in bare
