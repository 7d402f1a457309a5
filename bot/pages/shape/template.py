"""A section template for a page that is not in the house style: new events in the page's own shape."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.pages.outline import Page, Section
from bot.pages.shape.below import write_body
from bot.pages.shape.bodies import body_of
from bot.pages.shape.rows import write_row
from bot.pages.shape.starts import Seen, Start, date_words, mark_of, most_common
from bot.pages.shape.tables import table_of
from bot.pages.shape.values import CHANGED, example_for, inline_people
from bot.pages.shape.words import field_of


def write_template(page: Page, sections: Sequence[Section]) -> Iterator[str]:
    """Write templates for a list of sections, the one most like them first; the caller tries them.

    Args:
        page: The page.
        sections: One of its lists: all of one style.
    """
    if sections[0].style.family == "row":
        yield write_row(table_of(page, sections), sections)
    else:
        yield from _lines(sections)


def _lines(sections: Sequence[Section]) -> Iterator[str]:
    bullets = sections[0].style.family == "bullet"
    seen = most_common(sections)
    if not seen:
        plain = Start(mark_of(sections[0]), ": ")
        seen = [Seen(plain, date_words(section), section) for section in sections]
    example = example_for([one.words for one in seen], sections)
    start = seen[0].start
    body = body_of([one.section for one in seen])
    if bullets and body.empty and not start.titled:
        start = replace(start, titled=True, middle=": ", tail="")
    line = _start_line(start, example, _words(sections), sections[0])
    if bullets and body.empty:
        yield line + CHANGED + "\n"
    else:
        # Jinja2 drops the line end behind a tag.
        yield line + "\n" * (1 + line.endswith("%}")) + "".join(write_body(body, start, _words(sections)))
    yield line + "\n"


def _words(sections: Sequence[Section]) -> str:
    """Return what first lines name: the series where the same few titles come back again and again."""
    titles = {section.title for section in sections}
    return "(series or title)" if len(titles) * 2 <= len(sections) and len(sections) > 2 else "title"  # noqa: PLR2004  # two are no habit


def _start_line(start: Start, example: str, title: str, section: Section) -> str:
    date = f'{{{{ date | like("{example}") }}}}'
    address = "url or recording"
    if start.linked == "date":
        date = f'{{{{ date | like("{example}") | link({address}) }}}}'
    if not start.titled:
        line = f"{start.lead}{date}{start.tail}"
    elif start.linked == "all":
        line = f'{start.lead}{{{{ (date | like("{example}") ~ "{start.middle}" ~ {title}) | link({address}) }}}}'
    else:
        ends = start.date_first and not start.tail and section.style.family == "heading"
        how = f"link({address})" if start.linked == "title" else "heading" if ends else "text"
        words = f"{{{{ {title} | {how} }}}}"
        first, second = (date, words) if start.date_first else (words, date)
        line = f"{start.lead}{first}{start.middle}{second}{start.tail}"
    if start.by:
        line += f"{{% if people %}}{start.by}{inline_people(affiliations=False)}{{% endif %}}"
    if start.more:
        line += _more(start)
    if section.style.kind == "setext":
        mark = section.text.split("\n")[1][:1] if "\n" in section.text else "-"
        return f'{{% set line %}}{line}{{% endset %}}\n{{{{ line }}}}\n{{{{ ("{mark}" * (line | length)) | text }}}}'
    return line


def _more(start: Start) -> str:
    """Write one more link at the end of the line, as `([video](https://...))`."""
    field = field_of(start.more)
    if field not in ("recording", "url"):
        return ""
    before, after = start.more_around
    return f"{{% if {field} %}}{before}[{start.more}]({{{{ {field} | url }}}}){after}{{% endif %}}"
