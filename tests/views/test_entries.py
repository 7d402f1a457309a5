"""A list in CSV: a row for each event, with records beside it."""

from typing import Any

import pytest
from almanac.entries.incsv import CsvList
from almanac.entries.template import EntryTemplate
from almanac.errors import ConfigError
from almanac.event.model import Event
from almanac.views.entries import EntryListView
from almanac.views.protocol import Alike, Undecided, build_all, put_event

from tests.entries.shapes import ROWS

PATH = "_data/meetings.csv"
VIEW = EntryListView(PATH, ROWS.store._template, ROWS.kind)  # noqa: SLF001 - the same template
TEXT = ROWS.text
ONE = Event(id="2026-01-20-open", title="Open", date="2026-01-20", location="Hall, 2", url="https://x.org/", issue=3)
TWO = Event(id="2024-02-20-data", title="Data", date="2024-02-20")
NOTHING: dict[str, str] = {PATH: TEXT}


def test_a_new_row_is_where_its_date_belongs() -> None:
    files = put_event([VIEW], NOTHING.get, ONE, None)
    assert files == {PATH: TEXT.replace("Y,", ',"Hall, 2",20,January,2026,Open,https://x.org/\nY,', 1)}
    assert VIEW.remove(PATH, files[PATH], ONE) == TEXT
    assert VIEW.remove(PATH, TEXT, ONE) == TEXT
    assert VIEW.remove(PATH, None, ONE) is None


def test_put_after_put_gives_what_build_gives() -> None:
    known = build_all([VIEW], NOTHING.get, ()).records
    assert [(event.id, event.title, event.location) for event in known] == [
        ("2025-09-08-summer", "Summer", "Leeds, UK"),
        ("2024-09-09-summer", "Summer", "York, UK"),
    ]
    files = put_event([VIEW], NOTHING.get, TWO, None)
    files |= put_event([VIEW], files.get, ONE, None)
    built = build_all([VIEW], NOTHING.get, [*known, ONE, TWO])
    assert built.files == files
    assert built.records == (*known, ONE, TWO)
    assert build_all([VIEW], files.get, built.records).files == files


def test_a_change_is_made_in_its_row() -> None:
    text = VIEW.put(PATH, TEXT, ONE, None)
    other = ONE.model_copy(update={"title": "Other", "date": "2026-01-21", "location": None})
    changed = VIEW.put(PATH, text, other, ONE)
    assert changed == text.replace('"Hall, 2",20', '"",21').replace("Open", "Other")
    assert VIEW.put(PATH, text, ONE, None) == text


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("Hall, 2", "Barn", {"location": "Barn"}),
        ('"Hall, 2"', "", {"location": None}),
        ("https://x.org/", "https://y.org/", {"url": "https://y.org/"}),
        ("Open", "Open source", {"title": "Open source"}),
        ("Y,", "N,", {}),
    ],
)
def test_what_a_person_writes_into_a_row_is_read(old: str, new: str, expected: dict[str, Any]) -> None:
    text = VIEW.put(PATH, TEXT, ONE, None).replace(old, new)
    for read in (VIEW.read(PATH, text, ONE), VIEW.read_branch(PATH, text, ONE, TEXT)):
        assert read == ONE.model_copy(update=expected)
    assert VIEW.build({PATH: text}.get, [ONE]).records[0] == ONE.model_copy(update=expected)


def test_a_row_that_is_gone() -> None:
    assert VIEW.read(PATH, TEXT, ONE) == ONE
    for text in (TEXT, None):
        with pytest.raises(Undecided, match="row was removed"):
            VIEW.read_branch(PATH, text, ONE, TEXT)
    with pytest.raises(ConfigError, match="This list is missing"):
        VIEW.put(PATH, None, ONE, None)


def test_a_row_that_looks_like_the_same_event() -> None:
    text = VIEW.put(PATH, TEXT, ONE, None)
    twin = ONE.model_copy(update={"id": "x"})
    assert VIEW.similar(PATH, text, twin, None) == Alike(2, "2026-01-20", "Open", "the same day and name")
    moved = twin.model_copy(update={"date": "2027"})
    assert VIEW.similar(PATH, text, moved, None) == Alike(2, "2026-01-20", "Open", "the same registration link")
    assert VIEW.similar(PATH, text, ONE, ONE) is None
    assert VIEW.similar(PATH, text, TWO, None) is None
    assert VIEW.similar(PATH, None, TWO, None) is None


def test_a_column_that_is_missing() -> None:
    view = EntryListView(PATH, EntryTemplate("day,room\n{{ date }},{{ location }}\n", CsvList(), "t.j2"), CsvList())
    text = "day\n2026-01-20\nsoon\n"
    with pytest.raises(ConfigError, match="a column that the file does not have"):
        view.put(PATH, text, ONE, ONE.model_copy(update={"location": None}))
    assert view.put(PATH, text, TWO, None) == "day\n2026-01-20\nsoon\n2024-02-20\n"
    assert view.build({PATH: text}.get, []).records == ()  # nothing names them


def test_a_row_that_a_person_deleted_is_not_written_again() -> None:
    view = EntryListView(PATH, ROWS.store._template, ROWS.kind, remembers=True)  # noqa: SLF001 - the same template
    first = build_all([view], NOTHING.get, [ONE])
    assert len(first.records) == 3
    assert build_all([view], first.files.get, first.records) == first
    text = "".join(
        line for line in first.files[PATH].splitlines(keepends=True) if "Summer" not in line or "2025" in line
    )
    built = build_all([view], {PATH: text}.get, first.records)
    assert built.files == {PATH: text}
    assert [problem.event for problem in built.problems] == ["Summer"]
    again = [one.model_copy(update={"rendered": None}) for one in first.records]
    assert build_all([view], {PATH: text}.get, again).files == first.files
    assert view.stamp(ONE) == first.records[0]
