"""Issues as GitHub files them with Almanac's own form."""

import json
from functools import cache
from pathlib import Path

from almanac import defaults
from almanac.form.schema import Form, read_form
from almanac.packaged import template

EXAMPLES = Path(__file__).parent.parent / "examples/ospo"
BLANK = "_No response_"


def house_form() -> Form:
    return defaults.house_form()


@cache
def full_form() -> Form:
    """Return a form that asks for everything."""
    return read_form(template("site/new-event.yml") + template("site/more-questions.yml"))


def body(form: Form | None = None, /, **answers: str) -> str:
    """Write answers to a form, or else to our own, by field id as GitHub does; the others are blank."""
    fields = (form or house_form()).fields
    unknown = answers.keys() - {field.id for field in fields}
    assert not unknown
    return "\n\n".join(f"### {field.label}\n\n{answers.get(field.id) or BLANK}" for field in fields)


GOVERNMENTS_ANSWERS = {
    "series": "Governments & Agencies",
    "title": "When Institutions Cooperate (2 Hour Special, Live from Paris)",
    "date": "November 8th, 2021",
    "when": "9am ET, 3pm CET",
    "people_label": "Three Institutions, Two OSPOs, and Shared Policy Goals",
    "people": "[St. Francis Neighborhood Center - West Baltimore](https://www.stfranciscenter.org/)\n"
    "City of Paris, France | | https://opensource.paris.fr/ossparis/\n"
    "Johns Hopkins University | https://drcc.library.jhu.edu/open-source-programs-office/",
    "description": "This special 2 hour OSPO++ Workshop happens live from Paris as part the in-person Paris Open "
    "Source Global Forum (Nov 8) and at the start of the Paris Open Source Experience (Nov 9 & 10).\n\n"
    "We bring together perspectives on institutional-to-institution cooperation from politicians, academics, and "
    "community leaders, while showcasing a real-world case-study of Open Source and Policy Cooperation.",
    "agenda": "- Insightful Keynotes by leading politicians\n- Quick global briefings on OSPOs from OSPOs\n"
    "- Panel discussion with Neighborhood Community Members\n"
    "- Panel discussion with Developer Community Members\n- Demos",
}
UNIVERSITIES_ANSWERS = {
    "series": "Universities & Academia",
    "title": "Measuring OSPOs, Measuring Open Source, Measuring Impact - Theory to Practice",
    "date": "2021-11-11",
    "when": "9am PT, 12pm ET, 6pm CET",
    "people": "[Matt Germanprez](https://www.unomaha.edu/college-of-information-science-and-technology/about/"
    "faculty-staff/matt-germonprez.php), Univeristy of Omaha\n"
    "[Kathik Ram](https://ram.berkeley.edu/), UC Berkley\n"
    "Georg Link | Bitergia | https://www.linkedin.com/in/georglink/\n"
    "[Peace Ojemeh](https://www.linkedin.com/in/peace-ojemeh-0b5bb2151/), Sugar Labs\n"
    "[Sean Gobbins](https://www.seangoggins.net/), University of Missouri-Columbia\n"
    "[Stephen Jacobs](https://www.linkedin.com/in/itprofjacobs/), Rochester Institute of Technology\n"
    "[Emi Simpson](https://opensource.ieee.org/emi), Rochester Institute of Technology",
}


def issue_json(number: int, text: str, *, labels: tuple[str, ...] = ("event",), state: str = "open") -> str:
    """Write an issue in the shape of GitHub's REST API."""
    return json.dumps(
        {
            "number": number,
            "title": "New event: a test",
            "body": text,
            "state": state,
            "labels": [{"name": label} for label in labels],
            "user": {"login": "ada"},
        }
    )
