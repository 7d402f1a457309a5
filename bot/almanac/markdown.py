"""The only place where text becomes Markdown or the address of a link.

Text from strangers meets Liquid, kramdown and GitHub's own Markdown. Backslashes, code fences and `{% raw %}` each fail
one of them; a decimal character reference (`&#123;`) means the character itself to all of them, and markup to none. So
every character that could begin markup where it is becomes one, and no other character is touched: plain prose stays as
it was typed. What is `Safe` is left alone.
"""

import re

from almanac.patterns import regex
from almanac.urls import check_url

_LINE_BREAKS = regex(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
_CONTROLS = regex(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")
# Emphasis, code, links, HTML, tables, maths, attribute lists and Liquid begin with one of these. An ampersand is one
# only where it could begin a reference. GitHub makes links of a bare `https://` and `www.`.
# Jekyll's typographer makes dashes of `--` and `---` and one character of `...`, so the second of a run is a reference.
_MARKUP = regex(r"[\\`*_^{}\[\]<>|$~]|&(?=[A-Za-z0-9_:#])|:(?=//)|(?<=[wW]{3})\.|(?<=-)-|(?<=\.)\.")
_HARMLESS = regex(r"[A-Za-z0-9 ,?()]*")
_NOT_PLAIN = regex(r"[^\w ,.:+;/\u2013\u2014-]|_|:(?=/)|(?<=-)-|(?<=\.)\.")
_IN_RUN = regex(r"(?:(?<=-)|(?<=&#45;))&#45;|(?:(?<=\.)|(?<=&#46;))&#46;")
_OUTSIDE_PATH = regex(rb"[^A-Za-z0-9\-._~/]")
_FIRST = regex(r"\A(?:[#+\-=:]|[0-9]+[.)])")
_JOINT = regex(r"[!&]\Z")
_BANG = regex(r"!\Z")
# What holds one of these cannot be written between backticks: Liquid and tables see into code, whatever looks for tags
# on a page does, and kramdown takes a backtick before tildes for the beginning of a fence.
_NOT_IN_CODE = regex(r"[`{}|<]|\A[ ~]|[ ]\Z|\A\Z")


class Safe(str):
    """Markdown that is done: whatever was typed in it is escaped already."""

    __slots__ = ()


def _reference(found: re.Match[str]) -> str:
    return "".join(char if char.isdigit() else f"&#{ord(char)};" for char in found[0])


def text(value: str) -> Safe:
    """Escape a text within a line.

    Line breaks become spaces, and controls and halves of characters go, as a record edited by hand may hold anything:
    a value can never begin a line of its own.
    """
    if isinstance(value, Safe):
        return value
    if _HARMLESS.fullmatch(value):  # as most are
        return Safe(value)
    return Safe(_MARKUP.sub(_reference, _CONTROLS.sub("", _LINE_BREAKS.sub(" ", value))))


def in_tag(value: str) -> Safe:
    """Escape a text within a tag, which some renderers read as Markdown and others as HTML: no mark is left in it."""
    return Safe(_NOT_PLAIN.sub(_reference, _CONTROLS.sub("", _LINE_BREAKS.sub(" ", value))))


def heading(value: str) -> Safe:
    """Escape a text that ends a heading: a closing run of `#` would vanish there."""
    if isinstance(value, Safe):
        return value
    return Safe(_closed(text(value)))


def _closed(written: str) -> str:
    written = written.rstrip(" \t")
    words = written.rstrip("#")
    return words + "&#35;" * (len(written) - len(words))


def item(value: str) -> Safe:
    """Escape a text that begins a list item or a line, where `#`, `-`, `1.` and the like have a meaning."""
    if isinstance(value, Safe):
        return value
    return Safe(_FIRST.sub(_reference, text(value).lstrip(" \t")))


def anywhere(value: str) -> Safe:
    """Escape a text for every position within a line at once, for a template that does not say where it is.

    An exclamation mark or an ampersand at its end is escaped too: the template may go on with `[` or with `amp;`.
    """
    if isinstance(value, Safe):
        return value
    return Safe(_JOINT.sub(_reference, _closed(item(value))))


def link(label: str, url: str, before: str = "") -> Safe:
    """Write a link, together with the text before it: an exclamation mark at its end would make an image of the link.

    Raises:
        RefusedUrl: A page may not link there.
    """
    return Safe(f"{_BANG.sub(_reference, text(before))}[{text(label)}]({address(url)})")


def code(value: str) -> Safe:
    """Write inline code: between backticks, where no character can be escaped, or else within a tag."""
    kept = _CONTROLS.sub("", _LINE_BREAKS.sub(" ", value))
    return Safe(f"<code>{text(kept)}</code>" if _NOT_IN_CODE.search(kept) else f"`{kept}`")


def address(url: str) -> Safe:
    """Return a URL as it may be put into a link's brackets, or into an attribute.

    Markdown that is safe is not let off here: escaped text is harmless to read, and may still be `javascript:...`.

    Raises:
        RefusedUrl: A page may not link there.
    """
    return Safe(check_url(url))


def href(url: str) -> Safe:
    """Return a URL as it may be put into an attribute of HTML, where a bare `&copy` at its end is another character.

    Raises:
        RefusedUrl: A page may not link there.
    """
    return Safe(check_url(url).replace("&", "&amp;"))


def path(value: str) -> Safe:
    """Return the path of a file of the site as it may be put into a link's brackets, or into an attribute."""
    data = value.lstrip("/").encode(errors="replace")
    return Safe(_OUTSIDE_PATH.sub(lambda found: f"%{found[0][0]:02X}".encode(), data).decode())


def formerly(written: str) -> str:
    """Return Markdown as it was written while runs of hyphens and dots were not escaped: older sections have it so."""
    return _IN_RUN.sub(lambda found: chr(int(found[0][2:-1])), written)


def fence(value: str, language: str = "text") -> str:
    """Put a text into a code fence that is one backtick longer than the longest run within it.

    For comments on GitHub, where a fence stops mentions, references and Markdown. (It does not stop Liquid: a page
    never gets a fence.)
    """
    shown = _CONTROLS.sub("", re.sub(r"\r\n?", "\n", value))
    marks = "`" * max(3, 1 + max(map(len, re.findall("`+", shown)), default=0))
    return f"{marks}{language}\n{shown}\n{marks}"
