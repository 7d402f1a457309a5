"""What a human wrote stays; what only the issue changed is taken over."""

from bot.events.event import Event
from bot.proposals.merge import merge

KNOWN = Event(id="2021-11-08-x", issue=1, title="A", date="2021-11-08", location="Paris", rendered="0" * 64)


def test_each_side_s_own_changes_are_taken() -> None:
    human = KNOWN.model_copy(update={"title": "A, corrected", "rendered": "1" * 64})
    new = KNOWN.model_copy(update={"location": "Online", "id": "2021-11-08-other", "issue": 2})
    merged = merge(KNOWN, human, new)
    assert merged.conflicts == ()
    assert (merged.event.title, merged.event.location) == ("A, corrected", "Online")
    assert (merged.event.id, merged.event.issue, merged.event.rendered) == (KNOWN.id, 1, "1" * 64)


def test_a_field_that_both_changed_stays_as_the_human_wrote_it_and_is_named() -> None:
    human = KNOWN.model_copy(update={"location": "Lyon"})
    merged = merge(KNOWN, human, KNOWN.model_copy(update={"location": "Online"}))
    assert (merged.event.location, merged.conflicts) == ("Lyon", ("location",))


def test_the_same_change_on_both_sides_is_no_conflict() -> None:
    both = KNOWN.model_copy(update={"location": "Lyon"})
    assert merge(KNOWN, both, both).conflicts == ()


def test_a_field_emptied_by_the_issue_is_emptied() -> None:
    merged = merge(KNOWN, KNOWN, KNOWN.model_copy(update={"location": None}))
    assert merged.event.location is None
