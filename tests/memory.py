"""A site in memory: its files by path."""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime

from almanac.caps import Cap
from almanac.commands.build import build_files
from almanac.event.submission import submit_body
from almanac.forge.removals import Removals
from almanac.proposal.amendment import Amendment
from almanac.proposal.plan import Offer, new_id, proposed
from almanac.proposal.published import Published
from almanac.proposal.state import Base, EventAtBase, Filed, Issue, Look, Plan, Proposal, PutBranch
from almanac.site import Site

Files = Mapping[str, str | bytes]


class MemoryFiles:
    """The files of a site, as `Site` reads them."""

    reads_freely = True

    def __init__(self, files: Files, now: datetime = datetime(2021, 12, 1, 12, tzinfo=UTC)) -> None:
        self._now = now
        self._files = {path: data.encode() if isinstance(data, str) else data for path, data in files.items()}

    def now(self) -> datetime:
        return self._now

    def read(self, path: str, cap: Cap) -> bytes | None:
        return self._files.get(path)

    def removed(self, folder: str, beside: str) -> Removals:
        return Removals()

    def paths(self) -> Iterable[str]:
        return self._files

    def names(self, folder: str, *, deep: bool = False) -> Collection[str]:
        inside = [
            path.removeprefix(f"{folder}/" if folder else "") for path in self._files if self._is_in(path, folder)
        ]
        return sorted(name for name in inside if deep or "/" not in name)

    def read_all(self, folder: str, suffix: str, cap: Cap, *, deep: bool = False) -> Mapping[str, bytes]:
        names = self.names(folder, deep=deep)
        return {name: self._files[f"{folder}/{name}"] for name in names if name.endswith(suffix)}

    @staticmethod
    def _is_in(path: str, folder: str) -> bool:
        return not folder or path.startswith(f"{folder}/")


def memory_site(files: Files) -> Site:
    return Site(MemoryFiles(files))


def is_in_sync(files: Files) -> bool:
    """Whether `almanac build --check` would say so."""
    built = build_files(memory_site(files))
    return not built.problems and not built.files


def proposed_files(files: Files, number: int, text: str) -> dict[str, str | bytes | None]:
    """Return the files that the proposal of a new issue changes."""
    (put,) = (write for write in planned(files, number, text).writes if isinstance(write, PutBranch))
    return dict(put.files)


def planned(files: Files, number: int, text: str) -> Plan:
    """Return the plan for the proposal of a new issue."""
    site = memory_site(files)
    issue = Issue(number, "New event: a test", text, ("event",))
    submission = submit_body(text, site.form, site.config, number)
    assert submission.event, submission.problems
    look = Look(issue, Base("main", "0" * 40), Proposal())
    labels = {field.id: field.label for field in site.form.fields}
    filed = Filed(look, issue, submission.event, labels=labels, amendment=Amendment())
    event = site.store.completed(submission.event, lambda: site.records)
    offer = Offer(new_id(look, event, site.store, site.ids), event)
    views = site.views()
    page = Published(site.config.page)
    at_base = EventAtBase(
        site.config, site.store, site.text, site.ids, lambda _: page, entries=dict.fromkeys, moment=site.files.now()
    )
    return proposed(filed, at_base, views, offer)
