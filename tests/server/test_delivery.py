"""What a delivery means, from headers, bytes and a secret; with GitHub's own payloads."""

import copy
import json
from http import HTTPStatus
from typing import Any

import pytest
from almanac.forge.github.app import AppRepository
from almanac.proposal.command import CommentCommand
from almanac.proposal.hidden import with_state
from almanac.server.webhook import Delivery, RefusedDelivery, check_signature, read_delivery
from almanac.triggers import Target
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.server.payloads import example, examples
from tests.server.serving import SECRET, delivered, issues_payload, signature

VECTOR = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
OURS = with_state("Adds an event.", {"issue": 12})


def read(event: str, payload: Any, **options: Any) -> Delivery:
    headers, body = delivered(event, payload, **options)
    return read_delivery(headers, body, SECRET)


def refused(headers: dict[str, str], body: bytes, secret: str = SECRET) -> HTTPStatus:
    with pytest.raises(RefusedDelivery) as caught:
        read_delivery(headers, body, secret)
    return caught.value.status


class TestSignature:
    def test_github_s_own_vector_is_good(self) -> None:
        check_signature(VECTOR, b"Hello, World!", SECRET)

    @pytest.mark.parametrize(
        "given_",
        [
            None,
            "",
            "sha256=",
            VECTOR.upper(),
            VECTOR[:-1],
            VECTOR + "0",
            VECTOR.removeprefix("sha256="),
            "sha256=ÿ",
            "é",
        ],
    )
    def test_any_other_is_not(self, given_: str | None) -> None:
        with pytest.raises(RefusedDelivery) as caught:
            check_signature(given_, b"Hello, World!", SECRET)
        assert caught.value.status == HTTPStatus.UNAUTHORIZED

    def test_one_changed_byte_is_seen(self) -> None:
        headers, body = delivered("issues", issues_payload("octo/site", 1))
        assert refused(headers, body.replace(b'"number": 1', b'"number": 2')) == HTTPStatus.UNAUTHORIZED

    def test_another_secret_is_seen(self) -> None:
        headers, body = delivered("issues", issues_payload("octo/site", 1), secret="another")  # noqa: S106
        assert refused(headers, body) == HTTPStatus.UNAUTHORIZED

    def test_nothing_is_parsed_before_it_is_checked(self) -> None:
        headers, body = delivered("issues", b"[" * 100_000)
        headers["x-hub-signature-256"] = signature(b"something else")
        assert refused(headers, body) == HTTPStatus.UNAUTHORIZED

    def test_without_a_secret_there_is_no_checking(self) -> None:
        with pytest.raises(ValueError, match="secret"):
            check_signature(signature(b"x", ""), b"x", "")


class TestMalformed:
    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"{",
            b"null",
            b"[]",
            b'"text"',
            b"\xff\xfe",
            b"[" * 100_000,
            b'{"a":' * 50_000,
            b"9" * 10_000,
            b"payload=%7B%7D",
        ],
        ids=["empty", "truncated", "null", "list", "text", "no UTF-8", "deep list", "deep object", "number", "form"],
    )
    def test_a_body_that_is_no_object_is_malformed(self, body: bytes) -> None:
        assert refused(*delivered("issues", body)) == HTTPStatus.BAD_REQUEST

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("x-github-event", ""),
            ("x-github-event", "Issues; DROP"),
            ("x-github-delivery", ""),
            ("x-github-delivery", "a/b"),
            ("x-github-delivery", "a+1"),
            ("x-github-delivery", "x" * 101),
            ("content-type", "application/x-www-form-urlencoded"),
        ],
    )
    def test_headers_that_cannot_be_are_malformed(self, name: str, value: str) -> None:
        headers, body = delivered("issues", issues_payload("octo/site", 1))
        assert refused(headers | {name: value}, body) == HTTPStatus.BAD_REQUEST

    @pytest.mark.parametrize("name", ["", "site", "a/b/c", "../..", "octo/..", "octo/si te", "octo/site#1", None, 7])
    def test_an_issue_of_no_repository_is_malformed(self, name: Any) -> None:
        payload = issues_payload("octo/site", 1)
        payload["repository"]["full_name"] = name
        assert refused(*delivered("issues", payload)) == HTTPStatus.BAD_REQUEST

    @settings(deadline=None)
    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=8),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(
                        [
                            "action",
                            "issue",
                            "number",
                            "repository",
                            "id",
                            "full_name",
                            "installation",
                            "comment",
                            "body",
                            "ref",
                        ]
                    ),
                    inner,
                    max_size=5,
                )
            ),
            max_leaves=20,
        ),
        st.sampled_from(["issues", "issue_comment", "pull_request", "push", "installation", "repository", "ping"]),
    )
    def test_whatever_is_signed_is_read_or_refused(self, payload: Any, event: str) -> None:
        try:
            found = read(event, payload)
        except RefusedDelivery as error:
            assert error.status == HTTPStatus.BAD_REQUEST  # noqa: PT017
        else:
            assert found.event == event


class TestIssues:
    @pytest.mark.parametrize(
        "action", ["edited", "reopened", "closed", "deleted", "transferred", "labeled", "unlabeled"]
    )
    def test_a_change_needs_a_look(self, action: str) -> None:
        found = read("issues", issues_payload("Octo/Site", 12, action=action))
        assert found.needs_look
        assert found.target == Target(12)
        assert found.repository == AppRepository(1, "Octo/Site", "main")
        assert found.installation == 1

    @pytest.mark.parametrize("action", ["assigned", "pinned", "locked", "milestoned", "typed", "", "something new"])
    def test_what_changes_nothing_for_us_is_passed_over(self, action: str) -> None:
        assert not read("issues", issues_payload("octo/site", 12, action=action)).needs_look

    def test_a_new_issue_without_labels_needs_no_look(self) -> None:
        payload = issues_payload("octo/site", 12, action="opened")
        assert read("issues", payload).needs_look
        payload["issue"]["labels"] = []
        assert not read("issues", payload).needs_look

    @pytest.mark.parametrize(("said", "looks"), [("/almanac retry", True), ("Thank you!", False), (None, False)])
    def test_only_comments_with_commands_need_a_look(self, said: str | None, looks: bool) -> None:
        payload = issues_payload("octo/site", 12, action="created") | {"comment": {"body": said}}
        assert read("issue_comment", payload).needs_look is looks

    def test_a_command_on_a_pull_request_of_ours_is_about_its_issue(self) -> None:
        payload = issues_payload("octo/site", 13, action="created") | {"comment": {"body": "/almanac retry"}}
        payload["issue"] |= {"pull_request": {}, "body": OURS}
        payload["comment"] |= {"id": 99, "user": {"login": "grace"}}
        assert read("issue_comment", payload).target == Target(12, CommentCommand(99, "grace", "/almanac retry", 13))


class TestPullsAndPushes:
    def pull(self, action: str, branch: str, home: int = 1) -> dict[str, Any]:
        head = {"ref": branch, "repo": {"id": home}}
        return issues_payload("octo/site", 5, action=action) | {"pull_request": {"head": head}}

    def test_a_closed_pull_request_of_ours_is_about_its_issue(self) -> None:
        assert read("pull_request", self.pull("closed", "almanac/issue-12")).target == Target(12)

    @pytest.mark.parametrize(
        ("action", "branch", "home"),
        [
            ("closed", "feature", 1),
            ("closed", "almanac/issue-12", 2),
            ("labeled", "almanac/issue-12", 1),
            ("edited", "almanac/issue-12", 1),
            ("edited", "almanac/adopt", 2),
        ],
    )
    def test_any_other_is_not(self, action: str, branch: str, home: int) -> None:
        assert not read("pull_request", self.pull(action, branch, home)).needs_look

    @pytest.mark.parametrize("action", ["closed", "edited", "reopened"])
    @pytest.mark.parametrize("branch", ["almanac/adopt", "almanac/adopt-lyon"])
    def test_an_offer_is_about_the_whole_site(self, action: str, branch: str) -> None:
        assert read("pull_request", self.pull(action, branch)).target == Target(None)

    def test_a_command_that_brings_the_offer_back_is_too(self) -> None:
        payload = issues_payload("octo/site", 13, action="created")
        payload["issue"] |= {"pull_request": {}, "body": "What I found"}
        payload["comment"] = {"id": 99, "body": "/almanac adopt", "user": {"login": "grace"}}
        assert read("issue_comment", payload).target == Target(None, CommentCommand(99, "grace", "/almanac adopt", 13))

    @pytest.mark.parametrize(
        ("ref", "issue", "head"),
        [
            ("refs/heads/main", None, "abc"),
            ("refs/heads/almanac/issue-12", 12, None),
            ("refs/heads/almanac/adopt", None, None),
            ("refs/heads/almanac/adopt-lyon", None, None),
            ("refs/heads/other", 0, None),
            ("refs/tags/v1", 0, None),
        ],
    )
    def test_a_push_is_about_all_or_one_or_none(self, ref: str, issue: int | None, head: str | None) -> None:
        payload = issues_payload("octo/site", 1) | {"ref": ref, "after": "abc"}
        del payload["action"]
        found = read("push", payload)
        assert (found.target.issue, found.head) == (issue, head)


@pytest.mark.emulator
class TestGitHubsOwnExamples:
    def test_all_are_read(self) -> None:
        count = 0
        for event, payloads in examples().items():
            for payload in payloads:
                assert read(event, payload).event == event
                count += 1
        assert count > 200

    @pytest.mark.parametrize(
        ("event", "action"),
        [
            (event, action)
            for event in ("check_run", "star", "release", "workflow_run", "ping", "label", "discussion")
            for action in [None]
        ],
    )
    def test_unknown_events_are_passed_over_quietly(self, event: str, action: str | None) -> None:
        found = read(event, example(event, action))
        assert not found.needs_look
        assert found.change is None

    @pytest.mark.parametrize(
        "action", ["edited", "reopened", "closed", "deleted", "transferred", "labeled", "unlabeled"]
    )
    def test_issues(self, action: str) -> None:
        payload = example("issues", action)
        payload["issue"] = payload["issue"] | {"body": "### Title\n\nX"}  # without a heading it cannot be ours
        found = read("issues", payload)
        assert found.needs_look
        assert found.target.issue == payload["issue"]["number"]
        assert found.repository
        assert found.repository.name == payload["repository"]["full_name"]

    def test_a_pull_request_of_a_stranger(self) -> None:
        assert not read("pull_request", example("pull_request", "closed")).needs_look

    def test_a_push_to_the_default_branch(self) -> None:
        payload = copy.deepcopy(example("push"))
        payload["ref"] = f"refs/heads/{payload['repository']['default_branch']}"
        assert read("push", payload).target == Target(None)

    def test_an_installation_comes_and_goes(self) -> None:
        came = read("installation", example("installation", "created"))
        assert came.change
        assert came.change.state == "active"
        assert came.change.added
        assert came.account
        for action, state in (("deleted", "removed"), ("suspend", "suspended"), ("unsuspend", "active")):
            found = read("installation", example("installation", action)).change
            assert found
            assert found.state == state

    def test_repositories_come_and_go(self) -> None:
        added = read("installation_repositories", example("installation_repositories", "added")).change
        assert added
        assert added.added
        removed = read("installation_repositories", example("installation_repositories", "removed")).change
        assert removed
        assert removed.removed

    @pytest.mark.parametrize(
        ("action", "gone"), [("renamed", False), ("transferred", False), ("deleted", True), ("archived", True)]
    )
    def test_a_repository_is_renamed_transferred_archived_or_deleted(self, action: str, gone: bool) -> None:
        payload = copy.deepcopy(example("repository", action)) | {"installation": {"id": 7}}
        found = read("repository", payload).change
        assert found
        assert bool(found.removed) is gone
        assert bool(found.added) is not gone


def test_the_bytes_alone_decide_what_a_delivery_is() -> None:
    headers, body = delivered("issues", issues_payload("octo/site", 3), guid="one")
    assert read_delivery(headers, body, SECRET) == read_delivery(dict(headers), bytes(body), SECRET)
    assert json.loads(body)["issue"]["number"] == 3
