"""Almanac's own issue forms in another language: what people read in them is said, and the rest stays as it is."""

import json
import re
from collections.abc import Iterator

import yaml

from almanac.patterns import regex
from almanac.phrases import Tongue
from almanac.yamlfile import MAX_CHARACTERS, compose

_READ = {"name", "title", "label", "description", "placeholder", "value"}
_PLAIN = regex(r"[^\W\d_][\w ,;.()?!'\u2019/*`-]*[\w.)?!*`]")


def form_words(text: str) -> Iterator[str]:
    """Give all that people read in a form, in its order."""
    for node in _words(compose(text, "form", MAX_CHARACTERS)):
        yield node.value


def translated_form(text: str, tongue: Tongue | None) -> str:
    """Return a form in another language."""
    if tongue is None:
        return text
    lines = text.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    for node in reversed(list(_words(compose(text, "form", MAX_CHARACTERS)))):
        said = tongue.text(node.value)
        if said != node.value:
            start, end = node.start_mark, node.end_mark
            indent = len(lines[start.line]) - len(lines[start.line].lstrip()) + 2
            end_index = starts[end.line] + end.column
            text = text[: starts[start.line] + start.column] + _scalar(said, indent) + text[end_index:]
    return text


def _scalar(words: str, indent: int) -> str:
    if "\n" in words:
        return "|\n" + "".join(f"{' ' * indent}{line}\n" for line in words.rstrip("\n").split("\n"))
    return words if _PLAIN.fullmatch(words) else json.dumps(words, ensure_ascii=False)


def _words(node: yaml.Node | None) -> Iterator[yaml.ScalarNode]:
    if isinstance(node, yaml.SequenceNode):
        for one in node.value:
            yield from _words(one)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == "options":
                yield from value.value
            elif key.value in _READ and isinstance(value, yaml.ScalarNode):
                if re.search("[a-z]{2}", value.value) and not value.value.startswith("https://"):
                    yield value
            elif key.value != "labels":
                yield from _words(value)
