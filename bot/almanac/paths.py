"""Paths within a site: which names lead to a file in it, on whatever disk."""

import re
import unicodedata

from almanac.patterns import regex

# Besides `.git`, what reaches it on disks that ignore case, shorten names, drop trailing dots and spaces, or give files
# several streams, as git itself knows them (`is_ntfs_dotgit` and `is_hfs_dotgit` in its sources).
_GIT_FOLDER = regex(r"(\.git|git~[0-9]+)[ .]*(:.*)?", re.IGNORECASE)
_DRIVE = regex(r"[A-Za-z]:.*")
_CONTROL = regex(r"[\x00-\x1f\x7f\\]")


def leads_inside(path: str) -> bool:
    """Tell whether a path names something in a site: relative, `/` between its parts, no `..`, nothing in `.git`."""
    return not _CONTROL.search(path) and all(map(_is_name, path.split("/")))


def _is_name(part: str) -> bool:
    # macOS leaves characters out of names that it shows nothing for.
    shown = part if part.isascii() else "".join(one for one in part if unicodedata.category(one) != "Cf")
    return bool(shown.strip(" .")) and not _GIT_FOLDER.fullmatch(shown) and not _DRIVE.fullmatch(shown)


def parents(path: str) -> list[str]:
    """List the folders on the way to a path, the outermost first."""
    parts = path.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, len(parts))]


def joined(*parts: str) -> str:
    """Join parts of a path, of which some may be empty."""
    return "/".join(filter(None, parts))
