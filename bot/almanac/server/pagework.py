"""The work on a site's files, in a process of its own (`main`) that the server can kill.

Python cannot be interrupted within one step, such as the search for a pattern, and stands still in all threads
meanwhile. What strangers and maintainers wrote is therefore read only here. The process gets one job after the other
and says what it is working on; its secrets come with the jobs.
"""

import logging
import math
import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from logging.handlers import QueueHandler
from multiprocessing.connection import Connection
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

from almanac.catalogues import load_tongue
from almanac.config import Language
from almanac.defaults import load_messages
from almanac.engine.offering import offer_adoption
from almanac.engine.planner import Planner
from almanac.engine.run import Done, run
from almanac.engine.setup_problems import SETTINGS, put_notice
from almanac.engine.sweep import reconcile_all
from almanac.errors import AlmanacError, ForgeError, NoCommitError, UserError
from almanac.forge.github.client import Usage
from almanac.forge.github.files import BlobCache
from almanac.forge.github.repository import GitHubForge, connect
from almanac.forge.github.request import RefusedError
from almanac.forge.protocol import Forge
from almanac.packaged import template
from almanac.proposal.command import CommentCommand
from almanac.proposal.hidden import read_state, with_state
from almanac.proposal.messages import Messages
from almanac.proposal.page_edits import NO_ISSUE
from almanac.proposal.state import ADOPTION, Draft, Overview
from almanac.text import counted

CPU_SECONDS = 30
"""How much of the processor's time one issue may take."""
PATIENCE = 5.0
"""The most seconds that a job waits within one call; a longer wait is postponed, so that the worker can do others."""
IDLE = 60.0
"""After how many seconds without a job the process gets none any more; soon after, it ends to give its memory back."""
MOST_JOBS, MOST_MEMORY = 100, 256 << 20
"""After how many jobs, or with how much memory in bytes, another process takes this one's place."""
_FAILED = "failed"

Watch = Callable[[int | str], object]


@dataclass(frozen=True)
class SiteAccess:
    """What it takes to reach one site."""

    token: str = field(repr=False)
    id: int
    name: str
    branch: str | None
    api_url: str
    pause: float | None
    cache: BlobCache

    def connect(self) -> GitHubForge:
        """Connect, for one job in one thread."""
        return connect(
            self.token,
            self.name,
            api_url=self.api_url,
            default_branch=self.branch,
            pause=self.pause,
            patience=PATIENCE,
            cache=self.cache.of(self.id),
        )


@dataclass(frozen=True)
class PageWork:
    """What to do: look at an issue, with a command in a comment perhaps, or at all issues of a site."""

    access: SiteAccess
    issue: int | None
    comment: int | None = None
    reference: str = ""  # of a job that failed for good; all that is to be done then is to say so on the issue
    without: frozenset[int] = frozenset()  # the issues that count as failed without a look
    log_level: int = logging.WARNING


@dataclass(frozen=True)
class Worked:
    """What became of it.

    Attributes:
        usage: What it cost on GitHub.
        result: Outcome and reason, as for a job.
        failed: Of all issues, those that failed.
        head: The base's commit before all issues were looked at.
        error: What kept it from being done, or None.
        last: Whether the process ends now.
    """

    usage: Usage = field(default_factory=lambda: Usage(0, None))
    result: dict[str, object] = field(default_factory=dict)
    failed: tuple[int, ...] = ()
    head: str = ""
    error: AlmanacError | None = None
    last: bool = False


class PageWorkError(AlmanacError):
    """There was a bug in the other process; the text says which."""


# ---------------------------------------------------------------- the process


def main() -> None:
    """Do jobs until the server goes away, or it is time for another process."""
    for stop in (signal.SIGINT, signal.SIGTERM):  # they are for the server, which ends this process
        signal.signal(stop, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    wire: Connection[Any, Any] = Connection(sys.stdin.fileno())
    logging.getLogger().handlers = [_Sender(wire)]
    messages, jobs = load_messages(), _received(wire)
    # Nobody is there to hear of it when the server has gone in the middle of a job.
    with suppress(Empty, BrokenPipeError, ConnectionResetError):
        for number in range(1, MOST_JOBS + 1):
            work = jobs.get(timeout=IDLE + 10)
            logging.getLogger().setLevel(work.log_level)
            worked = perform(work, messages, _watch(wire, work.without))
            last = number == MOST_JOBS or _memory() > MOST_MEMORY
            wire.send(replace(worked, last=last))
            if last:
                break


def _received(wire: "Connection[Any, Any]") -> "SimpleQueue[PageWork]":
    """Begin to receive jobs. When the server is gone, another one does its jobs, so this process ends at once."""
    jobs: SimpleQueue[PageWork] = SimpleQueue()

    def receive() -> None:
        with suppress(EOFError, OSError):
            while True:
                jobs.put(wire.recv())
        os._exit(0)

    Thread(target=receive, daemon=True).start()
    return jobs


class _Sender(QueueHandler):
    """Sends what is logged to the server, whose log it belongs to."""

    def __init__(self, wire: "Connection[Any, Any]") -> None:
        super().__init__(SimpleQueue())
        self._wire = wire

    def enqueue(self, record: logging.LogRecord) -> None:
        self._wire.send(record)


def _watch(wire: "Connection[Any, Any]", without: frozenset[int]) -> Watch:
    """Return what tells the server how far the work is, and gives each issue its share of the processor's time."""
    last: int | str | None = None

    def watch(what: int | str) -> None:
        nonlocal last
        if what in without:
            raise PageWorkError("The look at this issue was cut off.")
        if isinstance(what, int):
            limit = math.ceil(time.process_time()) + CPU_SECONDS
            most = resource.getrlimit(resource.RLIMIT_CPU)[1]
            resource.setrlimit(resource.RLIMIT_CPU, (limit if most < 0 else min(limit, most), most))
        if what != last:
            wire.send(what)
        last = what

    return watch


def _memory() -> int:
    """Return how many bytes of memory this process uses; where the system does not tell, the most that it has used."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Not the most that it has used: on Linux that counts what the server had when it started this process.
    return int(pages) * resource.getpagesize()


# ---------------------------------------------------------------- one job


def perform(work: PageWork, messages: Messages, watch: Watch) -> Worked:
    """Do one job."""
    watch(work.issue or 0)
    with closing(work.access.connect()) as forge:
        try:
            worked = _perform(work, forge, messages, watch)
        except NoCommitError:
            worked = Worked(result={"outcome": "none", "reason": "The repository is empty."})
        except Exception as error:  # noqa: BLE001 -- the server decides what it means
            worked = Worked(error=_to_send(error))
        return replace(worked, usage=forge.usage)


def _perform(work: PageWork, forge: GitHubForge, messages: Messages, watch: Watch) -> Worked:
    said = forge.comment_command(work.comment) if work.comment is not None else None
    if work.issue is None:
        return _look_at_all(forge, messages, watch, said)
    planner = Planner(forge, messages, watch=watch)
    if work.reference:
        _comment_on_failure(work.issue, planner, work.reference)
        return Worked()
    done = run(work.issue, planner, comment=said)
    if done.error:
        raise done.error
    return Worked(result={"outcome": done.plan.outcome or "none", "reason": done.plan.reason})


def _onboard(said: CommentCommand | None, planner: Planner, overview: Overview) -> Done | None:
    from almanac.commands.offered import adopt  # noqa: PLC0415 -- it is much, and few sites need it

    return offer_adoption(planner, overview, adopt, said)


def _look_at_all(forge: Forge, messages: Messages, watch: Watch, said: CommentCommand | None) -> Worked:
    head = forge.base().commit
    results: list[Done] = []
    for done in reconcile_all(forge, messages, watch=watch, onboard=partial(_onboard, said)):
        if isinstance(done.error, RefusedError) and done.error.wait is not None:
            raise done.error
        results.append(done)
    if [(done.plan.issue, done.plan.subject) for done in results] == [(NO_ISSUE, ADOPTION)]:
        plan = results[0].plan
        return Worked(result={"outcome": plan.outcome, "reason": plan.reason}, head=head)
    failed = [done for done in results if done.error]
    for done in failed:
        if done.plan.issue == NO_ISSUE and isinstance(done.error, ForgeError) and done.error.passing:
            raise done.error  # what belongs to no issue can only be tried again together with all of them
    issues = tuple(done.plan.issue for done in failed if done.plan.issue != NO_ISSUE)
    reason = f"Looked at {counted(len(results), 'issue')}; {len(failed)} failed."
    return Worked(result={"outcome": "all", "reason": reason}, failed=issues, head=head)


def _to_send(error: Exception) -> AlmanacError:
    """Return an error that can be sent to the server."""
    if isinstance(error, RefusedError | UserError):
        return error
    if isinstance(error, ForgeError):
        return ForgeError(str(error), remedy=error.remedy, passing=error.passing)
    bug = PageWorkError(f"{type(error).__name__}: {error}")
    bug.add_note("".join(traceback.format_exception(error)))
    return bug


def _comment_on_failure(number: int, planner: Planner, reference: str) -> None:
    """Report on an issue, in the place of our usual comment, that its job failed, and under which reference.

    Nothing is written if the issue is not ours or is closed, or if the comment says so already. The next run that works
    finds that the comment's state is not what it wants, and replaces it.
    """
    forge = planner.forge
    look = forge.look(number)
    comment, issue = look.proposal.comment, look.issue
    if issue is None or issue.state != "open":
        return
    if comment and read_state(comment.body)[1].get("told") in (_FAILED, SETTINGS):
        return
    if not comment and not look.proposal.pull:
        try:
            if not planner.for_issue(look).is_ours(look, issue):
                return
        except UserError:  # the site's own files are broken, so nobody can tell
            return
    language: Language = "en"
    with suppress(UserError):  # the site's own files are broken, so nobody can tell
        language = planner.site(look.base.commit).config.language
    messages = Messages({_FAILED: template("server/failed.md.j2")}, tongues=load_tongue, language=language)
    text = messages.write(Draft(_FAILED, {"reference": reference}))
    put_notice(number, forge, look, with_state(text, {"told": _FAILED, "reference": reference}))
