"""The form "Change an event": what it asks for is one pull request that changes the event's record and every view."""

from difflib import unified_diff

import pytest
from almanac.config import CHANGE_FORM
from almanac.defaults import load_messages
from almanac.engine.run import Done, reconcile
from almanac.event.model import Event, Link
from almanac.event.record import read_record
from almanac.proposal.command import CommentCommand
from almanac.proposal.names import branch_name

from tests.scenes import CONFIG, DEMO_DAY, PAGE, RECORD, RECORDS, Scene, both_forges

VIEWS = f"page: {PAGE}\ncalendar: events.ics\nfeed: feed.xml\ndata: events.json\n"
GOVERNMENTS = f"{RECORDS}/2021-11-08-governments-agencies.yml"
UNIVERSITIES = f"{RECORDS}/2021-11-11-universities-academia.yml"
VIDEO, DECK = "https://video.example.org/1", "https://slides.example.org/1"


def event_of(scene: Scene, number: int, path: str = GOVERNMENTS) -> Event:
    return read_record(scene.record(number, path), path)


def at_base(scene: Scene, path: str = GOVERNMENTS) -> Event:
    return read_record(scene.world.files(scene.world.forge.base().commit)[path].decode(), path)


def asked(scene: Scene, **answers: str) -> int:
    number = scene.ask(**answers)
    assert scene.run(number).plan.outcome == "created", scene.comment(number)
    return number


def merge(scene: Scene, number: int) -> None:
    scene.world.merge(scene.pull(number).number)
    assert scene.run(number).plan.outcome == "closed"


def say(scene: Scene, number: int, text: str, author: str = "grace", place: int | None = None) -> Done:
    comment = scene.world.comment(place or number, author, text)
    said = CommentCommand(comment, author, text, place or number)
    return reconcile(number, scene.world.forge, load_messages(), comment=said)


def changed_lines(scene: Scene, number: int, path: str) -> list[str]:
    """Return what a person would see of a file in the pull request: the lines that go, and those that come."""
    before, after = (files[path].decode().split("\n") for files in (base_files(scene), scene.files(number)))
    found = list(unified_diff(before, after, n=0, lineterm=""))[2:]
    return [line for line in found if line[0] in "+-" and line.strip("+- ")]


def base_files(scene: Scene) -> dict[str, bytes]:
    return scene.world.files(scene.world.forge.base().commit)


@both_forges
def test_imported_events_are_changed_in_all_that_shows_them(scene: Scene) -> None:
    scene.world.commit({CONFIG: VIEWS.encode()})
    scene.sweep()
    scene.world.merge(scene.world.pulls()[-1].number)
    cancelled = asked(scene, event="8 Nov 2021, when institutions cooperate", change="Cancelled")
    recorded = asked(scene, event="measuring OSPOs", change="Recording or slides", recording=VIDEO)
    views = {PAGE, "events.ics", "feed.xml", "events.json"}
    before = base_files(scene)
    for number, path in ((cancelled, GOVERNMENTS), (recorded, UNIVERSITIES)):
        files = scene.files(number)
        assert {name for name in files if files[name] != before.get(name)} == {path, *views}
    assert changed_lines(scene, cancelled, PAGE) == ["+- Status: cancelled"]
    assert [line for line in changed_lines(scene, cancelled, GOVERNMENTS) if "rendered" not in line] == [
        '+status: "cancelled"'
    ]
    assert "+STATUS:CANCELLED" in [line.strip() for line in changed_lines(scene, cancelled, "events.ics")]
    assert changed_lines(scene, recorded, PAGE) == [f"+- Recording: [video.example.org]({VIDEO})"]
    assert [line for line in changed_lines(scene, recorded, UNIVERSITIES) if "rendered" not in line] == [
        f'+recording: "{VIDEO}"'
    ]
    comment, pull = scene.comment(cancelled), scene.pull(cancelled)
    assert "| **Status** | added: cancelled |" in comment
    assert "| **Status** | added: cancelled |" in pull.body
    assert pull.title.startswith("Change event: Mon, Nov 8, 2021")
    assert scene.run(cancelled).plan.writes == ()
    merge(scene, cancelled)
    assert "The change is " in scene.comment(cancelled)
    assert scene.world.issue_state(cancelled)[0] == "closed"
    scene.sweep()  # the other one follows
    merge(scene, recorded)
    assert (at_base(scene).status, at_base(scene, UNIVERSITIES).recording) == ("cancelled", VIDEO)
    assert [done for done in scene.sweep() if done.plan.writes] == []


@both_forges
def test_an_event_is_found_by_its_issue_and_gets_another_date(scene: Scene) -> None:
    number = scene.proposed(**DEMO_DAY)
    scene.world.merge(scene.pull(number).number)
    scene.run(number)
    change = asked(scene, event=f"#{number}", change="New date or time", date="Feb 3rd, 2022", location="Lyon")
    event = event_of(scene, change, RECORD)
    assert (event.status, event.date, event.previous_date) == ("rescheduled", "2022-02-03", "2022-01-20")
    assert (event.when, event.starts) == ("9am ET, 3pm CET", "2022-02-03T09:00:00-05:00")
    assert (event.issue, event.location) == (number, "Lyon")
    assert "| **Date** | ~~Thu, Jan 20, 2022~~ \u2192 **Thu, Feb 3, 2022** |" in scene.comment(change)
    merge(scene, change)
    # Read again, the event is found by the same words; it has another date now, and stays as it is.
    scene.world.edit_issue(change, state="open")
    assert scene.run(change).plan.outcome == "unchanged"
    assert scene.run(number).plan.writes == ()


def test_two_changes_at_once_are_merged_field_by_field(scene: Scene) -> None:
    first = asked(scene, event="2021-11-08", change="Cancelled", links=f"[Slides]({DECK})")
    second = asked(
        scene, event="Governments & Agencies", change="Something else", location="Lyon", links=f"<{VIDEO}>"[1:-1]
    )
    assert "duplicate" not in scene.pull(second).body
    merge(scene, first)
    scene.sweep()
    event = event_of(scene, second)
    assert (event.status, event.location) == ("cancelled", "Lyon")
    assert [link.url for link in event.links] == [DECK, VIDEO]
    merge(scene, second)
    # What another change says later stays, whatever an earlier one is read again for.
    third = asked(scene, event="2021-11-08", change="Something else", location="Oslo")
    merge(scene, third)
    scene.world.edit_issue(second, state="open")
    assert scene.run(second).plan.outcome == "unchanged"
    assert at_base(scene).location == "Oslo"
    scene.ask_again(
        second, event="Governments & Agencies", change="Something else", location="Lyon", url="https://e.org/"
    )
    assert scene.run(second).plan.outcome == "created"
    assert (event_of(scene, second).location, event_of(scene, second).url) == ("Oslo", "https://e.org/")


@both_forges
def test_what_was_and_what_will_be_is_shown_after_a_commit_by_hand_too(scene: Scene) -> None:
    merge(scene, asked(scene, event="2021-11-08", change="Cancelled"))
    number = asked(scene, event="2021-11-08", change="Something else", location="Lyon")
    record = scene.record(number, GOVERNMENTS).replace('status: "cancelled"\n', "")
    scene.by_hand(number, {GOVERNMENTS: record.encode()})
    assert scene.run(number).plan.outcome == "updated"
    for text in (scene.pull(number).body, scene.comment(number)):
        assert "| What | " in text
        assert "| **Where** | " in text
        assert "Lyon" in text
        assert "cancelled~~" in next(line for line in text.splitlines() if line.startswith("| **Status**"))
    assert "| **When** |" not in scene.pull(number).body, "what stays as it is has no row"


@both_forges
def test_an_edit_of_the_issue_updates_its_pull_request(scene: Scene) -> None:
    number = asked(scene, event="2021-11-08", change="Postponed", note="Because of @octo, see #1.")
    assert "The issue also says this" in scene.pull(number).body
    pull = scene.pull(number).number
    scene.ask_again(number, event="2021-11-08", change="Postponed", note="Because of the weather.")
    assert scene.run(number).plan.outcome == "updated"
    assert "weather" in scene.pull(number).body
    scene.ask_again(number, event="2021-11-11", change="Postponed")  # another event after all
    assert scene.run(number).plan.outcome == "updated"
    assert scene.pull(number).number == pull
    assert event_of(scene, number, UNIVERSITIES).status == "postponed"
    assert scene.files(number)[GOVERNMENTS] == base_files(scene)[GOVERNMENTS]
    scene.world.edit_issue(number, state="closed")
    assert scene.run(number).plan.outcome == "closed"
    assert scene.world.head(branch_name(number)) is None
    scene.world.edit_issue(number, state="open")
    assert scene.run(number).plan.outcome == "created"
    scene.world.close_pull(scene.pull(number).number)
    assert scene.run(number).plan.outcome == "refused"
    assert "so this change will not be published" in scene.comment(number)


@both_forges
def test_what_names_no_event_or_several_gets_candidates_to_choose_from(scene: Scene) -> None:
    number = scene.ask(event="november 2021", change="Cancelled", date="the 99th")
    assert scene.run(number).plan.outcome == "waiting"
    comment = scene.comment(number)
    assert "**Which event**: This can be more than one event." in comment
    assert "- `2021-11-08-governments-agencies`: " in comment
    assert "- `2021-11-11-universities-academia`: " in comment
    assert "**New date**: This could not be read as a date." in comment
    assert scene.run(number).plan.writes == ()
    scene.ask_again(number, event="the christmas party", change="Cancelled")
    scene.run(number)
    assert "I found no event like this." in scene.comment(number)
    scene.ask_again(number, event="2021-11-08-governments-agencies", change="Cancelled")
    assert scene.run(number).plan.outcome == "created"


def test_a_proposal_with_problems_keeps_what_it_has_and_what_others_changed(scene: Scene) -> None:
    number = asked(scene, event="2021-11-08", change="Cancelled")
    other = asked(scene, event="2021-11-08", change="Something else", location="Lyon")
    scene.ask_again(number, event="2021-11-08", change="Cancelled", date="the 99th")
    merge(scene, other)
    scene.move_base()
    assert scene.run(number).plan.outcome == "waiting"
    event = event_of(scene, number)
    assert (event.status, event.location) == ("cancelled", "Lyon")
    assert scene.world.parents(scene.head(number)) == (scene.world.forge.base().commit,)


@both_forges
def test_a_note_that_people_have_read_is_closed_without_another_word(scene: Scene) -> None:
    scene.world.let_in("grace")
    number = scene.ask(by="ada", event="2021-11-08", change="Something else", note="Please take it off.")
    scene.run(number)
    comment = scene.comment(number)
    assert "`/almanac remove`" in comment
    scene.world.edit_issue(number, state="closed")
    assert (scene.run(number).plan.outcome, scene.comment(number)) == ("closed", comment)
    scene.world.edit_issue(number, state="open")
    assert scene.run(number).plan.writes == ()
    assert say(scene, number, "/almanac remove").plan.outcome == "created"
    merge(scene, number)
    assert GOVERNMENTS not in base_files(scene)


@both_forges
def test_who_may_not_cancel_an_event_is_told_what_they_can_do(scene: Scene) -> None:
    number = scene.proposed(**DEMO_DAY, by="ada")
    scene.world.merge(scene.pull(number).number)
    scene.run(number)
    assert "file \u201cChange an event\u201d, for example if the event is cancelled" in scene.comment(number)
    assert "reopen" not in scene.comment(number)
    say(scene, number, "/almanac cancel", "ada")
    assert "If the event is cancelled or moved, file \u201cChange an event\u201d" in scene.comment(number)
    say(scene, number, "/almanac cancel", "zoe")
    assert "To have the event changed, file \u201cChange an event\u201d." in scene.comment(number)
    files: dict[str, bytes | None] = {CHANGE_FORM: None}
    scene.world.commit(files)
    say(scene, number, "/almanac cancel", "eve")
    assert "Change an event" not in scene.comment(number)
    assert "edit the first message of this issue, which can stay closed." in scene.comment(number)


@both_forges
def test_a_note_alone_is_shown_to_the_maintainers(scene: Scene) -> None:
    scene.world.let_in("grace")
    number = scene.ask(by="ada", event="2021-11-08", change="Something else", note="It was @octo's `fault`. Fixes #1")
    assert scene.run(number).plan.outcome == "waiting"
    assert scene.world.head(branch_name(number)) is None
    assert "```text\nIt was @octo's `fault`. Fixes #1\n```" in scene.comment(number)
    assert scene.run(number).plan.writes == ()
    assert say(scene, number, "/almanac postpone").plan.outcome == "created"
    assert event_of(scene, number).status == "postponed"
    assert "`/almanac postpone`: pull request" in scene.comment(number)
    merge(scene, number)
    assert at_base(scene).status == "postponed"


def test_what_asks_for_nothing_is_told(scene: Scene) -> None:
    number = scene.ask(event="2021-11-08", change="Something else")
    assert scene.run(number).plan.outcome == "waiting"
    assert "**What changes**: The event is on the site just like that." in scene.comment(number)
    scene.ask_again(number, event="2021-11-08", change="New date or time")
    scene.run(number)
    assert "**New date**: Please say the new date here" in scene.comment(number)
    scene.ask_again(number, event="2021-11-08", change="Cancelled")
    assert scene.run(number).plan.outcome == "created"
    pull = scene.pull(number).number
    scene.ask_again(number, event="2021-11-08", change="Something else", note="Sorry, all is well.")
    assert scene.run(number).plan.outcome == "waiting"
    assert scene.world.head(branch_name(number)) is None
    assert scene.world.issue_state(number)[0] == "open"
    scene.ask_again(number, event="2021-11-08", change="Postponed")
    assert scene.run(number).plan.outcome == "created"
    assert scene.pull(number).number != pull


@both_forges
def test_commands_count_on_the_change_and_on_its_pull_request(scene: Scene) -> None:
    scene.world.let_in("grace")
    number = asked(scene, by="ada", event="2021-11-08", change="Postponed")
    say(scene, number, f"/almanac recording {VIDEO}", "ada")
    say(scene, number, f"/almanac slides {DECK}", "grace", scene.pull(number).number)
    event = event_of(scene, number)
    assert (event.status, event.recording, event.links) == ("postponed", VIDEO, (Link(label="Slides", url=DECK),))
    scene.ask_again(number, event="2021-11-08", change="Something else", location="Lyon")
    scene.run(number)
    event = event_of(scene, number)
    assert (event.status, event.recording, event.location) == (None, VIDEO, "Lyon")
    say(scene, number, "/almanac cancel", "ada")
    assert event_of(scene, number).status is None
    say(scene, number, "/almanac dance")
    assert "I don't know that command." in scene.comment(number)
    assert "show the event as cancelled" in scene.comment(number)
    say(scene, number, "/almanac remove")
    assert GOVERNMENTS not in scene.files(number)


def test_a_command_waits_until_it_is_clear_which_event_it_is_about(scene: Scene) -> None:
    scene.world.let_in("grace")
    number = scene.ask(event="november 2021", change="Cancelled")
    scene.run(number)
    say(scene, number, "/almanac postpone")
    assert "once it is clear which event this is about" in scene.comment(number)
    say(scene, number, "/almanac cancel")
    assert scene.world.issue_state(number)[0] == "closed"


def test_what_was_refused_does_not_come_back_with_a_command(scene: Scene) -> None:
    scene.world.let_in("grace")
    number = asked(scene, event="2021-11-08", change="Cancelled", location="Lyon")
    scene.world.close_pull(scene.pull(number).number)
    scene.run(number)
    assert say(scene, number, f"/almanac recording {VIDEO}").plan.outcome == "created"
    before, event = at_base(scene), event_of(scene, number)
    assert (event.status, event.location, event.recording) == (before.status, before.location, VIDEO)
    scene.world.commit({"README.md": b"Another\n"})
    scene.sweep()
    assert event_of(scene, number).status is None
    # An answer that was given since is a new one.
    scene.ask_again(number, event="2021-11-08", change="Cancelled", location="Oslo")
    scene.run(number)
    event = event_of(scene, number)
    assert (event.status, event.location, event.recording) == (None, "Oslo", VIDEO)
    merge(scene, number)
    assert (at_base(scene).status, at_base(scene).location, at_base(scene).recording) == (None, "Oslo", VIDEO)


def test_a_commit_by_hand_on_its_branch_stays(scene: Scene) -> None:
    number = asked(scene, event="2021-11-08", change="Cancelled")
    text = scene.record(number, GOVERNMENTS)
    theirs = text.replace('status: "cancelled"\n', 'status: "postponed"\n')
    scene.by_hand(number, {GOVERNMENTS: theirs.encode(), "notes.md": b"mine\n"})
    scene.ask_again(number, event="2021-11-08", change="Cancelled", location="Lyon")
    assert scene.run(number).plan.outcome == "updated"
    event = event_of(scene, number)
    assert (event.status, event.location, event.issue) == ("postponed", "Lyon", None)
    assert scene.files(number)["notes.md"] == b"mine\n"
    scene.ask_again(number, event="2021-11-11", change="Cancelled")
    assert scene.run(number).plan.outcome == "waiting"
    assert "names another event now" in scene.comment(number)


def test_what_is_kept_word_for_word_is_changed_where_it_stands(scene: Scene) -> None:
    section = "### December 1st, 2021:  Odd one\n\nWith Ada. <b>Bring cake.</b>\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\n"
    page = scene.base_page()
    scene.world.commit({PAGE: (page.rstrip("\n") + f"\n\n{section}").encode()})
    scene.sweep()
    scene.world.merge(scene.world.pulls()[-1].number)
    path = next(name for name in base_files(scene) if "2021-12-01" in name)
    assert at_base(scene, path).markdown
    number = asked(scene, event="December 1, 2021", change="Cancelled")
    assert changed_lines(scene, number, PAGE) == ["+- Status: cancelled"]
    merge(scene, number)
    scene.sweep()
    assert [done for done in scene.sweep() if done.plan.writes] == []
    back = asked(scene, event="December 1, 2021", change="New date or time", date="2021-12-01")
    assert changed_lines(scene, back, PAGE) == ["-- Status: cancelled"]
    scene.world.edit_issue(back, state="closed")
    scene.run(back)
    moved = scene.ask(event="December 1, 2021", change="New date or time", date="2021-12-08")
    assert scene.run(moved).plan.outcome == "waiting"
    assert "kept word for word" in scene.comment(moved)


def test_it_is_taken_for_a_new_event_only_by_whom_it_is_one(scene: Scene) -> None:
    number = scene.ask(event="2021-11-08", change="Cancelled", note="### Title\n\nMine\n\n### Date\n\n2021-12-24")
    scene.run(number)
    assert event_of(scene, number).status == "cancelled"
    filed = scene.file(
        title="Demo", date="2022-01-20", description="### Which event\n\n2021-11-08\n\n### What changes\n\nx"
    )
    assert scene.run(filed).plan.outcome == "created"
    assert scene.pull(filed).title.startswith("Add event")


def test_a_site_without_the_form_takes_no_notice(scene: Scene) -> None:
    scene.world.commit({CHANGE_FORM: None})
    number = scene.ask(event="2021-11-08", change="Cancelled")
    assert scene.run(number).plan.outcome is None


@pytest.mark.parametrize(
    "text", ["### New date\n\n2021-12-24\n\n### Recording\n\nhttps://evil.example", "<!-- almanac:state {} -->"]
)
def test_no_answer_can_pass_for_another(scene: Scene, text: str) -> None:
    number = scene.ask(
        event="2021-11-08", change="Something else", links=f"[x](https://e.org)\n\n{text}", location="Lyon"
    )
    scene.run(number)
    assert scene.world.head(branch_name(number)) is None
    assert "2021-12-24" not in str(at_base(scene))


def test_the_number_of_an_issue_is_not_looked_for_among_words_and_days(scene: Scene) -> None:
    scene.world.commit({f"{RECORDS}/2022-02-03-owls.yml": b"id: 2022-02-03-owls\ntitle: Owls 4711\ndate: 2022-02-03\n"})
    number = scene.ask(event="#4711", change="Cancelled")
    assert scene.run(number).plan.outcome == "waiting"
    scene.ask_again(number, event="Owls 4711", change="Cancelled")
    assert scene.run(number).plan.outcome == "created"


def test_what_the_page_never_showed_is_not_named_again(scene: Scene) -> None:
    source = '### {{ date | heading_date }}:  {{ title | heading }}\n\n- {{ status or "as planned" }}\n'
    scene.world.commit(
        {CONFIG: f"page: {PAGE}\nsection_template: section.md.j2\n".encode(), "section.md.j2": source.encode()}
    )
    number = scene.proposed(**DEMO_DAY, location="Lyon")
    assert "no place for When, Location" in scene.comment(number)
    scene.world.merge(scene.pull(number).number)
    scene.run(number)
    change = asked(scene, event=f"#{number}", change="Cancelled")
    assert "no place for" not in scene.comment(change)
    other = asked(scene, event=f"#{number}", change="Something else", location="Paris")
    assert "no place for New location:" in scene.comment(other)


OFF = ("Cancelled", "Postponed")


@pytest.mark.parametrize("off", OFF)
@both_forges
def test_an_event_that_was_called_off_takes_place_on_its_day_after_all(scene: Scene, off: str) -> None:
    scene.world.commit({CONFIG: VIEWS.encode()})
    scene.sweep()
    scene.world.merge(scene.world.pulls()[-1].number)
    before = at_base(scene)
    views = [PAGE, "feed.xml", "events.json"]
    shown = {path: base_files(scene)[path] for path in views}
    number = asked(scene, event="2021-11-08", change=off)
    merge(scene, number)
    number = asked(scene, event="2021-11-08", change="New date or time", date="November 8, 2021")
    assert event_of(scene, number) == before.model_copy(update={"rendered": event_of(scene, number).rendered})
    row = f"| **Status** | ~~{off.lower()}~~ \u2192 **takes place** |"
    assert row in scene.comment(number)
    assert row in scene.pull(number).body
    merge(scene, number)
    assert base_files(scene)[PAGE] == shown[PAGE]
    assert b"(cancelled)" not in base_files(scene)["feed.xml"]
    assert base_files(scene)["events.json"].count(b"EventScheduled") == shown["events.json"].count(b"EventScheduled")
    calendar = base_files(scene)["events.ics"].decode()
    entry = next(one for one in calendar.split("BEGIN:VEVENT") if "2021-11-08-governments-agencies@" in one)
    assert "SEQUENCE:2\r\n" in entry
    assert "STATUS:CONFIRMED\r\n" in entry
    # Read again, it changes nothing: neither as it is, nor after the event was called off once more.
    scene.world.edit_issue(number, state="open")
    assert scene.run(number).plan.outcome == "unchanged"
    merge(scene, asked(scene, event="2021-11-08", change=off))
    scene.world.edit_issue(number, state="open")
    assert scene.run(number).plan.outcome == "unchanged"


def test_the_day_and_times_that_an_event_has_are_nothing_new(scene: Scene) -> None:
    number = scene.ask(event="2021-11-08", change="New date or time", date="2021-11-08")
    assert scene.run(number).plan.outcome == "waiting"
    assert "The event is on the site just like that." in scene.comment(number)
    scene.ask_again(number, event="2021-11-08", change="New date or time", date="2021-11-08", when="10am ET, 4pm CET")
    assert scene.run(number).plan.outcome == "created"
    assert event_of(scene, number).status == "rescheduled"


def test_what_was_moved_before_it_was_called_off_stays_moved(scene: Scene) -> None:
    merge(scene, asked(scene, event="2021-11-08", change="New date or time", date="2021-12-08"))
    merge(scene, asked(scene, event="2021-11-08", change="Cancelled"))
    number = asked(scene, event="2021-11-08", change="New date or time", date="2021-12-08")
    event = event_of(scene, number)
    assert (event.status, event.date, event.previous_date) == ("rescheduled", "2021-12-08", "2021-11-08")
    scene.ask_again(number, event="2021-11-08", change="New date or time", date="2021-12-15")
    scene.run(number)
    event = event_of(scene, number)
    assert (event.status, event.date) == ("rescheduled", "2021-12-15")
