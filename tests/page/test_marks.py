"""That an event will not be as planned: read in all languages, and written in the site's, on pages of every shape."""

from typing import get_args

import pytest
from almanac.catalogues import load_tongue
from almanac.commands.starter import house_section
from almanac.config import Language
from almanac.event.model import Event, Status
from almanac.event.statuses import in_words, marked_in, read_status, was_in
from almanac.page.fields import EntryFields
from almanac.page.imitate import lands, samples, write_templates
from almanac.page.importer import import_page
from almanac.page.insert import put
from almanac.page.outline import Page, Section, outline
from almanac.page.section import SectionReader, stamp
from almanac.page.sync import sync
from almanac.page.template import SectionRenderer, section_renderer
from almanac.phrases import said, say
from almanac.proposal.summary import STATUSES

from tests.page.house import BARE, FULL, PAGES, ZONES

LANGUAGES: tuple[Language, ...] = get_args(Language)
MOVED: tuple[tuple[Status, str | None], ...] = (
    ("cancelled", None),
    ("postponed", None),
    ("rescheduled", None),
    ("rescheduled", "2021-10-05"),
)


@pytest.mark.parametrize(
    ("title", "status"),
    [
        ("ABGESAGT: Eulen", "cancelled"),
        ("Entf\u00e4llt \u2013 Eulen", "cancelled"),
        ("Eulen (f\u00e4llt aus)", "cancelled"),
        ("Eulen - findet nicht statt!", "cancelled"),
        ("Eulen (verschoben)", "postponed"),
        ("Eulen (neu angesetzt, zuvor 5. Mai)", "rescheduled"),
        ("CANCELADA: Eulen", "cancelled"),
        ("Eulen [suspendido]", "cancelled"),
        ("Eulen \u2013 aplazadas", "postponed"),
        ("Annul\u00e9e : Eulen", "cancelled"),
        ("Eulen (annul\u00e9(e))", "cancelled"),
        ("Eulen (report\u00e9s)", "postponed"),
        ("Eulen (\u00e0 une nouvelle date)", "rescheduled"),
        ("Eulen (rescheduled, was Oct 5)", "rescheduled"),
        ("Called off: Eulen", "cancelled"),
    ],
)
def test_a_status_beside_a_title_is_read_in_every_language(title: str, status: Status) -> None:
    found = marked_in(title)
    assert found
    assert (found[0], found[1].status) == ("Eulen", status)


@pytest.mark.parametrize(
    "title",
    [
        "Wenn Strafe entf\u00e4llt",
        "Reporte: el clima",
        "Verschobene Welten",
        "Annul\u00e9",
        "Geplant: Eulen",
        "Owls (moved)",
    ],
)
def test_titles_that_only_use_such_words_stay_whole(title: str) -> None:
    assert marked_in(title) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_written_is_what_people_are_told_and_is_read_again(language: Language) -> None:
    tongue = load_tongue(language)
    for status in get_args(Status):
        assert in_words(status, language) == said(STATUSES[status], tongue)
        assert read_status(in_words(status, language).capitalize()) == status
    assert was_in(language) == said(say("was"), tongue)


def _put(page: Page, event: Event, render: SectionRenderer) -> tuple[Page, Section]:
    after = outline(put(page.text, event, render(event), previous=None, order=None))
    others = [*(section.text for section in page.sections), None]
    return after, next(one for one, old in zip(after.sections, others, strict=False) if one.text != old)


@pytest.mark.parametrize(("at", "name"), [*enumerate(sorted(PAGES))])
def test_what_is_written_in_each_shape_and_language_is_read_as_the_same(at: int, name: str) -> None:
    page, language = outline(PAGES[name]), LANGUAGES[at % len(LANGUAGES)]
    for source in write_templates(page, page.alive_list, language):
        render = section_renderer(source)
        for planned in samples(page.alive_list):
            if not lands(page, planned, render(planned)):
                continue  # no template that anyone would get
            before, section = _put(page, planned, render)
            title = SectionReader(render, ZONES, page.newline).new(section, (), EntryFields(before, ZONES)).event.title
            for status, was in MOVED:
                event = planned.model_copy(update={"status": status, "previous_date": was})
                assert in_words(status, language) in render(event).lower()
                after, section = _put(page, event, render)
                reader, fields = SectionReader(render, ZONES, after.newline), EntryFields(after, ZONES)
                new = reader.new(section, (), fields).event
                assert (new.status, new.title) == (status, title)
                assert bool(new.previous_date) <= bool(was)
                # A person who writes the same by hand has said the same.
                known = planned.model_copy(update={"rendered": stamp(render(planned), render(planned))})
                again = reader.again(section, known, fields).event
                assert (again.status, again.title) == (status, planned.title)
                same = reader.again(section, event.model_copy(update={"rendered": "0" * 64}), fields).event
                # Some pages say no more of a date than its month or year, or have a title in a column of their own.
                as_read = {name: getattr(same, name) for name in ("date", "extra", "rendered", "markdown")}
                assert same == event.model_copy(update=as_read)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("series", [None, "Abend"])
def test_the_house_style_is_read_back_in_every_language(language: Language, series: str | None) -> None:
    render = section_renderer(house_section(language))
    for status, was in (*MOVED, (None, None)):
        update = {"status": status, "previous_date": was, "series": series, "people_label": "Leute"}
        event = FULL.model_copy(update=update)
        page = f"# Termine\n\n{render(event)}\n"
        [read] = import_page(page, render, ZONES).events
        ignored = {name: getattr(event, name) for name in ("id", "starts", "ends", "time_zone", "rendered")}
        assert read.model_copy(update=ignored) == event


GERMAN = "# Treffen\n\n- 3. Mai 2021: Eulen, mit *Kuchen* (abgesagt)\n- 5. April 2021: K\u00e4uze\n"


@pytest.mark.parametrize(
    ("page", "status", "line"),
    [
        (GERMAN, "cancelled", "- 3. Mai 2021: Eulen, mit *Kuchen* (abgesagt)"),
        (GERMAN.replace("abgesagt", "annul\u00e9e"), "cancelled", "- 3. Mai 2021: Eulen, mit *Kuchen* (annul\u00e9e)"),
        (GERMAN.replace(" (abgesagt)", ""), None, "- 3. Mai 2021: Eulen, mit *Kuchen*"),
    ],
)
def test_what_a_page_says_is_not_said_a_second_time(page: str, status: Status | None, line: str) -> None:
    render = section_renderer("### {{ date | heading_date }} {{ title }}")  # of another style, and without a status
    records = import_page(page, render, ZONES).events
    assert [record.status for record in records] == [status, None]
    zones = ZONES.of(language="de")
    synced = sync(page, records, render, zones)
    assert (synced.page, synced.problems) == (page, ())
    off = [records[0].model_copy(update={"status": "cancelled"}), records[1]]
    written = sync(page, off, render, zones)
    assert written.page == page.replace(line, line if status else f"{line} (abgesagt)")
    assert sync(written.page, written.records, render, zones).page == written.page


def test_an_unknown_word_and_a_bare_event_have_no_mark() -> None:
    page = outline("# Talks\n\n- Nov 8, 2021: Owls (soon)\n- Nov 1, 2021: Cats\n")
    assert [one.status for one in import_page(page.text, section_renderer("{{ title }}"), ZONES).events] == [None, None]
    assert BARE.status is None
