"""What stands where in a template, as its syntax tree tells: nothing is rendered for it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import nodes

KeyPath = tuple[str, ...]
"""The keys that lead to a value: `("venue", "name")`; `*` for every entry of a list."""
FieldPath = tuple[str | int, ...]
"""The same for a value of an event: `("title",)`, `("extra", "room")`, `("people", 0, "name")`, `("tags", "*")`."""

LINES = "lines"
"""Stands in a path for the lines of a text."""
_MOST_BRANCHES = 8


@dataclass(frozen=True)
class ValueSource:
    """One value of a template: which fields it is made of (the first that has something), and through which filters."""

    fields: tuple[FieldPath, ...]
    filters: tuple[tuple[str, tuple[Any, ...]], ...] = ()

    def filter(self, name: str) -> tuple[Any, ...] | None:
        """Return the arguments of a filter; None if the value does not go through it."""
        return next((arguments for one, arguments in self.filters if one == name), None)


@dataclass(frozen=True)
class KeyPlace:
    """What a key's value is made of: the template's values, and the text before, between and after them."""

    sources: tuple[ValueSource, ...]
    texts: tuple[str, ...]  # one more than there are sources


Outline = list[str | ValueSource]
"""A template from its beginning to its end: its own text, and its values."""


def outlines(tree: nodes.Template) -> Iterator[Outline]:
    """Give what a template writes where all its conditions take their first branch, then their second, and so on."""
    conditions = list(tree.find_all(nodes.If))
    most = max((1 + len(one.elif_) + 1 for one in conditions), default=1)
    for branch in range(min(most, _MOST_BRANCHES)):
        yield list(_parts(tree.body, branch, {}))


def names(tree: nodes.Template) -> frozenset[str]:
    """Return the fields of an event that a template asks for."""
    asked = {node.name for node in tree.find_all(nodes.Name)}
    of_event = {node.attr for node in tree.find_all(nodes.Getattr) if _is_event(node.node)}
    return frozenset(asked | of_event)


def _parts(
    body: Sequence[nodes.Node], branch: int, known: dict[str, tuple[FieldPath, ...]]
) -> Iterator[str | ValueSource]:
    for node in body:
        if isinstance(node, nodes.Output):
            for part in node.nodes:
                yield part.data if isinstance(part, nodes.TemplateData) else _source(part, known)
        elif isinstance(node, nodes.If):
            branches = [node.body, *(one.body for one in node.elif_), node.else_]
            yield from _parts(branches[branch % len(branches)], branch, known)
        elif isinstance(node, nodes.For) and isinstance(node.target, nodes.Name):
            each = _part(node.iter, "*", known).fields
            yield from _parts(node.body, branch, {**known, node.target.name: each})
        elif isinstance(node, nodes.Assign) and isinstance(node.target, nodes.Name):
            known[node.target.name] = _source(node.node, known).fields


def _source(value: nodes.Node | None, known: Mapping[str, tuple[FieldPath, ...]]) -> ValueSource:
    found = _compared(value)
    match value:
        case nodes.Name():
            found = ValueSource(known.get(value.name, ((value.name,),)))
        case nodes.Getattr():
            found = _part(value.node, value.attr, known)
        case nodes.Getitem(arg=nodes.Const(value=name)):
            found = _part(value.node, name, known)
        case nodes.Filter(name="first"):
            found = _part(value.node, 0, known)
        case nodes.Getitem():
            inner = _source(value.node, known)
            found = ValueSource(inner.fields, (*inner.filters, ("slice", ())))
        case nodes.Filter():
            inner = _source(value.node, known)
            arguments = tuple(one.value for one in value.args if isinstance(one, nodes.Const))
            found = ValueSource(inner.fields, (*inner.filters, (value.name, arguments)))
        case nodes.And():
            found = _source(value.right, known)
        case nodes.Or(left=one, right=other) | nodes.CondExpr(expr1=one, expr2=other):
            first, second = _source(one, known), _source(other, known) if other else ValueSource(())
            found = ValueSource((*first.fields, *second.fields), (*first.filters, *second.filters))
    return found


def _compared(value: nodes.Node | None) -> ValueSource:
    """Read `status == "cancelled"`, a value of the template's own, and all else that is no field."""
    match value:
        case nodes.Compare(expr=nodes.Name(name=name), ops=[nodes.Operand(op="eq", expr=nodes.Const(value=other))]):
            return ValueSource(((name,),), (("is", (other,)),))
        case nodes.Const():
            return ValueSource(())
        case nodes.Call(
            node=nodes.Getattr(node=nodes.Getattr(node=nodes.Name(name=name), attr=own), attr="splitlines")
        ):
            return ValueSource(((name, own, LINES),))
    return ValueSource((), (("other", ()),))


def _part(value: nodes.Node | None, name: Any, known: Mapping[str, tuple[FieldPath, ...]]) -> ValueSource:
    if _is_event(value):
        return ValueSource(((name,),))
    inner = _source(value, known)
    return ValueSource(tuple((*path, name) for path in inner.fields), inner.filters)


def _is_event(node: nodes.Node | None) -> bool:
    return isinstance(node, nodes.Name) and node.name == "event"
