"""Offers Almanac to a site that has no settings yet, in the one pull request from `almanac/adopt`.

In another one, it offers what a further history needs that the settings only name.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial

from almanac import config as configs
from almanac.config import Config
from almanac.engine.planner import Planner
from almanac.engine.run import Done, carry_out
from almanac.errors import Raced, UserError
from almanac.forge.protocol import Forge
from almanac.histories import MAIN
from almanac.patterns import regex
from almanac.proposal.command import CommentCommand, command_of
from almanac.proposal.marker import pull_state
from almanac.proposal.names import adopt_branch, is_adopt_branch
from almanac.proposal.onboarding import (
    BESIDE,
    AdoptionOffer,
    Choices,
    Shared,
    adoption_offered,
    blocked,
    declined,
    is_ours,
    is_there,
    left_alone,
    not_asked_for,
    not_offered,
    read_choices,
    reopened,
    superseded,
    unasked_for,
)
from almanac.proposal.page_edits import STAMP
from almanac.proposal.state import Base, Blob, Changes, Look, Overview, Proposal, Pull
from almanac.sitefiles import decoded

Adopt = Callable[[Forge, Base, str, Choices, Mapping[str, str]], AdoptionOffer | None]
"""Plans what a site's history needs, as `almanac init` does, given the base, what was chosen, and files that people
wrote themselves; None if there is nothing to adopt: no event, and no site to add a page to.

Raises:
    UserError: It is not clear what to do, or a choice cannot be had.
"""
Onboard = Callable[[Planner, Overview], Done | None]
"""Offers it, as `offer_adoption` does with the rest of its arguments."""
_TRIES = 3
_MOST_CHANGED, _MOST_NAMED = 50, 10_000
"""How many files of other people the marker remembers, and the characters of their paths."""
_PLANNED = regex(r"\.github/.*\.(yml|yaml|j2)")
"""Of what people change on the branch, these files say how the site is to be set up."""
_EVENTS = regex(r".*\.(md|markdown|html?|yml|yaml|json|csv)")
"""These may hold events, where the site has them already; others are only kept."""


def is_for_adoption(planner: Planner, base: Base) -> bool:
    """Tell whether a site has neither settings nor our form, so that there is nothing to look at but this offer."""
    return _set_up_by(planner, base) is None


def _set_up_by(planner: Planner, base: Base) -> str | None:
    site = planner.site(base.commit)
    paths = (site.config.form,) if planner.history else (configs.PATH, Config().form)
    return next((path for path in paths if site.text(path) is not None), None)


def histories_to_offer(planner: Planner, overview: Overview) -> dict[str, Planner]:
    """Return each further history that the settings name and that has no form yet, with what decides for it.

    Of one with open proposals, the form is lost.

    Raises:
        ConfigError: The settings cannot be read.
    """
    base, used = overview.base.commit, {pull_state(pull).history for pull in overview.pulls.values()}
    named = [one for one in planner.each(base) if one.history != MAIN and one.history not in used]
    return {one.history: one for one in named if _set_up_by(one, overview.base) is None}


def close_offers(planner: Planner, overview: Overview, wanted: Collection[str]) -> Iterator[Done]:
    """Close each open offer whose history has been set up in another way, as it is none of those that are `wanted`."""
    kept = {adopt_branch(history) for history in wanted}
    for branch, pull in overview.pulls.items():
        if is_adopt_branch(branch) and branch not in kept and is_ours(pull):
            name = branch.removeprefix(adopt_branch(MAIN)).removeprefix("-")
            named = {one.history: one for one in planner.each(overview.base.commit)}
            path = _set_up_by(named.get(name, planner), overview.base) or configs.PATH
            yield carry_out(superseded(pull, path), _look(planner, overview, branch), planner)


def offer_adoption(
    planner: Planner, overview: Overview, adopt: Adopt, comment: CommentCommand | None = None, *, asked: bool = False
) -> Done | None:
    """Open the offer or bring it up to date; None if there is nothing to adopt. Errors are those of the forge.

    It is that of the planner's history. A fork is offered it only if somebody has `asked`.
    """
    for remaining in reversed(range(_TRIES)):
        look = _look(planner, overview, adopt_branch(planner.history))
        newest = look.proposal.pull
        if newest and not look.proposal.open_pull and _is_asked_again(planner, newest, comment) and comment:
            if look.proposal.head is None or newest.merged:
                newest = None  # it cannot be opened again, so there is a new one
            else:
                carry_out(reopened(newest, comment.id), look, planner)
                comment = None
                overview = planner.forge.overview()
                continue
        if newest and not look.proposal.open_pull:
            return Done(declined(newest), newest)
        if newest is None and not asked and (plan := unasked_for(planner.forge.kind())):
            return Done(plan)
        try:
            return _offered(planner, look, adopt)
        except Raced:
            if not remaining:
                raise
            overview = planner.forge.overview()
    raise AssertionError


def ask_for_offer(planner: Planner, overview: Overview) -> Done | None:
    """Say how to ask for the offer, in a run that nobody started for that; None if there is or was one."""
    return None if _look(planner, overview, adopt_branch(MAIN)).proposal.pull else Done(not_asked_for())


def _look(planner: Planner, overview: Overview, branch: str) -> Look:
    pull = overview.pulls.get(branch) or planner.forge.newest_pull(branch)
    return Look(None, overview.base, Proposal(overview.heads.get(branch), pull))


def _is_asked_again(planner: Planner, newest: Pull, comment: CommentCommand | None) -> bool:
    """Tell whether a comment asks anew for what was closed or merged: one by somebody who may write, not heard yet."""
    if comment is None or comment.place != newest.number:
        return False
    given = command_of(comment.text)
    is_new = comment.id > (pull_state(newest).heard or 0)
    return given is not None and given.name == "adopt" and is_new and planner.forge.can_write(comment.author)


def _offered(planner: Planner, look: Look, adopt: Adopt) -> Done | None:
    forge, pull, head = planner.forge, look.proposal.open_pull, look.proposal.head
    state = pull_state(pull)
    if pull and not is_ours(pull):
        return Done(left_alone(adopt_branch(planner.history)), pull)
    is_shared = head is not None and (
        state.shared or bool(state.kept) or (head != state.commit and not forge.is_ours(head))
    )
    try:
        theirs = _changed_by_people(planner, look, adopt) if is_shared else frozenset()
        if len(theirs) > _MOST_CHANGED or len(json.dumps([*theirs])) > _MOST_NAMED:
            return Done(left_alone(adopt_branch(planner.history)), pull)
        written = _written_by_people(planner, look, theirs)
        offer = _planned(partial(adopt, forge, look.base, planner.history), pull, written)
        shared = _shared(planner, look, theirs, offer) if is_shared and offer else None
    except UserError as error:
        return _blocked(planner, look, error)
    if offer is None:
        return None
    if pull and BESIDE in offer.choices.keys() - state.choices.keys():
        return carry_out(blocked(pull, offer.problems), look, planner)
    return carry_out(adoption_offered(offer, look, shared, is_web=forge.has_accounts), look, planner)


def _blocked(planner: Planner, look: Look, error: UserError) -> Done:
    """Say why nothing can be offered; for a history that people have named it is a failure."""
    if pull := look.proposal.open_pull:
        return carry_out(blocked(pull, error.problems), look, planner)
    return Done(not_offered(error.problems), None, error if planner.history else None)


def _written_by_people(planner: Planner, look: Look, theirs: frozenset[str]) -> dict[str, str]:
    """Return what people wrote on the branch that the plan depends on: path -> text."""
    forge, head, base = planner.forge, look.proposal.head, look.base.commit
    events = forge.entries(base, [path for path in theirs if _EVENTS.fullmatch(path)])
    wanted = {path for path in theirs if _PLANNED.fullmatch(path) or events.get(path)}
    texts = {path: _text(forge, head, path) for path in sorted(wanted)}
    return {path: text for path, text in texts.items() if text is not None}


def _planned(
    adopt: Callable[[Choices, Mapping[str, str]], AdoptionOffer | None], pull: Pull | None, written: Mapping[str, str]
) -> AdoptionOffer | None:
    """Plan what was chosen; or, of that, as much as can be had, and say why not all of it.

    Raises:
        UserError: Nothing can be had.
    """
    chosen, before = read_choices(pull), dict(pull_state(pull).choices)
    if chosen.get("page") != before.get("page") and chosen.get("shape") == before.get("shape"):
        chosen.pop("shape", None)  # it was that of another page
    besides = {option: value for option, value in before.items() if option not in ("page", "shape")}
    try:
        return adopt(chosen, written)
    except UserError as error:
        if pull is None:
            raise
        for choices, files in ((before, written), (besides, written), (before, {}), (besides, {})):
            with suppress(UserError):
                offer = adopt(choices, files)
                problems = dict.fromkeys((*error.problems, *offer.problems)) if offer else ()
                return replace(offer, problems=tuple(problems)) if offer else None
        raise


def _changed_by_people(planner: Planner, look: Look, adopt: Adopt) -> frozenset[str]:
    """Return the files that other people changed on the branch, now or before.

    What came with the base, as by "Update branch", is nobody's, and what a run wrote that was cut short is ours.
    """
    forge, state, head, base = planner.forge, pull_state(look.proposal.pull), look.proposal.head, look.base.commit
    start = state.commit or forge.merge_base(base, head or "")
    changed = forge.changes(start, head) if start and head else {}
    own = {*_since_fork(forge, base, head), *(_since_fork(forge, base, state.commit) if state.commit else ())}
    changed = {path: blob for path, blob in changed.items() if path in own}
    if changed:
        offer = _planned(partial(adopt, forge, look.base, planner.history), look.proposal.open_pull, {})
        ours = offer.files if offer else {}
        changed = {path: blob for path, blob in changed.items() if not _is_written(forge, head, path, blob, ours)}
    return frozenset({*changed, *state.kept})


def _is_written(forge: Forge, head: str | None, path: str, blob: Blob | None, ours: Mapping[str, str]) -> bool:
    """Tell whether a file at the branch's head is as we write it, or is not there as we write none."""
    if blob is None or path not in ours:
        return blob is None and path not in ours
    data = ours[path].encode()
    if blob.id == hashlib.sha1(b"blob %d\0%s" % (len(data), data), usedforsecurity=False).hexdigest():
        return True
    return STAMP.search(ours[path]) is not None and is_there(_text(forge, head, path), ours[path])


def _since_fork(forge: Forge, base: str, commit: str | None) -> Changes:
    """Return what a commit has changed since it left the base."""
    fork = forge.merge_base(base, commit) if commit else None
    return forge.changes(fork, commit) if fork and commit else {}


def _shared(planner: Planner, look: Look, theirs: frozenset[str], offer: AdoptionOffer) -> Shared:
    forge, head = planner.forge, look.proposal.head or ""
    ours = _since_fork(forge, look.base.commit, head)
    stale = frozenset(path for path, blob in ours.items() if blob) - offer.files.keys() - theirs
    texts = {path: _text(forge, head, path) for path in offer.files}
    deleted = frozenset(path for path in theirs & texts.keys() if texts[path] is None)
    return Shared(head, theirs, texts, stale, deleted)


def _text(forge: Forge, commit: str | None, path: str) -> str | None:
    data = forge.read(commit, path) if commit else None
    return None if data is None else decoded(data, path)
