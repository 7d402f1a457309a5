"""The GitHub Action: the runner's variables say what happened on GitHub, and so which issues to look at."""

import json
import os
import sys
from collections.abc import Mapping
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from almanac.errors import AlmanacError, UserError
from almanac.output import error_text, print_error, print_text
from almanac.text import annotation, annotation_property
from almanac.triggers import NOTHING, Target, target_of

if TYPE_CHECKING:
    from almanac.engine.planner import Planner
    from almanac.engine.run import Done
    from almanac.proposal.command import CommentCommand
    from almanac.proposal.state import Overview

_NEEDED = ("GITHUB_TOKEN", "GITHUB_REPOSITORY", "GITHUB_EVENT_NAME", "GITHUB_EVENT_PATH")
_MOST_ROWS = 1000


def run(environment: Mapping[str, str] | None = None) -> int:
    """Do what one run of the Action does; return the exit status: 1 only if something could not be done."""
    variables = os.environ if environment is None else environment
    missing = [name for name in _NEEDED if not variables.get(name)]
    if missing:
        message = f"`almanac action` runs as a step of a GitHub workflow, which sets {', '.join(missing)}."
        raise UserError(f"{message} Here, that is not set.")
    try:
        return _run(variables)
    except AlmanacError as error:
        from almanac.markdown import fence

        _annotate("error", "Almanac", error_text(error))
        print_error(error)
        with suppress(UserError):  # a summary that cannot be written changes nothing about the error
            _append(variables, "GITHUB_STEP_SUMMARY", f"### Almanac\n\n{fence(error_text(error))}\n")
        return 1


def _run(variables: Mapping[str, str]) -> int:
    try:
        payload = json.loads(Path(variables["GITHUB_EVENT_PATH"]).read_bytes())
    except (OSError, ValueError) as error:
        raise UserError(f"GITHUB_EVENT_PATH does not name a readable JSON file: {type(error).__name__}.") from None
    if not isinstance(payload, dict):
        raise UserError("GITHUB_EVENT_PATH names a file that is not an event of GitHub's.")
    target = target_of(variables["GITHUB_EVENT_NAME"], payload)
    if target == NOTHING:
        print_text("This does not concern Almanac; nothing was done.")
        _report(variables, [])
        return 0
    return _reconcile(variables, payload, target)


def _reconcile(variables: Mapping[str, str], payload: Mapping[str, Any], target: Target) -> int:
    from almanac.defaults import load_messages
    from almanac.engine.sweep import reconcile_one_or_all
    from almanac.forge.github.repository import connect
    from almanac.forge.github.request import DEFAULT_API_URL, write_pause

    workspace, repository = variables.get("GITHUB_WORKSPACE"), payload.get("repository")
    forge = connect(
        variables["GITHUB_TOKEN"],
        variables["GITHUB_REPOSITORY"],
        api_url=variables.get("GITHUB_API_URL") or DEFAULT_API_URL,
        default_branch=repository.get("default_branch") if isinstance(repository, dict) else None,
        checkout=Path(workspace) if workspace and (Path(workspace) / ".git").exists() else None,
        pause=write_pause(variables.get("ALMANAC_WRITE_PAUSE")),
    )
    messages = load_messages()
    # Somebody has asked for this run, or for the offer that another one made.
    is_for_offer = target.issue is None and target.comment is not None
    is_asked = variables["GITHUB_EVENT_NAME"] == "workflow_dispatch" or is_for_offer
    onboard = partial(_onboard, comment=target.comment, is_asked=is_asked)
    results: list[Done] = []
    with closing(forge):
        for done in reconcile_one_or_all(target.issue, forge, messages, comment=target.comment, onboard=onboard):
            _announce(done)
            results.append(done)
    _report(variables, results, one=next((done for done in results if done.plan.issue == target.issue), None))
    return int(any(done.error for done in results))


def _onboard(
    planner: "Planner", overview: "Overview", *, comment: "CommentCommand | None", is_asked: bool
) -> "Done | None":
    """Offer Almanac to a site that is not set up, or follow an offer that there is; without either, say what to do."""
    from almanac.commands.offered import adopt
    from almanac.commands.origin import read_origin
    from almanac.engine.offering import ask_for_offer, offer_adoption

    if not is_asked and (done := ask_for_offer(planner, overview)):
        return done
    return offer_adoption(planner, overview, partial(adopt, action=read_origin().action), comment, asked=True)


def _annotate(level: str, title: str, text: str) -> None:
    """Print a workflow command that makes GitHub show a text with the run."""
    sys.stdout.write(f"::{level} title={annotation_property(title)}::{annotation(text)}\n")


def _announce(done: "Done") -> None:
    plan = done.plan
    if plan.outcome is None and done.error is None:
        return
    link = f" {done.pull.url}" if done.pull and done.pull.url else ""
    print_text(f"{plan.name}: {plan.outcome or 'failed'}. {plan.reason}{link}")
    name = f"Issue {plan.issue}" if plan.issue else plan.name
    for level, found in (("warning", plan.problems), ("notice", plan.warnings)):
        for problem in found:
            words = " ".join(filter(None, (problem.message, problem.event, problem.url)))
            _annotate(level, f"{name}: {problem.field}" if problem.field else name, words)
    if done.error:
        _annotate("error", name, error_text(done.error))


def _report(variables: Mapping[str, str], results: "list[Done]", one: "Done | None" = None) -> None:
    """Write the job's summary, and the step's outputs, which are those of the one issue and empty after a sweep."""
    pull = one.pull if one else None
    outputs = {
        "outcome": (one.plan.outcome or "") if one else "",
        "pull-request-number": str(pull.number) if pull else "",
        "pull-request-url": pull.url if pull else "",
        "event-id": one.plan.event.id if one and one.plan.event else "",
    }
    _append(variables, "GITHUB_OUTPUT", "".join(f"{name}={value}\n" for name, value in outputs.items()))
    rows = []
    for done in results:
        plan = done.plan
        if plan.outcome or done.error:
            name = f"#{plan.issue}" if plan.issue else plan.name
            link = f"#{done.pull.number}" if done.pull else ""
            rows.append(f"| {name} | {plan.outcome or 'failed'} | {link} | {plan.reason} |\n")
    if rows:
        head = "| issue | outcome | pull request | |\n| --- | --- | --- | --- |\n"
        _append(variables, "GITHUB_STEP_SUMMARY", f"### Almanac\n\n{head}" + "".join(rows[:_MOST_ROWS]))


def _append(variables: Mapping[str, str], name: str, text: str) -> None:
    path = variables.get(name)
    if not path:
        return
    try:
        with Path(path).open("a", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as error:
        raise UserError(f"{name} names a file that cannot be written: {error.strerror}.") from None
