"""A form's YAML, taken apart node by node; what is wrong is collected."""

import yaml

from bot import yamltext
from bot.errors import ConfigError, Problem, UserError
from bot.yamltext import line_of

SIZE_CAP = 262_144
"""The longest form that is read, in characters; a real one has a few thousand."""


class Reader:
    """Takes nodes apart and collects what is wrong with them.

    Scalars are taken as they are written, so that an option `1.0` or `yes` keeps its words.

    Attributes:
        path: The file's path within the site.
        problems: What was found so far.
    """

    def __init__(self, path: str) -> None:
        """Take the path that the problems shall name."""
        self.path = path
        self.problems: list[Problem] = []

    def complain(self, node: yaml.Node, field: str | None, message: str) -> None:
        """Note a problem at a node."""
        self.problems.append(Problem(message, field=field, file=self.path, line=line_of(node)))

    def mapping(self, node: yaml.Node, where: str | None, what: str) -> dict[str, yaml.Node]:
        """Return the entries of a mapping; anything else is a problem and has none."""
        entries: dict[str, yaml.Node] = {}
        if not isinstance(node, yaml.MappingNode):
            self.complain(node, where, f"{what} must be made of keys with values, as in `name: New event`.")
            return entries
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else ""
            if name in entries:
                self.complain(key, where, f"The key `{name}` stands here twice. Keep one of the two.")
            entries[name] = value
        return entries

    def sequence(self, node: yaml.Node, where: str, example: str) -> list[yaml.Node]:
        """Return the items of a list; anything else is a problem and has none."""
        if isinstance(node, yaml.SequenceNode):
            return list(node.value)
        self.complain(node, where, f"This must be a list, one item on each line, as in `- {example}`.")
        return []

    def text(self, node: yaml.Node | None, parent: yaml.Node, where: str) -> str:
        """Return a text that has to be there and may not be empty; else it is a problem and empty."""
        if node is None:
            self.complain(parent, where, "This is missing. Write a text here.")
        elif not isinstance(node, yaml.ScalarNode) or is_null(node) or not node.value.strip():
            self.complain(node, where, "This must be a text that is not empty.")
        else:
            return str(node.value)
        return ""

    def flag(self, node: yaml.Node | None, where: str) -> bool:
        """Return a switch; one that is left out is off, and anything but a switch is a problem."""
        if node is None or is_null(node):
            return False
        if node.tag != "tag:yaml.org,2002:bool":
            self.complain(node, where, "This must be `true` or `false`, without quotes.")
            return False
        return str(node.value).lower() in {"true", "yes", "on"}

    def finish(self) -> None:
        """Raise all problems, if there are any.

        Raises:
            ConfigError: There are.
        """
        if self.problems:
            raise ConfigError(self.problems)


def is_null(node: yaml.Node) -> bool:
    """Say whether a node is YAML's nothing: an empty value, `~` or `null`."""
    return bool(node.tag == "tag:yaml.org,2002:null")


def compose(text: str | bytes, path: str) -> yaml.Node:
    """Read the one document of a form's file.

    Raises:
        ConfigError: It is too long, no UTF-8, no YAML, empty, or nested without measure.
    """
    try:
        node = yamltext.compose(text, path, SIZE_CAP)
    except UserError as error:
        raise ConfigError(error.problems) from None
    if node is None:
        raise ConfigError(Problem("This file is empty.", file=path))
    return node
