"""What in a form makes its answers ambiguous, and what to change."""

from collections import deque
from collections.abc import Iterator
from itertools import pairwise

from bot.errors import Problem
from bot.intake.fields import Field, Form

_Reading = tuple[str, ...]


def lint(form: Form) -> tuple[Problem, ...]:
    """Name each place of a form at which an answer could be read in two ways.

    GitHub writes an issue's text without escaping anything, so what a form leaves unclear stays unclear.
    """
    found = [*_neighbours(form), *_labels(form)]
    for field in form.fields:
        found.extend((field, message) for message in _options(field))
    found.sort(key=lambda pair: form.fields.index(pair[0]))
    return tuple(
        Problem(message, field=field.label, file=form.path or None, line=field.line) for field, message in found
    )


def _neighbours(form: Form) -> Iterator[tuple[Field, str]]:
    for first, second in pairwise(form.fields):
        if first.kind == second.kind == "textarea":
            message = (
                f"This textarea follows the textarea “{first.label}”, so a heading typed there can look like this one. "
                "Put a field of another type, such as an input, between the two (text of type markdown does not help)."
            )
            yield second, message


def _labels(form: Form) -> Iterator[tuple[Field, str]]:
    seen: set[str] = set()
    for field in form.fields:
        if field.label in seen:
            yield field, "Another field has the same label. Give each field a label of its own."
        seen.add(field.label)
        if "\n" in field.label:
            yield field, "This label has more than one line. Write it in one line, or it cannot be found in an issue."


def _options(field: Field) -> Iterator[str]:
    words = [option.label for option in field.options]
    for word in dict.fromkeys(words):
        if words.count(word) > 1:
            yield f"The option “{word}” stands here twice. Remove or rename one of the two."
        if "\n" in word:
            yield f"The option “{word}” has more than one line. Write it in one line."
        if field.kind == "dropdown" and (word.lower() == "none" or word == "_No response_"):
            yield (
                f"The option “{word}” looks like a field that was left blank: GitHub writes the same word for it. "
                "Call it something else, such as “Nothing”."
            )
    clash = _two_readings(words) if field.multiple else None
    if clash:
        one, other = (" + ".join(f"“{word}”" for word in reading) for reading in clash)
        yield (
            f"GitHub joins the chosen options with commas, and then {one} looks the same as {other}. "
            "Rename an option so that it has no comma."
        )


def _two_readings(options: list[str]) -> tuple[_Reading, _Reading] | None:
    """Return two different choices that look the same once joined by `, `, or None where there are none.

    Searched by what the longer of two partly equal joins has too much (Sardinas and Patterson's test), in pieces
    between commas.
    """
    pieces = {option: tuple(option.split(", ")) for option in options}
    waiting: deque[tuple[tuple[str, ...], _Reading, _Reading]] = deque()
    for short, short_pieces in pieces.items():
        for long, long_pieces in pieces.items():
            if short != long and long_pieces[: len(short_pieces)] == short_pieces:
                waiting.append((long_pieces[len(short_pieces) :], (long,), (short,)))
    seen: set[tuple[str, ...]] = set()
    while waiting:
        rest, ahead, behind = waiting.popleft()
        if not rest:
            return ahead, behind
        if rest in seen:
            continue
        seen.add(rest)
        for option, own in pieces.items():
            if own[: len(rest)] == rest:
                waiting.append((own[len(rest) :], (*behind, option), ahead))
            elif rest[: len(own)] == own:
                waiting.append((rest[len(own) :], ahead, (*behind, option)))
    return None
