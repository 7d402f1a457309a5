"""The proof that a page can be read again, before it is written."""

from collections.abc import Iterator, Mapping, Sequence

from bot.config import Config
from bot.errors import Problem
from bot.events.event import Event
from bot.events.records import record_path
from bot.pages.lines import with_newline
from bot.pages.outline import Page, Section, outline
from bot.pages.pairs import Tie, pair
from bot.pages.readable import UnreadableSectionError, check_section, says_date_of
from bot.pages.section import TEMPLATE


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
