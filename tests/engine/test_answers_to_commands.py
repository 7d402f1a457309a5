"""What each command is answered in each state of an issue: never with silence, and never with what is not so."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from almanac.defaults import load_messages
from almanac.engine.run import reconcile
from almanac.proposal.command import CommentCommand

from tests.scenes import DEMO_DAY, Scene, Stage

VIDEO = "https://video.example.org/1"
CURRENT = "there was nothing to change; everything is up to date."
WAITING = "nothing can change before what is said above is settled."
CLOSED = "not done, as this issue is closed. Reopen it first."
OFF = "The event is off the site now"
PROPOSED = "proposes it."
SAME = "the site says so already."
WITHDRAWN = "the site says so already, so what was proposed is withdrawn."
THAT_DAY = "The event is on that day already."
NOT_YET = "That can be done once the event is published."
UNCLEAR = "That can be done once it is clear which event this is about"
UNKNOWN = "I don't know that command."
DONE = "done."

RETRY, RECREATE, CANCEL, POSTPONE, DANCE = (
    f"/almanac {word}" for word in ("retry", "recreate", "cancel", "postpone", "dance")
)
MOVE, SAME_DAY, RECORDING = (
    "/almanac reschedule 2022-03-03",
    "/almanac reschedule 2022-01-20",
    f"/almanac recording {VIDEO}",
)
REMOVE = "/almanac remove"
CHANGES = (CANCEL, POSTPONE, MOVE, RECORDING, REMOVE)


def say(scene: Scene, number: int, text: str) -> None:
    """Someone who may write gives a command."""
    comment = scene.world.comment(number, "grace", text)
    reconcile(number, scene.world.forge, load_messages(), comment=CommentCommand(comment, "grace", text, number))


def answer(scene: Scene, number: int) -> str:
    """Return what stands below our comment."""
    return scene.comment(number).partition("<!-- almanac:note -->")[2].partition("<!-- almanac:state")[0].strip()


def proposed(scene: Scene) -> int:
    return scene.proposed()


def with_problems(scene: Scene) -> int:
    number = scene.file(title="Demo Day", date="soon")
    scene.run(number)
    return number


def cancelled(scene: Scene) -> int:
    number = scene.proposed()
    say(scene, number, CANCEL)
    return number


def cancelled_with_problems(scene: Scene) -> int:
    number = with_problems(scene)
    say(scene, number, CANCEL)
    return number


def closed(scene: Scene) -> int:
    number = scene.proposed()
    scene.world.edit_issue(number, state="closed")
    scene.run(number)
    return number


def refused(scene: Scene) -> int:
    number = scene.proposed()
    scene.world.close_pull(scene.pull(number).number)
    scene.run(number)
    return number


def merged(scene: Scene) -> int:
    number = scene.proposed()
    merge(scene, number)
    return number


def merge(scene: Scene, number: int) -> None:
    scene.world.merge(scene.pull(number).number)
    scene.run(number)


def changing(scene: Scene) -> int:
    number = merged(scene)
    say(scene, number, CANCEL)
    return number


def called_off(scene: Scene) -> int:
    number = changing(scene)
    merge(scene, number)
    return number


def change_refused(scene: Scene) -> int:
    number = changing(scene)
    scene.world.close_pull(scene.pull(number).number)
    scene.run(number)
    return number


def removed(scene: Scene) -> int:
    number = merged(scene)
    say(scene, number, REMOVE)
    merge(scene, number)
    return number


def request(scene: Scene) -> int:
    merged(scene)
    number = scene.ask(event="Demo Day", change="Cancelled")
    scene.run(number)
    return number


def unclear_request(scene: Scene) -> int:
    number = scene.ask(event="Nobody knows this one", change="Cancelled")
    scene.run(number)
    return number


def request_withdrawn(scene: Scene) -> int:
    number = request(scene)
    scene.world.edit_issue(number, state="closed")
    scene.run(number)
    return number


LOOKS = (RETRY, RECREATE)
NOT_ANY_MORE = dict.fromkeys((*LOOKS, *CHANGES, SAME_DAY), CLOSED) | {DANCE: UNKNOWN}
BEFORE = dict.fromkeys((*CHANGES, SAME_DAY), NOT_YET) | {CANCEL: DONE, DANCE: UNKNOWN}
PUBLISHED = dict.fromkeys(LOOKS, CURRENT) | dict.fromkeys(CHANGES, PROPOSED) | {SAME_DAY: THAT_DAY, DANCE: UNKNOWN}

TABLE: Mapping[Callable[[Scene], int], Mapping[str, str]] = {
    proposed: BEFORE | dict.fromkeys(LOOKS, CURRENT),
    with_problems: BEFORE | dict.fromkeys(LOOKS, WAITING),
    cancelled: NOT_ANY_MORE,
    cancelled_with_problems: NOT_ANY_MORE,
    closed: NOT_ANY_MORE,
    refused: NOT_ANY_MORE,
    merged: PUBLISHED,
    changing: PUBLISHED | {SAME_DAY: WITHDRAWN},
    called_off: PUBLISHED | {CANCEL: SAME, SAME_DAY: PROPOSED},
    change_refused: PUBLISHED | dict.fromkeys(LOOKS, CLOSED),
    removed: dict.fromkeys((*LOOKS, *CHANGES, SAME_DAY), OFF) | {DANCE: f"{UNKNOWN} {OFF}"},
    request: PUBLISHED | {SAME_DAY: WITHDRAWN},
    unclear_request: dict.fromkeys((*CHANGES, SAME_DAY), UNCLEAR)
    | dict.fromkeys(LOOKS, WAITING)
    | {CANCEL: DONE, DANCE: UNKNOWN},
    request_withdrawn: PUBLISHED | dict.fromkeys(LOOKS, CLOSED),
}


@pytest.mark.parametrize("state", TABLE, ids=lambda state: state.__name__)
def test_every_command_gets_an_answer_that_is_so(tmp_path: Path, state: Callable[[Scene], int]) -> None:
    def begin(scene: Scene) -> int:
        scene.world.let_in("grace")
        return state(scene)

    stage = Stage("local", tmp_path, begin)
    for command, expected in TABLE[state].items():
        with stage.scene() as (scene, number):
            say(scene, number, command)
            said = answer(scene, number)
            assert expected in said, (command, said)
            if expected not in (UNKNOWN, NOT_YET, UNCLEAR):
                assert said.startswith(f"`{' '.join(command.split()[:2])}`: ") or command == DANCE, (command, said)
            is_open = [pull.number for pull in scene.world.pulls() if pull.state == "open"]
            if expected == PROPOSED:
                assert re.findall(r"pull request #(\d+)", said) == [str(*is_open)], command
            if expected in (WITHDRAWN, SAME, OFF, CLOSED):
                assert not is_open, command
            assert (scene.world.issue_state(number)[0] == "closed") >= (expected == CLOSED), command
            scene.run(number)
            assert answer(scene, number) == said, f"{command}: another look takes nothing back"


@pytest.mark.parametrize("state", [one for one in TABLE if CLOSED in TABLE[one].values()], ids=lambda one: one.__name__)
def test_reopening_does_what_the_answer_says(scene: Scene, state: Callable[[Scene], int]) -> None:
    scene.world.let_in("grace")
    number = state(scene)
    say(scene, number, RETRY)
    assert CLOSED in answer(scene, number)
    scene.world.edit_issue(number, state="open")
    assert scene.run(number).plan.outcome == ("waiting" if state is cancelled_with_problems else "created")


def test_an_edit_while_the_issue_is_closed_changes_nothing_and_its_comment_says_so(scene: Scene) -> None:
    scene.world.let_in("grace")
    number = cancelled(scene)
    scene.edit(number, **DEMO_DAY, location="Lyon")
    scene.run(number)
    assert "nothing is proposed for it now, whatever is edited in it" in scene.comment(number)
    assert "Reopen it to have it proposed again" in scene.comment(number)
    assert scene.world.issue_state(number)[0] == "closed"


def test_what_was_done_again_is_answered_too(scene: Scene) -> None:
    scene.world.let_in("grace")
    number = proposed(scene)
    scene.by_hand(number, {"notes.md": b"mine\n"})
    say(scene, number, RECREATE)
    assert "notes.md" not in scene.files(number)
    assert answer(scene, number) == "`/almanac recreate`: done."


def test_a_no_that_was_not_seen_yet_is_none_to_be_done_again(scene: Scene) -> None:
    scene.world.let_in("grace")
    number = proposed(scene)
    scene.world.close_pull(scene.pull(number).number)
    say(scene, number, RETRY)
    assert CLOSED in answer(scene, number)
    assert scene.world.issue_state(number)[0] == "closed"


def test_a_command_that_comes_again_after_the_issue_was_reopened_is_not_done_again(scene: Scene) -> None:
    scene.world.let_in("grace")
    number = proposed(scene)
    comment = scene.world.comment(number, "grace", CANCEL)
    said = CommentCommand(comment, "grace", CANCEL, number)
    reconcile(number, scene.world.forge, load_messages(), comment=said)
    scene.world.edit_issue(number, state="open")
    scene.run(number)
    assert reconcile(number, scene.world.forge, load_messages(), comment=said).plan.outcome == "unchanged"
    assert scene.world.issue_state(number)[0] == "open"
