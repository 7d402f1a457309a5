"""What somebody edited on the base in an event's own section and record."""

import pytest
from almanac.config import Config
from almanac.proposal.branch import Stuck, edited_at_fork, edited_on_base
from almanac.proposal.state import EventAtBase

from tests.page.house import REFERENCE, ZONES, records_of, render

RECORD = records_of(REFERENCE)[0]
EDITED = REFERENCE.replace("9am ET, 3pm CET", "10am ET")


def test_an_edited_section_is_the_record_s() -> None:
    event = edited_at_fork(RECORD, EDITED, Config(), render, ZONES)
    assert event
    assert (event.id, event.when) == (RECORD.id, "10am ET")
    assert edited_at_fork(RECORD, REFERENCE, Config(), render, ZONES) == RECORD


def test_where_both_were_edited_the_base_is_for_a_person_and_the_fork_counts_by_its_record() -> None:
    other = RECORD.model_copy(update={"title": "Another topic"})
    assert edited_at_fork(other, EDITED, Config(), render, ZONES) == other
    site = EventAtBase(Config(), EDITED, frozenset({other.id}), other)
    with pytest.raises(Stuck, match="disagree"):
        edited_on_base(site, render, ZONES)
