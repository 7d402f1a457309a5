"""Offers Almanac to a site that has no settings yet, in the one pull request from `almanac/adopt`."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from almanac import config as configs
from almanac.config import Config
from almanac.engine.planner import Planner
from almanac.engine.run import Done, carry_out
from almanac.errors import Raced, UserError
from almanac.forge.protocol import Forge
from almanac.proposal.command import CommentCommand, command_of
from almanac.proposal.marker import pull_state
from almanac.proposal.names import ADOPT_BRANCH
from almanac.proposal.onboarding import (
    AdoptionOffer,
    Choices,
    Shared,
    adoption_offered,
    declined,
    left_alone,
    not_offered,
    read_choices,
    reopened,
)
from almanac.proposal.state import Base, Look, Overview, Proposal, Pull
from almanac.sitefiles import decoded

Adopt = Callable[[Forge, Base, Choices, Mapping[str, str]], AdoptionOffer | None]
"""Plans what a site needs, as `almanac init` does, given its base, what was chosen, and files that people wrote
themselves; None if there is nothing to adopt: no event, and no site to add a page to.

Raises:
    UserError: It is not clear what to do, or a choice cannot be had.
"""
Onboard = Callable[[Planner, Overview], Done | None]
"""Offers it, as `offer_adoption` does with the rest of its arguments."""
_TRIES = 3
_MOST_CHANGED = 50
_PLANNED = ".github/"
"""Of what people change on the branch, files in here say how the site is to be set up; others are only kept."""


def is_for_adoption(planner: Planner, base: Base) -> bool:
    """Tell whether a site has neither settings nor our form, so that there is nothing to look at but this offer."""
    site = planner.site(base.commit)
    return all(site.text(path) is None for path in (configs.PATH, Config().form))


def offer_adoption(
    planner: Planner, overview: Overview, adopt: Adopt, comment: CommentCommand | None = None
) -> Done | None:
    """Open the offer or bring it up to date; None if there is nothing to adopt. Errors are those of the forge."""
    for remaining in reversed(range(_TRIES)):
        look = _look(planner, overview)
        newest = look.proposal.pull
        if newest and not look.proposal.open_pull and _is_asked_again(planner, newest, comment) and comment:
            if look.proposal.head is None:
                newest = None  # without its branch it cannot be opened again
            else:
                carry_out(reopened(newest, comment.id), look, planner)
                comment = None
                overview = planner.forge.overview()
                continue
        if newest and not look.proposal.open_pull:
            return Done(declined(newest), newest)
        try:
            return _offered(planner, look, adopt)
        except Raced:
            if not remaining:
                raise
            overview = planner.forge.overview()
    raise AssertionError


def _look(planner: Planner, overview: Overview) -> Look:
    pull = overview.pulls.get(ADOPT_BRANCH) or planner.forge.newest_pull(ADOPT_BRANCH)
    return Look(None, overview.base, Proposal(overview.heads.get(ADOPT_BRANCH), pull))


def _is_asked_again(planner: Planner, newest: Pull, comment: CommentCommand | None) -> bool:
    """Tell whether a comment takes a no back: one that was not heard before, by somebody who may write."""
    if comment is None or newest.merged or comment.place != newest.number:
        return False
    given = command_of(comment.text)
    is_new = comment.id > (pull_state(newest).heard or 0)
    return given is not None and given.name == "adopt" and is_new and planner.forge.can_write(comment.author)


def _offered(planner: Planner, look: Look, adopt: Adopt) -> Done | None:
    forge, pull, head = planner.forge, look.proposal.open_pull, look.proposal.head
    state = pull_state(pull)
    is_shared = head is not None and (bool(state.kept) or (head != state.commit and not forge.is_ours(head)))
    theirs = _changed_by_people(planner, look) if is_shared else frozenset()
    if len(theirs) > _MOST_CHANGED:
        return Done(left_alone(), pull)
    texts = {path: _text(forge, head, path) for path in theirs if head and path.startswith(_PLANNED)}
    written = {path: text for path, text in texts.items() if text is not None}
    try:
        offer = adopt(forge, look.base, read_choices(pull), written)
    except UserError as error:
        if pull is None:
            return Done(not_offered(error.problems))
        offer = adopt(forge, look.base, {}, {})  # what was chosen cannot be had, and is said to be so
        offer = replace(offer, problems=(*error.problems, *offer.problems)) if offer else None
    if offer is None:
        return None
    shared = _shared(planner, look, theirs, offer) if is_shared else None
    return carry_out(adoption_offered(offer, look, shared), look, planner)


def _changed_by_people(planner: Planner, look: Look) -> frozenset[str]:
    """Return the files that other people changed on the branch, now or before."""
    state, head = pull_state(look.proposal.pull), look.proposal.head
    start = state.commit or planner.forge.merge_base(look.base.commit, head or "")
    changed = planner.forge.changes(start, head) if start and head else {}
    return frozenset({*changed, *state.kept})


def _shared(planner: Planner, look: Look, theirs: frozenset[str], offer: AdoptionOffer) -> Shared:
    forge, head = planner.forge, look.proposal.head or ""
    fork = forge.merge_base(look.base.commit, head)
    ours = forge.changes(fork, head) if fork else {}
    stale = frozenset(path for path, blob in ours.items() if blob) - offer.files.keys() - theirs
    return Shared(head, theirs, {path: _text(forge, head, path) for path in offer.files}, stale)


def _text(forge: Forge, commit: str | None, path: str) -> str | None:
    data = forge.read(commit, path) if commit else None
    return None if data is None else decoded(data, path)
