"""The check of `almanac doctor` for files that git ignores, so that they never reach GitHub."""

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from almanac.commands.checks import Edit, Finding
from almanac.commands.mending import ignore_lines, not_ignored
from almanac.errors import ForgeError
from almanac.forge.git import Git

_SAMPLE = "2000-01-01-a.yml"


def check_ignored(top: Path, files: Iterable[str], folders: Iterable[str]) -> Iterator[Finding]:
    """Find which files, and which folders of records, git ignores in the clone with this top folder."""
    wanted = {path: path for path in files} | {f"{folder}/{_SAMPLE}": folder for folder in folders}
    for sample, path in wanted.items():
        found = _ignored(top, sample)
        if found is None:
            continue
        source, pattern = found
        parts = path.split("/")
        above = ("/".join(parts[:depth]) for depth in range(1, len(parts)))
        first = next((folder for folder in above if _ignored(top, f"{folder}/")), path)
        lines = [*ignore_lines(path, first, is_folder=sample != path)]
        what = "what is in this folder" if sample != path else "this file"
        message = f"git ignores {what} (`{pattern}` in {source}), so it never reaches GitHub."
        remedy = f"Take that out, or put these lines at the end of .gitignore: {' '.join(f'`{one}`' for one in lines)}."
        mend = Edit(f"{path} is not ignored by git any more.", ".gitignore", partial(not_ignored, lines))
        yield Finding("ignored", "error", message, remedy, path, mend=mend)


def _ignored(top: Path, path: str) -> tuple[str, str] | None:
    """Return the file and the pattern by which git ignores a path that it does not know yet."""
    try:
        told = Git(top).text("check-ignore", "--verbose", "--", path, good=(0, 1, 128))
    except ForgeError:
        return None
    source, _, rest = told.partition("\t")[0].partition(":")
    pattern = rest.partition(":")[2]
    return None if not pattern or pattern.startswith("!") else (source, pattern)
