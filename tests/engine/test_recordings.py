"""Some days after an event, its issue asks for a recording: once, and only where there may be one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from almanac.defaults import load_messages
from almanac.engine.run import Done, reconcile
from almanac.engine.sweep import reconcile_all
from almanac.errors import ForgeError
from almanac.event.record import read_record
from almanac.proposal.command import CommentCommand

from tests.emulated import GitHubWorld
from tests.filing import body
from tests.forge.clones import clone
from tests.scenes import CONFIG, PAGE, RECORDS, Scene, both_forges, new_scene
from tests.timing import at

EVENT = {"title": "Demo Day", "date": "2026-03-04"}
RECORD = f"{RECORDS}/2026-03-04-demo-day.yml"
DAY = 'date: "2026-03-04"\n'
ASKS = "Is there a recording of this event?"
VIDEO = "https://video.example.org/1"


@pytest.fixture
def scene(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Scene]:
    with new_scene(getattr(request, "param", "local"), tmp_path, config="recordings: ask\n") as made:
        yield made


def publish(scene: Scene, **answers: str) -> int:
    number = scene.proposed(**EVENT | answers)
    scene.world.merge(scene.pull(number).number)
    scene.run(number)
    return number


def sweep(scene: Scene, day: str) -> list[Done]:
    """Sweep on a day; return those that ask."""
    at(scene, day)
    return [done for done in scene.sweep() if "recording" in done.plan.reason]


def asked(scene: Scene, number: int) -> int:
    return sum(ASKS in said for said in scene.alerts(number))


@both_forges
def test_it_is_asked_for_once_some_days_later(scene: Scene) -> None:
    number = publish(scene)
    assert sweep(scene, "2026-03-05") == []
    assert sweep(scene, "2026-03-07") == []
    [done] = sweep(scene, "2026-03-09")
    assert (done.plan.issue, done.plan.outcome, done.error) == (number, "unchanged", None)
    [said] = scene.alerts(number)
    assert ASKS in said
    assert "> Wed, Mar 4, 2026 \u2013 Demo Day" in said
    assert "`/almanac recording https://...`" in said
    assert scene.world.issue_state(number)[0] == "closed"
    seen = scene.everything(number)
    assert [sweep(scene, f"2026-03-{day:02}") for day in (9, 10, 12)] == [[], [], []]
    assert scene.everything(number) == seen


@both_forges
def test_the_author_answers_with_a_command(scene: Scene) -> None:
    number = publish(scene)
    sweep(scene, "2026-03-09")
    text = f"Yes!\n\n/almanac recording {VIDEO}"
    said = CommentCommand(scene.world.comment(number, "ada", text), "ada", text, number)
    assert reconcile(number, scene.world.forge, load_messages(), comment=said).plan.outcome == "created"
    assert read_record(scene.record(number, RECORD), RECORD).recording == VIDEO


@pytest.mark.parametrize(
    "more",
    [
        "status: cancelled\n",
        "status: postponed\n",
        f"recording: {VIDEO}\n",
        "duplicate_of: 2026-03-03-demo\n",
    ],
)
def test_it_is_not_asked_for_where_there_is_none_or_one(scene: Scene, more: str) -> None:
    number = publish(scene)
    text = scene.world.files(scene.world.forge.base().commit)[RECORD].decode()
    scene.world.commit({RECORD: f"{text}{more}".encode()})
    assert (sweep(scene, "2026-03-09"), asked(scene, number)) == ([], 0)


def test_it_is_asked_for_after_the_last_of_several_days_and_after_a_new_date(scene: Scene) -> None:
    number = publish(scene)
    text = scene.world.files(scene.world.forge.base().commit)[RECORD].decode()
    scene.world.commit({RECORD: text.replace(DAY, f'{DAY}end_date: "2026-03-08"\n').encode()})
    assert sweep(scene, "2026-03-10") == []
    later = 'date: "2026-03-20"\nstatus: "rescheduled"\nprevious_date: "2026-03-04"\n'
    scene.world.commit({RECORD: text.replace(DAY, later).encode()})
    assert sweep(scene, "2026-03-13") == []
    assert len(sweep(scene, "2026-03-25")) == 1
    assert asked(scene, number) == 1


@both_forges
def test_old_events_and_those_without_an_issue_of_ours_are_left_alone(scene: Scene) -> None:
    old = publish(scene, date="2026-02-04")
    by_hand = scene.world.file_issue("A bug", "It hurts")
    records = {
        f"{RECORDS}/2026-03-04-{name}.yml": f"id: 2026-03-04-{name}\ntitle: {name}\ndate: 2026-03-04\n{issue}"
        for name, issue in (("none", ""), ("bug", f"issue: {by_hand}\n"), ("gone", "issue: 4711\n"))
    }
    scene.world.commit({path: text.encode() for path, text in records.items()})
    assert sweep(scene, "2026-03-09") == []
    assert (asked(scene, old), scene.world.comments(by_hand)) == (0, [])


def test_it_is_not_asked_for_while_a_change_is_proposed(scene: Scene) -> None:
    number = publish(scene)
    scene.edit(number, **EVENT, recording=VIDEO)
    scene.run(number)
    assert (sweep(scene, "2026-03-09"), asked(scene, number)) == ([], 0)


def test_it_is_not_asked_for_while_another_issue_gives_it(scene: Scene) -> None:
    number = publish(scene)
    scene.ask(event=f"#{number}", change="Recording or slides", recording=VIDEO)
    assert (sweep(scene, "2026-03-09"), asked(scene, number)) == ([], 0)


def test_it_is_off_unless_the_settings_say_so(scene: Scene) -> None:
    scene.world.commit({CONFIG: f"page: {PAGE}\n".encode()})
    number = publish(scene)
    assert (sweep(scene, "2026-03-09"), asked(scene, number)) == ([], 0)


def test_a_dry_run_only_says_so(scene: Scene) -> None:
    number = publish(scene)
    at(scene, "2026-03-09")
    done = [*reconcile_all(scene.world.forge, load_messages(), dry_run=True)][-1]
    assert "asked for one" in done.plan.reason
    assert (len(done.plan.writes), asked(scene, number)) == (1, 0)


def test_that_the_forge_does_not_let_us_is_no_failure(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(scene)

    def refuse(*_: object) -> None:
        raise ForgeError("The conversation is locked.")

    monkeypatch.setattr(scene.world.forge, "add_comment", refuse)
    [done] = sweep(scene, "2026-03-09")
    assert done.error is None
    assert [warning.message for warning in done.plan.warnings] == ["The conversation is locked."]


@pytest.mark.emulator
@pytest.mark.parametrize("scene", ["github"], indirect=True)
def test_it_costs_nothing_but_in_the_days_after_an_event(scene: Scene, tmp_path: Path) -> None:
    assert isinstance(scene.world, GitHubWorld)
    world, proxy = scene.world, scene.world.emulator.proxy
    number = publish(scene)
    publish(scene, date="2026-03-03", recording=VIDEO)

    def cost(day: str, checkout: Path | None = None) -> tuple[int, int]:
        """Return the reads and writes of a sweep, beyond those of a site that does not ask."""
        counts = list[tuple[int, int]]()
        for config in (f"page: {PAGE}\n", f"page: {PAGE}\nrecordings: ask\n"):
            world.commit({CONFIG: config.encode()})
            here = checkout and clone(world, checkout / day / str(len(counts)))
            world.forge = world.connect(checkout=here)
            at(scene, day)
            scene.sweep()  # each record was read, and edits looked for
            proxy.requests.clear()
            scene.sweep()
            counts.append((len(proxy.reads), len(proxy.writes)))
        (reads, writes), (more_reads, more_writes) = counts
        return more_reads - reads, more_writes - writes

    assert cost("2026-03-05") == (0, 0)
    assert cost("2026-04-05") == (0, 0)
    assert cost("2026-03-09", tmp_path) == (1, 0)  # whether it was asked for
    assert asked(scene, number) == 1


def test_a_question_that_the_form_asks_for_the_status_counts_here_too(scene: Scene) -> None:
    form = scene.world.files(scene.world.forge.base().commit)[".github/ISSUE_TEMPLATE/new-event.yml"].decode()
    more = "  - type: dropdown\n    id: status\n    attributes:\n      label: Status\n      options: [Cancelled]\n"
    scene.world.commit({".github/ISSUE_TEMPLATE/new-event.yml": (form.rstrip("\n") + "\n" + more).encode()})
    text = f"{body(**EVENT)}\n\n### Status\n\nCancelled"
    number = scene.world.file_issue("New event", text, labels=("event",))
    scene.run(number)
    scene.world.merge(scene.pull(number).number)
    scene.run(number)
    assert "- Status: cancelled\n" in scene.base_page()
    assert (sweep(scene, "2026-03-09"), asked(scene, number)) == ([], 0)
