"""What an event is called in titles and commit messages, where typed text could mention people or close issues."""

import re
import unicodedata

from bot.events.event import Event

_LENGTH = 60
_OTHERS = re.compile(r"[^\w &,'\u2019.\u2013-]|_")
_REFERENCE = re.compile(r"\bGH-\d+", re.IGNORECASE)


def title_of(event: Event, issue: int, *, changes: bool) -> str:
    """Return the title of a proposal and the first line of its commits."""
    verb = "Change" if changes else "Add"
    return " ".join(f"{verb} event: {event.date} {subject(event)}".split()) + f" (#{issue})"


def subject(event: Event) -> str:
    """Return the series, or the title, with nothing left in it that GitHub or git would act on.

    Only letters, digits, spaces and a little punctuation stay, so there is no mention, issue reference, link, trailer
    or `[skip ci]`; `GH-12` is a reference too and goes. It is cut at a word after 60 characters.
    """
    words = _OTHERS.sub(_kept, event.series or event.title)
    # A dot between letters makes a host name, which GitHub turns into a link in some places.
    words = re.sub(r"\.(?=\w)", " ", words)
    while _REFERENCE.search(words):  # in `GH-1GH-2` the second is one only when the first is gone
        words = _REFERENCE.sub(" ", words)
    words = " ".join(words.split())
    if len(words) > _LENGTH:
        words = words[: _LENGTH + 1].rpartition(" ")[0] or words[:_LENGTH]
    return words.strip(" ,&-\u2013.")


def _kept(found: re.Match[str]) -> str:
    """Keep the vowel signs and accents of a letter, which are no letters themselves, and drop all else."""
    before = found.string[: found.start()][-1:]
    is_mark = unicodedata.category(found[0]).startswith("M") and unicodedata.category(before or " ")[0] in "LM"
    return found[0] if is_mark else " "
