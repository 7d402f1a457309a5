"""Almanac set up in a browser alone: somebody pastes the workflow on GitHub, and runs it."""

from pathlib import Path

import pytest
from almanac.action import run
from almanac.commands.workflow import WORKFLOW
from almanac.packaged import example

from tests.commands.test_action import PAGE, Runner
from tests.emulated import GitHubWorld
from website.reference import workflow_page


@pytest.mark.emulator
@pytest.mark.long
def test_a_workflow_that_is_pasted_and_run_offers_the_rest(site: GitHubWorld, tmp_path: Path) -> None:
    workflow = workflow_page().partition("```yaml\n")[2].partition("```")[0]
    site.commit({PAGE: example(f"ospo/{PAGE}").encode(), WORKFLOW: workflow.encode()})
    runner, repository = Runner(site, tmp_path), {"default_branch": site.base}
    pushed = {"ref": f"refs/heads/{site.base}", "repository": repository}
    assert run(runner.variables("push", pushed)) == 0
    assert "Run this workflow by hand" in runner.summary
    assert site.pulls() == []
    assert run(runner.variables("workflow_dispatch", {"repository": repository})) == 0
    [pull] = site.pulls()
    head, base = site.head(pull.head), site.head(site.base)
    assert head
    assert base
    before, after = site.files(base), site.files(head)
    changed = {path for path in after if before.get(path) != after[path]}
    assert changed >= {".github/almanac.yml", ".github/ISSUE_TEMPLATE/new-event.yml"}
    assert WORKFLOW not in changed  # which the workflow's own token may not write
    issue = site.file_issue("A bug", "### Steps\n\nNone.\n", labels=("bug",))
    for waiting in (runner.variables("push", pushed), runner.issues(issue, "opened")):
        assert run(waiting) == 0
        assert f"| #{pull.number} | Almanac is offered; a maintainer decides." in runner.summary
        assert runner.outputs()["pull-request-number"] == ""
    page = example(f"ospo/{PAGE}").replace("### ", "### December 9th, 2021:  More\n\n- Topic:  Owls\n\n### ", 1)
    site.commit({PAGE: page.encode()})
    assert run(runner.variables("push", pushed)) == 0
    head = site.head(pull.head)
    assert head
    assert any("2021-12-09" in path for path in site.files(head))
    assert site.comments(issue) == []
    site.merge(pull.number)
    merged = {"action": "closed", "pull_request": {"head": {"ref": pull.head}}, "repository": repository}
    assert run(runner.variables("pull_request", merged)) == 0
    assert "event" in {label["name"] for label in site.ask("GET", "labels")}
