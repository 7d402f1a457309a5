"""What Jekyll makes of a site's data folder, and what templates use of it."""

import pytest
from almanac.errors import UserError
from almanac.jekyll import Jekyll, data_name, data_uses, hidden_files, read_jekyll

from tests.memory import Files, memory_site


def hidden(records: str, files: Files, page: str = "past.md") -> list[str]:
    site = memory_site(files)
    return hidden_files(records, site.text, site.files.names, page)


def jekyll(files: Files, page: str = "past.md") -> Jekyll:
    site = memory_site(files)
    return read_jekyll(site.text, site.files.names, page)


@pytest.mark.parametrize(
    "name", ["events.yml", "events.yaml", "events.json", "events.csv", "events.tsv", "e.vents.yml"]
)
def test_a_folder_hides_the_data_file_of_its_name(name: str) -> None:
    assert hidden("_data/events", {f"_data/{name}": "- a"}) == [f"_data/{name}"]


@pytest.mark.parametrize(
    ("records", "files"),
    [
        ("_data/events", {"_data/talks.yml": ""}),
        ("_data/events", {"_data/events.md": ""}),
        ("_data/events", {"_data/events/2021.yml": ""}),
        ("_almanac/events", {"_almanac/events.yml": "", "_almanac.yml": ""}),
        ("docs/_data/events", {"docs.yml": "", "docs/_config.yml": ""}),
        ("_data/events", {"_data/events.yml": "", "_config.yml": "data_dir: info"}),
    ],
)
def test_what_jekyll_does_not_take_for_the_same_is_not_hidden(records: str, files: Files) -> None:
    assert hidden(records, files, "docs/past.md" if records.startswith("docs") else "past.md") == []


def test_a_folder_above_the_records_hides_a_file_too() -> None:
    assert hidden("_data/club/events", {"_data/club.json": "[]"}) == ["_data/club.json"]


def test_the_data_folder_is_the_one_that_the_config_names() -> None:
    files = {"site/_config.yml": "source: src\ndata_dir: ./info/\n", "site/src/info/events.csv": "a,b"}
    assert hidden("site/src/info/events", files, "site/past.md") == ["site/src/info/events.csv"]


def test_a_name_in_the_data_is_spelt_as_jekyll_spells_it() -> None:
    assert [data_name(name) for name in ("events", "past events", "e.v!ents", "été")] == [
        "events",
        "past_events",
        "events",
        "t",
    ]


class TestConfig:
    def test_lists_and_groups_are_read_without_what_is_below_them(self) -> None:
        found = jekyll({"_config.yml": "a: &a [x, [y], 1]\nb: {c: {d: *a}}\nt: !ruby/x {}\n? [k]\n: 1\n"})
        assert found.settings == {"a": ["x", 1], "b": {"c": None}, "t": {}}
        assert (found.strings("a"), found.strings("b"), found.strings("no")) == (["x"], ["c"], [])

    def test_a_config_that_is_a_list_says_nothing(self) -> None:
        assert jekyll({"_config.yml": "- a\n"}).settings == {}

    def test_what_is_no_yaml_is_refused(self) -> None:
        with pytest.raises(UserError, match=r"_config\.yml:2"):
            jekyll({"_config.yml": "a: [\n"})


class TestUses:
    @pytest.mark.parametrize(
        "text",
        [
            "{% for e in site.data.events %}",
            '{% assign e = site.data["events"] | sort: "date" %}',
            "{{ site['data']['events'] | jsonify }}",
            "{% for e in site . data . events.past %}",
        ],
    )
    def test_a_name_is_found_however_it_is_written(self, text: str) -> None:
        assert data_uses([("a.md", ""), ("b.md", f"\n{text}\n")]).names == {"events": ("b.md", 2)}

    def test_names_that_are_worked_out_and_all_of_the_data(self) -> None:
        found = data_uses([("a.md", "{% assign e = site.data[page.kind] %}"), ("b.md", "{% for e in site.data %}")])
        assert (found.anything, found.everything, found.names) == (("a.md", 1), ("b.md", 1), {})

    def test_other_words_are_none_of_it(self) -> None:
        assert data_uses([("a.md", "mysite.data.x site.database site.events site.data_dir")]).names == {}
