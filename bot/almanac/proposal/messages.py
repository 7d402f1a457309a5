"""The texts that people read: our comment, the pull request's body. Each is a template in `templates/messages/`."""

import re
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from functools import lru_cache
from types import TracebackType
from typing import Any, NamedTuple

from jinja2 import StrictUndefined, Template, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from almanac.errors import ConfigError, Problem
from almanac.markdown import fence
from almanac.matching import changed_lines
from almanac.proposal.comment import review_draft
from almanac.proposal.quotation import code_span, inert, quotation
from almanac.proposal.state import AskForReview, Draft, Plan
from almanac.text import printable
from almanac.urls import why_refused

# GitHub takes 65,536 characters; the marker needs some of them.
MAX_CHARACTERS = 65_000
SUFFIX = ".md.j2"
_CODE = re.compile(r"(`[^`\n]+`)")
_SHORT = 60
"""How many characters are quoted on the line of other words at most."""


class OwnTemplate(NamedTuple):
    """A message template of the site's own, and its path within the site."""

    source: str
    path: str


SafeWriter = Callable[[str, Mapping[str, Any], str], str]
"""Writes a text with a template that is not trusted: the template, its values, its path for problems."""


class Messages:
    """Writes drafts, with Almanac's own templates or with those that a site has in their place."""

    def __init__(
        self,
        sources: Mapping[str, str],
        safe_writer: SafeWriter | None = None,
        own: Mapping[str, OwnTemplate] | None = None,
    ) -> None:
        """Take Almanac's templates by name, what writes with a site's own, and those."""
        self._sources, self._safe_writer, self._own = sources, safe_writer, own or {}

    def of_site(self, own: Mapping[str, OwnTemplate]) -> "Messages":
        """Return the same with some templates replaced by a site's own.

        Raises:
            ConfigError: There is no message with such a name.
        """
        for name, template in own.items():
            if name not in self._sources:
                near = get_close_matches(name, self._sources, 1)
                hint = f" Did you mean `{near[0]}{SUFFIX}`?" if near else ""
                raise ConfigError(Problem(f"There is no message with this name.{hint}", file=template.path))
        return Messages(self._sources, self._safe_writer, own)

    def rehearse(self, plan: Plan) -> None:
        """Write all texts of a plan once for nothing, so that a site's broken template stops it before its first write.

        Raises:
            ConfigError: A template of the site's own fails.
        """
        for draft in _drafts(plan) if self._own else ():
            self.write(draft, pull="#0")

    def write(self, draft: Draft, **values: Any) -> str:
        """Write a draft; `values` are those that were not known when it was drafted, such as the pull request.

        A text that is too long for GitHub goes without its preview, then with fewer problems.

        Raises:
            ConfigError: The site's own template fails.
        """
        given = {"pull": None, **draft.values, **values}
        own = self._own.get(draft.template)
        if own and self._safe_writer:
            text = self._safe_writer(own.source, given, own.path).strip()
        else:
            text = write_text(self._sources[draft.template], given, f"{draft.template}{SUFFIX}").strip()
        if len(text) <= MAX_CHARACTERS:
            return text
        shorter = "(This section is too long to be shown here.)"
        if draft.values.get("preview", shorter) != shorter:
            return self.write(Draft(draft.template, {**draft.values, "preview": shorter}), **values)
        some = _first_half(draft.values.get("problems"))
        if some:
            return self.write(Draft(draft.template, {**draft.values, "problems": some}), **values)
        return text[:MAX_CHARACTERS]


class _MoreProblems(Problem):
    """Stands for the problems that have no room."""


def _first_half(problems: object) -> tuple[Problem, ...]:
    """Return the first half of some problems, and that there are more; nothing if there is only one, or none."""
    found = problems if isinstance(problems, list | tuple) else ()
    shown = [problem for problem in found if not isinstance(problem, _MoreProblems)]
    kept = shown[: len(shown) // 2]
    more = "There is more to fix than there is room for here. You will see the rest when this is done."
    return (*kept, _MoreProblems(more)) if kept else ()


def _drafts(plan: Plan) -> Iterator[Draft]:
    for write in plan.writes:
        texts = (getattr(write, name, None) for name in ("body", "text"))
        yield from (text for text in (*texts, *getattr(write, "notes", ())) if isinstance(text, Draft))
        if isinstance(write, AskForReview):  # what has to be said of it shows only then
            yield review_draft(write.labels, (*write.reviewers, *write.teams))


def write_text(source: str, values: Mapping[str, Any], file: str) -> str:
    """Write a text from a template. It is Markdown, not HTML; typed text is only ever shown inside a fence.

    Raises:
        ConfigError: The template cannot be read, or fails; with file and line.
    """
    try:
        return _compiled(source).render(values)
    except TemplateSyntaxError as error:
        problem = Problem(f"The template cannot be read: {error.message}", file=file, line=error.lineno)
        raise ConfigError(problem) from None
    except Exception as error:  # noqa: BLE001 -- a template can raise whatever Python can
        words = f"The template fails: {str(error) or type(error).__name__}"
        raise ConfigError(Problem(words, file=file, line=_line(error.__traceback__))) from None


@lru_cache(maxsize=64)
def _compiled(source: str) -> Template:
    jinja = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, autoescape=False
    )
    jinja.filters |= {"fence": fence, "quotation": quotation, "inert": inert, "problem": problem_text, "code": code}
    jinja.filters["sentence"] = sentence
    return jinja.from_string(source)


def _line(trace: TracebackType | None) -> int | None:
    """Find the innermost line of the template that an error went through. Jinja2 gives its frames that name."""
    line = None
    while trace:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def code(text: str) -> str:
    """Write the name of a file, or of a field in one, as code, in which no character acts."""
    return f"`{printable(text).replace('`', '?')}`"


def sentence(text: str) -> str:
    """Write a sentence of ours, which may name keys and files as `code` and hold names that a site has chosen."""
    return "".join(code(part[1:-1]) if part.startswith("`") and part[1:] else inert(part) for part in _CODE.split(text))


def problem_text(problem: Problem, typed: str = "", accepted: str = "This would be accepted:") -> str:
    """Write one problem as Markdown: file, field and message, what was typed, and what would be accepted.

    `typed` and `accepted` are the words before the last two; what stands in a file was not typed as an answer.
    """
    typed = typed or ("It says:" if problem.file or problem.line else "You typed:")
    place = [code(problem.file)] if problem.file else []
    place += [f"line {problem.line}"] if problem.file and problem.line else []
    about = [", ".join(place)] if place else []
    # A form's labels are its own; a file's fields may be anything that someone typed as a key.
    about += [code(problem.field) if problem.file else f"**{problem.field}**"] if problem.field else []
    parts = [": ".join([*about, problem.message])]
    if problem.event:
        parts.append(f"> {_named(problem.event, problem.url)}")
    if problem.typed:
        parts.append(_quoted(typed, problem.typed))
    if problem.accepted:
        parts.append(f"{accepted}\n\n{fence(problem.accepted)}")
    if problem.example:
        parts.append(_quoted("For example:", problem.example))
    if problem.versions:
        lines = fence("\n".join(changed_lines(*problem.versions)), "diff")
        parts.append(f"What it says (`-`), and what it should say according to the record (`+`):\n\n{lines}")
    if problem.choices:
        choices = "\n\n".join(map(fence, problem.choices))
        parts.append(f"Each of these would be accepted; only you can say which is meant:\n\n{choices}")
    if problem.candidates:
        found = "\n".join(f"- {code(one.answer)}: {_named(one.event, one.url)}" for one in problem.candidates)
        parts.append(f"If it is one of these, put what is before its colon into this answer:\n\n{found}")
    return "\n\n".join(parts)


def _quoted(words: str, value: str) -> str:
    """Quote a text behind some words: on their line if it is short, or else in a fence."""
    is_short = len(value) <= _SHORT and value.isprintable() and value.strip() == value
    return f"{words} {code_span(value)}" if is_short else f"{words}\n\n{fence(value)}"


def _named(event: str, url: str | None) -> str:
    """Name an event, with a link to it."""
    if url and not why_refused(url):
        return f"[{inert(event)}]({url})"
    return f"{inert(event)}" + (f" ({code(url)})" if url else "")
