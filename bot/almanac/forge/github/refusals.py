"""What GitHub means when it refuses something, by its own words, and what a person can do about it.

The words are those of GitHub's REST API as of 2026. Where it lists several rules, each has a sentence of its own.
"""

import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import NamedTuple

_ANY = frozenset[int]()
_NO = frozenset({HTTPStatus.FORBIDDEN})
_CLOSED = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS})
# Where an administrator of the repository lets Almanac off a rule.
_RULES = 'exclude "almanac/**" from the rule, or add Almanac to its bypass list, under Settings > Rules > Rulesets'
_EITHER = f"{_RULES} (a classic rule is under Settings > Branches)"


class Refusal(NamedTuple):
    """Words of GitHub's, and what they ask of whom; without statuses, the words are enough."""

    statuses: frozenset[int]
    pattern: str
    remedy: str


REFUSALS = (
    Refusal(
        _ANY,
        r"not permitted to create or approve pull requests",
        'Switch on "Allow GitHub Actions to create and approve pull requests" under Settings > Actions > General > '
        "Workflow permissions (if it is greyed out, switch it on in the same place in the organisation's settings).",
    ),
    # ------------------------------------------------------------ who we are, and from where
    Refusal(
        _NO,
        r"IP allow list",
        "The organisation only lets some addresses in. One of its owners has to add the address of the machine that "
        "runs Almanac, under the organisation's Settings > Authentication security > IP allow list; GitHub's own "
        "runners have no fixed address.",
    ),
    Refusal(
        _NO,
        r"forbids access via a fine-grained personal access tokens? if the token's lifetime",
        "The token is valid for longer than the organisation allows. Its owner has to give it an earlier expiration "
        "date, under their Settings > Developer settings > Personal access tokens.",
    ),
    Refusal(
        _NO,
        r"forbids access via a (fine-grained personal access tokens?\b(?! if)|personal access tokens? \(classic\))",
        "The organisation accepts no tokens of this kind. Use one of another kind or an App, or ask an owner to allow "
        "them under the organisation's Settings > Personal access tokens.",
    ),
    Refusal(
        _NO,
        r"SAML",
        "The token's owner has to open https://github.com/settings/tokens and authorise the token for the organisation "
        "(Configure SSO).",
    ),
    Refusal(
        _NO,
        r"OAuth App access restrictions",
        "The token is from an application that the organisation has not approved. An owner approves it under the "
        "organisation's Settings > Third-party access > OAuth app policy; or use a personal access token.",
    ),
    Refusal(
        _ANY,
        r"account (was|is|has been) suspended|account is currently flagged",
        "GitHub has suspended the account that the token belongs to. Its owner has to ask https://support.github.com.",
    ),
    Refusal(
        _NO,
        r"installation (has been|is) suspended",
        "Almanac's App was suspended here. An owner has to unsuspend it under Settings > GitHub Apps > Configure.",
    ),
    # ------------------------------------------------------------ what the repository is like
    Refusal(
        _CLOSED,
        r"repository access blocked|(repository|access to this repository) (has been|is) (disabled|blocked)",
        "GitHub has disabled the repository. Only its owner can settle that, with https://support.github.com.",
    ),
    Refusal(
        _ANY,
        r"repository (has been|is) (locked|being migrated)|locked for migration",
        "The repository is locked while it is moved elsewhere. Whoever moves it has to finish that, or unlock it.",
    ),
    Refusal(_ANY, r"archived", "Unarchive the repository under Settings > General, or switch Almanac off there."),
    Refusal(_ANY, r"issues (are|has been|have been) disabled", "Switch Issues on under Settings > General > Features."),
    Refusal(_ANY, r"(issue|conversation) is locked", "Unlock the issue's conversation."),
    Refusal(
        _ANY,
        r"(user|author|account|you)( is| are| were| was| has been| have been)? blocked",
        "Somebody has blocked the account that the token belongs to. The owner of the repository can end that under "
        "Settings > Moderation > Blocked users, of the organisation or of their own account.",
    ),
    Refusal(
        _ANY,
        r"has limited the ability to|interactions? (limit|(is|are) (limited|restricted))|must be a collaborator",
        "The repository limits who may take part. An administrator has to end the limit under Settings > Moderation "
        "options > Interaction limits (for pull requests: Settings > General), or make Almanac's account a "
        "collaborator.",
    ),
    # ------------------------------------------------------------ what was sent
    Refusal(_ANY, r"no commits between", "There is nothing to propose: the branch contains only what is on the base."),
    Refusal(_ANY, r"repository is empty", "Make a first commit, so that there is a branch to propose changes to."),
    Refusal(_ANY, r"is too long", "GitHub accepts texts of up to 65,536 characters."),
    # ------------------------------------------------------------ rules for branches, of both kinds
    Refusal(
        _ANY,
        r"through the merge queue",
        f"The branch takes changes from its merge queue only: {_RULES}.",
    ),
    Refusal(
        _ANY,
        r"must be made through a pull request",
        f"The branch takes changes by pull request only: {_EITHER}.",
    ),
    Refusal(
        _ANY,
        r"approving reviews? (is|are) required|changes have been requested|waiting on code owner review",
        f"The branch takes only what was reviewed: {_EITHER}.",
    ),
    Refusal(
        _ANY,
        r"required status checks? .*(expected|failing|pending|in progress|queued)|code scanning is waiting",
        f"The branch takes only commits whose checks have passed, and a new one has none: {_EITHER}.",
    ),
    Refusal(
        _ANY,
        r"cannot force-push to this branch",
        "The branch may not be rewritten, as a proposal is when its issue is edited: "
        f'allow force pushes for "almanac/**", or {_EITHER}.',
    ),
    Refusal(
        _ANY,
        r"cannot delete (this|a) (protected )?(branch|ref)",
        f"Branches may not be deleted, as a proposal's is at its end: {_EITHER}.",
    ),
    Refusal(_ANY, r"creations being restricted", f"Almanac may not create a branch of this name: {_EITHER}."),
    Refusal(_ANY, r"cannot update this protected ref", f"Almanac may not change a branch of this name: {_EITHER}."),
    Refusal(
        _ANY,
        r"not authorized to push to this branch",
        "Only some people may push to the branch. An administrator has to add Almanac's account to them, under "
        "Settings > Branches.",
    ),
    Refusal(
        _ANY,
        r"must have verified signatures",
        "Commits have to be signed. GitHub signs those of an App and of GitHub Actions, but not those made with a "
        f"personal token: use one of the two, or {_EITHER}.",
    ),
    Refusal(
        _ANY,
        r"must not contain merge commits",
        "The branch takes no merge commits, and Almanac makes one where somebody has committed to a proposal: "
        f"{_EITHER}.",
    ),
    Refusal(
        _ANY,
        r"file paths? (is|are) restricted|restricted file paths?|file path (length|exceeds)|path is too deep",
        "A push rule does not allow a file of this path: leave the event files out of it, or add Almanac to its bypass "
        "list, under Settings > Rules > Rulesets.",
    ),
    Refusal(
        _ANY,
        r"file extensions? .*restricted|restricted file extension|extension is not allowed",
        "A push rule does not allow files of this kind: allow the site's (.yml, .md, ...), or add Almanac to its "
        "bypass list, under Settings > Rules > Rulesets.",
    ),
    Refusal(
        _ANY,
        r"(file|blob).* (exceeds|larger than|over) .*(size|limit|MB)|file size",
        "A push rule does not allow files of this size: raise its limit, or add Almanac to its bypass list, under "
        "Settings > Rules > Rulesets.",
    ),
    Refusal(_ANY, r"commit message must", f"Commit messages have to follow a pattern: {_RULES}."),
    Refusal(
        _ANY,
        r"(author|committer)( email| name|'s email)?( address)? must",
        f"Commits have to be by certain authors: {_RULES}.",
    ),
    Refusal(_ANY, r"branch name must", f"Branches have to be named after a pattern: {_RULES}."),
)
_OTHER_RULE = r"rule violations|GH013|GH006|protected branch|protected ref|branch protection|reference update failed"


def remedies(status: int, said: str) -> list[str]:
    """Return what can be done about an answer with this status and these words: nothing, one thing or several."""
    found = list(_fitting(status, said))
    if not found and re.search(_OTHER_RULE, said, re.IGNORECASE):
        return [f"A rule of the repository prevents this: {_EITHER}."]
    return found


def _fitting(status: int, said: str) -> Iterable[str]:
    for refusal in REFUSALS:
        if (not refusal.statuses or status in refusal.statuses) and re.search(refusal.pattern, said, re.IGNORECASE):
            yield refusal.remedy
