"""Which field of an event each key of a site's own files or entries holds: by its name, and proven by its values.

Names alone do not tell: `date` may be the last day of several, `registration` an address or a yes, `institution` the
place or where the speaker works. So each field goes to the key whose name and values together fit best.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

from almanac.event.statuses import read_status
from almanac.labels import words_abroad
from almanac.patterns import regex

_NAMES = {
    "title": "title heading headline event_title event_name talk_title * name event talk topic subject",
    "people": "speaker speakers presenter presenters guest guests panelist panelists lecturer lecturers instructor "
    "instructors * facilitator facilitators host hosts people author authors moderator lead leader name",
    "affiliation": "affiliation institution organization organisation company university employer institute "
    "affiliations *",
    "location": "location venue where place room * address city town institution",
    "url": "registration registration_url registration_link register rsvp rsvp_url rsvp_link signup sign_up tickets "
    "ticket_url meetup_url meetup_link meetup zoom_link zoom_url zoom * redirect event_url event_link eventbrite join "
    "join_url join_link url link external_url website web_page webpage href",
    "recording": "recording recording_link recording_url recordings video video_url video_link videos youtube_link "
    "youtube_url youtube watch replay vimeo *",
    "slides": "slides slides_link slides_url slide_deck materials materials_url presentation",
    "image": "image thumbnail cover cover_image featured_image picture img banner photo hero hero_image header_image",
    "image_alt": "image_alt alt image_description",
    "description": "abstract description synopsis summary excerpt short_description * details about blurb content text",
    "tags": "tags categories keywords topics *",
    "series": "series * type event_type kind category group",
    "number": "number num no nr edition id index order weight position sequence seq nummer numero",
    "status": "status event_status state statut estado",
}
"""Names of keys by what they hold, the likeliest first; a star is for those of other languages, as labels have them."""


def folded(word: str) -> str:
    """Return a word without accents and gaps, as keys have it: `T\u00edtulo` is `titulo`."""
    plain = unicodedata.normalize("NFKD", re.sub(r"[\W_]", "", word).casefold())
    return "".join(char for char in plain if not unicodedata.combining(char))


def _names_of(field: str) -> list[str]:
    before, star, after = _NAMES[field].replace("_", "").partition("*")
    words = words_abroad(field) if star else ()
    # Among people's are prepositions, such as `von`, which lead to times as well.
    words = [word for word in words if field != "people" or len(word) > _LONGEST_PREPOSITION or not word.isascii()]
    spelt = [folded(one) for word in words for one in (word, word.translate(_UMLAUTS))]
    return [*dict.fromkeys([*before.split(), *spelt, *after.split()])]


_UMLAUTS = str.maketrans({"\u00e4": "ae", "\u00f6": "oe", "\u00fc": "ue"})
_LONGEST_PREPOSITION = 4
_NAMES_OF = {field: _names_of(field) for field in _NAMES}
_OF_PLACES = (
    "address city town institution street venueaddress locationaddress venuename locationname building zip zipcode "
    "postcode postalcode state region country map mapurl maplink coordinates latitude longitude lat lng lon "
    "locationurl locationlink venueurl venuelink adresse direccion stadt ville ciudad strasse rue calle plz"
)
PLACES = {*_NAMES_OF["location"], *_OF_PLACES.split()}
"""Names of keys that say where an event is."""
_NEUTRAL = (
    "params extra event talk session meeting lecture seminar webinar workshop meta metadata details detail data info "
    "information fields attributes properties props custom links resources media materials additional acf taxonomies"
)
_AROUND = {*_NEUTRAL.split()}
"""Names of groups that tell nothing of what is in them."""
_MAIN = {
    "location": "name title label text",
    "people": "name fullname",
    "series": "name title",
    "url": "url link href",
    "recording": "url link href",
    "slides": "url link href file",
    "image": "url src path file image",
}
"""Names of what a group holds first of all: `venue` is what `venue.name` says."""
_OF_PERSON = {
    "name": "name full_name person speaker title",
    "affiliation": "affiliation organization organisation company institution university employer",
    "url": "url link website homepage web page href",
    "role": "role position job job_title",
}
PERSON_FIELD = {key: name for name, keys in _OF_PERSON.items() for key in keys.split()}
"""What is said of a person under a key."""
_TIMES_AROUND = regex(
    "(?:event)?(?:dates?|days?|datetimes?|when|times?|hours|schedule|timing|datum|termin|wann|zeit(?:en)?|quand|"
    "horaires?|fechas?|cuando|horarios?)"
)
_ZONES = regex("timezone|tz|zone|zeitzone|fuseauhoraire|zonahoraria|(?:utc|gmt)?offset")
_ALT = {"alt", "description", "alttext"}
_OF_TIMES = ("time", "times", "hours", "eventtime", "starttime", "when", "date", "start")
_CANCELLED = {"cancelled", "canceled", "iscancelled", "iscanceled"}
_CAMEL = regex(r"(?<=[a-z0-9])(?=[A-Z])")
_ADDRESS = regex(r"(?:https?://|\.{0,2}/|mailto:)\S*|[\w-]+(?:\.[\w-]+)+/\S*|[\w/-]+\.html?")
_PICTURE = regex(
    r"(?!https?://)[^\s?#][^?#\n]*\.(?:png|jpe?g|gif|webp|svg|avif)(?:[?#]\S*)?|https?://\S+", re.IGNORECASE
)
_TECHNICAL = regex(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
_LONGEST_NUMBER, _LARGEST_STEP = 9, 100
_TWO = 2  # numbers, which are apart by any step
_LONGEST_TITLE, _LONGEST_SUMMARY = 300, 500


def words_of(key: str) -> str:
    """Return a key's name as words with underscores between them: `youtubeLink` is `youtube_link`."""
    return re.sub(r"[\W_]+", "_", _CAMEL.sub("_", key)).strip("_").lower()


def _word_of(path: Sequence[str]) -> str:
    """Return the one word that says what stands at a path of keys: `speaker.affiliation` is `affiliation`."""
    *around, last = map(folded, path)
    word = ""
    for name in (*(one for one in around if one not in _AROUND), last):
        word = _word_within(word, name) if word else name
    return word


def _word_within(group: str, name: str) -> str:
    if any(group in _NAMES_OF[field] and name in names.split() for field, names in _MAIN.items()):
        return group
    if group in _NAMES_OF["image"] and name in _ALT:
        return "imagealt"
    is_alone = (
        _TIMES_AROUND.fullmatch(group)
        or _ZONES.fullmatch(name)
        or (group in PLACES and name in PLACES)
        or (group in _NAMES_OF["people"] and name in _NAMES_OF["affiliation"])
    )
    return name if is_alone else group + name


def is_blank(value: Any) -> bool:
    """Tell whether a value says nothing: none, an empty text or list, or words such as `TBA`."""
    if isinstance(value, str):
        return not value.strip() or value.strip().casefold() in ("tba", "tbc", "tbd", "n/a")
    return value is None or value in ([], {})


@dataclass(frozen=True)
class Key:
    """One key of several entries: its name, and its values in those that have it, the newest first.

    The name of one in a group is its path, as in `venue.name`. `entries` is how many entries there are.
    """

    name: str
    values: Sequence[Any]
    entries: int

    @cached_property
    def word(self) -> str:
        """The name in one word without accents: `start_date`, `startDate`, `startdate` and `start.date` are one."""
        return _word_of(self.name.split("."))

    @property
    def group(self) -> str:
        """The path of the group that it is in; empty at the top."""
        return self.name.rpartition(".")[0]

    @property
    def said(self) -> str:
        """The path without those groups that tell nothing of what is in them, as `room` for `params.room`."""
        *around, last = self.name.split(".")
        return ".".join([*(one for one in around if folded(one) not in _AROUND), last])

    @property
    def about(self) -> str | None:
        """What a group that it is in is about, and so its value, too: `location` or `people`."""
        names = [folded(one) for one in self.group.split(".")]
        is_of = {"location": PLACES, "people": {*_NAMES_OF["people"]}}
        return next((field for name in names for field, known in is_of.items() if name in known), None)

    @cached_property
    def filled(self) -> list[Any]:
        return [value for value in self.values if not is_blank(value)]

    @property
    def is_usual(self) -> bool:
        """Tell whether most entries have the key."""
        return len(self.values) * 2 > self.entries

    @property
    def is_frequent(self) -> bool:
        """Tell whether most entries have the key, or a good part of them a value for it."""
        return self.is_usual or len(self.filled) * 3 >= self.entries

    @property
    def is_asked(self) -> bool:
        """Tell whether most entries have a value for the key."""
        return len(self.filled) * 2 > self.entries

    @property
    def is_constant(self) -> bool:
        """Tell whether the key is usual, and says the same in nearly all entries that have it."""
        return self.is_usual and max(map(self.values.count, self.values)) * 4 >= len(self.values) * 3

    @property
    def is_long(self) -> bool:
        """Tell whether its values are rather the whole text about an event than a line about it."""
        lengths = sorted(len(str(value)) for value in self.filled)
        return bool(lengths) and lengths[len(lengths) // 2] > _LONGEST_SUMMARY

    def is_of(self, test: Callable[[Any], bool]) -> bool:
        """Tell whether what it holds is of one kind; a key that holds nothing yet is taken at its word."""
        return sum(map(test, self.filled)) * 4 >= len(self.filled) * 3


def names_part_of_event(group: str) -> bool:
    """Tell whether a group's name is that of a place, of people or of a time."""
    return folded(group) in {*PLACES, *_NAMES_OF["people"], *_OF_TIMES}


def tells_of_event(groups: Sequence[Any]) -> bool:
    """Tell whether most of some groups of values say who, when or where, and so what an event is without them."""
    names = {*_NAMES_OF["people"], *_NAMES_OF["location"], *_OF_TIMES} - {"name"}

    def tells(group: Any) -> bool:
        if isinstance(group, list):
            return any(map(tells, group))
        return isinstance(group, dict) and any(folded(key) in names for key in group)

    return bool(groups) and sum(map(tells, groups)) * 2 > len(groups)


def is_words(value: Any) -> bool:
    """Tell whether a value is a text and no address."""
    return isinstance(value, str) and not _ADDRESS.fullmatch(value.strip())


def _is_address(value: Any) -> bool:
    return isinstance(value, str) and _ADDRESS.fullmatch(value.strip()) is not None


def _is_person(value: Any) -> bool:
    if isinstance(value, dict):
        return name_key(value) is not None
    return is_words(value) and not _TECHNICAL.fullmatch(value)


def _is_yes_or_no(value: Any) -> bool:
    """Tell whether a value is one of two, be it in a table, which says all in text."""
    return isinstance(value, bool) or value in ("true", "false")


def name_key(person: Mapping[str, Any]) -> str | None:
    """Return the key that holds a person's name, in what is said of one person."""
    names = {words_of(key): key for key in person}
    return next((names[name] for name in ("name", "full_name", "speaker", "person", "title") if name in names), None)


def are_steps(numbers: Sequence[int], step: int) -> bool:
    """Tell whether numbers go on by a step, and are not apart by chance: two have to be multiples of it (10, 20)."""
    return len(numbers) > _TWO or all(number % step == 0 for number in numbers)


def _counts(key: Key) -> bool:
    """Tell whether the numbers of a key follow each other from event to event, up or down, but for gaps and slips."""
    numbers = [int(value) for value in key.filled if str(value).isdigit()]
    steps = [one - other for one, other in pairwise(numbers)]
    if len(numbers) == _TWO and steps[0] and not are_steps(numbers, abs(steps[0])):
        return False
    least = max((3 * len(steps) + 3) // 4, 1)
    return any(sum(0 < step * sign <= _LARGEST_STEP for step in steps) >= least for sign in (1, -1))


_TESTS: dict[str, Callable[[Any], bool]] = {
    "title": lambda value: is_words(value) and len(value) <= _LONGEST_TITLE,
    "people": lambda value: all(map(_is_person, value)) if isinstance(value, list) else _is_person(value),
    "url": _is_address,
    "recording": _is_address,
    "slides": _is_address,
    "image": lambda value: isinstance(value, str) and _PICTURE.fullmatch(value.strip()) is not None,
    "tags": lambda value: all(map(is_words, value)) if isinstance(value, list) else is_words(value) and "," in value,
    "number": lambda value: str(value).isdigit() and len(str(value)) <= _LONGEST_NUMBER,
    "status": lambda value: isinstance(value, str) and read_status(value) is not None,
}


def fields_of(keys: Sequence[Key], taken: Mapping[str, str], *, has_text: bool) -> dict[str, str]:
    """Return what keys hold: key -> field; those whose field is known already, its days and times, are `taken`.

    What only a few have is not looked at, but for a mark of those that are cancelled. `has_text` tells whether the text
    about an event stands below the keys.
    """
    found = dict(taken)
    candidates = [key for key in keys if key.is_frequent]
    for field, names in _NAMES_OF.items():
        has_people = "people" in found.values()
        if field == "affiliation" and not has_people:
            continue
        free = [key for key in candidates if key.name not in found and key.word in names]
        if field == "location" and has_people:
            free = [key for key in free if key.word != "institution"]  # where someone works
        fitting = [key for key in free if key.is_of(_TESTS.get(field, is_words))]
        if field == "description" and has_text:
            fitting = [key for key in fitting if key.is_long or key.word == "abstract"]
        if field in ("series", "tags", "image"):
            fitting = [key for key in fitting if any(value != key.values[0] for value in key.values)]
        if field == "number":
            fitting = [key for key in fitting if _counts(key)]
        if fitting:
            # An address or a town is asked for by itself where another key has the place.
            best = min(
                fitting,
                key=lambda key: (
                    key.word in _OF_PLACES.split(),
                    not key.is_asked,
                    names.index(key.word),
                    key.name.count("."),
                ),
            )
            found[best.name] = field
            if field == "people" and best.about:
                found |= _of_person(candidates, best.group)
    marks = (key.name for key in keys if key.word in _CANCELLED and all(map(_is_yes_or_no, key.values)))
    return found | {name: "cancelled" for name in marks if "status" not in found.values()}


def _of_person(keys: Sequence[Key], group: str) -> dict[str, str]:
    """Find what else a group says of one person: key -> `people.url` and the like."""
    tests = {"url": _is_address, "role": is_words}
    inner = ((key, PERSON_FIELD.get(words_of(key.name.rpartition(".")[2]), "")) for key in keys if key.group == group)
    return {key.name: f"people.{field}" for key, field in inner if field in tests and key.is_of(tests[field])}
