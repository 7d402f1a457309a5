"""A site's own file or entry as a view: it is the event's record, so there is nothing to write beside it."""

from collections.abc import Callable, Sequence

from almanac.event.model import Event
from almanac.page.section import Renderer
from almanac.page.template import section_renderer
from almanac.views.protocol import Built, Texts, View

_ANSWERS = """{% for name in extra %}{% set answer = extra[name] %}

- {{ name | replace("_", " ") | replace("-", " ") | capitalize | text }}:
{%- if answer is string %} {{ answer | text }}{% else %}{% for one in answer if answer is not mapping or answer[one] %}
{{- "," if not loop.first }} {{ one | text }}{% endfor %}{% endif %}
{% endfor %}
"""
"""Answers to questions of the site's own, for which the house style has no place."""


class OwnEntryView(View):
    """Shows people what readers will see of an event, as a section in the house style; it has no file of its own."""

    def __init__(self, render: Renderer, shown: Callable[[Event], Event | None]) -> None:
        """`shown` returns an event with what readers see of it."""
        self._render, self._shown = render, shown

    def paths(self, event: Event) -> tuple[str, ...]:
        return ()

    def put(self, path: str, text: str | None, event: Event, previous: Event | None) -> str:
        raise NotImplementedError  # it has no path

    def remove(self, path: str, text: str | None, event: Event) -> str | None:
        raise NotImplementedError  # the same

    def build(self, texts: Texts, records: Sequence[Event]) -> Built:
        return Built(tuple(records))

    def preview(self, event: Event) -> str | None:
        shown = self._shown(event)
        if shown is None:
            return None
        section = self._render(shown)
        answers = section_renderer(_ANSWERS)(shown).strip() if shown.extra else ""
        return f"{section.rstrip()}\n\n{answers}\n" if answers else section
