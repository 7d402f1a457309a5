"""The description's grammar: paragraphs, links, one level of bullets, and nothing else."""

import pytest
from almanac.errors import Problem
from almanac.event.description import Block, Paragraph, blocks, inline, parse, refused_links, refused_urls
from almanac.event.model import Event, Link, Person
from almanac.markdown import Safe


@pytest.mark.parametrize(
    ("typed", "paragraphs"),
    [
        ("", ()),
        (" \n\n", ()),
        ("a", (Paragraph("a"),)),
        ("a\n\n\nb  ", (Paragraph("a"), Paragraph("b  "))),
        ("a  \nb\r\n  c", (Paragraph("a b c"),)),
        ("a\n- b\n* c\n    - d\n  e\n\n- f", (Paragraph("a", ("b", "c", "d e", "f")),)),
        ("- a\n\nb", (Paragraph("", ("a",)), Paragraph("b"))),
        ("-a\n-\n*b", (Paragraph("-a - *b"),)),
        ("1. a\n2. b", (Paragraph("1. a 2. b"),)),
    ],
)
def test_parse(typed: str, paragraphs: tuple[Paragraph, ...]) -> None:
    assert parse(typed) == paragraphs


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("see [a_b](https://x.org/a_b)!", "see [a&#95;b](https://x.org/a_b)!"),
        ("[a](HTTP://X.org)[b](http://y.org/(z))", "[a](http://x.org)[b](http://y.org/%28z%29)"),
        ("- [a](https://x.org)", "&#45; [a](https://x.org)"),
        ("![a](https://x.org)", "&#33;[a](https://x.org)"),
        ("[x](https://x.org)- y", "[x](https://x.org)- y"),
        ("[a](javascript:alert)", "&#91;a&#93;(javascript:alert)"),
        ("[a](/x) [b] [c][d] (e)", "&#91;a&#93;(/x) &#91;b&#93; &#91;c&#93;&#91;d&#93; (e)"),
        ("[ ](https://x.org)", "&#91; &#93;(https&#58;//x.org)"),
        ("# [a](https://x y) [b](https://y.org)", "&#35; &#91;a&#93;(https&#58;//x y) [b](https://y.org)"),
        ("[a](https://x.org", "&#91;a&#93;(https&#58;//x.org"),
        ('[a](http://x.org "t")', '&#91;a&#93;(http&#58;//x.org "t")'),
    ],
)
def test_inline(typed: str, written: str) -> None:
    assert inline(typed) == written


def test_blocks() -> None:
    assert blocks(None) == ()
    assert blocks("- a\n- b\n\n# c\n- 1. d") == (
        Block(Safe("a"), is_bullet=True),
        Block(Safe("b"), is_bullet=True),
        Block(Safe("&#35; c"), (Safe("1&#46; d"),)),
    )


def test_links_that_are_refused_are_found_with_the_reason() -> None:
    typed = "[a](https://x.org) [b](https://localhost)\n- [c](http:x) [d](ftp://x)"
    assert refused_links(typed) == (
        Problem("The link needs the full name of a website, such as https://example.org.", typed="https://localhost"),
        Problem("A link begins with https:// or http://.", typed="http:x"),
    )


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
