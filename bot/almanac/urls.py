"""URLs, checked on the way in: refused rather than repaired, because a guess is a link to somewhere else."""

import re

import idna

from almanac.patterns import regex
from almanac.phrases import say

MAX_URL = 2_000
_PORT_END = 65_535
_HOST_END = 253

_URL = regex(r"(https?)://([^/?#]*)(.*)", re.IGNORECASE)
_HOST = regex(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{0,58}[a-z0-9])")
_OUTSIDE_URL = regex(r"[^A-Za-z0-9\-._~/?=&%+,:@!$#*]")


class RefusedUrl(ValueError):  # noqa: N818 -- an answer to the person, not an error of ours
    """The URL is not one that a page may link to; the reason is a full sentence in plain words."""


def check_url(value: str) -> str:
    """Check a URL and return it normalised: scheme and host in lower case, the host in ASCII, the rest percent-encoded.

    Raises:
        RefusedUrl: A page may not link to it.
    """
    if not value:
        raise RefusedUrl(say("The link is empty."))
    if "".join(value.split()) != value:
        raise RefusedUrl(say("A link has no spaces in it."))
    if not value.isprintable():
        raise RefusedUrl(say("The link has an invisible character in it. Please type it again."))
    if "\\" in value:
        raise RefusedUrl(say("A link has no backslash in it. Did you mean a slash?"))
    parts = _URL.fullmatch(value)
    if not parts:
        raise RefusedUrl(say("A link begins with https:// or http://."))
    rest = _OUTSIDE_URL.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), parts[3])
    checked = f"{parts[1].lower()}://{_authority(parts[2])}{rest}"
    if len(checked) > MAX_URL:
        raise RefusedUrl(
            say("The link is {number:,} characters long. The limit is {cap:,}.", number=len(checked), cap=MAX_URL)
        )
    return checked


def why_refused(value: str) -> str | None:
    """Say why a URL is refused; None if it is not."""
    try:
        check_url(value)
    except RefusedUrl as error:
        return str(error)
    return None


def host_of(checked: str) -> str:
    """Return the host of a URL that `check_url` returned, without `www.`: a calm name for where a link leads."""
    return re.split("[/:?#]", checked.partition("//")[2])[0].removeprefix("www.")


def _authority(value: str) -> str:
    """Check what is between `//` and the path."""
    if "@" in value:
        raise RefusedUrl(say("A link has no user name or password (nor any @) before its first single slash."))
    host, colon, port = value.partition(":")
    if colon and not (re.fullmatch(r"[0-9]{1,5}", port) and 0 < int(port) <= _PORT_END):
        raise RefusedUrl(say("What follows the colon in the link is not a port number."))
    try:
        ascii_host = host.lower() if host.isascii() else idna.encode(host, uts46=True).decode()
    except idna.IDNAError:
        ascii_host = ""
    if len(ascii_host) > _HOST_END or not _HOST.fullmatch(ascii_host):
        raise RefusedUrl(say("The link needs the full name of a website, such as https://example.org."))
    return ascii_host + colon + port
