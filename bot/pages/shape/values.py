"""Pieces of section templates that are written alike in lines and in cells."""

from collections.abc import Sequence

from bot.pages.outline import Section
from bot.pages.shape.dates import example_of, has_year

CHANGED = "{% if status and status != 'scheduled' %} ({{ status }}){% endif %}"
"""Says behind a title that an event was cancelled or the like, where there is no other place for it."""
ALL_LINKS = "{% for entry in links %}{{ entry.label | link(entry.url) }}{% if not loop.last %}, {% endif %}{% endfor %}"
PROSE = (
    "{% for paragraph in description | blocks %}{{ paragraph.text }}"
    "{% for bullet in paragraph.bullets %} \u2022 {{ bullet }}{% endfor %}"
    "{% if not loop.last %} {% endif %}{% endfor %}"
)
"""A description in one line."""


def example_for(words: Sequence[str], sections: Sequence[Section], *, year_elsewhere: bool = False) -> str:
    """Choose how dates are written.

    The year is left out only where it is said elsewhere: by the headings that all entries stand under, or by a column.

    Args:
        words: Dates as they stand on the page.
        sections: The entries.
        year_elsewhere: Whether a column says it.
    """
    year_elsewhere = year_elsewhere or all(section.period is not None for section in sections)
    if not year_elsewhere:
        words = [word for word in words if has_year(word)] or words
    return example_of(words, with_year=not year_elsewhere) or "November 8, 2021"


def address(field: str, words: str) -> str:
    """Write a link: with words that are always the same, bare (`<>`), or under the name of its site (no words)."""
    if words == "<>":
        return f"<{{{{ {field} | url }}}}>"
    return f"[{words}]({{{{ {field} | url }}}})" if words else f"{{{{ {field} | host | link({field}) }}}}"


def inline_people(*, affiliations: bool) -> str:
    """Write all people in one line."""
    more = "{% if person.affiliation %} ({{ person.affiliation | text }}){% endif %}" if affiliations else ""
    return (
        f"{{% for person in people %}}{{{{ person.name | link(person.url) }}}}{more}"
        "{% if not loop.last %}, {% endif %}{% endfor %}"
    )
