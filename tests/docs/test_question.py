"""The question and the lines of a template that the documentation adds do what it says."""

from datetime import date

from almanac.commands.adoption import plan_adoption
from almanac.form.filled import issue_body
from almanac.packaged import example, template

from tests.docs.blocks import ROOT, blocks
from tests.memory import memory_site, proposed_files

PAGE, FORM, CONFIG = "past-working-groups.md", ".github/ISSUE_TEMPLATE/new-event.yml", ".github/almanac.yml"
OWN = ".github/almanac/section.md.j2"


def test_the_question_for_a_room() -> None:
    question, lines, *_ = [block.text for block in blocks(ROOT / "docs/add-a-question.md")]
    files = {PAGE: example(f"ospo/{PAGE}")}
    files |= plan_adoption(memory_site(files), [*files], "main", today=date(2025, 10, 20)).written
    files[FORM] = f"{files[FORM].rstrip()}\n{question}"
    files[OWN] = f"{template('section.md.j2').rstrip()}\n{lines}"
    files[CONFIG] += f"section_template: {OWN}\n"
    answers = {"title": "Owls", "date": "2025-11-12", "room": "B 12"}
    changed = proposed_files(files, 12, issue_body(memory_site(files).form, answers))
    assert "Owls\nRoom B 12\n" in str(changed[PAGE])
