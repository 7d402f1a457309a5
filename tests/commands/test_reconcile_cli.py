"""`almanac reconcile --repo`, as somebody meets it who looks at all issues of a repository on GitHub."""

import sys

import pytest
from almanac import entry

from tests.emulated import BOT, GitHubWorld
from tests.filing import body
from tests.scenes import CONFIG, PAGE, RECORDS, site_files

DAYS = ("2022-01-20", "2022-01-21")


@pytest.mark.emulator
class TestAll:
    @pytest.fixture
    def issues(self, site: GitHubWorld, monkeypatch: pytest.MonkeyPatch) -> list[int]:
        files = {**site_files(), CONFIG: f"page: {PAGE}\n"}
        site.commit({path: text.encode() for path, text in files.items()})
        monkeypatch.setenv("GITHUB_TOKEN", site.token(BOT))
        monkeypatch.setenv("GITHUB_API_URL", site.emulator.url)
        monkeypatch.setenv("ALMANAC_WRITE_PAUSE", "0")
        monkeypatch.setattr(sys, "argv", ["almanac", "reconcile", "--repo", site.forge.name])
        return [site.file_issue("New event", body(title="Soup", date=day), labels=("event",)) for day in DAYS]

    def test_it_shows_what_became_of_each(self, issues: list[int], capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as left:
            entry.main()
        shown = capsys.readouterr()
        assert (left.value.code, shown.err) == (0, "")  # nobody watches
        assert all(f"Issue #{number}: created." in shown.out for number in issues)
        assert "Checked 2 open issues; 0 failed." in shown.out

    def test_it_goes_on_after_a_failure_and_names_it_at_the_end(
        self, issues: list[int], site: GitHubWorld, capsys: pytest.CaptureFixture[str]
    ) -> None:
        first, second = issues
        with pytest.raises(SystemExit):
            entry.main()
        site.commit({f"{RECORDS}/{DAYS[0]}-soup.yml": b"title: [\n"})
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            entry.main()
        shown = capsys.readouterr()
        assert left.value.code == 1
        assert f"Issue #{first}: failed. It could not be done." in shown.out
        assert f"Issue #{second}: unchanged." in shown.out
        assert f"Issue #{first}:\nproblem: {RECORDS}/{DAYS[0]}-soup.yml" in shown.err
