"""How the help of commands reads: the name of each argument and option, what it means, and its default, in plain words.

Typer's own words change with its versions, and name Python's types.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import typer
from typer.core import TyperCommand


class Application(typer.Typer):
    """An application whose commands say in their help what this module writes."""

    def command(  # type: ignore[override]  # what it does not name, it passes on
        self, name: str | None = None, **options: Any
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Register a command, as in Typer."""
        return super().command(name, cls=_Command, **options)


class _Command(TyperCommand):
    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        for one in self.params:
            parameter: Any = one
            parameter.get_help_record = partial(_record, parameter)
            if parameter.param_type_name == "argument":
                parameter.get_usage_pieces = partial(_usage, parameter)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except typer.BadParameter as error:
            error.message = error.message.removeprefix("Value error, ")
            raise


def _usage(parameter: Any, _: Any) -> list[str]:
    return [parameter.metavar]


def _record(parameter: Any, _: Any) -> tuple[str, str]:
    """Return the two columns that tell of an argument or option."""
    if parameter.param_type_name == "argument":
        return parameter.metavar, parameter.help
    given = parameter.show_default if isinstance(parameter.show_default, str) else parameter.default
    value = "" if parameter.is_flag else f" {parameter.metavar}"
    remark = "  [required]" if parameter.required else f"  [default: {given}]" if value and given is not None else ""
    return ", ".join(sorted(parameter.opts, key=len)) + value, parameter.help + remark
