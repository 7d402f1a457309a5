"""A site's own section template, as its maintainers meet it: whatever it writes, no event is lost."""

import json
from pathlib import Path

import pytest
from almanac.packaged import template

from tests.commands.running import DEMO_DAY, PAGE, Almanac, everything, site, write_issue
from tests.filing import body
from tests.gitrepo import Repo

__all__ = ["site"]
CONFIG, OWN = ".github/almanac.yml", "section.md.j2"
RECORD = "_data/events/2021-11-08-governments-agencies.yml"
SOUND = (
    "### {{ date | heading_date }}: {{ title | heading }}\n\n{% for p in people %}\n- {{ p.name | item }}\n{% endfor %}"
)
UNFIT = {
    "no date": ("### {{ title }}", "first line has to contain the event's date"),
    "empty": ("", "writes nothing for the event"),
    "a comment only": ("{# soon #}\n", "writes nothing for the event"),
    "two headings": (
        "### {{ date | heading_date }}: {{ title | heading }}\n\n### {{ date | heading_date }}: Again\n",
        "would not be read as one section",
    ),
    "the date below": ("Here it is:\n\n### {{ date | heading_date }}: {{ title | heading }}\n", "first line"),
    "a fixed date": ("### November 1st, 2021: {{ title | heading }}\n", "another date (2021-11-01)"),
    "an open fence": ("### {{ date | heading_date }}\n\n```\nx\n", "has to close it"),
}


def use(folder: Path, source: str) -> None:
    (folder / CONFIG).write_text(f"page: {PAGE}\nsection_template: {OWN}\n")
    (folder / OWN).write_text(source)


@pytest.fixture
def imported(almanac: Almanac, site: Path) -> Path:
    assert almanac("import", site / PAGE, "--site", site).status == 0
    return site


@pytest.mark.parametrize("name", UNFIT)
def test_a_template_that_writes_no_section_is_named_and_nothing_is_written(
    almanac: Almanac,
    imported: Path,
    name: str,
) -> None:
    source, words = UNFIT[name]
    use(imported, source)
    issue = write_issue(imported, body(**DEMO_DAY))
    before = everything(imported)
    # Each command starts a process for the template, and these two show only otherwise what the others do.
    more = (("build", "--check"), ("preview", issue)) if name == "no date" else ()
    for command in (("build",), *more):
        ran = almanac(*command, "--site", imported)
        assert ran.status == 1
        assert f"{OWN}: " in ran.err
        assert words in " ".join(ran.err.split())
    told = almanac("preview", issue, "--json", "--site", imported).json
    assert (told["markdown"], told["problems"][0]["file"]) == (None, OWN)
    assert words in told["problems"][0]["message"]
    assert everything(imported) == before
    (imported / CONFIG).write_text(f"page: {PAGE}\n")
    assert almanac("build", "--check", "--site", imported).status == 0


def test_a_proposal_with_such_a_template_is_not_made(almanac: Almanac, imported: Path, tmp_path: Path) -> None:
    use(imported, UNFIT["no date"][0])
    repo = Repo.init(imported)
    head = repo.commit()
    ran = almanac("propose", write_issue(tmp_path, body(**DEMO_DAY)), "--site", imported)
    assert ran.status == 1
    assert UNFIT["no date"][1] in " ".join(ran.err.split())
    assert repo.git("for-each-ref", "--format=%(objectname)") == head


def test_records_can_be_edited_again_and_again(almanac: Almanac, imported: Path) -> None:
    use(imported, SOUND)
    assert almanac("build", "--site", imported).status == 0
    record = imported / RECORD
    for before, after in (("When Institutions", "If Institutions"), ("2021-11-08T", "2021-11-18T")):
        text = record.read_text().replace(before, after)
        if "T" in after:
            text = text.replace('date: "2021-11-08"', 'date: "2021-11-18"')
        record.write_text(text)
        assert almanac("build", "--site", imported).status == 0
        assert almanac("build", "--check", "--site", imported).status == 0
    page = (imported / PAGE).read_text()
    assert page.count("### November 18th, 2021: If Institutions Cooperate") == 1
    (imported / CONFIG).write_text(f"page: {PAGE}\n")
    assert almanac("build", "--site", imported).status == 0
    assert "### November 18th, 2021:  Governments &" in (imported / PAGE).read_text()


def test_a_template_that_shows_the_days_of_a_page_s_own_kind(almanac: Almanac, imported: Path) -> None:
    use(imported, "- {{ date }}: {{ title | text }}\n")
    ran = almanac("build", "--site", imported)
    assert (ran.status, PAGE in ran.out) == (0, True)
    assert (imported / PAGE).read_text().count("\n- 2021-11-") == 2


def test_an_import_with_a_template_that_writes_no_section_keeps_the_page(almanac: Almanac, site: Path) -> None:
    use(site, "### {{ title }}")
    ran = almanac("import", site / PAGE, "--site", site, "--json")
    assert (ran.status, ran.json["verbatim"], ran.json["roundtrip"]) == (0, 2, True)
    assert almanac("build", "--check", "--site", site).status == 0


def test_a_question_left_blank_breaks_nothing(almanac: Almanac, imported: Path) -> None:
    use(
        imported,
        SOUND
        + "{% for t in extra.topics %}\n- Topic {{ t | text }}\n{% endfor %}"
        + "{% for name, on in extra.food | items if on %}\n- Food {{ name | text }}\n{% endfor %}"
        + "{% if location.upper() %}\n- {{ location | item }}\n{% endif %}",
    )
    form = imported / ".github/ISSUE_TEMPLATE/new-event.yml"
    asked = {
        "type": "dropdown",
        "id": "topics",
        "attributes": {"label": "Topics", "multiple": True, "options": ["A", "B"]},
    }
    form.write_text(template("site/new-event.yml") + f"  - {json.dumps(asked)}\n")
    assert almanac("build", "--site", imported).status == 0
    for answer, shown in (("A, B", "- Topic A\n- Topic B"), ("_No response_", "")):
        issue = write_issue(imported, f"{body(**DEMO_DAY)}\n\n### Topics\n\n{answer}")
        ran = almanac("preview", issue, "--site", imported)
        assert (ran.status, ran.out.strip()) == (0, f"### January 20th, 2022: Demo Day\n\n{shown}".strip())


def test_a_name_that_does_not_exist_is_still_an_error_with_its_line(almanac: Almanac, imported: Path) -> None:
    use(imported, SOUND + "\n{{ topics }}\n")
    ran = almanac("build", "--site", imported)
    assert ran.status == 1
    assert f"{OWN}:6" in ran.err


def test_a_spelling_that_the_template_shows_stays(almanac: Almanac, imported: Path) -> None:
    use(imported, SOUND + "\n{{ url | item }}\n")
    record = imported / RECORD
    record.write_text(record.read_text() + 'url: "HTTPS://Example.org/"\n')
    assert almanac("build", "--site", imported).status == 0
    assert 'url: "HTTPS://Example.org/"' in record.read_text()
    assert "HTTPS://Example.org/" in (imported / PAGE).read_text().replace("&#58;", ":").replace("\\", "")
    assert almanac("build", "--check", "--site", imported).status == 0
