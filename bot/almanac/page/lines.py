"""A page as lines, and the Markdown within one line: links, a table's cells, and the words that a reader sees.

Everything that looks at a page's text uses these, so that no text is a link in one place and plain words in another.
Also what is done with line ends and whole texts: one cut into lines, one line end for all, the hash of a section.
"""

import hashlib
import html
import re
from dataclasses import dataclass

from almanac.dates import DateHabits, date_habits
from almanac.event.model import Link
from almanac.patterns import regex

MAX_START = 1_000
"""How much of a line can name an event. A longer line is prose, and no line costs more than this to look at."""

CODE = 4
"""By so many columns code is indented, unless it is in a list."""

# A URL in round brackets may hold one pair of them itself, as the addresses of many encyclopaedias do.
_TITLE = r"[\"'][^\"'()]*+[\"'][ \t]*+"
# Liquid may write a part of it, as in `{{ site.baseurl }}/talks.pdf`.
_URL_PART = r"(?>\{\{[^{}()<>\r\n]{0,100}\}\}|[^()\s<>])*+"
URL = rf"{_URL_PART}(?:\([^()\s]*\){_URL_PART})*"
"""The pattern of a link's URL, without groups."""
LINK = regex(
    rf"(?<!!)\[([^\[\]]*)\]"
    rf"\((?:[ \t]*+(?!{_TITLE}\))|(?=[ \t]))<?({URL})>?(?:[ \t]++{_TITLE}|[ \t]*+)\)(?:\{{:[^{{}}]*\}})?"
)
"""A link, as in `[words](url "title"){: .attributes}`: group 1 is its words, group 2 its URL. A picture is none."""
_ITEM_MARK = r"([-*+]|[0-9]{1,9}[.)])([ \t]+)(?:\[[ xX]\][ \t]+)?(?=\S)"
BULLET = regex(rf"([ ]{{0,3}}){_ITEM_MARK}")
"""What begins a list item at the top level, a task's box included: group 2 is its mark."""
ITEM = regex(rf"(?<![ \t])([ \t]*+){_ITEM_MARK}")
"""The same at any level."""

_IMAGE = regex(r"!\[([^\[\]]*)\]\([^()]*(?:\([^()]*\)[^()]*)*\)")
_REFERENCE = regex(r"\[([^\[\]]+)\](?:\[[^\[\]]*\])?")
_AUTOLINK = regex(r"<(https?://[^<>\s]*)>")
_ANCHOR = regex(
    r"<a\b(?>[^<>]*\bhref[ \t]*+=[ \t]*+[\"']?(https?://[^\"'<>\s]++))[^<>]*+>([^<>]*+)</a[ \t]*>", re.IGNORECASE
)
_TAG = regex(r"</?[A-Za-z][^<>]*>|<!--[^<]*?-->")
_ATTRIBUTES = regex(r"\{[:#][^{}]*\}|\{%[^{}%]*%\}")
_EMPHASIS = regex(r"\*+|~~+|(?<!\w)_+(?=\S)|(?<=\S)_+(?!\w)|`+")
_ESCAPE = regex(r"\\([!-/:-@\[-`{-~])")
_SPACE = regex(r"\s+")
_BAR = regex(r"(?<!\\)\|")
_DELIMITER = regex(r"[ ]{0,3}(?=[^-]*-)[|:\-+ \t]+\Z")
_RULE = regex(r"[ ]{0,3}(?:([-*_])(?:[ \t]*\1){2,}[ \t]*\Z|<hr\b[^<>]*>[ \t]*\Z)", re.IGNORECASE)

# kramdown ends a line at a lone CR too, so a page is cut there as well.
_LINE_END = regex(r"\r\n?|\n")
_FENCE = regex(r"(?:[ \t]*[-*+][ \t]+|[ \t]*)(`{3,}|~{3,})([^`]*)\Z")
_CODE_SPAN = regex(r"`[^`]*`")
_LOOPS = ("for", "tablerow")
_LOOP_TAG = regex(r"\{%-?[ \t]*(end)?(?:for|tablerow)\b")
# What opens a block that is no Markdown, and what closes each kind.
_OPENER = regex(
    r"<!--|<(?:pre|script|style|textarea)\b|\{::comment(?=\})|\{%-?[ \t]*(comment|highlight|for|tablerow)\b",
    re.IGNORECASE,
)
_CLOSERS = {
    "<!--": regex(r"-->"),
    **{f"<{tag}": regex(rf"</{tag}[ \t]*>", re.IGNORECASE) for tag in ("pre", "script", "style", "textarea")},
    "{::comment": regex(r"\{:/(?:comment)?\}"),
    **{tag: regex(rf"\{{%-?[ \t]*end{tag}\b") for tag in ("comment", "highlight", *_LOOPS)},
}


@dataclass(frozen=True)
class Lines:
    """The lines of a page.

    A line is visible if it is Markdown of the page's own: not front matter, fenced code, a comment, or what a Liquid
    loop repeats.
    """

    texts: list[str]  # without their ends
    offsets: list[int]  # where each begins in the page, and, as one more, the page's length
    visible: list[bool]
    newline: str  # what most lines have
    loops: tuple[str, ...]  # the whole text of each Liquid loop
    habits: DateHabits  # how its dates are written

    def end(self, index: int) -> int:
        """Return where the line's text ends in the page; its line end does not count."""
        return self.offsets[index] + len(self.texts[index])

    def blank(self, index: int) -> bool:
        return not self.texts[index].strip()


def split_lines(text: str) -> list[str]:
    """Cut a text at its line ends, which are dropped. After a line end at the very end comes one empty line more."""
    return _LINE_END.split(text)


def newline_of(text: str) -> str:
    """Return the line end that most lines of a text have; LF if there is none."""
    crlf = text.count("\r\n")
    counts = {"\n": text.count("\n") - crlf, "\r\n": crlf, "\r": text.count("\r") - crlf}
    return max(counts, key=lambda end: counts[end])


def with_newline(text: str, newline: str) -> str:
    """Give every line of a text the same line end."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
    return unified if newline == "\n" else unified.replace("\n", newline)


def fingerprint(section: str) -> str:
    """Return the SHA-256 of a section's UTF-8, in hex: a record's `rendered`."""
    return hashlib.sha256(section.encode("utf-8", "surrogatepass")).hexdigest()


def fingerprints(section: str) -> tuple[str, str, str]:
    """Return the fingerprints by which a section may be known: as it is, with LF and with CRLF.

    Git may change the line ends of a whole page at a checkout; that is not an edit.
    """
    return fingerprint(section), fingerprint(with_newline(section, "\n")), fingerprint(with_newline(section, "\r\n"))


def cut_lines(page: str, habits: DateHabits | None = None) -> Lines:
    """Cut a page into lines, in time linear in its length; without `habits`, the page's own dates tell them."""
    texts, offsets = [], [0]
    for end in _LINE_END.finditer(page):
        texts.append(page[offsets[-1] : end.start()])
        offsets.append(end.end())
    if offsets[-1] < len(page):
        texts.append(page[offsets[-1] :])
        offsets.append(len(page))
    visible, loops = _visible(texts)
    if habits is None:
        habits = date_habits(text for text, is_visible in zip(texts, visible, strict=True) if is_visible)
    return Lines(texts, offsets, visible, newline_of(page), tuple("\n".join(texts[a:b]) for a, b in loops), habits)


def front_matter(texts: list[str]) -> int:
    """Return how many lines the front matter takes, with its two rules; 0 if the page has none."""
    if texts and texts[0].removeprefix("\ufeff").rstrip() == "---":
        for index in range(1, len(texts)):
            if texts[index].rstrip() in ("---", "..."):
                return index + 1
    return 0


def _visible(texts: list[str]) -> tuple[list[bool], list[tuple[int, int]]]:
    """Tell of each line whether it is visible, and from which line to which the loops go."""
    visible = [False] * len(texts)
    loops: list[tuple[int, int]] = []
    fences = _fences(texts)
    never_closed: set[str] = set()  # below here; so that no second opener of such a kind costs a search
    index = front_matter(texts)
    while index < len(texts):
        if index in fences:
            index = fences[index]
            continue
        start, text = index, texts[index]
        visible[start] = True
        opener, looped = _left_open(text) if "<" in text or "{" in text else (None, False)
        index += 1
        if opener in _LOOPS:
            index = _after_loop(texts, start)
        elif opener and opener not in never_closed:
            closing = (line for line in range(index, len(texts)) if _CLOSERS[opener].search(texts[line]))
            if (last := next(closing, None)) is None:
                never_closed.add(opener)  # and to a browser or to kramdown it opens nothing
            else:
                index = last + 1
        if looped:
            visible[start] = False
            loops.append((start, index))
    return visible, loops


def _fences(texts: list[str]) -> dict[int, int]:
    """Map the first line of each block of fenced code to the line after it.

    To kramdown, a fence that nothing closes is text. So that this needs no search for each fence, the fences are read
    from the end first, to know for each whether one that is long enough to close it comes after it.
    """
    marked = ((index, _FENCE.match(text)) for index, text in enumerate(texts) if "```" in text or "~~~" in text)
    found = [(index, match[1], not match[2].strip()) for index, match in marked if match]
    longest = {"`": 0, "~": 0}
    longest_after: list[int] = []
    for _, run, is_bare in reversed(found):
        longest_after.append(longest[run[0]])
        if is_bare:
            longest[run[0]] = max(longest[run[0]], len(run))
    blocks: dict[int, int] = {}
    opened: tuple[int, str] | None = None
    for (index, run, is_bare), longest_closer in zip(found, reversed(longest_after), strict=True):
        if opened is None and longest_closer >= len(run):
            opened = (index, run)
        elif opened and run.startswith(opened[1]) and is_bare:
            blocks[opened[0]] = index + 1
            opened = None
    return blocks


def _left_open(text: str) -> tuple[str | None, bool]:
    """Return the kind of the block that a line opens and does not close, and whether a loop begins on the line."""
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
    """Return the line after the loop that begins on a line; loops may be nested."""
    depth = 0
    for index in range(start, len(texts)):
        for tag in _LOOP_TAG.finditer(texts[index]):
            depth += -1 if tag[1] else 1
        if depth <= 0:
            return index + 1
    return len(texts)


# ------------------------------------------------------------------------------- within one line


def plain(markdown: str) -> str:
    """Return the words of one line of Markdown as its readers see them: no URLs, no marks, single spaces."""
    text = _ESCAPE.sub(lambda found: f"&#{ord(found[1])};", markdown) if "\\" in markdown else markdown
    if "<" in text:
        text = _TAG.sub("", _AUTOLINK.sub(r"\1", text))
    if "[" in text:
        text = _REFERENCE.sub(r"\1", LINK.sub(r"\1", _IMAGE.sub(r"\1", text)))
    if "{" in text:
        text = _ATTRIBUTES.sub("", text)
    text = _EMPHASIS.sub("", text)
    if "&" in text:
        text = html.unescape(text)
    return _SPACE.sub(" ", text).strip()


def links(markdown: str) -> tuple[Link, ...]:
    """Find the links to web pages in a text, each URL once, in their order, with the words that are shown for them."""
    found: list[tuple[int, str, str]] = []
    for pattern, label_group, url_group in ((LINK, 1, 2), (_ANCHOR, 2, 1), (_AUTOLINK, 1, 1)):
        found += [(match.start(), match[label_group], match[url_group]) for match in pattern.finditer(markdown)]
    unique: dict[str, str] = {}
    for _, label, url in sorted(found):
        target = html.unescape(url)
        if target.lower().startswith(("http://", "https://")):
            unique.setdefault(target, plain(label) or target)
    return tuple(Link(label=label, url=url) for url, label in unique.items())


def indentation(text: str) -> int:
    """Return how many columns a line is indented by; a tab goes to the next multiple of four."""
    return len(text[: len(text) - len(text.lstrip(" \t"))].expandtabs(4))


def is_rule(text: str) -> bool:
    """Tell whether a line is a horizontal rule."""
    return bool(_RULE.match(text))


def is_delimiter(text: str) -> bool:
    """Tell whether a line is the one between a table's head and its rows."""
    return "|" in text and bool(_DELIMITER.match(text))


def raw_cells(row: str) -> list[str]:
    """Return the cells of a table's row with the spaces in them; a row may do without the bars at its ends."""
    parts = _BAR.split(row.strip())
    if not parts[0].strip():
        parts = parts[1:]
    return parts[:-1] if parts and not parts[-1].strip() else parts


def cells(row: str) -> list[str]:
    """Return the words of the cells of a table's row."""
    return [plain(cell) for cell in raw_cells(row[:MAX_START])]
