"""Sites whose events are kept in files or a list: taken over by `almanac init`, and new events added to them."""

import json
import re
import shutil
from pathlib import Path

import pytest
from almanac.caps import RECORDS
from almanac.commands import trial
from almanac.commands.adoption import plan_adoption
from almanac.commands.finding import ask_for_page
from almanac.commands.takeover import Overlay
from almanac.config import CHANGE_FORM
from almanac.errors import UserError
from almanac.form.schema import read_form
from almanac.site import Site
from almanac.sitefiles import Folder

from tests.commands.running import Almanac
from tests.commands.test_adoption import CONFIG, FORM, TODAY, WORKFLOW, adopt, plan
from tests.entries.learned import CASES, parts
from tests.filing import issue_json
from tests.gitrepo import Repo
from tests.memory import Files, proposed_files
from tests.tools import need

FILE = ".github/almanac/file.md.j2"
SITES: dict[str, dict[str, str]] = {name: parts(case)[0] for name, case in CASES.items()}
OWLS = SITES["list-newest-first"]
TALKS = SITES["bold-title-and-bullets"]
ANSWERS = {
    "title": "Dormice",
    "date": "2026-12-10",
    "when": "6pm ET",
    "location": "Hill Centre",
    "url": "https://example.org/dormice",
    "people": "Ada Lovelace, Analytical Engines",
    "description": "How they sleep.",
    "agenda": "Doors\nSleep",
    "tags": "dormice, winter",
    "summary": "They sleep.",
}


def test_files_that_are_laid_over_a_site_are_listed_and_read_as_its_own(tmp_path: Path) -> None:
    (tmp_path / "talks").mkdir()
    (tmp_path / "talks/old.yml").write_text("old")
    (tmp_path / "index.md").write_text("# Club")
    files = Overlay(Folder(tmp_path), {"talks/new.yml": "new", "_config.yml": "title: Club"})
    assert files.names("") == {"index.md", "_config.yml"}
    assert files.names("", deep=True) == {"index.md", "_config.yml", "talks/old.yml", "talks/new.yml"}
    assert files.read_all("talks", ".yml", RECORDS) == {"old.yml": b"old", "new.yml": b"new"}
    with pytest.raises(UserError, match="There are 2 records of 6 bytes together"):
        files.read_all("talks", ".yml", RECORDS._replace(number=1))
    with pytest.raises(UserError, match="This record has 3 bytes"):
        files.read("talks/new.yml", RECORDS._replace(each=2))


def filed(files: Files, **answers: str) -> dict[str, str | bytes | None]:
    """Return what the proposal of an issue with these answers changes."""
    form = read_form(str(files[FORM]))
    body = "".join(f"### {one.label}\n\n{answers.get(one.id, '_No response_')}\n\n" for one in form.fields)
    return proposed_files(files, 7, body)


def entry(files: Files, **answers: str) -> str:
    """Return the lines that the proposal adds to its one file."""
    [(path, text)] = filed(files, **answers).items()
    assert isinstance(text, str)
    old = str(files.get(path, "")).splitlines(keepends=True)
    new = text.splitlines(keepends=True)
    start = next((at for at, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]), len(old))
    added = new[start : start + len(new) - len(old)]
    assert new[:start] + new[start + len(added) :] == old
    return "".join(added)


WRITTEN = {
    "bold-title-and-bullets": """\
---
date: December 10, 2026
almanac:
""",
    "date-is-the-last-day": """\
---
title: "Dormice"
layout: event
date: 2026-12-10
location: Hill Centre
categories:
  - dormice
  - winter
summary: They sleep.
almanac:
""",
    "list-newest-first": """\
- title: "Dormice"
  institution: "Hill Centre"
  start: 2026-12-10
  end: 2026-12-10
  url: "https://example.org/dormice"
  almanac:
""",
}


@pytest.mark.parametrize("name", WRITTEN)
def test_a_new_event_is_written_as_its_neighbours_are(name: str) -> None:
    assert entry(adopt(SITES[name]), **ANSWERS).startswith(WRITTEN[name])


def test_an_event_with_little_to_say_leaves_out_what_its_neighbours_leave_out() -> None:
    files = adopt(OWLS)
    assert entry(files, title="Dormice", date="2026-12-10").startswith(
        '- title: "Dormice"\n  start: 2026-12-10\n  end: 2026-12-10\n'
    )


def test_a_site_with_a_file_for_each_event_gets_settings_template_form_and_workflow() -> None:
    planned = plan(TALKS)
    assert planned.states == {CONFIG: "new", FILE: "new", FORM: "new", WORKFLOW: "new", CHANGE_FORM: "new"}
    assert "files: _talks/{date}.md\n" in planned.files[CONFIG]
    assert f"file_template: {FILE}\n" in planned.files[CONFIG]
    assert "\npage:" not in planned.files[CONFIG]
    assert planned.taken
    assert planned.taken.path == "_talks/2025-10-08.md"
    assert planned.taken.kept == ("when", "duration", "location")
    assert [*SITES["bold-title-and-bullets"]] == [path for path in adopt(TALKS) if not path.startswith(".github")]


def test_the_form_asks_for_what_is_shown() -> None:
    form = read_form(plan(SITES["many-keys"]).files[FORM])
    ids = [field.id for field in form.fields]
    assert ids[:4] == ["title", "date", "when", "duration"]
    assert {"people", "url", "recording", "tags", "image", "image_alt", "role"} <= {*ids}
    assert not {"series", "people_label", "agenda", "status"} & {*ids}


def test_pictures_go_where_those_of_the_site_are() -> None:
    assert "images: img\n" in plan(SITES["many-keys"]).files[CONFIG]
    owl = "---\ntitle: Owls\ndate: 2025-03-0{n}\nimage: {n}.png\n---\n"
    files = {f"_events/{n}.md": owl.replace("{n}", str(n)) for n in range(1, 4)}
    files |= {f"assets/owls/{n}.png": "" for n in range(1, 4)}
    assert "images: assets/owls\n" in plan(files).files[CONFIG]


def test_times_are_in_the_zone_that_the_site_s_own_key_names() -> None:
    owl = '---\ntitle: Owls {n}\ndate: 2025-03-0{n}\nstart: "19:30"\ntz: Europe/Berlin\n---\nNumber {n}.\n'
    planned = plan({f"_events/{n}.md": owl.replace("{n}", str(n)) for n in range(1, 5)})
    assert "\ntime_zone: Europe/Berlin\n" in planned.files[CONFIG]
    assert 'placeholder: "7:30pm Europe/Berlin"\n' in planned.files[FORM]
    assert planned.taken
    assert 'start: "09:00"\ntz: Europe/Berlin\n' in planned.taken.sample


def test_a_site_that_was_taken_over_stays_as_it_is() -> None:
    for site in (TALKS, OWLS):
        files = adopt(site)
        again = plan(files)
        assert not again.written
        assert again.taken
        assert plan(files, page=again.taken.place.path).states == again.states
        assert {*adopt({**files, FORM: "x"}, force=True)} == {*files}
    with pytest.raises(UserError, match="elsewhere"):
        plan({**adopt(TALKS), **OWLS}, page="_data/events.yml")


def test_without_any_event_yet_the_rest_is_set_up() -> None:
    files = {path: text for path, text in adopt(TALKS).items() if not path.startswith("_talks") and path != WORKFLOW}
    planned = plan(files)
    assert [path for path, state in planned.states.items() if state == "new"] == [WORKFLOW]
    assert planned.taken is None


def test_a_table_has_its_records_beside_it() -> None:
    planned = plan(SITES["table-with-split-days"])
    assert len(planned.records) == 3
    files = {**SITES["table-with-split-days"], **planned.written}
    proposed = filed(files, **ANSWERS)
    assert [path.rpartition("/")[0] for path in proposed] == [planned.config.records, "_data"]
    row = ",Hill Centre,10,,December,,2026,Dormice,https://example.org/dormice,"
    assert str(proposed["_data/meetings.csv"]).splitlines()[1] == row


@pytest.mark.parametrize("name", ["day-of-publishing", "exported-posts", "written-by-a-program", "nothing-to-learn"])
def test_what_would_not_come_out_right_stops_with_the_reason(name: str) -> None:
    with pytest.raises(UserError) as refused:
        plan(SITES[name])
    assert "`--new`" in refused.value.problems[0].message
    reasons = [line.removeprefix("! ") for line in CASES[name].splitlines() if line.startswith("! ")]
    told = " ".join(problem.message for problem in refused.value.problems)
    assert [reason for reason in reasons if reason not in told] == []


def test_a_person_can_name_what_is_doubtful_and_is_told_the_doubts() -> None:
    planned = plan(SITES["day-of-publishing"], page="_posts/")
    assert any("may say when an event was published" in note for note in planned.notes)
    assert any("future: true" in note for note in plan({**TALKS, "_config.yml": "title: x\n"}).notes)
    with pytest.raises(UserError, match="cannot be read"):
        plan(SITES["nothing-to-learn"], page="_talks")
    with pytest.raises(UserError, match="folder"):
        plan({"docs/a.md": "# A\n"}, page="docs")


def test_one_of_several_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    files = {**TALKS, **OWLS}
    with pytest.raises(UserError) as refused:
        plan(files)
    assert refused.value.problems[0].choices == ("--page _talks", "--page _data/events.yml")
    monkeypatch.setattr("typer.prompt", lambda *_, **__: 2)
    assert "list: _data/events.yml\n" in plan(files, ask=ask_for_page).files[CONFIG]


class TestBuilt:
    def test_readers_see_the_sample_and_nothing_else_changes(self, almanac: Almanac, tmp_path: Path) -> None:
        need("jekyll")
        repo = Repo.init(tmp_path / "site", branch="main")
        repo.commit({**SITES["many-keys"], "_config.yml": "collections:\n  seminars: {output: true}\n"})
        ran = almanac("init", "--yes", "--site", repo.folder)
        assert ran.status == 0
        assert "_seminars/: 3 files, one for each event; shown by the loop in seminars.md, line 3." in ran.out
        assert "Built with Jekyll before and after the sample" in ran.out
        assert "nothing else changes" in ran.out
        assert almanac("init", "--json", "--site", repo.folder).json["kept_in"] == "_seminars"

    def test_a_page_may_list_only_what_is_to_come(self, tmp_path: Path) -> None:
        need("jekyll")
        loop = "{% for one in site.data.talks %}{% if one.date > '2025' %}\n{{ one.title }}\n{% endif %}{% endfor %}"
        (tmp_path / "_data").mkdir()
        (tmp_path / "_config.yml").write_text("title: x\n")
        (tmp_path / "index.md").write_text(f"---\n---\nNow.\n{loop}")
        (tmp_path / "_data/talks.yml").write_text("- {title: Owls, date: '2024'}\n")
        tries = [
            {"_data/talks.yml": f"- {{title: Bats, date: '{year}'}}\n", "new/a.html": "x"} for year in (2024, 2026)
        ]
        built = trial.build_both(tmp_path, "_config.yml", tries, "bats")
        assert built == trial.Trial(("new/a.html",), ("index.html",), (), ("index.html",))
        changed = trial.build_both(tmp_path, "_config.yml", [{"index.md": "---\n---\nThen.\n"}], "bats")
        assert changed == trial.Trial((), (), ("index.html",), ())

    def test_a_site_that_cannot_be_built_here_is_not(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "_config.yml").write_text("title: x\n")
        (tmp_path / "link").symlink_to("/etc/passwd")
        bad = {"index.md": "---\n---\n{% no %}\n"}
        if shutil.which("jekyll"):
            assert trial.build_both(tmp_path, "_config.yml", [bad], "x") is None
            monkeypatch.setattr(trial, "SECONDS", 0.01)
            assert trial.build_both(tmp_path, "_config.yml", [bad], "x") is None
        monkeypatch.setattr(trial, "_MOST_BYTES", 1)
        assert trial.build_both(tmp_path, "_config.yml", [bad], "x") is None
        monkeypatch.setenv("PATH", "")
        assert trial.build_both(tmp_path, "_config.yml", [bad], "x") is None


class TestImport:
    @pytest.fixture
    def repo(self, tmp_path: Path) -> Repo:
        repo = Repo.init(tmp_path / "site", branch="main")
        twin = TALKS["_talks/2025-08-12.md"]
        undated = {f"_talks/draft-{n}.md": "---\ntitle: Draft\n---\n" for n in range(7)}
        repo.commit({**TALKS, **OWLS, "_talks/again.md": twin, **undated})
        return repo

    def test_known_events_are_listed_and_nothing_is_written(self, almanac: Almanac, repo: Repo) -> None:
        ran = almanac("import", "_talks", "--site", repo.folder)
        assert ran.status == 0
        assert re.search(r"2025-10-07 +past +Owls at night!", ran.out)
        assert "4 events, 0 of them to come." in ran.out
        assert "same event as" in ran.err
        assert "2 more say no date" in ran.err
        told = almanac("import", "_data/events.yml", "--site", repo.folder, "--json").json
        assert told == {
            "events": 3, "structured": 3, "verbatim": 0, "roundtrip": True, "to_come": 0, "warnings": []
        }  # fmt: skip
        assert repo.git("status", "--porcelain") == ""

    def test_what_holds_no_events_is_refused(self, almanac: Almanac, repo: Repo) -> None:
        assert "No events were found" in almanac("import", "_data", "--site", repo.folder).err
        repo.commit({"_data/talks.yml": "[]\n"})
        assert "no entry yet" in almanac("import", "_data/talks.yml", "--site", repo.folder).err

    def test_a_site_that_was_taken_over_is_read_with_its_own_template(self, almanac: Almanac, repo: Repo) -> None:
        files = adopt(OWLS)
        repo.commit({path: text for path, text in files.items() if path.startswith(".github")})
        assert almanac("import", "_data/events.yml", "--site", repo.folder, "--json").json["events"] == 3


def test_doctor_checks_the_events_and_a_sample(almanac: Almanac, tmp_path: Path) -> None:
    repo = Repo.init(tmp_path / "site", branch="main")
    repo.commit({**adopt(OWLS), "_config.yml": "title: x\n"})
    ran = almanac("doctor", "--site", repo.folder)
    assert (ran.status, "3 entries, one for each event" in ran.out) == (0, True)
    repo.commit({**adopt(TALKS), "_talks/draft.md": "---\ntitle: Draft\n---\n"})
    ran = almanac("doctor", "--site", repo.folder)
    assert "says no date" in ran.out
    assert "future: true" in ran.out
    repo.git("rm", "-rq", "_talks", FORM)
    assert "no event here yet" in almanac("doctor", "--site", repo.folder).out
    repo.git("rm", "-q", FILE)
    assert "template" in almanac("doctor", "--site", repo.folder).out


def test_events_in_nested_folders_of_a_disk_are_known(tmp_path: Path) -> None:
    for year, name in ((2024, "owls"), (2025, "bats")):
        folder = tmp_path / f"content/events/{year}/{name}"
        folder.mkdir(parents=True)
        (folder / "index.md").write_text(f"---\ntitle: {name}\ndate: {year}-03-04\n---\n")
    site = Site(Folder(tmp_path))
    planned = plan_adoption(site, sorted(site.files.paths()), "main", today=TODAY)
    Folder(tmp_path).write(planned.written)
    assert [event.id for event in Site(Folder(tmp_path)).records] == ["2024/owls", "2025/bats"]
    assert planned.taken
    assert planned.taken.path == "content/events/2025/a-sample-event/index.md"


def test_a_folder_of_a_season_is_taken_over_by_itself() -> None:
    def post(folder: str, day: str) -> dict[str, str]:
        return {f"content/events/{folder}/{day}-owls.md": f"---\ntitle: Owls\ndate: {day}T00:00:00Z\n---\n"}

    files = {"hugo.toml": ""}
    for folder, day in (("2024-2025", "2025-02-04"), ("2025-2026", "2025-11-04"), ("2025-2026", "2026-02-03")):
        files |= post(folder, day)
    with pytest.raises(UserError, match=r"Only 2 of 3 events would be known.*--page content/events/2025-2026"):
        plan(files)
    planned = plan(files, page="content/events/2025-2026")
    assert "files: content/events/2025-2026/{date}-owls.md\n" in planned.files[CONFIG]
    assert planned.taken
    assert "date: 2026-02-04T00:00:00Z\n" in planned.taken.sample
    assert set(plan(files | planned.files).states.values()) == {"same"}


def test_a_proposal_goes_on_with_the_numbers_of_all_files(almanac: Almanac, tmp_path: Path) -> None:
    talk = "---\nnumber: {n}\ntitle: Owls {n}\ndate: 2025-03-0{n}\nstart: '13:45'\n---\n"
    repo = Repo.init(tmp_path / "site", branch="main")
    repo.commit({f"_talks/{n}.md": talk.replace("{n}", str(n)) for n in range(1, 4)} | {"_config.yml": "title: x\n"})
    assert almanac("init", "--yes", "--site", repo.folder).status == 0
    repo.commit()
    form = read_form((repo.folder / FORM).read_text())
    answers = {"title": "Dormice", "date": "2026-12-10", "when": "6pm CET"}
    body = "".join(f"### {one.label}\n\n{answers.get(one.id, '_No response_')}\n\n" for one in form.fields)
    (tmp_path / "issue.json").write_text(issue_json(7, body))
    assert almanac("propose", tmp_path / "issue.json", "--site", repo.folder).status == 0
    text = repo.git("show", "almanac/issue-7:_talks/4.md")
    assert "number: 4\ntitle: Dormice\ndate: 2026-12-10\nstart: '18:00'\n" in text


def test_a_shape_is_refused_where_there_is_no_choice_of_one(almanac: Almanac, tmp_path: Path) -> None:
    repo = Repo.init(tmp_path / "site", branch="main")
    repo.commit(TALKS)
    ran = almanac("init", "--shape", "house", "--site", repo.folder)
    assert (ran.status, "edit its template" in ran.err) == (1, True)
    assert not (repo.folder / CONFIG).exists()


@pytest.mark.parametrize("path", ["events.json", "assets/data/meetups.json", "static/api/talks.json"])
def test_a_list_in_json_that_a_script_reads_is_found_where_nothing_else_is(path: str) -> None:
    rows = [{"title": f"Owls {n}", "date": f"2025-0{n}-04", "time": "19:00"} for n in range(1, 4)]
    files = {path: json.dumps(rows, indent=2), "index.html": "<script src=show.js></script>", "hugo.toml": ""}
    planned = plan(files)
    assert f"list: {path}\n" in planned.files[CONFIG]
    assert set(plan(files | planned.files).states.values()) == {"same"}
    text = entry(files | planned.files, title="<b>Dormice", date="2026-12-10", when="6pm CET")
    assert '"time": "18:00"' in text
    assert "<b>" not in text.partition("almanac")[0]
    structured = [{"@type": "Event", **row} for row in rows]
    with pytest.raises(UserError):
        plan({**files, path: json.dumps(structured)})
    with pytest.raises(UserError):
        plan({**files, path: '[{"title": "Owls", "on": "the moor"}]'})
    assert "list: _data" not in plan({**TALKS, path: files[path]}).files[CONFIG]
