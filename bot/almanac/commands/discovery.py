"""What a site's folder holds: its files, where records belong, and what git knows."""

import re
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from typing import get_args

from almanac import config as configs
from almanac.catalogues import Translated
from almanac.config import Config, Language
from almanac.errors import ForgeError, Problem, UserError
from almanac.forge.git import Git
from almanac.jekyll import DataUses, Jekyll, data_name, data_uses, is_data_file, jekyll_root, read_jekyll
from almanac.languages import names_for
from almanac.page.lines import split_lines
from almanac.paths import joined
from almanac.patterns import regex
from almanac.phrases import say
from almanac.site import Site
from almanac.sitefiles import OWN_FOLDER, Folder

MARKDOWN = (".md", ".markdown", ".mkd", ".mkdown")
"""How the names of Markdown files end."""
_TEMPLATES = (*MARKDOWN, ".html", ".htm", ".liquid", ".xml", ".json", ".js", ".css", ".scss", ".txt", ".ics", ".rb")
_LANGUAGE = regex(
    r"^(?:lang|locale|languageCode|defaultContentLanguage|[ ]{0,4}language)[ ]?[:=][ \t]*[\"']?([a-z]{2})(?![a-z])",
    re.MULTILINE | re.IGNORECASE,
)
_CONFIGS = ("_config.yml", "hugo.toml", "hugo.yaml", "hugo.yml", "config.toml", "config.yaml", "mkdocs.yml")
"""Where generators are told the language of a site."""
_USUAL_FOLDER = "events"
_REMOTE = regex(
    r"(?:(?:https?|ssh|git)://(?:[^/@\s]+@)?|[^/@\s:]+@)(?P<host>(?>[A-Za-z0-9.-]*?github)[A-Za-z0-9.-]*+)(?::[0-9]+)?[:/]"
    r"(?P<name>[A-Za-z0-9_-]+/[A-Za-z0-9._-]+?)(?:\.git)?/?"
)


def readable_text(site: Site, path: str) -> str:
    """Return a file's text; empty if it cannot be read: it is not UTF-8, say, or leads out of the site."""
    try:
        return site.text(path) or ""
    except UserError:
        return ""


@dataclass(frozen=True)
class Checkout:
    """A folder as git knows it: the repository's top folder, its default branch, and the one that is checked out.

    If `origin` is on GitHub, `repository` is its `OWNER/NAME`, and `web` the address of its pages.
    """

    top: Path | None
    branch: str = "main"  # a guess if nothing says it
    current: str | None = None
    repository: str | None = None
    web: str | None = None


def read_checkout(folder: Path) -> Checkout:
    """Ask git about a folder; a folder outside of any repository, or a machine without git, is not an error."""
    git = Git(folder)

    def ask(*arguments: str) -> str:
        return git.text(*arguments, good=(0, 1, 2, 128))

    try:
        top = git.run("rev-parse", "--show-toplevel")[1]
    except ForgeError as error:
        if "belongs to another user" in str(error):
            raise
        return Checkout(None)
    current = ask("symbolic-ref", "--quiet", "--short", "HEAD") or None
    branch = (
        ask("config", "--get", "almanac.base")
        or ask("symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD").removeprefix("origin/")
        or next((name for name in ("main", "master") if git.commit(f"refs/heads/{name}")), None)
        or current
        or "main"
    )
    repository, web = _on_github(ask("remote", "get-url", "origin")) or (None, None)
    return Checkout(Path(top.decode().removesuffix("\n")).resolve(), branch, current, repository, web)


def _on_github(url: str) -> tuple[str, str] | None:
    remote = _REMOTE.fullmatch(url)
    if remote is None:
        return None
    host = "github.com" if remote["host"].startswith("ssh.github.com") else remote["host"]
    return remote["name"], f"https://{host}/{remote['name']}"


def github_name(url: str) -> str | None:
    """Return the `OWNER/NAME` of a repository on GitHub, given how git addresses it; None if it is elsewhere."""
    found = _on_github(url)
    return found[0] if found else None


def why_no_site(site: Site, folder: Path) -> tuple[str, str] | None:
    """Say that a folder holds nothing of Almanac's, neither config nor page nor form, and what to do about it."""
    if any(site.text(path) is not None for path in (configs.PATH, Config().page, Config().form)):
        return None
    message = f"Almanac is not set up in this folder: there is no {configs.PATH}."
    top = read_checkout(folder).top
    if top and top != folder and (top / configs.PATH).is_file():
        return message, f"The site is in {top}: work there, or add `--site {top}`."
    return message, "Go to the folder of your site, or name it with `--site DIR`. `almanac init` sets Almanac up there."


def open_site(folder: Path) -> tuple[Folder, Site]:
    """Open a folder that has to hold a site.

    Raises:
        UserError: There is no such folder, or it holds nothing of Almanac's.
    """
    root = Folder(folder)
    site = Site(root)
    if why := why_no_site(site, root.root):
        raise UserError(Problem(" ".join(why), file=str(root.root)))
    return root, site


# ---------------------------------------------------------------- where records belong


def jekyll_of(site: Site, page: str) -> Jekyll:
    """Read what the Jekyll config of a page's site says; without a readable one, all settings have their defaults."""
    try:
        return read_jekyll(site.text, site.files.names, page)
    except UserError:
        return Jekyll(jekyll_root(site.files.names, page))


def language_of(site: Site, page: str | None = None) -> Language:
    """Find the language of a site: that of the dates on its page, or what its generator's config says; else English."""
    text = site.text(page) if page else None
    names = names_for(split_lines(text)) if text else None
    there = site.files.names("")
    said = next(filter(None, (_LANGUAGE.search(readable_text(site, path)) for path in _CONFIGS if path in there)), None)
    found = names.language if names else said[1].lower() if said else None
    return next((one for one in get_args(Translated) if one == found), "en")


def records_folder(site: Site, page: str, paths: Collection[str]) -> tuple[str, str | None]:
    """Return where the records of a page's site belong, and why, if that is not where they usually are.

    They belong in the folder that a Liquid loop can use, under a name that hides nothing there, and that none of the
    site's own templates uses: what a loop of the site's shows stays as it is. `paths` are the site's files. Of several
    histories, each has its own folder.
    """
    jekyll = jekyll_of(site, page)
    data = joined(jekyll.root, jekyll.data)
    taken = _data_names(data, paths)
    usual, own = _USUAL_FOLDER, OWN_FOLDER
    if site.history:
        usual, own = (f"{name}_{site.history.replace('-', '_')}" for name in (usual, own))
    for name, folder in taken.items():
        mine = name.startswith((usual, own)) if not site.history else name in (usual, own)
        if mine and folder == joined(data, name):
            with suppress(UserError):  # it is no place for records
                if site.with_config(page=page, records=folder).ids:
                    return folder, None  # whatever shows them there, shows records
    templates = (path for path in paths if path.lower().endswith(_TEMPLATES) and not path.startswith(f"{data}/"))
    uses = data_uses((path, readable_text(site, path)) for path in templates)
    if uses.everything:
        return joined(jekyll.root, "_almanac", usual), say(
            "{place} shows all of `site.data`", place=_place(uses.everything)
        )
    reason = _why_not_usual(joined(data, usual), taken, uses)
    if reason is None:
        return joined(data, usual), None
    numbered = (f"{own}_{number}" for number in count(2))
    free = (name for name in chain([own], numbered) if name not in taken and name not in uses.names)
    return joined(data, next(free)), reason


def _data_names(data: str, paths: Iterable[str]) -> dict[str, str]:
    """Map each name in `site.data` to the file or folder that gives it."""
    names: dict[str, str] = {}
    for path in paths:
        if path.startswith(f"{data}/"):
            first, _, below = path.removeprefix(f"{data}/").partition("/")
            if below:
                names.setdefault(data_name(first), joined(data, first))
            elif is_data_file(first):
                names[data_name(first.rpartition(".")[0])] = path
    return names


def _why_not_usual(usual: str, taken: dict[str, str], uses: DataUses) -> str | None:
    name = usual.rpartition("/")[2]
    if (there := taken.get(name)) and there != usual:
        return say("Jekyll would read a folder {usual}/ in place of {there}", usual=usual, there=there)
    if there:
        return say("{usual}/ holds data of the site's own", usual=usual)
    if name in uses.names:
        return say("{place} shows `{name}`", place=_place(uses.names[name]), name=f"site.data.{name}")
    if uses.anything:
        return say("{place} uses a name of `site.data` that it works out", place=_place(uses.anything))
    return None


def _place(place: tuple[str, int]) -> str:
    return f"{place[0]}:{place[1]}"
