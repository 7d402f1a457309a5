"""The link that opens a form filled in."""

from almanac.form.filled import filled_in
from almanac.form.schema import Field, Form, Option

FORM = Form(
    "New event",
    ("event",),
    (
        Field("title", "Title", "input"),
        Field("date", "Date", "input"),
        Field("series", "Series", "dropdown", options=(Option("Tea & Code"),)),
        Field("description", "Description", "textarea"),
    ),
)
WEB, FILE = "https://github.com/octo/site", ".github/ISSUE_TEMPLATE/new event.yml"


def test_answers_are_in_the_address() -> None:
    answers = {"series": "Tea & Code", "date": "2026-11-08", "other": "x", "description": "Añejo\n"}
    assert filled_in(WEB, FILE, FORM, answers) == (
        f"{WEB}/issues/new?template=new%20event.yml&date=2026-11-08&series=Tea%20%26%20Code&description=A%C3%B1ejo%0A"
    )


def test_what_is_not_offered_or_too_long_is_left_out() -> None:
    link = filled_in(WEB, FILE, FORM, {"series": "Coffee", "description": "x" * 7_000, "title": "T"})
    assert link == f"{WEB}/issues/new?template=new%20event.yml&title=T"
