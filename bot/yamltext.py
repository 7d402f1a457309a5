"""YAML text -> nodes that know their lines, whatever the text is. Nothing is built, so no tag or alias does harm."""

import yaml

from bot.errors import Problem, UserError

_DEPTH_CAP = 32
_TOO_DEEP = "The lists and keys are nested too deep."
_LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def line_of(node: yaml.Node | yaml.CollectionStartEvent) -> int:
    """Return the line where a node begins, counted from 1."""
    return int(node.start_mark.line) + 1 if node.start_mark else 1


def compose(text: str | bytes, file: str, cap: int) -> yaml.Node | None:
    """Read the one document of a YAML file; None where there is nothing but comments.

    Args:
        text: What stands in the file; bytes are UTF-8, with or without a byte order mark.
        file: Its path within the site, for messages.
        cap: The most characters that it may have.

    Raises:
        UserError: It is too long, no UTF-8, no YAML, or nested without measure.
    """
    if len(text) > cap:
        raise UserError(Problem(f"This file is longer than {cap:,} characters, the most that is read.", file=file))
    try:
        decoded = text.decode("utf-8-sig") if isinstance(text, bytes) else text
        _check_depth(decoded, file)
        return yaml.compose(decoded, _LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = error.problem or error.context or "something is not as it should be"
        unreadable = f"This is no readable YAML: {reason}. Look at this line and the one before it."
        # PyYAML 6.0.4 and later count for themselves, and may stop before we do.
        message = _TOO_DEEP if "nesting" in reason else unreadable
        # The end of the file counts as a line of its own there.
        line = min(mark.line, decoded.count("\n")) + 1 if mark else None
        raise UserError(Problem(message, file=file, line=line)) from None
    except (yaml.YAMLError, UnicodeError):
        message = "This file holds a character that YAML does not allow, or is no text in UTF-8."
        raise UserError(Problem(message, file=file)) from None


def _check_depth(text: str, file: str) -> None:
    # PyYAML builds nodes by recursion, in C without a limit: deep nesting would end the process.
    depth = 0
    for event in yaml.parse(text, _LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEPTH_CAP:
                raise UserError(Problem(_TOO_DEEP, file=file, line=line_of(event)))
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
