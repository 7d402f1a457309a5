"""The site's config, `.github/almanac.yml`, as a whole: the settings of one history, or of several beside each other.

Unknown keys are refused with the nearest one named.
"""

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from functools import reduce
from operator import getitem
from typing import Annotated, Any, TypeVar, get_args

from pydantic import AfterValidator, Field

from almanac.config import PATH, Config, Language
from almanac.errors import ConfigError, Problem, UserError
from almanac.patterns import regex
from almanac.phrases import say
from almanac.yamlfile import Document, load

MAIN = ""
"""The name of the history whose settings stand above those of all others."""
NAME_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"
_LONGEST_NAME = 40
C = TypeVar("C", bound=Config)
_LANGUAGE = regex(
    r"""(?:^|[{,])[ \t\ufeff]*+["']?language["']?[ \t]*+:[ \t]*+["']?([a-z]{2})""", re.MULTILINE | re.IGNORECASE
)
_DASHBOARD = regex(r"""(?:^|[{,][ \t]*+)["']?dashboard["']?[ \t]*+:[ \t]*+true\b""", re.MULTILINE)
_COMMENT = regex(r"#.*")
_LINE_BREAK = regex(r"\r\n|[\n\r\x85\u2028\u2029]")
_MAKE_ONE = ("page", "files", "list")
"""With one of these, what stands above the histories is a history too; else it only holds what they share."""
_OF_ALL = ("histories", "dashboard")
"""What is about all of them."""
OWN = (
    *(*_MAKE_ONE, "records", "form", "labels", "order", "upcoming", "calendar", "feed", "data"),
    *("section_template", "index_template", "upcoming_template", "file_template", "list_template"),
)
"""The keys that each history has for itself: where its events are, and what shows them."""


def history_name(value: str) -> str:
    """Return the name of a history; raise a ValueError where it cannot be one."""
    if not re.match(NAME_PATTERN, value) or len(value) > _LONGEST_NAME:
        raise ValueError(say("A history's name has small letters, digits and hyphens, as in new-york."))
    return value


class SiteConfig(Config):
    """The whole config of a site."""

    dashboard: Annotated[
        bool, Field(description="Whether one issue shows what waits for somebody, what is coming, and what is wrong")
    ] = False
    histories: Annotated[
        dict[Annotated[str, AfterValidator(history_name)], Config],
        Field(description="More histories, by their names; each takes over what stands above, but for what is its own"),
    ] = Field(default_factory=dict)

    def each(self) -> dict[str, Config]:
        """Return the complete settings of each history by its name, in their order."""
        found: dict[str, Config] = {}
        if not self.histories or self.model_fields_set.intersection(_MAKE_ONE):
            found[MAIN] = _with_template(self, MAIN)
        shared = {name: getattr(self, name) for name in self.model_fields_set.difference(OWN, _OF_ALL)}
        for name, own in self.histories.items():
            more = {key: value for key, value in shared.items() if key not in own.model_fields_set}
            found[name] = _with_template(own.model_copy(update=more), name)
        return found


def entry_template(key: str, path: str, history: str) -> str:
    """Return where the template of a site's own `files` or `list` is, unless the settings say otherwise."""
    folder = f".github/almanac/{history}/" if history else ".github/almanac/"
    suffix = posixpath.splitext(path)[1]
    return f"{folder}{'file' if key == 'files' else 'entry'}{suffix}.j2"


def _with_template(config: C, history: str) -> C:
    lacking = {}
    for key in ("files", "list"):
        name, path = f"{key[:4]}_template", getattr(config, key)
        if path and getattr(config, name) is None:
            lacking[name] = entry_template(key, path, history)
    return config.model_copy(update=lacking) if lacking else config


def glimpsed_language(text: str) -> Language:
    """Return the language that settings name which cannot be read as a whole, be it as `DE` or `Deutsch`."""
    found = _glimpsed(_LANGUAGE, text)
    return next((one for one in get_args(Language) if found and one == found[1].lower()), "en")


def wants_dashboard(text: str) -> bool:
    """Tell whether such settings ask for the dashboard."""
    return _glimpsed(_DASHBOARD, text) is not None


def _glimpsed(key: re.Pattern[str], text: str) -> re.Match[str] | None:
    """Find a key with its value at the beginning of a line, or anywhere in settings that are all in curly brackets."""
    said = _COMMENT.sub("", text)
    in_brackets = said.lstrip("\ufeff \t\r\n").startswith("{")
    return next((one for one in key.finditer(said) if in_brackets or one[0][0] not in "{,"), None)


def described(history: str) -> str:
    """Return what messages call a history."""
    return f"`{history}`" if history else say("the one above them")


def _filled(data: Any) -> Any:
    """Return settings without the keys that have no value, where a value is needed: they are as ones left out."""
    if not isinstance(data, dict):
        return data
    needed = {name for name, field in SiteConfig.model_fields.items() if field.default is not None}
    kept = {key: value for key, value in data.items() if value is not None or key not in needed}
    groups = kept.get("histories")
    own = {name: _filled(one) for name, one in groups.items()} if isinstance(groups, dict) else {}
    return kept | ({"histories": own} if own else {})


def read_config(text: str | None, file: str = PATH) -> SiteConfig:
    """Read the config, and check its zones and that no two histories share a place.

    A site without one, or with an empty one, has all the defaults.

    Raises:
        ConfigError: With every problem, each with its line and key.
    """
    if text is None:
        return SiteConfig()
    try:
        document = load(text, file)
        document = replace(document, data=_filled(document.data))
        config = SiteConfig() if document.data is None else document.read(SiteConfig)
    except UserError as error:
        raise ConfigError(error.problems) from None
    each = config.each()
    problems = [*_unquoted(text, document), *_zones_of(config), *_unread(config), *_shared_places(each)]
    for name, own in config.histories.items():
        problems += _zones_of(each[name], _prefix(name), own.model_fields_set)
    if problems:
        raise ConfigError(document.located(replace(one, file=file)) for one in dict.fromkeys(problems))
    return config


def _unquoted(text: str, document: Document) -> Iterator[Problem]:
    """Find headings for `upcoming` that stand there without quotes: to YAML they are comments."""
    lines = _LINE_BREAK.split(text)
    for path, number in document.lines.items():
        _, is_comment, words = lines[number - 1].partition("#")
        if path[-1:] == ("upcoming",) and is_comment and reduce(getitem, path, document.data) is None:
            message = say("`#` begins a comment here, so no heading is named. Put it in double quotes.")
            yield replace(document.problem(message, path), accepted=f'"#{words.strip()}"')


def _prefix(history: str) -> str:
    return f"histories.{history}." if history else ""


def _zones_of(config: Config, prefix: str = "", own: Collection[str] = ()) -> Iterator[Problem]:
    """Find unknown zones and letters; `prefix` is what stands before the `own` keys of a history."""
    for series in (None, *config.series):
        try:
            config.zones(series)
        except ConfigError as error:
            keys = {"series.time_zones": f"series.{series}.time_zones"}
            for problem in error.problems:
                field = keys.get(problem.field or "", problem.field) or ""
                yield replace(problem, field=f"{prefix}{field}" if field.partition(".")[0] in own else field or None)


def _unread(config: SiteConfig) -> Iterator[Problem]:
    """Find keys that say nothing, as what they stand above is no history."""
    if MAIN in config.each():
        return
    for key in OWN:
        if key in config.model_fields_set:
            message = say(
                "Each history has its own `{key}`, so it does nothing here. Write it below the name of each.", key=key
            )
            yield Problem(message, key)


def _shared_places(each: Mapping[str, Config]) -> Iterator[Problem]:
    """Find files and folders that two histories would both write, or two views of one."""
    taken: dict[str, str] = {}
    for name, config in each.items():
        mine: dict[str, str] = {}
        for key, path in _places(config):
            first = mine.setdefault(path.rstrip("/"), key)
            if first != key:
                message = say(
                    "`{first}` and `{key}` name the same file. Each needs one of its own.", first=first, key=key
                )
                if (first, key) == ("page", "upcoming"):
                    message = say(
                        "This is the history page itself. Name another page, or a heading of "
                        'this one, as in `upcoming: "#Upcoming events"`.'
                    )
                yield Problem(message, f"{_prefix(name)}{key}")
        for path, key in mine.items():
            if path in taken:
                message = say(
                    "This history and {taken} would both use {path}. Each needs one of its own.",
                    taken=described(taken[path]),
                    path=path,
                )
                yield Problem(message, f"{_prefix(name)}{key}")
        taken |= dict.fromkeys(mine, name)


def _places(config: Config) -> Iterator[tuple[str, str]]:
    """Give the files and folders of a history, each with its key."""
    if config.has_page:
        yield "page", config.page
    if config.files:
        yield "files", config.files.rpartition("/")[0]
    elif not config.has_own_list:
        yield "records", config.records
    yield "form", config.form
    for key in ("list", "feed", "data"):
        path = getattr(config, key)
        if path:
            yield key, path
    if config.upcoming and not config.upcoming.startswith("#"):
        yield "upcoming", config.upcoming
    for path in config.calendar:
        yield "calendar", path
