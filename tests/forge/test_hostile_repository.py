"""A repository of someone else's, whose settings name programs: none of them runs, and nothing is fetched."""

import ast
from collections.abc import Callable
from pathlib import Path

import almanac
import pytest
from almanac.commands.discovery import read_checkout
from almanac.errors import ForgeError
from almanac.forge.git import Git
from almanac.sitefiles import Folder

from tests.forge.local_site import BRANCH, forge_on, put
from tests.gitrepo import Repo

HOOKS = ("reference-transaction", "post-index-change", "post-checkout", "pre-commit", "post-commit", "post-merge")


class Trap:
    """A repository with settings that leave a mark when git runs what they name."""

    def __init__(self, folder: Path) -> None:
        self.mark = folder / "mark"
        self.repo = Repo.init(folder / "site")
        self.first = self.repo.commit(
            {"page.md": "# Events\n", "other.md": "x\n", ".gitattributes": "* filter=a=b merge=evil\n"}
        )
        self.repo.write({"page.md": "# Changed by hand\n", "new.md": "new\n"})

    @property
    def command(self) -> str:
        return f"touch {self.mark}; cat"

    def set(self, *settings: tuple[str, str]) -> None:
        # Not by `git config`, which would not write some of them.
        lines = []
        for key, value in settings:
            section, rest = key.split(".", 1)
            name, _, variable = rest.rpartition(".")
            quoted = value.replace("\\", "\\\\").replace('"', '\\"')
            lines.append(f'[{section} "{name}"]\n' if name else f"[{section}]\n")
            lines.append(f'\t{variable} = "{quoted}"\n')
        with (self.repo.folder / ".git/config").open("a") as config:
            config.writelines(lines)

    def hooks(self, folder: str) -> list[tuple[str, str]]:
        """Put a program for each hook into a folder, and return the setting that names it."""
        place = self.mark.parent / folder
        place.mkdir(exist_ok=True)
        for name in HOOKS:
            (place / name).write_text(f"#!/bin/sh\n{self.command} >/dev/null\n")
            (place / name).chmod(0o755)
        return [("core.hooksPath", str(place))]


@pytest.fixture
def trap(tmp_path: Path) -> Trap:
    return Trap(tmp_path)


SETTINGS: dict[str, Callable[[Trap], list[tuple[str, str]]]] = {
    "a clean filter": lambda trap: [("filter.a=b.clean", trap.command)],
    "a required filter": lambda trap: [
        ("filter.a=b.clean", trap.command),
        ("filter.a=b.smudge", trap.command),
        ("filter.a=b.required", "true"),
    ],
    "a smudge filter": lambda trap: [("filter.a=b.smudge", trap.command)],
    "a filter process": lambda trap: [("filter.a=b.process", trap.command)],
    "a merge driver": lambda trap: [("merge.evil.driver", trap.command)],
    "a monitor": lambda trap: [("core.fsmonitor", trap.command)],
    "a pager and an editor": lambda trap: [("core.pager", trap.command), ("core.editor", trap.command)],
    "a program for signatures": lambda trap: [
        ("commit.gpgSign", "true"),
        ("gpg.program", f"{trap.command} #"),
        ("log.showSignature", "true"),
    ],
    "hooks in a setting": lambda trap: [
        ("hook.evil.command", trap.command),
        ("hook.evil.event", "reference-transaction"),
    ],
    "hooks": lambda trap: trap.hooks("site/.git/hooks"),
    "a folder of hooks": lambda trap: trap.hooks("hooks"),
    "a diff of its own": lambda trap: [("diff.external", trap.command), ("diff.evil.textconv", trap.command)],
}


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_no_program_of_a_repository_runs(trap: Trap, settings: Callable[[Trap], list[tuple[str, str]]]) -> None:
    trap.set(*settings(trap))
    site = trap.repo.folder
    read_checkout(site)
    Folder(site).refuse_to_lose(["other.md"])
    forge = forge_on(site)
    assert set(forge.uncommitted()) == {"page.md", "new.md"}
    base = forge.base().commit
    assert forge.read(base, "page.md") == b"# Events\n"
    assert set(forge.files(base, "", ".md")) == {"page.md", "other.md"}
    put(forge, {"other.md": "ours\n"})
    pull = forge.open_pull(BRANCH, "main", "Add", "Body")
    forge.merge(pull.number)  # a working copy follows
    assert (site / "other.md").read_text() == "ours\n"
    assert (site / "page.md").read_text() == "# Changed by hand\n"
    assert not trap.mark.exists()


def test_a_merge_driver_makes_a_conflict_and_takes_no_side(trap: Trap) -> None:
    trap.set(("merge.evil.driver", f"touch {trap.mark}"))
    trap.repo.git("checkout", "--quiet", "--", ".")
    forge = forge_on(trap.repo.folder)
    put(forge, {"other.md": "ours\n"})
    pull = forge.open_pull(BRANCH, "main", "Add", "Body")
    trap.repo.commit_to("main", {"other.md": b"theirs\n"})
    trap.repo.git("reset", "--quiet", "--hard")
    with pytest.raises(ForgeError, match=r"conflict in other\.md"):
        forge.merge(pull.number)
    assert not trap.mark.exists()


def test_a_missing_object_is_not_fetched_from_where_the_repository_says(trap: Trap) -> None:
    blob = trap.repo.git("rev-parse", f"{trap.first}:page.md")
    (trap.repo.folder / ".git/objects" / blob[:2] / blob[2:]).unlink()
    trap.set(
        ("core.repositoryformatversion", "1"),
        ("extensions.partialClone", "origin"),
        ("remote.origin.url", f"ext::sh -c 'touch {trap.mark}'"),
        ("remote.origin.promisor", "true"),
        ("remote.origin.uploadpack", trap.command),
        ("protocol.allow", "always"),
        ("protocol.ext.allow", "always"),
    )
    git = Git(trap.repo.folder)
    assert git.is_partial
    with pytest.raises(ForgeError, match=r"page\.md is not stored there") as caught:
        git.object(trap.first, "page.md")
    assert "partial clone" in str(caught.value.remedy)
    assert not git.has("1" * 40)
    assert not trap.mark.exists()


def test_what_replaces_an_object_is_not_read(trap: Trap) -> None:
    other = trap.repo.git("hash-object", "-w", "--stdin", stdin=b"forged")
    trap.repo.git("replace", trap.repo.git("rev-parse", f"{trap.first}:page.md"), other)
    (trap.repo.folder / ".git/info").mkdir(exist_ok=True)
    (trap.repo.folder / ".git/info/grafts").write_text(f"{trap.first} {'1' * 40}\n")
    git = Git(trap.repo.folder)
    assert git.object(trap.first, "page.md") == b"# Events\n"
    assert git.is_ancestor(trap.first, trap.first)


def test_a_repository_that_a_site_holds_as_files_is_none(trap: Trap) -> None:
    inner = Repo.init(trap.repo.folder / "inner", "--bare")
    with pytest.raises(ForgeError, match="without a working copy"):
        forge_on(inner.folder)


def test_a_repository_of_another_user_is_left_alone(trap: Trap) -> None:
    with pytest.raises(ForgeError, match="belongs to another user") as caught:
        Git(trap.repo.folder, {"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"}).text("rev-parse", "HEAD")
    assert "safe.directory" in str(caught.value.remedy)


def test_git_is_run_in_one_place_only() -> None:
    package = Path(almanac.__file__).parent
    starts = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom) and "subprocess" in ast.unparse(node)
    }
    # The others run a site's template, work on pages for the server, and Jekyll without a site's plugins.
    assert starts == {"forge/git.py", "sandbox.py", "server/children.py", "commands/trial.py"}
