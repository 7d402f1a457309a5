"""A page that changed on both sides is merged by entry: whatever a formatter did to one side, no entry is lost."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from almanac.page.canonical import canonical
from almanac.page.outline import outline
from almanac.proposal.textmerge import merge_files
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.page.formatted import FORMATTERS, dos
from tests.page.house import REFERENCE


@dataclass(frozen=True)
class Entry:
    """One event on a page."""

    date: str
    title: str
    where: str = "Hall"


Style = Callable[[list[Entry]], str]


def rows(entries: list[Entry]) -> str:
    lines = "".join(f"| {one.date} | {one.title} | {one.where} |\n" for one in entries)
    return f"# Log\n\nOur *talks*.\n\n| Date | Title | Where |\n|---|---|---|\n{lines}\nSee you there.\n"


def padded_rows(entries: list[Entry]) -> str:
    lines = "".join(f"| {one.date:<12} | {one.title:<12} | {one.where:<9} |\n" for one in entries)
    head = "| Date         | Title        | Where     |\n| ------------ | ------------ | --------- |\n"
    return f"# Log\n\nOur _talks_.\n\n{head}{lines}\n\nSee you there.\n"


def bare_rows(entries: list[Entry]) -> str:
    lines = "".join(f"{one.date} | {one.title} | {one.where}\n" for one in entries)
    return f"Log\n===\n\nOur *talks*.\n\nDate | Title | Where\n--- | --- | ---\n{lines}\nSee you there.\n"


def bullets(entries: list[Entry]) -> str:
    lines = "".join(f"- {one.date}: {one.title}\n    - Where: {one.where}\n" for one in entries)
    return f"# Log\n\n{lines}\nSee you there.\n"


def starred_bullets(entries: list[Entry]) -> str:
    lines = "\n".join(f"* {one.date}: {one.title}\n  * Where: {one.where}\n" for one in entries)
    return f"Log\n===\n\n{lines}\n\nSee you there.\n"


def sections(entries: list[Entry]) -> str:
    return "# Log\n\n" + "\n".join(
        f"### {one.date}: {one.title}\n\n- Where: {one.where}\n- *Free*\n" for one in entries
    )


def compact_sections(entries: list[Entry]) -> str:
    return "# Log\n" + "".join(f"### {one.date}: {one.title} ###\n* Where: {one.where}\n* _Free_\n" for one in entries)


KINDS: dict[str, list[Style]] = {
    "rows": [rows, padded_rows, bare_rows],
    "bullets": [bullets, starred_bullets],
    "sections": [sections, compact_sections],
}
pairs = pytest.mark.parametrize(
    ("style", "other"), [(one, two) for styles in KINDS.values() for one in styles for two in styles]
)
OLD = [Entry("2021-11-10", "Owls"), Entry("2021-11-17", "Bees", "Barn")]
NEW = Entry("2021-11-24", "Newts", "Pond")


def said(page: str) -> Counter[str]:
    return Counter(canonical(section.text) for section in outline(page).sections)


def entries_and_edits(seed: int) -> tuple[list[Entry], list[list[Entry | None]]]:
    """Return entries, and what two sides made of them: None for one taken out; what follows these was added."""
    choice = random.Random(seed)  # noqa: S311
    entries = [Entry(f"2021-{1 + n // 3:02}-{1 + n:02}", f"Talk {n // 2}") for n in range(choice.randint(0, 8))]
    sides: list[list[Entry | None]] = []
    for year in (2022, 2023):
        side: list[Entry | None] = [choice.choice([one, one, one, None]) for one in entries]
        for index, one in enumerate(side):
            match choice.randint(0, 5):
                case 0 if one:
                    side[index] = replace(one, where=choice.choice(["Room 5", "Room 6"]))
                case 1 if one:
                    side[index] = replace(one, title=f"{one.title} again")
        added = [Entry(f"{year}-01-{1 + n:02}", f"Talk {n}", choice.choice(["", "Hall"])) for n in range(3)]
        sides.append([*side, *added[: choice.randint(0, 3)]])
    return entries, sides


def mixed(entries: list[Entry | None], seed: int) -> list[Entry]:
    """Return the entries that are left; those that were added, and perhaps one more, are somewhere else."""
    choice = random.Random(seed)  # noqa: S311
    left = list(filter(None, entries))
    for one in list(left):
        if one.date >= "2022" or choice.random() < 0.1:
            left.remove(one)
            left.insert(choice.randint(0, len(left)), one)
    return left


seeds = st.integers(0, 2**32)
some = settings(max_examples=25)


@pairs
@some
@given(seeds)
def test_whatever_one_side_changed_is_there_when_the_other_was_formatted(style: Style, other: Style, seed: int) -> None:
    before, (change, _) = entries_and_edits(seed)
    after, formatted = style(mixed(change, seed)), other(before)
    for ours, theirs in ((after, formatted), (formatted, after)):
        merged = merge_files("page.md", style(before), ours, theirs)
        assert said(merged.text) == said(after)
        assert not merged.clash


@pairs
@some
@given(seeds)
def test_whatever_both_sides_changed_is_there_once(style: Style, other: Style, seed: int) -> None:
    before, (ours, theirs) = entries_and_edits(seed)
    expected: list[Entry | None] = [*ours[len(before) :], *theirs[len(before) :]]
    disputed = False
    for was, mine, their in zip(before, ours, theirs, strict=False):
        if mine in (was, their) or their == was:
            expected.append(their if mine == was else mine)
        elif mine and their and (mine.title == was.title) != (their.title == was.title):
            retitled, moved = (mine, their) if mine.title != was.title else (their, mine)
            expected.append(replace(retitled, where=moved.where))
        else:
            expected.append(their)
            disputed = True
    merged = merge_files("page.md", style(before), style(mixed(ours, seed)), other(mixed(theirs, seed)))
    assert said(merged.text) == said(style(list(filter(None, expected))))
    assert merged.clash == disputed


def test_a_new_row_joins_a_table_that_was_padded_on_the_branch() -> None:
    edited = [replace(OLD[0], where="Loft"), OLD[1], NEW]
    merged = merge_files("page.md", rows(OLD), rows(edited), padded_rows(OLD))
    new = "| 2021-11-24 | Newts | Pond |\n"
    assert merged.text == padded_rows(OLD).replace("| Hall      |", "| Loft |").replace("\n\n\nSee", f"\n{new}\n\nSee")
    assert not merged.clash


def test_an_edit_of_one_line_leaves_the_other_lines_as_the_branch_spells_them() -> None:
    merged = merge_files(
        "page.md", sections(OLD), sections([replace(OLD[0], where="Loft"), OLD[1]]), compact_sections(OLD)
    )
    assert merged.text == compact_sections(OLD).replace("* Where: Hall", "- Where: Loft")


def test_an_edit_that_does_not_fit_into_the_style_of_the_branch_is_taken_as_it_is() -> None:
    before = "# Log\n\n- 2021-11-10: Owls\n    - Guests:\n        - Ada\n"
    ours = before + "        - Grace\n"
    theirs = "# Log\n\n- 2021-11-10: Owls\n  - Guests:\n    - Ada\n"
    merged = merge_files("page.md", before, ours, theirs)
    assert (canonical(merged.text), merged.clash) == (canonical(ours), False)


def test_what_both_changed_differently_stays_as_on_the_branch() -> None:
    ours, theirs = (sections([replace(OLD[0], where=where), OLD[1], NEW]) for where in ("Loft", "Attic"))
    merged = merge_files("page.md", sections(OLD), ours, theirs)
    assert (merged.text, merged.clash) == (theirs, True)
    merged = merge_files("page.md", sections(OLD), sections(OLD[1:]), theirs)
    assert (merged.text, merged.clash) == (theirs, True)
    merged = merge_files("page.md", sections(OLD), ours, sections(OLD[1:]))
    assert (said(merged.text), merged.clash) == (said(sections([OLD[1], NEW])), True)


def test_a_row_with_more_cells_on_one_side_stays_as_on_the_branch() -> None:
    ours = rows(OLD).replace("| Barn |", "| Shed |")
    theirs = rows(OLD).replace("| Barn |", "| Barn | 5 pm |")
    merged = merge_files("page.md", rows(OLD), ours, theirs)
    assert (merged.text, merged.clash) == (theirs, True)


def test_an_entry_below_a_heading_that_both_changed_is_kept() -> None:
    before = "# Log\n\n## Last\n\n" + sections(OLD).removeprefix("# Log\n\n")
    ours = before.replace("## Last\n", "## Last year\n\n### 2021-11-24: Newts\n\n- Where: Pond\n")
    theirs = before.replace("## Last", "## Before")
    merged = merge_files("page.md", before, ours, theirs)
    assert merged.clash
    assert "## Before" in merged.text
    assert said(merged.text) == said(ours)


def test_line_ends_are_those_of_the_side_that_changed_them() -> None:
    before, after = sections(OLD), sections([*OLD, NEW])
    assert merge_files("page.md", before, after, dos(before)).text == dos(after)
    assert merge_files("page.md", before, dos(before), after).text == dos(after)


@pytest.mark.parametrize("formatter", FORMATTERS)
def test_a_new_section_of_a_formatted_page_changes_nothing_else(formatter: str) -> None:
    new = "### November 22nd, 2021:  Owls\n\n- When: 9am ET\n\n"
    formatted = FORMATTERS[formatter](REFERENCE)
    merged = merge_files(
        "page.md", REFERENCE, REFERENCE.replace("### November 15th", new + "### November 15th"), formatted
    )
    assert not merged.clash
    assert merged.text.replace("\r", "").replace(new, "") == formatted.replace("\r", "")


def test_what_is_no_markdown_of_the_page_is_compared_by_its_bytes() -> None:
    before = "---\ntags:\n  - a\n---\n\n[site]: https://example.org\n\n" + sections(OLD)
    ours = before.replace("  - a", "- a").replace("example.org", "example.com")
    theirs = before.replace("  - a", "    - a")
    merged = merge_files("page.md", before, ours, theirs)
    assert merged.clash
    assert "    - a\n" in merged.text
    assert "example.com" in merged.text


def test_a_file_that_is_no_markdown_is_merged_by_lines() -> None:
    before = "- 2021-11-10\n- 2021-11-17\n"
    assert merge_files("list.yml", before, before.replace("17", "18"), before.replace("- ", "-  ")).clash
    assert merge_files("list.yml", before, before, "- x\n").text == "- x\n"
    assert merge_files("list.yml", before, "- x\n", before).text == "- x\n"
