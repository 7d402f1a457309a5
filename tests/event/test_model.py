"""An event's id, which no file system or git trips over, and the one spelling of its URLs and moments."""

import pytest
from almanac.event.model import Event, Link, Person, TakenIds, event_id, in_one_spelling, safe_slug
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError


@pytest.mark.parametrize(
    ("date", "name", "expected"),
    [
        ("2021-11-08", "Governments & Agencies", "2021-11-08-governments-agencies"),
        ("2021-11", "Über straße, naïve", "2021-11-uber-strasse-naive"),
        ("XXXX-12-09", "Con", "XXXX-12-09-con"),
        ("2021", "🎉🎉", "2021"),
        ("2021-11-08", "../../etc/passwd", "2021-11-08-etc-passwd"),
        ("2021-11-08", "&#47;&amp;x", "2021-11-08-47-amp-x"),
        ("2021-11-08", "-", "2021-11-08"),
        ("2021-11-08", "日本", "2021-11-08-ri-ben"),
    ],
)
def test_ids(date: str, name: str, expected: str) -> None:
    assert event_id(date, name, ()) == expected


def test_two_events_on_one_day_get_different_names() -> None:
    taken: list[str] = []
    for _ in range(3):
        taken.append(event_id("2021-11-08", "X", taken))
    assert taken == ["2021-11-08-x", "2021-11-08-x-2", "2021-11-08-x-3"]


def test_ids_given_out_one_after_the_other_are_the_same_with_gaps_among_them() -> None:
    plain, counted = {"2021-x-3", "2021-x-4"}, TakenIds({"2021-x-3", "2021-x-4"})
    for name in ("X", "X", "Y", "X", "X 2", "X", "Y"):
        plain.add(event_id("2021", name, plain))
        counted.add(event_id("2021", name, counted))
    assert plain == counted
    assert event_id("2021", "X", counted) == event_id("2021", "X", counted) == event_id("2021", "X", plain)


def test_a_slug_ends_with_a_word() -> None:
    assert safe_slug("governments agencies", 15) == "governments"
    assert safe_slug("g" * 100, 15) == "g" * 15


@settings(deadline=None)
@given(st.sampled_from(["2021-11-08", "2021-11", "2021", "XXXX-12-09"]), st.text())
def test_any_name_gives_an_id_that_a_record_can_have(date: str, name: str) -> None:
    Event(id=event_id(date, name, ()), title="T", date=date)
    Event(id=event_id(date, name, {event_id(date, name, ())}), title="T", date=date)


PLAIN = Event(
    id="2022-01-20-demo-day",
    title="Demo Day",
    date="2022-01-20",
    starts="2022-01-20T09:00:00-05:00",
    ends="2022-01-20T10:00:00-05:00",
    url="https://example.org/Register",
    people=(Person(name="Ada", url="https://example.org/ada"), Person(name="Grace")),
    recording="https://example.org/video",
    links=(Link(label="Slides", url="https://example.org/slides"),),
)


def test_what_is_spelt_so_already_stays() -> None:
    assert in_one_spelling(PLAIN) == PLAIN


def test_other_spellings_become_the_one() -> None:
    other = PLAIN.model_copy(
        update={
            "starts": "2022-01-20T09:00-0500",
            "ends": "20220120T100000-0500",
            "url": "HTTPS://Example.ORG/Register",
            "people": (Person(name="Ada", url="https://EXAMPLE.org/ada"), Person(name="Grace")),
            "recording": "httpS://example.org/video",
            "links": (Link(label="Slides", url="https://eXample.org/slides"),),
        }
    )
    assert in_one_spelling(other) == PLAIN


def test_what_is_no_link_and_what_is_kept_word_for_word_stay() -> None:
    odd = PLAIN.model_copy(update={"url": "JavaScript:x"})
    assert in_one_spelling(odd) == odd
    verbatim = PLAIN.model_copy(update={"markdown": "### Demo Day", "url": "HTTPS://example.org"})
    assert in_one_spelling(verbatim) == verbatim


def test_the_last_day_comes_after_the_first() -> None:
    assert Event(id="2026-10-06-x", title="x", date="2026-10-06", end_date="2026-10-08").end_date == "2026-10-08"
    assert Event(id="2026-10-06-x", title="x", date="2026-10-06", end_date="2026-10-06").end_date is None


@pytest.mark.parametrize(
    ("date", "end_date", "words"),
    [
        ("2026-10-06", "2026-10-05", "before the first one, 2026-10-06"),
        ("2026-10", "2026-11", "both its first and its last day"),
        ("2026-10-06", "2026-10", "both its first and its last day"),
        ("XXXX-10-06", "XXXX-10-08", "both its first and its last day"),
        ("October", "2026-10-08", "A date is written"),
    ],
)
def test_what_is_wrong_with_a_last_day(date: str, end_date: str, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Event(id="2026-x", title="x", date=date, end_date=end_date)


def test_events_of_one_moment_are_in_the_order_of_their_last_days() -> None:
    days = [Event(id="2026-10-06-x", title="x", date="2026-10-06", end_date=end) for end in ("2026-10-08", None)]
    assert min(days, key=lambda event: event.sort_key).end_date is None
