"""Many sections put on a page or taken out at once: what one after the other would give, in fewer steps."""

from datetime import date
from itertools import chain

import pytest
from almanac.event.model import Event
from almanac.page.insert import fill, insert, taken_out, without
from almanac.page.lines import fingerprint
from almanac.page.many import in_turn, insert_many, take_out
from almanac.page.match import COMPARED
from almanac.page.order import Order, page_order, place_in, places_in
from almanac.page.outline import Page, Section, outline
from almanac.page.sync import sync
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from tests.page.house import ZONES, event, render

FEW = settings(max_examples=60, deadline=None)
DAYS = st.dates(date(2017, 1, 1), date(2024, 12, 31)).map(str)
DATES = DAYS | DAYS.map(lambda day: day[:7]) | DAYS.map(lambda day: day[:4])
WITHOUT_YEARS = DAYS.map(lambda day: f"XXXX{day[4:]}")
ORDERS = st.sampled_from(["newest", "oldest", None])
STYLES = {"bullet": "- {day}: {title}", "heading": "### {day}: {title}\n\ntext", "row": "| {day} | {title} |"}
HEADS = {"row": "| Date | Title |\n|---|---|\n"}
HEADINGS = {
    "year": "## {year}",
    "words": "## Talks of {year}",
    "month": "## {month} {year}",
    "short": "## {short} {year}",
    "season": "## {season} {year}",
    "term": "## Term {term} {year}",
}
MONTHS = ("January", "March", "May", "July", "September", "November")
DAYS_OF_2017 = ["2017-01-01", "2017-01-02", "2017-01-03", "2017-02-01"]
DAYS_OF_YEARS = ["2020-05-05", "2021-05-05", "2022-05-05"]
Added = list[tuple[str, str]]


def written(style: str, days: list[str], title: str = "Talk") -> list[str]:
    return [STYLES[style].format(day=day, title=f"{title} {number}") for number, day in enumerate(days)]


def list_of(style: str, days: list[str], title: str = "Talk") -> str:
    return HEADS.get(style, "") + ("\n\n" if style == "heading" else "\n").join(written(style, days, title))


def new(style: str, days: list[str]) -> Added:
    days = sorted(days)
    return list(zip(written(style, days, "New"), days, strict=True))


def one_by_one(page: str, added: Added, order: Order | None) -> str:
    known, before = dict(added), page_order(outline(page))
    if not outline(page, known).sections:
        return fill(outline(page), added, order or before)
    for text, day in chain(*in_turn(outline(page, known), added)):
        page = insert(outline(page, known), text, day, order, before)
    return page


def at_once(page: str, added: Added, order: Order | None) -> str:
    return insert_many(page, added, dict(added), order, page_order(outline(page)))


@FEW
@given(st.lists(DATES, max_size=9), st.lists(DATES, max_size=9).map(sorted), st.sampled_from(["newest", "oldest"]))
def test_places_of_many_dates_are_those_of_one_after_the_other(days: list[str], added: list[str], order: Order) -> None:
    grown, rest = list(days), list(days)
    for day in added:
        grown.insert(place_in(grown, day, order), day)
    placed = list(zip(places_in(days, added, order), added, strict=True))
    for place, day in sorted(placed[::-1] if order == "oldest" else placed, key=lambda one: -one[0]):
        rest.insert(place, day)
    assert rest == grown


@FEW
@given(
    st.sampled_from([*STYLES]),
    st.lists(DATES | WITHOUT_YEARS, min_size=1, max_size=12) | st.lists(WITHOUT_YEARS, min_size=1, max_size=12),
    st.lists(DATES, min_size=1, max_size=12),
    ORDERS,
    st.booleans(),
)
def test_sections_put_into_a_list_at_once_are_where_each_would_be(
    style: str, days: list[str], added: list[str], order: Order | None, is_sorted: bool
) -> None:
    page = f"# Talks\n\n{list_of(style, sorted(days) if is_sorted else days)}\n\nend\n"
    assert at_once(page, new(style, added), order) == one_by_one(page, new(style, added), order)


@FEW
@given(
    st.sampled_from([*STYLES]),
    st.lists(DAYS, min_size=8, max_size=20),
    st.lists(DATES, min_size=1, max_size=30),
)
def test_sections_put_into_a_list_in_another_order_than_its_dates(
    style: str, days: list[str], added: list[str]
) -> None:
    page = f"# Talks\n\n{list_of(style, days)}\n\nend\n"
    assert at_once(page, new(style, added), None) == one_by_one(page, new(style, added), None)


@FEW
@given(
    st.sampled_from([*STYLES]),
    st.sampled_from([*STYLES]),
    st.lists(DAYS, min_size=2, max_size=12, unique=True).map(sorted),
    st.lists(DAYS, min_size=1, max_size=12, unique=True),
    st.sampled_from([("Upcoming events", "Past events"), ("Talks", "Walks"), ("News", "Talks")]),
    ORDERS,
    st.booleans(),
    st.sampled_from(["", "## {0:.4}", "## {0:.7}"]),
    st.booleans(),
)
def test_sections_put_into_several_lists_at_once_are_where_each_would_be(  # noqa: PLR0913, PLR0917
    style: str,
    other: str,
    days: list[str],
    added: list[str],
    titles: tuple[str, str],
    order: Order | None,
    is_newest: bool,
    heading: str,
    is_by_turns: bool,
) -> None:
    middle = len(days) // 2

    def listed(title: str, days: list[str]) -> str:
        """Write a list, perhaps with headings of years or months."""
        days = days[::-1] if is_newest else days
        groups = {name: [day for day in days if heading.format(day) == name] for name in map(heading.format, days)}
        return "\n\n".join(f"{name}\n\n{list_of(style, some, title)}" for name, some in groups.items()).strip()

    halves = (days[::2], days[1::2]) if is_by_turns else (days[middle:], days[:middle])
    parts = [f"# {title}\n\n{listed(title, one)}\n" for title, one in zip(titles, halves, strict=True)]
    page = "\n".join(parts)
    pairs = sorted([*new(style, added[::2]), *new(other, added[1::2])], key=lambda pair: pair[1])
    assert at_once(page, pairs, order) == one_by_one(page, pairs, order)


@FEW
@given(
    st.sampled_from([*STYLES]),
    st.sampled_from([*HEADINGS]),
    st.lists(DAYS, min_size=1, max_size=12, unique=True).map(sorted),
    st.lists(DAYS | DATES, min_size=1, max_size=12, unique=True),
    ORDERS,
    st.booleans(),
    st.lists(DAYS, max_size=4),
    st.integers(0, 4),
)
def test_sections_put_under_headings_at_once_are_where_each_would_be(  # noqa: PLR0913, PLR0917
    style: str,
    heading: str,
    days: list[str],
    added: list[str],
    order: Order | None,
    is_newest: bool,
    prepared: list[str],
    apart: int,
) -> None:
    """Some headings have no entries yet, and the first ones of the list may be below none."""

    def under(day: str) -> str:
        month = int(day[5:7] or 1)
        season = ("Winter", "Spring", "Summer", "Fall")[month % 12 // 3]
        name = MONTHS[(month - 1) // 2]
        values = {"year": day[:4], "month": name, "short": name[:3], "season": season, "term": (month + 3) // 4}
        return HEADINGS[heading].format(**values)

    if heading in {"month", "short"}:
        days, added = (
            [f"{day[:5]}{(int(day[5:7]) - 1) // 2 * 2 + 1:02}{day[7:]}" if day[5:] else day for day in some]
            for some in (days, added)
        )
    days = sorted(days, reverse=is_newest)
    alone, below = days[:apart], days[apart:]
    titles = dict.fromkeys(map(under, sorted([*below, *prepared], reverse=is_newest)))
    entries = {title: [day for day in below if under(day) == title] for title in titles}
    parts = [f"{title}\n\n{list_of(style, some, title)}" if some else title for title, some in entries.items()]
    page = "# Talks\n\n" + "\n\n".join([*([list_of(style, alone)] if alone else []), *parts]) + "\n"
    added = [*added, *prepared]
    assume(added)
    assert at_once(page, new(style, added), order) == one_by_one(page, new(style, added), order)


@FEW
@given(
    st.sampled_from([*STYLES]),
    st.lists(DAYS, min_size=1, max_size=9, unique=True).map(sorted),
    st.sets(st.integers(0, 8)),
)
def test_sections_taken_out_at_once_leave_what_each_would(style: str, days: list[str], which: set[int]) -> None:
    page = f"# Talks\n\n{list_of(style, days)}\n\nMore to come.\n"
    cut = outline(page)
    gone = [section for number, section in enumerate(cut.sections) if number in which]
    for section in gone:
        now = outline(page)
        page = taken_out(now, next(one for one in now.sections if one.text == section.text))
    assert without(cut, gone) == page


@FEW
@given(
    st.sampled_from([*STYLES]),
    st.sampled_from(["## {year}", "## Talks of {year}", "## Year {year} of {number}", "## {year}-{month}"]),
    st.lists(DAYS, min_size=1, max_size=9, unique=True).map(sorted),
    st.sets(st.integers(0, 8)),
    st.booleans(),
    st.sampled_from(["", "\n\n# More to come\n\nSoon.", "\n\n## 1999"]),
)
@example("heading", "## {year}", [*DAYS_OF_2017, "2018-01-01", "2019-01-01"], {0, 1, 2}, True, "")
def test_sections_taken_out_from_below_headings_at_once_leave_what_each_would(  # noqa: PLR0913, PLR0917
    style: str, heading: str, days: list[str], which: set[int], is_newest: bool, end: str
) -> None:
    def under(day: str) -> str:
        return heading.format(year=day[:4], month=day[5:7], number=int(day[3]) % 2)

    days = days[::-1] if is_newest else days
    groups = {title: [day for day in days if under(day) == title] for title in map(under, days)}
    page = "# Talks\n\n" + "\n\n".join(f"{one}\n\n{list_of(style, some, one)}" for one, some in groups.items()) + end
    cut = outline(f"{page}\n")
    gone = [section for number, section in enumerate(cut.sections) if number in which]
    left = {section.period for section in cut.sections if section not in gone}
    lone = {section.period: section for section in gone if section.period not in left}
    known = {section.text: section.date for section in gone}

    def find(page: str, section: Section) -> tuple[Page, Section]:
        now = outline(page, known)
        return now, next(one for one in now.sections if one.text == section.text)

    page = without(cut, [section for section in gone if section not in lone.values()])
    places = [(find(page, section), section) for section in lone.values()]
    # A heading that a section alone does not take along stays, whatever else goes.
    going = [section for (now, own), section in places if taken_out(now, own) != without(now, [own])]
    page = without(cut, [section for section in gone if section not in going])
    for section in going:
        page = taken_out(*find(page, section))
    assert take_out(cut, gone) == page


def test_a_heading_goes_with_the_last_of_its_sections_that_move() -> None:
    days = ["2020-03-03", "2021-03-03", "2021-04-04", "2022-03-03"]
    records = [event(id=day, date=day, title=f"Talk of {day}") for day in days]
    texts = [render(record) for record in records]
    page = "# Log\n\n## 2020\n\n{}\n\n## 2021\n\n{}\n\n{}\n\n## 2022\n\n{}\n".format(*texts)
    known = [
        record.model_copy(update={"rendered": fingerprint(text), "date": record.date.replace("2021", "2022")})
        for record, text in zip(records, texts, strict=True)
    ]
    synced = sync(page, known, render, ZONES)
    assert not synced.problems
    left = "# Log\n\n## 2020\n\n{}\n\n## 2022\n\n{}\n\n{}\n\n{}\n"
    assert synced.page == left.format(texts[0], texts[3], render(known[1]), render(known[2]))


@pytest.mark.parametrize(
    ("headings", "days", "day", "left"),
    [
        # Alone below its own year or month, a section stays there.
        (["2020", "2021", "2022"], DAYS_OF_YEARS, "2021-09-09", ["2020", "2021", "2022"]),
        (["May 2020", "May 2021", "May 2022"], DAYS_OF_YEARS, "2021-05-09", ["May 2020", "May 2021", "May 2022"]),
        # Elsewhere it takes the heading with it, or belongs below another of the year.
        (["2020", "2021", "2022"], DAYS_OF_YEARS, "2022-09-09", ["2020", "2022"]),
        (
            ["Spring 2021", "Summer 2021", "Fall 2021"],
            ["2021-04-04", "2021-07-07", "2021-11-11"],
            "2021-10-09",
            ["Spring 2021", "Fall 2021"],
        ),
    ],
)
def test_a_section_alone_below_its_heading_stays_there_or_takes_it_along(
    headings: list[str], days: list[str], day: str, left: list[str]
) -> None:
    records = [event(id=one, date=one, title=f"Talk of {one}") for one in days]
    texts = [render(record) for record in records]
    known = [
        record.model_copy(update={"rendered": fingerprint(text)}) for record, text in zip(records, texts, strict=True)
    ]
    known[1] = known[1].model_copy(update={"date": day})
    page = "# Log\n\n" + "\n\n".join(f"## {one}\n\n{text}" for one, text in zip(headings, texts, strict=True)) + "\n"
    synced = sync(page, known, render, ZONES)
    assert not synced.problems
    assert [one.text for one in outline(synced.page).headings if one.level == 2] == left
    assert synced.page.count(render(known[1])) == 1
    if left == headings:
        assert synced.page == page.replace(texts[1], render(known[1]))


# ------------------------------------------------------------------------------- how often the page is cut

EACH_DAY = [str(date.fromordinal(date(2021, 1, 1).toordinal() + number)) for number in range(400)]


@pytest.fixture
def cuts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    pages: list[str] = []

    def cut(page: str, known: dict[str, str]) -> Page:
        pages.append(page)
        return outline(page, known)

    monkeypatch.setattr("almanac.page.many.outline", cut)
    return pages


def test_many_sections_are_put_into_a_list_at_once(cuts: list[str]) -> None:
    page = at_once(f"# Talks\n\n{list_of('bullet', EACH_DAY[::2])}\n", new("bullet", EACH_DAY[1::2]), None)
    assert [section.date for section in outline(page).sections] == EACH_DAY
    assert len(cuts) == 2


WHOLE = [f"- {day}: Old" for day in EACH_DAY]
MONTHLY = [f"## 2021-{month:02}\n\n- 2021-{month:02}-08: Old\n\n" for month in range(1, 13)]


@pytest.mark.parametrize(
    ("lines", "days"),
    [
        ([f"- May {day}: Old" for day in range(1, 29)], EACH_DAY),
        ([f"- May {day}: Old" for day in range(28, 0, -1)], EACH_DAY),
        ([f"- May {day}{', 2020' * (day % 2)}: Old" for day in range(1, 29)], EACH_DAY),
        (MONTHLY, EACH_DAY[:364]),
        (["## 2020", "- 2020-05-05: Old", "", "## 2021", *["- 2021-05-05: Old"] * 100], ["2021-05-05"] * 100),
        (["## 2020", *WHOLE[:2], "", "## 2021", *(WHOLE[day * 37 % 365] for day in range(99))], EACH_DAY[:300]),
    ],
)
def test_neither_years_nor_headings_nor_the_order_of_a_list_ask_for_more_cuts(
    cuts: list[str], lines: list[str], days: list[str]
) -> None:
    at_once("# Talks\n\n" + "\n".join(lines) + "\n", new("bullet", days), None)
    assert len(cuts) <= 6


def test_what_says_no_year_comes_last(cuts: list[str]) -> None:
    added = [(f"- May {day}: New", f"XXXX-05-{day:02}") for day in range(1, 29)]
    for old in (WHOLE[:60], WHOLE[59::-1], ["- Jan 1: Old", "- Jan 2: Old"]):
        page = "# Talks\n\n" + "\n".join(old) + "\n"
        assert at_once(page, added, None) == one_by_one(page, added, None)
    assert len(cuts) == 2 * 3


@FEW
@given(
    st.sampled_from([*STYLES]),
    st.sampled_from(["## {0:.4}", "## {0:.7}", "## Season 2020/2021"]),
    st.lists(DAYS, min_size=1, max_size=12).map(sorted),
    st.lists(st.dates(date(2021, 1, 1), date(2021, 12, 28)), min_size=1, max_size=12).map(sorted),
    st.lists(DAYS, max_size=3).map(sorted),
    ORDERS,
    st.booleans(),
)
def test_what_says_no_year_comes_to_have_that_of_the_heading_above(  # noqa: PLR0913, PLR0917
    style: str, heading: str, days: list[str], added: list[date], more: list[str], order: Order | None, is_newest: bool
) -> None:
    days = days[::-1] if is_newest else days
    groups = {name: [day for day in days if heading.format(day) == name] for name in map(heading.format, days)}
    page = "# Talks\n\n" + "\n\n".join(f"{one}\n\n{list_of(style, some)}" for one, some in groups.items()) + "\n"
    texts = [STYLES[style].format(day=f"{day:%B} {day.day}", title=f"New {n}") for n, day in enumerate(added)]
    pairs = [*new(style, more), *zip(texts, (f"XXXX{day:-%m-%d}" for day in added), strict=True)]
    assert at_once(page, pairs, order) == one_by_one(page, pairs, order)


def test_a_section_is_compared_with_few_records_of_its_day() -> None:
    records = [event(id=f"2021-{number}", title=f"Talk {number}", date="2021-11-08") for number in range(200)]
    known = [record.model_copy(update={"rendered": fingerprint(render(record))}) for record in records]
    page = "# Log\n\n" + "\n\n".join(render(record).replace("Talk", "The talk") for record in records) + "\n"
    compared: list[str] = []

    def listing(_: Section, record: Event) -> bool:
        compared.append(record.id)
        return False

    sync(page, known, render, ZONES, listing=listing)
    assert 200 <= len(compared) <= 2 * 200 * COMPARED


YEARS = [f"{year}-05-05" for year in range(2021, 2061)]
TERMS = [f"{year}-{month:02}-05" for year in range(2021, 2031) for month in (2, 6, 10)]


@pytest.mark.parametrize(
    ("headings", "days"),
    [
        pytest.param(["2020"], EACH_DAY, marks=pytest.mark.long),
        (["2019", "2020"], YEARS),
        (["2020", "2019"], YEARS),
        pytest.param(["Nov 2019", "Dec 2019"], EACH_DAY, marks=pytest.mark.long),
        (["March 2020", "February 2020"], EACH_DAY[::9]),
        (["Spring 2020", "Summer 2020", "Fall 2020"], TERMS),
        (["Fall 2020", "Summer 2020", "Spring 2020"], TERMS),
        (["Term A 2020", "Term B 2020", "Term C 2020"], TERMS),
        (["2020", *(day[:4] for day in YEARS[:8])], YEARS[:8]),  # prepared
    ],
)
def test_new_headings_do_not_ask_for_more_cuts(cuts: list[str], headings: list[str], days: list[str]) -> None:
    months = {"Spring": 2, "Summer": 6, "Fall": 10, "A": 2, "B": 6, "C": 10, "Nov": 11, "Dec": 12, "March": 3}
    entries = [f"- {one[-4:]}-{months.get(one.split()[-2:][0], 2):02}-01: Old" for one in headings]
    is_empty = [any(day.startswith(one[-4:]) for day in days) for one in headings]
    parts = [
        f"## {one}" if empty else f"## {one}\n\n{entry}"
        for one, entry, empty in zip(headings, entries, is_empty, strict=True)
    ]
    page = "# Talks\n\n" + "\n\n".join(parts) + "\n"
    assert at_once(page, new("bullet", days), None) == one_by_one(page, new("bullet", days), None)
    assert len(cuts) <= 6


@pytest.mark.parametrize(
    ("page", "texts"),
    [
        # What is not seen as an event where it is put, but only known, is a list of its own.
        ("# Talks\n\n- 2021-01-01: a\n- 2021-02-01: b\n- 2021-03-01: c\n", ["- a talk of number {1}"]),
        ("# Talks\n\n- 2021-01-01: a\n- 2021-02-01: b\n- 2021-03-01: c\n", ["- {0}: a talk", "- a talk of number {1}"]),
        # A list whose entries all say that they are ahead is no such list with another entry.
        ("# A\n\n- 2022-01-01: Next meeting\n- 2022-02-01: Next meeting\n\n# B\n\n- 2021-01-01: c\n", ["- {0}: a"]),
        (
            "# A\n\n- 2022-01-01: Next meeting\n- 2022-02-01: Next meeting\n\n# B\n\n- 2021-01-01: c\n",
            ["- {0}: Next meeting"],
        ),
        ("# Talks\n\n## 2021\n\n- 2021-01-01: a\n\n## 2022\n\n- 2022-01-01: b\n", ["- {0}: a"]),
        ("# Talks\n\n", ["- {0}: a"]),
        ("# Talks\n\n- Jan 1: a\n- Feb 1: b\n- 2021-03-01: c\n", ["- {0}: a"]),
        ("# Talks\n\n- 2021-01-01: a\n- 2021-02-01: b\n", ["- {0}: a"]),
    ],
)
@pytest.mark.parametrize("order", ["newest", "oldest", None])
def test_what_is_seen_otherwise_is_put_there_one_by_one(page: str, texts: list[str], order: Order | None) -> None:
    days = ["2021-01-05", "2021-02-05", "2021-11-05", "2022-01-05", "2022-01-15", "2022-03-05", "XXXX-05-05"]
    added = [(texts[number % len(texts)].format(day, number), day) for number, day in enumerate(days)]
    assert at_once(page, added, order) == one_by_one(page, added, order)
