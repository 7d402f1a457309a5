"""The form that `almanac init` writes: what is needed and the times first, and nothing that the page does not show."""

import re
from pathlib import Path

import pytest
from almanac.defaults import house_form
from almanac.event.submission import NEEDED
from almanac.form.schema import Form, lint, read_form
from almanac.proposal.form_version import is_of_longer_form

from tests.commands.running import Almanac, write_issue, write_site
from tests.commands.test_adoption import CONFIG, FORM, PAGE, REFERENCE, SECTION, adopt
from tests.filing import BLANK, body
from tests.page.house import PAGES

TABLE = "| Date | Title |{} |\n|---|---|---|\n| Nov 1, 2021 | Cats |{} |\n| Nov 8, 2021 | Dogs |{} |\n"
SLIDES, AGENDA = "**Slides:** [a](https://a.example)", "**Agenda:** Hello; Bye"
LABELLED = "## 2021-11-08: Cats\n\n{}\n\n## 2021-11-01: Dogs\n\n{}\n"
ALL = "title date when duration series people_label people location description url agenda recording links"


def form_of(page: str, **others: str) -> tuple[str, Form]:
    """Return the form that a site with a page gets."""
    text = str(adopt({"history.md": page, **others}, page="history.md", shape=None if others else "like")[FORM])
    return text, read_form(text)


def asked(page: str) -> str:
    return " ".join(field.id for field in form_of(page)[1].fields)


@pytest.mark.parametrize(
    ("page", "questions"),
    [
        (PAGES["table-persons"], "title date people"),
        (PAGES["years-missing"], "title date"),
        (PAGES["times-in-dates"], "title date when duration"),
        (TABLE.format(" Status ", " held ", " held "), "title date status"),
        (TABLE.format(" Tags ", " a, b ", " c "), "title date tags"),
        (LABELLED.format("**Speaker:** Ana", "**Speakers:** Bo, Cy"), "title date people location description"),
        (LABELLED.format("**Speaker:** Ana", "**Host:** Bo"), "title date people_label people location description"),
        (
            LABELLED.format(SLIDES, AGENDA),
            "title date description location agenda url links",
        ),
        (PAGES["ranges"], "title date end_date"),
        (LABELLED.format("**Tags:** a, b", "**Status:** held"), "title date description tags status"),
    ],
)
def test_a_form_asks_for_what_the_page_shows_with_short_answers_between_texts(page: str, questions: str) -> None:
    assert asked(page) == questions


@pytest.mark.parametrize("name", sorted({*PAGES} - {"house-without-series"})[::4])
def test_every_form_begins_with_what_is_needed_marks_the_rest_and_has_dates_of_this_year(name: str) -> None:
    text, form = form_of(PAGES[name])
    assert lint(form) == ()
    assert [field.id for field in form.fields[:2]] == list(NEEDED)
    assert [field.id for field in form.fields if field.required] == list(NEEDED)
    descriptions = re.findall(r"^      description: (?:\|\n +|\"?)(.*)", text, re.MULTILINE)
    assert len(descriptions) == len(form.fields)
    assert all(words.startswith("Optional. ") for words in descriptions[len(NEEDED) :])
    assert '"2026-11-08"' in text
    assert "2021-" not in text


def test_the_house_style_shows_all_and_a_template_of_the_sites_own_what_it_names() -> None:
    assert asked(str(REFERENCE[PAGE])) == ALL
    fresh = read_form(str(adopt({"a.txt": ""})[FORM]))
    assert [field.id for field in fresh.fields] == [name for name in ALL.split() if name != "people_label"]
    source = "* {{ date | like('8 November 2021') }} - {{ title | text }} {{ image.path }} {{ tags }}\n"
    config = f"page: history.md\nsection_template: {SECTION}\n"
    form = form_of(PAGES["bullets"], **{CONFIG: config, SECTION: source})[1]
    assert [field.id for field in form.fields] == ["title", "date", "tags", "image", "image_alt"]
    broken = source + "{% if tags %}{{ 1 // 0 }}{% endif %}"
    form = form_of(PAGES["bullets"], **{CONFIG: config, SECTION: broken})[1]
    assert [field.id for field in form.fields][:3] == ["title", "date", "when"]


def test_a_last_day_is_asked_for_where_the_page_has_some() -> None:
    record = '{id: 2021-11-02-owls, title: Owls, date: "2021-11-02", end_date: "2021-11-04"}\n'
    files = adopt({**REFERENCE, CONFIG: f"page: {PAGE}\n", "_data/events/2021-11-02-owls.yml": record})
    form = read_form(str(files[FORM]))
    assert [field.id for field in form.fields][:4] == ["title", "date", "end_date", "when"]
    assert 'placeholder: "2026-11-10"' in str(files[FORM])


class TestALongerForm:
    """An issue with all of our questions on a site whose form has fewer."""

    SHORT = read_form(
        "name: x\nbody:\n- {type: input, id: title, attributes: {label: Title}}\n"
        "- {type: input, id: date, attributes: {label: Date}}\n"
        "- {type: textarea, id: people, attributes: {label: People}}\n"
        "- {type: input, id: room, attributes: {label: Room}}\n"
    )
    NEEDY = read_form(
        "name: x\nbody:\n- {type: input, id: title, attributes: {label: Title}}\n"
        "- {type: input, id: date, attributes: {label: Date}}\n"
        "- {type: input, id: room, attributes: {label: Room}, validations: {required: true}}\n"
    )

    def test_it_is_read_with_our_form(self) -> None:
        for text in (body(title="X", date="2022-01-20"), "### Title\n\nX\n\n### Location\n\nParis"):
            assert is_of_longer_form(text, house_form(), self.SHORT)

    @pytest.mark.parametrize(
        "text",
        [
            "### Title\n\nX\n\n### Date\n\n2022-01-20",
            "### Title\n\nX\n\n### Venue\n\nParis",
            "### Title\n\nX\n\n### Date\n\n1\n\n### People\n\nA\n\n### Location\n\nParis\n\n### Room\n\n1",
        ],
    )
    def test_not_where_it_may_be_of_the_sites_own_or_of_another(self, text: str) -> None:
        assert not is_of_longer_form(text, house_form(), self.SHORT)

    def test_no_answer_that_a_site_needs_is_left_out(self) -> None:
        assert not is_of_longer_form(body(title="X", date="2022-01-20"), house_form(), self.NEEDY)

    def test_an_issue_in_the_order_of_earlier_versions_is_read(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        almanac = Almanac(monkeypatch, capsys)
        write_site(tmp_path)
        form = tmp_path / FORM
        form.write_text(re.sub(r"  - type: \w+\n    id: (?:url|links|series)\n(?:    .*\n)+", "", form.read_text()))
        parts = body(title="X", date="2022-01-20", people="Ada\nBo", location="Paris", links="[a](https://a.example)")
        series = f"### Series\n\n{BLANK}\n\n"
        earlier = series + parts.replace(series, "")
        told = almanac("preview", write_issue(tmp_path, earlier), "--site", tmp_path, "--json").json
        assert told["problems"] == []
        assert told["event"]["people"] == [{"name": "Ada"}, {"name": "Bo"}]
        assert told["event"]["links"] == [{"label": "a", "url": "https://a.example"}]
