"""What people read on GitHub in each language, from the form to the pull request: a golden file for each.

`python -m tests.test_spoken` writes them again.
"""

from functools import cache
from pathlib import Path
from typing import get_args

import pytest
from almanac.catalogues import Translated, load_tongue
from almanac.config import Language
from almanac.defaults import load_messages
from almanac.errors import Problem
from almanac.event.statuses import read_status
from almanac.event.submission import submit_body
from almanac.form.schema import Form, read_form
from almanac.form.translated import form_words, translated_form
from almanac.packaged import template
from almanac.phrases import said, say
from almanac.proposal.messages import OwnTemplate
from almanac.proposal.state import Draft, OpenPull
from almanac.times import wording
from almanac.times.check import read_when

from tests.commands.test_adoption import CONFIG, FORM, adopt
from tests.filing import body
from tests.memory import memory_site, planned

CASES = Path(__file__).parent / "cases" / "languages"
LANGUAGES: tuple[Language, ...] = get_args(Translated)
GOOD = {
    "de": {"date": "Dienstag, 3. März 2026", "when": "18:00\u201319:30 Uhr MEZ", "duration": "90 Minuten"},
    "es": {"date": "martes 3 de marzo de 2026", "when": "de 18:00 a 19:30 CET", "duration": "1 hora y 30 minutos"},
    "fr": {"date": "mardi 3 mars 2026", "when": "18 h à 19 h 30 (CET)", "duration": "1 h 30"},
}
BAD = {
    "de": {"date": "29. März 2026", "when": "Sonntag, 29. März 2026, 2:30 Uhr Berlin"},
    "es": {"date": "29 de marzo de 2026", "when": "domingo 29 de marzo, 2:30 Europe/Madrid"},
    "fr": {"date": "29 mars 2026", "when": "dimanche 29 mars, 2 h 30 (heure de Paris)"},
}
MORE = {"title": "Suppe", "people": "Ada Lovelace, Engines", "location": "Ulm"}
WRONG = {"title": "Suppe", "url": "javascript:alert(1)", "duration": "5", "people": "[](x)", "recording": "a b"}


@cache
def _site(language: Language) -> dict[str, str | bytes]:
    return adopt({}, page="p.md", new=True, language=language)


def _form(language: Language) -> Form:
    return read_form(str(_site(language)[FORM]))


def spoken(language: Language) -> str:
    files, form, messages = _site(language), _form(language), load_messages().of_site({}, language)
    plan = planned(files, 12, body(form, **MORE, **GOOD[language]))
    opening = next(write for write in messages.said(plan.writes) if isinstance(write, OpenPull))
    found = submit_body(body(form, **WRONG, **BAD[language]), form, memory_site(files).config, 13)
    comment = messages.write(Draft("problems", {"problems": found.problems}))
    text = messages.write(opening.body, pull="#1")
    return "\n\n".join((str(files[CONFIG]), str(files[FORM]), comment, f"# {opening.title}", text)) + "\n"


@pytest.mark.parametrize("language", LANGUAGES)
def test_people_are_spoken_to_in_their_language(language: Language) -> None:
    assert spoken(language) == (CASES / f"{language}.md").read_text()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_form_asks_in_its_language_and_is_understood(language: Language) -> None:
    tongue = load_tongue(language)
    for name in ("new-event.yml", "change-event.yml"):
        english = template(f"site/{name}")
        form, there = read_form(translated_form(english, tongue)), read_form(english)
        assert [(one.id, one.kind) for one in form.fields] == [(one.id, one.kind) for one in there.fields]
        words = {*form_words(english)}
        assert len(words & {*form_words(translated_form(english, tongue))}) < len(words) / 8
    english = template("site/more-questions.yml") + "\n" + template("site/change-event.yml")
    for option in ("Scheduled", "Cancelled", "Postponed", "Rescheduled", "New date or time", "Something else"):
        assert read_status(said(say(option), tongue)) == read_status(option)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_given_as_an_example_is_read(language: Language) -> None:
    example = said(wording.EXAMPLE, load_tongue(language)).split(" ", 2)
    letters = "MEZ" if language == "de" else "CET"
    line = " ".join(example)[" ".join(example).index("15:00") :]
    assert (
        read_when("2021-11-08", line, memory_site(_site(language)).config.zones()).line == f"15:00 {letters}, 09:00 ET"
    )


def test_a_template_of_the_site_s_own_speaks_its_language() -> None:
    problems = (Problem(say("This has to be filled in."), "Titel", typed="x"),)
    own = {"problems": OwnTemplate("Hallo!{% for one in problems %} {{ one | problem }}{% endfor %}", "m.md.j2")}
    text = load_messages().of_site(own, "de").write(Draft("problems", {"problems": problems}))
    assert text == "Hallo! **Titel**: Das muss ausgefüllt werden.\n\nDeine Eingabe: `x`"


if __name__ == "__main__":
    CASES.mkdir(exist_ok=True)
    for each in LANGUAGES:
        (CASES / f"{each}.md").write_text(spoken(each))


def test_the_words_of_any_form_that_is_read_are_found() -> None:
    assert [*form_words("name: Events\n" + "# What the maintainers noted.\n" * 5_000)] == ["Events"]
