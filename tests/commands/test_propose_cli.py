"""`almanac propose`: one issue, in a clone."""

from pathlib import Path

import pytest
from almanac.engine.run import Done
from almanac.errors import ForgeError
from almanac.proposal.state import Plan

from tests.commands.running import DEMO_DAY, PAGE, Almanac, everything, write_issue, write_site
from tests.filing import GOVERNMENTS_ANSWERS, body
from tests.gitrepo import Repo


class TestPropose:
    @pytest.fixture
    def repo(self, tmp_path: Path) -> Repo:
        repo = Repo.init(tmp_path / "clone")
        write_site(repo.folder)
        repo.git("add", "--all")
        repo.git("commit", "--quiet", "-m", "site")
        return repo

    def test_a_mistake_in_the_config_is_named_with_file_and_line_as_in_a_preview(
        self, almanac: Almanac, repo: Repo, tmp_path: Path
    ) -> None:
        config = repo.folder / ".github/almanac.yml"
        config.write_text(config.read_text() + "time_zones:\n  ET: America/New_Yrok\n")
        repo.git("commit", "--all", "--quiet", "-m", "config")
        issue = write_issue(tmp_path, body(**DEMO_DAY))
        for command in ("propose", "preview"):
            ran = almanac(command, issue, "--site", repo.folder)
            assert (ran.status, ".github/almanac.yml:3: time_zones.ET: " in ran.err) == (1, True), ran.err

    def test_a_proposal_is_made_and_a_second_run_makes_nothing(
        self, almanac: Almanac, repo: Repo, tmp_path: Path
    ) -> None:
        path = write_issue(tmp_path, body(**GOVERNMENTS_ANSWERS | {"date": "2021-11-09"}))
        ran = almanac("propose", path, "--site", repo.folder)
        assert ran.status == 0
        assert "created" in ran.out
        head = repo.head("almanac/issue-12")
        assert head
        assert "unchanged" in almanac("propose", path, "--site", repo.folder).out
        assert repo.head("almanac/issue-12") == head

    def test_a_dry_run_shows_files_diff_pull_request_and_comment_and_writes_nothing(
        self, almanac: Almanac, repo: Repo, tmp_path: Path
    ) -> None:
        path = write_issue(tmp_path, body(**DEMO_DAY))
        before = everything(repo.folder)
        ran = almanac("propose", path, "--site", repo.folder, "--dry-run")
        assert ran.status == 0
        for words in (
            "+++ b/_data/events/2022-01-20-demo-day.yml",
            "+### January 20th, 2022:  Demo Day",
            "OPEN a pull request to main: Add event: Thu, Jan 20, 2022 \u2013 Demo Day #12",
            "COMMENT on issue #12",
        ):
            assert words in ran.out
        planned = almanac("propose", path, "--site", repo.folder, "--dry-run", "--json").json
        assert planned["outcome"] == "created"
        assert set(planned["files"]) == {PAGE, "_data/events/2022-01-20-demo-day.yml"}
        assert [write["do"] for write in planned["writes"]] == ["commit", "open pull request", "comment"]
        assert everything(repo.folder) == before

    def test_a_dry_run_speaks_of_a_pull_request_only_where_one_is_or_would_be(
        self, almanac: Almanac, repo: Repo, tmp_path: Path
    ) -> None:
        wrong = write_issue(tmp_path, body(title="X", date="soon"))
        ran = almanac("propose", wrong, "--site", repo.folder, "--dry-run")
        assert "Date" in ran.out
        assert "pull request" not in ran.out
        [comment] = almanac("propose", wrong, "--site", repo.folder, "--dry-run", "--json").json["writes"]
        assert "pull request" not in comment["body"]
        right = write_issue(tmp_path, body(**DEMO_DAY))
        assert "pull request (not opened yet), and" in almanac("propose", right, "--site", repo.folder, "--dry-run").out
        almanac("propose", right, "--site", repo.folder)
        moved = write_issue(tmp_path, body(**DEMO_DAY | {"date": "2022-01-27"}))
        ran = almanac("propose", moved, "--site", repo.folder, "--dry-run")
        assert "UPDATE pull request #1: Add event: Thu, Jan 27, 2022 \u2013 Demo Day #12" in ran.out
        assert "maintainer to review in pull request #1, and" in ran.out

    def test_problems_are_told_and_status_is_1(self, almanac: Almanac, repo: Repo, tmp_path: Path) -> None:
        ran = almanac("propose", write_issue(tmp_path, body(title="X", date="soon")), "--site", repo.folder)
        assert ran.status == 1
        assert "waiting" in ran.out
        assert repo.head("almanac/issue-12") is None

    def test_a_failure_is_told_and_status_is_1(
        self, almanac: Almanac, repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        failed = Done(Plan(12, "created", "It is new."), None, ForgeError("The branch is locked.", remedy="Unlock it."))
        monkeypatch.setattr("almanac.commands.propose.reconcile", lambda *_, **__: failed)
        ran = almanac("propose", write_issue(tmp_path, body(**DEMO_DAY)), "--site", repo.folder)
        assert (ran.status, ran.err) == (1, "Issue #12:\nerror: The branch is locked.\n    Unlock it.\n")

    def test_uncommitted_changes_are_ignored_and_it_says_so(self, almanac: Almanac, repo: Repo, tmp_path: Path) -> None:
        (repo.folder / PAGE).write_text("scribbles")
        ran = almanac("propose", write_issue(tmp_path, body(**DEMO_DAY)), "--site", repo.folder)
        assert ran.status == 0
        assert "uncommitted changes were ignored" in ran.err
        assert (repo.folder / PAGE).read_text() == "scribbles"

    def test_an_issue_of_another_kind_is_refused_with_the_reason(
        self, almanac: Almanac, repo: Repo, tmp_path: Path
    ) -> None:
        ran = almanac("propose", write_issue(tmp_path, "The page is down"), "--site", repo.folder)
        assert ran.status == 1
        assert "not filed with the form" in ran.err
        assert not (repo.folder / ".almanac").exists()

    def test_a_closed_issue_is_refused_with_the_reason(self, almanac: Almanac, repo: Repo, tmp_path: Path) -> None:
        path = write_issue(tmp_path, body(**DEMO_DAY), state="closed")
        for how in ([], ["--dry-run"]):
            ran = almanac("propose", path, "--site", repo.folder, *how)
            assert ran.status == 1
            assert "This issue is closed" in ran.err
        assert not (repo.folder / ".almanac").exists()

    def test_a_site_that_cannot_be_used_gets_no_file(self, almanac: Almanac, repo: Repo, tmp_path: Path) -> None:
        repo.commit({".github/almanac.yml": "page: [\n"})
        assert almanac("propose", write_issue(tmp_path, body(**DEMO_DAY)), "--site", repo.folder).status == 1
        assert not (repo.folder / ".almanac").exists()

    def test_a_branch_without_config_and_form_is_named_with_the_one_that_has_them(
        self, almanac: Almanac, tmp_path: Path
    ) -> None:
        repo = Repo.init(tmp_path / "clone")
        repo.commit({PAGE: "# Events\n"})
        issue = write_issue(tmp_path, body(**DEMO_DAY))
        ran = almanac("propose", issue, "--site", repo.folder)
        assert (ran.status, "the branch main" in ran.err, "`almanac init` writes it" in ran.err) == (1, True, True)
        write_site(repo.folder)
        ran = almanac("propose", issue, "--site", repo.folder)
        assert (ran.status, ran.err.count("commit it first")) == (1, 2)
        repo.git("switch", "--quiet", "--create", "adopt")
        repo.git("add", "--all")
        repo.git("commit", "--quiet", "-m", "Adopt Almanac")
        ran = almanac("propose", issue, "--site", repo.folder)
        assert (ran.status, ran.err.count("merge adopt into main")) == (1, 2)
        assert ".github/almanac.yml: Proposals start from the branch main" in ran.err
        repo.git("config", "almanac.base", "adopt")
        assert almanac("propose", issue, "--site", repo.folder).status == 0

    def test_without_a_repository_or_a_commit_it_says_what_to_do(self, almanac: Almanac, tmp_path: Path) -> None:
        path = write_issue(tmp_path, body(**DEMO_DAY))
        plain = tmp_path / "plain"
        plain.mkdir()
        ran = almanac("propose", path, "--site", plain)
        assert (ran.status, "git" in ran.err) == (1, True)
        Repo.init(tmp_path / "empty")
        ran = almanac("propose", path, "--site", tmp_path / "empty")
        assert (ran.status, "no commit yet" in ran.err) == (1, True)
