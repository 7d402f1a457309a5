"""The App's own requests: tokens, installations, deliveries; against a GitHub whose answers are scripted."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import jwt
import pytest
from almanac.errors import ForgeError
from almanac.forge.github.app import PERMISSIONS, AppRepository, GitHubApp, RegisteredApp, convert_manifest

from tests.proxy import Answer, Proxy, Request
from tests.server.serving import private_key

HOUR = 3600.0


class Clock:
    now = datetime(2026, 3, 4, tzinfo=UTC).timestamp()

    def __call__(self) -> float:
        return self.now


class GitHub:
    """Answers by path."""

    def __init__(self) -> None:
        self.proxy, self.clock = Proxy(), Clock()
        self.answers: dict[str, Any] = {}
        self.tokens = 0
        self.proxy.trouble = self.answer
        self.app = GitHubApp(4711, private_key(), self.proxy.url, clock=self.clock)

    def answer(self, request: Request) -> Answer:
        if request.path.endswith("/access_tokens") and request.path not in self.answers:
            self.tokens += 1
            expires = datetime.fromtimestamp(self.clock.now + HOUR, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            return Answer(201, {"token": f"ghs_token{self.tokens}", "expires_at": expires})
        # PyGithub puts a query in an order of its own.
        query = "&".join(sorted(request.query.split("&"), reverse=True))
        found = self.answers.get(f"{request.path}?{query}", self.answers.get(request.path, Answer(404)))
        return found if isinstance(found, Answer) else Answer(200, found)


@pytest.fixture
def github() -> Iterator[GitHub]:
    made = GitHub()
    yield made
    made.proxy.close()


class TestTokens:
    def test_a_token_is_for_one_repository_and_the_needed_permissions(self, github: GitHub) -> None:
        assert github.app.token(9, 77) == "ghs_token1"
        asked = github.proxy.requests[0]
        assert asked.path == "/app/installations/9/access_tokens"
        assert asked.body == {"permissions": PERMISSIONS, "repository_ids": [77]}
        assert "workflows" not in PERMISSIONS

    def test_it_is_requested_as_the_app(self, github: GitHub) -> None:
        github.app.token(9, 77)
        given = github.proxy.requests[0].authorization.removeprefix("Bearer ")
        claims = jwt.decode(given, options={"verify_signature": False})
        assert claims["iss"] == "4711"
        assert claims["exp"] - claims["iat"] <= 600
        assert jwt.get_unverified_header(given)["alg"] == "RS256"

    def test_it_is_kept_and_renewed_early(self, github: GitHub) -> None:
        assert [github.app.token(9, 77) for _ in range(3)] == ["ghs_token1"] * 3
        github.clock.now += HOUR - 700
        assert github.app.token(9, 77) == "ghs_token1"
        github.clock.now += 200
        assert github.app.token(9, 77) == "ghs_token2"

    def test_each_repository_and_installation_has_its_own(self, github: GitHub) -> None:
        assert (
            len({github.app.token(9, 77), github.app.token(9, 78), github.app.token(8, 77), github.app.token(9)}) == 4
        )

    def test_one_that_github_no_longer_accepts_is_not_used_again(self, github: GitHub) -> None:
        github.app.token(9, 77)
        github.app.forget_token(9, 77)
        assert github.app.token(9, 77) == "ghs_token2"

    def test_none_is_in_an_error(self, github: GitHub) -> None:
        github.answers["/installation/repositories"] = Answer(500, {"message": "token ghs_token1 is odd"})
        with pytest.raises(ForgeError) as caught:
            github.app.repositories(9)
        assert "ghs_" not in str(caught.value)
        assert caught.value.passing
        assert private_key()[40:60] not in repr(github.app)


class TestInstallations:
    def test_installations_page_by_page(self, github: GitHub) -> None:
        account = {"login": "octo"}
        first = [{"id": number, "account": account, "suspended_at": None} for number in range(1, 101)]
        github.answers["/app/installations?per_page=100"] = first
        github.answers["/app/installations?per_page=100&page=2"] = [
            {"id": 101, "account": None, "suspended_at": "2026"}
        ]
        found = list(github.app.installations())
        assert len(found) == 101
        assert (found[0].account, found[0].suspended) == ("octo", False)
        assert (found[100].account, found[100].suspended) == ("", True)

    def test_where_github_does_not_say_nothing_is_concluded(self, github: GitHub) -> None:
        assert github.app.repositories(9) is None
        assert list(github.app.delivery_attempts()) == []
        assert github.app.installation_of("octo/site") is None

    def test_the_repositories_of_an_installation(self, github: GitHub) -> None:
        listed = [{"id": 1, "full_name": "octo/site", "default_branch": "trunk"}]
        closed = [
            {"id": 2, "full_name": "octo/a", "archived": True},
            {"id": 3, "full_name": "octo/b", "disabled": True},
        ]
        github.answers["/installation/repositories"] = {"repositories": [*closed, *listed]}
        assert github.app.repositories(9) == [AppRepository(1, "octo/site", "trunk")]
        assert github.proxy.requests[-1].authorization.endswith("ghs_token1")

    def test_a_repository_by_its_number(self, github: GitHub) -> None:
        github.answers["/repositories/1"] = {"id": 1, "full_name": "octo/renamed", "default_branch": "main"}
        assert github.app.repository(9, 1) == AppRepository(1, "octo/renamed", "main")
        assert github.app.repository(9, 2) is None

    def test_what_is_not_a_list_does_not_come_from_github(self, github: GitHub) -> None:
        github.answers["/app/installations"] = {"message": "hello"}
        with pytest.raises(ForgeError, match="as GitHub does"):
            list(github.app.installations())

    def test_its_name_is_read_once(self, github: GitHub) -> None:
        github.answers["/app"] = {"slug": "almanac-test"}
        assert [github.app.slug(), github.app.slug()] == ["almanac-test"] * 2
        assert len(github.proxy.requests) == 1


class TestDeliveries:
    def test_all_pages_are_read_as_far_as_wanted(self, github: GitHub) -> None:
        row = {"id": 5, "guid": "g", "delivered_at": "2026-03-04T00:00:00.5Z", "status_code": 502}
        link = {"Link": f'<{github.proxy.url}/app/hook/deliveries?per_page=100&cursor=v1_9>; rel="next"'}
        github.answers["/app/hook/deliveries?per_page=100"] = Answer(200, [row], link)
        github.answers["/app/hook/deliveries?per_page=100&cursor=v1_9"] = [{**row, "id": 4, "status_code": 202}]
        assert [(one.id, one.arrived) for one in github.app.delivery_attempts()] == [(5, False), (4, True)]
        next(github.app.delivery_attempts())
        assert [request.query for request in github.proxy.requests][-1] == "per_page=100"

    def test_a_redelivery_is_requested(self, github: GitHub) -> None:
        github.answers["/app/hook/deliveries/5/attempts"] = Answer(202, {})
        github.app.redeliver(5)
        assert str(github.proxy.requests[0]).startswith("POST")


class TestManifest:
    def test_a_code_becomes_an_app(self, github: GitHub) -> None:
        made = {
            "id": 1,
            "slug": "a",
            "html_url": "https://x/a",
            "pem": "KEY",
            "webhook_secret": "S",
            "client_secret": "-",
        }
        github.answers["/app-manifests/abc/conversions"] = Answer(201, made)
        assert convert_manifest("abc", github.proxy.url) == RegisteredApp(1, "a", "https://x/a", "KEY", "S")
        assert github.proxy.requests[0].authorization == ""

    @pytest.mark.parametrize("answer", [Answer(404, {"message": "abc is unknown"}), Answer(201, {}), Answer(201, [])])
    def test_any_other_answer_is_an_error_without_the_code(self, github: GitHub, answer: Answer) -> None:
        github.answers["/app-manifests/abc/conversions"] = answer
        with pytest.raises(ForgeError) as caught:
            convert_manifest("abc", github.proxy.url)
        assert "abc" not in str(caught.value)


def test_a_github_that_cannot_be_reached_may_be_later() -> None:
    app = GitHubApp(1, private_key(), "http://127.0.0.1:9")
    with pytest.raises(ForgeError) as caught:
        app.token(1)
    assert caught.value.passing
    with pytest.raises(ForgeError):
        convert_manifest("abc", "http://127.0.0.1:9")
