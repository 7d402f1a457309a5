"""The body of an issue that somebody changed by hand: what can still be read of it, with care.

GitHub's own layout is gone, so nothing proves a reading. A label is taken only where it stands once as a heading,
and only what fits its field is given. A text that was typed into a textarea must still not pass for another field:
a heading that stands between a textarea's and the next field's is the textarea's or somebody's mistake, and neither
is given.

An issue's body and its form -> the answers, with proof that they can be read in no other way.

GitHub escapes nothing: whoever types `### Date` into a textarea writes what looks like another field. So the body is
cut into the form's fields in every way in which GitHub could have written it. The true cut is always among them.
What is the same in all of them is certain and is given; a field in which they differ is refused.

Why a field was refused is one of these words, which stay as they are:

- `missing`: the field's heading is not in the body.
- `ambiguous`: the body can be read in more than one way here, or, once edited by hand, its heading stands there more
  than once or out of order.
- `invalid`: what stands there is nothing that this field can hold (only in a body that was edited by hand).
- `open-ended`: the heading after a textarea is missing, so nobody can tell where its text ends (only in such a body).
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from almanac.errors import UserError
from almanac.form.elements import JOINT, MARK, Element, Mark, Read, Value, elements_of
from almanac.form.schema import Form

MISSING = "missing"
AMBIGUOUS = "ambiguous"
INVALID = "invalid"
OPEN_ENDED = "open-ended"
_BLANKS = " \t\n"


class _Refused(Exception):  # noqa: N818 - an answer, not an error
    """Ends the reading of one field."""


def read_edited(body: str, elements: tuple[Element, ...]) -> tuple[dict[str, Value], dict[str, str]]:
    """Return what can be read of each field, and why the others cannot, by the fields' ids in the form's order."""
    edited = _Edited(body, elements)
    fields: dict[str, Value] = {}
    refused: dict[str, str] = {}
    for number, element in enumerate(elements):
        try:
            fields[element.id] = _value(element, edited.text(number))
        except _Refused as reason:
            refused[element.id] = str(reason)
    return fields, refused


def _value(element: Element, text: str) -> Value:
    stripped = text.strip(_BLANKS)
    if not stripped:
        return None
    read = element.read(text)
    if read is Mark.ILLEGAL:
        # Spaces and lines that an editor left around a value of a fixed shape say nothing.
        read = element.read(stripped)
    if isinstance(read, Mark):
        raise _Refused(INVALID if read is Mark.ILLEGAL else AMBIGUOUS)
    return read


class _Edited:
    """A body, cut at every blank line that is followed by `### `; what stands before the first is left out."""

    def __init__(self, body: str, elements: tuple[Element, ...]) -> None:
        self.elements = elements
        self.parts = ("\n\n" + body).split(JOINT)[1:]
        self.places: dict[str, list[int]] = {element.label: [] for element in elements}
        for number, part in enumerate(self.parts):
            label = self._label(part.partition("\n")[0])
            if label in self.places and self._is_heading(number):
                self.places[label].append(number)
        self.doubtful = self._doubtful()

    def text(self, number: int) -> str:
        """Return what stands under a field's heading, or raise why nobody can tell."""
        element = self.elements[number]
        if not self.places[element.label]:
            raise _Refused(MISSING)
        place = self._only_place(element)
        if place is None or number in self.doubtful:
            raise _Refused(AMBIGUOUS)
        return self._free_text(number, place) if element.free else self._short_text(place)

    def _only_place(self, element: Element) -> int | None:
        """Return where a field's heading stands, if no other field has its label and it stands there once."""
        places = self.places[element.label]
        owners = sum(other.label == element.label for other in self.elements)
        return places[0] if len(places) == owners == 1 else None

    def _short_text(self, place: int) -> str:
        text = self._under(place)
        if text is not None:
            return self._alone(place, text)
        following = self.parts[place + 1]
        others = self.places.get(self._label(following.partition("\n")[0]), [])
        if place + 1 not in others:
            return self._alone(place + 1, MARK + following)
        # A blank field, unless the other heading is this field's value and has its own place elsewhere.
        if len(others) > 1:
            raise _Refused(AMBIGUOUS)
        return ""

    def _alone(self, place: int, text: str) -> str:
        # What follows must be a heading, be it of this form or one that somebody added.
        if place + 1 < len(self.parts) and not self._is_heading(place + 1):
            raise _Refused(INVALID)
        return text

    def _free_text(self, number: int, place: int) -> str:
        end: int | None = len(self.parts)
        if number + 1 < len(self.elements):
            following = self.elements[number + 1]
            if self._furthest(following) < place:
                raise _Refused(OPEN_ENDED)
            end = self._only_place(following)
            if end is None:
                raise _Refused(AMBIGUOUS)
        text, texts = self._under(place), self.parts[place + 1 : end]
        if text is not None:
            texts.insert(0, text)
        elif texts:
            texts[0] = MARK + texts[0]
        return JOINT.join(texts)

    def _furthest(self, element: Element) -> int:
        return max(self.places[element.label], default=-1)

    def _doubtful(self) -> set[int]:
        """Return the fields of which a heading stands where a textarea's text may be, and those textareas."""
        doubtful: set[int] = set()
        for number, element in enumerate(self.elements):
            if not element.free or not self.places[element.label]:
                continue
            start = self.places[element.label][0]
            later = (self._furthest(other) for other in self.elements[number + 1 :])
            end = next((place for place in later if place > start), len(self.parts))
            inside = {
                other
                for other, stranger in enumerate(self.elements)
                if stranger.label != element.label and any(start < p < end for p in self._sole(stranger))
            }
            doubtful |= {number, *inside} if inside else set()
        return doubtful

    def _sole(self, element: Element) -> list[int]:
        places = self.places[element.label]
        return places if len(places) == 1 else []

    def _is_heading(self, place: int) -> bool:
        """Say whether a blank line follows a part's first line; the one before it is there in any case."""
        rest = self.parts[place].partition("\n")[2]
        return not rest or rest[0] == "\n"

    def _under(self, place: int) -> str | None:
        """Return what a part holds under its heading, or None where the next part follows at once."""
        rest = self.parts[place].partition("\n")[2]
        return rest[1:] if rest or place + 1 == len(self.parts) else None

    def _label(self, line: str) -> str:
        """Return the label of a heading's line, without spaces at its end or else without a closing run of `#`."""
        if line in self.places or not line.endswith((" ", "\t", "#")):
            return line
        bare = line.rstrip(_BLANKS)
        if bare in self.places:
            return bare
        stem = bare.rstrip("#")
        return stem.rstrip(_BLANKS) if stem.endswith((" ", "\t")) else bare


BODY_CAP = 262_144
"""The longest body that is read, in bytes of UTF-8. GitHub names a lower limit, but longer ones have been seen."""
_LONGEST_CHARACTER = 4

Status = Literal["ok", "edited", "ambiguous"]


@dataclass(frozen=True)
class Reading:
    """What a body says.

    Each field of the form is in exactly one of the two mappings, which keep the form's order.

    Attributes:
        status: `ok`: GitHub wrote the body, and all is certain. `ambiguous`: GitHub may have written it, but not all
            is certain. `edited`: GitHub did not write it so; somebody changed it, or it is of another form.
        fields: Field id -> answer as typed, with LF line ends: a text, None where it was left blank, a list of options
            (dropdown with several choices), or option -> whether it is ticked (checkboxes).
        refused: Field id -> why there is no answer, one of the words that this module's text explains.
    """

    status: Status
    fields: dict[str, Value]
    refused: dict[str, str]


def parse(body: str, form: Form) -> Reading:
    """Read an issue's body, in time linear in its length.

    Raises:
        UserError: The body is longer than `BODY_CAP`.
    """
    _check_size(body)
    if "\r" in body:
        body = body.replace("\r\n", "\n")
    elements = elements_of(form)
    reads = _read_all(body[len(MARK) :].split(JOINT), elements) if body.startswith(MARK) else None
    if reads is None:
        return Reading("edited", *read_edited(body, elements))
    fields: dict[str, Value] = {}
    refused: dict[str, str] = {}
    for element, read in zip(elements, reads, strict=True):
        if isinstance(read, Mark):
            refused[element.id] = AMBIGUOUS
        else:
            fields[element.id] = read
    return Reading("ambiguous" if refused else "ok", fields, refused)


def reading_to_json(reading: Reading) -> dict[str, object]:
    """Return what `almanac parse --json` prints of a reading."""
    return {"status": reading.status, "fields": dict(reading.fields), "refused": dict(reading.refused)}


def _check_size(body: str) -> None:
    if len(body) * _LONGEST_CHARACTER <= BODY_CAP:
        return
    # A body that comes out of JSON can hold half a surrogate pair, which is no UTF-8 but must not end in a crash.
    size = len(body) if body.isascii() else len(body.encode("utf-8", "surrogatepass"))
    if size > BODY_CAP:
        raise UserError(f"This text is too long: it has {size:,} bytes, and at most {BODY_CAP:,} are read. Shorten it.")


# ---------------------------------------------------------------- all legal readings
# The body is cut at every blank line that is followed by `### `. So a heading stands at the start of a part, if
# anywhere, and a reading says at which part each field's heading stands.


def _read_all(parts: list[str], elements: tuple[Element, ...]) -> list[Read] | None:
    """Return what each field holds, or None if GitHub cannot have written the body with this form."""
    final = elements[-1]
    if not final.plain and parts[-1] != final.heading:
        # A newline that an editor put at the end of the file; in a textarea it may have been typed.
        parts[-1] = parts[-1].removesuffix("\n")
    if len(parts) <= len(elements):
        return _read_only_cut(parts, elements)
    return _read_cuts(parts, elements)


def _read_only_cut(parts: list[str], elements: tuple[Element, ...]) -> list[Read] | None:
    # No more parts than fields: each part has to be one field. The usual body, and the fast path.
    if len(parts) < len(elements):
        return None
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
    places = _places(parts, elements)
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


# Where a label stands as a heading: the part, and the last part that the shortest slice from there takes.
_Places = dict[int, int]


def _places(parts: list[str], elements: tuple[Element, ...]) -> dict[str, _Places]:
    """Return, by label, the parts that begin with it as a heading."""
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
    return places


class _Step:
    """One field in all cuts: from the parts where its heading may stand to the parts where the next one's may.

    A field that cannot hold a heading has one slice at each part. A textarea's slices go from every part where it may
    open to every later part before which it may close; there can be too many of those to list.
    """

    def __init__(self, parts: list[str], element: Element, places: _Places, following: _Places) -> None:
        self.parts = parts
        self.element = element
        self.places = places
        self.following = following
        self.reached: list[int] = []  # where it may stand, seen from the body's start
        self.alive: list[int] = []  # and seen from its end as well
        self.ends: list[int] = []  # where the next field may stand, seen from both
        self.shortest: dict[int, Read] = {}  # what the shortest slice at a part holds, if it is legal

    def go_forward(self, reached: list[int]) -> list[int]:
        """Take where the field may stand and return where the next one may."""
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
        """Take where the next field may stand after all, and return where this one may."""
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
        # Two longer slices never hold the same, so whoever compares them needs two at most.
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
        """Return the shortest slice at a part."""
        text, last = self.parts[part], self.places[part]
        if last == part:
            return text[len(self.element.heading) :]
        return f"{text[len(self.element.label) :]}{MARK}{self.parts[last]}"

    def _opens(self, part: int) -> bool:
        return self.element.plain or (self.element.free and self.element.opens(self._text(part)))

    def _closings(self, ends: Iterable[int]) -> list[int]:
        return [end for end in ends if self.element.closes(self.parts[end - 1])] if self.element.free else []
