"""The site as readers see it: built by Jekyll where that is installed, else its pages by a Markdown library.

Of the site's own code nothing runs: see `almanac.commands.trial`.
"""

import tempfile
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from threading import Lock

from almanac.commands.trial import build, can_build
from almanac.forge.git import Git
from almanac.jekyll import read_jekyll
from almanac.playground.rendering import page_html
from almanac.site import Site
from almanac.sitefiles import NOT_THE_SITES

_KEPT = 6
"""How many built versions of a site are kept in memory."""
_LARGEST, _MOST_FILES, _MOST_BYTES = 1_000_000, 2_000, 20_000_000
# A page without a layout, as where the theme is not installed, can be read all the same.
_BARE = (
    b"<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'><title>Page"
    b"</title><style>body{font:16px/1.5 system-ui,sans-serif;max-width:48rem;margin:1rem auto;padding:0 1rem}</style>"
)
_TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".xml": "text/xml",
    ".json": "application/json",
    ".ics": "text/plain",
    ".txt": "text/plain",
    ".md": "text/plain",
}


class Builds:
    """The built site at each commit that somebody looks at."""

    def __init__(self, git: Git, *, with_jekyll: bool) -> None:
        """Take the clone; without Jekyll, also where it is installed, pages are rendered by a library."""
        self.has_jekyll = with_jekyll and can_build()
        self._git = git
        self._kept: OrderedDict[str, Mapping[str, bytes]] = OrderedDict()
        self._lock = Lock()

    def files(self, site: Site, commit: str) -> Mapping[str, bytes]:
        """Return the files of the built site by their paths; empty if it cannot be built."""
        with self._lock:
            if commit not in self._kept:
                self._kept[commit] = self._build(site, commit)
                while len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(commit)
            return self._kept[commit]

    def _build(self, site: Site, commit: str) -> Mapping[str, bytes]:
        sources = self._sources(commit)
        if not self.has_jekyll:
            return sources
        jekyll = read_jekyll(site.text, site.files.names, site.config.page)
        with tempfile.TemporaryDirectory(prefix="almanac-") as scratch:
            copy, built = Path(scratch, "site"), Path(scratch, "built")
            for path, data in sources.items():
                file = copy / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(data)
            config = str(PurePosixPath(jekyll.root, "_config.yml"))
            if not build(copy, config, built, f"baseurl: /built/{commit}\n"):
                return {}
            found = (path for path in sorted(built.rglob("*")) if path.is_file() and not path.is_symlink())
            return {path.relative_to(built).as_posix(): path.read_bytes() for path in found}

    def _sources(self, commit: str) -> dict[str, bytes]:
        """Read the site's files, but for what is no part of it or too large."""
        lines = self._git.text("ls-tree", "-r", "-z", "-l", "--full-tree", commit).split("\0")[:-1]
        found: dict[str, bytes] = {}
        room = _MOST_BYTES
        for line in lines[:_MOST_FILES]:
            about, _, path = line.partition("\t")
            mode, _, blob, size = about.split()
            if not mode.startswith("100") or set(path.split("/")) & {*NOT_THE_SITES, ".github"}:
                continue
            room -= int(size)
            if int(size) > _LARGEST or room < 0:
                continue
            found[path] = self._git.run("cat-file", "blob", blob)[1]
        return found


def shown(files: Mapping[str, bytes], path: str, *, has_jekyll: bool) -> tuple[bytes, str] | None:
    """Find the file that stands for an address: its content and its media type; None if there is none."""
    path = path.strip("/")
    tried = (path, f"{path}.html", f"{path}/index.html".lstrip("/"))
    name = next((one for one in tried if one in files), None)
    if name is None:
        return None
    suffix, data = PurePosixPath(name).suffix, files[name]
    kind = _TYPES.get(suffix, "application/octet-stream")
    if not has_jekyll and suffix == ".md":
        data, kind = page_html(data.decode(errors="replace")).encode(), "text/html"
    if kind == "text/html" and b"<html" not in data[:2_000].lower():
        data = _BARE + data
    return data, kind
