"""Door 1: the GitHub Action. The runner's variables say what happened on GitHub, and so which issues to look at."""

import json
import os
import sys
from collections.abc import Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from almanac.commands.proposals import PATIENCE, write_pause
from almanac.engine.run import Done, reconcile
from almanac.engine.sweep import reconcile_all
from almanac.errors import AlmanacError, ForgeError, Problem, UserError
from almanac.forge.github.address import DEFAULT_API_URL
from almanac.markdown import fence
from almanac.output import say, trouble
from almanac.proposal.state import Plan
from almanac.renderer import load_templates
from almanac.text import annotation, annotation_property
from almanac.triggers import target_of

_NEEDED = ("GITHUB_TOKEN", "GITHUB_REPOSITORY", "GITHUB_EVENT_NAME", "GITHUB_EVENT_PATH")


def run(environment: Mapping[str, str] | None = None) -> int:
    """Do what one run of the Action does; return the exit status: 1 only where something could not be done."""
    variables = os.environ if environment is None else environment
    missing = [name for name in _NEEDED if not variables.get(name)]
    if missing:
        names = ", ".join(missing)
        raise UserError(
            f"`almanac action` runs as a step of a GitHub workflow, which sets {names}; there is none here."
        )
    try:
        return _run(variables)
    except AlmanacError as error:
        _command(f"::error title=Almanac::{annotation(_told(error))}")
        trouble(error)
        with suppress(UserError):  # it is told already
            _append(variables, "GITHUB_STEP_SUMMARY", f"### Almanac\n\n{fence(_told(error))}\n")
        return 1


def _run(variables: Mapping[str, str]) -> int:
    from almanac.forge.github.repository import connect  # noqa: PLC0415 -- slow to import, and an issue of no concern needs none

    payload = _payload(Path(variables["GITHUB_EVENT_PATH"]))
    target = target_of(variables["GITHUB_EVENT_NAME"], payload)
    if target.issue == 0:
        say("This is nothing of Almanac's; nothing was done.")
        _report(variables, [])
        return 0
    workspace, repository = variables.get("GITHUB_WORKSPACE"), payload.get("repository")
    forge = connect(
        variables["GITHUB_TOKEN"],
        variables["GITHUB_REPOSITORY"],
        api_url=variables.get("GITHUB_API_URL") or DEFAULT_API_URL,
        default_branch=repository.get("default_branch") if isinstance(repository, dict) else None,
        checkout=Path(workspace) if workspace and (Path(workspace) / ".git").exists() else None,
        pause=write_pause(variables.get("ALMANAC_WRITE_PAUSE")),
        patience=PATIENCE,
    )
    templates = load_templates()
    results = []
    with closing(forge):
        one = target.issue
        found = (
            reconcile_all(forge, templates)
            if one is None
            else iter([reconcile(one, forge, templates, said=target.said)])
        )
        for done in found:
            _announce(done)
            results.append(done)
    _report(variables, results, results[0] if one is not None else None)
    return int(any(done.error for done in results))


def _command(line: str) -> None:
    """Print a workflow command as it is; whatever is typed text in it has been escaped for that."""
    sys.stdout.write(line + "\n")


def _payload(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise UserError(f"GITHUB_EVENT_PATH names no readable JSON file: {type(error).__name__}.") from None
    if not isinstance(data, dict):
        raise UserError("GITHUB_EVENT_PATH names a file that is no event of GitHub's.")
    return data


def _announce(done: Done) -> None:
    """Say what was done in the log, problems and warnings as annotations."""
    plan = done.plan
    if plan.outcome is None and done.error is None:
        return
    say(f"{plan.name}: {plan.outcome or 'failed'}. {plan.reason}")
    for level, found in (("warning", plan.problems), ("notice", plan.warnings)):
        for problem in found:
            _command(f"::{level} title={annotation_property(_title(done, problem))}::{annotation(problem.message)}")
    if done.error:
        _command(f"::error title={annotation_property(_about(plan))}::{annotation(_told(done.error))}")


def _title(done: Done, problem: Problem) -> str:
    about = _about(done.plan)
    return f"{about}: {problem.field}" if problem.field else about


def _about(plan: Plan) -> str:
    return f"Issue {plan.issue}" if plan.issue else plan.name


def _told(error: AlmanacError) -> str:
    remedy = error.remedy if isinstance(error, ForgeError) else None
    return f"{error}\n{remedy}" if remedy else str(error)


def _report(variables: Mapping[str, str], results: list[Done], one: Done | None = None) -> None:
    """Write the step's outputs (of the one issue; empty after a sweep) and the job's summary."""
    pull = one.pull if one else None
    outputs = {
        "outcome": (one.plan.outcome or "") if one else "",
        "pull-request-number": str(pull.number) if pull else "",
        "pull-request-url": pull.url if pull else "",
        "event-id": one.plan.event.id if one and one.plan.event else "",
    }
    _append(variables, "GITHUB_OUTPUT", "".join(f"{name}={value}\n" for name, value in outputs.items()))
    rows = [_row(done) for done in results if done.plan.outcome or done.error]
    if rows:
        head = "| issue | outcome | pull request | |\n| --- | --- | --- | --- |\n"
        _append(variables, "GITHUB_STEP_SUMMARY", f"### Almanac\n\n{head}" + "".join(rows[:1000]))


def _row(done: Done) -> str:
    pull = f"#{done.pull.number}" if done.pull else ""
    about = f"#{done.plan.issue}" if done.plan.issue else done.plan.name
    return f"| {about} | {done.plan.outcome or 'failed'} | {pull} | {done.plan.reason} |\n"


def _append(variables: Mapping[str, str], name: str, text: str) -> None:
    """Write to the file that a variable names; where there is no such variable, nobody wants to know."""
    path = variables.get(name)
    if not path:
        return
    try:
        with Path(path).open("a", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as error:
        raise UserError(f"{name} names a file that cannot be written: {error.strerror}.") from None
