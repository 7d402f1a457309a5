"""What a human wrote stays; what only the issue changed is taken over."""

import pytest
from almanac.event.model import Event
from almanac.proposal.merge import FIELDS, Merged, field_digests, merge, merge_records
from hypothesis import given
from hypothesis import strategies as st

KNOWN = Event(id="2021-11-08-x", issue=1, title="A", date="2021-11-08", location="Paris", rendered="0" * 64)
TIMED = KNOWN.model_copy(
    update={
        "when": "9am ET",
        "starts": "2021-11-08T09:00:00-05:00",
        "time_zone": "America/New_York",
    }
)


def changed(event: Event, **fields: object) -> Event:
    return event.model_copy(update=fields)


def test_each_side_s_own_changes_are_taken() -> None:
    human = changed(KNOWN, title="A, corrected", rendered="1" * 64)
    new = changed(KNOWN, location="Online", id="2021-11-08-other", issue=2)
    merged = merge(field_digests(KNOWN), human, new)
    assert merged.conflicts == ()
    assert (merged.event.title, merged.event.location) == ("A, corrected", "Online")
    assert (merged.event.id, merged.event.issue, merged.event.rendered) == (KNOWN.id, 1, "1" * 64)


def test_a_field_that_both_changed_stays_as_the_human_wrote_it_and_is_named() -> None:
    merged = merge(field_digests(KNOWN), changed(KNOWN, location="Lyon"), changed(KNOWN, location="Online"))
    assert (merged.event.location, merged.conflicts) == ("Lyon", ("location",))


def test_the_same_change_on_both_sides_is_no_conflict() -> None:
    both = changed(KNOWN, location="Lyon")
    assert merge(field_digests(KNOWN), both, both).conflicts == ()


def test_a_field_emptied_by_the_issue_is_emptied() -> None:
    assert merge(field_digests(KNOWN), KNOWN, changed(KNOWN, location=None)).event.location is None


def test_where_the_last_answers_are_not_known_the_human_s_stay_and_are_named() -> None:
    merged = merge(None, changed(KNOWN, location="Lyon"), KNOWN)
    assert (merged.event.location, merged.conflicts) == ("Lyon", ("location",))


def test_the_times_follow_a_when_line_that_a_human_wrote_and_a_date_that_the_issue_gives() -> None:
    human = changed(TIMED, when="10am ET")
    new = changed(TIMED, date="2021-07-08", starts="2021-07-08T09:00:00-04:00")
    merged = merge(field_digests(TIMED), human, new).event
    assert (merged.date, merged.when, merged.starts) == ("2021-07-08", "10am ET", "2021-07-08T10:00:00-04:00")


def test_the_times_follow_the_last_day_of_either_side() -> None:
    ancestor = changed(TIMED, end_date="2021-11-09", when="9am-5pm ET", ends="2021-11-09T17:00:00-05:00")
    human = changed(ancestor, when="10am-5pm ET", starts="2021-11-08T10:00:00-05:00")
    new = changed(ancestor, end_date="2021-11-10", ends="2021-11-10T17:00:00-05:00")
    merged = merge(field_digests(ancestor), human, new).event
    assert (merged.end_date, merged.starts, merged.ends) == (
        "2021-11-10",
        "2021-11-08T10:00:00-05:00",
        "2021-11-10T17:00:00-05:00",
    )


def test_days_of_two_sides_that_do_not_go_together_stay_the_human_s() -> None:
    ancestor = changed(KNOWN, end_date="2021-11-09")
    human, new = changed(ancestor, date="2021-11-09", end_date="2021-11-10"), changed(ancestor, date="2021-11-07")
    moved = changed(ancestor, date="2021-11-12", end_date="2021-11-13")
    merged = merge(field_digests(ancestor), changed(ancestor, end_date="2021-11-11"), moved)
    assert (merged.event.date, merged.event.end_date) == ("2021-11-08", "2021-11-11")
    assert set(merged.conflicts) == {"end_date"}
    assert merge(field_digests(ancestor), human, new).conflicts == ("date",)
    on_base = merge_records(ancestor, moved, changed(ancestor, end_date="2021-11-11"))
    assert (on_base.event.date, on_base.event.end_date) == ("2021-11-08", "2021-11-11")
    assert "end_date" in on_base.conflicts


def test_the_times_follow_a_when_line_that_a_human_took_out() -> None:
    merged = merge(field_digests(TIMED), changed(TIMED, when=None), changed(TIMED, title="B")).event
    assert (merged.title, merged.when, merged.starts, merged.time_zone) == ("B", None, None, None)


def test_a_moment_that_a_human_set_stays() -> None:
    human = changed(TIMED, starts="2021-11-08T09:30:00-05:00")
    assert merge(field_digests(TIMED), human, changed(TIMED, title="B")).event.starts == "2021-11-08T09:30:00-05:00"


def test_all_times_of_a_new_answer_come_together() -> None:
    new = changed(TIMED, when="8am ET", starts="2021-11-08T08:00:00-05:00")
    merged = merge(field_digests(TIMED), changed(TIMED, location="Lyon"), new)
    assert (merged.event.starts, merged.event.location, merged.conflicts) == (new.starts, "Lyon", ())


def test_what_a_section_kept_word_for_word_does_not_show_is_named() -> None:
    human = changed(KNOWN, markdown="### Mine")
    merged = merge(field_digests(KNOWN), human, changed(KNOWN, location="Online"))
    assert (merged.event.location, merged.conflicts) == ("Paris", ("location",))


def test_a_time_in_dispute_is_named_by_its_line() -> None:
    human = changed(TIMED, when="10am ET", starts="2021-11-08T10:00:00-05:00")
    new = changed(TIMED, when="8am ET", starts="2021-11-08T08:00:00-05:00")
    merged = merge(field_digests(TIMED), human, new)
    assert (merged.event, merged.conflicts) == (human, ("when",))


values = st.sampled_from([None, "a", "b", "c"])
sides = st.fixed_dictionaries({"location": values, "series": values, "people_label": values})


@given(sides, sides, sides)
def test_every_field_is_on_one_side_and_only_disputes_are_named(
    before: dict[str, str | None], theirs: dict[str, str | None], ours: dict[str, str | None]
) -> None:
    known, human, new = (changed(KNOWN, **values) for values in (before, theirs, ours))
    merged = merge(field_digests(known), human, new)
    for name, value in before.items():
        got = getattr(merged.event, name)
        if theirs[name] != value:
            assert got == theirs[name]
        else:
            assert got == ours[name]
        disputed = len({value, theirs[name], ours[name]}) == 3
        assert (name in merged.conflicts) == disputed


class TestRecords:
    def test_what_changed_on_the_base_is_taken_where_the_human_left_it(self) -> None:
        base = changed(KNOWN, location="Online", title="B")
        merged = merge_records(KNOWN, base, changed(KNOWN, title="Mine"))
        assert (merged.event.location, merged.event.title) == ("Online", "Mine")
        assert merged.conflicts == ("title",)

    def test_the_same_change_on_both_sides_is_no_dispute(self) -> None:
        both = changed(KNOWN, title="B")
        assert merge_records(KNOWN, both, both) == Merged(both)


@pytest.mark.parametrize("name", ["id", "issue", "rendered"])
def test_what_almanac_keeps_itself_is_no_field_of_a_merge(name: str) -> None:
    assert name not in FIELDS
