"""Several histories in one config: what each takes over, and which do not go together."""

import pytest
from almanac.errors import ConfigError
from almanac.form.schema import read_form
from almanac.histories import glimpsed_language, read_config, wants_dashboard
from almanac.packaged import template
from almanac.proposal.ours import refuse_alike

LYON = "  lyon:\n    page: lyon.md\n    records: _data/lyon\n    form: .github/ISSUE_TEMPLATE/lyon.yml\n"


def test_each_takes_over_what_stands_above_but_for_what_is_its_own() -> None:
    config = read_config(
        "page: paris.md\norder: oldest\ncalendar: paris.ics\nsection_template: paris.j2\n"
        "time_zone: Europe/Paris\nrecordings: ask\nmax_open_per_author: 3\n"
        f"histories:\n{LYON}    max_open_per_author: 5\n"
    )
    main, lyon = config.each().values()
    assert (main.page, main.calendar, main.max_open_per_author) == ("paris.md", ("paris.ics",), 3)
    assert (lyon.page, lyon.records, lyon.max_open_per_author) == ("lyon.md", "_data/lyon", 5)
    assert (lyon.time_zone, lyon.recordings) == ("Europe/Paris", "ask")
    assert (lyon.order, lyon.calendar, lyon.section_template) == (None, (), None)
    assert lyon.zones().default == "Europe/Paris"


def test_what_stands_above_need_not_be_a_history() -> None:
    assert [*read_config(f"time_zone: Europe/Paris\nhistories:\n{LYON}").each()] == ["lyon"]
    assert [*read_config("time_zone: Europe/Paris\n").each()] == [""]
    assert [*read_config(f"list: _data/talks.yml\nhistories:\n{LYON}").each()] == ["", "lyon"]


@pytest.mark.parametrize(
    ("text", "line", "field", "words"),
    [
        (f"page: lyon.md\nhistories:\n{LYON}", 4, "lyon.page", "and the one above them would both use lyon.md"),
        (f"page: a.md\nrecords: _data/lyon\nhistories:\n{LYON}", 6, "lyon.records", "_data/lyon"),
        (
            f"histories:\n{LYON}  oslo: {{page: lyon.md, records: o, form: f}}\n",
            6,
            "oslo.page",
            "and `lyon` would",
        ),
        ("page: a.md\nhistories:\n  lyon: {page: b.md, records: r}\n", None, "lyon.form", "new-event.yml"),
        (f"page: a.md\nfeed: a.xml\nhistories:\n{LYON}    data: a.xml\n", 8, "lyon.data", "a.xml"),
        (f"page: a.md\nfiles: _a/x.md\nhistories:\n{LYON}    files: _a/y.md\n", 8, "lyon.files", "_a"),
        (f"page: a.md\nhistories:\n{LYON}    upcoming: a.md\n", 7, "lyon.upcoming", "a.md"),
        (f"page: a.md\nhistories:\n{LYON}    calendar: [b.ics, a.md]\n", 7, "lyon.calendar", "a.md"),
        (f"histories:\n{LYON}    pgae: x\n", 6, "lyon.pgae", "`page`"),
        (f"histories:\n{LYON}    time_zone: Europe/Pari\n", 6, "lyon.time_zone", "Europe/Paris"),
        (f"histories:\n{LYON}    upcoming: #Bientôt\n", 6, "lyon.upcoming", "in double quotes"),
        ("histories:\n  Lyon: {}\n", 2, "Lyon", "small letters, digits and hyphens"),
        (f"histories:\n{LYON}    histories: {{}}\n", 6, "lyon.histories", "no such key"),
    ],
)
def test_a_mistake_in_a_history_is_named(text: str, line: int | None, field: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_config(text)
    [problem] = caught.value.problems
    assert (problem.field, problem.line) == (f"histories.{field}", line)
    assert words in problem.message


@pytest.mark.parametrize(
    ("text", "field", "words"),
    [
        (f"records: r\nhistories:\n{LYON}", "records", "does nothing here"),
        (f"time_zone: Europe/Pari\nhistories:\n{LYON}", "time_zone", "Europe/Paris"),
    ],
)
def test_a_mistake_above_them_is_named_once(text: str, field: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_config(text)
    [problem] = caught.value.problems
    assert (problem.field, problem.line) == (field, 1)
    assert words in problem.message


def test_forms_are_told_apart_by_their_label_or_by_a_question_that_needs_an_answer() -> None:
    text = template("site/new-event.yml")
    house, again = read_form(text), read_form(text, "again.yml")
    labelled = read_form(text.replace("labels: [event]", "labels: [Lyon]"))
    other = read_form(text.replace("label: Title", "label: Titre"))
    refuse_alike([(house, ("event",)), (labelled, labelled.labels), (other, other.labels)])
    with pytest.raises(
        ConfigError, match=r"This form and .github/ISSUE_TEMPLATE/new-event.yml both give the label"
    ) as caught:
        refuse_alike([(house, ("event",)), (labelled, ("talk",)), (again, ("Event", "x"))])
    assert caught.value.problems[0].file == "again.yml"
    longer = read_form(f"{text}  - type: input\n    id: room\n    attributes:\n      label: Room\n", "longer.yml")
    with pytest.raises(ConfigError):
        refuse_alike([(longer, ("event",)), (house, ("event",))])


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        ("page: events.md\nupcoming: events.md\n", "upcoming", "a heading of this one"),
        ("calendar: events.ics\nfeed: events.ics\n", "calendar", "name the same file"),
        ("page: events.md\nhistories:\n  a:\n    page: a.md\n    upcoming: a.md\n", "histories.a.upcoming", "heading"),
    ],
)
def test_two_views_of_one_history_cannot_share_a_file(text: str, key: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_config(text)
    problem = next(one for one in caught.value.problems if one.field == key)
    assert words in problem.message


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("a: [\nlanguage: de\n", "de"),
        ("a: b: c\n language: 'fr' # x", "fr"),
        ("language: DE", "de"),
        ("language: Deutsch", "de"),
        ("\ufefflanguage:\tes", "es"),
        ("{page: x, language: de}", "de"),
        ('{"page": "x",\n "language": "fr", "a": [}', "fr"),
        ("{a: [, language : 'es'", "es"),
        ("page: x, language: de", "en"),
        ("{page: x} # {language: de}", "en"),
        ("languages: de", "en"),
        ("# language: de", "en"),
        ("language: xx", "en"),
        ("", "en"),
    ],
)
def test_the_language_of_settings_that_cannot_be_read_is_glimpsed(text: str, language: str) -> None:
    assert glimpsed_language(text) == language


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a: [\ndashboard: true\n", True),
        ("{page: x, dashboard: true, a: [", True),
        ("page: x, dashboard: true", False),
        ("dashboard: false # {dashboard: true}", False),
    ],
)
def test_whether_such_settings_want_the_dashboard_is_glimpsed(text: str, wanted: bool) -> None:
    assert wants_dashboard(text) == wanted
