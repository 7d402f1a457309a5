"""A section in one spelling: texts that say the same to their readers have the same canonical form.

Formatters (Prettier, mdformat, markdownlint) change the marks of bullets, indents, blank lines, escapes, the padding of
tables, and nothing that a reader sees. So sections are compared by what CommonMark makes of them, and not by bytes.

The form is Markdown with the marks of the house style, so that what reads that style reads it too: typed characters
that could be markup are references, as Almanac writes them. Where kramdown or Liquid see more than CommonMark (`{{`,
`{%`, `{:`, `$$`), a bare mark stays what it is and is never the same as an escaped one.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from almanac.markdown import formerly
from almanac.page.entries import style_of
from almanac.page.lines import fingerprint, fingerprints, raw_cells, split_lines
from almanac.patterns import regex

_LIVE_OR_MARKUP = regex(r"(\{[{%:]|\$\$)|[\\`*_^{}\[\]<>|$~&]")
_MARKUP = regex(r"[\\`*_^{}\[\]<>|$~&]")
_SPACE = regex(r"\s+")
_BREAK = regex(r" ?<br ?/?> ?", re.IGNORECASE)
_MARKS = {"em": "*", "strong": "**", "s": "~~"}


class _Parser(MarkdownIt):
    """CommonMark with tables and `~~`; every address makes a link, and is shown as it is typed."""

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802 - markdown-it's name
        return link

    def validateLink(self, url: str) -> bool:  # noqa: ARG002, N802 - markdown-it's name
        return True


# Without `text_join`, an escaped character is a token of its own and can be told from a bare one.
PARSER = _Parser("commonmark").enable(["table", "strikethrough"]).disable("text_join")
# markdown-it drops what is nested deeper.
_DEEPEST = PARSER.options["maxNesting"] - 1


@lru_cache(maxsize=1024)
def canonical(section: str) -> str:
    """Return what a section says, in one spelling."""
    return "\n".join(filter(None, spelt(section)))


def says_same(one: str, other: str) -> bool:
    """Tell whether two sections say the same to a reader."""
    return one == other or canonical(one) == canonical(other)


def sense(section: str) -> str:
    """Return a hash of what a section says: a record's `rendered` after a formatter has been at the section.

    It is never the fingerprint of a text that is in canonical form itself.
    """
    return fingerprint(f"\0{canonical(section)}")


def is_known(rendered: str | None, section: str) -> bool:
    """Tell whether a section still says what it said when `rendered` was put into its record, escaped as ever."""
    known = (*fingerprints(section), *fingerprints(formerly(section)))
    return rendered is not None and (rendered in known or rendered == sense(section))


def spelt(section: str) -> list[str]:
    """Return the lines of the canonical form, with a blank one where one stands before the bullets below a bullet."""
    if style_of(section).kind == "row" and len(split_lines(section)) == 1:
        cells = [f"| {_inline(PARSER.parseInline(cell)[0].children or ())}" for cell in raw_cells(section)]
        # A formatter gives every row as many cells as the head has.
        return cells[: len(cells) - next((index for index, cell in enumerate(reversed(cells)) if cell != "| "), 0)]
    tokens = PARSER.parse(section)
    if any(token.level >= _DEEPEST for token in tokens):
        return split_lines(section)
    return list(_blocks(tokens))


def _blocks(tokens: Sequence[Token]) -> Iterator[str]:  # noqa: C901, PLR0912 - one case for each kind of token
    """Write each block on a line; text that is no heading, bullet or cell is indented, so that no mark begins it."""
    lists: list[int | None] = []  # the next number of each list that is open; None for bullets
    quote, mark, ended = "", "  ", 0
    for token in tokens:
        match token.type:
            case "heading_open":
                mark = f"{'#' * int(token.tag[1:])} "
            case "bullet_list_open" | "ordered_list_open":
                if lists and token.map and token.map[0] > ended:
                    yield ""
                lists.append(int(token.attrs.get("start", 1)) if token.type == "ordered_list_open" else None)
            case "bullet_list_close" | "ordered_list_close":
                lists.pop()
                mark = "    " * len(lists) + "  "
            case "list_item_open":
                number = lists[-1]
                bullet = f"{number}. " if number is not None else "* " if len(lists) > 1 else "- "
                lists[-1] = number + 1 if number is not None else None
                mark = "    " * (len(lists) - 1) + bullet
            case "blockquote_open":
                quote += "> "
            case "blockquote_close":
                quote = quote[:-2]
            case "tr_open":
                yield f"{quote}|-"
            case "th_open" | "td_open":
                mark = f"|{token.attrs.get('style', '')} "
            case "inline":
                yield quote + mark + _inline(token.children or ())
                mark, ended = "    " * len(lists) + "  ", (token.map or [0, 0])[1]
            case "hr":
                yield f"{quote}---"
            case "fence" | "code_block":
                yield f"{quote}{mark}```{token.info.strip()}"
                yield from (f"{quote}{mark}{line}".rstrip() for line in token.content.splitlines())
            case "html_block":
                yield from (quote + mark + " ".join(line.split()) for line in token.content.splitlines())


def _inline(tokens: Sequence[Token]) -> str:  # noqa: C901 - one case for each kind of token
    written = [""]  # one more for each link that is open
    targets: list[Token] = []
    for token in tokens:
        name, _, end = token.type.rpartition("_")
        match token.type:
            case "text":
                written[-1] += _LIVE_OR_MARKUP.sub(lambda found: found[1] or _reference(found), token.content)
            case "softbreak":
                written[-1] += " "
            case "hardbreak":
                written[-1] += "<br>"
            case "code_inline":
                written[-1] += f"`{token.content}`"
            case "html_inline":
                written[-1] += token.content
            case "image":
                written[-1] += f"!{_link(_escaped(token.content), token, 'src')}"
            case "link_open":
                targets.append(token)
                written.append("")
            case "link_close":
                label = written.pop().strip()
                written[-1] += _link(label, targets.pop(), "href")
            case _ if name in _MARKS and end in ("open", "close"):
                written[-1] += _MARKS[name]
            case _:
                written[-1] += _escaped(token.content)
    return _BREAK.sub("<br>", _SPACE.sub(" ", written[0])).strip()


def _link(label: str, token: Token, attribute: str) -> str:
    """Write a link or an image; a link that shows its own address is that address, with `<>` around it or not."""
    address, title = str(token.attrs[attribute]), token.attrs.get("title")
    if attribute == "href" and (token.info == "auto" or label == _escaped(address)):
        return label
    return f'[{label}]({address} "{title}")' if title else f"[{label}]({address})"


def _escaped(text: str) -> str:
    return _MARKUP.sub(_reference, text)


def _reference(found: re.Match[str]) -> str:
    return f"&#{ord(found[0])};"
