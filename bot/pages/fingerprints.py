"""The hash by which a record knows its section again."""

import hashlib

from bot.pages.lines import with_newline


def fingerprint(section: str) -> str:
    """Return the SHA-256 of a section's UTF-8, in hex: a record's `rendered`."""
    return hashlib.sha256(section.encode("utf-8", "surrogatepass")).hexdigest()


def fingerprints(section: str) -> tuple[str, str, str]:
    """Return the fingerprints that a section may be known by: as it stands, with LF and with CRLF.

    Git may have changed the line ends of a whole page on its way; that is no edit.
    """
    return fingerprint(section), fingerprint(with_newline(section, "\n")), fingerprint(with_newline(section, "\r\n"))
