"""The local forge: issues, merges, and people's own git beside it."""

from dataclasses import replace
from pathlib import Path

import pytest
from almanac.errors import ForgeError

from tests.forge.local_site import BRANCH, ISSUE, Site, forge_on, new_repo, new_site, put


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return new_site(tmp_path / "site")


def state(site: Site) -> tuple[str, str | None, str | None]:
    issue = site.forge.look(1).issue
    assert issue
    return issue.state, issue.state_reason, issue.closed_at


class TestFiling:
    def test_an_issue_comes_back_as_it_was_filed(self, site: Site) -> None:
        seen = forge_on(site.folder).look(1).issue
        assert seen == replace(ISSUE, comments=0, url=".almanac/issues/1/issue.json")

    def test_filing_again_takes_over_what_changed(self, site: Site) -> None:
        site.forge.file_issue(replace(ISSUE, title="Other", body="b", labels=("x", "y"), author="grace"))
        seen = site.forge.look(1).issue
        assert seen
        assert (seen.title, seen.body, seen.labels, seen.author) == ("Other", "b", ("x", "y"), "grace")

    def test_filing_the_same_again_writes_nothing(self, site: Site) -> None:
        file = site.folder / ".almanac/issues/1/issue.json"
        before = file.stat()
        site.forge.file_issue(ISSUE)
        assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)

    def test_an_unchanged_file_does_not_reopen_an_issue(self, site: Site) -> None:
        site.forge.close_issue(1, "not_planned")
        site.forge.file_issue(replace(ISSUE, body="edited"))
        assert state(site) == ("closed", "not_planned", "2026-03-04T05:06:07Z")

    def test_closing_and_reopening_in_the_file_counts(self, site: Site) -> None:
        site.forge.file_issue(replace(ISSUE, state="closed"))
        assert state(site) == ("closed", None, "2026-03-04T05:06:07Z")
        site.forge.file_issue(ISSUE)
        assert state(site) == ("open", None, None)

    def test_reopening_by_hand(self, site: Site) -> None:
        site.forge.close_issue(1, "not_planned")
        site.forge.reopen_issue(1)
        assert state(site) == ("open", "reopened", None)
        site.forge.file_issue(ISSUE)
        assert state(site)[0] == "open"

    def test_a_deleted_issue_is_none_and_its_pull_request_stays(self, site: Site) -> None:
        site.forge.create_comment(1, "hello")
        site.forge.delete_issue(1)
        look = site.forge.look(1)
        assert look.issue is None
        assert look.proposal.pull == site.pull
        assert site.forge.comments(1) == []
        assert list(site.forge.open_issues()) == []

    def test_supposing_an_issue_writes_nothing(self, tmp_path: Path) -> None:
        repo = new_repo(tmp_path)
        forge = forge_on(tmp_path)
        forge.suppose(ISSUE)
        seen = forge.look(1).issue
        assert seen
        assert seen.body == ISSUE.body
        assert [issue.number for issue in forge.open_issues()] == [1]
        assert not (repo.folder / ".almanac").exists()
        assert forge_on(tmp_path).look(1).issue is None

    def test_looking_writes_nothing(self, tmp_path: Path) -> None:
        new_repo(tmp_path)
        forge_on(tmp_path).look(1)
        assert not (tmp_path / ".almanac").exists()

    def test_what_is_not_there_cannot_be_changed(self, site: Site) -> None:
        for attempt in (
            lambda: site.forge.close_issue(9, "completed"),
            lambda: site.forge.create_comment(9, "text"),
            lambda: site.forge.edit_comment(1, 9, "text"),
            lambda: site.forge.edit_pull(9, title="x"),
            lambda: site.forge.merge(9),
            lambda: site.forge.open_pull("almanac/issue-9", "main", "x", "y"),
        ):
            with pytest.raises(ForgeError, match="9"):
                attempt()

    def test_a_strangers_comment_is_not_edited(self, site: Site) -> None:
        number = site.forge.comment(1, "grace", "hello")
        with pytest.raises(ForgeError, match="comment 1"):
            site.forge.edit_comment(1, number, "mine now")
        assert [said.body for said in site.forge.comments(1)] == ["hello"]

    def test_git_sees_none_of_it(self, site: Site) -> None:
        assert site.repo.git("status", "--porcelain") == ""
        assert site.forge.uncommitted() == ()


class TestMerge:
    def test_everything_that_a_merge_brings(self, site: Site) -> None:
        base, head = site.repo.head("main"), site.repo.head(BRANCH)
        made = site.forge.merge(site.pull.number)
        assert site.repo.head("main") == made
        assert site.repo.parents(made) == (base, head)
        assert site.repo.message(made) == f"Merge pull request #{site.pull.number} from {BRANCH}\n\nAdd event"
        assert site.repo.head(BRANCH) is None
        assert (site.now().state, site.now().merged) == ("closed", True)
        assert state(site)[:2] == ("closed", "completed")
        assert (site.folder / "page.md").read_text() == "zero\none\ntwo\nthree\n"
        assert site.repo.git("status", "--porcelain") == ""

    def test_on_a_base_that_moved_both_sides_are_kept(self, site: Site) -> None:
        site.repo.commit({"page.md": "one\ntwo\nthree\nfour\n"})
        made = site.forge.merge(site.pull.number)
        assert site.repo.files(made)["page.md"] == b"zero\none\ntwo\nthree\nfour\n"
        assert (site.folder / "page.md").read_text() == "zero\none\ntwo\nthree\nfour\n"

    def test_a_conflict_changes_nothing(self, site: Site) -> None:
        site.repo.commit({"page.md": "ZERO\none\ntwo\nthree\n"})
        before = site.repo.branches()
        with pytest.raises(ForgeError, match=r"page\.md") as caught:
            site.forge.merge(site.pull.number)
        assert caught.value.remedy
        assert site.repo.branches() == before
        assert site.now().state == "open"
        assert state(site)[0] == "open"

    def test_a_persons_change_to_another_file_stays(self, site: Site) -> None:
        site.repo.write({"README.md": "My own words\n", "new.md": "untracked\n"})
        site.forge.merge(site.pull.number)
        assert (site.folder / "README.md").read_text() == "My own words\n"
        assert site.repo.git("status", "--porcelain").splitlines() == [" M README.md", "?? new.md"]

    @pytest.mark.parametrize("path", ["page.md", "event.yml"])
    def test_a_persons_change_in_the_way_stops_it(self, site: Site, path: str) -> None:
        site.repo.write({path: "My own words\n"})
        before = site.repo.branches()
        with pytest.raises(ForgeError, match="uncommitted changes") as caught:
            site.forge.merge(site.pull.number)
        assert caught.value.remedy
        assert (site.folder / path).read_text() == "My own words\n"
        assert site.repo.branches() == before
        assert site.now().state == "open"

    def test_while_another_branch_is_checked_out(self, site: Site) -> None:
        site.repo.git("switch", "--quiet", "--create", "mine")
        made = site.forge.merge(site.pull.number)
        assert site.repo.head("main") == made
        assert not (site.folder / "event.yml").exists()
        assert site.repo.git("status", "--porcelain") == ""

    def test_someone_on_the_branch_stops_it(self, site: Site) -> None:
        site.repo.git("switch", "--quiet", BRANCH)
        before = site.repo.branches()
        with pytest.raises(ForgeError, match="checked out") as caught:
            site.forge.merge(site.pull.number)
        assert caught.value.remedy
        assert "git switch main" in caught.value.remedy
        assert site.repo.branches() == before

    def test_twice_is_refused(self, site: Site) -> None:
        site.forge.merge(site.pull.number)
        with pytest.raises(ForgeError, match="not open any more"):
            site.forge.merge(site.pull.number)

    def test_only_the_branchs_own_issue_is_closed(self, site: Site) -> None:
        site.forge.file_issue(replace(ISSUE, number=7))
        site.forge.edit_pull(site.pull.number, body="Closes #7")
        site.forge.merge(site.pull.number)
        assert [issue.number for issue in site.forge.open_issues()] == [1, 7]

    @pytest.mark.parametrize("way", ["--ff-only", "--no-ff"])
    def test_a_merge_by_plain_git_is_seen(self, site: Site, way: str) -> None:
        site.repo.git("merge", "--quiet", way, "--no-edit", BRANCH)
        assert (site.now().state, site.now().merged) == ("closed", True)
        site.repo.git("branch", "--quiet", "--delete", BRANCH)
        assert (site.now().state, site.now().merged) == ("closed", True)

    def test_a_merge_by_plain_git_is_remembered(self, site: Site) -> None:
        site.repo.git("merge", "--quiet", "--no-edit", BRANCH)
        site.forge.delete_branch(BRANCH, str(site.repo.head(BRANCH)))
        text = (site.folder / f".almanac/pulls/{site.pull.number}.md").read_text()
        assert "\nstate: closed\nmerged: true\n" in text
        site.repo.git("reset", "--quiet", "--hard", "HEAD~1")
        assert site.now().merged

    def test_a_merge_by_plain_git_with_more_commits_is_seen(self, site: Site) -> None:
        site.repo.commit_to(BRANCH, {"more.md": b"human"})
        site.repo.git("merge", "--quiet", "--no-edit", BRANCH)
        assert site.now().merged
        site.forge.edit_pull(site.pull.number, body="Merged")
        assert (site.now().state, site.now().merged, site.now().body) == ("closed", True, "Merged")

    def test_after_a_merge_a_new_pull_request_can_be_opened(self, site: Site) -> None:
        site.forge.merge(site.pull.number)
        put(site.forge, {"event.yml": "id: y\n"})
        again = site.forge.open_pull(BRANCH, "main", "Change it", "Body")
        assert again.number > site.pull.number
        assert site.forge.look(1).proposal.pull == again

    def test_plain_git_merges_a_branch_made_again_as_it_is_now(self, site: Site) -> None:
        first = site.repo.head(BRANCH)
        assert first
        site.forge.delete_branch(BRANCH, first)
        again = put(site.forge, {"event.yml": "id: y\n"})
        site.repo.git("merge", "--quiet", BRANCH)
        assert site.repo.head("main") == again
        assert site.repo.git("for-each-ref", "--points-at", first), "what was deleted can still be had"

    def test_a_deleted_branch_is_not_a_merge(self, site: Site) -> None:
        site.repo.git("branch", "--quiet", "-D", BRANCH)
        assert (site.now().state, site.now().merged) == ("open", False)
        assert site.forge.look(1).proposal.head is None

    def test_closing_without_merging(self, site: Site) -> None:
        site.forge.edit_pull(site.pull.number, state="closed")
        assert (site.now().state, site.now().merged) == ("closed", False)
        site.forge.edit_pull(site.pull.number, body="rejected")
        assert (site.now().state, site.now().merged, site.now().body) == ("closed", False, "rejected")
        assert [pull.number for pull in site.forge.pulls()] == [site.pull.number]


class TestSomeoneOnTheBranch:
    def test_a_clean_working_copy_follows(self, site: Site) -> None:
        site.repo.git("switch", "--quiet", BRANCH)
        head = site.repo.head(BRANCH)
        made = put(site.forge, {"event.yml": "id: y\n"}, expected=head)
        assert site.repo.head(BRANCH) == made
        assert (site.folder / "event.yml").read_text() == "id: y\n"
        assert (site.folder / "page.md").read_text() == "one\ntwo\nthree\n"
        assert site.repo.git("status", "--porcelain") == ""

    def test_uncommitted_changes_stop_it(self, site: Site) -> None:
        site.repo.git("switch", "--quiet", BRANCH)
        site.repo.write({"event.yml": "mine\n"})
        head = site.repo.head(BRANCH)
        with pytest.raises(ForgeError, match="uncommitted changes"):
            put(site.forge, {"event.yml": "id: y\n"}, expected=head)
        assert site.repo.head(BRANCH) == head
        assert (site.folder / "event.yml").read_text() == "mine\n"

    def test_the_branch_is_not_deleted_under_them(self, site: Site) -> None:
        site.repo.git("switch", "--quiet", BRANCH)
        head = site.repo.head(BRANCH)
        assert head
        with pytest.raises(ForgeError, match="checked out"):
            site.forge.delete_branch(BRANCH, head)
        assert site.repo.head(BRANCH) == head

    def test_another_working_copy_follows_too(self, site: Site, tmp_path: Path) -> None:
        site.repo.git("worktree", "add", "--quiet", str(tmp_path / "other copy"), BRANCH)
        put(site.forge, {"event.yml": "id: y\n"}, expected=site.repo.head(BRANCH))
        assert (tmp_path / "other copy/event.yml").read_text() == "id: y\n"

    def test_the_persons_own_work_is_never_touched(self, site: Site) -> None:
        site.repo.write({"page.md": "half done\n", "staged.md": "staged\n"})
        site.repo.git("add", "staged.md")
        before = site.repo.git("status", "--porcelain")
        put(site.forge, {"page.md": "other\n"}, expected=site.repo.head(BRANCH))
        assert site.repo.git("status", "--porcelain") == before == " M page.md\nA  staged.md"
        assert (site.folder / "page.md").read_text() == "half done\n"
        assert site.forge.uncommitted() == ("page.md", "staged.md")
