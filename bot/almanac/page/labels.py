"""What pages call the fields of an event, and how a section template writes each field within one line.

Labelled lines and the columns of tables share both.
"""

from collections.abc import Sequence

from almanac.page.dateshapes import example_of, has_year
from almanac.page.outline import Section

_LABELS_OF = {
    "title": "topic, title, event, talk, name, subject, theme, session, what, presentation, headline",
    "series": "series, track, category, programme series, kind, type",
    "date": "date, day",
    "when": "when, time, times, date and time, time and date, start time, starts",
    "location": "where, location, place, venue, room, address",
    "url": "register, registration, rsvp, sign up, signup, sign-up, tickets, join, link, meeting link, website, "
    "details",
    "people": "speaker, speakers, speaker(s), guest, guests, guest(s), presenter, presenters, presenter(s), host, "
    "hosts, panel, panelists, panellists, people, who, participants, by, with, lead, leader, facilitator, "
    "facilitators, author, authors",
    "affiliation": "affiliation, affiliations, organisation, organization, company, institution, employer",
    "description": "description, abstract, summary, about, notes, comments, comment",
    "agenda": "agenda, schedule, programme, program, outline, topics",
    "links": "links, resources, materials, material, slides, slide deck, references, further reading, read more, more",
    "recording": "recording, recordings, video, videos, watch, replay",
    "status": "status, state",
}
_FIELD_OF = {label: field for field, labels in _LABELS_OF.items() for label in labels.split(", ")}

CHANGED = "{% if status and status != 'scheduled' %} ({{ status }}){% endif %}"
"""Says after a title that an event was cancelled or the like, where there is no other place for it."""
_IN_LINE = {
    "year": "{{ date[:4] }}",
    "affiliation": "{{ people | map(attribute='affiliation') | select | unique | join(', ') | text }}",
    "description": "{% for paragraph in description | blocks %}{{ paragraph.text }}"
    "{% for bullet in paragraph.bullets %} \u2022 {{ bullet }}{% endfor %}"
    "{% if not loop.last %} {% endif %}{% endfor %}",
    "agenda": "{{ agenda | join('; ') | text }}",
    "links": "{% for entry in links %}{{ entry.label | link(entry.url) }}"
    "{% if not loop.last %}, {% endif %}{% endfor %}",
}


def field_of(label: str) -> str | None:
    """Return the field that a page means by a label or by a column's name, or None.

    `affiliation` is that of the people; it is not a field of the event itself.
    """
    return _FIELD_OF.get(" ".join(label.casefold().split()).rstrip(":"))


def date_example(dates: Sequence[str], sections: Sequence[Section], *, year_column: bool = False) -> str:
    """Choose the example by which a template writes dates.

    It leaves the year out only if all sections are below headings that name it, or if a column does.

    Args:
        dates: Dates as they appear on the page.
        sections: The sections that they come from.
        year_column: Whether a column of its own shows the year.
    """
    year_elsewhere = year_column or all(section.period is not None for section in sections)
    if not year_elsewhere:
        dates = [date for date in dates if has_year(date)] or dates
    return example_of(dates, with_year=not year_elsewhere) or "November 8, 2021"


def in_line(field: str, *, link: str = "", affiliations: bool = True) -> str:
    """Write a field's whole value within one line of a template.

    Args:
        field: The field; also `year`, or `affiliation` for that of all people.
        link: For `url` and `recording`, the words of the link; `<>` for a bare address. Without it, the link shows the
            name of the site that it leads to.
        affiliations: For `people`, whether each name is followed by the affiliation in brackets.
    """
    if field in ("url", "recording"):
        if link == "<>":
            return f"<{{{{ {field} | url }}}}>"
        return f"[{link}]({{{{ {field} | url }}}})" if link else f"{{{{ {field} | host | link({field}) }}}}"
    if field == "people":
        affiliation = "{% if person.affiliation %} ({{ person.affiliation | text }}){% endif %}" if affiliations else ""
        name = "{{ person.name | link(person.url) }}"
        return f"{{% for person in people %}}{name}{affiliation}{{% if not loop.last %}}, {{% endif %}}{{% endfor %}}"
    return _IN_LINE.get(field) or f"{{{{ {field} | text }}}}"
