"""The workflow that runs Almanac: what starts a runner, and what does not."""

import copy
from collections import Counter
from collections.abc import Iterator
from itertools import chain, product
from pathlib import Path
from typing import Any

import pytest
import yaml
from almanac.commands.workflow import is_matched, unwatched, watched, workflow_text
from almanac.config import Config
from almanac.packaged import template
from almanac.proposal.hidden import with_state
from almanac.triggers import NOTHING, target_of

from tests.expressions import evaluate, is_true
from tests.server.payloads import examples

ROOT = Path(__file__).parents[2]
WORKFLOW = yaml.safe_load(template("site/almanac.yml"))
ON, CONDITION = WORKFLOW[True], WORKFLOW["jobs"]["almanac"]["if"]
ACTION = WORKFLOW["jobs"]["almanac"]["steps"][-1]["uses"]
FORM = "### Title\n\nDemo Day\n\n### Date\n\n2022-01-20"
LABEL = [{"name": "event"}]


def starts(event: str, payload: dict[str, Any]) -> bool:
    """Tell whether an event starts a runner, by the workflow's triggers and its job's condition."""
    if event not in ON:
        return False
    types = (ON[event] or {}).get("types") if isinstance(ON[event], dict) else None
    if types and payload.get("action") not in types:
        return False
    return is_true(evaluate(CONDITION, {"github": {"event_name": event, "event": payload}}))


def issue(action: str, **values: Any) -> dict[str, Any]:
    return {"action": action, "issue": {"number": 12, "body": FORM, "labels": LABEL, "comments": 1, **values}}


def comment(body: str) -> dict[str, Any]:
    return issue("created") | {"comment": {"id": 1, "body": body, "user": {"login": "ann"}}}


def pull(branch: str, *, merged: bool = False) -> dict[str, Any]:
    return {"action": "closed", "pull_request": {"number": 13, "merged": merged, "head": {"ref": branch}}}


def variants(example: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Give an example of GitHub's with what could be Almanac's in its place."""
    for body, comments, words, branch in product(
        (None, FORM, with_state("", {"issue": 12})), (0, 2), ("/almanac cancel", "Hi"), ("almanac/issue-12", "x")
    ):
        payload = copy.deepcopy(example)
        for part, values in (
            ("issue", {"body": body, "comments": comments}),
            ("comment", {"body": words}),
            ("pull_request", {"head": example.get("pull_request", {}).get("head", {}) | {"ref": branch}}),
        ):
            if part in payload:
                payload[part] |= values
        yield payload


class TestWhatStartsARunner:
    @pytest.mark.parametrize(
        ("event", "payload"),
        [
            pytest.param("issues", issue("opened", comments=0), id="filed with the form"),
            pytest.param("issues", issue("labeled", comments=0), id="labelled later, as an issue made through the API"),
            pytest.param("issues", issue("edited"), id="edited"),
            pytest.param("issues", issue("edited", body="All gone"), id="edited until nothing of the form is left"),
            pytest.param("issues", issue("edited", body=None), id="emptied"),
            pytest.param("issues", issue("closed"), id="closed by its author"),
            pytest.param("issues", issue("reopened"), id="reopened"),
            pytest.param("issues", issue("unlabeled", labels=[]), id="its only label taken off"),
            pytest.param("issues", issue("unlabeled", labels=[], comments=0), id="the same before our comment"),
            pytest.param("issues", issue("deleted"), id="deleted"),
            pytest.param("issues", issue("deleted", labels=[], comments=0, body=""), id="deleted, whatever it was"),
            pytest.param("issues", issue("transferred"), id="transferred"),
            pytest.param("issue_comment", comment("/almanac retry"), id="a command"),
            pytest.param("issue_comment", comment("Thanks!\r\n\r\n  /Almanac\tCANCEL"), id="a command among words"),
            pytest.param("pull_request", pull("almanac/issue-12", merged=True), id="merged"),
            pytest.param("pull_request", pull("almanac/issue-12"), id="closed, or its branch deleted"),
            pytest.param("push", {"ref": "refs/heads/main"}, id="a push to the default branch"),
            pytest.param("schedule", {}, id="once a day"),
            pytest.param("workflow_dispatch", {"inputs": None}, id="by hand"),
        ],
    )
    def test_whatever_almanac_has_to_see(self, event: str, payload: dict[str, Any]) -> None:
        assert starts(event, payload)

    @pytest.mark.parametrize(
        ("event", "payload"),
        [
            pytest.param("issues", issue("opened", labels=[], comments=0, body="Help!"), id="an ordinary issue"),
            pytest.param("issues", issue("opened", comments=0, body="Help!"), id="one with a label"),
            pytest.param("issues", issue("labeled", comments=0, body="It hurts"), id="an ordinary one labelled"),
            pytest.param("issues", issue("closed", labels=[], body="Help!"), id="one with comments, but no label"),
            pytest.param("issues", issue("edited", labels=[]), id="one of another form without labels"),
            pytest.param("issues", issue("assigned"), id="what does not matter"),
            pytest.param("issue_comment", comment("Great, see you there."), id="talk"),
            pytest.param("issue_comment", comment("") | {"comment": {"body": None}}, id="a comment without text"),
            pytest.param("pull_request", pull("fix-typo", merged=True), id="another pull request"),
            pytest.param("pull_request", pull("feature/almanac/issue-12"), id="with a similar branch"),
            pytest.param("pull_request", pull("almanac/issue-12") | {"action": "opened"}, id="opened by us"),
        ],
    )
    def test_nothing_else(self, event: str, payload: dict[str, Any]) -> None:
        assert not starts(event, payload)

    def test_no_example_of_github_s_that_matters_is_filtered_away(self) -> None:
        """Whatever the Action would look at starts a runner, but for an issue that lost its last label before."""
        seen = Counter[str]()
        for event in ("issues", "issue_comment", "pull_request", "push"):
            for payload in chain.from_iterable(map(variants, examples()[event])):
                if payload.get("action") not in (ON[event].get("types") or [payload.get("action")]):
                    continue
                labelled = event != "issues" or payload["issue"].get("labels") or payload["action"] == "transferred"
                if labelled and target_of(event, payload) != NOTHING:
                    seen[event] += 1
                    assert starts(event, payload), payload
        assert len(seen) == 4

    def test_without_a_label_an_example_of_github_s_starts_none(self) -> None:
        payload = next(one for one in examples()["issues"] if one["action"] == "edited")
        assert not starts("issues", payload | {"issue": payload["issue"] | {"labels": []}})


class TestPaths:
    def test_every_file_that_the_config_can_name_starts_it(self) -> None:
        kinds = {name: f"{field.annotation} {field.metadata}" for name, field in Config.model_fields.items()}
        keys = [
            name for name, kind in kinds.items() if "_site_path" in kind or "_list_place" in kind or "lambda" in kind
        ]
        assert {"page", "records", "files", "list", "form", "upcoming", "calendar", "feed", "messages"} <= {*keys}
        for key in keys:
            place = {"files": "some/place/{slug}.md", "list": "some/place.yml"}.get(key, "some/place")
            paths = watched(Config.model_validate({"page": "p.md", key: place}))
            written = (place.replace("{slug}", "owls"), f"{place}/file.yml")
            assert any(is_matched(paths, path) for path in written), key

    @pytest.mark.parametrize(
        ("config", "path"),
        [
            ({}, "events.md"),
            ({}, ".github/almanac.yml"),
            ({}, ".github/almanac/section.md.j2"),
            ({}, ".github/ISSUE_TEMPLATE/new-event.yml"),
            ({}, ".github/ISSUE_TEMPLATE/change-event.yml"),
            ({}, "_data/events/2021-11-08-governments-agencies.yml"),
            ({}, "images/events/2021-11-08-governments-agencies.png"),
            ({}, "_config.yml"),
            ({}, "docs/_config.yml"),
            ({"files": "_events/{date}-{slug}.md"}, "_events/2021-11-08-governments.md"),
            ({"calendar": ("all.ics", "{series}.ics")}, "open-hours.ics"),
            ({"page": "what's on [new]+.md"}, "what's on [new]+.md"),
            ({"upcoming": "#Upcoming"}, "events.md"),
        ],
    )
    def test_the_files_of_a_site_start_it(self, config: dict[str, Any], path: str) -> None:
        assert is_matched(watched(Config.model_validate(config)), path)

    @pytest.mark.parametrize("path", ["about.md", "assets/style.css", "_posts/2021-01-01-hello.md", "old/events.md"])
    def test_other_files_do_not(self, path: str) -> None:
        assert not is_matched(watched(Config()), path)

    def test_what_a_changed_config_adds_is_missed_until_it_is_named(self) -> None:
        paths = watched(Config())
        assert unwatched(paths, Config()) == []
        assert unwatched(paths, Config(upcoming="next.md", data="events.json")) == ["next.md", "events.json"]
        assert unwatched(["**"], Config(upcoming="next.md")) == []
        assert unwatched(["**", "!next.md"], Config(upcoming="next.md")) == ["next.md"]

    @pytest.mark.parametrize(
        ("pattern", "path", "matches"),
        [
            ("*", "README.md", True),
            ("*", "docs/README.md", False),
            ("*.jsx?", "page.js", True),
            ("*.jsx?", "page.jsx", True),
            ("**", "all/the/files.md", True),
            ("*.js", "js/index.js", False),
            ("**.js", "js/index.js", True),
            ("docs/**", "docs/mona/octocat.txt", True),
            ("**/docs/**", "docs/hello.md", True),
            ("**/docs/**", "dir/docs/my-file.txt", True),
            ("**/README.md", "README.md", True),
            ("**/*src/**", "my-src/code/js/app.js", True),
            ("**/*-post.md", "path/their-post.md", True),
            ("v[12].[0-9]+.[0-9]+", "v1.10.1", True),
            ("v[12].[0-9]+.[0-9]+", "v3.1.1", False),
        ],
    )
    def test_patterns_mean_what_github_s_documentation_says(self, pattern: str, path: str, matches: bool) -> None:
        assert is_matched([pattern], path) == matches

    @pytest.mark.parametrize("branch", ["main", "gh-pages", "release 1", "on"])
    def test_what_init_writes_names_branch_and_files(self, branch: str) -> None:
        written = yaml.safe_load(workflow_text(branch, ACTION, Config(page="talks.md")))
        push = written[True]["push"]
        assert [str(one) for one in push["branches"]] in ([branch], ["True"])
        assert push["paths"] == list(watched(Config(page="talks.md")))
        assert {**written, True: None} == {**WORKFLOW, True: None}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("'It''s' == 'it''S'", True),
        ("null == 0 && '' == 0", True),
        ("github.a[1].name", "two"),
        ("contains(github.a.*.name, 'TWO')", True),
        ("contains(github.nothing.at.all, 'x')", False),
        ("!(1 > 2) && 2 >= 2 && 'x' || 'y'", "x"),
        ("github.a[7] || 'none'", "none"),
        ("startsWith(null, '') && null != 1", True),
    ],
)
def test_expressions_are_evaluated_as_github_does(text: str, value: Any) -> None:
    assert evaluate(text, {"github": {"a": [{"name": "one"}, {"name": "two"}]}}) == value
