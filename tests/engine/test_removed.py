"""An event that was taken off the site stays off, whoever did it and however; what others ask of it comes to an end."""

import pytest
from almanac.defaults import load_messages
from almanac.engine.run import Done, reconcile
from almanac.event.record import read_record
from almanac.proposal.command import CommentCommand
from almanac.proposal.names import branch_name

from tests.scenes import DEMO_DAY, PAGE, RECORD, RECORDS, Scene, both_forges


def say(scene: Scene, number: int, text: str) -> Done:
    said = CommentCommand(scene.world.comment(number, "grace", text), "grace", text, number)
    return reconcile(number, scene.world.forge, load_messages(), comment=said)


def base_files(scene: Scene) -> dict[str, bytes]:
    return scene.world.files(scene.world.forge.base().commit)


@pytest.fixture
def published(scene: Scene) -> int:
    """An event that was filed and merged; grace may write."""
    scene.world.let_in("grace")
    number = scene.proposed()
    scene.world.merge(scene.pull(number).number)
    scene.run(number)
    return number


def remove(scene: Scene, published: int) -> int:
    """Take the event off by an issue of the form for changes; return its number."""
    number = scene.ask(event=f"#{published}", change="Something else", note="Please take my name off.")
    scene.run(number)
    say(scene, number, "/almanac remove")
    scene.world.merge(scene.pull(number).number)
    scene.run(number)
    assert RECORD not in base_files(scene)
    return number


def test_an_edit_of_its_issue_does_not_offer_it_again(scene: Scene, published: int) -> None:
    remove(scene, published)
    before = len(scene.world.pulls())
    for answers in ({**DEMO_DAY, "location": "Lyon"}, {"title": "Demo Day", "date": "soon"}):
        scene.edit(published, **answers)
        scene.world.edit_issue(published, state="open")
        assert scene.run(published).plan.outcome == "unchanged"
        assert "off the site now" in scene.comment(published)
        assert scene.run(published).plan.writes == ()
    say(scene, published, "/almanac cancel")
    assert "`/almanac cancel`: The event is off the site now." in scene.comment(published)
    assert [done.plan.writes for done in scene.sweep() if done.plan.writes] == []
    assert len(scene.world.pulls()) == before
    again = scene.proposed()  # filed again, it gets the same name; the first issue has nothing to do with it
    scene.world.merge(scene.pull(again).number)
    scene.run(again)
    scene.edit(published, **DEMO_DAY, location="Paris")
    assert scene.run(published).plan.writes == ()


@both_forges
def test_open_changes_of_it_are_closed(scene: Scene, published: int) -> None:
    scene.edit(published, **DEMO_DAY, location="Lyon")
    scene.run(published)
    change = scene.ask(event=f"#{published}", change="Cancelled")
    scene.run(change)
    remove(scene, published)
    scene.sweep()
    for number in (published, change):
        assert scene.pull(number).state == "closed"
        assert scene.world.head(branch_name(number)) is None
        assert "off the site now" in scene.comment(number)
    assert [done.plan.writes for done in scene.sweep() if done.plan.writes] == []
    scene.ask_again(change, event="2021-11-08", change="Cancelled")  # it names another one, which is there
    assert scene.run(change).plan.outcome == "created"


def test_its_words_do_not_find_another_event(scene: Scene, published: int) -> None:
    change = scene.ask(event="demo", change="Cancelled")
    scene.run(change)
    other = scene.proposed(title="Demo Night", date="2022-02-20")
    scene.world.merge(scene.pull(other).number)
    scene.run(other)
    remove(scene, published)
    scene.run(change)
    assert scene.pull(change).state == "closed"
    scene.ask_again(change, event="the badgers", change="Cancelled")
    assert scene.run(change).plan.outcome == "waiting"
    assert "I found no event like this." in scene.comment(change)
    assert scene.run(change).plan.writes == ()


def test_a_change_on_which_somebody_committed_waits_for_a_person(scene: Scene, published: int) -> None:
    scene.edit(published, **DEMO_DAY, location="Lyon")
    scene.run(published)
    theirs = scene.by_hand(published, {"notes.md": b"mine\n"})
    remove(scene, published)
    scene.run(published)
    assert scene.head(published) == theirs
    assert "The event is off the site now, but someone has committed" in scene.comment(published)
    scene.world.close_pull(scene.pull(published).number)
    assert scene.run(published).plan.outcome == "refused"


def test_taken_off_by_hand_it_stays_off_too(scene: Scene, published: int) -> None:
    page = scene.base_page()
    start = page.index("### January 20th, 2022")
    scene.world.commit({RECORD: None, PAGE: (page[:start] + page[page.index("###", start + 3) :]).encode()})
    scene.edit(published, **DEMO_DAY, location="Lyon")
    scene.run(published)
    assert "off the site now" in scene.comment(published)
    assert scene.world.head(branch_name(published)) is None


@pytest.mark.parametrize("renamed", [True, False])
def test_a_record_that_was_renamed_or_lost_its_issue_is_still_the_same(
    scene: Scene, published: int, renamed: bool
) -> None:
    text, path = base_files(scene)[RECORD].decode(), f"{RECORDS}/2022-01-20-show.yml" if renamed else RECORD
    text = (
        text.replace("2022-01-20-demo-day", "2022-01-20-show") if renamed else text.replace(f"issue: {published}\n", "")
    )
    scene.world.commit({RECORD: None, path: text.encode()})
    scene.edit(published, **DEMO_DAY, location="Lyon")
    assert scene.run(published).plan.outcome == "created"
    assert scene.page(published).count("Demo Day") == 1
    assert read_record(scene.record(published, path), path).location == "Lyon"
    assert scene.files(published).keys() == base_files(scene).keys()
    assert scene.run(published).plan.writes == ()
    say(scene, published, "/almanac cancel")
    assert read_record(scene.record(published, path), path).status == "cancelled"
