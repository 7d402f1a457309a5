"""Answers become an event, or every problem at once: the label, what was typed, why, and an example."""

from typing import get_args

import pytest
from almanac.config import Config
from almanac.errors import ConfigError
from almanac.event.model import Event, Image, Link, Status
from almanac.event.record import read_record, write_record
from almanac.event.submission import FIELDS, Submission, submit_body
from almanac.form.schema import Form, read_form
from almanac.histories import read_config
from almanac.text import CAPS

from tests.filing import GOVERNMENTS_ANSWERS, UNIVERSITIES_ANSWERS, body, full_form, house_form
from tests.hostile import HOSTILE, HOSTILE_TEXTS
from tests.reference import GOVERNMENTS, UNIVERSITIES

BASE = {"title": "Demo Day", "date": "2022-01-20"}


def submitted(config: Config | None = None, /, **answers: str) -> Submission:
    return submit_body(body(full_form(), **answers), full_form(), config or Config(), 12)


def event_of(config: Config | None = None, /, **answers: str) -> Event:
    submission = submitted(config, **BASE | answers)
    assert submission.problems == ()
    assert submission.event
    return submission.event


@pytest.mark.parametrize(
    ("gone", "field", "typed"),
    [
        (("location", "description"), "people", None),
        (("url", "agenda", "recording"), "description", None),
        (("date", "when"), "title", "Demo Day\n\n2022-01-20"),
        (("title", "date", "when"), "title", None),
    ],
)
def test_of_headings_that_were_deleted_all_are_named_at_once(
    gone: tuple[str, ...], field: str, typed: str | None
) -> None:
    form = house_form()
    labels = {one.id: one.label for one in form.fields}
    text = body(form, **BASE, when="9am ET", description="Hello", location="Paris")
    for name in gone:
        text = text.replace(f"### {labels[name]}\n\n", "")
    [problem] = submit_body(text, form, Config(), 12).problems
    assert problem.field == labels[field]
    assert problem.accepted == "\n\n".join(f"### {labels[name]}" for name in gone)
    assert (problem.typed or "").startswith(typed or "")


def own_form(elements: str) -> Form:
    return read_form(
        "name: x\nlabels: [event]\nbody:\n"
        "  - {type: input, id: title, attributes: {label: Title}}\n"
        "  - {type: input, id: date, attributes: {label: Date}}\n" + elements
    )


def filed(form: Form, text: str) -> Submission:
    return submit_body(text, form, Config(), 12)


START = "### Title\n\nX\n\n### Date\n\n2022-01-20\n\n"


def test_our_questions_ask_for_all_that_a_record_can_take_from_one() -> None:
    assert {field.id for field in full_form().fields} == set(FIELDS)


def test_the_reference_events_come_out_with_every_field_in_its_place() -> None:
    event = event_of(**GOVERNMENTS_ANSWERS)
    description = (GOVERNMENTS.description or "").replace("10).  \n", "10).\n")
    assert event == GOVERNMENTS.model_copy(update={"issue": 12, "description": description})
    event = event_of(**UNIVERSITIES_ANSWERS)
    assert event == UNIVERSITIES.model_copy(update={"issue": 12, "when": "9am PT, 12pm ET, 6pm CET"})


def test_all_problems_are_reported_at_once_in_the_form_s_order() -> None:
    submission = submitted(
        date="11/8/2021",
        when="9am",
        duration="long",
        people="[A](ftp://a.example)\n| b",
        url="example.org/register",
        links="Slides",
        recording="https://localhost/x",
        description="See [this](http://).",
        agenda="x" * 1001,
    )
    assert submission.event is None
    reported = [problem.field for problem in submission.problems]
    assert reported == [
        *("Title", "Date", "When", "Duration", "People", "People", "Description", "Registration link", "Agenda"),
        *("Recording", "Links"),
    ]
    by_field = {problem.field: problem for problem in submission.problems}
    assert by_field["Title"].example == "Measuring Open Source"
    assert (by_field["Date"].typed, "2021-11-08" in by_field["Date"].choices) == ("11/8/2021", True)
    assert by_field["Registration link"].typed == "example.org/register"
    assert "https://" in by_field["Registration link"].message


def test_what_is_needed_is_asked_for() -> None:
    problems = submitted(when="9am ET").problems
    assert [(problem.field, problem.example) for problem in problems] == [
        ("Title", "Measuring Open Source"),
        ("Date", "2021-11-08"),
    ]
    assert all(problem.accepted is None for problem in problems)


@pytest.mark.parametrize("label", ["Title", "Date", "When", "Duration", "Registration link", "Recording"])
def test_a_stray_line_below_an_answer_gives_one_problem_that_quotes_it(label: str) -> None:
    text = body(**GOVERNMENTS_ANSWERS).replace(f"### {label}\n", f"### {label}\n\n", 1)
    start = text.index(f"### {label}\n") + len(f"### {label}\n\n\n")
    end = text.index("\n\n### ", start)
    read = submit_body(f"{text[:end]}\n\nSee you there!{text[end:]}", house_form(), Config(), 1)
    assert [(problem.field, problem.typed) for problem in read.problems] == [(label, "See you there!")]


def test_a_stray_line_below_the_last_answer_gives_one_problem_that_quotes_it() -> None:
    text = body(**GOVERNMENTS_ANSWERS)
    read = submit_body(f"{text}\n\nThanks a lot!", house_form(), Config(), 1)
    assert [(problem.field, problem.typed) for problem in read.problems] == [("Links", "Thanks a lot!")]


def test_times_are_checked_and_a_bad_duration_is_the_duration_s_problem() -> None:
    when = submitted(**BASE, when="9am").problems
    assert [problem.field for problem in when] == ["When"]
    duration = submitted(**BASE, when="9am ET", duration="a while").problems
    assert [problem.field for problem in duration] == ["Duration"]


def test_times_are_checked_even_where_the_date_is_wrong() -> None:
    for date in ("11/8/2021", ""):
        problems = submitted(title="X", date=date, when="9am", duration="long").problems
        assert [problem.field for problem in problems] == ["Date", "When", "Duration"]
    assert [problem.field for problem in submitted(**BASE, duration="long").problems] == ["Duration"]


def test_a_duration_gives_an_end_and_alone_it_is_a_warning() -> None:
    assert event_of(when="9am ET", duration="2 hours").ends == "2022-01-20T11:00:00-05:00"
    submission = submitted(**BASE, duration="2 hours")
    assert submission.event
    assert [warning.field for warning in submission.warnings] == ["Duration"]


def test_a_warning_of_the_times_does_not_hold_an_event_up() -> None:
    submission = submitted(title="X", date="2021-11-11", when="12pm EDT")
    assert submission.event
    assert [warning.field for warning in submission.warnings] == ["When"]


def test_the_site_s_zones_of_the_series_are_shown() -> None:
    config = read_config(
        "time_zones: {ET: America/New_York, CET: Europe/Paris, PT: America/Los_Angeles}\n"
        "series:\n  Governments: {time_zones: [ET, CET]}\n"
    )
    assert event_of(config, when="9am ET", series="Governments").when == "9am ET, 3pm CET"
    assert event_of(config, when="9am ET", series=" governments").when == "9am ET, 3pm CET"
    assert event_of(config, when="9am ET", series="Others").when == "9am ET, 3pm CET, 6am PT"


def test_text_is_cleaned_and_a_label_loses_its_colon() -> None:
    assert event_of(title="A", people_label="\ue000:", people="Ada").people_label is None
    event = event_of(title="  A\u200b  b ", people_label="Speakers: ", people="Ada", location="\u202eParis")
    assert (event.title, event.people_label, event.location) == ("A  b", "Speakers", "Paris")


@pytest.mark.parametrize(
    "typed", ["\u200b\u2060", "\u3164", "\uffa0", "\u115f", "\u2800", "\U0001d159", "\ue000", "\u0378"]
)
def test_an_answer_in_which_nothing_shows_is_blank(typed: str) -> None:
    form = own_form("  - {type: input, id: room, attributes: {label: Room}, validations: {required: true}}\n")
    found = filed(form, f"### Title\n\n{typed}\n\n### Date\n\n2022-01-20\n\n### Room\n\n{typed}").problems
    assert [(problem.field, "invisible" in problem.message) for problem in found] == [("Title", True), ("Room", True)]
    submission = submitted(**BASE, location=typed)
    assert submission.event
    assert submission.event.location is None
    assert [(one.field, "invisible" in one.message) for one in submission.warnings] == [("Location", True)]


@pytest.mark.parametrize(
    "name", sorted(set(FIELDS) - {"date", "when", "duration", "url", "recording", "people", "links", "status", "image"})
)
def test_a_text_over_its_cap_is_a_problem_that_states_the_cap(name: str) -> None:
    found = submitted(**BASE | {name: "x" * (CAPS[name] + 1)}).problems
    assert any(f"{CAPS[name]:,}" in problem.message for problem in found)


STATUSES = get_args(Status)
PICTURE = "https://github.com/user-attachments/assets/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"


def test_a_status_is_read_as_people_name_it() -> None:
    form = own_form("  - {type: input, id: status, attributes: {label: Status}}\n")
    typed = ("cancelled", "Canceled.", "CALLED  OFF", "moved", "as planned", "Scheduled", "Delayed")
    events = [filed(form, f"{START}### Status\n\n{one}").event for one in typed]
    assert [event and event.status for event in events] == [
        *("cancelled", "cancelled", "cancelled", "rescheduled", "scheduled", "scheduled", "postponed")
    ]
    [problem] = filed(form, f"{START}### Status\n\nperhaps").problems
    assert (problem.field, problem.typed) == ("Status", "perhaps")
    assert problem.choices == ("scheduled", "cancelled", "postponed", "rescheduled")


def test_a_dropdown_with_other_choices_than_ours_is_a_question_of_the_site_s_own() -> None:
    form = own_form("  - {type: dropdown, id: status, attributes: {label: Status, options: [Cancelled, Tentative]}}\n")
    event = filed(form, f"{START}### Status\n\nTentative").event
    assert event
    assert (event.status, event.extra) == (None, {"status": "Tentative"})
    event = filed(form, f"{START}### Status\n\nNone").event
    assert event
    assert (event.status, event.extra) == (None, {})


def test_tags_are_cut_at_commas_but_not_within_an_option() -> None:
    assert event_of(tags="Open Source, #policy; open source,, C#").tags == ("Open Source", "policy", "C#")
    attributes = "{label: Tags, multiple: true, options: [Policy, 'Health, safety', Funding]}"
    form = own_form(f"  - {{type: dropdown, id: tags, attributes: {attributes}}}\n")
    event = filed(form, f"{START}### Tags\n\nPolicy, Health, safety").event
    assert event
    assert event.tags == ("Policy", "Health, safety")
    form = own_form("  - {type: textarea, id: tags, attributes: {label: Tags}}\n")
    event = filed(form, f"{START}### Tags\n\n- a, b\n- c").event
    assert event
    assert event.tags == ("a", "b", "c")
    many = ", ".join(map(str, range(31)))
    assert [problem.field for problem in submitted(**BASE, tags=many).problems] == ["Tags"]
    assert ["100" in problem.message for problem in submitted(**BASE, tags="a, " + "x" * 101).problems] == [True]


@pytest.mark.parametrize(
    "answer",
    [
        f"![poster]({PICTURE})",
        f"![a]b( [x]({PICTURE})",
        f'<img width="800" height="600" alt="poster" src="{PICTURE}" />',
        f"{PICTURE}\n\n{PICTURE}",
    ],
)
def test_a_picture_that_is_attached_is_read(answer: str) -> None:
    form = own_form("  - {type: textarea, id: image, attributes: {label: Picture}}\n")
    event = filed(form, f"{START}### Picture\n\n{answer}").event
    assert event
    assert event.image == Image(url=PICTURE, alt=event.title)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("a poster", "no picture here"),
        (f"![a]({PICTURE})\n![b]({PICTURE[:-1]}0)", "2 pictures"),
        ("![a](https://example.org/a.png)", "Only a picture that is attached"),
        (f"![a]({PICTURE}/../x)", "Only a picture that is attached"),
        (f"![a]({PICTURE}?x)", "Only a picture that is attached"),
        ("![a](https://github.com/user-attachments/files/1/a.pdf)", "Only a picture that is attached"),
        (f"![a]({PICTURE.replace('github.com', 'github.com@evil.example')})", "Only a picture that is attached"),
    ],
)
def test_any_other_picture_is_refused(answer: str, words: str) -> None:
    form = own_form("  - {type: textarea, id: image, attributes: {label: Picture}}\n")
    [problem] = filed(form, f"{START}### Picture\n\n{answer}").problems
    assert (problem.field, words in problem.message) == ("Picture", True)


def test_a_picture_has_words_for_those_who_do_not_see_it() -> None:
    event = event_of(image=f"![poster]({PICTURE})", image_alt="Three owls")
    assert event.image == Image(url=PICTURE, alt="Three owls")
    submission = submitted(**BASE, image_alt="Three owls")
    assert submission.event
    assert submission.event.image is None
    assert [(one.field, one.typed) for one in submission.warnings] == [("What the picture shows", "Three owls")]


@pytest.mark.parametrize("typed", [*HOSTILE, *HOSTILE_TEXTS])
def test_whatever_is_typed_gives_a_known_status_and_a_picture_that_github_keeps(typed: str) -> None:
    form = own_form(
        "  - {type: textarea, id: status, attributes: {label: Status}}\n"
        "  - {type: input, id: room, attributes: {label: Room}}\n"
        "  - {type: textarea, id: tags, attributes: {label: Tags}}\n"
        "  - {type: input, id: image_alt, attributes: {label: What it shows}}\n"
        "  - {type: textarea, id: image, attributes: {label: Picture}}\n"
    )
    for text in (typed, f"cancelled {typed}", f"![{typed}]({PICTURE})", f"{PICTURE}{typed}"):
        event = filed(form, body(form, **BASE, status=text, tags="a", image=PICTURE)).event
        assert event is None or (event.status or "cancelled") in STATUSES
        event = filed(form, body(form, **BASE, tags=text, image=text)).event
        assert event is None or event.image is None or event.image.url == PICTURE
        assert event is None or read_record(write_record(event), "x.yml") == event


def test_too_many_points_of_an_agenda_are_a_problem() -> None:
    [problem] = submitted(**BASE, agenda="\n".join(map(str, range(101)))).problems
    assert (problem.field, "100" in problem.message) == ("Agenda", True)


def test_links_of_a_description_are_kept_and_refused_ones_are_problems() -> None:
    assert event_of(description="See [this](https://example.org).").description == "See [this](https://example.org)."
    [problem] = submitted(**BASE, description="[a](http://user@example.org)").problems
    assert problem.typed == "http://user@example.org"


def test_links_and_recording_are_read() -> None:
    event = event_of(links="[Slides](https://e.org/s)", recording="HTTPS://E.org/r", url="https://e.org/ü")
    assert event.links == (Link(label="Slides", url="https://e.org/s"),)
    assert (event.recording, event.url) == ("https://e.org/r", "https://e.org/%C3%BC")


def test_fields_of_the_site_s_own_go_into_extra() -> None:
    form = own_form(
        "  - {type: textarea, id: notes, attributes: {label: Notes}}\n"
        "  - {type: input, id: room, attributes: {label: Room}}\n"
        "  - {type: dropdown, id: topics, attributes: {label: Topics, multiple: true, options: [a, b]}}\n"
        "  - {type: input, id: blank, attributes: {label: Blank}}\n"
        "  - type: checkboxes\n    id: ok\n    attributes: {label: OK, options: [{label: Yes, required: true}]}\n"
    )
    text = (
        START
        + "### Notes\n\na\n\nb\t\n\n### Room\n\nB 12\n\n### Topics\n\na, b\n\n### Blank\n\n_No response_\n\n### OK\n\n"
    )
    submission = filed(form, text + "- [X] Yes")
    assert submission.event
    assert submission.event.extra == {"notes": "a\n\nb", "room": "B 12", "topics": ("a", "b"), "ok": {"Yes": True}}
    [problem] = filed(form, text + "- [ ] Yes").problems
    assert (problem.field, problem.accepted) == ("OK", "[x] Yes")
    long = filed(form, text.replace("B 12", "x" * 10_001) + "- [x] Yes").problems
    assert [problem.field for problem in long] == ["Room"]


def test_our_fields_may_be_of_another_kind() -> None:
    form = own_form(
        "  - {type: dropdown, id: series, attributes: {label: Series, multiple: true, options: [A, B]}}\n"
        "  - {type: checkboxes, id: location, attributes: {label: Where, options: [{label: Online}, {label: Paris}]}}\n"
        "  - {type: dropdown, id: people, attributes: {label: Who, multiple: true, options: [Ada, Grace]}}\n"
    )
    text = START + "### Series\n\nA, B\n\n### Where\n\n- [X] Online\n- [ ] Paris\n\n### Who\n\nAda, Grace"
    event = filed(form, text).event
    assert event
    assert (event.series, event.location, [person.name for person in event.people]) == (
        "A, B",
        "Online",
        ["Ada", "Grace"],
    )


def test_refused_fields_are_explained() -> None:
    [problem] = submit_body("### Title\n\nX\n\n### Location\n\nParis", house_form(), Config(), 1).problems
    assert (problem.field, "not in the issue any more" in problem.message) == ("Date", True)
    form = own_form(
        "  - {type: textarea, id: a, attributes: {label: A}}\n  - {type: textarea, id: b, attributes: {label: B}}\n"
    )
    [problem] = filed(form, START + "### A\n\n1\n\n### B\n\n2\n\n### B\n\n3").problems
    assert problem.field == "A, B"
    assert "more than one way" in problem.message
    form = own_form("  - {type: dropdown, id: c, attributes: {label: C, options: [x]}}\n")
    [problem] = filed(form, START + "### C\n\ny").problems
    assert (problem.message, problem.choices) == ("This answer is not one of the form's choices.", ("x",))
    [problem] = filed(form, START.replace("X", "X\nY") + "### C\n\nx").problems
    assert (problem.field, "one line" in problem.message) == ("Title", True)


def test_a_heading_that_is_gone_is_asked_for_by_its_name() -> None:
    text = body(**BASE, description="Words").replace("### Registration link\n\n_No response_\n\n", "")
    problems = submit_body(text, house_form(), Config(), 1).problems
    assert [(problem.field, problem.accepted) for problem in problems] == [("Description", "### Registration link")]


ANSWERED = {**BASE, "when": "9am ET", "people": "Ada\nGrace", "description": "One.\n\nTwo.", "agenda": "- a\n- b"}


@pytest.mark.parametrize("first", range(13))
def test_sections_in_any_order_are_read_if_all_are_there(first: int) -> None:
    whole = body(**ANSWERED)
    sections = whole.removeprefix("### ").split("\n\n### ")
    for moved in (sections[first:] + sections[:first], sections[first::-1] + sections[:first:-1]):
        text = "\n\n".join(f"### {section}" for section in moved)
        assert submit_body(text, house_form(), Config(), 12) == submitted(**ANSWERED)


def test_the_order_of_sections_is_asked_for_once() -> None:
    sections = body(**ANSWERED).removeprefix("### ").split("\n\n### ")
    sections = [section for section in sections[::-1] if not section.startswith("Location")]
    found = submit_body("\n\n".join(f"### {section}" for section in sections), house_form(), Config(), 12)
    [problem] = found.problems
    assert "put the sections back in the form's order" in problem.message


def test_an_optional_question_that_is_absent_is_blank() -> None:
    whole = body(**BASE)
    without = whole.replace("### Duration\n\n_No response_\n\n", "")
    assert without != whole
    assert submit_body(without, house_form(), Config(), 1) == submit_body(whole, house_form(), Config(), 1)
    event = submit_body("### Title\n\nX\n\n### Date\n\n2022-01-20", house_form(), Config(), 1).event
    assert event == Event(id="2022-01-20-x", issue=1, title="X", date="2022-01-20")


def test_an_absent_question_is_not_blank_while_a_heading_may_be_its_own() -> None:
    misspelt = body(**BASE, duration="2 hours").replace("### Duration", "### Durration")
    assert [one.field for one in submit_body(misspelt, house_form(), Config(), 1).problems] == ["Duration"]


def test_a_box_that_has_to_be_ticked_may_not_be_absent() -> None:
    form = own_form(
        "  - type: checkboxes\n    id: rules\n"
        "    attributes: {label: Rules, options: [{label: I agree, required: true}]}\n"
    )
    assert [problem.field for problem in filed(form, START.strip()).problems] == ["Rules"]


def test_a_body_that_is_too_long_is_a_problem_like_any_other() -> None:
    [problem] = submit_body("x" * 300_000, house_form(), Config(), 1).problems
    assert "262,144" in problem.message


@pytest.mark.parametrize(
    ("typed", "accepted"),
    [
        ("example.org/register", "https://example.org/register"),
        ("reg: https://x.example/r", "https://x.example/r"),
        ("see you there", None),
    ],
)
def test_a_link_is_offered_as_it_was_probably_meant(typed: str, accepted: str | None) -> None:
    [problem] = submitted(**BASE, url=typed).problems
    assert problem.accepted == accepted
    assert problem.message.endswith("leave this empty.") == (accepted is None)


def test_no_example_of_an_address_is_offered_as_a_correction() -> None:
    found = submitted(**BASE, url="later", recording="later", links="x", people="| y", description="[a](http://b)")
    assert [(problem.field, problem.accepted) for problem in found.problems] == [
        (label, None) for label in ("People", "Description", "Registration link, Recording", "Links")
    ]
    form = own_form("  - {type: input, id: url, attributes: {label: Link}, validations: {required: true}}\n")
    for typed in ("_No response_", "TBD"):
        [problem] = filed(form, f"{START}### Link\n\n{typed}").problems
        assert (problem.accepted, "leave this empty" in problem.message) == (None, False)


PLACEHOLDERS = (
    "N/A",
    "n/a",
    "n.a.",
    "NA",
    "tbd",
    "TBA",
    "(TBC)",
    "none",
    "None.",
    "-",
    "--",
    "—",
    "?",
    "??",
    "Unknown",
)


@pytest.mark.parametrize("typed", PLACEHOLDERS)
def test_a_placeholder_is_blank_where_nothing_has_to_be_answered_and_its_author_is_told(typed: str) -> None:
    optional = [field for field in house_form().fields if field.id not in ("title", "date")]
    submission = submitted(**BASE | {field.id: typed for field in optional})
    assert submission.problems == ()
    assert submission.event == submitted(**BASE).event
    [note] = submission.warnings
    assert note.field == ", ".join(field.label for field in optional)
    assert "left blank" in note.message


def test_a_placeholder_is_an_answer_where_one_is_needed_or_amid_others() -> None:
    form = own_form(
        "  - {type: input, id: location, attributes: {label: Place}, validations: {required: true}}\n"
        "  - {type: dropdown, id: level, attributes: {label: Level, options: [Unknown, Known]}}\n"
        "  - {type: input, id: food, attributes: {label: Food}}\n"
    )
    text = START.replace("X", "TBA") + "### Place\n\nTBA\n\n### Level\n\nUnknown\n\n### Food\n\n-"
    submission = filed(form, text)
    assert submission.event
    assert (submission.event.title, submission.event.location) == ("TBA", "TBA")
    assert submission.event.extra == {"level": "Unknown"}
    assert [note.field for note in submission.warnings] == ["Food"]
    people = event_of(people="Ada\nTBA", description="None of it is known.", location="🎉")
    assert [person.name for person in people.people] == ["Ada", "TBA"]
    assert (people.description, people.location) == ("None of it is known.", "🎉")


def test_required_fields_of_any_form_are_required() -> None:
    form = own_form("  - {type: input, id: room, attributes: {label: Room}, validations: {required: true}}\n")
    [problem] = filed(form, START + "### Room\n\n_No response_").problems
    assert (problem.field, problem.message) == ("Room", "This has to be filled in.")


def test_a_form_without_title_or_date_is_the_site_s_mistake() -> None:
    form = read_form("name: x\nbody:\n  - {type: input, id: name, attributes: {label: Name}}\n")
    with pytest.raises(ConfigError) as caught:
        filed(form, "### Name\n\nx")
    assert [problem.field for problem in caught.value.problems] == ["title", "date"]
