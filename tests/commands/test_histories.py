"""Several histories of one site on a laptop: `init` adds one, and every command goes over all of them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from almanac.commands.starter import with_history
from almanac.errors import UserError
from almanac.histories import read_config

from tests.commands.running import Almanac
from tests.commands.sound import assert_sound
from tests.commands.test_site_checks import model
from tests.filing import body, issue_json
from tests.gitrepo import Repo

CONFIG, FORM = ".github/almanac.yml", ".github/ISSUE_TEMPLATE/new-event.yml"
WORKFLOW = ".github/workflows/almanac.yml"
LYON_FORM = ".github/ISSUE_TEMPLATE/new-event-lyon.yml"
LYON = "# Lyon\n\n- **March 3, 2024**: Owls, with Ida Brook\n- **January 5, 2024**: Cups\n"
LYON_RECORDS = {"2024-03-03-owls-with-ida-brook.yml", "2024-01-05-cups.yml"}
BADGERS = {"title": "Badgers", "date": "2024-04-04"}


@pytest.fixture
def almanac(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Almanac:
    monkeypatch.delenv("ALMANAC_APP_ID", raising=False)
    return Almanac(monkeypatch, capsys)


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A site that was set up, with one history and another page."""
    repo = Repo.init(tmp_path / "site")
    repo.commit({**model(), "lyon.md": LYON})
    return repo


@pytest.fixture
def both(almanac: Almanac, repo: Repo) -> Repo:
    """The same with a second history."""
    assert almanac("init", "--site", repo.folder, "--history", "lyon", "--page", "lyon.md", "--yes").status == 0
    repo.git("add", "--all")
    repo.git("commit", "--quiet", "-m", "Add Lyon")
    return repo


def read(repo: Repo, path: str) -> str:
    return (repo.folder / path).read_text(encoding="utf-8")


class TestInit:
    def test_one_more_history_is_added_and_nothing_else_changes(self, almanac: Almanac, repo: Repo) -> None:
        before, config = repo.files("HEAD"), read(repo, CONFIG)
        ran = almanac("init", "--site", repo.folder, "--history", "lyon", "--page", "lyon.md", "--yes")
        assert ran.status == 0
        assert "completed .github/almanac.yml" in ran.out
        assert "issues/new?template=new-event-lyon.yml" in ran.out
        assert 'git commit -m "Add the history lyon"' in ran.out
        assert read(repo, CONFIG).startswith(config)
        assert read(repo, CONFIG).removeprefix(config).splitlines()[1:] == [
            "# More histories: each takes over what stands above, but for where its events are.",
            "histories:",
            "  lyon:",
            "    page: lyon.md",
            "    records: _data/events_lyon",
            f"    form: {LYON_FORM}",
            "    section_template: .github/almanac/lyon/section.md.j2",
        ]
        form = read(repo, LYON_FORM)
        assert 'name: "New event (lyon)"\n' in form
        assert "labels: [event-lyon]\n" in form
        assert {path.name for path in (repo.folder / "_data/events_lyon").iterdir()} == LYON_RECORDS
        told = (CONFIG, WORKFLOW)
        assert all((repo.folder / path).read_bytes() == data for path, data in before.items() if path not in told)
        assert "completed .github/workflows/almanac.yml" in ran.out
        assert {'      - "lyon.md"', '      - "_data/events_lyon/**"'} <= {*read(repo, WORKFLOW).split("\n")}
        assert_sound(repo.folder)
        assert_sound(repo.folder, {FORM: form})
        repo.write({FORM: before[FORM]})
        assert almanac("build", "--check", "--site", repo.folder).status == 0
        seen = repo.git("status", "--porcelain", "--untracked-files=all")
        assert almanac("init", "--site", repo.folder, "--history", "lyon", "--yes").status == 0
        assert almanac("init", "--site", repo.folder, "--yes").status == 0
        assert repo.git("status", "--porcelain", "--untracked-files=all") == seen

    def test_a_new_page_and_a_third_one(self, almanac: Almanac, both: Repo) -> None:
        ran = almanac("init", "--site", both.folder, "--history", "oslo", "--page", "oslo.md", "--new", "--yes")
        assert ran.status == 0
        assert [*read_config(read(both, CONFIG)).each()] == ["", "lyon", "oslo"]
        assert almanac("build", "--check", "--site", both.folder).status == 0

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (["--history", "Lyon", "--page", "lyon.md"], "small letters, digits and hyphens"),
            (["--history", "oslo"], "Name the page of the new history"),
            (["--history", "oslo", "--page", "oslo.md"], "There is no such page"),
            (
                ["--history", "oslo", "--page", "oslo.md", "--new", "--shape", "like"],
                "There is no event on the page yet",
            ),
            (["--history", "oslo", "--page", "lyon.md"], "This history and `lyon` would both use lyon.md"),
            (["--history", "lyon", "--page", "oslo.md"], "The config names another page, lyon.md"),
        ],
    )
    def test_what_cannot_be_added_is_said(self, almanac: Almanac, both: Repo, arguments: list[str], words: str) -> None:
        ran = almanac("init", "--site", both.folder, *arguments, "--yes")
        assert (ran.status, words in ran.err) == (1, True)
        assert both.git("status", "--porcelain") == ""

    @pytest.mark.parametrize(
        ("page", "files", "key"),
        [
            ("_data/lyon.yml", {"_data/lyon.yml": "- {title: Owls, date: 2024-03-03}\n"}, "list: _data/lyon.yml"),
            ("_lyon", {"_lyon/2024-03-03-owls.md": "---\ntitle: Owls\ndate: 2024-03-03\n---\n"}, "files: _lyon/"),
        ],
    )
    def test_its_events_may_be_in_files_or_a_list(
        self, almanac: Almanac, repo: Repo, page: str, files: dict[str, str], key: str
    ) -> None:
        repo.commit(files)
        ran = almanac("init", "--site", repo.folder, "--history", "lyon", "--page", page, "--yes")
        assert (ran.status, ran.err) == (0, "")
        assert f"\n  lyon:\n    # Each event is {'a file' if page == '_lyon' else 'an entry'}" in read(repo, CONFIG)
        assert f"    {key}" in read(repo, CONFIG)
        assert ".github/almanac/lyon/" in read(repo, CONFIG)
        assert "page: lyon" not in read(repo, CONFIG)
        assert_sound(repo.folder)
        assert almanac("build", "--check", "--site", repo.folder).status == 0

    def test_a_workflow_of_their_own_stays_and_doctor_says_what_it_lacks(self, almanac: Almanac, repo: Repo) -> None:
        repo.commit({WORKFLOW: read(repo, WORKFLOW).replace("name: Almanac\n", "name: Ours\n", 1)})
        ran = almanac("init", "--site", repo.folder, "--history", "lyon", "--page", "lyon.md", "--yes")
        assert (ran.status, "yours     .github/workflows/almanac.yml" in ran.out) == (0, True)
        assert read(repo, WORKFLOW).startswith(repo.files("HEAD")[WORKFLOW].decode())
        assert "A push that changes only" in almanac("doctor", "--site", repo.folder).out

    def test_a_page_that_no_setting_named_gets_named(self, almanac: Almanac, repo: Repo) -> None:
        repo.commit({CONFIG: "time_zone: Europe/Paris\n", "events.md": "# Events\n"})
        assert almanac("init", "--site", repo.folder, "--history", "lyon", "--page", "lyon.md", "--yes").status == 0
        assert [one.page for one in read_config(read(repo, CONFIG)).each().values()] == ["events.md", "lyon.md"]


def test_settings_are_put_among_others_and_nothing_else_changes() -> None:
    text = "page: a.md # mine\nhistories:\n    lyon:\n        page: lyon.md\n\n# below\nlabels: [x]\n"
    made = with_history(text, "oslo", ["page: oslo.md"])
    assert made == text.replace("lyon.md\n", "lyon.md\n    oslo:\n      page: oslo.md\n", 1)
    assert with_history("page: a.md", "b", ["page: b.md"]).startswith("page: a.md\n\n# More")
    for flow in ("histories: {lyon: {page: lyon.md}}\n", "histories: {}\n", "histories:\n"):
        with pytest.raises(UserError, match="Write each history on a line of its own"):
            with_history(flow, "oslo", ["page: oslo.md"])


class TestCommands:
    def test_build_goes_over_all(self, almanac: Almanac, both: Repo) -> None:
        both.write({"lyon.md": LYON.replace("Cups", "Mugs")})
        ran = almanac("build", "--check", "--site", both.folder)
        assert (ran.status, '+title: "Mugs"' in ran.out) == (1, True)
        ran = almanac("build", "--site", both.folder)
        assert "wrote _data/events_lyon/2024-01-05-cups.yml" in ran.out
        assert "past-working-groups.md and its records are in sync" in ran.out
        assert almanac("build", "--check", "--site", both.folder).status == 0

    def test_a_problem_of_one_keeps_all_from_being_written(self, almanac: Almanac, both: Repo) -> None:
        both.write(
            {
                "lyon.md": LYON.replace("Cups", "Mugs"),
                "_data/events_lyon/2024-01-05-cups.yml": read(both, "_data/events_lyon/2024-01-05-cups.yml").replace(
                    "Cups", "Cans"
                ),
            }
        )
        ran = almanac("build", "--site", both.folder)
        assert (ran.status, "2024-01-05-cups.yml" in ran.err or "lyon.md" in ran.err) == (1, True)

    def test_doctor_looks_at_each_and_at_both_forms(self, almanac: Almanac, both: Repo) -> None:
        ran = almanac("doctor", "--site", both.folder, "--json")
        assert ran.status == 0
        told = [(one["check"], one["message"]) for one in ran.json["findings"]]
        assert ("page", "lyon: The page matches its 2 records.") in told
        assert ("form", "The 2 forms can be told apart.") in told
        both.write({LYON_FORM: read(both, LYON_FORM).replace("event-lyon", "event")})
        ran = almanac("doctor", "--site", both.folder)
        assert (ran.status, "both give the label `event`" in ran.out) == (1, True)

    def test_an_issue_is_shown_and_proposed_in_its_history(self, almanac: Almanac, both: Repo, tmp_path: Path) -> None:
        def issue(number: int, label: str) -> Path:
            file = tmp_path / f"{number}.json"
            file.write_text(issue_json(number, body(**BADGERS), labels=(label,)), encoding="utf-8")
            return file

        both.commit({LYON_FORM: read(both, FORM).replace("[event]", "[event-lyon]")})
        lyon, main, other = issue(7, "event-lyon"), issue(8, "event"), issue(9, "bug")
        assert almanac("preview", lyon, "--site", both.folder).out == "- **April 4, 2024**: Badgers\n"
        assert "### April 4th, 2024:  Badgers" in almanac("preview", main, "--site", both.folder).out
        for command in ("preview", "propose"):
            ran = almanac(command, other, "--site", both.folder)
            assert (ran.status, "event-lyon" in ran.err, "`event`" in ran.err) == (1, True, True)
        assert [almanac("propose", one, "--site", both.folder).status for one in (lyon, main)] == [0, 0]
        changed = both.git("diff", "--name-only", "main", "almanac/issue-7").split("\n")
        assert changed == ["_data/events_lyon/2024-04-04-badgers.yml", "lyon.md"]
        changed = both.git("diff", "--name-only", "main", "almanac/issue-8").split("\n")
        assert changed == ["_data/events/2024-04-04-badgers.yml", "past-working-groups.md"]

    def test_import_takes_the_history_whose_page_it_is(self, almanac: Almanac, both: Repo) -> None:
        for path in (both.folder / "_data/events_lyon").iterdir():
            path.unlink()
        assert almanac("import", "lyon.md", "--site", both.folder).status == 0
        assert both.git("status", "--porcelain") == ""

    def test_next_knows_the_series_of_each(self, almanac: Almanac, both: Repo) -> None:
        series = "    series: {Owls: {every: week}}\n"
        day = datetime.now(UTC).date() - timedelta(days=3)
        record = f"id: {day}-owls\nseries: Owls\ntitle: Owls\ndate: '{day}'\n"
        both.write({CONFIG: read(both, CONFIG) + series, f"_data/events_lyon/{day}-owls.yml": record})
        ran = almanac("next", "owls", "--site", both.folder, "--json")
        assert [one["date"] for one in ran.json["next"]] == [f"{day + timedelta(days=7)}"]

    def test_where_nothing_above_is_a_history_init_asks_for_a_name(self, almanac: Almanac, both: Repo) -> None:
        both.write({CONFIG: read(both, CONFIG).replace("page: past-working-groups.md\n", "", 1)})
        ran = almanac("init", "--site", both.folder, "--yes")
        assert (ran.status, "Name one of them, or a new one" in ran.err) == (1, True)
