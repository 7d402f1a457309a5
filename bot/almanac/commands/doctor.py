"""`almanac doctor`: checks everything that could make a first run fail, each with its remedy."""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from almanac import config as configs
from almanac.commands import site_checks
from almanac.commands.checks import Finding, Status, from_problems
from almanac.commands.discovery import Checkout, read_checkout, why_no_site
from almanac.commands.entry_checks import check_entries
from almanac.commands.locate import GitHubAccess, named_repository
from almanac.commands.origin import Origin, read_origin
from almanac.commands.view_checks import check_views
from almanac.errors import UserError
from almanac.forge.github.request import DEFAULT_API_URL, is_address, is_token
from almanac.output import errors_as_json, print_json, print_text
from almanac.site import Site
from almanac.sitefiles import Folder

if TYPE_CHECKING:
    from almanac.commands.github_checks import Here

_KINDS: dict[Status, str] = {"error": "wrong", "warning": "to look at", "unknown": "that cannot be checked from here"}


def examine(folder: Path, repository: str | None, *, as_json: bool) -> int:
    """Check a site, and its repository on GitHub if one is named; 0 if nothing is wrong."""
    with errors_as_json({"ok": False, "findings": []}, as_json=as_json):
        if repository is not None:
            api_url = os.environ.get("GITHUB_API_URL") or DEFAULT_API_URL
            access = GitHubAccess(api_url if is_address(api_url) else DEFAULT_API_URL, "")
            repository = named_repository(repository, access)
        root = Folder(folder)
    site, checkout = Site(root), read_checkout(root.root)
    has_server = "ALMANAC_APP_ID" in os.environ
    if why := why_no_site(site, root.root):
        findings = [Finding("site", "error", *why), *site_checks.check_repository(checkout, root.root)]
    else:
        findings = check_site(site, checkout, root.root, has_server=has_server, action=read_origin().action)
    if repository is not None:
        findings += _check_on_github(site, repository)
    well = _is_well(findings)
    if as_json:
        kept = [{key: value for key, value in asdict(finding).items() if value is not None} for finding in findings]
        print_json({"ok": well, "findings": kept})
    else:
        _print_findings(findings)
        if repository is None:
            name = checkout.repository or "OWNER/NAME"
            print_text(f"What is on GitHub was not checked; `almanac doctor --repo {name}` does that.")
    return int(not well)


def _is_well(findings: Sequence[Finding]) -> bool:
    return all(finding.status != "error" for finding in findings)


def _print_findings(findings: Sequence[Finding]) -> None:
    for finding in findings:
        place = f"{finding.file}:{finding.line}: " if finding.line else f"{finding.file}: " if finding.file else ""
        mark = "WRONG" if finding.status == "error" else finding.status
        print_text(f"{mark:<8} {finding.check:<10} {place}{finding.message}")
        if finding.remedy:
            print_text(f"{'':<19} -> {finding.remedy}")
    counts = Counter(finding.status for finding in findings)
    shown = [f"{counts[status]} {words}" for status, words in _KINDS.items() if counts[status]]
    print_text("\n" + (", ".join(shown) + "." if shown else "All is well."))


def check_site(
    site: Site, checkout: Checkout, folder: Path, *, has_server: bool, action: str = Origin().action
) -> list[Finding]:
    """Check a site's own files; `action` is what a workflow of the Almanac that is installed runs.

    If a server runs Almanac for the site, it needs no workflow.
    """

    def guarded(check: Callable[[], list[Finding]]) -> list[Finding]:
        try:
            return check()
        except UserError as error:  # a file that cannot even be read
            return from_problems("files", error.problems, "Fix this file.")

    def check_history(site: Site) -> Iterator[Finding]:
        yield from guarded(lambda: site_checks.check_forms(site))
        form = site_checks.readable_form(site)
        if site.config.files or site.config.list:
            yield from guarded(lambda: [*check_entries(site, [*Folder(folder).paths()], form)])
        if site.config.has_page:
            yield from guarded(lambda: site_checks.check_template(site, form))
            yield from guarded(lambda: site_checks.check_index_template(site))
            in_the_way = site_checks.check_records(site)
            yield from in_the_way or guarded(lambda: site_checks.check_page(site))
            yield from guarded(lambda: site_checks.check_jekyll(site))
        yield from guarded(lambda: check_views(site))

    findings = site_checks.check_config(site)
    if _is_well(findings):
        for one in site.each():
            told = f"{one.history}: " if one.history else ""
            findings += (replace(finding, message=f"{told}{finding.message}") for finding in check_history(one))
        findings += guarded(lambda: site_checks.check_forms_apart(site))
    findings += site_checks.check_repository(checkout, folder)
    findings += guarded(lambda: site_checks.check_workflow(site, checkout, action, has_server=has_server))
    # One broken file may be in the way of several checks.
    return list(dict.fromkeys(findings))


def _check_on_github(site: Site, repository: str) -> Iterator[Finding]:
    from almanac.commands.github_checks import Here, check_github  # PyGithub is slow to import
    from almanac.forge.github.client import Probe

    token, api_url = os.environ.get("GITHUB_TOKEN", ""), os.environ.get("GITHUB_API_URL") or DEFAULT_API_URL
    if not is_address(api_url):
        remedy = "Set it to an address such as https://api.github.com, or do not set it."
        yield Finding("github", "error", "GITHUB_API_URL is not a valid address.", remedy)
        return
    if token and not is_token(token):
        message = "GITHUB_TOKEN is not a valid token: it contains a space, a line break or the like."
        yield Finding("token", "error", message, "Copy it again, without anything before or after it.")
        return
    here = _here(site) if _is_well(site_checks.check_config(site)) else Here()
    with closing(Probe(repository, token, api_url)) as probe:
        yield from check_github(probe, here)


def _here(site: Site) -> "Here":
    from almanac.commands.github_checks import Here  # as above

    each = site.each()
    labels = [label for one in each for label in one.config.labels or _form_labels(one)]
    places = []
    for config in (one.config for one in each):
        page = config.page if config.has_page else config.files or config.list or ""
        places.append((page, "" if config.files or config.has_own_list else config.records))
    wanted = dict.fromkeys(one.config.pull_requests for one in each)
    return Here(tuple(dict.fromkeys(labels)), _own_files(site), tuple(places), tuple(wanted))


def _form_labels(site: Site) -> tuple[str, ...]:
    form = site_checks.readable_form(site)
    return form.labels if form else ()


def _own_files(site: Site) -> dict[str, str]:
    """Return the files that have to be on GitHub, too, as far as the site has them: path -> text."""
    texts: dict[str, str] = {}
    paths: list[str | None] = [configs.PATH]
    for config in (one.config for one in site.each()):
        templates = (config.section_template, config.index_template, config.file_template, config.list_template)
        paths += (config.form, config.page, *templates)
    for path in (*paths, site_checks.find_workflow(site)):
        with suppress(UserError):
            if path and (text := site.text(path)) is not None:
                texts[path] = text
    return texts
