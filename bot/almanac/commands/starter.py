"""The texts that `almanac init` writes into a site: its config, form, workflow and first page."""

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from yaml import MappingNode, Node

from almanac import PROJECT
from almanac import config as configs
from almanac.catalogues import load_tongue
from almanac.config import Config, Language
from almanac.errors import Problem, UserError
from almanac.event.following import of_series
from almanac.event.model import Event
from almanac.form.schema import read_form
from almanac.form.translated import translated_form
from almanac.packaged import template
from almanac.page.tables import Question
from almanac.patterns import regex
from almanac.phrases import Tongue, said, say
from almanac.proposal.summary import STATUSES
from almanac.times.check import check_imported, read_when
from almanac.times.rhythm import Rhythm, rhythm_of
from almanac.times.zones import Zones, letters_like
from almanac.yamlfile import compose

_TEMPLATES = ".github/almanac"
TEMPLATE = f"{_TEMPLATES}/section.md.j2"
INDEX_TEMPLATE = f"{_TEMPLATES}/index.md.j2"
UPCOMING_TEMPLATE = f"{_TEMPLATES}/upcoming.md.j2"
PAGE_TEMPLATES = {
    "section_template": TEMPLATE,
    "index_template": INDEX_TEMPLATE,
    "upcoming_template": UPCOMING_TEMPLATE,
}
"""Where the templates of a page are that `init` writes, by their keys in the config."""
_SAID_OF_TEMPLATES = {
    "section_template": "How a new event is written on the page. It was made to match the page; edit it as you like.",
    "index_template": "How its line in the page's second list is written, which names all events.",
    "upcoming_template": "How it is written in the list of what is to come.",
}
SWITCH = "Allow GitHub Actions to create and approve pull requests"
"""The setting of a repository without which the workflow cannot open pull requests."""
_DOCS = f"{PROJECT}/blob/main/docs"
_SCHEMA = f"{PROJECT}/raw/main/docs/schema/config.json"
_PART = regex(r"^(?=  - type: )", re.MULTILINE)
_ID = regex(r"^    id: (\w+)$", re.MULTILINE)
_TEXT = "  - type: textarea"
_ONE_LINE = ("location", "url", "recording")
_MOST_SERIES = 12
_OF_LATE = timedelta(days=100)
_LONGEST_EXAMPLE = 80
_PLAIN = regex(r"[A-Za-z._/][A-Za-z0-9._/{}-]*")
_YAML_WORDS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
_BMP = 0xFFFF


@dataclass(frozen=True)
class Habits:
    """What a page's events show of the community's habits: its series, the latest first, and how it writes times.

    `letters` are the time zone letters of each series' latest line of times, under None for events without a series;
    `line` is a line of times as the page writes it, `zone` the IANA zone in which most events start. `rhythms` tell how
    often a series meets, where that can be seen and it has met of late.
    """

    series: tuple[str, ...]
    letters: dict[str | None, tuple[str, ...]]
    line: str | None
    zone: str | None
    rhythms: dict[str, Rhythm] = field(default_factory=dict)


def of_history(path: str, history: str) -> str:
    """Return where a history has a file of its own that is at this path for a site's only one."""
    folder, _, name = path.rpartition("/")
    stem, dot, suffix = name.partition(".")
    if folder.startswith(_TEMPLATES):
        return f"{folder}/{history}/{name}"
    return f"{folder}/{stem}-{history}{dot}{suffix}"


def habits_of(events: Sequence[Event], zones: Zones, today: date) -> Habits:
    """Find out what the events on a page have in common."""
    latest = sorted(events, key=lambda event: event.sort_key, reverse=True)
    named = dict.fromkeys(event.series for event in latest if event.series)
    letters: dict[str | None, tuple[str, ...]] = {}
    line, starts = None, Counter[str]()
    for event in latest:
        if not event.when:
            continue
        when = event.when
        read = check_imported(event.date, when, zones, event.end_date)
        if not read.zones and event.time_zone:  # in files and lists it has a key of its own
            when = f"{event.when} {event.time_zone}"
            read = check_imported(event.date, when, zones, event.end_date)
        if not read.zones:
            continue
        if read.ok and line is None and not event.end_date:
            # As Almanac would show it: the page's own line may contain a date, or letters that do not fit the season.
            line = read_when(event.date, when, zones).line or when
        first = read.zones[0].zone
        if first:
            starts[first] += 1
        # EDT and EST are both called ET; letters that this site does not know are left to people.
        called = (letters_like(time.label, zones.label_of(time.zone)) for time in read.zones if time.zone)
        found = tuple(dict.fromkeys(called))
        if len(found) > 1 and all(word in zones.letters for word in found):
            letters.setdefault(event.series, found)
    zone = starts.most_common(1)[0][0] if starts else None
    rhythms = {}
    for name in (*named,)[:_MOST_SERIES]:
        dates = [event.date for event in of_series(latest, name)]
        rhythm = rhythm_of(dates)
        if rhythm and date.fromisoformat(dates[-1]) >= today - _OF_LATE:
            rhythms[name] = rhythm
    return Habits(tuple(named)[:_MOST_SERIES], letters, line, zone, rhythms)


def config_text(config: Config, habits: Habits, zones: Zones, templates: Collection[str] = ()) -> str:
    """Write the config for a page and its records, or for files or a list; keys whose default is right are left out.

    `templates` are the keys of those that the page has.
    """
    lines = [f"# yaml-language-server: $schema={_SCHEMA}", f"# All keys, and what they mean: {_DOCS}/configuration.md"]
    lines += _places(config)
    if config.records != Config().records:
        lines.append(f"records: {_scalar(config.records)}")
    if config.language != "en":
        lines.append(f"language: {config.language}")
    for key, path in PAGE_TEMPLATES.items():
        if key in templates:
            lines += [f"# {_SAID_OF_TEMPLATES[key]}", f"{key}: {path}"]
    if habits.zone:
        lines.append("# Suggested to people who give a time without a zone; never assumed.")
        lines.append(f"time_zone: {habits.zone}")
    own = habits.letters.get(None)
    if own:
        lines += ["# The zones in which times are shown.", "time_zones:"]
        lines += [f"  {word}: {zones.letters[word]}" for word in own]
    lines += _series(habits)
    return "\n".join(lines) + "\n"


def _series(habits: Habits) -> Iterator[str]:
    """Write what is particular to each series."""
    shown = [name for name in habits.series if name in habits.letters or name in habits.rhythms]
    if any(name in habits.letters for name in shown):
        yield "# The zones in which a series' times are shown, in this order."
    if habits.rhythms:
        yield "# How often it meets: after each event, a link opens the form filled in for the next one."
    if shown:
        yield "series:"
    for name in shown:
        yield f"  {_quoted(name)}:"
        if words := habits.letters.get(name):
            yield f"    time_zones: [{', '.join(words)}]"
        if rhythm := habits.rhythms.get(name):
            yield f"    every: {rhythm}"


def said_of_rhythms(habits: Habits) -> list[str]:
    """Say what the settings will hold of how often series meet."""
    found = "; ".join(f"{name} (`every: {rhythm}`)" for name, rhythm in habits.rhythms.items())
    return (
        [say("The settings say how often a series meets, as your events show it: {found}.", found=found)]
        if found
        else []
    )


def history_lines(
    config: Config,
    habits: Habits,
    zones: Zones,
    templates: Mapping[str, str | None],
    known: Collection[str] = (),
) -> list[str]:
    """Write the settings of one more history, or those that it needs besides the keys that are `known` of it.

    `templates` are those that its page has, by their keys.
    """
    lines = [*_places(config)]
    if config.has_page or config.records != Config().records:
        lines.append(f"records: {_scalar(config.records)}")
    lines.append(f"form: {_scalar(config.form)}")
    lines += [f"{key}: {path}" for key, path in templates.items() if path]
    # What stands above for all holds here too, as long as nothing else is said.
    if habits.zone and config.time_zone is None:
        lines.append(f"time_zone: {habits.zone}")
    if (own := habits.letters.get(None)) and not config.time_zones:
        lines += ["time_zones:", *(f"  {word}: {zones.letters[word]}" for word in own)]
    if not config.series:
        lines += _series(habits)
    return [*_without(lines, known)]


def _without(lines: Iterable[str], known: Collection[str]) -> Iterator[str]:
    """Leave out keys, with the comments above them and the lines that belong to them."""
    comments, is_kept = list[str](), True
    for line in lines:
        if line.startswith("#"):
            comments.append(line)
            continue
        if not line.startswith(" "):
            is_kept = line.partition(":")[0] not in known
        if is_kept:
            yield from (*comments, line)
        comments.clear()


def with_history(text: str, name: str, settings: Sequence[str], page: str | None = None) -> str:
    """Put settings of a history, as `history_lines` writes them, into a config, and change nothing else.

    They are added to those that it has there, if any. `page` is that of the site's only history so far, if the config
    does not name it: now it has to.

    Raises:
        UserError: The config's `histories` are written in a way that takes no more lines.
    """
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    group = _value(compose(text, configs.PATH, len(text)), "histories")
    own = _value(group, name)
    added = settings if own else [f"{name}:", *(f"  {line}" for line in settings)]
    if group is None:
        comment = "# More histories: each takes over what stands above, but for where its events are.\n"
        named = [f"page: {_scalar(page)}\n"] if page else []
        head = [*lines, *named, *(["\n"] if lines or named else []), comment, "histories:\n"]
        return "".join([*head, *(f"  {line}\n" for line in added)])
    group = own or group
    if not isinstance(group, MappingNode) or group.flow_style or not group.value:
        message = say(
            "Write each history on a line of its own, with its settings below, so that another one can be added."
        )
        raise UserError(Problem(message, "histories", file=configs.PATH, line=group.start_mark.line + 1))
    at, column = group.end_mark.line, group.start_mark.column
    if at < len(lines) and lines[at][: group.end_mark.column].strip():
        at += 1
    while not lines[at - 1].strip() or lines[at - 1][:column].lstrip().startswith("#"):
        at -= 1  # what introduces the next key stays with that
    return "".join([*lines[:at], *(f"{' ' * column}{line}\n" for line in added), *lines[at:]])


def _value(node: Node | None, name: str) -> Node | None:
    """Return what a key of a mapping has."""
    pairs = node.value if isinstance(node, MappingNode) else []
    return next((value for key, value in pairs if key.value == name), None)


def _places(config: Config) -> Iterator[str]:
    """Write where the events are: on a page, or in files or a list with a template."""
    if config.has_page:
        yield f"page: {_scalar(config.page)}"
    if config.upcoming:
        yield "# What is to come is listed below this heading, and moves to the history when it is over."
        yield f"upcoming: {_scalar(config.upcoming)}"
    for key, path, source in (
        ("file", config.files, config.file_template),
        ("list", config.list, config.list_template),
    ):
        if path and source:
            is_table = (config.list or "").endswith(".csv")
            entry = "# Each event is a row of this table." if is_table else "# Each event is an entry of this list."
            yield "# Each event is a file." if key == "file" else entry
            yield f"{'files' if key == 'file' else key}: {_scalar(path)}"
            yield "# How a new one is written. It was made of the newest; edit it as you like."
            yield f"{key}_template: {source}"
    if config.images != Config().images:
        yield f"images: {_scalar(config.images)}"


def form_text(  # noqa: PLR0913 -- all that a form depends on
    habits: Habits,
    today: date,
    unasked: Collection[str],
    labels: Sequence[str] = (),
    own: Sequence[Question] = (),
    *,
    language: Language = "en",
) -> str:
    """Write the issue form: all questions but those that are `unasked`, and the site's own ones.

    It has the site's label, its series and times as examples, and dates of the year of `today`. `series` stays a field
    to type into: a dropdown could not take the first event of a new series.
    """
    tongue = load_tongue(language)
    head, *house = _PART.split(translated_form(template("site/new-event.yml"), tongue))
    more = _PART.split(translated_form(template("site/more-questions.yml"), tongue))[1:]
    known = {found[1]: part for part in (*house, *more) if (found := _ID.search(part))}
    # The times follow the dates, and whatever need not be answered comes last.
    order = dict.fromkeys(("title", "date", "end_date", *known))
    asked = [known[name] for name in order if name in known and name not in unasked]
    labels_in_use = {field.label for field in read_form(head + "".join(asked)).fields}
    asked += (_question(one, labels_in_use, tongue) for one in own)
    text = "".join((head, house[0], *_apart(asked, [known[name] for name in _ONE_LINE if name in unasked])))
    if labels:
        text = text.replace("labels: [event]", f"labels: [{_scalar(labels[0])}]", 1)
    if habits.series:
        names = "; ".join(habits.series)
        description = say(
            "Optional. The recurring series that the event belongs to. So far we have: {names}.", names=names
        )
        text = _with_attribute(text, "series", "description", said(description, tongue))
        text = _with_attribute(text, "series", "placeholder", habits.series[0])
    for name, day in (("date", "11-08"), ("end_date", "11-10")):
        text = _with_attribute(text, name, "placeholder", f"{today.year}-{day}")
    return _with_attribute(text, "when", "placeholder", habits.line) if habits.line else text


def change_form_text(habits: Habits, today: date, labels: Sequence[str], language: Language = "en") -> str:
    """Write the form with which people ask for changes; it gives its issues a label of the other form."""
    text = translated_form(template("site/change-event.yml"), load_tongue(language))
    if labels:
        text = text.replace("labels: [event]", f"labels: [{_scalar(labels[0])}]", 1)
    for name, day in (("date", "11-26"), ("end_date", "11-28")):
        text = _with_attribute(text, name, "placeholder", f"{today.year}-{day}")
    return _with_attribute(text, "when", "placeholder", habits.line) if habits.line else text


def named_form(text: str, history: str) -> str:
    """Give the form of one of several histories a name of its own, by which people choose it."""
    name = read_form(text).name
    return re.sub("^name: .*$", lambda _: f"name: {_quoted(f'{name} ({history})')}", text, count=1, flags=re.MULTILINE)


def _apart(asked: Sequence[str], spare: Sequence[str]) -> Iterator[str]:
    """Give questions in an order in which a short answer stands between any two texts.

    A text may hold what looks like the next question. Where no other question can come between two, a spare one does.
    """
    waiting, spare = [*asked], [*spare]
    was_text = False
    while waiting:
        at = next((at for at, one in enumerate(waiting) if not (was_text and one.startswith(_TEXT))), None)
        part = spare.pop(0) if at is None else waiting.pop(at)
        was_text = part.startswith(_TEXT)
        yield part


def _question(question: Question, labels_in_use: Collection[str], tongue: Tongue | None) -> str:
    """Write a question of the site's own."""
    label = question.label
    if label in labels_in_use:
        label = said(say("{label} (in the table)", label=label), tongue)
    attributes = {"label": label, "description": said(say("Optional. {purpose}", purpose=question.purpose), tongue)}
    if question.example and not question.options:
        attributes["placeholder"] = question.example[:_LONGEST_EXAMPLE]
    lines = [f"      {name}: {_quoted(value)}\n" for name, value in attributes.items()]
    if question.options:
        lines += ["      options:\n", *(f"        - {_quoted(option)}\n" for option in question.options)]
    kind = "dropdown" if question.options else "textarea" if question.is_long else "input"
    return f"  - type: {kind}\n    id: {question.id}\n    attributes:\n{''.join(lines)}"


def _with_attribute(form: str, name: str, attribute: str, value: str) -> str:
    pattern = re.compile(rf"(^    id: {name}\n(?:(?!  - ).*\n)*?      {attribute}: ).*$", re.MULTILINE)
    return pattern.sub(lambda found: found[1] + _quoted(value), form, count=1)


_HOUSE_LABELS = (
    *(say("Status"), say("Topic"), say("When"), say("Location")),
    *(say("Register"), say("Agenda"), say("Links"), say("Recording")),
)


def house_section(language: Language) -> str:
    """Return the template of a section in the house style in some language; English needs none of its own."""
    text, tongue = template("section.md.j2").replace("docs/", f"{_DOCS}/"), load_tongue(language)
    if tongue is None:
        return text
    for label in _HOUSE_LABELS:
        text = text.replace(f"- {label}:", f"- {said(label, tongue)}:")
    statuses = json.dumps(said(STATUSES, tongue), ensure_ascii=False)
    text = text.replace('"Guests"', json.dumps(said(say("Guests"), tongue), ensure_ascii=False))
    text = text.replace("{{ status | text }}", f"{{{{ {statuses}[status] | text }}}}")
    was = said(say("was"), tongue)
    text = text.replace("(was {{", f"({was} {{{{")
    example = f'like("{language}: {tongue.calendar("date", "2021-11-08")}")'
    # A day with its dot would begin a list elsewhere, so it is said that it does not stand at a line's beginning.
    text = text.replace("{{ date | heading_date", f"{{{{ date | {example} | heading")
    return text.replace("| heading_date", f"| {example} | text")


def first_page(layouts: Sequence[str], language: Language) -> str:
    """Write a page for a site that has none: front matter, with one of the site's layouts if one suits, and a title."""
    title = said(say("Events"), load_tongue(language))
    layout = next((name for name in ("page", "default") if name in layouts), None)
    lines = ["---", *([f"layout: {layout}"] if layout else []), f"title: {title}", "---", ""]
    return "\n".join(lines) + ("" if layout == "page" else f"# {title}\n")


def _scalar(value: str) -> str:
    return value if _PLAIN.fullmatch(value) and value not in _YAML_WORDS else _quoted(value)


def _quoted(value: str) -> str:
    """Write a text in YAML's double quotes, with invisible characters by their numbers."""
    quoted = json.dumps(value, ensure_ascii=False)
    return "".join(one if one.isprintable() or ord(one) > _BMP else f"\\u{ord(one):04x}" for one in quoted)
