"""Links that put an event into a reader's own calendar."""

import pytest
from almanac.event.calendarlinks import calendar_links
from almanac.event.model import Event
from almanac.page.template import section_renderer
from almanac.urls import check_url

from tests.hostile import HOSTILE

ONE = Event(
    id="2026-12-10-tea",
    title="Tea & code",
    date="2026-12-10",
    starts="2026-12-10T09:00:00-05:00",
    location="Room 5",
    description="We *talk*.",
)


def test_an_event_with_a_time() -> None:
    assert calendar_links(ONE) == {
        "google": "https://calendar.google.com/calendar/render?action=TEMPLATE&text=Tea%20%26%20code"
        "&dates=20261210T140000Z%2F20261210T150000Z&location=Room%205&details=We%20%2Atalk%2A.",
        "outlook": "https://outlook.live.com/calendar/0/deeplink/compose?rru=addevent&subject=Tea%20%26%20code"
        "&startdt=2026-12-10T14%3A00%3A00Z&enddt=2026-12-10T15%3A00%3A00Z&location=Room%205&body=We%20%2Atalk%2A.",
    }
    ends = ONE.model_copy(update={"ends": "2026-12-10T11:30:00-05:00"})
    assert "%2F20261210T163000Z" in calendar_links(ends)["google"]


def test_whole_days() -> None:
    days = Event(id="2026-12-10-tea", title="Tea", date="2026-12-10", end_date="2026-12-12")
    assert "&dates=20261210%2F20261213" in calendar_links(days)["google"]
    assert "&startdt=2026-12-10&enddt=2026-12-13&allday=true" in calendar_links(days)["outlook"]
    assert calendar_links(Event(id="2026-tea", title="Tea", date="2026")) == {"google": "", "outlook": ""}


@pytest.mark.parametrize("typed", HOSTILE)
def test_typed_text_stays_within_the_address(typed: str) -> None:
    links = calendar_links(ONE.model_copy(update={"title": typed, "location": typed, "description": typed * 50}))
    for link in links.values():
        assert len(link) < 8_000
        assert not set(link) & set(" <>\"'()[]{}`|\\\n")
    plain = calendar_links(ONE.model_copy(update={"title": typed}))
    assert all(check_url(link) == link for link in plain.values())


def test_a_template_can_show_the_links_and_the_readers_own_time() -> None:
    write = section_renderer(
        "## {{ date }}\n\n{{ when | time(starts) }}\n"
        "{{ 'Google' | link(add_to.google) }}\n{{ location | time(ends) }}\n"
    )
    section = write(ONE.model_copy(update={"when": "9am ET, 3pm CET"}))
    assert '<time datetime="2026-12-10T09:00:00-05:00">9am ET, 3pm CET</time>' in section
    assert "[Google](https://calendar.google.com/calendar/render?action=TEMPLATE&text=Tea%20%26%20code" in section
    assert section.endswith("\nRoom 5")


@pytest.mark.parametrize("typed", HOSTILE)
def test_typed_text_within_a_time_does_nothing(typed: str) -> None:
    section = section_renderer("## {{ date }}\n\n{{ when | time(starts) }}")(ONE.model_copy(update={"when": typed}))
    inside = section.partition(">")[2].removesuffix("</time>")
    assert not set(inside) & set("<>\"'()[]{}`|\\*_~@!$\n")
