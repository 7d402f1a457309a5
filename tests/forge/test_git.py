"""git as a process: what is read from a repository, and how commits are made in its store, whatever its settings."""

import os
from pathlib import Path

import pytest
from almanac.errors import ForgeError
from almanac.forge.git import Git

from tests.forge.local_site import BRANCH, forge_on, new_repo, put
from tests.gitrepo import Repo

OUTSIDE = ("../a", "/a", "a/../../b", "", "a//b", "./a", "a/")
GITS_OWN = (".git/config", "x/.GIT/hooks/a", ".git /a", "git~1/a")


class TestReading:
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

    def test_gits_own_error_is_passed_on(self, tmp_path: Path) -> None:
        repo = new_repo(tmp_path)
        tree = repo.git("rev-parse", "HEAD^{tree}")
        (tmp_path / f".git/objects/{tree[:2]}/{tree[2:]}").unlink()
        with pytest.raises(ForgeError, match=r"git ls-tree failed .*: fatal: "):
            forge_on(tmp_path).read(str(repo.head("main")), "README.md")

    def test_a_file_that_the_clone_has_lost_is_named(self, tmp_path: Path) -> None:
        repo = Repo.init(tmp_path)
        commit = repo.commit({"d/a.yml": "a\n", "d/b.yml": "b\n"})
        lost = repo.git("rev-parse", f"{commit}:d/b.yml")
        (tmp_path / ".git/objects" / lost[:2] / lost[2:]).unlink()
        with pytest.raises(ForgeError, match=r"d/b\.yml is not stored"):
            forge_on(tmp_path).files(commit, "d", ".yml")


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

    def test_modes_are_kept(self, tmp_path: Path) -> None:
        repo = new_repo(tmp_path)
        repo.write({"run.sh": "old\n"})
        (tmp_path / "run.sh").chmod(0o755)
        repo.commit()
        made = put(forge_on(tmp_path), {"run.sh": "new\n", "README.md": "r\n"})
        assert [repo.mode(made, path) for path in ("run.sh", "README.md")] == ["100755", "100644"]

    @pytest.mark.parametrize("setting", ["true", "input"])
    def test_line_ends_are_not_converted(self, tmp_path: Path, setting: str) -> None:
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

    def test_signing_settings_prompt_no_one(self, tmp_path: Path) -> None:
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

    @pytest.mark.parametrize("path", [*OUTSIDE, *GITS_OWN, "a\nb", "a\0b", "a\\b"])
    def test_paths_that_lead_elsewhere(self, tmp_path: Path, path: str) -> None:
        new_repo(tmp_path)
        with pytest.raises(ForgeError, match="plain path"):
            put(forge_on(tmp_path), {path: "x"})
        assert forge_on(tmp_path).look(1).proposal.head is None

    @pytest.mark.parametrize(("path", "lost"), [("README.md/a", r"README\.md"), ("folder", "folder")])
    def test_a_file_and_a_folder_of_one_name(self, tmp_path: Path, path: str, lost: str) -> None:
        new_repo(tmp_path).commit({"folder/a.md": "a"})
        with pytest.raises(ForgeError, match=lost):
            put(forge_on(tmp_path), {path: "x"})
        assert forge_on(tmp_path).look(1).proposal.head is None
