"""`almanac serve` as a process, and what speaks to it."""

import hashlib
import hmac
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

ROOT = Path(__file__).parents[2]

SECRET = "It's a Secret to Everybody"  # noqa: S105 -- the one of GitHub's own test vector
STATUS_TOKEN = "only-for-the-operator"  # noqa: S105
APP_ID = 4711


@cache
def private_key() -> str:
    """Return an App's key."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()


def free_port() -> int:
    """Return a port that nobody listens on; it is none of those that connections get, of which tests make many."""
    while True:
        port = random.SystemRandom().randrange(15_000, 32_000)  # not the same in all workers
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def signature(body: bytes, secret: str = SECRET) -> str:
    """Sign a body as GitHub does."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def delivered(
    event: str, payload: Any, *, guid: str | None = None, secret: str = SECRET
) -> tuple[dict[str, str], bytes]:
    """Return a delivery's headers and body."""
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    headers = {
        "content-type": "application/json",
        "x-github-event": event,
        "x-github-delivery": guid or str(uuid.uuid4()),
        "x-hub-signature-256": signature(body, secret),
    }
    return headers, body


def issues_payload(repository: str, number: int, *, action: str = "edited", repository_id: int = 1) -> dict[str, Any]:
    """Return the part that matters of what GitHub tells about an issue."""
    owner = repository.partition("/")[0]
    return {
        "action": action,
        "issue": {"number": number, "labels": [{"name": "event"}], "body": "### Title\n\nX"},
        "repository": {
            "id": repository_id,
            "full_name": repository,
            "default_branch": "main",
            "owner": {"login": owner},
        },
        "installation": {"id": 1},
        "sender": {"login": "ada"},
    }


@dataclass(frozen=True)
class Answered:
    """An answer."""

    status: int
    text: str
    headers: Mapping[str, str]


def ask(
    url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None, *, method: str | None = None
) -> Answered:
    """Send a request; redirects are not followed."""
    request = urllib.request.Request(url, body, dict(headers or {}), method=method)  # noqa: S310 -- our own address
    opener = urllib.request.build_opener(_Stay)
    try:
        with opener.open(request, timeout=30) as answer:
            return Answered(answer.status, answer.read().decode(), dict(answer.headers))
    except urllib.error.HTTPError as error:
        with error:
            return Answered(error.code, error.read().decode(), dict(error.headers))


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def wait_for(condition: Callable[[], Any], seconds: float = 90.0, *, what: str = "it") -> Any:
    """Wait until something is so, and return it; for longer than it takes on a machine that has a lot else to do."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what} did not happen within {seconds} seconds")


class Served:
    """One server process.

    Attributes:
        url: Its address.
        log: The file with what it says.
    """

    def __init__(
        self,
        folder: Path,
        environment: Mapping[str, str],
        *,
        port: int | None = None,
        host: str = "127.0.0.1",
        command: tuple[str, ...] = (sys.executable, "-m", "almanac", "serve"),
    ) -> None:
        """Start it, and wait until it answers."""
        port = port or free_port()
        folder.mkdir(exist_ok=True)
        self.url, self.log = f"http://127.0.0.1:{port}", folder / f"server-{port}.log"
        known = {name: value for name, value in os.environ.items() if not name.startswith(("ALMANAC_", "GITHUB_"))}
        known["PYTHONPATH"] = str(ROOT)  # for `tests.server.fake_look`
        self.environment = known | {"ALMANAC_DATA_DIR": str(folder / "data"), "ALMANAC_WRITE_PAUSE": "0", **environment}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "--host", host, "--port", str(port)],
                cwd=folder,
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        try:
            wait_for(lambda: self._answers() or self.process.poll() is not None, what="the server's start")
        except BaseException:
            self.kill()
            raise
        assert self.process.poll() is None, self.log.read_text()

    def _answers(self) -> bool:
        try:
            return ask(f"{self.url}/healthz").status == 200
        except OSError:
            return False

    def deliver(self, event: str, payload: Any, **options: Any) -> Answered:
        """Deliver something as GitHub does."""
        headers, body = delivered(event, payload, **options)
        return ask(f"{self.url}/webhooks/github", body, headers)

    def look(self, path: str = "/") -> Answered:
        """Look at a page as the operator."""
        return ask(self.url + path, headers={"Authorization": f"Bearer {STATUS_TOKEN}"})

    def kill(self) -> None:
        """End it as a broken machine does."""
        self.process.kill()
        self.process.wait(10)

    def stop(self) -> int:
        """End it in order, and return its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


def app_environment(**more: str) -> dict[str, str]:
    """Return the variables of a server with an App."""
    return {
        "ALMANAC_APP_ID": str(APP_ID),
        "ALMANAC_PRIVATE_KEY": private_key(),
        "ALMANAC_WEBHOOK_SECRET": SECRET,
        "ALMANAC_STATUS_TOKEN": STATUS_TOKEN,
        **more,
    }
