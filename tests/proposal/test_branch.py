"""What a branch with someone else's commits comes to, in cases that no real forge is needed for."""

from dataclasses import replace

import pytest
from almanac.config import Config
from almanac.event.model import Event
from almanac.event.record import write_record
from almanac.event.records import RecordFolder
from almanac.proposal.branch import Branch, content_on_top
from almanac.proposal.marker import PullState
from almanac.proposal.merge import field_digests
from almanac.proposal.published import Published
from almanac.proposal.state import Base, EventAtBase, SharedBranch
from almanac.views.page import PageView
from almanac.views.protocol import Undecided

from tests.forge.worlds import NOW
from tests.page.house import REFERENCE, records_of, render
from tests.views.test_protocol import ONE, SeriesView

HEAD, FORK, MOVED = "1" * 40, "2" * 40, "3" * 40
PATH = f"_data/events/{ONE.id}.yml"
EVENT = ONE.model_copy(update={"issue": 12})
FILES = {PATH: write_record(EVENT), "Open.txt": f"{ONE.id}: Licences\n"}
NOTHING: dict[str, str] = {}
SHARED = SharedBranch(HEAD, FORK, FILES.get, NOTHING.get, None, {}, {}, lambda _: (None, None, None))
BRANCH = Branch(
    number=12,
    base=Base("main", FORK),
    head=HEAD,
    at_base=EventAtBase(
        Config(),
        RecordFolder("_data/events"),
        NOTHING.get,
        frozenset(),
        lambda _: Published("Open.txt"),
        entries=dict.fromkeys,
        moment=NOW,
    ),
    state=PullState(answers=field_digests(EVENT)),
    origin=None,
    views=[SeriesView()],
)


def test_an_event_leaves_a_file_that_no_longer_shows_it() -> None:
    content = content_on_top(BRANCH, SHARED, EVENT.model_copy(update={"series": "Closed"}), ONE.id)
    assert content.commit
    changed = dict(content.commit.files)
    assert 'series: "Closed"' in (changed.pop(PATH) or "")
    assert changed == {"Open.txt": None, "Closed.txt": f"{ONE.id}: Licences\n"}


def test_a_branch_that_holds_all_of_it_needs_no_commit() -> None:
    at_base = replace(BRANCH.at_base, texts={"Open.txt": FILES["Open.txt"]}.get)
    shared = replace(SHARED, fork_texts=at_base.texts)
    assert content_on_top(replace(BRANCH, at_base=at_base), shared, EVENT, ONE.id).commit is None


def test_a_record_that_cannot_be_read_is_for_a_person_to_fix() -> None:
    with pytest.raises(Undecided) as caught:
        content_on_top(BRANCH, replace(SHARED, texts={PATH: "id: [\n"}.get), EVENT, ONE.id)
    assert caught.value.problems[0].file == PATH


def test_if_the_page_disagreed_with_the_record_when_the_branch_was_made_the_record_counts() -> None:
    record = records_of(REFERENCE)[0].model_copy(update={"issue": 12})
    path, page = f"_data/events/{record.id}.yml", "events.md"
    other = record.model_copy(update={"title": "Another topic"})
    edited = REFERENCE.replace("9am ET, 3pm CET", "10am ET")
    store = RecordFolder("_data/events")
    base = replace(
        BRANCH.at_base,
        config=Config(page=page),
        store=store,
        texts={page: REFERENCE}.get,
        ids=frozenset({record.id}),
        published=lambda _: Published(page),
        record=record,
    )
    branch = replace(BRANCH, base=Base("main", MOVED), at_base=base, views=[PageView(base.config, render)])
    shared = replace(
        SHARED,
        texts={path: write_record(record), page: REFERENCE}.get,
        fork_texts={page: edited}.get,
        fork_record=write_record(other),
    )
    content = content_on_top(branch, shared, None, record.id)
    assert content.event.title == record.title
    assert content.commit
    assert content.commit.parents == (HEAD, MOVED)


def test_an_event_is_the_one_of_its_issue() -> None:
    stranger = Event(id=ONE.id, title="Licences", date=ONE.date, series="Open", issue=7)
    shared = replace(SHARED, texts={**FILES, PATH: write_record(stranger)}.get)
    assert content_on_top(BRANCH, shared, None, ONE.id).event.issue == 12
