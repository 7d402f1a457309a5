"""Imitating a page: a new event is written as the page writes its events, and nothing else changes."""

import re
from pathlib import Path

import pytest
from almanac.event.model import Event, Person
from almanac.page.imitate import Imitation, imitate, lands, page_questions, samples, write_templates
from almanac.page.importer import import_page
from almanac.page.insert import fitted, put
from almanac.page.numbers import next_number
from almanac.page.outline import outline
from almanac.page.template import section_renderer
from almanac.views.protocol import unshown

from tests.page.house import BARE, FULL, PAGES, REFERENCE, ZONES, render
from tests.reference import GOVERNMENTS


def imitation_of(page: str) -> Imitation:
    imported = import_page(page, render, ZONES)
    return imitate(outline(page), [event.markdown is None for event in imported.events])


def added(page: str, event: Event) -> str:
    """Put an event onto a page with the template that it needs, and return its section; all else has to be kept."""
    imitation = imitation_of(page)
    assert imitation.proven
    assert imitation.template
    section = section_renderer(imitation.template)(event)
    after = put(page, event, section, previous=None, order=None)
    assert after.count(fitted(event, section, outline(page).newline)) == 1
    # Besides the section, only white space or a year's heading may be new, before it or after it.
    before = next((at for at, both in enumerate(zip(page, after, strict=False)) if len({*both}) > 1), len(page))
    assert page[:before] + after[len(after) - (len(page) - before) :] == page
    return section


# The first line of the section that each page of the import's own cases would get.
FIRST_LINES = {
    "atx-long-dates": "## November 15th, 2021: Owls",
    "atx-newest-first": "### 2021-11-15: Owls",
    "bom": "## 15 November 2021: Owls",
    "bracketed-dates": "## [2021-11-15] - Owls",
    "bullets": "* 15 November 2021 - Owls",
    "bullets-loose": "- **Nov 15, 2021**: Owls",
    "bullets-under-years": "- November 15 - Owls",
    "closing-text": "## November 15, 2021 Owls",
    "crlf": "## November 15th, 2021: Owls",
    "dates-last": "### Owls, November 15, 2021",
    "deep-headings": "#### November 15: Owls",
    "emoji": "### 🗓️ November 15, 2021 — Owls",
    "german-labels": "## 2021-11-15: Owls",
    "links-as-titles": "- Owls (November 15, 2021)",
    "months-only": "### November 2021: Owls",
    "numeric-dates": "- 15.11.2021: Owls",
    "numeric-short-years": "## 11/15/21",
    "ranges": "### November 15, 2021: Owls",
    "rules": "### November 15, 2021: Owls",
    "setext": "November 15, 2021: Owls",
    "table": "| 2021/11/15 |           | Owls                     |",
    "table-linked-dates": "15 November 2021 | Owls |",
    "table-under-years": "| Nov 15 | Owls |",
    "table-uneven": "| Nov 15, 2021 | \u2013 | Owls | \u2013 | \u2013 |",
    "table-year-column": "2021 | Nov 15 | Owls",
    "times-in-dates": "- 2021-11-15 Owls",
    "times-with-zones": "### 15 Nov 2021",
    "titles-below": "## November 15, 2021",
    "two-lists": "## November 15, 2021: Owls",
    "upcoming-and-past": "- **Nov 15, 2021**: Owls",
    "weekdays-last": "- Owls, Monday, November 15, 2021",
    "year-lines": "- Nov 15: Owls",
    "years-missing": "* November 15, 2021 - Owls",
}


@pytest.mark.parametrize("name", FIRST_LINES)
def test_a_new_event_begins_as_the_events_of_the_page_do(name: str) -> None:
    assert added(PAGES[name], BARE).split("\n")[0] == FIRST_LINES[name]


def test_a_new_event_has_its_time_where_the_events_of_the_page_have_theirs() -> None:
    event = BARE.model_copy(update={"starts": "2021-11-15T19:30:00-05:00", "when": "7:30pm ET"})
    assert added(PAGES["times-in-dates"], event) == "- 2021-11-15T19:30 Owls"
    # Another zone than the page's would be wrong beside its letters, so the event's own line of times is there.
    assert added(PAGES["times-with-zones"], event).startswith("### 15 Nov 2021, 7:30pm ET\n")


@pytest.mark.parametrize("name", sorted(PAGES))
def test_every_page_gets_a_template_or_is_in_the_house_style(name: str) -> None:
    imitation = imitation_of(PAGES[name])
    assert imitation.proven
    if imitation.template:
        added(PAGES[name], FULL)


def test_the_reference_page_needs_no_template() -> None:
    assert imitation_of(REFERENCE) == Imitation("heading", None, proven=True)


def test_a_row_shows_what_its_columns_say() -> None:
    page = (
        "| Date | Talk | Speaker | Company | Room | Slides | Video | Level | What it is about |\n"
        "|---|---|---|---|---|---|---|---|---|\n"
        "| Nov 1, 2021 | [Cats](https://example.org/c) | Ana (A) | A | 1 | [s](https://example.org/s) | [watch]"
        "(https://example.org/v) | easy | x |\n"
        "| Nov 8, 2021 | [Dogs](https://example.org/d) | Bo (B) | B | 2 | [s](https://example.org/t) | [watch]"
        "(https://example.org/w) | hard | y |\n"
    )
    event = FULL.model_copy(update={"extra": {"level": "hard|er"}, "status": "cancelled"})
    assert added(page, event) == (
        "| Nov 15, 2021 | [Owls](https://www.example.org/register) (cancelled) "
        "| [Ada](https://example.org/ada) (Engines), Grace | Engines | Room 5 "
        "| [Slides](https://example.org/slides) | [watch](https://example.org/video) "
        "| hard&#124;er |  |"
    )
    assert added(page, BARE) == "| Nov 15, 2021 | Owls |  |  |  |  |  |  |  |"


@pytest.mark.parametrize(
    ("page", "changes", "row"),
    [
        pytest.param(
            "Meeting | Agenda | Status\n--- | --- | ---\n"
            "Nov 1, 2021: Cats | a; b | held\nNov 8, 2021: Dogs | c | held\n",
            {"agenda": ("Hello", "Bye"), "status": "postponed"},
            "Nov 15, 2021: Owls | Hello; Bye | postponed",
            id="no bars at the ends, and the title beside the date",
        ),
        pytest.param(
            "| Date | Title | Topic | |\n|--|--|--|--|\n"
            "| Nov 1, 2021 | Cats | Fur | x |\n| Nov 8, 2021 | Dogs | Fur | |\n",
            {"extra": {"topic": "Feathers"}},
            "| Nov 15, 2021 | Owls | Feathers |  |",
            id="a second column for the title, and one without a name",
        ),
        pytest.param(
            "| # | Date | Title |\n|--|--|--|\n| 2 | Wed, Oct 27, 2021 | Cats |\n| 1 | Wed, Oct 20, 2021 | Dogs |\n",
            {"number": 3},
            "| 3 | Mon, Nov 15, 2021 | Owls |",
            id="weekdays before dates",
        ),
        pytest.param(
            "| Date | Title |\n|--|--|\n| Oct 27, 2021 (Wed) | Cats |\n| Oct 20, 2021 (Wed) | Dogs |\n",
            {},
            "| Nov 15, 2021 (Mon) | Owls |",
            id="weekdays behind dates",
        ),
        pytest.param(
            "| Nov 1, 2021 | Cats | |\n| Nov 8, 2021 | Dogs | |\n",
            {},
            "| Nov 15, 2021 | Owls |  |",
            id="no names of columns",
        ),
        pytest.param(
            "| When | What | Notes |\n|--|--|--|\n| November 2021 | Cats | x |\n| early 2022 | Dogs | y |\n",
            {},
            "| November 2021 | Owls |  |",
            id="dates of which some are vague",
        ),
        pytest.param(
            PAGES["table-linked-dates"],
            {"url": FULL.url, "links": FULL.links},
            "[15 November 2021](https://www.example.org/register) | Owls | [Slides](https://example.org/slides)",
            id="columns that lead somewhere",
        ),
        pytest.param(
            "| Date | Talk | Speaker |\n|--|--|--|\n| Nov 1, 2021 | Cats | [Ana (A)](https://example.org/a) |\n"
            "| Nov 8, 2021 | Dogs | [Ana (A)](https://example.org/b) |\n",
            {"people": FULL.people},
            "| Nov 15, 2021 | Owls | [Ada](https://example.org/ada) (Engines), Grace |",
            id="the same person in each row",
        ),
    ],
)
def test_rows(page: str, changes: dict[str, object], row: str) -> None:
    assert added(page, BARE.model_copy(update=changes)) == row


LABELLED = """\
# Talks

## Nov 1, 2021 - Cats

**When:** 9am ET{end}
**Where:** Hall{end}
**Speakers:** Ana{end}
**Sign up:** <https://example.org/a>{end}
**Video:** [Watch it](https://example.org/b)

All about cats.

## Nov 8, 2021 - Dogs

**When:** 10am ET{end}
**Where:** Hall{end}
**Speakers:** Bo{end}
**Sign up:** <https://example.org/c>{end}
**Video:** [Watch it](https://example.org/d)

All about dogs.
"""


@pytest.mark.parametrize("end", ["  ", "\\", ""])
def test_labelled_lines_keep_the_page_s_words_marks_and_order(end: str) -> None:
    page = LABELLED.replace("{end}", end)
    event = FULL.model_copy(update={"agenda": (), "links": ()})
    assert added(page, event) == (
        f"## Nov 15, 2021 - Owls\n\n**When:** 9am ET, 3pm CET{end}\n**Where:** Room 5{end}\n"
        f"**Speakers:** [Ada](https://example.org/ada) (Engines), Grace{end}\n"
        f"**Sign up:** <https://www.example.org/register>{end}\n"
        "**Video:** [Watch it](https://example.org/video)"
        "\n\nAbout owls.\n\nTwo things:\n\n- eyes\n- ears"
    )
    assert added(page, BARE) == "## Nov 15, 2021 - Owls"


def test_labelled_lines_follow_each_other() -> None:
    page = LABELLED.replace("{end}", "")
    assert added(page, FULL).split("\n\n") == [
        "## Nov 15, 2021 - Owls",
        (
            "**When:** 9am ET, 3pm CET\n**Where:** Room 5\n"
            "**Speakers:** [Ada](https://example.org/ada) (Engines), Grace\n"
            "**Sign up:** <https://www.example.org/register>\n**Video:** [Watch it](https://example.org/video)"
        ),
        "About owls.",
        "Two things:",
        "- eyes\n- ears",
    ]


def test_a_blank_line_separates_a_list_from_the_line_below_it() -> None:
    one = "## Nov {day}, 2021 - Cats\n**When:** 9am ET\n**Speakers:**\n  * Ana\n  * Bo\n\n**Video:** none\n"
    page = f"{one.format(day=1)}\n{one.format(day=8)}"
    event = BARE.model_copy(update={"people": FULL.people, "recording": FULL.recording, "when": FULL.when})
    assert "Grace\n\n**Video:**" in added(page, event)


def test_no_labels_of_ours_come_among_those_of_a_page() -> None:
    event = BARE.model_copy(update={"when": "9am ET", "location": "Room 5", "description": "Hoots."})
    assert added(PAGES["german-labels"], event) == "## 2021-11-15: Owls\n\n**Ort:** Room 5\n\nHoots."


def test_titles_below_the_date_may_be_headings() -> None:
    assert added(PAGES["titles-below"], BARE) == "## November 15, 2021\n\n### Owls"


def test_labelled_bullets_with_a_list_below() -> None:
    page = (
        "### 2021-11-01: Cats\n\n* *Speakers*:\n  - Ana\n  - Bo\n* *Time*: 9am ET\n* *Abstract*: Fur.\n"
        "* *Agenda*: a; b\n* *Links*: none\n\n### 2021-11-08: Dogs\n\n* *Speakers*:\n  - Cy\n"
        "* *Time*: 9am ET\n* *Abstract*: Fur.\n"
    )
    assert added(page, FULL) == (
        "### 2021-11-15: Owls\n\n* *Speakers*:\n  - [Ada](https://example.org/ada), Engines\n  - Grace\n"
        "* *Time*: 9am ET, 3pm CET\n* *Abstract*: About owls. Two things: • eyes • ears\n* *Agenda*: Hello; Bye\n"
        "* *Links*: [Slides](https://example.org/slides)"
    )


def test_titles_that_come_back_again_are_those_of_series() -> None:
    page = "".join(f"### 2021-11-0{day}: Community call\n\nWe talked.\n\n" for day in (1, 2, 3))
    event = BARE.model_copy(update={"series": "Community call"})
    assert added(page, event) == "### 2021-11-15: Community call\n\n**Owls**"
    assert added(page, BARE) == "### 2021-11-15: Owls"


def test_titles_below_the_date() -> None:
    plain = "## 2021-11-01\n\nCats\n\nFur.\n\n## 2021-11-08\n\nDogs\n\nFur.\n"
    assert added(plain, BARE) == "## 2021-11-15\n\nOwls"
    bold = "## 2021-11-01\n**Cats**\n\n## 2021-11-08\n**Dogs**\n"
    assert added(bold, BARE) == "## 2021-11-15\n**Owls**"
    topics = "## 2021-11-01\n\n- Topic: Cats\n- Series: S\n\n## 2021-11-08\n\n- Topic: Dogs\n- Series: S\n"
    event = BARE.model_copy(update={"series": "Z"})
    assert added(topics, event) == "## 2021-11-15\n\n- Topic: Owls\n- Series: Z"


@pytest.mark.parametrize(
    ("line", "other", "written"),
    [
        ("### **Cats** (Nov 1, 2021)", "### **Dogs** (Nov 8, 2021)", "### **Owls** (Nov 15, 2021)"),
        (
            "### [Cats](https://a.org) - Nov 1, 2021",
            "### [Dogs](https://a.org) - Nov 8, 2021",
            "### Owls - Nov 15, 2021",
        ),
        ("### Nov 1, 2021: Cats ###", "### Nov 8, 2021: Dogs ###", "### Nov 15, 2021: Owls ###"),
        ("- [Nov 1, 2021](https://a.org): Cats", "- [Nov 8, 2021](https://a.org): Dogs", "- Nov 15, 2021: Owls"),
        ("- *Nov 1, 2021*: **Cats**", "- *Nov 8, 2021*: **Dogs**", "- *Nov 15, 2021*: **Owls**"),
        ("- **Nov 1, 2021: Cats**", "- **Nov 8, 2021: Dogs**", "- **Nov 15, 2021: Owls**"),
        ("- Monday, Nov 1, 2021: “Cats”", "- Monday, Nov 8, 2021: “Dogs”", "- Monday, Nov 15, 2021: “Owls”"),
        ("- 1 November 2021, Monday - Cats", "- 8 November 2021, Monday - Dogs", "- 15 November 2021, Monday - Owls"),
        ("- [x] 2021-11-01 Cats", "- [x] 2021-11-08 Dogs", "- [x] 2021-11-15 Owls"),
        ("* Date: Nov 1st, 2021 | Cats", "* Date: Nov 8th, 2021 | Dogs", "* Date: Nov 15th, 2021 | Owls"),
        ("- 2021-11-01 [Cats](https://a.org)", "- 2021-11-08 [Dogs](https://a.org)", "- 2021-11-15 Owls"),
        ("- 2021-11-01 Cats ([slides](https://a.org))", "- 2021-11-08 Dogs", "- 2021-11-15 Owls"),
        ("- [2021-11-01] - Cats", "- [2021-11-08] - Dogs", "- [2021-11-15] - Owls"),
        ("- [2021-11-01 [x] Cats", "- [2021-11-08 [x] Dogs", "- 2021-11-15: Owls"),
        ("### Cats, 2021-11-01 at 9", "### Dogs, 2021-11-08 at 9", "### Owls, 2021-11-15"),
        ("### **Nov** 1, 2021: Cats", "### **Nov** 8, 2021: Dogs", "### Nov 15, 2021: Owls"),
        ("Talks\n\n| Nov 1, 2021 | Cats |", "| Nov 8, 2021 | Dogs |", "| Nov 15, 2021 | Owls |"),
        ("x\n\n| Hall, Nov 1, 2021 | Cats |", "| Hall, Nov 8, 2021 | Dogs |", "| Nov 15, 2021 | Owls |"),
        ("- 2021-11-01", "- 2021-11-08", "- 2021-11-15: Owls"),
    ],
)
def test_marks_around_date_and_title(line: str, other: str, written: str) -> None:
    gap = "\n\n" if line.startswith("#") else "\n"
    assert added(f"{line}{gap}{other}\n", BARE) == written


@pytest.mark.parametrize(
    ("line", "other", "written"),
    [
        ("- 2021-11-01: Cats by Ana", "- 2021-11-08: Dogs by Bo", "- 2021-11-15: Owls by {people}"),
        (
            "* **2021-11-01** - *Cats* by [Ana](https://a.org)",
            "* **2021-11-08** - *Dogs* by Bo",
            "* **2021-11-15** - *Owls* by {people}",
        ),
        (
            "- Nov 1, 2021: Cats, with Ana and [Bo](https://b.org)",
            "- Nov 8, 2021: Dogs, with Cy",
            "- Nov 15, 2021: Owls, with {people and}",
        ),
        ("- **2021-11-01: Cats by Ana**", "- **2021-11-08: Dogs by Bo**", "- **2021-11-15: Owls by {people}**"),
        ("- 2021-11-01: “Cats by Ana”", "- 2021-11-08: “Dogs by Bo”", "- 2021-11-15: “Owls by {people}”"),
    ],
)
def test_people_follow_the_title_where_the_page_has_them_there(line: str, other: str, written: str) -> None:
    page, event = f"{line}\n{other}\n", BARE.model_copy(update={"people": FULL.people})
    ada = "[Ada](https://example.org/ada)"
    assert added(page, event) == written.format(**{"people": f"{ada}, Grace", "people and": f"{ada} and Grace"})
    assert added(page, BARE) == re.sub(r",? (?:by|with) \{[^{}]*\}", "", written)


def test_people_after_the_title_are_not_named_again_below_it() -> None:
    page = "- 2021-11-01: Cats by Ana\n    - Where: Hall\n- 2021-11-08: Dogs by Bo\n    - Where: Hall\n"
    assert added(page, FULL.model_copy(update={"description": None, "agenda": (), "links": (), "url": None})) == (
        "- 2021-11-15: Owls by [Ada](https://example.org/ada), Grace\n    - Where: Room 5"
    )


def test_people_whose_titles_are_below_them() -> None:
    entry = "* **{}**\n    * **2021-11-{:02}**\n    * *“On {}”*\n"
    page = "".join(entry.format(name, day, name[0]) for day, name in enumerate(("Ana Low", "Bo Ray", "Cy Day"), 1))
    event = BARE.model_copy(update={"people": FULL.people[1:]})
    assert added(page, event) == "* **Grace**\n    * **2021-11-15**\n    * *“Owls”*"
    assert added(page, BARE) == "* **Owls**\n    * **2021-11-15**"


def test_links_lead_where_the_event_does() -> None:
    whole = "- [Nov 1, 2021: Cats](https://a.org)\n- [Nov 8, 2021: Dogs](https://a.org)\n"
    assert added(whole, FULL) == "- [Nov 15, 2021: Owls](https://www.example.org/register)"
    date = whole.replace(": Cats](https://a.org)", "](https://a.org): Cats").replace(
        ": Dogs](https://a.org)", "](https://a.org): Dogs"
    )
    assert added(date, FULL) == "- [Nov 15, 2021](https://www.example.org/register): Owls"


def test_where_no_first_line_can_be_taken_apart_a_new_one_is_plain() -> None:
    page = "### <a href='https://a.org'>Nov 1, 2021</a> Cats\n\n### `Nov 8, 2021` Dogs\n"
    assert added(page, BARE) == "### Nov 15, 2021: Owls"


def test_typed_text_is_escaped_on_every_page() -> None:
    event = BARE.model_copy(update={"title": "[x](javascript:1) {{ y }} | <b>"})
    for name in FIRST_LINES:
        section = added(PAGES[name], event)
        assert not re.search(r"\]\(javascript|\{\{|<b>", section), name


def test_a_page_for_which_no_template_works_is_reported_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("almanac.page.imitate.write_templates", lambda *_: ["{{ title }}", "{% if %}"])
    assert imitation_of(PAGES["bullets"]) == Imitation("bullet", None, proven=False)


def test_details_that_do_not_work_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("almanac.page.imitate.write_details", lambda *_, **__: "\n## November 3rd, 2021: Another\n")
    assert imitation_of(PAGES["atx-long-dates"]).template
    assert added(PAGES["atx-long-dates"], FULL) == "## November 15th, 2021: Owls"


@pytest.mark.parametrize("template", ["", "text", "### {{ title }}", "- 2021-11-16 {{ title }}", "* a\n* 2021-11-15 b"])
def test_a_section_that_is_not_found_again_does_not_land(template: str) -> None:
    page = outline(PAGES["bullets"])
    assert not lands(page, BARE, section_renderer(template)(BARE))
    assert lands(page, BARE, "* 15 November 2021 - Owls")


def test_the_house_style_is_left_alone_where_most_events_have_it() -> None:
    mixed = render(GOVERNMENTS) + "\n\n### November 9th, 2021:  Bent\n\nText.\n"
    assert imitation_of(mixed).template is None


def test_every_page_with_a_first_line_exists() -> None:
    folder = Path(__file__).parent.parent / "cases/pages"
    assert {path.stem for path in folder.glob("*.md")} >= set(FIRST_LINES)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("academic-years", "- Nov 15: Owls ([Ada](https://example.org/ada), Grace)"),
        ("table-time-ranges", "| 2024-11-15 Friday 18:00-19:30 | [Ada](https://example.org/ada), Grace | Owls |"),
        ("links-on-one-line", "[Slides](https://example.org/slides) | [Video](https://example.org/video)"),
        ("numbers-in-links", "* [#05 | Owls - 15/11/2024](https://www.example.org/register)"),
        ("folded-years-apart", "  * [Calls, November 15th](https://www.example.org/register)"),
        ("numbered-series", "## 13. Calls 2024.11.15\n\n### Owls\n"),
        (
            "html-cards",
            (
                '    <h3 id="2021-11-15-owls">Owls</h3>\n'
                '    <p class="date"><time datetime="2024-11-15">Friday, November 15, 2024 at 6:00pm</time></p>\n'
                "    <p><b>Where:</b> Room 5</p>\n"
                "    <p>About owls.</p>\n"
                "    <p>Two things:<br>• eyes<br>• ears</p>\n"
                '    <p><a href="https://www.example.org/register" class="btn">RSVP</a></p>\n'
                "  </div>"
            ),
        ),
        (
            "html-definitions",
            (
                '<dt>2024-11-15</dt>\n<dd><a href="https://www.example.org/register">Owls</a> — '
                '<a href="https://example.org/ada">Ada</a>, Grace</dd>'
            ),
        ),
        ("html-folded", "<summary><b>November 15, 2024</b> - Owls</summary>\n<p>Speaker: <a "),
        ("html-table", '<tr><td>Nov 15, 2024</td><td><a href="https://example.org/ada">Ada</a> (Engines), Grace</td>'),
        ("paragraphs", "**15 November 2024** - *Owls* by [Ada](https://example.org/ada) (Engines), Grace. [Slides]("),
        ("paragraphs-bold-days", "**November 15, 2024**\n\n**Owls**\n\nAbout owls.\n"),
    ],
)
def test_a_full_event_is_written_as_the_neighbours_are(name: str, written: str) -> None:
    moments = {"date": "2024-11-15", "starts": "2024-11-15T18:00:00-05:00", "ends": "2024-11-15T19:30:00-05:00"}
    number = next_number(outline(PAGES[name]), moments["date"])
    assert written in added(PAGES[name], FULL.model_copy(update={**moments, "number": number, "series": "Calls"}))


def test_a_title_above_its_text_is_one_in_html_with_paragraphs_as_the_neighbours_have_them() -> None:
    entry = (
        "<article>\n  <h2>{0} 2021</h2>\n  <p>\n    <strong>{1} in the garden</strong><br />\n    They were seen by "
        "many people, and it was late when all of them had gone home again. There were a great many questions, and "
        "all had an answer that was heard to the end.\n  </p>\n  <p>\n    {1}: all went home.\n  </p>\n</article>\n"
    )
    page = (
        "# Past\n\n<div>\n" + "".join(entry.format(*one) for one in (("8 Nov", "Cats"), ("1 Nov", "Dogs"))) + "</div>\n"
    )
    assert added(page, FULL).startswith(
        "<article>\n  <h2>15 Nov 2021</h2>\n  <p>\n    <strong>Owls</strong><br />\n    About owls.\n  </p>\n"
        "  <p>\n    Two things:<br />\n    • eyes<br />\n    • ears\n  </p>\n</article>"
    )
    assert "    <strong>Owls</strong>\n  </p>\n</article>" in added(page, BARE)


def test_elements_keep_the_tags_around_their_words_and_ask_for_what_no_field_has() -> None:
    row = "<tr><td>{} 2021</td><td><b>{}</b></td><td><i>{}</i></td><td>{}</td></tr>\n"
    head = "".join(f"<th>{name}</th>" for name in ("Date", "Talk", "Speaker", "Level"))
    rows = [row.format(*one) for one in (("8 Nov", "Cats", "Eve", "easy"), ("1 Nov", "Dogs", "Tom", "hard"))]
    page = f"# Past\n\n<table>\n<tr>{head}</tr>\n{''.join(rows)}</table>\n"
    full = FULL.model_copy(update={"extra": {"level": "for *all*"}})
    people = '<a href="https://example.org/ada">Ada</a>, Grace'
    assert added(page, full) == row.format("15 Nov", "Owls", people, "for &#42;all&#42;").rstrip()
    assert added(page, BARE) == "<tr><td>15 Nov 2021</td><td><b>Owls</b></td><td></td><td></td></tr>"
    [question] = page_questions(outline(page))
    assert (question.id, question.label, question.example) == ("level", "Level", "easy")


def test_titles_of_a_table_are_links_once_the_newest_ones_are() -> None:
    linked, bare = "| {} Nov 2021 | [Cats](https://example.org/{}) |\n", "| {} Oct 2021 | Dogs |\n"
    rows = [linked.format(day, day) for day in (9, 8)] + [bare.format(day) for day in (7, 6, 5, 4)]
    page = f"| Day | Talk |\n|---|---|\n{''.join(rows)}"
    assert added(page, FULL) == "| 15 Nov 2021 | [Owls](https://www.example.org/register) |"
    assert added(page, BARE) == "| 15 Nov 2021 | Owls |"
    assert {event.url for event in import_page(page, render, ZONES).events} >= {None, "https://example.org/9"}


def test_a_label_of_no_field_in_html_is_a_question() -> None:
    card = "<div>\n  <h3>{}</h3>\n  <p><i> {}.11.2021</i> </p>\n  <p>Niveau: {}</p>\n</div>\n"
    page = (
        "<section>\n"
        + "".join(card.format(*one) for one in (("Katzen", 8, "hoch"), ("Hunde", 1, "tief")))
        + "</section>\n"
    )
    assert (
        added(page, FULL.model_copy(update={"extra": {"niveau": "alle"}})) == card.format("Owls", 15, "alle").rstrip()
    )
    assert added(page, BARE) == card.format("Owls", 15, "").replace("  <p>Niveau: </p>\n", "").rstrip()
    assert [one.label for one in page_questions(outline(page))] == ["Niveau"]


def test_a_new_academic_year_has_its_own_heading() -> None:
    page = PAGES["academic-years"]
    event = BARE.model_copy(update={"date": "2024-01-15"})
    after = put(page, event, added(page, event), previous=None, order=None)
    assert after.startswith("# Owl seminar\n\n## 2023-2024\n\n- Jan 15: Owls\n\n## 2022-2023\n")


def test_a_new_heading_names_its_term_in_its_anchors_too() -> None:
    heading = '### <a name="{0}{1}"></a>{0} {1}<a href="#{0}{1}">*</a>\n'
    page = "# Talks\n\n" + heading.format("Fall", 2022) + "\n- Nov 8, 2022: Cats\n- Oct 3, 2022: Dogs\n"
    event = BARE.model_copy(update={"date": "2026-12-10"})
    after = put(page, event, added(page, event), previous=None, order=None)
    assert after.startswith("# Talks\n\n" + heading.format("Fall", 2026) + "\n- Dec 10, 2026: Owls\n")


def test_a_new_year_is_folded_on_its_own() -> None:
    page = PAGES["folded-years-apart"]
    event = BARE.model_copy(update={"date": "2025-01-15"})
    after = put(page, event, added(page, event), previous=None, order=None)
    folded = "<details open>\n\n<summary>2025</summary>\n\n  * Owls, January 15th\n\n</details>\n\n"
    assert after == page.replace("# Calls\n\n", f"# Calls\n\n{folded}")


@pytest.mark.parametrize("name", sorted(PAGES))
def test_every_shape_says_that_plans_have_changed(name: str) -> None:
    page = outline(PAGES[name])
    for source in write_templates(page, page.alive_list):
        render = section_renderer(source)
        planned = samples(page.alive_list)[1]
        for status in ("cancelled", "postponed", "rescheduled"):
            event = planned.model_copy(update={"status": status})
            assert "status" not in unshown(event, render(event))
            assert lands(page, event, render(event)) or not lands(page, planned, render(planned))
        moved = planned.model_copy(update={"status": "rescheduled", "previous_date": "2021-10-05"})
        assert "(was " in render(moved) or "rescheduled, was " in render(moved)
        assert lands(page, moved, render(moved)) or not lands(page, planned, render(planned))
        assert "was " not in render(moved.model_copy(update={"status": "cancelled"}))
        assert "cancelled" not in render(planned.model_copy(update={"status": "scheduled"}))


GERMAN = ("8. Mai 2021", "9. Juni 2021", "10. Juli 2021")


@pytest.mark.parametrize(
    "entry",
    [
        "| {} | Eulen |",
        "- **{}** Eulen",
        "- Eulen ({})",
        "## {}: Eulen",
        "## Eulen\n\n**Datum:** {}",
        "## Eulen\n\n*{}*",
    ],
)
def test_the_dot_of_a_day_is_escaped_only_where_it_would_begin_a_list(entry: str) -> None:
    head = "| Datum | Thema |\n|---|---|\n" if entry.startswith("|") else ""
    page = head + "\n".join(entry.format(day) + "\n" * entry.startswith("#") for day in GERMAN) + "\n"
    event = Event(id="2021-08-11-eulen", title="Eulen", date="2021-08-11")
    written = added(page, event)
    assert written.rstrip("\n").endswith(entry.format("11. August 2021"))
    assert "- 11&#46; August 2021: Eulen" in added("- 8. Mai 2021: A\n- 9. Juni 2021: B\n", event)


@pytest.mark.parametrize(
    ("entry", "written"),
    [
        ("- 2021-0{}-08: Eulen", "- 2021-11-15: Owls (rescheduled, was 2021-11-08)"),
        ("- **{}. Mai 2021** Eulen", "- **15. November 2021** Owls (rescheduled, was 8. November 2021)"),
        ("| {}. Mai 2021 | Eulen |", "| 15. November 2021 | Owls (rescheduled, was 8. November 2021) |"),
        ("## {}. Mai 2021: Eulen\n\nText.\n", "**Rescheduled (was 8. November 2021)**"),
    ],
)
def test_the_day_on_which_it_was_to_be_is_written_as_the_page_writes_days(entry: str, written: str) -> None:
    head = "| Datum | Thema |\n|---|---|\n" if entry.startswith("|") else ""
    page = head + "\n".join(entry.format(day) for day in (1, 2, 3)) + "\n"
    event = BARE.model_copy(update={"status": "rescheduled", "previous_date": "2021-11-08"})
    assert written in added(page, event)


@pytest.mark.parametrize("word", ["With", "Avec", "Mit"])
@pytest.mark.parametrize("entry", ["## {}: Cats\n\n{} {}.\n", "- {}: Cats\n  - {} {}"])
def test_the_word_before_names_stays_and_is_no_name(word: str, entry: str) -> None:
    days = {"2021-11-08": "Ida Brook", "2021-10-04": "Max Lake", "2021-09-06": "Eva Stone"}
    page = "\n".join(entry.format(day, word, name) for day, name in days.items()) + "\n"
    imported = import_page(page, render, ZONES)
    assert [person.name for event in imported.events for person in event.people] == [*days.values()]
    event = BARE.model_copy(update={"people": (Person(name="Ada Byron"), Person(name="Bo Peep"))})
    stop = "." * entry.startswith("#")
    assert f"{word} Ada Byron, Bo Peep{stop}" in added(page, event)


def test_what_is_crossed_out_is_no_model() -> None:
    page = "- ~~Nov 8, 2021: Cats~~\n- ~~Nov 1, 2021: Dogs~~\n- ~~Oct 4, 2021: Bats~~\n- Sep 6, 2021: Bees\n"
    assert added(page, BARE).strip() == "- Nov 15, 2021: Owls"


NAMES = ("Ana Bo", "Cy Dee", "Ed Eff", "Gus Hay")
TITLES = ("Cats and fur", "Dogs in town", "Hens by day", "Ants at home")


def page_of(entry: str, affiliations: tuple[str, ...] = ("Acme", "Bell Labs", "University of Ulm", "Red Hat")) -> str:
    """Make a page of four entries, the newest first, with their `day`, `name`, `title`, `affiliation` and `number`."""
    days = ("2021-10-28", "2021-09-28", "2021-08-28", "2021-07-28")
    entries = zip(days, NAMES, TITLES, affiliations, (43, 42, 41, 40), strict=True)
    keys = ("day", "name", "title", "affiliation", "number")
    return "# Talks\n\n" + "\n".join(entry.format(**dict(zip(keys, values, strict=True))) for values in entries) + "\n"


@pytest.mark.parametrize(
    ("entry", "one", "two"),
    [
        ("- {day}: {title} ({name}, {affiliation})", "(Nia Nine, Lab N)", "(Nia Nine, Lab N; Otto Ott, Inc)"),
        ("- {day}: {title} by {name}, {affiliation}", "by Nia Nine, Lab N", "by Nia Nine, Lab N; Otto Ott, Inc"),
        (
            "- {day}: {title} ([{name}](https://example.org/{day}), {affiliation})",
            "(Nia Nine, Lab N)",
            "(Nia Nine, Lab N; Otto Ott, Inc)",
        ),
        ("- {day}: {title} by {name} ({affiliation})", "by Nia Nine (Lab N)", "by Nia Nine (Lab N), Otto Ott (Inc)"),
    ],
)
def test_bullets_keep_affiliations(entry: str, one: str, two: str) -> None:
    people = (Person(name="Nia Nine", affiliation="Lab N"), Person(name="Otto Ott", affiliation="Inc"))
    page = page_of(entry)
    assert added(page, BARE.model_copy(update={"people": people[:1]})) == f"- 2021-11-15: Owls {one}"
    assert added(page, BARE.model_copy(update={"people": people})) == f"- 2021-11-15: Owls {two}"


@pytest.mark.parametrize("label", ["", "**Speaker:** "])
def test_lines_below_headings_have_affiliations_as_their_neighbours(label: str) -> None:
    people = (Person(name="Nia Nine", affiliation="Lab N"), Person(name="Otto Ott", affiliation="Inc"))
    page = page_of(f"## {{day}}: {{title}}\n\n{label}{{name}}, {{affiliation}}\n\nAll of it.\n")
    event = BARE.model_copy(update={"people": people, "description": "Words."})
    assert added(page, event) == f"## 2021-11-15: Owls\n\n{label}Nia Nine, Lab N; Otto Ott, Inc\n\nWords."


def test_two_people_are_no_person_with_an_affiliation() -> None:
    people = (Person(name="Nia Nine", affiliation="Lab N"), Person(name="Otto Ott"))
    page = page_of("- {day}: {title} by {name}, {affiliation}", ("Ada Ames", "Bob Bly", "Cat Coe", "Dan Day"))
    assert added(page, BARE.model_copy(update={"people": people})) == "- 2021-11-15: Owls by Nia Nine, Otto Ott"


@pytest.mark.parametrize("words", ["on", "talks about"])
def test_words_between_a_linked_name_and_a_title_are_copied(words: str) -> None:
    page = page_of(f"- {{day}}: [{{name}}](https://example.org/{{number}}) {words} {{title}}")
    event = BARE.model_copy(update={"people": (Person(name="Ada", url="https://example.org/ada"),)})
    assert added(page, event) == f"- 2021-11-15: [Ada](https://example.org/ada) {words} Owls"
    assert added(page, BARE) == "- 2021-11-15: Owls"


@pytest.mark.parametrize(
    ("entry", "name"),
    [
        ("- {day}: {number}th meetup: {title}", "44th meetup: Owls"),
        ("- {day}: {number}\u00e8me meetup - {title}", "44\u00e8me meetup - Owls"),
        ("- {day}: Meetup #{number}: {title}", "Meetup #44: Owls"),
        ("- {day}: {number}. Treffen: {title}", "44. Treffen: Owls"),
        ("- {day}: {number}. {title}", "44. Owls"),
    ],
)
def test_numbers_in_the_words_of_entries_count_on(entry: str, name: str) -> None:
    page = page_of(entry).replace("43th", "43rd").replace("42th", "42nd").replace("41th", "41st")
    number = next_number(outline(page), BARE.date)
    assert added(page, BARE.model_copy(update={"number": number})) == f"- 2021-11-15: {name}"
    assert added(page, BARE) == "- 2021-11-15: Owls"
