"""Which section belongs to which record, by their looks, and with how many others each is compared."""

from collections.abc import Sequence
from unittest.mock import patch

from almanac.event.model import Event
from almanac.page.match import COMPARED, Pairs, own_section, pair
from almanac.page.outline import outline

from tests.page.house import event


def records(titles: Sequence[str]) -> list[Event]:
    return [event(id=f"2021-{number}", title=title, rendered="0" * 64) for number, title in enumerate(titles)]


def paired(titles: Sequence[str], known: Sequence[Event]) -> Pairs:
    """Pair sections that have these titles, each on a day of its own, on which there is no record."""
    page = "\n".join(f"### {2001 + number // 12}-{number % 12 + 1:02}-01: {one}\n" for number, one in enumerate(titles))
    return pair(outline(page).sections, known, {one.id: one.id for one in known})


def tied(pairs: Pairs) -> list[tuple[str, str]]:
    return [(one.section.title, one.record.title) for one in pairs.tied]


def test_a_title_finds_the_one_record_that_has_it() -> None:
    known = records(["Owls", "Bats at night", "Bats", "A talk on: foxes", "Newts", "  ", "Toads"])
    assert tied(paired(["Owls by day", "bats", "FOXES", "Newts", "Newts too"], known)) == [
        ("Owls by day", "Owls"),
        ("FOXES", "A talk on: foxes"),
        ("Newts", "Newts"),
    ]


def test_a_series_is_a_name_too() -> None:
    first, second = records(["Bats", "Owls"])
    known = [first.model_copy(update={"series": "Night walks"}), second.model_copy(update={"series": "Day walks"})]
    assert tied(paired(["Night walks again", "Walks"], known)) == [("Night walks again", "Bats")]


def test_a_rare_word_finds_a_record_among_many_with_the_same_other_words() -> None:
    known = records([*(f"The talk number {number}" for number in range(4 * COMPARED)), "The talk on owls"])
    titles = ["The talk number 150, again", "The talk", "The talk on owls"]
    assert tied(paired(titles, known)) == [(titles[0], "The talk number 150"), (titles[2], titles[2])]


def test_each_is_compared_with_few() -> None:
    count = 6 * COMPARED
    with patch("almanac.page.match._is_same", return_value=False) as compared:
        paired([f"Talk {number}" for number in range(count)], records([f"Talk x{number}" for number in range(count)]))
    assert compared.call_count == count * COMPARED


def test_on_one_day_each_is_compared_with_few() -> None:
    count = 6 * COMPARED
    page = "\n".join(f"### 2021-11-10: Owl{number}\n" for number in range(count))
    known = records([f"Bat{number}" for number in range(count)])
    with patch("almanac.page.match._is_same", return_value=False) as compared:
        assert not pair(outline(page).sections, known, {one.id: one.id for one in known}).tied
    assert compared.call_count == count * COMPARED


def test_of_two_sections_of_one_name_and_day_the_one_counts_that_says_what_the_record_does() -> None:
    page = outline("## May 1, 2020: Walk\n\nNorth.\n\n## May 1, 2020: Walk\n\nSouth.\n")
    found = own_section(page, event(date="2020-05-01", title="Walk"), "## May 1, 2020: Walk\n\nSouth.")
    assert found is not None
    assert found.line == page.sections[1].line
