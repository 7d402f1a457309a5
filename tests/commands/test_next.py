"""`almanac next`: when a series meets next, and the link to the form."""

import json
from datetime import date
from pathlib import Path

import pytest
from almanac.commands import next as next_command
from almanac.commands.next import show_next
from almanac.packaged import template

from tests.commands.running import Almanac
from tests.gitrepo import Repo

RECORD = """id: 2026-10-20-tea
series: Tea
title: Leaves
date: "2026-10-20"
when: 9am ET, 3pm CET
starts: "2026-10-20T09:00:00-04:00"
time_zone: America/New_York
url: https://tea.example/
"""
CONFIG = """page: events.md
series:
  Tea:
    every: {every}
    time_zones: [ET, CET]
  Coffee: {{}}
  Milk:
    every: month
"""


def site(folder: Path, every: str = "1 week", remote: str | None = None) -> Path:
    repo = Repo.init(folder)
    if remote:
        repo.git("remote", "add", "origin", remote)
    files = {
        ".github/almanac.yml": CONFIG.format(every=every),
        ".github/ISSUE_TEMPLATE/new-event.yml": template("site/new-event.yml"),
        "_data/events/2026-10-20-tea.yml": RECORD,
        "_data/events/2026-tea.yml": "id: 2026-tea\nseries: Tea\ntitle: A year of tea\ndate: '2026'\n",
    }
    repo.commit(files)
    return folder


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be the day after the last event."""
    monkeypatch.setattr(
        next_command, "show_next", lambda *given, **more: show_next(*given, **{**more, "today": date(2026, 10, 21)})
    )


def test_the_next_event_with_its_link(almanac: Almanac, tmp_path: Path) -> None:
    folder = site(tmp_path / "site", remote="https://github.com/octo/site.git")
    done = almanac("next", "tea", "--site", str(folder))
    assert done.status == 0
    first, clocks, link = done.out.splitlines()
    assert first == "Tea: Tuesday, October 27th, 2026, 9am ET, 2pm CET"
    assert clocks == "  Mind the clocks: ET and CET are not as many hours apart as they were last time."
    assert link.startswith("  https://github.com/octo/site/issues/new?template=new-event.yml&")
    assert "date=2026-10-27&" in link
    assert "when=9am%20ET%2C%202pm%20CET" in link
    data = json.loads(almanac("next", "--site", str(folder), "--json").out)
    assert data["next"] == [
        {
            "series": "Tea",
            "date": "2026-10-27",
            "when": "9am ET, 2pm CET",
            "starts": "2026-10-27T09:00:00-04:00",
            "url": "https://tea.example/",
            "link": link.strip(),
        }
    ]


def test_without_a_remote_there_is_no_link(almanac: Almanac, tmp_path: Path) -> None:
    done = almanac("next", "--site", str(site(tmp_path / "site", every="2 weeks")))
    assert done.out == (
        "Tea: Tuesday, November 3rd, 2026, 9am ET, 3pm CET\n"
        "  This clone has no remote on GitHub, so there is no link to the form.\n"
    )


@pytest.mark.parametrize(
    ("series", "said"),
    [
        ("Coffee", "This series has no rhythm in the config."),
        ("Milk", "No event of late has a day to count on from"),
    ],
)
def test_what_is_not_known(almanac: Almanac, tmp_path: Path, series: str, said: str) -> None:
    done = almanac("next", series, "--site", str(site(tmp_path / "site")))
    assert done.status == 1
    assert said in done.err
    assert "Traceback" not in done.err


def test_a_site_without_any_rhythm(almanac: Almanac, tmp_path: Path) -> None:
    folder = site(tmp_path / "site")
    (folder / ".github/almanac.yml").write_text("page: events.md\n")
    done = almanac("next", "--site", str(folder))
    assert done.status == 1
    assert "No series has a rhythm yet. Give it one, as in `every: 2 weeks`" in done.err


def test_a_series_of_two_histories_is_suggested_once(almanac: Almanac, tmp_path: Path) -> None:
    folder = site(tmp_path / "site")
    more = "histories: {lyon: {page: lyon.md, records: _data/lyon, form: .github/ISSUE_TEMPLATE/lyon.yml}}\n"
    (folder / ".github/almanac.yml").write_text(CONFIG.format(every="1 week") + more)
    assert almanac("next", "Leaves", "--site", str(folder)).err.count("accepted: Tea") == 1
