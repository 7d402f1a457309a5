"""The body of an issue that somebody changed by hand: what can still be read of it, with care.

GitHub's own layout is gone, so nothing proves a reading. A label is taken only where it stands once as a heading,
and only what fits its field is given. A text that was typed into a textarea must still not pass for another field:
a heading that stands between a textarea's and the next field's is the textarea's or somebody's mistake, and neither
is given.
"""

from bot.intake.elements import JOINT, MARK, Element, Mark, Value

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
