"""What a template writes has to be one section, of the event's date, wherever it is."""

import pytest
from almanac.event.model import Event
from almanac.page.proof import UnreadableSectionError, check_section

from tests.page.house import event, render
from tests.reference import GOVERNMENTS, UNIVERSITIES

EVENT = event()  # of 2021-11-10


@pytest.mark.parametrize(
    "section",
    [
        "### November 10th, 2021:  New",
        "## New (November 10th, 2021)\n\nText\n\n---\n\nMore",
        "# 2021-11-10: New\n\n## Who\n\n- 2021-11-09: an older date\n\n### 2021-11-08: another",
        "November 10, 2021\n-----------------\n\nText",
        "- 2021-11-10: New\n    - 2021-11-09: nested",
        "* 10 November 2021 - New",
        "| 2021-11-10 | New |",
        "2021-11-10 | New | x \\| y",
        "## Nov 10 - New",
        "## November 2021 - New",
        "## 2021: New",
        "### 2021-11-10: New\n\n```\n### 2021-11-11: x\n```",
    ],
)
def test_sections(section: str) -> None:
    check_section(section, EVENT, "t.j2")


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ("", "nothing for the event 2021-11-10-new"),
        ("\n \n", "nothing for the event"),
        ("### New", "first line has to contain the event's date"),
        ("<li>New</li>", "as in `<li>"),
        ("New", "first line has to contain the event's date"),
        ("<a id='x'></a>\n\n## 2021-11-10: New", "first line has to contain the event's date"),
        ("**2021-11-10**: New", "first line has to contain the event's date"),
        ("### 2021-11-11: New", r"another date \(2021-11-11\)"),
        ("### Nov 11: New", r"another date \(XXXX-11-11\)"),
        ("### 2021-11-10: New\n\n### 2021-11-10: Again", "read as one section"),
        ("- 2021-11-10: New\n- more", "read as one section"),
        ("## 2021-11-10: New\n\n# More", "read as one section"),
        ("## 2021-11-10: New\n\nText\n\n---", "at its end"),
        ("## 2021-11-10: New\n\n```\nopen", "has to close it"),
        ("## 2021-11-10: New\n\n<!-- open", "has to close it"),
        ("## 2021-11-10: New\n\n<pre>", "has to close it"),
        ("## 2021-11-10: New\n\n{% comment %}", "has to close it"),
    ],
)
def test_what_is_not_a_section(section: str, words: str) -> None:
    with pytest.raises(UnreadableSectionError, match=words) as caught:
        check_section(section, EVENT, "t.j2")
    assert caught.value.problems[0].file == "t.j2"


@pytest.mark.parametrize("one", [GOVERNMENTS, UNIVERSITIES, EVENT, event(date="2021"), event(date="XXXX-12-09")])
def test_the_house_style_is_readable(one: Event) -> None:
    check_section(render(one), one, "t.j2")
