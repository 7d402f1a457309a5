"""Finds what no delivery told: GitHub sends each once, and nobody may have listened.

A sweep asks each site what has changed since the last one, closures and the base's head included, and once a day has
all open issues of a site looked at. Besides, GitHub itself knows which deliveries failed, and repeats them when asked.
"""

import math
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog

from almanac.errors import ForgeError
from almanac.forge.github.app import DeliveryAttempt, GitHubApp
from almanac.forge.github.repository import GitHubForge
from almanac.forge.github.request import RefusedError
from almanac.server.database import Memory, Site
from almanac.server.jobs import Result
from almanac.server.ledger import Job, job_about
from almanac.server.webhook import Repository

DAY = 86_400.0
THREADS = 4
MARGIN = timedelta(minutes=10)
"""How far clocks may be apart, and how long a delivery may take to fail."""
REMEMBERED = timedelta(days=3)
"""How long GitHub keeps deliveries."""
ATTEMPTS = 3
_NOTE = "deliveries seen until"
_log = structlog.get_logger(__name__)


class Put(Protocol):
    """Takes a job that can wait for those that somebody waits for."""

    def __call__(self, job: Job, guid: str, *, delay: float, low: bool, again: bool) -> object:
        """Take it."""
        ...


@dataclass(frozen=True)
class Sweeps:
    """What is needed to sweep.

    Attributes:
        app: The App.
        memory: What was seen so far.
        connect: Reaches a site with a token.
        put: Takes a job.
    """

    app: GitHubApp
    memory: Memory
    connect: Callable[[str, Site], GitHubForge]
    put: Put

    # ------------------------------------------------------------ sites

    def sweep(self) -> Result:
        """Look for changes on all sites, and have those looked at again whose turn it is.

        Raises:
            ForgeError: The App's installations could not be listed.
        """
        self._meet_installations()
        working = [one for one in self.memory.installations() if one.state == "active"]
        with ThreadPoolExecutor(THREADS, thread_name_prefix="sweep") as threads:
            found = sum(threads.map(self._installation, [one.id for one in working]))
        return {"outcome": "swept", "reason": f"{found} changes on {len(working)} installations.", "full": self._full()}

    def _meet_installations(self) -> None:
        # Before the list: an installation that a delivery tells of meanwhile is not gone because it is not in it.
        before = {known.id for known in self.memory.installations()}
        listed = list(self.app.installations())
        for one in listed:
            self.memory.know(one.id, one.account, "suspended" if one.suspended else "active")
        for number in before - {one.id for one in listed}:
            self.memory.know(number, state="removed")

    def _installation(self, number: int) -> int:
        """Sweep one installation's sites, and tell how many changes there were; a failure is the others' no concern."""
        if self.memory.installation(number).paused_until > time.time():
            return 0
        try:
            before = {site.id for site in self.memory.sites(number)}
            places = self.app.repositories(number)
            if places is not None:
                self.memory.meet((Repository(one.id, one.name, one.branch) for one in places), number)
                self.memory.forget(before - {one.id for one in places})
            token = self.app.token(number)
            return sum(self._site(site, token) for site in self.memory.sites(number))
        except ForgeError as error:
            wait = error.wait if isinstance(error, RefusedError) else None
            if wait is not None:
                self.memory.pause(number, time.time() + wait)
            _log.warning("an installation could not be swept", installation=number, reason=str(error))
            return 0

    def _site(self, site: Site, token: str) -> int:
        try:
            with closing(self.connect(token, site)) as forge:
                return self._changes(site, forge)
        except ForgeError as error:
            if isinstance(error, RefusedError) and error.wait is not None:
                raise
            _log.warning("a site could not be swept", repository=site.name, reason=str(error))
            return 0

    def _changes(self, site: Site, forge: GitHubForge) -> int:
        now = datetime.now(UTC)
        head = forge.base().commit
        if site.watermark is None:
            self._put(site, None, f"new-{site.id}-{now:%Y%m%dT%H%M%S}")
            self.memory.seen(site.id, watermark=(now - MARGIN).isoformat(), head=head)
            return 1
        changes = list(forge.issues_changed_since(datetime.fromisoformat(site.watermark)))
        for change in changes:
            if change.issue is not None:
                # The last change is found again each time; its job is called the same, and is not done again.
                self._put(site, change.issue, f"changed-{change.at:%Y%m%dT%H%M%S}")
        if changes:  # a comment is a change of its issue
            self._commands(site, forge, datetime.fromisoformat(site.watermark))
        moved = head != site.head
        if moved:
            self._put(site, None, f"base-{head[:12]}-{now:%Y%m%dT%H%M%S}")
        newest = max((change.at for change in changes), default=None)
        # Only now: whatever happens before, the next sweep finds the same once more.
        self.memory.seen(site.id, head=head, watermark=newest.isoformat() if newest else site.watermark)
        return len(changes) + moved

    def _commands(self, site: Site, forge: GitHubForge, moment: datetime) -> None:
        """Have commands carried out that no delivery told; one that was dealt with before is known by our comment."""
        for heard, issue in forge.commands_since(moment):
            job = job_about(site.name, issue, heard.id)
            self.put(job, f"comment-{heard.id}", delay=0, low=True, again=False)

    def _full(self) -> int:
        """Have all issues of some sites looked at: those where that is a day ago, a few at a time."""
        now = time.time()
        active = {one.id for one in self.memory.installations() if one.state == "active"}
        sites = [site for site in self.memory.sites() if site.installation in active]
        due = [site for site in sites if site.watermark and now - (site.full_at or 0.0) >= DAY]
        # Twice what is needed, if there is a sweep every quarter of an hour, so that a day without us is made up for.
        chosen = due[: math.ceil(len(sites) / 48)]
        for site in chosen:
            self._put(site, None, f"full-{datetime.now(UTC):%Y%m%d}")
        return len(chosen)

    def _put(self, site: Site, issue: int | None, guid: str) -> None:
        self.put(job_about(site.name, issue), guid, delay=0, low=True, again=False)

    # ------------------------------------------------------------ deliveries

    def deliveries(self) -> Result:
        """Have GitHub repeat the deliveries that did not arrive.

        Raises:
            ForgeError: They could not be listed.
        """
        now = datetime.now(UTC)
        noted = self.memory.note(_NOTE)
        since = max(now - REMEMBERED, datetime.fromisoformat(noted) - MARGIN if noted else now - REMEMBERED)
        missed = missing(_until(self.app.delivery_attempts(), since))
        for one in missed:
            self.app.redeliver(one.id)
            _log.info("asked for a redelivery", delivery=one.guid)
        # What is asked for now is in the next list again, and whether it arrived then.
        self.memory.leave(_NOTE, min([now, *(one.at for one in missed)]).isoformat())
        return {"outcome": "asked", "reason": f"{len(missed)} deliveries are to be repeated."}


def _until(sent: Iterator[DeliveryAttempt], since: datetime) -> Iterator[DeliveryAttempt]:
    for one in sent:
        if one.at < since:
            return
        yield one


def missing(sent: Iterator[DeliveryAttempt]) -> list[DeliveryAttempt]:
    """Return the last try of each delivery that never arrived, unless it was tried often enough; oldest first."""
    tries: dict[str, list[DeliveryAttempt]] = {}
    for one in sent:
        tries.setdefault(one.guid, []).append(one)
    missed = [
        max(known, key=lambda one: one.at)
        for known in tries.values()
        if not any(one.arrived for one in known) and len(known) <= ATTEMPTS
    ]
    return sorted(missed, key=lambda one: one.at)
