"""The texts that people read: our comment, the pull request's body. Each is a template in `templates/messages/`."""

import re
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from functools import lru_cache, partial
from types import TracebackType
from typing import Any, NamedTuple, TypeVar

from jinja2 import StrictUndefined, Template, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from almanac import PROJECT
from almanac.config import Language
from almanac.errors import ConfigError, Problem
from almanac.markdown import fence
from almanac.matching import changed_lines
from almanac.nearest import what_is_wrong
from almanac.patterns import regex
from almanac.phrases import Tongue, said, say
from almanac.proposal.comment import review_draft
from almanac.proposal.quotation import code_span, inert, quotation
from almanac.proposal.state import AskForReview, Draft, Plan
from almanac.text import printable
from almanac.urls import why_refused

# GitHub takes 65,536 characters; the marker needs some of them.
MAX_CHARACTERS = 65_000
SUFFIX = ".md.j2"
_CODE = regex(rf"(`[^`\n]+`|\(\[\w+\]\({re.escape(PROJECT)}/blob/main/docs/[a-z-]+\.md\)\))")
_SHORT = 60
"""How many characters are quoted on the line of other words at most."""


class OwnTemplate(NamedTuple):
    """A message template of the site's own, and its path within the site."""

    source: str
    path: str


SafeWriter = Callable[[str, Mapping[str, Any], str, Mapping[str, str]], str]
"""Writes a text with a template that is not trusted: the template, its values, its path for problems, and what the
words of filters are in its language."""
T = TypeVar("T")


class Messages:
    """Writes drafts, with Almanac's own templates or with those that a site has in their place."""

    def __init__(
        self,
        sources: Mapping[str, str],
        safe_writer: SafeWriter | None = None,
        own: Mapping[str, OwnTemplate] | None = None,
        *,
        tongues: Callable[[Language], Tongue | None] = lambda _: None,
        language: Language = "en",
    ) -> None:
        """Take Almanac's templates by name, what writes with a site's own, those, and what knows which languages."""
        self._sources, self._safe_writer, self._own, self._tongues = sources, safe_writer, own or {}, tongues
        self._tongue = tongues(language)

    def said(self, value: T) -> T:
        """Say all that is in a value (see `almanac.phrases`) in the language of these messages."""
        spoken: T = said(value, self._tongue)
        return spoken

    def of_site(self, own: Mapping[str, OwnTemplate], language: Language = "en") -> "Messages":
        """Return the same in another language, and with some templates replaced by a site's own.

        Raises:
            ConfigError: There is no message with such a name.
        """
        for name, template in own.items():
            if name not in self._sources:
                near = get_close_matches(name, self._sources, 1)
                hint = say(" Did you mean `{name}`?", name=f"{near[0]}{SUFFIX}") if near else ""
                raise ConfigError(
                    Problem(say("There is no message with this name.{hint}", hint=hint), file=template.path)
                )
        return Messages(self._sources, self._safe_writer, own, tongues=self._tongues, language=language)

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
        given = self.said({"pull": None, **draft.values, **values})
        own = self._own.get(draft.template)
        if own and self._safe_writer:
            words = {source: said(source, self._tongue) for source in _OWN_WORDS} if self._tongue else {}
            text = self._safe_writer(own.source, given, own.path, words).strip()
        else:
            text = write_text(self._sources[draft.template], given, f"{draft.template}{SUFFIX}", self._tongue).strip()
        if len(text) <= MAX_CHARACTERS:
            return text
        shorter = say("(This section is too long to be shown here.)")
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
    more = say("There is more to fix than there is room for here. You will see the rest when this is done.")
    return (*kept, _MoreProblems(more)) if kept else ()


def _drafts(plan: Plan) -> Iterator[Draft]:
    for write in plan.writes:
        texts = (getattr(write, name, None) for name in ("body", "text"))
        yield from (text for text in (*texts, *getattr(write, "notes", ())) if isinstance(text, Draft))
        if isinstance(write, AskForReview):  # what has to be said of it shows only then
            yield review_draft(write.labels, (*write.reviewers, *write.teams))


def write_text(source: str, values: Mapping[str, Any], file: str, tongue: Tongue | None = None) -> str:
    """Write a text from a template. It is Markdown, not HTML; typed text is only ever shown inside a fence.

    Raises:
        ConfigError: The template cannot be read, or fails; with file and line.
    """
    try:
        return _compiled(source, tongue).render(values)
    except TemplateSyntaxError as error:
        message = say("The template cannot be read: {error}", error=what_is_wrong(error, _FILTERS, values))
        raise ConfigError(Problem(message, file=file, line=error.lineno)) from None
    except Exception as error:  # noqa: BLE001 -- a template can raise whatever Python can
        message = say("The template fails: {error}", error=what_is_wrong(error, _FILTERS, values))
        raise ConfigError(Problem(message, file=file, line=_line(error.__traceback__))) from None


@lru_cache(maxsize=64)
def _compiled(source: str, tongue: Tongue | None) -> Template:
    jinja = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, autoescape=False
    )
    jinja.filters |= _FILTERS
    jinja.filters["problem"] = partial(problem_text, tongue=tongue)
    jinja.add_extension("jinja2.ext.i18n")
    text, number = (tongue.text, tongue.number) if tongue else (str, _in_english)
    jinja.install_gettext_callables(text, number, newstyle=True)  # type: ignore[attr-defined] # the extension brings it
    return jinja.from_string(source)


def _in_english(one: str, many: str, number: int) -> str:
    return one if number == 1 else many


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
    """Write a sentence of ours, which may name keys and files as `code` and hold names that a site has chosen.

    A link to our documentation stays one.
    """
    parts = _CODE.split(text)
    parts[::2] = map(inert, parts[::2])
    parts[1::2] = (code(part[1:-1]) if part.startswith("`") else part for part in parts[1::2])
    return "".join(parts)


_YOU_TYPED, _IT_SAYS, _ACCEPTED = say("You typed:"), say("It says:"), say("This would be accepted:")
_EXAMPLE, _LINE = say("For example:"), say("line {number}")
_VERSIONS = say("What it says (`-`), and what it should say according to the record (`+`):")
_CHOICES = say("Each of these would be accepted; only you can say which is meant:")
_CANDIDATES = say("If it is one of these, put what is before its colon into this answer:")
_OWN_WORDS = (_YOU_TYPED, _IT_SAYS, _ACCEPTED, _EXAMPLE, _LINE, _VERSIONS, _CHOICES, _CANDIDATES)
"""What the filter `problem` says by itself: all that has to be known where a site's own template is rendered."""


def problem_text(problem: Problem, typed: str = "", accepted: str = "", *, tongue: Tongue | None = None) -> str:
    """Write one problem as Markdown: file, field and message, what was typed, and what would be accepted.

    `typed` and `accepted` are the words before the last two; what stands in a file was not typed as an answer.
    """
    typed = typed or said(_IT_SAYS if problem.file or problem.line else _YOU_TYPED, tongue)
    place = [code(problem.file)] if problem.file else []
    place += [said(_LINE, tongue).format(number=problem.line)] if problem.file and problem.line else []
    about = [", ".join(place)] if place else []
    # A form's labels are its own; a file's fields may be anything that someone typed as a key.
    about += [code(problem.field) if problem.file else f"**{problem.field}**"] if problem.field else []
    parts = [": ".join([*about, problem.message])]
    if problem.event:
        parts.append(f"> {_named(problem.event, problem.url)}")
    if problem.typed:
        parts.append(_quoted(typed, problem.typed))
    if problem.accepted:
        parts.append(f"{accepted or said(_ACCEPTED, tongue)}\n\n{fence(problem.accepted)}")
    if problem.example:
        parts.append(_quoted(said(_EXAMPLE, tongue), problem.example))
    if problem.versions:
        lines = fence("\n".join(changed_lines(*problem.versions)), "diff")
        parts.append(f"{said(_VERSIONS, tongue)}\n\n{lines}")
    if problem.choices:
        choices = "\n\n".join(map(fence, problem.choices))
        parts.append(f"{said(_CHOICES, tongue)}\n\n{choices}")
    if problem.candidates:
        found = "\n".join(f"- {code(one.answer)}: {_named(one.event, one.url)}" for one in problem.candidates)
        parts.append(f"{said(_CANDIDATES, tongue)}\n\n{found}")
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


_FILTERS: Mapping[str, Callable[..., str]] = {
    "fence": fence,
    "quotation": quotation,
    "inert": inert,
    "problem": problem_text,
    "code": code,
    "sentence": sentence,
}
"""What messages can use besides what every template can."""
