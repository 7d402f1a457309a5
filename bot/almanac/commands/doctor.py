"""`almanac doctor`: everything that makes a first run fail, each with its remedy."""

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from almanac import config as configs
from almanac.commands.checks_github import (
    Finding,
    check_repository,
    check_workflow,
    find_workflow,
    is_well,
    of_error,
    tell_all,
    values,
)
from almanac.commands.checks_site import check_config, check_form, check_jekyll, check_page, check_template
from almanac.commands.site_search import look_at
from almanac.config import Config
from almanac.errors import UserError
from almanac.forge.github.address import DEFAULT_API_URL, check_repository_name, is_address, is_token, web_address
from almanac.form.schema import Form
from almanac.output import document, refusals, say
from almanac.site import Folder


def examine(site: Path, repository: str | None, *, as_json: bool) -> int:
    """Check a site, and its repository on GitHub if one is named; 0 if nothing is wrong."""
    with refusals({"ok": False, "findings": []}, as_json=as_json):
        if repository is not None:
            check_repository_name(repository)
        folder = Folder(site)
    # One broken file may be in the way of several checks.
    findings = list(dict.fromkeys(_site_and_github(folder, repository)))
    if as_json:
        document(values(findings))
        return int(not is_well(findings))
    tell_all(findings)
    if repository is None:
        named = look_at(folder.root).repository or "OWNER/NAME"
        say(f"What is on GitHub was not looked at: `almanac doctor --repo {named}` does.")
    return int(not is_well(findings))


def _site_and_github(folder: Folder, repository: str | None) -> Iterator[Finding]:
    config, found = check_config(folder)
    yield from found
    form: Form | None = None
    if config:
        form, found = check_form(folder, config)
        yield from found
        for check in (
            lambda: check_template(folder, config, form),
            lambda: check_page(folder, config),
            lambda: check_jekyll(folder, config),
        ):
            yield from _guarded(check)
    facts = look_at(folder.root)
    yield from check_repository(folder, facts)
    yield from _guarded(lambda: check_workflow(folder, facts, has_server="ALMANAC_APP_ID" in os.environ))
    if repository:
        yield from _github(folder, repository, config, form)


def _guarded(check: Callable[[], list[Finding]]) -> list[Finding]:
    """Make a finding of a file that cannot even be read."""
    try:
        return check()
    except UserError as error:
        return of_error("files", error, "Mend this file.")


def _github(folder: Folder, repository: str, config: Config | None, form: Form | None) -> Iterator[Finding]:
    from almanac.commands.checks_github import Place, check_github
    from almanac.forge.github.probe import Probe

    token, api_url = os.environ.get("GITHUB_TOKEN", ""), os.environ.get("GITHUB_API_URL") or DEFAULT_API_URL
    if not is_address(api_url):
        remedy = "Write an address such as https://api.github.com, or leave it unset."
        yield Finding("github", "error", "GITHUB_API_URL holds no address.", remedy)
        return
    if token and not is_token(token):
        message = "The token in GITHUB_TOKEN cannot be one: it holds a space, a line end or the like."
        yield Finding("token", "error", message, "Copy it again; nothing may stand before or behind it.")
        return
    labels = (config.labels or (form.labels if form else ())) if config else ()
    files = dict(_files(folder, config)) if config else {}
    place = Place(repository, f"{web_address(api_url)}/{repository}", bool(token))
    with closing(Probe(repository, token, api_url)) as probe:
        yield from check_github(probe, place, labels, files, config.page if config else "")


def _files(folder: Folder, config: Config) -> Iterator[tuple[str, str | None]]:
    paths = (configs.PATH, config.form, config.page, config.section_template, find_workflow(folder))
    for path in dict.fromkeys(filter(None, paths)):
        try:
            text = folder.text(path)
        except UserError:
            continue
        # A site without a config of its own has none on GitHub either, perhaps.
        if text is not None:
            yield path, text
