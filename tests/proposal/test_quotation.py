"""GitHub acts on nothing that anyone typed, in a comment or a pull request, and the entry looks as on the page."""

import pytest
from almanac.defaults import load_messages
from almanac.errors import Candidate, Problem
from almanac.event.model import Event, Link, Person
from almanac.packaged import template
from almanac.page.canonical import PARSER
from almanac.page.section import Renderer
from almanac.page.template import section_renderer
from almanac.proposal.branch import proposal_title
from almanac.proposal.comment import note_draft
from almanac.proposal.messages import problem_text
from almanac.proposal.published import Published
from almanac.proposal.quotation import bold, inert, inert_link, quotation, struck
from almanac.proposal.state import Draft
from almanac.proposal.summary import named, summary
from almanac.proposal.triage import merged_draft
from hypothesis import given
from hypothesis import strategies as st

from tests.acting import acting, github_html, shown_text
from tests.hostile import HOSTILE, HOSTILE_TEXTS

ACTIVE = (
    "@octocat",
    "@org/team",
    "#12",
    "o/r#12",
    "GH-12",
    "gh-7GH-8",
    "Fixes #1",
    "closes: o/r#1",
    "resolves GH-3",
    "abcdef0",
    "0123456789abcdef0123456789abcdef01234567",
    "o/r@abcdef0123456",
    "https://github.com/o/r/issues/1",
    "fixes https://github.com/o/r/pull/1",
    "www.example.org",
    "http://example.org/",
    "![x](https://e.org/a.png)",
    "<img src=https://e.org/a.png>",
    "[ ] a box",
    "[x] a box",
    "- [ ] a box",
    "> [!NOTE]",
    ":tada:",
    "@<!-- -->octocat",
    "#<b></b>12",
    "a|b",
    "&#64;octocat &#35;12",
    "@&#8203;octocat",
    "``` @octocat",
    "<details><summary>@octocat",
    "$x$ #1",
)
_HOUSE = section_renderer(template("section.md.j2"))
# What a careless template of a site's own may make of a text: nothing is escaped.
_BARE = (
    "### {0}\n\n{0}\n\n- {0}\n    * **{0}** and *{0}*\n\n1. {0}\n\n> {0}\n\n| {0} | b |\n|---|---|\n| {0} | `{0}` |\n"
)


def event(typed: str) -> Event:
    return Event(
        id="2021-11-08-x",
        title=typed,
        date="2021-11-08",
        series=typed,
        when=typed,
        location=typed,
        people_label=typed,
        people=(Person(name=typed, affiliation=typed, url="https://github.com/o/r/issues/1"),),
        description=f"{typed}\n\n- {typed}\n- [{typed}](https://github.com/o/r/issues/1)",
        agenda=(typed,),
        links=(Link(label=typed, url="https://example.org/a"),),
        extra={typed: typed},
    )


def texts(typed: str) -> dict[str, str]:
    """Return every text that could hold what someone typed."""
    one, messages = event(typed), load_messages()
    other = one.model_copy(update={"title": "Other", "date": "2021-11-09", "location": None, "people": ()})
    entry = _HOUSE(one)
    problem = Problem("Is this right?", "Title", typed=typed, accepted=typed, choices=(typed,), example=typed)
    twin = Problem("There is another.", event=named(one), url="https://example.org/page#there")
    which = Problem("Which?", typed=typed, candidates=(Candidate("2021-11-08-x", named(one), "https://example.org/x"),))
    both = Problem("Both were changed.", file="p.md", versions=(f"{typed}\n", f"{typed}!\n"))
    shared = {"preview": entry, "page": "history.md", "hidden": (), "revises": False, "removes": False, "note": typed}
    proposed = {
        **shared,
        "summary": summary(other, one, {}),
        "warnings": (problem, twin),
        "closed": False,
        "conflicts": (),
        "clashes": (typed,),
    }
    pull = {**shared, "issue": 12, "record": "r.yml", "page": "p.md", "timed": True, "warnings": 1, "doubts": ()}
    pull |= {"remarks": (problem,), "likely": (twin,)}
    edits: dict[str, object] = {
        "notes": (Problem("It was edited.", event=typed, file=typed),),
        "files": (typed,),
        "problems": (),
    }
    edits |= {"moves": True, "refused": typed}
    return {
        "proposed": messages.write(Draft("proposed", proposed), pull="number 13"),
        "pull": messages.write(Draft("pull", {**pull, "summary": summary(one, None, {})})),
        "change": messages.write(Draft("pull", {**pull, "summary": summary(other, one, {})})),
        "change back": messages.write(Draft("pull", {**pull, "summary": summary(one, other, {})})),
        "problems": messages.write(Draft("problems", {"problems": (problem, twin, which)})),
        "noted": messages.write(Draft("noted", {"note": typed, "problem": twin, "record": "r.yml", "file": "r.yml"})),
        "stuck": messages.write(Draft("stuck", {"problems": (both,), "branch": True})),
        "edits": messages.write(Draft("edits", edits)),
        "removal": messages.write(Draft("proposed", {**proposed, "removes": True}), pull="number 13"),
        "note": messages.write(note_draft("reschedule", answer="problem", problem=problem)),
        "merged": messages.write(merged_draft(Published("p.md", "p.md"))),
    }


def acted_on(text: str) -> list[str]:
    """Name what GitHub would act on besides what a pull request says of its own issue."""
    return [found for found in acting(text) if found not in ("reference: #12", "closes: #12")]


def acted_on_in_title(text: str) -> list[str]:
    """Name the same of a title, where GitHub looks for no commits."""
    return [found for found in acting(text) if not found.startswith("commit: ")]


@pytest.mark.parametrize("typed", [*ACTIVE, *HOSTILE, *HOSTILE_TEXTS])
def test_github_acts_on_nothing_that_was_typed(typed: str) -> None:
    found = {name: acted for name, text in texts(typed).items() if (acted := acted_on(text))}
    assert found == {}
    title = proposal_title(event(typed), 12, "Add").removesuffix(" #12")
    assert acted_on_in_title(title) == []


@pytest.mark.parametrize("typed", [*ACTIVE, *HOSTILE, *HOSTILE_TEXTS])
def test_github_acts_on_nothing_that_a_careless_template_lets_through(typed: str) -> None:
    assert acting(quotation(_BARE.format(typed))) == []


@given(st.text(alphabet="@#-_*`[]()!<>|\\&;:/. \n\txa1", max_size=60))
def test_github_acts_on_nothing_in_any_markdown(markdown: str) -> None:
    quoted = quotation(markdown)
    assert acting(quoted) == []
    assert all(line.startswith(">") for line in quoted.split("\n"))
    assert acting(f"**{inert(markdown)}** {inert_link(markdown, 'https://e.org')} {bold(inert(markdown))}") == []


def test_the_oracle_sees_what_it_is_there_for() -> None:
    acts = {
        "@octocat": ["mention: @octocat"],
        "&#64;octocat": ["mention: @octocat"],
        "see o/r#12": ["reference: o/r#12"],
        "GH-1": ["reference: GH-1"],
        "Fixes &#35;1": ["reference: #1", "closes: #1"],
        "it is abcdef0": ["commit: abcdef0"],
        "fixes https://github.com/o/r/issues/1": [
            "cross-link: https://github.com/o/r/issues/1",
            "closes: https://github.com/o/r/issues/1",
        ],
        "![x](y)": ["image: y"],
        "- [x] a": ["task box"],
        "<ul><li>[ ] a</li></ul>": ["task box"],
        "[a](javascript:x)": ["scheme: javascript:x"],
        "<iframe>": ["element: iframe"],
        "https&#58;//e.org :tada:": ["address: https://e", "emoji: :tada:"],
        "`@octocat #1` [@octocat](https://e.org)": [],
    }
    assert {text: acting(text) for text in acts} == acts


@pytest.mark.parametrize("typed", [text for text in HOSTILE if text.strip() and text.isprintable()])
def test_a_typed_text_reads_as_it_was_typed(typed: str) -> None:
    text = f"x {inert(typed)} x"
    assert " ".join(shown_text(text).split()) == " ".join(f"x {typed} x".replace("\u200b", "").split())


# ------------------------------------------------------------------- the entry looks as on the page

QUOTED = {
    "# A &#38; B\n": "> # A & B",
    "* a\n* b\n": "> - a\n> - b",
    "- a\n    * b\n\n    c\n": "> - a\n>\n>   - b\n>\n>   c",
    "3. a\n4. b\n": "> 3. a\n> 4. b",
    "- a\n  3. b\n- c\n\n  3. d\n": "> - a 3. b\n>\n> - c\n>\n>   3. d",
    "- a\n\n* b\n": "> - a\n>\n> <!-- -->\n>\n> - b",
    "-\n- b\n": "> -\n> - b",
    "a  \nb\\\nc\nd\n": "> a<br>b<br>c d",
    "**a** *b* ~~c~~ `d` **(e)** x**y**z": "> **a** *b* ~~c~~ `d` <strong>(e)</strong> x**y**z",
    "a*<b></b>*b": "> a&#42;&#42;b",
    "ab **<i></i>c**": "> ab **c**",
    "ab<u>*</u>*c": "> ab&#42;&#42;c",
    "abc[def0123](/x)4": "> abc&#8203;def012&#8203;3&#8203;4",
    "`` a`b `` `` `x ``": "> ``a`b`` `` `x ``",
    "| a | `b\\|c` |\n|---|---|\n| d | e |": "> | a | `b\\|c` |\n> | --- | --- |\n> | d | e |",
    "| 2021 | [x](https://e.org) |": "> | &#8203; | &#8203; |\n> | --- | --- |\n> | 2021 | [x](https://e.org) |",
    "2021-11-08 | x": "> | &#8203; | &#8203; |\n> | --- | --- |\n> | 2021-11-08 | x |",
    "> a\n>\n> b": "> > a\n> >\n> > b",
    "---\n": "> ***",
    "```\na\n```\n": "> ```text\n> a\n> ```",
    "a\n===\n{: .lead}\n": "> # a",
    "x {: .y} z": "> x  z",
    "<div>\n<!-- a --> b &amp; @c\n</div>": "> b & @&#8203;c",
    "<br>a<span>b</span>": "> <br>ab",
    "a<br />b": "> a<br>b",
    "![a photo](x.png) ![](y.png)": "> (image: a photo) (image)",
    "[a](/here) [b](javascript:x) [](https://e.org/x)": "> &#8203;a&#8203; &#91;b&#93;(javascript:x) &#8203;&#8203;",
    "a!&#91;[b](https://e.org/x) a&#33;[b](https://e.org/x)": "> a!&#91;[b](https://e.org/x) a&#33;[b](https://e.org/x)",
    "[a](https://github.com/o/r/commit/abc)": "> a (`https://github.com/o/r/commit/abc`)",
    "<https://github.com/o/r/pull/1>": "> `https://github.com/o/r/pull/1`",
    "    - a\n    - b": "> - a\n> - b",
    "&#35; a": "> &#35;&#8203; a",
    "1986\\. a": "> 1986&#46; a",
}


@pytest.mark.parametrize("markdown", QUOTED)
def test_markdown_is_quoted_as_it_is_but_for_what_acts(markdown: str) -> None:
    assert quotation(markdown) == QUOTED[markdown]


def _shape(markdown: str) -> list[str]:
    return [token.type for token in PARSER.parse(markdown) if token.type != "html_block"]


@pytest.mark.parametrize("typed", ["Soup & salad", "C# #12 @octo", "1. x", "- x", "**x**"])
@pytest.mark.parametrize("render", [_HOUSE], ids=["house"])
def test_a_quoted_entry_has_the_blocks_and_words_of_the_entry(render: Renderer, typed: str) -> None:
    entry = render(event(typed).model_copy(update={"people": (), "description": typed}))
    quoted = quotation(entry)
    assert _shape(quoted)[1:-1] == _shape(entry)
    assert " ".join(shown_text(quoted).split()) == " ".join(shown_text(entry).split())


def test_an_address_is_a_link_unless_github_would_refer_to_it() -> None:
    assert inert_link("a #1", "https://e.org/x") == "[a #&#8203;1](https://e.org/x)"
    assert inert_link("a", "https://git.example.org/o/r/issues/1") == "a (`https://git.example.org/o/r/issues/1`)"
    assert inert_link("a", None) == inert_link("a", "javascript:x") == "a"


def test_a_text_is_struck_out_and_made_strong_whatever_it_begins_with() -> None:
    for text in ("Feb 10", "(a)", "*a*", "\u201cq\u201d", "[x]"):
        html = github_html(f"x {struck(inert(text))} {bold(inert(text))} x")
        assert f"<del>{text}</del>" in html.replace("\u200b", "")
        assert f"<strong>{text}</strong>" in html.replace("\u200b", "")


def test_a_problem_that_names_a_file_in_place_of_an_address_shows_it_as_code() -> None:
    text = problem_text(Problem("There is another.", event="@octo", url="p.md, line 3"))
    assert text == "There is another.\n\n> @&#8203;octo (`p.md, line 3`)"
    assert problem_text(Problem("It was edited.", event="x")) == "It was edited.\n\n> x"
