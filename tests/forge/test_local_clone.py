"""Clones of every kind: which branch is the base, how branches move, and what is refused."""

import os
import shutil
from datetime import datetime
from pathlib import Path

import pytest
from almanac.errors import ForgeError, Raced
from almanac.forge.git import Git, commit_files
from almanac.forge.local.clone import Clone
from almanac.proposal.state import PutBranch

from tests.forge.local_site import BRANCH, forge_on, new_repo, new_site, put
from tests.gitrepo import Repo


def refusal(folder: Path) -> ForgeError:
    with pytest.raises(ForgeError) as caught:
        forge_on(folder).look(1)
    assert caught.value.remedy
    return caught.value


class TestBase:
    @pytest.mark.parametrize("branch", ["main", "master", "trunk", "gh-pages", "größe"])
    def test_the_only_branch(self, tmp_path: Path, branch: str) -> None:
        head = Repo.init(tmp_path, branch=branch).commit({"a": "a"})
        base = forge_on(tmp_path).base()
        assert (base.branch, base.commit) == (branch, head)

    def test_main_whatever_is_checked_out(self, tmp_path: Path) -> None:
        repo = new_repo(tmp_path)
        repo.git("switch", "--quiet", "--create", "topic")
        repo.commit({"a": "a"})
        assert forge_on(tmp_path).base().branch == "main"
        repo.git("switch", "--quiet", "--detach")
        assert forge_on(tmp_path).base().branch == "main"

    def test_what_origin_calls_its_default_comes_first(self, tmp_path: Path) -> None:
        there = Repo.init(tmp_path / "there", branch="trunk")
        there.commit({"a": "a"})
        there.git("branch", "main")
        Repo(tmp_path).git("clone", "--quiet", "there", "here")
        here = Repo(tmp_path / "here")
        here.git("switch", "--quiet", "--create", "main")
        assert forge_on(here.folder).base().branch == "trunk"

    def test_origins_default_counts_only_with_a_branch_of_that_name(self, tmp_path: Path) -> None:
        Repo.init(tmp_path / "there", branch="trunk").commit({"a": "a"})
        Repo(tmp_path).git("clone", "--quiet", "there", "here")
        Repo(tmp_path / "here").git("branch", "--move", "trunk", "site")
        assert forge_on(tmp_path / "here").base().branch == "site"

    def test_a_setting_decides(self, tmp_path: Path) -> None:
        repo = new_repo(tmp_path)
        repo.git("branch", "next")
        repo.git("config", "almanac.base", "next")
        assert forge_on(tmp_path).base().branch == "next"
        repo.git("config", "almanac.base", "nope")
        assert "nope" in str(refusal(tmp_path))

    @pytest.mark.parametrize("where", [(BRANCH,), ("--detach",)])
    def test_a_proposals_branch_is_never_the_base(self, tmp_path: Path, where: tuple[str, ...]) -> None:
        repo = Repo.init(tmp_path, branch="trunk")
        repo.commit({"a": "a"})
        repo.git("branch", BRANCH)
        repo.git("switch", "--quiet", *where)
        assert "main one" in str(refusal(tmp_path))

    def test_a_tag_of_the_same_name_does_not_confuse(self, tmp_path: Path) -> None:
        repo = new_repo(tmp_path)
        repo.git("tag", "main")
        head = repo.commit({"a": "a"})
        assert forge_on(tmp_path).base().commit == head


class TestRefusals:
    def test_no_folder(self, tmp_path: Path) -> None:
        assert "no folder" in str(refusal(tmp_path / "nope"))

    def test_no_repository(self, tmp_path: Path) -> None:
        assert "is not a git repository" in str(refusal(tmp_path))
        assert list(tmp_path.iterdir()) == []

    def test_no_commit(self, tmp_path: Path) -> None:
        Repo.init(tmp_path)
        assert "no commit yet" in str(refusal(tmp_path))

    def test_a_bare_repository(self, tmp_path: Path) -> None:
        Repo.init(tmp_path, "--bare")
        assert "without a working copy" in str(refusal(tmp_path))

    def test_gits_own_folder(self, tmp_path: Path) -> None:
        new_repo(tmp_path)
        assert "without a working copy" in str(refusal(tmp_path / ".git"))

    def test_a_folder_inside_a_repository(self, tmp_path: Path) -> None:
        new_repo(tmp_path)
        (tmp_path / "docs").mkdir()
        assert "inside a git repository" in str(refusal(tmp_path / "docs"))

    def test_no_git(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        new_repo(tmp_path)
        monkeypatch.setenv("PATH", str(tmp_path))
        assert "needs git" in str(refusal(tmp_path))

    def test_a_branch_that_takes_the_name(self, tmp_path: Path) -> None:
        new_repo(tmp_path).git("branch", "almanac")
        with pytest.raises(ForgeError, match="branch named almanac") as caught:
            put(forge_on(tmp_path), {"a.md": "a"})
        assert "git branch -m almanac" in str(caught.value.remedy)


class TestRaces:
    @pytest.fixture
    def interrupted(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
        """Give a site in which someone commits to the branch while we make our commit."""
        site = new_site(tmp_path)

        def commit_during_a_push(git: Git, write: PutBranch, at: datetime) -> str:
            made = commit_files(git, write, at)
            site.repo.commit_to(write.branch, {"human.md": b"first"})
            return made

        monkeypatch.setattr("almanac.forge.local.clone.commit_files", commit_during_a_push)
        return site.repo

    def test_a_commit_between_our_look_and_our_write_stays(self, interrupted: Repo) -> None:
        with pytest.raises(Raced):
            put(forge_on(interrupted.folder), {"a.md": "ours"}, expected=interrupted.head(BRANCH))
        head = interrupted.head(BRANCH)
        assert head
        assert "human.md" in interrupted.files(head)

    def test_a_branch_made_between_our_look_and_our_write_stays(self, interrupted: Repo) -> None:
        with pytest.raises(Raced):
            put(forge_on(interrupted.folder), {"a.md": "ours"}, branch="almanac/issue-2")
        head = interrupted.head("almanac/issue-2")
        assert head
        assert interrupted.files(head) == {"human.md": b"first"}

    @pytest.mark.parametrize("merge", [False, True])
    def test_a_commit_between_our_look_and_the_deletion_stays(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, merge: bool
    ) -> None:
        site, human = new_site(tmp_path), list[str]()
        head = site.repo.head(BRANCH) or ""

        def commit_then_delete(clone: Clone, branch: str, expected: str) -> None:
            human.append(site.repo.commit_to(branch, {"human.md": b"first"}))
            delete(clone, branch, expected)

        delete = Clone.delete
        monkeypatch.setattr(Clone, "delete", commit_then_delete)
        if merge:
            site.forge.merge(site.pull.number)
            assert site.now().merged
        else:
            with pytest.raises(Raced):
                site.forge.delete_branch(BRANCH, head)
        assert [site.repo.head(BRANCH)] == human

    def test_a_lock_that_git_left_is_named(self, tmp_path: Path) -> None:
        site = new_site(tmp_path)
        head = site.repo.head(BRANCH)
        (tmp_path / f".git/refs/heads/{BRANCH}.lock").touch()
        with pytest.raises(ForgeError, match=r"issue-1\.lock"):
            put(site.forge, {"a.md": "ours"}, expected=head)
        with pytest.raises(ForgeError, match=r"issue-1\.lock"):
            site.forge.delete_branch(BRANCH, str(head))
        assert site.repo.head(BRANCH) == head


class TestMerging:
    def test_a_git_too_old_to_merge_says_so(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        site = new_site(tmp_path / "site")
        real = shutil.which("git")
        old = tmp_path / "bin/git"
        old.parent.mkdir()
        old.write_text(f'#!/bin/sh\ncase "$*" in *merge-tree*) exit 129;; esac\nexec {real} "$@"\n')
        old.chmod(0o755)
        site.repo.commit({"README.md": "moved on\n"})
        before = site.repo.branches()
        with monkeypatch.context() as patch:
            patch.setenv("PATH", str(old.parent), prepend=os.pathsep)
            with pytest.raises(ForgeError, match="too old"):
                site.forge.merge(site.pull.number)
            assert site.repo.branches() == before
            put(site.forge, {"event.yml": "id: x\n"}, expected=site.repo.head(BRANCH))
            site.forge.merge(site.pull.number)
        assert (site.folder / "event.yml").read_text() == "id: x\n"

    def test_a_base_that_is_gone(self, tmp_path: Path) -> None:
        site = new_site(tmp_path)
        site.repo.git("branch", "--move", "main", "master")
        with pytest.raises(ForgeError, match="no branch main"):
            site.forge.merge(site.pull.number)
        assert site.now().state == "open"


class TestVersions:
    def test_what_a_merge_brought_counts_from_the_merge_on(self, tmp_path: Path) -> None:
        repo = Repo.init(tmp_path)
        repo.commit({"form.yml": "1"})
        repo.git("checkout", "--quiet", "-b", "side")
        repo.commit({"form.yml": "2"})
        repo.git("checkout", "--quiet", "main")
        middle = repo.commit({"page.md": "x"})
        late = {"GIT_COMMITTER_DATE": "2026-02-03T04:05:06+0000"}
        repo.git("merge", "--quiet", "--no-ff", "--no-edit", "side", env=late)
        merge = repo.git("rev-parse", "HEAD")
        newest = next(iter(forge_on(tmp_path).versions(merge, "form.yml")))
        assert (newest.commit, newest.since.isoformat(), newest.parent) == (merge, "2026-02-03T04:05:06+00:00", middle)

    def test_the_persons_git_settings_change_nothing(self, tmp_path: Path) -> None:
        repo = Repo.init(tmp_path)
        repo.commit({"old.yml": "a form\n" * 10})
        repo.git("mv", "old.yml", "form.yml")
        moved = repo.commit()
        repo.git("config", "log.follow", "true")
        repo.git("config", "log.showSignature", "true")
        assert [version.commit for version in forge_on(tmp_path).versions(moved, "form.yml")] == [moved]


class TestKindsOfClones:
    def test_object_names_of_sha256(self, tmp_path: Path) -> None:
        repo = Repo.init(tmp_path, "--object-format=sha256")
        repo.commit({"page.md": "old\n", "gone.md": "x"})
        forge = forge_on(tmp_path)
        made = put(forge, {"page.md": "new\n", "gone.md": None})
        assert len(made) == 64
        assert repo.files(made) == {"page.md": b"new\n"}
        forge.merge(forge.open_pull(BRANCH, "main", "Add", "Body").number)
        assert (tmp_path / "page.md").read_text() == "new\n"

    def test_a_shallow_clone(self, tmp_path: Path) -> None:
        there = new_repo(tmp_path / "there")
        there.commit({"page.md": "newer\n"})
        Repo(tmp_path).git("clone", "--quiet", "--depth=1", f"file://{there.folder}", "here")
        forge = forge_on(tmp_path / "here")
        made = put(forge, {"page.md": "mine\n"})
        pull = forge.open_pull(BRANCH, "main", "Add", "Body")
        assert not pull.merged
        assert Repo(tmp_path / "here").parents(made) == (there.head("main"),)
        Repo(tmp_path / "here").commit({"other.md": "x"})
        forge.merge(pull.number)
        assert (tmp_path / "here/page.md").read_text() == "mine\n"

    def test_a_second_working_copy_shares_issues_and_pull_requests(self, tmp_path: Path) -> None:
        site = new_site(tmp_path / "first one")
        site.repo.git("worktree", "add", "--quiet", "--detach", str(tmp_path / "second"), "main")
        second = forge_on(tmp_path / "second")
        assert second.look(1) == site.forge.look(1)
        second.create_comment(1, "from the second")
        assert [said.body for said in site.forge.comments(1)] == ["from the second"]
        assert not (tmp_path / "second/.almanac").exists()

    def test_a_submodule(self, tmp_path: Path) -> None:
        inner = new_repo(tmp_path / "inner")
        outer = new_repo(tmp_path / "outer")
        outer.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.folder), "site")
        forge = forge_on(outer.folder / "site")
        made = put(forge, {"a.md": "a"})
        forge.open_pull(BRANCH, "main", "Add", "Body")
        assert Repo(outer.folder / "site").head(BRANCH) == made
        assert (outer.folder / "site/.almanac/pulls/1.md").exists()

    def test_a_repository_whose_git_folder_is_elsewhere(self, tmp_path: Path) -> None:
        (tmp_path / "elsewhere").mkdir()
        Repo.init(tmp_path / "site", "--separate-git-dir", str(tmp_path / "elsewhere/.git")).commit({"a": "a"})
        forge = forge_on(tmp_path / "site")
        put(forge, {"a.md": "a"})
        forge.open_pull(BRANCH, "main", "Add", "Body")
        assert (tmp_path / "site/.almanac/pulls/1.md").exists()

    def test_a_submodule_is_no_file(self, tmp_path: Path) -> None:
        repo = new_repo(tmp_path)
        head = repo.head("main")
        repo.git("update-index", "--add", "--cacheinfo", f"160000,{head},module")
        repo.git("commit", "--quiet", "-m", "Add a submodule")
        forge = forge_on(tmp_path)
        base = forge.base().commit
        assert forge.read(base, "module") is None
        assert forge.names(base, "") == {"README.md", "page.md"}

    def test_through_a_link_and_with_a_relative_path(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        new_repo(tmp_path / "site")
        (tmp_path / "link").symlink_to("site")
        assert forge_on(tmp_path / "link").name == "site"
        monkeypatch.chdir(tmp_path / "site")
        assert forge_on(Path()).name == "site"
