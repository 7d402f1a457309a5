"""A description as HTML: its own marks become tags, and nothing else that was typed does."""

import re

import pytest
from almanac.entries.inhtml import html

from tests.hostile import HOSTILE_TEXTS


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("Hello **all** of\n_you_ `a<b`", "<p>Hello <strong>all</strong> of<br><em>you</em> <code>a&#60;b</code></p>"),
        ("One.\n\n> Two.", "<p>One.</p>\n<blockquote><p>Two.</p></blockquote>"),
        (
            "- a\n- b\n  - c\n\n1. d",
            "<ul>\n<li>a</li>\n<li>b<ul>\n<li>c</li>\n</ul></li>\n</ul>\n<ol>\n<li>d</li>\n</ol>",
        ),
        ("[it](https://x.org/?a=1&b=2)", '<p><a href="https://x.org/?a=1&#38;b=2">it</a></p>'),
        ("[it](javascript:alert(1))", "<p>[it](javascript:alert(1))</p>"),
        ("{{ site }} <b> & x", "<p>&#123;&#123; site &#125;&#125; &#60;b&#62; &#38; x</p>"),
    ],
)
def test_what_is_written(typed: str, written: str) -> None:
    assert html(typed) == written


_OURS = re.compile(r'</?(?:p|ul|ol|li|em|strong|code|blockquote)>|<br>|<a href="https?://[^"<>{}]*">|</a>')


@pytest.mark.parametrize("typed", HOSTILE_TEXTS)
def test_no_typed_character_is_markup(typed: str) -> None:
    assert not re.search('[<>{}"]', _OURS.sub("", html(typed)))
