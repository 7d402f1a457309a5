"""`almanac init` as people run it: on real sites with a real git, with what it prints and writes."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from almanac.commands.discovery import read_checkout
from almanac.config import CHANGE_FORM
from almanac.packaged import example, template

from tests.built import build
from tests.commands.running import Almanac, everything
from tests.commands.sound import ROOT, assert_sound
from tests.commands.test_adoption import inserted
from tests.emulated import OWNER, GitHubWorld
from tests.filing import body, issue_json
from tests.gitrepo import Repo
from tests.page.house import PAGES

PAGE = "past-working-groups.md"
CONFIG, FORM, WORKFLOW = ".github/almanac.yml", ".github/ISSUE_TEMPLATE/new-event.yml", ".github/workflows/almanac.yml"
OWLS = {"title": "Owls", "date": "2021-11-15"}


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


class TestReferencePage:
    def test_it_is_set_up_without_a_question(self, almanac: Almanac, repo: Repo) -> None:
        before = (repo.folder / PAGE).read_bytes()
        ran = almanac("init", "--site", repo.folder)
        assert ran.status == 0
        assert "https://github.com/octo/site/issues/new?template=new-event.yml" in ran.out
        assert (repo.folder / PAGE).read_bytes() == before
        assert sorted(repo.git("status", "--porcelain", "--untracked-files=all").replace("?? ", "").split("\n")) == [
            CHANGE_FORM,
            FORM,
            CONFIG,
            WORKFLOW,
            "_data/events/2021-11-08-governments-agencies.yml",
            "_data/events/2021-11-11-universities-academia.yml",
        ]
        assert almanac("build", "--check", "--site", repo.folder).status == 0
        assert_sound(repo.folder)
        before_all = everything(repo.folder)
        ran = almanac("init", "--site", repo.folder, "--force")
        assert (ran.status, "Everything is set up." in ran.out, "git commit" in ran.out) == (0, True, True)
        assert everything(repo.folder) == before_all
        repo.git("add", "--all")
        repo.git("commit", "--quiet", "-m", "All")
        ran = almanac("init", "--site", repo.folder)
        assert ("Push what is committed" in ran.out, "git commit" in ran.out) == (True, False)

    def test_it_takes_over_after_an_import(self, almanac: Almanac, repo: Repo) -> None:
        almanac("import", repo.folder / PAGE, "--site", repo.folder)
        ran = almanac("init", "--site", repo.folder)
        assert ran.status == 0
        assert f"completed {CONFIG}" in ran.out
        assert "series:" in (repo.folder / CONFIG).read_text()

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

    def test_a_person_is_asked_before_anything_is_written(self, repo: Repo) -> None:
        before = everything(repo.folder)
        assert "Write these files?" in on_a_terminal(repo.folder, "n\nn\n")
        assert everything(repo.folder) == before

    def test_a_person_is_asked_which_page_is_meant(self, repo: Repo) -> None:
        (repo.folder / "other.md").write_text(PAGES["bullets"])
        assert "Which page has the history?" in on_a_terminal(repo.folder, "7\n2\n1\nn\ny\n")
        assert yaml.safe_load((repo.folder / CONFIG).read_text())["page"] == "other.md"

    def test_a_person_is_offered_a_calendar_and_a_feed(self, tmp_path: Path) -> None:
        page = "# Talks\n\n- Nov 8, 2021: Cats\n- Nov 15, 2021: Dogs\n- Nov 22, 2021: Owls\n"
        repo = site_with(tmp_path / "site", {"docs/_config.yml": "plugins: [jekyll-feed]\n", "docs/talks.md": page})
        shown = on_a_terminal(repo.folder, "\ny\ny\n")
        assert "Also write a calendar (docs/events.ics) and a feed (docs/events.xml)" in shown
        assert 'title="Events" href="{{ \'/events.ics\' | absolute_url }}">' in shown
        assert "git add .github docs/talks.md docs/_data/events docs/events.ics docs/events.xml" in shown
        assert (repo.folder / "docs/events.ics").read_bytes().count(b"BEGIN:VEVENT") == 3
        assert '- "docs/events.ics"\n' in (repo.folder / WORKFLOW).read_text()
        config = yaml.safe_load((repo.folder / CONFIG).read_text())
        assert (config["calendar"], config["feed"]) == ("docs/events.ics", "docs/events.xml")


def on_a_terminal(folder: Path, typed: str) -> str:
    """Run `almanac init` as a person does, with something typed."""
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "almanac", "init", "--site", str(folder)]
    with subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, cwd=ROOT) as process:
        os.close(slave)
        os.write(master, typed.encode() + b"\x04")  # one more question finds nobody there any more
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


class TestOtherSites:
    @pytest.mark.parametrize("name", ["bullets", "table"])
    def test_the_first_event_has_the_page_s_own_shape(self, almanac: Almanac, tmp_path: Path, name: str) -> None:
        repo = site_with(tmp_path / "site", {"history.md": PAGES[name]})
        ran = almanac("init", "--site", repo.folder, "--page", repo.folder / "history.md")
        assert ran.status == 0, ran.err
        assert "A new event will be written like the page's own events." in ran.out
        repo.commit(message="Adopt Almanac")
        before = (repo.folder / "history.md").read_bytes().decode()
        assert before == PAGES[name]
        (tmp_path / "issue.json").write_text(issue_json(12, body(**OWLS, description="About owls.")))
        assert almanac("propose", tmp_path / "issue.json", "--site", repo.folder).status == 0
        repo.git("merge", "--quiet", "almanac/issue-12")
        assert "Owls" in inserted(before, (repo.folder / "history.md").read_bytes().decode())
        assert almanac("build", "--check", "--site", repo.folder).status == 0
        assert almanac("init", "--site", repo.folder).status == 0
        assert repo.git("status", "--porcelain") == ""

    def test_a_fresh_jekyll_site_gets_a_page(self, almanac: Almanac, tmp_path: Path) -> None:
        files = {"_config.yml": "title: Owls\n", "index.md": "---\n---\nHello\n", "_layouts/page.html": "{{ content }}"}
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

    def test_a_site_in_a_folder_of_its_repository(self, almanac: Almanac, tmp_path: Path) -> None:
        files = {"docs/_config.yml": "title: x\n", "docs/talks.md": PAGES["bullets"]}
        repo = site_with(tmp_path / "site", files)
        ran = almanac("init", "--site", repo.folder / "docs")
        assert ran.status == 1
        assert f"--site {repo.folder}" in ran.err
        assert almanac("init", "--site", repo.folder).status == 0
        assert yaml.safe_load((repo.folder / CONFIG).read_text())["records"] == "docs/_data/events"

    def test_a_folder_of_other_projects_is_told_to_be_none_of_a_site(self, almanac: Almanac, tmp_path: Path) -> None:
        for name in ("a", "b", "c"):
            (tmp_path / name).mkdir()
            (tmp_path / name / "talks.md").write_text("# Talks\n\n- 2021-01-02: One\n- 2021-02-03: Two\n")
        ran = almanac("init", "--site", tmp_path, "--json")
        told = ran.json["problems"]
        assert (ran.status, len(told), "not in a git repository" in told[0]["message"]) == (1, 2, True)

    def test_a_folder_without_git_is_set_up_and_told_so(self, almanac: Almanac, tmp_path: Path) -> None:
        (tmp_path / PAGE).write_text(example(f"ospo/{PAGE}"))
        ran = almanac("init", "--site", tmp_path)
        assert ran.status == 0
        assert "not in a git repository" in ran.out
        assert (tmp_path / WORKFLOW).exists()


class TestMistakes:
    def test_a_page_that_does_not_exist_or_is_a_folder_or_outside(
        self, almanac: Almanac, repo: Repo, tmp_path: Path
    ) -> None:
        told = almanac("init", "--site", repo.folder, "--page", "past.md", "--json")
        assert (told.status, told.json["written"], len(told.json["problems"])) == (1, False, 1)
        assert f"--page {PAGE}" in told.err
        (tmp_path / "x.md").write_text(PAGES["bullets"])
        assert "not in the site" in almanac("init", "--site", repo.folder, "--page", tmp_path / "x.md").err
        assert "folder" in almanac("init", "--site", repo.folder, "--page", repo.folder / ".git").err
        assert not (repo.folder / ".github").exists()
        assert almanac("init", "--site", tmp_path / "none").status == 1

    def test_files_that_exist_stay_unless_told_otherwise(self, almanac: Almanac, repo: Repo) -> None:
        mine = {FORM: template("site/new-event.yml").replace("Title", "Name of it"), WORKFLOW: "name: mine\n"}
        repo.commit(mine)
        ran = almanac("init", "--site", repo.folder)
        assert ran.status == 0
        assert f"yours     {FORM}" in ran.out
        assert "--force" in ran.out
        assert {path: (repo.folder / path).read_text() for path in mine} == mine
        assert almanac("init", "--site", repo.folder, "--force").status == 0
        assert "uses: " in (repo.folder / WORKFLOW).read_text()

    def test_what_git_does_not_have_is_not_replaced_even_then(self, almanac: Almanac, repo: Repo) -> None:
        (repo.folder / WORKFLOW).parent.mkdir(parents=True)
        (repo.folder / WORKFLOW).write_text("name: mine\n")
        ran = almanac("init", "--site", repo.folder, "--force")
        assert (ran.status, WORKFLOW in ran.err) == (1, True)
        assert (repo.folder / WORKFLOW).read_text() == "name: mine\n"
        assert not (repo.folder / CONFIG).exists()

    def test_a_form_of_the_site_s_own_that_will_not_do_is_named_with_its_remedies(
        self, almanac: Almanac, repo: Repo
    ) -> None:
        question = "  - {type: input, id: topic, attributes: {label: Topic}}\n"
        repo.commit({FORM: f"name: x\ndescription: y\nlabels: [meetup]\nbody:\n{question}"})
        told = almanac("init", "--site", repo.folder, "--json")
        assert (told.status, told.json["written"], len(told.json["problems"])) == (1, True, 2)
        ran = almanac("init", "--site", repo.folder)
        assert ran.status == 1
        assert f"problem: {FORM}: No question has the id `title`" in ran.err

    def test_a_broken_config_is_named_with_its_line(self, almanac: Almanac, repo: Repo) -> None:
        repo.write({CONFIG: "page: ["})
        before = everything(repo.folder)
        ran = almanac("init", "--site", repo.folder)
        assert (ran.status, "almanac.yml:1" in ran.err) == (1, True)
        assert everything(repo.folder) == before


class TestClone:
    """What git knows of a folder."""

    def test_the_default_branch(self, tmp_path: Path) -> None:
        assert read_checkout(site_with(tmp_path / "a", {}, branch="gh-pages").folder).branch == "gh-pages"
        other = site_with(tmp_path / "b", {}, branch="no")
        other.git("switch", "--quiet", "--create", "work")
        other.git("update-ref", "refs/remotes/origin/no", "HEAD")
        other.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/no")
        clone = read_checkout(other.folder)
        assert (clone.branch, clone.current, clone.top) == ("no", "work", other.folder.resolve())

    @pytest.mark.parametrize(
        "remote",
        [
            *("git@github.com:octo/site.git", "ssh://git@github.com/octo/site.git", "https://github.com/octo/site"),
            *("https://x:y@github.com/octo/site/", "ssh://git@ssh.github.com:443/octo/site.git"),
        ],
    )
    def test_where_it_is_on_github(self, tmp_path: Path, remote: str) -> None:
        clone = read_checkout(site_with(tmp_path / "site", {}, remote=remote).folder)
        assert (clone.repository, clone.web) == ("octo/site", "https://github.com/octo/site")

    def test_elsewhere_it_is_not_on_github(self, tmp_path: Path) -> None:
        clone = read_checkout(site_with(tmp_path / "site", {}, remote="https://gitlab.com/octo/site").folder)
        assert (clone.repository, clone.web) == (None, None)

    def test_a_folder_without_git_or_a_machine_without_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert read_checkout(tmp_path).top is None
        folder = site_with(tmp_path / "site", {}).folder
        monkeypatch.setenv("PATH", "")
        assert read_checkout(folder).top is None


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


class TestTwiceListed:
    """A page that names each event twice: in a section, and in a line of a list with all events."""

    @pytest.fixture
    def twice(self, tmp_path: Path) -> Repo:
        return site_with(tmp_path / "site", {"talks.md": PAGES["sections-and-index"]})

    def test_a_proposal_has_both_and_everything_is_in_sync(self, almanac: Almanac, twice: Repo, tmp_path: Path) -> None:
        ran = almanac("init", "--site", twice.folder, "--yes")
        assert "in the second list (line 30, below \u201cAll meetings\u201d)" in ran.out
        assert "index_template: .github/almanac/index.md.j2\n" in (twice.folder / CONFIG).read_text()
        twice.commit(message="Adopt Almanac")
        answers = {"title": "Swarms", "date": "2022-03-03", "when": "6pm ET", "location": "Barn"}
        path = tmp_path / "issue.json"
        path.write_text(issue_json(12, body(**answers)))
        assert almanac("propose", path, "--site", twice.folder).status == 0
        after = twice.git("show", "almanac/issue-12:talks.md")
        section, line = (
            "### March 3rd, 2022:  Swarms\n\n- When: 6pm ET\n\n- Location: Barn\n\n",
            "- Mar 3, 2022 - Swarms\n",
        )
        assert after.replace(section, "", 1).replace(line, "", 1) == PAGES["sections-and-index"].strip()
        assert after.index(section) < after.index("### Feb")
        assert after.index(line) == after.index("- Feb 17, 2022") - len(line)
        # The issue is edited; then the proposal is merged.
        path.write_text(issue_json(12, body(**answers | {"title": "Swarms in May", "date": "2022-01-13"})))
        assert almanac("propose", path, "--site", twice.folder).status == 0
        after = twice.git("show", "almanac/issue-12:talks.md")
        assert "- Jan 13, 2022 - Swarms in May\n- Jan 6" in after
        assert after.count("Swarms") == 2
        twice.git("merge", "--quiet", "almanac/issue-12")
        built = almanac("build", "--site", twice.folder)
        assert (built.status, built.err) == (0, "")
        assert "nothing to do" in built.out
        assert almanac("doctor", "--site", twice.folder).status == 0
        assert "new  " not in almanac("init", "--site", twice.folder, "--yes").out

    def test_a_config_of_one_s_own_is_told_what_to_add(self, almanac: Almanac, twice: Repo) -> None:
        (twice.folder / ".github").mkdir()
        (twice.folder / CONFIG).write_text("page: talks.md\ntime_zone: Europe/Paris\n")
        ran = almanac("init", "--site", twice.folder, "--yes")
        assert "Put the line `index_template: .github/almanac/index.md.j2` into" in ran.out

    def test_a_second_list_without_a_template_is_named(
        self, almanac: Almanac, twice: Repo, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("almanac.commands.pageplan.index_template", lambda *_: None)
        ran = almanac("init", "--site", twice.folder, "--yes")
        assert "no template was found for the second list (line 30" in ran.out

    @pytest.mark.jekyll
    def test_jekyll_shows_both_as_it_shows_the_others(self, almanac: Almanac, twice: Repo) -> None:
        assert almanac("init", "--site", twice.folder).status == 0
        record = 'id: "2022-03-03-swarms"\ntitle: "Swarms"\ndate: "2022-03-03"\n'
        (twice.folder / "_data/events/2022-03-03-swarms.yml").write_text(record)
        assert almanac("build", "--site", twice.folder).status == 0
        page = (build(twice.folder, {}) / "talks.html").read_text()
        assert page.count("Swarms") == 2
        assert page.index(">March 3rd, 2022:  Swarms</h3>") < page.index(">February 17th, 2022")
        assert "<ul>\n  <li>Mar 3, 2022 - Swarms</li>\n  <li>Feb 17, 2022" in page


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
