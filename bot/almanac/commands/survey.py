"""Where a site keeps its events: which page may be its history, and what else looks like events.

What is found here keeps `almanac init` from taking a wrong page, and from opening a second, empty history beside the
one that there is.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from almanac.commands.discovery import MARKDOWN, readable_text
from almanac.commands.places import EVENTS, HTML, LEAST, NO_PAGES, OTHERS, PAST, Place, find_places, is_folder_of_events
from almanac.errors import Problem
from almanac.page.lines import BULLET
from almanac.page.outline import Page, outline
from almanac.page.refusal import says_date, why_no_event
from almanac.phrases import joined, say
from almanac.site import Site

_TO_BE_READ = say("Begin each event with its date (docs/importing.md), or leave this page as it is.")
_SHOWN_ELSEWHERE = say(
    "Let it show Almanac's records too (docs/untrusted-text.md), or leave it as it is. To start a new page beside "
    "it, add `--new`."
)


@dataclass(frozen=True)
class PageFound:
    """A page that may be the history page: its path, how many events are on it, and whether its name says so.

    `doubt` says why it may be something else.
    """

    path: str
    events: int
    is_likely: bool = False
    doubt: str | None = None

    @property
    def why_not(self) -> str | None:
        """Say why it is not taken without a question, as far as it is a matter of the page itself."""
        if self.doubt or (self.is_likely and self.events >= LEAST):
            return self.doubt
        return "that is too few to tell" if self.is_likely else "its name does not say that it lists events"


@dataclass(frozen=True)
class Survey:
    """What was found on a site.

    `candidates` are pages that can be taken over, the best first, and `places` folders and lists of events. `unread`
    are pages that seem to list events, of which none is read, and `loops` those that show what is kept elsewhere.
    """

    candidates: Sequence[PageFound]
    places: Sequence[Place]
    unread: Sequence[Problem]
    loops: Sequence[Problem]

    @property
    def others(self) -> list[Problem]:
        """What looks like events besides the candidates."""
        return [*self.unread, *self.loops, *(place.problem for place in self.places)]

    @property
    def clearly_best(self) -> PageFound | None:
        """Return the page that is the history beyond doubt, or None.

        Its name says so, it has two events or more, nothing else looks like events, and no other page comes near it.
        """
        if not self.candidates or self.others:
            return None
        best, *others = self.candidates
        if not best.is_likely or best.doubt or best.events < LEAST:
            return None
        # A page of another name is a rival only if it has more events.
        is_alone = all(best.events > (2 * other.events if other.is_likely else other.events) for other in others)
        return best if is_alone else None

    @property
    def only_place(self) -> Place | None:
        """Return the folder or list that holds the events beyond doubt, or None.

        A new event can be added to it as its neighbours are, and nothing else looks like events but what shows it.
        """
        likely = [one for one in self.candidates if one.is_likely]
        known = [one for one in self.places if not one.learned or one.events]
        place = known[0] if len(known) == 1 else None
        return place if place and place.learned and not (place.reasons or likely or self.unread) else None


def survey(site: Site, paths: Collection[str]) -> Survey:
    """Look through a site, given the paths of its files."""
    candidates: list[PageFound] = []
    unread: list[Problem] = []
    loops: list[Problem] = []
    for path in paths:
        *folders, name = path.split("/")
        if not name.lower().endswith((*MARKDOWN, *HTML)):
            continue
        if any(one in NO_PAGES or (one.startswith("_") and is_folder_of_events(one)) for one in folders):
            continue
        page = outline(readable_text(site, path))
        if name.lower().endswith(MARKDOWN) and page.sections:
            candidates.append(_candidate(path, page))
        elif not any(map(OTHERS.search, folders)) and (seen := _unread(path, page)):
            problem, is_elsewhere = seen
            (loops if is_elsewhere else unread).append(problem)
    places = find_places(site, paths)
    in_places = {path for place in places for path in place.files}
    found = [one for one in candidates if one.is_likely or (one.events >= LEAST and not _is_other(one.path))]
    found = [one for one in found if one.path not in in_places]
    found.sort(key=lambda one: (one.doubt is None, one.is_likely, one.events, one.path), reverse=True)
    return Survey(found, places, unread, loops)


# ------------------------------------------------------------------------------- pages


def _name(path: str) -> str:
    """Return the words of a page's name; of an index page, those of its folder."""
    folder, _, name = path.rpartition("/")
    stem = name.partition(".")[0]
    return folder.rpartition("/")[2] if stem.lower() == "index" else stem


def _is_other(path: str) -> bool:
    """Tell whether a page's name is that of a page with dates for another reason; a README may hold anything."""
    return bool(OTHERS.search(_name(path))) and "readme" not in path.lower()


def _candidate(path: str, page: Page) -> PageFound:
    name = _name(path)
    title = page.headings[0].text if page.headings else ""
    has_dates = sum(len(section.date) >= len("2021-11") for section in page.sections) * 2 > len(page.sections)
    doubt = None
    sounds_past = bool(PAST.search(name))
    if OTHERS.search(name) or (OTHERS.search(title) and not sounds_past):
        doubt = "its name or title is that of another kind of page"
    elif not has_dates:
        doubt = "most of its dates are only years"
    is_likely = bool(EVENTS.search(name)) or (sounds_past and bool(EVENTS.search(title) or "past" in name.lower()))
    return PageFound(path, len(page.sections), is_likely, doubt)


def _unread(path: str, page: Page) -> tuple[Problem, bool] | None:
    """Say why no event is read from a page that seems to list some, and whether it shows what is kept elsewhere."""
    *folders, file = path.lower().split("/")
    if any(map(is_folder_of_events, folders)) and not file.startswith("index."):
        return None  # a page of one event, in a folder that is found by itself
    name = _name(path)
    is_named = bool(EVENTS.search(name) or PAST.search(name)) and not OTHERS.search(name)
    sign = why_no_event(page.lines, page.headings)
    is_shown_elsewhere = sign.elsewhere and EVENTS.search(sign.text)
    if not (is_named and sign.is_event) and not is_shown_elsewhere and (_is_other(path) or not _lists_dates(page)):
        return None
    dated = sum(map(says_date, page.lines.texts))
    if file.endswith(HTML) and not sign.elsewhere and dated < LEAST:
        return None
    message = joined((sign.reason, _SHOWN_ELSEWHERE if sign.elsewhere else _TO_BE_READ))
    return Problem(message, file=path, line=sign.line + 1), sign.elsewhere


def _lists_dates(page: Page) -> bool:
    """Tell whether headings, bullets or rows say dates that are not read, as those of events in another language do."""
    headings = {heading.line for heading in page.headings}
    entries = (
        text
        for line, text in enumerate(page.lines.texts)
        if line in headings or BULLET.match(text) or text.startswith("|")
    )
    return sum(map(says_date, entries)) >= LEAST
