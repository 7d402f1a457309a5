"""URLs in a record that a page may not link to: they are shown as text, and somebody is told."""

from bot.errors import Problem
from bot.events.event import Event
from bot.intake.description import refused_links
from bot.intake.url import refusal


def refused_urls(event: Event) -> tuple[Problem, ...]:
    """Find an event's URLs that its section shows as plain text, or leaves out beside a name, each with the reason.

    These are warnings: `field` is the record's key, `typed` the URL.
    """
    urls = [
        ("url", event.url),
        *(("people", person.url) for person in event.people),
        ("recording", event.recording),
        *(("links", link.url) for link in event.links),
    ]
    found = [(field, url, reason) for field, url in urls if url and (reason := refusal(url))]
    found += [("description", link.url, link.reason) for link in refused_links(event.description or "")]
    return tuple(Problem(f"This is shown without a link. {reason}", field, typed=url) for field, url, reason in found)
