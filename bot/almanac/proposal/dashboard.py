"""The one issue that shows what waits for somebody, where a site's config asks for it.

A sweep keeps it current, and writes only what has changed: nothing in it depends on how often that is looked at. People
who may write tick its boxes to have something done, once; the next writing unticks them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from almanac.config import Config
from almanac.errors import Problem
from almanac.event.ending import is_over
from almanac.event.model import Event
from almanac.markdown import path as path_of
from almanac.phrases import Tongue, joined, reworded, say
from almanac.proposal.boxes import box_mark, read_boxes
from almanac.proposal.marker import pull_state, text_digest
from almanac.proposal.names import DASHBOARD_LABEL
from almanac.proposal.page_edits import NO_ISSUE
from almanac.proposal.state import DASHBOARD, Draft, EditPull, Issue, Plan, Pull, PutIssue
from almanac.proposal.summary import STATUSES, named
from almanac.times.check import check_imported

TITLE = say("Event dashboard")
MARK = "<!-- almanac:dashboard -->"
"""Its first line, by which it is found where somebody took the label away."""
_AGAIN = "again"
_MOST_WAITING, _MOST_EVENTS, _MOST_SAID, _LONGEST_NAME = 50, 10, 3, 120
_RECENT = timedelta(days=365)
"""How long a recording is missed."""


@dataclass(frozen=True)
class DashboardEntry:
    """One line: what it is about as typed, where that is to be seen, and what to say of it.

    `mark` makes a box of it.
    """

    name: str
    link: str
    notes: tuple[str, ...] = ()
    mark: str = ""


@dataclass(frozen=True)
class Seen:
    """What a sweep saw of one issue, or of what belongs to none: its plan, and what is open of it.

    `failure` says why it could not be done, `wrong` what is wrong in files of the site then.
    """

    plan: Plan
    issue: Issue | None = None
    pull: Pull | None = None
    failure: str = ""
    wrong: tuple[Problem, ...] = ()

    @property
    def mend(self) -> tuple[Problem, ...]:
        """What has to be corrected in files of the site, if that is all that is wrong, and is no issue's."""
        found = self.wrong if self.failure else self.plan.problems
        return () if self.plan.issue or not all(one.file for one in found) else found


@dataclass(frozen=True)
class Listed:
    """The events of one history: its records, the file that shows each, and that file's text if all are on one page.

    `changes` tells whether people can file changes of them.
    """

    config: Config
    records: Sequence[Event]
    shown_in: Callable[[str], str]
    page: str = ""
    changes: bool = False


@dataclass(frozen=True)
class Places:
    """How the dashboard links to something: on the web from its own address on, so that GitHub notes no mention."""

    branch: str
    is_web: bool

    def of(self, url: str) -> str:
        """Return where an issue or a pull request is, given by its address."""
        return "/".join(["..", *url.split("/")[-2:]]) if url.startswith(("https://", "http://")) else path_of(url)

    def issue(self, number: int) -> str:
        """Return where an issue is of which only the number is known."""
        return f"../issues/{number}" if self.is_web else f".almanac/issues/{number}/issue.json"

    def file(self, path: str, line: int | None = None) -> str:
        """Return where a file of the main branch is."""
        if not self.is_web:
            return path_of(path)
        return f"../blob/{path_of(self.branch)}/{path_of(path)}{f'?plain=1#L{line}' if line else ''}"


def asked_again(issue: Issue | None) -> frozenset[int]:
    """Return the issues that people have asked to be done again, by ticking their boxes."""
    boxes = read_boxes(issue.body) if issue and issue.state == "open" else ()
    ticked = {value for option, value, is_ticked in boxes if option == _AGAIN and is_ticked}
    return frozenset(int(value) for value in ticked if value.isdecimal() and value.isascii() and len(value) < 10)  # noqa: PLR2004 -- as issues are numbered


def dashboard_draft(seen: Iterable[Seen], listed: Sequence[Listed], places: Places, now: datetime) -> Draft:
    """Word the dashboard."""
    changes = any(one.changes for one in listed)
    return Draft("dashboard", {**_waiting(seen, places), **_events(listed, places, now), "changes": changes})


def dashboard_kept(issue: Issue | None, text: str) -> Plan:
    """Plan the dashboard with this text: a new one if there is none, nothing where it reads so or was closed."""
    if issue and issue.state == "closed":
        reason = "Somebody closed it, so it is left alone until it is reopened."
        return Plan(NO_ISSUE, "unchanged", reason, subject=DASHBOARD)
    new = PutIssue(TITLE, MARK, text, labels=(DASHBOARD_LABEL,), own=True)
    if issue is None:
        return Plan(NO_ISSUE, "created", "It is opened.", (new,), subject=DASHBOARD)
    is_labelled = DASHBOARD_LABEL in issue.labels
    if is_labelled and text_digest(issue.body) == text_digest(f"{MARK}\n\n{text}"):
        return Plan(NO_ISSUE, "unchanged", "It is up to date.", subject=DASHBOARD)
    labels = () if is_labelled else (*issue.labels, DASHBOARD_LABEL)
    edit = replace(new, title=issue.title, number=issue.number, labels=labels)
    return Plan(NO_ISSUE, "updated", "It shows what has changed.", (edit,), subject=DASHBOARD)


# ---------------------------------------------------------------- what waits for somebody


def _waiting(seen: Iterable[Seen], places: Places) -> dict[str, object]:
    ready, answers, mend, held, failed = (list[DashboardEntry]() for _ in range(5))
    for one in seen:
        plan, number = one.plan, one.plan.issue
        about = _about(one, places)
        again = box_mark(_AGAIN, str(number)) if number else ""
        if one.mend:
            mend += (_in_file(problem, places) for problem in one.mend)
        elif one.failure:
            failed.append(replace(about, notes=(one.failure,), mark=again))
        elif one.issue and plan.outcome == "waiting" and plan.problems and plan.event is None:
            answers.append(DashboardEntry(_short(one.issue.title), places.of(one.issue.url), _fields(plan)))
        elif plan.outcome == "waiting":
            held.append(replace(about, notes=_said(plan), mark=again))
        elif one.pull and one.pull.state == "open" and plan.outcome not in ("closed", "refused"):
            ready.append(_ready(one, about, again))
    return {
        "ready": tuple(ready[:_MOST_WAITING]),
        "answers": tuple(answers[:_MOST_WAITING]),
        "mend": tuple(mend[:_MOST_WAITING]),
        "held": tuple(held[:_MOST_WAITING]),
        "failed": tuple(failed[:_MOST_WAITING]),
        "more": sum(max(0, len(found) - _MOST_WAITING) for found in (ready, answers, mend, held, failed)),
    }


def _about(one: Seen, places: Places) -> DashboardEntry:
    if one.pull and one.pull.state == "open":
        return DashboardEntry(_short(one.pull.title), places.of(one.pull.url))
    if one.issue:
        return DashboardEntry(_short(one.issue.title), places.of(one.issue.url))
    number = one.plan.issue
    return DashboardEntry(one.plan.name, places.issue(number) if number else "")


def _in_file(problem: Problem, places: Places) -> DashboardEntry:
    """Name what is wrong in a file by where it is."""
    file = problem.file or ""
    name = say("{file}, line {line}", file=file, line=problem.line) if problem.line else file
    said = joined((f"`{problem.field}`" if problem.field else "", problem.message), ": ")
    return DashboardEntry(name, places.file(file, problem.line), (said,))


def _ready(one: Seen, about: DashboardEntry, again: str) -> DashboardEntry:
    """List an open proposal; it can be built anew unless other people have committed to its branch."""
    title = next((write.title for write in one.plan.writes if isinstance(write, EditPull) and write.title), None)
    shared = pull_state(one.pull).shared
    notes = [say("draft")] if one.pull and one.pull.draft else []
    notes += [say("other people have committed to it")] if shared else []
    name = _short(title) if title else about.name
    return replace(about, name=name, notes=tuple(notes), mark="" if shared else again)


def _fields(plan: Plan) -> tuple[str, ...]:
    """Return what the form calls the questions whose answers have to be fixed."""
    fields = ", ".join(dict.fromkeys(one.field for one in plan.problems if one.field))
    return (fields,) if fields else _said(plan)


def _said(plan: Plan) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(str, plan.problems)))[:_MOST_SAID] or (plan.reason,)


def _short(name: str) -> str:
    return reworded(name, _cut) if len(name) > _LONGEST_NAME else name


def _cut(name: str, _: Tongue | None) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1].rstrip()}\u2026"


# ---------------------------------------------------------------- the events that are published


def _events(listed: Sequence[Listed], places: Places, now: datetime) -> dict[str, object]:
    coming, unrecorded = list[tuple[Event, DashboardEntry]](), list[tuple[Event, DashboardEntry]]()
    wrong = list[DashboardEntry]()
    for history in listed:
        zone, is_recorded = history.config.time_zone, _is_recorded(history)
        for event in history.records:
            if event.duplicate_of:
                continue
            about = _published(event, history, places)
            if not is_over(event, now, zone):
                coming.append((event, replace(about, notes=_status(event))))
            elif is_recorded and _lacks_recording(event, now, zone):
                unrecorded.append((event, about))
            wrong += _wrong_times(event, history, places)
    coming.sort(key=lambda found: found[0].sort_key)
    unrecorded.sort(key=lambda found: found[0].sort_key, reverse=True)
    lists = {"coming": [one for _, one in coming], "unrecorded": [one for _, one in unrecorded], "wrong": wrong}
    shown = {name: tuple(found[:_MOST_EVENTS]) for name, found in lists.items()}
    return {**shown, **{f"more_{name}": max(0, len(found) - _MOST_EVENTS) for name, found in lists.items()}}


def _published(event: Event, history: Listed, places: Places) -> DashboardEntry:
    """Name an event; its issue is where people change it, if it has one."""
    link = places.issue(event.issue) if event.issue else places.file(history.shown_in(event.id))
    return DashboardEntry(_short(named(event)), link)


def _status(event: Event) -> tuple[str, ...]:
    return (STATUSES[event.status],) if event.status and event.status != "scheduled" else ()


def _is_recorded(history: Listed) -> bool:
    """Tell whether recordings are usual there."""
    return history.config.recordings is not None or any(event.recording for event in history.records)


def _lacks_recording(event: Event, now: datetime, zone: str | None) -> bool:
    if event.recording or event.is_off or not event.has_day:
        return False
    return not is_over(event, now - _RECENT, zone)


def _wrong_times(event: Event, history: Listed, places: Places) -> Iterator[DashboardEntry]:
    """Find times that contradict each other or the clocks on that day: those for which it is known what is right."""
    if not event.when:
        return
    times = check_imported(event.date, event.when, history.config.zones(event.series), event.end_date)
    found = tuple(warning.message for warning in times.warnings if warning.accepted or warning.choices)
    if found:
        before, _, after = history.page.partition(event.title)
        line = before.count("\n") + 1 if after and event.title not in after else None
        yield DashboardEntry(_short(named(event)), places.file(history.shown_in(event.id), line), found)
