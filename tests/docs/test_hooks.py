"""What the site does to the pages as they are written for GitHub."""

from types import SimpleNamespace
from typing import cast

import pytest
from almanac import PROJECT
from mkdocs.exceptions import PluginError
from mkdocs.structure.pages import Page

from website.hooks import on_page_markdown, on_post_page, on_post_template


def page(path: str = "a.md") -> Page:
    return cast("Page", SimpleNamespace(file=SimpleNamespace(src_uri=path)))


@pytest.mark.parametrize(
    ("path", "written", "shown"),
    [
        ("a.md", "[x](../action.yml)", f"[x]({PROJECT}/blob/main/action.yml)"),
        ("a.md", "[x](../templates/messages)", f"[x]({PROJECT}/tree/main/templates/messages)"),
        ("a.md", "[x](../SECURITY.md#y)", f"[x]({PROJECT}/blob/main/SECURITY.md#y)"),
        ("howto/a.md", "[x](../../action.yml)", f"[x]({PROJECT}/blob/main/action.yml)"),
        ("howto/a.md", "[x](../form.md#y)", "[x](../form.md#y)"),
        ("a.md", "`[x](../action.yml)`", "`[x](../action.yml)`"),
        ("a.md", "```\n[x](../action.yml)\n```", "```\n[x](../action.yml)\n```"),
        ("a.md", "![x](images/y.webp)", "![x](images/y.webp#only-light)\n![x](images/y-dark.webp#only-dark)"),
        ("a.md", r"| `a \| b` | c |", "| `a | b` | c |"),
    ],
)
def test_pages_read_on_the_site_as_on_github(path: str, written: str, shown: str) -> None:
    assert on_page_markdown(written, page(path)) == shown


@pytest.mark.parametrize(
    ("html", "fetched"),
    [
        ('<script src="https://cdn.example/x.js">', True),
        ('<img alt="x" src="http://example.org/x.png">', True),
        ('<link rel="stylesheet" href="https://fonts.example/x.css">', True),
        ('<link rel="canonical" href="https://example.org/">', False),
        ('<a href="https://example.org/">', False),
        ('<img src="images/x.png"><a href="https://example.org/">', False),
    ],
)
def test_a_page_that_readers_would_complete_from_elsewhere_is_refused(html: str, fetched: bool) -> None:
    if fetched:
        with pytest.raises(PluginError, match="from elsewhere"):
            on_post_page(html, page())
    else:
        assert on_post_page(html, page()) == html


def test_the_search_has_a_name_on_every_page() -> None:
    html = '<div data-md-component="search" role="dialog">'
    assert on_post_page(html, page()) == on_post_template(html) == f'{html[:-1]} aria-label="Search">'
