"""Markdown as GitHub shows it in issues and comments, as HTML that does nothing: the playground's pages hold it.

A Markdown library renders it, and an HTML sanitizer takes out whatever GitHub's own takes out, and more.
"""

import re
from functools import cache, lru_cache

import nh3
from markdown_it import MarkdownIt

from almanac.patterns import regex

_TAGS = {
    *("a", "b", "blockquote", "br", "code", "del", "details", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i"),
    *("kbd", "li", "ol", "p", "pre", "s", "strong", "sub", "summary", "sup", "table", "tbody", "td", "th", "thead"),
    *("tr", "ul"),
}
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}, "td": {"align"}, "th": {"align"}}
_LONGEST_WORD = 2_000
"""So many characters without a space may be searched for bare addresses: that takes time with the square of them."""
_LONG_WORD = regex(rf"\S{{{_LONGEST_WORD + 1}}}")
_FRONT_MATTER = regex(r"\A---\n.*?^---\n", re.DOTALL | re.MULTILINE)


@lru_cache(maxsize=300)  # a page shows them all again at each look
def comment_html(text: str) -> str:
    """Render an issue's text, or a comment: line breaks count, as GitHub has it there."""
    return _rendered(text, breaks=True)


def page_html(text: str) -> str:
    """Render a page of the site, as far as that goes without what builds it."""
    return _rendered(_FRONT_MATTER.sub("", text, count=1), breaks=False)


def _rendered(text: str, *, breaks: bool) -> str:
    return _clean(_parser(breaks=breaks, linkify=not _LONG_WORD.search(text)).render(text))


@cache
def _parser(*, breaks: bool, linkify: bool) -> MarkdownIt:
    parser = MarkdownIt("gfm-like", {"html": True, "breaks": breaks, "linkify": linkify})
    return parser if linkify else parser.disable("linkify")


def _clean(html: str) -> str:
    return str(nh3.clean(html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes={"http", "https", "mailto"}))
