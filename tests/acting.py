"""What GitHub would act on in a comment or a pull request: an oracle over the HTML that its Markdown gives.

GitHub renders with cmark-gfm, line breaks kept, and then looks through the text outside of code and links.
"""

import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

from tests.tools import need_extra

_IGNORED = {"code", "pre", "tt", "a", "style", "script"}
_VOID = {"br", "hr", "img", "input", "wbr"}
_SANITIZED_AWAY = {"script", "style", "iframe", "form", "svg", "object", "embed", "link", "meta", "base"}
_IN_TEXT = {
    "mention": re.compile(r"(?<![\w/`])@[A-Za-z0-9][A-Za-z0-9-]*(?:/[\w.-]+)?"),
    "reference": re.compile(r"(?<![\w&])(?:[\w.-]+/[\w.-]+|[\w-]+)?#\d+|\bGH-\d+", re.IGNORECASE),
    "commit": re.compile(r"\b(?:[\w.-]+/[\w.-]+@|[\w-]+@)?[0-9a-f]{7,40}\b"),
    "address": re.compile(r"\b(?:https?|ftp)://[^\s<]|\bwww\.[A-Za-z0-9]"),
    "emoji": re.compile(r":[a-z][a-z0-9_+-]*:"),
}
_CROSS_LINKED = re.compile(r"/[^/]+/[^/]+/(?:issues|pull|pulls|discussions|commit|commits)/[0-9a-f]+")
_BOX = re.compile(r"\[[ xX]\](?:\s|$)")
_CLOSING = re.compile(r"\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)\b:?\s*$", re.IGNORECASE)


def github_html(markdown: str) -> str:
    """Render a comment as GitHub does before it looks through the text."""
    need_extra("test", "cmarkgfm")
    from cmarkgfm import cmark, markdown_to_html_with_extensions  # noqa: PLC0415 - where it is installed

    options = cmark.Options.CMARK_OPT_UNSAFE | cmark.Options.CMARK_OPT_HARDBREAKS
    extensions = ["table", "strikethrough", "autolink", "tasklist"]
    return str(markdown_to_html_with_extensions(markdown, options, extensions))


def acting(markdown: str) -> list[str]:
    """Name everything in a comment that GitHub would act on: `mention: @ada`."""
    reader = _Reader()
    reader.feed(github_html(markdown))
    reader.close()
    reader.end_text()
    return reader.found


def shown_text(markdown: str) -> str:
    """Return the text that a reader of a comment sees, code included."""
    reader = _Reader()
    reader.feed(github_html(markdown))
    reader.close()
    return "".join(reader.text).replace("\u200b", "")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.pending = ""
        self.before = ""
        self.item_starts = False
        self.found: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.end_text()
        given = dict(attrs)
        if tag == "img":
            self.found.append(f"image: {given.get('src')}")
        if tag == "input":
            self.found.append("task box")
        if tag in _SANITIZED_AWAY:
            self.found.append(f"element: {tag}")
        if tag == "a":
            self.link(given.get("href") or "")
        self.item_starts = tag == "li" or (self.item_starts and tag == "p")
        if tag not in _VOID:
            self.open.append(tag)

    def link(self, href: str) -> None:
        parts = urlsplit(href)
        if parts.scheme not in ("http", "https", ""):
            self.found.append(f"scheme: {href}")
        elif _CROSS_LINKED.match(parts.path):
            self.found.append(f"cross-link: {href}")
            if _CLOSING.search(self.before):
                self.found.append(f"closes: {href}")

    def handle_endtag(self, tag: str) -> None:
        self.end_text()
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        self.pending += data
        self.text.append(data)

    def end_text(self) -> None:
        text, self.pending = self.pending, ""
        if not text.strip() or _IGNORED & {*self.open}:
            return
        if self.item_starts and _BOX.match(text.lstrip()):
            self.found.append("task box")
        self.item_starts = False
        for kind, pattern in _IN_TEXT.items():
            for one in pattern.finditer(text):
                self.found.append(f"{kind}: {one[0]}")
                if kind == "reference" and _CLOSING.search(text[: one.start()]):
                    self.found.append(f"closes: {one[0]}")
        self.before = text
