"""Setting the App up: who gets in, that GitHub's answer counts once, and what becomes of the keys."""

import html
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from almanac.errors import UserError
from almanac.forge.github.app import RegisteredApp
from almanac.server.setup import LIFETIME, Setup, is_reachable, manifest

from tests.proxy import Answer, Proxy, Request
from tests.server.serving import SECRET, Served, ask, issues_payload, private_key

TOKEN = "let-me-in"  # noqa: S105
LOCAL = {"host": "127.0.0.1:8000"}
MADE = {
    "id": 4711,
    "slug": "almanac-test",
    "html_url": "https://github.com/apps/almanac-test",
    "pem": private_key(),
    "webhook_secret": SECRET,
}


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def setup(clock: Clock | None = None, **made: Any) -> Setup:
    found: dict[str, Any] = {"id": 1, "slug": "a", "page": "p", "private_key": private_key(), "webhook_secret": SECRET}
    found |= made
    return Setup(
        "https://api.github.com",
        "https://github.com",
        TOKEN,
        clock=clock or Clock(),
        convert=lambda _code, _url: RegisteredApp(**found),
    )


class TestWhoGetsIn:
    @pytest.mark.parametrize("client", ["127.0.0.1", "127.9.9.9", "::1"])
    @pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "localhost", "[::1]:8000"])
    def test_this_machine_itself(self, client: str, host: str) -> None:
        assert setup().admits(client, {"host": host}, "")

    @pytest.mark.parametrize(
        ("client", "headers"),
        [
            ("10.0.0.7", LOCAL),
            ("", LOCAL),
            ("127.0.0.1", {"host": "almanac.example.org"}),
            ("127.0.0.1", {"host": "rebound.example.org:8000"}),
            ("127.0.0.1", {}),
            ("127.0.0.1", {**LOCAL, "x-forwarded-for": "127.0.0.1"}),
            ("127.0.0.1", {**LOCAL, "forwarded": "for=127.0.0.1"}),
            ("127.0.0.1", {**LOCAL, "x-real-ip": "10.0.0.7"}),
        ],
    )
    def test_nobody_else_without_the_token(self, client: str, headers: dict[str, str]) -> None:
        assert not setup().admits(client, headers, "")
        assert setup().admits(client, headers, TOKEN)
        assert not setup().admits(client, headers, "let-me-im")

    def test_a_wrong_token_is_not_made_good_by_the_place(self) -> None:
        assert not setup().admits("127.0.0.1", LOCAL, "wrong")

    def test_without_a_given_token_each_server_makes_one(self) -> None:
        one, two = (Setup("https://api.github.com", "https://github.com") for _ in range(2))
        assert one.token != two.token
        assert len(one.token) >= 32


class TestTheWayBack:
    def test_a_state_is_good_once(self) -> None:
        opened = setup()
        state = opened.begin("file")
        assert opened.finish(state, "code")[1] == "file"
        with pytest.raises(UserError, match="used before"):
            opened.finish(state, "code")

    @pytest.mark.parametrize("state", ["", "made-up", "é"])
    def test_a_state_that_was_not_given_out_is_refused(self, state: str) -> None:
        opened = setup()
        opened.begin("file")
        with pytest.raises(UserError):
            opened.finish(state, "code")

    def test_a_state_gets_too_old(self) -> None:
        clock = Clock()
        opened = setup(clock)
        state = opened.begin("show")
        clock.now += LIFETIME + 1
        with pytest.raises(UserError, match="too old"):
            opened.finish(state, "code")

    @pytest.mark.parametrize("code", ["", "a/b", "../app", "x" * 201, "a?b"])
    def test_a_code_that_is_none_is_not_sent_to_github(self, code: str) -> None:
        opened = setup()
        with pytest.raises(UserError):
            opened.finish(opened.begin("file"), code)

    def test_an_app_without_a_secret_is_refused(self) -> None:
        opened = setup(webhook_secret="")
        with pytest.raises(UserError, match="secret"):
            opened.finish(opened.begin("file"), "code")

    def test_only_so_many_states_are_kept(self) -> None:
        opened = setup()
        first = opened.begin("file")
        for _ in range(100):
            last = opened.begin("file")
        with pytest.raises(UserError):
            opened.finish(first, "code")
        opened.finish(last, "code")


def test_the_manifest_asks_for_what_is_needed_and_no_more() -> None:
    found = json.loads(manifest("https://almanac.example.org"))
    assert found["default_permissions"] == {
        "contents": "write",
        "issues": "write",
        "metadata": "read",
        "pull_requests": "write",
    }
    assert found["hook_attributes"]["url"] == "https://almanac.example.org/webhooks/github"
    assert found["redirect_url"] == "https://almanac.example.org/setup/done"
    assert {"issues", "issue_comment", "pull_request", "push"} <= set(found["default_events"])
    assert found["public"] is False


def test_the_app_can_be_an_organisation_s() -> None:
    opened = setup()
    assert opened.destination("", "s") == "https://github.com/settings/apps/new?state=s"
    assert opened.destination("octo", "s") == "https://github.com/organizations/octo/settings/apps/new?state=s"
    with pytest.raises(UserError):
        opened.destination("../x", "s")


@pytest.mark.parametrize(
    ("address", "reachable"),
    [
        ("https://almanac.example.org", True),
        ("http://127.0.0.1:8000", False),
        ("http://localhost", False),
        ("http://[::1]:80", False),
    ],
)
def test_an_address_that_github_cannot_reach_is_known(address: str, reachable: bool) -> None:
    assert is_reachable(address) is reachable


@pytest.fixture
def github() -> Iterator[Proxy]:
    """A GitHub that turns the code `good` into an App, once."""
    proxy, used = Proxy(), list[str]()

    def answer(request: Request) -> Answer:
        if request.path.startswith("/app-manifests/"):
            code = request.path.split("/")[2]
            good = code == "good" and code not in used
            used.append(code)
            return Answer(201, MADE) if good else Answer(404, {"message": "Not Found"})
        return Answer(404, {"message": "Not Found"})

    proxy.trouble = answer
    yield proxy
    proxy.close()


@pytest.fixture
def server(github: Proxy, tmp_path: Path) -> Iterator[Served]:
    environment = {
        "GITHUB_API_URL": github.url,
        "GITHUB_SERVER_URL": "https://github.test",
        "ALMANAC_SETUP_TOKEN": TOKEN,
    }
    made = Served(tmp_path, environment)
    yield made
    made.stop()


def form(text: str) -> tuple[str, dict[str, Any]]:
    """Return where the second form goes, and the manifest in it."""
    destination = re.search(r'method="post" action="([^"]+)"', text)
    content = re.search(r'name="manifest" value="([^"]+)"', text)
    assert destination
    assert content
    return html.unescape(destination[1]), json.loads(html.unescape(content[1]))


def begun(server: Served, keep: str) -> str:
    page = ask(f"{server.url}/setup?keep={keep}&address=https://almanac.example.org&organization=octo")
    assert page.status == 200
    assert ("keys are stored here" if keep == "file" else "keys are shown to you") in page.text
    destination, content = form(page.text)
    assert destination.startswith("https://github.test/organizations/octo/settings/apps/new?state=")
    assert content["hook_attributes"]["url"] == "https://almanac.example.org/webhooks/github"
    return parse_qs(urlsplit(destination).query)["state"][0]


def test_from_nothing_to_a_running_app(server: Served, tmp_path: Path) -> None:
    assert f"/setup?token={TOKEN}" in server.log.read_text()
    assert server.deliver("issues", issues_payload("octo/site", 1)).status == 503
    state = begun(server, "file")
    assert ask(f"{server.url}/setup/done?state=wrong&code=good").status == 400
    answer = ask(f"{server.url}/setup/done?state={quote(state)}&code=good")
    assert answer.status == 200
    assert SECRET not in html.unescape(answer.text)
    assert server.deliver("issues", issues_payload("octo/site", 1)).status == 202
    stored = tmp_path / "data" / "app.json"
    assert stored.stat().st_mode & 0o777 == 0o600
    for path in ("/setup", f"/setup?token={TOKEN}", f"/setup/done?state={quote(state)}&code=good"):
        assert ask(server.url + path).status == 404
    server.stop()
    again = Served(tmp_path, {})
    assert again.deliver("issues", issues_payload("octo/site", 2)).status == 202
    again.stop()
    logged = "".join(path.read_text() for path in tmp_path.glob("*.log"))
    assert SECRET not in logged
    assert "PRIVATE KEY" not in logged


def test_the_keys_can_be_shown_once_in_place_of_being_stored(server: Served, tmp_path: Path) -> None:
    state = begun(server, "show")
    answer = ask(f"{server.url}/setup/done?state={quote(state)}&code=good")
    shown = html.unescape(answer.text)
    assert f"ALMANAC_APP_ID={MADE['id']}" in shown
    assert f"ALMANAC_WEBHOOK_SECRET={SECRET}" in shown
    # As systemd reads an environment file: a backslash stays one between double quotation marks only.
    key = re.search(r'^ALMANAC_PRIVATE_KEY="([^"]+)"$', shown, re.MULTILINE)
    assert key
    assert key[1].replace("\\n", "\n").strip() == private_key().strip()
    assert answer.headers["cache-control"] == "no-store"
    assert not (tmp_path / "data" / "app.json").exists()
    assert server.deliver("issues", issues_payload("octo/site", 1)).status == 202


@pytest.fixture(scope="module")
def unset(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that listens everywhere, and is never set up."""
    with refusing() as url:
        environment = {"GITHUB_API_URL": url, "GITHUB_SERVER_URL": "https://github.test", "ALMANAC_SETUP_TOKEN": TOKEN}
        made = Served(tmp_path_factory.mktemp("unset"), environment, host="0.0.0.0")  # noqa: S104
        yield made
        made.stop()


@contextmanager
def refusing() -> Iterator[str]:
    proxy = Proxy()
    proxy.trouble = lambda _: Answer(404, {"message": "Not Found"})
    yield proxy.url
    proxy.close()


def test_a_server_that_listens_everywhere_prints_an_address_that_works(unset: Served) -> None:
    printed = re.findall(r"https?://\S+", unset.log.read_text())
    assert printed == [f"{unset.url}/setup", f"https://YOUR-ADDRESS/setup?token={TOKEN}"]
    assert ask(printed[0]).status == 200


def test_a_code_that_github_does_not_take_leaves_the_set_up_open(unset: Served) -> None:
    state = begun(unset, "file")
    assert ask(f"{unset.url}/setup/done?state={quote(state)}&code=bad").status == 400
    assert ask(f"{unset.url}/setup").status == 200


def test_from_elsewhere_the_token_is_needed(unset: Served) -> None:
    headers = {"X-Forwarded-For": "203.0.113.9"}
    assert ask(f"{unset.url}/setup", headers=headers).status == 403
    assert ask(f"{unset.url}/setup?token={TOKEN}", headers=headers).status == 200
    assert ask(f"{unset.url}/setup?token=wrong").status == 403


@pytest.mark.parametrize("text", ['"><script>alert(1)</script>', "javascript:alert(1)"])
def test_what_is_typed_stays_text(unset: Served, text: str) -> None:
    page = ask(f"{unset.url}/setup?address={quote(text)}&organization={quote(text)}")
    assert page.status == 200
    assert "<script>" not in page.text
    assert 'method="post"' not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
