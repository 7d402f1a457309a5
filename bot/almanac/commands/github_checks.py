"""The checks of `almanac doctor` on GitHub: whether the repository can be reached, and whether it lets Almanac work."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import quote

from almanac import config as configs
from almanac.commands.branch_checks import check_rules
from almanac.commands.checks import Finding, Setting, ok, unknown
from almanac.commands.locate import TAKE_TOKEN
from almanac.commands.starter import SWITCH
from almanac.config import PullRequests
from almanac.errors import ForgeError, UserError
from almanac.event.record import is_record_name
from almanac.forge.github.client import Probe, Reply
from almanac.jekyll import hidden_files, is_data_file
from almanac.text import first_few

# GitHub refuses an App's signed requests if the clock is more than a minute ahead.
_CLOCK_WARNS, _CLOCK_FAILS = 30, 60
_SCOPES = {"repo", "public_repo"}


@dataclass(frozen=True)
class Here:
    """What the site on this machine says of what has to be on GitHub.

    An issue has to carry one of the `labels`; `files` are the site's own: path -> text. `places` are the page of each
    history, or where else its events are, and the folder of its records, empty if there is none. New pull requests are
    to get what is `wanted`.
    """

    labels: Sequence[str] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    places: Sequence[tuple[str, str]] = ()
    wanted: Sequence[PullRequests] = ()


def check_github(probe: Probe, here: Here) -> Iterator[Finding]:
    """Check a repository, in an order in which the first mistake explains the later ones."""
    try:
        found = probe.ask()
        yield from _clock(found)
        if not found.ok:
            yield _refused(found, probe)
            return
        yield ok("github", f"{probe.name} can be read.")
        yield from _token(found, probe)
        yield from _repository(found, probe)
        yield from _labels(probe, here.labels)
        for wanted in here.wanted:
            yield from _asked(probe, wanted)
        yield from _actions(probe)
        branch = str(found.value("default_branch") or "main")
        yield from check_rules(probe, found)
        yield from _pages(probe, branch, [page for page, _ in here.places])
        yield from _files(probe, branch, here.files)
        for page, records in here.places:
            if records:
                yield from _records(probe, records, page)
    except ForgeError as error:
        yield Finding("github", "error", str(error), error.remedy)


def _clock(reply: Reply) -> Iterator[Finding]:
    skew = reply.clock_skew()
    if skew is None:
        return
    seconds = round(abs(skew))
    if seconds < _CLOCK_WARNS:
        yield ok("clock", "This machine's clock agrees with GitHub's.")
        return
    message = f"This machine's clock is {seconds} seconds {'ahead of' if skew > 0 else 'behind'} GitHub's."
    remedy = "Let the machine set its clock from the network (NTP); GitHub rejects an App with a wrong clock."
    yield Finding("clock", "error" if seconds >= _CLOCK_FAILS else "warning", message, remedy)


def _refused(reply: Reply, probe: Probe) -> Finding:
    match reply.status:
        case HTTPStatus.UNAUTHORIZED:
            message = "GitHub does not accept the token: it is wrong, has expired or was revoked."
            return Finding("token", "error", message, "Create a new one, and put it into GITHUB_TOKEN.")
        case HTTPStatus.NOT_FOUND:
            message = f"GitHub does not show us a repository {probe.name}."
            remedy = "Check the spelling. If it is private, the token in GITHUB_TOKEN needs access to it."
            return Finding("github", "error", message, remedy + ("" if probe.has_token else " There is no token now."))
    refused = reply.refused
    if refused and refused.wait is not None:
        other = " or use another token." if probe.has_token else ", or put a token into GITHUB_TOKEN."
        message = "GitHub does not answer any more requests from here for now."
        return Finding("github", "error", message, f"Wait an hour{other}")
    if refused and refused.remedy:
        return Finding("github", "error", str(refused), refused.remedy)
    message = f"GitHub answered with status {reply.status}."
    remedy = "Try again later; https://www.githubstatus.com says whether GitHub has a problem."
    return Finding("github", "error", message, remedy)


def _token(reply: Reply, probe: Probe) -> Iterator[Finding]:
    needed = "It needs to be able to write contents, issues and pull requests."
    scopes = reply.headers.get("x-oauth-scopes")
    push = reply.value("permissions", "push")
    if not probe.has_token:
        message = "There is no token, so it is unknown what Almanac may do."
        yield Finding("token", "unknown", message, f"Put one into GITHUB_TOKEN: `{TAKE_TOKEN}`.")
    elif scopes and not _SCOPES & {scope.strip() for scope in scopes.split(",")}:
        message = f"The token's scopes ({scopes}) do not let it write to a repository."
        yield Finding("token", "error", message, "Create one with the scope `repo` (`public_repo` for a public one).")
    elif push is True:
        yield ok("token", "The token is valid, and its owner may write here.")
    elif push is False:
        message = "The token's owner may not write to this repository."
        yield Finding("token", "error", message, f"Use a token of someone who may. {needed}")
    else:
        yield Finding("token", "unknown", "The token is valid; GitHub does not say what it may do.", needed)


def _repository(reply: Reply, probe: Probe) -> Iterator[Finding]:
    name = str(reply.value("full_name") or probe.name)
    if name.casefold() != probe.name.casefold():
        yield Finding("github", "warning", f"The repository is now called {name}.", "Use its new name.")
    if reply.value("archived") is True:
        yield Finding("github", "error", "The repository is archived: nothing can be written.", "Unarchive it.")
    if reply.value("has_issues") is False:
        remedy = f"Tick Issues under Features in {probe.web}/settings."
        yield Finding("issues", "error", "Issues are switched off, so there is no form to fill in.", remedy)


def _labels(probe: Probe, labels: Sequence[str]) -> Iterator[Finding]:
    for label in labels:
        reply = probe.ask(f"labels/{quote(label, safe='')}")
        if reply.ok:
            yield ok("labels", f"There is a label {label}.")
        elif reply.status == HTTPStatus.NOT_FOUND:
            message = f"There is no label {label}, so GitHub leaves it off new issues, and Almanac ignores them."
            yield Finding("labels", "error", message, f"Create it: {probe.web}/labels", mend=_make_label(label))
        else:
            yield unknown("labels", f"whether there is a label {label}", reply.status, f"Look at {probe.web}/labels.")


def _make_label(name: str) -> Setting:
    return Setting(f"The label {name} was made on GitHub.", "POST", "labels", {"name": name}, "issues: write")


def _asked(probe: Probe, wanted: PullRequests) -> Iterator[Finding]:
    """Check what new pull requests are to get."""
    place, owner = f"`pull_requests` in {configs.PATH}", probe.name.partition("/")[0]
    people, teams = f"{probe.web}/settings/access", f"{probe.web.removesuffix(probe.name)}orgs/{owner}/teams"
    asked = [
        *((f"labels/{quote(one, safe='')}", f"label {one}", f"{probe.web}/labels") for one in wanted.labels),
        *((f"collaborators/{one}", f"collaborator {one}", people) for one in wanted.reviewers),
        *(
            (f"/orgs/{owner}/teams/{one}/repos/{probe.name}", f"team {one} with access", teams)
            for one in wanted.team_reviewers
        ),
    ]
    for path, what, address in asked:
        reply = probe.ask(path)
        if reply.ok:
            yield ok("reviews", f"There is a {what}.")
        elif reply.status == HTTPStatus.NOT_FOUND:
            message = f"There is no {what}, so new pull requests go without."
            mend = _make_label(what.removeprefix("label ")) if path.startswith("labels/") else None
            yield Finding("reviews", "warning", message, f"Look at {address}, or change {place}.", mend=mend)
        else:
            yield unknown("reviews", f"whether there is a {what}", reply.status, f"Look at {address}.")


def _actions(probe: Probe) -> Iterator[Finding]:
    address = f"{probe.web}/settings/actions"
    enabled = probe.ask("actions/permissions")
    if enabled.ok and enabled.value("enabled") is False:
        yield Finding("actions", "error", "Actions are switched off for this repository.", f"Allow them: {address}")
    reply = probe.ask("actions/permissions/workflow")
    may = reply.value("can_approve_pull_request_reviews") if reply.ok else None
    if may is True:
        yield ok("actions", "Actions may open pull requests.")
    elif may is False:
        remedy = f'Tick "{SWITCH}": {address} (if it is grey, it is one of the organisation\'s settings).'
        kept = reply.value("default_workflow_permissions") or "read"
        body = {"default_workflow_permissions": kept, "can_approve_pull_request_reviews": True}
        does, path = "Actions may open pull requests on GitHub now.", "actions/permissions/workflow"
        mend = Setting(does, "PUT", path, body, "administration: write")
        yield Finding("actions", "error", "Actions may not open pull requests.", remedy, mend=mend)
    else:
        remedy = f'Look for "{SWITCH}": {address}'
        yield unknown("actions", "whether Actions may open pull requests", reply.status, remedy)


def _pages(probe: Probe, branch: str, pages: Sequence[str]) -> Iterator[Finding]:
    address = f"{probe.web}/settings/pages"
    reply = probe.ask("pages")
    if not reply.ok:
        what = "whether GitHub Pages publishes the site; it may be published elsewhere"
        yield unknown("pages", what, reply.status, f"If it should: {address}")
        return
    source, path = reply.value("source", "branch"), str(reply.value("source", "path") or "/").strip("/")
    is_legacy = reply.value("build_type") == "legacy"
    if is_legacy and source not in (None, branch):
        message = f"GitHub Pages publishes the branch {source}, but Almanac works on {branch}."
        yield Finding("pages", "warning", message, f"Choose {branch}: {address}")
    elif is_legacy and path and not all(page.startswith(f"{path}/") for page in pages):
        message = f"GitHub Pages publishes the folder {path}/, and the page is not in it."
        yield Finding("pages", "warning", message, f"Choose another folder: {address}")
    elif reply.value("status") == "errored":
        message = "The last build of the site by GitHub Pages failed."
        yield Finding("pages", "warning", message, f"Its log says why: {probe.web}/actions")
    else:
        yield ok("pages", "GitHub Pages publishes the site.")


def _files(probe: Probe, branch: str, files: Mapping[str, str]) -> Iterator[Finding]:
    well = True
    for path, here in files.items():
        reply = probe.file(path, branch)
        there = reply.text() if reply.ok else None
        if there == here:
            continue
        well = False
        if not reply.ok and reply.status != HTTPStatus.NOT_FOUND:
            yield unknown("files", f"what {path} is on {branch}", reply.status, "Look there.")
        elif there is None:
            message = f"This file is not on {branch} on GitHub, where Almanac looks."
            remedy = f"Commit it, push it, and merge it into {branch}."
            # A site can do without a config, so on GitHub it may have none.
            yield Finding("files", "warning" if path == configs.PATH else "error", message, remedy, path)
        else:
            message = f"This file differs from the one on {branch} on GitHub, which is the one that counts."
            yield Finding("files", "warning", message, "Push yours, or pull the other.", path)
    if well and files:
        yield ok("files", f"Config, form, page and workflow are the same here and on {branch}.")


def _records(probe: Probe, records: str, page: str) -> Iterator[Finding]:
    """Look on the default branch for data files that the records would hide, and for others in their folder."""

    def names(folder: str) -> list[str]:
        found = probe.ask(f"contents/{quote(folder)}".rstrip("/")).data
        return [one["name"] for one in found if one.get("type") == "file"] if isinstance(found, list) else []

    def text(path: str) -> str | None:
        reply = probe.ask(f"contents/{quote(path)}")
        return reply.text() if reply.ok else None

    remedy = f"Set `records` in {configs.PATH} to another folder, and move the records there."
    try:
        for path in hidden_files(records, text, names, page):
            message = f"On GitHub, Jekyll would read the records in {records}/ in place of this file."
            yield Finding("records", "error", message, remedy, path)
        others = [name for name in names(records) if is_data_file(name) and not is_record_name(name)]
        if others:
            message = f"On GitHub, this folder holds {len(others)} data files without the name of a record"
            message += f" ({first_few(others)})."
            yield Finding("records", "error", message, remedy, records)
    except UserError as error:  # the Jekyll config there is not YAML
        yield Finding("records", "error", str(error), "Fix it there.")
