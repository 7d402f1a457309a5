"""Runs the command in this process, as a person meets it: what it prints, where, and its exit status."""

import io
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from almanac import entry
from almanac.packaged import example, template

from tests.filing import issue_json

PAGE = "past-working-groups.md"
DEMO_DAY = {"title": "Demo Day", "date": "2022-01-20", "when": "9am ET, 3pm CET"}


@dataclass(frozen=True)
class Ran:
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Almanac:
    """Runs the command in this process."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.monkeypatch = monkeypatch
        self.capsys = capsys

    def __call__(self, *arguments: str | Path, stdin: bytes = b"") -> Ran:
        self.monkeypatch.setattr(sys, "argv", ["almanac", *map(str, arguments)])
        self.monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        self.capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            entry.main()
        shown = self.capsys.readouterr()
        assert "Traceback" not in shown.err, shown.err
        return Ran(int(str(left.value.code)), shown.out, shown.err)


@pytest.fixture
def form(tmp_path: Path) -> Path:
    path = tmp_path / "form.yml"
    path.write_text(template("site/new-event.yml"))
    return path


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder with the reference page, imported, and a form; no git repository."""
    folder = tmp_path / "a site"
    folder.mkdir()
    write_site(folder)
    return folder


def write_site(folder: Path) -> None:
    (folder / PAGE).write_bytes(example(f"ospo/{PAGE}").encode())
    forms = folder / ".github/ISSUE_TEMPLATE"
    forms.mkdir(parents=True)
    (forms / "new-event.yml").write_text(template("site/new-event.yml"))
    (folder / ".github/almanac.yml").write_text(f"page: {PAGE}\n")


def write_issue(folder: Path, text: str, **more: Any) -> Path:
    path = folder / "issue.json"
    path.write_text(issue_json(12, text, **more))
    return path


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
