"""Does a job: has an issue of a site looked at, or all of them, and decides what a failure means.

The look itself is in `pagework`, and in another process.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from http import HTTPStatus

import structlog

from almanac.errors import UserError
from almanac.forge.github.app import AppRepository, GitHubApp
from almanac.forge.github.files import BlobCache
from almanac.forge.github.repository import GitHubForge
from almanac.forge.github.request import RefusedError
from almanac.server.children import Children
from almanac.server.database import KnownSite, Registry
from almanac.server.jobs import CutOff, Job, PermanentError, Postponed, Result, job_about
from almanac.server.pagework import PageWork, SiteAccess, Worked
from almanac.server.telemetry import Metrics

MOST_CUT_OFF = 2
"""How many issues may be cut off in one look at all of them, before that counts as cut off itself."""
_READ_ONLY = (HTTPStatus.FORBIDDEN, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS)
_CLOSED = "archived so is read-only|repository access blocked"
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Worker:
    """Does jobs."""

    app: GitHubApp
    registry: Registry
    children: Children
    cache: BlobCache
    metrics: Metrics
    put: Callable[[Job, str], object]  # stores another job
    api_url: str
    # Seconds between writes; None lets a job's first ten go at once and later ones a second apart
    pause: float | None = None

    def perform(self, job: Job) -> Result:
        """Do one job and return its outcome; a PermanentError means that the site's own files have to be corrected."""
        started, outcome = time.monotonic(), "failed"
        try:
            result = self._perform(job)
            outcome = str(result["outcome"])
            self.metrics.seconds.observe(time.monotonic() - started)
        except Postponed:
            outcome = "postponed"
            raise
        finally:
            self.metrics.jobs.labels(outcome).inc()
        return result

    def gave_up(self, job: Job, reason: str) -> None:
        """Tell the issue's author, in one plain comment, that the job failed for good, and whom to ask."""
        _log.debug("reporting the failure on the issue", job=job.subject, reason=reason)
        site, issue = self.registry.site(job.repository), job.issue
        if site is None or site.installation is None or issue is None:
            return
        access = self.access(self.app.token(site.installation, site.id), site)
        self._work(PageWork(access, issue, reference=job.reference, log_level=logging.root.level), site.installation)

    def access(self, token: str, site: KnownSite) -> SiteAccess:
        """Return what it takes to reach a site."""
        return SiteAccess(token, site.id, site.name, site.branch, self.api_url, self.pause, self.cache)

    def connect(self, token: str, site: KnownSite) -> GitHubForge:
        """Connect to a site from this process, where none of its files are read."""
        return self.access(token, site).connect()

    # ------------------------------------------------------------ one job

    def _perform(self, job: Job) -> Result:
        site = self.registry.site(job.repository)
        if site and site.installation is None:  # a delivery without an installation named it
            found = self.app.installation_of(site.name)
            if found:
                self.registry.add([AppRepository(site.id, site.name, site.branch)], found)
                site = self.registry.site(site.name)
        if site is None or site.installation is None:
            return _skipped("The App cannot reach this repository.")
        installation = self.registry.installation(site.installation)
        if installation.state != "active":
            return _skipped(f"The installation is {installation.state}.")
        wait = installation.paused_until - time.time()
        if wait > 0:
            raise Postponed(wait, "GitHub limits the requests of this installation for now.")
        try:
            token = self.app.token(installation.id, site.id)
        except RefusedError as refused:
            return self._without_token(job, site, installation.id, refused)
        return self._look(job, site, installation.id, token)

    def _look(self, job: Job, site: KnownSite, installation: int, token: str) -> Result:
        work = PageWork(self.access(token, site), job.issue, job.comment, log_level=logging.root.level)
        try:
            worked = self._work(work, installation)
        except RefusedError as refused:
            return self._refused(job, site, installation, refused)
        except UserError as error:
            # Only a commit can fix it, and every commit has all issues looked at again.
            raise PermanentError(str(error)) from error
        for issue in worked.failed:
            # Each gets a job of its own, so that it is tried again and reported without the others.
            self.put(job_about(site.name, issue), job.guid)
        if worked.head:
            self.registry.update(site.id, head=worked.head, full_at=time.time())
        return {**worked.result, "requests": worked.usage.requests}

    def _work(self, work: PageWork, installation: int) -> Worked:
        """Have a child do the work; a few issues at which it is cut off do not keep the others from being looked at."""
        try:
            worked = self.children.perform(work)
        except CutOff as cut:
            if work.issue is not None or not cut.issue or len(work.without) == MOST_CUT_OFF:
                raise
            return self._work(replace(work, without=work.without | {cut.issue}), installation)
        self.metrics.requests.inc(worked.usage.requests)
        if worked.usage.remaining is not None:
            self.metrics.remaining.labels(str(installation)).set(worked.usage.remaining)
        if worked.error:
            raise worked.error
        return worked

    # ------------------------------------------------------------ what GitHub refuses

    def _without_token(self, job: Job, site: KnownSite, installation: int, refused: RefusedError) -> Result:
        self._postpone_if_limited(installation, refused)
        if refused.matches(HTTPStatus.FORBIDDEN, pattern="suspended"):
            self.registry.add_installation(installation, state="suspended")
            return _skipped("The installation is suspended.")
        if not refused.matches(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY):
            raise refused
        # The installation is gone or does not reach the repository. If that was transferred, another account's may.
        other = self.app.installation_of(site.name)
        if other is None or other == installation:
            return self._gone(site)
        self._move(job, AppRepository(site.id, site.name, site.branch), other)
        return _skipped("The repository now belongs to another installation, which gets a new job.")

    def _refused(self, job: Job, site: KnownSite, installation: int, refused: RefusedError) -> Result:
        self._postpone_if_limited(installation, refused)
        if refused.matches(HTTPStatus.UNAUTHORIZED):
            self.app.forget_token(installation, site.id)
            raise refused
        if refused.passing:
            raise refused
        if refused.matches(*_READ_ONLY, pattern=_CLOSED):
            return _skipped("The repository is archived or disabled, so it takes no writes.")
        # Perhaps the repository was renamed, or is gone.
        found = self.app.repository(installation, site.id)
        if found is None:
            return self._gone(site)
        if found.name.lower() == site.name.lower() and (found.branch or site.branch) == site.branch:
            raise refused
        self._move(job, found, installation)
        return _skipped(f"The repository is now called {found.name}, which gets a new job.")

    def _move(self, job: Job, repository: AppRepository, installation: int) -> None:
        self.registry.add([repository], installation)
        self.put(job_about(repository.name, job.issue, job.comment), f"{job.guid}.moved")

    def _gone(self, site: KnownSite) -> Result:
        self.registry.remove([site.id])
        return _skipped("The App can no longer reach this repository.")

    def _postpone_if_limited(self, installation: int, refused: RefusedError) -> None:
        if refused.wait is not None:
            self.registry.pause(installation, time.time() + refused.wait)
            raise Postponed(refused.wait, str(refused))


def _skipped(reason: str) -> Result:
    return {"outcome": "skipped", "reason": reason}
