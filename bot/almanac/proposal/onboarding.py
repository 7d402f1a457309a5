"""The pull request that offers Almanac to a site without settings: what it says, and what people choose in it.

One like it offers what a further history needs, which the settings only name. Merging it is a yes; closing it is a no,
which the closed pull request itself remembers. Its text has boxes, and what is ticked there is what its files are made
of at the next look.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from almanac import PROJECT
from almanac.config import PATH, Language
from almanac.errors import Problem
from almanac.histories import MAIN
from almanac.page.template import DOCS
from almanac.patterns import regex
from almanac.phrases import Tongue, reworded, said, say
from almanac.proposal.boxes import box_mark, read_boxes
from almanac.proposal.comment import draft_digest
from almanac.proposal.dashboard import Places
from almanac.proposal.marker import pull_entries, pull_state
from almanac.proposal.names import adopt_branch
from almanac.proposal.page_edits import NO_ISSUE, STAMP, files_digest
from almanac.proposal.state import (
    ADOPTION,
    Draft,
    EditPull,
    Look,
    OpenPull,
    Plan,
    Pull,
    PutBranch,
    RepositoryKind,
    Write,
)

_AGAIN = "`/almanac adopt` in a comment there brings it back."
Choices = Mapping[str, str]
"""What people chose: the name of an option -> its value, empty for what they do not want."""
BESIDE = "beside"
"""Among what was chosen: the new page that is offered where what is there cannot be read, or is in doubt."""
_BLOCKED, _KEPT = "<!-- almanac:blocked -->", "\n<!-- almanac:kept -->\n"
_LINES, _CHARACTERS = 60, 6_000
"""How much of an event the text shows: GitHub takes 65,536 characters, and two of them are shown."""
_MOST_NOTES = 10
_DOCS, _LINK = regex(r"\((docs/[a-z-]+\.md)\)"), rf"([{{more}}]({PROJECT}/blob/main/\1))"
_MORE = say("more")
_SENTENCES = regex(r"(?<=[.?!]) ")
_TERMINAL = regex(r"`(?:almanac [a-z]|[^`]*--\w)")


@dataclass(frozen=True)
class Box:
    """One choice: a value of an option, and what people read of it; `doubts` say what speaks against it."""

    option: str
    value: str
    words: str
    detail: str = ""
    ticked: bool = False
    doubts: tuple[str, ...] = ()

    @property
    def mark(self) -> str:
        """What stands behind the box, where nobody sees it, so that it is known again."""
        return box_mark(self.option, self.value)


@dataclass(frozen=True)
class Group:
    """Choices that belong together. If they are `single`, one of them is ticked."""

    title: str
    boxes: tuple[Box, ...]
    single: bool


@dataclass(frozen=True)
class AdoptionOffer:
    """What would be done to a site: path -> text, and what to say of it.

    `found` says what there is, `newest` and `sample` are the newest event and one as it would be written, `template` is
    the file that says how, `asked` says what the form asks, which is called `form_name`, and `purposes` what each file
    is for. `problems` are what is wrong on the page or was chosen and cannot be had, `doubts` what may go wrong.
    `unread` is what looks like events and is not taken, as a new page is offered in its place. `follows` tells whether
    what is ticked starts the next look. `history` is what is set up, where a site has several.
    """

    files: Mapping[str, str]
    choices: Choices
    groups: tuple[Group, ...] = ()
    found: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    newest: str = ""
    sample: str = ""
    asked: str = ""
    template: str = ""
    label: str = "event"
    language: Language | None = None
    follows: bool = True
    purposes: Mapping[str, str] = field(default_factory=dict)
    records: int = 0
    notes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    doubts: tuple[Problem, ...] = ()
    history: str = MAIN
    form_name: str = ""

    @property
    def title(self) -> str:
        """The pull request's title, and the first line of its commits."""
        return say("Set up the history {name}", name=self.history) if self.history else say("Adopt Almanac")


def read_choices(pull: Pull | None) -> dict[str, str]:
    """Return what is chosen in the text of a pull request.

    Where one of several is to be ticked and two are, the one counts that was not chosen before; where none is, nothing
    has changed. What is no box of ours is ignored, as is one in the text of an event that is shown.
    """
    before = dict(pull_state(pull).choices)
    seen: dict[str, dict[str, bool]] = {}
    for option, value, ticked in read_boxes(pull_entries(pull)[0]):
        seen.setdefault(option, {})[value] = ticked
    for option, values in seen.items():
        chosen = [value for value, ticked in values.items() if ticked]
        others = [value for value in chosen if value != before.get(option)]
        single = len(values) == 1
        before[option] = next(iter([*others, *chosen]), "" if single else before.get(option, ""))
    return before


@dataclass(frozen=True)
class Shared:
    """A branch with commits of other people: its head, their files, and ours at the head that the offer has not."""

    head: str
    theirs: frozenset[str]
    texts: Mapping[str, str | None]  # of the offer's files, as they are there
    stale: frozenset[str]
    deleted: frozenset[str] = frozenset()  # of their files, those that they deleted


def adoption_offered(offer: AdoptionOffer, look: Look, shared: Shared | None, *, is_web: bool = False) -> Plan:
    """Plan the pull request, with links to lines on the web; nothing is written where it is as it should be."""
    pull = look.proposal.open_pull
    state = pull_state(pull)
    files: dict[str, str | None] = dict(offer.files)
    if shared:
        files = {path: text for path, text in files.items() if path not in shared.theirs}
        files = {path: text for path, text in files.items() if not is_there(shared.texts.get(path), text)}
        files |= dict.fromkeys(shared.stale)
    body = _body(offer, shared, Places(look.base.branch, is_web=is_web), look.base.branch)
    told = draft_digest(body)
    digest = files_digest(offer.files)
    is_built = not files if shared else (state.digest, state.commit) == (digest, look.proposal.head)
    if pull and is_built and state.says == told and read_choices(pull) == dict(state.choices):
        return Plan(NO_ISSUE, "unchanged", "Almanac is offered; a maintainer decides.", subject=ADOPTION)
    writes: list[Write] = [] if is_built and pull else [_commit(offer, files, look, shared)]
    entries: dict[str, Any] = {"digest": digest, "says": told, "choices": dict(offer.choices)}
    entries |= {"commit": state.commit, "heard": state.heard}
    if shared:
        entries |= {"kept": sorted(shared.theirs), "shared": True}
    if pull:
        writes.append(EditPull(pull.number, body, entries))
        reason = "The offer follows what was chosen."
        return Plan(NO_ISSUE, "updated", reason, tuple(writes), language=offer.language, subject=ADOPTION)
    writes.append(OpenPull(adopt_branch(offer.history), look.base.branch, offer.title, body, entries))
    reason = "Almanac is offered in a pull request."
    return Plan(NO_ISSUE, "created", reason, tuple(writes), language=offer.language, subject=ADOPTION)


def is_there(text: str | None, wanted: str | None) -> bool:
    """Tell whether a file has the text that is wanted, whenever that was written."""
    return text is not None and wanted is not None and STAMP.sub("", text) == STAMP.sub("", wanted)


def reopened(newest: Pull, comment: int) -> Plan:
    """Plan to take a no back, as somebody asks for in a comment."""
    text, entries = pull_entries(newest)
    entries.pop("closed-by", None)
    edit = EditPull(newest.number, text, {**entries, "heard": comment}, reopen=True)
    reason = "Somebody who may write asked for the offer again."
    return Plan(NO_ISSUE, "updated", reason, (edit,), subject=ADOPTION)


def declined(newest: Pull) -> Plan:
    """Say what became of an offer that is not open any more."""
    if newest.merged:
        reason = f"It was adopted, and its settings were removed later. {_AGAIN}"
        return Plan(NO_ISSUE, "unchanged", reason, subject=ADOPTION)
    if pull_state(newest).closed_by:
        reason = "The site had settings of its own, which were removed later."
        return Plan(NO_ISSUE, "unchanged", f"{reason} {_AGAIN}", subject=ADOPTION)
    return Plan(NO_ISSUE, "refused", f"Its pull request was closed, which is a no. {_AGAIN}", subject=ADOPTION)


def superseded(pull: Pull, path: str) -> Plan:
    """Plan to close an offer that is open while the site has been set up in another way, by a file that came to it."""
    entries = pull_entries(pull)[1]
    edit = EditPull(pull.number, Draft("adopted", {"path": path}), {**entries, "closed-by": "almanac"}, close=True)
    reason = "The site has been set up in another way, so the offer was closed."
    return Plan(NO_ISSUE, "closed", reason, (edit,), subject=ADOPTION)


def blocked(pull: Pull, problems: Sequence[Problem]) -> Plan:
    """Say in an open offer why it cannot follow its site any more; its files stay, and its text below that."""
    problems = tuple(map(_for_browsers, problems))
    text, entries = pull_entries(pull)
    draft = Draft("blocked", {"problems": problems})
    says, reason = draft_digest(draft), f"The offer stays as it was. {problems[0].message}"
    writes: tuple[Write, ...] = ()
    if entries.get("says") != says:
        kept = text.partition(_KEPT)[2].strip() if text.startswith(_BLOCKED) else text
        body = Draft("blocked", {"problems": problems, "kept": f"{_KEPT}\n{kept}"})
        writes = (EditPull(pull.number, body, {**entries, "says": says}),)
    return Plan(NO_ISSUE, "waiting", reason, writes, problems=problems, subject=ADOPTION)


def unasked_for(kind: RepositoryKind) -> Plan | None:
    """Say why a repository of some kind is not offered Almanac, unless somebody asks for it; None if it is."""
    if kind == "own":
        return None
    reason = "It is archived or disabled, so nothing can be proposed there."
    if kind == "fork":
        reason = f"It is a fork, so Almanac is not offered by itself. With a file {PATH} it is looked after."
    return Plan(NO_ISSUE, "unchanged", reason, subject=ADOPTION)


def not_asked_for() -> Plan:
    """Say what to do where nothing is set up, and nobody has asked for the offer."""
    how = "Run this workflow by hand (Actions, Almanac, Run workflow), and a pull request offers to set it up."
    return Plan(NO_ISSUE, "waiting", f"Almanac is not set up here yet. {how}", subject=ADOPTION)


def not_offered(problems: Sequence[Problem]) -> Plan:
    """Say why nothing is offered, or an offer that is open is left as it is."""
    problems = tuple(map(_for_browsers, problems))
    reason = f"Almanac cannot be offered here by itself. {problems[0].message}"
    return Plan(NO_ISSUE, "waiting", reason, problems=problems, subject=ADOPTION)


def _for_browsers(problem: Problem) -> Problem:
    """Say a problem for people who have a browser only; its choices are commands, too."""
    return replace(problem, message=_in_browser(problem.message), choices=())


def _in_browser(text: str) -> str:
    """Leave out what only a terminal can do: sentences that name a command or an option.

    A page of the documentation becomes a link.
    """
    return reworded(text, _without_terminal)


def _without_terminal(message: str, tongue: Tongue | None) -> str:
    kept = " ".join(one for one in _SENTENCES.split(message) if not _TERMINAL.search(one))
    return _DOCS.sub(_LINK.format(more=said(_MORE, tongue)), kept or message)


def is_ours(pull: Pull) -> bool:
    """Tell whether a pull request from the branch is Almanac's, even if somebody has emptied its text."""
    return not pull.author or pull_state(pull).says is not None


def left_alone(branch: str) -> Plan:
    """Say that people have made the branch their own."""
    reason = say("People have made the branch `{branch}` their own, so it is left to them.", branch=branch)
    return Plan(NO_ISSUE, "waiting", reason, subject=ADOPTION)


def _commit(offer: AdoptionOffer, files: Mapping[str, str | None], look: Look, shared: Shared | None) -> PutBranch:
    start = shared.head if shared else look.base.commit
    return PutBranch(
        branch=adopt_branch(offer.history),
        base=start,
        parents=(start,),
        files=files,
        message=offer.title + "\n",
        expected=look.proposal.head,
        before={path: shared.texts.get(path) if shared else None for path in files},
        fresh=shared is None,
    )


def _body(offer: AdoptionOffer, shared: Shared | None, places: Places, branch: str) -> Draft:
    deleted = shared.deleted if shared else frozenset()
    values = {
        "history": offer.history,
        "form_name": offer.form_name,
        "unread": offer.unread,
        "branch": branch,
        "found": offer.found,
        "problems": tuple(map(_for_browsers, offer.problems)),
        "warnings": tuple(
            replace(one, message=_in_browser(one.message), url=_line(one, places)) for one in offer.warnings
        ),
        "newest": _beginning(offer.newest),
        "sample": _beginning(offer.sample),
        "doubts": tuple(map(_for_browsers, offer.doubts)),
        "template": offer.template,
        "has_box": any(box.option == "template" for group in offer.groups for box in group.boxes),
        "docs": DOCS,
        "asked": offer.asked,
        "groups": offer.groups,
        "purposes": offer.purposes,
        "records": offer.records,
        "notes": tuple(map(_in_browser, offer.notes[:_MOST_NOTES])),
        "more_notes": len(offer.notes[_MOST_NOTES:]),
        "label": offer.label,
        "follows": offer.follows,
        "theirs": tuple(sorted(shared.theirs - deleted)) if shared else (),
        "deleted": tuple(sorted(deleted)),
    }
    return Draft("adopt", values)


def _line(problem: Problem, places: Places) -> str | None:
    """Return where a line is that is to be corrected, if that is on the web."""
    is_line = (
        places.is_web and problem.file and problem.line and problem.typed and (problem.accepted or problem.choices)
    )
    return places.file(problem.file or "", problem.line) if is_line else problem.url


def _beginning(text: str) -> str:
    """Return an event's text, or as much of it as there is room for."""
    lines = text.strip("\n").split("\n")
    shown = "\n".join(lines[:_LINES])[:_CHARACTERS]
    return shown if len(shown) == len(text.strip("\n")) else f"{shown.rstrip()}\n..."
