"""A playground that runs, as people and browsers reach it."""

import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

import uvicorn
from almanac.playground.app import create_app
from almanac.playground.serve import new_world
from almanac.playground.visitors import Visitors
from almanac.playground.world import World

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FORM = "/issues/new/new-event.yml"


class Clock:
    """Seconds that a test puts forward."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@contextmanager
def playground(
    folder: Path,
    source: Path | None = None,
    *,
    public: bool = True,
    clock: Clock | None = None,
    today: datetime | None = None,
) -> Iterator[str]:
    """Serve a playground, and give its address. Strangers' ones are quicker: Jekyll builds nothing for them."""

    def world(place: Path) -> World:
        new = new_world(place, source, public=public)
        new.ahead = today - datetime.now(UTC) if today else new.ahead
        return new

    visitors = Visitors(world, clock or Clock(), public=public, folder=folder / "sites")
    app = create_app(visitors, None if public else frozenset({"127.0.0.1"}))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="off", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        while not server.started:
            thread.join(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        visitors.close()


class Person:
    """Somebody with a browser that runs no scripts: one cookie jar, one page at a time."""

    def __init__(self, url: str) -> None:
        self._url, self._open = url, build_opener(HTTPCookieProcessor(CookieJar())).open
        self.status, self.at, self.page, self.headers = 0, "", "", dict[str, str]()

    def go(self, path: str) -> str:
        return self._ask(Request(self._url + path))  # noqa: S310 - our own server

    def send(self, path: str, fields: Mapping[str, str], *, seal: str | None = None) -> str:
        """Send a form of the page that is open."""
        found = re.search(r'name="seal" value="([0-9a-f]+)"', self.page)
        sealed = {"seal": (found[1] if found else "") if seal is None else seal, **fields}
        return self._ask(Request(self._url + path, urlencode(sealed).encode()))  # noqa: S310 - the same

    def file(self, **answers: str) -> int:
        """File an event, and return its issue's number."""
        self.go(FORM)
        self.send(FORM, {"title": "New event: x", **{f"answer-{name}": text for name, text in answers.items()}})
        return int(self.at.rpartition("/")[2].partition("?")[0])

    def _ask(self, request: Request) -> str:
        try:
            with self._open(request, timeout=120) as answer:
                self.status, self.at, self.page = answer.status, answer.url, answer.read().decode()
                self.headers = {name.lower(): value for name, value in answer.headers.items()}
        except HTTPError as error:
            self.status, self.page = error.code, error.read().decode()
        return self.page
