"""Sites that keep a file or an entry of their own for each event: it is the record, and lives the life of any other."""

from collections.abc import Mapping

import pytest
from almanac.commands.build import build_files
from almanac.config import CHANGE_FORM
from almanac.defaults import load_messages
from almanac.engine.run import reconcile
from almanac.proposal.command import CommentCommand
from almanac.proposal.names import branch_name
from almanac.proposal.page_edits import NO_ISSUE
from almanac.site import Site
from almanac.sitefiles import CommitFiles

from tests.scenes import CONFIG, FORM, PAGE, RECORDS, Scene, both_forges, site_files

TEMPLATE = ".github/almanac/own.j2"
KEYS = """title: "{{ title }}"
speaker: "{{ people | names }}"
date: {{ date | like("2026-04-24") }}
{% if url %}
link: {{ url }}
{% endif %}
room: {{ location }}
"""
COLLECTION = f"---\nlayout: talk\n{KEYS}---\n{{{{ description | markdown }}}}\n"
HUGO = """+++
title = "{{ title | plain }}"
date = {{ date | like("2026-04-24") }}
draft = false
room = "{{ location | plain }}"
+++
{{ description | markdown }}
"""
LISTED = """- title: "{{ title }}"
  date: {{ date | like("2026-04-24") }}
  room: {{ location }}
"""
IN_JSON = '{"title": "{{ title }}", "date": "{{ date | like("2026-04-24") }}", "room": "{{ location }}"}\n'
OLD = "title: Leaves  # our first\n{0}date: 2026-04-24\n{0}room: Room 5\n"
KINDS = {
    "collection": ("files: _talks/{date}-{slug}.md", "file_template", COLLECTION, "_talks/2026-04-24-leaves.md"),
    "hugo": (
        "files: content/talks/{year}/{slug}/index.md",
        "file_template",
        HUGO,
        "content/talks/2026/leaves/index.md",
    ),
    "list": ("list: _data/talks.yml", "list_template", LISTED, "_data/talks.yml"),
    "json": ("list: _data/talks.json", "list_template", IN_JSON, "_data/talks.json"),
}
THERE = {
    "collection": f"---\nlayout: talk\n{OLD.format('')}---\nHello.\n",
    "hugo": '+++\ntitle = "Leaves" # our first\ndate = 2026-04-24\ndraft = false\nroom = "Room 5"\n+++\nHello.\n',
    "list": f"# All talks\n\n- {OLD.format('  ')}",
    "json": '[\n  {"title": "Leaves", "date": "2026-04-24", "room": "Room 5"}\n]\n',
}
IN_CSV = "title,date,room\n{{ title }},{{ date | like('2026-04-24') }},{{ location }}\n"
ROWS = "title,date,room\r\nLeaves,2026-04-24,Room 5\r\n"
STEMS = {"title": 'Stems "and" roots', "date": "2026-05-08", "when": "9am ET, 3pm CEST", "location": "Room 6"}
all_kinds = pytest.mark.parametrize("kind", KINDS)


def take_over(scene: Scene, kind: str) -> str:
    key, template_key, template, path = KINDS[kind]
    old = scene.world.files(scene.world.forge.base().commit)
    gone: dict[str, bytes | None] = {one: None for one in old if one.startswith(RECORDS) or one == PAGE}
    settings, form = f"{key}\n{template_key}: {TEMPLATE}\n", site_files()[FORM]
    files = {CONFIG: settings, TEMPLATE: template, path: THERE[kind], FORM: form}
    scene.world.commit({**gone, **{one: text.encode() for one, text in files.items()}})
    return path


def base_files(scene: Scene) -> Mapping[str, bytes]:
    return scene.world.files(scene.world.forge.base().commit)


def changed(scene: Scene, number: int) -> dict[str, str]:
    base, head = base_files(scene), scene.world.files(scene.head(number))
    assert not base.keys() - head.keys()
    return {path: data.decode() for path, data in head.items() if base.get(path) != data}


def mine(scene: Scene, number: int) -> tuple[str, str]:
    [one] = changed(scene, number).items()
    return one


@both_forges
@all_kinds
def test_the_life_of_an_event(scene: Scene, kind: str) -> None:
    there = take_over(scene, kind)
    assert scene.sweep() == []
    number = scene.proposed(**STEMS)
    path, text = mine(scene, number)
    assert (path == there) == (kind in ("list", "json"))
    kept = THERE[kind].removesuffix("\n]\n") if path == there else ""
    assert text.startswith(kept)
    assert "Room 6" in text
    assert "almanac" in text
    assert "9am ET, 3pm CEST" in text
    assert [done.plan.outcome for done in scene.sweep()] == ["unchanged"]

    # An edit of the issue, and one of a person on the branch.
    scene.edit(number, **{**STEMS, "location": "Room 7"})
    assert scene.run(number).plan.outcome == "updated"
    assert "Room 7" in mine(scene, number)[1]
    scene.by_hand(number, {path: mine(scene, number)[1].replace("Room 7", "Room 8").encode()})
    scene.edit(number, **{**STEMS, "location": "Room 7", "title": "Stems"})
    assert scene.run(number).plan.outcome == "updated"
    text = mine(scene, number)[1]
    assert "Room 8" in text
    assert "roots" not in text.replace("stems-and-roots", "")  # its id, which never changes

    # Merged, and changed afterwards: by hand, and by the issue.
    scene.world.merge(scene.pull(number).number)
    assert scene.run(number).plan.outcome == "closed"
    assert base_files(scene)[path].decode() == text
    assert [done.plan.outcome for done in scene.sweep() if done.plan.issue == NO_ISSUE] == []
    scene.world.commit({path: text.replace("Room 8", "Room 9").encode()})
    scene.edit(number, **{**STEMS, "location": "Room 7", "title": "Stems", "when": "10am ET, 4pm CEST"})
    assert scene.run(number).plan.outcome == "created"
    assert mine(scene, number)[1].startswith(kept)
    assert "Room 9" in mine(scene, number)[1]
    assert "10am ET, 4pm CEST" in mine(scene, number)[1]


@all_kinds
def test_two_proposals_and_a_base_that_moves(scene: Scene, kind: str) -> None:
    there = take_over(scene, kind)
    first = scene.proposed(**STEMS)
    second = scene.proposed(**{**STEMS, "title": "Bark", "date": "2026-06-05"})
    scene.by_hand(second, {mine(scene, second)[0]: mine(scene, second)[1].replace("Room 6", "Room 4").encode()})
    scene.world.merge(scene.pull(first).number)
    scene.run(first)
    scene.move_base()
    assert scene.run(second).plan.outcome == "updated"
    text = mine(scene, second)[1]
    assert "Bark" in text
    assert "Room 4" in text
    if mine(scene, second)[0] == there:
        assert "Stems" in text
        assert text.index("Leaves") < text.index("Stems") < text.index("Bark")
    scene.world.merge(scene.pull(second).number)
    assert scene.run(second).plan.outcome == "closed"


@all_kinds
def test_cancelled_and_taken_off_by_commands(scene: Scene, kind: str) -> None:
    take_over(scene, kind)
    before = base_files(scene)
    scene.world.let_in("grace")
    number = scene.proposed(**STEMS)
    scene.world.merge(scene.pull(number).number)
    for command, says in (
        ("cancel", "cancelled"),
        (f"reschedule {STEMS['date']}", ""),
        ("slides https://slides.example.org/1", "slides.example.org/1"),
    ):
        said = CommentCommand(scene.world.comment(number, "grace", "."), "grace", f"/almanac {command}", number)
        assert reconcile(number, scene.world.forge, load_messages(), comment=said).plan.outcome == "created"
        assert says in mine(scene, number)[1]
        scene.world.merge(scene.pull(number).number)
        assert scene.run(number).plan.outcome == "closed"
        assert says in mine_at(before, base_files(scene))
        assert (command == "cancel") == ("cancelled" in mine_at(before, base_files(scene)).lower())
    said = CommentCommand(scene.world.comment(number, "grace", "."), "grace", "/almanac remove", number)
    assert reconcile(number, scene.world.forge, load_messages(), comment=said).plan.outcome == "created"
    assert scene.files(number) == before
    scene.world.merge(scene.pull(number).number)
    assert scene.run(number).plan.outcome == "closed"
    assert base_files(scene) == before
    assert scene.sweep() == []


def mine_at(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> str:
    [text] = (data.decode() for path, data in after.items() if before.get(path) != data)
    return text


@all_kinds
def test_closing_leaves_nothing(scene: Scene, kind: str) -> None:
    take_over(scene, kind)
    before = base_files(scene)
    number = scene.proposed(**STEMS)
    scene.world.edit_issue(number, state="closed")
    assert scene.run(number).plan.outcome == "closed"
    assert scene.world.head(branch_name(number)) is None
    assert base_files(scene) == before


def test_a_template_that_is_missing_is_named(scene: Scene) -> None:
    take_over(scene, "collection")
    scene.world.commit({CONFIG: b"files: _talks/{date}.md\n"})
    number = scene.file(**STEMS)
    with pytest.raises(Exception, match="template of the site's own files or entries is missing"):
        scene.run(number)


def test_a_row_that_was_there_before_is_taken_off_by_a_comment(scene: Scene) -> None:
    take_over(scene, "list")
    gone: dict[str, bytes | None] = {"_data/talks.yml": None}
    settings = f"list: _data/talks.csv\nrecords: _data/records\nlist_template: {TEMPLATE}\n"
    files = {CONFIG: settings, TEMPLATE: IN_CSV, "_data/talks.csv": f"{ROWS}Bark,2026-05-01,Room 5\r\n"}
    scene.world.commit({**gone, **{path: text.encode() for path, text in files.items()}})
    base = scene.world.forge.base().commit
    built = build_files(Site(CommitFiles(scene.world.forge, base))).files  # as `almanac init` writes them
    records = {path: text.encode() for path, text in built.items() if text}
    assert "_data/records/2026-05-01-bark.yml" in records
    scene.world.commit({CHANGE_FORM: site_files()[CHANGE_FORM].encode(), **records})
    scene.world.let_in("grace")
    number = scene.ask(event="Bark, May 1, 2026", change="Something else", note="It is another club's.")
    scene.run(number)
    said = CommentCommand(scene.world.comment(number, "grace", "."), "grace", "/almanac remove", number)
    assert reconcile(number, scene.world.forge, load_messages(), comment=said).plan.outcome == "created"
    scene.world.merge(scene.pull(number).number)
    assert base_files(scene)["_data/talks.csv"].decode() == ROWS
    assert "_data/records/2026-05-01-bark.yml" not in base_files(scene)


@both_forges
def test_a_list_in_csv_has_its_records_beside_it(scene: Scene) -> None:
    take_over(scene, "list")
    gone: dict[str, bytes | None] = {"_data/talks.yml": None}
    settings = f"list: _data/talks.csv\nrecords: _data/records\nlist_template: {TEMPLATE}\n"
    files = {CONFIG: settings, TEMPLATE: IN_CSV, "_data/talks.csv": ROWS}
    scene.world.commit({**gone, **{path: text.encode() for path, text in files.items()}})
    number = scene.proposed(**STEMS)
    written = changed(scene, number)
    assert written["_data/talks.csv"] == f"{ROWS}Stems &#34;and&#34; roots,2026-05-08,Room 6\r\n"
    assert "when:" in written["_data/records/2026-05-08-stems-and-roots.yml"]
    assert "Room 6" in scene.comment(number)
    scene.world.merge(scene.pull(number).number)
    assert scene.run(number).plan.outcome == "closed"
    assert "`_data/talks.csv`" in scene.comment(number)
    now = base_files(scene)["_data/talks.csv"].replace(b"Room 6", b"Room 8")
    scene.world.commit({"_data/talks.csv": now})
    edits = [done for done in scene.sweep() if done.plan.issue == NO_ISSUE]
    assert len(edits) == 1
    assert edits[0].pull
    scene.world.merge(edits[0].pull.number)
    assert b"Room 8" in base_files(scene)["_data/records/2026-05-08-stems-and-roots.yml"]
    scene.edit(number, **{**STEMS, "title": "Stems"})
    assert scene.run(number).plan.outcome == "created"
    assert changed(scene, number)["_data/talks.csv"] == f"{ROWS}Stems,2026-05-08,Room 8\r\n"
    scene.world.merge(scene.pull(number).number)
    scene.run(number)
    scene.world.let_in("grace")
    said = CommentCommand(scene.world.comment(number, "grace", "."), "grace", "/almanac remove", number)
    assert reconcile(number, scene.world.forge, load_messages(), comment=said).plan.outcome == "created"
    scene.world.merge(scene.pull(number).number)
    assert scene.run(number).plan.outcome == "closed"
    assert base_files(scene)["_data/talks.csv"].decode() == ROWS
    assert not any("stems" in path for path in base_files(scene))
    assert "created" not in [done.plan.outcome for done in scene.sweep()]
