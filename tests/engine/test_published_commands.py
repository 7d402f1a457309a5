"""What commands change of a published event: each is a proposal, and stays said when the issue is read again."""

from difflib import unified_diff

import pytest
from almanac.defaults import load_messages
from almanac.engine.run import Done, reconcile
from almanac.event.model import Event, Link
from almanac.event.record import read_record
from almanac.proposal.command import CommentCommand
from almanac.proposal.names import SYNC_BRANCH, branch_name

from tests.filing import body
from tests.scenes import CONFIG, DEMO_DAY, FORM, PAGE, RECORD, RECORDS, Scene, both_forges

VIEWS = f"page: {PAGE}\ncalendar: events.ics\nfeed: feed.xml\ndata: events.json\n"
VIDEO, DECK = "https://video.example.org/1", "https://slides.example.org/1"


@pytest.fixture
def published(scene: Scene) -> int:
    """An event that ada filed, and that was merged; grace may write. The site has all views."""
    scene.world.let_in("grace")
    scene.world.commit({CONFIG: VIEWS.encode()})
    number = scene.proposed(**DEMO_DAY, location="Paris", links="[Notes](https://example.org/notes)")
    scene.world.merge(scene.pull(number).number)
    return number


def say(scene: Scene, number: int, text: str, author: str = "grace") -> Done:
    """Someone comments, and the issue is looked at for that: twice, as deliveries come twice."""
    comment = scene.world.comment(number, author, text)
    said = CommentCommand(comment, author, text, number)
    done = reconcile(number, scene.world.forge, load_messages(), comment=said)
    seen = scene.everything(number)
    reconcile(number, scene.world.forge, load_messages(), comment=said)
    assert scene.everything(number) == seen, "the same comment, delivered twice"
    return done


def proposed(scene: Scene, number: int) -> Event:
    return read_record(scene.record(number), RECORD)


def at_base(scene: Scene) -> Event:
    return read_record(scene.world.files(scene.world.forge.base().commit)[RECORD].decode(), RECORD)


def merge(scene: Scene, number: int) -> None:
    scene.world.merge(scene.pull(number).number)
    assert scene.run(number).plan.outcome == "closed"


@both_forges
def test_an_event_that_is_cancelled_is_marked_everywhere_in_one_pull_request(scene: Scene, published: int) -> None:
    before = len(scene.world.pulls())
    assert say(scene, published, "/almanac cancel").plan.outcome == "created"
    assert len(scene.world.pulls()) == before + 1
    assert proposed(scene, published).status == "cancelled"
    files = {path: text.decode() for path, text in scene.files(published).items()}
    assert "### January 20th, 2022:  Demo Day\n\n- Status: cancelled\n" in files[PAGE]
    assert "STATUS:CANCELLED" in files["events.ics"]
    assert "Demo Day (cancelled)" in files["feed.xml"]
    assert "EventCancelled" in files["events.json"]
    base = scene.world.files(scene.world.forge.base().commit)
    changed = [path for path, text in files.items() if base[path].decode() != text]
    assert sorted(changed) == sorted([RECORD, PAGE, "events.ics", "feed.xml", "events.json"])
    pull = scene.pull(published)
    assert pull.title.startswith("Change event: Thu, Jan 20, 2022")
    assert "| **Status** | added: cancelled |" in pull.body
    comment = scene.comment(published)
    assert "| **Status** | added: cancelled |" in comment
    assert f"`/almanac cancel`: pull request #{pull.number} proposes it." in comment
    assert "To withdraw it, a maintainer closes the pull request." in comment, "the issue is closed already"


@both_forges
def test_a_command_on_the_merged_pull_request_counts_beside_that_on_a_newer_one(scene: Scene, published: int) -> None:
    scene.run(published)
    merged = scene.pull(published).number
    for place, text in ((merged, "/almanac cancel"), (merged, f"/almanac recording {VIDEO}")):
        comment = scene.world.comment(place, "grace", text)
        said = CommentCommand(comment, "grace", text, place)
        assert reconcile(published, scene.world.forge, load_messages(), comment=said).plan.outcome in (
            "created",
            "updated",
        )
    assert scene.pull(published).number != merged
    assert (proposed(scene, published).status, proposed(scene, published).recording) == ("cancelled", VIDEO)


def test_several_in_one_comment_add_up_and_each_is_answered(scene: Scene, published: int) -> None:
    scene.run(published)
    say(
        scene, published, f"/almanac recording {VIDEO}\n/almanac slides {DECK}\n/almanac retry\n/almanac dance", "grace"
    )
    event, comment, pull = proposed(scene, published), scene.comment(published), scene.pull(published).number
    assert (event.recording, [link.url for link in event.links][-1]) == (VIDEO, DECK)
    for answer in (
        f"`/almanac recording`: pull request #{pull} proposes it.",
        f"`/almanac slides`: pull request #{pull} proposes it.",
        "`/almanac retry`: not done, as it cannot be given together with others.",
        "I don't know that command.",
    ):
        assert answer in comment
    say(scene, published, "/almanac recreate\n/almanac cancel")
    assert "`/almanac cancel`: not done" in scene.comment(published)
    assert proposed(scene, published).recording == VIDEO
    say(scene, published, "/almanac recording https://video.example.org/2\n/almanac cancel", "ada")
    assert (proposed(scene, published).recording, proposed(scene, published).status) == (f"{VIDEO[:-1]}2", None)
    assert "give me this command" in scene.comment(published)


@both_forges
def test_what_a_command_changed_stays_when_the_issue_is_read_again(scene: Scene, published: int) -> None:
    say(scene, published, "/almanac cancel")
    assert scene.run(published).plan.writes == ()
    merge(scene, published)
    assert scene.run(published).plan.writes == ()
    assert at_base(scene).status == "cancelled"
    scene.edit(published, **DEMO_DAY, location="Lyon", links="[Notes](https://example.org/notes)")
    assert scene.run(published).plan.outcome == "created"
    assert (proposed(scene, published).status, proposed(scene, published).location) == ("cancelled", "Lyon")


def test_it_stays_while_the_issue_is_edited_and_the_base_moves(scene: Scene, published: int) -> None:
    say(scene, published, f"/almanac recording {VIDEO}")
    say(scene, published, "/almanac postpone")
    scene.edit(published, **DEMO_DAY, location="Lyon")
    assert scene.run(published).plan.outcome == "updated"
    scene.move_base()
    scene.sweep()
    event = proposed(scene, published)
    assert (event.status, event.recording, event.location, event.links) == ("postponed", VIDEO, "Lyon", ())
    assert scene.world.parents(scene.head(published)) == (scene.world.forge.base().commit,)


@both_forges
def test_another_date_is_read_as_in_the_form_and_the_old_one_kept(scene: Scene, published: int) -> None:
    say(scene, published, "/almanac reschedule Feb 3rd, 2022, 10am ET")
    event = proposed(scene, published)
    assert (event.id, event.status) == ("2022-01-20-demo-day", "rescheduled")
    assert (event.date, event.previous_date) == ("2022-02-03", "2022-01-20")
    assert (event.when, event.starts) == ("10am ET", "2022-02-03T10:00:00-05:00")
    files = {path: text.decode() for path, text in scene.files(published).items()}
    assert "### February 3rd, 2022:  Demo Day\n\n- Status: rescheduled (was January 20th, 2022)\n" in files[PAGE]
    assert "Rescheduled from January 20th\\, 2022" in files["events.ics"].replace("\r\n ", "")
    assert "Demo Day (rescheduled)" in files["feed.xml"]
    assert '"previousStartDate": "2022-01-20"' in files["events.json"]
    merge(scene, published)
    assert scene.run(published).plan.writes == ()
    scene.sweep()  # which proposes the calendar's other events, and nothing else
    swept = scene.world.files(scene.world.head(SYNC_BRANCH) or "")
    assert (swept[PAGE].decode(), read_record(swept[RECORD].decode(), RECORD)) == (scene.base_page(), at_base(scene))
    # The page is edited by hand, and the issue too.
    scene.world.commit({PAGE: scene.base_page().replace("- Location: Paris\n", "- Location: Oslo\n").encode()})
    scene.edit(published, **DEMO_DAY, location="Paris", url="https://example.org/")
    scene.run(published)
    event = proposed(scene, published)
    assert (event.location, event.status, event.previous_date) == ("Oslo", "rescheduled", "2022-01-20")


def test_another_day_alone_keeps_the_times(scene: Scene, published: int) -> None:
    say(scene, published, "/almanac reschedule 2022-02-03")
    event = proposed(scene, published)
    assert (event.date, event.when, event.starts) == ("2022-02-03", "9am ET, 3pm CET", "2022-02-03T09:00:00-05:00")
    say(scene, published, "/almanac cancel")
    event = proposed(scene, published)
    assert (event.date, event.status, event.previous_date) == ("2022-02-03", "cancelled", None)


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("reschedule", "`/almanac reschedule`: The day has to be known."),
        ("reschedule 2/3/2022", "Which is meant: `2022-02-03`, `2022-03-02`?"),
        ("reschedule 2022-02-03 9am ET, 5pm CET", "`/almanac reschedule`: "),
        ("reschedule 2022-01-20", "`/almanac reschedule`: The event is on that day already."),
        ("reschedule 2022-01-20 9 AM ET / 3 pm CET", "`/almanac reschedule`: The event is on that day already."),
        ("recording", "An address has to follow. For example: `/almanac recording https://example.org/recording`"),
        ("slides javascript:alert(1)", "`/almanac slides`: "),
        ("dance", "I don't know that command."),
    ],
)
def test_what_cannot_be_read_is_answered_in_one_line(scene: Scene, published: int, command: str, answer: str) -> None:
    scene.run(published)
    page, pulls = scene.base_page(), len(scene.world.pulls())
    assert say(scene, published, f"/almanac {command}").plan.outcome == "unchanged"
    assert answer in scene.comment(published)
    assert (scene.base_page(), len(scene.world.pulls())) == (page, pulls)


@both_forges
def test_the_author_may_add_recording_and_slides_and_nothing_else(scene: Scene, published: int) -> None:
    scene.run(published)
    pulls = len(scene.world.pulls())
    refused = say(scene, published, "/almanac cancel", "ada")
    assert refused.plan.reason == "The event is on the page, as the issue says."
    assert "say `/almanac recording https://...`" in scene.comment(published)
    say(scene, published, f"/almanac recording {VIDEO}", "mallory")
    assert len(scene.world.pulls()) == pulls
    say(scene, published, f"/almanac recording {VIDEO}", "Ada")
    say(scene, published, f"/almanac slides <{DECK}>", "ada")
    event = proposed(scene, published)
    assert event.recording == VIDEO
    assert event.links == (Link(label="Notes", url="https://example.org/notes"), Link(label="Slides", url=DECK))
    merge(scene, published)
    refused = say(scene, published, "/almanac cancel", "mallory")
    assert "changed there by hand, by a command or" in refused.plan.reason
    say(scene, published, f"/almanac slides {DECK}2", "ada")
    assert [link.url for link in proposed(scene, published).links] == ["https://example.org/notes", f"{DECK}2"]


def test_a_date_that_the_issue_changes_is_kept_where_it_says_rescheduled(scene: Scene) -> None:
    form = scene.world.files(scene.world.forge.base().commit)[FORM].decode()
    asked = "  - type: input\n    id: status\n    attributes:\n      label: Status\n"
    scene.world.commit({FORM: (form.rstrip("\n") + "\n" + asked).encode()})

    def text(date: str, status: str) -> str:
        return f"{body(title='Demo Day', date=date)}\n\n### Status\n\n{status}"

    number = scene.world.file_issue("New event", text("2022-01-20", "scheduled"), labels=("event",))
    scene.run(number)
    merge(scene, number)
    scene.world.edit_issue(number, body=text("2022-02-03", "rescheduled"))
    scene.run(number)
    event = proposed(scene, number)
    assert (event.date, event.status, event.previous_date) == ("2022-02-03", "rescheduled", "2022-01-20")


@both_forges
def test_imported_events_are_changed_through_their_records(scene: Scene) -> None:
    base = scene.world.files(scene.world.forge.base().commit)
    first, second = sorted(path for path in base if path.startswith(RECORDS))[-2:]
    scene.world.commit({CONFIG: VIEWS.encode()})
    scene.sweep()
    scene.world.merge(scene.world.pulls()[-1].number)
    before = scene.world.files(scene.world.forge.base().commit)
    said = {first: "status: cancelled\n", second: f"recording: {VIDEO}\n"}
    scene.world.commit({path: before[path].rstrip(b"\n") + f"\n{more}".encode() for path, more in said.items()})
    scene.sweep()
    pull = scene.world.pulls()[-1]
    assert pull.head == SYNC_BRANCH
    files = scene.world.files(scene.world.head(SYNC_BRANCH) or "")
    changed = {path: text.decode() for path, text in files.items() if before.get(path) != text}
    assert {*changed} == {first, second, PAGE, "events.ics", "feed.xml", "events.json"}
    assert changed[PAGE].count("- Status: cancelled\n") == 1
    assert changed[PAGE].count("- Recording: [video.example.org]") == 1
    assert changed["events.ics"].count("STATUS:CANCELLED") == 1
    assert changed["feed.xml"].count("(cancelled)</title>") == 1
    assert changed["events.json"].count("EventCancelled") == 1
    lines = list(unified_diff(before[PAGE].decode().split("\n"), changed[PAGE].split("\n"), n=0, lineterm=""))
    assert len([line for line in lines[2:] if line[0] in "+-" and line.strip("+- ")]) == 2


def test_what_the_site_says_already_is_nothing_to_propose(scene: Scene, published: int) -> None:
    say(scene, published, "/almanac cancel")
    merge(scene, published)
    assert say(scene, published, "/almanac cancel").plan.outcome == "unchanged"
    assert "`/almanac cancel`: the site says so already." in scene.comment(published)


@both_forges
def test_an_event_is_taken_off_with_its_record(scene: Scene, published: int) -> None:
    say(scene, published, "/almanac remove")
    files = scene.files(published)
    assert RECORD not in files
    assert all(b"Demo Day" not in files[path] for path in (PAGE, "events.ics", "feed.xml", "events.json"))
    assert scene.pull(published).title.startswith("Remove event: Thu, Jan 20, 2022")
    scene.move_base()
    assert scene.run(published).plan.outcome == "updated"
    merge(scene, published)
    assert "off the site now" in scene.comment(published)
    scene.edit(published, **DEMO_DAY, location="Lyon")
    assert scene.run(published).plan.writes == ()
    assert say(scene, published, "/almanac cancel").plan.outcome == "unchanged"
    assert "`/almanac cancel`: The event is off the site now." in scene.comment(published)


def test_a_removal_on_which_somebody_commits_is_left_as_it_is(scene: Scene, published: int) -> None:
    say(scene, published, "/almanac remove")
    theirs = scene.by_hand(published, {"notes.md": b"mine\n"})
    scene.world.commit({"README.md": b"Another\n"})
    assert scene.run(published).plan.outcome == "waiting"
    assert scene.head(published) == theirs
    say(scene, published, "/almanac cancel")
    assert "`/almanac cancel`: The event's record is not on the branch" in scene.comment(published)
    assert say(scene, published, "/almanac recreate").plan.outcome == "updated"
    assert RECORD not in scene.files(published)
    say(scene, published, "/almanac cancel")
    assert proposed(scene, published).status == "cancelled"


def test_an_event_on_whose_change_somebody_commits_is_not_taken_off(scene: Scene, published: int) -> None:
    say(scene, published, "/almanac cancel")
    theirs = scene.by_hand(published, {"notes.md": b"mine\n"})
    say(scene, published, "/almanac remove")
    assert "`/almanac remove`: Someone has committed to the branch" in scene.comment(published)
    assert scene.head(published) == theirs


def test_a_no_to_what_a_command_proposed_does_not_come_back(scene: Scene, published: int) -> None:
    say(scene, published, "/almanac cancel")
    scene.world.close_pull(scene.pull(published).number)
    assert say(scene, published, f"/almanac recording {VIDEO}").plan.outcome == "created"
    event = proposed(scene, published)
    assert (event.status, event.recording) == (None, VIDEO)
    assert scene.world.head(branch_name(published))


def test_a_no_to_what_the_issue_asked_for_does_not_come_back(scene: Scene, published: int) -> None:
    scene.run(published)
    scene.edit(published, **DEMO_DAY, location="Lyon", links="[Notes](https://example.org/notes)")
    scene.run(published)
    scene.world.close_pull(scene.pull(published).number)
    scene.run(published)
    assert say(scene, published, f"/almanac recording {VIDEO}").plan.outcome == "created"
    event = proposed(scene, published)
    assert (event.location, event.recording) == ("Paris", VIDEO)


def test_a_change_by_hand_on_the_branch_stays(scene: Scene, published: int) -> None:
    say(scene, published, f"/almanac recording {VIDEO}")
    scene.edit_record(published, VIDEO, f"{VIDEO}?t=5")
    scene.run(published)
    say(scene, published, "/almanac postpone")
    event = proposed(scene, published)
    assert (event.status, event.recording) == ("postponed", f"{VIDEO}?t=5")


def test_answers_with_problems_have_to_be_mended_first(scene: Scene, published: int) -> None:
    scene.run(published)
    scene.edit(published, title="Demo Day", date="soon")
    assert say(scene, published, "/almanac cancel").plan.outcome == "waiting"
    assert "please settle first what is said above" in scene.comment(published)


def test_before_it_is_published_it_says_what_can_be_done(scene: Scene) -> None:
    scene.world.let_in("grace")
    number = scene.proposed()
    say(scene, number, "/almanac postpone")
    assert "That can be done once the event is published." in scene.comment(number)
    assert "close the issue and withdraw the proposal" in scene.comment(number)


@pytest.mark.parametrize("off", ["cancel", "postpone"])
@both_forges
def test_what_was_called_off_takes_place_on_its_day_after_all(scene: Scene, published: int, off: str) -> None:
    scene.run(published)
    before = at_base(scene)
    say(scene, published, f"/almanac {off}")
    merge(scene, published)
    assert at_base(scene).is_off
    assert say(scene, published, "/almanac reschedule January 20, 2022").plan.outcome == "created"
    assert (proposed(scene, published).status, proposed(scene, published).when) == (None, before.when)
    assert "~~ \u2192 **takes place** |" in scene.pull(published).body
    merge(scene, published)
    assert at_base(scene).model_copy(update={"rendered": before.rendered}) == before
    calendar = scene.world.files(scene.world.forge.base().commit)["events.ics"].decode()
    entry = next(one for one in calendar.split("BEGIN:VEVENT") if "SUMMARY:Demo Day" in one)
    assert "SEQUENCE:2\r\n" in entry
    assert "STATUS:CONFIRMED\r\n" in entry
    say(scene, published, "/almanac reschedule 2022-01-20")
    assert "The event is on that day already." in scene.comment(published)


def test_it_takes_place_on_its_day_at_other_times(scene: Scene, published: int) -> None:
    scene.run(published)
    say(scene, published, "/almanac cancel")
    merge(scene, published)
    say(scene, published, "/almanac reschedule 2022-01-20 10am ET, 4pm CET")
    assert (proposed(scene, published).status, proposed(scene, published).when) == (None, "10am ET, 4pm CET")


@pytest.mark.parametrize("first", ["cancel", "reschedule 2022-02-03 10am ET"])
@both_forges
def test_what_is_only_proposed_is_taken_back_by_the_same_command(scene: Scene, published: int, first: str) -> None:
    scene.run(published)
    before = at_base(scene)
    say(scene, published, f"/almanac {first}\n/almanac recording {VIDEO}")
    say(scene, published, "/almanac reschedule 2022-01-20")
    update = {"recording": VIDEO, "rendered": proposed(scene, published).rendered}
    assert proposed(scene, published) == before.model_copy(update=update)
    scene.world.close_pull(scene.pull(published).number)
    scene.run(published)
    say(scene, published, f"/almanac {first}")
    say(scene, published, "/almanac reschedule 2022-01-20")
    assert scene.pull(published).state == "closed"
    assert "The event is " in scene.comment(published)
    assert "The change is " not in scene.comment(published)
    assert at_base(scene) == before
