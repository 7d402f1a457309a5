"""Hostile text made from a pattern, and the check that the time for growing text does not grow faster than its length.

No time is compared with a number of seconds, only with that of another text of the same kind in the same run, and it is
the processor's time of this process, so that a busy machine makes no difference.
"""

import ast
import gc
import importlib
import itertools
import pkgutil
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from time import process_time
from types import ModuleType
from typing import Any, NamedTuple

import almanac
from almanac.patterns import Regex

GROWTH = 8
"""How much longer the long text is than the short one."""
TOO_MUCH = 24
"""How much longer it may take: half-way, on a logarithmic scale, between what is linear (8) and quadratic (64)."""
METHODS = frozenset({"search", "match", "fullmatch", "split", "findall", "finditer", "sub", "subn"})
_TRIES = 4


def seconds(action: Callable[[], object]) -> float:
    """Return how much of the processor's time something takes."""
    started = process_time()
    action()
    return process_time() - started


def grows_too_fast(short: Callable[[], object], long: Callable[[], object]) -> bool:
    """Tell whether something takes much longer for a text that is eight times as long, each time that it is tried."""
    least = [float("inf"), float("inf")]
    for _ in range(_TRIES):
        gc.collect(0)
        least = [min(known, seconds(action)) for known, action in zip(least, (short, long), strict=True)]
        if least[1] <= TOO_MUCH * least[0]:
            return False
    return True


# ---------------------------------------------------------------- patterns and how they are used


@dataclass(frozen=True)
class Used:
    """A pattern of the package, and the methods that are called on it."""

    name: str
    pattern: re.Pattern[str]
    methods: frozenset[str]

    def run(self, text: str) -> None:
        """Use the pattern as the package does."""
        if self.methods - {"match", "fullmatch"} or not self.methods:
            for _ in self.pattern.finditer(text):
                pass
        if "match" in self.methods:
            self.pattern.match(text)
        if "fullmatch" in self.methods:
            self.pattern.fullmatch(text)


@cache
def modules() -> tuple[ModuleType, ...]:
    """Import every module of the package."""
    names = (found.name for found in pkgutil.walk_packages(almanac.__path__, "almanac."))
    found = []
    for name in names:
        if not name.endswith("__main__"):
            with suppress(ImportError):  # the server's are an extra
                found.append(importlib.import_module(name))
    return tuple(found)


def patterns() -> list[Used]:
    """Find the patterns that any module of the package holds, in any variable, mapping or sequence."""
    found: dict[re.Pattern[str], tuple[str, set[str]]] = {}
    for module in modules():
        methods = _methods(module)
        for name, value in vars(module).items():
            for place, pattern in _patterns_in(value, name):
                known = found.setdefault(pattern, (f"{module.__name__.removeprefix('almanac.')}.{place}", set()))
                known[1].update(methods.get(place) or methods[""])
    return [Used(name, pattern, frozenset(used)) for pattern, (name, used) in found.items()]


def _patterns_in(value: Any, place: str) -> Iterator[tuple[str, re.Pattern[str]]]:
    if isinstance(value, Regex):
        yield from _patterns_in(value.compiled, place)
    elif isinstance(value, re.Pattern):
        # That characters are bytes makes no difference here.
        is_text = isinstance(value.pattern, str)
        yield place, value if is_text else re.compile(value.pattern.decode("latin-1"), value.flags)
    elif hasattr(type(value), "__dataclass_fields__") and isinstance(getattr(value, "pattern", None), str):
        yield place, re.compile(value.pattern, re.IGNORECASE)
    elif isinstance(value, dict):
        for key, below in value.items():
            yield from _patterns_in(below, f"{place}[{key!r}]")
    elif isinstance(value, (list, tuple, set, frozenset)):
        for number, below in enumerate(value):
            yield from _patterns_in(below, f"{place}[{number}]")


def _methods(module: ModuleType) -> defaultdict[str, set[str]]:
    """Return what a module calls on its patterns, by variable; "" is for those in variables of functions."""
    used = defaultdict[str, set[str]](set)
    for node in ast.walk(ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and node.attr in METHODS and ast.unparse(node.value) != "re":
            held = isinstance(node.value, ast.Name) and isinstance(vars(module).get(node.value.id), (Regex, re.Pattern))
            if held or node.attr != "split":  # which texts have too
                used[node.value.id if held else ""].add(node.attr)  # type: ignore[attr-defined]
    return used


# ---------------------------------------------------------------- hostile text

_MOST = 8
_TAILS = ("", "\n", "\x01")
_REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT)
_ALPHABET = " \t\n\rab1.,:-_*#|`~<>[](){}\"'/\\=+%&!;@\u00b7\x01"


class Attack(NamedTuple):
    """A kind of text that can be made of any length: a beginning, what is repeated, and an end."""

    head: str
    unit: str
    tail: str

    def text(self, length: int) -> str:
        """Return about so many characters of it."""
        return self.head + self.unit * (length // len(self.unit)) + self.tail


def attacks(pattern: str, flags: int = 0) -> Iterator[Attack]:
    """Give texts that come close to matching a pattern, and fail late.

    Without a part that is repeated without limit, no pattern can take more than linear time, so there are none then.
    """
    seen = Counter[str]()
    given = set[Attack]()
    for head, body, following in _repeats(parser.parse(pattern, flags)):
        seen[repr(body)] += 1
        if seen[repr(body)] > _MOST:
            continue
        spaced = [f" {text}" for text in following]
        units = [*_unique(_letters(body)), *_samples(body), *_unique(following), *_unique(spaced)]
        opened = [head, *(f"{head}{unit}" for unit in units)] if head else []
        for attack in (*itertools.product((head, ""), units, _TAILS), *itertools.product(("",), opened, _TAILS)):
            if attack[1] and attack not in given:
                given.add(Attack(*attack))
                yield Attack(*attack)


def _unique(texts: Iterable[str], most: int = _MOST) -> list[str]:
    return list(itertools.islice(dict.fromkeys(texts), most))


def _repeats(tree: Any) -> Iterator[tuple[str, Any, list[str]]]:
    """Give what a pattern repeats without limit, with a text that leads there and texts that lead on from there."""
    starts, nodes = [""], list(tree)
    for place, (op, value) in enumerate(nodes, 1):
        if op in _REPEATS and value[1] == codes.MAXREPEAT:
            ends = [end for end in range(place + 1, len(nodes) + 1) if nodes[end - 1][0] != codes.LITERAL]
            following = [sample for end in (*ends, len(nodes)) for sample in _samples(nodes[place:end])[:1]]
            yield from ((start, value[2], following) for start in starts)
        for inside in _insides((op, value)):
            for head, body, following in _repeats(inside):
                more = [*following, *_samples(nodes[place : place + 3])]
                yield from ((start + head, body, more) for start in starts)
        starts = _unique((start + sample for start in starts for sample in _samples_of((op, value))), 3)


def _letters(tree: Any) -> Iterator[str]:
    """Give the characters that a pattern names, and some of each class."""
    for op, value in tree:
        if op in (codes.LITERAL, codes.NOT_LITERAL, codes.IN, codes.ANY):
            yield from _samples_of((op, value), 6)
        for inside in _insides((op, value)):
            yield from _letters(inside)


def _insides(node: Any) -> list[Any]:  # noqa: PLR0911 - one for each kind of part
    op, value = node
    if op in _REPEATS:
        return [value[2]]
    if op == codes.SUBPATTERN:
        return [value[3]]
    if op == codes.BRANCH:
        return list(value[1])
    if op == codes.ATOMIC_GROUP:
        return [value]
    if op in (codes.ASSERT, codes.ASSERT_NOT):
        return [value[1]]
    if op == codes.GROUPREF_EXISTS:
        return [one for one in value[1:] if one]
    return []


def _samples(tree: Any, most: int = 3) -> list[str]:
    texts = [""]
    for node in tree:
        texts = _unique((text + sample for text in texts for sample in _samples_of(node)), most)
    return texts


def _samples_of(node: Any, most: int = 3) -> list[str]:  # noqa: PLR0911 - likewise
    op, value = node
    if op == codes.LITERAL:
        return [chr(value)]
    if op in (codes.NOT_LITERAL, codes.IN, codes.ANY):
        pattern = _class(node)
        found = [letter for letter in [*_named(value), *"a1 -.\u00e9[x"] if pattern(letter)]
        return _unique([*found, *(letter for letter in _ALPHABET if pattern(letter))], most)
    if op in _REPEATS:
        least, most_times, body = value
        times = max(least, 1) if most_times else 0
        return _unique([sample * times for sample in _samples(body)] + [""] * (least == 0), most)
    if op == codes.BRANCH:
        return _unique((sample for branch in value[1] for sample in _samples(branch)), 2 * most)
    if op in (codes.SUBPATTERN, codes.ATOMIC_GROUP):
        return _samples(_insides(node)[0])
    if op == codes.GROUPREF:
        return ["-", "`"]
    return [""]


def _named(value: Any) -> Iterator[str]:
    for op, about in value if isinstance(value, list) else []:
        if op == codes.LITERAL:
            yield chr(about)
        elif op == codes.RANGE:
            yield chr(about[0])


def _class(node: Any) -> Callable[[str], bool]:
    op, value = node
    if op == codes.ANY:
        return lambda letter: letter != "\n"
    if op == codes.NOT_LITERAL:
        return lambda letter: bool(ord(letter) != value)
    negated = bool(value) and value[0][0] == codes.NEGATE
    parts = value[1:] if negated else value
    return lambda letter: any(_holds(part, letter) for part in parts) != negated


_CATEGORIES = {
    codes.CATEGORY_DIGIT: re.compile(r"\d"),
    codes.CATEGORY_NOT_DIGIT: re.compile(r"\D"),
    codes.CATEGORY_SPACE: re.compile(r"\s"),
    codes.CATEGORY_NOT_SPACE: re.compile(r"\S"),
    codes.CATEGORY_WORD: re.compile(r"\w"),
    codes.CATEGORY_NOT_WORD: re.compile(r"\W"),
}


def _holds(part: Any, letter: str) -> bool:
    op, value = part
    if op == codes.LITERAL:
        return bool(ord(letter) == value)
    if op == codes.RANGE:
        return bool(value[0] <= ord(letter) <= value[1])
    return bool(_CATEGORIES[value].match(letter))
