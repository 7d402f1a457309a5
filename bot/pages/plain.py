"""The words of a line of Markdown, as its readers see them: links without their URLs, emphasis without its marks."""

import html
import re

from bot.events.event import Link

_IMAGE = re.compile(r"!\[([^\[\]]*)\]\([^()]*\)")
_LINK = re.compile(
    r"\[([^\[\]]*)\]\([ \t]*<?((?:[^()\s<>]|\([^()\s]*\))*)>?(?:[ \t]+[\"'][^\"'()]*[\"'])?[ \t]*\)(?:\{:[^{}]*\})?"
)
_REFERENCE = re.compile(r"\[([^\[\]]+)\](?:\[[^\[\]]*\])?")
_AUTOLINK = re.compile(r"<(https?://[^<>\s]*)>")
_ANCHOR = re.compile(
    r"<a\b[^<>]*\bhref[ \t]*=[ \t]*[\"']?(https?://[^\"'<>\s]+)[^<>]*>([^<>]*)</a[ \t]*>", re.IGNORECASE
)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>|<!--[^<]*?-->")
_ATTRIBUTES = re.compile(r"\{[:#][^{}]*\}|\{%[^{}%]*%\}")
_EMPHASIS = re.compile(r"\*+|~~+|(?<!\w)_+(?=\S)|(?<=\S)_+(?!\w)|`+")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_SPACE = re.compile(r"\s+")


def plain(markdown: str) -> str:
    """Return the words of one line of Markdown, on one line, without white space around."""
    text = _ESCAPE.sub(lambda found: f"&#{ord(found[1])};", markdown) if "\\" in markdown else markdown
    if "<" in text:
        text = _TAG.sub("", _AUTOLINK.sub(r"\1", text))
    if "[" in text:
        text = _REFERENCE.sub(r"\1", _LINK.sub(r"\1", _IMAGE.sub(r"\1", text)))
    if "{" in text:
        text = _ATTRIBUTES.sub("", text)
    text = _EMPHASIS.sub("", text)
    if "&" in text:
        text = html.unescape(text)
    return _SPACE.sub(" ", text).strip()


def links(markdown: str) -> tuple[Link, ...]:
    """Find the links to web pages in a text, each URL once, in their order, with the words that they stand under."""
    found: list[tuple[int, str, str]] = []
    for pattern, label_group, url_group in ((_LINK, 1, 2), (_ANCHOR, 2, 1), (_AUTOLINK, 1, 1)):
        found += [(match.start(), match[label_group], match[url_group]) for match in pattern.finditer(markdown)]
    unique: dict[str, str] = {}
    for _, label, url in sorted(found):
        target = html.unescape(url)
        if target.lower().startswith(("http://", "https://")):
            unique.setdefault(target, plain(label) or target)
    return tuple(Link(label=label, url=url) for url, label in unique.items())
