"""A page as lines: where each begins, and which of them a reader of the built page sees as Markdown.

The words of a line of Markdown, as its readers see them: links without their URLs, emphasis without its marks.

The hash by which a record knows its section again.
"""

import hashlib
import html
import re
from dataclasses import dataclass

from almanac.event.model import Link

# kramdown ends a line at a lone CR too, so a page is cut there as well.
_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")
_FENCE = re.compile(r"(?:[ \t]*[-*+][ \t]+|[ \t]*)(`{3,}|~{3,})([^`]*)\Z")
_CODE_SPAN = re.compile(r"`[^`]*`")
_LOOP_TAG = re.compile(r"\{%-?[ \t]*(end)?(?:for|tablerow)\b")
_CLOSERS = {
    "<!--": re.compile(r"-->"),
    **{f"<{tag}": re.compile(rf"</{tag}[ \t]*>", re.IGNORECASE) for tag in ("pre", "script", "style", "textarea")},
    "{::comment": re.compile(r"\{:/(?:comment)?\}"),
    **{tag: re.compile(rf"\{{%-?[ \t]*end{tag}\b") for tag in ("comment", "highlight", "for", "tablerow")},
}
_OPENER = re.compile(
    r"<!--|<(?:pre|script|style|textarea)\b|\{::comment(?=\})|\{%-?[ \t]*(comment|highlight|for|tablerow)\b",
    re.IGNORECASE,
)
_CLOSING = re.compile(r"-->|</|\{:/|\{%")
_LOOPS = ("for", "tablerow")


@dataclass(frozen=True)
class Lines:
    """The lines of a page.

    Attributes:
        texts: Each line without its end.
        offsets: Where each line begins in the page, and, as one more, the page's length.
        visible: Whether the line is Markdown of the page's own: not front matter, code in a fence, a comment, or what
            a Liquid loop repeats.
        newline: The line end that most lines have.
        loops: The Liquid loops on the page, each as its whole text.
    """

    texts: list[str]
    offsets: list[int]
    visible: list[bool]
    newline: str
    loops: tuple[str, ...]

    def end(self, index: int) -> int:
        """Return where the line's text ends in the page; its line end does not count."""
        return self.offsets[index] + len(self.texts[index])

    def blank(self, index: int) -> bool:
        """Tell whether the line is empty or holds nothing but white space."""
        return not self.texts[index].strip()


def newline_of(text: str) -> str:
    """Return the line end that most lines of a text have; LF where it has none."""
    crlf = text.count("\r\n")
    counts = {"\n": text.count("\n") - crlf, "\r\n": crlf, "\r": text.count("\r") - crlf}
    return max(counts, key=lambda end: counts[end])


def with_newline(text: str, newline: str) -> str:
    """Give every line of a text the same line end."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
    return plain if newline == "\n" else plain.replace("\n", newline)


def cut_lines(page: str) -> Lines:
    """Cut a page into lines, in time linear in its length."""
    whole = _LINE.findall(page)
    texts = [line.rstrip("\r\n") for line in whole]
    offsets = [0]
    for line in whole:
        offsets.append(offsets[-1] + len(line))
    visible, loops = _visible(texts)
    return Lines(texts, offsets, visible, newline_of(page), tuple("\n".join(texts[a:b]) for a, b in loops))


def front_matter(texts: list[str]) -> int:
    """Return how many lines the front matter takes, its two rules counted; 0 where a page has none."""
    if texts and texts[0].removeprefix("\ufeff").rstrip() == "---":
        for index in range(1, len(texts)):
            if texts[index].rstrip() in ("---", "..."):
                return index + 1
    return 0


def _visible(texts: list[str]) -> tuple[list[bool], list[tuple[int, int]]]:
    """Tell of each line whether it is visible, and from which line to which the loops go."""
    visible = [False] * len(texts)
    loops: list[tuple[int, int]] = []
    fences, closers = _fences(texts), _last_closers(texts)
    index = front_matter(texts)
    while index < len(texts):
        text = texts[index]
        if index in fences:
            index = fences[index]
            continue
        visible[index] = True
        opener, looped = _opened(text) if "<" in text or "{" in text else (None, False)
        start = index
        index += 1
        if opener in _LOOPS:
            index = _after_loop(texts, start)
        elif opener and closers.get(opener, -1) > start:
            index = next(line for line in range(index, len(texts)) if _CLOSERS[opener].search(texts[line])) + 1
        if looped:
            visible[start] = False
            loops.append((start, index))
    return visible, loops


def _fences(texts: list[str]) -> dict[int, int]:
    """Map the first line of each block of fenced code to the line after it.

    As for kramdown, a fence that nothing closes is text.
    """
    found = [(index, *_FENCE.match(text).groups()) for index, text in enumerate(texts) if _is_fence(text)]  # type: ignore[union-attr]
    longest = {"`": 0, "~": 0}
    can_close: list[int] = []
    for _, run, info in reversed(found):
        can_close.append(longest[run[0]])
        if not info.strip():
            longest[run[0]] = max(longest[run[0]], len(run))
    can_close.reverse()
    blocks: dict[int, int] = {}
    opened: tuple[int, str] | None = None
    for (index, run, info), longest_after in zip(found, can_close, strict=True):
        if opened is None and longest_after >= len(run):
            opened = (index, run)
        elif opened and run.startswith(opened[1]) and not info.strip():
            blocks[opened[0]] = index + 1
            opened = None
    return blocks


def _is_fence(text: str) -> bool:
    return ("```" in text or "~~~" in text) and _FENCE.match(text) is not None


def _last_closers(texts: list[str]) -> dict[str, int]:
    """Find the last line that closes each kind of block: an opener below it opens nothing."""
    last: dict[str, int] = {}
    for index, text in enumerate(texts):
        if _CLOSING.search(text):
            last.update({kind: index for kind, closer in _CLOSERS.items() if closer.search(text)})
    return last


def _opened(text: str) -> tuple[str | None, bool]:
    """Return the kind of the block that a line opens and leaves open, and whether a loop begins on it."""
    text = _CODE_SPAN.sub("", text)
    end, looped = 0, False
    while opener := _OPENER.search(text, end):
        kind = (opener[1] or opener[0]).lower()
        looped = looped or kind in _LOOPS
        closer = _CLOSERS[kind].search(text, opener.end())
        if closer is None:
            return kind, looped
        end = closer.end()
    return None, looped


def _after_loop(texts: list[str], start: int) -> int:
    """Return the line after the loop that begins on a line, loops within it counted."""
    depth = 0
    for index in range(start, len(texts)):
        for tag in _LOOP_TAG.finditer(texts[index]):
            depth += -1 if tag[1] else 1
        if depth <= 0:
            return index + 1
    return len(texts)


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


def fingerprint(section: str) -> str:
    """Return the SHA-256 of a section's UTF-8, in hex: a record's `rendered`."""
    return hashlib.sha256(section.encode("utf-8", "surrogatepass")).hexdigest()


def fingerprints(section: str) -> tuple[str, str, str]:
    """Return the fingerprints that a section may be known by: as it stands, with LF and with CRLF.

    Git may have changed the line ends of a whole page on its way; that is no edit.
    """
    return fingerprint(section), fingerprint(with_newline(section, "\n")), fingerprint(with_newline(section, "\r\n"))
