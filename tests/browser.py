"""Pages in a real Chromium without network, which reports everything that a page tried to do."""

import json
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.tools import need

HOST = "page.test"
_PLAYER = Path(__file__).parent / "emulator"
# No page of ours names one of these.
_OWN = re.compile(r"^(?:https?://)?(?:[a-z0-9-]+\.)*(?:google|googleapis|gvt1|gstatic)\.com[:/]")
# The policy lets nothing run but the probe, and reports what tried: scripts, handlers, `javascript:` links, images,
# frames, styles from elsewhere. The probe then does what a reader could do, on every element.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; script-src 'nonce-probe'"
PROBE = """\
<script nonce="probe">
const tried = [];
const tell = what => { tried.push(what); document.documentElement.dataset.tried = JSON.stringify(tried); };
document.addEventListener("securitypolicyviolation", e => tell(e.violatedDirective + " " + e.blockedURI));
for (const name of ["alert", "confirm", "prompt", "open", "print", "eval"]) window[name] = () => tell(name);
addEventListener("load", () => {
  for (const element of document.body.querySelectorAll("*")) {
    for (const link of [element.href].filter(Boolean)) {
      if (!/^https?:\\/\\/(example\\.org|page\\.test)\\//.test(link)) tell("link to " + link);
    }
    element.addEventListener("click", e => e.preventDefault());
    for (const kind of ["mouseover", "focus", "click", "toggle", "error", "load"]) {
      element.dispatchEvent(new MouseEvent(kind, { cancelable: true }));
    }
  }
  document.documentElement.dataset.looked = "yes";
});
</script>
"""


@dataclass
class Visit:
    """What came of opening a page.

    Attributes:
        dom: The page as the browser has it in the end.
        requests: What was requested through the proxy, the page included, except for the browser's own requests to its
            maker. Nothing leaves the machine: the proxy answers with the page, or refuses.
    """

    dom: str = ""
    requests: list[str] = field(default_factory=list)


@contextmanager
def _proxy(pages: Mapping[str, str], requests: list[str]) -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            requests.append(self.path)
            page = pages.get(self.path.removeprefix(f"http://{HOST}"))
            self.send_response(200 if page is not None else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", POLICY)
            self.end_headers()
            self.wfile.write((page or "").encode())

        def do_CONNECT(self) -> None:
            requests.append(self.path)
            self.send_error(403)

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


def chromium() -> str:
    """Find the browser: GitHub's runners have it under another name."""
    names = ("chromium-browser", "google-chrome", "google-chrome-stable")
    return shutil.which("chromium") or next(filter(None, map(shutil.which, names)), None) or need("chromium")


def visit(html: str, folder: Path, *more: str) -> Visit:
    """Open a page, do to each of its elements what a reader could do, and report what happened.

    Args:
        html: The page, as built; the probe is put in front.
        folder: For the browser's profile.
        more: Further arguments for Chromium.
    """
    seen = Visit()
    page = f"<!DOCTYPE html>\n<html><head><meta charset='utf-8'>{PROBE}</head><body>{html}</body></html>"
    with _proxy({"/": page}, seen.requests) as port:
        proxied = (f"--proxy-server=http://127.0.0.1:{port}", "--virtual-time-budget=5000", *more)
        seen.dom = dump(f"http://{HOST}/", folder, *proxied)
    seen.requests = [address for address in seen.requests if not _OWN.search(address)]
    return seen


def dump(address: str, folder: Path, *more: str) -> str:
    """Open an address and return the page as the browser has it in the end; the arguments are those of `visit`."""
    done = subprocess.run(
        [
            *(chromium(), "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"),
            *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
            *("--no-first-run", "--disable-default-apps", "--disable-extensions"),
            "--disable-client-side-phishing-detection",
            f"--user-data-dir={folder}",
            *("--dump-dom", *more, address),
        ],
        env={**os.environ, "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout


def play(url: str, steps: Sequence[Mapping[str, Any]], folder: Path) -> dict[str, list[str]]:
    """Take steps in a real browser: see `tests/emulator/play.mjs`."""
    for package in ("puppeteer-core", "axe-core"):
        if not (_PLAYER / "node_modules" / package).is_dir():
            need(f"{package} (npm ci --prefix tests/emulator)")
    done = subprocess.run(
        [need("node"), "play.mjs", chromium(), str(folder)],
        cwd=_PLAYER,
        input=json.dumps({"url": url, "steps": list(steps)}),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found
