"""Work that no process comes through, as on a page that nobody foresaw, in the place of some of the server's own.

Run as a module, with `serve` and its options: `almanac serve` in whose child processes all other work costs nothing.
"""

import os
import re
import sys
import time
import urllib.request
from collections.abc import Callable
from http import HTTPStatus
from unittest import mock
from urllib.error import HTTPError

from almanac.proposal.messages import Messages
from almanac.server import pagework
from almanac.server.pagework import PageWork, SiteAccess, Watch, Worked
from almanac.views.page import PageView

PAGE = "past-working-groups.md"
SHORT = 2
"""The seconds of the processor's time after which the work on `octo/slow` is cut off."""


def child(act: Callable[[], None]) -> tuple[str, ...]:
    """Return the command for a child that does what one of the functions below does."""
    name = act.__name__
    return (sys.executable, "-c", f"from tests.server.burning import {name}; {name}()")


def burn(*_: object) -> str:
    """Burn the processor's time without ever letting another thread go on."""
    return str(re.search("(a+)+$", "a" * 64 + "b"))


def pretend(work: PageWork, _messages: Messages, watch: Watch) -> Worked:
    """Do what the repository's name says."""
    if work.access.name == "octo/slow":
        pagework.CPU_SECONDS = SHORT
    watch(work.issue or 0)
    watch(PAGE)
    if not work.reference and work.access.name in {"octo/slow", "octo/endless"} and _is_poisoned(work.access):
        burn()
    if work.access.name == "octo/silent":
        time.sleep(60)
    if work.access.name == "octo/fat":
        pagework.MOST_MEMORY = 0
    if work.access.name == "octo/dying":
        os._exit(3)
    return Worked(result={"outcome": "updated", "reason": str(os.getpid())})


def _is_poisoned(site: SiteAccess) -> bool:
    try:
        with urllib.request.urlopen(f"{site.api_url}/poisoned/{site.name}/{os.getpid()}", timeout=30) as answer:  # noqa: S310
            return bool(answer.status == HTTPStatus.OK)
    except HTTPError:
        return False


def pretending() -> None:
    """Be a child that pretends."""
    with mock.patch.object(pagework, "perform", pretend):
        pagework.main()


def burning_page() -> None:
    """Be a child that does the real work, until an event is to be put on a page."""
    pagework.CPU_SECONDS = SHORT
    with mock.patch.object(PageView, "put", burn):
        pagework.main()


def broken() -> None:
    """Be a child that cannot even begin."""


def serve() -> None:
    """Be a server that has such children."""
    # A child has no use for these, and they take long to load.
    from almanac.entry import main  # noqa: PLC0415
    from almanac.server import host  # noqa: PLC0415
    from almanac.server.children import Children  # noqa: PLC0415
    from almanac.server.jobs import JobTiming  # noqa: PLC0415

    with (
        mock.patch.object(host, "Children", return_value=Children(child(pretending))),
        mock.patch.object(host, "JobTiming", lambda workers: JobTiming(workers, cut_delay=0)),
    ):
        main()


if __name__ == "__main__":
    serve()
