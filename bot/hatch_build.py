"""Notes in a wheel from which commit it was built, for `almanac.commands.origin`."""  # noqa: INP001 -- the build loads it by its path

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class OriginHook(BuildHookInterface):
    """Puts `origin.json` beside the templates, if the wheel is built in a clone."""

    PLUGIN_NAME = "origin"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the file, and name it to the builder; an editable install has its clone."""
        if version == "editable" or not (Path(self.root) / ".git").exists():
            return
        noted = {"url": self._git("remote", "get-url", "origin"), "commit": self._git("rev-parse", "HEAD")}
        with tempfile.NamedTemporaryFile("w", suffix=".json", delete=False, encoding="utf-8") as file:
            json.dump(noted, file)
        build_data["force_include"][file.name] = "almanac/_data/origin.json"

    def _git(self, *arguments: str) -> str:
        command = ["git", "-C", self.root, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603
