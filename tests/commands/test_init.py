"""`almanac init` on sites of every kind: nothing is lost, and the next event stands where a person had put it."""

import os
import pty
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml
from almanac.event.model import Event
from almanac.page.template import section_renderer
from almanac.renderer import example, template

from tests.built import build
from tests.commands.test_cli import Almanac, everything
from tests.emulated import OWNER, GitHubWorld
from tests.filing import body, issue_json
from tests.gitrepo import Repo
from tests.page.house import PAGES
from tests.tools import need

ROOT = Path(__file__).parent.parent.parent
PAGE = "past-working-groups.md"
CONFIG, FORM, WORKFLOW = ".github/almanac.yml", ".github/ISSUE_TEMPLATE/new-event.yml", ".github/workflows/almanac.yml"
SECTION = ".github/almanac/section.md.j2"
OWLS = {"title": "Owls", "date": "2021-11-15"}
LOOP = "# Events\n\n{% for event in site.data.events %}\n- {{ event.date }}: {{ event.title }}\n{% endfor %}\n"


@pytest.fixture
def almanac(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Almanac:
    return Almanac(monkeypatch, capsys)


def site_with(folder: Path, files: dict[str, str], *, branch: str = "main", remote: str = "") -> Repo:
    repo = Repo.init(folder, branch=branch)
    repo.commit(dict(files))
    if remote:
        repo.git("remote", "add", "origin", remote)
    return repo


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A clone with the reference page."""
    return site_with(tmp_path / "site", {PAGE: example(f"ospo/{PAGE}")}, remote="git@github.com:octo/site.git")


def tool(name: str) -> str:
    beside = Path(sys.executable).parent / name
    return str(beside) if beside.exists() else need(name)


def check(*command: str | Path) -> None:
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def inserted(before: str, after: str) -> str:
    """Return what one place of a text got; every other character has to be as it was."""
    shared = next((at for at, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]), len(before))
    rest = before[shared:]
    assert after.endswith(rest)
    return after[shared : len(after) - len(rest)]


def assert_sound(folder: Path) -> None:
    """Put what was written before the tools that know GitHub's own rules."""
    check(tool("check-jsonschema"), "--builtin-schema", "vendor.github-issue-forms", folder / FORM)
    check(tool("check-jsonschema"), "--builtin-schema", "vendor.github-workflows", folder / WORKFLOW)
    check(tool("check-jsonschema"), "--schemafile", ROOT / "docs/schema/config.json", folder / CONFIG)
    check(tool("actionlint"), folder / WORKFLOW)
    check(tool("zizmor"), "--offline", "--quiet", folder / WORKFLOW)


class TestReferencePage:
    def test_it_is_set_up_without_a_question(self, almanac: Almanac, repo: Repo) -> None:
        before = (repo.folder / PAGE).read_bytes()
        ran = almanac("init", "--site", repo.folder)
        assert ran.status == 0
        assert (repo.folder / PAGE).read_bytes() == before
        assert sorted(repo.git("status", "--porcelain", "--untracked-files=all").replace("?? ", "").split("\n")) == [
            FORM,
            CONFIG,
            WORKFLOW,
            "_data/events/2021-11-08-governments-agencies.yml",
            "_data/events/2021-11-11-universities-academia.yml",
        ]
        assert almanac("build", "--check", "--site", repo.folder).status == 0
        assert_sound(repo.folder)

    def test_the_config_and_the_form_know_the_site(self, almanac: Almanac, repo: Repo) -> None:
        almanac("init", "--site", repo.folder)
        text = (repo.folder / CONFIG).read_text()
        assert text.startswith("# yaml-language-server: $schema=https://")
        config = yaml.safe_load(text)
        assert config["page"] == PAGE
        assert config["series"] == {
            "Universities & Academia": {"time_zones": ["PT", "ET", "CET"]},
            "Governments & Agencies": {"time_zones": ["ET", "CET"]},
        }
        form = yaml.safe_load((repo.folder / FORM).read_text())
        fields = {field["id"]: field for field in form["body"] if "id" in field}
        assert "Universities & Academia; Governments & Agencies" in fields["series"]["attributes"]["description"]
        assert fields["series"]["type"] == "input"
        house = yaml.safe_load(template("site/new-event.yml"))
        assert [field.get("id") for field in form["body"]] == [field.get("id") for field in house["body"]]

    def test_the_example_of_times_is_a_line_without_faults(self, almanac: Almanac, repo: Repo) -> None:
        almanac("init", "--site", repo.folder)
        form = yaml.safe_load((repo.folder / FORM).read_text())
        when = next(field for field in form["body"] if field.get("id") == "when")
        assert when["attributes"]["placeholder"] == "9am PT, 12pm ET, 6pm CET"

    def test_the_steps_name_the_records_until_they_are_pushed(self, almanac: Almanac, repo: Repo) -> None:
        almanac("import", repo.folder / PAGE, "--site", repo.folder)
        for _ in range(2):
            assert f"git add .github {PAGE} _data/events\n" in almanac("init", "--site", repo.folder).out

    def test_the_next_three_steps_have_the_addresses(self, almanac: Almanac, repo: Repo) -> None:
        out = almanac("init", "--site", repo.folder).out
        assert f"git add .github {PAGE} _data/events" in out
        assert "https://github.com/octo/site/settings/actions" in out
        assert "Allow GitHub Actions to create and approve pull requests" in out
        assert "https://github.com/octo/site/labels" in out
        assert "https://github.com/octo/site/issues/new?template=new-event.yml" in out
        assert "almanac doctor --repo octo/site" in out

    def test_again_it_changes_nothing(self, almanac: Almanac, repo: Repo) -> None:
        almanac("init", "--site", repo.folder)
        before = everything(repo.folder)
        for more in ((), ("--force",), ("--page", PAGE), ("--json",)):
            assert almanac("init", "--site", repo.folder, *more).status == 0
            assert everything(repo.folder) == before

    def test_it_takes_over_after_an_import(self, almanac: Almanac, repo: Repo) -> None:
        almanac("import", repo.folder / PAGE, "--site", repo.folder)
        ran = almanac("init", "--site", repo.folder)
        assert ran.status == 0
        assert f"completed {CONFIG}" in ran.out
        assert "series:" in (repo.folder / CONFIG).read_text()
        assert almanac("build", "--check", "--site", repo.folder).status == 0

    def test_a_dry_run_shows_all_and_writes_nothing(self, almanac: Almanac, repo: Repo) -> None:
        before = everything(repo.folder)
        ran = almanac("init", "--site", repo.folder, "--dry-run")
        assert ran.status == 0
        assert FORM in ran.out
        assert "Nothing was written" in ran.out
        assert everything(repo.folder) == before

    def test_json_says_what_was_done(self, almanac: Almanac, repo: Repo) -> None:
        told = almanac("init", "--site", repo.folder, "--json").json
        assert (told["page"], told["events"], told["structured"], told["written"]) == (PAGE, 2, 2, True)
        assert told["files"][FORM] == "new"
        assert told["section_template"] is None
        assert len(told["next"]) == 3
        assert [warning["line"] for warning in told["warnings"]] == [40]

    def test_the_workflow_waits_for_the_real_default_branch(self, almanac: Almanac, tmp_path: Path) -> None:
        repo = site_with(tmp_path / "a", {PAGE: example(f"ospo/{PAGE}")}, branch="gh-pages")
        almanac("init", "--site", repo.folder)
        assert "branches: [gh-pages]" in (repo.folder / WORKFLOW).read_text()
        other = site_with(tmp_path / "b", {PAGE: example(f"ospo/{PAGE}")}, branch="no")
        other.git("switch", "--quiet", "--create", "work")
        other.git("update-ref", "refs/remotes/origin/no", "HEAD")
        other.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/no")
        ran = almanac("init", "--site", other.folder)
        assert yaml.safe_load((other.folder / WORKFLOW).read_text())[True]["push"] == {"branches": ["no"]}
        assert "merge work into no" in ran.out

    def test_a_person_is_asked_before_anything_is_written(self, repo: Repo) -> None:
        before = everything(repo.folder)
        assert "Write these files?" in on_a_terminal(repo.folder, "n\n")
        assert everything(repo.folder) == before
        on_a_terminal(repo.folder, "y\n")
        assert (repo.folder / CONFIG).exists()

    def test_a_person_is_asked_which_page_is_meant(self, repo: Repo) -> None:
        (repo.folder / "other.md").write_text(PAGES["bullets"])
        assert "Which page holds the history?" in on_a_terminal(repo.folder, "7\n2\ny\n")
        assert yaml.safe_load((repo.folder / CONFIG).read_text())["page"] == "other.md"


def on_a_terminal(folder: Path, typed: str) -> str:
    """Run `almanac init` as a person does, with something typed."""
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "almanac", "init", "--site", str(folder)]
    with subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, cwd=ROOT) as process:
        os.close(slave)
        os.write(master, typed.encode())
        shown = b""
        try:
            while part := os.read(master, 4096):
                shown += part
        except OSError:
            pass  # Linux ends a terminal nobody writes to any more in this way.
        process.wait(60)
    os.close(master)
    assert process.returncode == 0, shown.decode()
    return shown.decode()


class TestEveryStyle:
    @pytest.fixture(autouse=True)
    def in_this_process(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Write with the site's template here: the child process, which takes its time, has tests of its own."""

        def render(source: str, events: Sequence[Event], file: str) -> list[str]:
            return list(map(section_renderer(source, file), events))

        monkeypatch.setattr("almanac.renderer.render_in_child", render)

    @pytest.mark.parametrize("name", sorted(PAGES))
    def test_the_first_event_stands_in_the_page_s_own_shape_and_no_other_byte_changes(
        self, almanac: Almanac, tmp_path: Path, name: str
    ) -> None:
        repo = site_with(tmp_path / "site", {"history.md": PAGES[name]})
        ran = almanac("init", "--site", repo.folder, "--page", repo.folder / "history.md")
        assert ran.status == 0, ran.err
        assert almanac("build", "--check", "--site", repo.folder).status == 0
        repo.commit(message="Adopt Almanac")
        before = (repo.folder / "history.md").read_bytes().decode()
        assert before == PAGES[name]

        (tmp_path / "issue.json").write_text(issue_json(12, body(**OWLS, description="About owls.")))
        assert almanac("propose", tmp_path / "issue.json", "--site", repo.folder).status == 0
        repo.git("merge", "--quiet", "almanac/issue-12")
        after = (repo.folder / "history.md").read_bytes().decode()
        assert "Owls" in inserted(before, after)
        assert almanac("build", "--check", "--site", repo.folder).status == 0
        assert almanac("init", "--site", repo.folder).status == 0
        assert repo.git("status", "--porcelain") == ""

    @pytest.mark.parametrize(
        ("name", "line"),
        [
            ("bullets", "* 15 November 2021 - Owls\n"),
            ("bullets-under-years", "- November 15 - Owls\n"),
            ("table", "| 2021/11/15 |           | Owls                     |\n"),
            ("setext", "November 15, 2021: Owls\n-----------------------\n"),
            ("atx-long-dates", "## November 15th, 2021: Owls\n"),
            ("dates-last", "### Owls (November 15, 2021)\n"),
        ],
    )
    def test_in_the_working_copy_too(self, almanac: Almanac, tmp_path: Path, name: str, line: str) -> None:
        (tmp_path / "history.md").write_text(PAGES[name])
        assert almanac("init", "--site", tmp_path).status == 0
        assert (tmp_path / SECTION).exists()
        (tmp_path / "_data/events/2021-11-15-owls.yml").write_text(
            'id: "2021-11-15-owls"\ntitle: "Owls"\ndate: "2021-11-15"\n'
        )
        assert almanac("build", "--site", tmp_path).status == 0
        assert line in (tmp_path / "history.md").read_text()
        assert almanac("doctor", "--site", tmp_path, "--json").json["findings"]


class TestOtherSites:
    def test_a_fresh_jekyll_site_gets_a_page(self, almanac: Almanac, tmp_path: Path) -> None:
        files = {
            "_config.yml": "title: Owls\n",
            "index.md": "---\n---\nHello\n",
            "_layouts/page.html": "{{ content }}",
            "_posts/2021-11-08-hello.md": "---\n---\n### 2021-11-08: no event\n\n### 2021-11-09: none\n",
            "CHANGELOG.md": "## 1.0 - 2021-11-08\n\n## 1.1 - 2021-12-08\n",
        }
        repo = site_with(tmp_path / "site", files)
        assert almanac("init", "--site", repo.folder).status == 0
        assert (repo.folder / "events.md").read_text() == "---\nlayout: page\ntitle: Events\n---\n"
        assert almanac("doctor", "--site", repo.folder).status == 0
        assert_sound(repo.folder)
        path = tmp_path / "issue.json"
        path.write_text(issue_json(1, body(**OWLS)))
        repo.commit(message="Adopt Almanac")
        assert almanac("propose", path, "--site", repo.folder).status == 0
        assert "### November 15th, 2021:  Owls" in repo.git("show", "almanac/issue-1:events.md")

    def test_the_likeliest_page_is_found(self, almanac: Almanac, tmp_path: Path) -> None:
        files = {"notes/history.md": PAGES["bullets"], "about.md": PAGES["table"], "_site/events.md": PAGES["crlf"]}
        repo = site_with(tmp_path / "site", files)
        assert almanac("init", "--site", repo.folder, "--json").json["page"] == "notes/history.md"

    def test_two_pages_that_may_be_meant_are_named(self, almanac: Almanac, tmp_path: Path) -> None:
        repo = site_with(tmp_path / "site", {"talks.md": PAGES["bullets"], "meetings.md": PAGES["table"]})
        ran = almanac("init", "--site", repo.folder)
        assert ran.status == 1
        assert "--page talks.md" in ran.err
        assert "--page meetings.md" in ran.err
        assert not (repo.folder / ".github").exists()
        assert almanac("init", "--site", repo.folder, "--page", "talks.md").status == 0

    def test_a_site_in_a_folder_of_its_repository(self, almanac: Almanac, tmp_path: Path) -> None:
        files = {"docs/_config.yml": "title: x\n", "docs/talks.md": PAGES["bullets"]}
        repo = site_with(tmp_path / "site", files)
        ran = almanac("init", "--site", repo.folder / "docs")
        assert ran.status == 1
        assert f"--site {repo.folder}" in ran.err
        assert almanac("init", "--site", repo.folder).status == 0
        assert yaml.safe_load((repo.folder / CONFIG).read_text())["records"] == "docs/_data/events"
        assert almanac("build", "--check", "--site", repo.folder).status == 0
        assert almanac("doctor", "--site", repo.folder).status == 0

    @pytest.mark.parametrize(
        ("jekyll", "page", "records"),
        [
            ({"docs/_config.yml": "title: x\n"}, "docs/talks.md", "docs/_data/events"),
            ({"_config.yml": "data_dir: facts\n"}, "talks.md", "facts/events"),
            ({"_config.yml": "source: ./src\n"}, "src/talks.md", "src/_data/events"),
            ({"docs/_config.yml": "data_dir: [\n"}, "docs/talks.md", "docs/_data/events"),
        ],
    )
    def test_records_stand_where_jekyll_looks_for_data(
        self, almanac: Almanac, tmp_path: Path, jekyll: dict[str, str], page: str, records: str
    ) -> None:
        repo = site_with(tmp_path / "site", {**jekyll, page: PAGES["bullets"]})
        for command in (("import", repo.folder / page), ("init",)):
            assert almanac(*command, "--site", repo.folder).status == 0
            assert yaml.safe_load((repo.folder / CONFIG).read_text())["records"] == records
        assert len(list(repo.folder.rglob("2*.yml"))) == len(list((repo.folder / records).iterdir())) == 3
        findings = almanac("doctor", "--site", repo.folder, "--json").json["findings"]
        assert not any("data folder" in one["message"] for one in findings)

    def test_a_folder_without_git_is_set_up_and_told_so(self, almanac: Almanac, tmp_path: Path) -> None:
        (tmp_path / PAGE).write_text(example(f"ospo/{PAGE}"))
        ran = almanac("init", "--site", tmp_path)
        assert ran.status == 0
        assert "no git repository" in ran.out
        assert (tmp_path / WORKFLOW).exists()

    def test_an_empty_page_needs_to_be_called_new(self, almanac: Almanac, tmp_path: Path) -> None:
        (tmp_path / "events.md").write_text("---\ntitle: Events\n---\nSoon.\n")
        ran = almanac("init", "--site", tmp_path, "--page", "events.md")
        assert (ran.status, "No event was found" in ran.err) == (1, True)
        assert almanac("init", "--site", tmp_path, "--page", "events.md", "--new").status == 0
        assert (tmp_path / "events.md").read_text() == "---\ntitle: Events\n---\nSoon.\n"
        assert almanac("doctor", "--site", tmp_path).out.count("WRONG") == 1  # no git

    def test_times_of_events_without_a_series_are_the_site_s(self, almanac: Almanac, tmp_path: Path) -> None:
        page = "### November 8th, 2021:  Owls\n\n- When: 9am UK, 10am CET\n"
        (tmp_path / "events.md").write_text(page)
        almanac("init", "--site", tmp_path)
        config = yaml.safe_load((tmp_path / CONFIG).read_text())
        assert config["time_zones"] == {"UK": "Europe/London", "CET": "Europe/Paris"}
        assert config["time_zone"] == "Europe/London"
        assert 'placeholder: "9am UK, 10am CET"' in (tmp_path / FORM).read_text()

    def test_names_that_yaml_would_misread_are_quoted(self, almanac: Almanac, tmp_path: Path) -> None:
        name = 'a: "b" # c\u2028\U0001f989'
        page = f"### November 8th, 2021:  {name}\n\n- Topic:  Owls\n\n- When: 9am UK, 10am CET\n"
        (tmp_path / "my events.md").write_text(page)
        assert almanac("init", "--site", tmp_path, "--page", "my events.md").status == 0
        config = yaml.safe_load((tmp_path / CONFIG).read_text())
        assert config["page"] == "my events.md"
        assert almanac("build", "--check", "--site", tmp_path).status == 0
        assert_sound(tmp_path)


class TestMistakes:
    def test_a_page_that_is_not_there(self, almanac: Almanac, repo: Repo) -> None:
        ran = almanac("init", "--site", repo.folder, "--page", "past.md")
        assert ran.status == 1
        assert f"--page {PAGE}" in ran.err
        assert "--new" in ran.err
        assert not (repo.folder / ".github").exists()
        told = almanac("init", "--site", repo.folder, "--page", "past.md", "--json")
        assert (told.status, told.json["written"]) == (1, False)
        assert told.json["problems"]

    def test_a_page_outside_the_site_or_a_folder(self, almanac: Almanac, repo: Repo, tmp_path: Path) -> None:
        (tmp_path / "x.md").write_text(PAGES["bullets"])
        assert "not in the site" in almanac("init", "--site", repo.folder, "--page", tmp_path / "x.md").err
        assert "folder" in almanac("init", "--site", repo.folder, "--page", repo.folder / ".git").err

    def test_a_page_that_a_loop_writes(self, almanac: Almanac, repo: Repo) -> None:
        (repo.folder / "loop.md").write_text(LOOP)
        for more in ((), ("--new",)):
            ran = almanac("init", "--site", repo.folder, "--page", "loop.md", *more)
            assert (ran.status, "Liquid loop" in ran.err) == (1, True)
        assert not (repo.folder / ".github").exists()

    def test_files_that_are_there_stay_unless_told_otherwise(self, almanac: Almanac, repo: Repo) -> None:
        mine = {FORM: template("site/new-event.yml").replace("Title", "Name of it"), WORKFLOW: "name: mine\n"}
        repo.commit(mine)
        ran = almanac("init", "--site", repo.folder)
        assert ran.status == 0
        assert f"yours     {FORM}" in ran.out
        assert "--force" in ran.out
        assert {path: (repo.folder / path).read_text() for path in mine} == mine
        assert almanac("init", "--site", repo.folder, "--force").status == 0
        assert "uses: " in (repo.folder / WORKFLOW).read_text()

    def test_a_form_of_the_site_s_own_that_will_not_do_is_named_with_its_remedies(
        self, almanac: Almanac, repo: Repo
    ) -> None:
        question = "  - {type: input, id: topic, attributes: {label: Topic}}\n"
        form = f"name: x\ndescription: y\nlabels: [meetup]\nbody:\n{question}"
        repo.commit({FORM: form})
        ran = almanac("init", "--site", repo.folder)
        assert ran.status == 1
        assert f"problem: {FORM}: No question has the id `title`" in ran.err
        assert "Add a field with `id: date`." in ran.err
        assert "label called `meetup`" in ran.out
        assert (repo.folder / FORM).read_text() == form
        told = almanac("init", "--site", repo.folder, "--json")
        assert (told.status, len(told.json["problems"])) == (1, 2)

    def test_a_workflow_of_the_same_name_that_does_something_else(self, almanac: Almanac, repo: Repo) -> None:
        repo.commit({WORKFLOW: "name: mine\non: push\njobs: {}\n"})
        ran = almanac("init", "--site", repo.folder)
        assert (ran.status, "does not run Almanac" in ran.out) == (0, True)
        assert "name it otherwise" in almanac("doctor", "--site", repo.folder).out

    def test_one_workflow_that_runs_almanac_is_enough(self, almanac: Almanac, repo: Repo) -> None:
        steps = "jobs: {a: {steps: [{uses: almanac-events/almanac@v1}]}}"
        repo.commit({".github/workflows/events.yml": f"name: Events\non: issues\n{steps}\n"})
        assert almanac("init", "--site", repo.folder).status == 0
        assert not (repo.folder / WORKFLOW).exists()

    def test_what_git_does_not_have_is_not_replaced_even_then(self, almanac: Almanac, repo: Repo) -> None:
        (repo.folder / WORKFLOW).parent.mkdir(parents=True)
        (repo.folder / WORKFLOW).write_text("name: mine\n")
        ran = almanac("init", "--site", repo.folder, "--force")
        assert (ran.status, WORKFLOW in ran.err) == (1, True)
        assert (repo.folder / WORKFLOW).read_text() == "name: mine\n"
        assert not (repo.folder / CONFIG).exists()

    def test_a_broken_config_is_named_with_its_line(self, almanac: Almanac, repo: Repo) -> None:
        for text, words in (("page: [", "almanac.yml:1"), ("pgae: x\n", "`page`"), ("time_zone: Mars\n", "time_zone")):
            repo.write({CONFIG: text})
            before = everything(repo.folder)
            ran = almanac("init", "--site", repo.folder)
            assert (ran.status, words in ran.err) == (1, True)
            assert everything(repo.folder) == before

    def test_the_form_gives_the_label_that_a_config_of_the_site_s_own_names(self, almanac: Almanac, repo: Repo) -> None:
        repo.commit({CONFIG: f"page: {PAGE}\nlabels: [talk, event]\n"})
        ran = almanac("init", "--site", repo.folder)
        assert (ran.status, "label called `talk`" in ran.out) == (0, True)
        assert yaml.safe_load((repo.folder / FORM).read_text())["labels"] == ["talk"]
        assert_sound(repo.folder)

    def test_a_config_of_the_site_s_own_stays_and_names_the_page(self, almanac: Almanac, repo: Repo) -> None:
        repo.commit({CONFIG: "page: talks.md\norder: oldest\n", "talks.md": PAGES["bullets"]})
        ran = almanac("init", "--site", repo.folder, "--page", PAGE)
        assert (ran.status, "talks.md" in ran.err) == (1, True)
        ran = almanac("init", "--site", repo.folder)
        assert ran.status == 0
        assert (repo.folder / CONFIG).read_text() == "page: talks.md\norder: oldest\n"
        assert f"section_template: {SECTION}" in ran.out
        assert (repo.folder / SECTION).exists()
        assert almanac("build", "--check", "--site", repo.folder).status == 0
        repo.write({CONFIG: f"page: talks.md\nsection_template: {SECTION}\n"})
        assert almanac("build", "--check", "--site", repo.folder).status == 0

    def test_a_site_s_own_template_writes_the_import(self, almanac: Almanac, repo: Repo) -> None:
        source = "* {{ date | like('8 November 2021') }} - {{ title | text }}\n"
        config = f"page: talks.md\nsection_template: {SECTION}\n"
        repo.commit({CONFIG: config, SECTION: source, "talks.md": PAGES["bullets"]})
        told = almanac("init", "--site", repo.folder, "--json").json
        assert (told["events"], told["structured"]) == (3, 1)
        assert almanac("build", "--check", "--site", repo.folder).status == 0

    def test_a_folder_that_is_not_there(self, almanac: Almanac, tmp_path: Path) -> None:
        assert almanac("init", "--site", tmp_path / "none").status == 1


@pytest.mark.emulator
class TestOnGitHub:
    @pytest.mark.parametrize("name", ["reference", "bullets", "table", "setext"])
    def test_from_nothing_to_the_first_pull_request(
        self, almanac: Almanac, site: GitHubWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
    ) -> None:
        page = example(f"ospo/{PAGE}") if name == "reference" else PAGES[name]
        repo = site_with(tmp_path / "site", {PAGE: page}, remote=f"https://github.com/{site.name}.git")
        steps = almanac("init", "--site", repo.folder, "--json").json["next"]
        assert f"https://github.com/{site.name}/issues/new?template=new-event.yml" in steps[2]
        repo.commit(message="Adopt Almanac")
        # 1. push
        site.commit(dict(repo.files("HEAD")))
        # 2. the setting, which the emulated GitHub does not know, and the label
        site.ask("POST", "labels", {"name": "event", "color": "0e8a16"})
        monkeypatch.setenv("GITHUB_TOKEN", site.token(OWNER))
        monkeypatch.setenv("GITHUB_API_URL", site.emulator.url)
        monkeypatch.setenv("ALMANAC_WRITE_PAUSE", "0")
        ran = almanac("doctor", "--site", repo.folder, "--repo", site.name)
        assert ran.status == 0, ran.out
        # 3. a test issue
        number = site.file_issue("New event: Owls", body(**OWLS), labels=("event",))
        ran = almanac("reconcile", "--repo", site.name, "--issue", str(number))
        assert (ran.status, "created" in ran.out) == (0, True)
        (pull,) = site.pulls()
        head = site.head(pull.head)
        assert head
        after = site.files(head)[PAGE].decode()
        assert "Owls" in inserted(page, after)


@pytest.mark.jekyll
@pytest.mark.parametrize(
    ("name", "element"),
    [
        ("bullets", "<li>15 November 2021 - Owls"),
        ("table", "<td>Owls</td>"),
        ("setext", ">November 15, 2021: Owls</h2>"),
        ("atx-long-dates", ">November 15th, 2021: Owls</h2>"),
    ],
)
def test_jekyll_shows_the_first_event_as_it_shows_the_others(
    almanac: Almanac, tmp_path: Path, name: str, element: str
) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    page = PAGES[name] if PAGES[name].startswith("---") else f"---\n---\n{PAGES[name]}"
    (folder / "talks.md").write_text(page)
    assert almanac("init", "--site", folder).status == 0
    record = 'id: "2021-11-15-owls"\ntitle: "Owls"\ndate: "2021-11-15"\n'
    (folder / "_data/events/2021-11-15-owls.yml").write_text(record)
    assert almanac("build", "--site", folder).status == 0
    built = build(folder, {})
    assert element in (built / "talks.html").read_text()
