"""A site built with Jekyll before and after a change, in a copy, to see what readers would see of it.

Nothing of the site's own code runs: its plugins, its theme and its Gemfile are left aside, and Jekyll is in its safe
mode, which follows no links and reads nothing outside of the site.
"""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from almanac.matching import LinearMatcher
from almanac.output import progress
from almanac.patterns import regex
from almanac.sitefiles import NOT_THE_SITES

SECONDS = 60
"""How long one build may take."""
_OVERRIDE = "plugins: []\ngems: []\nwhitelist: []\ntheme: null\nincremental: false\n"
_LARGEST = 1_000_000  # bytes of a file that is copied; what is larger is no page
_MOST_BYTES = 200_000_000
_PAGES = (".html", ".htm", ".xml", ".json", ".txt", ".ics")
# What a build writes of its own time, and of its order of files.
_VOLATILE = regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.+-]{6,}Z?|[0-9]{2}:[0-9]{2}(?::[0-9]{2})?")


@dataclass(frozen=True)
class Trial:
    """What a change to a site's files changes of the built site: pages that are new, that gained lines, that lost some.

    `shown` are those of the first two in which the words stand that were looked for.
    """

    new: tuple[str, ...]
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    shown: tuple[str, ...]


def build_both(root: Path, config: str, tries: Sequence[Mapping[str, str]], words: str) -> Trial | None:
    """Build a site as it is and with other files (path -> text), and compare; None if it cannot be built here.

    `config` is the path of Jekyll's config, and `words` are those of the change that readers should see. Of several
    tries the first counts in which a page shows them, or else the last.
    """
    if not can_build():
        return None
    with tempfile.TemporaryDirectory(prefix="almanac-") as scratch, progress() as tell:
        tell("Building a copy of the site with Jekyll, as it is ...")
        copy, folder = Path(scratch, "site"), Path(scratch, "built")
        if not _copy(root, copy):
            return None
        if not build(copy, config, folder / "before"):
            return None
        trial = None
        for files in tries:
            tell("Building a copy of the site with Jekyll, with a new event ...")
            before = _put(copy, files)
            if not build(copy, config, folder / "after"):
                return None
            _put(copy, before)
            trial = _compared(_pages(folder / "before"), _pages(folder / "after"), words)
            if trial.shown:
                break
        return trial


def can_build() -> bool:
    """Tell whether Jekyll is installed here."""
    return shutil.which("jekyll") is not None


def build(copy: Path, config: str, destination: Path, settings: str = "") -> bool:
    """Build the copy of a site, whose Jekyll config has this path in it, into another folder; tell whether it worked.

    `settings` are more lines of YAML for Jekyll.
    """
    with tempfile.TemporaryDirectory(prefix="almanac-") as scratch:
        extra = Path(scratch, "override.yml")
        extra.write_text(_OVERRIDE + settings, encoding="utf-8")
        source, own = copy / Path(config).parent, copy / config
        command = ["jekyll", "build", "--safe", "--quiet", "--disable-disk-cache", "-s", str(source)]
        command += ["--config", f"{own},{extra}" if own.is_file() else str(extra)]
        return _run([*command, "-d", str(destination)], source)


def _put(folder: Path, files: Mapping[str, str | None]) -> dict[str, str | None]:
    """Write files, None for those that are to go, and return what was there before."""
    before: dict[str, str | None] = {}
    for path, text in files.items():
        file = folder / path
        before[path] = file.read_bytes().decode() if file.exists() else None
        if text is None:
            file.unlink()
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text.encode())
    return before


def _copy(root: Path, copy: Path) -> bool:
    """Copy a site but for what is no part of it; False if it is too large."""
    room = _MOST_BYTES

    def left_out(folder: str, names: list[str]) -> set[str]:
        nonlocal room
        out = set()
        for name in names:
            path = Path(folder, name)
            if path.is_symlink() or name in NOT_THE_SITES or name == ".git":
                out.add(name)
            elif path.is_file():
                size = path.stat().st_size
                room -= min(size, _LARGEST)
                out |= {name} if size > _LARGEST or room < 0 else set()
        return out

    shutil.copytree(root, copy, ignore=left_out)
    return room >= 0


def _run(command: Sequence[str], folder: Path) -> bool:
    environment = {"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8", "JEKYLL_NO_BUNDLER_REQUIRE": "true"}
    with subprocess.Popen(  # noqa: S603 -- Jekyll, as it is installed on this machine
        command,
        cwd=folder,
        env={**environment, "HOME": str(folder)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            return process.wait(timeout=SECONDS) == 0
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return False


def _pages(folder: Path) -> dict[str, str]:
    paths = sorted(path for path in folder.rglob("*") if path.suffix in _PAGES and path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8", errors="replace") for path in paths}


def _compared(before: Mapping[str, str], after: Mapping[str, str], words: str) -> Trial:
    gained: list[str] = []
    lost = [path for path in before if path not in after]
    for path in (path for path in after if path in before):
        old, new = (_VOLATILE.sub("", text).split("\n") for text in (before[path], after[path]))
        if old == new:
            continue
        steps = {step for step, *_ in LinearMatcher(old, new).get_opcodes()} - {"equal"}
        (gained if steps == {"insert"} else lost).append(path)
    added = [path for path in after if path not in before]
    seen = words.casefold()
    shown = [path for path in (*added, *gained, *lost) if seen in after.get(path, "").casefold()]
    return Trial(tuple(added), tuple(gained), tuple(lost), tuple(shown))
