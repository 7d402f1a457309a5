"""The workflow that runs Almanac on a site: what `almanac init` writes, and which pushes start it.

A push matters only if it changes a file that Almanac reads or writes. Which these are the config says, so `almanac
doctor` checks that the workflow still names them.
"""

import json
import re
from collections.abc import Iterator, Sequence
from itertools import chain

import yaml

from almanac import config as configs
from almanac.config import Config
from almanac.packaged import template
from almanac.patterns import regex

WORKFLOW = ".github/workflows/almanac.yml"
_BRANCHES = "    branches: [main]\n"
_ACTION = "OWNER/REPO@REF"
_PLAIN = regex(r"[A-Za-z._/][A-Za-z0-9._/-]*")
_SPECIAL = regex(r"[\\*?+\[\]!]")
_PLACEHOLDER = regex(r"\{[^{}/]*\}")
# GitHub's filter patterns: https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax
_PART = regex(r"\*\*/|\*\*|\*|\\.|\[[^\[\]]+\]|.", re.DOTALL)
_MEANING = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "?", "+": "+"}


def workflow_text(branch: str, action: str, *histories: Config) -> str:
    """Write the workflow for a site's default branch and files, which runs an action: what follows `uses:`."""
    is_plain = _PLAIN.fullmatch(branch) and isinstance(yaml.safe_load(branch), str)  # `no` would be a boolean
    lines = [f"    branches: [{branch if is_plain else json.dumps(branch, ensure_ascii=False)}]"]
    lines += ["    # The files that Almanac reads and writes. If the config names others, `almanac doctor` says so."]
    lines += ["    paths:", *(f"      - {json.dumps(pattern, ensure_ascii=False)}" for pattern in watched(*histories))]
    text = template("site/almanac.yml").replace(_BRANCHES, "\n".join(lines) + "\n", 1)
    return text.replace(_ACTION, action)


def watched(*histories: Config) -> tuple[str, ...]:
    """Return the patterns of the files of a site that can change what Almanac has to do, for all of its histories."""
    found = chain.from_iterable(map(_patterns, histories))
    # A site's address, which some views contain, is in the last two.
    return tuple(dict.fromkeys((*found, "**/_config.yml", "**/CNAME")))


def _patterns(config: Config) -> Iterator[str]:
    yield from (configs.PATH, ".github/almanac/**", ".github/ISSUE_TEMPLATE/**", _file(config.form))
    if config.has_page:
        yield _file(config.page)
    if config.upcoming and not config.upcoming.startswith("#"):
        yield _file(config.upcoming)
    if not config.files and not config.has_own_list:
        yield _folder(config.records)
    for path in (config.files, config.list, *config.calendar, config.feed, config.data):
        if path:
            yield _file(path)
    templates = (config.section_template, config.index_template, config.upcoming_template)
    for path in (*templates, config.file_template, config.list_template):
        if path:
            yield _file(path)
    yield from map(_folder, filter(None, (config.images, config.messages)))


def _file(path: str) -> str:
    """Return the pattern of a path: what stands for an event's own values in it can be anything within a name."""
    return "*".join(_SPECIAL.sub(r"\\\g<0>", part) for part in _PLACEHOLDER.split(path))


def _folder(path: str) -> str:
    return f"{_file(path.rstrip('/'))}/**"


def unwatched(paths: Sequence[str], config: Config) -> list[str]:
    """Return which of the patterns a list of `paths` leaves out, as far as one file of each tells."""
    return [pattern for pattern in watched(config) if not is_matched(paths, _PART.sub(_sample, pattern))]


def is_matched(patterns: Sequence[str], path: str) -> bool:
    """Tell whether a path matches a list of GitHub's patterns; a later one with `!` takes away what others gave."""
    matched = False
    for pattern in patterns:
        if re.fullmatch(_PART.sub(_regular, pattern.removeprefix("!")), path):
            matched = not pattern.startswith("!")
    return matched


def _sample(found: re.Match[str]) -> str:
    part = found[0]
    return "" if part == "**/" else "x" if part[0] == "*" else part.removeprefix("\\")


def _regular(found: re.Match[str]) -> str:
    part = found[0]
    if part in _MEANING:
        return _MEANING[part]
    if len(part) > 1 and part.startswith("["):
        return part
    return re.escape(part.removeprefix("\\") or part)
