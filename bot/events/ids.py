"""An event's id. It names the record's file, so it is made of a date and an ASCII slug, never of text as typed."""

from collections.abc import Collection

from slugify import slugify

MAX_SLUG = 60


def safe_slug(text: str, max_length: int = MAX_SLUG) -> str:
    """Return `a-z`, `0-9` and single hyphens that remind of a text; empty where nothing of it can be written so."""
    # Left to itself, the library reads `&#47;` as the character it stands for. Nobody typed that character.
    return slugify(
        text, entities=False, decimal=False, hexadecimal=False, max_length=max_length, word_boundary=True
    ).strip("-")


def event_id(date: str, name: str, taken: Collection[str]) -> str:
    """Return a new event's id: `2021-11-08-governments-agencies`; `-2`, `-3` ... follow where that is taken.

    It begins with a digit or with `XXXX`, so it is a file's name on every system (`con`, `..` and the like are not).

    Args:
        date: The event's date, as a record holds it.
        name: Its series, or its title.
        taken: The ids that there are.
    """
    slug = safe_slug(name)
    base = f"{date}-{slug}" if slug else date
    number = 1
    chosen = base
    while chosen in taken:
        number += 1
        chosen = f"{base}-{number}"
    return chosen
