"""What `almanac init` plans, as the pull request that offers Almanac to a repository on GitHub shows it."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

from almanac import config as configs
from almanac.caps import PAGE, RECORDS
from almanac.catalogues import load_tongue
from almanac.commands import starter
from almanac.commands.adoption import plan_adoption
from almanac.commands.build import build_files
from almanac.commands.discovery import MARKDOWN
from almanac.commands.entry_checks import check_shown
from almanac.commands.finding import offered_places, same_address
from almanac.commands.origin import Origin
from almanac.commands.places import HTML, Place, has_other_generator
from almanac.commands.planned import Adoption
from almanac.commands.shapes import SHAPES, Shape, answered, newest_of, said_of_questions, with_answers
from almanac.commands.site_checks import find_workflow, unwatched_by
from almanac.commands.subscriptions import free_places, subscribe
from almanac.commands.survey import PageFound
from almanac.commands.takeover import Overlay, said_of_form
from almanac.commands.workflow import WORKFLOW
from almanac.config import Config
from almanac.dates import find_date
from almanac.errors import Problem, UserError
from almanac.forge.protocol import Forge
from almanac.jekyll import read_generator
from almanac.page.imitate import samples
from almanac.page.importer import Imported
from almanac.page.lines import plain
from almanac.page.outline import Page
from almanac.page.section import Renderer
from almanac.phrases import joined, say, say_number
from almanac.proposal.messages import code
from almanac.proposal.onboarding import BESIDE, AdoptionOffer, Box, Choices, Group
from almanac.proposal.quotation import inert
from almanac.proposal.state import Base
from almanac.proposal.summary import day_of
from almanac.site import Site
from almanac.sitefiles import NOT_THE_SITES, CommitFiles, SiteFiles
from almanac.text import counted

MOST_FILES = 5_000
_MOST = 9
_SEVERAL, _READ = 5, (*MARKDOWN, *HTML, ".yml", ".yaml", ".json")
_TOGETHER = RECORDS._replace(each=RECORDS.total)  # one long page must not part the others
_NEW_PAGES = ("events.md", "past-events.md", "event-history.md", "history-of-events.md")
_TEMPLATES = ("section_template", "index_template", "upcoming_template", "file_template", "list_template")
_NOT_KNOWN = say(
    "Almanac can also write a calendar and a feed. It does not know which folder of this site is published as it is: "
    "after the merge, add a line such as `calendar: FOLDER/events.ics` to the settings (docs/calendar.md)."
)
_SUBSCRIPTIONS = {"calendar": say("A calendar that readers can subscribe to"), "feed": say("A feed")}


class WholeCommit(CommitFiles):
    """The files of a commit, all of which are looked through as those of a folder are."""

    def paths(self) -> Iterator[str]:
        """List them, but for hidden folders, built sites and other people's code."""
        for path in sorted(self.names("", deep=True)):
            folders = path.split("/")[:-1]
            if not any(name in NOT_THE_SITES or name.startswith(".") for name in folders):
                yield path

    def read_together(self, paths: Iterable[str]) -> None:
        """Read files of a folder at once that would be read one by one: a hundred are one request, too."""
        alike = Counter(
            (path.rpartition("/")[0], suffix) for path in paths for suffix in _READ if path.endswith(suffix)
        )
        for (folder, suffix), number in () if self.reads_freely else alike.items():
            if number >= _SEVERAL:
                with suppress(UserError):  # whoever needs the one that cannot be read says so
                    self.read_all(folder, suffix, _TOGETHER)


def adopt(  # noqa: PLR0913 -- where and what, and one for each way
    forge: Forge,
    base: Base,
    history: str,
    choices: Choices,
    written: Mapping[str, str],
    *,
    action: str | None = None,
) -> AdoptionOffer | None:
    """Plan what a site needs, as `almanac.engine.offering.Adopt` says; `action` is what its workflow will run.

    Without one, no workflow is written: with a server, there is none, and one that is there may be edited by people
    only.
    """
    site, paths = _whole_site(forge, base, written)
    files = site.files
    shape = choices.get("shape") or None

    def planned(**wishes: Any) -> Adoption:
        plan = plan_adoption(
            site,
            paths,
            base.branch,
            today=forge.now().date(),
            ask=lambda offered, _: offered[0],
            choose=lambda _, shapes: next((one for one in shapes if one.name == shape), shapes[0]),
            action=action or Origin().action,
            **wishes,
        )
        if action is None or history:
            plan.files.pop(WORKFLOW, None)
        _refuse_broken_form(plan, written)
        return plan

    if history:
        return _offer_history(planned, site.of(history), choices, written, follows=action is None)
    if configs.PATH in written:
        plan = planned()
        _add_named(plan, files, written)
        offer = _offer(plan, (), files, written, follows=action is None)
        return replace(offer, choices={"shape": shape}) if shape else offer
    places = offered_places(site, paths)
    if not places and not (_is_site(site) or has_other_generator(site)):
        return None
    wants_template = bool(choices.get("template"))
    wished = partial(planned, shape=shape, upcoming=choices.get("upcoming") != "", template=wants_template)
    plan, beside, unread = _page_or_new(site, paths, choices, places, written, wished)
    plan.notes += _said_of_new_page(plan, paths, places)
    groups = [*_pages(plan, places, beside)]
    if unread is None:
        free = free_places(Site(Overlay(files, plan.written)))
        subscribe(plan, files, {key: path for key, path in free.items() if choices.get(key) == path})
        if has_other_generator(site) and not read_generator(site.text, site.files.names):
            plan.notes.append(_NOT_KNOWN)
        groups += [*_shapes(plan), *_more(plan, free)]
    offer = _offer(plan, groups, files, written, follows=action is None)
    if unread is None:
        offer = replace(offer, found=(*offer.found, *_left_alone(plan, places)))
    else:
        offer = _with_old(offer, code(plan.config.page), unread, _doubtful(places))
    return replace(offer, choices={**offer.choices, BESIDE: beside}) if beside else offer


def _whole_site(forge: Forge, base: Base, written: Mapping[str, str]) -> tuple[Site, list[str]]:
    """Return a site with what people wrote, and the paths of its files.

    Raises:
        UserError: There are too many.
    """
    whole = WholeCommit(forge, base.commit)
    files = Overlay(whole, written)
    paths = [*files.paths()]
    if len(paths) > MOST_FILES:
        message = say(
            "This repository has more than {cap:,} files, too many to look through here. Somebody with a clone of it "
            "can set it up (docs/adopting.md).",
            cap=MOST_FILES,
        )
        raise UserError(Problem(message))
    whole.read_together(paths)
    return Site(files), paths


def _offer_history(
    planned: Callable[..., Adoption], site: Site, choices: Choices, written: Mapping[str, str], *, follows: bool
) -> AdoptionOffer:
    """Plan what one more history needs, which the settings name; its page may be new."""
    config, files = site.config, site.files
    plan = planned(
        history=site.history,
        new=config.has_page and site.text(config.page) is None,
        shape=choices.get("shape") or None,
        upcoming=choices.get("upcoming") != "",
        template=bool(choices.get("template")),
    )
    offer = _offer(plan, [*_shapes(plan), *_more(plan, {})], files, written, follows=follows)
    workflow = None if follows else find_workflow(site)
    if workflow and (lacking := unwatched_by(workflow, Site(Overlay(files, plan.written)))):
        note = say(
            "I may not edit a workflow. Add {patterns} to `paths` in {workflow} yourself (on the main branch, with the "
            "pencil), so that it runs whenever these files change; else I see that a day later.",
            patterns=joined(map(code, lacking), ", "),
            workflow=code(workflow),
        )
        offer = replace(offer, notes=(*offer.notes, note))
    return offer


def _add_named(plan: Adoption, files: SiteFiles, written: Mapping[str, str]) -> None:
    """Add what settings of people's own name: templates that are on the branch, and files for readers to subscribe to.

    Raises:
        UserError: Page and settings do not fit.
    """
    for key in _TEMPLATES:
        path = getattr(plan.config, key)
        if path in written:
            plan.templates[key], plan.files[path], plan.states[path] = path, written[path], "new"
    if any(getattr(plan.config, key) for key in _SUBSCRIPTIONS):
        built = build_files(Site(Overlay(files, plan.written))).files
        new = {path: text for path, text in built.items() if path.endswith((".ics", ".xml")) and path not in plan.files}
        for path, text in new.items():
            if text is not None and files.read(path, PAGE) is None:
                plan.subscribed[path], plan.files[path], plan.states[path] = path, text, "new"


def _page_or_new(  # noqa: PLR0913, PLR0917 -- what there is
    site: Site,
    paths: Sequence[str],
    choices: Choices,
    places: Sequence[PageFound | Place],
    written: Mapping[str, str],
    planned: Callable[..., Adoption],
) -> tuple[Adoption, str | None, Sequence[Problem] | None]:
    """Plan the page, folder or list that was chosen or is found; or a new page, where none can be taken.

    The path is that of a new page that is offered beside the others, and the problems are why one is needed.
    """
    beside, page = choices.get(BESIDE), choices.get("page") or None
    page = None if page == beside else page
    beside_that = partial(_beside, site, paths, planned, _doubtful(places))
    try:
        plan = planned(page=page)
        return plan, (beside or _way_back(plan, beside_that, places)) if page else None, None
    except UserError as error:
        # What people wrote on the branch may be why, such as the template of a folder.
        is_typed = any(one.file in written for one in error.problems) or any(path.endswith(".j2") for path in written)
        new = None if page or is_typed else beside_that()
        if new is None:
            raise
        # Of several, the first says only that none can be taken; alone, it says why what was found cannot.
        return new, new.config.page, error.problems[1:] or (error.problems if places else None)


def _doubtful(places: Sequence[PageFound | Place]) -> list[Place]:
    return [one for one in places if isinstance(one, Place) and one.is_doubtful]


def _beside(
    site: Site, paths: Sequence[str], planned: Callable[..., Adoption], doubtful: Sequence[Place]
) -> Adoption | None:
    """Plan a new page beside what looks like events and cannot be read, or is doubtful, under the first free name.

    Where Jekyll does not build the site, few places are known to be right for a page. There, it is planned only so that
    people can choose what is doubtful instead.
    """
    folder = ""
    if has_other_generator(site):
        folder = "content/"
        if not doubtful or not any(path.startswith(folder) for path in paths):
            return None
    for page in (f"{folder}{name}" for name in _NEW_PAGES):
        with suppress(UserError):
            if page not in paths:
                return planned(page=page, new=True)
    return None


def _way_back(plan: Adoption, beside: Callable[[], Adoption | None], places: Sequence[PageFound | Place]) -> str | None:
    """Return the new page that can be had instead of what was chosen, where all that there is is doubtful."""
    is_doubtful = plan.taken is not None and all(isinstance(one, Place) and one.is_doubtful for one in places)
    made = beside() if is_doubtful else None
    return made.config.page if made else None


def _is_site(site: Site) -> bool:
    """Tell whether a repository without events is a site, so that it may want a page of them."""
    return "_config.yml" in site.files.names("") and not has_other_generator(site)


def _offer(
    plan: Adoption, groups: Sequence[Group], files: SiteFiles, written: Mapping[str, str], *, follows: bool
) -> AdoptionOffer:
    chosen = {box.option: box.value for group in groups for box in group.boxes if box.ticked}
    unwanted = {box.option: "" for group in groups for box in group.boxes}
    planned = Site(Overlay(files, plan.written), history=plan.history)
    is_own = plan.shape is None or planned.config.section_template in {None, *written}
    newest, sample, asked = _entries(plan, planned.renderer() if is_own and not plan.taken else None)
    records = {*plan.records}
    ahead = tuple(check_shown(planned, plan.taken.place)) if plan.taken else ()
    doubts = plan.taken.place.doubts if plan.taken else plan.shape.doubts if plan.shape else ()
    said = {*(one.message for one in ahead), *(one.message for one in doubts)}
    return AdoptionOffer(
        files=plan.written,
        choices={**unwanted, **chosen},
        groups=tuple(groups),
        found=tuple(_found(plan)),
        newest=newest,
        sample=sample,
        asked=asked,
        template=_template_of(plan) or "",
        label=next(iter(plan.labels), "event"),
        language=plan.config.language,
        follows=follows,
        purposes={path: plan.purpose(path) for path in plan.written if path not in records},
        records=len(records),
        notes=tuple(note for note in plan.notes if note not in said),
        problems=(*plan.problems, *(Problem(one.said, file=one.file) for one in ahead)),
        warnings=tuple(plan.imported.warnings if plan.imported else ()),
        doubts=doubts,
        history=plan.history,
        form_name=plan.form.name if plan.form else "",
    )


def _template_of(plan: Adoption) -> str | None:
    """Return the path of the template that new events are written with, if there is one besides Almanac's own."""
    config = plan.config
    own = config.section_template if config.has_page else config.file_template or config.list_template
    return plan.templates.get("section_template", own)


# ---------------------------------------------------------------- what is chosen


def _pages(plan: Adoption, places: Sequence[PageFound | Place], beside: str | None) -> Iterator[Group]:
    """Offer where the events are, or a new page `beside` all that."""
    taken = _chosen_path(plan)
    boxes = [Box("page", one.path, one.path, _seen(one), one.path == taken, _doubts(one)) for one in places[:_MOST]]
    if beside:
        boxes.append(Box("page", beside, beside, say("a new page, without events"), beside == taken))
    if len(boxes) > 1:
        yield Group(say("Where the events are"), tuple(boxes), single=True)


def _chosen_path(plan: Adoption) -> str:
    return plan.taken.place.path if plan.taken else plan.config.page


def _seen(place: PageFound | Place) -> str:
    reason = place.why_not if isinstance(place, PageFound) else None
    number = place.likely if isinstance(place, Place) else place.events
    return joined((counted(number), say(", but {reason}", reason=reason) if reason else ""), "")


def _doubts(place: PageFound | Place) -> tuple[str, ...]:
    return place.reasons if isinstance(place, Place) and place.is_doubtful else ()


def _shapes(plan: Adoption) -> Iterator[Group]:
    if len(plan.shapes) > 1 and plan.shape:
        name = plan.shape.name
        boxes = (Box("shape", one.name, SHAPES[one.name], ticked=one.name == name) for one in plan.shapes)
        yield Group(say("How new events are written"), tuple(boxes), single=True)


def _more(plan: Adoption, free: Mapping[str, str]) -> Iterator[Group]:
    boxes = [Box(key, path, _SUBSCRIPTIONS[key], path, key in plan.subscribed) for key, path in free.items()]
    if plan.config.has_page and not plan.section_template and (plan.page or plan.config.language == "en"):
        words = say("A file to edit, which says how new events are written")
        path = starter.of_history(starter.TEMPLATE, plan.history) if plan.history else starter.TEMPLATE
        boxes.append(Box("template", path, words, path, bool(plan.house)))
    if plan.ahead:
        words = say(
            "Events to come go below “{heading}”, and move to the others when they are over", heading=plan.ahead.heading
        )
        boxes.append(Box("upcoming", plan.ahead.heading, words, ticked=plan.coming is not None))
    if boxes:
        yield Group(say("Besides"), tuple(boxes), single=False)


# ---------------------------------------------------------------- what is said


def _found(plan: Adoption) -> Iterator[str]:
    """Say in Markdown what there is."""
    if plan.taken:
        place = plan.taken.place
        more = say("each new event gets one of its own") if place.files else say("new events are added to them")
        yield say(
            "{path}: {seen}. They stay as they are, and {more}.",
            path=code(place.path),
            seen=place.described(inert),
            more=more,
        )
    elif plan.imported:
        imported = plan.imported
        yield (
            say(
                "{page}: {events}{kept}. The page stays as it is.",
                page=code(plan.config.page),
                events=counted(len(imported.events)),
                kept=_kept_whole(imported),
            )
        )
        yield from _order_read(plan.page)
    elif plan.page is None:
        yield say("No events yet. {page} is a new page for them.", page=code(plan.config.page))


def _left_alone(plan: Adoption, places: Sequence[PageFound | Place]) -> Iterator[str]:
    """Name the other places, which can be taken instead."""
    others = [one for one in places if one.path != _chosen_path(plan)][:_MOST]
    if others:
        yield say(
            "Also {places}, which this pull request leaves alone. To take that instead, tick its box below.",
            places=joined((joined((code(one.path), joined(("(", _seen(one), ")"), ""))) for one in others), ", "),
        )


def _with_old(offer: AdoptionOffer, page: str, unread: Sequence[Problem], places: Sequence[Place]) -> AdoptionOffer:
    """Say of an offer of a new page what it leaves out: what cannot be read, and places that only people may take."""
    named = {one.file for place in places for one in place.doubts} | {path for one in places for path, _ in one.shown}
    unread = [one for one in unread if one.file not in named]
    then = say("I look again after each push to the main branch, and change this pull request to match.")
    unreadable = say("Something that looks like events, but I can't read it as such; the reasons are below.")
    mend = say("To have me take it over, mend what is named below.")
    doubted = [str(one.doubts[0].file) for one in places]
    doubtful = say(
        "Events in {places}, but new ones may not come out right. To go on with them all the same, tick the box below. "
        "I then show here how a new event would look, and you can decide.",
        places=", ".join(map(code, doubted)),
    )
    new = say(
        "What you have stays as it is. As things are, this pull request would start a new page, {page}.", page=page
    )
    found = (joined((unreadable, mend, then)) if unread else "", doubtful if places else "", new)
    left = dict.fromkeys((*doubted, *(one.file for one in unread if one.file)))
    return replace(offer, found=tuple(filter(None, found)), unread=tuple(left), problems=(*unread, *offer.problems))


def _said_of_new_page(plan: Adoption, paths: Sequence[str], places: Sequence[PageFound | Place]) -> Iterator[str]:
    """Say why a new page has another name than usual, and what to do if it is not wanted."""
    if plan.taken or plan.page:
        return
    if not places:
        yield say(
            "If you have events already, in a page, folder or list that I did not find, you can name that place "
            "(docs/adopt-app.md)."
        )
    if plan.config.page != Config().page and (other := same_address(Config().page, paths)):
        yield say(
            "The new page is not called {page}, as Jekyll would build it to the address of {other}.",
            page=code(Config().page),
            other=code(other),
        )


def _refuse_broken_form(plan: Adoption, written: Mapping[str, str]) -> None:
    """Raise what is wrong with a form that people wrote on the branch: without it, nothing can be shown."""
    if plan.form is None and plan.problems and plan.config.form in written:
        raise UserError(plan.problems)


def _order_read(page: Page | None) -> Iterator[str]:
    """Say how the first date is read in which day and month could be either way round."""
    for section in page.sections if page else ():
        said = find_date(plain(section.text.partition("\n")[0]))
        if said and said.note and len(section.date) == len("2025-06-04"):
            yield say("{typed} is read as {day}.", typed=code(said.words), day=day_of(section.date, full=True))
            return


def _kept_whole(imported: Imported) -> str:
    """Say of how many events of a page the records hold the text instead of fields."""
    if not imported.verbatim:
        return ""
    if not imported.structured:
        return say(" (all of them keep their text as it is)")
    return say_number(
        " ({number} of them keeps its text as it is)", " ({number} of them keep their text as it is)", imported.verbatim
    )


def _entries(plan: Adoption, render: Renderer | None) -> tuple[str, str, str]:
    """Return the newest event, a sample of a new one, and what the form asks.

    `render` writes new events, None where the shape that is planned does.
    """
    if plan.taken and plan.form:
        return "", plan.taken.sample, said_of_form(plan.taken, plan.form)
    tongue = load_tongue(plan.config.language)
    if not plan.page:
        event = samples((), tongue)[1]
        section = render(with_answers(event, plan.form, tongue)).strip("\n") if plan.form and render else ""
        return "", section, ""
    shape = plan.shape or Shape("own", None, samples(plan.page.alive_list, tongue)[1])
    event, section = answered(shape, plan.form, render, tongue)
    write = partial(map, render or shape.render)
    if plan.form is None:
        return newest_of(plan.page).text.strip("\n"), section, ""
    names = say("The form asks for {asked}.", asked=", ".join(one.label for one in plan.form.fields))
    asked = joined((names, said_of_questions(plan.form, event, section, write)))
    return newest_of(plan.page).text.strip("\n"), section, asked
