"""A record is written stably, read back equal, and a mistake made by hand is named with file, line and field."""

from datetime import date

import pytest
import yaml
from almanac.errors import UserError
from almanac.event.model import Event, Link, Person
from almanac.event.record import in_order, read_record, read_records, record_path, write_record
from hypothesis import given
from hypothesis import strategies as st

from tests.reference import GOVERNMENTS, UNIVERSITIES

FILE = "_data/events/2021-11-08-x.yml"
MINIMAL = 'id: "2021-11-08-x"\ntitle: "X"\ndate: "2021-11-08"\n'

texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)
optional = st.none() | texts
people = st.builds(Person, name=texts, url=optional, affiliation=optional, role=optional)
extras = st.dictionaries(
    texts, texts | st.lists(texts).map(tuple) | st.dictionaries(texts, st.booleans(), min_size=1), max_size=4
)
dates = st.dates(date(1000, 1, 1), date(2999, 12, 31)).map(str) | st.sampled_from(
    ["2021", "2021-11", "XXXX-12-09", "XXXX-02-29"]
)
events = st.builds(
    Event,
    id=st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(-[a-z0-9]{1,9}){0,3}", fullmatch=True),
    issue=st.none() | st.integers(1, 10**9),
    status=st.none() | st.sampled_from(["scheduled", "cancelled", "postponed", "rescheduled"]),
    series=optional,
    title=texts,
    date=dates,
    when=optional,
    starts=st.none() | st.just("2021-11-08T09:00:00-05:00"),
    people=st.lists(people, max_size=3).map(tuple),
    description=optional,
    agenda=st.lists(texts, max_size=3).map(tuple),
    links=st.lists(st.builds(Link, label=texts, url=texts), max_size=2).map(tuple),
    extra=extras,
    markdown=optional,
    rendered=st.none() | st.just("0" * 64),
)


@given(events)
def test_a_record_is_read_back_equal_and_written_the_same_again(event: Event) -> None:
    text = write_record(event)
    assert read_record(text, FILE) == event
    assert write_record(read_record(text, FILE)) == text


@given(events)
def test_every_text_is_a_text_to_other_readers_of_yaml(event: Event) -> None:
    data = yaml.safe_load(write_record(event))
    assert data == event.model_dump(mode="json", exclude_defaults=True)


def test_keys_are_in_a_fixed_order_and_empty_ones_are_left_out() -> None:
    event = Event(date="2021-11-08", title="Yes", id="2021-11-08-yes", agenda=("1", "on"), issue=12)
    assert write_record(event) == (
        'id: "2021-11-08-yes"\nissue: 12\ntitle: "Yes"\ndate: "2021-11-08"\nagenda:\n  - "1"\n  - "on"\n'
    )


def test_writing_into_a_record_that_nobody_touched_gives_what_a_new_one_would_be() -> None:
    for before, event in ((GOVERNMENTS, UNIVERSITIES), (UNIVERSITIES, GOVERNMENTS)):
        assert write_record(event, source=write_record(before)) == write_record(event)


@given(events, events)
def test_a_record_written_into_any_other_is_read_back_equal(before: Event, event: Event) -> None:
    source = "# keep me\n" + write_record(before)
    text = write_record(event, before=before, source=source)
    assert read_record(text, FILE) == event
    assert text.startswith("# keep me\n") or text == write_record(event)
    assert write_record(event, before=event, source=text) == write_record(event, source=text) == text


@pytest.mark.parametrize("source", ["title: [\n", "", "- a\n", "? [a]\n: b\n", "a: &x\n  b: c\nd: *x\n"])
def test_a_record_that_cannot_be_kept_is_written_plainly(source: str) -> None:
    assert write_record(GOVERNMENTS, source=source) == write_record(GOVERNMENTS)


def test_what_would_not_give_the_event_is_not_written() -> None:
    source = "id: 2021-11-08-x\ndate: &day 2021-11-08\nwhen: *day\ntitle: X\n"
    event = read_record(source, FILE).model_copy(update={"when": "9am ET"})
    assert write_record(event, source=source) == write_record(event)


def test_keys_of_the_site_s_own_that_mean_something_in_yaml_are_quoted() -> None:
    event = Event(id="2021-11-08-x", title="X", date="2021-11-08", extra={"on": "a", "plain": "b", "Ja: nein": "c"})
    assert '  "on": "a"\n  plain: "b"\n  "Ja: nein": "c"\n' in write_record(event)


def test_a_date_needs_no_quotes_in_a_record_written_by_hand() -> None:
    for day in ("2021-11-08", "2021-11", "2021"):
        assert read_record(f"id: 2021-11-08-x\ntitle: X\ndate: {day}\n", FILE).date == day


@pytest.mark.parametrize(
    ("text", "line", "field", "words"),
    [
        (MINIMAL + "titel: Y\n", 4, "titel", "`title`"),
        (MINIMAL + "quux: Y\n", 4, "quux", "These are known: id, issue"),
        (MINIMAL + "people: Ada\n", 4, "people", "a list"),
        (MINIMAL + "people:\n  - name: Ada\n  - url: https://example.org\n", 6, "people[2].name", "missing"),
        (MINIMAL + "people:\n  - nam: Ada\n    name: Ada\n", 5, "people[1].nam", "`name`"),
        (MINIMAL + "issue: twelve\n", 4, "issue", "whole number"),
        (MINIMAL + "issue: 0\n", 4, "issue", "more than 0"),
        (MINIMAL + "location: 12\n", 4, "location", "quotes"),
        (MINIMAL + "location: yes\n", 4, "location", "quotes"),
        (MINIMAL + "location: [a]\n", 4, "location", "text"),
        (MINIMAL + "status: done\n", 4, "status", "`scheduled`, `cancelled`"),
        (MINIMAL + "starts: 2021-11-08T09:00:00\n", 4, "starts", "offset"),
        (MINIMAL + "title: Z\n", 4, "title", "twice"),
        (MINIMAL + "extra:\n  a: {b: c}\n", 5, "extra.a", "text"),
        ('id: "2021-11-08-x"\ntitle: ""\ndate: 2021-11-08\n', 2, "title", "empty"),
        ('id: "2021-11-08-x"\ntitle: X\ndate: 8 Nov\n', 3, "date", "2021-11-08"),
        ('id: "2021-11-08-x"\ntitle: X\ndate: 2021-02-30\n', 3, "date", "day"),
        ('id: "2021-11-08-x"\ntitle: X\ndate: 9999-12-31\n', 3, "date", "between 1000 and 2999"),
        (MINIMAL + "starts: 0001-01-01T00:00:00+14:00\n", 4, "starts", "moment"),
        ('id: "../x"\ntitle: X\ndate: 2021\n', 1, "id", "2021-11-08-demo-day"),
        ("title: X\ndate: 2021\n", 1, "id", "missing"),
        ("id: 2021-x\n title: X\n", 2, None, "YAML"),
        ("id: [\n", 2, None, "YAML"),
        ("a: &x 1\nid: *x\nb: &y [1]\nc: *y\n", 3, "c", "out in full"),
        ("? [a]\n: b\n", 1, None, "plain word"),
    ],
)
def test_a_mistake_is_named_with_file_line_and_field(text: str, line: int, field: str | None, words: str) -> None:
    with pytest.raises(UserError) as caught:
        read_record(text, FILE)
    problem = next(problem for problem in caught.value.problems if problem.field == field)
    assert (problem.file, problem.line) == (FILE, line)
    assert words in problem.message


@pytest.mark.parametrize("text", ["", "- a\n", "just text\n", "\x00", "[" * 3000, "a: 1\n" * 300_000])
def test_what_is_not_a_record_is_refused_in_words(text: str) -> None:
    with pytest.raises(UserError) as caught:
        read_record(text, FILE)
    assert {problem.file for problem in caught.value.problems} == {FILE}


def test_every_mistake_of_every_record_is_reported_at_once() -> None:
    files = {
        "e/2021-11-08-x.yml": MINIMAL,
        "e/2021-11-08-y.yml": MINIMAL,
        "e/other.yml": MINIMAL.replace("-x", "-z"),
        "e/bad.yml": "id: 1",
    }
    with pytest.raises(UserError) as caught:
        read_records(files)
    reported = [(problem.file, problem.line, problem.field) for problem in caught.value.problems]
    assert ("e/2021-11-08-y.yml", 1, "id") in reported
    assert ("e/other.yml", 1, "id") in reported
    assert ("e/bad.yml", 1, "title") in reported
    assert not [file for file, _, _ in reported if file == "e/2021-11-08-x.yml"]
    assert "e/2021-11-08-x.yml has this id too" in str(caught.value)
    assert "should be called 2021-11-08-z.yml" in str(caught.value)


def test_records_come_in_the_order_of_their_dates() -> None:
    files = {record_path("e/", event.id): write_record(event) for event in (UNIVERSITIES, GOVERNMENTS)}
    assert read_records(files) == (GOVERNMENTS, UNIVERSITIES)
    month = Event(id="2021-11-x", title="X", date="2021-11")
    assert in_order([UNIVERSITIES, month, GOVERNMENTS])[0] == month
