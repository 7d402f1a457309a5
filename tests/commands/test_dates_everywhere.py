"""The same dates are read in a form and found by the import of a page."""

import json
from pathlib import Path

import pytest
from almanac import entry
from almanac.config import Config
from almanac.event.submission import submit_body

from tests.filing import body, house_form

DATES = ("10. November 2021", "Weds, November 10th, 2021", "2021.11.10", "the 10th of November 2021")
each = pytest.mark.parametrize("text", DATES)


@each
def test_through_the_form(text: str) -> None:
    submission = submit_body(body(title="X", date=text), house_form(), Config(), 1)
    assert submission.event
    assert submission.event.date == "2021-11-10"


@each
@pytest.mark.parametrize("line", ["### {}: Demo", "- {}: Demo", "| {} | Demo |", "### Demo ({})"])
def test_through_the_import(text: str, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "history.md"
    page.write_text(f"# History\n\n{line.format(text)}\n")
    monkeypatch.setattr("sys.argv", ["almanac", "import", str(page), "--site", str(tmp_path)])
    with pytest.raises(SystemExit) as left:
        entry.main()
    assert left.value.code == 0
    assert [path.name for path in (tmp_path / "_data" / "events").iterdir()] == ["2021-11-10-demo.yml"]


@pytest.mark.parametrize("line", ["### 3. May I ask", "- 3. May I ask", "### Version 3. May 2021", "- 1. January"])
def test_a_numbered_line_is_no_event(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "history.md"
    page.write_text(f"# History\n\n{line}\n\nText.\n")
    monkeypatch.setattr("sys.argv", ["almanac", "import", str(page), "--site", str(tmp_path), "--json"])
    with pytest.raises(SystemExit) as left:
        entry.main()
    assert (left.value.code, json.loads(capsys.readouterr().out)["events"]) == (1, 0)
