"""Clones of every kind: which branch is the base, how commits are made, and what is said when it cannot be."""

import os
import shutil
from datetime import datetime
from pathlib import Path

import pytest
from almanac.errors import ForgeError, Raced
from almanac.forge.git import Git, commit_files
from almanac.proposal.state import PutBranch

from tests.forge.local_site import BRANCH, forge_on, new_repo, new_site, put
from tests.gitrepo import Repo

OUTSIDE = ("../a", "/a", "a/../../b", "", "a//b", "./a", "a/")
GITS_OWN = (".git/config", "x/.GIT/hooks/a", ".git /a", "git~1/a")


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

    def test_main_wherever_one_stands(self, tmp_path: Path) -> None:
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

    def test_gits_own_words_are_passed_on(self, tmp_path: Path) -> None:
        repo = new_repo(tmp_path)
        tree = repo.git("rev-parse", "HEAD^{tree}")
        (tmp_path / f".git/objects/{tree[:2]}/{tree[2:]}").unlink()
        with pytest.raises(ForgeError, match=r"git ls-tree failed .*: fatal: "):
            forge_on(tmp_path).read(str(repo.head("main")), "README.md")

    @pytest.mark.parametrize("path", [*OUTSIDE, *GITS_OWN, "a\nb", "a\0b", "a\\b"])
    def test_paths_that_lead_elsewhere(self, tmp_path: Path, path: str) -> None:
        new_repo(tmp_path)
        with pytest.raises(ForgeError, match="plain path"):
            put(forge_on(tmp_path), {path: "x"})
        assert forge_on(tmp_path).look(1).proposal.head is None

    @pytest.mark.parametrize(("path", "lost"), [("README.md/a", r"README\.md"), ("folder", r"folder/a\.md")])
    def test_a_file_and_a_folder_of_one_name(self, tmp_path: Path, path: str, lost: str) -> None:
        new_repo(tmp_path).commit({"folder/a.md": "a"})
        with pytest.raises(ForgeError, match=lost):
            put(forge_on(tmp_path), {path: "x"})
        assert forge_on(tmp_path).look(1).proposal.head is None


class TestCommits:
    def test_the_persons_identity_signs_and_the_clock_is_ours(self, tmp_path: Path) -> None:
        repo = new_repo(tmp_path)
        repo.git("config", "user.name", "Grace Hopper")
        repo.git("config", "user.email", "grace@example.org")
        made = put(forge_on(tmp_path), {"a.md": "a"})
        said = repo.git("show", "--no-patch", "--format=%an <%ae> %at %cn <%ce> %ct", made)
        assert said == "Grace Hopper <grace@example.org> 1772600767 Grace Hopper <grace@example.org> 1772600767"

    @pytest.mark.parametrize("half", [(), ("user.name", "Grace")])
    def test_without_an_identity_almanac_signs(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, half: tuple[str, ...]
    ) -> None:
        repo = new_repo(tmp_path)
        if half:
            repo.git("config", *half)
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
        monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        monkeypatch.delenv("EMAIL", raising=False)
        for name in ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"):
            monkeypatch.delenv(name, raising=False)
        made = put(forge_on(tmp_path), {"a.md": "a"})
        said = repo.git("show", "--no-patch", "--format=%an <%ae> %cn <%ce>", made)
        assert said == "Almanac <almanac@localhost> Almanac <almanac@localhost>"

    def test_modes_are_kept_and_links_become_files(self, tmp_path: Path) -> None:
        repo = new_repo(tmp_path)
        repo.write({"run.sh": "old\n"})
        (tmp_path / "run.sh").chmod(0o755)
        (tmp_path / "link.md").symlink_to("README.md")
        repo.commit()
        made = put(forge_on(tmp_path), {"run.sh": "new\n", "link.md": "text\n", "README.md": "r\n"})
        assert [repo.mode(made, path) for path in ("run.sh", "link.md", "README.md")] == ["100755", "100644", "100644"]
        assert repo.files(made)["link.md"] == b"text\n"

    @pytest.mark.parametrize("setting", ["true", "input"])
    def test_line_ends_are_nobodys_business(self, tmp_path: Path, setting: str) -> None:
        repo = new_repo(tmp_path)
        repo.commit({".gitattributes": "* text=auto eol=crlf\n"})
        repo.git("config", "core.autocrlf", setting)
        texts = {"crlf.md": "a\r\nb\r\n", "lf.md": "a\nb\n", "mixed.md": "a\r\nb\nc\r"}
        made = put(forge_on(tmp_path), texts)
        assert {path: forge_on(tmp_path).read(made, path) for path in texts} == {
            p: t.encode() for p, t in texts.items()
        }

    def test_hooks_do_not_run(self, tmp_path: Path) -> None:
        repo = new_repo(tmp_path)
        for name in (
            "pre-commit",
            "commit-msg",
            "reference-transaction",
            "post-checkout",
            "post-merge",
            "post-index-change",
        ):
            hook = tmp_path / ".git/hooks" / name
            hook.parent.mkdir(exist_ok=True)
            hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran-{name}\nexit 1\n")
            hook.chmod(0o755)
        forge = forge_on(tmp_path)
        put(forge, {"a.md": "a"})
        pull = forge.open_pull(BRANCH, "main", "Add", "Body")
        forge.merge(pull.number)
        assert (tmp_path / "a.md").read_text() == "a"
        assert list(tmp_path.glob("ran-*")) == []
        assert repo.head(BRANCH) is None

    def test_signing_settings_ask_nobody(self, tmp_path: Path) -> None:
        repo = new_repo(tmp_path)
        repo.git("config", "commit.gpgSign", "true")
        repo.git("config", "gpg.program", "false")
        assert put(forge_on(tmp_path), {"a.md": "a"}) == repo.head(BRANCH)

    def test_a_callers_git_variables_lead_nowhere(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        other = new_repo(tmp_path / "other")
        mine = new_repo(tmp_path / "mine")
        monkeypatch.setenv("GIT_DIR", str(other.folder / ".git"))
        monkeypatch.setenv("GIT_WORK_TREE", str(other.folder))
        monkeypatch.setenv("GIT_INDEX_FILE", str(other.folder / ".git/index"))
        monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(other.folder / ".git/objects"))
        made = put(forge_on(mine.folder), {"a.md": "a"})
        assert mine.head(BRANCH) == made
        assert other.head(BRANCH) is None

    def test_unusual_settings_do_no_harm(self, tmp_path: Path) -> None:
        repo = new_repo(tmp_path)
        for name, value in {
            "core.splitIndex": "true",
            "core.fsmonitor": "/bin/false",
            "index.sparse": "true",
            "color.ui": "always",
            "i18n.commitEncoding": "ISO-8859-1",
            "core.quotePath": "true",
            "status.relativePaths": "false",
            "log.showSignature": "true",
        }.items():
            repo.git("config", name, value)
        repo.commit_to("main", {"ä/ö.md": b"x"})
        repo.git("reset", "--quiet", "--hard")
        forge = forge_on(tmp_path)
        made = put(forge, {"ä/ü.md": "y"}, message="Füge hinzu 🎉")
        assert forge.names(made, "ä") == {"ö.md", "ü.md"}
        assert "Füge hinzu 🎉".encode() in repo.run("cat-file", "commit", made)
        (tmp_path / "ä/neu.md").write_text("x")
        assert forge.uncommitted() == ("ä/neu.md",)


class TestRaces:
    @pytest.fixture
    def interrupted(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
        """Give a site in which somebody commits to the branch while we make our commit."""
        site = new_site(tmp_path)

        def made_meanwhile(git: Git, write: PutBranch, at: datetime) -> str:
            made = commit_files(git, write, at)
            site.repo.commit_to(write.branch, {"human.md": b"first"})
            return made

        monkeypatch.setattr("almanac.forge.local.clone.commit_files", made_meanwhile)
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

    def test_a_lock_that_git_left_behind_is_named(self, tmp_path: Path) -> None:
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

    def test_a_file_that_the_clone_has_lost_is_named(self, tmp_path: Path) -> None:
        repo = Repo.init(tmp_path)
        commit = repo.commit({"d/a.yml": "a\n", "d/b.yml": "b\n"})
        lost = repo.git("rev-parse", f"{commit}:d/b.yml")
        (tmp_path / ".git/objects" / lost[:2] / lost[2:]).unlink()
        with pytest.raises(ForgeError, match=r"d/b\.yml is not stored"):
            forge_on(tmp_path).files(commit, "d", ".yml")

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


class TestGit:
    def test_what_is_stored_here(self, tmp_path: Path) -> None:
        head = new_repo(tmp_path).head("main")
        assert head
        git = Git(tmp_path)
        assert git.has(head)
        assert not git.has("1" * 40)
        assert git.commit("HEAD") == git.commit("main") == head
        assert git.commit("nope") is None
        tree = git.text("rev-parse", "HEAD^{tree}")
        assert not git.has(tree)

    def test_only_full_ids_name_commits(self, tmp_path: Path) -> None:
        new_repo(tmp_path)
        for name in ("HEAD", "--output=x", "", "abc", "main"):
            assert Git(tmp_path).object(name, "README.md") is None
            assert not Git(tmp_path).has(name)

    @pytest.mark.parametrize("commit", ["1" * 40, "0" * 40, "", "nonsense", "main", "../main", "--help", "a b", "x\0"])
    def test_a_commit_that_is_not_there_has_no_files(self, tmp_path: Path, commit: str) -> None:
        new_repo(tmp_path)
        assert forge_on(tmp_path).read(commit, "README.md") is None
        assert forge_on(tmp_path).names(commit, "") == frozenset()

    def test_uncommitted_files(self, tmp_path: Path) -> None:
        repo = new_repo(tmp_path)
        repo.write({"README.md": "changed\n", "new/a b.md": "new\n", "*.md": "star\n"})
        git = Git(tmp_path)
        assert git.uncommitted() == ("README.md", "*.md", "new/a b.md")
