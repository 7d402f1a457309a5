"""An issue's body and its form -> the answers, with proof that they can be read in no other way.

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

from bot.errors import UserError
from bot.intake.edited import AMBIGUOUS, read_edited
from bot.intake.elements import JOINT, MARK, Element, Mark, Read, Value, elements_of
from bot.intake.fields import Form

__all__ = ["BODY_CAP", "Reading", "Status", "Value", "parse", "reading_to_json"]

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
