"""Finds what no delivery reported: GitHub sends each delivery once, and the server may have been down.

A sweep asks each site what has changed since the last one, closed issues and the base's head included, and once a day
has all open issues of a site looked at. GitHub itself knows which deliveries failed, and repeats them on request.
"""

import itertools
import math
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain

import structlog

from almanac.errors import ForgeError, NoCommitError
from almanac.forge.github.app import DeliveryAttempt, GitHubApp
from almanac.forge.github.repository import GitHubForge
from almanac.forge.github.request import RefusedError
from almanac.server.database import KnownSite, Registry
from almanac.server.jobs import Result, job_about
from almanac.text import counted

DAY = 86_400.0
MARGIN = timedelta(minutes=10)
"""How much clocks may differ, and how long a delivery may take to fail."""
REMEMBERED = timedelta(days=3)
"""How long GitHub keeps deliveries."""
ATTEMPTS = 3
_AT_ONCE, _AT_ONE_INSTALLATION = 32, 4  # how many sites are swept at the same time: in all, and of one installation
_SHARE = 200
"""How many sites of one installation a sweep looks at: at three requests each and four sweeps an hour, that is half of
what GitHub allows an installation. The others have their turn in the next ones."""
_NOTE = "deliveries seen until"  # its name in existing databases
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Lane:
    """Sites of one installation that are swept one after the other; its lanes stop together."""

    installation: int
    token: str
    sites: Sequence[KnownSite]
    stopped: threading.Event


@dataclass(frozen=True)
class Sweeps:
    """The maintenance jobs that find what was missed.

    `connect` takes a token and a site, `put` is the job store's; there is a sweep every so many `seconds`.
    """

    app: GitHubApp
    registry: Registry
    connect: Callable[[str, KnownSite], GitHubForge]
    put: Callable[..., object]
    seconds: float = 900.0

    # ------------------------------------------------------------ sites

    def sweep(self) -> Result:
        """Ask for a look at everything that changed on any site, and at all issues of the sites whose turn it is."""
        # Read before GitHub lists them: an installation that a delivery adds in between has not been removed.
        before = {known.id for known in self.registry.installations()}
        listed = list(self.app.installations())
        for one in listed:
            self.registry.add_installation(one.id, one.account, "suspended" if one.suspended else "active")
        for number in before - {one.id for one in listed}:
            self.registry.add_installation(number, state="removed")
        active = [one.id for one in self.registry.installations() if one.state == "active"]
        with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="sweep") as threads:
            lanes = chain.from_iterable(threads.map(self._lanes, active))
            found = sum(threads.map(self._sweep_lane, lanes))
        reason = f"{counted(found, 'change')} on {counted(len(active), 'installation')}."
        return {"outcome": "swept", "reason": reason, "full": self._start_full_looks(set(active))}

    def _lanes(self, number: int) -> list["_Lane"]:
        """List the sites of an installation that are to be swept now; a failure does not affect the others."""
        if self.registry.installation(number).paused_until > time.time():
            return []
        try:
            before = {site.id for site in self.registry.sites(number)}
            repositories = self.app.repositories(number)
            if repositories is not None:
                self.registry.add(repositories, number)
                self.registry.remove(before - {one.id for one in repositories})
            sites, token = (
                turn_of(self.registry.sites(number), int(time.time() // self.seconds)),
                self.app.token(number),
            )
        except ForgeError as error:
            self._failed(number, error)
            return []
        stopped = threading.Event()
        lanes = (
            _Lane(number, token, sites[place::_AT_ONE_INSTALLATION], stopped) for place in range(_AT_ONE_INSTALLATION)
        )
        return [lane for lane in lanes if lane.sites]

    def _failed(self, number: int, error: ForgeError) -> None:
        if isinstance(error, RefusedError) and error.wait is not None:
            self.registry.pause(number, time.time() + error.wait)
        _log.warning("sweep of an installation failed", installation=number, reason=str(error))

    def _sweep_lane(self, lane: "_Lane") -> int:
        """Sweep sites one after the other, until GitHub limits their installation; return the number of changes."""
        found = 0
        for site in lane.sites:
            if lane.stopped.is_set():
                break
            try:
                with closing(self.connect(lane.token, site)) as forge:
                    found += self._put_changes(site, forge)
            except NoCommitError:
                continue  # its first commit is pushed, and so has it looked at
            except ForgeError as error:
                if isinstance(error, RefusedError) and error.wait is not None:
                    lane.stopped.set()
                    self._failed(lane.installation, error)
                else:
                    _log.warning("sweep of a site failed", repository=site.name, reason=str(error))
        return found

    def _put_changes(self, site: KnownSite, forge: GitHubForge) -> int:
        now = datetime.now(UTC)
        head = forge.base().commit
        if site.watermark is None:
            self._put(site, None, f"new-{site.id}-{now:%Y%m%dT%H%M%S}")
            self.registry.update(site.id, watermark=(now - MARGIN).isoformat(), head=head)
            return 1
        since = datetime.fromisoformat(site.watermark)
        changes = list(forge.issues_changed_since(since))
        for change in changes:
            if change.issue is not None:
                # The last change is found again each time; its job has the same name then, and is not done again.
                self._put(site, change.issue, f"changed-{change.at:%Y%m%dT%H%M%S}")
        if changes:  # a comment is a change of its issue
            for comment, issue in forge.commands_since(since):
                # A command that has been carried out is recognized by our comment.
                self._put(site, issue, f"comment-{comment.id}", comment.id)
        has_moved = head != site.head
        if has_moved:
            self._put(site, None, f"base-{head[:12]}-{now:%Y%m%dT%H%M%S}")
        newest = max((change.at for change in changes), default=None)
        # Only now: if anything fails before this, the next sweep finds the same again.
        watermark = newest.isoformat() if newest else site.watermark
        if (head, watermark) != (
            site.head,
            site.watermark,
        ):  # most sites are quiet, and a write takes longer than a look
            self.registry.update(site.id, head=head, watermark=watermark)
        return len(changes) + has_moved

    def _start_full_looks(self, active: set[int]) -> int:
        """Have all issues of some sites looked at: those where that was a day ago, a few at a time."""
        now = time.time()
        sites = [site for site in self.registry.sites() if site.installation in active]
        due = [site for site in sites if site.watermark and now - (site.full_at or 0.0) >= DAY]
        # With a sweep every 15 minutes this is twice what is needed, so that a day without us is made up for.
        chosen = due[: math.ceil(len(sites) / 48)]
        for site in chosen:
            self._put(site, None, f"full-{datetime.now(UTC):%Y%m%d}")
        return len(chosen)

    def _put(self, site: KnownSite, issue: int | None, guid: str, comment: int | None = None) -> None:
        self.put(job_about(site.name, issue, comment), guid, background=True)

    # ------------------------------------------------------------ deliveries

    def redeliver(self) -> Result:
        """Have GitHub repeat the deliveries that did not arrive."""
        now = datetime.now(UTC)
        noted = self.registry.note(_NOTE)
        since = max(now - REMEMBERED, datetime.fromisoformat(noted) - MARGIN if noted else now - REMEMBERED)
        attempts = itertools.takewhile(lambda one: one.at >= since, self.app.delivery_attempts())  # newest first
        missed = undelivered(attempts)
        for one in missed:
            self.app.redeliver(one.id)
            _log.info("asked GitHub to redeliver", delivery=one.guid)
        # The next list begins with these, to see whether they arrived.
        self.registry.set_note(_NOTE, min([now, *(one.at for one in missed)]).isoformat())
        return {"outcome": "checked", "reason": f"Asked GitHub to repeat what was not received: {len(missed)}."}


def turn_of(sites: Sequence[KnownSite], turn: int, share: int = _SHARE) -> list[KnownSite]:
    """Return the sites of an installation whose turn it is: new ones, and each time another share of the others."""
    new = [site for site in sites if site.watermark is None]
    known = sorted((site for site in sites if site.watermark is not None), key=lambda site: site.id)
    first = turn % max(math.ceil(len(known) / share), 1) * share
    return [*new[:share], *known[first : first + share]]


def undelivered(attempts: Iterable[DeliveryAttempt]) -> list[DeliveryAttempt]:
    """Return the last attempt of each delivery that never arrived and was not tried too often, oldest first."""
    by_guid: dict[str, list[DeliveryAttempt]] = {}
    for one in attempts:
        by_guid.setdefault(one.guid, []).append(one)
    missed = [
        max(known, key=lambda one: one.at)
        for known in by_guid.values()
        if not any(one.arrived for one in known) and len(known) <= ATTEMPTS
    ]
    return sorted(missed, key=lambda one: one.at)
