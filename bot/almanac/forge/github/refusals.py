"""What GitHub means when it refuses something, by its own words, and what a person can do about it.

The words are those of GitHub's REST API as of 2026. Where it lists several rules, each has a sentence of its own.
"""

import re
from http import HTTPStatus

# How an administrator of the repository lets Almanac off a rule.
_BYPASS = "add Almanac to its bypass list, under Settings > Rules > Rulesets"
_RULES = f'exclude "almanac/**" from the rule, or {_BYPASS}'
_EITHER = f"{_RULES} (a classic rule is under Settings > Branches)"

# Words that mean something else in answers of other statuses.
FORBIDDEN = {
    # ------------------------------------------------------------ who we are, and from where
    r"IP allow list": "The organisation only lets some addresses in. One of its owners has to add the address of the "
    "machine that runs Almanac, under the organisation's Settings > Authentication security > IP allow list; GitHub's "
    "own runners have no fixed address.",
    r"forbids access via a fine-grained personal access tokens? if the token's lifetime": "The token is valid for "
    "longer than the organisation allows. Its owner has to give it an earlier expiration date, under their Settings > "
    "Developer settings > Personal access tokens.",
    r"forbids access via a (fine-grained personal access tokens?\b(?! if)|personal access tokens? \(classic\))": (
        "The organisation accepts no tokens of this kind. Use one of another kind or an App, or ask an owner to allow "
        "them under the organisation's Settings > Personal access tokens."
    ),
    r"SAML": "The token's owner has to open https://github.com/settings/tokens and authorise the token for the "
    "organisation (Configure SSO).",
    r"OAuth App access restrictions": "The token is from an application that the organisation has not approved. An "
    "owner approves it under the organisation's Settings > Third-party access > OAuth app policy; or use a personal "
    "access token.",
    r"installation (has been|is) suspended": "Almanac's App was suspended here. An owner has to unsuspend it under "
    "Settings > GitHub Apps > Configure.",
    # ------------------------------------------------------------ what the repository is like
    r"repository access blocked|(repository|access to this repository) (has been|is) (disabled|blocked)": (
        "GitHub has disabled the repository. Only its owner can settle that, with https://support.github.com."
    ),
}
ALWAYS = {
    r"not permitted to create or approve pull requests": 'Switch on "Allow GitHub Actions to create and approve pull '
    'requests" under Settings > Actions > General > Workflow permissions (if it is greyed out, switch it on in the '
    "same place in the organisation's settings).",
    r"account (was|is|has been) suspended|account is currently flagged": "GitHub has suspended the account that the "
    "token belongs to. Its owner has to ask https://support.github.com.",
    r"repository (has been|is) (locked|being migrated)|locked for migration": "The repository is locked while it is "
    "moved elsewhere. Whoever moves it has to finish that, or unlock it.",
    r"archived": "Unarchive the repository under Settings > General, or switch Almanac off there.",
    r"issues (are|has been|have been) disabled": "Switch Issues on under Settings > General > Features.",
    r"(issue|conversation) is locked": "Unlock the issue's conversation.",
    r"(user|author|account|you)( is| are| were| was| has been| have been)? blocked": "Somebody has blocked the account "
    "that the token belongs to. The owner of the repository can end that under Settings > Moderation > Blocked users, "
    "of the organisation or of their own account.",
    r"has limited the ability to|interactions? (limit|(is|are) (limited|restricted))|must be a collaborator": (
        "The repository limits who may take part. An administrator has to end the limit under Settings > Moderation "
        "options > Interaction limits (for pull requests: Settings > General), or make Almanac's account a "
        "collaborator."
    ),
    # ------------------------------------------------------------ what was sent
    r"no commits between": "There is nothing to propose: the branch contains only what is on the base.",
    r"repository is empty": "Make a first commit, so that there is a branch to propose changes to.",
    r"is too long": "GitHub accepts texts of up to 65,536 characters.",
    # ------------------------------------------------------------ rules for branches, of both kinds
    r"through the merge queue": f"The branch takes changes from its merge queue only: {_RULES}.",
    r"must be made through a pull request": f"The branch takes changes by pull request only: {_EITHER}.",
    r"approving reviews? (is|are) required|changes have been requested|waiting on code owner review": (
        f"The branch takes only what was reviewed: {_EITHER}."
    ),
    r"required status checks? .*(expected|failing|pending|in progress|queued)|code scanning is waiting": (
        f"The branch takes only commits whose checks have passed, and a new one has none: {_EITHER}."
    ),
    r"cannot force-push to this branch": "The branch may not be rewritten, as a proposal is when its issue is edited: "
    f'allow force pushes for "almanac/**", or {_EITHER}.',
    r"cannot delete (this|a) (protected )?(branch|ref)": "Branches may not be deleted, as a proposal's is at its end: "
    f"{_EITHER}.",
    r"creations being restricted": f"Almanac may not create a branch of this name: {_EITHER}.",
    r"cannot update this protected ref": f"Almanac may not change a branch of this name: {_EITHER}.",
    r"not authorized to push to this branch": "Only some people may push to the branch. An administrator has to add "
    "Almanac's account to them, under Settings > Branches.",
    r"must have verified signatures": "Commits have to be signed. GitHub signs those of an App and of GitHub Actions, "
    f"but not those made with a personal token: use one of the two, or {_EITHER}.",
    r"must not contain merge commits": "The branch takes no merge commits, and Almanac makes one where somebody has "
    f"committed to a proposal: {_EITHER}.",
    r"file paths? (is|are) restricted|restricted file paths?|file path (length|exceeds)|path is too deep": (
        f"A push rule does not allow a file of this path: leave the event files out of it, or {_BYPASS}."
    ),
    r"file extensions? .*restricted|restricted file extension|extension is not allowed": "A push rule does not allow "
    f"files of this kind: allow the site's (.yml, .md, ...), or {_BYPASS}.",
    r"(file|blob).* (exceeds|larger than|over) .*(size|limit|MB)|file size": "A push rule does not allow files of this "
    f"size: raise its limit, or {_BYPASS}.",
    r"commit message must": f"Commit messages have to follow a pattern: {_RULES}.",
    r"(author|committer)( email| name|'s email)?( address)? must": f"Commits have to be by certain authors: {_RULES}.",
    r"branch name must": f"Branches have to be named after a pattern: {_RULES}.",
}
_OTHER_RULE = r"rule violations|GH013|GH006|protected branch|protected ref|branch protection|reference update failed"


def remedies(status: int, said: str) -> list[str]:
    """Return what can be done about an answer with this status and these words: nothing, one thing or several."""
    closed = status in (HTTPStatus.FORBIDDEN, HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS)
    known = FORBIDDEN | ALWAYS if closed else ALWAYS
    found = [remedy for words, remedy in known.items() if re.search(words, said, re.IGNORECASE)]
    if not found and re.search(_OTHER_RULE, said, re.IGNORECASE):
        return [f"A rule of the repository prevents this: {_EITHER}."]
    return found
