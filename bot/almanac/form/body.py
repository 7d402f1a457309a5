"""An issue's body and its form -> the answers, with proof that they can be read in no other way.

GitHub escapes nothing: a person who types `### Date` into a textarea writes what looks like another field. So the body
is cut into the form's fields in every way in which GitHub could have written it. The true cut is always among them.
What is the same in all of them is certain and is given; a field in which they differ is refused.

A body that GitHub cannot have written was edited by hand. Nothing proves a reading of it, so it is read with care: a
label counts only where it is the heading of one place, and only what fits its field is given. Where each of the form's
labels is, the sections may be in any order: a heading that was typed into a textarea would be there twice. Otherwise
such a text must not pass for another field: a heading between a textarea's and the next field's is either the
textarea's text or a mistake, and neither field is given.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Literal

from almanac.errors import UserError
from almanac.form.elements import JOINT, MARK, Element, Mark, Read, Value, elements_of
from almanac.form.schema import Form
from almanac.invisible import without_invisible
from almanac.phrases import say

BODY_CAP = 262_144
"""The longest body that is read, in bytes of UTF-8. GitHub names a lower limit, but longer ones have been seen."""
_LONGEST_CHARACTER = 4
_BLANKS = " \t\n"

Status = Literal["ok", "edited", "ambiguous"]

# Why a field was refused. Scripts read these words, so they stay as they are. All but `ambiguous` only come of an
# edited body, in which that means that the heading comes twice or out of order.
MISSING = "missing"  # its heading
AMBIGUOUS = "ambiguous"
INVALID = "invalid"  # the field cannot hold what is there
OPEN_ENDED = "open-ended"  # the heading after a textarea is missing, so its text has no certain end


@dataclass(frozen=True)
class Reading:
    """What a body says. Each field of the form is in exactly one of the two mappings, which keep the form's order."""

    # `ok`: GitHub wrote the body, and all is certain. `ambiguous`: GitHub may have written it, but not all is
    # certain. `edited`: GitHub did not write it like this; it was edited by hand, or is of another form.
    status: Status
    # Field id -> answer as typed, with LF line ends: a text, None where it was left blank, a list of options
    # (dropdown with several choices), or option -> whether it is ticked (checkboxes).
    fields: dict[str, Value]
    refused: dict[str, str]  # field id -> why there is no answer
    # Those that were only refused because the headings are in another order than the form's
    disordered: frozenset[str] = frozenset()
    # Field id -> what stands under its heading, where it was refused because it cannot hold that
    found: Mapping[str, str] = field(default_factory=dict)


def parse(body: str, form: Form) -> Reading:
    """Read an issue's body, in time linear in its length.

    Raises:
        UserError: The body is longer than `BODY_CAP`.
    """
    if len(body) * _LONGEST_CHARACTER > BODY_CAP:
        # A body that comes out of JSON can hold half a surrogate pair, which is not UTF-8 but must not end in a crash.
        size = len(body) if body.isascii() else len(body.encode("utf-8", "surrogatepass"))
        if size > BODY_CAP:
            message = say(
                "This text is too long: it has {size:,} bytes, and at most {cap:,} are read. Shorten it.",
                size=size,
                cap=BODY_CAP,
            )
            raise UserError(message)
    if "\r" in body:
        body = body.replace("\r\n", "\n")
    elements = elements_of(form)
    fields: dict[str, Value] = {}
    refused: dict[str, str] = {}
    found: dict[str, str] = {}
    reads = _read_all(body[len(MARK) :].split(JOINT), elements) if body.startswith(MARK) else None
    if reads is not None:
        for element, read in zip(elements, reads, strict=True):
            if isinstance(read, Mark):
                refused[element.id] = AMBIGUOUS
            else:
                fields[element.id] = read
        return Reading("ambiguous" if refused else "ok", fields, refused)
    edited = _Edited(body, elements)
    for element in elements:
        try:
            fields[element.id] = edited.value(element)
        except _Refused as reason:
            refused[element.id] = reason.kind
            if reason.text:
                found[element.id] = reason.text
    return Reading("edited", fields, refused, edited.disordered.intersection(refused), found)


def headings(body: str) -> list[str]:
    """Return each line of a body that may be a heading, whatever form it is of, as `shown_heading` gives it."""
    parts = ("\n\n" + body.replace("\r\n", "\n")).split(JOINT)[1:]
    return [shown_heading(part.partition("\n")[0]) for part in parts]


def shown_heading(label: str) -> str:
    """Return a heading as people see it: without invisible characters, spaces at its end, and a closing run of `#`."""
    return without_invisible(label).rstrip(" \t#")


def reading_to_json(reading: Reading) -> dict[str, object]:
    """Return what `almanac parse --json` prints of a reading."""
    return {"status": reading.status, "fields": dict(reading.fields), "refused": dict(reading.refused)}


# ---------------------------------------------------------------- all readings of a body that GitHub may have written
# The body is cut at every blank line that is followed by `### `. So a heading can only be at the start of a part, and a
# reading says at which part each field's heading is.

# Where a label is a heading: the part, and the last part that the shortest slice from there takes.
_Places = dict[int, int]


def _read_all(parts: list[str], elements: tuple[Element, ...]) -> list[Read] | None:
    """Return what each field holds, or None if GitHub cannot have written the body with this form."""
    final = elements[-1]
    if not final.plain and parts[-1] != final.heading:
        # A newline that an editor put at the end of the file; in a textarea it may have been typed.
        parts[-1] = parts[-1].removesuffix("\n")
    if len(parts) > len(elements):
        return _read_cuts(parts, elements)
    if len(parts) < len(elements):
        return None
    # As many parts as fields: each part has to be one field. This is the usual body, and the fast path.
    reads: list[Read] = []
    for part, element in zip(parts, elements, strict=True):
        if not part.startswith(element.heading):
            return None
        read = element.read(part[len(element.heading) :])
        if read is Mark.ILLEGAL:
            return None
        reads.append(read)
    return reads


def _read_cuts(parts: list[str], elements: tuple[Element, ...]) -> list[Read] | None:
    """Find all readings at once: forwards from the body's start, then backwards from its end."""
    places: dict[str, _Places] = {element.label: {} for element in elements}
    last = len(parts) - 1
    for number, part in enumerate(parts):
        label, blank_line, _ = part.partition("\n\n")
        if blank_line:
            if label in places:
                places[label][number] = number
        elif number < last and (bare := label.removesuffix("\n")) in places:
            # The heading's own blank line was taken for the start of the next part, all or half of it: the value
            # begins with `### ` itself, or with a newline and that.
            places[bare][number] = number + 1
    followings = [*(places[element.label] for element in elements[1:]), {len(parts): len(parts)}]
    steps = [
        _Step(parts, element, places[element.label], following)
        for element, following in zip(elements, followings, strict=True)
    ]
    here = [0] if 0 in steps[0].places else []
    for step in steps:
        here = step.go_forward(here)
    for step in reversed(steps):
        here = step.go_back(here)
    return [step.read() for step in steps] if here else None


class _Step:
    """One field in all cuts: from the parts where its heading may be to the parts where the next one's may be.

    A field that cannot hold a heading has one slice at each part. A textarea's slices go from every part where it may
    open to every later part before which it may close; there can be too many of those to list.
    """

    def __init__(self, parts: list[str], element: Element, places: _Places, following: _Places) -> None:
        self.parts = parts
        self.element = element
        self.places = places
        self.following = following
        self.reached: list[int] = []  # where it may be, seen from the body's start
        self.alive: list[int] = []  # and seen from its end as well
        self.ends: list[int] = []  # where the next field may be, seen from both
        self.shortest: dict[int, Read] = {}  # what the shortest slice at a part holds, if it is legal

    def go_forward(self, reached: list[int]) -> list[int]:
        self.reached = reached
        for part in reached:
            if self.places[part] + 1 in self.following:
                read = self.element.read(self._text(part))
                if read is not Mark.ILLEGAL:
                    self.shortest[part] = read
        ends = {self.places[part] + 1 for part in self.shortest}
        opening = next((self.places[part] for part in reached if self._opens(part)), None)
        if opening is not None:
            ends.update(end for end in self._closings(self.following) if end - 1 > opening)
        return sorted(ends)

    def go_back(self, ends: list[int]) -> list[int]:
        self.ends = ends
        goals = set(ends)
        furthest = max(self._closings(ends), default=0) - 1
        for part in self.reached:
            last = self.places[part]
            if (part in self.shortest and last + 1 in goals) or (last < furthest and self._opens(part)):
                self.alive.append(part)
        return self.alive

    def read(self) -> Read:
        """Return what the field holds in all readings."""
        reads = self._reads()
        first = next(reads)
        return first if all(read == first for read in reads) else Mark.AMBIGUOUS

    def _reads(self) -> Iterator[Read]:
        # Two longer slices never hold the same, so a comparison needs two at most.
        goals = set(self.ends)
        closings = self._closings(self.ends)
        for part in self.alive:
            last = self.places[part]
            if part in self.shortest and last + 1 in goals:
                yield self.shortest[part]
            if self._opens(part):
                for number in range(bisect_right(closings, last + 1), len(closings)):
                    texts = (self._text(part), *self.parts[last + 1 : closings[number]])
                    yield self.element.read(JOINT.join(texts))

    def _text(self, part: int) -> str:
        text, last = self.parts[part], self.places[part]
        if last == part:
            return text[len(self.element.heading) :]
        return f"{text[len(self.element.label) :]}{MARK}{self.parts[last]}"

    def _opens(self, part: int) -> bool:  # a slice that goes on after the shortest
        return self.element.plain or (self.element.free and self.element.opens(self._text(part)))

    def _closings(self, ends: Iterable[int]) -> list[int]:
        return [end for end in ends if self.element.closes(self.parts[end - 1])] if self.element.free else []


# ---------------------------------------------------------------- a body that was edited by hand


class _Refused(Exception):  # noqa: N818 -- an answer, not an error
    """Ends the reading of one field; `text` is what stands there, if the field cannot hold it."""

    def __init__(self, kind: str, text: str = "") -> None:
        super().__init__(kind)
        self.kind, self.text = kind, text.strip(_BLANKS)


class _Edited:
    """A body, cut at every blank line that is followed by `### `; what comes before the first is left out."""

    def __init__(self, body: str, elements: tuple[Element, ...]) -> None:
        self.elements = elements
        self.parts = ("\n\n" + body).split(JOINT)[1:]
        self.places: dict[str, list[int]] = {element.label: [] for element in elements}
        self.shown = {without_invisible(element.label): element.label for element in elements}  # as people see it
        for number in range(len(self.parts)):
            label = self.label(number)
            if label in self.places and self.is_heading(number):
                self.places[label].append(number)
        self.elements = self.in_their_order()
        self.doubtful = self.find_doubtful()
        self.disordered = frozenset(
            element.id
            for number, (element, following) in enumerate(zip_longest(self.elements, self.elements[1:]))
            if number in self.doubtful or (following and self.is_before(following, element))
        )

    def value(self, element: Element) -> Value:
        number = self.elements.index(element)
        if not self.places[element.label]:
            raise _Refused(MISSING)
        place = self.only_place(element)
        if place is None or number in self.doubtful:
            raise _Refused(AMBIGUOUS)
        text = self.free_text(number, place) if element.free else self.short_text(place)
        if not text.strip(_BLANKS):
            return None
        read = element.read(text)
        if read is Mark.ILLEGAL:
            # Spaces and lines that an editor left around a value of a fixed shape say nothing.
            read = element.read(text.strip(_BLANKS))
        if isinstance(read, Mark):
            raise _Refused(*((INVALID, text) if read is Mark.ILLEGAL else (AMBIGUOUS,)))
        return read

    def short_text(self, place: int) -> str:
        """Return what is under the heading of a field that cannot hold a heading."""
        end, text = place, self.under(place)
        if text is None:
            end = place + 1
            places = self.places.get(self.label(end), [])
            if end in places:
                # A blank field, unless the other heading is this field's value and has its own place elsewhere.
                if len(places) > 1:
                    raise _Refused(AMBIGUOUS)
                return ""
            text = MARK + self.parts[end]
        # What follows must be a heading, of this form or an added one.
        if end + 1 < len(self.parts) and not self.is_heading(end + 1):
            raise _Refused(INVALID)
        return text

    def free_text(self, number: int, place: int) -> str:
        """Return what is under a textarea's heading, up to the next field's."""
        end: int | None = len(self.parts)
        if number + 1 < len(self.elements):
            following = self.elements[number + 1]
            if not self.places[following.label] or self.is_before(following, self.elements[number]):
                raise _Refused(OPEN_ENDED)
            end = self.only_place(following)
            if end is None:
                raise _Refused(AMBIGUOUS)
        text, texts = self.under(place), self.parts[place + 1 : end]
        if text is not None:
            texts.insert(0, text)
        elif texts:
            texts[0] = MARK + texts[0]
        return JOINT.join(texts)

    def in_their_order(self) -> tuple[Element, ...]:
        """Return the fields as their headings follow each other in the body, if each is there once, else in the form's.

        A fence has to be closed before the next heading: one that stands within the fence is no section's.
        """
        given = self.elements
        if any(self.only_place(element) is None for element in given):
            return given
        self.elements = tuple(sorted(given, key=lambda element: self.places[element.label]))
        for number, element in enumerate(self.elements):
            text = self.free_text(number, self.places[element.label][0]).strip(_BLANKS) if element.fence else ""
            if text and element.read(text) is Mark.ILLEGAL:
                return given
        return self.elements

    def is_before(self, element: Element, other: Element) -> bool:
        places, others = self.places[element.label], self.places[other.label]
        return bool(places and others) and places[-1] < others[0]

    def only_place(self, element: Element) -> int | None:
        """Return where a field's heading is, if no other field has its label and it is there once."""
        places = self.places[element.label]
        owners = sum(other.label == element.label for other in self.elements)
        return places[0] if len(places) == owners == 1 else None

    def find_doubtful(self) -> set[int]:
        """Return the fields whose heading is where a textarea's text may be, and those textareas."""
        doubtful: set[int] = set()
        for number, element in enumerate(self.elements):
            if not element.free or not self.places[element.label]:
                continue
            start = self.places[element.label][0]
            later = (max(self.places[other.label], default=-1) for other in self.elements[number + 1 :])
            end = next((place for place in later if place > start), len(self.parts))
            inside = {
                other
                for other, stranger in enumerate(self.elements)
                if stranger.label != element.label
                and len(places := self.places[stranger.label]) == 1
                and start < places[0] < end
            }
            doubtful |= {number, *inside} if inside else set()
        return doubtful

    def is_heading(self, place: int) -> bool:
        """Say whether a blank line follows a part's first line; the one before it is there in any case."""
        rest = self.parts[place].partition("\n")[2]
        return not rest or rest[0] == "\n"

    def under(self, place: int) -> str | None:
        """Return what a part holds under its heading, or None where the next part follows at once."""
        rest = self.parts[place].partition("\n")[2]
        return rest[1:] if rest or place + 1 == len(self.parts) else None

    def label(self, place: int) -> str:
        """Return the label of a part's first line, without spaces at its end or else without a closing run of `#`.

        A character that nobody sees makes no other label of it.
        """
        line = self.parts[place].partition("\n")[0]
        if line in self.places:
            return line
        bare = without_invisible(line).rstrip(_BLANKS)
        if bare not in self.shown and bare.endswith("#"):
            stem = bare.rstrip("#")
            bare = stem.rstrip(_BLANKS) if stem.endswith((" ", "\t")) else bare
        return self.shown.get(bare, bare)
