"""Checks of the git repository and of the workflow that runs Almanac in it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.commands.checkup import Finding, Status, of_error, ok
from bot.commands.clone_facts import CloneFacts
from bot.commands.site_files import WORKFLOW
from bot.documents import load
from bot.errors import UserError
from bot.folder import Folder

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
