"""The proof that what is written can be read again: what cannot would be lost with the next edit."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from almanac.config import Config
from almanac.dates import UNKNOWN_YEAR, date_habits
from almanac.errors import ConfigError, Problem
from almanac.event.model import Event
from almanac.event.record import record_path
from almanac.page.canonical import is_known
from almanac.page.entries import style_of
from almanac.page.lines import CODE, indentation, raw_cells, with_newline
from almanac.page.match import pair
from almanac.page.outline import Page, Section, outline
from almanac.page.tags import tags_in
from almanac.page.template import TEMPLATE, is_imitation
from almanac.phrases import say

# Comes after the sections that are tried: a heading that ends every list, and the end of all that may be left open.
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
_HTML_EXAMPLE = "<li>{{ date | heading_date }}: {{ title | text }}</li>"


class UnreadableSectionError(ConfigError):
    """What a site's own template writes would not be found on the page again as this event's one section."""


# ------------------------------------------------------------------------------- one section


def check_section(section: str, event: Event, file: str, template: str = "") -> None:
    """Prove that what a template writes for an event is one section, the event's.

    It is put onto a page of its own, more than once, so that what it leaves open (a fence, say) swallows the next
    one; each has to be found there, whole, with the event's date. Of dates of numbers, the text of the `template` tells
    what comes first, as a page does.

    Raises:
        UnreadableSectionError: It is not found so. The problem, in the template `file`, says what it has to do.
    """
    if not section.strip():
        message = say("The template writes nothing for the event {id}, so it would not be on the page.", id=event.id)
        raise UnreadableSectionError(Problem(message, file=file))
    family = style_of(section).family
    head = ""
    if family == "row":
        columns = max(2, len(raw_cells(section)))
        head = f"|{' Date |' * columns}\n|{'---|' * columns}\n"
    elif family == "bullet":
        # A year above it, which some pages have in a heading, and some in a bullet.
        head = f"- {event.date[:4]}\n" if indentation(section) >= CODE else f"## {event.date[:4]}\n\n"
    end = ""
    if family == "html":
        tag = next(tags_in(section)).name
        around = {"li": "ul", "tr": "table", "dt": "dl"}.get(tag, "div")
        head, end = f"## {event.date[:4]}\n\n<{around}>\n", f"</{around}>\n"
    space = "\n" if family in ("bullet", "row", "html") else "\n\n"
    # A lone element or a few paragraphs are a list only on a page that was seen to have more of them.
    copies = [section] * (2 - (family == "html") + (is_imitation(template) and family in ("html", "other")))
    found = outline(f"{head}{space.join(copies)}\n{end}{_TAIL}", habits=date_habits([template])).sections
    if [one.text for one in found] == copies and all(says_date_of(one, event) for one in found):
        return
    first_line = section.split("\n", 1)[0]
    read_as = next((one for one in found if one.text.split("\n", 1)[0] == first_line), None)
    example = _HTML_EXAMPLE if family == "html" else _EXAMPLE
    where = say("The section that the template writes for the event {id}", id=event.id)
    if read_as is None:
        message = say(
            "{where} would not be found on the page again: the first line has to contain the "
            "event's date, as in `{example}`.",
            where=where,
            example=example,
        )
    elif not says_date_of(read_as, event):
        message = say(
            "{where} would be read as one of another date ({date}): the first line has to "
            "contain the event's date, best at its beginning, as in `{example}`.",
            where=where,
            date=read_as.date,
            example=example,
        )
    else:
        message = say(
            "{where} would not be read as one section. Only its first line may be a heading of "
            "that level, or an entry with a date; what opens a block has to close it; and there "
            "may be no rule, comment or definition of a link at its end.",
            where=where,
        )
    raise UnreadableSectionError(Problem(message, file=file))


def says_date_of(section: Section, event: Event) -> bool:
    """Tell whether a section's first line says the event's date, or as much of it as it says at all."""
    said = section.date
    without_year = said.startswith(UNKNOWN_YEAR) and said[4:] == event.date[4:]
    if section.end_date and event.end_date and section.end_date != event.end_date:
        return False
    return event.date == said or event.date.startswith(f"{said}-") or without_year


# ------------------------------------------------------------------------------- a whole page


def blank(records: Sequence[Event], shown: Mapping[str, str], config: Config) -> Iterator[Problem]:
    """Find records of which the page would show nothing; `shown` is what each is written as: id -> text.

    Raises:
        ConfigError: It is the template that shows nothing.
    """
    for record in records:
        if not shown[record.id].strip():
            if record.markdown is None:
                check_section("", record, config.section_template or TEMPLATE)
            yield _no_section(record, config)


def misfits(  # noqa: PLR0913
    cut: Page,
    written: str,
    records: Sequence[Event],
    texts: Mapping[str, str],
    config: Config,
    *,
    lines: Collection[str] = (),
) -> tuple[Problem, ...]:
    """Prove that a new page can be read again, and say what is wrong with it if not.

    `cut` is the page as it was; the records have the `rendered` that they would have, and `texts` is what they are
    written as on the new page: id -> text. The `lines` only name events in a second list.

    Raises:
        ConfigError: What the site's own template writes is not a section.
    """
    message = say(
        "The sections that are to be written do not fit the shape of this page (a heading of "
        "another level, perhaps): the text around them would be taken for a part of them. A "
        "section template of the site's own helps."
    )
    misfit = Problem(message, "section_template", file=config.page)
    # With the sections' texts known, the new page is in sync at once, unless what was written has torn sections.
    known = outline(written, {texts[record.id]: record.date for record in records})
    pairs = pair([section for section in known.sections if section.text not in lines], records, texts)
    if (
        pairs.sections
        or pairs.records
        or not all(is_known(one.record.rendered, one.section.text) for one in pairs.tied)
    ):
        return (misfit,)
    # After the next edit of a record nobody will know its text, so its section has to be found by its looks as well:
    # with its date, unless a person put another date beside a text that is kept verbatim.
    found: dict[str, list[Section]] = {}
    for section in outline(written).sections:
        found.setdefault(section.text, []).append(section)
    lost = [
        record
        for record in records
        if not any(record.markdown is not None or says_date_of(one, record) for one in found.get(texts[record.id], ()))
    ]
    before = {one.text for one in cut.sections}
    found_before = {one.text for one in outline(cut.text).sections} if lost else set()
    problems: list[Problem] = []
    for record in lost:
        text = texts[record.id]
        if text in before:
            # A section that stays as it is need not do better than it did.
            if text in found_before and text not in found:
                problems.append(misfit)
        elif record.markdown is not None:
            problems.append(_no_section(record, config))
        elif _is_section(text, record, config):
            problems.append(misfit)
    return tuple(dict.fromkeys(problems))


def _is_section(text: str, record: Event, config: Config) -> bool:
    """Tell whether what a template writes is a section where nothing else is.

    The house style is taken on trust: only typed words can hide a section of it, as where they contain the days of an
    event that is known by its month. No text that was typed makes the house style fail.
    """
    try:
        check_section(with_newline(text, "\n"), record, config.section_template or TEMPLATE)
    except UnreadableSectionError:
        if config.section_template is not None:
            raise
        return False
    return True


def _no_section(record: Event, config: Config) -> Problem:
    message = say(
        "The page would not show this text as a section: its first line has to contain the "
        "event's date, as in `### November 8th, 2021: Title`. Without the key `markdown` the "
        "section is written from the fields."
    )
    return Problem(message, "markdown", typed=record.markdown, file=record_path(config.records, record.id))
