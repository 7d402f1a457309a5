"""GitHub's expressions, as in a job's `if:`: read and evaluated as GitHub's documentation says."""

import re
from collections.abc import Callable, Mapping
from typing import Any

_TOKEN = re.compile(
    r"\s*(?:'(?:[^']|'')*'|-?[0-9]+(?:\.[0-9]+)?|[A-Za-z_][A-Za-z0-9_-]*|&&|\|\||[!=<>]=|[!<>()\[\].,*])"
)
_WORDS: Mapping[str, Any] = {"true": True, "false": False, "null": None}


def evaluate(text: str, contexts: Mapping[str, Any]) -> Any:
    """Return the value of an expression, given the contexts that it may name, such as `github`."""
    reader = _Reader(text, contexts)
    value = reader.either()
    assert reader.tokens == [], f"left over: {reader.tokens}"
    return value


def is_true(value: Any) -> bool:
    """Tell whether a condition with this value holds: lists and objects always do."""
    return isinstance(value, list | dict) or bool(value)


class _Reader:
    def __init__(self, text: str, contexts: Mapping[str, Any]) -> None:
        self.contexts, self.tokens = contexts, list[str]()
        position, text = 0, text.rstrip()
        while position < len(text):
            found = _TOKEN.match(text, position)
            assert found, f"not an expression: {text[position:]}"
            self.tokens.append(found[0].strip())
            position = found.end()

    def _take(self, *wanted: str) -> str | None:
        return self.tokens.pop(0) if self.tokens and self.tokens[0] in wanted else None

    def _need(self, token: str) -> None:
        assert self._take(token), f"`{token}` is missing before {self.tokens}"

    def either(self) -> Any:
        value = self._both()
        while self._take("||"):
            other = self._both()
            value = value if is_true(value) else other
        return value

    def _both(self) -> Any:
        value = self._compared()
        while self._take("&&"):
            other = self._compared()
            value = other if is_true(value) else value
        return value

    def _compared(self) -> Any:
        value = self._negated()
        while operator := self._take("==", "!=", "<", "<=", ">", ">="):
            value = _compare(operator, value, self._negated())
        return value

    def _negated(self) -> Any:
        return not is_true(self._negated()) if self._take("!") else self._value()

    def _value(self) -> Any:
        if self._take("("):
            value = self.either()
            self._need(")")
            return value
        token = self.tokens.pop(0)
        if token[0] == "'":
            return token[1:-1].replace("''", "'")
        if token[0] in "-0123456789":
            return float(token)
        if token in _WORDS:
            return _WORDS[token]
        if self._take("("):
            return _FUNCTIONS[token](*self._arguments())
        return self._part(self.contexts[token])

    def _arguments(self) -> list[Any]:
        given: list[Any] = []
        while not self._take(")"):
            given.append(self.either())
            self._take(",")
        return given

    def _part(self, value: Any) -> Any:
        every = False
        while opened := self._take(".", "["):
            name = self.either() if opened == "[" else self.tokens.pop(0)
            if opened == "[":
                self._need("]")
            if name == "*":
                value, every = value if isinstance(value, list) else [], True
            elif every:
                value = [_at(one, name) for one in value if _at(one, name) is not None]
            else:
                value = _at(value, name)
        return value


def _at(value: Any, name: Any) -> Any:
    """Return a part of an object or a list; null where there is none, as GitHub has it."""
    if isinstance(value, dict):
        return value.get(name)
    index = int(name) if isinstance(name, float) else -1
    return value[index] if isinstance(value, list) and 0 <= index < len(value) else None


def _number(value: Any) -> float:
    if isinstance(value, str):
        return float(value) if re.fullmatch(r"\s*-?[0-9.]+\s*", value) else 0.0 if not value.strip() else float("nan")
    return float("nan") if isinstance(value, list | dict) else float(value or 0)


def _compare(operator: str, one: Any, other: Any) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        left, right = one.casefold(), other.casefold()  # comparisons ignore case
        same, less = left == right, left < right
    elif isinstance(one, list | dict) or isinstance(other, list | dict):
        same, less = one is other, False
    else:
        same, less = _number(one) == _number(other), _number(one) < _number(other)
    more = not same and not less and _number(one) == _number(one) and _number(other) == _number(other)
    return {"==": same, "!=": not same, "<": less, "<=": less or same, ">": more, ">=": more or same}[operator]


def _text(value: Any) -> str:
    return "" if value is None or isinstance(value, list | dict) else str(value)


def _contains(place: Any, wanted: Any) -> bool:
    if isinstance(place, list):
        return any(_compare("==", one, wanted) for one in place)
    return _text(wanted).casefold() in _text(place).casefold()


def _starts_with(text: Any, start: Any) -> bool:
    return _text(text).casefold().startswith(_text(start).casefold())


_FUNCTIONS: Mapping[str, Callable[..., Any]] = {"contains": _contains, "startsWith": _starts_with}
