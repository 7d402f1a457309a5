"""What people attached to issues, fetched from where GitHub keeps it and from nowhere else.

The address is a stranger's text, and what is behind it may be anything: so it has one form, each redirect is looked at
before it is followed, the token goes to GitHub's own host alone, and there is an end to the bytes and to the time.
"""

import re
import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from urllib.parse import urljoin, urlsplit

import requests
from urllib3.exceptions import HTTPError

from almanac.errors import ForgeError
from almanac.patterns import regex
from almanac.phrases import say

PUBLIC = "https://github.com"
"""Where an attachment is, if it was not made on a company's own GitHub."""
_PATH = regex(r"/user-attachments/(?:assets/[0-9A-Za-z-]{1,100}|files/[0-9]{1,20}/[0-9A-Za-z%._-]{1,300})")
# Where GitHub sends us: its own hosts for what people wrote, and its storage.
_STORES = regex(r"(?:[a-z0-9-]+\.)+githubusercontent\.com|github-production-[a-z-]+-[0-9a-f]{6}\.s3\.amazonaws\.com")
_REDIRECTS = 4
_TIMES, _ALL = (10, 10), 30  # seconds: to connect and until the next bytes, and for everything
_CHUNK = 1 << 16


class NoAttachmentError(ForgeError):
    """There is no such attachment, or we may not see it, which GitHub does not tell apart."""


class Attachments:
    """Attachments of one GitHub, whose web address this is; the one that was read last is kept."""

    def __init__(
        self, web: str = PUBLIC, token: str = "", session: Callable[[], requests.Session] = requests.Session
    ) -> None:
        """Take the token, if there is one, and what makes a session, which sends the requests for one attachment."""
        self._web, self._token, self._session = web, token, session
        self._last: tuple[str, bytes] | None = None

    def read(self, address: str, most: int, signed: str | None = None) -> bytes:
        """Read an attachment, of one that is larger only `most` bytes and one more.

        `signed` is another address of the same, of one of GitHub's stores, which lets in whoever knows it.

        Raises:
            NoAttachmentError: There is none, or it may not be seen.
            ForgeError: It is no address of an attachment here, or it could not be fetched.
        """
        if not address.startswith(f"{self._web}/") or not _PATH.fullmatch(address.removeprefix(self._web)):
            raise ForgeError(say("It is not an attachment at {place}.", place=self._web))
        if self._last is None or self._last[0] != address:
            try:
                with self._session() as session:
                    # A callable, so that no password from a file of this machine's (`.netrc`) is sent anywhere.
                    session.auth = lambda request: request
                    self._last = address, b"".join(self._fetch(session, signed or address, most))
            except (requests.RequestException, HTTPError, OSError, ValueError):
                raise ForgeError(say("GitHub could not be reached, or did not answer in time."), passing=True) from None
        return self._last[1]

    def _fetch(self, session: requests.Session, url: str, most: int) -> Iterator[bytes]:
        deadline, token = time.monotonic() + _ALL, self._token
        for _ in range(1 + _REDIRECTS):
            is_ours = self._is_ours(url)
            if not (is_ours or self._is_store(url)):
                raise ForgeError(say("GitHub sent us to a place that is not known to be its own."))
            token = token if is_ours else ""  # it is not taken up again
            headers = {"User-Agent": "almanac", "Accept": "*/*", "Accept-Encoding": "identity"}
            headers |= {"Authorization": f"token {token}"} if token else {}
            with session.get(url, headers=headers, stream=True, allow_redirects=False, timeout=_TIMES) as answer:
                if answer.status_code == HTTPStatus.OK:
                    yield from _body(answer, most, deadline)
                    return
                if not answer.is_redirect:
                    raise _refused(answer.status_code)
                url = urljoin(url, answer.headers["location"])
                if url.startswith(f"{self._web}/login"):
                    raise _refused(HTTPStatus.UNAUTHORIZED)
        raise ForgeError(say("GitHub sent us from place to place."))

    def _is_ours(self, url: str) -> bool:
        return url.startswith(f"{self._web}/")

    def _is_store(self, url: str) -> bool:
        parts = urlsplit(url)
        # A company's GitHub has hosts below its own.
        below = re.compile(rf"[a-z0-9-]+\.{re.escape(urlsplit(self._web).netloc)}")
        is_known = any(pattern.fullmatch(parts.netloc) for pattern in (_STORES, below))
        return parts.scheme == "https" and is_known


def _body(answer: requests.Response, most: int, deadline: float) -> Iterator[bytes]:
    left = most + 1
    # Whatever has come is taken, so that one who sends very slowly does not keep us beyond the deadline.
    while left > 0 and (data := answer.raw.read1(min(_CHUNK, left))):
        if time.monotonic() > deadline:
            raise TimeoutError
        left -= len(data)
        yield data


def _refused(status: int) -> ForgeError:
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND):
        return NoAttachmentError(say("GitHub says that there is no such attachment, or that we may not see it."))
    return ForgeError(say("GitHub refused to give it to us (status {status}).", status=status), passing=True)
