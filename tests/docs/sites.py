"""The sites on which the documentation's commands run."""

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from almanac import entry
from almanac.packaged import example

from tests.docs.blocks import Block
from tests.gitrepo import Repo, clean_environment

MEETUP = """\
---
layout: meetup
title: "{title}"
speaker: "Ida Brook"
date: {date} 18:30
recording:
---
"""
MEETUPS = {"2025-08-05": "Bats and their maps", "2025-09-02": "A summer of swifts", "2025-10-07": "Owls at night"}


def _nothing(repo: Repo) -> None:
    """Begin with an empty folder."""


def _page(repo: Repo) -> None:
    Repo.init(repo.folder).commit({"past-working-groups.md": example("ospo/past-working-groups.md")})


def _files(repo: Repo) -> None:
    meetups = {f"_meetups/{date}.md": MEETUP.format(date=date, title=title) for date, title in MEETUPS.items()}
    config = "collections: {meetups: {output: true}}\n"
    Repo.init(repo.folder).commit({"_config.yml": config, "_layouts/meetup.html": "{{ page.title }}", **meetups})


def _list(repo: Repo) -> None:
    entries = "".join(
        f'- title: "Owl workshop {number}"\n  institution: "Hill Centre"\n  start: 2026-0{number}-19\n'
        f'  end: 2026-0{number}-21\n  url: "https://example.org/{number}"\n'
        for number in (1, 2, 3)
    )
    Repo.init(repo.folder).commit({"_config.yml": "title: Owls\n", "_data/events.yml": entries})


def _cities(repo: Repo) -> None:
    page = "---\n---\n# {0}\n\n- 2025-02-03: Crows of {0}\n- 2025-01-02: Larks of {0}\n"
    config = "page: paris.md\n"
    pages = {f"{city.lower()}.md": page.format(city) for city in ("Paris", "Lyon")}
    Repo.init(repo.folder).commit({".github/almanac.yml": config, **pages})


SITES: dict[str, Callable[[Repo], None]] = {
    "nothing": _nothing,
    "page": _page,
    "files": _files,
    "list": _list,
    "cities": _cities,
}


class Session:
    """A person's terminal, in one folder after the other. `almanac` runs in this process, all else in a shell."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._folder, self._monkeypatch, self._sites = folder, monkeypatch, 0
        for name in [name for name in os.environ if name.startswith(("GIT_", "GITHUB_"))]:
            monkeypatch.delenv(name)
        monkeypatch.setattr("almanac.commands.trial.can_build", lambda: False)  # Jekyll's part has tests of its own
        for name, value in clean_environment().items():
            monkeypatch.setenv(name, value)

    def begin(self, site: str) -> None:
        """Change to a new site."""
        self._sites += 1
        folder = self._folder / str(self._sites)
        folder.mkdir()
        SITES[site](Repo(folder))
        self._monkeypatch.chdir(folder)

    def take(self, block: Block) -> None:
        """Write the file that a block is, or run its commands: each ends and prints as it should."""
        if "site" in block.said:
            self.begin(block.said["site"])
        if "file" in block.said:
            path = Path(block.said["file"])
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
            return
        for at, (command, printed) in enumerate(block.commands, 1):
            status, shown = self._run(command)
            expected = int(block.said.get("status", 0)) if at == len(block.commands) else 0
            assert status == expected, f"{block.page}:{block.line}: {command}\n{shown}"
            if printed is not None:
                assert _fits(shown, printed), f"{block.page}:{block.line}: {command} prints\n{shown}"

    def _run(self, command: str) -> tuple[int, str]:
        if command.startswith("cd "):
            self._monkeypatch.chdir(command.removeprefix("cd "))
            return 0, ""
        if command.startswith("almanac "):
            return self._almanac(shlex.split(command))
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
            check=False,
        )
        return done.returncode, done.stdout

    def _almanac(self, words: list[str]) -> tuple[int, str]:
        shown = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
        self._monkeypatch.setattr(sys, "argv", words)
        self._monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))
        with contextlib.redirect_stdout(shown), contextlib.redirect_stderr(shown):
            status = entry.run()
        return status, shown.buffer.getvalue().decode()


def _fits(shown: str, printed: str) -> bool:
    """Whether output is as it is printed in the documentation, where a line `...` stands for any lines."""
    expected = "".join(
        "(?:.*\n)*?" if line == "..." else f"{re.escape(line.rstrip())}\n" for line in printed.splitlines()
    )
    said = "".join(f"{line.rstrip()}\n" for line in shown.splitlines())
    return re.fullmatch(expected, said) is not None
