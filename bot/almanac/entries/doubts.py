"""What speaks against adding a new event to a site's own files or list as its neighbours are: each in a sentence."""

from collections.abc import Collection, Iterator, Mapping

from almanac.dates import find_date
from almanac.entries.examples import ISO_DAY, Models
from almanac.page.lines import plain, split_lines
from almanac.patterns import regex
from almanac.phrases import say

_MOMENT = regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(?:Z|[+-][0-9]{2}:?[0-9]{2})")
_EXPORTED = {"meta", "dsq_thread_id", "wordpress_id", "_edit_last", "blogger_id", "guid", "post_id"}
_MOST_BY_CHANCE = 5  # keys that may be in the order of the alphabet although a person wrote them
_MOST_BY_HAND = 3  # keys for one day
_LINES_READ = 60
_PUBLISHED = regex(r"(?:date)?(?:publish(?:ed)?|posted|pub|post)(?:on|at|date)?")
WRITTEN_OVER = say("Another program seems to write this list, so it would write over what is added to it.")


def doubts_of(models: Models, shown: Collection[str], filled_by: Mapping[str, str]) -> Iterator[str]:
    """Say why what would be written may be wrong, given the fields that it shows and what fills each key."""
    is_table = models.source.language == "csv"
    if "date" not in shown and not ISO_DAY.search(models.examples[0].name):
        of_key = say("No key says the day of an event in a way that is understood.")
        yield say("No column says the day of an event in a way that is understood.") if is_table else of_key
    if "title" not in shown:
        of_key = say("No key, and no line below the keys, says what an event is called.")
        yield say("No column says what an event is called.") if is_table else of_key
    if wrong := _published(models):
        name, day, said = wrong
        of_key = say(
            "The key for the day may say when an event was published, and not when it is: {name} "
            "has {day} there, and its text says {said}. A new one would have the event's own day.",
            name=name,
            day=day,
            said=said,
        )
        of_column = say(
            "The column for the day may say when an event was published, and not when it is: {name} "
            "has {day} there, and its text says {said}. A new one would have the event's own day.",
            name=name,
            day=day,
            said=said,
        )
        yield of_column if is_table else of_key
    if exported := sorted({*models.keys, *models.groups} & _EXPORTED):
        of_key = say("Another program seems to have written this: it has the key `{exported}`.", exported=exported[0])
        of_column = say(
            "Another program seems to have written this: it has the column `{exported}`.", exported=exported[0]
        )
        yield of_column if is_table else of_key
    again = [name for name, field in filled_by.items() if field == "date"]
    if len(again) > _MOST_BY_HAND:
        found = {"number": len(again), "again": ", ".join(again)}
        of_key = say("The same day is in {number} keys ({again}), as only a program writes it.", **found)
        of_column = say("The same day is in {number} columns ({again}), as only a program writes it.", **found)
        yield of_column if is_table else of_key
    names = [[name for name, part in parts.items() if not part.group] for parts in models.parts]
    is_sorted = all(one == sorted(one) and len(one) > _MOST_BY_CHANCE for one in names)
    values = (str(value) for key in models.keys.values() for value in key.filled)
    if is_sorted or (models.source.language == "json" and any(map(_MOMENT.fullmatch, values))):
        yield WRITTEN_OVER


def _published(models: Models) -> tuple[str, str, str] | None:
    """Find out whether the day that keys say is another one than the text says, as that of publishing may be.

    The answer is the name of the newest such file, or in a list its title, the day that it has, and the one that its
    text says.
    """
    if any(_PUBLISHED.fullmatch(key.word) for key in models.keys.values()):
        return None  # a key of its own says that
    last = models.days("end_date")
    wrong: list[tuple[str, str, str]] = []
    read = 0
    for at, day in models.days("date").items():
        said = _said(models, at, day)
        read += bool(said)
        if said and not said & {day, last.get(at, "")}:
            name = models.examples[at].name or ", ".join(models.texts(at, "title"))
            wrong.append((name, day, min(said)))
    return wrong[0] if len(wrong) > 1 and len(wrong) * 3 >= read else None


def _said(models: Models, at: int, day: str) -> set[str]:
    """Return the days that an event's title, and the text below its keys, say."""
    lines = [*models.texts(at, "title"), *split_lines(models.bodies[at])]
    found = (find_date(plain(line), day[:4], models.habits, anywhere=True) for line in lines[:_LINES_READ])
    return {one.date for one in found if one and one.date.count("-") == len("--")}
