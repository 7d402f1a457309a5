"""Markdown as GitHub shows it in issues and comments, as HTML that does nothing: the playground's pages hold it.

A Markdown library renders it, and an HTML sanitizer takes out whatever GitHub's own takes out, and more.
"""

import re
from functools import cache

import nh3
from markdown_it import MarkdownIt

_TAGS = {
    *("a", "b", "blockquote", "br", "code", "del", "details", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i"),
    *("kbd", "li", "ol", "p", "pre", "s", "strong", "sub", "summary", "sup", "table", "tbody", "td", "th", "thead"),
    *("tr", "ul"),
}
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}, "td": {"align"}, "th": {"align"}}
_FRONT_MATTER = re.compile(r"\A---\n.*?^---\n", re.DOTALL | re.MULTILINE)


def comment_html(text: str) -> str:
    """Render an issue's text, or a comment: line breaks count, as GitHub has it there."""
    return _clean(_parser(breaks=True).render(text))


def page_html(text: str) -> str:
    """Render a page of the site, as far as that goes without what builds it."""
    return _clean(_parser(breaks=False).render(_FRONT_MATTER.sub("", text, count=1)))


@cache
def _parser(*, breaks: bool) -> MarkdownIt:
    return MarkdownIt("gfm-like", {"html": True, "breaks": breaks, "linkify": True})


def _clean(html: str) -> str:
    return str(nh3.clean(html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes={"http", "https", "mailto"}))
