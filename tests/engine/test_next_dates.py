"""The next dates of a series become issues of their own, each once, where the config asks for that."""

from datetime import datetime

import pytest
from almanac.defaults import load_messages
from almanac.engine.run import Done
from almanac.engine.sweep import reconcile_all
from almanac.errors import ForgeError
from almanac.forge.protocol import Forge
from almanac.proposal.state import NEXT_DATES

from tests.filing import body
from tests.scenes import CONFIG, FORM, RECORDS, Scene, both_forges, site_files

PAGE = "events.md"
SETTINGS = "page: events.md\nseries:\n  Tea:\n    every: 2 weeks\n    time_zones: [ET, CET]\n    drafts: 2\n"
LAST = (
    'id: 2026-10-13-tea\nseries: Tea\ntitle: Leaves\ndate: 2026-10-13\nwhen: "9am ET, 3pm CEST"\n'
    'starts: "2026-10-13T09:00:00-04:00"\ntime_zone: America/New_York\nlocation: Room 5\nurl: https://tea.example/\n'
)


def take_over(scene: Scene, settings: str = SETTINGS, day: str = "2026-10-14", **records: str) -> None:
    page = "# Events\n\n### October 13th, 2026:  Tea\n\n- Topic:  Leaves\n"
    files = {PAGE: page, CONFIG: settings, FORM: site_files()[FORM], f"{RECORDS}/2026-10-13-tea.yml": LAST}
    files |= {f"{RECORDS}/{name}.yml": text for name, text in records.items()}
    scene.world.commit({path: text.encode() for path, text in files.items()})
    at(scene, day)


def at(scene: Scene, day: str) -> None:
    now = datetime.fromisoformat(f"{day}T12:00:00+00:00")
    forge: Forge = scene.world.forge
    forge.now = lambda: now  # type: ignore[method-assign]


def opened(done: list[Done]) -> str:
    return " ".join(one.plan.reason for one in done if one.plan.subject == NEXT_DATES)


def bodies(scene: Scene) -> dict[int, str]:
    return {issue.number: issue.body for issue in scene.world.forge.open_issues(["event"])}


@both_forges
def test_the_next_two_dates_become_issues_once(scene: Scene) -> None:
    take_over(scene)
    done = scene.sweep()
    assert opened(done) == "An issue is opened for each: Tea on 2026-10-27, Tea on 2026-11-10."
    first, second = bodies(scene)
    issue = scene.world.forge.issue(first)
    assert issue
    assert (issue.title, issue.labels) == ("Tea, October 27th, 2026", ("event",))
    # In the same sweep they are proposed like any other.
    assert [(one.plan.issue, one.plan.outcome) for one in done if one.plan.issue] == [
        (first, "created"),
        (second, "created"),
    ]
    page = scene.files(first)[PAGE].decode()
    assert "### October 27th, 2026:  Tea\n\n- Topic:  Topic to be announced\n\n- When: 9am ET, 2pm CET\n" in page
    # In Paris, summer time has ended by then, and in New York it has not.
    assert "Mind the clocks: ET and CET are not as many hours apart" in bodies(scene)[first]
    assert "Mind the clocks" not in bodies(scene)[second]
    # Both have the series' one link, which makes them no doubles.
    assert "registration link" not in scene.pull(second).body
    assert opened(scene.sweep()) == ""
    assert len(bodies(scene)) == 2


@both_forges
def test_a_closed_one_is_a_no_and_an_edited_one_stays_one(scene: Scene) -> None:
    take_over(scene)
    scene.sweep()
    first, second = bodies(scene)
    scene.world.edit_issue(first, state="closed")
    # The day of the other one is moved.
    scene.world.edit_issue(second, body=bodies(scene)[second].replace("\n2026-11-10\n", "\n2026-11-13\n"))
    assert opened(scene.sweep()) == ""
    assert list(bodies(scene)) == [second]
    at(scene, "2026-10-28")  # one date has passed
    assert opened(scene.sweep()) == "An issue is opened for each: Tea on 2026-11-24."


def test_an_event_that_somebody_filed_needs_no_other_issue(scene: Scene) -> None:
    planned = LAST.replace("10-13", "11-10")
    take_over(scene, **{"2026-11-10-tea": planned})
    scene.file(series="tea", title="Cups", date="2026-10-26")  # a day before the usual one
    assert opened(scene.sweep()) == ""


def test_days_to_skip_and_a_meeting_that_was_moved(scene: Scene) -> None:
    moved = LAST.replace("date: 2026-10-13", "status: rescheduled\ndate: 2026-10-16\nprevious_date: 2026-10-13")
    take_over(scene, f"{SETTINGS}    skip: [2026-11-10]\n", "2026-10-20", **{"2026-10-13-tea": moved})
    assert opened(scene.sweep()) == "An issue is opened for each: Tea on 2026-10-27, Tea on 2026-11-24."


@pytest.mark.parametrize("settings", [SETTINGS.replace("    drafts: 2\n", ""), SETTINGS.replace("Tea:", "Coffee:")])
def test_nothing_is_opened_that_nobody_asked_for(scene: Scene, settings: str) -> None:
    take_over(scene, settings)
    assert opened(scene.sweep()) == ""
    assert bodies(scene) == {}


def test_a_dry_run_says_it_and_opens_nothing(scene: Scene) -> None:
    take_over(scene)
    done = list(reconcile_all(scene.world.forge, load_messages(), dry_run=True))
    assert "Tea on 2026-10-27" in opened(done)
    assert bodies(scene) == {}


@both_forges
def test_a_stranger_cannot_make_one_seem_open(scene: Scene) -> None:
    take_over(scene)
    scene.world.file_issue("x", f"<!-- almanac:next 2026-10-27 tea -->\n\n{body()}", author="mallory")
    assert "Tea on 2026-10-27, Tea on 2026-11-10" in opened(scene.sweep())


def test_what_was_opened_before_a_crash_is_not_opened_again(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    take_over(scene)
    forge, count = scene.world.forge, iter(range(9))
    original = forge.open_issue

    def failing(title: str, text: str, labels: tuple[str, ...]) -> None:
        if next(count) == 1:
            raise ForgeError("GitHub does not answer.")
        original(title, text, labels)

    monkeypatch.setattr(forge, "open_issue", failing)
    done = scene.sweep()
    assert [str(one.error) for one in done if one.error] == ["GitHub does not answer."]
    assert opened(scene.sweep()) == "An issue is opened for each: Tea on 2026-11-10."
    assert len(bodies(scene)) == 2
