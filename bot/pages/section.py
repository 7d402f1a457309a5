"""One event's part of the page, written from a Jinja2 template: Almanac's own or the site's."""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from types import TracebackType

from jinja2 import Template, TemplateSyntaxError, nodes

from bot.errors import ConfigError, Problem
from bot.events.event import Event
from bot.pages.environment import Environment, fields
from bot.pages.positions import images, misplaced

SectionRenderer = Callable[[Event], str]
TEMPLATE = "templates/section.md.j2"

_UNFIT = re.compile(r"[^A-Za-z0-9 _.,:;'()%+=-]")
_MAX_WORDS = 200


def section_renderer(source: str, file: str = TEMPLATE) -> SectionRenderer:
    """Make the function that writes an event's section.

    A section goes from its heading to its last line that is not blank, with LF between lines and none at the end. An
    event with `markdown` is written as exactly that. The template sees the event's fields by name, all of them (None
    or empty where the record says nothing), `extra`, and `event` with the same; `bot.pages.environment` says how what
    it puts out is escaped. Typed text, a URL that is refused included, never makes it fail.

    Args:
        source: The template.
        file: What problems call it.

    Raises:
        ConfigError: The template cannot be read, or puts a value where no escaping can make it safe. The function
            raises it where the template fails for an event.
    """
    template = _compiled(source, file)

    def render(event: Event) -> str:
        if event.markdown is not None:
            return event.markdown
        try:
            written = template.render(fields(event))
        except Exception as error:  # noqa: BLE001  # a template can raise whatever Python can
            raise ConfigError(_failure(error, event, file)) from None
        return _trimmed(written)

    return render


@lru_cache(maxsize=16)
def _compiled(source: str, file: str) -> Template:
    # To read a template takes longer than to write many sections with it.
    environment = Environment()
    try:
        tree = environment.parse(source)
        template = environment.from_string(source)
    except TemplateSyntaxError as error:
        problem = Problem(f"The template cannot be read: {_words(error)}", file=file, line=error.lineno)
        raise ConfigError(problem) from None
    except Exception as error:  # noqa: BLE001  # what is constant in a template is worked out as it is read
        raise ConfigError(Problem(f"The template cannot be read: {_words(error)}", file=file)) from None
    problems = list(_faults(tree, file))
    if problems:
        raise ConfigError(problems)
    return template


def _faults(tree: nodes.Template, file: str) -> Iterator[Problem]:
    """Tell where a template goes around the escaping."""
    for found in misplaced(tree):
        message = (
            f"A value stands within {found.place}, where typed text could do harm. "
            "Put it elsewhere, or put it through the filter `url` (an address) or `slug` (a-z, 0-9 and hyphens)."
        )
        yield Problem(message, file=file, line=found.line)
    # What a filter block writes is not escaped again; its filter can bring typed words in, or to the start of a line.
    for block in tree.find_all(nodes.FilterBlock):
        message = "A filter block cannot be used here. Put each value through the filter instead."
        yield Problem(message, file=file, line=block.lineno)
    for line in images(tree):
        message = (
            "A link stands directly behind a value. Put a space between them: an exclamation mark at the value's end "
            "would make an image of the link."
        )
        yield Problem(message, file=file, line=line)


def _trimmed(written: str) -> str:
    """Drop blank lines at both ends; spaces at the end of the last line are the section's own."""
    lines = written.split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    return "\n".join(lines[first:])


def _failure(error: Exception, event: Event, file: str) -> Problem:
    message = f"The template fails for the event {event.id}: {_words(error)}"
    return Problem(message, file=file, line=_template_line(error.__traceback__))


def _words(error: Exception) -> str:
    """Return what an error says. It may quote typed text, so only letters that are no markup anywhere are left."""
    return _UNFIT.sub("?", str(error) or type(error).__name__)[:_MAX_WORDS].rstrip(".") + "."


def _template_line(trace: TracebackType | None) -> int | None:
    """Find the innermost line of the template that an error went through. Jinja2 gives its frames that name."""
    line = None
    while trace:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
