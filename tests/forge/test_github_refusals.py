"""What GitHub says when it refuses something, in its own words, and what people are told to do."""

import pytest
from almanac.forge.github.refusals import ALWAYS, FORBIDDEN, remedies
from almanac.forge.github.request import ErrorAnswer, Request, explain

LIST = "Repository rule violations found\n\n"
SHOWN = [
    (403, "GitHub Actions is not permitted to create or approve pull requests.", "Allow GitHub Actions to create"),
    (
        403,
        (
            "Although you appear to have the correct authorization credentials, the `octo` organization has an IP "
            "allow list enabled, and your IP address is not permitted to access this resource."
        ),
        "Authentication security > IP allow list",
    ),
    (
        403,
        (
            "The 'octo' organization forbids access via a fine-grained personal access tokens if the token's lifetime "
            "is greater than 366 days. Please adjust your token's lifetime at the following URL: "
            "https://github.com/settings/personal-access-tokens/1"
        ),
        "earlier expiration date",
    ),
    (
        403,
        (
            "octo forbids access via a personal access token (classic). Please use a GitHub App, OAuth App, or a "
            "personal access token with fine-grained permissions."
        ),
        "no tokens of this kind",
    ),
    (403, "The 'octo' organization forbids access via a fine-grained personal access token.", "no tokens of this kind"),
    (
        403,
        (
            "Resource protected by organization SAML enforcement. You must grant your Personal Access token access to "
            "this organization."
        ),
        "Configure SSO",
    ),
    (
        403,
        (
            "Although you appear to have the correct authorization credentials, the `octo` organization has enabled "
            "OAuth App access restrictions, meaning that data access to third-parties is limited."
        ),
        "OAuth app policy",
    ),
    (403, "Sorry. Your account was suspended.", "suspended the account"),
    (403, "This installation has been suspended", "unsuspend"),
    (451, "Repository access blocked", "disabled the repository"),
    (403, "Repository access blocked", "disabled the repository"),
    (403, "This repository has been disabled.", "disabled the repository"),
    (403, "This repository has been locked for migration.", "while it is moved"),
    (403, "Repository was archived so is read-only.", "Unarchive"),
    (410, "Issues are disabled for this repo", "Switch Issues on"),
    (403, "Unable to create comment because issue is locked.", "Unlock the issue"),
    (422, "Validation Failed; user is blocked", "Blocked users"),
    (403, "User is blocked from this repository", "Blocked users"),
    (
        403,
        (
            "An owner of this repository has limited the ability to comment to users that are collaborators on this "
            "repository."
        ),
        "Interaction limits",
    ),
    (422, "Validation Failed; must be a collaborator", "Interaction limits"),
    (422, f"{LIST}Changes must be made through the merge queue\n\n", "merge queue only"),
    (422, f"{LIST}Changes must be made through a pull request.\n\n", "by pull request only"),
    (422, "At least 1 approving review is required by reviewers with write access.", "only what was reviewed"),
    (422, "Changes have been requested.", "only what was reviewed"),
    (422, 'Required status check "build" is expected.', "whose checks have passed"),
    (422, "2 of 2 required status checks are expected.", "whose checks have passed"),
    (
        422,
        f"{LIST}Code scanning is waiting for results from CodeQL for the commit 8debc43.",
        "whose checks have passed",
    ),
    (422, "Cannot force-push to this branch", "may not be rewritten"),
    (422, f"{LIST}Cannot delete this branch\n\n", "may not be deleted"),
    (422, "Cannot delete a protected branch", "may not be deleted"),
    (422, f"{LIST}Cannot create ref due to creations being restricted.\n\n", "may not create a branch"),
    (422, f"{LIST}Cannot update this protected ref.\n\n", "may not change a branch"),
    (
        403,
        (
            "You're not authorized to push to this branch. Visit "
            "https://docs.github.com/articles/about-protected-branches for more information."
        ),
        "Only some people may push",
    ),
    (422, f"{LIST}Commits must have verified signatures.\n\n  Found 1 violation:\n\n  027faa7", "have to be signed"),
    (422, f"{LIST}This branch must not contain merge commits.", "no merge commits"),
    (422, f"{LIST}File path is restricted\n", "file of this path"),
    (422, f"{LIST}File extension is restricted\n", "files of this kind"),
    (422, f"{LIST}File is larger than the limit of 1 MB\n", "files of this size"),
    (422, f"{LIST}Commit message must match a given regex pattern: ^JIRA-", "Commit messages"),
    (422, f"{LIST}Commit author email must end with a given pattern: @example.org", "by certain authors"),
    (422, f"{LIST}Branch name must match a given regex pattern: ^feature/", "named after a pattern"),
    (422, "Validation Failed; No commits between main and b", "nothing to propose"),
    (409, "Git Repository is empty.", "first commit"),
    (422, "Validation Failed; body is too long (maximum is 65536 characters)", "65,536"),
]


@pytest.mark.parametrize(("status", "said", "remedy"), SHOWN)
def test_each_refusal_has_its_own_sentence(status: int, said: str, remedy: str) -> None:
    [found] = remedies(status, said)
    assert remedy in found
    error = explain(ErrorAnswer(status, said, {}), Request("POST", "x", "write", "contents: write"), "o/n", 0)
    assert error.remedy == found
    assert not error.passing
    assert "permission:" not in error.remedy


def test_no_sentence_is_left_untried() -> None:
    assert {*FORBIDDEN.values(), *ALWAYS.values()} == {
        remedy for status, said, _ in SHOWN for remedy in remedies(status, said)
    }


def test_where_several_rules_are_broken_each_is_explained() -> None:
    said = f"{LIST}Changes must be made through a pull request.\n\nCannot force-push to this branch\n\n"
    found = " ".join(remedies(422, said))
    assert "by pull request only" in found
    assert "may not be rewritten" in found


@pytest.mark.parametrize("said", ["GH006: Protected branch update failed for refs/heads/x", "Reference update failed"])
def test_a_rule_of_which_nothing_is_known_is_a_rule(said: str) -> None:
    [found] = remedies(422, said)
    assert "almanac/**" in found
    assert "Settings > Branches" in found


@pytest.mark.parametrize("said", ["Not Found", "Resource not accessible by integration", "Validation Failed", ""])
def test_other_words_mean_none_of_this(said: str) -> None:
    assert remedies(403, said) == []
