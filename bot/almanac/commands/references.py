"""Which keys of a site's events name something else of the site: a person of a data file, a venue with its own file."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any

from almanac.commands.discovery import jekyll_of, readable_text
from almanac.entries.examples import MODELS, Example, Reference
from almanac.entries.injson import read_json
from almanac.errors import UserError
from almanac.paths import joined
from almanac.patterns import regex
from almanac.site import Site
from almanac.yamlfile import Dialect, load

_ID = regex(r"[a-z0-9]+(?:[-_.][a-z0-9]+)*")
_OTHERS = ("layout", "title", "status", "tags", "categories", "keywords", "topics")  # keys that name what needs no file
_NO_COLLECTIONS = {"_data", "_drafts", "_includes", "_layouts", "_plugins", "_posts", "_sass", "_site"}
_IDS = ("id", "key", "slug", "handle", "username", "short", "shortname")
_SUFFIXES = (".yml", ".yaml", ".json")
_PAGES = (".md", ".markdown", ".html", *_SUFFIXES)
_MOST_FILES = 20


def find_references(site: Site, place: str, examples: Sequence[Example]) -> dict[str, Reference]:
    """Find the keys of the newest events all of whose values are ids of one other file or folder: key -> that one."""
    named = {key: ids for key, ids in _named(examples[:MODELS]).items() if ids}
    known = [*_known(site, place)] if named else []
    found = {key: next((one for one in known if ids <= {*one.ids}), None) for key, ids in named.items()}
    return {key: one for key, one in found.items() if one}


def _named(examples: Iterable[Example]) -> dict[str, set[str]]:
    """Return the ids that keys hold; none for a key that holds anything else."""
    values: dict[str, list[Any]] = {}
    for example in examples:
        for key, value in example.entry.data.items():
            if key not in _OTHERS and value not in (None, "", []):
                values.setdefault(key, []).extend(value if isinstance(value, list) else [value])
    return {key: {*held} if all(map(_is_id, held)) else set() for key, held in values.items()}


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and _ID.fullmatch(value) is not None and not value.isdigit()


def _known(site: Site, place: str) -> Iterator[Reference]:
    """Give what data files and folders of the site have ids for, without the events themselves."""
    jekyll = jekyll_of(site, "")
    data = joined(jekyll.root, jekyll.data)
    names = sorted(site.files.names(data, deep=True))
    files = [name for name in names if name.endswith(_SUFFIXES) and "/" not in name and joined(data, name) != place]
    for name in files[:_MOST_FILES]:
        path = joined(data, name)
        if ids := tuple(_ids_of(_read(site, path))):
            yield Reference(path, ids)
    folders: dict[str, list[str]] = {}
    own = (name for name in site.files.names(jekyll.root, deep=True) if name.startswith("_"))
    own = (name for name in own if name.partition("/")[0] not in _NO_COLLECTIONS)
    for top, below in ((data, names), (jekyll.root, own)):
        for name in below:
            if name.count("/") == 1:
                folders.setdefault(joined(top, name.partition("/")[0]), []).append(name)
    for folder, held in folders.items():
        stems = tuple(sorted(name.rpartition("/")[2].rpartition(".")[0] for name in held if name.endswith(_PAGES)))
        if stems and folder != place:
            yield Reference(f"{folder}/", stems)


def _read(site: Site, path: str) -> Any:
    text = readable_text(site, path)
    with suppress(UserError):
        return read_json(text) if path.endswith(".json") else load(text, path, Dialect(aliases=True)).data
    return None


def _ids_of(data: Any) -> Iterator[str]:
    if isinstance(data, dict) and all(isinstance(value, dict) for value in data.values()):
        yield from map(str, data)
    for entry in data if isinstance(data, list) else ():
        if isinstance(entry, dict) and (key := next((key for key in _IDS if key in entry), None)):
            yield str(entry[key])
