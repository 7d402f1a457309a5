"""A tag releases what it says, and nothing where files disagree; what the workflow's steps build is built here."""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
import yaml
from almanac import __version__

from tests.gitrepo import Repo, clean_environment
from tests.tools import need

ROOT = Path(__file__).parent.parent
WORKFLOWS = ROOT / ".github/workflows"
JOBS: dict[str, Any] = yaml.safe_load((WORKFLOWS / "release.yml").read_text())["jobs"]
CHANGES = (
    "# Changes\n\nWords.\n\n## 0.2.0 (2026-12-01)\n\n- New.\n\n### Else\n\n- More.\n\n## 0.1.0 (2026-11-01)\n\n- Old.\n"
)


def _release() -> Any:
    spec = spec_from_file_location("release", ROOT / ".ci/release.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


release = _release()


@pytest.mark.parametrize(
    ("version", "changes", "notes"),
    [
        ("0.2.0", CHANGES, "- New.\n\n### Else\n\n- More.\n"),
        ("0.1.0", CHANGES, "- Old.\n"),
        ("0.3.0", CHANGES, "no section of it"),
        ("0.2", CHANGES, "no section of it"),
        ("0.2.0", CHANGES.replace("2026-12-01", "not released yet"), "says (not released yet) of it"),
        ("0.2.0", "## 0.2.0 (2026-12-01)\n\n## 0.1.0 (2026-11-01)\n- Old\n", "says nothing of it"),
    ],
)
def test_the_notes_are_the_section_of_the_version(version: str, changes: str, notes: str) -> None:
    try:
        assert release.notes_of(version, changes) == notes
    except ValueError as error:
        assert notes in str(error)  # noqa: PT017 -- a table of both


@pytest.mark.parametrize(
    ("tag", "declared", "package", "said"),
    [
        ("v0.2.0", "0.2.0", "0.2.0", "0.2.0"),
        ("v0.2.0rc1", "0.2.0rc1", "0.2.0rc1", "0.2.0rc1"),
        ("v0.2.0", "0.1.0", "0.2.0", "pyproject.toml has version 0.1.0"),
        ("v0.2.0", "0.2.0", "0.1.0", "__init__.py has version 0.1.0"),
        ("v0.2", "0.2", "0.2", "tag is v and a version"),
        ("0.2.0", "0.2.0", "0.2.0", "tag is v and a version"),
        ("v0.2.0-rc.1", "0.2.0-rc.1", "0.2.0-rc.1", "tag is v and a version"),
    ],
)
def test_tag_and_versions_agree(tag: str, declared: str, package: str, said: str) -> None:
    try:
        assert release.agreed_version(tag, declared, package) == said
    except ValueError as error:
        assert said in str(error)  # noqa: PT017 -- a table of both


@pytest.mark.parametrize(
    ("tag", "others", "moved"),
    [
        ("v0.2.0", "v0 v0.1.0 v0.2.0rc1", "v0"),
        ("v0.10.0", "v0.9.0", "v0"),
        ("v0.2.0", "v1.0.0", "v0"),
        ("v0.1.1", "v0.2.0", ""),
        ("v0.2.1", "v0.3.0rc1 later", "v0"),
        ("v1.0.0rc1", "v0.2.0", ""),
        ("v1.0.0", "", "v1"),
    ],
)
def test_the_tag_of_a_series_moves_to_its_newest_release(tag: str, others: str, moved: str) -> None:
    assert release.series_of(tag, [tag, *others.split()]) == moved


def test_each_job_may_do_what_it_has_to_and_no_more() -> None:
    given = {name: {what for what, kind in job["permissions"].items() if kind == "write"} for name, job in JOBS.items()}
    signing = {"attestations", "id-token"}
    assert {name: may for name, may in given.items() if may} == {
        "attest": signing,
        "image": {"packages", *signing},
        "pypi": {"id-token"},
        "github": {"contents"},
    }
    assert [name for name, job in JOBS.items() if "environment" in job] == ["pypi"]
    for name in ("attest", "pypi", "github"):  # which run no code of the repository or its packages
        assert not [step for step in JOBS[name]["steps"] if "checkout" in step.get("uses", "")]


def test_nothing_is_published_before_versions_agree_and_tests_pass() -> None:
    def before(name: str) -> set[str]:
        needs = JOBS[name].get("needs", [])
        direct = {needs} if isinstance(needs, str) else set(needs)
        return direct.union(*map(before, direct))

    for name, job in JOBS.items():
        assert not {"write"} & {*job["permissions"].values()} or {"check", "test"} <= before(name)
    assert before("github") >= {"attest", "build", "image", "pypi"}


@pytest.mark.parametrize("path", sorted(WORKFLOWS.glob("*.yml")), ids=lambda path: path.name)
def test_no_expression_stands_in_a_shell_line_and_every_action_is_pinned(path: Path) -> None:
    for job in yaml.safe_load(path.read_text())["jobs"].values():
        for step in job.get("steps", []):
            assert "${{" not in step.get("run", "")
            assert "run" in step or re.search(r"@[0-9a-f]{40}$", step["uses"])


def test_the_action_is_ready_for_the_marketplace() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    assert all(action[key] for key in ("name", "author", "runs"))
    assert 0 < len(action["description"]) <= 125
    assert action["branding"] == {"icon": "calendar", "color": "blue"}


@pytest.mark.long
def test_the_steps_build_what_knows_its_commit(tmp_path: Path) -> None:
    need("uv")
    repo = Repo.init(tmp_path / "clone")
    tracked = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    names = [name for name in tracked.stdout.decode().split("\0") if name and not name.startswith("tests/")]
    repo.write({name: (ROOT / name).read_bytes() for name in names if (ROOT / name).is_file()})
    changes = re.sub(
        r"^## .*", f"## {__version__} (2026-12-01)", (ROOT / "CHANGELOG.md").read_text(), count=1, flags=re.MULTILINE
    )
    repo.commit({"CHANGELOG.md": changes})
    for name in (".ci/build", ".ci/release.py"):
        (repo.folder / name).chmod(0o755)
    repo.git("remote", "add", "origin", "git@github.com:a/fork.git")
    repo.git("tag", f"v{__version__}")
    commit = repo.git("rev-parse", "HEAD")
    output = tmp_path / "output"
    environment = clean_environment(GITHUB_REF_NAME=f"v{__version__}", GITHUB_OUTPUT=str(output))
    for step in (*JOBS["check"]["steps"], *JOBS["build"]["steps"]):
        if "run" in step:
            subprocess.run(
                ["bash", "-euo", "pipefail", "-c", step["run"]], cwd=repo.folder, env=environment, check=True
            )

    assert output.read_text().split() == [f"version={__version__}", "series=v0", "prerelease=false"]
    notes = (repo.folder / "notes.md").read_text()
    assert notes.startswith("- ") or notes[0].isalpha()
    assert notes.strip() in changes
    [wheel] = (repo.folder / "dist").glob("*.whl")
    [sdist] = (repo.folder / "dist").glob("*.tar.gz")
    with tarfile.open(sdist) as packed:
        note = packed.extractfile(f"{sdist.name.removesuffix('.tar.gz')}/origin.json")
        assert note
        assert json.load(note) == {"url": "git@github.com:a/fork.git", "commit": commit}
    shutil.unpack_archive(wheel, tmp_path / "installed", "zip")
    said = subprocess.run(
        [sys.executable, "-m", "almanac", "--version"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path / "installed")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout == f"almanac {__version__} (a/fork@{commit[:12]})\n"
