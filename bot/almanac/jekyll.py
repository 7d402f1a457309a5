"""The Jekyll site that a page belongs to: where it is, what its config says, and what its data folder means to Jekyll.

Jekyll's DataReader gives each file and each folder in the data folder a name in `site.data`. A folder is read after the
files, so it takes the place of a file of that name: `_data/events/` hides `_data/events.yml`.
"""

import re
import tomllib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import quote

import yaml

from almanac.errors import UserError
from almanac.page.lines import front_matter, split_lines
from almanac.paths import joined
from almanac.patterns import regex
from almanac.urls import RefusedUrl, check_url, host_of, why_refused
from almanac.yamlfile import MAX_CHARACTERS, compose, scalar_value

# Jekyll does not build a site with a config in TOML, but the file shows where the site is.
CONFIGS = ("_config.yml", "_config.yaml")
DATA_SUFFIXES = (".yml", ".yaml", ".json", ".csv", ".tsv")
"""How the names of the files end that Jekyll reads in its data folder."""
_GITHUB = "https://github.com/"
_NO_NAME = regex(r"[^\w\s-]+", re.ASCII)
_USE = regex(
    r"\bsite[ \t]{0,9}(?:\.[ \t]{0,9}data\b(?!\w)|\[[ \t]{0,9}[\"']data[\"'][ \t]{0,9}\])"
    r"[ \t]{0,9}(?:\.[ \t]{0,9}(?P<name>[\w-]+)|\[[ \t]{0,9}(?:[\"'](?P<quoted>[^\"'\]\n]{1,200})[\"']|(?P<any>)))?"
)

Text = Callable[[str], str | None]
"""Reads a file of a site: None if there is none."""
Names = Callable[[str], Collection[str]]
"""Lists the names of the files directly in a folder of a site."""


@dataclass(frozen=True)
class Jekyll:
    """A Jekyll site: its folder in the repository (empty for the top folder), its config's path, and what that says."""

    root: str
    file: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)

    def inside(self, path: str) -> str:
        """Return a path of the repository as a path within the Jekyll site."""
        return path.removeprefix(f"{self.root}/") if self.root else path

    def path(self, key: str, default: str) -> str:
        """Return a setting that is a path within the site."""
        value = self.settings.get(key)
        return (value.removeprefix("./").strip("/") if isinstance(value, str) else "") or default

    def strings(self, key: str) -> list[str]:
        """Return a setting that is a list of strings, or the names in one that is a group."""
        value = self.settings.get(key)
        return [one for one in value if isinstance(one, str)] if isinstance(value, list | dict) else []

    @property
    def source(self) -> str:
        """The folder in the site that Jekyll builds; empty if it builds all of it."""
        source = self.path("source", ".")
        return "" if source == "." else source

    @property
    def data(self) -> str:
        """The folder in the site whose files a Liquid loop can use."""
        return joined(self.source, self.path("data_dir", "_data"))


def read_jekyll(text: Text, names: Names, page: str) -> Jekyll:
    """Read the config of the Jekyll site that a page belongs to.

    Raises:
        UserError: The config is not YAML.
    """
    root = jekyll_root(names, page)
    file = next((path for name in CONFIGS if text(path := joined(root, name)) is not None), "")
    return Jekyll(root, file, _settings(text(file) or "", file) if file else {})


def _settings(text: str, file: str) -> dict[str, Any]:
    """Read the settings as far as they matter here: scalars, lists and groups of scalars; no alias costs more."""
    node = compose(text, file, MAX_CHARACTERS)
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return {key.value: _shallow(value) for key, value in pairs if isinstance(key, yaml.ScalarNode)}


def _shallow(node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        pairs = (pair for pair in node.value if isinstance(pair[0], yaml.ScalarNode))
        return {key.value: scalar_value(one) if isinstance(one, yaml.ScalarNode) else None for key, one in pairs}
    if isinstance(node, yaml.SequenceNode):
        return [scalar_value(one) for one in node.value if isinstance(one, yaml.ScalarNode)]
    return scalar_value(node) if isinstance(node, yaml.ScalarNode) else None


def jekyll_root(names: Names, page: str) -> str:
    """Return the folder of a page's Jekyll site: the nearest one above the page with a config, else the top folder."""
    parts = page.split("/")[:-1]
    while parts and not {*CONFIGS, "_config.toml"} & {*names("/".join(parts))}:
        parts.pop()
    return "/".join(parts)


# ------------------------------------------------------------------------------- the data folder


def data_name(name: str) -> str:
    """Return what a file (without its ending) or a folder in the data folder is called in `site.data`."""
    return "_".join(_NO_NAME.sub("", name).split())


def is_data_file(name: str) -> bool:
    """Tell whether Jekyll would read a file in its data folder."""
    return name.lower().endswith(DATA_SUFFIXES)


def hidden_files(folder: str, text: Text, names: Names, page: str) -> list[str]:
    """Find the site's own data files that Jekyll would no longer read if there were records in a folder.

    They are beside it, or beside a folder above it, and have its name in `site.data`. The config is read only if the
    answer depends on it.

    Raises:
        UserError: The config is not YAML.
    """
    parts = folder.split("/")
    found = [
        joined(*parts[:depth], name)
        for depth, part in enumerate(parts)
        for name in sorted(names("/".join(parts[:depth])))
        if is_data_file(name) and data_name(name.rpartition(".")[0]) == data_name(part)
    ]
    if not found:
        return []
    jekyll = read_jekyll(text, names, page)
    data = joined(jekyll.root, jekyll.data)
    return [path for path in found if path.startswith(f"{data}/")]


class DataUses(NamedTuple):
    """What templates use of `site.data`: names, each with the first file and line that use it.

    `anything` is where a name is worked out (`site.data[page.kind]`), `everything` where all of it is used.
    """

    names: Mapping[str, tuple[str, int]]
    anything: tuple[str, int] | None = None
    everything: tuple[str, int] | None = None


def data_uses(texts: Iterable[tuple[str, str]]) -> DataUses:
    """Find what templates, given as paths and texts, use of `site.data`."""
    names: dict[str, tuple[str, int]] = {}
    others: dict[str, tuple[str, int]] = {}
    for path, text in texts:
        for number, line in enumerate(text.split("\n"), 1) if "site" in text else ():
            for use in _USE.finditer(line):
                name = use["name"] or use["quoted"]
                if name:
                    names.setdefault(name, (path, number))
                else:
                    others.setdefault("everything" if use["any"] is None else "anything", (path, number))
    return DataUses(names, others.get("anything"), others.get("everything"))


# ------------------------------------------------------------------------------- where readers find a page

_BUILT = regex(r"(?P<folder>(?:[^_./#~][^/]*/)*)(?P<name>[^_./#~][^/]*)\.(?:md|markdown|mkdn?|mkdown|html)")
_NESTED_PERMALINK = regex(r"^[ \t-]+[\"']?permalink\b", re.MULTILINE)
_STYLES = {"pretty": "/", "date": ".html", "ordinal": ".html", "none": ".html", "weekdate": ".html"}


def site_address(jekyll: Jekyll, cname: str | None, repository: str | None) -> str | None:
    """Return the address of a site without a slash at its end; None if it cannot be known.

    It is what the config says, else the site's own domain (`cname` is the text of its file CNAME), else the one that
    GitHub Pages gives: `repository` is the repository's address on the web, or None.
    """
    base, url = jekyll.path("baseurl", ""), jekyll.settings.get("url")
    path = f"/{base}" if base else ""
    owner, _, name = (repository or "").removeprefix(_GITHUB).partition("/")
    pages = f"{owner.lower()}.github.io" if repository and repository.startswith(_GITHUB) else None
    # GitHub Pages fills in a `baseurl` that is left open.
    default = path or ("" if name.lower() == pages else f"/{name}")
    own = f"https://{cname.strip()}" if cname else ""
    found = None
    if isinstance(url, str) and not why_refused(url):
        found = url.rstrip("/") + (default if not own and host_of(url.lower()) == pages else path)
    elif own and not why_refused(own):
        found = own + path
    elif pages and jekyll.file:
        found = f"https://{pages}{default}"
    try:
        return check_url(found) if found else None
    except RefusedUrl:  # with such a `baseurl`
        return None


def page_path(jekyll: Jekyll, config: str, path: str, text: str) -> str | None:
    """Return the path at which a built site has a page, from its slash on; None if it cannot be known.

    `config` is the text of Jekyll's config, and `text` that of the page.
    """
    lines = split_lines(text)
    end = front_matter(lines)
    try:
        front = _settings("\n".join(lines[1 : end - 1]), path)
    except UserError:
        return None
    link, folder = front.get("permalink"), joined(jekyll.root, jekyll.source)
    if not end or front.get("published") is False:
        return None
    if isinstance(link, str):
        return None if ":" in link else quote(f"/{link.lstrip('/')}")
    found = _BUILT.fullmatch(path.removeprefix(f"{folder}/") if folder else path)
    by_default = "defaults" in jekyll.settings and _NESTED_PERMALINK.search(config)
    if not found or found["name"].upper() == "README" or by_default:
        return None
    if found["name"] == "index":
        return quote(f"/{found['folder']}")
    style = jekyll.settings.get("permalink")
    style = style if isinstance(style, str) else "date"
    ending = _STYLES.get(style) or ("/" if style.endswith("/") else ".html" if style.endswith(":output_ext") else "")
    return quote(f"/{found['folder']}{found['name']}{ending}")


def has_usual_ids(jekyll: Jekyll) -> bool:
    """Tell whether headings get the ids that kramdown gives them as Jekyll has it set."""
    markdown, options = jekyll.settings.get("markdown", "kramdown"), jekyll.settings.get("kramdown")
    if str(markdown).lower() != "kramdown":
        return False
    options = options if isinstance(options, dict) else {}
    is_gfm = str(options.get("input", "GFM")).upper() == "GFM"
    return is_gfm and options.get("auto_ids") is not False and not options.get("auto_id_prefix")


# ------------------------------------------------------------------------------- other generators


@dataclass(frozen=True)
class Generator:
    """Another program that builds a site: its config's path, what that says by names in small letters, and a folder.

    `static` is the folder whose files are published as they are.
    """

    name: str
    file: str
    settings: Mapping[str, Any]
    static: str

    @property
    def address(self) -> str | None:
        """The site's address without a slash at its end, as far as the config says it."""
        said = next((self.settings[key] for key in ("baseurl", "base_url", "site_url") if key in self.settings), None)
        try:
            return check_url(said.rstrip("/")) if isinstance(said, str) and not why_refused(said) else None
        except RefusedUrl:
            return None


# The name of a config -> the generator, the setting that names its folder of files, and what that is without it.
_GENERATORS = {
    **{f"hugo.{ending}": ("Hugo", "staticdir", "static") for ending in ("toml", "yaml", "yml")},
    **{f"config.{ending}": ("Hugo", "staticdir", "static") for ending in ("toml", "yaml", "yml")},
    **{f"mkdocs.{ending}": ("MkDocs", "docs_dir", "docs") for ending in ("yml", "yaml")},
}


def read_generator(text: Text, names: Names) -> Generator | None:
    """Read the config of a site of Hugo, or of Zola, which is like it in this, or of MkDocs; None if it is none."""
    there = {*names("")}
    if there.intersection(CONFIGS):
        return None
    file = next((name for name in _GENERATORS if name in there), None)
    if file is None:
        return None
    try:
        found = tomllib.loads(text(file) or "") if file.endswith(".toml") else _settings(text(file) or "", file)
    except (UserError, tomllib.TOMLDecodeError):
        found = {}
    settings = {key.lower(): value for key, value in found.items() if isinstance(key, str)}
    name, key, usual = _GENERATORS[file]
    folder = settings.get(key)
    return Generator(name, file, settings, folder.strip("/") if isinstance(folder, str) else usual)
