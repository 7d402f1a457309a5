"""What a misspelt name in a template was probably meant to be: a filter, or a value."""

import re
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from almanac.patterns import regex

# What Jinja2 says of a name that it does not know.
_NO_FILTER = regex(r"No (?P<kind>filter|test) named '(?P<name>\w+)'", re.ASCII)
_NO_VALUE = regex(r"'(?P<name>\w+)' is undefined", re.ASCII)
_NO_PART = regex(r"'[\w. ]+' has no attribute '(?P<name>\w+)'", re.ASCII)


def slip(said: str, filters: Collection[str], values: Mapping[str, Any]) -> str | None:
    """Say which name in a template is none, to follow a colon, by what Jinja2 said of it; None if that was not it.

    `filters` are the template's, without those that every template has, and `values` what it can put out.
    """
    if found := _NO_FILTER.search(said):
        kind, name = found["kind"], found["name"]
        known = filters if kind == "filter" else ()
    elif found := _NO_VALUE.search(said):
        kind, name, known = "value", found["name"], values.keys()
    elif found := _NO_PART.search(said):
        kind, name, known = "part", found["name"], sorted({*_parts(values)})
    else:
        return None
    return f"there is no {kind} `{name}`. {_nearest(name, known)}".rstrip()


def _nearest(name: str, names: Collection[str]) -> str:
    near = get_close_matches(name, names, n=1)
    if near:
        return f"The nearest one is `{near[0]}`."
    return f"These are known: {', '.join(names)}." if names else ""


def _parts(value: Any) -> Iterator[str]:
    """Give the names of all that is within values, as far as a template can name it so."""
    if isinstance(value, dict):
        for one in value.values():
            if isinstance(one, dict):
                yield from (key for key in map(str, one) if key.isascii() and key.isidentifier())
            yield from _parts(one)
    elif isinstance(value, list | tuple):
        yield from _parts(dict(enumerate(value)))
