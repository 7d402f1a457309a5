"""What holds for every page that can be put together of lines that real pages have."""

from datetime import date

import pytest
from almanac.errors import UserError
from almanac.event.model import Event
from almanac.page.importer import import_page
from almanac.page.insert import put, remove
from almanac.page.outline import outline
from almanac.page.sync import sync
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.page.house import PAGES, REFERENCE, ZONES, event, render

LINES = sorted({line.strip("\r\n") for page in (*PAGES.values(), REFERENCE) for line in page.split("\n")})
ODD = [
    "\u00a0",
    "\t",
    "   ",
    "---",
    "===",
    "```",
    "~~~",
    "<!--",
    "-->",
    "{% raw %}",
    "{% endfor %}",
    "|",
    "-",
    "#",
    "\ufeff",
]
LINE = st.one_of(
    st.sampled_from(LINES), st.sampled_from(ODD), st.text(alphabet="aé# -*|:[]()`~<>{}%\t\u00a02021Nov8", max_size=30)
)
END = st.sampled_from(["\n", "\n", "\n\n", "\r\n", "\n\r\n"])


@st.composite
def pages(draw: st.DrawFn) -> str:
    """Put a page together; most pages have one line end, some several, some none at their end."""
    lines = draw(st.lists(LINE, min_size=1, max_size=25))
    if draw(st.booleans()):
        newline = draw(st.sampled_from(["\n", "\r\n"]))
        page = newline.join(lines)
    else:
        page = "".join(line + draw(END) for line in lines)
    return page + draw(st.sampled_from(["", "\n"]))


def imported(page: str) -> tuple[Event, ...]:
    try:
        return import_page(page, render, ZONES).events
    except UserError as error:
        assert any(words in str(error) for words in ("No event", "Liquid loop", "an include"))  # noqa: PT017  # never "would not come back"
        assume(False)  # Hypothesis' own signature
        raise


@given(st.one_of(pages(), st.text()))
@settings(deadline=None)
def test_every_character_is_in_exactly_one_part(page: str) -> None:
    cut = outline(page)
    assert cut.joined() == page
    assert all(section.text == page[section.start : section.end] for section in cut.sections)


@pytest.mark.long
@given(pages())
@settings(max_examples=20 * settings().max_examples)
def test_an_imported_page_comes_back_and_is_in_sync(page: str) -> None:
    records = imported(page)
    synced = sync(page, records, render, ZONES)
    assert (synced.page, synced.records, synced.problems) == (page, records, ())


@given(pages(), st.sampled_from(["2017-02-02", "2021", "2021-11", "2021-11-10", "2023-01-01", "XXXX-05-05"]))
@settings(deadline=None)
def test_put_adds_one_section_and_nothing_else(page: str, date: str) -> None:
    new = event(date=date, title="Brand new")
    try:
        after = put(page, new, render(new), previous=None, order=None)
    except UserError:
        return
    before, found, rest = after.partition(render(new).replace("\n", outline(page).newline))
    assert found
    kept, words = (before + rest).split(), page.split()
    # A new year's heading is made of words of the page; nothing of the page itself is gone.
    assert all(kept.count(word) >= words.count(word) for word in set(words))
    assert len(before) + len(rest) >= len(page)


@given(pages(), st.data())
@settings(deadline=None)
def test_a_changed_character_of_a_section_never_goes_unnoticed(page: str, data: st.DataObject) -> None:
    records = imported(page)
    cut = outline(page)
    section = data.draw(st.sampled_from(cut.sections))
    place = data.draw(st.integers(section.start, section.end - 1))
    character = data.draw(st.sampled_from("x# -|\n1"))
    changed = page[:place] + character + page[place + 1 :]
    # If the same words are elsewhere too, they may be taken for the section.
    assume(changed != page and page.count(section.text) == 1 and section.text not in changed)
    try:
        synced = sync(changed, records, render, ZONES)
    except UserError:
        return
    assert synced.problems or (synced.page, synced.records) != (changed, records)
    if not synced.problems:
        again = sync(synced.page, synced.records, render, ZONES)
        assert (again.page, again.records, again.problems) == (synced.page, synced.records, ())


@given(pages(), st.data())
@settings(deadline=None)
def test_what_was_edited_or_made_by_hand_is_in_sync_after_one_run(page: str, data: st.DataObject) -> None:
    records = list(imported(page))
    place = data.draw(st.integers(0, len(records) - 1))
    update = {"markdown": None, "description": "By hand", "when": None, "starts": None, "ends": None}
    records[place] = records[place].model_copy(update=update)
    if data.draw(st.booleans()):
        records.append(event(id="2021-11-10-brand-new-9", title="Brand new"))
    synced = sync(page, records, render, ZONES)
    if synced.problems:
        assert (synced.page, list(synced.records)) == (page, records)
        assert all("shape" in problem.message for problem in synced.problems)
    else:
        again = sync(synced.page, synced.records, render, ZONES)
        assert (again.page, again.records, again.problems) == (synced.page, synced.records, ())


@given(st.lists(st.dates(date(1900, 1, 1), date(2099, 12, 31)), min_size=1, max_size=6, unique=True))
@settings(deadline=None)
def test_sections_filed_in_any_order_are_in_order_and_can_be_taken_out_again(
    days: list[date],
) -> None:
    events = [event(id=f"{day}-x", date=str(day), title="x") for day in days]
    page = start = "# Log\n\n### Stay tuned!\n"
    for one in events:
        page = put(page, one, render(one), previous=None, order=None)
    assert [section.date for section in outline(page).sections] == sorted(one.date for one in events)
    for one in events:
        page = remove(page, one)
    assert page == start
