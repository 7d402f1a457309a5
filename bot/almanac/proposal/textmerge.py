"""The three-way merges of two texts line by line, and of two pages entry by entry: what people wrote stays.

An entry of a page is one event's section, bullet or row. Entries are matched by what they say, so whatever a formatter
did to one side, none is lost and none is there twice; the style of the branch stays where both sides say the same.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, pairwise

from almanac.matching import LinearMatcher
from almanac.page.canonical import canonical, says_same
from almanac.page.entries import style_of
from almanac.page.lines import is_delimiter, newline_of, raw_cells, with_newline
from almanac.page.match import same_name, title_of, words
from almanac.page.outline import Page, Section, outline
from almanac.patterns import regex

_LINE_END = regex(r"\r\n?|\n|\Z")
_MARKDOWN = (".md", ".markdown")


@dataclass(frozen=True)
class MergedText:
    """A merged text, and whether both sides had changed the same part in different ways (theirs was kept)."""

    text: str
    clash: bool = False


@dataclass(frozen=True)
class _Piece:
    """A line with its end, or a whole entry. Two pieces are the same if they have one key, however they are spelt."""

    key: str
    text: str = field(compare=False)
    is_entry: bool = field(default=False, compare=False)

    @property
    def is_blank(self) -> bool:
        return not self.key.strip()

    @property
    def kind(self) -> str:
        return style_of(self.text.strip()).kind


@dataclass(frozen=True)
class _Hunk:
    """Pieces of the ancestor that one side replaced by others."""

    start: int
    end: int
    pieces: Sequence[_Piece]
    theirs: bool


def merge_files(path: str, before: str, ours: str, theirs: str) -> MergedText:
    """Merge two versions of a file that come from one: Markdown by entry, everything else by line."""
    if ours in (before, theirs):
        return MergedText(theirs)
    if theirs == before:
        return MergedText(ours)
    merge = _merge_pages if path.lower().endswith(_MARKDOWN) else merge_texts
    return merge(before, ours, theirs)


def merge_texts(before: str, ours: str, theirs: str) -> MergedText:
    """Merge two texts that come from one. If both insert lines at the same place, both are kept, ours first."""
    if theirs == before:
        return MergedText(ours)
    lines = ([_Piece(line, line) for line in text.splitlines(keepends=True)] for text in (before, ours, theirs))
    pieces, clash = _merge(*lines)
    return MergedText(_written(pieces), clash)


# ------------------------------------------------------------------------------- pieces


def _merge(before: Sequence[_Piece], ours: Sequence[_Piece], theirs: Sequence[_Piece]) -> tuple[list[_Piece], bool]:
    """Merge pieces; tell whether both sides replaced the same ones by different ones."""
    styled = list(before)
    hunks = [*_hunks(before, ours, styled, theirs=False), *_hunks(before, theirs, styled, theirs=True)]
    hunks.sort(key=lambda hunk: (hunk.start, hunk.end, hunk.theirs), reverse=True)  # the first at the end
    written: list[_Piece] = []
    at, clash = 0, False
    while hunks:
        # Changes that touch the same pieces are settled together. Two insertions at one place do: they may be the same.
        cluster = [hunks.pop()]
        start, end = cluster[0].start, cluster[0].end
        while hunks and (hunks[-1].start < end or hunks[-1].start == hunks[-1].end == start == end):
            cluster.append(hunks.pop())
            end = max(end, cluster[-1].end)
        mine = _applied(styled, [hunk for hunk in cluster if not hunk.theirs], start, end)
        other = _applied(styled, [hunk for hunk in cluster if hunk.theirs], start, end)
        settled, disputed = _settled(styled[start:end], mine, other)
        written += styled[at:start] + settled
        clash = clash or disputed
        at = end
    return written + styled[at:], clash


def _hunks(before: Sequence[_Piece], after: Sequence[_Piece], styled: list[_Piece], *, theirs: bool) -> list[_Hunk]:
    """Find what a side replaced. What it only spelt in another way goes into `styled`, where the later side wins."""
    hunks = []
    for step, i1, i2, j1, j2 in LinearMatcher(before, after).get_opcodes():
        if step != "equal":
            hunks.append(_Hunk(i1, i2, after[j1:j2], theirs))
            continue
        for index, piece in zip(range(i1, i2), after[j1:j2], strict=True):
            if piece.text != before[index].text:
                styled[index] = piece
    return hunks


def _applied(pieces: list[_Piece], hunks: list[_Hunk], start: int, end: int) -> list[_Piece]:
    written: list[_Piece] = []
    at = start
    for hunk in hunks:
        written += [*pieces[at : hunk.start], *hunk.pieces]
        at = hunk.end
    return written + pieces[at:end]


def _settled(here: list[_Piece], mine: list[_Piece], other: list[_Piece]) -> tuple[list[_Piece], bool]:
    """Choose between what two sides made of the same pieces; tell whether they disagree, so that theirs was kept.

    Only lines can be in dispute: blank ones separate what is around them, and entries come and go by themselves.
    """
    if mine in (here, other):
        return other, False
    if other == here:
        return mine, False
    was, is_ours, is_theirs = map(_lines, (here, mine, other))
    if not was:  # nothing was there, so nothing is in dispute
        return _with_new(here, mine, other, lines_too=True), False
    if is_theirs == was:
        return _with_new(here, mine, other), False
    return _with_new(here, other, mine), is_ours not in (was, is_theirs)


def _lines(pieces: list[_Piece]) -> list[_Piece]:
    return [piece for piece in pieces if not (piece.is_entry or piece.is_blank)]


def _with_new(
    here: list[_Piece], chosen: list[_Piece], second: list[_Piece], *, lines_too: bool = False
) -> list[_Piece]:
    """Take the entries out that the second side took out, and add those that it put in, with the space around them."""
    there, in_second = {piece.key for piece in (*here, *chosen)}, {piece.key for piece in second}
    new = [piece.key not in there if piece.is_entry else lines_too and not piece.is_blank for piece in second]
    near = [False, *new, False]
    added = [
        piece
        for index, piece in enumerate(second)
        if new[index] or (piece.is_blank and (near[index] or near[index + 2]))
    ]
    taken_out = {piece.key for piece in here if piece.is_entry} - in_second
    return [piece for piece in chosen if piece.key not in taken_out] + added


def _written(pieces: Sequence[_Piece]) -> str:
    """Write pieces in a row; only the last may do without a line end."""
    newline = newline_of("".join(piece.text for piece in pieces))
    last = len(pieces) - 1
    return "".join(
        piece.text if index == last or piece.text.endswith(("\n", "\r")) else piece.text + newline
        for index, piece in enumerate(pieces)
    )


# ------------------------------------------------------------------------------- pages


def _merge_pages(before: str, ours: str, theirs: str) -> MergedText:
    ends = [newline_of(text) for text in (before, ours, theirs)]
    if len(set(ends)) > 1:
        newline = ends[1] if ends[2] == ends[0] else ends[2]
        before, ours, theirs = (with_newline(text, newline) for text in (before, ours, theirs))
    pages = [outline(text) for text in (before, ours, theirs)]
    old = {f"\0{index}": section for index, section in enumerate(pages[0].sections)}
    mine = _named(pages[1].sections, old, {}, "\0ours")
    other = _named(pages[2].sections, old, {name: mine[name] for name in mine if name not in old}, "\0theirs")
    # Of what one side took out and the other changed, theirs is kept: what they changed counts as new.
    changed = {name for name in other if name in old and name not in mine and not _same(old[name], other[name])}
    other = {f"{name}*" if name in changed else name: section for name, section in other.items()}
    disputed = bool(changed) or any(
        name in old and name not in other and not _same(old[name], section) for name, section in mine.items()
    )
    merged = {
        name: _merge_entry(old[name].text, mine[name].text, other[name].text)
        for name in old
        if name in mine and name in other
    }
    texts = {name: section.text for name, section in (old | mine | other).items()}
    texts |= {name: entry.text for name, entry in merged.items()}
    versions = [_pieces(page, list(named), texts) for page, named in zip(pages, (old, mine, other), strict=True)]
    pieces, clash = _merge(*versions)
    kept: dict[str, _Piece] = {}  # what both sides moved is there twice
    for piece in pieces:
        if piece.is_entry and (piece.key in merged or piece.key not in old):
            kept.setdefault(piece.key, piece)
    pieces = [piece for piece in pieces if not piece.is_entry or kept.get(piece.key) is piece]
    written = _written(_spaced(pieces, versions))
    return MergedText(written, clash or disputed or any(entry.clash for entry in merged.values()))


def _spaced(pieces: Sequence[_Piece], versions: Sequence[Sequence[_Piece]]) -> list[_Piece]:
    """Keep a blank line before what always had one, and none before a row that never had one: its table would end.

    What was the first of a close list has none before it if another one is the first now.
    """
    apart: dict[str, set[bool]] = {}
    close: set[str] = set()
    for before, piece in chain.from_iterable(map(pairwise, versions)):
        apart.setdefault(piece.key, set()).add(before.is_blank)
        if before.is_entry and piece.is_entry:
            close.add(piece.kind)
    spaced: list[_Piece] = []
    for piece in pieces:
        had = apart.get(piece.key, set())
        is_close = bool(spaced) and spaced[-1].is_entry and piece.is_entry and piece.kind in close
        if had == {True} and spaced and not spaced[-1].is_blank and not is_close:
            spaced.append(_Piece("", newline_of(piece.text)))
        is_row = piece.is_entry and piece.kind == "row"
        while is_row and had == {False} and spaced and spaced[-1].is_blank:
            spaced.pop()
        spaced.append(piece)
    return spaced


def _same(one: Section, other: Section) -> bool:
    return says_same(one.text, other.text)


def _named(
    sections: Sequence[Section], old: Mapping[str, Section], added: Mapping[str, Section], prefix: str
) -> dict[str, Section]:
    """Give each entry the name of the old one that it is: by what it says, or by date and title; or else a new name.

    What the other side added has to say the same: two events may have one date and one title.
    """
    names: dict[int, str] = {}
    for known, key in ((old, _says), (old, _called), (old, _dated), (added, _says)):
        used = set(names.values())
        free: dict[Hashable, list[str]] = {}
        for name, section in known.items():
            if name not in used:
                free.setdefault(key(section), []).append(name)
        for index, section in enumerate(sections):
            alike = free.get(key(section), []) if index not in names else []
            if alike and (key is not _dated or (len(alike) == 1 and _alike(section, known[alike[0]]))):
                names[index] = alike.pop(0)
    return {names.get(index, f"{prefix}{index}"): section for index, section in enumerate(sections)}


def _says(section: Section) -> Hashable:
    return canonical(section.text)


def _called(section: Section) -> Hashable:
    return section.style.family, section.date, words(title_of(section))


def _dated(section: Section) -> Hashable:
    return section.style.family, section.date


def _alike(one: Section, other: Section) -> bool:
    return same_name(title_of(one), title_of(other))


def _pieces(page: Page, names: Sequence[str], texts: Mapping[str, str]) -> list[_Piece]:
    """Cut a page into its entries, written as they will be, and the lines around them."""
    pieces: list[_Piece] = []
    entries = iter(zip(page.sections, names, strict=True))
    section, name = next(entries, (None, ""))
    past = 0
    for index, text in enumerate(page.lines.texts):
        start, after = page.lines.offsets[index : index + 2]
        if section and start == section.start:
            past = section.end
            end = _LINE_END.match(page.text, past)
            pieces.append(_Piece(name, texts[name] + (end[0] if end else ""), is_entry=True))
            section, name = next(entries, (None, ""))
        elif start >= past:
            key = _meaning(text) if page.lines.visible[index] else text
            pieces.append(_Piece(key, page.text[start:after]))
    return pieces


def _meaning(line: str) -> str:
    """Return what a line says, which no formatter changes. A definition of a link says nothing, so it is itself."""
    text = line.strip()
    return "|-" if is_delimiter(text) else canonical(text) or text


def _merge_entry(before: str, ours: str, theirs: str) -> MergedText:
    """Merge one entry by lines, or a row by cells; in the style of theirs as far as both say the same."""
    if says_same(ours, before) or says_same(ours, theirs):
        return MergedText(ours if theirs == before else theirs)
    merged = _merge_row(before, ours, theirs) or _merge_lines(before, ours, theirs)
    if says_same(theirs, before):
        return merged if says_same(merged.text, ours) else MergedText(ours)
    return MergedText(theirs, clash=True) if merged.clash else merged


def _merge_row(before: str, ours: str, theirs: str) -> MergedText | None:
    """Merge rows cell by cell, with the outer bars of theirs; None for what are not three rows with as many cells."""
    rows = [raw_cells(text) for text in (before, ours, theirs)]
    if style_of(before).kind != "row" or len(set(map(len, rows))) > 1:
        return None
    cells, clash = [], False
    for versions in zip(*rows, strict=True):
        old, mine, other = map(_meaning, versions)
        clash = clash or len({old, mine, other}) == len(versions)
        # As in an entry: theirs, unless only ours is another one.
        cells.append(versions[1] if mine != other == old or versions[2] == versions[0] else versions[2])
    opening, closing = theirs.strip().startswith("|"), theirs.strip().endswith("|")
    return MergedText(f"{'|' * opening}{'|'.join(cells)}{'|' * closing}", clash)


def _merge_lines(before: str, ours: str, theirs: str) -> MergedText:
    """Merge sections and bullets by lines; where it does not come to say what both sides say, it is a clash too."""
    newline = newline_of(before)
    texts = (before, ours, theirs)
    lines = ([_Piece(_meaning(line), line) for line in (text + newline).splitlines(keepends=True)] for text in texts)
    pieces, clash = _merge(*lines)
    said, disputed = _merge(*([_Piece(line, line) for line in canonical(text).splitlines()] for text in texts))
    text = _written(pieces).removesuffix(newline)
    return MergedText(text, clash or disputed or canonical(text) != "\n".join(piece.text for piece in said))
