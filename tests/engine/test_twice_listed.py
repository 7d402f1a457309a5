"""A page that names each event twice: whatever people do to a proposal's branch and to the base, both agree."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from almanac.proposal.state import PutBranch

from tests.scenes import DEMO_DAY, PAGE, Scene, new_scene

INDEX = "\n### All events\n\n- Nov 11, 2021: Measuring\n- Nov 8, 2021: Cooperation\n"
TEMPLATE = '- {{ date | like("Nov 8, 2021") }}: {{ title | text }}\n'
LINE = "- Jan 20, 2022: Demo Day\n"
OTHER = {"title": "Picnic", "date": "2022-05-05"}


@pytest.fixture
def twice(tmp_path: Path) -> Iterator[Scene]:
    with new_scene("local", tmp_path / "site", config="index_template: .github/index.md.j2\n") as scene:
        page = scene.base_page().replace("\n### More coming soon!", f"{INDEX}\n### More coming soon!")
        scene.world.commit({PAGE: page.encode(), ".github/index.md.j2": TEMPLATE.encode()})
        yield scene


def test_the_lines_that_were_there_get_records_and_no_more(twice: Scene) -> None:
    assert INDEX in twice.base_page()
    [edits] = [done for done in twice.sweep() if done.plan.issue == 0]
    assert edits.plan.outcome == "created"
    assert all("no record" in note.message or "second listing" in note.message for note in edits.plan.warnings)


def test_an_edit_of_the_issue_changes_both(twice: Scene) -> None:
    number = twice.proposed()
    assert f"\n{LINE}- Nov 11" in twice.page(number)
    assert "### January 20th, 2022:  Demo Day" in twice.page(number)
    twice.edit(number, **DEMO_DAY | {"title": "Demo Days"})
    twice.run(number)
    assert twice.page(number).count("Demo Day") == twice.page(number).count("Demo Days") == 2


def test_edits_on_the_branch_are_kept_in_both(twice: Scene) -> None:
    number = twice.proposed()
    twice.edit_page(number, LINE, "- Jan 20, 2022: **Demo Day**\n")
    twice.edit(number, **DEMO_DAY, location="Paris")
    twice.run(number)
    assert "- Jan 20, 2022: **Demo Day**\n" in twice.page(number)
    assert "- Location: Paris" in twice.page(number)
    # The base moves, with another event in both lists.
    other = twice.proposed(**OTHER)
    twice.world.merge(twice.pull(other).number)
    twice.run(number)
    page = twice.page(number)
    assert "- May 5, 2022: Picnic\n- Jan 20, 2022: **Demo Day**\n- Nov 11" in page
    assert (page.count("Picnic"), page.count("Demo Day")) == (2, 2)


def test_a_line_taken_out_on_the_branch_stays_out(twice: Scene) -> None:
    number = twice.proposed()
    twice.edit_page(number, LINE, "")
    other = twice.proposed(**OTHER)
    twice.world.merge(twice.pull(other).number)
    twice.run(number)
    assert LINE not in twice.page(number)
    assert "Demo Day" in twice.page(number)
    assert "- May 5, 2022: Picnic" in twice.page(number)


def test_a_title_changed_in_the_section_changes_the_line(twice: Scene) -> None:
    number = twice.proposed()
    twice.edit_page(number, "2022:  Demo Day", "2022:  Demo Days")
    twice.run(number)
    assert "- Jan 20, 2022: Demo Days\n" in twice.page(number)
    assert 'title: "Demo Days"' in twice.record(number)


def test_a_section_edited_on_the_base_changes_the_line(twice: Scene) -> None:
    number = twice.proposed()
    twice.world.merge(twice.pull(number).number)
    base = twice.base_page().replace("2022:  Demo Day", "2022:  Demo Days")
    twice.world.commit({PAGE: base.encode()})
    [edits] = [done for done in twice.sweep() if done.plan.issue == 0]
    [commit] = [write for write in edits.plan.writes if isinstance(write, PutBranch)]
    assert commit.files[PAGE] == base.replace("2022: Demo Day", "2022: Demo Days")
