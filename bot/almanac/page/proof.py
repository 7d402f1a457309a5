"""Whether a section can be found on a page again by what it says: what cannot would be lost with the next edit.

The proof that a page can be read again, before it is written.
"""

from collections.abc import Iterator, Mapping, Sequence

from almanac.config import Config
from almanac.dates import UNKNOWN_YEAR
from almanac.errors import ConfigError, Problem
from almanac.event.model import Event
from almanac.event.record import record_path
from almanac.page.entries import style_of
from almanac.page.lines import with_newline
from almanac.page.match import Tie, pair
from almanac.page.outline import Page, Section, outline
from almanac.page.syntax import raw_cells
from almanac.page.template import TEMPLATE

# Behind a heading that ends every list: the ends of all that a section may have left open.
_TAIL = """
# More coming soon!

<!-- -->
</pre>
</script>
</style>
</textarea>
{:/comment}
{% endcomment %}
{% endhighlight %}
"""
_EXAMPLE = "### {{ date | heading_date }}: {{ title | heading }}"


class UnreadableSectionError(ConfigError):
    """What a site's own template writes would not be found on the page again as this event's one section."""


def check_section(section: str, event: Event, file: str) -> None:
    """Prove that what a template writes for an event is one section, the event's.

    It is put onto a page of its own, twice, so that whatever it leaves open (a fence, a comment) takes hold of the one
    below; there each has to be found, whole, with the event's date.

    Args:
        section: What the template writes, with LF.
        event: The event.
        file: The template's path, for the problem.

    Raises:
        UnreadableSectionError: It is not found so. The problem says what the template has to do.
    """
    if not section.strip():
        raise _unreadable(
            f"The template writes nothing for the event {event.id}, so it would not be on the page.", file
        )
    style = style_of(section)
    space = "\n" if style.family in ("bullet", "row") else "\n\n"
    found = outline(_table_head(section) + section + space + section + "\n" + _TAIL).sections
    if [one.text for one in found] == [section] * 2 and all(says_date_of(one, event) for one in found):
        return
    first = section.split("\n", 1)[0]
    dates = [one.date for one in found if one.text.split("\n", 1)[0] == first]
    raise _unreadable(_reason(event, dates), file)


def _reason(event: Event, dates: list[str]) -> str:
    """Say what is wrong with a section: no date in its first line, another one, or something further down."""
    where = f"The section that the template writes for the event {event.id}"
    if not dates:
        return (
            f"{where} would not be found on the page again: the first line has to hold the event's date, as in "
            f"`{_EXAMPLE}`."
        )
    if not _says(dates[0], event):
        return (
            f"{where} would be read as one of another date ({dates[0]}): the first line has to hold the event's date, "
            f"best at its beginning, as in `{_EXAMPLE}`."
        )
    return (
        f"{where} would not be read as one section. Only its first line may be a heading of that level, or an entry "
        "with a date; what opens a block has to close it; and no rule, comment or definition of a link may stand at "
        "its end."
    )


def says_date_of(section: Section, event: Event) -> bool:
    """Tell whether a section's first line says the event's date, or as much of it as it says at all."""
    return _says(section.date, event)


def _says(said: str, event: Event) -> bool:
    without_year = said.startswith(UNKNOWN_YEAR) and said[4:] == event.date[4:]
    return event.date == said or event.date.startswith(f"{said}-") or without_year


def _table_head(section: str) -> str:
    """Return the head of a table that a row can stand under, or nothing for what is no row."""
    if style_of(section).family != "row":
        return ""
    columns = max(2, len(raw_cells(section)))
    return f"|{' Date |' * columns}\n|{'---|' * columns}\n"


def _unreadable(message: str, file: str) -> UnreadableSectionError:
    return UnreadableSectionError(Problem(message, file=file))


def blank(records: Sequence[Event], shown: Mapping[str, str], config: Config) -> Iterator[Problem]:
    """Find records of which the page would show nothing.

    Args:
        records: All records.
        shown: Id -> what the record reads.
        config: The site's config.

    Raises:
        ConfigError: It is the template that shows nothing.
    """
    for record in records:
        if not shown[record.id].strip():
            if record.markdown is None:
                check_section("", record, config.section_template or TEMPLATE)
            yield _no_section(record, config)


def misfits(
    cut: Page, written: str, records: Sequence[Event], texts: Mapping[str, str], config: Config
) -> tuple[Problem, ...]:
    """Prove that a new page can be read again, and say what stands against it.

    Args:
        cut: The page as it was.
        written: The page as it is to be.
        records: All records, each with the `rendered` that it is to have.
        texts: Id -> what the record reads on the new page.
        config: The site's config.

    Raises:
        ConfigError: What the site's own template writes is no section.
    """
    if _torn(written, records, texts):
        return (_misfit(config),)
    return tuple(dict.fromkeys(_lost(cut, written, records, texts, config)))


def _torn(written: str, records: Sequence[Event], texts: Mapping[str, str]) -> bool:
    """Tell whether the new page is not in line at once: what was written tears sections out of shape."""
    cut = outline(written, {texts[record.id]: record.date for record in records})
    pairs = pair(cut.sections, records, texts)
    return bool(pairs.sections or pairs.records or any(one.tie is not Tie.HASH for one in pairs.tied))


def _lost(
    cut: Page, written: str, records: Sequence[Event], texts: Mapping[str, str], config: Config
) -> Iterator[Problem]:
    """Find the sections that cannot be found on the new page by what they say, without knowing their words.

    After the next edit of a record nobody would know those any more. A section that stays as it is need not do better
    than it did.
    """
    now: dict[str, list[Section]] = {}
    for section in outline(written).sections:
        now.setdefault(section.text, []).append(section)
    lost = [record for record in records if not _found(record, now.get(texts[record.id], ()))]
    if not lost:
        return
    stood, before = ({one.text for one in page.sections} for page in (cut, outline(cut.text)))
    for record in lost:
        text = texts[record.id]
        if text in stood:
            if text in before and text not in now:
                yield _misfit(config)
        elif record.markdown is not None:
            yield _no_section(record, config)
        elif _is_section(text, record, config):
            yield _misfit(config)


def _found(record: Event, sections: Sequence[Section]) -> bool:
    """Tell whether one of these is the record's: of its date, unless a person put another one beside its text."""
    return any(record.markdown is not None or says_date_of(section, record) for section in sections)


def _is_section(text: str, record: Event, config: Config) -> bool:
    """Tell whether what a template writes is a section where nothing else is; of the house style it is taken on trust.

    There only typed words can hide it, as where they hold the days of an event that is known by its month. No text that
    was typed makes the house style fail.

    Raises:
        ConfigError: The site's own template writes it, and it is none.
    """
    try:
        check_section(with_newline(text, "\n"), record, config.section_template or TEMPLATE)
    except UnreadableSectionError:
        if config.section_template is not None:
            raise
        return False
    return True


def _no_section(record: Event, config: Config) -> Problem:
    message = (
        "The page would not show this text as a section: its first line has to hold the event's date, as in "
        "`### November 8th, 2021: Title`. Without the key `markdown` the section is written from the fields."
    )
    return Problem(message, "markdown", typed=record.markdown, file=record_path(config.records, record.id))


def _misfit(config: Config) -> Problem:
    message = (
        "The sections that are to be written do not fit the shape of this page (a heading of another level, perhaps): "
        "what stands around them would be taken for a part of them. A section template of the site's own helps."
    )
    return Problem(message, "section_template", file=config.page)
