"""`almanac playground`: makes the sites that people play with, and serves them."""

import shutil
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from almanac.commands import sample
from almanac.commands.adoption import plan_adoption
from almanac.commands.discovery import read_checkout
from almanac.defaults import load_messages
from almanac.errors import Problem, UserError
from almanac.forge.git import Git
from almanac.output import print_message
from almanac.playground.world import STRANGERS, Limits, World
from almanac.site import Site
from almanac.sitefiles import NOT_THE_SITES, Folder

_ADDRESS = "127.0.0.1"
_HERE = frozenset({_ADDRESS, "localhost"})


def run(source: Path | None, port: int, *, public: bool) -> int:
    """Serve until the person stops it.

    Raises:
        UserError: The packages for it are not installed, the site cannot be used, or the port is taken.
    """
    try:
        import uvicorn  # noqa: PLC0415 -- these packages are an extra

        from almanac.playground.app import create_app  # noqa: PLC0415 -- the same
        from almanac.playground.visitors import Visitors  # noqa: PLC0415 -- the same
    except ImportError as error:
        what = f"The playground needs more packages ({error.name} is missing)."
        raise UserError(f"{what} Install them with: pip install 'almanac-events[playground]'") from None
    if source is not None and public:
        raise UserError("Strangers play on the demo's site only: leave out --site or --public.")
    visitors = Visitors(lambda place: new_world(place, source, public=public), time.monotonic, public=public)
    try:
        with visitors.room(None):  # what is wrong with the site is said here
            pass
        config = uvicorn.Config(
            create_app(visitors, None if public else _HERE),
            host="0.0.0.0" if public else _ADDRESS,  # noqa: S104 -- for everyone, where that is asked for
            port=port,
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
            ws="none",
        )
        print_message(f"Open http://{_ADDRESS}:{port} in a browser. Ctrl+C ends it, and nothing is kept.")
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run()
    finally:
        visitors.close()
    return 0


def new_world(place: Path, source: Path | None, *, public: bool) -> World:
    """Make a site in an empty folder: the demo's, or a copy of a clone; one without Almanac's settings is set up."""
    if source is None:
        sample.import_page(*sample.begin(place))
    else:
        _copy(source, place)
    return World(place, load_messages(), lambda: datetime.now(UTC), STRANGERS if public else Limits())


def _copy(source: Path, place: Path) -> None:
    checkout = read_checkout(Folder(source).root)
    if checkout.top is None:
        raise UserError(Problem("This folder is not in a git repository.", file=str(source)))
    ignored = shutil.ignore_patterns(*NOT_THE_SITES, ".almanac", "*.lock")
    shutil.copytree(checkout.top, place, symlinks=True, ignore=ignored, dirs_exist_ok=True)
    git, folder = Git(place), Folder(place)
    sample.settle(git)
    git.run("checkout", "--quiet", "--force", checkout.branch)
    site = Site(folder)
    if site.text(".github/almanac.yml") is None:
        plan = plan_adoption(site, [*folder.paths()], checkout.branch, today=datetime.now(UTC).date())
        folder.write(plan.written)
        sample.commit(git, "Adopt Almanac")
