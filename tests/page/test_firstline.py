"""The first lines of a list: what their values are, and new ones that are written alike."""

import pytest
from almanac.event.model import Event, Link, Person
from almanac.page.firstline import observe_first_line, write_first_line
from almanac.page.numbers import next_number
from almanac.page.outline import outline
from almanac.page.template import section_renderer

URL = "https://example.org/register"
EVENT = Event(
    id="2021-11-15-owls",
    title="Owls",
    date="2021-11-15",
    series="Birds",
    when="6pm ET",
    location="Hall 2",
    url=URL,
    people=(Person(name="Ada Byron", affiliation="Engines"), Person(name="Bo Peep")),
    recording="https://example.org/video",
    links=(Link(label="Deck", url="https://example.org/deck"),),
)
BARE = Event(id="2021-11-15-owls", title="Owls", date="2021-11-15")


def written(page: str, event: Event) -> str:
    first, _ = observe_first_line(outline(page).sections)
    return section_renderer(write_first_line(first) + "\n")(event)


NAMES = ("Cy Twombly", "Di Maio", "Flo Kim")
DAYS = ("1", "8", "9")
TITLES = ("On cats and other animals", "What dogs are", "The fish of the lake")


def lines(pattern: str, gap: str = "\n") -> str:
    """Fill a pattern with three events' words."""
    filled = (
        pattern.format(day=day, name=name, title=title, number=number)
        for number, (day, name, title) in enumerate(zip(DAYS, NAMES, TITLES, strict=True), 7)
    )
    return gap.join(filled) + "\n"


@pytest.mark.parametrize(
    ("pattern", "full", "bare"),
    [
        (
            "- Nov {day}, 2021 - {name} - {title}",
            "- Nov 15, 2021 - Ada Byron, Bo Peep - Owls",
            "- Nov 15, 2021 - Owls",
        ),
        (
            "- Nov {day}, 2021 (T34{number}): {title}",
            "- Nov 15, 2021 (Hall 2): Owls",
            "- Nov 15, 2021: Owls",
        ),
        (
            "- Nov {day}, 2021 (Room {number}) {title}",
            "- Nov 15, 2021 (Hall 2) Owls",
            "- Nov 15, 2021 Owls",
        ),
        (
            "## {title}, November {day}, 2021 (Salle {number})",
            "## Owls, November 15, 2021 (Hall 2)",
            "## Owls, November 15, 2021",
        ),
        (
            "- Nov {day}, 2021 - {title} - {name}, Works",
            "- Nov 15, 2021 - Owls - Ada Byron, Engines; Bo Peep",
            "- Nov 15, 2021 - Owls",
        ),
        (
            "## {name} (Works) - November {day}, 2021",
            "## Ada Byron (Engines), Bo Peep - November 15, 2021",
            "## November 15, 2021",
        ),
        (
            "* [{title}](https://example.org/{number}), Conference {number}, {name}, {day} November 2021",
            "* [Owls](https://example.org/register), Hall 2, Ada Byron, Bo Peep, 15 November 2021",
            "* Owls, 15 November 2021",
        ),
        (
            "* 2021-11-0{day} {title} (Room {number})",
            "* 2021-11-15 Owls (Hall 2)",
            "* 2021-11-15 Owls",
        ),
        (
            "* 2021-11-0{day} {title} @ {number}pm",
            "* 2021-11-15 Owls @ 6pm ET",
            "* 2021-11-15 Owls",
        ),
        (
            "- __2021-11-0{day}:__ Talk. {title}. {name}, Works. Room {number}, 13:15. Monday. [Poster](https://a.org/{day}).",
            f"- __2021-11-15:__ Talk. Owls. Ada Byron, Engines; Bo Peep. Hall 2, 6pm ET. Monday. [Poster]({URL}).",
            "- __2021-11-15:__ Talk. Owls. Monday.",
        ),
        (
            "- {day} November 2021 videos [in one list](https://example.org/{number}), or one by one:",
            "- 15 November 2021 videos [in one list](https://example.org/video), or one by one:",
            "- 15 November 2021:",
        ),
        (
            "- {day} November 2021 meeting videos [in one list](https://example.org/{number}):",
            "- 15 November 2021 meeting videos [in one list](https://example.org/video):",
            "- 15 November 2021 meeting:",
        ),
        (
            "- Nov {day}, 2021: {title}. Slides: [here](https://example.org/{number}). Video: [here](https://a.org/{day}).",
            "- Nov 15, 2021: Owls. Deck: [here](https://example.org/deck). Video: [here](https://example.org/video).",
            "- Nov 15, 2021: Owls.",
        ),
        (
            "- Nov {day}, 2021: {title} (slides: [here](https://a.org/{number}), **video:** [here](https://a.org/{day}))",
            "- Nov 15, 2021: Owls (Deck: [here](https://example.org/deck), **video:** [here](https://example.org/video))",
            "- Nov 15, 2021: Owls",
        ),
        (
            "- Nov {day}, 2021: {title} by {name}. [[slides](https://a.org/{number})] [[video](https://a.org/{day})]",
            (
                "- Nov 15, 2021: Owls by Ada Byron, Bo Peep. [[Deck](https://example.org/deck)] "
                "[[video](https://example.org/video)]"
            ),
            "- Nov 15, 2021: Owls",
        ),
        (
            "- {day} November 2021 - {name} (Works): *{title}* ([PDF](https://example.org/{number}))",
            "- 15 November 2021 - Ada Byron (Engines), Bo Peep: *Owls* ([Deck](https://example.org/deck))",
            "- 15 November 2021 - *Owls*",
        ),
        (
            "- 📅 2021-11-0{day} 🎤 {name} 📍 Room {number} 💡 {title}",
            "- 📅 2021-11-15 🎤 Ada Byron, Bo Peep 📍 Hall 2 💡 Owls",
            "- 📅 2021-11-15 💡 Owls",
        ),
        (
            "- Nov {day}, 2021 🎤 {name}: {title} 🎥 [video](https://example.org/{number})",
            "- Nov 15, 2021 🎤 Ada Byron, Bo Peep: Owls 🎥 [video](https://example.org/video)",
            "- Nov 15, 2021 Owls",
        ),
        (
            "- :calendar: Nov {day}, 2021 :link: [here](https://example.org/{number}) :bulb: {title}",
            "- :calendar: Nov 15, 2021 :link: [here](https://example.org/register) :bulb: Owls",
            "- :calendar: Nov 15, 2021 :bulb: Owls",
        ),
        (
            "## {day}. November 2021: {title}",
            "## 15. November 2021: Owls",
            "## 15. November 2021: Owls",
        ),
        (
            "### :star{number}: 2021-11-0{day} - {title}",
            "### 2021-11-15 - Owls",
            "### 2021-11-15 - Owls",
        ),
        (
            "### {title} am {day}.11.2021 ([Talk slides](https://example.org/{number}))",
            "### Owls am 15.11.2021 ([Deck](https://example.org/deck))",
            "### Owls am 15.11.2021",
        ),
        (
            "* [Nov {day}, 2021 - {title}](https://example.org/{number}) - [video](https://example.org/v{number})",
            "* [Nov 15, 2021 - Owls](https://example.org/register) - [video](https://example.org/video)",
            "* Nov 15, 2021 - Owls",
        ),
        (
            "* [Call, Nov {day}, 2021: {title}](https://example.org/{number})",
            "* [Call, Nov 15, 2021: Owls](https://example.org/register)",
            "* Call, Nov 15, 2021: Owls",
        ),
        (
            "* [{title}, Nov {day}, 2021](https://example.org/{number})",
            "* [Owls, Nov 15, 2021](https://example.org/register)",
            "* Owls, Nov 15, 2021",
        ),
        (
            "- [{name}](https://example.org/{number}): {title} (Nov {day}, 2021)",
            "- Ada Byron, Bo Peep: Owls (Nov 15, 2021)",
            "- Owls (Nov 15, 2021)",
        ),
        (
            "- Nov {day}, 2021: [{title}](https://example.org/{number}) ([code](https://example.org/c{number}))",
            "- Nov 15, 2021: [Owls](https://example.org/register) ([code](https://example.org/register))",
            "- Nov 15, 2021: Owls",
        ),
    ],
)
def test_a_new_line_is_written_as_its_neighbours_are(pattern: str, full: str, bare: str) -> None:
    page = lines(pattern, "\n\n" if pattern.startswith("#") else "\n")
    assert written(page, EVENT) == full
    assert written(page, BARE) == bare


def test_the_newest_of_the_lines_that_most_are_like_is_the_model() -> None:
    page = (
        "- 2021-11-01: Cats ([slides](https://a.org))\n- 2021-11-08: Dogs\n- 2021-11-09 - Fish\n- 2021-11-10: Birds\n"
    )
    assert written(page, BARE) == "- 2021-11-15: Owls"
    assert written(page, EVENT) == "- 2021-11-15: Owls", "one of four shows no habit"
    assert written(page.replace("Birds", "Birds ([video](https://a.org))"), EVENT) == "- 2021-11-15: Owls"
    twice = page.replace("Birds", "Birds ([slides](https://b.org))")
    assert written(twice, EVENT) == "- 2021-11-15: Owls ([Deck](https://example.org/deck))"


def test_words_that_come_back_before_the_titles_are_a_series() -> None:
    page = "".join(
        lines(f"- 2021-1{month}-0{{day}}: {series}. {{title}}. {{name}}. Hall.")
        for month, series in ((0, "Seminar"), (1, "Defence"), (2, "Seminar"))
    )
    assert written(page, EVENT) == "- 2021-11-15: Birds. Owls. Ada Byron, Bo Peep. Hall 2."
    assert written(page, BARE) == "- 2021-11-15: Owls."


def test_a_line_that_is_not_like_the_others_stays_as_it_is() -> None:
    page = lines("- 2021-11-0{day}: {title} - {name}") + "- 2021-11-02: Fire drill\n"
    assert written(page, EVENT) == "- 2021-11-15: Owls - Ada Byron, Bo Peep"
    assert written(page + f"- 2021-11-10: {'long ' * 300}\n", BARE) == "- 2021-11-15: Owls"


def test_words_that_lead_from_the_date_to_people_and_a_title_are_written_again() -> None:
    new = (
        "* [Nov 10, 2021 call](https://a.org/5)with Cy Twombly on cats.\n"
        "* [Nov 9, 2021 call](https://a.org/4) with [Di Maio](https://a.org/di) on [dogs](https://a.org/dogs)\n"
        "* [Nov 8, 2021 call](https://a.org/3) on[ fish](https://a.org/fish)\n"
    )
    old = "".join(f"* [Oct {day}, 2020 call](https://a.org/{day})\n" for day in range(30, 10, -1))
    call = "* [Nov 15, 2021 call](https://example.org/register)"
    assert written(new + old, EVENT) == f"{call} with Ada Byron, Bo Peep on Owls"
    assert written(new + old, BARE) == "* Nov 15, 2021 call on Owls"


def test_a_word_that_one_link_alone_has_is_left_out() -> None:
    page = "* [Next: Nov 9, 2021 - Cats](https://a.org/2)\n* [Nov 8, 2021 - Dogs](https://a.org/1)\n"
    assert written(page, BARE) == "* Nov 15, 2021 - Owls"


def test_the_newest_lines_show_how_the_next_one_is_written() -> None:
    new = [f"## Talk {name} 2021.10.{day}" for name, day in zip("abcde", range(25, 20, -1), strict=True)]
    old = [f"## Talk {name} on {day}.09.2020" for name, day in zip("fghijklmnop", range(25, 14, -1), strict=True)]
    assert written("\n\n".join([*new, *old]), BARE) == "## Owls 2021.11.15"


@pytest.mark.parametrize("shape", ["No. {} - ", "Meetup {}: ", "#{} \u2013 ", "#{}. "])
def test_running_numbers_go_on_behind_a_word(shape: str) -> None:
    page = lines(f"### {shape.format('{number}')}{{title}} (Nov {{day}}, 2021)", "\n\n")
    number = next_number(outline(page), "2021-11-15")
    assert number == 10
    assert written(page, BARE.model_copy(update={"number": number})) == f"### {shape.format(10)}Owls (Nov 15, 2021)"
    assert written(page, BARE) == "### Owls (Nov 15, 2021)"


def test_a_number_of_another_kind_is_a_part_of_the_title() -> None:
    titles = ("Python 3: news", "Room 101: a visit", "2001: a film", "HTTP 2: less waiting")
    page = "".join(f"### {title} (Nov {day}, 2021)\n\n" for day, title in enumerate(titles, 1))
    assert next_number(outline(page), "2021-11-15") is None


def test_running_numbers_go_on() -> None:
    page = lines("### {number}\\. {title} (Nov {day}, 2021)", "\n\n")
    assert written(page, BARE) == "### Owls (Nov 15, 2021)"
    assert written(page, BARE.model_copy(update={"number": 10})) == "### 10\\. Owls (Nov 15, 2021)"
    assert next_number(outline(page), "2021-11-15") == 10
    assert next_number(outline("# Talks"), "2021-11-15") is None
    some = page + "\n### Fire drill (Nov 10, 2021)\n"
    assert written(some, BARE.model_copy(update={"number": 12})) == "### 12\\. Owls (Nov 15, 2021)"


def test_a_field_is_written_once() -> None:
    page = lines("- 2021-11-0{day} {title} - [slides](https://a.org) - [notes and slides](https://b.org)")
    assert written(page, EVENT) == "- 2021-11-15 Owls - [Deck](https://example.org/deck)"


def test_words_within_marks_stay_whole() -> None:
    page = lines("- 2021-11-0{day}: **{title}** and **more**")
    assert written(page, BARE) == "- 2021-11-15: **Owls**"
    page = lines("- 2021-11-0{day}: {title} - ({name})")
    assert written(page, EVENT) == "- 2021-11-15: Owls - (Ada Byron, Bo Peep)"


def test_the_only_words_of_a_line_are_its_title_even_if_they_look_like_a_name() -> None:
    page = lines("- 2021-11-0{day}: {name}")
    assert written(page, EVENT) == "- 2021-11-15: Owls"


def test_a_name_that_comes_again_and_again_is_that_of_a_group() -> None:
    page = "".join(
        f"### {day}. [Owl Circle](https://m.example/{day}) | {day}.11.2021, 18:00h\n\n" for day in range(13, 20)
    )
    event = EVENT.model_copy(update={"number": 20})
    assert written(page, event) == "### 20. [Owl Circle](https://example.org/register) | 15.11.2021, 6pm ET"
    speakers = ("Ada Byron", "Bo Peep", "Ada Byron", "Cy Young", "Di Wood", "Ada Byron")
    page = "".join(f"- Nov {day}, 2021: Owls {day}, {name}\n" for day, name in enumerate(speakers, 8))
    assert written(page, EVENT) == "- Nov 15, 2021: Owls, Ada Byron, Bo Peep"
