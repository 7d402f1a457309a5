"""The Action and the other commands carry nothing of the server's along."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
SERVER_ONLY = (
    *("anyio", "cryptography", "dbos", "fastapi", "h11", "prometheus_client", "psycopg", "pydantic_settings"),
    *("sqlalchemy", "starlette", "structlog", "uvicorn", "almanac.server"),
)


def test_the_action_imports_nothing_of_the_server_s(tmp_path: Path) -> None:
    """It runs with a payload that has it reach for GitHub, which is not there."""
    (tmp_path / "event.json").write_text('{"action": "edited", "issue": {"number": 1, "labels": [{"name": "event"}]}}')
    program = """
import json, sys
from almanac.entry import run
sys.argv = ["almanac", "action"]
status = run()
sys.stderr.write("\\n" + json.dumps([status, sorted(sys.modules)]))
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={
            "GITHUB_TOKEN": "ghs_x",
            "GITHUB_REPOSITORY": "octo/site",
            "GITHUB_EVENT_NAME": "issues",
            "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
            "GITHUB_API_URL": "http://127.0.0.1:9",
            "ALMANAC_WRITE_PAUSE": "0",
        },
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    status, modules = json.loads(done.stderr.splitlines()[-1])
    assert status == 1
    assert "almanac.forge.github.repository" in modules
    # PyGithub brings `cryptography` for App keys, which a workflow's token has no need of, but imports it itself.
    loaded = {name for name in SERVER_ONLY if name in modules} - {"cryptography"}
    assert loaded == set()


def test_what_is_none_of_almanac_s_is_answered_before_anything_heavy_is_imported(tmp_path: Path) -> None:
    payload = {"action": "created", "issue": {"number": 1}, "comment": {"body": "Thanks!"}}
    (tmp_path / "event.json").write_text(json.dumps(payload))
    program = """
import json, sys
from almanac.entry import run
sys.argv = ["almanac", "action"]
status = run()
print(json.dumps([status, sorted(sys.modules)]))
"""
    names = ("GITHUB_TOKEN", "GITHUB_REPOSITORY", "GITHUB_EVENT_NAME")
    known = dict.fromkeys(names, "issue_comment") | {"GITHUB_EVENT_PATH": str(tmp_path / "event.json")}
    done = subprocess.run(
        [sys.executable, "-c", program], env=known, cwd=ROOT, capture_output=True, text=True, check=True
    )
    status, modules = json.loads(done.stdout.splitlines()[-1])
    assert status == 0
    heavy = {"asyncio", "github", "jinja2", "markdown_it", "pydantic", "requests", "typer", "urllib.request", "yaml"}
    assert heavy.intersection(modules) == set()
