"""`almanac doctor`: checks everything that could make a first run fail, each with its remedy."""

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from almanac import config as configs
from almanac.commands import site_checks
from almanac.commands.checks import (
    Edit,
    Finding,
    Setting,
    Status,
    by_cause,
    from_problems,
    is_well,
    mends,
    without_repeats,
)
from almanac.commands.discovery import Checkout, read_checkout, why_no_site
from almanac.commands.entry_checks import check_entries
from almanac.commands.ignored_checks import check_ignored
from almanac.commands.locate import TAKE_TOKEN, GitHubAccess, github_access, repository_for
from almanac.commands.message_checks import check_messages
from almanac.commands.origin import Origin, read_origin
from almanac.commands.view_checks import check_views
from almanac.errors import AlmanacError, ForgeError, UserError
from almanac.output import error_text, errors_as_json, print_json, print_message, print_text, progress
from almanac.site import Site
from almanac.sitefiles import Folder
from almanac.text import counted

if TYPE_CHECKING:
    from almanac.commands.github_checks import Here

_KINDS: dict[Status, str] = {"error": "wrong", "warning": "to look at", "unknown": "that cannot be checked from here"}


@dataclass(frozen=True)
class Wanted:
    """What a command line asks of the doctor: where to look, and what may be changed."""

    repository: str | None = None
    offline: bool = False
    fix: bool = False
    yes: bool = False


def examine(folder: Path, wanted: Wanted, *, as_json: bool) -> int:
    """Check a site, and its repository on GitHub if one is named or is the clone's; 0 if nothing is wrong.

    With `fix`, mend what can be mended first.
    """
    mended: list[str] = []
    left: list[str] = []
    given, offline, fix = wanted.repository, wanted.offline, wanted.fix
    with errors_as_json({"ok": False, "findings": []}, as_json=as_json):
        root = Folder(folder)
        doctor = _Doctor(root, given, offline=offline)
        findings = doctor.findings()
        if fix:
            may_write = _may_write(findings, doctor, yes=wanted.yes, as_json=as_json)
            mended, left = doctor.mend(findings, may_write=may_write)
            findings = _Doctor(root, given, offline=offline).findings() if mended else findings
            helpless = [mend.does for mend in mends(findings) if mend.does in mended]
            mended = [one for one in mended if one not in helpless]
            left += [f"Not so, although it was tried: {one}" for one in helpless]
    well = is_well(findings)
    if as_json:
        values = [_values(finding) for finding in findings]
        print_json({"ok": well, "findings": values, **({"mended": mended, "left": left} if fix else {})})
        return int(not well)
    for one in mended:
        print_text(f"{'mended':<8} {one}")
    for one in left:
        print_text(f"{'left':<8} {one}")
    if fix:
        print_text("" if mended or left else "There is nothing that could be mended from here.\n")
    _print_findings(findings)
    if doctor.repository is None:
        print_text(f"What is on GitHub was not checked; `almanac doctor --repo {doctor.named}` does that.")
    elif not fix and any(finding.mend for finding in findings):
        print_text("`almanac doctor --fix` mends some of it.")
    return int(not well)


def _values(finding: Finding) -> dict[str, object]:
    shown = ("check", "status", "message", "remedy", "file", "line")
    return {name: value for name in shown if (value := getattr(finding, name)) is not None}


def _may_write(findings: Sequence[Finding], doctor: "_Doctor", *, yes: bool, as_json: bool) -> bool:
    """Find out whether settings on GitHub may be changed: a person has to say yes to each of them, or the options."""
    wanted = [mend.does for mend in mends(findings) if isinstance(mend, Setting)]
    if yes or not wanted:
        return yes
    if as_json or not sys.stdin.isatty():
        return False
    print_message(f"In {doctor.repository} on GitHub, for all who work there:")
    for one in wanted:
        print_message(f"  - {one}")
    return typer.confirm("Is that to be?", default=False, err=True)


class _Doctor:
    """Looks at one site and its repository, and mends."""

    def __init__(self, root: Folder, given: str | None, *, offline: bool) -> None:
        self.root, self.given = root, given
        self.checkout = read_checkout(root.root)
        self.named = self.checkout.repository or "OWNER/NAME"
        self.access: GitHubAccess | None = None
        self.repository: str | None = None
        self.unusable: list[Finding] = []  # why GitHub cannot be asked
        if offline and given is None:
            return
        try:
            self.access = github_access()
        except UserError as error:
            self.repository = given or self.checkout.repository
            if self.repository:
                self.unusable = from_problems("github", error.problems, "Correct it in the environment.")
            return
        try:
            self.repository = repository_for(given, root.root, self.access)
        except AlmanacError:
            if given is not None:
                raise

    def findings(self) -> list[Finding]:
        site, checkout, folder = Site(self.root), self.checkout, self.root.root
        if why := why_no_site(site, folder):
            found = [Finding("site", "error", *why), *site_checks.check_repository(checkout, folder)]
            if self.given is None:
                return found
        else:
            has_server = "ALMANAC_APP_ID" in os.environ
            found = check_site(site, checkout, folder, has_server=has_server, action=read_origin().action)
        if self.unusable or not (self.repository and self.access):
            return without_repeats([*found, *self.unusable])
        with progress() as tell:
            tell(f"Looking at {self.repository} on GitHub ...")
            there: list[Finding] = []
            for one in _check_on_github(site, self.access, self.repository):
                there.append(one)
                tell(f"Looking at {self.repository} on GitHub ({counted(len(there), 'check')}) ...")
        if self.given is None and not any((one.check, one.status) == ("github", "ok") for one in there):
            # Nobody asked for it by name, so being offline, or without a token for a private one, is no fault.
            there = [replace(one, status="unknown") if one.check == "github" else one for one in there]
        return without_repeats([*found, *by_cause(there, has_token=bool(self.access.token))])

    def mend(self, findings: Sequence[Finding], *, may_write: bool) -> tuple[list[str], list[str]]:
        """Mend what can be mended; return what was done, and what was not, each as a sentence."""
        done: list[str] = []
        left: list[str] = []
        for mend in mends(findings):
            if isinstance(mend, Setting):
                why = self._set(mend) if may_write else "This changes GitHub for all: add --yes."
            else:
                why = self._edit(mend)
            done += [] if why else [mend.does]
            left += [f"Not so: {mend.does} {why}"] if why else []
        return done, left

    def _edit(self, mend: Edit) -> str | None:
        """Edit a file; return why not, if so."""
        try:
            text = Site(self.root).text(mend.path) or ""
            changed = mend.change(text)
            if changed == text:
                return f"{mend.path} is written in a way that is not for a program to change; do it by hand."
            self.root.write({mend.path: changed})
        except UserError as error:
            return str(error)
        return None

    def _set(self, mend: Setting) -> str | None:
        from almanac.forge.github.client import Probe
        from almanac.forge.github.request import Request

        if self.access is None or self.repository is None:
            return "GitHub was not looked at."
        if not self.access.token:
            return f"That needs a token: `{TAKE_TOKEN}`."
        request = Request(mend.verb, mend.path, "change that", mend.needs, mend.body)
        with closing(Probe(self.repository, self.access.token, self.access.api_url)) as probe:
            try:
                probe.send(request)
            except ForgeError as error:
                return error_text(error, " ")
        return None


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
        yield from guarded(lambda: check_messages(site))

    findings = site_checks.check_config(site)
    if is_well(findings):
        for one in site.each():
            told = f"{one.history}: " if one.history else ""
            findings += (replace(finding, message=f"{told}{finding.message}") for finding in check_history(one))
        findings += guarded(lambda: site_checks.check_forms_apart(site))
    findings += site_checks.check_repository(checkout, folder)
    if checkout.top == folder and is_well(site_checks.check_config(site)):
        folders = [one.config.records for one in site.each() if not (one.config.files or one.config.has_own_list)]
        change_form = [configs.CHANGE_FORM] if site.text(configs.CHANGE_FORM) is not None else []
        findings += check_ignored(folder, [*_own_files(site), *change_form], folders)
    findings += guarded(lambda: site_checks.check_workflow(site, checkout, action, has_server=has_server))
    # One broken file may be in the way of several checks.
    return list(dict.fromkeys(findings))


def _check_on_github(site: Site, access: GitHubAccess, repository: str) -> Iterator[Finding]:
    from almanac.commands.github_checks import Here, check_github  # PyGithub is slow to import
    from almanac.forge.github.client import Probe

    here = _here(site) if is_well(site_checks.check_config(site)) else Here()
    with closing(Probe(repository, access.token, access.api_url)) as probe:
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
