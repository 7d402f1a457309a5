"""Where a site keeps its events: which page may be its history, and what else looks like events.

What is found here keeps `almanac init` from taking a wrong page, and from opening a second, empty history beside the
one that there is.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from almanac.commands.discovery import MARKDOWN, jekyll_of, readable_text
from almanac.errors import Problem
from almanac.event.record import SUFFIX, is_foreign
from almanac.jekyll import data_name, is_data_file, joined
from almanac.page.lines import BULLET, cut_lines
from almanac.page.outline import Page, outline
from almanac.page.refusal import says_date, why_no_event
from almanac.site import NOT_THE_SITES, Site

_HTML = (".html", ".htm")
_DOCUMENTS = (*MARKDOWN, *_HTML, ".yml", ".yaml", ".json", ".toml", ".rst", ".adoc", ".org")
# Folders in which no page is: what Jekyll uses itself, other people's code, what only decorates pages.
_NO_PAGES = NOT_THE_SITES | {"_posts", "_drafts", "_layouts", "_includes", "_sass", "_data", "_plugins", "assets"}
_WORD = r"events?|meet(?:ing|up)s?|talks?|seminars?|sessions?|workshops?|webinars?|gatherings?|calendar|agenda|schedule"
_EVENTS = re.compile(rf"(?<![^\W_])(?:{_WORD})(?![^\W_])", re.IGNORECASE)
_PAST = re.compile(r"(?<![^\W_])(?:past|previous|prior|history|archives?)(?![^\W_])", re.IGNORECASE)
# What holds dates for another reason.
_OTHERS = re.compile(
    r"(?<![^\W_])(?:change ?log|changes|news|blog|posts?|releases?|licen[cs]e|contributing|security|conduct|minutes|"
    r"notes?|reminders?|readme|guide(?:lines)?|templates?|publications?|papers?|projects?|people|members|jobs|awards|faq|"
    r"proposals?|roadmap|todo)(?![^\W_])",
    re.IGNORECASE,
)
_CATEGORY = re.compile(r"^(?:categor(?:y|ies)|tags?):.*\n(?:[ \t]*-[ \t].*\n)*", re.MULTILINE | re.IGNORECASE)
_LEAST_DATES, _LEAST_POSTS = 2, 3
_POSTS_READ = 300


@dataclass(frozen=True)
class Candidate:
    """A page that may be the history page: its path, how many events are on it, and whether its name says so.

    `doubt` says why it may be something else.
    """

    path: str
    events: int
    is_likely: bool = False
    doubt: str | None = None


@dataclass(frozen=True)
class Survey:
    """What was found on a site: pages that can be taken over, the best first, and what else looks like events."""

    candidates: Sequence[Candidate]
    others: Sequence[Problem]

    @property
    def clearly_best(self) -> Candidate | None:
        """Return the page that is the history beyond doubt, or None.

        Its name says so, it has two events or more, nothing else looks like events, and no other page comes near it.
        """
        if not self.candidates or self.others:
            return None
        best, *others = self.candidates
        if not best.is_likely or best.doubt or best.events < _LEAST_DATES:
            return None
        # A page of another name is a rival only if it has more events.
        is_alone = all(best.events > (2 * other.events if other.is_likely else other.events) for other in others)
        return best if is_alone else None


def survey(site: Site, paths: Collection[str]) -> Survey:
    """Look through a site, given the paths of its files."""
    candidates: list[Candidate] = []
    others: list[Problem] = []
    for path in paths:
        *folders, name = path.split("/")
        if not name.lower().endswith((*MARKDOWN, *_HTML)):
            continue
        if any(one in _NO_PAGES or (one.startswith("_") and _is_folder_of_events(one)) for one in folders):
            continue
        page = outline(readable_text(site, path))
        if name.lower().endswith(MARKDOWN) and page.sections:
            candidates.append(_candidate(path, page))
        elif problem := _unread(path, page):
            others.append(problem)
    found = [one for one in candidates if one.is_likely or (one.events >= _LEAST_DATES and not _is_other(one.path))]
    found.sort(key=lambda one: (one.doubt is None, one.is_likely, one.events, one.path), reverse=True)
    return Survey(found, [*others, *_folders(paths), *_data(site, paths), *_posts(site, paths)])


# ------------------------------------------------------------------------------- pages


def _name(path: str) -> str:
    """Return the words of a page's name; of an index page, those of its folder."""
    folder, _, name = path.rpartition("/")
    stem = name.partition(".")[0]
    return folder.rpartition("/")[2] if stem.lower() == "index" else stem


def _is_other(path: str) -> bool:
    """Tell whether a page's name is that of a page with dates for another reason; a README may hold anything."""
    return bool(_OTHERS.search(_name(path))) and "readme" not in path.lower()


def _candidate(path: str, page: Page) -> Candidate:
    name = _name(path)
    title = page.headings[0].text if page.headings else ""
    has_dates = sum(len(section.date) >= len("2021-11") for section in page.sections) * 2 > len(page.sections)
    doubt = None
    sounds_past = bool(_PAST.search(name))
    if _OTHERS.search(name) or (_OTHERS.search(title) and not sounds_past):
        doubt = "its name or title is that of another kind of page"
    elif not has_dates:
        doubt = "most of its dates are only years"
    is_likely = bool(_EVENTS.search(name)) or (sounds_past and bool(_EVENTS.search(title) or "past" in name.lower()))
    return Candidate(path, len(page.sections), is_likely, doubt)


def _unread(path: str, page: Page) -> Problem | None:
    """Say why no event is read from a page that seems to list some."""
    *folders, file = path.lower().split("/")
    if any(map(_is_folder_of_events, folders)) and not file.startswith("index."):
        return None  # a page of one event, in a folder that is found by itself
    name = _name(path)
    is_named = bool(_EVENTS.search(name) or _PAST.search(name)) and not _OTHERS.search(name)
    sign = why_no_event(page.lines, page.headings)
    is_shown_elsewhere = sign.elsewhere and _EVENTS.search(sign.text)
    if not (is_named and sign.is_event) and not is_shown_elsewhere and (_is_other(path) or not _lists_dates(page)):
        return None
    dated = sum(map(says_date, page.lines.texts))
    if file.endswith(_HTML) and not sign.elsewhere and dated < _LEAST_DATES:
        return None
    remedy = "Start a new page with `--new`" if sign.elsewhere else "Begin each event with its date (docs/importing.md)"
    return Problem(f"{sign.reason} {remedy}.", file=path, line=sign.line + 1)


def _lists_dates(page: Page) -> bool:
    """Tell whether headings, bullets or rows say dates that are not read, as those of events in another language do."""
    headings = {heading.line for heading in page.headings}
    entries = (
        text
        for line, text in enumerate(page.lines.texts)
        if line in headings or BULLET.match(text) or text.startswith("|")
    )
    return sum(map(says_date, entries)) >= _LEAST_DATES


# ------------------------------------------------------------------------------- files, data, posts


def _folders(paths: Iterable[str]) -> Iterator[Problem]:
    """Find folders that hold one file for each event: a collection of Jekyll's, or what other programs have."""
    held: Counter[str] = Counter()
    for path in paths:
        *folders, name = path.split("/")
        if not name.lower().endswith(_DOCUMENTS) or name.lower().partition(".")[0] in ("index", "readme", "_index"):
            continue
        depth = next((at for at, folder in enumerate(folders) if _is_folder_of_events(folder)), None)
        if depth is not None and not any(folder in _NO_PAGES for folder in folders[: depth + 1]):
            held["/".join(folders[: depth + 1])] += 1
    for folder, files in held.items():
        if files >= _LEAST_DATES or folder.rpartition("/")[2].startswith("_"):
            count = f"{files} file{'s' * (files != 1)}"
            yield _kept(f"{folder}/", f"This folder seems to hold a file for each event ({count}).", "folder")


def _is_folder_of_events(folder: str) -> bool:
    return bool(_EVENTS.search(folder)) and not _OTHERS.search(folder)


def _data(site: Site, paths: Iterable[str]) -> Iterator[Problem]:
    """Find data files of events, which a Liquid loop shows."""
    jekyll = jekyll_of(site, "")
    folder = joined(jekyll.root, jekyll.data)
    held: dict[str, list[str]] = {}
    for path in paths:
        if path.startswith(f"{folder}/"):
            held.setdefault(path.removeprefix(f"{folder}/").partition("/")[0], []).append(path)
    for name, files in held.items():
        is_file = files == [joined(folder, name)]
        stem = data_name(name.rpartition(".")[0] if is_file else name)
        if not (_EVENTS.search(stem) or _PAST.search(stem)):
            continue
        if not is_file and not any(_is_record(site, path) for path in files[:_LEAST_DATES]):
            reason = f"This folder of data files seems to hold the events ({len(files)})."
            yield _kept(f"{joined(folder, name)}/", reason, "folder")
        elif is_file and is_data_file(name):
            yield _kept(joined(folder, name), "This data file seems to hold the events.", "file")


def _is_record(site: Site, path: str) -> bool:
    text = readable_text(site, path)
    return path.endswith(SUFFIX) and bool(text) and not is_foreign(text, path)


def _posts(site: Site, paths: Iterable[str]) -> Iterator[Problem]:
    """Find folders of posts of which several are events, by their names, categories or tags."""
    posts: dict[str, list[str]] = {}
    for path in paths:
        folder, _, below = path.partition("_posts/")
        if below and path.lower().endswith((*MARKDOWN, *_HTML)) and (not folder or folder.endswith("/")):
            posts.setdefault(f"{folder}_posts/", []).append(path)
    for folder, found in posts.items():
        events = [path for path in found[-_POSTS_READ:] if _is_event_post(site, path)]
        if len(events) >= _LEAST_POSTS or (events and _EVENTS.search(folder)):
            reason = f"Posts in this folder seem to be events ({len(events)} of {len(found)})."
            yield _kept(folder, reason, "folder")


def _is_event_post(site: Site, path: str) -> bool:
    if _EVENTS.search(path):
        return True
    lines = cut_lines(readable_text(site, path)[:4_000])
    found = _CATEGORY.findall("\n".join(lines.texts))
    return any(_EVENTS.search(one) for one in found)


def _kept(path: str, reason: str, kind: str) -> Problem:
    return Problem(f"{reason} Almanac does not take such a {kind} over: start a new page with `--new`.", file=path)
