"""Notes in sdist and wheel from which commit they were built, and gives them a README that can be read elsewhere."""  # noqa: INP001 -- the build loads it by its path

import json
import re
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

_NOTE = "origin.json"
_PICTURE = re.compile(r'(?<=src=")(?=docs/)|(?<=srcset=")(?=docs/)')
_LINK = re.compile(r"(?<=\]\()(?=[\w.-]+[/.)])(?!https?:)")


class ReadmeHook(MetadataHookInterface):
    """Lets pictures and links of the README lead to the repository: an index of packages has nothing beside it."""

    PLUGIN_NAME = "readme"

    def update(self, metadata: dict[str, Any]) -> None:
        """Give the README to the package."""
        source = metadata["urls"]["Source"]
        text = Path(self.root, "README.md").read_text(encoding="utf-8")
        text = _LINK.sub(f"{source}/blob/main/", _PICTURE.sub(f"{source}/raw/main/", text))
        metadata["readme"] = {"content-type": "text/markdown", "text": text}


class OriginHook(BuildHookInterface):
    """Puts `origin.json` in an sdist, and beside the templates of a wheel; a wheel of an sdist takes over its note.

    `almanac.commands.origin` reads it.
    """

    PLUGIN_NAME = "origin"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the file, and name it to the builder; an editable install has its clone."""
        if version == "editable":
            return
        note = Path(self.root, _NOTE)
        if Path(self.root, ".git").exists():
            note = self._written()
        if note.exists():
            build_data["force_include"][str(note)] = _NOTE if self.target_name == "sdist" else f"almanac/_data/{_NOTE}"

    def _written(self) -> Path:
        noted = {"url": self._git("remote", "get-url", "origin"), "commit": self._commit()}
        with tempfile.NamedTemporaryFile("w", suffix=".json", delete=False, encoding="utf-8") as file:
            json.dump(noted, file)
        return Path(file.name)

    def _commit(self) -> str:
        """Return the newest commit that others can have: what the clone alone has, no workflow could fetch."""
        ahead = self._git("rev-list", "--boundary", "HEAD", "--not", "--remotes=origin").split()
        return next((one[1:] for one in ahead if one.startswith("-")), self._git("rev-parse", "HEAD"))

    def _git(self, *arguments: str) -> str:
        command = ["git", "-C", self.root, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603
