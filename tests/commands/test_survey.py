"""Which page `almanac init` takes without a question, and what keeps it from opening a second, empty history."""

from pathlib import Path

import pytest
from almanac.commands.survey import Survey, survey
from almanac.errors import UserError

from tests.commands.running import Almanac, everything
from tests.commands.test_adoption import CONFIG, plan
from tests.gitrepo import Repo
from tests.memory import Files, memory_site

DATED = "".join(f"- 2021-0{month}-01: Owls {month}\n" for month in range(1, 8))
LOOP = "---\n---\n{% for event in site.events %}\n{{ event.title }}\n{% endfor %}\n"
ELEMENTS = "".join(f"<li>{day} October 202{day}: Owls {day}</li>\n" for day in (5, 4, 3))
HTML = f"---\n---\n<h1>Club</h1>\n<ul>\n{ELEMENTS}</ul>\n"
SIGHTED: dict[str, tuple[Files, str, int | None, str]] = {
    "undated": ({"past-events.md": "# Past\n\n## Owls\n\n## Bats\n"}, "past-events.md", 3, "no dates in its headings"),
    "loop": ({"events.md": LOOP}, "events.md", 3, "Liquid loop"),
    "include": ({"index.md": "# Hi\n\n{% include events.html %}\n"}, "index.md", 3, "an include"),
    "html": ({"events.html": "<h2>May 4, 2021</h2>\n<h2>May 5, 2021</h2>\n"}, "events.html", 1, "are HTML"),
    "headings in an old calendar": (
        {"evenements.md": "# Passés\n\n## 12 brumaire 2020 : Hiboux\n\n## 1 nivôse 2019 : Chats\n"},
        "evenements.md",
        3,
        "in a heading",
    ),
    "bullets in old names": (
        {"treffen.md": "- **12. Lenzing 2020**: Eulen\n- **3. Hornung 2019**: Katzen\n"},
        "treffen.md",
        1,
        "in a bullet",
    ),
    "a table in an old calendar": (
        {"charlas.md": "| Fecha | Tema |\n|--|--|\n| 4 brumario 2020 | Búhos |\n| 3 nivoso 2019 | Gatos |\n"},
        "charlas.md",
        3,
        "in a table",
    ),
    "a folder's index": ({"events/index.html": LOOP}, "events/index.html", 3, "Liquid loop"),
    "collection": ({f"_events/{n}.md": "---\n---\n" for n in range(6)}, "_events/", None, "6 files"),
    "one of a collection": ({"docs/_talks/a.md": "---\n---\n"}, "docs/_talks/", None, "1 file,"),
    "another program's": (
        {f"content/events/{n}.md": "---\n---\n" for n in range(3)},
        "content/events/",
        None,
        "3 files",
    ),
    "data": ({"_data/events.yml": "- a\n"}, "_data/events.yml", None, "no entry yet"),
    "data in TOML": (
        {"hugo.toml": "", "data/events.toml": '[[event]]\ntitle = "Owls"\ndate = "2021-11-08"\n'},
        "data/events.toml",
        None,
        "in .toml are not taken over",
    ),
    "data elsewhere": (
        {"_config.yml": "data_dir: info", "info/past_talks.csv": "a"},
        "info/past_talks.csv",
        None,
        "no row yet",
    ),
    "data folder": (
        {"_config.yml": "a: [", "_data/events/81.yml": "type: x\n"},
        "_data/events/",
        None,
        "1 file without a date",
    ),
    "posts": (
        {f"_posts/2021-0{n}-01-owls.md": "---\ncategories:\n- Meetups\n---\n" for n in range(1, 5)},
        "_posts/",
        None,
        "4 files",
    ),
    "posts of events": ({"events/_posts/2021-01-01-owls.md": "---\n---\n"}, "events/_posts/", None, "1 file,"),
}


def seen(files: Files) -> Survey:
    return survey(memory_site(files), sorted(files))


@pytest.mark.parametrize("name", SIGHTED)
def test_what_cannot_be_taken_over_is_named_and_nothing_is_planned(name: str) -> None:
    files, file, line, words = SIGHTED[name]
    with pytest.raises(UserError) as refused:
        plan(files)
    first, *others = refused.value.problems
    assert "`--new`" in first.message
    [problem] = [one for one in others if one.file == file]
    assert (problem.line, words in problem.message, "`--new`" in first.message) == (line, True, True)
    assert plan(files, new=True, page="history.md").states["history.md"] == "new"


@pytest.mark.parametrize(
    "files",
    [
        {},
        {
            "index.md": "# Hi\n\nWe meet on Mondays.\n",
            "_data/navigation.yml": "- a\n",
            "about.md": "Since 2021.\n",
        },
        {f"_posts/2021-0{n}-01-owls.md": b"\xff" if n == 4 else "---\ncategories: birds\n---\n" for n in range(1, 5)},
        {"_posts/2021-01-01-owls.md": b"\xff", "latin.md": b"\xff"},
        {
            "events.js": "x",
            "_includes/events.html": LOOP,
            "src/meetup.html": "<p>Join.</p>\n",
            "talk/README.md": "",
        },
        {"CHANGELOG.md": "# Changes\n\n{% include x.html %}\n", "meeting-guidelines.md": "# How\n\n## One\n\n## Two\n"},
    ],
)
def test_a_site_without_any_gets_the_new_page(files: Files) -> None:
    assert plan(files).states["events.md"] == "new"


class TestClearlyBest:
    @pytest.mark.parametrize(
        ("files", "path"),
        [
            ({"past-events.md": DATED}, "past-events.md"),
            ({"docs/talks/index.md": DATED}, "docs/talks/index.md"),
            ({"veranstaltungen.md": DATED}, "veranstaltungen.md"),
            ({"séminaires.md": DATED, "_data/previous_students.yml": "- name: Ada\n  left: x\n"}, "séminaires.md"),
            ({"past.md": "- 2021-01-01: Owls\n- 2021-02-01: Bats\n", "README.md": DATED}, None),
            ({"past.md": "- 2021-01-01: Owls\n- 2021-02-01: Bats\n"}, "past.md"),
            ({"events.md": "- 2021-01-01: Owls\n"}, None),
            ({"events.md": DATED, "talks.md": DATED}, None),
            ({"events.md": DATED, "talks.md": "- 2021-01-01: Owls\n"}, "events.md"),
            ({"about.md": DATED}, None),
            ({"index.md": "- 2021-01-01: Owls\n- 2021-02-01: Bats\n"}, None),
            ({"news.md": DATED}, None),
            ({"meeting-minutes.md": DATED}, None),
            ({"meetings.md": f"# Minutes\n\n{DATED}"}, None),
            ({"events.md": "- 2021: Owls\n- 2020: Bats\n- 2019: Bees\n"}, None),
            ({"events.md": DATED, "_data/talks.yml": "- a\n"}, None),
            ({"past-events.md": DATED, "events.md": LOOP}, None),
            ({"past-events.html": HTML}, "past-events.html"),
            ({"talks/index.HTM": HTML}, "talks/index.HTM"),
            ({"events.html": HTML, "talks.html": HTML}, None),
            ({"past-events.html": HTML, "events.html": LOOP}, None),
            ({"index.html": HTML.replace("Club", "Past talks")}, None),
        ],
    )
    def test_a_page_is_taken_only_where_nothing_speaks_against_it(self, files: Files, path: str | None) -> None:
        best = seen(files).clearly_best
        assert (best.path if best else None) == path

    def test_what_is_not_clear_is_asked_with_all_that_was_seen(self) -> None:
        files = {"meeting-minutes.md": DATED, "events.md": DATED, **{f"_data/talks{n}.yml": "" for n in "ab"}}
        files |= {f"_data/talks_{n}.yml": "- a\n" for n in range(12)}
        with pytest.raises(UserError) as refused:
            plan(files)
        first, likely, doubt, *others = refused.value.problems
        assert first.choices == ("--page events.md", "--page meeting-minutes.md")
        assert (likely.file, likely.message) == ("events.md", "This page has 7 events.")
        assert (doubt.file, "another kind of page" in doubt.message) == ("meeting-minutes.md", True)
        assert "4 more places" in others[-1].message
        assert plan(files, page="events.md").imported
        assert plan(files, ask=lambda candidates, _: candidates[1]).config.page == "meeting-minutes.md"


NEWS = HTML.replace("Club", "News")


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("index.html", NEWS),
        ("index.html", HTML.replace("</h1>", "</h1>\n<h2>What's new</h2>")),
        ("index.md", "# Club\n\n## News\n\n" + DATED),
        ("people.html", HTML),
        ("404.html", NEWS),
        ("_layouts/events.html", HTML),
        ("_includes/past-events.html", HTML),
        ("_site/events.html", HTML),
        ("docs/changes.html", HTML.replace("Club", "History")),
        ("about.html", "<h1>Events</h1>\n<p>Join us.</p>\n<p>Last updated on 5 May 2024</p>\n"),
    ],
)
def test_a_page_with_dates_for_another_reason_is_no_page_of_events(path: str, page: str) -> None:
    found = seen({path: page})
    assert (found.candidates, found.others) == ([], [])


def test_a_page_of_another_name_is_asked_about_where_a_heading_names_events() -> None:
    found = seen({"index.html": HTML.replace("Club", "Past talks")})
    assert [one.path for one in found.candidates] == ["index.html"]


@pytest.mark.parametrize(
    "head",
    [
        '<meta name="generator" content="Hugo 0.92.1">',
        '<meta content="Jekyll v4.2" name="generator">',
        "<!-- Begin Jekyll SEO tag v2.8.0 -->",
    ],
)
def test_what_a_program_wrote_is_named_only_where_there_is_nothing_else(head: str) -> None:
    built = f"<html><head>\n{head}\n</head>\n{HTML}"
    [problem] = seen({"docs/events.html": built}).unread
    assert problem.file == "docs/events.html"
    assert "wrote this page" in problem.message
    best = seen({"docs/events.html": built, "events.md": DATED}).clearly_best
    assert best
    assert best.path == "events.md"


def test_a_page_that_is_no_text_is_named_if_its_name_says_that_it_lists_events() -> None:
    page = HTML.replace("Owls", "Caf\xe9").encode("latin-1")
    found = seen({"past-events.html": page, "index.html": page, "news.html": page, "talks.html": b"Caf\xe9"})
    assert [one.file for one in found.unread] == ["past-events.html"]


def test_when_a_page_was_changed_is_no_event() -> None:
    paragraphs = "<p>5 May 2024: Owls</p>\n<p>6 May 2024: Bats</p>\n<p><i>Last updated on 7 May 2024</i></p>\n"
    [page] = seen({"events.html": f"<div>\n{paragraphs}</div>\n"}).candidates
    assert page.events == 2


def test_new_events_of_a_page_in_html_are_elements_as_well() -> None:
    planned = plan({"events.html": HTML})
    assert (planned.config.page, len(planned.records)) == ("events.html", 3)
    assert "<li>" in (planned.section_template or "")


def test_a_data_file_that_is_named_is_a_list_wherever_it_is() -> None:
    entries = ",\n".join(f'  {{"name": "{name}", "day": "2021-11-0{day}"}}' for name, day in (("Owls", 8), ("Bats", 1)))
    files = {"info/owls2021.json": f"[\n{entries}\n]\n"}
    assert plan(files, page="info/owls2021.json").config.list == "info/owls2021.json"
    with pytest.raises(UserError, match=r"in \.toml are not taken over"):
        plan({"owls.toml": "[[owl]]\nday = 2021-11-08\n"}, page="owls.toml")


def test_two_dated_entries_on_any_page_are_worth_a_question() -> None:
    with pytest.raises(UserError, match="not clear"):
        plan({"index.md": "- 2021-01-01: Owls\n- 2021-02-01: Bats\n"})


def test_records_of_almanac_s_own_are_no_second_history() -> None:
    record = "id: 2021-01-01-owls\ntitle: Owls\ndate: 2021-01-01\n"
    assert seen({"_data/events/2021-01-01-owls.yml": record}).others == []
    assert seen({"_data/events/2021-01-01-owls.yml": b"\xff", "_data/events/b.json": "{}"}).others


def test_a_config_whose_page_is_missing_opens_no_second_history() -> None:
    files = {CONFIG: "page: evnts.md\n", "events.md": DATED}
    with pytest.raises(UserError, match="missing"):
        plan(files)
    assert plan(files, new=True).states["evnts.md"] == "new"
    assert plan({CONFIG: "page: evnts.md\n"}).states["evnts.md"] == "new"


@pytest.mark.parametrize("other", ["events.html", "events/index.md", "events.markdown"])
def test_a_new_page_takes_no_address_of_another(other: str) -> None:
    with pytest.raises(UserError, match="same address"):
        plan({other: "# Hi\n"}, new=True)


@pytest.mark.parametrize("option", ["--yes", "--dry-run", "--json"])
def test_the_command_stops_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    almanac = Almanac(monkeypatch, capsys)
    repo = Repo.init(tmp_path / "site", branch="main")
    repo.commit({"_data/events.yml": "- a\n", "past-events.md": "# Past\n\n## Owls\n\n## Bats\n"})
    before = everything(repo.folder)
    ran = almanac("init", option, "--site", repo.folder)
    assert ran.status == 1
    assert "past-events.md" in ran.out + ran.err
    assert "_data/events.yml" in ran.out + ran.err
    assert everything(repo.folder) == before


@pytest.mark.parametrize(
    "file",
    [
        "hugo.toml",
        "config/_default/hugo.toml",
        ".eleventy.js",
        "astro.config.mjs",
        "mkdocs.yml",
        "conf.py",
        ".nojekyll",
    ],
)
def test_nobody_can_tell_where_a_new_page_belongs_on_a_site_that_jekyll_does_not_build(file: str) -> None:
    with pytest.raises(UserError, match="Jekyll does not build this site") as raised:
        plan({file: "", "README.md": "# Owls\n"})
    assert raised.value.problems[0].file == file
    assert plan({file: ""}, new=True, page="content/events.md").states["content/events.md"] == "new"


@pytest.mark.parametrize(
    "file", ["README.md", "_config.yml", "docs/_config.yml", "_layouts/default.html", "index.html"]
)
def test_a_site_that_github_pages_builds_gets_a_page(file: str) -> None:
    others = {} if file.endswith((".md", "index.html")) else {"package.json": "{}"}
    assert plan({file: "", **others}).states["events.md"] == "new"


@pytest.mark.parametrize(
    ("path", "page", "reason"),
    [
        ("index.md", "# Cats\n\n- 2021-11-08: a\n- 2021-11-01: b\n", "its name does not say that it lists events"),
        ("events.md", "# Cats\n\n- 2021-11-08: a\n", "that is too few to tell"),
    ],
)
def test_the_only_page_is_not_taken_without_a_reason(path: str, page: str, reason: str) -> None:
    with pytest.raises(UserError) as caught:
        plan({path: page})
    assert f", but {reason}." in caught.value.problems[1].message
