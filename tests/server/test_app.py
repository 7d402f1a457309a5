"""What the server answers, over real sockets; behind it stands a service that only writes down what it was given."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
import uvicorn
from almanac.server.app import create_app
from almanac.server.host import Host, Service
from almanac.server.settings import Settings, read_settings
from almanac.server.telemetry import Metrics
from almanac.server.webhook import Delivery
from sqlalchemy.exc import OperationalError

from tests.server.serving import SECRET, Answered, ask, delivered, issues_payload, signature, wait_for

LIMIT = 200_000


@dataclass
class FakeService:
    """Stands in for the service."""

    secret: str = SECRET
    metrics: Metrics = field(default_factory=Metrics)
    taken: list[Delivery] = field(default_factory=list)
    broken: bool = False
    going: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.going.set()

    def take(self, delivery: Delivery) -> bool:
        if self.broken:
            raise OSError("the disk is full, says postgresql://u:hunter2@db/x")
        assert self.going.wait(30)
        self.taken.append(delivery)
        return delivery.needs_look

    def is_ready(self) -> bool:
        if self.broken:
            raise OSError("no database")
        return True

    def figures(self) -> bytes:
        return self.metrics.text()


class InThread:
    """A server in a thread of this process."""

    def __init__(self, settings: Settings, service: FakeService | None) -> None:
        self.service = service
        metrics = service.metrics if service else Metrics()
        host = Host(settings, str, cast("Service | None", service), metrics=metrics)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        config = uvicorn.Config(
            create_app(host), log_config=None, lifespan="off", ws="none", timeout_graceful_shutdown=1
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)
        self._thread.start()
        wait_for(lambda: self._server.started)

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join(5)
        self._socket.close()

    def deliver(self, event: str, payload: Any, **options: Any) -> Answered:
        headers, body = delivered(event, payload, **options)
        return ask(f"{self.url}/webhooks/github", body, headers)

    def raw(self, data: bytes) -> bytes:
        """Send bytes as they are, and return the first line that comes back."""
        with socket.create_connection(("127.0.0.1", self.port), 10) as connection:
            connection.sendall(data)
            return connection.recv(65_536).splitlines()[0]


@pytest.fixture
def server() -> Iterator[InThread]:
    settings = read_settings({"ALMANAC_MAX_BODY": str(LIMIT), "ALMANAC_BODY_SECONDS": "0.5"})
    made = InThread(settings, FakeService())
    yield made
    made.close()


def taken(server: InThread) -> list[Delivery]:
    assert server.service
    return server.service.taken


def test_a_good_delivery_is_accepted(server: InThread) -> None:
    answer = server.deliver("issues", issues_payload("octo/site", 12), guid="one")
    assert answer.status == 202
    assert [found.guid for found in taken(server)] == ["one"]


@pytest.mark.parametrize("event", ["ping", "star", "something_new"])
def test_what_does_not_concern_us_is_answered_with_nothing(server: InThread, event: str) -> None:
    answer = server.deliver(event, {"zen": "Keep it logically awesome."})
    assert (answer.status, answer.text) == (204, "")


@pytest.mark.parametrize("given", [None, "", "sha256=" + "0" * 64, signature(b"other"), "sha1=abc"])
def test_a_bad_signature_is_401(server: InThread, given: str | None) -> None:
    headers, body = delivered("issues", issues_payload("octo/site", 12))
    del headers["x-hub-signature-256"]
    answer = ask(f"{server.url}/webhooks/github", body, headers | ({"x-hub-signature-256": given} if given else {}))
    assert answer.status == 401
    assert taken(server) == []


def test_a_body_cut_short_on_its_way_is_401(server: InThread) -> None:
    headers, body = delivered("issues", issues_payload("octo/site", 12))
    assert ask(f"{server.url}/webhooks/github", body[:-5], headers).status == 401


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff"])
def test_a_signed_body_that_is_malformed_is_400(server: InThread, body: bytes) -> None:
    assert server.deliver("issues", body).status == 400


def test_a_body_that_says_it_is_too_large_is_413_at_once(server: InThread) -> None:
    head = f"POST /webhooks/github HTTP/1.1\r\nHost: x\r\nContent-Length: {LIMIT + 1}\r\n"
    head += f"X-Hub-Signature-256: {signature(b'')}\r\n\r\n"
    assert b" 413 " in server.raw(head.encode())


def test_a_body_that_turns_out_too_large_is_413(server: InThread) -> None:
    head = "POST /webhooks/github HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
    head += f"X-Hub-Signature-256: {signature(b'')}\r\n\r\n"
    chunk = b"8000\r\n" + b"x" * 0x8000 + b"\r\n"
    assert b" 413 " in server.raw(head.encode() + chunk * 8)


def test_a_body_just_small_enough_is_read(server: InThread) -> None:
    payload = json.dumps(issues_payload("octo/site", 1)).encode()
    assert server.deliver("issues", payload + b" " * (LIMIT - len(payload))).status == 202
    assert server.deliver("issues", payload + b" " * (LIMIT - len(payload) + 1)).status == 413


def test_a_slow_client_is_refused_and_delays_no_one(server: InThread) -> None:
    headers, body = delivered("issues", issues_payload("octo/site", 12))
    head = "POST /webhooks/github HTTP/1.1\r\nHost: x\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in headers.items()) + f"Content-Length: {len(body)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port), 10) as slow:
        slow.sendall(head.encode() + body[:10])
        assert server.deliver("issues", issues_payload("octo/site", 3)).status == 202
        assert b" 408 " in slow.recv(65_536).splitlines()[0]
    assert len(taken(server)) == 1


def test_what_waits_to_be_stored_takes_up_room_until_it_is(server: InThread) -> None:
    payload = json.dumps(issues_payload("octo/site", 12)).encode()
    large = payload + b" " * (LIMIT - len(payload))
    assert server.service
    server.service.going.clear()
    with ThreadPoolExecutor(12) as threads:
        first = [threads.submit(server.deliver, "issues", large) for _ in range(12)]
        # There is room for eight of the largest at once.
        refused = wait_for(lambda: [one.result() for one in first if one.done()], what="a refusal")
        assert {answer.status for answer in refused} == {503}
        time.sleep(1)  # until the last of them has come as well
        server.service.going.set()
    assert 1 <= sum(one.result().status == 202 for one in first) <= 8
    assert server.deliver("issues", large).status == 202


def test_a_client_that_goes_away_in_the_middle_does_no_harm(server: InThread) -> None:
    head = "POST /webhooks/github HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n"
    head += f"X-Hub-Signature-256: {signature(b'')}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port), 10) as connection:
        connection.sendall(head.encode() + b"half")
    time.sleep(0.1)
    assert server.deliver("issues", issues_payload("octo/site", 3)).status == 202


def test_without_a_signature_the_body_is_not_read(server: InThread) -> None:
    assert b" 401 " in server.raw(b"POST /webhooks/github HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n")


def test_what_could_not_be_stored_is_not_accepted(server: InThread) -> None:
    assert server.service
    server.service.broken = True
    answer = server.deliver("issues", issues_payload("octo/site", 12))
    assert answer.status == 503
    assert "hunter2" not in answer.text
    assert "disk" not in answer.text
    assert ask(f"{server.url}/readyz").status == 503
    assert ask(f"{server.url}/healthz").status == 200


def test_where_the_store_is_away_the_pages_say_so(server: InThread, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> bytes:
        raise OperationalError("", None, OSError("no answer from postgresql://u:hunter2@db/x"))

    assert server.service
    monkeypatch.setattr(server.service, "figures", away)
    answer = ask(f"{server.url}/metrics")
    assert answer.status == 503
    assert "job store" in answer.text
    assert "hunter2" not in answer.text


def test_probes_and_figures(server: InThread) -> None:
    server.deliver("issues", issues_payload("octo/site", 12))
    server.deliver("issues", b"{")
    assert ask(f"{server.url}/healthz").text == "ok"
    assert ask(f"{server.url}/readyz").text == "ready"
    figures = ask(f"{server.url}/metrics")
    assert figures.headers["content-type"].startswith("text/plain")
    assert 'almanac_deliveries_total{event="issues",status="202"} 1.0' in figures.text
    assert 'almanac_deliveries_total{event="refused",status="400"} 1.0' in figures.text
    assert "almanac_acknowledgement_seconds_count 1.0" in figures.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/webhooks/github", 405),
        ("PUT", "/webhooks/github", 405),
        ("GET", "/docs", 404),
        ("GET", "/openapi.json", 404),
        ("GET", "/../etc/passwd", 404),
        ("GET", "/setup", 404),
        ("GET", "/setup/done?state=x&code=y", 404),
    ],
)
def test_there_is_nothing_else(server: InThread, method: str, path: str, status: int) -> None:
    assert ask(server.url + path, method=method).status == status


@pytest.mark.parametrize(
    ("path", "status"), [("/healthz", 200), ("/readyz", 503), ("/metrics", 404), ("/", 200), ("/retry", 405)]
)
def test_without_an_app_there_is_next_to_nothing(path: str, status: int) -> None:
    server = InThread(read_settings({}), None)
    try:
        assert ask(server.url + path).status == status
        assert server.deliver("issues", issues_payload("octo/site", 1)).status == 503
    finally:
        server.close()
