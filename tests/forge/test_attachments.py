"""What is attached to an issue is fetched from GitHub's own places and no others, and the token goes to one of them."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from almanac.errors import ForgeError
from almanac.forge import attachments
from almanac.forge.attachments import Attachments, NoAttachmentError
from almanac.forge.github.repository import GitHubForge, connect
from requests.adapters import HTTPAdapter

from tests.pictures import PNG
from tests.proxy import Answer, Proxy, Request

TOKEN = "ghs_0123456789abcdefABCDEF"  # noqa: S105 - nobody's
UUID = "0f1e2d3c-4b5a-4678-9abc-def012345678"
ASSET = f"/user-attachments/assets/{UUID}"
STORE = "https://github-production-user-asset-6210df.s3.amazonaws.com"


class Elsewhere(HTTPAdapter):
    """Takes requests to other hosts to the server of the test, with the host as the first part of the path."""

    def __init__(self, server: str) -> None:
        super().__init__()
        self.server = server

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        parts = urlsplit(str(request.url))
        request.url = f"{self.server}/{parts.netloc}{parts.path}" + (f"?{parts.query}" if parts.query else "")
        return super().send(request, *args, **kwargs)


@dataclass
class Places:
    """The places that answer, by path; and what was asked for, with the token that came along."""

    server: Proxy
    answers: dict[str, Answer] = field(default_factory=dict)

    def session(self) -> requests.Session:
        session = requests.Session()
        session.mount("https://", Elsewhere(self.server.url))
        return session

    def answer(self, request: Request) -> Answer:
        return self.answers.get(request.path, Answer(404, {"message": "Not Found"}))

    @property
    def asked(self) -> list[tuple[str, str]]:
        return [(request.path, request.authorization) for request in self.server.requests]

    def read(self, path: str = ASSET, most: int = 1_000, token: str = TOKEN, **more: str) -> bytes:
        return Attachments(self.server.url, token, self.session).read(self.server.url + path, most, **more)


@pytest.fixture
def places() -> Iterator[Places]:
    server = Proxy()
    made = Places(server)
    server.trouble = made.answer
    yield made
    server.close()


def to(url: str, status: int = 302) -> Answer:
    return Answer(status, b"", {"Location": url})


def test_a_picture_is_read_with_the_token_and_its_store_does_not_see_that(places: Places) -> None:
    places.answers = {ASSET: to(f"{STORE}/1/2-{UUID}.png?X-Amz-Signature=abc")}
    places.answers[f"/{STORE.partition('//')[2]}/1/2-{UUID}.png"] = Answer(200, PNG)
    assert places.read() == PNG
    assert places.asked == [(ASSET, f"token {TOKEN}"), (f"/{STORE.partition('//')[2]}/1/2-{UUID}.png", "")]


def test_without_a_token_none_is_sent(places: Places) -> None:
    places.answers = {ASSET: Answer(200, PNG)}
    assert places.read(token="") == PNG
    assert places.asked == [(ASSET, "")]


def test_a_file_may_have_a_name(places: Places) -> None:
    path = "/user-attachments/files/12345/our%20poster_1.png"
    places.answers = {
        path: to("https://objects.githubusercontent.com/x"),
        "/objects.githubusercontent.com/x": Answer(200, PNG),
    }
    assert places.read(path) == PNG


def test_back_from_a_store_no_token_is_sent_again(places: Places) -> None:
    places.answers = {
        ASSET: to("https://objects.githubusercontent.com/x"),
        "/objects.githubusercontent.com/x": to(f"{places.server.url}/user-attachments/again"),
        "/user-attachments/again": Answer(200, PNG),
    }
    assert places.read() == PNG
    assert [token for _, token in places.asked] == [f"token {TOKEN}", "", ""]


def test_a_companys_github_has_hosts_below_its_own(places: Places) -> None:
    web = "https://github.example.org"
    places.answers = {
        f"/github.example.org{ASSET}": to("https://media.github.example.org/user/1/files/2"),
        "/media.github.example.org/user/1/files/2": Answer(200, PNG),
    }
    assert Attachments(web, TOKEN, places.session).read(web + ASSET, 1_000) == PNG
    assert [token for _, token in places.asked] == [f"token {TOKEN}", ""]
    for other in (
        "https://a.b.github.example.org/x",
        "https://evilgithub.example.org/x",
        "http://m.github.example.org/x",
    ):
        places.answers = {f"/github.example.org{ASSET}": to(other)}
        with pytest.raises(ForgeError, match="not known to be its own"):
            Attachments(web, TOKEN, places.session).read(web + ASSET, 1_000)


def test_a_redirect_may_be_relative(places: Places) -> None:
    places.answers = {ASSET: to("/storage/1", 307), "/storage/1": Answer(200, PNG)}
    assert places.read() == PNG


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/x.png",
        "http://objects.githubusercontent.com/x.png",
        "https://githubusercontent.com/x.png",
        "https://objects.githubusercontent.com.example.org/x.png",
        "https://objects.githubusercontent.com:8443/x.png",
        "https://user@objects.githubusercontent.com/x.png",
        "https://evil.s3.amazonaws.com/x.png",
        "https://github-production-user-asset-6210df.s3.amazonaws.com.example.org/x.png",
        "https://169.254.169.254/latest/meta-data",
        "http://localhost/x.png",
        "https://localhost/x.png",
        "https://intranet/x.png",
        "https://127.0.0.1/x.png",
        "file:///etc/passwd",
        "https://[::1/x.png",
    ],
)
def test_a_redirect_to_anywhere_else_is_not_followed(places: Places, url: str) -> None:
    places.answers = {ASSET: to(url)}
    with pytest.raises(ForgeError):
        places.read()
    assert places.asked == [(ASSET, f"token {TOKEN}")]


@pytest.mark.parametrize(
    "path",
    [
        "/octo/site/raw/main/x.png",
        "/user-attachments/assets/",
        "/user-attachments/assets/../../settings",
        f"{ASSET}/..",
        f"{ASSET}?x=1",
        f"{ASSET}#x",
        f"{ASSET}\n",
        "/user-attachments/files/1/..%2f/x",
        "/user-attachments/files/x/y.png",
        "@example.org/user-attachments/assets/1",
        ".example.org/user-attachments/assets/1",
    ],
)
def test_what_is_no_address_of_an_attachment_is_not_even_asked_for(places: Places, path: str) -> None:
    with pytest.raises(ForgeError, match="not an attachment at"):
        places.read(path)
    assert places.asked == []


def test_another_github_is_not_asked(places: Places) -> None:
    with pytest.raises(ForgeError, match=r"not an attachment at https://github\.example\.org"):
        Attachments("https://github.example.org", TOKEN, places.session).read(f"https://github.com{ASSET}", 10)
    assert places.asked == []


def test_no_more_is_read_than_what_shows_that_it_is_too_large(places: Places) -> None:
    places.answers = {ASSET: Answer(200, b"x" * 5_000)}
    assert places.read(most=1_000) == b"x" * 1_001
    assert places.read(most=5_000) == b"x" * 5_000


@pytest.mark.parametrize("status", [401, 403, 404])
def test_what_may_not_be_seen_is_as_if_it_were_not_there(places: Places, status: int) -> None:
    places.answers = {ASSET: Answer(status, {})}
    with pytest.raises(NoAttachmentError):
        places.read()


def test_a_page_that_asks_to_sign_in_is_no_answer(places: Places) -> None:
    places.answers = {ASSET: to("/login?return_to=x"), "/login": Answer(200, b"<html>")}
    with pytest.raises(NoAttachmentError):
        places.read()


@pytest.mark.parametrize("answer", [Answer(500, {}), Answer(0), Answer(204), to(ASSET), Answer(304, b"")])
def test_what_fails_says_so_in_one_sentence(places: Places, answer: Answer) -> None:
    places.answers = {ASSET: answer}
    with pytest.raises(ForgeError) as caught:
        places.read()
    assert str(caught.value).startswith("GitHub ")
    assert "127.0.0.1" not in str(caught.value)
    assert len(places.asked) < 10


def test_there_is_an_end_to_waiting(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    def slowly(request: Request) -> Answer:
        time.sleep(0.2)
        return Answer(200, PNG)

    places.server.trouble = slowly
    monkeypatch.setattr(attachments, "_ALL", 0.1)
    with pytest.raises(ForgeError, match="in time"):
        places.read()
    monkeypatch.setattr(attachments, "_TIMES", (10, 0.05))
    with pytest.raises(ForgeError, match="in time"):
        places.read()


def test_a_password_of_this_machine_is_not_sent(
    places: Places, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    netrc = tmp_path_factory.mktemp("home") / "netrc"
    netrc.write_text("machine 127.0.0.1 login ada password secret\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    places.answers = {ASSET: Answer(200, PNG)}
    assert places.read(token="") == PNG
    assert places.asked == [(ASSET, "")]


def test_the_same_one_is_fetched_once(places: Places) -> None:
    places.answers = {ASSET: Answer(200, PNG)}
    there = Attachments(places.server.url, TOKEN)
    assert [there.read(places.server.url + ASSET, 1_000) for _ in range(3)] == [PNG] * 3
    assert len(places.asked) == 1


class TestPrivateRepository:
    """Its attachments are not shown to a workflow's token, but the API signs addresses of them."""

    SIGNED = f"https://private-user-images.githubusercontent.com/1/2-{UUID}.png?jwt=a.b.c&amp;x=1"
    ISSUE = "/repos/octo/site/issues/7"

    @pytest.fixture
    def forge(self, places: Places) -> Iterator[GitHubForge]:
        made = connect(TOKEN, "octo/site", api_url=places.server.url, default_branch="main", pause=0, patience=0)
        made.attachments = Attachments(places.server.url, TOKEN, places.session)
        yield made
        made.close()

    def test_the_signed_address_is_used_without_the_token(self, places: Places, forge: GitHubForge) -> None:
        shown = f'<p><img src="https://camo.githubusercontent.com/{UUID}"><img src="{self.SIGNED}" alt="x"></p>'
        places.answers = {
            self.ISSUE: Answer(200, {"body_html": shown}),
            f"/private-user-images.githubusercontent.com/1/2-{UUID}.png": Answer(200, PNG),
        }
        assert forge.attachment(7, places.server.url + ASSET, 1_000) == PNG
        assert [token for _, token in places.asked] == [f"token {TOKEN}", f"token {TOKEN}", ""]
        assert places.server.requests[-1].query == "jwt=a.b.c&x=1"

    @pytest.mark.parametrize("shown", ["", None, f'<img src="{SIGNED.replace(UUID, "other")}">', f'"{SIGNED}"'[:60]])
    def test_where_there_is_none_it_stays_unseen(self, places: Places, forge: GitHubForge, shown: str | None) -> None:
        places.answers = {self.ISSUE: Answer(200, {"body_html": shown})}
        with pytest.raises(NoAttachmentError):
            forge.attachment(7, places.server.url + ASSET, 1_000)
