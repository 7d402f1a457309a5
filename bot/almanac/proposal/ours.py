"""Is this issue ours? The rule, and what can be seen of it before the site's config and form are read.

An issue is ours if it carries one of the form's labels and has the headings of all required fields: people without
rights get the label from the form, and an issue made through the API may have the label and any text. Once we have
answered an issue, by a comment or a pull request, the label alone keeps it ours, whatever its text has become; then the
labels of the form that it was filed with count too.
"""

from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from almanac.errors import ConfigError, Problem
from almanac.invisible import without_invisible
from almanac.phrases import say

if TYPE_CHECKING:  # where nothing but `cannot_be_ours` is asked, the answer has to come quickly
    from almanac.config import Config
    from almanac.form.schema import Form
    from almanac.proposal.state import Issue


def cannot_be_ours(labels: int, body: str, comments: int | None) -> bool:
    """Tell from an issue alone that it is not ours: nobody has commented on it, and it lacks a label or any heading.

    Our own comment would count as a comment, so an issue that we have answered never looks like this. `labels` and
    `comments` are how many there are, or None if that is not known.
    """
    return comments == 0 and not (labels and "### " in body)


def may_be_ours(issue: "Issue", *, answered: bool) -> bool:
    """Tell whether config and form have to be read to know; a closed issue that we never answered is not ours."""
    if answered or not issue.labels or issue.state != "open":
        return answered
    return not cannot_be_ours(len(issue.labels), issue.body, issue.comments)


def why_not_ours(issue: "Issue", form: "Form", config: "Config") -> Problem | None:
    """Say which label or which headings an issue lacks; None if it lacks neither."""
    lacks = []
    # The config's labels go before the form's own.
    wanted = config.labels or form.labels
    if not has_label(issue, wanted):
        labels = " or ".join(f"`{label}`" for label in wanted) or "of the form"
        lacks.append(f"the label {labels}")
    if missing := _missing_headings(issue.body, form):
        lacks.append(f"the heading{'s' * (len(missing) > 1)} " + ", ".join(f"`### {label}`" for label in missing))
    which = f" {form.path}" if form.path != type(config).model_fields["form"].default else ""
    return Problem(f"This issue was not filed with the form{which}: it lacks {' and '.join(lacks)}.") if lacks else None


def has_label(issue: "Issue", labels: Sequence[str]) -> bool:
    """Tell whether an issue carries one of these labels."""
    wanted = {label.casefold() for label in labels}
    return any(label.casefold() in wanted for label in issue.labels)


def has_headings(body: str, form: "Form") -> bool:
    """Tell whether an issue's body has the headings of all required fields."""
    return not _missing_headings(body, form)


def _missing_headings(body: str, form: "Form") -> list[str]:
    # A heading may have trailing spaces and a closing run of `#`, as in a body that was edited by hand.
    lines = {line.rstrip(" #\r") for line in without_invisible(body).split("\n")}
    labels = [without_invisible(field.label) for field in form.fields if field.required]
    return [label for label in labels if f"### {label}".rstrip(" #") not in lines]


def refuse_alike(forms: "Sequence[tuple[Form, Sequence[str]]]") -> None:
    """Raise a ConfigError if an issue of one form, given with the labels that count, could be one of another."""
    for (one, labels), (other, more) in combinations(forms, 2):
        shared = {label.casefold(): label for label in labels}.keys() & {label.casefold() for label in more}
        if shared and (_has_all_of(one, other) or _has_all_of(other, one)):
            message = say(
                "This form and {path} both give the label `{shared}`, and an issue of one could "
                "be of the other, so nobody could tell to which history it belongs. Give each "
                "form a label of its own.",
                path=one.path,
                shared=min(shared),
            )
            raise ConfigError(Problem(message, "labels", file=other.path))


def _has_all_of(form: "Form", other: "Form") -> bool:
    """Tell whether a form has all questions that need an answer in another."""
    headings = {field.label for field in form.fields}
    return headings.issuperset(field.label for field in other.fields if field.required)
