"""What the pull request "Adopt Almanac" says of what was found and chosen: all of it, and the way back."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from almanac.config import PATH, Config
from almanac.proposal.names import ADOPT_BRANCH

from tests.engine.test_onboarding import offer, offered, put, sweep
from tests.forge.worlds import open_world
from tests.memory import Files
from tests.offers import offer_of, text_of

_JEKYLL = {"_config.yml": "title: Club\n"}
_POST = "---\nlayout: post\ntitle: {title} {day}\n{more}---\nAbout it.\n"
_MIXED = {
    **_JEKYLL,
    **{f"_posts/2025-0{day}-10-talk.md": _POST.format(title="Talk", day=day, more="tags: events\n") for day in "1234"},
    **{f"_posts/2025-0{day}-10-old.md": _POST.format(title="News", day=day, more="") for day in "567"},
}
_TALKS = "- 2025-06-02: Owls\n- 2025-05-02: Bats\n- 2025-04-02: Moths\n"
_TWO = {**_JEKYLL, "talks.md": f"# Talks\n\n{_TALKS}", "meetups.md": f"# Meetups\n\n{_TALKS.replace('2025', '2024')}"}
_LISTED = {"_data/events.yml": "- title: Owl\n  date: 2025-03-01\n- title: Bat\n  date: 2025-02-01\n"}
_DATES = "<p>8 October 2025: Bats<br>10 September 2025: Owls</p>"


def _text(files: Files, **ticked: str) -> str:
    made = offer_of(files, ticked)
    assert made
    return text_of(made)


@pytest.mark.parametrize("page", [f"<h1>Past events</h1>\n{_DATES}\n", f"<html><body><h1>Past events</h1>{_DATES}"])
def test_dates_on_one_line_of_html_are_named_as_not_read(page: str) -> None:
    text = _text({**_JEKYLL, "events.html": page})
    assert "Don't merge this yet if you want to keep `events.html`" in text
    assert f"`events.html`, line {page[: page.index('8 Oct')].count(chr(10)) + 1}" in text
    assert "each has to be one element" in text


def test_one_date_of_html_is_no_list() -> None:
    assert "Merge it to begin" in _text({**_JEKYLL, "events.html": "<p>Since <b>8</b> October 2025 we <i>meet</i></p>"})


def test_who_ticks_what_is_doubtful_is_warned_first_and_can_go_back() -> None:
    text = _text(_MIXED, page="_posts")
    begin, choose = text.split("### What I found")[0], text.split("### Choose")[1]
    assert "new events may not come out right" in begin
    assert "**Merge it to begin" not in begin
    assert "- [x] `_posts` (4 events)" in choose
    assert "- [ ] `events.md` (a new page, without events)" in choose


@pytest.mark.parametrize("ticked", [{}, {"page": "_posts"}])
def test_what_seems_no_event_is_not_counted_as_one(ticked: dict[str, str]) -> None:
    text = _text(_MIXED, **ticked)
    assert "`_posts` (4 events)" in text
    assert "7 events" not in text
    assert "Only 4 of 7 posts seem to be events" in text
    assert ("`_posts`: 4 files, one for each event (3 more are about something else)" in text) == bool(ticked)


@pytest.mark.parametrize(("taken", "left"), [("talks.md", "meetups.md"), ("meetups.md", "talks.md")])
def test_the_page_that_is_left_alone_is_named(taken: str, left: str) -> None:
    found = _text(_TWO, page=taken).split("### Choose")[0]
    assert f"`{taken}`: 3 events." in found
    assert f"Also `{left}` (3 events), which this pull request leaves alone" in found


def test_a_no_to_a_workflow_takes_its_file_along() -> None:
    made = offer_of(_TWO)
    assert made
    assert "\n\nIf you close it, delete the workflow `.github/workflows/almanac.yml` too" in text_of(
        replace(made, follows=False)
    )
    assert ".github/workflows" not in text_of(made)


def test_a_line_to_change_is_said_to_be_on_the_main_branch() -> None:
    page = "# Events\n\n- 2025-06-02: Owls\n- 2025-05-32: Bats\n- 2025-04-02: Moths\n"
    assert "commit to `main`" in _text({**_JEKYLL, "events.md": page})


@pytest.mark.parametrize("number", [1, 2])
def test_few_events_that_keep_their_text(number: int) -> None:
    own = "".join(f"### 2025-0{day}-03: Walk\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n" for day in range(1, 1 + number))
    page = f"# Events\n\n### 2025-06-02: Owls\n\n- Location: Library\n\n{own}"
    words = {1: "(1 of them keeps its text as it is)", 2: "(2 of them keep their text as it is)"}
    assert words[number] in _text({**_JEKYLL, "events.md": page})


@pytest.mark.parametrize(
    ("first", "kept"),
    [("{} June 2025, 7pm", "keeps Duration."), ("{} June 2025, 7pm\u20138pm", "answers to all questions")],
)
def test_how_long_an_event_takes_is_said_to_be_shown_only_where_its_end_is(first: str, kept: str) -> None:
    rows = "".join(f"- {first.format(day)}: {name}\n" for day, name in ((3, "Owls"), (2, "Bats"), (1, "Moths")))
    assert kept in _text({**_JEKYLL, "events.md": f"# Events\n\n{rows}"})


@pytest.mark.parametrize(("key", "kept"), [("", True), ('end: "19:30"\n', False), ("duration: 60 min\n", False)])
def test_of_files_likewise(key: str, kept: bool) -> None:
    talk = '---\ntitle: Talk {0}\ndate: 2025-06-0{0}\nstart: "18:00"\n' + key + "---\nAbout it.\n"
    text = _text({**_JEKYLL, **{f"_events/2025-06-0{day}-talk.md": talk.format(day) for day in (1, 2, 3)}})
    assert ("`almanac`, keeps Duration" in text) == kept


@pytest.mark.parametrize("ticked", [{}, {"shape": "house"}])
def test_almanac_s_own_style_has_a_template_to_edit_for_who_ticks_its_box(ticked: dict[str, str]) -> None:
    files = {**_JEKYLL, **({"talks.md": f"# Talks\n\n{_TALKS}"} if ticked else {})}
    path = ".github/almanac/section.md.j2"
    before = offer_of(files, ticked)
    assert before
    assert path not in before.files
    assert "tick the box of a file to edit below" in text_of(before)
    chosen = {**before.choices, "template": path}
    made = offer_of(files, chosen)
    assert made
    assert (made.choices, made.sample) == (chosen, before.sample)
    assert f"section_template: {path}\n" in made.files[PATH]
    assert f"edit `{path}` ([how](" in text_of(made)
    edited = offer_of(files, chosen, {path: "### {{ date }}: {{ title }}\n"})
    assert edited
    assert re.fullmatch("### [0-9-]+: A sample", edited.sample)
    assert (edited.template, path in edited.files) == (path, False)
    assert f"- [x] A file to edit, which says how new events are written ({path})" in text_of(edited)
    assert path not in offer_of(files, {**edited.choices, "template": ""}).files  # type: ignore[union-attr]


def test_each_file_that_says_no_date_is_named_with_the_reason() -> None:
    broken = '---\ntitle: "C\n---\n'
    files = {f"_events/{name}.md": f"---\ntitle: {name}\n---\n" for name in "ab"}
    text = _text({**_JEKYLL, **files, "_events/c.md": broken})
    assert "Without a date: _events/a.md, _events/b.md." in text
    assert "_events/c.md cannot be read: This is not valid YAML" in text
    dated = {path: page.replace("title", "date: 2025-05-04\ntitle") for path, page in files.items()}
    assert "_events/c.md" not in _text({**_JEKYLL, **dated})


@pytest.mark.parametrize(
    "files",
    [
        {"_data/events.csv": "title,date\nOwls,4/6/2025\nBats,3/5/2025\n"},
        {f"_events/{name}.md": f"---\ntitle: {name}\ndate: 4/6/2025\n---\n" for name in "ab"},
    ],
    ids=["table", "files"],
)
def test_days_that_could_be_two_are_the_reason(files: Files) -> None:
    assert "`4/6/2025` could be two different days" in _text({**_JEKYLL, **files})


@pytest.mark.parametrize(
    ("other", "read"),
    [
        ("20/4/2025", "Wednesday, June 4, 2025"),
        ("4/20/2025", "Sunday, April 6, 2025"),
        ("2/5/2025", None),
        ("2 May 2025", None),
    ],
)
def test_how_a_date_of_two_ways_is_read_is_said(other: str, read: str | None) -> None:
    text = _text({**_JEKYLL, "events.md": f"# Events\n\n- 4/6/2025: Owls\n- {other}: Bats\n"})
    assert ("is read as" in text) == bool(read)
    assert f"`4/6/2025` is read as {read}." in text or "so only its year was taken over" in text


_HUGO = {
    f"content/events/2025-06-0{day}-talk.md": f"---\ntitle: Talk {day}\ndate: 2025-06-0{day}\n---\nAbout it.\n"
    for day in (1, 2, 3)
}
_DOCS_PAGE = {"docs/events.md": f"# Events\n\n{_TALKS}"}


@pytest.mark.parametrize(
    ("files", "folder"),
    [
        ({"hugo.toml": 'baseURL = "https://club.example.org/"\n', **_HUGO}, "static/"),
        ({"config.yaml": "baseURL: https://club.example.org\nstaticDir: files\n", **_HUGO}, "files/"),
        ({"mkdocs.yml": "site_url: https://club.example.org/\n", **_DOCS_PAGE}, "docs/"),
        ({"_config.yml": "url: https://club.example.org\n", "events.md": f"# Events\n\n{_TALKS}"}, ""),
    ],
    ids=["Hugo", "Hugo with settings", "MkDocs", "Jekyll"],
)
def test_a_calendar_goes_where_the_generator_publishes_it_and_knows_the_site(files: Files, folder: str) -> None:
    page = next((path for path in ("docs/events.md", "events.md") if path in files), "content/events")
    made = offer_of(files, {"page": page, "calendar": f"{folder}events.ics", "feed": f"{folder}feed.xml"})
    assert made
    assert "@club.example.org" in made.files[f"{folder}events.ics"]
    assert 'href="https://club.example.org/feed.xml"' in made.files[f"{folder}feed.xml"]


def test_where_nobody_knows_what_is_published_no_calendar_is_offered_and_it_says_so() -> None:
    made = offer_of({".eleventy.js": "", **_HUGO}, {"page": "content/events"})
    assert made
    assert "calendar" not in made.choices
    assert "It does not know which folder of this site is published" in text_of(made)


@pytest.mark.parametrize(
    ("config", "mark", "warned"),
    [
        ({"_config.yml": "title: x\n"}, ";", True),
        ({"_config.yml": "title: x\n"}, ",", False),
        ({"hugo.toml": ""}, "\t", False),
    ],
)
def test_jekyll_cannot_tell_the_columns_of_a_table_without_commas(config: Files, mark: str, warned: bool) -> None:
    table = "title,date\nOwls,2025-05-06\nBats,2025-04-01\n".replace(",", mark)
    text = _text({**config, "_data/talks.csv": table}, page="_data/talks.csv")
    assert ("`_data/talks.csv`: Jekyll reads each row of this table as one column" in text) == warned


@pytest.mark.parametrize(
    ("config", "warned"), [("", True), ("buildFuture = false\n", True), ("buildFuture = true\n", False)]
)
def test_hugo_leaves_out_what_is_to_come(config: str, warned: bool) -> None:
    text = _text({"hugo.toml": config, **_HUGO}, page="content/events")
    assert ("`hugo.toml`: Hugo leaves out an event that is to come until its day" in text) == warned


def test_a_folder_that_was_not_found_can_be_named_in_the_settings_on_the_branch() -> None:
    posts = {
        f"_posts/2025-0{day}-01-owls.md": f"---\ntitle: Owls {day}\n---\nWe meet on 2{day} October 2025.\n"
        for day in "123"
    }
    files = {**_JEKYLL, **posts}
    first = offer_of(files)
    assert first
    assert "that I did not find, you can name that place ([more](" in text_of(first)
    made = offer_of(files, first.choices, {PATH: "files: _posts/{date}-{slug}.md\ndashboard: true\n"})
    assert made
    assert made.files[".github/almanac/file.md.j2"].startswith("---\ntitle: {{ title | with_status }}\n")
    assert made.sample.startswith("---\ntitle: A sample event\n")
    assert "`_posts`: 3 files, one for each event" in text_of(made)


@pytest.mark.parametrize("key", ["files", "list"])
def test_settings_and_template_can_both_be_edited_on_the_branch(key: str) -> None:
    talks = {f"_talks/2025-0{day}-02-owl.md": f"---\ntitle: Owl {day}\ndate: 2025-0{day}-02\n---\n" for day in "123"}
    files = {**_JEKYLL, **(talks if key == "files" else _LISTED)}
    first = offer_of(files)
    assert first
    template = next(path for path in first.files if path.endswith(".j2"))
    edited = first.files[template].replace("title:", "title:  ")
    made = offer_of(files, {}, {PATH: first.files[PATH] + "dashboard: true\n", template: edited})
    assert made
    assert "title:   A sample event" in made.sample
    assert f"`{template}`: how a new event is written" in text_of(made)


@pytest.mark.parametrize(
    ("path", "old", "new", "words"),
    [
        (".github/almanac/entry.yml.j2", "{{ date", "{{ dat", "Only 0 of 2 events would be known"),
        (".github/almanac/entry.yml.j2", "title:", "title: [", "This is not valid YAML"),
        (Config().form, "body:", "body: [", "This is not valid YAML"),
    ],
)
def test_a_mistake_on_the_branch_is_said_and_all_else_stays(
    tmp_path: Path, path: str, old: str, new: str, words: str
) -> None:
    with open_world("local", tmp_path / "site") as world:
        put(
            world,
            {**_JEKYLL, "_data/events.yml": "- title: Owl\n  date: 2025-03-01\n- title: Bat\n  date: 2025-02-01\n"},
        )
        sweep(world)
        before = offered(world)
        world.commit({path: before[path].replace(old, new, 1).encode()}, branch=ADOPT_BRANCH)
        sweep(world)
        text = offer(world).body
        assert words in text
        assert "`_data/events.yml`: 2 entries" in text
        assert "title: A sample event" in text
        assert {name: one for name, one in offered(world).items() if name != path} == {
            name: one for name, one in before.items() if name != path
        }


@pytest.mark.parametrize("line", ["# AUTOGENERATED FILE. DO NOT EDIT.", "# Generated by scripts/fetch.py"])
def test_a_list_that_says_that_a_program_writes_it_is_taken_only_if_somebody_ticks_it(line: str) -> None:
    listed = {path: f"{line}\n{text}" for path, text in _LISTED.items()}
    text = _text({**_JEKYLL, **listed})
    assert "- [ ] `_data/events.yml` (2 events)" in text
    assert "Another program seems to write this list" in text
    assert "Compare the samples before you merge this" in _text({**_JEKYLL, **listed}, page="_data/events.yml")
