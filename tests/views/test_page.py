"""The history page as a view: what people edited in an event's own section, on the main branch and on a branch."""

import pytest
from almanac.config import Config
from almanac.errors import ConfigError
from almanac.event.model import Event
from almanac.views.page import PageView
from almanac.views.protocol import Undecided, build_all, completed, put_event, read_event, stamped

from tests.page.house import BARE, PAGES, REFERENCE, records_of, render

PAGE = "events.md"
VIEW = PageView(Config(page=PAGE), render)
RECORD, OTHER = records_of(REFERENCE)
EDITED = REFERENCE.replace("9am ET, 3pm CET", "10am ET")


def test_a_section_edited_by_hand_goes_into_the_record() -> None:
    assert read_event([VIEW], {PAGE: REFERENCE}.get, RECORD) == RECORD
    event = read_event([VIEW], {PAGE: EDITED}.get, RECORD)
    assert (event.id, event.when) == (RECORD.id, "10am ET")


def test_a_number_is_given_once_and_only_by_a_table_that_has_numbers() -> None:
    pages = {PAGE: PAGES["table-numbered"]}
    numbered = completed([VIEW], BARE, pages.get)
    assert numbered.number == 8
    assert completed([VIEW], numbered.model_copy(update={"number": 3}), pages.get).number == 3
    assert completed([VIEW], BARE, {PAGE: REFERENCE}.get) == completed([VIEW], BARE, lambda _: None) == BARE


def test_if_section_and_record_were_edited_a_person_decides() -> None:
    other = RECORD.model_copy(update={"title": "Another topic"})
    with pytest.raises(Undecided, match="disagree"):
        VIEW.read(PAGE, EDITED, other)
    with pytest.raises(Undecided, match="disagree"):
        VIEW.read_branch(PAGE, EDITED, other, REFERENCE)


def test_a_record_without_a_section_is_taken_as_it_is() -> None:
    made_by_hand = RECORD.model_copy(update={"rendered": None})
    assert VIEW.read(PAGE, EDITED, made_by_hand) == made_by_hand
    assert VIEW.read(PAGE, VIEW.remove(PAGE, REFERENCE, RECORD), RECORD) == RECORD


@pytest.mark.parametrize(
    ("page", "origin", "words"),
    [
        (None, None, "renamed or moved"),
        (None, REFERENCE, "deleted"),
        (VIEW.remove(PAGE, REFERENCE, RECORD), REFERENCE, "removed"),
    ],
)
def test_an_event_may_not_be_missing_on_a_branch(page: str | None, origin: str | None, words: str) -> None:
    with pytest.raises(Undecided, match=words):
        VIEW.read_branch(PAGE, page, RECORD, origin)


def test_a_page_that_is_not_there_is_not_made_up() -> None:
    assert VIEW.remove(PAGE, None, RECORD) is None
    for attempt in (
        lambda: VIEW.put(PAGE, None, RECORD, None),
        lambda: VIEW.read(PAGE, None, RECORD),
        lambda: VIEW.build(dict[str, str]().get, [RECORD]),
    ):
        with pytest.raises(ConfigError, match="missing"):
            attempt()


def test_put_after_put_gives_what_build_gives() -> None:
    before = VIEW.remove(PAGE, REFERENCE, RECORD)
    event = stamped([VIEW], RECORD)
    put = put_event([VIEW], {PAGE: before}.get, event, None)
    assert put == {PAGE: REFERENCE}
    built = build_all([VIEW], put.get, [event, OTHER])
    assert (built.files, built.records, built.problems) == (put, (event, OTHER), ())


def test_something_like_the_event_is_found_by_its_line() -> None:
    like = RECORD.model_copy(update={"id": "another", "rendered": None})
    line = VIEW.similar(PAGE, REFERENCE, like, None)
    assert line
    assert RECORD.title in REFERENCE.split("\n\n### ")[1]
    assert VIEW.similar(PAGE, REFERENCE, RECORD, RECORD) is None


def test_something_like_the_event_on_one_of_its_days_is_found() -> None:
    event = Event(id="2021-11-07-x", title=RECORD.title, date="2021-11-07", end_date="2021-11-09")
    assert VIEW.similar(PAGE, REFERENCE, event, None)
    assert VIEW.similar(PAGE, REFERENCE, event.model_copy(update={"end_date": None}), None) is None
