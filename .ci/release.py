#!/usr/bin/env python3
"""Says what a tag releases: `.ci/release.py TAG [--notes FILE]`, in a clone with all tags. It needs nothing but Python.

Prints lines for a workflow's outputs: `version`, `series` (the tag that moves along, such as `v0`; empty for a
pre-release, or where a later version is out), and `prerelease`. FILE gets what CHANGELOG.md says of the version. Exits
with 1, and why, unless tag, pyproject.toml, the package and CHANGELOG.md agree.
"""

import argparse
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parent.parent
# As PEP 440 writes them in their shortest form.
_VERSION = re.compile(r"v(\d+)\.(\d+)\.(\d+)((?:a|b|rc)\d+)?")
_HEADING = re.compile(r"^## (?P<version>\S+) \((?P<when>.*)\)\n(?P<notes>(?:(?!## ).*\n?)*)", re.MULTILINE)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def notes_of(version: str, changelog: str) -> str:
    """Return what the section of a version says.

    Raises:
        ValueError: There is no section of it, it says nothing, or it has no date yet.
    """
    section = next((one for one in _HEADING.finditer(changelog) if one["version"] == version), None)
    if section is None:
        raise ValueError(f"CHANGELOG.md has no section of it. Add one: ## {version} (2026-01-31)")
    if not _DAY.fullmatch(section["when"]):
        raise ValueError(f"CHANGELOG.md says ({section['when']}) of it. Write the day of the release there.")
    if not (notes := section["notes"].strip()):
        raise ValueError("CHANGELOG.md says nothing of it.")
    return f"{notes}\n"


def agreed_version(tag: str, declared: str, package: str) -> str:
    """Return the version that a tag names, which pyproject.toml and the package have to have as well.

    Raises:
        ValueError: They differ, or the tag is not that of a version.
    """
    if not _VERSION.fullmatch(tag):
        raise ValueError("A release's tag is v and a version, such as v0.2.0 or v0.2.0rc1.")
    for where, version in (("pyproject.toml", declared), ("bot/almanac/__init__.py", package)):
        if tag != f"v{version}":
            raise ValueError(f"{where} has version {version}.")
    return tag.removeprefix("v")


def series_of(tag: str, tags: Iterable[str]) -> str:
    """Return the tag that a release moves: that of its major version, if no later version of that is out."""
    found = filter(None, map(_VERSION.fullmatch, tags))
    finals = {one[0]: (int(one[1]), int(one[2]), int(one[3])) for one in found if not one[4]}
    if tag not in finals:
        return ""
    major = finals[tag][0]
    return f"v{major}" if finals[tag] == max(one for one in finals.values() if one[0] == major) else ""


def main() -> int:
    """Read the command line and the clone."""
    parser = argparse.ArgumentParser(description="Says what a tag releases.")
    parser.add_argument("tag", help="such as v0.2.0")
    parser.add_argument("--notes", type=Path, metavar="FILE", help="where to write the notes")
    asked = parser.parse_args()
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    package = re.search(r'^__version__ = "(.*)"$', (ROOT / "bot/almanac/__init__.py").read_text("utf-8"), re.MULTILINE)
    try:
        version = agreed_version(asked.tag, declared, package[1] if package else "none")
        notes = notes_of(version, (ROOT / "CHANGELOG.md").read_text("utf-8"))
    except ValueError as error:
        sys.stderr.write(f"{asked.tag} cannot be released: {error}\n")
        return 1
    listed = subprocess.run(["git", "-C", ROOT, "tag", "--list"], capture_output=True, text=True, check=True)  # noqa: S603, S607
    series = series_of(asked.tag, {asked.tag, *listed.stdout.split()})
    if asked.notes:
        asked.notes.write_text(notes, encoding="utf-8")
    is_final = version.replace(".", "").isdigit()
    sys.stdout.write(f"version={version}\nseries={series}\nprerelease={str(not is_final).lower()}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
