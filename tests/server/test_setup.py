"""Setting the App up: who gets in, that GitHub's answer counts once, and what becomes of the keys."""

import html
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest
from almanac.errors import UserError
from almanac.forge.github.app import RegisteredApp
from almanac.server.setup import LIFETIME, Setup, is_reachable, manifest

from tests.proxy import Answer, Proxy, Request
from tests.server.serving import SECRET, Answered, Served, ask, issues_payload, private_key

TOKEN = "let-me-in"  # noqa: S105
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
    def test_whoever_knows_the_token(self) -> None:
        assert setup().admits(TOKEN)

    @pytest.mark.parametrize("token", ["", "let-me-im", "let-me-in ", "é"])
    def test_nobody_else(self, token: str) -> None:
        assert not setup().admits(token)

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
    assert found["setup_url"] == "https://almanac.example.org/setup/installed"
    assert found["public"] is False
    assert json.loads(manifest("https://almanac.example.org", public=True))["public"] is True


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
    """Return where the form leads, and the manifest in it."""
    destination = re.search(r'method="post" action="([^"]+)"', text)
    content = re.search(r'name="manifest" value="([^"]+)"', text)
    assert destination
    assert content
    return html.unescape(destination[1]), json.loads(html.unescape(content[1]))


def fill_in(server: Served, **typed: str) -> Answered:
    """Fill in the set-up's form and press its button."""
    fields = {"token": TOKEN, "address": "https://almanac.example.org", "organization": "octo", "keep": "file", **typed}
    return ask(f"{server.url}/setup", urlencode(fields).encode(), {"Content-Type": "application/x-www-form-urlencoded"})


def begun(server: Served, keep: str) -> str:
    """Go as far as GitHub, and return the state that it gives back."""
    page = fill_in(server, keep=keep)
    assert page.status == 200
    assert ("<dd>stored here" if keep == "file" else "<dd>shown to you") in page.text
    destination, content = form(page.text)
    assert destination.startswith("https://github.test/organizations/octo/settings/apps/new?state=")
    assert content["hook_attributes"]["url"] == "https://almanac.example.org/webhooks/github"
    return parse_qs(urlsplit(destination).query)["state"][0]


def finished(server: Served, state: str) -> Answered:
    """Come back from GitHub, which has made the App."""
    return ask(f"{server.url}/setup/done?state={quote(state)}&code=good")


def shown_key(text: str) -> str:
    """Return the private key among the variables on a page."""
    # As systemd reads an environment file: a backslash stays one between double quotation marks only.
    key = re.search(r'^ALMANAC_PRIVATE_KEY="([^"]+)"$', html.unescape(text), re.MULTILINE)
    assert key
    return key[1].replace("\\n", "\n")


def test_from_nothing_to_a_running_app(server: Served, tmp_path: Path) -> None:
    assert TOKEN in server.log.read_text()
    assert server.deliver("issues", issues_payload("octo/site", 1)).status == 503
    state = begun(server, "file")
    assert ask(f"{server.url}/setup/done?state=wrong&code=good").status == 400
    answer = finished(server, state)
    assert answer.status == 200
    assert SECRET not in html.unescape(answer.text)
    assert server.deliver("issues", issues_payload("octo/site", 1)).status == 202
    assert f'href="{MADE["html_url"]}/installations/new"' in answer.text
    assert "ALMANAC_STATUS_TOKEN" in answer.text
    back = ask(f"{server.url}/setup/installed?installation_id=1&setup_action=install")
    assert (back.status, "Almanac is installed" in back.text) == (200, True)
    assert "Almanac is asked for" in ask(f"{server.url}/setup/installed?setup_action=request").text
    stored = tmp_path / "data" / "app.json"
    assert stored.stat().st_mode & 0o777 == 0o600
    assert ask(f"{server.url}/setup").status == 404
    assert fill_in(server).status == 404
    assert finished(server, state).status == 404
    server.stop()
    again = Served(tmp_path, {})
    assert again.deliver("issues", issues_payload("octo/site", 2)).status == 202
    again.stop()
    logged = "".join(path.read_text() for path in tmp_path.glob("*.log"))
    assert SECRET not in logged
    assert "PRIVATE KEY" not in logged


def test_keys_that_cannot_be_stored_are_shown(server: Served, tmp_path: Path) -> None:
    state = begun(server, "file")
    # The disk is another one by the time that GitHub has made the App.
    (tmp_path / "data" / "app.json").mkdir(parents=True)
    answer = finished(server, state)
    assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
    assert "could not be stored" in answer.text
    assert f"ALMANAC_APP_ID={MADE['id']}" in answer.text
    assert f"ALMANAC_WEBHOOK_SECRET={SECRET}" in html.unescape(answer.text)
    assert shown_key(answer.text).strip() == private_key().strip()
    assert server.deliver("issues", issues_payload("octo/site", 1)).status == 202
    logged = server.log.read_text()
    assert "could not be stored" in logged
    assert SECRET not in logged
    assert "PRIVATE KEY" not in logged


def test_the_keys_can_be_shown_once_in_place_of_being_stored(server: Served, tmp_path: Path) -> None:
    answer = finished(server, begun(server, "show"))
    shown = html.unescape(answer.text)
    assert f"ALMANAC_APP_ID={MADE['id']}" in shown
    assert f"ALMANAC_WEBHOOK_SECRET={SECRET}" in shown
    assert shown_key(shown).strip() == private_key().strip()
    assert answer.headers["cache-control"] == "no-store"
    assert not (tmp_path / "data" / "app.json").exists()
    assert server.deliver("issues", issues_payload("octo/site", 1)).status == 202


def test_a_data_folder_that_cannot_be_used_is_told_before_an_app_is_made(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file, not a folder")
    server = Served(tmp_path, {"ALMANAC_SETUP_TOKEN": TOKEN})
    try:
        assert "ALMANAC_DATA_DIR" in server.log.read_text()
        page = fill_in(server)
        assert "data folder (ALMANAC_DATA_DIR)" in page.text
        assert "manifest" not in page.text
        (tmp_path / "data").unlink()
        assert "manifest" in fill_in(server).text
        assert list((tmp_path / "data").iterdir()) == []
    finally:
        server.stop()


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
    printed = re.findall(r"https?://[^\s)]+", unset.log.read_text())
    assert printed == ["https://YOUR-ADDRESS/setup", f"{unset.url}/setup"]
    assert TOKEN in unset.log.read_text().split()
    assert ask(printed[1]).status == 200


def test_a_code_that_github_does_not_take_leaves_the_set_up_open(unset: Served) -> None:
    state = begun(unset, "file")
    answer = ask(f"{unset.url}/setup/done?state={quote(state)}&code=bad")
    assert answer.status == 400
    assert "delete it there" in answer.text
    assert ask(f"{unset.url}/setup").status == 200


@pytest.mark.parametrize("token", ["", "wrong"])
def test_the_token_is_needed_also_on_this_machine(unset: Served, token: str) -> None:
    assert 'href="/setup"' in ask(unset.url).text
    assert ask(f"{unset.url}/setup/installed").status == 404
    for answer in (fill_in(unset, token=token), ask(f"{unset.url}/setup"), ask(f"{unset.url}/setup?token={TOKEN}")):
        # Above all there is no state, without which GitHub's answer does not count.
        assert "manifest" not in answer.text
        assert "state=" not in answer.text
    assert fill_in(unset, token=token).status == 403


def test_without_an_organisation_the_app_is_one_s_own(unset: Served) -> None:
    page = fill_in(unset, organization="", public="yes")
    assert form(page.text)[1]["public"] is True
    assert "everyone on GitHub" in page.text
    assert form(page.text)[0].startswith("https://github.test/settings/apps/new?state=")
    assert "your own account" in page.text


@pytest.mark.parametrize("text", ['"><script>alert(1)</script>', "javascript:alert(1)"])
def test_what_is_typed_stays_text(unset: Served, text: str) -> None:
    page = fill_in(unset, address=text, organization=text)
    assert page.status == 400
    assert "<script>" not in page.text
    assert "manifest" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
