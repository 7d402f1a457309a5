"""Descriptions: what is written for a page, what comes back from one, and what their authors are told."""

import pytest
from almanac.errors import Problem
from almanac.event.description import (
    Block,
    blocks,
    markdown,
    notes,
    plain,
    refused_links,
    refused_urls,
    source,
    source_line,
    write_line,
)
from almanac.event.model import Event, Link, Person
from almanac.event.prose import MAX_MARKS, parse
from almanac.markdown import Safe
from hypothesis import given, settings
from hypothesis import strategies as st

# What is typed, and what is written, with bullets as in the house style.
WRITTEN = [
    ("", ""),
    (" \n\n", ""),
    ("a", "- a"),
    ("a\n\n\nb  ", "- a\n\n- b  "),
    ("a  \nb\r\n  c", "- a<br>b<br>c"),
    ("a\\\nb", "- a<br>b"),
    # lists
    ("a\n- b\n* c\n  continued\n\n- d", "- a\n\n    * b\n    * c<br>continued\n    * d"),
    ("a\n- b\n  - c\n    - d\n      1. e\n- f", "- a\n\n    * b\n        * c\n        * d\n\n        1. e\n    * f"),
    ("- a\n  - x\n\nb", "- a\n\n    * x\n\n- b"),
    ("a\n\n1. b\n   - x\n2) c", "- a\n\n    1. b\n        * x\n    2. c"),
    ("a\n\n3. b\n4. c", "- a\n\n    * 3&#46; b\n    * 4&#46; c"),
    ("1. a\n   1. x\n2. b\n\nc", "- 1. a\n      1. x\n  2. b\n\n- c"),
    ("1986. A year", "- 1986&#46; A year"),
    ("a\n- b\n\n1. c\n- d", "- a\n\n    * b\n\n    1. c\n\n    * d"),
    ("a\n- b\n\n  c\n-\n- - d", "- a\n\n    * b<br>c\n    * &#45;\n    * d"),
    ("-a\n-\n*b", "- &#45;a<br>-\n\n- &#42;b"),
    ("\n1. - \n1. ", "- 1&#46; - \n\n- 2&#46; 1. "),
    ("a\n1. - \n1. ", "- a\n\n    * 1&#46; - \n    * 2&#46; 1. "),
    # lines
    ("\\\na \\\n b", "- a<br>b"),
    ("a\n\\\nb", "- a<br><br>b"),
    ("> \\\n> a", "- > a"),
    # quotations
    ("a\n> b\n> c\n>\n> > d", "- a\n\n- > b<br>c\n\n- > d"),
    ("> a\n\n- b", "- > a\n\n- b"),
    ("> - a\n>   b", "- > &#45; a<br>b"),
    ("- > a", "- &#62; a"),
    # emphasis
    ("*a* _b_ **c** __d__", "- *a* *b* **c** **d**"),
    ("***a** b* un**believ**able", "- ***a** b* un**believ**able"),
    ("*a*_b_ __c *d __e__*__", "- *ab* **c *d e***"),
    ('*"a"*__b__c', '- *"a"*&#95;&#95;b&#95;&#95;c'),
    ('*"a"* *x*__b__', '- *"a"* *x***b**'),
    ('*"a"*__"b"__', '- *"a"***"b"**'),
    ('_"a"_**b**', '- <em>"a"</em><strong>b</strong>'),
    ("* a * snake_case 2*3*4", "- a &#42; snake&#95;case 2*3*4"),
    ("*", "- &#42;"),
    # code
    ("`git push --force`", "- `git push --force`"),
    ("`{{ x }}` ``a`b``", "- <code>&#123;&#123; x &#125;&#125;</code> <code>a&#96;b</code>"),
    ("`a|b` `~~~`", "- <code>a&#124;b</code> <code>&#126;&#126;&#126;</code>"),
    ("`<b>` ` `", "- <code>&#60;b&#62;</code> <code> </code>"),
    # links
    ("see [a_b](https://x.org/a_b)!", "- see [a&#95;b](https://x.org/a_b)!"),
    ("[a](HTTP://X.org)[b](http://y.org/(z))", "- [a](http://x.org)[b](http://y.org/%28z%29)"),
    ("[**a** `b`](https://x.org)", "- [**a** `b`](https://x.org)"),
    ("a!\\![a](https://x.org)", "- a!&#33;[a](https://x.org)"),
    ("*a!*[a](https://x.org)", "- *a!*[a](https://x.org)"),
    ('[a](http://x.org "t") [b][c]\n\n[c]: https://y.org', "- [a](http://x.org) [b](https://y.org)"),
    ("[a]: https://x.org 'b'", "- &#91;a&#93;: https&#58;//x.org 'b'"),
    ("[x](https://x.org)- y", "- [x](https://x.org)- y"),
    ("[a](javascript:alert)", "- &#91;a&#93;(javascript:alert)"),
    ("[a](/x) [b] [c][d] (e)", "- &#91;a&#93;(/x) &#91;b&#93; &#91;c&#93;&#91;d&#93; (e)"),
    ("[ ](https://x.org)", "- &#91; &#93;(https&#58;//x.org)"),
    ("[*a*](https://localhost)", "- &#91;*a*&#93;(https&#58;//localhost)"),
    ("[![a](b.png) <i>](https://x.org)", "- [!&#91;a&#93;(b.png) &#60;i&#62;](https://x.org)"),
    # bare addresses
    ("https://x.org/a_b", "- <https://x.org/a_b>"),
    ("(see https://x.org/a_(b).)", "- (see [https&#58;//x.org/a&#95;(b)](https://x.org/a_%28b%29).)"),
    ("<https://x.org/>, https://x.org/?a[]=1;", "- <https://x.org/>, [https&#58;//x.org/?a&#91;&#93;=1](https://x.org/?a%5B%5D=1);"),
    ("www.x.org/a, www.x", "- [www&#46;x.org/a](http://www.x.org/a), www&#46;x"),
    ("*https://x.org* HTTPS://X.org", "- *<https://x.org>* [HTTPS&#58;//X.org](https://x.org)"),
    ("https://ü.example", "- [https&#58;//ü.example](https://xn--tda.example)"),
    ("[https://x.org](https://y.org)", "- [https&#58;//x.org](https://y.org)"),
    ("http://localhost:80 https:// https://... xhttps://x.org a@x.org",
     "- http&#58;//localhost:80 https&#58;// https&#58;//.&#46;&#46; xhttps&#58;//x.org a@x.org"),
    ("(https://localhost)&: b", "- (https&#58;//localhost)&#38;: b"),
    # characters that were escaped or written as references
    ("\\*a\\* \\[b](https\\://x.org)", "- &#42;a&#42; &#91;b&#93;(https&#58;//x.org)"),
    ("&copy; &#42;b&#42; a&nbsp;b &#8238;&#0;", "- © &#42;b&#42; a b \ufffd"),
    # what only GitHub shows
    ("# a\nb\n***\nc", "- # a".replace("#", "&#35;") + "\n\n- b\n\n- &#42;&#42;&#42;\n\n- c"),
    ("a\n---", "- a<br>-&#45;&#45;"),
    ("![a](x.png) <b>c</b>", "- !&#91;a&#93;(x.png) &#60;b&#62;c&#60;/b&#62;"),
    ("~~*a*~~ <!-- b -->", "- &#126;&#126;*a*&#126;&#126; &#60;!-&#45; b -&#45;&#62;"),
    ("```sh\na  *b*\n\nc\n```", "- &#96;&#96;&#96;sh<br>a  &#42;b&#42;<br>c<br>&#96;&#96;&#96;"),
    ("a\n\n    b", "- a\n\n- b"),
    ("- # a\n  b\n-     c", "- &#35; a<br>b\n\n- c"),
    ("> # a", "- > &#35; a"),
    ("|a|\n|-|\n|b|", "- &#124;a&#124;<br>&#124;-&#124;<br>&#124;b&#124;"),
    ("<div>\n*a*\n</div>", "- &#60;div&#62;<br>&#42;a&#42;<br>&#60;/div&#62;"),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "written"), WRITTEN)
def test_what_is_written_for_the_house_style(typed: str, written: str) -> None:
    assert markdown(typed, "- ", "    * ") == written


@pytest.mark.parametrize(("typed", "written"), [case for case in WRITTEN if "<em>" not in case[1]])
def test_what_was_written_is_read_back_as_a_description_that_is_written_so(typed: str, written: str) -> None:
    items = written.removeprefix("- ").replace("\n\n- ", "\n\n").replace("\n  ", "\n")
    assert markdown(source(items), "- ", "    * ") in (written, written.replace("\n\n- ", "\n\n"))


def test_blocks_hold_all_of_it_for_templates_that_know_only_bullets() -> None:
    assert blocks(None) == ()
    assert blocks("- a\n  - x\n- b\n\n# c\n\nd\n1. e\n   - *f*\n\n> g") == (
        Block(Safe("a"), is_bullet=True),
        Block(Safe("x"), is_bullet=True),
        Block(Safe("b"), is_bullet=True),
        Block(Safe("&#35; c")),
        Block(Safe("d"), (Safe("1&#46; e"), Safe("*f*"))),
        Block(Safe("g")),
    )


@pytest.mark.parametrize(
    ("typed", "arguments", "written"),
    [
        ("a\n- b\n  - c\n\nd", {}, "a\n\n- b\n    - c\n\nd"),
        ("1. a\n\nb", {}, "1. a\n\nb"),
        ("a\n- b\n\nc", {"paragraph": "  - ", "bullet": "      * ", "tight": True}, "  - a\n      * b\n  - c"),
        ("1. a\n   - b\n2. c", {"paragraph": "  - ", "bullet": "      * "}, "  - 1. a\n        * b\n    2. c"),
        ("a\n1. b\n   - c", {"paragraph": "> ", "bullet": "> - "}, "> a\n\n> 1. b\n>     - c"),
        ("a\n\nb", {"first": "About: "}, "About: a\n\nb"),
        ("1. a\n\nb", {"first": "About: "}, "About:\n\n1. a\n\nb"),
        ("> a", {"first": "About: "}, "About:\n\n> a"),
        ("1. a\n" * 12, {}, "\n".join(f"{number}. a" for number in range(1, 13))),
    ],
)
def test_other_marks(typed: str, arguments: dict[str, str], written: str) -> None:
    assert markdown(typed, **arguments) == written  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("page", "description"),
    [
        ("*a* __b__ <em>c</em><strong>d</strong><code>e -&#45; &#60;f&#62;</code>", "*a* **b** *c***d**`e -- <f>`"),
        ("a  \nb\nc<br/>d<br />e", "a\nb c\nd\ne"),
        ('<https://x.org> https://y.org [z](https://z.org "t")', "https://x.org https://y.org [z](https://z.org)"),
        ("R&#38;D, a&#95;b", "R&D, a_b"),
        ("&#42;a&#42; b", "&#42;a&#42; b"),
        ("a<br>- b<br>*c*", "a\n&#45; b\n*c*"),
        ("a<br>b\n\n* c<br>d\n    1. e", "a\nb\n- c\n  d\n  1. e"),
        ("`` a`b `` ` `", "``a`b`` ` `"),
        ("<em>a", "*a*"),
        ("<b>a</b>", "<b>a</b>"),
        ("&#42;https&#58;//x.org <https://x.org>&#42;", "&#42;https&#58;//x.org <https://x.org>&#42;"),
    ],
)
def test_what_is_read_back(page: str, description: str) -> None:
    assert source(page) == description


@pytest.mark.parametrize(
    ("page", "description"),
    [("a\nb", "a b"), ("a  \nb", "a\nb"), ("\u00a0a\u00a0", "a"), ("a  ", "a  "), ("a \n\n b", "a \n\nb")],
)
def test_white_space_of_a_page_counts_as_markdown_has_it(page: str, description: str) -> None:
    assert source(page) == description


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("a", "a"),
        (
            "1. *a* `b` [c](https://x.org) www.x.org/d",
            "1&#46; *a* `b` [c](https://x.org) [www&#46;x.org/d](http://www.x.org/d)",
        ),
        ("# a\n> b", "&#35; a &#62; b"),
        ("\\*a\\*", "&#42;a&#42;"),
        ("<b>", "&#60;b&#62;"),
    ],
)
def test_a_line_has_no_blocks(typed: str, written: str) -> None:
    assert write_line(typed) == written
    assert write_line(source_line(written)) == written


def test_plain_text_has_no_marks() -> None:
    typed = "*a* **b**\n`c` [d](https://x.org/(e)) [f](https://localhost) https://y.org\n1. g\n   - h\n     i\n\n> j"
    assert (
        plain(typed)
        == "a b\nc d (https://x.org/%28e%29) [f](https://localhost) https://y.org\n1. g\n   - h\n     i\n\n> j"
    )
    assert plain(None) == ""


_MARKUP = st.sampled_from(
    [
        *("**", "- ", "\n- ", "\n1. ", "\n> ", "\n\n", "https://x.org/", "](https://x.org)", "a", "b c"),
        *"*_`[]()<>&!#~|\\-+=:.1 \n",
    ]
)


@settings(deadline=None)
@given(st.lists(_MARKUP, max_size=25).map("".join))
def test_what_is_read_back_says_the_same(typed: str) -> None:
    written = markdown(typed)
    again = source(written)
    assert markdown(again) == written or parse(again).raw


@settings(deadline=None)
@given(st.text("ab \n.,;1'\"()/@?%é", max_size=60))
def test_a_text_without_markup_is_read_without_a_parser_as_with_it(typed: str) -> None:
    reader = parse(f"{typed}\n\n*x*").parts[:-1]
    assert parse(typed).parts == reader


def test_links_that_are_refused_are_found_with_the_reason() -> None:
    typed = "[a](https://x.org) *[b](https://localhost)*\n- [c](http:x) [d](ftp://x)\n  - [e](https://x y)"
    host = "The link needs the full name of a website, such as https://example.org."
    assert refused_links(typed) == (
        Problem(host, typed="https://localhost"),
        Problem("A link begins with https:// or http://.", typed="http:x"),
        Problem("A link has no spaces in it.", typed="https://x y"),
    )
    assert refused_links("[a](https://x") == refused_links("(https://x y)") == ()
    begins = "This is shown without a link. A link begins with https:// or http://."
    assert notes("[a](x.org/y) *[b](mailto:c@x.org)* [d](e f) `[g](h)`") == (
        Problem(begins, typed="[a](x.org/y)"),
        Problem(begins, typed="[b](mailto:c@x.org)"),
    )
    assert notes("www.x and *https://localhost/*") == (
        Problem(f"This is shown without a link. {host}", typed="https://localhost/"),
    )


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ("*a*\n- b\n\n> c", None),
        ("![a](https://x.org)", "images"),
        ("# a\n![b](c.png)\n\n|d|\n|-|\n\n    e\n<b>", "headings, images, tables, code blocks and HTML"),
        ("~~a~~\n***", "crossed-out words and rules"),
        ("<b>", "HTML"),
        ("- > a\n\n> - b", "quotations in lists and lists in quotations"),
        ("- [ ] a\n- [x] b", "task boxes"),
        ("> [!NOTE]\n> a", "alerts"),
        ("a[^1]\n\n[^1]: b", "footnotes"),
        ("$x^2$ and $$y$$", "formulas"),
        ("from $5 to $10", None),
        ("a :tada: b", "emoji names"),
        ("at 10:30: a, 12:00:01 :-) `:tada:`", None),
        ("~a~ H~2~O", "crossed-out words"),
        ("~5 and ~6", None),
    ],
)
def test_one_note_names_what_is_shown_as_it_was_typed(typed: str, named: str | None) -> None:
    shown = "it is shown as it was typed" if named == "HTML" else "they are shown as they were typed"
    expected = f"The page has no place for {named} here: {shown}."
    assert [note.message for note in notes(typed)] == ([expected] if named else [])


@pytest.mark.parametrize("typed", ["*" * (MAX_MARKS + 1), "> " * 30 + "a"])
def test_a_text_with_too_many_marks_is_shown_as_it_was_typed(typed: str) -> None:
    assert [note.message[:27] for note in notes(typed)] == ["This text has too many mark"]
    assert markdown("*a*\nb\n\n" + "*" * MAX_MARKS) == "&#42;a&#42;<br>b\n\n" + "&#42;" * MAX_MARKS


def test_each_refused_url_of_a_record_is_named_with_its_field_and_the_reason() -> None:
    event = Event(
        id="2021",
        title="T",
        date="2021",
        url="javascript:1",
        recording="https://x.org",
        people=(Person(name="A", url="https://localhost"), Person(name="B")),
        links=(Link(label="L", url="ftp://x"),),
        description="[a](http:x) [b](https://y.org)",
    )
    assert [(problem.field, problem.typed) for problem in refused_urls(event)] == [
        ("url", "javascript:1"),
        ("people", "https://localhost"),
        ("links", "ftp://x"),
        ("description", "http:x"),
    ]
    assert "begins with https" in refused_urls(event)[0].message


def test_an_event_without_urls() -> None:
    assert refused_urls(Event(id="2021", title="T", date="2021")) == ()
