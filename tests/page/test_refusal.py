"""A page without an event that can be read: the refusal names the line, the reason and the next step."""

import pytest
from almanac.errors import UserError
from almanac.page.importer import import_page
from almanac.page.outline import outline
from almanac.page.refusal import why_no_event
from almanac.renderer import house_renderer
from almanac.times.zones import Zones

HEAD = "---\ntitle: Past events\n---\n"


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("# Past\n\n{% for event in site.events %}\n- {{ event.date }}\n{% endfor %}\n", 6, "come from a Liquid loop"),
        ("# Past\n\n{% include events-list.html %}\n", 6, "come from an include"),
        ("# Past\n\n{% for x in site.pages %}\n- {{ x }}\n{% endfor %}\n", 6, "what it lists comes from a Liquid loop"),
        ("# Past\n\n<h2>20 April 2013</h2>\n<p>Owls</p>\n", 6, "this page's events are HTML, from line 6 on"),
        ("# Past\n\n```\n2013-04-20 Owls\n```\n", 7, "in code, a comment or a Liquid loop"),
        ("# Past\n\n## Owls 7/5/26\n", 6, "in a heading"),
        ("# Past\n\n- Owls, then on 20 April 2013 bats, and more\n", 6, "in a bullet"),
        ("# Past\n\n- Búhos el 4 de mayo de 2020\n", 6, "in a bullet"),
        ("# Past\n\n- Owls\n  - 20 April 2013\n", 7, "in a nested bullet"),
        ("# Past\n\n| Talk |\n|---|\n| Owls were on 4/20/13 here |\n", 8, "in a table"),
        ("# Past\n\n## Owls\n\nHeld on 20 April 2013 in Paris.\n", 8, "in a paragraph"),
        ("# Past\n\n## Owls\n\n## Bats\n", 6, "there are no dates in its headings"),
        ("# Past\n\n- Owls 4\n- Bats\n", 6, "its bullets have no dates"),
        ("# Past\n\n- Owls 2021\n- Bats of 2022 and more\n", 6, "its bullets hold only years"),
        (
            "# Past\n\nOwls on 4 May 2020.\n\nBats on 5 May 2020.\n",
            6,
            "2 lines hold a date; the first is in a paragraph",
        ),
        ("# Past\n\n4 May 2020\n\n<p>4 May 2020</p>\n<p>5 May 2020</p>\n", 8, "events are HTML, from line 8 on"),
        ("\nSee elsewhere.\n", 5, "it has no date"),
        ("", 4, "it is empty"),
    ],
)
def test_the_line_the_reason_and_the_next_step(text: str, line: int, reason: str) -> None:
    with pytest.raises(UserError) as refused:
        import_page(HEAD + text, house_renderer(), Zones.of(), file="past.md")
    [problem] = refused.value.problems
    assert (problem.file, problem.line) == ("past.md", line)
    assert reason in problem.message
    assert "almanac init --new --page NAME.md" in problem.message
    assert problem.typed == ((HEAD + text).split("\n")[line - 1].strip() or None)


def test_a_list_in_the_front_matter_is_seen() -> None:
    cut = outline(
        '---\ndate: 2021-01-01\ntalks:\n  - date: "05/04/2021"\n  - date: "05/11/2021"\n---\n\nEach Tuesday.\n'
    )
    sign = why_no_event(cut.lines, cut.headings)
    assert (sign.line, sign.is_event) == (3, True)
    assert "its dates are in its front matter" in sign.reason
    cut = outline("---\ndate: 2021-01-01\nlastmod: 2021-02-02\n---\n\nWrite to us.\n")
    assert not why_no_event(cut.lines, cut.headings).is_event


def test_other_text_is_no_sign_of_events() -> None:
    cut = outline("Write to us.\n")
    assert not why_no_event(cut.lines, cut.headings).is_event
