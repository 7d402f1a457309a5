"""What an event is called in titles and commit messages, where typed text could mention people or close issues."""

import re

from bot.events.event import Event

_LENGTH = 60


def title_of(event: Event, issue: int, *, changes: bool) -> str:
    """Return the title of a proposal and the first line of its commits."""
    verb = "Change" if changes else "Add"
    return " ".join(f"{verb} event: {event.date} {subject(event)}".split()) + f" (#{issue})"


def subject(event: Event) -> str:
    """Return the series, or the title, with nothing left in it that GitHub or git would act on.

    Only letters, digits, spaces and a little punctuation stay, so there is no mention, issue reference, link, trailer
    or `[skip ci]`; `GH-12` is a reference too and goes. It is cut at a word after 60 characters.
    """
    words = re.sub(r"[^\w &,'\u2019.\u2013-]|_", " ", event.series or event.title)
    words = re.sub(r"\bGH-\d+", " ", words, flags=re.IGNORECASE)
    # A dot between letters makes a host name, which GitHub turns into a link in some places.
    words = " ".join(re.sub(r"\.(?=\w)", " ", words).split())
    if len(words) > _LENGTH:
        words = words[: _LENGTH + 1].rpartition(" ")[0] or words[:_LENGTH]
    return words.strip(" ,&-\u2013.")
