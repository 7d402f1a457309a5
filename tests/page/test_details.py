"""What stands below a first line: a new entry has its values where its neighbours have theirs."""

import pytest
from almanac.event.model import Event
from almanac.page.details import observe_details, write_details
from almanac.page.entries import style_of
from almanac.page.outline import Section
from almanac.page.template import section_renderer

from tests.page.house import BARE, FULL

DATES = ("2021-10-04", "2021-10-11", "2021-10-18", "2021-10-25")


def below(*entries: str, event: Event = FULL, said: tuple[str, ...] = ("title",), recurring: bool = False) -> str:
    """Write what stands below the first line of a new entry in a list of others, the oldest first.

    The title of the others is their first line without its mark.
    """
    sections = [
        Section(text, 0, 1, style_of(text), date, text.split("\n")[0].lstrip("#*- "), words=date)
        for text, date in zip(entries, DATES, strict=False)
    ]
    source = write_details(observe_details(sections, sections, said), said, recurring=recurring)
    return section_renderer(f"#{source}")(event)[2:]


ADA = "[Ada](https://example.org/ada)"
OWLS = "About owls.\n\nTwo things:\n\n- eyes\n- ears"


@pytest.mark.parametrize(
    ("entry", "written"),
    [
        ("- Speaker: Ana\n- Room:  1", f"- Speaker: {ADA} (Engines), Grace\n- Room:  Room 5"),
        ("- Speaker: Ana Low (Uni)", f"- Speaker: {ADA} (Engines), Grace"),
        ("- Speaker: Ana Low, Uni of X", f"- Speaker: {ADA}, Engines; Grace"),
        ("**Guests**: Ana\n**Where**: x", f"**Guests**: {ADA} (Engines), Grace\n**Where**: Room 5"),
        ("\n__Room:__ 1\n\n__Time:__ 9am", "\n__Room:__ Room 5\n\n__Time:__ 9am ET, 3pm CET"),
        ("\n## Agenda\n\n- Coffee\n- Cake", "\n## Agenda\n\n- Hello\n- Bye"),
        ("\n- Agenda\n    - Coffee", "\n- Agenda\n    - Hello\n    - Bye"),
        ("\nLinks\n* [Repo](https://e.org/r)", "\nLinks\n* [Slides](https://example.org/slides)"),
        ("\n**Speakers:**\n\n> Ana", f"\n**Speakers:**\n\n> {ADA}, Engines\n> Grace"),
        ("All of it.\n* Room: 1", "About owls.\n\n* Two things:\n    * eyes\n    * ears\n* Room: Room 5"),
        ("- [Old Mill, Mill Lane 4](https://maps.example.org/mill)", "- Room 5"),
        ("- [Map](https://maps.example.org/mill)", "- [Slides](https://example.org/slides)"),
        ("\n**Agenda**\n\n1. Coffee\n2. Cake", "\n**Agenda**\n\n1. Hello\n1. Bye"),
        ("\n**Abstract:**  \nAll of it.", f"\n**Abstract:**  \n{OWLS}"),
        ("\nAbstract: All of it.", f"\nAbstract: {OWLS}"),
        ("- Abstract: All of it.", "- Abstract: About owls. Two things: • eyes • ears"),
        ("\n> All of it, and more than that.", "\n> About owls.\n\n> Two things:\n\n> - eyes\n> - ears"),
        ("- Video: [here](https://e.org/v)", "- Video: [here](https://example.org/video)"),
        ("- Video: <https://e.org/v>", "- Video: <https://example.org/video>"),
        ("Video: [https://e.org/v](https://e.org/v)", "Video: [https://example.org/video](https://example.org/video)"),
        ("- Video: [Cats, the film](https://e.org/v)", "- Video: [Owls](https://example.org/video)"),
        ("- Video: [cat in it](https://e.org/Ana)", "- Video: [example.org](https://example.org/video)"),
        ("- Video: soon", "- Video: [example.org](https://example.org/video)"),
        ("- Video: [Watch][3]{: .a}  ", "- Video: [Watch](https://example.org/video){: .a}  "),
        ("- [Video (October)](https://e.org/v)", "- [Video](https://example.org/video)"),
        ("- [Talk Slides](https://e.org/v)", "- [Slides](https://example.org/slides)"),
        ("- Slides: [Click here](https://e.org/v)", "- Slides: [Click here](https://example.org/slides)"),
        ("- Notes: <https://e.org/n>", "- Notes: [Slides](https://example.org/slides)"),
        ("- Slides - [Cats](https://e.org/v)", "- Slides - [Owls](https://example.org/slides)"),
        ("- Meetup: <https://e.org/v>", "- Meetup: <https://www.example.org/register>"),
        (
            'Video: <i class="x"></i> On [Y](https://e.org/v)!',
            'Video: <i class="x"></i> On [Y](https://example.org/video)!',
        ),
        (
            "- **Ort:** Saal 1\n- 🎤 Ana Low\n- 🕖 19:00",
            f"- **Ort:** Room 5\n- 🎤 {ADA} (Engines), Grace\n- 🕖 9am ET, 3pm CET",
        ),
        ("📍 **Raum:** 1\n場所\uff1a1F", "📍 **Raum:** Room 5"),
        (
            "**🎥 Video:** <https://e.org/v>\n**👤** Ana Low",
            f"**🎥 Video:** <https://example.org/video>\n**👤** {ADA} (Engines), Grace",
        ),
        ("### Ana Low, Uni", f"### {ADA}, Engines\n### Grace"),
        ("#### (Ana Low)", f"#### {ADA}, Engines\n#### Grace"),
        ("Ana Low, Uni.  ", f"{ADA}, Engines.  \nGrace.  "),
        ("*Ana Low (Uni)*", f"*{ADA} (Engines), Grace*"),
    ],
)
def test_a_value_stands_where_those_of_the_neighbours_do(entry: str, written: str) -> None:
    event = FULL if "wls." in written or "• eyes" in written else FULL.model_copy(update={"description": None})
    other = entry.replace("Ana", "Bo").replace("All of", "None of").replace("Cats", "Dogs").replace("cat in", "dog in")
    assert below(f"## Dogs\n{other}", f"## Cats\n{entry}", event=event) == written


@pytest.mark.parametrize(
    ("entry", "written"),
    [
        ("**Date:** {date}", "**Date:** 2021-11-15"),
        ("**Date:**  \n<i></i> Monday, {date} [(world)](https://e.org/t)", "**Date:**  \n<i></i> Monday, 2021-11-15"),
        ("* Date: {date} (16:30-18:00 ET)", "* Date: 2021-11-15 (9am ET, 3pm CET)"),
        ("* **{date}** {{%", "* **2021-11-15**"),
        ("* **{date}**", "* **2021-11-15**"),
        ("* {date} 21:00 ~", "* 2021-11-15 09:00 ~"),
        ("* {date}, 9am EST", "* 2021-11-15, 9am ET, 3pm CET"),
    ],
)
def test_a_date_below_is_written_as_the_neighbours_write_it(entry: str, written: str) -> None:
    event = BARE.model_copy(update={"when": FULL.when, "starts": "2021-11-15T09:00:00-05:00"})
    entries = [f"## Cats\n{entry.replace('{date}', date)}" for date in DATES]
    assert below(*entries, event=event) == written


def test_a_date_within_a_sentence_is_its_own() -> None:
    entries = [f"## Cats\n- We met on a Tuesday, {date}, and saw cats\n- Room: 1" for date in DATES]
    assert below(*entries, event=BARE.model_copy(update={"location": "Room 5"})) == "- Room: Room 5"


def test_a_picture_is_no_link() -> None:
    entries = [f"## Cats\n\n![Cats at home](c/{date}.jpg)\n\nAll of it." for date in DATES]
    assert below(*entries, event=BARE.model_copy(update={"links": FULL.links})) == ""


def test_a_date_without_a_time_says_none() -> None:
    entries = [f"## Cats\n* {date} 21:00 ~" for date in DATES]
    assert below(*entries, event=BARE) == "* 2021-11-15"


def test_the_newest_entry_that_shows_a_field_is_its_model() -> None:
    old = "## Cats\n- Where: Hall\n- *Speaker*: Ana\n- Video: [v](https://e.org/v)\n- Time: 9am\n- Affiliation: x"
    new = "## Dogs\n- Room: 1\n- Presenter: Bo\n- Stars: five\n- Time - 9am"
    event = FULL.model_copy(update={"description": None})
    assert below(old, new, event=event) == (
        f"- Room: Room 5\n- Presenter: {ADA} (Engines), Grace\n- Video: [v](https://example.org/video)\n"
        "- Time: 9am ET, 3pm CET"
    )


def test_lines_that_say_nothing_show_no_field() -> None:
    entry = "## Cats\n\n- Date: soon\n- Room: 1\n\n****\n\n- **Video:**"
    assert below(entry, entry, event=BARE.model_copy(update={"location": "Room 5"})) == "\n- Room: Room 5"
    assert below("## 1\n\n****", event=BARE, said=()) == "\n**Owls**"


def test_fields_without_a_value_leave_no_line_and_no_blank_one() -> None:
    entry = "## Cats\n\n**Room:** 1\n**Time:** 9am\n**Speakers:**\n- Ana\n\n**Video:** <https://e.org/v>"
    event = BARE.model_copy(update={"when": "8pm", "recording": FULL.recording})
    assert below(entry, entry, event=event) == "\n**Time:** 8pm\n\n**Video:** <https://example.org/video>"
    assert below(entry, entry, event=BARE) == ""


def test_headings_above_fields_are_copied_where_one_of_these_is_shown() -> None:
    entry = (
        "# {title}\n\nMeetup: <https://e.org/m>\n\n## What was shown {{{{\n\n## Slides and more\n\n### {title}\n\n"
        "#### {name}\n\n- [Slides](https://e.org/s)\n- no video, as nobody filmed\n\n### And cake\n\n#### Eva May"
    )
    entries = [entry.format(title=f"What {name[:3]} does", name=name) for name in ("Ana Low", "Bob Ray", "Cyd Day")]
    event = FULL.model_copy(update={"description": "Hoots."})
    assert below(*entries, event=event) == (
        "\nMeetup: <https://www.example.org/register>\n\nHoots.\n\n## Slides and more\n\n### Owls\n\n"
        f"#### {ADA}, Engines\n#### Grace\n\n- [Slides](https://example.org/slides)"
    )
    assert below(*entries, event=BARE) == ""


def test_lines_of_names_and_a_linked_title() -> None:
    entries = [
        f"- {month} meeting\n    - {names} - [{title}](https://e.org/{title})\n    - Eva May - [Fur](https://e.org/f)"
        for month, names, title in (("May", "Ana Low & Bo Ray", "Cats"), ("June", "Cy Day", "Dogs"))
    ]
    event = FULL.model_copy(update={"description": None})
    assert below(*entries, event=event, said=()) == (f"    - {ADA}, Grace - [Owls](https://www.example.org/register)")
    assert below(*entries, event=BARE, said=()) == "    - Owls"


@pytest.mark.parametrize(
    ("entry", "written"),
    [
        ("## 1\n\n*{title}*\n\n{name}\n\nFur.", f"\n*Owls*\n\n{ADA} (Engines), Grace\n\nHoots."),
        ("## 1\n\n**{title}** - talks", "\n**Owls**\n\nHoots."),
        ("## 1\n\ntalks: *{title}*", "\nOwls\n\nHoots."),
        ("## 1\n\n(new) {title} [here]", "\nOwls\n\nHoots."),
        ("## 1\n\n### [{title}](https://e.org)\n", "\n### [Owls](https://www.example.org/register)\n\nHoots."),
        ("## 1\n- 17th meetup\n- Speaker: Ana", f"- Owls\n- Speaker: {ADA} (Engines), Grace\n- Hoots."),
        ("## 1\n\n| a | b |\n|---|---|\n| {title} | x |\n", "\n**Owls**\n\nHoots."),
        ("## 1\n\n```\nx\n\ny\n```\n", "\n**Owls**\n\nHoots."),
        ("## 1\n- {title} is what we talk of this time\n  and more", "- Owls\n- Hoots."),
        ("## 1\n- {title}\n    - a\n- Topics:", "- Owls\n- Hoots."),
        (f"## 1\n\n{{title}} is a long story{' that goes on' * 20}.", "\n**Owls**\n\nHoots."),
        ("## 1", "\n**Owls**"),
        ("1\n===", "\n**Owls**"),
    ],
)
def test_a_title_that_the_first_line_does_not_say_is_below(entry: str, written: str) -> None:
    entries = [
        entry.replace("{title}", title).replace("{name}", name).replace("17", name)
        for title, name in (("About cats", "Ana Low"), ("About dogs", "Bo Ray"), ("About eels", "Cy Day"))
    ]
    event = BARE.model_copy(update={"url": FULL.url, "people": FULL.people, "description": "Hoots."})
    assert below(*entries, event=event, said=()) == written


def test_a_title_below_that_of_its_series() -> None:
    entry = "## Call\n- Topic: Cats"
    assert below(entry, entry, event=BARE.model_copy(update={"series": "Call"}), recurring=True) == "- Topic: Owls"
    assert below(entry, entry, event=BARE, recurring=True) == ""


def test_a_title_is_a_bullet_where_most_entries_begin_with_one() -> None:
    entries = ("# A\n\n- Cats, by Ana.", "# B\n\n- We meet at 6.\n- It rains.", "# C\n\nIt is over.")
    assert below(*entries, said=("series",)).startswith("\n- Owls\n\nAbout owls.")


def test_a_link_has_the_title_as_its_words_where_a_label_above_it_says_what_it_is() -> None:
    entries = ("# A\n\nSlides:\n[Cats at home](https://e.org/a)", "# B\n\nSlides:\n[Dogs.pdf](https://e.org/b)")
    assert below(*entries).startswith("\nSlides:\n[Owls](https://example.org/slides)\n\n")


def test_prose_or_a_label_for_the_description_whichever_more_entries_have() -> None:
    prose, label = "## Cats\n\nWe saw many cats.", "## Dogs\n\n**Abstract:** We saw dogs."
    event = BARE.model_copy(update={"description": "Hoots."})
    assert below(label, label, prose, event=event) == "\n**Abstract:** Hoots."
    assert below(label, prose, prose.replace("cats", "eels"), event=event) == "\nHoots."


def test_a_nested_label_and_its_paragraphs() -> None:
    entry = "- Cats\n\n    Abstract: All.\n\n    Room: 1"
    event = FULL.model_copy(update={"location": None})
    assert below(entry, entry, event=event) == (
        "\n    Abstract: About owls.\n\n    Two things:\n\n    - eyes\n    - ears"
    )


@pytest.mark.parametrize(
    ("entry", "written"),
    [
        ("## Cats", "\n**Cancelled**"),
        ("## Cats\n\n- Room: 1", "\n- **Cancelled**\n- Room: Room 5"),
        ("## Cats\n\n- Room: 1\n\n- Time: 9am", "\n- **Cancelled**\n\n- Room: Room 5"),
        ("## Cats\nRoom: 1", "**Cancelled**  \nRoom: Room 5"),
        ("## Cats\n\nRoom: 1  \nStatus: held", "\nRoom: Room 5  \nStatus: cancelled"),
        ("- Cats\n  - Room: 1", "  - **Cancelled**\n  - Room: Room 5"),
    ],
)
def test_that_an_event_was_cancelled_is_told_on_every_page(entry: str, written: str) -> None:
    event = BARE.model_copy(update={"status": "cancelled", "location": "Room 5"})
    assert below(entry, entry, event=event) == written


def test_no_address_is_written_twice() -> None:
    entry = "## Cats\n- Register: <https://e.org/r>\n- Video: <https://e.org/v>\n- Links:\n  - [a](https://e.org/s)"
    twice = FULL.model_copy(update={"description": None, "recording": FULL.links[0].url})
    links = "- Links:\n  - [Slides](https://example.org/slides)"
    assert below(entry, entry, event=twice) == f"- Register: <https://www.example.org/register>\n{links}"
    video = "- Video: <https://example.org/video>\n"
    full = FULL.model_copy(update={"description": None})
    assert below(entry, entry, event=full, said=("title", "url")) == video + links
    assert below(entry, entry, event=full.model_copy(update={"url": None}), said=("title", "url")) == links


def test_what_a_template_would_read_is_not_copied() -> None:
    entry = "## Cats\n- Video: {{ x }} [{% y %}](https://e.org/v) `a`\n- Room: 1"
    assert below(entry, entry, event=FULL.model_copy(update={"description": None})) == (
        "- Video: [example.org](https://example.org/video)\n- Room: Room 5"
    )


TALKS = """\
## Cats

All of it.

### Talks

| Name    | Team | Room | Title      | Slides                     |
| :------ | ---- | ---- | ---------- | -------------------------- |
| Ana Low | Uni  | -    | Cats       | -                          |
| Bo Peep | -    | 2    | More cats  | [here](https://e.org/more) |"""


def test_a_table_of_talks_has_a_row_for_the_event() -> None:
    other = TALKS.replace("Cats", "Dogs").replace("cats", "dogs").replace("All of", "None of")
    event = FULL.model_copy(update={"description": None})
    head = "### Talks\n\n| Name | Team | Room | Title | Slides |\n| :--- | --- | --- | --- | --- |\n"
    row = f"| {ADA}, Grace | Engines | Room 5 | Owls | [Slides](https://example.org/slides) |"
    assert below(TALKS, other, event=event, said=()).strip() == head + row
    assert below(TALKS, other, event=event).strip() == head + row
    bare = BARE.model_copy(update={"status": "cancelled"})
    assert below(TALKS, other, event=bare, said=()).endswith(head + "| - | - | - | Owls | - |")
    # Where the heading says the title, it is not said again for that alone.
    assert below(TALKS, other, event=bare) == "\n**Cancelled**"


def test_other_tables_are_no_part_of_a_new_entry() -> None:
    for old, new in (
        ("Name    | Team | Room | Title ", "Pot | Cup | Pan | Tin "),
        ("Room", "{{ x }}"),
        ("| :------ |", "| Cy Twombly |"),
    ):
        table = TALKS.replace(old, new)
        assert "|" not in below(table, table.replace("Cats", "Dogs"))


def test_what_a_neighbour_shows_twice_has_its_place_where_it_is_first() -> None:
    entry = "## Cats\nAll of it.\n* 2021-10-04\n* And more\n* Room: 1"
    other = "## Dogs\nNone of it.\n* 2021-10-11\n* Nor more\n* Room: 1"
    assert below(entry, other, event=BARE.model_copy(update={"location": "Room 5"})) == "* 2021-11-15\n* Room: Room 5"


def test_a_status_below_a_bullet_with_the_date_is_one_too() -> None:
    entry = "## Cats\nAll of it.\n* 2021-10-04\n* Room: 1"
    event = BARE.model_copy(update={"status": "cancelled", "location": "Room 5"})
    other = entry.replace("-04", "-11").replace("All", "None")
    assert below(entry, other, event=event) == "* 2021-11-15\n* **Cancelled**\n* Room: Room 5"
