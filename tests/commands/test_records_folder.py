"""Records beside a site's own data: they hide none of it, mix with none of it, and appear in no loop of the site's."""

import json
from datetime import date
from pathlib import Path

import pytest
import yaml
from almanac.commands.adoption import plan_adoption
from almanac.commands.build import build_files, import_files
from almanac.errors import ConfigError, UserError

from tests.built import build
from tests.commands.running import Almanac, write_issue
from tests.commands.test_adoption import PAGE, REFERENCE, adopt, findings, plan
from tests.filing import body
from tests.gitrepo import Repo
from tests.memory import Files, is_in_sync, memory_site

CONFIG = ".github/almanac.yml"
DATA = "- {title: Owls, date: 2019-03-01}\n- {title: Bats, date: 2019-04-01}\n"
SHOWN = "---\n---\n{% for event in site.data.events %}<b>{{ event.title }}</b>{% endfor %}\n"
OTHERS: dict[str, str | bytes] = {
    f"_data/events/{number}.yml": f"type: meetup\nnumber: {number}\nhost: Owls\n" for number in range(78, 84)
}


def records_of(files: Files) -> str:
    found = adopt(files, page=PAGE)
    return str(yaml.safe_load(found[CONFIG]).get("records", "_data/events"))


@pytest.mark.parametrize(
    ("more", "folder"),
    [
        ({}, "_data/events"),
        ({"_data/talks.yml": DATA, "talks.html": SHOWN.replace("events", "talks")}, "_data/events"),
        ({"_data/events.yml": DATA}, "_data/almanac_events"),
        ({"_data/events.json": "[]"}, "_data/almanac_events"),
        ({"_config.yml": "data_dir: info\n", "info/events.csv": "a,b\n"}, "info/almanac_events"),
        (OTHERS, "_data/almanac_events"),
        ({"_data/events/2019/owls.yml": "a: 1\n"}, "_data/almanac_events"),
        ({"index.html": SHOWN}, "_data/almanac_events"),
        ({"_includes/list.html": '{% assign e = site["data"]["events"] %}'}, "_data/almanac_events"),
        ({"_layouts/kind.html": "{% for e in site.data[page.kind] %}{% endfor %}"}, "_data/almanac_events"),
        ({"_data/events.yml": DATA, "_data/almanac_events.yml": "- 1\n"}, "_data/almanac_events_2"),
        ({"all.html": "{% for kind in site.data %}{{ kind[0] }}{% endfor %}"}, "_almanac/events"),
        ({"_config.yml": "data_dir: [\n"}, "_data/events"),
        ({"latin.html": b"\xff site.data.events"}, "_data/events"),
    ],
)
def test_init_chooses_a_folder_that_is_free(more: Files, folder: str) -> None:
    files = {**REFERENCE, **more}
    assert records_of(files) == folder
    imported = import_files(memory_site(files), PAGE, str(REFERENCE[PAGE]), sorted(files))[0]
    assert all(path.startswith((f"{folder}/", ".github/")) for path in imported)
    again = {**files, **imported}
    assert is_in_sync(again)
    planned = plan(again, page=PAGE)
    assert (planned.records, planned.config.records) == ({}, folder)


def test_init_says_why_the_records_are_elsewhere() -> None:
    reason = "because Jekyll would read a folder _data/events/ in place of _data/events.yml."
    expected = [f"The records are kept in _data/almanac_events/, {reason}"]
    assert plan({**REFERENCE, "_data/events.yml": DATA}, page=PAGE).notes == expected
    assert "index.html:3 shows `site.data.events`" in plan({**REFERENCE, "index.html": SHOWN}, page=PAGE).notes[0]


class TestRefused:
    """A site whose config, or lack of one, puts the records where they would do harm."""

    def site(self, more: Files) -> dict[str, str | bytes]:
        return {**adopt(REFERENCE), **more}

    def test_what_would_be_hidden_is_named_with_the_next_step(self) -> None:
        files = self.site({"_data/events.yml": DATA})
        with pytest.raises(ConfigError) as refused:
            build_files(memory_site(files))
        [problem] = refused.value.problems
        assert (problem.file, problem.field) == ("_data/events.yml", "records")
        assert "vanish" in problem.message
        assert "`_data/almanac_events`" in problem.message
        assert [one for one in findings(files) if "_data/events/" in one and one.startswith("error")]
        with pytest.raises(ConfigError, match="vanish"):
            plan_adoption(memory_site(files), sorted(files), "main", today=date(2026, 3, 1))

    @pytest.mark.parametrize(
        "others",
        [OTHERS, {f"_data/events/2019-0{n}-01-owls.yml": f"speaker: {n}\nroom: 1\n" for n in range(1, 7)}],
        ids=["numbers", "dates"],
    )
    def test_files_of_another_program_get_one_sentence(self, others: Files) -> None:
        for files in (self.site(others), {**others, PAGE: str(REFERENCE[PAGE]), CONFIG: f"page: {PAGE}\n"}):
            site = memory_site(files)
            with pytest.raises(ConfigError) as refused:
                build_files(site)
            [problem] = refused.value.problems
            assert problem.file == "_data/events"
            assert "6 data files that are no records of Almanac's" in problem.message
            assert "and more" in problem.message
            with pytest.raises(ConfigError, match="6 data files"):
                _ = memory_site(files).ids
            with pytest.raises(ConfigError, match="6 data files"):
                import_files(memory_site(files), PAGE, str(files[PAGE]))
            assert sum("data files" in one for one in findings(files)) == 1

    @pytest.mark.parametrize(
        ("name", "text"),
        [("list.yml", "- a\n"), ("more.json", "{}"), ("t.csv", "a"), ("bad.yml", "a: [\n"), ("other.yaml", "a: 1\n")],
    )
    def test_one_such_file_too(self, name: str, text: str) -> None:
        with pytest.raises(ConfigError, match=rf"a data file that is no record of Almanac's \({name}\)"):
            build_files(memory_site(self.site({f"_data/events/{name}": text})))

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("title: Owls\ndate: 2019-03-01\n", "always needed"),
            ("id: 2019-03-01-owls\ntitle: Owls\ndate: 2019-03-01\nplace: here\n", "no such key"),
            ("id: 2019-03-01-owls\ntitle: Owls\nplace: [\n", "not valid YAML"),
            ("", "keys with values"),
        ],
    )
    def test_a_record_with_a_mistake_is_told_what_it_is(self, text: str, words: str) -> None:
        with pytest.raises(UserError, match=words):
            _ = memory_site(self.site({"_data/events/2019-03-01-owls.yml": text})).records


@pytest.mark.jekyll
def test_what_the_site_shows_of_its_data_is_there_after_the_first_merge(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    almanac = Almanac(monkeypatch, capsys)
    repo = Repo.init(tmp_path / "site", branch="main")
    entries = "".join(f"- {{title: Owl {number}, date: 2019-0{number}-01}}\n" for number in range(1, 6))
    repo.commit({"_data/events.yml": entries, "index.html": SHOWN})
    before = (build(tmp_path / "site", {}) / "index.html").read_text()
    assert before.count("<b>Owl") == 5
    assert almanac("init", "--yes", "--new", "--page", "history.md", "--site", repo.folder).status == 0
    repo.commit(message="Adopt Almanac")
    issue = write_issue(tmp_path, body(title="Bats", date="2027-01-20"))
    assert almanac("propose", issue, "--site", repo.folder).status == 0
    repo.git("merge", "--quiet", "almanac/issue-12")
    built = build(tmp_path / "site", {})
    assert (built / "index.html").read_text() == before
    assert "Bats" in (built / "history.html").read_text()
    ran = almanac("doctor", "--json", "--site", repo.folder)
    assert not [one for one in json.loads(ran.out)["findings"] if one["status"] == "error"]


def test_no_record_is_written_that_would_be_too_large_to_be_read_back() -> None:
    page, large = "### May 4, 2021: Owls\n\n### May 3, 2021: Bats\n", f"\n{'hoo ' * 70_000}\n"
    config = {CONFIG: f"page: {PAGE}\n"}
    with pytest.raises(ConfigError, match=r"This record has .* no more than 256 KiB"):
        import_files(memory_site(config), PAGE, page + large)
    files = config | {PAGE: page + large} | import_files(memory_site(config), PAGE, page)[0]
    with pytest.raises(ConfigError, match=r"This record has .* no more than 256 KiB"):
        build_files(memory_site(files))
