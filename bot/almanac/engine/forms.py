"""A site's forms and the versions before them, each read when it is needed and only once."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice

from almanac.caps import FORM
from almanac.config import CHANGE_FORM, Config
from almanac.defaults import house_form
from almanac.errors import AlmanacError, ConfigError
from almanac.forge.protocol import Forge
from almanac.form.schema import Form, read_form
from almanac.proposal.form_version import (
    FormVersion,
    first_that_fits,
    is_certain,
    is_of_longer_form,
    likeliest,
    version_of,
)
from almanac.proposal.marker import PullState, text_digest
from almanac.proposal.ours import has_label
from almanac.proposal.state import Issue
from almanac.site import Site

_MOST_VERSIONS = 20
"""How many versions are looked at, so that an old issue on a site that often changes its form costs only so much."""


class Forms:
    """The versions of one form of a site, up to one commit of its base; `place` says where it is."""

    def __init__(
        self,
        forge: Forge,
        site_at: Callable[[str], Site],
        commit: str,
        place: Callable[[Config], str] = lambda config: config.form,
    ) -> None:
        self._forge, self._site_at, self._commit, self._place = forge, site_at, commit, place
        self._known: dict[str, FormVersion] = {}
        self._history: list[FormVersion] = []
        self._unread = islice(self._read_history(), _MOST_VERSIONS)

    def today(self) -> FormVersion:
        """Return the form as it is now.

        Raises:
            ConfigError: There is none, or it cannot be read.
        """
        site = self._site_at(self._commit)
        return self._at(self._commit, site.form_at(self._place(site.config)).path)

    def is_labelled(self, issue: Issue, state: PullState, *, answered: bool) -> bool:
        """Tell whether an issue carries a label of today's form, or, once answered, of the form that it was filed with.

        To take the label off an issue is a decision about that; to give the form other labels is none. Labels in the
        config go before all forms.

        Raises:
            ConfigError: It is up to today's form, and that cannot be read.
        """
        configured = self._site_at(self._commit).config.labels
        if configured:
            return has_label(issue, configured)
        noted = self._noted(state)
        try:
            today = self.today()
        except ConfigError:
            if noted is None:
                raise
            return has_label(issue, noted.form.labels)
        if has_label(issue, today.form.labels):
            return True
        if noted is None and answered and issue.labels:
            noted = version_of(issue.body, today, self._versions(), _moment(issue.created_at))
        return noted is not None and has_label(issue, noted.form.labels)

    def of(self, issue: Issue, state: PullState) -> FormVersion:
        """Return the version that an issue is read with; `state` is what its pull request says of that.

        What was read with one version is so as long as it can be. Nothing is asked of the forge if today's form leaves
        no doubt.

        Raises:
            ConfigError: It is to be today's form, and that cannot be read.
        """
        noted = self._noted(state)
        if noted is None:
            today = self.today()
            if is_certain(issue.body, today.form):
                return today
            versions = (_or_ours(issue.body, version) for version in self._versions())
            return version_of(issue.body, _or_ours(issue.body, today), versions, _moment(issue.created_at))
        known = [noted]
        with suppress(ConfigError):
            known.append(self.today())
        return first_that_fits(issue.body, [_or_ours(issue.body, version) for version in known])

    def _noted(self, state: PullState) -> FormVersion | None:
        """Return the version that a pull request's marker names; None if there is no such version (any more)."""
        for commit in (self._commit, state.form_at):
            if state.form and commit and state.form not in self._known:
                with suppress(ConfigError):
                    self._at(commit, self._place(self._site_at(commit).config))
        return self._known.get(state.form or "")

    def _versions(self) -> Iterator[FormVersion]:
        yield from self._history
        try:
            for version in self._unread:
                self._history.append(version)
                yield version
        except AlmanacError:
            # This is not where the history ends, so the next issue asks again.
            self._history, self._unread = [], islice(self._read_history(), _MOST_VERSIONS)
            raise

    def _read_history(self) -> Iterator[FormVersion]:
        commit: str | None = self._commit
        path, place = "", self._place(self._site_at(self._commit).config)
        while commit and path != place:
            change, path = None, place
            for change in self._forge.versions(commit, path):
                with suppress(ConfigError):  # it was deleted, or broken for a while
                    yield replace(self._at(change.commit, path), since=change.since)
            # Before the file came to this place, the config may have named another one.
            commit = change.parent if change else None
            with suppress(ConfigError):
                place = self._place(self._site_at(commit).config) if commit else path

    def _at(self, commit: str, path: str) -> FormVersion:
        """Read the form that is at a path in a commit."""
        text = self._site_at(commit).text(path, FORM) or ""
        digest = text_digest(text)
        if digest not in self._known:
            self._known[digest] = FormVersion(digest, commit, read_form(text, path))
        return self._known[digest]


class BothForms:
    """The two forms of one site, up to one commit of its base: that for new events, and that for changes."""

    def __init__(self, forge: Forge, site_at: Callable[[str], Site], commit: str) -> None:
        self._site = site_at(commit)
        self._new = Forms(forge, site_at, commit)
        self._changes = Forms(forge, site_at, commit, lambda _: CHANGE_FORM)

    def of(self, issue: Issue, state: PullState) -> Forms:
        """Return the form that an issue was filed with; `state` is what its pull request says of that.

        That for changes is read only where the other one leaves a doubt.
        """
        if state.named or state.form:
            return self._changes if state.named else self._new
        there: list[tuple[Forms, Form]] = []
        with suppress(ConfigError):
            there.append((self._new, self._new.today().form))
            if is_certain(issue.body, there[0][1]):
                return self._new
        with suppress(ConfigError):
            if self._site.change_form:
                there.append((self._changes, self._changes.today().form))
        likely = likeliest(issue.body, [form for _, form in there])
        return next((versions for versions, form in there if form is likely), self._new)


def _or_ours(body: str, version: FormVersion) -> FormVersion:
    """Return a version with Almanac's own form in its place if an issue was written with that."""
    ours = house_form()
    return replace(version, form=ours) if is_of_longer_form(body, ours, version.form) else version


def _moment(text: str | None) -> datetime | None:
    """Read a time of ISO 8601; None for what is not one, as a file that a person wrote may hold anything."""
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
