"""Where a site keeps its events if not on a page: a folder with a file for each, or a list in a data file.

Each place is read, and what there is to learn from it is learned, so that `almanac init` can take it over; or it is
known why that would not come out right.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from textwrap import dedent

from almanac import phrases
from almanac.commands.discovery import MARKDOWN, jekyll_of, readable_text
from almanac.commands.printed import Printed
from almanac.commands.references import find_references
from almanac.dates import find_date
from almanac.entries.doubts import WRITTEN_OVER
from almanac.entries.examples import Example, Source, sorted_newest
from almanac.entries.formats import DataEntry, Format, line_start
from almanac.entries.frontmatter import cut
from almanac.entries.incsv import mark_of
from almanac.entries.kinds import file_format, list_format
from almanac.entries.learn import Learned, learn
from almanac.entries.meaning import fields_of
from almanac.entries.styles import Language
from almanac.entries.template import EntryTemplate
from almanac.errors import Problem, UserError
from almanac.event.record import SUFFIX, is_foreign
from almanac.jekyll import data_name, is_data_file
from almanac.page.lines import cut_lines
from almanac.paths import joined
from almanac.patterns import regex
from almanac.phrases import say, say_number
from almanac.site import Site
from almanac.sitefiles import NOT_THE_SITES

HTML = (".html", ".htm")
"""How the names of pages end that are written in HTML."""
_YAML = (".yml", ".yaml")
_TOML = ".toml"
_GENERATED = regex(
    r"^#[^\n]{0,200}\b(?:auto-?generated|generated (?:by|from|automatically)|do not (?:edit|modify|change))\b",
    re.IGNORECASE | re.MULTILINE,
)
_TOP = 500  # characters in which a file says that a program writes it
_READ = (*MARKDOWN, *HTML, *_YAML)
_DOCUMENTS = (*_READ, ".json", ".toml", ".rst", ".adoc", ".org", ".mdx", ".njk", ".liquid", ".hbs", ".ejs", ".pug")
_TEMPLATES = (*MARKDOWN, *HTML, ".liquid")
# Folders in which no page is: what Jekyll uses itself, other people's code, what only decorates pages.
NO_PAGES = NOT_THE_SITES | {"_posts", "_drafts", "_layouts", "_includes", "_sass", "_data", "_plugins", "assets"}
NO_PAGES |= {"layouts", "archetypes", "themes", "static", "public"}
_WORD = (
    r"events?|meet(?:ing|up)s?|talks?|seminars?|sessions?|workshops?|webinars?|gatherings?|calendar|agenda|schedule|"
    r"conferences?|colloqui(?:um|a)|hackathons?|veranstaltung(?:en)?|termine?|treffen|vortr(?:ae|[aä])ge?|vortrag|"
    r"[eé]v[eé]nements?|rencontres?|s[eé]minaires?|conf[eé]rences?|eventos?|encuentros?|charlas?|seminarios?"
)
EVENTS = regex(rf"(?<![^\W_])(?:{_WORD})(?![^\W_])", re.IGNORECASE)
"""Words that name events."""
PAST = regex(
    r"(?<![^\W_])(?:past|previous|prior|history|archiv(?:es?|o)?|vergangene?|pass[eé]e?s|pasad[ao]s|anteriores)(?![^\W_])",
    re.IGNORECASE,
)
"""Words that name what is over."""
OTHERS = regex(
    r"(?<![^\W_])(?:change ?log|changes|news|blog|posts?|releases?|licen[cs]e|contributing|security|conduct|minutes|"
    r"notes?|reminders?|readme|guide(?:lines)?|templates?|publications?|papers?|projects?|people|members|jobs|awards|faq|"
    r"proposals?|roadmap|todo)(?![^\W_])",
    re.IGNORECASE,
)
"""Words that name what holds dates for another reason."""
_GENERATORS = regex(
    r"(?:hugo|config)\.(?:toml|ya?ml|json)|\.eleventy\.c?js|eleventy\.config\.[cm]?js|astro\.config\.[cm]?[jt]s|"
    r"(?:next|nuxt|gatsby|svelte|docusaurus)[.-]config\.[cm]?[jt]s"
)
_OTHER_BUILDS = regex(r"\.nojekyll|(?!_config\.)[^.].*\.(?:toml|json|ya?ml|cfg|[cm]?[jt]s|py|rst|adoc|org)")
_OF_JEKYLL = regex(r"(?:[^/]+/)?(?:_config\.(?:ya?ml|toml)|_(?:layouts|includes|posts)/.*)")
_BUNDLE = "index"  # what the one document of an event's own folder is called
_CATEGORY = regex(r"^(?:categor(?:y|ies)|tags?):.*\n(?:[ \t]*-[ \t].*\n)*", re.MULTILINE | re.IGNORECASE)
_POSTS = regex(r"\b(?:site|paginator)\.(?:posts|categories|tags)\b")
LEAST = 2
"""How many events there must be to tell how they are kept."""
_LEAST_POSTS = 3
_MOST_READ = 1_000
_MOST_ELSEWHERE = 20
_NOTHING_PRINTED = Printed((), has_theme=False, has_defaults=False)  # by templates: a script may print it raw
_ALIKE = 0.7
_MOST_NAMED = 5


@dataclass(frozen=True)
class Place:
    """A folder with a file for each event, or a data file with a list of them (`files` is empty).

    `events` is how many it holds, `others` how many of these seem to be something else that has a date, and `undated`
    how many more files or entries say no date; `unread` says which of its files those are, and which cannot be read at
    all; `shown` is which templates have a loop over it: path and line. `learned`
    is how the next one is written, None if none of them can be read; `reasons` say why it would not be right to add
    one. `text` is that of the data file.
    """

    path: str
    files: tuple[str, ...]
    events: int
    shown: tuple[tuple[str, int], ...]
    learned: Learned | None
    reasons: tuple[str, ...]
    suffix: str = ""
    text: str = ""
    undated: int = 0
    others: int = 0
    unread: tuple[str, ...] = ()

    @property
    def reader(self) -> Format:
        """What reads its files."""
        if self.files:
            return file_format(self.suffix)
        return list_format(self.path, self.text)

    @property
    def seen(self) -> str:
        """What was seen, in words."""
        return self.described()

    def described(self, written: Callable[[str], str] = str) -> str:
        """Say what was seen, with paths `written` in some way."""
        if not self.events and self.undated:
            return say("{items} without a date that is understood", items=self._counted(self.undated))
        where: str = ""
        if self.shown:
            path, line = self.shown[0]
            where = say("; shown by the loop in {path}, line {line}", path=written(path), line=line)
        undated = say(" ({number} more without a date)", number=self.undated) if self.undated else ""
        about = say_number(
            " ({number} more is about something else)", " ({number} more are about something else)", self.others
        )
        return say(
            "{items}, one for each event{others}{undated}{where}",
            items=self._counted(self.likely),
            others=about if self.others else "",
            undated=undated,
            where=where,
        )

    def _counted(self, number: int) -> str:
        if self.files:
            return say_number("{number} file", "{number} files", number)
        if self.is_table:
            return say_number("{number} row", "{number} rows", number)
        return say_number("{number} entry", "{number} entries", number)

    @property
    def is_table(self) -> bool:
        """Tell whether it is a file with a row for each event."""
        return _language(self.path) == "csv"

    @property
    def likely(self) -> int:
        """How many of its events seem to be some."""
        return self.events - self.others

    @property
    def is_doubtful(self) -> bool:
        """Tell whether it can be taken over, and new events may not come out right."""
        return self.learned is not None and self.events > 0 and bool(self.reasons)

    @property
    def doubts(self) -> tuple[Problem, ...]:
        """Why new events may not come out right."""
        return tuple(Problem(one, file=self.path + "/" * bool(self.files)) for one in self.reasons)

    @property
    def problem(self) -> Problem:
        """Why it is not taken over."""
        is_unread = self.reasons and not (self.events or self.undated)
        advice = _give_dates(is_list=not self.files, is_table=self.is_table) if self.undated and not self.events else ""
        seen = "" if is_unread else say("This holds {seen}.", seen=self.seen)
        unread = () if self.events else self.unread[:_MOST_NAMED]
        message = phrases.joined((seen, *unread, *self.reasons, advice))
        return Problem(message, file=self.path + "/" * bool(self.files))

    @property
    def remarks(self) -> tuple[str, ...]:
        """What is good to know of new events, in sentences."""
        missing = ", ".join(f"`{name}`" for name in (self.learned.left_out if self.learned else ()))
        message = say(
            "A new event will not have {names}, as no question of the form fills that. Add it by hand if you want it.",
            names=missing,
        )
        assumed = ", ".join(f"`{one}`" for one in (self.learned.assumed if self.learned else ()))
        other = say("A new event has {values}, as others do: change that by hand where it is not so.", values=assumed)
        return (*([message] if missing else ()), *([other] if assumed else ()))

    @property
    def settings(self) -> dict[str, str]:
        """The keys of the config that name it."""
        if not self.files:
            return {"list": self.path}
        return {"files": f"{self.path}/{self.learned.name if self.learned else ''}{self.suffix}"}


def has_other_generator(site: Site) -> bool:
    """Tell whether a site is built by Hugo, Eleventy, Astro or the like, and not by Jekyll."""
    return any(map(_GENERATORS.fullmatch, site.files.names(""))) or bool(site.files.names("config/_default"))


def sign_of_other_build(site: Site, paths: Collection[str]) -> str | None:
    """Return a file that something else than Jekyll builds the site with, or that nothing builds it; None if none."""
    names = site.files.names("")
    defaults = [f"config/_default/{name}" for name in sorted(site.files.names("config/_default"))]
    known = next(iter([*filter(_GENERATORS.fullmatch, sorted(names)), *defaults]), None)
    if known or any(map(_OF_JEKYLL.fullmatch, paths)):
        return known
    return next(filter(_OTHER_BUILDS.fullmatch, sorted(names)), None)


def find_places(site: Site, paths: Collection[str], within: str | None = None) -> list[Place]:
    """Find all places on a site in which its events may be, given the paths of its files.

    `within` names a folder that is to be one by itself, though it is in a folder of events, or has any other name.
    """
    uses = [(path, readable_text(site, path)) for path in paths if path.lower().endswith(_TEMPLATES)]
    printed = _printed(site, uses)
    found = [
        *(_read_folder(site, folder, files, printed) for folder, files in _folders(paths, within)),
        *_data(site, paths, printed),
        *_posts(site, paths, printed),
    ]
    found = [replace(place, shown=tuple(_loops(place, uses))) for place in found]
    return [_with_twin(place, found) for place in found]


def _printed(site: Site, uses: Sequence[tuple[str, str]]) -> Printed | None:
    """Tell what a site's templates print raw; None if another generator than Jekyll builds it."""
    if has_other_generator(site):
        return None
    settings = jekyll_of(site, "").settings
    has_theme = bool({"theme", "remote_theme"} & settings.keys())
    return Printed(uses, has_theme=has_theme, has_defaults="defaults" in settings)


def lists_elsewhere(site: Site, paths: Collection[str]) -> list[Place]:
    """Find lists of events in JSON where a script of the site may read them, and not with the data of a generator.

    What has the keys of structured data is a copy that a program made.
    """
    named = [path for path in paths if path.lower().endswith(".json") and not {*path.split("/")} & NOT_THE_SITES]
    named = [path for path in named if EVENTS.search(data_name(path[: path.rindex(".")].rpartition("/")[2]))]
    found = [_read_list(site, path, _NOTHING_PRINTED) for path in named[:_MOST_ELSEWHERE]]
    known = [one for one in found if one.learned and {"title", "date"} <= one.learned.fields]
    return [one for one in known if one.events >= LEAST and one.learned and "@type" not in one.learned.keys]


def list_at(site: Site, path: str) -> Place | None:
    """Return the data file that a person names, wherever it is and whatever its name; None if it is no such file."""
    if site.text(path) is None or not path.lower().endswith((*_DOCUMENTS, ".csv")):
        return None
    if is_data_file(path):
        return _read_list(site, path, _NOTHING_PRINTED)
    ending = path[path.rindex(".") :]
    is_page = ending.lower() in (*MARKDOWN, *HTML)
    return None if is_page else Place(path, (), 0, (), None, (_not_taken(ending),))


def is_folder_of_events(folder: str) -> bool:
    """Tell whether a folder's name is that of one that holds a file for each event."""
    return bool(EVENTS.search(folder)) and not OTHERS.search(folder)


# ------------------------------------------------------------------------------- folders


def _folders(paths: Iterable[str], within: str | None = None) -> Iterator[tuple[str, list[str]]]:
    """Find folders that hold one file for each event: a collection of Jekyll's, or what other generators have."""
    held: dict[str, list[str]] = {}
    for path in paths:
        *folders, name = path.split("/")
        is_within = within is not None and path.startswith(f"{within}/")
        depth = next((at for at, folder in enumerate(folders) if is_folder_of_events(folder)), None)
        depth = within.count("/") if within and is_within else depth
        if depth is None or not name.lower().endswith(_DOCUMENTS):
            continue
        if not is_within and {*folders[: depth + 1]} & NO_PAGES:
            continue
        stem = name.lower().partition(".")[0]
        if stem not in ("readme", "_index") and (stem != _BUNDLE or len(folders) > depth + 1):
            held.setdefault("/".join(folders[: depth + 1]), []).append(path)
    for folder, files in held.items():
        if len(files) >= LEAST or folder.rpartition("/")[2].startswith("_"):
            yield folder, files


def _read_folder(site: Site, folder: str, files: Sequence[str], printed: Printed | None) -> Place:
    """Learn from the files of a folder; of those that end in another way than most, nothing."""
    suffix = Counter(map(_ending, files)).most_common(1)[0][0]
    own = [path for path in files if path.endswith(suffix)]
    place = Place(folder, tuple(files), len(files), (), None, (), suffix)
    if not suffix.lower().endswith(_READ):
        return replace(place, reasons=(_not_taken(suffix),))
    examples: list[tuple[Example, str]] = []
    broken: list[str] = []
    for path in own[-_MOST_READ:]:
        text = readable_text(site, path).replace("\r\n", "\n")
        try:
            entry = next(iter(place.reader.entries(text, path)), None)
        except UserError as error:
            broken.append(say("{path} cannot be read: {message}", path=path, message=error.problems[0].message))
            continue
        if entry is not None and entry.data:
            parts = cut(text) if suffix not in _YAML else None
            name = path.removeprefix(f"{folder}/").removesuffix(suffix)
            # The line above the keys is not one of them.
            example = Example(name, parts.keys if parts else text, entry, path, 2 if parts else 1)
            examples.append((example, parts.mark if parts else ""))
    if len(examples) * 2 <= len(own):
        return replace(place, reasons=tuple(broken[:_MOST_NAMED]) or (_without_keys(),))
    marks = Counter(mark for _, mark in examples)
    mark = marks.most_common(1)[0][0]
    language: Language = "toml" if mark == "+++" else "yaml"
    alike = sorted_newest([one for one, own_mark in examples if own_mark == mark])
    is_html = suffix.lower().endswith(HTML)
    layouts = {str(one.entry.data["layout"]) for one in alike if one.entry.data.get("layout")}
    escapes = _escapes(printed, layouts)
    references = find_references(site, folder, alike)
    source = Source(alike, language, has_body=bool(mark), is_html=is_html, references=references, escapes=escapes)
    return _learned(replace(place, unread=tuple(broken)), source)


def _not_taken(suffix: str) -> str:
    return say(
        "Files that end in {suffix} are not taken over. A list can be YAML, JSON or CSV, and a folder can hold files "
        "in Markdown, HTML or YAML.",
        suffix=suffix,
    )


def _without_keys() -> str:
    most = say("Most of them have no keys that can be read.")
    return phrases.joined((most, _give_dates(is_list=False)))


def _give_dates(*, is_list: bool, is_table: bool = False) -> str:
    """Say what makes events known."""
    if is_table:
        return say("Add a column for the day of each, such as `date` with `2026-05-04` (docs/adopt-list.md).")
    if is_list:
        return say("Give each a key for its day, such as `date: 2026-05-04` (docs/adopt-list.md).")
    return say("Give each a title and a day at its top, such as `date: 2026-05-04` (docs/adopt-files.md).")


def _escapes(printed: Printed | None, layouts: Collection[str] | None = None) -> Callable[[str], bool]:
    """Tell what makes keys' values inert: another generator than Jekyll all of them, a site's own templates some."""
    if printed is None:
        return lambda _: True
    return printed.is_escaped if printed.knows(layouts) else lambda _: False


def _ending(path: str) -> str:
    """Return how a file's name ends; for one that is called `index`, in a folder of its own, that name as well."""
    name = path.rpartition("/")[2]
    ending = name[name.rindex(".") :]
    return f"/{name}" if name == f"{_BUNDLE}{ending}" else ending


def _learned(place: Place, source: Source) -> Place:
    try:
        learned = learn(source)
        template = EntryTemplate(learned.template, place.reader, place.path)
    except UserError as error:
        return replace(place, reasons=tuple(one.message for one in error.problems[:1]))
    undated = [
        one for one in source.examples if "date" not in fields_of(template, one.entry.data, one.entry.body, one.name)
    ]
    events = len(source.examples) - len(undated)
    names = [f"{place.path}/{one.name}{place.suffix}" for one in undated if place.files]
    without = (say("Without a date: {names}.", names=", ".join(names[:_MOST_NAMED])),) if names else ()
    reasons = learned.doubts if events else (*_two_ways(undated), *learned.doubts)
    return replace(
        place,
        events=events,
        undated=len(undated),
        learned=learned,
        reasons=reasons,
        unread=(*without, *place.unread),
    )


def _two_ways(examples: Iterable[Example]) -> Iterator[str]:
    """Say it where a day is written in numbers of which either may be the month."""
    values = (value for one in examples for value in one.entry.data.values() if isinstance(value, str))
    if found := next((date for value in values if (date := find_date(value)) and date.note), None):
        yield say("{typed} could be two different days, as either number may be the month.", typed=f"`{found.words}`")


# ------------------------------------------------------------------------------- data, posts


def _data(site: Site, paths: Iterable[str], printed: Printed | None) -> Iterator[Place]:
    """Find data files of events, which a Liquid loop shows."""
    jekyll = jekyll_of(site, "")
    folders = (joined(jekyll.root, jekyll.data), *(() if printed else ("data", "src/_data")))
    held: dict[str, list[str]] = {}
    for path in paths:
        folder = next((one for one in folders if path.startswith(f"{one}/")), None)
        if folder:
            first = path.removeprefix(f"{folder}/").partition("/")[0]
            held.setdefault(joined(folder, first), []).append(path)
    for whole, files in held.items():
        name = whole.rpartition("/")[2]
        is_file = files == [whole]
        stem = data_name(name.rpartition(".")[0] if is_file else name)
        if not (EVENTS.search(stem) or PAST.search(stem)):
            continue
        if is_file and is_data_file(name):
            place = _read_list(site, whole, printed)
            if place.events or EVENTS.search(stem):
                yield place
        elif is_file and name.endswith(_TOML):
            yield Place(whole, (), 0, (), None, (_not_taken(_TOML),))
        elif not is_file and not any(_is_record(site, path) for path in files[:LEAST]):
            yield _read_folder(site, whole, files, printed)


def _is_record(site: Site, path: str) -> bool:
    text = readable_text(site, path)
    return path.endswith(SUFFIX) and bool(text) and not is_foreign(text, path)


def _read_list(site: Site, path: str, printed: Printed | None) -> Place:
    text = readable_text(site, path)
    place = Place(path, (), 0, (), None, (), text=text)
    language = _language(path)
    columns, mark = tuple[str, ...](), ""
    try:
        entries = place.reader.entries(text, path)
    except UserError as error:
        first = error.problems[0]
        return replace(place, reasons=(_with_line(first),))
    if not entries:
        no_row = say("There is no row yet that a new one could be like. Add the first ones by hand.")
        no_entry = say("There is no entry yet that a new one could be like. Add the first ones by hand.")
        return replace(place, reasons=(no_row if place.is_table else no_entry,))
    if place.is_table:
        columns, mark = tuple(entries[0].data), mark_of(text)
    texts = (dedent(_whole_lines(text, entry)).replace("\r\n", "\n") for entry in entries)
    examples = [Example("", own, entry, path, entry.line) for own, entry in zip(texts, entries, strict=True)]
    newest = sorted_newest(examples)
    references = find_references(site, path, newest)
    source = Source(newest, language, columns, mark, references=references, escapes=_escapes(printed))
    place = _learned(place, source)
    return replace(place, reasons=(WRITTEN_OVER, *place.reasons)) if _GENERATED.search(text[:_TOP]) else place


def _language(path: str) -> Language:
    return "csv" if path.endswith(".csv") else "json" if path.endswith(".json") else "yaml"


def _whole_lines(text: str, entry: DataEntry) -> str:
    """Return an entry's text with the white space or the hyphen before it in its first line."""
    start = line_start(text, entry.start)
    is_alone = not text[start : entry.start].strip(" \t-")
    return text[start if is_alone else entry.start : entry.end]


def _posts(site: Site, paths: Iterable[str], printed: Printed | None) -> Iterator[Place]:
    """Find folders of posts of which several are events, by their names, categories or tags."""
    posts: dict[str, list[str]] = {}
    for path in paths:
        folder, _, below = path.partition("_posts/")
        if below and path.lower().endswith((*MARKDOWN, *HTML)) and (not folder or folder.endswith("/")):
            posts.setdefault(f"{folder}_posts", []).append(path)
    for folder, found in posts.items():
        events = [path for path in found[-_MOST_READ:] if _is_event_post(site, path)]
        if len(events) < _LEAST_POSTS and not (events and EVENTS.search(folder)):
            continue
        place = _read_folder(site, folder, found, printed)
        if len(events) * 10 < len(found) * 9:
            mixed = say(
                "Only {number} of {count} posts seem to be events, and nothing tells which.",
                number=len(events),
                count=len(found),
            )
            others = max(0, place.events - len(events))
            place = replace(place, reasons=(mixed, *place.reasons), others=others)
        yield place


def _is_event_post(site: Site, path: str) -> bool:
    if EVENTS.search(path):
        return True
    lines = cut_lines(readable_text(site, path)[:4_000])
    found = _CATEGORY.findall("\n".join(lines.texts))
    return any(EVENTS.search(one) for one in found)


# ------------------------------------------------------------------------------- what shows them


def _loops(place: Place, templates: Iterable[tuple[str, str]]) -> Iterator[tuple[str, int]]:
    """Find where templates name a place: path and line."""
    name = place.path.rpartition("/")[2]
    if name == "_posts":
        pattern = _POSTS
    elif name.startswith("_"):
        pattern = re.compile(rf"\b(?:site|collections)\.{re.escape(name[1:])}\b")
    else:
        stem = name if place.files else name.rpartition(".")[0]
        pattern = re.compile(rf"\b(?:site\.data|collections)\.{re.escape(data_name(stem))}\b")
    for path, text in templates:
        if not path.startswith(f"{place.path}/") and (found := pattern.search(text)):
            yield path, text.count("\n", 0, found.start()) + 1


def _with_twin(place: Place, places: Sequence[Place]) -> Place:
    """Doubt a list beside which there is another one with the same keys: events go from one to the other."""
    folder = place.path.rpartition("/")[0]
    for other in places:
        if other is place or other.files or place.files or other.path.rpartition("/")[0] != folder:
            continue
        mine, theirs = (set(one.learned.keys) if one.learned else set() for one in (place, other))
        if mine and len(mine & theirs) >= _ALIKE * len(mine | theirs):
            twin = say(
                "{path} is a list of the same kind, and something moves events from one to the other.", path=other.path
            )
            return replace(place, reasons=(*place.reasons, twin))
    return place


def _with_line(problem: Problem) -> str:
    if problem.line is None:
        return problem.message
    return say("Line {number}: {message}", number=problem.line, message=problem.message)
