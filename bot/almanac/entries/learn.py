"""How a site writes its events in files or a list of its own, learned from the newest: the template of the next one.

Each key is written where the newest entry has it, in its quotes and its way of writing dates and lists. It is copied if
it says the same in most of them, filled by the field that its name and values tell, or else by a question of the form's
own. What is doubtful is named; nothing is guessed.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from almanac.entries.bodies import TITLE, html_body, learn_body
from almanac.entries.days import day_again, day_written
from almanac.entries.doubts import doubts_of
from almanac.entries.examples import ISO_DAY, Example, Models, Reference, Source
from almanac.entries.formats import DataEntry
from almanac.entries.inyaml import YamlList
from almanac.entries.keys import PERSON_FIELD, PLACES, Key, is_blank, name_key, tells_of_event, words_of
from almanac.entries.nested import grouped
from almanac.entries.styles import KeyPiece, Part, copied, entry_template, parts_of, row_template
from almanac.entries.times import TIME_FIELDS, Written, is_named_for_an_end, is_named_for_time, tells_when, time_written
from almanac.event.model import Event, safe_slug
from almanac.event.statuses import read_status
from almanac.page.lines import plain
from almanac.page.tables import Question
from almanac.patterns import regex
from almanac.phrases import say

_LONGEST_EXAMPLE = 80
_MOST_OPTIONS = 30  # to choose from in a form
_OURS = {*Event.model_fields, "duration"}
_NAMED_SLIDES = "'equalto', 'Slides'"
_SLIDES = {"de": "Folien", "es": "Diapositivas", "fr": "Diapositives"}
_VALUES = {
    "people": "people | names",
    "people.url": "people[0].url",
    "people.role": "people[0].role",
    "affiliation": "people | map(attribute='affiliation') | select | unique | join(', ')",
    "slides": f"(links | selectattr('label', {_NAMED_SLIDES}) | map(attribute='url') | list)[:1] | join",
    "image_alt": "image.alt",
    "tags": "tags | join(', ')",
    "cancelled": "status == 'cancelled'",
}
_ITEMS = {"people": ("person in people", "person.name"), "tags": ("tag in tags", "tag")}
_CONDITIONS = {"affiliation": "people", "slides": "links", "image_alt": "image", "cancelled": "status == 'cancelled'"}
_STATES = {"past", "previous", "archive", "archived", "upcoming", "future", "over", "done", "finished", "ended"}
_EXACT = ("date", "end_date", "when", "ends", "duration", "number", "status", "cancelled")
_SLUGS = {"slug", "permalink", "anchor", "id"}
_SLUG = regex(r"(?P<before>[\"']?(?:/(?:[\w-]+/)*)?)(?P<name>[a-z0-9]+(?:[-_][a-z0-9]+)*)(?P<after>/?[\"']?)")
_PARTS_OF_NAME = {
    "date": "date",
    "year": "date[:4]",
    "month": "date[5:7]",
    "day": "date[8:]",
    "slug": "title | slug",
    "people": "(people | names(' ') or title) | slug",
}
_SETTING = regex("[a-z]+")
_PLAIN_FOLDER = regex(r"[\w./ -]+")
_INDENT = regex(r"\n([ ]+)\S")


@dataclass(frozen=True)
class Learned:
    """How the next event is written.

    `name` is the pattern of its file's name, empty in a list. `keys` says what fills each key: a field of the event,
    `extra.` and a question's id, or nothing where the key is copied. `fields` are those that are shown, below the keys
    too; `left_out` are keys of most that a new one will not have; `assumed` is what it says as most do, though others
    say the opposite; `pictures` are where the newest have theirs; `doubts` say why the result may be wrong.
    """

    template: str
    name: str
    keys: Mapping[str, str]
    fields: frozenset[str]
    questions: tuple[Question, ...]
    left_out: tuple[str, ...]
    assumed: tuple[str, ...]
    pictures: tuple[str, ...]
    doubts: tuple[str, ...]

    def template_in(self, language: str) -> str:
        """Return the template for a site in a language: titles say in that what will not be, and slides are known."""
        if language == "en":
            return self.template
        template = self.template.replace(TITLE, f'{TITLE}("{language}")')
        return template.replace(_NAMED_SLIDES, f"'in', ['Slides', '{_SLIDES[language]}']")


def learn(source: Source) -> Learned:
    """Learn from a site's own events, at least one, how the next one is written.

    Raises:
        UserError: Their keys are not valid YAML.
    """
    models = Models(source)
    keys = _KeyWriter(models)
    pieces, name = keys.pieces(), _name(models)
    if source.has_body and "{date}" in name and not any(one.startswith("date") for one in models.fields.values()):
        # The day is in the file's name, which stays when the day changes; generators look at this key first.
        written = 'date = "{{ date }}"' if source.language == "toml" else "date: {{ date }}"
        pieces.insert(min(1, len(pieces)), KeyPiece("", written, "date not in id"))
    if source.columns:
        template = row_template([*map(copied, source.columns)], source.mark)
        template += row_template([piece.value for piece in pieces], source.mark)
    else:
        template = entry_template(pieces, models.examples[0].text, source.language)
    shown = {field.partition(".")[0] for field in (*models.fields.values(), *keys.inner)}
    body = (html_body if source.is_html else learn_body)(models.different_bodies, shown)
    if body.words:
        keys.ask("text", "Text", body.words, say("Stands below the rest, as in the other events."), is_long=True)
    if source.has_body:
        mark = "+++" if source.language == "toml" else "---"
        template = f"{mark}\n{template}{mark}\n{body.template}"
    fields = frozenset(shown | body.fields)
    doubts = (*keys.doubts, *doubts_of(models, fields, keys.filled_by))
    image = models.key_of("image")
    pictures = tuple(map(str, image.filled)) if image else ()
    questions, left_out, assumed = tuple(keys.questions), tuple(keys.left_out), tuple(keys.assumed)
    return Learned(template, name, keys.filled_by, fields, questions, left_out, assumed, pictures, doubts)


def _name(models: Models) -> str:
    """Return the pattern of most names of files: what in them is the day's, the people's or the title's."""
    return Counter(_pattern(models, at) for at in range(len(models.examples))).most_common(1)[0][0]


def _pattern(models: Models, at: int) -> str:
    *folders, name = models.examples[at].name.split("/")
    day = models.days("date").get(at) or models.days("end_date").get(at, "")
    return "/".join([*(_folder_pattern(folder, day) for folder in folders), _name_pattern(models, at, name, day)])


def _folder_pattern(folder: str, day: str) -> str:
    """Return a folder's name, with the year, month or day of the events in it in place of theirs."""
    before, rest = _cut_day(folder, day)
    year, _, month = day[:7].partition("-")
    if not rest:
        return before
    return {year: "{year}", month: "{month}", day[8:]: "{day}"}.get(folder, folder) if day else folder


def _name_pattern(models: Models, at: int, name: str, day: str) -> str:
    if not name:
        return ""
    in_folder = "/" in models.examples[at].name  # of its year or month, so that a month or a day is enough of a name
    if name.isdigit():
        part = next((part for part, said in (("month", day[5:7]), ("day", day[8:])) if said == name), "number")
        return f"{{{part}}}" if in_folder else "{number}"
    before, rest = _cut_day(name, day)
    words = rest.lstrip("-_")
    if not words or (before and _is_usual_name(models, words)):
        return before + rest
    people = safe_slug(" ".join(models.texts(at, "people")))
    kind = "{people}" if people and people == safe_slug(words) else "{slug}"
    return f"{before}{rest[: len(rest) - len(words)]}{kind}"


def _is_usual_name(models: Models, words: str) -> bool:
    """Tell whether nearly all names of files end in some words, so that only their days tell them apart."""
    count = sum(one.name.endswith(words) for one in models.examples)
    return count > 1 and count * 4 >= len(models.examples) * 3


def _cut_day(name: str, day: str) -> tuple[str, str]:
    """Cut a file's name behind the day that it begins with: the pattern of that, and the rest."""
    if found := ISO_DAY.search(name):
        return f"{name[: found.start()]}{{date}}", name[found.end() :]
    parts = dict(zip(("{year}", "{month}", "{day}"), day.split("-"), strict=False))
    for mark, count in product(("", "-", "_"), (3, 2)):
        pattern = mark.join([*parts][:count])
        written = mark.join([*parts.values()][:count])
        if day and name.startswith(written):
            return pattern, name[len(written) :]
    return "", name


class _KeyWriter:
    """Writes the keys of a template; what that needs of the form, and what is doubtful about it, comes together here.

    `filled_by` is what fills each key, `inner` are fields that the groups of a key hold, `left_out` are keys that most
    have and a new event will not, and `assumed` is what a new one says as most do, though others say the opposite.
    """

    def __init__(self, models: Models, *, is_inner: bool = False, has_times: bool = False) -> None:
        """`has_times` if keys around these say when the event is: then a time of a talk is another one."""
        self.models, self.has_times = models, has_times
        # Where no key says that an event is cancelled, its title has to.
        self.marks_title = not is_inner and not {"status", "cancelled"} & {*models.fields.values()}
        self.language = models.source.language
        self.questions: list[Question] = []
        self.filled_by: dict[str, str] = {}
        self.inner: set[str] = set()
        self.doubts: list[str] = []
        self.left_out: list[str] = []
        self.assumed: list[str] = []

    def pieces(self) -> list[KeyPiece]:
        """Write each key that the next entry is to have, those of groups within these."""
        pieces = [(key.name, piece) for key in self.models.keys.values() for piece in self.of_key(key)]
        for group in sorted(self.models.groups):
            has_keys = any(name.startswith(f"{group}.") for name in (*self.filled_by, *self.left_out))
            entries = sum(any(name.startswith(f"{group}.") for name in one.entry.data) for one in self.models.examples)
            if not has_keys and entries * 2 > len(self.models.examples):
                self.left_out.append(group)
        return grouped(pieces, self.models)

    def of_key(self, key: Key) -> Iterator[KeyPiece]:
        """Write a key, if the next entry is to have it."""
        part = self.models.part(key)
        field = self.filling(key, part)
        own = self.with_own_name(key, part) if field in (None, "number") else None
        if own is not None:
            self.filled_by[key.name] = "id"
            yield KeyPiece(part.lead, own)
        elif field:
            self.filled_by[key.name] = field
            yield self.filled(key, part, field, self.written(key, field))
        elif key.is_asked and self.says_title(key):
            self.filled_by[key.name] = "title"
            yield self.filled(key, part, "title", self.written(key, "title"))
        elif again := day_again(self.models, key):
            self.filled_by[key.name] = "date"
            yield self.filled(key, part, "date", again)
        elif self.language == "csv" and not key.is_asked:
            yield KeyPiece("", "")  # a table keeps its columns
        elif self.is_copied(key):
            self.filled_by[key.name] = ""
            # Where most say nothing, what one says is its own.
            values = key.values if key.is_asked else [one for one in key.values if is_blank(one)]
            yield self.constant(key, max(values, key=values.count))
        elif key.is_asked and (group := self.group(key)):
            yield KeyPiece(part.lead.rstrip(" "), group)
        elif key.is_asked:
            yield from self.asked(key, part)

    def filling(self, key: Key, part: Part) -> str | None:
        """Return the field that fills a key; groups, such as people with several keys, need lines of their own."""
        model = key.filled[0] if key.filled else None
        is_groups = isinstance(model, list) and bool(model) and isinstance(model[0], dict)
        is_on_lines = self.language == "yaml" and part.value.lstrip().startswith("- ")
        field = self.models.fields.get(key.name)
        is_of_part = field in TIME_FIELDS and self.has_times
        return None if is_of_part or (is_groups and not is_on_lines) else field

    def says_title(self, key: Key) -> bool:
        """Tell whether a key says the title once more in nearly all."""
        title = self.models.key_of("title")
        data = [one.entry.data for one in self.models.examples if title and key.name in one.entry.data]
        again = sum(one[key.name] == one.get(title.name if title else "") for one in data)
        return bool(again * 4 >= len(self.models.examples) * 3)

    def is_copied(self, key: Key) -> bool:
        """Tell whether a new event has what most have: not what says a time or place, which it may have of its own."""
        is_usual = key.is_constant or (key.is_usual and not key.is_asked)
        if not is_usual or key.name in self.models.source.references:
            return False
        if len(self.models.examples) == 1 and not all(map(_is_setting, key.filled)):
            return False  # that one event says it does not tell that all do
        is_place = key.word in PLACES and "location" in self.models.fields.values()
        is_own = is_place or is_named_for_time(key) or is_named_for_an_end(key)
        is_own = is_own or (key.about in self.models.fields.values())  # as the seats of a place
        return not is_own and not any(tells_when(one, self.models.habits) for one in key.filled)

    def constant(self, key: Key, value: Any) -> KeyPiece:
        if (value is True and key.word in _STATES) or str(value).strip().lower() in _STATES:
            of_key = say(
                "Nearly all events have `{name}: {value}`, so somebody seems to change that by "
                "hand when one is over. A new one would have it from the beginning.",
                name=key.name,
                value=value,
            )
            of_column = say(
                "Nearly all events have `{value}` in the column `{name}`, so somebody seems to change that by "
                "hand when one is over. A new one would have it from the beginning.",
                name=key.name,
                value=value,
            )
            self.doubts.append(of_column if self.language == "csv" else of_key)
        pairs = zip(self.models.examples, self.models.parts, strict=True)
        alike = (parts.get(key.name) for one, parts in pairs if one.entry.data.get(key.name, ...) == value)
        part = next(filter(None, alike), None)
        if part is None:
            return KeyPiece(self.models.part(key).lead, copied(json.dumps(value, ensure_ascii=False)))
        return KeyPiece(part.lead, copied(part.value))

    def with_own_name(self, key: Key, part: Part) -> str | None:
        """Write a value that is made of the file's own name, such as an address of its own; None if it is not."""
        examples = [one for one in self.models.examples if key.name in one.entry.data]
        for value, names in (
            ("id", [one.name for one in examples]),
            ("id.split('/') | last", [one.name.rpartition("/")[2] for one in examples]),
        ):
            pairs = zip(names, key.values, strict=True)
            if key.is_usual and "." not in part.value and all(name and name in str(own) for name, own in pairs):
                before, _, after = part.value.partition(names[0])
                return f"{copied(before)}{{{{ {value} }}}}{copied(after)}"
        return self.as_address(key, part)

    def as_address(self, key: Key, part: Part) -> str | None:
        """Write a value that is a part of an address, made of day, people or title as names of files are; or None."""
        found = _SLUG.fullmatch(part.value)
        if (
            key.word not in _SLUGS
            or not key.is_asked
            or not found
            or not all(map(_SLUG.fullmatch, map(str, key.filled)))
        ):
            return None
        at = next((at for at, one in enumerate(self.models.examples) if one.entry.data.get(key.name)), 0)
        day = self.models.days("date").get(at, "")
        pattern = _name_pattern(self.models, at, found["name"], day)
        if "{slug}" not in pattern and "{people}" not in pattern:
            return None
        written = re.sub(r"\{(\w+)\}", lambda place: f"{{{{ {_PARTS_OF_NAME[place[1]]} }}}}", pattern)
        return found["before"] + written + found["after"]

    def asked(self, key: Key, part: Part) -> Iterator[KeyPiece]:
        """Let a question of the form's own fill a key, if it is not in a group that says nothing of the event."""
        if key.group in self.models.groups and not self.models.is_about_event(key):
            self.left_out.append(key.name)
        elif any(isinstance(one, dict | list) and not _is_texts(one) for one in key.filled):
            groups = [{key.name: one} for one in key.filled if isinstance(one, dict)]
            is_shown = any(f"page.{key.name}" in body for body in self.models.bodies)
            if tells_of_event(key.filled) or tells_of_event(groups) or is_shown:
                message = say(
                    "Most events have {key}, a group of values that no question of a form can fill.",
                    key=self.models.where(key),
                )
                self.doubts.append(message)
            else:
                self.left_out.append(key.name)
        elif all(isinstance(one, bool) for one in key.filled):
            usual = max(key.filled, key=key.filled.count)
            self.assumed.append(f"{key.name}: {str(usual).lower()}")
            yield self.constant(key, usual)
        else:
            words = self.asked_as(key)
            name = safe_slug(words).replace("-", "_")
            name = name if name[:1].isalpha() else f"key_{name}".rstrip("_")
            name = f"{name}_key" if name in _OURS else name
            again = sum(one.id == name or one.id.startswith(f"{name}__") for one in self.questions)
            name = f"{name}__{again + 1}" if again else name  # two names may differ only in their signs
            example = key.filled[0]
            is_list = any(isinstance(one, list) for one in key.filled)
            shown = ", ".join(map(str, example)) if isinstance(example, list) else str(example)
            label = words.replace("_", " ").capitalize() or key.name
            is_long, options = is_list or key.is_long or "\n" in shown, tuple[str, ...]()
            purpose = say("Written as `{name}`.", name=key.name)
            if named := self.models.source.references.get(key.name):
                purpose, options = _of_reference(named, key.name, is_list=is_list)
            elif is_list:
                purpose = say("Written as `{name}`, one on each line.", name=key.name)
            elif key.is_constant and is_named_for_time(key):
                self.doubts.append(
                    say(
                        "It is not certain how {key} writes times, as in `{filled}`.",
                        key=self.models.where(key),
                        filled=example,
                    )
                )
            self.ask(name, label, shown, purpose, is_long=is_long, options=options)
            self.filled_by[key.name] = field = f"extra.{name}"
            yield self.filled(key, part, field, Written(field, self.condition(key, field)))

    def asked_as(self, key: Key) -> str:
        """Return the words of a question for a key: without those of groups that tell nothing, if they are free."""
        short = words_of(key.said)
        return words_of(key.name) if any(one.id == short for one in self.questions) else short

    def ask(  # noqa: PLR0913 -- all that a question is
        self, name: str, label: str, example: str, purpose: str, *, is_long: bool, options: tuple[str, ...] = ()
    ) -> None:
        words = plain(" ".join(example.split()))[:_LONGEST_EXAMPLE]
        self.questions.append(Question(name, label, words, purpose, is_long, options))

    def written(self, key: Key, field: str) -> Written:
        """Return what gives a field's value for a key, and the condition under which the key is there."""
        if field.startswith(("date", "end_date")):
            if found := day_written(self.models, key, field):
                return found
            self.doubts.append(
                say(
                    "It is not certain how {key} writes days, as in `{filled}`.",
                    key=self.models.where(key),
                    filled=key.filled[0],
                )
            )
        condition = self.condition(key, field)
        if field in TIME_FIELDS:
            return time_written(key, field, condition)
        if field == "number":
            padded = next((str(one) for one in key.filled if str(one).startswith("0")), "")
            return Written(f'number | like("{padded}")' if padded else "number", "")
        value = _picture(key) if field == "image" else _VALUES.get(field, field)
        usual = [one for one in key.filled if field == "status" and read_status(one) == "scheduled"]
        if usual:
            value = f"status or '{max(usual, key=usual.count)}'"
            condition = "" if key.is_asked else condition  # most say that they take place, and so does a new one
        elif field == "title" and self.marks_title:
            value = TITLE
        return Written(value, condition)

    def condition(self, key: Key, field: str) -> str:
        """Return the condition under which a key is there at all; empty where it always is, with or without a value."""
        name = field.partition(".")[0]
        blank = len(key.values) - len(key.filled)
        is_always = name in ("title", "date", "number") or (name == "cancelled" and key.is_usual)
        if is_always or blank > key.entries - len(key.values):
            return ""
        if name == "extra":
            return field
        return _VALUES[field] if field.startswith("people.") else _CONDITIONS.get(name, name)

    def filled(self, key: Key, part: Part, field: str, written: Written) -> KeyPiece:
        """Write a key with a value, in the way of the model."""
        value = self.plain(written.value, field, key.name)
        if any(isinstance(one, list) for one in key.filled):
            text = self.listed(part, key, field)
        elif self.language == "yaml" and part.value.startswith(("|", ">")):
            space = _INDENT.search(part.value)
            text = f"{part.value.split(maxsplit=1)[0]}\n{space[1] if space else ''}{{{{ {value} }}}}"
        else:
            # Without quotes, JSON has null for what is not known: to Liquid, an empty text is something.
            quote = (
                ""
                if self.language == "json" and field.partition(".")[0] not in ("title", "date", "number")
                else part.quote
            )
            text = f"{quote}{{{{ {value} }}}}{written.after}{quote}"
        if self.language in ("json", "csv"):
            return KeyPiece(part.lead, text)
        return KeyPiece(_led(part), text, written.condition)

    def plain(self, value: str, field: str, key: str) -> str:
        """Leave a value as it was typed where whatever prints its key makes it inert."""
        is_text = field.partition(".")[0] not in _EXACT
        return f"{value} | plain" if is_text and self.models.source.escapes(key) else value

    # ----------------------------------------------------------------------- lists

    def listed(self, part: Part, key: Key, field: str) -> str:
        """Write a list of texts or of people, in brackets or each on a line of its own."""
        loop, value = _ITEMS.get(field, (f"one in {field}.splitlines()", "one"))
        model = key.filled[0]
        if isinstance(model, list) and model and isinstance(model[0], dict):
            return self.people(part, loop)
        is_block = self.language == "yaml" and not part.value.startswith("[")
        first = part.value.lstrip("[- \n")[:1]
        quote = first if first in ('"', "'") else '"' if self.language != "yaml" else ""
        item = f"{quote}{{{{ {self.plain(value, field, key.name)} }}}}{quote}"
        if not is_block:
            # JSON has no comma behind the last one, not even where a loop is read as if it were gone through once.
            comma = "{% if loop.last %}{% else %}, {% endif %}"
            comma = comma if self.language == "json" else "{% if not loop.last %}, {% endif %}"
            return f"[{{% for {loop} %}}{item}{comma}{{% endfor %}}]"
        return f"{{% for {loop} %}}\n{_space(part)}- {item}\n{{% endfor %}}"

    def people(self, part: Part, loop: str) -> str:
        """Write a list of people of whom several things are said, each under a key."""
        pieces = []
        parts = parts_of(_space(part) + part.value, "yaml")
        own_name = name_key({one.key: "" for one in parts})
        for one in parts:
            name = PERSON_FIELD.get(words_of(one.key))
            name = "role" if name == "name" and one.key != own_name else name  # the title of someone who has a name
            if name:
                value = self.plain(f"person.{name}", "people", one.key)
                condition = "" if name == "name" else f"person.{name}"
                pieces.append(KeyPiece(_led(one), f"{one.quote}{{{{ {value} }}}}{one.quote}", condition))
        return f"{{% for {loop} %}}\n{entry_template(pieces, _space(part) + part.value, 'yaml')}{{% endfor %}}"

    def group(self, key: Key) -> str | None:
        """Write a list of groups of which one tells of the event, such as its talk, among others that are always there.

        None where no group of the list has a title, and people or a description beside it.
        """
        texts = [f"{_space(part)}{part.value}\n" for one in self.models.parts if (part := one.get(key.name))]
        lists = [(text, YamlList().entries(text)) for text in texts if text.lstrip().startswith("- ")]
        own = [Example("", text[one.start : one.end], one) for text, items in lists for one in items if _has_title(one)]
        if self.language != "yaml" or len(own) < len(texts):
            return None
        models = Models(replace(self.models.source, examples=own, has_body=False))
        known = {*self.models.fields.values()}
        inner = _KeyWriter(models, is_inner="title" in known, has_times="when" in known)
        pieces = inner.pieces()
        held = {*models.fields.values()}
        if not ("title" in held and held & {"people", "description"}):
            return None
        self.questions += inner.questions
        self.doubts += inner.doubts
        self.left_out += inner.left_out
        self.assumed += inner.assumed
        self.inner |= held
        text, items = lists[0]
        at = [number for number, one in enumerate(items) if _has_title(one)] or [len(items)]
        all_of_them = [one.data for _, entries in lists for one in entries]
        same = [all_of_them.count(one.data) * 2 >= len(lists) for one in items]
        same = [is_same and not tells_when(one.data, models.habits) for is_same, one in zip(same, items, strict=True)]
        kept = [text[one.start : one.end] if is_same else "" for is_same, one in zip(same, items, strict=True)]
        before, after = "".join(kept[: at[0]]), "".join(kept[at[-1] + 1 :])
        return (before + entry_template(pieces, own[0].text, "yaml") + after).removesuffix("\n")


def _of_reference(named: Reference, name: str, *, is_list: bool) -> tuple[str, tuple[str, ...]]:
    """Return what a question says of a key that names something else, and what can be chosen, if it is one of a few."""
    if is_list:
        purpose = say("Written as `{name}`, one on each line: ids in {path}.", name=name, path=named.path)
    else:
        purpose = say("Written as `{name}`: one of the ids in {path}.", name=name, path=named.path)
        if len(named.ids) <= _MOST_OPTIONS:
            return purpose, named.ids
    return purpose + " " + say("Known so far: {known}.", known=", ".join(named.ids[:_MOST_OPTIONS])), ()


def _picture(key: Key) -> str:
    """Return what gives a picture's path: in the folder that most name theirs in, from the site's root, or the name."""
    own = [str(value) for value in key.filled if "://" not in str(value)]
    if not own:
        return "(('/' ~ image.path) if image.path else '')"
    folder = Counter(value.rpartition("/")[0] for value in own).most_common(1)[0][0]
    if not folder or not _PLAIN_FOLDER.fullmatch(folder):
        return "image.path.split('/') | last"
    return f"(('{folder}/' ~ (image.path.split('/') | last)) if image.path else '')"


def _led(part: Part) -> str:
    """Return what leads to a value, with a space where a key had none."""
    return part.lead if part.lead[-1:].isspace() else f"{part.lead} "


def _space(part: Part) -> str:
    """Return what a list's hyphens are indented by."""
    return part.lead.rpartition("\n")[2]


def _has_title(entry: DataEntry) -> bool:
    return name_key(entry.data) is not None


def _is_setting(value: Any) -> bool:
    """Tell whether a value is a word for a program rather than said of an event: `true`, or the name of a layout."""
    return isinstance(value, bool) or (isinstance(value, str) and _SETTING.fullmatch(value) is not None)


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str | int) for one in value)
