"""Events of several days on a page: imported, written, edited by hand, and put where their first day belongs."""

import pytest
from almanac.config import Config
from almanac.event.model import Event
from almanac.page.imitate import imitate
from almanac.page.importer import import_page
from almanac.page.insert import put
from almanac.page.outline import outline
from almanac.page.proof import UnreadableSectionError, check_section
from almanac.page.sync import sync
from almanac.page.template import section_renderer
from almanac.renderer import house_renderer
from almanac.views.page import PageView

from tests.page.house import PAGES, ZONES, render

CAMP = Event(id="2026-10-06-camp", title="Camp", date="2026-10-06", end_date="2026-10-08")
TALK = Event(id="2026-10-07-talk", title="Talk", date="2026-10-07")
HOUSE = house_renderer()


def imitated(page: str) -> str:
    """Return the template that a page needs."""
    found = imitate(outline(page), [False] * len(outline(page).sections))
    assert found.template
    assert found.proven
    return found.template


def added(page: str, *events: Event) -> str:
    """Put events onto a page, each as its neighbours are written."""
    own = section_renderer(imitated(page))
    for event in events:
        page = put(page, event, own(event), previous=None, order=None)
    return page


def test_the_house_style_shows_the_last_day_and_reads_it_back() -> None:
    page = "### October 6th-8th, 2026:  Camp\n\n- When: 9am ET\n\n### October 5th, 2026:  Walk\n"
    camp, walk = import_page(page, render, ZONES).events
    assert (camp.date, camp.end_date, camp.title, camp.markdown) == ("2026-10-06", "2026-10-08", "Camp", None)
    assert (walk.end_date, walk.markdown) == (None, None)
    assert HOUSE(camp) == "### October 6th-8th, 2026:  Camp\n\n- When: 9am ET"


def test_a_page_of_ranges_comes_back_and_its_records_have_the_last_days() -> None:
    page = PAGES["ranges"]
    imported = import_page(page, render, ZONES)
    assert [(event.date, event.end_date) for event in imported.events] == [
        ("2021-06-04", "2021-06-06"),
        ("2021-12-30", "2022-01-02"),
        ("2022-04-30", "2022-05-02"),
        ("2022-08-05", "2022-08-06"),
    ]
    assert sync(page, imported.events, render, ZONES).page == page


@pytest.mark.parametrize(
    ("page", "camp", "talk"),
    [
        (
            "# Events\n\n- Sep 7\u20139, 2026: Owls\n- Aug 4, 2026: Kites\n- May 1\u20133, 2026: Sails\n",
            "- Oct 6\u20138, 2026: Camp",
            "- Oct 7, 2026: Talk",
        ),
        (
            "# Events\n\n- 7 to 9 September 2026: Owls\n- 30 July to 1 August 2026: Kites\n- 1 May 2026: Sails\n",
            "- 6 to 8 October 2026: Camp",
            "- 7 October 2026: Talk",
        ),
        (
            "# Events\n\n- 2026-09-07: Owls\n- 2026-08-04: Kites\n- 2026-05-01: Sails\n",
            "- 2026-10-06 to 2026-10-08: Camp",
            "- 2026-10-07: Talk",
        ),
        (
            "# Events\n\n- 25.09.2026: Owls\n- 04.08.2026: Kites\n- 01.05.2026: Sails\n",
            "- 06.10.2026 - 08.10.2026: Camp",
            "- 07.10.2026: Talk",
        ),
        (
            "# Events\n\n| Date | Title |\n|---|---|\n| Sep 7 - Sep 9, 2026 | Owls |\n| Aug 4, 2026 | Kites |\n",
            "| Oct 6 - Oct 8, 2026 | Camp |",
            "| Oct 7, 2026 | Talk |",
        ),
        (
            "# Termine\n\n- 7.\u20139. September 2026: Eulen\n- 4. August 2026: Drachen\n- 1. Mai 2026: Segel\n",
            "- 6&#46;\u20138. Oktober 2026: Camp",
            "- 7&#46; Oktober 2026: Talk",
        ),
        (
            "# Events\n\n## 2026\n\n- Sep 7-9: Owls\n- Aug 4: Kites\n\n## 2025\n\n- May 1-3: Sails\n",
            "- Oct 6-8: Camp",
            "- Oct 7: Talk",
        ),
    ],
)
def test_new_entries_are_written_as_their_neighbours(page: str, camp: str, talk: str) -> None:
    lines = added(page, CAMP, TALK).splitlines()
    assert camp in lines
    assert talk in lines
    assert lines.index(talk) < lines.index(camp)  # the newest first, by first day
    section = next(one for one in outline(added(page, CAMP)).sections if one.title == "Camp")
    assert (section.date, section.end_date) == (CAMP.date, CAMP.end_date)


def edited(page: str, old: str, new: str, template: str, record: Event) -> Event:
    """Edit a record's section by hand, and return its record after that."""
    own = section_renderer(template)
    record = PageView(Config(), own).stamp(record)
    page = put(page, record, own(record), previous=None, order=None)
    assert old in page
    (after,) = sync(page.replace(old, new), [record], own, ZONES).records
    return after


@pytest.mark.parametrize(
    ("template", "old", "new", "last"),
    [
        # One that writes the last day: it is what the section says.
        ("### {{ date | heading_date }}:  {{ title | heading }}\n", "6th-8th", "6th-9th", "2026-10-09"),
        ("### {{ date | heading_date }}:  {{ title | heading }}\n", "6th-8th", "6th", None),
        ("### {{ date | like('Nov 8, 2021') }}: {{ title | heading }}\n", "6-8", "6-7", "2026-10-07"),
        ("### {{ date | like('Nov 8, 2021') }}: {{ title | heading }}\n\nHello\n", "6-8, 2026", "6, 2026", None),
        # Word for word, as the template does not write that.
        (
            "### {{ date | like('Nov 8, 2021') }}: {{ title | heading }}\n",
            "6-8, 2026: Camp",
            "6, 2026: Camp!\n\nHi",
            None,
        ),
        # One that does not: the section says nothing about it.
        ("### {{ date[:10] | heading_date }}:  {{ title | heading }}\n", "Camp", "Big camp", "2026-10-08"),
        ("### {{ date[:10] | heading_date }}:  {{ title | heading }}\n", "Camp", "Camp\n\nHello", "2026-10-08"),
    ],
)
def test_a_section_edited_by_hand_says_the_last_day_if_it_ever_did(
    template: str, old: str, new: str, last: str | None
) -> None:
    after = edited("# Events\n", old, new, template, CAMP)
    assert (after.date, after.end_date) == ("2026-10-06", last)


def test_a_last_day_changed_in_the_record_is_written() -> None:
    own = section_renderer("- {{ date | like('Nov 8, 2021') }}: {{ title | text }}\n")
    record = PageView(Config(), own).stamp(CAMP)
    page = put("# Events\n\n- Oct 1, 2026: Walk\n", record, own(record), previous=None, order=None)
    walk = import_page("- Oct 1, 2026: Walk\n", own, ZONES).events[0]
    longer = record.model_copy(update={"end_date": "2026-10-10"})
    assert "- Oct 6-10, 2026: Camp\n" in sync(page, [longer, walk], own, ZONES).page


def test_an_event_without_a_title_is_called_by_its_days() -> None:
    (event,) = import_page("- Oct 6-8, 2026\n", render, ZONES).events
    assert event.title == "October 6th-8th, 2026"


def test_a_section_with_another_last_day_is_not_the_event_s() -> None:
    check_section("- Oct 6-8, 2026: Camp", CAMP, "t.j2")
    check_section("- Oct 6, 2026: Camp", CAMP, "t.j2")
    with pytest.raises(UnreadableSectionError, match="of another date"):
        check_section("- Oct 6-9, 2026: Camp", CAMP, "t.j2")
