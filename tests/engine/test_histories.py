"""A site with two histories: each issue belongs to one, and nothing of one gets into the other."""

import pytest
from almanac.defaults import load_messages
from almanac.engine.run import reconcile
from almanac.errors import ConfigError
from almanac.event.record import read_record
from almanac.packaged import template
from almanac.proposal.command import CommentCommand
from almanac.proposal.names import SYNC_BRANCH

from tests.filing import body
from tests.scenes import CONFIG, DEMO_DAY, FORM, PAGE, RECORD, RECORDS, Scene, both_forges
from tests.timing import at

LYON_PAGE, LYON_FORM, LYON_RECORDS = "lyon.md", ".github/ISSUE_TEMPLATE/lyon.yml", "_data/lyon"
LYON_RECORD = f"{LYON_RECORDS}/2022-01-20-demo-day.yml"
LABELLED = (("event", "2022-02-03"), ("lyon", "2022-02-04"))
SETTINGS = f"""page: {PAGE}
time_zone: Europe/Paris
histories:
  lyon:
    page: {LYON_PAGE}
    records: {LYON_RECORDS}
    form: {LYON_FORM}
    calendar: lyon.ics
"""


def add_lyon(scene: Scene, config: str = SETTINGS, label: str = "lyon") -> None:
    form = template("site/new-event.yml").replace("labels: [event]", f"labels: [{label}]")
    files = {CONFIG: config, LYON_PAGE: "# Lyon\n", LYON_FORM: form}
    scene.world.commit({path: text.encode() for path, text in files.items()})


def file(scene: Scene, *labels: str, **answers: str) -> int:
    return scene.world.file_issue("New event", body(**answers or DEMO_DAY), labels=labels)


def changed(scene: Scene, number: int) -> set[str]:
    base = scene.world.files(scene.world.forge.base().commit)
    return {path for path, text in scene.files(number).items() if base.get(path) != text}


def merge(scene: Scene, number: int) -> None:
    scene.world.merge(scene.pull(number).number)
    scene.run(number)


@both_forges
def test_an_issue_belongs_to_the_history_with_whose_form_it_was_filed(scene: Scene) -> None:
    add_lyon(scene)
    lyon, main, other = file(scene, "lyon"), file(scene, "event"), file(scene, "bug")
    assert [scene.run(number).plan.outcome for number in (lyon, main, other)] == ["created", "created", None]
    assert changed(scene, lyon) == {LYON_RECORD, LYON_PAGE, "lyon.ics"}
    assert changed(scene, main) == {RECORD, PAGE}
    assert (scene.memory(lyon).history, scene.memory(main).history) == ("lyon", "")
    assert '"history"' not in scene.pull(main).body
    # The same day and title, and so the same id: neither minds the other.
    assert scene.memory(lyon).event == scene.memory(main).event == "2022-01-20-demo-day"
    for number in (lyon, main):
        assert "duplicate" not in scene.pull(number).body
    assert LYON_PAGE in scene.pull(lyon).body
    assert [done.plan.outcome for done in scene.sweep() if done.plan.outcome] == ["unchanged", "unchanged"]


@both_forges
def test_it_lives_there_to_its_end(scene: Scene) -> None:
    add_lyon(scene)
    scene.world.let_in("grace")
    number = file(scene, "lyon")
    assert {done.plan.issue: done.plan.outcome for done in scene.sweep()}[number] == "created"
    scene.edit(number, **DEMO_DAY, location="Lyon")
    assert {done.plan.issue: done.plan.outcome for done in scene.sweep()}[number] == "updated"
    merge(scene, number)
    assert f"The event is in [`{LYON_PAGE}`]" in scene.comment(number) or f"in `{LYON_PAGE}`" in scene.comment(number)
    text = "/almanac cancel"
    said = CommentCommand(scene.world.comment(number, "grace", text), "grace", text, number)
    assert reconcile(number, scene.world.forge, load_messages(), comment=said).plan.outcome == "created"
    assert changed(scene, number) == {LYON_RECORD, LYON_PAGE, "lyon.ics"}
    assert read_record(scene.record(number, LYON_RECORD), LYON_RECORD).status == "cancelled"
    scene.world.edit_issue(number, state="closed")
    scene.run(number)
    assert scene.run(number).plan.writes == ()


@both_forges
def test_edits_made_by_hand_are_offered_for_each_by_itself(scene: Scene) -> None:
    add_lyon(scene)
    number = file(scene, "lyon", **DEMO_DAY, location="Lyon")
    scene.run(number)
    merge(scene, number)
    lyon = scene.world.files(scene.world.forge.base().commit)[LYON_PAGE].decode()
    edited = {
        LYON_PAGE: lyon.replace("Location: Lyon", "Location: Bron"),
        PAGE: scene.base_page().replace("Johns Hopkins", "J. Hopkins"),
    }
    assert edited[LYON_PAGE] != lyon
    scene.world.commit({path: text.encode() for path, text in edited.items()})
    assert [done.plan.outcome for done in scene.sweep() if done.plan.issue == 0] == ["created", "created"]
    pulls = {pull.head: pull for pull in scene.world.pulls() if pull.state == "open"}
    assert {*pulls} == {SYNC_BRANCH, f"{SYNC_BRANCH}-lyon"}
    assert pulls[f"{SYNC_BRANCH}-lyon"].title == "Carry over what was edited by hand (lyon)"
    record = scene.world.files(scene.world.head(f"{SYNC_BRANCH}-lyon") or "")[LYON_RECORD].decode()
    assert read_record(record, LYON_RECORD).location == "Bron"
    assert [done.plan.writes for done in scene.sweep() if done.plan.writes] == []
    scene.world.merge(pulls[f"{SYNC_BRANCH}-lyon"].number)
    scene.sweep()
    assert scene.world.head(f"{SYNC_BRANCH}-lyon") is None
    assert scene.world.head(SYNC_BRANCH)


def test_a_page_with_events_that_is_added_by_hand_gets_their_records_after_the_first_event(scene: Scene) -> None:
    add_lyon(scene)
    events = "## 12 May 2021: Owls at night\n\n- Where: Barn\n\n## 3 March 2021: Bats by day\n\n- Where: Mill\n"
    scene.world.commit({LYON_PAGE: f"# Lyon\n\n{events}".encode()})
    number = file(scene, "lyon")
    scene.run(number)
    merge(scene, number)
    page = scene.world.files(scene.world.forge.base().commit)[LYON_PAGE].decode()
    assert page.startswith("# Lyon\n\n### January 20th, 2022:  Demo Day\n")
    assert page.endswith(events)
    scene.sweep()
    offered = scene.world.files(scene.world.head(f"{SYNC_BRANCH}-lyon") or "")
    records = {path for path in offered if path.startswith(f"{LYON_RECORDS}/")}
    others = {f"{LYON_RECORDS}/2021-05-12-owls-at-night.yml", f"{LYON_RECORDS}/2021-03-03-bats-by-day.yml"}
    assert records == {LYON_RECORD, *others}
    assert offered[LYON_PAGE].decode() == page


@both_forges
def test_another_label_moves_a_proposal_to_the_other_history(scene: Scene) -> None:
    add_lyon(scene)
    number = file(scene, "event")
    scene.run(number)
    scene.world.label(number, "lyon")
    assert scene.run(number).plan.outcome == "updated"
    assert changed(scene, number) == {LYON_RECORD, LYON_PAGE, "lyon.ics"}
    assert (len(scene.world.pulls()), scene.memory(number).history) == (1, "lyon")
    assert scene.run(number).plan.writes == ()
    scene.world.label(number, "bug")
    assert scene.run(number).plan.outcome == "closed"


@both_forges
def test_another_label_leaves_a_published_event_where_it_is(scene: Scene) -> None:
    add_lyon(scene)
    number = file(scene, "event")
    scene.run(number)
    merge(scene, number)
    scene.world.label(number, "lyon")
    assert scene.run(number).plan.writes == ()
    scene.edit(number, **DEMO_DAY, location="Lyon")
    assert scene.run(number).plan.outcome == "created"
    assert changed(scene, number) == {RECORD, PAGE}
    assert [done.plan.writes for done in scene.sweep() if done.plan.writes] == []


def test_a_commit_on_the_branch_stays_in_its_history(scene: Scene) -> None:
    add_lyon(scene)
    number = file(scene, "lyon")
    scene.run(number)
    text = scene.record(number, LYON_RECORD)
    scene.by_hand(number, {LYON_RECORD: f'{text}location: "Bron"\n'.encode()})
    scene.world.commit({LYON_PAGE: b"# Lyon\n\nAll events.\n"})
    assert scene.run(number).plan.outcome == "updated"
    assert "- Location: Bron" in scene.files(number)[LYON_PAGE].decode()


def test_problems_are_told_by_the_form_of_the_history(scene: Scene) -> None:
    add_lyon(scene)
    number = file(scene, "lyon", title="Demo Day", date="soon")
    assert scene.run(number).plan.outcome == "waiting"
    scene.edit(number, **DEMO_DAY)
    assert scene.run(number).plan.outcome == "created"
    assert scene.memory(number).history == "lyon"


def test_forms_that_are_too_much_alike_are_refused(scene: Scene) -> None:
    add_lyon(scene, label="event")
    number = file(scene, "event")
    with pytest.raises(ConfigError, match="nobody could tell to which history it belongs"):
        scene.run(number)
    [told] = scene.world.comments(number)
    assert "nobody could tell to which history it belongs" in told.body


def test_forms_with_one_label_are_told_apart_by_their_questions(scene: Scene) -> None:
    add_lyon(scene)
    form = template("site/new-event.yml").replace("label: Title", "label: Titre")
    scene.world.commit({LYON_FORM: form.encode()})
    main = file(scene, "event")
    lyon = scene.world.file_issue("New event", body(**DEMO_DAY).replace("### Title", "### Titre"), labels=("event",))
    both = scene.world.file_issue(
        "New event", body(**DEMO_DAY, description="### Titre\n\nX"), labels=("event",), author="mallory"
    )
    assert {done.plan.issue: done.plan.outcome for done in scene.sweep()} == dict.fromkeys((main, lyon), "created") | {
        both: "created"
    }
    assert [scene.memory(number).history for number in (main, lyon, both)] == ["", "lyon", ""]


def test_a_broken_form_of_one_leaves_the_other_alone(scene: Scene) -> None:
    add_lyon(scene)
    scene.world.commit({FORM: b"body: 5\n"})
    lyon, main = file(scene, "lyon"), file(scene, "event")
    with pytest.raises(ConfigError):
        scene.sweep()
    assert scene.memory(lyon).history == "lyon"
    with pytest.raises(ConfigError):
        scene.run(main)
    assert scene.run(lyon).plan.outcome == "unchanged"


def test_a_history_that_is_added_leaves_what_is_open_where_it_is(scene: Scene) -> None:
    number = scene.proposed()
    add_lyon(scene)
    scene.edit(number, **DEMO_DAY, location="Paris")
    assert scene.run(number).plan.outcome == "updated"
    assert changed(scene, number) == {RECORD, PAGE}


def test_next_dates_of_a_series_are_opened_for_each_by_itself(scene: Scene) -> None:
    add_lyon(scene, f"series: {{Tea: {{every: week, drafts: 1}}}}\n{SETTINGS}")
    days = {"_data/events": "2026-03-03", LYON_RECORDS: "2026-03-04"}
    records = {
        f"{folder}/{day}-tea.yml": f"id: {day}-tea\nseries: Tea\ntitle: Leaves\ndate: '{day}'\n"
        for folder, day in days.items()
    }
    scene.world.commit({path: text.encode() for path, text in records.items()})
    at(scene, "2026-03-05")
    scene.sweep()
    found = {issue.title: issue for issue in scene.world.forge.open_issues()}
    assert {title: issue.labels for title, issue in found.items()} == {
        "Tea, March 10th, 2026": ("event",),
        "Tea, March 11th, 2026": ("lyon",),
    }
    assert [scene.memory(issue.number).history for issue in found.values()] == ["", "lyon"]
    before = len(found)
    scene.sweep()
    assert len([*scene.world.forge.open_issues()]) == before


@both_forges
def test_a_change_belongs_to_the_history_that_has_the_event(scene: Scene) -> None:
    add_lyon(scene)
    lyon, main = file(scene, "lyon"), file(scene, "event", title="Owls", date="2022-02-03")
    for number in (lyon, main):
        scene.run(number)
        merge(scene, number)
    change = scene.ask(event="2022-01-20", change="Cancelled")
    assert scene.run(change).plan.outcome == "created"
    assert changed(scene, change) == {LYON_RECORD, LYON_PAGE, "lyon.ics"}
    assert scene.memory(change).history == "lyon"
    assert [done.plan.outcome for done in scene.sweep() if done.plan.issue == change] == ["unchanged"]
    scene.ask_again(change, event="2022-02-03 Owls", change="Cancelled")
    assert scene.run(change).plan.outcome == "updated"
    assert changed(scene, change) == {f"{RECORDS}/2022-02-03-owls.yml", PAGE}
    scene.ask_again(change, event="2022-03-03 Badgers", change="Cancelled")
    assert scene.run(change).plan.outcome == "waiting"
    assert scene.memory(change).history == ""


def test_a_change_that_can_be_of_either_history_gets_candidates_of_both(scene: Scene) -> None:
    add_lyon(scene)
    filed = [(file(scene, label), file(scene, label, title=f"Owls of {label}", date=day)) for label, day in LABELLED]
    for number in (number for pair in filed for number in pair):
        scene.run(number)
        merge(scene, number)
    change = scene.ask(event="the owls", change="Cancelled")
    assert scene.run(change).plan.outcome == "waiting"
    assert "This can be more than one event." in scene.comment(change)
    for name in ("2022-02-03-owls-of-event", "2022-02-04-owls-of-lyon"):
        assert f"- `{name}`: " in scene.comment(change)
    scene.ask_again(change, event="2022-02-04-owls-of-lyon", change="Cancelled")
    assert scene.run(change).plan.outcome == "created"
    assert changed(scene, change) == {f"{LYON_RECORDS}/2022-02-04-owls-of-lyon.yml", LYON_PAGE, "lyon.ics"}
    # Two that have one id are told apart by the paths of their records.
    again = scene.ask(event="2022-01-20-demo-day", change="Cancelled")
    assert scene.run(again).plan.outcome == "waiting"
    assert f"- `{RECORD}`: " in scene.comment(again)
    assert f"- `{LYON_RECORD}`: " in scene.comment(again)
    scene.ask_again(again, event=LYON_RECORD, change="Cancelled")
    assert scene.run(again).plan.outcome == "created"
    assert changed(scene, again) == {LYON_RECORD, LYON_PAGE, "lyon.ics"}
    assert [done.plan.writes for done in scene.sweep() if done.plan.writes] == []


def test_settings_that_only_hold_what_all_share_are_no_history(scene: Scene) -> None:
    add_lyon(scene, SETTINGS.partition("\n")[2])
    main, lyon = file(scene, "event"), file(scene, "lyon")
    found = {done.plan.issue: done.plan.outcome for done in scene.sweep()}
    assert (found[main], found[lyon]) == (None, "created")
