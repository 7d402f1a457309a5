"""Typed text as a value of a site's own keys: a layout that prints it raw shows it, and does nothing else.

Layouts print `{{ page.title }}` into HTML, into an attribute, through `markdownify`, and into Markdown as the words of
a link; a spreadsheet opens a file of rows. What could act there is written as a decimal character reference, which all
layouts show as the character. All else stays as it was typed: people read these files, and some layouts escape once
more.
"""

import html
import re

from almanac.patterns import regex
from almanac.urls import RefusedUrl, check_url

# The word joiner is among them, so that it means one thing only in a value.
_CONTROLS = regex(r"[\x00-\x08\x0e-\x1b\x1f\x7f\u2060\ud800-\udfff]")
_LINE_BREAKS = regex(r"\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
# Tags, quotes of attributes, links, attribute lists and Liquid begin with one of these, and formulas with two dollars.
_ACTS = regex(r'[<>"\\\[\]{]|&(?=#|[\w:.-]{1,40};)|&\w{2,10}|\$(?=\$)|(?<=\$)\$')
# In an attribute with single quotes, or without any, these two can begin another attribute.
_ACTS_WITH_EQUALS = regex(_ACTS.pattern + "|['=]")
_SCHEME = regex(r"\A[\x00-\x20]*(?:javascript|vbscript|data)(?=[\x00-\x20]*:)", re.IGNORECASE)
# What a spreadsheet may work out where it opens a file of rows: a call, or a command of another program. With an equals
# sign that acts already. A list in Markdown, of several lines, begins with a space after its mark.
_FORMULA = regex(r"\A[+\-@](?![ ][^\n]*\n)(?=[^(|!]*[(|!])")
_GAP = "&#8288;"  # the word joiner, which shows as nothing; no typed text has one


def cleaned(text: str) -> str:
    """Return a text without controls, and with LF for every line end: a record edited by hand may hold anything."""
    return _CONTROLS.sub("", _LINE_BREAKS.sub("\n", text))


def inert(text: str) -> str:
    """Return a text as every layout may print it. An address that pages may link to is left alone."""
    if is_address(text):
        return text
    acts = _ACTS_WITH_EQUALS if "=" in text else _ACTS
    written = acts.sub(_reference, text)
    written = f"&#{ord(text[0])};{written[1:]}" if _FORMULA.match(text) else written
    scheme = _SCHEME.match(written)
    return written[: scheme.end()] + _GAP + written[scheme.end() :] if scheme else written


def _reference(found: re.Match[str]) -> str:
    """Write a character as a reference; an ampersand only where it begins one, with or without a semicolon."""
    if len(found[0]) > 1 and html.unescape(found[0]) == found[0]:
        return found[0]
    return f"&#{ord(found[0][0])};{found[0][1:]}"


def is_address(text: str) -> bool:
    """Tell whether a text is an address as Almanac writes one."""
    try:
        return check_url(text) == text
    except RefusedUrl:
        return False


def quotes_inert(markdown: str) -> str:
    """Return Markdown that is escaped already as an attribute may hold it, too."""
    return markdown.replace('"', "&#34;").replace("'", "&#39;") if '"' in markdown or "=" in markdown else markdown


def as_typed(value: str) -> str:
    """Return the text that a value of a key shows."""
    return value if is_address(value) else html.unescape(value).replace("\u2060", "")
