"""With which version of the form was an issue filed?

A site's form changes while issues are open, and an issue does not say which form it was filed with. What is certain is
when it was opened, and so which version the site had then; no later edit of its text changes that. So nobody can choose
an older version that would suit them, and the heading of a question that was dropped before stays text where someone
types it. A newer version is read only if the issue cannot have been written with the one that it was filed with.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from almanac.errors import UserError
from almanac.event.submission import is_answered, needed_in
from almanac.form.body import headings, parse, shown_heading
from almanac.form.schema import Form
from almanac.proposal.ours import has_headings


@dataclass(frozen=True)
class FormVersion:
    """One version of a site's form."""

    digest: str  # the digest of its text
    commit: str  # a commit that holds it
    form: Form
    since: datetime | None = None  # when it came to the site; None if that was not asked

    @property
    def asks_enough(self) -> bool:
        """Whether its answers can make an event, or a change of one."""
        return {field.id for field in self.form.fields}.issuperset(needed_in(self.form))


def is_certain(body: str, form: Form) -> bool:
    """Tell whether a body is of this form beyond doubt, so that no other version has to be looked at.

    Every heading in it is a question of the form, in its order, and every question that needs an answer has one. What
    is too long to be read is so for every version.
    """
    try:
        return _is_written_with(body, form) and len(headings(body)) == len(form.fields) and _is_complete(body, form)
    except UserError:
        return True


def version_of(body: str, today: FormVersion, history: Iterable[FormVersion], filed: datetime | None) -> FormVersion:
    """Choose the version that an issue's body is read with.

    Args:
        body: What the issue says now.
        today: The version that the site has now.
        history: All versions with the times since when the site had them, newest first; read as far as needed.
        filed: When the issue was opened, or None if that is not known. Then it is the newest that fits.
    """
    seen: list[FormVersion] = []
    for version in history:
        seen.append(version)
        if filed and version.since and version.since <= filed:
            break
        if not filed and _is_written_with(body, version.form) and _is_complete(body, version.form):
            return version
    candidates = [*seen[-1:], *seen[:-1]] if filed else seen
    return first_that_fits(body, [version for version in candidates if version.asks_enough] or [today])


def first_that_fits(body: str, versions: Sequence[FormVersion]) -> FormVersion:
    """Return the first version that the body may have been written with, else the first whose headings it has.

    The sections may have been put into another order since.
    """
    for fits in (_is_whole, has_headings):
        for version in versions:
            if fits(body, version.form):
                return version
    return versions[0]


def likeliest(body: str, forms: Sequence[Form]) -> Form | None:
    """Return that of a site's forms with which a body was most likely written: the first of several that are so."""
    if len(forms) <= 1:
        return next(iter(forms), None)

    def signs(form: Form) -> tuple[bool, bool, int]:
        return _is_whole(body, form), has_headings(body, form), len(_headings_of(form).intersection(headings(body)))

    try:
        return max(forms, key=signs)
    except UserError:  # it is too long to be read
        return forms[0]


def is_of_longer_form(body: str, longer: Form, form: Form) -> bool:
    """Tell whether a body was not written with a site's form, but with a longer one that asks all that the site needs.

    That is Almanac's own: the form of a site asks only for what its page shows, and people may have used the other one.
    """
    given = {*headings(body)}
    needed = {field.id for field in form.fields if field.required}
    return (
        given <= _headings_of(longer)
        and not given <= _headings_of(form)
        and needed.issubset(field.id for field in longer.fields)
        and not _is_written_with(body, form)
    )


def _headings_of(form: Form) -> set[str]:
    return {shown_heading(field.label) for field in form.fields}


def _is_written_with(body: str, form: Form) -> bool:
    return parse(body, form).status == "ok"


def _is_whole(body: str, form: Form) -> bool:
    reading = parse(body, form)
    labels = [shown_heading(field.label) for field in form.fields]
    return reading.status == "ok" or (not reading.refused and sorted(headings(body)) == sorted(labels))


def _is_complete(body: str, form: Form) -> bool:
    answers = parse(body, form).fields
    for field in form.fields:
        answer = answers[field.id]
        if field.required and not is_answered(answer):
            return False
        if isinstance(answer, dict) and not all(answer[box.label] for box in field.options if box.required):
            return False
    return True
