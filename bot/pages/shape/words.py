"""What pages call the fields of an event, in labels and above the columns of tables."""

_CALLED = {
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
_FIELD_OF = {name: field for field, names in _CALLED.items() for name in names.split(", ")}


def field_of(label: str) -> str | None:
    """Return the field that a page means by a label or a column's name, or None.

    `affiliation` is that of the people; it is no field of an event's own.
    """
    return _FIELD_OF.get(" ".join(label.casefold().split()).rstrip(":"))
