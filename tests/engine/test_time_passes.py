"""What is to come turns into history by itself: as a pull request, or as a commit on the main branch."""

import pytest
from almanac.engine.run import Done
from almanac.errors import ForgeError
from almanac.proposal.names import SYNC_BRANCH
from almanac.proposal.page_edits import NO_ISSUE
from almanac.proposal.state import PutBranch

from tests.scenes import CONFIG, FORM, RECORDS, Scene, both_forges, site_files
from tests.timing import at

PAGE = "meetings.md"
EMPTY = "# Meetings\n\n## Upcoming meetings\n\n## Past meetings\n\n- Jan 8, 2026: Cups\n"
TEMPLATE = ".github/almanac/section.md.j2"
BULLET = '- {{ date | like("Nov 8, 2021") }}: {{ title | text }}{% if status == "cancelled" %} (cancelled){% endif %}\n'
BASIC = f'page: {PAGE}\nrecords: _data/meetings\nupcoming: "#Upcoming meetings"\nsection_template: {TEMPLATE}\n'


def take_over(scene: Scene, more: str = "") -> None:
    files = {PAGE: EMPTY, CONFIG: BASIC + more, TEMPLATE: BULLET, FORM: site_files()[FORM]}
    scene.world.commit({path: text.encode() for path, text in files.items()})
    at(scene, "2026-01-10")
    assert moves_of(scene) == []  # there is no record yet, so nothing was taken over


def base_page(scene: Scene) -> str:
    return scene.world.files(scene.world.forge.base().commit)[PAGE].decode()


def publish(scene: Scene, title: str, date: str) -> int:
    number = scene.proposed(title=title, date=date)
    scene.world.merge(scene.pull(number).number)
    scene.run(number)
    return number


def moves_of(scene: Scene) -> list[Done]:
    """Sweep, and return what became of edits and moves; that a merged branch is deleted is not of interest."""
    return [done for done in scene.sweep() if done.plan.issue == NO_ISSUE and done.plan.outcome != "closed"]


@both_forges
def test_a_past_event_moves_by_a_pull_request(scene: Scene) -> None:
    take_over(scene)
    publish(scene, "Leaves", "2026-01-22")
    publish(scene, "Stems", "2026-02-05")
    coming = EMPTY.replace("Past", "- Jan 22, 2026: Leaves\n- Feb 5, 2026: Stems\n\n## Past").replace("## -", "-")
    assert base_page(scene) == coming
    first = moves_of(scene)  # the line that was there gets a record
    for done in first:
        assert done.pull
        scene.world.merge(done.pull.number)
    assert moves_of(scene) == []
    at(scene, "2026-01-24")
    [done] = moves_of(scene)
    assert done.pull
    assert done.pull.title == "Move 1 past event to the history"
    assert "moves what is over to the history" in done.pull.body
    scene.world.merge(done.pull.number)
    moved = coming.replace("- Jan 22, 2026: Leaves\n", "").replace(
        "- Jan 8, 2026: Cups\n", "- Jan 8, 2026: Cups\n- Jan 22, 2026: Leaves\n"
    )
    assert base_page(scene) == moved
    assert moves_of(scene) == []


@both_forges
def test_a_past_event_moves_by_a_commit(scene: Scene) -> None:
    take_over(scene, "moves: commit\n")
    publish(scene, "Leaves", "2026-01-22")
    for done in moves_of(scene):
        assert done.pull
        scene.world.merge(done.pull.number)
    waiting = scene.proposed(title="Stems", date="2026-02-05")
    at(scene, "2026-01-24")
    [done] = moves_of(scene)
    assert done.pull is None
    assert base_page(scene).endswith("## Past meetings\n\n- Jan 8, 2026: Cups\n- Jan 22, 2026: Leaves\n")
    assert (
        "- Jan 22, 2026: Leaves" in scene.files(waiting)[PAGE].decode().partition("Past")[2]
    )  # the same sweep brought it up to date
    assert moves_of(scene) == []
    assert scene.world.head(SYNC_BRANCH) is None


def test_where_a_commit_is_refused_a_pull_request_says_so(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    take_over(scene, "moves: commit\n")
    publish(scene, "Leaves", "2026-01-22")
    for done in moves_of(scene):
        assert done.pull
        scene.world.merge(done.pull.number)
    at(scene, "2026-01-24")
    forge = scene.world.forge
    put = forge.put_branch

    def refusing(write: PutBranch) -> str:
        if write.branch == scene.world.base:
            raise ForgeError("Changes must be made through a pull request.")
        return put(write)

    monkeypatch.setattr(forge, "put_branch", refusing)
    [done] = moves_of(scene)
    assert done.pull
    assert "`Changes must be made through a pull request.`" in done.pull.body


TEA = (
    "page: past-working-groups.md\ncalendar: events.ics\n"
    "series:\n  Tea:\n    every: 1 week\n    time_zones: [ET, CET]\n"
)


def after_a_merge(scene: Scene, config: str, **records: str) -> str:
    """Return the comment after a meeting on October 20th was published."""
    files = {"_config.yml": "url: https://tea.example\n", CONFIG: config}
    files |= {f"{RECORDS}/{name}.yml": text for name, text in records.items()}
    scene.world.commit({path: text.encode() for path, text in files.items()})
    at(scene, "2026-10-12")
    number = scene.proposed(series="Tea", title="Leaves", date="2026-10-20", when="9am ET, 3pm CEST")
    scene.world.merge(scene.pull(number).number)
    scene.run(number)
    return scene.comment(number)


@pytest.mark.parametrize("scene", ["github"], indirect=True)
@pytest.mark.emulator
def test_after_a_merge_one_link_opens_the_form_for_the_next_date(scene: Scene) -> None:
    comment = after_a_merge(scene, TEA)
    assert "It is also in what people can subscribe to: https://tea.example/events.ics" in comment
    assert "The series meets next on Tuesday, October 27th, 2026." in comment
    assert "/issues/new?template=new-event.yml&" in comment
    assert "&when=9am%20ET%2C%202pm%20CET" in comment
    assert "Mind the clocks: ET and CET" in comment


@pytest.mark.parametrize("scene", ["github"], indirect=True)
@pytest.mark.emulator
def test_a_date_that_has_its_event_is_not_the_next_one(scene: Scene) -> None:
    there = "id: 2026-10-27-tea\nseries: Tea\ntitle: Cups\ndate: 2026-10-27\n"
    assert "The series meets next on Tuesday, November 3rd, 2026." in after_a_merge(
        scene, TEA, **{"2026-10-27-tea": there}
    )


@pytest.mark.parametrize("scene", ["github"], indirect=True)
@pytest.mark.emulator
def test_nobody_is_sent_to_the_form_where_issues_are_opened_for_the_next_dates(scene: Scene) -> None:
    comment = after_a_merge(scene, f"{TEA}    drafts: 1\n")
    assert "subscribe" in comment
    assert "meets next" not in comment


def test_edits_of_what_a_calendar_shows_wait_and_are_refused_once(scene: Scene) -> None:
    take_over(scene, "calendar: events.ics\nfeed: feed.xml\n")
    publish(scene, "Leaves", "2026-01-22")
    for done in moves_of(scene):
        assert done.pull
        scene.world.merge(done.pull.number)
    scene.world.commit({PAGE: base_page(scene).replace("Leaves", "Big leaves").encode()})
    [done] = moves_of(scene)
    assert (done.plan.outcome, done.pull is not None) == ("created", True)
    at(scene, "2026-01-11")
    assert [done.plan.outcome for done in moves_of(scene)] == ["unchanged"]
    assert done.pull
    scene.world.close_pull(done.pull.number)
    moves_of(scene)
    at(scene, "2026-01-12")
    assert [done.plan.writes for done in moves_of(scene)] == [()]
