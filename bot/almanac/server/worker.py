"""The one comment that an issue gets when its job has failed for good. It stands where our comment stands anyway.

Does a job: looks at an issue of a site, or at all of them, with the same function as every other door.
"""

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from http import HTTPStatus

import structlog

from almanac import site as sites
from almanac.engine.run import Done, reconcile
from almanac.engine.sweep import reconcile_all
from almanac.errors import UserError
from almanac.forge.github.app import GitHubApp
from almanac.forge.github.blob_cache import BlobCache
from almanac.forge.github.repository import GitHubForge, connect
from almanac.forge.github.request import RefusedError
from almanac.forge.protocol import Forge
from almanac.proposal.marker import comment_marker, read_state, with_state
from almanac.proposal.messages import Messages
from almanac.proposal.ours import is_ours
from almanac.proposal.state import Draft, Issue
from almanac.renderer import Templates, template
from almanac.server.database import Memory, Site
from almanac.server.jobs import HopelessError, Later, Result
from almanac.server.ledger import Job, Name, job_about
from almanac.server.metrics import Metrics
from almanac.server.webhook import Repository

TOLD = "failed"


def apologise(number: int, forge: Forge, reference: str) -> bool:
    """Say on an issue that we failed, and under which reference; tell whether that was written.

    Nothing is written where the issue is not ours, or closed, or where it has been said already. The next run that
    works finds another state in the comment than it wants, and writes what is true then.

    Raises:
        ForgeError: The comment could not be read or written.
    """
    look = forge.look(number)
    comment, issue = look.proposal.comment, look.issue
    if issue is None or issue.state != "open":
        return False
    if comment and read_state(comment.body)[1].get("told") == TOLD:
        return False
    if not (comment or look.proposal.pull or _is_ours(issue, forge, look.base.commit)):
        return False
    text = Messages({TOLD: template("server/failed.md.j2")}).write(Draft(TOLD, {"reference": reference}))
    body = with_state(f"{comment_marker(number)}\n{text}", {"told": TOLD, "reference": reference})
    if comment:
        forge.edit_comment(number, comment.id, body)
    else:
        forge.create_comment(number, body)
    return True


def _is_ours(issue: Issue, forge: Forge, base: str) -> bool:
    """Tell whether an issue is one of the form's; where the site's own files are broken, nobody can say that it is."""
    site = sites.Site(sites.CommitFiles(forge, base))
    try:
        config, form = site.config, site.form
    except UserError:
        return False
    return is_ours(issue, form, config)


PATIENCE = 5.0
"""The most seconds that a worker waits in one call: what takes longer is done later, and others have the worker."""
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Looks:
    """What is needed to do jobs.

    Attributes:
        app: The App, for tokens.
        memory: Which sites there are.
        templates: The templates.
        cache: Where files are kept.
        metrics: What is counted.
        put: Takes another job.
        api_url: Where GitHub's API is.
        pause: Seconds between writes; None lets a job's first ten go at once and later ones a second apart.
    """

    app: GitHubApp
    memory: Memory
    templates: Templates
    cache: BlobCache
    metrics: Metrics
    put: Callable[[Job, str], object]
    api_url: str
    pause: float | None = None

    def perform(self, name: Name) -> Result:
        """Do one job, and tell what it came to.

        Raises:
            Later: GitHub takes no more requests from this installation for a while.
            HopelessError: The site's own set-up is in the way.
            ForgeError: It did not work, and may work later.
        """
        started = time.monotonic()
        try:
            result = self._perform(name)
        except Later:
            self.metrics.jobs.labels("postponed").inc()
            raise
        except Exception:
            self.metrics.jobs.labels("failed").inc()
            raise
        self.metrics.jobs.labels(str(result["outcome"])).inc()
        self.metrics.seconds.observe(time.monotonic() - started)
        return result

    def _perform(self, name: Name) -> Result:
        site = self.memory.site(name.job.repository)
        if site and site.installation is None:
            site = self._find_installation(site)
        if site is None or site.installation is None:
            return _skipped("The App does not reach this repository (any more).")
        installation = self.memory.installation(site.installation)
        if installation.state != "active":
            return _skipped(f"The installation is {installation.state}.")
        wait = installation.paused_until - time.time()
        if wait > 0:
            raise Later(wait, "GitHub takes no more requests from this installation for now.")
        try:
            token = self.app.token(site.installation, site.id)
        except RefusedError as refused:
            return self._without_token(name, site, site.installation, refused)
        return self._with_token(name, site, site.installation, token)

    def _find_installation(self, site: Site) -> Site | None:
        """Ask which installation reaches a site that a delivery without one named."""
        found = self.app.installation_of(site.name)
        if found:
            self.memory.meet([Repository(site.id, site.name, site.branch)], found)
        return self.memory.site(site.name)

    def _with_token(self, name: Name, site: Site, installation: int, token: str) -> Result:
        with closing(self.connect(token, site)) as forge:
            try:
                issue, comment = name.job.issue, name.job.comment
                return self._one(issue, comment, forge) if issue is not None else self._all(name, site, forge)
            except RefusedError as refused:
                return self._refused(name, site, installation, refused)
            except UserError as error:
                # Nothing but a commit can mend it, and a commit has everything looked at again.
                raise HopelessError(str(error)) from error
            finally:
                self._count(installation, forge)

    def connect(self, token: str, site: Site) -> GitHubForge:
        """Reach a site. The connection is for one job, in one thread."""
        return connect(
            token,
            site.name,
            api_url=self.api_url,
            default_branch=site.branch,
            pause=self.pause,
            patience=PATIENCE,
            cache=self.cache.of(site.id),
        )

    def _count(self, installation: int, forge: GitHubForge) -> None:
        usage = forge.usage
        self.metrics.requests.inc(usage.requests)
        if usage.remaining is not None:
            self.metrics.remaining.labels(str(installation)).set(usage.remaining)

    # ------------------------------------------------------------ looking

    def _one(self, issue: int, comment: int | None, forge: GitHubForge) -> Result:
        said = forge.comment_command(comment) if comment is not None else None
        done = reconcile(issue, forge, self.templates, said=said)
        if done.error:
            raise done.error
        requests = forge.usage.requests
        return {"outcome": done.plan.outcome or "none", "reason": done.plan.reason, "requests": requests}

    def _all(self, name: Name, site: Site, forge: GitHubForge) -> Result:
        head = forge.base().commit
        results: list[Done] = []
        for done in reconcile_all(forge, self.templates):
            if isinstance(done.error, RefusedError) and done.error.wait is not None:
                raise done.error
            results.append(done)
        failed = [done.plan.issue for done in results if done.error]
        for issue in failed:
            # Each by itself, so that it is tried again, and told, without the others.
            self.put(job_about(site.name, issue), name.guid)
        self.memory.seen(site.id, head=head, full_at=time.time())
        counts = f"{len(results)} issues were looked at, {len(failed)} could not be done."
        return {"outcome": "all", "reason": counts, "requests": forge.usage.requests}

    # ------------------------------------------------------------ what GitHub refuses

    def _refused(self, name: Name, site: Site, installation: int, refused: RefusedError) -> Result:
        self._pause(installation, refused)
        if refused.matches(HTTPStatus.UNAUTHORIZED):
            self.app.forget_token(installation, site.id)
        elif not refused.passing:
            return self._moved(name, site, installation, refused)
        raise refused

    def _without_token(self, name: Name, site: Site, installation: int, refused: RefusedError) -> Result:
        self._pause(installation, refused)
        if refused.matches(HTTPStatus.FORBIDDEN, pattern="suspended"):
            self.memory.know(installation, state="suspended")
            return _skipped("The installation is suspended.")
        if not refused.matches(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY):
            raise refused
        # The installation is gone or does not reach the repository; another account's may, if it was transferred.
        other = self.app.installation_of(site.name)
        if other is None or other == installation:
            self.memory.forget([site.id])
            return _skipped("The App does not reach this repository any more.")
        self.memory.meet([Repository(site.id, site.name, site.branch)], other)
        self.put(name.job, f"{name.guid}.moved")
        return _skipped("The repository belongs to another installation now; it is looked at there.")

    def _moved(self, name: Name, site: Site, installation: int, refused: RefusedError) -> Result:
        """See whether the repository is called otherwise now, or is gone; if neither, the refusal stands."""
        place = self.app.repository(installation, site.id)
        if place is None:
            self.memory.forget([site.id])
            return _skipped("The App does not reach this repository any more.")
        if place.name.lower() == site.name.lower() and (place.branch or site.branch) == site.branch:
            raise refused
        self.memory.meet([Repository(place.id, place.name, place.branch)], installation)
        self.put(job_about(place.name, name.job.issue, name.job.comment), f"{name.guid}.moved")
        return _skipped(f"The repository is called {place.name} now; it is looked at there.")

    def _pause(self, installation: int, refused: RefusedError) -> None:
        if refused.wait is not None:
            self.memory.pause(installation, time.time() + refused.wait)
            raise Later(refused.wait, str(refused))

    # ------------------------------------------------------------ giving up

    def gave_up(self, name: Name, reason: str) -> None:
        """Tell the issue's author, in one plain comment, that it could not be done and whom to ask."""
        _log.debug("telling the issue", job=name.job.subject, reason=reason)
        site, issue = self.memory.site(name.job.repository), name.job.issue
        if site is None or site.installation is None or issue is None:
            return
        with closing(self.connect(self.app.token(site.installation, site.id), site)) as forge:
            try:
                apologise(issue, forge, name.reference)
            finally:
                self._count(site.installation, forge)


def _skipped(reason: str) -> Result:
    return {"outcome": "skipped", "reason": reason}
