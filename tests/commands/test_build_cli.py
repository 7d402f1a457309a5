"""`almanac import` and `build`: a page and its records, whoever edits which."""

from pathlib import Path

import pytest
from almanac.packaged import example
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.commands.running import PAGE, Almanac, everything, site, write_site
from tests.gitrepo import Repo

__all__ = ["site"]


class TestImportAndBuild:
    def test_import_and_build_give_the_page_byte_for_byte(self, almanac: Almanac, site: Path) -> None:
        before = (site / PAGE).read_bytes()
        ran = almanac("import", site / PAGE, "--site", site, "--json")
        assert ran.status == 0
        told = ran.json
        assert [warning["line"] for warning in told.pop("warnings")] == [40]
        assert told == {"events": 2, "structured": 2, "verbatim": 0, "roundtrip": True}
        assert almanac("build", "--check", "--site", site).status == 0
        assert almanac("build", "--site", site).status == 0
        assert (site / PAGE).read_bytes() == before
        assert sorted(path.name for path in (site / "_data/events").iterdir()) == [
            "2021-11-08-governments-agencies.yml",
            "2021-11-11-universities-academia.yml",
        ]

    def test_import_writes_a_config_where_there_is_none(self, almanac: Almanac, tmp_path: Path) -> None:
        (tmp_path / "page.md").write_bytes(example(f"ospo/{PAGE}").encode())
        assert almanac("import", tmp_path / "page.md", "--site", tmp_path).status == 0
        assert (tmp_path / ".github/almanac.yml").read_text() == 'page: "page.md"\n'
        assert almanac("build", "--check", "--site", tmp_path).status == 0

    @pytest.mark.parametrize("width", range(60, 100, 4))
    def test_a_title_can_neither_order_a_terminal_nor_a_workflow(
        self, almanac: Almanac, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, width: int
    ) -> None:
        monkeypatch.setenv("COLUMNS", str(width))
        title = "A \x1b]0;x\x07\x1b[31mred " + "word " * 9 + "::stop-commands::x " * 4
        page = tmp_path / "page.md"
        page.write_text(f"### November 8th, 2021:  {title}\n\n- When: 9am ET\x1b[31m\n")
        ran = almanac("import", page, "--site", tmp_path, "--dry-run")
        assert (ran.status, "\x1b" in ran.out + ran.err) == (0, False)
        assert not any(line.lstrip().startswith("::") for line in (ran.out + ran.err).split("\n"))

    def test_a_dry_run_writes_nothing(self, almanac: Almanac, site: Path) -> None:
        before = everything(site)
        ran = almanac("import", site / PAGE, "--site", site, "--dry-run")
        assert ran.status == 0
        assert "Nothing was written" in ran.out
        assert everything(site) == before

    def test_importing_again_changes_nothing(self, almanac: Almanac, site: Path) -> None:
        almanac("import", site / PAGE, "--site", site)
        before = everything(site)
        assert almanac("import", site / PAGE, "--site", site).status == 0
        assert everything(site) == before

    def test_a_page_without_events_is_refused(self, almanac: Almanac, tmp_path: Path) -> None:
        (tmp_path / "page.md").write_text("# Hello\n\nNothing here.\n")
        ran = almanac("import", tmp_path / "page.md", "--site", tmp_path, "--json")
        assert ran.status == 1
        assert ran.json["events"] == 0
        assert ran.json["roundtrip"] is False
        assert ran.json["problems"]
        assert not (tmp_path / ".github").exists()

    @pytest.mark.parametrize("data", [b"\xff\xfe", b"\x89PNG\r\n\x1a\n\x00"])
    def test_a_binary_page_is_refused(self, almanac: Almanac, tmp_path: Path, data: bytes) -> None:
        (tmp_path / "page.md").write_bytes(data)
        ran = almanac("import", tmp_path / "page.md", "--site", tmp_path, "--json")
        assert (ran.status, ran.json["roundtrip"]) == (1, False)

    def test_a_page_elsewhere_can_be_tried_and_not_imported(self, almanac: Almanac, site: Path, tmp_path: Path) -> None:
        (tmp_path / "other.md").write_bytes((site / PAGE).read_bytes())
        assert almanac("import", tmp_path / "other.md", "--site", site, "--dry-run").status == 0
        ran = almanac("import", tmp_path / "other.md", "--site", site)
        assert ran.status == 1
        assert "not in the site" in ran.err

    def test_a_record_that_is_there_stays_as_a_person_wrote_it(self, almanac: Almanac, tmp_path: Path) -> None:
        write_site(tmp_path)
        almanac("import", tmp_path / PAGE, "--site", tmp_path)
        record = tmp_path / "_data/events/2021-11-08-governments-agencies.yml"
        mine = 'id: "2021-11-08-governments-agencies"\ntitle: "mine" # a comment\ndate: "2021-11-08"\n'
        record.write_text(mine)
        assert almanac("import", tmp_path / PAGE, "--site", tmp_path).status == 0
        assert record.read_text() == mine

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("2021-11-08-copy.yml", 'id: "2021-11-08-governments-agencies"\ntitle: "X"\ndate: "2021-11-08"\n'),
            ("2021-11-09-x.yml", "id: ["),
            ("2021-11-09-x.yaml", 'id: "2021-11-09-x"\ntitle: "X"\ndate: "2021-11-09"\n'),
            ("2021-11-09-x.yml", 'id: "2021-11-09-x"\ntitle: "X"\ndate: "2021-11-09"\nfoo: 1\n'),
        ],
    )
    def test_build_names_a_mistake_in_a_record_and_writes_nothing(
        self, almanac: Almanac, site: Path, name: str, text: str
    ) -> None:
        almanac("import", site / PAGE, "--site", site)
        (site / "_data/events" / name).write_text(text)
        before = everything(site)
        ran = almanac("build", "--site", site)
        assert ran.status == 1
        assert name in ran.err
        assert everything(site) == before

    def test_a_mistake_that_only_the_whole_shows_has_its_line_too(self, almanac: Almanac, site: Path) -> None:
        almanac("import", site / PAGE, "--site", site)
        record = site / "_data/events/2021-11-08-governments-agencies.yml"
        record.write_text(record.read_text().replace("T09:00:00", "T10:00:00"))
        ran = almanac("build", "--site", site)
        assert (ran.status, "governments-agencies.yml:6: starts:" in ran.err) == (1, True)

    def test_build_without_a_page_says_which_is_missing(self, almanac: Almanac, tmp_path: Path) -> None:
        Repo(tmp_path).write({".github/almanac.yml": ""})
        ran = almanac("build", "--site", tmp_path)
        assert (ran.status, "events.md" in ran.err) == (1, True)

    def test_an_edit_of_the_record_is_written_to_the_page(self, almanac: Almanac, site: Path) -> None:
        almanac("import", site / PAGE, "--site", site)
        record = site / "_data/events/2021-11-08-governments-agencies.yml"
        record.write_text(record.read_text().replace("Live from Paris", "Live from Lyon"))
        ran = almanac("build", "--check", "--site", site)
        assert ran.status == 1
        assert "+- Topic:  When Institutions Cooperate (2 Hour Special, Live from Lyon)" in ran.out
        assert almanac("build", "--site", site).status == 0
        assert "Live from Lyon" in (site / PAGE).read_text()
        assert almanac("build", "--check", "--site", site).status == 0

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(data=st.data())
    def test_any_changed_byte_of_a_section_or_a_record_is_noticed(
        self, almanac: Almanac, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
    ) -> None:
        site = tmp_path_factory.mktemp("site")
        write_site(site)
        almanac("import", site / PAGE, "--site", site)
        page = (site / PAGE).read_bytes()
        start, end = page.index(b"### November 8th"), page.index(b"\n\n### More coming")
        path, low, high = data.draw(
            st.sampled_from(
                [
                    (site / PAGE, start, end),
                    # What a record ends with is no part of what it says.
                    *((p, 0, p.stat().st_size - 1) for p in sorted((site / "_data/events").iterdir())),
                ]
            )
        )
        at = data.draw(st.integers(low, high - 1))
        before = path.read_bytes()
        byte = data.draw(st.integers(32, 126).filter(lambda value: value != before[at]))
        path.write_bytes(before[:at] + bytes([byte]) + before[at + 1 :])
        assert almanac("build", "--check", "--site", site).status == 1

    @pytest.mark.parametrize(
        ("was", "now"),
        [("https://ram.berkeley.edu", "https://ram.Berkeley.edu"), ("T09:00:00-08:00", "T09:00:00-0800")],
    )
    def test_another_spelling_that_the_page_cannot_show_is_noticed(
        self, almanac: Almanac, site: Path, was: str, now: str
    ) -> None:
        almanac("import", site / PAGE, "--site", site)
        record = site / "_data/events/2021-11-11-universities-academia.yml"
        before = record.read_text()
        record.write_text(before.replace(was, now))
        ran = almanac("build", "--check", "--site", site)
        assert ran.status == 1
        assert was in ran.out
        assert almanac("build", "--site", site).status == 0
        assert record.read_text() == before
        record.write_text("# Ours\n" + before.replace(was, now))
        assert almanac("build", "--site", site).status == 0
        assert record.read_text() == "# Ours\n" + before

    def test_an_edit_of_the_page_leaves_what_a_person_wrote_into_the_record(self, almanac: Almanac, site: Path) -> None:
        almanac("import", site / PAGE, "--site", site)
        record = site / "_data/events/2021-11-08-governments-agencies.yml"
        text = record.read_text()
        assert text.count('date: "2021-11-08"\n') == text.count("people:\n") == 1
        text = text.replace('date: "2021-11-08"\n', "date:   2021-11-08  # a Monday\n\n")
        text = (
            "# keep me\n" + text.replace("people:\n", "people:\n  # in the order in which they spoke\n") + "# the end\n"
        )
        record.write_text(text)
        assert almanac("build", "--check", "--site", site).status == 0
        page = site / PAGE
        page.write_text(page.read_text().replace("Live from Paris", "Live from Lyon"))
        assert almanac("build", "--site", site).status == 0
        was, now = (
            [line for line in lines.split("\n") if "rendered:" not in line] for lines in (text, record.read_text())
        )
        assert now == [line.replace("Live from Paris", "Live from Lyon") for line in was]
        assert almanac("build", "--check", "--site", site).status == 0
