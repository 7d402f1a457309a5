"""A year of a group that meets every two weeks, day by day: what is to come and what was are as they should be."""

from datetime import UTC, date, datetime, timedelta

import pytest
from almanac import renderer
from almanac.page.template import section_renderer
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
FIRST = date(2026, 1, 15)
FORGOTTEN, POSTPONED, CANCELLED = (4, 11), 7, 9


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

    def file(self, meeting: int, day: date) -> None:
        self.numbers[meeting] = self.scene.file(title=f"Meeting {meeting}", date=day.isoformat())

    def happen(self, meeting: int, day: date) -> None:
        """Somebody looks at a proposal: some are edited first, and one event is moved and one called off afterwards."""
        title = f"Meeting {meeting}"
        if meeting % 5 == 0:
            title += " about tea"
            self.edit(meeting, day, title)
        self.merge(meeting, day, title)
        if meeting == POSTPONED:
            self.edit(meeting, day + timedelta(days=5), title)
            self.merge(meeting, day + timedelta(days=5), title)
        if meeting == CANCELLED:
            self.cancel(meeting)

    def merge(self, meeting: int, day: date, title: str) -> None:
        number = self.numbers[meeting]
        self.world.merge(self.scene.pull(number).number)
        self.sweep()
        self.shown[meeting] = (day, title)

    def edit(self, meeting: int, day: date, title: str) -> None:
        self.scene.edit(self.numbers[meeting], title=title, date=day.isoformat())
        self.scene.run(self.numbers[meeting])

    def sweep(self) -> None:
        """Look at all, as each night and after each push; what is proposed of moves is merged, which is a push too."""
        for done in self.scene.sweep():
            assert done.error is None
            if done.plan.issue == NO_ISSUE and done.pull and done.plan.outcome in ("created", "updated"):
                self.world.merge(done.pull.number)
                self.sweep()

    def cancel(self, meeting: int) -> None:
        [path] = [path for path in self.files() if path.endswith(f"-meeting-{meeting}.yml")]
        self.world.commit({path: self.files()[path] + b"status: cancelled\n"})
        self.sweep()
        day, title = self.shown[meeting]
        self.shown[meeting] = (day, f"{title} (cancelled)")


@pytest.mark.long
@pytest.mark.parametrize(
    ("scene", "weeks"), [("local", 2), pytest.param("github", 4, marks=pytest.mark.emulator)], indirect=["scene"]
)
def test_a_year_of_meetings(scene: Scene, weeks: int, monkeypatch: pytest.MonkeyPatch) -> None:
    # A process for each use of the site's template would take most of the time.
    monkeypatch.setattr(renderer, "own_renderer", lambda source, path, prepared=(): section_renderer(source))
    planned = [FIRST + timedelta(weeks=at) for at in range(0, 52, weeks)]
    # On all other days nothing happens; two of them stand for these.
    days = {FIRST - timedelta(days=11), planned[-1] + timedelta(weeks=2)}
    days |= {one + timedelta(days=apart) for one in planned for apart in (-10, 1)}
    days |= {planned[meeting] + timedelta(days=4) for meeting in FORGOTTEN}
    days |= {planned[POSTPONED] + timedelta(days=6)}
    year = Year(scene)
    waiting: list[int] = []
    for day in sorted(days):
        year.at(day)
        for meeting in [at for at, one in enumerate(planned) if one - timedelta(days=10) == day]:
            year.file(meeting, planned[meeting])
            waiting.append(meeting)
        year.sweep()
        for meeting in tuple(waiting):
            if meeting in FORGOTTEN and day <= planned[meeting] + timedelta(days=3):
                continue
            waiting.remove(meeting)
            year.happen(meeting, planned[meeting])
        files = year.files()
        assert files[PAGE].decode() == expected(year.shown, day), day
        calendar = files.get("events.ics", b"")
        assert calendar.count(b"BEGIN:VEVENT") == len(year.shown) + (b"Cups" in calendar)
    assert len(year.shown) == len(planned)
    assert b"STATUS:CANCELLED" in year.files()["events.ics"]
    assert b"(cancelled)" in year.files()["feed.xml"]
