"""Text and Markdown as GitHub shows them in comments and pull requests, with nothing in them that GitHub would act on.

GitHub looks for mentions, references and addresses in what its Markdown has become, so escaping does not stop it: after
`&#64;` it finds a name all the same. Only another character between the two does, and U+200B is one that nobody sees.
Images, task boxes, raw HTML and links into the site itself are left out or become text.
"""

import html
import re
from collections.abc import Iterable, Sequence
from textwrap import dedent

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from almanac.markdown import address, fence, item
from almanac.markdown import text as escaped
from almanac.page.entries import style_of
from almanac.page.lines import raw_cells, split_lines
from almanac.patterns import regex
from almanac.urls import why_refused

_PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
_APART = "\u200b"
# What a mention, a reference (`#1`, `GH-1`, a commit), an address, a task box or an emoji's name begins with.
_ACTIVE = regex(
    r"(?<!\w)(?P<commit>[0-9A-Fa-f]{7,}+)(?!\w)|[@#]|(?<=[Gg][Hh])-|:(?=//|[\w+-]{1,50}:)|(?<=[Ww]{3})\.|\[(?=[ xX]\])"
)
_TOO_SHORT = 6
"""A commit's name is at least one character longer."""
_CROSS_LINKED = regex(r"https?://[^/]+/[^/]+/[^/]+/(?:issues|pulls?|discussions|commits?)/")
_TAG = regex(r"<!--.*?(?:-->|\Z)|</?[A-Za-z!?][^<>]*>", re.DOTALL)
_BREAK = regex(r"<br\b[^<>]*>", re.IGNORECASE)
# kramdown's attributes (`{: .lead}`), which GitHub does not know. Typed braces are references.
_ATTRIBUTES = regex(r"\{:[^{}\n]*\}")
_TIGHT_INSIDE = regex(r"(?:- |1\. )\S")
_MARKS = {"strong": ("**", "strong"), "em": ("*", "em"), "s": ("~~", "del")}
_LISTS = ("bullet_list", "ordered_list")


def inert(value: str) -> str:
    """Write a text as Markdown for any place within a line."""
    return escaped(_broken(value)).replace(_APART, "&#8203;")


def inert_link(label: str, url: str | None) -> str:
    """Write a text with a link, if it has one that GitHub only links; an address that GitHub would refer to is code."""
    return _linked(inert(label), url or "")


def bold(markdown: str) -> str:
    """Make inert Markdown of one line strong."""
    return _emphasised(markdown, *_MARKS["strong"])


def struck(markdown: str) -> str:
    """Strike inert Markdown of one line out."""
    return _emphasised(markdown, *_MARKS["s"])


def quotation(markdown: str) -> str:
    """Quote Markdown of a page, as GitHub shows it: blocks, links and emphasis as they are, and nothing that acts."""
    return _prefixed("> ", _written(_parsed(markdown)))


def _parsed(markdown: str) -> Sequence[SyntaxTreeNode]:
    text = _ATTRIBUTES.sub("", dedent(markdown.expandtabs(4))).strip("\n")
    if style_of(text).kind == "row" and len(split_lines(text)) == 1:
        # One row makes a table only below a head.
        cells = raw_cells(text)
        rows = (["&#8203;"] * len(cells), ["---"] * len(cells), cells)
        text = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return SyntaxTreeNode(_PARSER.parse(text)).children


def _prefixed(mark: str, text: str) -> str:
    return "\n".join(f"{mark}{line}".rstrip() for line in text.split("\n"))


# ---------------------------------------------------------------- blocks


def _written(nodes: Sequence[SyntaxTreeNode], *, tight: bool = False) -> str:
    written, before = "", ""
    for node in nodes:
        block = _block(node)
        if written and block:
            close = tight and _TIGHT_INSIDE.match(block)
            apart = "\n\n<!-- -->\n\n" if node.type in _LISTS and before in _LISTS else "\n\n"
            written += "\n" if close else apart
        written, before = written + block, node.type if block else before
    return written


def _block(node: SyntaxTreeNode) -> str:
    match node.type:
        case "heading":
            written = f"{'#' * int(node.tag[1:])} {_inside(node)}".rstrip()
        case "bullet_list" | "ordered_list":
            written = _list(node)
        case "blockquote":
            written = _prefixed("> ", _written(node.children))
        case "table":
            written = _table(node)
        case "fence" | "code_block":
            written = fence(node.content.removesuffix("\n"))
        case "hr":
            written = "***"
        case "html_block":
            written = _first(" ".join(html.unescape(_TAG.sub(" ", node.content)).split()))
        case _:
            written = _inside(node)
    return written


def _list(node: SyntaxTreeNode) -> str:
    number = int(node.attrs.get("start", 1)) if node.type == "ordered_list" else None
    tight = all(child.hidden for one in node.children for child in one.children if child.type == "paragraph")
    items = []
    for place, one in enumerate(node.children):
        mark = "- " if number is None else f"{number + place}. "
        lines = _written(one.children, tight=tight).replace("\n", "\n" + " " * len(mark))
        items.append(f"{mark}{lines}".rstrip())
    return ("\n" if tight else "\n\n").join(items)


def _table(node: SyntaxTreeNode) -> str:
    rows = [[_inside(cell, in_row=True) for cell in row.children] for part in node.children for row in part.children]
    rows.insert(1, ["---"] * len(rows[0]))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


# ---------------------------------------------------------------- what is in a line


def _inside(node: SyntaxTreeNode, *, in_row: bool = False) -> str:
    """Write the one line that a heading, a paragraph or a cell holds."""
    return "".join(_line(child.children, in_row=in_row, first=True) for child in node.children)


def _line(nodes: Iterable[SyntaxTreeNode], *, in_row: bool, first: bool = False) -> str:
    """Write the pieces of a line. What stands side by side once tags are gone is one text, as it is for GitHub."""
    written, text = "", ""
    for node in nodes:
        said = _said(node)
        if said is not None:
            text += said
            continue
        written += _first(text) if first and not written else inert(text)
        if node.type == "link" and written.endswith("!"):
            written = f"{written[:-1]}&#33;"  # it would make an image of the link
        written, text = written + _marked_up(node, in_row=in_row), ""
    return written + (_first(text) if first and not written else inert(text))


def _said(node: SyntaxTreeNode) -> str | None:
    """Return what a piece comes to as plain text; None for what is more than that."""
    match node.type:
        case "text":
            return node.content
        case "softbreak":
            return " "
        case "image":
            return f"(image: {alt})" if (alt := node.content.strip()) else "(image)"
        case "html_inline":
            return None if _BREAK.match(node.content) else ""
        case _:
            return None


def _marked_up(node: SyntaxTreeNode, *, in_row: bool) -> str:
    match node.type:
        case "code_inline":
            return code_span(node.content, in_row=in_row)
        case "hardbreak" | "html_inline":
            return "<br>"
    inner, url = _line(node.children, in_row=in_row), str(node.attrs.get("href", ""))
    if not inner or (node.type == "link" and why_refused(url)):
        return f"&#8203;{inner}&#8203;"  # without its marks, it must not be one word with what is beside it
    return _linked(inner, url) if node.type == "link" else _emphasised(inner, *_MARKS[node.type])


def _emphasised(inner: str, mark: str, tag: str) -> str:
    """Mark a text. One that begins or ends with other characters than a word may not be read as marked: a tag is."""
    is_plain = inner[:1].isalnum() and inner[-1:].isalnum()
    return f"{mark}{inner}{mark}" if is_plain else f"<{tag}>{inner}</{tag}>"


def code_span(value: str, *, in_row: bool = False) -> str:
    """Write a text of one line as code; within a row of a table, a bar has to be escaped even there."""
    marks = "`" * (1 + max(map(len, re.findall("`+", value)), default=0))
    pad = " " if value.startswith("`") or value.endswith("`") else ""
    return f"{marks}{pad}{value.replace('|', chr(92) + '|') if in_row else value}{pad}{marks}"


def _linked(inner: str, url: str) -> str:
    if why_refused(url):
        return inner
    if not _CROSS_LINKED.match(url.lower()):
        return f"[{inner}]({address(url)})"
    return code_span(address(url)) if inner == inert(url) else f"{inner} ({code_span(address(url))})"


def _first(value: str) -> str:
    """Write a text that begins a line, where `#`, `-`, `1.` and the like have a meaning."""
    return item(_broken(value)).replace(_APART, "&#8203;")


def _broken(value: str) -> str:
    return _ACTIVE.sub(_apart, value)


def _apart(found: re.Match[str]) -> str:
    commit = found["commit"]
    if not commit:
        return found[0] + _APART
    return _APART.join(commit[start : start + _TOO_SHORT] for start in range(0, len(commit), _TOO_SHORT))
