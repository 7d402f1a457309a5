"""In which shape new events are written: what people see of it before they decide, and what is not decided for them."""

from collections.abc import Sequence
from functools import partial
from io import StringIO
from pathlib import Path

import pytest
from almanac.commands.build import import_files
from almanac.commands.shapes import (
    Shape,
    Unproven,
    answered,
    ask_for_shape,
    questions,
    said_of_questions,
    with_answers,
)
from almanac.errors import Problem, UserError
from almanac.form.schema import read_form
from almanac.packaged import example, template
from almanac.page.imitate import samples
from almanac.page.outline import Page, outline

from tests.commands.running import Almanac
from tests.commands.test_adoption import CONFIG, SECTION, adopt, plan
from tests.commands.test_init import on_a_terminal, site_with
from tests.filing import body
from tests.memory import is_in_sync, memory_site, proposed_files
from tests.page.house import PAGES

HEADINGS = """\
# Past

## 2021-11-08: Cats

**Where:** Room 5

**Speaker:** Ana

## 2021-11-01: Dogs

**Where:** Room 6

**Speaker:** Bo
"""
# A new bullet has the mark of most others, and so it would not be in the list of its neighbour.
MARKS = "# Past\n\n* Nov 8, 2021: Cats\n- Nov 1, 2021: Dogs\n- Oct 25, 2021: Bats\n"
OWLS = {"title": "Owls", "date": "2021-11-15", "location": "Room 7", "description": "They hoot."}


@pytest.mark.parametrize(
    ("shape", "written"),
    [
        (None, "## 2021-11-15: Owls\n\n**Where:** Room 7\n"),
        ("like", "## 2021-11-15: Owls\n\n**Where:** Room 7\n"),
        ("plain", "## 2021-11-15: Owls\n\n## 2021-11-08"),
        ("house", "### November 15th, 2021:  Owls\n\n- Location: Room 7\n\n- They hoot.\n"),
    ],
)
def test_new_events_have_the_shape_that_was_chosen(shape: str | None, written: str) -> None:
    files = adopt({"talks.md": HEADINGS}, page="talks.md", shape=shape)
    assert (SECTION in files) == (shape != "house")
    assert is_in_sync(files)
    assert plan(files).written == {}
    assert written in str(proposed_files(files, 12, body(**OWLS))["talks.md"])


def test_a_page_in_the_house_style_has_that_shape() -> None:
    page = example("ospo/past-working-groups.md")
    for shape in (None, "like", "house"):
        planned = plan({"talks.md": page}, page="talks.md", shape=shape)
        assert planned.shape
        assert (planned.shape.name, planned.section_template) == ("house", None)


def test_a_shape_that_is_not_proven_is_not_taken_without_a_question() -> None:
    with pytest.raises(Unproven) as asked:
        plan({"talks.md": MARKS}, page="talks.md")
    first, doubt, *looks = asked.value.problems
    assert first.choices == (
        "almanac init --page talks.md --shape like",
        "almanac init --page talks.md --shape house",
    )
    assert (doubt.file, doubt.line, "would not look as it did before" in doubt.message) == ("talks.md", 4, True)
    assert [look.example and look.example.partition("\n")[0] for look in looks] == [
        "- Nov 8, 2021: A sample",
        "### November 8th, 2021:  Samples",
    ]
    planned = plan({"talks.md": MARKS}, page="talks.md", shape="like")
    assert planned.shape
    assert planned.shape.doubts == (doubt,)


@pytest.mark.parametrize(("rest", "words"), [("", "not be shown"), (": {{ title }} - {{ title }}", "be shown twice")])
def test_a_shape_without_the_title_or_with_two_is_not_proven(
    monkeypatch: pytest.MonkeyPatch, rest: str, words: str
) -> None:
    source = f'* {{{{ date | like("8 November 2021") }}}}{rest}\n'
    monkeypatch.setattr("almanac.page.imitate.write_templates", lambda *_: [source])
    with pytest.raises(Unproven, match=f"title of a new event would {words}"):
        plan({"talks.md": PAGES["bullets"]}, page="talks.md")


def test_a_recording_that_is_named_after_its_event_is_no_second_title() -> None:
    page = "".join(
        f"## 2021-11-0{day}: {word}\n\n**Video:** [{word}](https://a.org/{day})\n\n"
        for day, word in ((8, "Cats"), (1, "Dogs"))
    )
    planned = plan({"talks.md": page}, page="talks.md")
    assert planned.shape
    assert planned.shape.name == "like"
    assert "**Video:** [A sample](https://example.org/recording)" in planned.shape.sample


def test_a_title_may_come_again_further_down(monkeypatch: pytest.MonkeyPatch) -> None:
    source = "## {{ date }}: {{ title | heading }}\n\n**Slides:** {{ title | text }}\n"
    monkeypatch.setattr("almanac.page.imitate.write_templates", lambda *_: [source])
    planned = plan({"talks.md": HEADINGS}, page="talks.md")
    assert planned.shape
    assert (planned.shape.name, planned.shape.doubts) == ("like", ())


def test_a_template_that_cannot_be_used_is_no_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("almanac.page.imitate.write_templates", lambda *_: ["{% if %}"])
    with pytest.raises(Unproven, match="written in another style") as asked:
        plan({"talks.md": PAGES["bullets"]}, page="talks.md")
    assert asked.value.problems[0].choices == ("almanac init --page talks.md --shape house",)


def test_the_question_takes_only_a_number_that_is_there(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", StringIO("\nhouse\n9\n2\n"))
    planned = plan({"talks.md": MARKS}, page="talks.md", choose=ask_for_shape)
    said = capsys.readouterr()
    assert said.err.count("A number from 1 to") == 2
    assert "1  like" in said.out
    assert planned.shape
    assert planned.shape.name != "like"


def test_of_several_shapes_a_person_chooses() -> None:
    seen: list[Shape] = []

    def choose(page: Page, shapes: Sequence[Shape]) -> Shape:
        seen.extend(shapes)
        return shapes[1]

    planned = plan({"talks.md": HEADINGS}, page="talks.md", choose=choose)
    assert [shape.name for shape in seen] == ["like", "plain", "house"]
    assert planned.shape
    assert planned.shape.name == "plain"


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"talks.md": PAGES["table"]}, "`plain` cannot be had on this page"),
        ({"talks.md": "# Talks\n"}, "no event on the page yet"),
        (
            {
                "talks.md": PAGES["bullets"],
                CONFIG: "page: talks.md\nsection_template: own.j2\n",
                "own.j2": "* {{ date | like('8 November 2021') }} - {{ title | text }}\n",
            },
            "own.j2: section_template: The settings name this template",
        ),
    ],
)
def test_where_a_shape_cannot_be_had_it_says_why(files: dict[str, str], words: str) -> None:
    with pytest.raises(UserError, match=words):
        plan(files, page="talks.md", shape="plain", new="# Talks" in files["talks.md"])


def test_records_that_are_there_keep_their_style() -> None:
    files: dict[str, str | bytes] = {"talks.md": HEADINGS}
    files |= import_files(memory_site(files), "talks.md", HEADINGS)[0]
    planned = plan(files)
    assert planned.shape
    assert planned.shape.name == "like"
    record = f'{{id: 2021-11-02-owls, title: Owls, date: "2021-11-02", rendered: {"0" * 64}}}\n'
    assert plan({**files, "_data/events/2021-11-02-owls.yml": record}).shape is None


def _fails(_: object) -> list[str]:
    raise UserError(Problem("It needs an answer that is empty."))


class TestQuestions:
    def test_which_answers_the_page_shows_is_said_of_the_sites_own_questions_too(self) -> None:
        own = """\
  - {type: input, id: level, attributes: {label: Level}}
  - {type: dropdown, id: room, attributes: {label: Room, options: [Red, Blue]}}
"""
        form = read_form(template("site/new-event.yml").rstrip("\n") + "\n" + own)
        event = with_answers(samples(outline(PAGES["bullets"]).sections)[1], form)
        assert event.extra == {"level": "Some level", "room": "Red"}
        shown, kept, _ = questions(form, event, "* 8 November 2021 - A sample, Some level, Room 1, Ada and Grace")
        assert (shown, kept[-1]) == (["Title", "Date", "People", "Location", "Level"], "Room")
        assert "Only the record keeps When, Duration, Series, " in said_of_questions(form, event, "A sample")

    @pytest.mark.parametrize(
        ("page", "words"),
        [
            (
                "* January 23rd, 2025: Owls\n* June 12th, 2024: Owls\n* May 2nd, 2024: Owls\n",
                "The page shows Date, Series. Where Series is left empty, it shows Title instead.",
            ),
            (
                "| Date | Who |\n| --- | --- |\n| 2025-02-08 | Ada |\n| 2025-01-08 | Bo |\n",
                "The page shows Date, People. Where People is left empty, it shows Title instead.",
            ),
        ],
        ids=["a series", "people"],
    )
    def test_what_stands_in_for_another_answer_is_not_said_to_be_kept_by_the_record_alone(
        self, page: str, words: str
    ) -> None:
        planned = plan({"talks.md": f"# Past talks\n\n{page}"}, page="talks.md")
        assert planned.form
        assert planned.shape
        event, section = answered(planned.shape, planned.form)
        said = said_of_questions(planned.form, event, section, partial(map, planned.shape.render))
        assert said == words
        assert said_of_questions(planned.form, event, section, _fails).endswith(" Only the record keeps Title.")

    def test_the_house_style_shows_all_but_how_long_it_takes(self) -> None:
        planned = plan({"talks.md": example("ospo/past-working-groups.md")}, page="talks.md")
        assert planned.form
        assert planned.shape
        event = planned.shape.event
        assert said_of_questions(planned.form, event, planned.shape.sample).startswith("The page shows the answers to")
        event, section = answered(planned.shape, planned.form)
        assert said_of_questions(planned.form, event, section).endswith(". Only the record keeps Duration.")
        section = f"{section}, 9am\u201310:30am ET"
        assert said_of_questions(planned.form, event, section).startswith("The page shows the answers to all questions")


class TestShown:
    def test_the_newest_entry_and_a_sample_are_shown(self, almanac: Almanac, tmp_path: Path) -> None:
        repo = site_with(tmp_path / "site", {"talks.md": HEADINGS + "\n" + "More words.\n" * 30})
        ran = almanac("init", "--site", repo.folder, "--yes", "--page", repo.folder / "talks.md")
        assert ran.status == 0
        assert "The newest event of the list, on line 3:\n\n    ## 2021-11-08: Cats\n\n    **Where:** Room 5" in ran.out
        assert "A sample, with an answer to each question:\n\n    ## 2021-11-08: A sample" in ran.out
        assert "The page shows the answers to all questions of the form." in ran.out

    def test_a_line_for_a_second_list_is_shown_too(self, almanac: Almanac, tmp_path: Path) -> None:
        repo = site_with(tmp_path / "site", {"meetings.md": PAGES["sections-and-index"]})
        ran = almanac("init", "--site", repo.folder, "--page", repo.folder / "meetings.md", "--yes")
        assert "\nand in the second list:\n\n    - Feb 17, 2022 - A sample" in ran.out
        told = almanac("init", "--site", repo.folder, "--page", repo.folder / "meetings.md", "--json", "--dry-run").json
        assert "shape" not in told  # it was decided

    def test_a_question_ends_with_1_and_the_command_to_run(self, almanac: Almanac, tmp_path: Path) -> None:
        repo = site_with(tmp_path / "site", {"my talks.md": MARKS})
        asked = almanac("init", "--site", repo.folder, "--yes", "--page", repo.folder / "my talks.md")
        assert asked.status == 1
        assert "accepted: almanac init --page 'my talks.md' --shape like" in asked.err
        assert not (repo.folder / ".github").exists()
        told = almanac(
            "init", "--site", repo.folder, "--page", repo.folder / "my talks.md", "--shape", "like", "--json"
        )
        assert (told.status, told.json["shape"], told.json["sample"]) == (0, "like", "- Nov 8, 2021: A sample")
        assert told.json["only_in_record"] == []
        assert almanac("init", "--site", repo.folder, "--shape", "round").status == 2

    def test_a_person_is_asked_with_a_sample_of_each(self, tmp_path: Path) -> None:
        long = HEADINGS.replace("Ana\n", "Ana\n" + "\nMore words.\n" * 30)
        repo = site_with(tmp_path / "site", {"past-talks.md": long})
        shown = on_a_terminal(repo.folder, "7\n3\nn\ny\n")
        assert "1  like: like the page's own events" in shown
        assert "    ..." in shown
        assert "doubtful: past-talks.md: The events on the page are written in another style." in shown
        assert not (repo.folder / SECTION).exists()
        assert (repo.folder / CONFIG).exists()


def test_a_page_that_shows_the_time_alone_has_it_in_the_sample() -> None:
    teas = ((14, "Oolong evening"), (13, "Sencha for all"), (12, "Tasting"))
    lines = "".join(f"- {day} June 2026, 18:30 \N{EN DASH} **{tea}** with Mei Lin\n" for day, tea in teas)
    made = plan({"gatherings.md": f"# Gatherings\n\n{lines}"}, page="gatherings.md")
    assert made.shape
    assert made.form
    event, section = answered(made.shape, made.form)
    assert section.startswith("- 14 June 2026, 09:00 \N{EN DASH} **A sample**")
    assert "When" in questions(made.form, event, section)[0]
