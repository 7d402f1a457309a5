"""What the documentation adds to a form, a template or a page does what it says."""

import html
import re
from datetime import date
from typing import get_args

import pytest
import yaml
from almanac.catalogues import Translated, load_tongue
from almanac.commands.adoption import plan_adoption
from almanac.defaults import load_messages
from almanac.event.statuses import read_status
from almanac.form.filled import issue_body
from almanac.packaged import example, template
from almanac.proposal.messages import OwnTemplate
from almanac.proposal.state import Draft, PutComment

from tests.docs.blocks import ROOT, blocks
from tests.memory import is_in_sync, memory_site, planned, proposed_files

PAGE, FORM, CONFIG = "past-working-groups.md", ".github/ISSUE_TEMPLATE/new-event.yml", ".github/almanac.yml"
OWN = ".github/almanac/section.md.j2"
QUESTION, LABELLED, BULLETS, BULLET, ELEMENT, ROW, KEY, ENTRY, CELL, *_ = (
    block.text for block in blocks(ROOT / "docs/add-a-question.md")
)
CHANGES = (ROOT / "docs/changes.md").read_text(encoding="utf-8")
ANSWERS = {"title": "Owls", "date": "2025-11-12", "location": "Room 5", "parking": "Behind the house"}
SECTIONS = "# Talks\n\n" + "".join(
    f"## {day}: Talk {day}\n\n**When:** 7pm CEST  \n**Where:** Room 2\n\nAbout it.\n\n"
    for day in ("October 8, 2025", "September 10, 2025")
)


def adopted(page: str) -> dict[str, str]:
    files = {PAGE: page}
    return files | plan_adoption(memory_site(files), [*files], "main", today=date(2025, 10, 20), page=PAGE).written


def with_event(files: dict[str, str]) -> str:
    """Return the page with an event whose form has the question."""
    files = {**files, FORM: f"{files[FORM].rstrip()}\n{QUESTION}"}
    return str(proposed_files(files, 12, issue_body(memory_site(files).form, ANSWERS))[PAGE])


def told(files: dict[str, str], answers: dict[str, str]) -> str:
    """Return what the comment on the issue says that the site has no place for."""
    plan = planned(files, 12, issue_body(memory_site(files).form, answers))
    [draft] = (write.body for write in plan.writes if isinstance(write, PutComment))
    assert isinstance(draft, Draft)
    return str(draft.values["hidden"])


def above(place: str, lines: str, source: str) -> str:
    assert source.count(place) == 1
    return source.replace(place, f"{lines}{place}")


def test_a_question_for_sections_with_labels() -> None:
    files = adopted(SECTIONS)
    files[OWN] = above("{% if location %}\n", LABELLED, files[OWN])
    assert "\n**Parking:** Behind the house  \n**Where:** Room 5\n" in with_event(files)


@pytest.mark.parametrize("words", ["Talk", '<a href="https://talks.example.org/1">Talk</a>'])
def test_a_question_for_elements_in_html(words: str) -> None:
    days = ("October 8, 2025", "September 10, 2025", "August 13, 2025")
    files = adopted("# Talks\n\n<ul>\n" + "".join(f"<li>{day}: {words}</li>\n" for day in days) + "</ul>\n")
    source = files[OWN].rstrip()
    end = next(end for end in ("{% endcall +%}</li>", "{% endcall %}</li>", "</li>") if source.endswith(end))
    files[OWN] = source.removesuffix(end) + ELEMENT.rstrip() + end
    assert " (parking: Behind the house)</li>\n" in with_event(files)


def test_a_question_for_a_page_in_the_house_style() -> None:
    files = adopted(example(f"ospo/{PAGE}"))
    files[OWN] = above("{% if url %}\n", BULLETS, template("section.md.j2"))
    files[CONFIG] += next(block.text for block in blocks(ROOT / "docs/add-a-question.md") if "section_t" in block.text)
    assert "- Location: Room 5\n\n- Parking: Behind the house\n" in with_event(files)


def test_a_question_for_bullets_of_one_line() -> None:
    files = adopted("# Past talks\n\n- Oct 8, 2025: Bats\n- Sep 10, 2025: Swifts\n")
    files[OWN] = files[OWN].rstrip("\n") + BULLET
    assert "- Nov 12, 2025: Owls (parking: Behind the house)\n- Oct 8" in with_event(files)


def test_a_question_for_rows_of_a_table() -> None:
    head = "# Past talks\n\n| Date | Title | Where |{}\n| --- | --- | --- |{}\n"
    rows = "| 2025-10-08 | Bats | Room 2 |\n| 2025-09-10 | Swifts | Room 2 |\n"
    files = adopted(head.format("", "") + rows)
    files[OWN] = files[OWN].rstrip("\n") + ROW
    files[PAGE] = head.format(" Parking |", " --- |") + rows
    assert "| --- |\n| 2025-11-12 | Owls | Room 5 | Behind the house |\n| 2025-10-08 |" in with_event(files)


@pytest.mark.parametrize(
    ("kind", "lines", "place"),
    [("file.md", KEY, "date: {"), ("entry.yml", ENTRY, "  date: {")],
    ids=["files", "a list"],
)
def test_a_question_for_files_and_lists(kind: str, lines: str, place: str) -> None:
    days = ("2025-10-08", "2025-09-10")
    if kind == "file.md":
        files = {f"_talks/{day}.md": f'---\ntitle: "Talk {day}"\ndate: {day}\nroom: Two\n---\n' for day in days}
    else:
        entries = (f'- title: "Talk {day}"\n  date: {day}\n  room: Two\n' for day in days)
        files = {"_data/talks.yml": "".join(entries)}
    files |= plan_adoption(memory_site(files), [*files], "main", today=date(2025, 10, 20)).written
    template_path = f".github/almanac/{kind}.j2"
    files[template_path] = above(place, lines, files[template_path])
    assert is_in_sync(files)  # the template may come before the question
    files[FORM] = f"{files[FORM].rstrip()}\n{QUESTION}"
    answers = {**ANSWERS, "parking": 'Behind "the house"'}
    [text] = proposed_files(files, 12, issue_body(memory_site(files).form, answers)).values()
    entry = yaml.safe_load(str(text).split("---\n")[1]) if kind == "file.md" else yaml.safe_load(str(text))[0]
    assert html.unescape(entry["parking"]) == 'Behind "the house"'
    assert "Is there parking?" not in told(files, answers)


@pytest.mark.parametrize("mark", [",", ";"])
def test_a_question_for_rows_of_a_table_in_csv(mark: str) -> None:
    head, *rows = "date,title,room", "2025-10-08,Bats,Two", "2025-09-10,Swifts,Two"
    table = "\n".join((head, *rows, "")).replace(",", mark)
    files = {"_data/talks.csv": table}
    files |= plan_adoption(
        memory_site(files), [*files], "main", today=date(2025, 10, 20), page="_data/talks.csv"
    ).written
    first, last = files[".github/almanac/entry.csv.j2"].splitlines()
    files[".github/almanac/entry.csv.j2"] = f"{first}{mark}parking\n{last}{CELL.replace(',', mark, 1)}"
    files["_data/talks.csv"] = table.replace("room\n", f"room{mark}parking\n", 1)
    files[FORM] = f"{files[FORM].rstrip()}\n{QUESTION}"
    proposed = proposed_files(files, 12, issue_body(memory_site(files).form, ANSWERS))
    row = mark.join(("2025-11-12", "Owls", "Room 5", "Behind the house"))
    assert str(proposed["_data/talks.csv"]).splitlines()[1] == row
    assert "Is there parking?" not in told(files, ANSWERS)


def test_the_words_of_choices_are_those_that_are_understood() -> None:
    rows = re.findall(r"^\| (is cancelled|is postponed|has another date) \| (.*) \|$", CHANGES, re.MULTILINE)
    statuses = {"is cancelled": "cancelled", "is postponed": "postponed", "has another date": "rescheduled"}
    assert len(rows) == len(statuses)
    for what, words in rows:
        assert {read_status(word) for word in re.findall("`([^`]+)`", words)} == {statuses[what]}
    known = {word.casefold() for _, words in rows for word in re.findall("`([^`]+)`", words)}
    for language in get_args(Translated):
        tongue = load_tongue(language)
        offered = {tongue and tongue.text(word).casefold() for word in ("Cancelled", "Postponed", "New date or time")}
        assert offered <= known


@pytest.mark.parametrize("place", ["above", "below"])
def test_the_link_to_subscribe_belongs_to_no_event(place: str) -> None:
    link = next(block.text for block in blocks(ROOT / "docs/calendar.md") if block.lang == "markdown")
    first, last = (f"{link}\n", "") if place == "above" else ("", f"# About\n\n{link}")
    page = SECTIONS.replace("# Talks\n\n", f"# Talks\n\n{first}") + last
    after = with_event(adopted(page))
    assert after.replace(link, "", 1).count("Subscribe") == 0
    assert after.endswith(last)
    assert after.startswith(f"# Talks\n\n{first}## November 12, 2025: Owls\n")


def test_the_message_of_a_site_s_own() -> None:
    text = next(block.text for block in blocks(ROOT / "docs/proposals.md") if block.lang == "jinja")
    messages = load_messages().of_site({"merged": OwnTemplate(text, "merged.md.j2")}, "en")
    known = dict.fromkeys(("subscribed", "following", "conflicts", "revises"))
    url = "https://tea.example/p#owls"
    published, unknown, removed = (
        messages.write(Draft("merged", {**known, "page": "p.md", "file": "p.md", "url": there, "removed": gone}))
        for there, gone in ((url, False), (None, False), (None, True))
    )
    assert published.startswith(f"Thank you! [Your event is on our page]({url}), which")
    assert unknown == "Thank you! Your event is in `p.md` now."
    assert removed == "The event is off our page."
