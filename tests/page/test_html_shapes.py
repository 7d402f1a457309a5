"""Events that are elements of HTML: a new one has the shape of its neighbours, in their element and in their order."""

from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from almanac.event.model import Event, Person
from almanac.page.imitate import suits, write_templates
from almanac.page.insert import insert, put
from almanac.page.many import insert_many
from almanac.page.outline import outline
from almanac.page.tags import VOID
from almanac.page.template import section_renderer

BARE = Event(id="2026-03-04-moths", title="Moths & more", date="2026-03-04")
FULL = BARE.model_copy(
    update={
        "location": "The Barn",
        "people": (Person(name="Grace Hopper"),),
        "when": "7pm",
        "starts": "2026-03-04T19:00:00+00:00",
        "url": "https://example.org/new",
    }
)

ROWS = (
    ("October 7, 2025", "Owls", "Town hall", "Ada Lovelace"),
    ("September 2, 2025", "Bats at night", "Library", "Alan Turing"),
    ("August 5, 2025", "Foxes and hedgehogs", "Town hall", "Bo Peep"),
)
NEW = ("March 4, 2026", "Moths & more", "The Barn", "Grace Hopper")
GERMAN = (
    ("7. Oktober 2025", "Eulen", "Bibliothek", "Ada Lovelace"),
    ("2. September 2025", "Fledermäuse &amp; Co.", "Saal 2", "Alan Turing"),
)


class _Nesting(HTMLParser):
    """Whether every element is closed within the one in which it was opened, and in which element the new one is."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []
        self.around: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        del attrs
        if tag not in VOID:
            self.opened.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.opened.pop() == tag

    def handle_data(self, data: str) -> None:
        if "Moths" in data:
            self.around = [*self.opened]


def around_new(page: str) -> list[str]:
    """Parse a page, and return the elements in which the new title is."""
    nesting = _Nesting()
    nesting.feed(page.partition("---\n")[2].partition("---\n")[2] if page.startswith("---") else page)
    nesting.close()
    assert not nesting.opened
    return nesting.around


def with_new(page: str, event: Event) -> str:
    """Put an event onto a page with the template that is learned from it."""
    cut = outline(page)
    [template] = write_templates(cut, cut.alive_list)
    assert suits(cut, cut.alive_list, template)
    after = put(page, event, section_renderer(template)(event), previous=None, order=None)
    around_new(after)
    return after


def list_of(entry: str, *, around: str = "{}", space: str = "\n") -> Callable[..., str]:
    """Return what writes a page: the entries of some rows, and the new ones among them as they should be."""

    def page(*rows: tuple[str, ...] | str) -> str:
        return around.format(space.join(one if isinstance(one, str) else entry.format(*one) for one in rows)) + "\n"

    return page


LINES = {
    "breaks": ("<p>{0}<br>{1}<br>{2}</p>", "<p>{0}<br>{1}</p>"),
    "closed-breaks-on-lines": (
        "<p>{0}<br/>\n<strong>{1}</strong><br/>\n{2}</p>",
        "<p>{0}<br/>\n<strong>{1}</strong></p>",
    ),
    "title-first": ("<p><b>{1}</b><br />{0}<br />{2}</p>", "<p><b>{1}</b><br />{0}</p>"),
    "strong-over-lines": (
        "<p><strong>{0}<br>\n{1}</strong><br>\n{2}</p>",
        "<p><strong>{0}<br>\n{1}</strong></p>",
    ),
    "people": ("<p>{0}<br>{1}<br>{2}<br>{3}</p>", "<p>{0}<br>{1}</p>"),
    "people-before-place": ("<p>{0}<br>{1}<br><i>{3}</i><br>{2}</p>", "<p>{0}<br>{1}</p>"),
    "label": ("<p>{0}<br>{1}<br>Where: {2}</p>", "<p>{0}<br>{1}</p>"),
    "item": ("<li>\n  {0}<br>\n  {1} by {3}<br>\n  {2}\n</li>", "<li>\n  {0}<br>\n  {1}\n</li>"),
    "item-with-line": ("<li>{0}: {1}<br>{2}</li>", "<li>{0}: {1}</li>"),
}


@pytest.mark.parametrize("name", LINES)
@pytest.mark.parametrize("rows", [ROWS, ROWS[:2], ROWS[::-1], GERMAN], ids=["three", "two", "oldest", "german"])
def test_lines_between_breaks_are_each_what_the_neighbours_have_there(
    name: str, rows: tuple[tuple[str, ...], ...]
) -> None:
    whole, short = LINES[name]
    page = list_of(whole, around="<h1>Events</h1>\n<ul>\n{}\n</ul>" if "<li>" in whole else "<h1>Events</h1>\n{}")
    new = ("4. März 2026" if rows is GERMAN else NEW[0], *NEW[1:])
    for event, entry in ((FULL, whole.format(*new)), (BARE, short.format(*new))):
        expected = [*rows, entry] if rows == ROWS[::-1] else [entry, *rows]
        assert with_new(page(*rows), event) == page(*expected)


@pytest.mark.parametrize(
    ("around", "whole", "short"),
    [
        (
            "<table>\n<tr><th>Date</th><th>Event</th></tr>\n{}\n</table>",
            "<tr><td>{0}</td><td>{1}<br>{2}</td></tr>",
            "<tr><td>{0}</td><td>{1}</td></tr>",
        ),
        ("<dl>\n{}\n</dl>", "<dt>{0}</dt>\n<dd>{1}<br>{2}</dd>", "<dt>{0}</dt>\n<dd>{1}</dd>"),
        ("{}", "<p>{0}<br>7pm<br>{1}<br>{2}</p>", "<p>{0}<br>{1}</p>"),
        ("{}", "<p>{0}<br>{1}<br>{2}<br>Doors open at 6pm</p>", "<p>{0}<br>{1}<br>Doors open at 6pm</p>"),
        (
            "{}",
            '<div class="card"><h5>{1}</h5><p>{0}, {2}</p></div>',
            '<div class="card"><h5>{1}</h5><p>{0}</p></div>',
        ),
        (
            "{}",
            '<div class="card"><p>{0} | {2}</p><h5>{1}</h5></div>',
            '<div class="card"><p>{0}</p><h5>{1}</h5></div>',
        ),
        ("{}", "<section><h3>{0}</h3><p>{1}<br>{2}</p></section>", "<section><h3>{0}</h3><p>{1}</p></section>"),
    ],
    ids=["cell", "description", "time", "constant", "card", "card-date-first", "date-as-heading"],
)
@pytest.mark.parametrize("rows", [ROWS, ROWS[:2], ROWS[::-1], GERMAN], ids=["three", "two", "oldest", "german"])
def test_where_and_when_on_a_line_of_their_own_are_those_of_the_new_event(
    around: str, whole: str, short: str, rows: tuple[tuple[str, ...], ...]
) -> None:
    page = list_of(whole.replace("7pm", "6pm"), around=around)
    new = ("4. März 2026" if rows is GERMAN else NEW[0], *NEW[1:])
    for event, entry in ((FULL, whole.format(*new)), (BARE, short.format(*new))):
        expected = [*rows, entry] if rows == ROWS[::-1] else [entry, *rows]
        assert with_new(page(*rows), event) == page(*expected)


def test_a_line_that_leads_somewhere_keeps_its_link() -> None:
    entry = '<p><strong>{0}</strong><br><a href="https://example.org/{1}">{1}</a><br>{2}</p>'
    page = list_of(entry)
    new = '<p><strong>March 4, 2026</strong><br><a href="https://example.org/new">Moths & more</a><br>The Barn</p>'
    rows = [(date, title.replace(" ", "-"), place) for date, title, place, _ in ROWS]
    assert with_new(page(*rows), FULL) == page(new, *rows)
    assert with_new(page(*rows), BARE) == page("<p><strong>March 4, 2026</strong><br>Moths & more</p>", *rows)


def test_a_place_that_comes_back_is_one_whatever_it_is_called() -> None:
    page = list_of("<p>{0}<br>{1}<br>{2}</p>")
    rows = [(*row[:2], place) for row, place in zip(ROWS, ("The Grange", "Red Lion", "The Grange"), strict=True)]
    assert with_new(page(*rows), FULL) == page(NEW, *rows)


LIST = "<ul>\n<li>October 7, 2025: Owls</li>\n<li>September 2, 2025: Bats</li>\n</ul>\n"
OLD = LIST.replace("2025", "2024")
NEW_ITEM = "<li>March 4, 2026: Moths & more</li>\n"
NEW_LIST = f"<ul>\n{NEW_ITEM}</ul>\n"
FOLDED = "<details>\n<summary>{}</summary>\n{}</details>\n"
TABLE = "  <table>\n    <tr><th>Date</th><th>Title</th></tr>\n{}  </table>\n"
ROW = "    <tr><td>{} 7, {}</td><td>{}</td></tr>\n"
TABLE_2025 = TABLE.format(ROW.format("October", 2025, "Owls") + ROW.format("May", 2025, "Bats"))
NEW_TABLE = TABLE.format("    <tr><td>March 4, 2026</td><td>Moths & more</td></tr>\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            f"<h2>2025</h2>\n{LIST}<h2>2026</h2>\n<ul>\n<li>To be announced</li>\n</ul>\n<p>End</p>\n",
            f"<h2>2025</h2>\n{LIST}<h2>2026</h2>\n<ul>\n{NEW_ITEM}<li>To be announced</li>\n</ul>\n<p>End</p>\n",
        ),
        (
            f"<div>\n<h2>2026</h2>\n\n<h2>2025</h2>\n{LIST}</div>\n",
            f"<div>\n<h2>2026</h2>\n{NEW_LIST}\n<h2>2025</h2>\n{LIST}</div>\n",
        ),
        (
            f"<h2>2025</h2>\n{LIST}<h2>2026</h2>\n<footer><ul><li>Imprint</li></ul></footer>\n",
            f"<h2>2025</h2>\n{LIST}<h2>2026</h2>\n{NEW_LIST}<footer><ul><li>Imprint</li></ul></footer>\n",
        ),
        (
            f"## 2026\n\n<ul>\n</ul>\n\n## 2025\n\n{LIST}",
            f"## 2026\n\n{NEW_LIST}\n## 2025\n\n{LIST}",
        ),
        (
            f"<h2>2026</h2>\n{TABLE.format('')}<h2>2025</h2>\n{TABLE_2025}",
            f"<h2>2026</h2>\n{NEW_TABLE}<h2>2025</h2>\n{TABLE_2025}",
        ),
        (
            FOLDED.format(2026, "<ul><li>Nothing yet</li></ul>\n") + FOLDED.format(2025, LIST),
            FOLDED.format(2026, f"<ul>\n{NEW_ITEM}<li>Nothing yet</li></ul>\n") + FOLDED.format(2025, LIST),
        ),
        (
            FOLDED.format(2025, LIST) + FOLDED.format(2024, OLD),
            FOLDED.format(2026, NEW_LIST) + FOLDED.format(2025, LIST) + FOLDED.format(2024, OLD),
        ),
        (
            FOLDED.format(2024, OLD) + FOLDED.format(2025, LIST) + "<p>End</p>\n",
            FOLDED.format(2024, OLD) + FOLDED.format(2025, LIST) + FOLDED.format(2026, NEW_LIST) + "<p>End</p>\n",
        ),
        (
            (old := f"<details><summary>2025</summary>\n{TABLE_2025}</details>\n"),
            f"<details><summary>2026</summary>\n{NEW_TABLE}</details>\n\n{old}",
        ),
    ],
)
def test_an_entry_of_a_new_year_is_in_a_list_below_its_year(before: str, after: str) -> None:
    assert with_new(before, BARE) == after
    [template] = write_templates(cut := outline(before), cut.alive_list)
    added = [
        (section_renderer(template)(BARE.model_copy(update={"date": date})), date)
        for date in ("2026-03-04", "2026-05-06", "2027-01-01")
    ]
    several = before
    for text, date in added:
        several = insert(outline(several), text, date, None)
    assert around_new(several)[-1] in ("li", "td")
    assert insert_many(before, added, {}, None, None) == several


@pytest.mark.parametrize(
    "places",
    [
        ("Town hall", "Library"),
        ("Town Hall", "Library", "Town Hall"),
        ("Rathaus", "Museum", "Stadthalle"),
        ("Town Hall", "Red Lion Inn", "St Mary's Church"),
        ("la mairie", "École Jules Ferry", "Salle des fêtes"),
    ],
)
def test_a_place_behind_a_title_is_no_person_and_stays_there(places: tuple[str, ...]) -> None:
    page = list_of("<li>{0}: {1}, {2}</li>", around="<ul>\n{}\n</ul>")
    rows = [(*row[:2], place) for row, place in zip(ROWS, places, strict=False)]
    assert with_new(page(*rows), FULL) == page(NEW, *rows)
    assert with_new(page(*rows), BARE) == page("<li>March 4, 2026: Moths & more</li>", *rows)


def test_people_behind_a_title_stay_people_even_if_they_are_called_as_places_are() -> None:
    page = list_of("<li>{0}: {1}, {2}</li>", around="<ul>\n{}\n</ul>")
    names = ("Nick Park", "Stuart Hall", "Ada Lovelace")
    rows = [(*row[:2], name) for row, name in zip(ROWS, names, strict=True)]
    assert with_new(page(*rows), FULL) == page("<li>March 4, 2026: Moths & more, Grace Hopper</li>", *rows)


def test_what_holds_a_table_with_a_head_is_no_entry() -> None:
    panel = '<div class="panel">\n<table>\n<tr><th>Date</th><th>Title</th></tr>\n{}</table>\n</div>\n'
    row = "<tr><td>{}</td><td>{}</td></tr>\n"
    one, other, third = (row.format(*each[:2]) for each in ROWS)
    assert not outline(panel.format(one) + panel.format(other)).sections
    page = panel.format(one + other) + panel.format(third)
    assert [section.title for section in outline(page).sections] == ["Owls", "Bats at night"]
    assert with_new(page, BARE) == page.replace(one, row.format(*NEW) + one)


@pytest.mark.parametrize("tag", ["b", "strong", "em", "i"])
def test_what_is_marked_at_the_beginning_keeps_its_tag(tag: str) -> None:
    page = list_of(f"<li><{tag}>{{0}}</{tag}>: {{1}}, {{2}}</li>", around="<ul>\n{}\n</ul>")
    assert with_new(page(*ROWS), FULL) == page(NEW, *ROWS)
    assert with_new(page(*ROWS), BARE) == page(f"<li><{tag}>{NEW[0]}</{tag}>: Moths & more</li>", *ROWS)
