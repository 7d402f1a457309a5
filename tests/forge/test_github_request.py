import pytest
from almanac.forge.github.request import DAY, ErrorAnswer, Request, error_text, explain, rate_limit_wait, redact

LINK = "https://github.com/o/n/compare/main...b"
REQUEST = Request("POST", "pulls", "open the pull request", "pull-requests: write", link=LINK)
NOW = 1_800_000_000.0  # 2027-01-15 08:00:00 UTC


class TestErrorText:
    def test_the_message_and_what_is_wrong_with_each_field(self) -> None:
        data = {
            "message": "Validation Failed",
            "errors": [
                {"resource": "PullRequest", "code": "custom", "message": "No commits between main and b"},
                {"field": "title", "code": "missing_field"},
                "plain words.",
                7,
            ],
        }
        assert error_text(data) == "Validation Failed; No commits between main and b; title missing_field; plain words"

    @pytest.mark.parametrize("data", [None, "text", [], {}, {"errors": "text"}, {"message": None}])
    def test_other_bodies_say_nothing(self, data: object) -> None:
        assert not error_text(data)


class TestRedact:
    @pytest.mark.parametrize(
        "secret", ["s3cret-token", "ghp_abcdefgh1234", "ghs_abc.def-ghi", "github_pat_11AB_x", "eyJhbGci.eyJpc3M.c2ln"]
    )
    def test_no_token_is_left(self, secret: str) -> None:
        text = redact(f"Bad token {secret}\r\n(status\x1b[31m 401)", "s3cret-token")
        assert text == "Bad token *** (status [31m 401)"

    def test_without_a_token(self) -> None:
        assert redact("fine", "") == "fine"


class TestRateLimit:
    @pytest.mark.parametrize(
        ("status", "said", "headers", "wait"),
        [
            (403, "", {"retry-after": "7"}, 7),
            (429, "", {"retry-after": "7"}, 7),
            (403, "API rate limit exceeded", {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1800000030"}, 31),
            (403, "API rate limit exceeded", {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1700000000"}, 1),
            (403, "You have exceeded a secondary rate limit.", {"x-ratelimit-remaining": "3900"}, 60),
            (429, "", {}, 60),
            (429, "", {"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 60),
            (403, "", {"x-ratelimit-remaining": "0"}, 60),
            (403, "Resource not accessible by integration", {"x-ratelimit-remaining": "4999"}, None),
            (404, "Not Found", {"x-ratelimit-remaining": "0", "retry-after": "5"}, None),
        ],
    )
    def test_the_wait_is_what_github_asks_for(
        self, status: int, said: str, headers: dict[str, str], wait: float | None
    ) -> None:
        assert rate_limit_wait(ErrorAnswer(status, said, headers), NOW) == wait


class TestExplain:
    @pytest.mark.parametrize(
        ("status", "said", "remedy"),
        [
            (
                403,
                "GitHub Actions is not permitted to create or approve pull requests",
                [
                    "Settings > Actions > General > Workflow permissions",
                    '"Allow GitHub Actions to create and approve pull requests"',
                    "by hand: https://github.com/o/n/compare/main...b",
                ],
            ),
            (422, "Repository rule violations found; Cannot create ref", ["Settings > Rules", "almanac/**"]),
            (422, "Reference update failed", ["Settings > Rules"]),
            (403, "Resource protected by organization SAML enforcement", ["Configure SSO"]),
            (403, "Repository was archived so is read-only", ["Unarchive"]),
            (410, "Issues are disabled for this repo", ["Settings > General > Features"]),
            (410, "Issues has been disabled in this repository", ["Settings > General > Features"]),
            (403, "Unable to create comment because issue is locked", ["Unlock"]),
            (422, "Validation Failed; No commits between main and b", ["nothing to propose"]),
            (409, "Git Repository is empty", ["first commit"]),
            (422, "Validation Failed; body is too long (maximum is 65536 characters)", ["65,536"]),
            (401, "Bad credentials", ["GITHUB_TOKEN"]),
            (403, "Resource not accessible by integration", ['"pull-requests: write"', "permissions:"]),
            (403, "Resource not accessible by personal access token", ['"pull-requests: write"']),
            (403, "Must have admin rights to Repository.", ['"pull-requests: write"']),
            (403, "Write access to repository not granted.", ['"pull-requests: write"']),
            (
                403,
                "Your token has not been granted the required scopes to execute this query",
                ['"pull-requests: write"'],
            ),
            (404, "Not Found", ["spelt", "o/n"]),
            (403, "Forbidden", ["administrator of o/n"]),
        ],
    )
    def test_what_to_switch_on_and_where(self, status: int, said: str, remedy: list[str]) -> None:
        error = explain(ErrorAnswer(status, said, {}), REQUEST, "o/n", NOW)
        assert "open the pull request in o/n" in str(error)
        assert said in str(error)
        assert error.remedy
        assert all(part in error.remedy for part in remedy)
        assert not error.passing

    def test_github_names_the_permission_itself(self) -> None:
        headers = {"x-accepted-github-permissions": "pull_requests=write,contents=read"}
        error = explain(ErrorAnswer(403, "Resource not accessible by integration", headers), REQUEST, "o/n", NOW)
        assert error.remedy
        assert '"pull-requests: write,contents: read"' in error.remedy

    @pytest.mark.parametrize("status", [403, 404])
    def test_a_permission_is_missing_only_where_github_says_so(self, status: int) -> None:
        said = "Forbidden" if status == 403 else "Not Found"
        error = explain(ErrorAnswer(status, said, {}), REQUEST, "o/n", NOW)
        assert "permission" not in str(error.remedy)
        headers = {"x-accepted-github-permissions": "contents=write"}
        error = explain(ErrorAnswer(status, said, headers), REQUEST, "o/n", NOW)
        assert '"contents: write"' in str(error.remedy)

    @pytest.mark.parametrize(
        ("status", "said"),
        [
            (403, "You have exceeded a secondary rate limit and have been temporarily blocked from content creation."),
            (403, "You have triggered an abuse detection mechanism. Please wait a few minutes before you try again."),
            (422, "Validation Failed; was submitted too quickly"),
        ],
    )
    def test_what_is_too_quick_is_waited_for(self, status: int, said: str) -> None:
        error = explain(ErrorAnswer(status, said, {}), REQUEST, "o/n", NOW)
        assert error.passing
        assert "too much at once" in str(error)

    def test_a_rate_limit_says_when_to_try_again(self) -> None:
        error = explain(ErrorAnswer(403, "", {"retry-after": "90"}), REQUEST, "o/n", NOW)
        assert error.remedy == "Try again after 08:01:30 UTC."
        assert error.passing

    def test_an_absurd_wait_does_not_crash(self) -> None:
        error = explain(ErrorAnswer(429, "", {"retry-after": "9" * 30}), REQUEST, "o/n", NOW)
        assert error.passing
        assert DAY == 86_400

    def test_githubs_own_problems_pass(self) -> None:
        error = explain(ErrorAnswer(502, "", {}), REQUEST, "o/n", NOW)
        assert "502" in str(error)
        assert error.passing

    def test_an_unknown_refusal_has_githubs_words_and_no_remedy(self) -> None:
        error = explain(ErrorAnswer(418, "", {}), REQUEST, "o/n", NOW)
        assert "it gave no reason" in str(error)
        assert error.remedy is None
