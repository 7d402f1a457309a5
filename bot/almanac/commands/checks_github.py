"""What `almanac doctor` finds, and how it is told.

Checks of the git repository and of the workflow that runs Almanac in it.

Checks of the repository on GitHub: is it reached, who are we there, and does it let Almanac do its work.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from almanac import config as configs
from almanac.commands.site_files import WORKFLOW
from almanac.commands.site_search import CloneFacts
from almanac.errors import ForgeError, Problem, UserError
from almanac.forge.github.probe import Probe, Reply, clock_skew
from almanac.output import say
from almanac.site import Folder
from almanac.yamlfile import load

Status = Literal["ok", "warning", "error", "unknown"]
_MARKS = {"ok": "ok", "warning": "warning", "error": "WRONG", "unknown": "unknown"}


@dataclass(frozen=True)
class Finding:
    """One thing that was checked.

    Attributes:
        check: What was looked at, as one word: `form`, `labels`, `clock` ...
        status: `unknown` where it cannot be told, for want of rights or because GitHub does not say.
        message: What was found, as full sentences.
        remedy: What to do about it, as full sentences; None where nothing is to be done.
        file: The file that it is about, as a path in the site, or None.
        line: The line in it, counted from 1, or None.
    """

    check: str
    status: Status
    message: str
    remedy: str | None = None
    file: str | None = None
    line: int | None = None


def ok(check: str, message: str) -> Finding:
    """Say that something is as it should be."""
    return Finding(check, "ok", message)


def of_problems(check: str, problems: Iterable[Problem], remedy: str, status: Status = "error") -> list[Finding]:
    """Make findings of problems."""
    return [_of_problem(check, problem, remedy, status) for problem in problems]


def of_error(check: str, error: UserError, remedy: str) -> list[Finding]:
    """Make findings of all that an error says."""
    return of_problems(check, error.problems, remedy)


def _of_problem(check: str, problem: Problem, remedy: str, status: Status) -> Finding:
    message = f"{problem.field}: {problem.message}" if problem.field else problem.message
    accepted = f" This would be accepted: {problem.accepted}" if problem.accepted else ""
    return Finding(check, status, message, remedy + accepted, problem.file, problem.line)


def is_well(findings: Sequence[Finding]) -> bool:
    """Tell whether nothing is wrong; warnings, and what cannot be told, are allowed."""
    return all(finding.status != "error" for finding in findings)


def values(findings: Sequence[Finding]) -> dict[str, object]:
    """Return the findings for a JSON document."""
    kept = [{key: value for key, value in asdict(finding).items() if value is not None} for finding in findings]
    return {"ok": is_well(findings), "findings": kept}


def tell_all(findings: Sequence[Finding]) -> None:
    """Print the findings, each with its remedy."""
    for finding in findings:
        place = f"{finding.file}:{finding.line}: " if finding.line else f"{finding.file}: " if finding.file else ""
        say(f"{_MARKS[finding.status]:<8} {finding.check:<10} {place}{finding.message}")
        if finding.remedy:
            say(f"{'':<19} -> {finding.remedy}")
    wrong = sum(finding.status == "error" for finding in findings)
    warnings = sum(finding.status == "warning" for finding in findings)
    unknown = sum(finding.status == "unknown" for finding in findings)
    parts = [f"{wrong} wrong", f"{warnings} to look at", f"{unknown} that cannot be told from here"]
    said = [part for part in parts if not part.startswith("0 ")]
    say("\n" + (", ".join(said) + "." if said else "All is well."))


_FOLDER = ".github/workflows"
_USES = re.compile(r"uses:[ ]*[\"']?[A-Za-z0-9_.-]+/almanac@|\balmanac action\b")
_NEEDS = ("contents", "issues", "pull-requests")
_INIT = "`almanac init` writes one."


def check_repository(folder: Folder, facts: CloneFacts) -> list[Finding]:
    """Look whether the site is the top of a git repository."""
    if facts.top is None:
        message = "This folder is in no git repository, so nothing of it can reach GitHub."
        return [Finding("git", "error", message, "Make a clone of the site's repository and work there.")]
    if facts.top != folder.root:
        message = "This is not the top folder of its repository, where GitHub looks for `.github`."
        return [Finding("git", "error", message, f"Run it again with `--site {facts.top}`.")]
    return [ok("git", f"The site is a git repository; its default branch is {facts.branch}.")]


def find_workflow(folder: Folder) -> str | None:
    """Return the path of the workflow that runs Almanac, or None."""
    for file in sorted(Path(folder.root / _FOLDER).glob("*.y*ml")):
        path = f"{_FOLDER}/{file.name}"
        if _USES.search(folder.text(path) or ""):
            return path
    return None


def check_workflow(folder: Folder, facts: CloneFacts, *, has_server: bool) -> list[Finding]:
    """Look for the workflow that runs Almanac, and at what wakes it and what it may do."""
    path = find_workflow(folder)
    if path is None and has_server:
        return [ok("workflow", "No workflow runs Almanac here; a server does.")]
    if path is None:
        remedy = f"{WORKFLOW} is another workflow: name it otherwise. Then {_INIT}" if folder.text(WORKFLOW) else _INIT
        return [Finding("workflow", "error", "No workflow runs Almanac, so nothing looks at new issues.", remedy)]
    try:
        data = load(folder.text(path) or "", path).data
    except UserError as error:
        return of_error("workflow", error, "Mend it, or take Almanac's own again: `almanac init --force`.")
    if not isinstance(data, dict):
        return [Finding("workflow", "error", "This is no workflow.", _INIT, path)]
    found = [*_triggers(data, facts, path), *_permissions(data, path), *_concurrency(data, path)]
    return found or [ok("workflow", "The workflow wakes up for new issues, and may do what it has to.")]


def _triggers(data: dict[str, Any], facts: CloneFacts, path: str) -> Iterator[Finding]:
    on = data.get("on")
    triggers = dict.fromkeys([on] if isinstance(on, str) else on) if isinstance(on, str | list) else on
    triggers = triggers if isinstance(triggers, dict) else {}
    if "issues" not in triggers:
        message = "The workflow does not wake up when an issue is filed."
        yield Finding("workflow", "error", message, "Add `issues:` below `on:`.", path)
    types = (triggers.get("issues") or {}).get("types") if isinstance(triggers.get("issues"), dict) else None
    lacking = [name for name in ("opened", "edited", "labeled") if isinstance(types, list) and name not in types]
    if lacking:
        message = f"The workflow does not wake up when an issue is {' or '.join(lacking)}."
        status: Status = "error" if "opened" in lacking else "warning"
        yield Finding("workflow", status, message, "Add it to `types` below `issues:`.", path)
    if not {"push", "schedule"} & triggers.keys():
        message = "Nothing makes Almanac look at all issues again, so what one run missed stays missed."
        yield Finding("workflow", "warning", message, "Add `push:` or `schedule:` below `on:`.", path)
    branches = triggers["push"].get("branches") if isinstance(triggers.get("push"), dict) else None
    if facts.top and isinstance(branches, list) and not any(_means(str(name), facts.branch) for name in branches):
        message = (
            f"The workflow waits for pushes to {', '.join(map(str, branches))}; the default branch is {facts.branch}."
        )
        yield Finding("workflow", "warning", message, f"Write `branches: [{facts.branch}]` below `push:`.", path)


def _means(pattern: str, branch: str) -> bool:
    return pattern == branch or (
        "*" in pattern and re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), branch) is not None
    )


def _permissions(data: dict[str, Any], path: str) -> Iterator[Finding]:
    jobs = [job for job in (data.get("jobs") or {}).values() if isinstance(job, dict) and _runs_almanac(job)]
    for job in jobs:
        given = job.get("permissions", data.get("permissions"))
        if given is None or given == "write-all" or _has_token(job):
            continue
        lacking = [name for name in _NEEDS if not isinstance(given, dict) or given.get(name) != "write"]
        if lacking:
            message = f"The workflow's job may not write: {', '.join(lacking)}."
            remedy = "Below the job's `permissions:`, add " + ", ".join(f"`{name}: write`" for name in lacking) + "."
            yield Finding("workflow", "error", message, remedy, path)


def _runs_almanac(job: dict[str, Any]) -> bool:
    steps = [step for step in job.get("steps") or [] if isinstance(step, dict)]
    return any(_USES.search(f"uses: {step.get('uses')}\n{step.get('run')}") for step in steps)


def _has_token(job: dict[str, Any]) -> bool:
    """Tell whether the step is given a token of its own, for which the job's permissions do not count."""
    return any(isinstance(step, dict) and (step.get("with") or {}).get("token") for step in job.get("steps") or [])


def _concurrency(data: dict[str, Any], path: str) -> Iterator[Finding]:
    concurrency = data.get("concurrency")
    if isinstance(concurrency, dict) and concurrency.get("cancel-in-progress") is True:
        message = "A newer run ends the one that is at work, which can leave a proposal half written."
        yield Finding("workflow", "warning", message, "Write `cancel-in-progress: false`.", path)


_SWITCH = "Allow GitHub Actions to create and approve pull requests"
# More than a minute ahead, and GitHub refuses an App's signed requests.
_CLOCK_WARNS, _CLOCK_FAILS = 30, 60
_CLASSIC = {"repo", "public_repo"}
# What a rule for Almanac's own branches would stop: making one, moving one, or pushing to it without a pull request.
_BLOCKING = {
    "creation": "nobody may make such a branch",
    "update": "nobody may change such a branch",
    "non_fast_forward": "such a branch may not be written anew, as is done when an issue is edited",
    "deletion": "such a branch may not be deleted when it is done with",
    "pull_request": "such a branch is only changed by pull requests",
    "branch_name_pattern": "branches need another name",
    "commit_message_pattern": "commit messages need another form",
    "commit_author_email_pattern": "commits need another author",
    "committer_email_pattern": "commits need another committer",
    "required_status_checks": "commits need checks before they are there",
    "file_path_restriction": "some files may not be changed",
    "workflows": "workflows have to pass first",
}
_OUR_BRANCH = "almanac/issue-1"


@dataclass(frozen=True)
class Place:
    """Where things are.

    Attributes:
        repository: `OWNER/NAME`.
        web: The address of the repository's pages.
        has_token: Whether there is a token.
    """

    repository: str
    web: str
    has_token: bool


def check_github(
    probe: Probe, place: Place, labels: Sequence[str], files: Mapping[str, str | None], page: str
) -> Iterator[Finding]:
    """Check a repository, in an order in which the first mistake explains the later ones.

    Args:
        probe: Asks GitHub.
        place: Where the repository is.
        labels: The labels of which an issue has to carry one.
        files: The site's own files as they are on this machine: path -> text, None where there is none.
        page: The history page's path.
    """
    try:
        found = probe.ask()
        yield from _clock(found)
        if not found.ok:
            yield _refused(found, place)
            return
        yield ok("github", f"{place.repository} can be read.")
        yield from _token(found, place)
        yield from _repository(found, place)
        yield from _labels(probe, place, labels)
        yield from _actions(probe, place)
        yield from _rules(probe, place)
        branch = str(found.value("default_branch") or "main")
        yield from _pages(probe, place, branch, page)
        yield from _files(probe, branch, files)
    except ForgeError as error:
        yield Finding("github", "error", str(error), error.remedy)


def _clock(reply: Reply) -> Iterator[Finding]:
    skew = clock_skew(reply)
    if skew is None:
        return
    seconds = round(abs(skew))
    way = "ahead of" if skew > 0 else "behind"
    if seconds < _CLOCK_WARNS:
        yield ok("clock", "This machine's clock agrees with GitHub's.")
        return
    message = f"This machine's clock is {seconds} seconds {way} GitHub's."
    remedy = "Let the machine set its clock by the network (NTP); GitHub refuses an App whose clock is wrong."
    yield Finding("clock", "error" if seconds >= _CLOCK_FAILS else "warning", message, remedy)


def _refused(reply: Reply, place: Place) -> Finding:
    match reply.status:
        case HTTPStatus.UNAUTHORIZED:
            message = "GitHub does not take the token: it is wrong, has expired or was revoked."
            return Finding("token", "error", message, "Make a new one, and put it into GITHUB_TOKEN.")
        case HTTPStatus.NOT_FOUND:
            message = f"GitHub shows no repository {place.repository} to us."
            remedy = "Check how it is spelt. If it is private, the token in GITHUB_TOKEN has to be allowed to see it."
            return Finding(
                "github", "error", message, remedy if place.has_token else f"{remedy} There is no token now."
            )
        case HTTPStatus.FORBIDDEN | HTTPStatus.TOO_MANY_REQUESTS:
            message = "GitHub answers no more requests from here for now, or not with this token."
            remedy = "Wait an hour" + (
                " or use another token." if place.has_token else ", or put a token into GITHUB_TOKEN."
            )
            return Finding("github", "error", message, remedy)
    message = f"GitHub answered with status {reply.status}."
    return Finding("github", "error", message, "Try again later; https://www.githubstatus.com tells how GitHub is.")


def _token(reply: Reply, place: Place) -> Iterator[Finding]:
    if not place.has_token:
        message = "There is no token, so it cannot be told what Almanac may do."
        yield Finding("token", "unknown", message, "Put one into GITHUB_TOKEN, for example with `gh auth token`.")
        return
    scopes = reply.headers.get("x-oauth-scopes")
    if scopes and not _CLASSIC & {scope.strip() for scope in scopes.split(",")}:
        message = f"The token's scopes ({scopes}) do not let it write to a repository."
        yield Finding("token", "error", message, "Make one with the scope `repo` (`public_repo` for a public one).")
        return
    push = reply.value("permissions", "push")
    if push is True:
        yield ok("token", "The token is valid, and its owner may write here.")
    elif push is False:
        message = "The token's owner may not write to this repository."
        remedy = "Use one of somebody who may; it needs contents, issues and pull requests, each to write."
        yield Finding("token", "error", message, remedy)
    else:
        message = "The token is valid; GitHub does not say what it may do."
        remedy = "It needs contents, issues and pull requests, each to write."
        yield Finding("token", "unknown", message, remedy)


def _repository(reply: Reply, place: Place) -> Iterator[Finding]:
    name = str(reply.value("full_name") or place.repository)
    if name.casefold() != place.repository.casefold():
        yield Finding("github", "warning", f"The repository is called {name} now.", "Use its new name.")
    if reply.value("archived") is True:
        yield Finding("github", "error", "The repository is archived: nothing can be written.", "Unarchive it.")
    if reply.value("has_issues") is False:
        remedy = f"Tick Issues under Features in {place.web}/settings."
        yield Finding("issues", "error", "Issues are switched off, so there is no form to fill in.", remedy)


def _labels(probe: Probe, place: Place, labels: Sequence[str]) -> Iterator[Finding]:
    for label in labels:
        reply = probe.ask(f"labels/{quote(label, safe='')}")
        if reply.ok:
            yield ok("labels", f"There is a label {label}.")
        elif reply.status == HTTPStatus.NOT_FOUND:
            message = (
                f"There is no label {label}. GitHub leaves it out when the form gives it, and Almanac sees no event."
            )
            yield Finding("labels", "error", message, f"Make it: {place.web}/labels")
        else:
            yield _cannot_tell("labels", f"whether there is a label {label}", reply, f"Look at {place.web}/labels.")


def _actions(probe: Probe, place: Place) -> Iterator[Finding]:
    address = f"{place.web}/settings/actions"
    enabled = probe.ask("actions/permissions")
    if enabled.ok and enabled.value("enabled") is False:
        yield Finding("actions", "error", "Actions are switched off for this repository.", f"Allow them: {address}")
    reply = probe.ask("actions/permissions/workflow")
    may = reply.value("can_approve_pull_request_reviews") if reply.ok else None
    if may is True:
        yield ok("actions", "Actions may open pull requests.")
    elif may is False:
        message = "Actions may not open pull requests."
        remedy = f'Tick "{_SWITCH}": {address} (where it is grey, the organisation\'s settings have it).'
        yield Finding("actions", "error", message, remedy)
    else:
        yield _cannot_tell(
            "actions", "whether Actions may open pull requests", reply, f'Look for "{_SWITCH}": {address}'
        )


def _rules(probe: Probe, place: Place) -> Iterator[Finding]:
    reply = probe.ask(f"rules/branches/{quote(_OUR_BRANCH, safe='')}")
    if not reply.ok or not isinstance(reply.data, list):
        remedy = f"If a rule covers all branches, leave out `almanac/**`: {place.web}/settings/rules"
        yield _cannot_tell("rules", "whether a branch rule is in the way", reply, remedy)
        return
    kinds = {str(rule.get("type")) for rule in reply.data if isinstance(rule, dict)}
    blocking = [f"{kind} ({why})" for kind, why in _BLOCKING.items() if kind in kinds]
    if blocking:
        message = f"Rules of the repository cover Almanac's branches: {'; '.join(blocking)}."
        remedy = f"Leave `almanac/**` out of them, or let Almanac bypass them: {place.web}/settings/rules"
        yield Finding("rules", "error", message, remedy)
    else:
        yield ok("rules", "No branch rule is in the way of Almanac's branches.")


def _pages(probe: Probe, place: Place, branch: str, page: str) -> Iterator[Finding]:
    address = f"{place.web}/settings/pages"
    reply = probe.ask("pages")
    if not reply.ok:
        message = "whether GitHub Pages shows the site; it may be shown elsewhere"
        yield _cannot_tell("pages", message, reply, f"If it should: {address}")
        return
    source, path = reply.value("source", "branch"), str(reply.value("source", "path") or "/").strip("/")
    if reply.value("build_type") == "legacy" and source not in (None, branch):
        message = f"GitHub Pages shows the branch {source}, and Almanac works on {branch}."
        yield Finding("pages", "warning", message, f"Choose {branch}: {address}")
    elif reply.value("build_type") == "legacy" and path and not page.startswith(f"{path}/"):
        message = f"GitHub Pages shows the folder {path}/, and the page is not in it."
        yield Finding("pages", "warning", message, f"Choose another folder: {address}")
    elif reply.value("status") == "errored":
        message = "The last time GitHub Pages built the site, it failed."
        yield Finding("pages", "warning", message, f"Its log says why: {place.web}/actions")
    else:
        yield ok("pages", "GitHub Pages shows the site.")


def _files(probe: Probe, branch: str, files: Mapping[str, str | None]) -> Iterator[Finding]:
    well = True
    for path, here in files.items():
        reply = probe.file(path, branch)
        there = reply.text() if reply.ok else None
        if not reply.ok and reply.status != HTTPStatus.NOT_FOUND:
            yield _cannot_tell("files", f"what {path} is on {branch}", reply, "Look there.")
        elif there is None and here is not None:
            message = f"This file is not on {branch} on GitHub, where Almanac looks."
            remedy = f"Commit it, push it, and merge it into {branch}."
            needed = path != configs.PATH
            yield Finding("files", "error" if needed else "warning", message, remedy, path)
        elif there != here:
            message = f"This file is not the same here and on {branch} on GitHub, which is the one that counts."
            yield Finding("files", "warning", message, "Push it, or pull.", path)
        else:
            continue
        well = False
    if well and files:
        yield ok("files", f"Config, form, page and workflow are the same here and on {branch}.")


def _cannot_tell(check: str, what: str, reply: Reply, remedy: str) -> Finding:
    why = (
        "only somebody with more rights is told"
        if reply.status < HTTPStatus.INTERNAL_SERVER_ERROR
        else "GitHub has trouble"
    )
    return Finding(check, "unknown", f"It cannot be told {what} ({why}: status {reply.status}).", remedy)
