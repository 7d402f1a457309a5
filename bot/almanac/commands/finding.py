"""Where the events of a site are that `almanac init` is run on: on which page, or in which folder or list."""

from collections.abc import Callable, Collection, Iterator, Sequence

from almanac import config as configs
from almanac.commands.build import refuse_other_page
from almanac.commands.discovery import MARKDOWN
from almanac.commands.places import HTML, Place, find_places, list_at, sign_of_other_build
from almanac.commands.questions import choose_number
from almanac.commands.survey import PageFound, Survey, survey
from almanac.entries.stores import place_of
from almanac.errors import Problem, UserError
from almanac.output import print_problems, print_text
from almanac.phrases import joined, say, say_number
from almanac.site import Site
from almanac.text import counted

Ask = Callable[[Sequence[PageFound | Place], Sequence[Problem]], PageFound | Place]
"""Asks a person which of several pages, folders and lists has the events; what else looks like events is shown too."""

_OFFERED = 9
_MOST_NAMED = 5
_SEEN_SHOWN = 8


def named_page(site: Site, paths: Collection[str], page: str, *, new: bool) -> str | Place:
    """Return the page that a person names, or the folder or list.

    Raises:
        UserError: There is no such thing, or the settings name another one.
    """
    place = place_at(site, paths, page.rstrip("/"))
    if place:
        return _wanted(site, place)
    if site.files.names(page):
        raise UserError(Problem(say("This is a folder; name the page in it."), file=page))
    if site.text(configs.PATH) is not None:
        refuse_other_page(site.config, page)
    if site.text(page) is None and not new:
        message = say("There is no such page. Name another one, or start with an empty page by adding `--new`.")
        raise UserError(Problem(message, file=page, choices=_options(survey(site, paths))))
    return page


def place_at(site: Site, paths: Collection[str], path: str) -> Place | None:
    """Return the folder or list at a path; it may be a folder within one of events, such as that of a season.

    A folder whose name does not tell that it has events is one if their files can be read.
    """
    places = find_places(site, paths)
    found = next((one for one in places if one.path == path), None)
    below = [one for one in paths if one.startswith(f"{path}/")]
    if found or not below:
        return found or list_at(site, path)
    outer = next((one for one in places if path.startswith(f"{one.path}/")), None)
    others = [one for one in paths if outer is None or one not in outer.files]
    within = find_places(site, [*dict.fromkeys((*below, *others))], within=path)
    return next((one for one in within if one.path == path and (outer or one.learned)), None)


def _wanted(site: Site, place: Place) -> Place:
    """Return a place that a person names, if it can be taken over, be it with doubts."""
    if site.text(configs.PATH) is not None and place.path not in _configured(site):
        message = say("The settings say that the events are elsewhere. Change them, or delete them and run this again.")
        raise UserError(Problem(message, file=configs.PATH))
    if place.learned is None:
        raise UserError(place.problem)
    return place


def _configured(site: Site) -> Iterator[str]:
    """Give the folder and the list that the settings name."""
    if site.config.files:
        yield place_of(site.config.files)
    if site.config.list:
        yield site.config.list


def configured_place(site: Site, paths: Collection[str]) -> Place | None:
    """Return the folder or list that the settings name; None if they name a page."""
    own = next(_configured(site), None)
    found = place_at(site, paths, own) if own else None
    return found or (Place(own, (), 0, (), None, ()) if own else None)  # it may have no event yet


def find_page(site: Site, paths: Collection[str], *, new: bool, ask: Ask | None) -> str | Place:
    """Return the page that the config names, or else the one that is clearly the history; a new one if there is none.

    It is a folder or a list where the site clearly keeps its events in that.

    Raises:
        UserError: It is not clear where they are, or they are kept in a way that cannot be taken over.
    """
    page, text = site.config.page, site.text(configs.PATH)
    if place := configured_place(site, paths):
        return place
    if new or (text is not None and (site.text(page) is not None or site.ids)):
        return page
    seen = survey(site, paths)
    best = (seen.clearly_best or seen.only_place) if text is None else None
    if best:
        return best.path if isinstance(best, PageFound) else best
    if not seen.candidates and not seen.others:
        if sign := sign_of_other_build(site, paths):
            message = say(
                "No events were found, and it seems that Jekyll does not build this site, so nobody can tell where a "
                "page of them belongs. Name it, as in `almanac init --new --page content/events.md`."
            )
            raise UserError(Problem(message, file=sign))
        return page
    if text is not None:
        message = say(
            "The page that the config names is missing, and there is something else that looks like events. Correct "
            "`page`. To create the page, add `--new`."
        )
        first = Problem(message, "page", file=configs.PATH)
    elif not (offered := _offered(seen)):
        doubtful = [f"`--page {one.path}`" for one in seen.places if one.is_doubtful][:_MOST_NAMED]
        message = say("The site seems to have events, but not in a way that can be taken over, so nothing was written.")
        if doubtful:
            message = say(
                "The site seems to have events, but new ones may not come out right, so nothing was written. If you "
                "know the reasons below and want it all the same, name it: {names}.",
                names=" or ".join(doubtful),
            )
        first = Problem(joined((message, say("To start an empty page beside that, add `--new`."))))
    elif ask:
        chosen = ask(offered, seen.others)
        return chosen.path if isinstance(chosen, PageFound) else chosen
    else:
        message = say(
            "It is not clear where the history is. Name the page, folder or list, or start a page with `--new`."
        )
        first = Problem(message, choices=_options(seen))
    raise UserError([first, *_seen(seen)])


def _seen(seen: Survey) -> Iterator[Problem]:
    """Name what was seen, pages first."""
    for one in seen.candidates[:_MOST_NAMED]:
        doubt = say(", but {reason}", reason=one.why_not) if one.why_not else ""
        yield Problem(say("This page has {events}{doubt}.", events=counted(one.events), doubt=doubt), file=one.path)
    yield from seen.others[:_SEEN_SHOWN]
    more = len(seen.others) - _SEEN_SHOWN
    if more > 0:
        yield Problem(
            say_number("{number} more place looks like events.", "{number} more places look like events.", more)
        )


def _offered(seen: Survey) -> list[PageFound | Place]:
    """Return what a person can choose: pages, and places in which a new event would be as its neighbours are."""
    places = [one for one in seen.places if one.learned and not one.reasons]
    likely = [one for one in seen.candidates if one.is_likely and not one.doubt]
    return [*likely, *places, *(one for one in seen.candidates if one not in likely)]


def offered_places(site: Site, paths: Collection[str]) -> list[PageFound | Place]:
    """Return where the events of a site may be, the likeliest first, and last what only a person may take."""
    seen = survey(site, paths)
    found = [*_offered(seen), *(one for one in seen.places if one.is_doubtful)]
    return [one for one in (_as_offered(site, paths, each) for each in found) if one]


def _as_offered(site: Site, paths: Collection[str], found: PageFound | Place) -> PageFound | Place | None:
    """Return of a folder of folders only that of the newest, where nothing tells in which of them the next one belongs.

    So it is with folders of seasons. None if that cannot be taken by itself.
    """
    if isinstance(found, PageFound) or not found.files:
        return found
    folder = place_of(found.settings["files"])
    if folder == found.path or all(file.startswith(f"{folder}/") for file in found.files):
        return found
    newest = place_at(site, paths, folder)
    return newest if newest and newest.learned and newest.events else None


def _options(seen: Survey) -> tuple[str, ...]:
    return tuple(f"--page {one.path}" for one in _offered(seen)[:_MOST_NAMED])


def ask_for_page(offered: Sequence[PageFound | Place], others: Sequence[Problem]) -> PageFound | Place:
    """Let a person choose which page, folder or list has the history."""
    print_problems(others[:_SEEN_SHOWN], "also seen")
    offered = offered[:_OFFERED]
    are_pages = all(isinstance(one, PageFound) for one in offered)
    print_text(f"Which {'page' if are_pages else 'of these'} has the history?")
    for number, candidate in enumerate(offered, 1):
        print_text(f"  {number}  {candidate.path} ({counted(candidate.events)})")
    return offered[choose_number(len(offered)) - 1]


def same_address(page: str, paths: Collection[str]) -> str | None:
    """Return the site's own page that Jekyll would build to the same address as a new one, and so lose one of them."""
    stem = page.rpartition(".")[0]
    for path in paths:
        name, _, ending = path.rpartition(".")
        if path != page and name in {stem, f"{stem}/index"} and f".{ending.lower()}" in {*MARKDOWN, *HTML}:
            return path
    return None


def refuse_same_address(page: str, paths: Collection[str]) -> None:
    """Raise a UserError if a new page would have the address of one of the site's own."""
    if path := same_address(page, paths):
        message = say(
            "The new page {page} would have the same address as this one, and Jekyll would build only one. Write "
            "another name into the settings, as in `page: past-events.md`. Without settings: `almanac init --new "
            "--page past-events.md`.",
            page=page,
        )
        raise UserError(Problem(message, file=path))
