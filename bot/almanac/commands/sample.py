"""A small site in a new folder, as `almanac demo` and the playground begin: a hand-written page and an issue form."""

from pathlib import Path

from almanac.commands.build import import_files
from almanac.config import CHANGE_FORM
from almanac.forge.git import Git
from almanac.packaged import example, template
from almanac.page.importer import Imported
from almanac.site import Site
from almanac.sitefiles import Folder

PAGE = "past-working-groups.md"
FORM = ".github/ISSUE_TEMPLATE/new-event.yml"
# The person's own git may sign commits, run hooks or convert line ends.
_GIT_SETTINGS = {
    "user.name": "Almanac demo",
    "user.email": "demo@example.org",
    "commit.gpgSign": "false",
    "core.hooksPath": ".git/hooks",
    "core.autocrlf": "false",
}


def begin(place: Path) -> tuple[Folder, Git]:
    """Make a git repository in an empty folder, with the reference page and the form."""
    git, site = Git(place), Folder(place)
    git.run("init", "--quiet", "--initial-branch=main")
    settle(git)
    forms = {FORM: template("site/new-event.yml"), CHANGE_FORM: template("site/change-event.yml")}
    site.write({PAGE: example(f"ospo/{PAGE}"), **forms})
    commit(git, "Our site, with a hand-written history page")
    return site, git


def settle(git: Git) -> None:
    """Let a repository be independent of the person's own settings of git."""
    for name, value in _GIT_SETTINGS.items():
        git.run("config", name, value)


def commit(git: Git, message: str) -> None:
    """Commit all that is in the folder."""
    git.run("add", "--all")
    git.run("commit", "--quiet", "-m", message)


def import_page(site: Folder, git: Git) -> Imported:
    """Import the page into records, and commit them."""
    files, imported = import_files(Site(site), PAGE, Site(site).text(PAGE) or "")
    site.write(files)
    commit(git, "Import the history page into event records")
    return imported
