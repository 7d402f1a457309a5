"""Checks of what Jekyll will do with the page and the records."""

import fnmatch
import re
from collections.abc import Iterator, Sequence

import yaml

from bot.commands.checkup import Finding, ok
from bot.commands.jekyll_site import Jekyll, jekyll_root, read_jekyll
from bot.config import Config
from bot.folder import Folder
from bot.pages.lines import cut_lines, front_matter

# What Jekyll leaves out if the config does not say otherwise.
_LEFT_OUT = ("Gemfile", "Gemfile.lock", "node_modules", "vendor/bundle", "vendor/cache", "vendor/gems", "vendor/ruby")
_JEKYLL = re.compile(r"^    (jekyll|github-pages) \(([0-9]+)[0-9.]*\)$", re.MULTILINE)
_OLDEST = 3


def check_jekyll(folder: Folder, config: Config) -> list[Finding]:
    """Look for what would keep the page or the records out of the built site."""
    if folder.text(config.page) is None:
        return []
    try:
        jekyll = read_jekyll(folder, config.page)
    except yaml.YAMLError:
        message = "Jekyll's config cannot be read, so Jekyll would build nothing."
        file = "/".join(filter(None, (jekyll_root(folder, config.page), "_config.yml")))
        return [Finding("jekyll", "error", message, "Mend its YAML.", file)]
    found = [*_source(jekyll, config), *_hidden(jekyll, config), *_records(jekyll, config)]
    found += [*_front_matter(folder, jekyll, config), *_version(folder, jekyll)]
    return found or [ok("jekyll", "Jekyll builds the page, and finds the records.")]


def _source(jekyll: Jekyll, config: Config) -> Iterator[Finding]:
    source = jekyll.source
    if source and not jekyll.inside(config.page).startswith(f"{source}/"):
        message = f"Jekyll builds the folder {source}, and the page is not in it."
        yield Finding("jekyll", "error", message, f"Move the page to {source}/, or change `source`.", jekyll.file)


def _hidden(jekyll: Jekyll, config: Config) -> Iterator[Finding]:
    """Follow Jekyll's own steps (its EntryFilter): from folder to folder, each name is let through or not."""
    parts = jekyll.inside(config.page).split("/")
    included = jekyll.strings("include")
    excluded = [one for one in (*jekyll.strings("exclude"), *_LEFT_OUT) if one not in included]
    collections = jekyll.settings.get("collections")
    collected = parts[0][1:] in collections if parts[0][:1] == "_" and isinstance(collections, dict | list) else False
    for depth, part in enumerate(parts, 1):
        if _matches(included, part):
            continue
        pattern = next((one for one in excluded if _matches([one], "/".join(parts[:depth]))), None)
        if pattern is not None:
            message = f"Jekyll leaves the page out: `{pattern}` stands under `exclude`."
            yield Finding("jekyll", "error", message, "Take it out there.", jekyll.file or config.page)
        elif (part[0] in "._#~" or part[-1] == "~") and not (collected and depth == 1):
            message = f"Jekyll leaves out what is called `{part}`, and so the page."
            remedy = f'Put `include: ["{part}"]` into Jekyll\'s config, or name it without the mark.'
            yield Finding("jekyll", "error", message, remedy, config.page)


def _matches(patterns: Sequence[str], path: str) -> bool:
    """Tell whether one of Jekyll's patterns means a path; to Jekyll, every beginning of a path means it."""
    return any(
        fnmatch.fnmatchcase(path, one) or path.startswith(one) or one == f"{path}/"
        for one in (pattern.removeprefix("./").removeprefix("/") for pattern in patterns)
        if one
    )


def _records(jekyll: Jekyll, config: Config) -> Iterator[Finding]:
    folder, data = jekyll.inside(config.records), jekyll.data
    if f"{folder}/".startswith(f"{data}/"):
        return
    if folder[:1] in ("_", "."):
        message = f"The records are not in Jekyll's data folder ({data}), so a Liquid loop cannot use them."
        remedy = "The page needs no such loop. If yours does, change `records` or Jekyll's `data_dir`."
        yield Finding("jekyll", "warning", message, remedy, config.records)
    else:
        message = (
            f"The records are not in Jekyll's data folder ({data}): Jekyll would copy them into the site as they are."
        )
        yield Finding("jekyll", "warning", message, f"Let `records` name a folder in {data}/.", config.records)


def _front_matter(folder: Folder, jekyll: Jekyll, config: Config) -> Iterator[Finding]:
    lines = cut_lines(folder.text(config.page) or "").texts
    end = front_matter(lines)
    if not end:
        message = "The page has no front matter (two lines of `---` at its top), so a plain Jekyll copies it as it is."
        remedy = "Put `---` into the first two lines. GitHub Pages builds it all the same."
        yield Finding("jekyll", "warning", message, remedy, config.page)
        return
    try:
        values = yaml.safe_load("\n".join(lines[1 : end - 1])) or {}
    except yaml.YAMLError:
        message = "The page's front matter is no YAML, so Jekyll cannot build the page."
        yield Finding("jekyll", "error", message, "Mend it: texts with a colon need quotes.", config.page, 1)
        return
    if not isinstance(values, dict):
        return
    if values.get("published") is False:
        message = "The page's front matter says `published: false`, so Jekyll leaves it out."
        yield Finding("jekyll", "error", message, "Take that line out.", config.page, 1)
    yield from _layout(folder, jekyll, config, values.get("layout"))


def _layout(folder: Folder, jekyll: Jekyll, config: Config, layout: object) -> Iterator[Finding]:
    if not isinstance(layout, str) or layout in ("", "none", "null"):
        return
    layouts = "/".join(filter(None, (jekyll.root, jekyll.text("layouts_dir", "_layouts"))))
    own = (folder.root / layouts).glob(f"{_escaped(layout)}.*")
    if any(own) or jekyll.settings.get("theme") or jekyll.settings.get("remote_theme"):
        return
    message = (
        f"There is no layout `{layout}` in {layouts}, and no theme that would bring one: the page would look bare."
    )
    remedy = "Name a `theme` in Jekyll's config, or another `layout` in the page's front matter."
    yield Finding("jekyll", "warning", message, remedy, config.page)


def _escaped(layout: str) -> str:
    return re.sub(r"([\[\]*?])", r"[\1]", layout)


def _version(folder: Folder, jekyll: Jekyll) -> Iterator[Finding]:
    path = f"{jekyll.root}/Gemfile.lock".lstrip("/")
    lock = folder.text(path)
    if lock is None:
        return
    found = dict(_JEKYLL.findall(lock))
    if not found:
        message = "The Gemfile's lock file names no Jekyll."
        yield Finding("jekyll", "warning", message, 'Put `gem "jekyll"` into the Gemfile.', path)
    elif int(found.get("jekyll", _OLDEST)) < _OLDEST:
        message = f"The site is locked to Jekyll {found['jekyll']}; Almanac's pages are tried with 3 and 4."
        yield Finding("jekyll", "warning", message, "Run `bundle update jekyll`.", path)
