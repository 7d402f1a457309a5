"""What is passed over is counted, and the first of it is named."""

import pytest
from almanac.page.importer import import_page
from almanac.page.outline import outline
from almanac.page.passed_over import passed_over, unclear

from tests.page.house import ZONES, render

TWO = "- 2021-11-08: Owls\n- 2021-11-09: Bats\n"


@pytest.mark.parametrize(
    ("page", "line", "words"),
    [
        (
            f"{TWO}- Tea\n  - since 20 April 2013, weekly\n",
            4,
            "1 line holds a date, but is not read as an event. The first",
        ),
        (f"## 2021\n\n{TWO}\n<p>20 April 2013</p>\n<p>21 April 2013</p>\n", 6, "2 lines hold a date, but are not read"),
        (f"{TWO}\nA 20 April 2013.\n\nB 21 April 2013.\n", 4, "The first is in a paragraph"),
        (f"{TWO}- Tea\n- Tee\n- Thé\n\n---\n", 3, "2 events are found; 3 more bullets like them hold no date"),
        ("- 2021-11-08: Owls\n- Tea\n- 2021-11-09: Bats\n", 2, "2 events are found; 1 more bullet like them holds no"),
        (
            "- 2021-11-08: Owls\n- Tea\n- Tee\n* * *\n- Thé\n",
            2,
            "1 event is found; 3 more bullets like it hold no",
        ),
    ],
)
def test_it_is_counted_and_the_first_is_named(page: str, line: int, words: str) -> None:
    [warning] = import_page(page, render, ZONES, file="past.md").warnings
    assert (warning.file, warning.line, warning.typed) == ("past.md", line, page.split("\n")[line - 1].strip())
    assert words in warning.message


@pytest.mark.parametrize(
    "page",
    [
        f"# Since 5 May 2020\n\nOn 6 May 2020 we began.\n\n{TWO}\nWe ended.\n",  # a title, and one paragraph of many
        f"{TWO}\n```\n- 2021-11-10: Code\n```\n",
        f"- Before\n- them\n- all\n\n# Past\n\n{TWO}\n## Links\n\n- A\n- B\n",
        "## 2021-11-08: Owls\n\n## Links\n\n- A\n- B\n- C\n",
    ],
)
def test_what_is_no_part_of_the_history_is_not(page: str) -> None:
    assert list(passed_over(outline(page))) == []


def test_a_list_of_which_most_holds_no_date_is_not_understood() -> None:
    [problem] = unclear(outline("- 2021-11-08: Owls\n- Tea\n- Tee\n- Thé\n"))
    assert (problem.line, problem.typed) == (2, "- Tea")
    assert list(unclear(outline(f"{TWO}- 2021-11-10: Cats\n- Tea\n- Tee\n- Thé\n"))) == []


def test_headings_that_hold_several_events_are_not_clear() -> None:
    one, two = "### June 2021\n* Date: 2021-06-08\n\n", "### May 2021\n"
    two += "".join(f"* 2021-05-{day}: Owls\n    * Date: 2021-05-{day}\n" for day in (11, 18))
    assert list(unclear(outline(one * 2))) == []
    [problem] = unclear(outline(f"# Calls\n\n{one * 2}{two}"))
    assert (problem.line, problem.typed) == (9, "### May 2021")
    assert "1 heading holds several events" in problem.message
    [problem] = unclear(outline(f"# Calls\n\n{one * 3}{two}\n{two}"))
    assert "2 headings hold several events" in problem.message


def test_lists_that_grow_at_the_same_time_are_not_clear() -> None:
    trees = "## Trees\n\n- 2021-05-12: Oak\n- 2021-04-14: Elm\n"
    rivers = "## Rivers\n\n- 2021-05-02: Mills\n- 2021-04-02: Weirs\n"
    [problem] = unclear(outline(f"# Calls\n\n{trees}\n{rivers}"))
    assert (problem.line, problem.typed) == (3, "Trees")
    assert "not to the one below Rivers" in problem.message
    # One that ended before, that has another purpose or another shape, or a single entry, is no such list.
    others = [rivers.replace("2021", "2020"), rivers.replace("Rivers", "News"), rivers.replace("- 2021", "### 2021")]
    for other in (*others, rivers.replace("- 2021-04-02: Weirs\n", "")):
        assert list(unclear(outline(f"# Calls\n\n{trees}\n{other}"))) == []
    assert list(unclear(outline("# Calls\n\n- 2021-05-02: Mills\n"))) == []
    assert list(unclear(outline("# Calls\n"))) == []


def test_days_that_are_numbers_of_a_list_are_not_clear() -> None:
    [problem] = unclear(outline("# Log\n\n10. November 2021: Owls\n8. October 2021: Bats\n"))
    assert (problem.line, problem.typed) == (3, "10. November 2021: Owls")
    for page in ("1. November 8, 2021: Owls\n2. May 2021: Bats\n", "- November 2021: Owls\n", "1. Owls (May 2021)\n"):
        assert list(unclear(outline(f"# Log\n\n{page}"))) == []


def test_headings_beside_the_only_event_may_be_its_parts() -> None:
    only = "### Cats 2021-11-08\n\nHello!\n"
    [problem] = unclear(outline(f"{only}\n### Sponsor\n\n### Talks\n\n### Thanks\n\nAll.\n"))
    assert (problem.line, problem.message) == (
        5,
        "1 event is found; 3 more headings like it hold no date. This is the first.",
    )
    assert not [*unclear(outline(f"{only}\n### Sponsor\n"))]
