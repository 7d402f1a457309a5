"""An event's id. It names the record's file, so it is made of a date and an ASCII slug, never of text as typed."""

from collections.abc import Collection, Iterable

from slugify import slugify

MAX_SLUG = 60


def safe_slug(text: str, max_length: int = MAX_SLUG) -> str:
    """Return `a-z`, `0-9` and single hyphens that remind of a text; empty where nothing of it can be written so."""
    # Left to itself, the library reads `&#47;` as the character it stands for. Nobody typed that character.
    return slugify(
        text, entities=False, decimal=False, hexadecimal=False, max_length=max_length, word_boundary=True
    ).strip("-")


class TakenIds(set[str]):
    """Ids that there are, for giving out many: ids are only added, so what was tried once need not be tried again.

    Attributes:
        tried: Id without a number -> the first number that may still be free.
    """

    def __init__(self, ids: Iterable[str] = ()) -> None:
        """Take the ids that there are."""
        super().__init__(ids)
        self.tried: dict[str, int] = {}


def event_id(date: str, name: str, taken: Collection[str]) -> str:
    """Return a new event's id: `2021-11-08-governments-agencies`; `-2`, `-3` ... follow where that is taken.

    It begins with a digit or with `XXXX`, so it is a file's name on every system (`con`, `..` and the like are not).

    Args:
        date: The event's date, as a record holds it.
        name: Its series, or its title.
        taken: The ids that there are; `TakenIds` where many are given out.
    """
    slug = safe_slug(name)
    base = f"{date}-{slug}" if slug else date
    tried = taken.tried if isinstance(taken, TakenIds) else {}
    number = tried.get(base, 1)
    while (chosen := base if number == 1 else f"{base}-{number}") in taken:
        number += 1
    tried[base] = number
    return chosen
