"""Does a job: looks at an issue of a site, or at all of them, with the same function as every other entry point."""

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from http import HTTPStatus

import structlog

from almanac.engine.planner import Planner
from almanac.engine.run import Done, reconcile
from almanac.engine.sweep import reconcile_all
from almanac.errors import UserError
from almanac.forge.github.app import AppRepository, GitHubApp
from almanac.forge.github.files import BlobCache
from almanac.forge.github.repository import GitHubForge, connect
from almanac.forge.github.request import RefusedError
from almanac.forge.protocol import Forge
from almanac.proposal.marker import comment_marker, read_state, with_state
from almanac.proposal.messages import Messages
from almanac.proposal.state import Draft
from almanac.renderer import template
from almanac.server.database import KnownSite, Registry
from almanac.server.jobs import Job, PermanentError, Postponed, Result, job_about
from almanac.server.telemetry import Metrics

PATIENCE = 5.0
"""The most seconds that a job waits within one call; a longer wait is postponed, so that the worker can do others."""
_FAILED = "failed"
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Worker:
    """Does jobs."""

    app: GitHubApp
    registry: Registry
    messages: Messages
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
        with closing(self.connect(self.app.token(site.installation, site.id), site)) as forge:
            try:
                _comment_on_failure(issue, forge, job.reference)
            finally:
                self._count(site.installation, forge)

    def connect(self, token: str, site: KnownSite) -> GitHubForge:
        """Connect to a site, for one job in one thread."""
        return connect(
            token,
            site.name,
            api_url=self.api_url,
            default_branch=site.branch,
            pause=self.pause,
            patience=PATIENCE,
            cache=self.cache.of(site.id),
        )

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
        with closing(self.connect(token, site)) as forge:
            try:
                return self._look_at_all(job, site, forge) if job.issue is None else self._look(job, forge)
            except RefusedError as refused:
                return self._refused(job, site, installation.id, refused)
            except UserError as error:
                # Only a commit can fix it, and every commit has all issues looked at again.
                raise PermanentError(str(error)) from error
            finally:
                self._count(installation.id, forge)

    def _look(self, job: Job, forge: GitHubForge) -> Result:
        said = forge.comment_command(job.comment) if job.comment is not None else None
        done = reconcile(job.issue or 0, forge, self.messages, comment=said)
        if done.error:
            raise done.error
        requests = forge.usage.requests
        return {"outcome": done.plan.outcome or "none", "reason": done.plan.reason, "requests": requests}

    def _look_at_all(self, job: Job, site: KnownSite, forge: GitHubForge) -> Result:
        head = forge.base().commit
        results: list[Done] = []
        for done in reconcile_all(forge, self.messages):
            if isinstance(done.error, RefusedError) and done.error.wait is not None:
                raise done.error
            results.append(done)
        failed = [done.plan.issue for done in results if done.error]
        for issue in failed:
            # Each gets a job of its own, so that it is tried again and reported without the others.
            self.put(job_about(site.name, issue), job.guid)
        self.registry.update(site.id, head=head, full_at=time.time())
        reason = f"Looked at {len(results)} issues; {len(failed)} failed."
        return {"outcome": "all", "reason": reason, "requests": forge.usage.requests}

    def _count(self, installation: int, forge: GitHubForge) -> None:
        self.metrics.requests.inc(forge.usage.requests)
        if forge.usage.remaining is not None:
            self.metrics.remaining.labels(str(installation)).set(forge.usage.remaining)

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


def _comment_on_failure(number: int, forge: Forge, reference: str) -> None:
    """Report on an issue, in the place of our usual comment, that its job failed, and under which reference.

    Nothing is written if the issue is not ours or is closed, or if the comment says so already. The next run that works
    finds that the comment's state is not what it wants, and replaces it.
    """
    look = forge.look(number)
    comment, issue = look.proposal.comment, look.issue
    if issue is None or issue.state != "open":
        return
    if comment and read_state(comment.body)[1].get("told") == _FAILED:
        return
    messages = Messages({_FAILED: template("server/failed.md.j2")})
    if not comment and not look.proposal.pull:
        try:
            if not Planner(forge, messages).is_ours(look, issue):
                return
        except UserError:  # the site's own files are broken, so nobody can tell
            return
    text = messages.write(Draft(_FAILED, {"reference": reference}))
    body = with_state(f"{comment_marker(number)}\n{text}", {"told": _FAILED, "reference": reference})
    if comment:
        forge.edit_comment(number, comment.id, body)
    else:
        forge.create_comment(number, body)
