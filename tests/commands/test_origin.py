"""What is written into a site names the Almanac that is installed: its commit, its clone, or its release."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from almanac import PROJECT, __version__
from almanac.commands.origin import Origin, checked_action, origin_of, outdated
from almanac.commands.workflow import workflow_text
from almanac.config import Config
from almanac.errors import UserError

from tests.gitrepo import Repo

ROOT = Path(__file__).parents[2]
COMMIT = "0123456789abcdef0123456789abcdef01234567"
RELEASE = f"almanac-events/almanac@v{__version__}"
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


@pytest.mark.parametrize(("url", "name"), [("", "almanac-events/almanac"), ("https://github.com/a/fork", "a/fork")])
def test_a_wheel_knows_its_commit(url: str, name: str) -> None:
    assert origin_of({}, NOWHERE, {"url": url, "commit": COMMIT}) == Origin(name, COMMIT)


def test_the_workflow_runs_what_is_given() -> None:
    for action in (RELEASE, f"a/fork@{COMMIT} # v{__version__}"):
        steps = yaml.safe_load(workflow_text("main", action, Config()))["jobs"]["almanac"]["steps"]
        assert steps[-1]["uses"] == action.partition(" ")[0]


@pytest.mark.parametrize(
    ("used", "said"),
    [
        (RELEASE, False),
        ("almanac-events/almanac@v0.0.9", True),
        (f"almanac-events/almanac@{COMMIT} # v0.0.9", True),
        (f'"a/almanac@{COMMIT}"', True),
        ("almanac-events/almanac@v0", False),
        ("almanac-events/almanac@main", False),
        ("actions/checkout@v4", False),
    ],
)
def test_another_one_is_noticed(used: str, *, said: bool) -> None:
    assert (outdated(f"      - uses: {used}\n", RELEASE) is not None) == said


@pytest.mark.parametrize("action", ["", "almanac", "a/b", "a/b@", "a b/c@v1", "a/b@v1 # x", "a/b@v1\n- run: x"])
def test_what_is_no_action_is_refused(action: str) -> None:
    with pytest.raises(UserError) as caught:
        checked_action(action)
    assert caught.value.problems[0].example == RELEASE
    assert checked_action(RELEASE) == RELEASE


def test_the_name_of_the_project_is_the_same_everywhere() -> None:
    urls = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["urls"]
    assert all(url.startswith(PROJECT) for url in urls.values())
    listed = subprocess.run(
        ["git", "grep", "-l", "-I", PROJECT.removeprefix("https://github.com/"), "--", "bot"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert listed.stdout.split() == ["bot/almanac/__init__.py"]


def test_the_command_tells_its_version() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "almanac", "--version"], capture_output=True, text=True, check=True, cwd="/"
    )
    assert done.stdout.startswith(f"almanac {__version__}")
