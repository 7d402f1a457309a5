"""What is wrong in a template, in words for people, by what Jinja2 or Python says of it.

A misspelt name is told with what was probably meant: a filter, or a value.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from almanac.patterns import regex
from almanac.phrases import Phrase, joined, say

# What Jinja2 says of a name that it does not know.
_NO_FILTER = regex(r"No (?P<kind>filter|test) named '(?P<name>\w+)'", re.ASCII)
_NO_VALUE = regex(r"'(?P<name>\w+)' is undefined", re.ASCII)
_NO_PART = regex(r"'[\w. ]+' has no attribute '(?P<name>\w+)'", re.ASCII)
_NO_TAG = regex(r"unknown tag '(?P<name>\w+)'", re.ASCII)
_NOT_CLOSED = regex(r"needs to be closed is '(?P<name>\w+)'", re.ASCII)
_NOT_HERE = regex(r"(?:got|unexpected|unexpected char) '(?P<name>[^' ]{1,20})'")
# What an error says may quote typed text. Of that, only letters that are no markup anywhere are shown.
_UNFIT = regex(r"[^A-Za-z0-9 _.,:;'()%+=-]")
_LONGEST = 200


def what_is_wrong(error: Exception, filters: Collection[str], values: Mapping[str, Any]) -> str:
    """Say what an error in a template means, to follow a colon: a sentence, in which nothing typed acts.

    `filters` are the template's, without those that every template has, and `values` what it can put out.
    """
    words = str(error)
    told = _slip(words, filters, values) or _mistake(words)
    if told:
        return told
    if isinstance(words, Phrase):
        known = {name: _UNFIT.sub("?", one) if isinstance(one, str) else one for name, one in words.values.items()}
        return joined((say(*words.sources, **known), "."), "")
    reason = _UNFIT.sub("?", words or type(error).__name__)[:_LONGEST].rstrip(".")
    return say("the program says “{reason}”.", reason=reason)


def _slip(said: str, filters: Collection[str], values: Mapping[str, Any]) -> str | None:
    """Say which name in a template is none; None if that was not it."""
    if found := _NO_FILTER.search(said):
        if found["kind"] == "test":
            return say("there is no test `{name}`.", name=found["name"])
        return joined((say("there is no filter `{name}`.", name=found["name"]), _nearest(found["name"], filters)))
    if found := _NO_VALUE.search(said):
        return joined((say("there is no value `{name}`.", name=found["name"]), _nearest(found["name"], values.keys())))
    if found := _NO_PART.search(said):
        known = sorted({*_parts(values)})
        return joined((say("there is no part `{name}`.", name=found["name"]), _nearest(found["name"], known)))
    return None


def _mistake(said: str) -> str | None:
    """Say what Jinja2 cannot read; None if it can, or if that is not known."""
    if found := _NO_TAG.search(said):
        return say("there is no tag `{name}`, or none here.", name=found["name"])
    if found := _NOT_CLOSED.search(said):
        return say("the block `{name}` is not closed.", name=found["name"])
    if "end of comment" in said:
        return say("a comment is not closed.")
    if "got 'end of " in said or "unexpected end of template" in said:
        return say("something is missing before this ends.")
    if found := _NOT_HERE.search(said):
        return say("`{word}` cannot be here.", word=found["name"].replace("`", "'"))
    return None


def _nearest(name: str, names: Collection[str]) -> str:
    near = get_close_matches(name, names, n=1)
    if near:
        return say("The nearest one is `{name}`.", name=near[0])
    return say("These are known: {names}.", names=", ".join(names)) if names else ""


def _parts(value: Any) -> Iterator[str]:
    """Give the names of all that is within values, as far as a template can name it so."""
    if isinstance(value, dict):
        for one in value.values():
            if isinstance(one, dict):
                yield from (key for key in map(str, one) if key.isascii() and key.isidentifier())
            yield from _parts(one)
    elif isinstance(value, list | tuple):
        yield from _parts(dict(enumerate(value)))
