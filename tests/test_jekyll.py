"""What Jekyll makes of a site's data folder, and what templates use of it."""

from pathlib import Path

import pytest
from almanac.errors import UserError
from almanac.jekyll import (
    Jekyll,
    data_name,
    data_uses,
    has_usual_ids,
    hidden_files,
    page_path,
    read_jekyll,
    site_address,
)

from tests.built import build
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


class TestPublished:
    """At which address readers have a page."""

    REPOSITORY = "https://github.com/Ada/site"

    @pytest.mark.parametrize(
        ("config", "cname", "repository", "address"),
        [
            ("url: https://e.org", None, None, "https://e.org"),
            ("url: https://e.org/\nbaseurl: /club/", None, REPOSITORY, "https://e.org/club"),
            ("url: https://e.org\nbaseurl: club", "x.org\n", REPOSITORY, "https://e.org/club"),
            ("title: x", "club.example.org\n", REPOSITORY, "https://club.example.org"),
            ("baseurl: ''", "club.example.org", None, "https://club.example.org"),
            (None, "club.example.org", REPOSITORY, "https://club.example.org"),
            ("title: x", None, REPOSITORY, "https://ada.github.io/site"),
            ("title: x", None, "https://github.com/Ada/Ada.github.io", "https://ada.github.io"),
            ("baseurl: /other", None, REPOSITORY, "https://ada.github.io/other"),
            ("url: https://ada.github.io", None, REPOSITORY, "https://ada.github.io/site"),
            ("url: https://ada.github.io\nbaseurl: /b", None, REPOSITORY, "https://ada.github.io/b"),
            ("url: http://localhost:4000", None, REPOSITORY, "https://ada.github.io/site"),
            ("url: 5", "no domain", REPOSITORY, "https://ada.github.io/site"),
            ("url: HTTPS://E.org/caf\u00e9", None, None, "https://e.org/caf%C3%A9"),
            ('url: https://e.org\nbaseurl: "a\\nEND:VCALENDAR"', None, None, None),
            (None, None, REPOSITORY, None),
            ("title: x", None, None, None),
            ("title: x", None, "https://git.example.org/Ada/site", None),
            ("title: x", "", None, None),
        ],
    )
    def test_the_site_s_address(
        self, config: str | None, cname: str | None, repository: str | None, address: str | None
    ) -> None:
        found = jekyll({"_config.yml": config} if config else {})
        assert site_address(found, cname, repository) == address

    @pytest.mark.parametrize(
        ("config", "path", "front", "place"),
        [
            ("", "past.md", "title: x", "/past.html"),
            ("permalink: date", "past.md", "", "/past.html"),
            ("permalink: pretty", "past.md", "", "/past/"),
            ("permalink: /:year/:title/", "past.md", "", "/past/"),
            ("permalink: /blog/:title:output_ext", "past.md", "", "/past.html"),
            ("permalink: /blog/:title", "past.md", "", "/past"),
            ("permalink: [x]", "past.md", "", "/past.html"),
            ("", "a b/über.markdown", "", "/a%20b/%C3%BCber.html"),
            ("", "talks/index.md", "", "/talks/"),
            ("", "index.html", "", "/"),
            ("", "past.md", "permalink: events/", "/events/"),
            ("", "past.md", "permalink: /events/", "/events/"),
            ("", "_events/past.md", "permalink: /events/", "/events/"),
            ("", "past.md", "permalink: /:title/", None),
            ("", "_events/past.md", "", None),
            ("", "README.md", "", None),
            ("", "past.txt", "", None),
            ("", "past.md", "published: false", None),
            ("", "past.md", "a: [", None),
            ("", "past.md", None, None),
            ("defaults:\n- scope: {path: ''}\n  values:\n    permalink: /x/\n", "past.md", "", None),
            ("defaults:\n- scope: {path: ''}\n  values:\n    layout: x\n", "past.md", "", "/past.html"),
            ("source: src", "src/past.md", "", "/past.html"),
        ],
    )
    def test_a_page_s_place(self, config: str, path: str, front: str | None, place: str | None) -> None:
        text = "# Past\n" if front is None else f"---\n{front}\n---\n# Past\n"
        assert page_path(jekyll({"_config.yml": config}), config, path, text) == place

    @pytest.mark.parametrize(
        ("config", "usual"),
        [
            ("", True),
            ("markdown: Kramdown", True),
            ("markdown: CommonMark", False),
            ("kramdown: {input: GFM, hard_wrap: false}", True),
            ("kramdown:\n  input: kramdown", False),
            ("kramdown: {auto_ids: false}", False),
            ("kramdown: {auto_id_prefix: x-}", False),
            ("kramdown: 5", True),
        ],
    )
    def test_whether_headings_have_the_usual_ids(self, config: str, usual: bool) -> None:
        assert has_usual_ids(jekyll({"_config.yml": config})) is usual

    @pytest.mark.jekyll
    @pytest.mark.parametrize("style", ["date", "pretty", "none", "/:title/", "/:title", "/x/:title:output_ext"])
    def test_a_real_jekyll_puts_pages_there(self, tmp_path: Path, style: str) -> None:
        config = f"title: x\npermalink: {style}\n"
        pages = {"past.md": "", "talks/index.md": "", "talks/all.md": "", "own.md": "permalink: /mine/"}
        (tmp_path / "site").mkdir()
        built = build(tmp_path / "site", {path: f"---\n{front}\n---\nx\n" for path, front in pages.items()}, config)
        files = {f"/{file.relative_to(built).as_posix()}" for file in built.rglob("*.html")}
        for path, front in pages.items():
            place = page_path(jekyll({"_config.yml": config}), config, path, f"---\n{front}\n---\nx\n") or ""
            # A server shows `/past.html` at `/past`.
            assert {place, f"{place}index.html", f"{place}.html"} & files, place
