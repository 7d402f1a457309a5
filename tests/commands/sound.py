"""What is written into a site, put before the tools that know GitHub's own rules."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from almanac.commands.origin import Origin

from tests.gitrepo import Repo
from tests.tools import need

ROOT = Path(__file__).parent.parent.parent
CONFIG, FORM, WORKFLOW = ".github/almanac.yml", ".github/ISSUE_TEMPLATE/new-event.yml", ".github/workflows/almanac.yml"


def assert_sound(folder: Path, files: Mapping[str, str | bytes] | None = None) -> None:
    """Check config, form and workflow of a site in a folder, after these files are written there."""
    Repo(folder).write(files or {})
    schema = [_tool("check-jsonschema")]
    _check(*schema, "--builtin-schema", "vendor.github-issue-forms", folder / FORM)
    _check(*schema, "--builtin-schema", "vendor.github-workflows", folder / WORKFLOW)
    _check(*schema, "--schemafile", ROOT / "docs/schema/config.json", folder / CONFIG)
    _check(_tool("actionlint"), folder / WORKFLOW)
    # Here, no wheel knows its commit, so our own action is named by its release.
    policies = folder.parent / "zizmor.yml"
    pins = {Origin().repository: "ref-pin", "*": "hash-pin"}
    policies.write_text(json.dumps({"rules": {"unpinned-uses": {"config": {"policies": pins}}}}))
    _check(_tool("zizmor"), "--offline", "--quiet", "--config", policies, folder / WORKFLOW)


def _tool(name: str) -> str:
    beside = Path(sys.executable).parent / name
    return str(beside) if beside.exists() else need(name)


def _check(*command: str | Path) -> None:
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
