"""The canonical form: what is the same to a reader, and what is not."""

import pytest
from almanac.page.canonical import canonical, is_known, says_same, sense
from almanac.page.lines import fingerprint

from tests.page.formatted import FORMATTERS
from tests.page.house import FULL, render

SAME = [
    ("- a", "* a"),
    ("- a\n    * b\n    * c", "+ a\n\n  - b\n\n  - c"),
    ("### A", "###  A ###"),
    ("A\n===", "# A"),
    ("a\nb", "a b  "),
    ("a  \nb", "a\\\nb"),
    ("a<br>b", "a<br />b"),
    ("*a* **b** ~~c~~", "_a_ __b__ ~~c~~"),
    ("a\\_b &#123; &amp;", "a_b { &"),
    ("https&#58;//example.org", "<https://example.org>"),
    ("[https://example.org](https://example.org)", "https://example.org"),
    ("[a ](https://example.org/ü 'x')", '[a](<https://example.org/%C3%BC> "x")'),
    ("![a](b.png)", "![a](<b.png>)"),
    ("a\u00a0b", "a&nbsp;b"),
    ("a\r\n\r\nb", "a\n\n\nb"),
    ("1. a\n2. b", "1. a\n1. b"),
    ("```\nx = 1  \n```", "    x = 1"),
    ("> a\n\n***", "> a\n---".replace("\n", "\n\n")),
    ("|a|b|\n|-|:-:|\n|1|2|", "| a   |  b  |\n| --- | :-: |\n| 1   |  2  |"),
    ("| Nov 8 | *Owls* |", "| Nov 8    | _Owls_ |     |"),
    ("  Nov 8 | Owls |", "| Nov 8 | Owls |"),
    ("<div\n  a>", "<div\na>"),
]
OTHER = [
    ("- a", "a"),
    ("\\- a", "- a"),
    ("\\*a\\*", "*a*"),
    ("## A", "### A"),
    ("- a\n    * b", "- a\n- b"),
    ("a  \nb", "a b"),
    ('"a"', "\u201ca\u201d"),
    ("{{ a }}", "&#123;{ a }}"),
    ("{% a %}", "\\{% a %}"),
    ("a\n{: .b}", "a\n\\{: .b}"),
    ("$$a$$", "\\$\\$a$$"),
    ("<b>a</b>", "&lt;b>a&lt;/b>"),
    ("`a`", "a"),
    ("[a](https://example.org)", "[a](https://example.net)"),
    ("|a|b|\n|-|-|\n|1|2|", "|a|b|\n|-|-:|\n|1|2|"),
    ("| Nov 8 | Owls |", "| Nov 8 | | Owls |"),
    ("1. a", "2. a"),
    ("```\na\n```", "```ruby\na\n```"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_to_a_reader(one: str, other: str) -> None:
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_not_the_same_to_a_reader(one: str, other: str) -> None:
    assert not says_same(one, other)


def test_what_the_parser_would_drop_is_compared_as_it_is() -> None:
    deep = "".join(f"{'  ' * level}- x\n" for level in range(12))
    assert not says_same(deep + "  " * 12 + "- a", deep + "  " * 12 + "- b")


def test_a_section_in_canonical_form_is_known_by_its_bytes_only_while_it_has_them() -> None:
    assert is_known(fingerprint("- a"), "- a")
    assert not is_known(fingerprint("- a"), "* a")
    assert is_known(sense("- a"), "* a")
    assert sense("- a") != fingerprint("- a")
    assert not is_known(None, "- a")


@pytest.mark.parametrize("formatter", FORMATTERS)
def test_a_formatted_section_says_what_the_house_style_says(formatter: str) -> None:
    assert says_same(FORMATTERS[formatter](render(FULL)), render(FULL))
