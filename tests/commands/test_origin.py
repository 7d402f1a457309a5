"""What is written into a site names the Almanac that is installed: its commit, its clone, or its release."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from almanac import PROJECT, __version__
from almanac.commands.origin import Origin, checked_action, origin_of, outdated, runs_almanac
from almanac.commands.workflow import workflow_text
from almanac.config import Config
from almanac.errors import UserError

from tests.gitrepo import Repo

ROOT = Path(__file__).parents[2]
COMMIT = "0123456789abcdef0123456789abcdef01234567"
NAME = PROJECT.removeprefix("https://github.com/")
RELEASE = f"{NAME}@v{__version__}"
NOWHERE = Path("/nowhere")


def clone(folder: Path, remote: str) -> Repo:
    """A clone of a fork, with one commit that its remote has and one that it does not have."""
    repo = Repo.init(folder)
    repo.commit({"bot/almanac/__init__.py": "", "README.md": "x\n"})
    repo.git("remote", "add", "origin", remote)
    repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
    return repo


@pytest.mark.parametrize(
    "url", ["https://github.com/a/fork.git", "ssh://git@github.com/a/fork", "https://user:pass@github.com/a/fork"]
)
def test_installed_from_a_commit(url: str) -> None:
    recorded = {"url": url, "vcs_info": {"vcs": "git", "commit_id": COMMIT}}
    assert origin_of(recorded, NOWHERE, {}).action == f"a/fork@{COMMIT} # v{__version__}"


@pytest.mark.parametrize("recorded", [False, True])
def test_installed_from_a_clone(tmp_path: Path, *, recorded: bool) -> None:
    repo = clone(tmp_path / "a clone", "git@github.com:a/fork.git")
    pushed = repo.git("rev-parse", "HEAD")
    found = origin_of({"url": repo.folder.as_uri(), "dir_info": {}} if recorded else {}, repo.folder, {})
    assert found == Origin("a/fork", pushed)
    repo.commit({"README.md": "y\n"})
    assert origin_of({}, repo.folder, {}).commit == pushed  # nobody else has the newer one yet


@pytest.mark.parametrize("remote", ["https://git.example.org/a/fork", "/some/folder"])
def test_a_clone_of_what_is_not_on_github_counts_as_a_release(tmp_path: Path, remote: str) -> None:
    assert origin_of({}, clone(tmp_path, remote).folder, {}).action == RELEASE


def test_a_release(tmp_path: Path) -> None:
    repo = Repo.init(tmp_path)  # a site, with Almanac installed within
    repo.commit({"index.md": "x\n"})
    repo.git("remote", "add", "origin", "https://github.com/a/site")
    archive = {"url": "https://example.org/almanac.whl", "archive_info": {}}
    for found in (origin_of({}, NOWHERE, {}), origin_of({}, repo.folder, {}), origin_of(archive, NOWHERE, {})):
        assert found.action == RELEASE


@pytest.mark.parametrize(("url", "name"), [("", NAME), ("https://github.com/a/fork", "a/fork")])
def test_a_wheel_knows_its_commit(url: str, name: str) -> None:
    assert origin_of({}, NOWHERE, {"url": url, "commit": COMMIT}) == Origin(name, COMMIT)


def test_the_workflow_runs_what_is_given() -> None:
    for action in (RELEASE, f"a/fork@{COMMIT} # v{__version__}"):
        steps = yaml.safe_load(workflow_text("main", action, Config()))["jobs"]["almanac"]["steps"]
        assert steps[-1]["uses"] == action.partition(" ")[0]


OLD, OTHER = "an older Almanac", "another Almanac"


@pytest.mark.parametrize(
    ("used", "said"),
    [
        (RELEASE, None),
        (f"{NAME}@v0.0.9", OLD),
        (f"{NAME}@{COMMIT} # v0.0.9", OLD),
        (f'"{NAME}@{COMMIT}" # v0.0.9', OLD),
        (f'"a/almanac@{COMMIT}"', OTHER),
        (f"a/our-almanac@{COMMIT} # v9.0.0", OTHER),
        (f"{NAME}@v0", None),
        (f"{NAME}@main", None),
        ("actions/checkout@v4", None),
    ],
)
def test_another_one_is_noticed(used: str, said: str | None) -> None:
    message = outdated(f"      - uses: {used}\n", RELEASE)
    assert message is None if said is None else said in str(message)


def test_a_fork_of_another_name_is_known_again() -> None:
    assert "an older Almanac (a/fork@v0.0.9)" in str(outdated("      - uses: a/fork@v0.0.9\n", "a/fork@v0.1.0"))
    assert runs_almanac("- uses: a/our-almanac@v1")
    assert not runs_almanac("- uses: a/fork@v1")


@pytest.mark.parametrize("action", ["", "almanac", "a/b", "a/b@", "a b/c@v1", "a/b@v1 # x", "a/b@v1\n- run: x"])
def test_what_is_no_action_is_refused(action: str) -> None:
    with pytest.raises(UserError) as caught:
        checked_action(action)
    assert caught.value.problems[0].example == RELEASE
    assert checked_action(RELEASE) == RELEASE


def test_the_name_of_the_project_is_one_constant_and_the_same_wherever_files_cannot_read_it() -> None:
    grep = ["git", "grep", "-I", "--untracked", "-E", "-o", r"[a-z.]+/[A-Za-z0-9-]+/almanac(/|[^A-Za-z0-9/-]|$)"]
    listed = subprocess.run(grep, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    found = {tuple(line.split(":", 1)) for line in listed if re.search(r":(github|githubusercontent|ghcr)\.", line)}
    assert {named.split("/")[1] for _, named in found if "/apps/" not in named} == {NAME.split("/")[0]}
    assert {path for path, _ in found if not path.endswith(".md") and not path.startswith("tests/")} <= {
        "bot/almanac/__init__.py",
        "mkdocs.yml",
        "pyproject.toml",
    }


def test_the_command_tells_its_version() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "almanac", "--version"], capture_output=True, text=True, check=True, cwd="/"
    )
    assert done.stdout.startswith(f"almanac {__version__}")
