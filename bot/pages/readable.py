"""Whether a section can be found on a page again by what it says: what cannot would be lost with the next edit."""

import re

from bot.errors import ConfigError, Problem
from bot.events.event import Event
from bot.pages.anchors import style_of
from bot.pages.dates import UNKNOWN_YEAR
from bot.pages.outline import Section, outline

_CELL = re.compile(r"(?<!\\)\|")
# Behind a heading that ends every list: the ends of all that a section may have left open.
_TAIL = """
# More coming soon!

<!-- -->
</pre>
</script>
</style>
</textarea>
{:/comment}
{% endcomment %}
{% endhighlight %}
"""
_EXAMPLE = "### {{ date | heading_date }}: {{ title | heading }}"


class UnreadableSectionError(ConfigError):
    """What a site's own template writes would not be found on the page again as this event's one section."""


def check_section(section: str, event: Event, file: str) -> None:
    """Prove that what a template writes for an event is one section, the event's.

    It is put onto a page of its own, twice, so that whatever it leaves open (a fence, a comment) takes hold of the one
    below; there each has to be found, whole, with the event's date.

    Args:
        section: What the template writes, with LF.
        event: The event.
        file: The template's path, for the problem.

    Raises:
        UnreadableSectionError: It is not found so. The problem says what the template has to do.
    """
    if not section.strip():
        raise _unreadable(
            f"The template writes nothing for the event {event.id}, so it would not be on the page.", file
        )
    style = style_of(section)
    space = "\n" if style.family in ("bullet", "row") else "\n\n"
    found = outline(_table_head(section) + section + space + section + "\n" + _TAIL).sections
    if [one.text for one in found] == [section] * 2 and all(says_date_of(one, event) for one in found):
        return
    first = section.split("\n", 1)[0]
    dates = [one.date for one in found if one.text.split("\n", 1)[0] == first]
    raise _unreadable(_reason(event, dates), file)


def _reason(event: Event, dates: list[str]) -> str:
    """Say what is wrong with a section: no date in its first line, another one, or something further down."""
    where = f"The section that the template writes for the event {event.id}"
    if not dates:
        return (
            f"{where} would not be found on the page again: the first line has to hold the event's date, as in "
            f"`{_EXAMPLE}`."
        )
    if not _says(dates[0], event):
        return (
            f"{where} would be read as one of another date ({dates[0]}): the first line has to hold the event's date, "
            f"best at its beginning, as in `{_EXAMPLE}`."
        )
    return (
        f"{where} would not be read as one section. Only its first line may be a heading of that level, or an entry "
        "with a date; what opens a block has to close it; and no rule, comment or definition of a link may stand at "
        "its end."
    )


def says_date_of(section: Section, event: Event) -> bool:
    """Tell whether a section's first line says the event's date, or as much of it as it says at all."""
    return _says(section.date, event)


def _says(said: str, event: Event) -> bool:
    without_year = said.startswith(UNKNOWN_YEAR) and said[4:] == event.date[4:]
    return event.date == said or event.date.startswith(f"{said}-") or without_year


def _table_head(section: str) -> str:
    """Return the head of a table that a row can stand under, or nothing for what is no row."""
    if style_of(section).family != "row":
        return ""
    cells = max(2, len(_CELL.findall(section.strip().strip("|"))) + 1)
    return f"|{' Date |' * cells}\n|{'---|' * cells}\n"


def _unreadable(message: str, file: str) -> UnreadableSectionError:
    return UnreadableSectionError(Problem(message, file=file))
