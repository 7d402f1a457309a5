"""Cleaning typed text, before anything is stored: what is left is what a reader can see.

And how long a text may be. Both are by field, and pure.

Checking a URL on the way in: refused rather than repaired, because a guess is a link to somewhere else.

Typed text in a terminal, in a log, and in GitHub's workflow commands.

A terminal obeys escape sequences, a log is read line by line, and GitHub's runner takes a line that begins with `::`,
or that holds `##[`, for a command. So what cannot be printed is shown as its number, and such a beginning gets a
backslash.
"""

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

import idna

# Unicode's line ends (its newline guidelines), CRLF first so that it counts once.
_LINE_END = re.compile(r"\r\n|[\r\v\f\x85\u2028\u2029]")
_SPACE = re.compile(r"[\t\xa0]")
_DROPPED = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x9f"  # controls; the line ends and the tab are something else by now
    r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # bidirectional controls: they show a text in another order
    r"\u200b\u2060\ufeff"  # no width, and no meaning in a text
    r"\ud800-\udfff\ufdd0-\ufdef"  # halves of characters, and code points that are none
    r"\U000e0000-\U000e007f"  # tags: a text within the text that nobody sees
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
    + "]"
)
# Unicode's Stream-Safe Text Format: no language needs more marks on one letter, and sorting them costs their square.
MAX_MARKS = 30

CAPS: Mapping[str, int] = MappingProxyType(
    {
        "series": 200,
        "title": 300,
        "date": 100,
        "when": 200,
        "duration": 50,
        "location": 500,
        "url": 2_000,
        "people_label": 200,
        "people": 40_000,
        "description": 20_000,
        "agenda": 20_000,
        "recording": 2_000,
        "links": 40_000,
    }
)
"""Field id -> how many characters it may have. A field of the site's own has `CAP_ELSEWHERE`."""
CAP_ELSEWHERE = 10_000

COUNT_CAPS: Mapping[str, int] = MappingProxyType({"people": 100, "agenda": 100, "links": 50})
"""Field id -> how many entries it may have."""

ENTRY_CAPS: Mapping[str, int] = MappingProxyType(
    {"name": 200, "affiliation": 300, "role": 200, "label": 300, "point": 1_000}
)
"""Part of one entry -> how many characters it may have: of a person, of a link, of a point of the agenda."""

_ENTRIES = {"people": "people", "agenda": "points", "links": "links"}


def clean_text(value: str) -> str:
    """Clean a text of several lines. Cleaning twice changes nothing more.

    Every kind of line end becomes LF; tabs and no-break spaces become spaces; what cannot be seen goes, but for the
    joiners and variation selectors that scripts and emoji need; letters are composed (Unicode's NFC); blank lines and
    spaces go from both ends. A text in which nothing can be seen is empty.
    """
    kept = _DROPPED.sub("", _SPACE.sub(" ", _LINE_END.sub("\n", value)))
    composed = unicodedata.normalize("NFC", kept if kept.isascii() else _few_marks(kept)).strip()
    return composed if any(map(_visible, composed)) else ""


def clean_line(value: str) -> str:
    """Clean a text that is one line: as `clean_text`, and each line end, with the spaces around it, becomes a space."""
    return " ".join(filter(None, map(str.strip, clean_text(value).split("\n"))))


def _few_marks(value: str) -> str:
    kept = []
    marks = 0
    for char in value:
        marks = marks + 1 if unicodedata.combining(char) else 0
        if marks <= MAX_MARKS:
            kept.append(char)
    return "".join(kept)


def _visible(char: str) -> bool:
    category = unicodedata.category(char)
    # Spaces and line ends; marks on nothing and variation selectors; joiners. A character that is newer than Python's
    # tables (Cn) may well be an emoji.
    return category[0] not in "ZM" and category not in {"Cc", "Cf"}


def too_long(field: str, value: str) -> str | None:
    """Say that a field's text is over its cap, and state the cap; None where it is not.

    Args:
        field: The field's id.
        value: The text, cleaned or not.
    """
    return over(CAPS.get(field, CAP_ELSEWHERE), value)


def entry_too_long(part: str, value: str) -> str | None:
    """Say that a part of one entry (see `ENTRY_CAPS`) is over its cap; None where it is not."""
    return over(ENTRY_CAPS[part], value)


def over(cap: int, value: str) -> str | None:
    """Say that a text has more characters than the cap; None where it has not."""
    if len(value) <= cap:
        return None
    return f"This is {len(value):,} characters long. The limit is {cap:,}. Please shorten it."


def too_many(field: str, count: int) -> str | None:
    """Say that a field has more entries than its cap, and state the cap; None where it has not."""
    cap = COUNT_CAPS.get(field)
    if cap is None or count <= cap:
        return None
    return f"There are {count:,} {_ENTRIES[field]} here. The limit is {cap:,}. Please leave some out."


MAX_URL = 2_000
_PORT_END = 65_535
_HOST_END = 253

_URL = re.compile(r"(https?)://([^/?#]*)(.*)", re.IGNORECASE)
_HOST = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{0,58}[a-z0-9])")
_OUTSIDE_URL = re.compile(r"[^A-Za-z0-9\-._~/?=&%+,:@!$#*]")


class RefusedUrl(ValueError):  # noqa: N818  # named as the other errors are
    """The URL is not one that a page may link to.

    Attributes:
        reason: What is wrong with it, as a full sentence in plain words.
    """

    def __init__(self, reason: str) -> None:
        """Take the reason."""
        super().__init__(reason)
        self.reason = reason


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


def refusal(value: str) -> str | None:
    """Say why a URL is refused; None where it is not."""
    try:
        check_url(value)
    except RefusedUrl as error:
        return error.reason
    return None


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
    return re.split("[/:?#]", checked.partition("//")[2])[0].removeprefix("www.")


_COMMAND = re.compile(r"\A(\s*):(?=:)")


def printable(text: str) -> str:
    r"""Return a text as one line that a terminal or a log shows and does not obey: `\n` and `\x1b` are spelled out."""
    shown = "".join(char if char.isprintable() else _spelled(char) for char in text)
    return _COMMAND.sub(r"\1\\:", shown.replace("##[", r"##\["))


def printable_lines(text: str) -> str:
    """Do the same for a text of several lines, which stay lines."""
    return "\n".join(map(printable, text.split("\n")))


def _spelled(char: str) -> str:
    # Joiners build emoji and letters, and unusual spaces are spaces: no terminal takes them for an order.
    if char in "\t\u200c\u200d\xa0\u202f\u3000":
        return char
    return char.encode("unicode_escape").decode()


def annotation(text: str) -> str:
    """Return a text as the message of a workflow command (`::error::...`); its lines stay lines."""
    shown = "\n".join("".join(c if c.isprintable() else _spelled(c) for c in line) for line in text.split("\n"))
    return shown.replace("%", "%25").replace("\n", "%0A")


def annotation_property(text: str) -> str:
    """Return a text as a property of a workflow command (`file=...`)."""
    return annotation(text).replace(":", "%3A").replace(",", "%2C")
