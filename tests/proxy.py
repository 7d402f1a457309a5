"""A proxy between Almanac and the emulated GitHub: it records every request, and can answer with failures."""

import json
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import unquote, urlsplit

_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "host", "accept-encoding"}


class _Server(ThreadingHTTPServer):
    """A server that says nothing of callers who leave before their answer is whole."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@dataclass(frozen=True)
class Request:
    """One request: `GET`, the path without its query, the query, the token's header, the body as JSON."""

    method: str
    path: str
    query: str = ""
    authorization: str = ""
    body: Any = None

    @property
    def is_read(self) -> bool:
        """Whether it only reads."""
        asks = self.path.endswith("/graphql") and not str(self.body.get("query")).startswith("mutation")
        return self.method in {"GET", "HEAD"} or asks

    def __str__(self) -> str:
        """Return it as in GitHub's documentation, without what is the same in all."""
        return f"{self.method} /{unquote(self.path).split('/', 4)[-1]}"


@dataclass(frozen=True)
class Answer:
    """What the proxy answers instead of GitHub; with `lost`, GitHub still carries out the request."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    lost: bool = False


class Proxy:
    """Passes requests on.

    Attributes:
        url: Its own address.
        target: Where the requests go, as `http://127.0.0.1:PORT`; may be set later.
        requests: All requests since the last `clear`.
        trouble: Called with each request; what it answers, if anything, replaces GitHub's answer.
    """

    def __init__(self, target: str = "") -> None:
        """Begin to listen on a free port."""
        self.target = target
        self.requests: list[Request] = []
        self.trouble: Callable[[Request], Answer | None] = lambda _: None
        proxy = self

        class Handler(_Handler):
            owner = proxy

        self._server = _Server(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def clear(self) -> None:
        """Forget the requests and make no more trouble."""
        self.requests.clear()
        self.trouble = lambda _: None

    @property
    def reads(self) -> list[str]:
        """The requests that read, as `GET /issues/1`."""
        return [str(each) for each in self.requests if each.is_read]

    @property
    def writes(self) -> list[str]:
        """The requests that write, as `POST /pulls`."""
        return [str(each) for each in self.requests if not each.is_read]

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    owner: Proxy
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _serve(self) -> None:
        data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path, _, query = self.path.partition("?")
        token = self.headers.get("Authorization", "")
        request = Request(self.command, path, query, token, json.loads(data) if data else None)
        self.owner.requests.append(request)
        answer = self.owner.trouble(request)
        if answer is None or answer.lost:
            there = self._pass_on(data)
            answer = answer or there
        self._answer(answer)

    def _pass_on(self, data: bytes) -> Answer:
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP}
        # For any host, a connection of its own a request: the emulator is on this machine.
        connection = HTTPConnection(urlsplit(self.owner.target).netloc, timeout=30)
        try:
            connection.request(self.command, self.path, data or None, headers)
            answer = connection.getresponse()
            body = answer.read()
            kept = {name: value for name, value in answer.getheaders() if name.lower() not in _HOP}
            return Answer(answer.status, body, kept)
        finally:
            connection.close()

    def _answer(self, answer: Answer) -> None:
        if answer.status == 0:  # not even an answer
            self.close_connection = True
            return
        body = (
            answer.body
            if isinstance(answer.body, bytes)
            else json.dumps({} if answer.body is None else answer.body).encode()
        )
        self.send_response_only(answer.status)
        for name, value in {"Content-Type": "application/json", **answer.headers}.items():
            self.send_header(name, value)
        if answer.status != 204:
            self.send_header("Content-Length", str(len(body)))
        with suppress(ConnectionError):  # some do not wait for the end
            self.end_headers()
            if answer.status != 204:
                self.wfile.write(body)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _serve  # noqa: N815 - the names are http.server's

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as in http.server
        """Say nothing."""
