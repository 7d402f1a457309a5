"""The Jekyll site that a history page belongs to: what its config says, and whether Jekyll would build the page."""

import fnmatch
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from almanac.commands.findings import Finding, ok
from almanac.page.lines import cut_lines, front_matter
from almanac.site import Site

_CONFIGS = ("_config.yml", "_config.yaml")
_ANY_CONFIG = {*_CONFIGS, "_config.toml"}
# What Jekyll leaves out unless the config says otherwise.
_LEFT_OUT = ("Gemfile", "Gemfile.lock", "node_modules", "vendor/bundle", "vendor/cache", "vendor/gems", "vendor/ruby")
_VERSION = re.compile(r"^    (jekyll|github-pages) \(([0-9]+)[0-9.]*\)$", re.MULTILINE)
_OLDEST = 3


@dataclass(frozen=True)
class Jekyll:
    """A Jekyll site.

    Attributes:
        root: Its folder in the repository; empty if it is the repository's top folder.
        file: Its config's path; empty if it has none.
        settings: The settings in its config.
    """

    root: str
    file: str = ""
    settings: dict[str, Any] = field(default_factory=dict)

    def inside(self, path: str) -> str:
        """Return a path of the repository as a path within the Jekyll site."""
        return path.removeprefix(f"{self.root}/") if self.root else path

    def path(self, key: str, default: str) -> str:
        """Return a setting that is a path within the site."""
        value = self.settings.get(key)
        path = value.removeprefix("./").strip("/") if isinstance(value, str) else ""
        return path or default

    def strings(self, key: str) -> list[str]:
        """Return a setting that is a list of strings."""
        value = self.settings.get(key)
        return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []

    @property
    def source(self) -> str:
        """The folder in the site that Jekyll builds; empty if it builds all of it."""
        source = self.path("source", ".")
        return "" if source == "." else source

    @property
    def data(self) -> str:
        """The folder in the site whose files a Liquid loop can use."""
        return joined(self.source, self.path("data_dir", "_data"))


def joined(*parts: str) -> str:
    """Join parts of a path, of which some may be empty."""
    return "/".join(filter(None, parts))


def read_jekyll(site: Site, page: str) -> Jekyll:
    """Read the config of the Jekyll site that a page belongs to; a site without one has all the defaults.

    Raises:
        YAMLError: The config is not YAML.
    """
    root = jekyll_root(site, page)
    file = next((path for name in _CONFIGS if site.text(path := joined(root, name)) is not None), "")
    settings = yaml.safe_load(site.text(file) or "") if file else {}
    return Jekyll(root, file, settings if isinstance(settings, dict) else {})


def jekyll_root(site: Site, page: str) -> str:
    """Return the folder of a page's Jekyll site: the nearest one above the page with a config, else the top folder."""
    parts = page.split("/")[:-1]
    while parts and not _ANY_CONFIG & {*site.files.names("/".join(parts))}:
        parts.pop()
    return "/".join(parts)


def usual_records(site: Site, page: str) -> str:
    """Return where the records of a page's site belong: in the folder that a Liquid loop can use."""
    try:
        jekyll = read_jekyll(site, page)
    except yaml.YAMLError:
        jekyll = Jekyll(jekyll_root(site, page))
    return joined(jekyll.root, jekyll.data, "events")


# ---------------------------------------------------------------- whether Jekyll builds the page


def check_jekyll(site: Site) -> list[Finding]:
    """Look for what would keep the page or the records out of the built site."""
    page, records = site.config.page, site.config.records
    text = site.text(page)
    if text is None:
        return []
    try:
        jekyll = read_jekyll(site, page)
    except yaml.YAMLError:
        message = "Jekyll's config is not valid YAML, so Jekyll would build nothing."
        file = joined(jekyll_root(site, page), "_config.yml")
        return [Finding("jekyll", "error", message, "Fix its YAML.", file)]
    found = [*_excluded(jekyll, page), *_records(jekyll, records), *_front_matter(site, jekyll, text)]
    found += _version(site, joined(jekyll.root, "Gemfile.lock"))
    return found or [ok("jekyll", "Jekyll builds the page, and finds the records.")]


def _excluded(jekyll: Jekyll, page: str) -> Iterator[Finding]:
    """Follow the steps of Jekyll's own EntryFilter: from folder to folder, each name is let through or not."""
    source, path = jekyll.source, jekyll.inside(page)
    if source and not path.startswith(f"{source}/"):
        message = f"Jekyll builds the folder {source}, and the page is not in it."
        yield Finding("jekyll", "error", message, f"Move the page to {source}/, or change `source`.", jekyll.file)
    parts = path.split("/")
    included = jekyll.strings("include")
    excluded = [one for one in (*jekyll.strings("exclude"), *_LEFT_OUT) if one not in included]
    collections = jekyll.settings.get("collections")
    in_collection = isinstance(collections, dict | list) and parts[0][:1] == "_" and parts[0][1:] in collections
    for depth, part in enumerate(parts, 1):
        if _matches(included, part):
            continue
        pattern = next((one for one in excluded if _matches([one], "/".join(parts[:depth]))), None)
        if pattern is not None:
            message = f"Jekyll leaves the page out, because `exclude` contains `{pattern}`."
            yield Finding("jekyll", "error", message, "Take it out of `exclude`.", jekyll.file or page)
        elif (part[0] in "._#~" or part[-1] == "~") and not (in_collection and depth == 1):
            message = f"Jekyll leaves out anything with a name like `{part}`, and so the page."
            remedy = f'Put `include: ["{part}"]` into Jekyll\'s config, or rename it.'
            yield Finding("jekyll", "error", message, remedy, page)


def _matches(patterns: Sequence[str], path: str) -> bool:
    """Tell whether one of Jekyll's patterns matches a path; to Jekyll, the beginning of a path matches it too."""
    cleaned = (pattern.removeprefix("./").removeprefix("/") for pattern in patterns)
    return any(fnmatch.fnmatchcase(path, one) or path.startswith(one) or one == f"{path}/" for one in cleaned if one)


def _records(jekyll: Jekyll, records: str) -> Iterator[Finding]:
    folder, data = jekyll.inside(records), jekyll.data
    if f"{folder}/".startswith(f"{data}/"):
        return
    message = f"The records are not in Jekyll's data folder ({data})"
    if folder[:1] in ("_", "."):
        message += ", so a Liquid loop cannot use them."
        remedy = "The page does not need such a loop. If yours does, change `records` or Jekyll's `data_dir`."
    else:
        message += ": Jekyll would copy them into the site as they are."
        remedy = f"Set `records` to a folder in {data}/."
    yield Finding("jekyll", "warning", message, remedy, records)


def _front_matter(site: Site, jekyll: Jekyll, text: str) -> Iterator[Finding]:
    page, lines = site.config.page, cut_lines(text).texts
    end = front_matter(lines)
    if not end:
        message = "The page has no front matter (two lines of `---` at its top), so plain Jekyll copies it as it is."
        remedy = "Put `---` on each of the first two lines. GitHub Pages builds the page even without them."
        yield Finding("jekyll", "warning", message, remedy, page)
        return
    try:
        values = yaml.safe_load("\n".join(lines[1 : end - 1])) or {}
    except yaml.YAMLError:
        message = "The page's front matter is not valid YAML, so Jekyll cannot build the page."
        yield Finding("jekyll", "error", message, "Fix it: texts with a colon need quotes.", page, 1)
        return
    if not isinstance(values, dict):
        return
    if values.get("published") is False:
        message = "The page's front matter says `published: false`, so Jekyll leaves the page out."
        yield Finding("jekyll", "error", message, "Take that line out.", page, 1)
    layout = values.get("layout")
    if not isinstance(layout, str) or layout in ("", "none", "null"):
        return
    folder = joined(jekyll.root, jekyll.path("layouts_dir", "_layouts"))
    place, _, name = layout.rpartition("/")
    own = any(file.startswith(f"{name}.") for file in site.files.names(joined(folder, place)))
    if not (own or jekyll.settings.get("theme") or jekyll.settings.get("remote_theme")):
        message = (
            f"There is no layout `{layout}` in {folder}, and no theme that could have one: the page will look bare."
        )
        remedy = "Set a `theme` in Jekyll's config, or use another `layout` in the page's front matter."
        yield Finding("jekyll", "warning", message, remedy, page)


def _version(site: Site, path: str) -> Iterator[Finding]:
    lock = site.text(path)
    if lock is None:
        return
    found = dict(_VERSION.findall(lock))
    if not found:
        message = "The Gemfile's lock file does not include Jekyll."
        yield Finding("jekyll", "warning", message, 'Put `gem "jekyll"` into the Gemfile.', path)
    elif int(found.get("jekyll", _OLDEST)) < _OLDEST:
        message = f"The site is locked to Jekyll {found['jekyll']}; Almanac's pages are tested with 3 and 4."
        yield Finding("jekyll", "warning", message, "Run `bundle update jekyll`.", path)
