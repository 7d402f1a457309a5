"""The site as MkDocs builds it, in a real browser."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.browser import play

ROOT = Path(__file__).parents[2]
# One of each kind: pictures, code, tables, what is made from the code; and where a wrong address leads.
KINDS = ("index.html", "tutorial.html", "configuration.html", "gallery.html", "reference/commands.html", "404.html")


class Quiet(SimpleHTTPRequestHandler):
    """Serves files, and says nothing about it."""

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder as GitHub Pages would, and give its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def built(folder: Path) -> Path:
    """Build the site; each warning is an error, such as a link to nowhere."""
    site = folder / "almanac"  # the address that pages such as 404 name in full
    command = [sys.executable, "-m", "mkdocs", "--quiet", "build", "--strict", "--site-dir", str(site)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return site


def faults(site: Path, pages: list[str], folder: Path) -> list[str]:
    """Say what axe finds serious, and which page is wider than a phone or a desktop's window."""
    steps: list[dict[str, Any]] = []
    for size, dark in (([1280, 900], False), ([390, 844], True)):
        steps.append({"size": size, "dark": dark})
        steps += [{"go": f"/almanac/{page}", "check": f"{page} at {size[0]} pixels"} for page in pages]
    with served(site.parent) as url:
        seen = play(url, steps, folder / "profile")
    assert seen["errors"] == []
    assert len(seen["texts"]) == 2 * len(pages)
    # What is moderate is the theme's own: every block of code has a bar of buttons with the same name.
    return [fault for fault in seen["faults"] if "(moderate)" not in fault and "(minor)" not in fault]


@pytest.mark.browser
def test_pages_of_each_kind_are_for_everyone(tmp_path: Path) -> None:
    assert faults(built(tmp_path), list(KINDS), tmp_path) == []


@pytest.mark.browser
@pytest.mark.long
def test_all_pages_are_for_everyone(tmp_path: Path) -> None:
    site = built(tmp_path)
    pages = sorted(page.relative_to(site).as_posix() for page in site.rglob("*.html"))
    assert {*KINDS} < {*pages}
    assert faults(site, pages, tmp_path) == []
