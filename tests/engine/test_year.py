"""A year of a group that meets every two weeks, day by day: what is to come and what was are as they should be."""

from datetime import UTC, date, datetime, timedelta

import pytest
from almanac.proposal.page_edits import NO_ISSUE

from tests.scenes import CONFIG, FORM, Scene, site_files

PAGE = "meetings.md"
TEMPLATE = ".github/almanac/section.md.j2"
BULLET = '- {{ date | like("Nov 8, 2021") }}: {{ title | text }}{% if status == "cancelled" %} (cancelled){% endif %}\n'
SETTINGS = (
    f'page: {PAGE}\nrecords: _data/meetings\nupcoming: "#Upcoming"\norder: newest\nsection_template: {TEMPLATE}\n'
    "calendar: events.ics\nfeed: feed.xml\n"
)
EMPTY = "# Meetings\n\n## Upcoming\n\nCome along!\n\n## Past\n\n- Jan 1, 2026: Cups\n"
FIRST, MEETINGS = date(2026, 1, 15), 26
FORGOTTEN, POSTPONED, CANCELLED = (4, 11), 7, 15


def expected(shown: dict[int, tuple[date, str]], today: date) -> str:
    """Return the page as a person would have written it."""
    lines = [(day, f"- {day:%b} {day.day}, {day.year}: {title}\n") for day, title in shown.values()]
    # Where no zone is known, a day is over when it is over everywhere: at noon in UTC of the next one.
    coming = "".join(line for day, line in sorted(lines) if day >= today)
    past = "".join(line for day, line in sorted(lines, reverse=True) if day < today)
    kept = f"## Upcoming\n\nCome along!\n\n{coming}\n" if coming else "## Upcoming\n\nCome along!\n\n"
    return f"# Meetings\n\n{kept}## Past\n\n{past}- Jan 1, 2026: Cups\n"


class Year:
    def __init__(self, scene: Scene) -> None:
        self.scene, self.world = scene, scene.world
        self.numbers: dict[int, int] = {}
        self.shown: dict[int, tuple[date, str]] = {}
        files = {PAGE: EMPTY, CONFIG: SETTINGS, TEMPLATE: BULLET, FORM: site_files()[FORM]}
        self.world.commit({path: text.encode() for path, text in files.items()})

    def files(self) -> dict[str, bytes]:
        return dict(self.world.files(self.world.forge.base().commit))

    def at(self, day: date) -> None:
        now = datetime(day.year, day.month, day.day, 13, tzinfo=UTC)
        self.world.forge.now = lambda: now  # type: ignore[method-assign]

    def file(self, meeting: int) -> None:
        day = FIRST + timedelta(weeks=2 * meeting)
        self.numbers[meeting] = self.scene.file(title=f"Meeting {meeting}", date=day.isoformat())

    def merge(self, meeting: int, day: date, title: str) -> None:
        number = self.numbers[meeting]
        self.world.merge(self.scene.pull(number).number)
        self.scene.run(number)
        self.shown[meeting] = (day, title)

    def edit(self, meeting: int, day: date, title: str) -> None:
        self.scene.edit(self.numbers[meeting], title=title, date=day.isoformat())
        self.scene.run(self.numbers[meeting])

    def sweep(self) -> None:
        for done in self.scene.sweep():
            assert done.error is None
            if done.plan.issue == NO_ISSUE and done.pull and done.plan.outcome in ("created", "updated"):
                self.world.merge(done.pull.number)

    def cancel(self, meeting: int) -> None:
        [path] = [path for path in self.files() if path.endswith(f"-meeting-{meeting}.yml")]
        self.world.commit({path: self.files()[path] + b"status: cancelled\n"})
        day, title = self.shown[meeting]
        self.shown[meeting] = (day, f"{title} (cancelled)")


@pytest.mark.long
@pytest.mark.parametrize(
    ("scene", "step"), [("local", 4), pytest.param("github", 14, marks=pytest.mark.emulator)], indirect=["scene"]
)
def test_a_year_of_meetings(scene: Scene, step: int) -> None:
    year = Year(scene)
    day, last = date(2026, 1, 4), FIRST + timedelta(weeks=2 * MEETINGS + 2)
    filed = merged = 0
    while day <= last:
        year.at(day)
        while filed < MEETINGS and FIRST + timedelta(weeks=2 * filed) - day <= timedelta(days=10):
            year.file(filed)
            filed += 1
        year.sweep()
        while merged < filed:
            meeting, planned = merged, FIRST + timedelta(weeks=2 * merged)
            if meeting in FORGOTTEN and day <= planned + timedelta(days=3):
                break
            title = f"Meeting {meeting}"
            if meeting % 5 == 0:
                title = f"Meeting {meeting} about tea"
                year.edit(meeting, planned, title)
            year.merge(meeting, planned, title)
            if meeting == POSTPONED:
                year.edit(meeting, planned + timedelta(days=5), title)
                year.merge(meeting, planned + timedelta(days=5), title)
            if meeting == CANCELLED:
                year.cancel(meeting)
            merged += 1
        year.sweep()
        year.sweep()
        files = year.files()
        assert files[PAGE].decode() == expected(year.shown, day), day
        calendar = files.get("events.ics", b"")
        assert calendar.count(b"BEGIN:VEVENT") == len(year.shown) + (b"Cups" in calendar)
        day += timedelta(days=step)
    assert len(year.shown) == MEETINGS
    assert b"STATUS:CANCELLED" in year.files()["events.ics"]
    assert b"(cancelled)" in year.files()["feed.xml"]
