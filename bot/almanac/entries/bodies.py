"""The text below the keys of a site's own files: what most of them say alike, and where an event's fields stand in it.

A body is seen as blocks with blank lines between them: headings, lists, and paragraphs. What most of the newest have
word for word, addresses aside, is copied. A heading that names a field leads to it; one that each body begins with, of
its own, is the title. The rest is the event's own words.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from almanac.dateshapes import has_time
from almanac.entries.styles import copied
from almanac.event.model import safe_slug
from almanac.labels import field_of
from almanac.page.lines import plain, split_lines
from almanac.patterns import regex

_HEADING = regex(r"(#{1,6})[ \t]+(\S.*)")
_BULLET = regex(r"([ \t]{0,3}[-*+][ \t]+)\S")
_BOLD = regex(r"(\*\*|__)(?=\S).+(?<=\S)\1[ \t]*")
_ADDRESS = regex(r"(?<=\]\()[^()\s]+(?=[)\s])|(?<=<)https?://[^<>\s]+(?=>)|(?<![(<\w\"'])https?://[^\s<>()]+")
_LABELLED = regex(
    r"(?P<before>(?:[-*+][ \t]+)?(?:\*\*|__)?)(?P<label>[^*_:\n]{1,40})(?P<after>(?:\*\*|__)?:(?:\*\*|__)?)[ \t]+\S.*"
)
TITLE = "title | with_status"
"""What gives a title where nothing else says that an event will not be."""
_HERE = "\0"
_MOST_LINES = 500  # of a body are looked at
_LONGEST_LINK = 200  # characters of a line that leads to the event
_HEADS = {
    "agenda": "program schedule programme timetable talks lightning_talks running_order",
    "people": "about_the_speaker about_the_speakers speakers_and_workshops speakers_and_talks",
    "description": "the_talk event_information event_details about_the_talk about_the_event about_this_event overview",
    "recording": "watch_the_recording",
    "links": "slides_and_recording",
}
_FIELD_OF_HEAD = {head: name for name, heads in _HEADS.items() for head in heads.split()}
_PERSON = "{{ person.name | link(person.url) }}{% if person.affiliation %}, {{ person.affiliation | text }}{% endif +%}"
_DESCRIPTION = "{{ description | markdown }}\n"
_LISTED = {
    "agenda": ("point in agenda", "{{ point | inline }}"),
    "people": ("person in people", _PERSON),
    "links": ("entry in links", "{{ entry.label | link(entry.url) }}"),
}
_ADDRESSES = ("url", "recording")
_LABELS = ("when", "location")
_LINES = {
    "description": "",
    "recording": "{{ recording | host | link(recording) }}",
    "url": "{{ url | host | link(url) }}",
    "location": "{{ location | text }}",
    "when": "{{ when | text }}",
}


@dataclass(frozen=True)
class BodyPart:
    """One block of a body: its text, and what it is: `heading`, `title` (bold, on a line of its own), `list`, `text`.

    `same` is its text with all addresses taken out, by which blocks of several bodies are one.
    """

    text: str
    kind: str
    is_apart: bool = True  # whether a blank line is above it

    @property
    def same(self) -> str:
        return _ADDRESS.sub(_HERE, self.text)

    @property
    def field(self) -> str | None:
        """The field that a heading leads to, or that follows a label, if they name one."""
        if (labelled := _LABELLED.fullmatch(self.text)) and (name := field_of(labelled["label"].strip())):
            return name if name in _LABELS else None
        match = _HEADING.fullmatch(self.text)
        words = plain(match[2]).strip(" :") if match else ""
        name = field_of(words) or _FIELD_OF_HEAD.get(safe_slug(words).replace("-", "_"))
        return name if name in _LISTED or name in _LINES else None


@dataclass
class _Passage:
    """Blocks that belong together: what is copied, a heading with what is below it, or the event's own words."""

    name: str
    blocks: list[BodyPart] = field(default_factory=list)


@dataclass(frozen=True)
class BodyShape:
    """How the newest bodies are written: the template of the next one, and which fields it shows.

    `words` is what the bodies say that no field holds, if most have such a text: an example of the newest.
    """

    template: str = ""
    fields: frozenset[str] = frozenset()
    words: str = ""


def html_body(bodies: Sequence[str], shown: Collection[str]) -> BodyShape:
    """Return how the next of bodies in HTML is written: what they say is not taken apart."""
    is_kept = sum(map(bool, map(str.strip, bodies))) * 2 > len(bodies) and "description" not in shown
    if not is_kept:
        return BodyShape()
    is_apart = sum(body.startswith(("\n", "\r")) for body in bodies) * 2 > len(bodies)
    template = _joined([("description", "{{ description | html }}\n")], is_apart=is_apart)
    return BodyShape(template, frozenset({"description"}))


def has_own_words(body: str) -> bool:
    """Tell whether a body begins with words of its own: a paragraph, or a list below no heading of a field."""
    pieces = _pieces(blocks_of(body), {}, {"title"})
    return bool(pieces) and pieces[0].name == "words"


def learn_body(bodies: Sequence[str], shown: Collection[str]) -> BodyShape:
    """Learn from bodies, the newest first, how the next one is written, given the fields that keys show."""
    cut = [blocks_of(body) for body in bodies]
    if sum(map(bool, cut)) * 2 <= len(cut):
        return BodyShape()
    fixed = _fixed(cut)
    heads = {blocks[0].text for blocks in cut if blocks and blocks[0].kind == "heading" and not blocks[0].field}
    # A heading that each has for itself says what its event is called.
    titles = heads if len(heads) > 1 and len(heads) * 4 >= len(cut) * 3 else set[str]()
    found = [_pieces(blocks, fixed, shown, titles) for blocks in cut]
    names = Counter(name for pieces in found for name in {piece.name for piece in pieces})
    kept = {name for name, count in names.items() if count * 2 >= len(cut) or name == "title"} - {*shown}
    spots = {
        name: [at / len(pieces) for pieces in found for at, piece in enumerate(pieces) if piece.name == name]
        for name in kept
    }
    newest = {piece.name: piece for pieces in reversed(found) for piece in reversed(pieces)}
    writer = _BodyWriter({*shown}, kept, [piece for pieces in found for piece in pieces if piece.name == "words"])
    for name in sorted(kept, key=lambda one: sum(spots[one]) / len(spots[one])):
        writer.write(newest[name], fixed.get(name))
    is_apart = sum(body.startswith(("\n", "\r")) for body in bodies) * 2 > len(bodies)
    return BodyShape(_joined(writer.chunks, is_apart=is_apart), frozenset(writer.fields), writer.words)


class _BodyWriter:
    """Writes pieces of the next body, each once: a condition, and what is written where that holds."""

    def __init__(self, shown: set[str], kept: Collection[str], words: Sequence[_Passage]) -> None:
        self.shown, self.kept = shown, kept
        self.mark = _mark([block for piece in words for block in piece.blocks])
        self.chunks: list[tuple[str, str]] = []
        self.fields: set[str] = set()
        self.words = ""

    def write(self, piece: _Passage, fixed: str | None) -> None:
        """Write a piece; `fixed` is what all bodies say there, with a mark where each has an address of its own."""
        if piece.name == "title":
            text = piece.blocks[0].text
            heading = _HEADING.fullmatch(text)
            before, after = (f"{heading[1]} ", "") if heading else (text[:2], text[:2])
            value = "title | text" if {"status", "cancelled"} & self.shown else f"{TITLE} | text"
            self.add("title", f"{before}{{{{ {value} }}}}{after}\n")
        elif piece.name == "words":
            self.own_words(piece)
        elif fixed is None:
            self.add(piece.name, _headed(piece.name, piece))
        elif _HERE not in fixed:
            self.chunks.append(("", f"{copied(fixed)}\n"))
        elif "url" not in self.fields:  # one that a key holds may be shown here as well
            before, after = map(copied, fixed.split(_HERE))
            self.fields.add("url")
            self.chunks.append(("url", f"{before}{{{{ url | url }}}}{after}\n"))

    def own_words(self, piece: _Passage) -> None:
        if "description" in self.shown and not self.mark:
            self.words = plain(split_lines(piece.blocks[0].text)[0])
            self.chunks.append(("extra.text", "{{ extra.text | markdown }}\n"))
        elif "description" not in self.kept:
            self.add("description", _DESCRIPTION)
        if self.mark and not {"agenda", "people"} & {*self.kept}:
            self.add("agenda", _list("agenda", self.mark))

    def add(self, name: str, text: str) -> None:
        if name not in self.shown | self.fields:
            self.chunks.append((name, text))
            self.fields.add(name)


def blocks_of(body: str) -> list[BodyPart]:
    """Cut a body into its blocks. A heading is one of its own, whatever stands next to it."""
    blocks: list[tuple[list[str], bool]] = []
    begins, is_apart = True, False
    for line in split_lines(body)[:_MOST_LINES]:
        if not line.strip():
            begins = is_apart = True
        elif begins or _HEADING.fullmatch(line) or (_BULLET.match(line) and not _BULLET.match(blocks[-1][0][0])):
            blocks.append(([line.rstrip()], is_apart))
            begins, is_apart = _HEADING.fullmatch(line) is not None, False
        else:
            blocks[-1][0].append(line.rstrip())
    return [BodyPart("\n".join(lines), _kind(lines), is_apart) for lines, is_apart in blocks]


def _kind(lines: Sequence[str]) -> str:
    if _HEADING.fullmatch(lines[0]):
        return "heading"
    if _BULLET.match(lines[0]):
        return "list"
    return "title" if len(lines) == 1 and _BOLD.fullmatch(lines[0]) else "text"


def _fixed(bodies: Sequence[Sequence[BodyPart]]) -> dict[str, str]:
    """Find the blocks that most bodies have: as `same` has them -> what is copied, with a mark for an address."""
    texts = Counter(text for blocks in bodies for text in {block.text for block in blocks})
    spellings: dict[str, list[str]] = {}
    for text in texts.elements():
        spellings.setdefault(_ADDRESS.sub(_HERE, text), []).append(text)
    found: dict[str, str] = {}
    for block in (block for blocks in bodies for block in blocks if len(bodies) > 1):
        alike = spellings[block.same]
        # What stands above the event's own words, as a heading does, says nothing without them; a time is the event's.
        is_own = block.kind in ("heading", "title") or block.field is not None or has_time(block.text)
        if not is_own and len(alike) * 2 >= len(bodies):
            is_same = texts[block.text] * 2 > len(bodies)
            # A line whose address differs leads to what is the event's own.
            is_link = block.same.count(_HERE) == 1 and "![" not in block.same and len(block.same) <= _LONGEST_LINK
            if is_same or (is_link and len({*alike}) > 1):
                found.setdefault(block.same, block.text if is_same else block.same)
    return found


def _pieces(
    blocks: Sequence[BodyPart], fixed: Collection[str], shown: Collection[str], titles: Collection[str] = ()
) -> list[_Passage]:
    pieces: list[_Passage] = []
    level = 0  # of the heading that what follows is below
    for block in blocks:
        heading = _HEADING.fullmatch(block.text)
        is_first = bool(level) and len(pieces[-1].blocks) == 1  # what a heading leads to
        if block.same in fixed and not is_first:
            pieces.append(_Passage(block.same, [block]))
            level = 0
        elif block.field and (not level or len(heading[1] if heading else "") <= level):
            pieces.append(_Passage(block.field, [block]))
            level = len(heading[1]) if heading else 0
        elif (block.kind == "title" or block.text in titles) and not pieces and "title" not in shown:
            pieces.append(_Passage("title", [block]))
        elif pieces and ((level and not (heading and len(heading[1]) <= level)) or pieces[-1].name == "words"):
            pieces[-1].blocks.append(block)
        else:
            pieces.append(_Passage("words", [block]))
            level = 0
    return pieces


def _mark(blocks: Sequence[BodyPart]) -> str:
    """Return the mark of most lists among some blocks; empty if most of these are no lists."""
    marks = Counter(match[1] for block in blocks if (match := _BULLET.match(block.text)))
    return marks.most_common(1)[0][0] if marks.total() * 2 > len(blocks) else ""


# ------------------------------------------------------------------------------- what is written


def _headed(name: str, piece: _Passage) -> str:
    """Write a heading as the newest body has it, and a field below it in the shape of what stands there."""
    heading, *below = piece.blocks
    if found := _LABELLED.fullmatch(heading.text):
        return f"{copied(found['before'] + found['label'] + found['after'])} {_LINES[name]}\n"
    mark = _mark(below[:1])
    text = copied(heading.text) + "\n" + "\n" * (not below or below[0].is_apart)
    if name == "description":
        return text + _DESCRIPTION
    if name in _LINES:
        around = _ADDRESS.split(below[0].text) if below and name in _ADDRESSES else []
        is_link = len(around) == len(("before", "after"))
        line = f"{copied(around[0])}{{{{ {name} | url }}}}{copied(around[1])}" if is_link else mark + _LINES[name]
        return f"{text}{line}\n"
    level = _HEADING.fullmatch(below[0].text) if below else None
    if level:
        loop, item = _LISTED[name]
        return f"{copied(heading.text)}\n{{% for {loop} %}}\n\n{level[1]} {item}\n{{% endfor %}}\n"
    return text + _list(name, mark or "- ")


def _list(name: str, mark: str) -> str:
    loop, item = _LISTED[name]
    return f"{{% for {loop} %}}\n{mark}{item}\n{{% endfor %}}\n"


def _joined(chunks: Sequence[tuple[str, str]], *, is_apart: bool) -> str:
    """Put chunks below each other, each after a blank line but for a first one that stands right below the keys."""
    written = ""
    for at, (name, text) in enumerate(chunks):
        whole = text if at == 0 and not is_apart else f"\n{text}"
        written += whole if name in ("", "title") else f"{{% if {name} %}}\n{whole}{{% endif %}}\n"
    return written
