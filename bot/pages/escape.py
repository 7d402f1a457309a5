"""The only place where text becomes Markdown or a URL.

Text from strangers meets Liquid, kramdown and GitHub's own Markdown. Backslashes, code fences and `{% raw %}` each fail
one of them; a decimal character reference (`&#123;`) means the character itself to all of them, and markup to none. So
every character that could begin markup where it stands is written as one, and no other character is touched: plain
prose stays as it was typed.
"""

import re

import idna

MAX_URL = 2_000
_PORT_END = 65_535
_HOST_END = 253

_LINE_BREAKS = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
# Emphasis, code, links, HTML, tables, maths, attribute lists and Liquid begin with one of these. An ampersand is one
# only where it could begin a reference. GitHub makes links of a bare `https://` and `www.`.
_MARKUP = re.compile(r"[\\`*_^{}\[\]<>|$~]|&(?=[A-Za-z0-9_:#])|:(?=//)|(?<=[wW]{3})\.")
_CLOSING_HASHES = re.compile(r"#+(?=[ \t]*\Z)")
_FIRST = re.compile(r"\A(?:[#+\-=:]|[0-9]+[.)])")
_JOINT = re.compile(r"[!&]\Z")
_BANG = re.compile(r"!\Z")

_URL = re.compile(r"(https?)://([^/?#]*)(.*)", re.IGNORECASE)
_HOST = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{0,58}[a-z0-9])")
_OUTSIDE_URL = re.compile(r"[^A-Za-z0-9\-._~/?=&%+,:@!$#*]")


class Safe(str):
    """Markdown that is done: whatever was typed in it is escaped already."""

    __slots__ = ()


class RefusedUrl(ValueError):  # noqa: N818  # named as the other errors are
    """The URL is not one that a page may link to.

    Attributes:
        reason: What is wrong with it, as a full sentence in plain words.
    """

    def __init__(self, reason: str) -> None:
        """Take the reason."""
        super().__init__(reason)
        self.reason = reason


def _reference(found: re.Match[str]) -> str:
    return "".join(char if char.isdigit() else f"&#{ord(char)};" for char in found[0])


def text(value: str) -> Safe:
    """Escape a text that stands within a line.

    Line breaks become spaces and control characters go, whatever a record edited by hand may hold: one value can never
    begin a line of its own.
    """
    if isinstance(value, Safe):
        return value
    return Safe(_MARKUP.sub(_reference, _CONTROLS.sub("", _LINE_BREAKS.sub(" ", value))))


def heading(value: str) -> Safe:
    """Escape a text that ends a heading: a closing run of `#` would vanish there."""
    if isinstance(value, Safe):
        return value
    return Safe(_CLOSING_HASHES.sub(_reference, text(value)))


def item(value: str) -> Safe:
    """Escape a text that begins a list item or a line, where `#`, `-`, `1.` and the like have a meaning."""
    if isinstance(value, Safe):
        return value
    return Safe(_FIRST.sub(_reference, text(value).lstrip(" \t")))


def anywhere(value: str) -> Safe:
    """Escape a text for every position within a line at once, for a template that does not say where it stands.

    An exclamation mark or an ampersand at its end is escaped too: the template may go on with `[` or with `amp;`.
    """
    if isinstance(value, Safe):
        return value
    return Safe(_JOINT.sub(_reference, heading(item(value).rstrip(" \t"))))


def link(label: str, url: str, before: str = "") -> Safe:
    """Write a link, together with the text that stands before it on its line.

    Args:
        label: The words that are shown.
        url: Where it leads.
        before: The text before it; an exclamation mark at its end would make an image of the link.

    Raises:
        RefusedUrl: A page may not link there.
    """
    target = check_url(url)
    return Safe(f"{_BANG.sub(_reference, text(before))}[{text(label)}]({target})")


def url(value: str) -> Safe:
    """Return the URL as it may stand in a link.

    Raises:
        RefusedUrl: A page may not link there.
    """
    return value if isinstance(value, Safe) else Safe(check_url(value))


def check_url(value: str) -> str:
    """Check a URL and return it normalised: scheme and host in lower case, the host in ASCII, the rest percent-encoded.

    A URL that would need repair is refused: a guess at what was meant is a link to somewhere else.

    Raises:
        RefusedUrl: With the reason in plain words.
    """
    if not value:
        raise RefusedUrl("The link is empty.")
    if any(char.isspace() for char in value):
        raise RefusedUrl("A link has no spaces in it.")
    if not value.isprintable():
        raise RefusedUrl("The link holds a character that cannot be seen. Please type it anew.")
    if "\\" in value:
        raise RefusedUrl("A link has no backslash in it. Did you mean a slash?")
    parts = _URL.fullmatch(value)
    if not parts:
        raise RefusedUrl("A link begins with https:// or http://.")
    rest = _OUTSIDE_URL.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), parts[3])
    checked = f"{parts[1].lower()}://{_authority(parts[2])}{rest}"
    if len(checked) > MAX_URL:
        raise RefusedUrl(f"The link is {len(checked):,} characters long. The limit is {MAX_URL:,}.")
    return checked


def _authority(value: str) -> str:
    """Check what stands between `//` and the path."""
    if "@" in value:
        raise RefusedUrl("A link has no user name or password (nor any @) before its first single slash.")
    host, colon, port = value.partition(":")
    if colon and not (re.fullmatch(r"[0-9]{1,5}", port) and 0 < int(port) <= _PORT_END):
        raise RefusedUrl("What stands after the colon in the link is not a port number.")
    try:
        ascii_host = host.lower() if host.isascii() else idna.encode(host, uts46=True).decode()
    except idna.IDNAError:
        ascii_host = ""
    if len(ascii_host) > _HOST_END or not _HOST.fullmatch(ascii_host):
        raise RefusedUrl("The link needs the full name of a web site, such as https://example.org.")
    return ascii_host + colon + port


def host_of(checked: str) -> str:
    """Return the host of a URL that `check_url` returned, without `www.`: a calm name for where a link leads."""
    return checked.split("/")[2].partition(":")[0].removeprefix("www.")


def fence(value: str) -> str:
    """Put a text into a code fence that is one backtick longer than the longest run within it.

    For comments on GitHub, where a fence stops mentions, references and Markdown. (It does not stop Liquid: a page
    never gets a fence.)
    """
    longest = max(map(len, re.findall("`+", value)), default=0)
    marks = "`" * max(3, longest + 1)
    return f"{marks}text\n{value}\n{marks}"
