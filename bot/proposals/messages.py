"""The texts that people read: our comment, the pull request's body. Each is a template in `templates/messages/`."""

from collections.abc import Mapping
from typing import Any

from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot.errors import Problem
from bot.pages.escape import fence
from bot.proposals.state import Draft

# GitHub takes 65,536 characters; the marker needs some of them.
MAX_CHARACTERS = 65_000


class Messages:
    """Writes drafts with the templates it was given: name -> source."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        """Take the templates; they are compiled when they are first needed."""
        self._sources = sources
        # The templates are Markdown, not HTML; typed text only ever stands inside a fence.
        self._jinja = ImmutableSandboxedEnvironment(
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            autoescape=False,
        )
        self._jinja.filters["fence"] = fence
        self._jinja.filters["problem"] = problem_text
        self._jinja.filters["code"] = code

    def write(self, draft: Draft, **values: Any) -> str:
        """Write a draft; `values` are those that were not known when it was drafted, such as the pull request."""
        template = self._jinja.from_string(self._sources[draft.template])
        text = template.render({"pull": None, **draft.values, **values}).strip()
        if len(text) > MAX_CHARACTERS and "preview" in draft.values:
            shorter = "(This section is too long to be shown here.)"
            return self.write(Draft(draft.template, {**draft.values, "preview": shorter}), **values)
        return text[:MAX_CHARACTERS]


def code(text: str) -> str:
    """Write a file's name as code, in which no letter acts."""
    return f"`{text.replace('`', '?')}`"


def problem_text(problem: Problem) -> str:
    """Write one problem as Markdown: file, field and message, what was typed, and what would be accepted."""
    place = [code(problem.file)] if problem.file else []
    place += [f"line {problem.line}"] if problem.file and problem.line else []
    about = [", ".join(place)] if place else []
    about += [f"**{problem.field}**"] if problem.field else []
    parts = [": ".join([*about, problem.message])]
    if problem.typed:
        parts.append(f"You typed:\n\n{fence(problem.typed)}")
    if problem.accepted:
        parts.append(f"This would be accepted:\n\n{fence(problem.accepted)}")
    if problem.choices:
        choices = "\n\n".join(map(fence, problem.choices))
        parts.append(f"Each of these would be accepted; only you can say which is meant:\n\n{choices}")
    return "\n\n".join(parts)
