"""Dates in the words of other languages: read as if they were English ones, and written as the page does."""

import subprocess
import sys

import pytest
from almanac.dates import date_habits, find_date
from almanac.dateshapes import example_of, written_like
from almanac.event.model import Event
from almanac.languages import names_for, names_of
from almanac.page.imitate import write_templates
from almanac.page.outline import outline
from almanac.page.template import section_renderer


@pytest.mark.parametrize(
    ("texts", "language"),
    [
        (["3. Februar 2019"], "de"),
        (["12 mars 2020", "1er avril 2021"], "fr"),
        (["4 de mayo de 2020"], "es"),
        (["12. marts 2020", "3. maj 2021"], "da"),
        (["12 марта 2020"], "ru"),
        (["12 March 2020", "3 Sept. 2021"], None),
        (["12 people 2021", "13 owls 2021"], None),
        (["Mi., 3. September 2025", "10. September 2025"], "de"),
        (["Wed, 3. September 2025", "Owls, 10. September 2025", "10. November 2025"], None),
        (["12 people 2021", "3. Februar 2019", "4. Mai 2019"], "de"),
        (['{{ date | like("de: 8. November 2021") }}'], "de"),
        (['{{ date | like("qq: 8. November 2021") }}'], None),
    ],
)
def test_the_months_of_a_page_tell_its_language(texts: list[str], language: str | None) -> None:
    names = names_for(texts)
    assert (names.language if names else None) == language


@pytest.mark.parametrize(
    ("line", "date", "words", "title"),
    [
        ("mardi 10 mars 2020 : Les hiboux", "2020-03-10", "mardi 10 mars 2020", "Les hiboux"),
        ("Les hiboux (10 mars 2020)", "2020-03-10", "10 mars 2020", "Les hiboux"),
        ("1er avril, 19h30 - Mars", "2021-04-01", "1er avril, 19h30", "Mars"),
        ("Mars 2020 - Les hiboux", "2020-03", "Mars 2020", "Les hiboux"),
        ("2020-03-10: Mars", "2020-03-10", "2020-03-10", "Mars"),
        ("10-12 mars 2020: Les hiboux", "2020-03-10", "10-12 mars 2020", "Les hiboux"),
    ],
)
def test_a_date_is_read_in_the_page_s_language(line: str, date: str, words: str, title: str) -> None:
    found = find_date(line, "2021", date_habits(["12 mars 2020", "3 mai 2021"]))
    assert found
    assert (found.date, found.words, found.title) == (date, words, title)


def test_a_line_without_a_date_has_none() -> None:
    assert find_date("Les hiboux", None, date_habits(["12 mars 2020"])) is None


@pytest.mark.parametrize(
    ("example", "written"),
    [
        ("de: 8. November 2021", "10. März 2026"),
        ("de: Montag, 8. Nov. 2021", "Dienstag, 10. März 2026"),
        ("da: 8. nov. 2021", "10. mar. 2026"),
        ("es: 8 de noviembre de 2021", "10 de marzo de 2026"),
        ("fr: 8 Novembre 2021, 19h30", "10 Mars 2026"),
        ("ru: 8 ноября 2021", "10 марта 2026"),
    ],
)
def test_a_date_is_written_in_the_language_of_the_example(example: str, written: str) -> None:
    assert written_like("2026-03-10", example) == written


@pytest.mark.parametrize(
    ("seen", "example"),
    [
        ([("3. März 2021", "2021-03-03"), ("13. November 2021", "2021-11-13")], "de: 8. November 2021"),
        ([("4 de mayo de 2020", "2020-05-04")], "es: 8 de noviembre de 2021"),
        ([("Lunes 4 de mayo de 2020", "2020-05-04")], "es: Lunes 8 de noviembre de 2021"),
        ([("jeudi 4 Décembre 2020", "2020-12-04")], "fr: lundi 8 Novembre 2021"),
        ([("3. März 2021 oder so", "2021-03-03")], None),
        ([("3. September 2021", "2021-09-03"), ("13. November 2021", "2021-11-13")], "de: 8. November 2021"),
        ([("3 September 2021", "2021-09-03"), ("13 November 2021", "2021-11-13")], "8 November 2021"),
    ],
)
def test_the_example_names_its_language(seen: list[tuple[str, str]], example: str | None) -> None:
    assert example_of(seen, with_year=True) == example


def test_an_example_without_a_known_language_is_in_english() -> None:
    assert names_of("qq: 8 November 2021") == (None, "qq: 8 November 2021")


def test_pages_in_english_do_not_load_the_languages() -> None:
    code = (
        "import sys, almanac.cli; from almanac.page.outline import outline; outline('- 12 December 2020: Owls\\n');"
        "print('babel' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


FRENCH = (
    "## 2026\n\n- 12 décembre : Dîner\n- 5 juillet : Marche\n\n## 2025\n\n- 7 mars : Pique-nique\n- 3 août : Soirée\n"
)


def test_the_language_of_dates_below_a_year_is_that_of_their_months() -> None:
    page = outline(FRENCH)
    assert [section.date for section in page.sections] == ["2026-12-12", "2026-07-05", "2025-03-07", "2025-08-03"]
    template = write_templates(page, page.alive_list)[0]
    event = Event(id="2026-12-10-a", title="Chouettes", date="2026-12-10")
    assert section_renderer(template)(event).strip() == "- 10 décembre : Chouettes"
    assert len(outline("# 2026\n\n*mardi 3 mars*: A\n\n*lundi 4 mai*: B\n\n*jeudi 7 mai*: C\n").sections) == 3
    # One such word is no language, and words that are no months are none either.
    assert outline("## 2026\n\n- 3 mars : A\n- 4 mars : B\n").sections == ()
    assert outline("## 2026\n\n- 3 mars : A\n- 4 mai : B\n- 5 talks\n- 6 rooms\n- 7 guests\n- 8 owls\n").sections == ()
