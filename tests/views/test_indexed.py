"""A page that names each event twice: what becomes of the line in the second list, whoever changes what."""

import pytest
from almanac.config import Config
from almanac.event.model import Event
from almanac.page.importer import import_page
from almanac.page.index import index_of, index_template
from almanac.page.outline import outline
from almanac.page.template import section_renderer
from almanac.views import Renderers, page_view
from almanac.views.indexed import IndexedPageView
from almanac.views.page import PageView
from almanac.views.protocol import Built, put_event, stamped

from tests.page.house import PAGES, ZONES, event, render

PATH = "events.md"
PAGE = PAGES["sections-and-index"]
CONFIG = Config(page=PATH, index_template="index.md.j2")
TEMPLATE = index_template(outline(PAGE)) or ""
RECORDS = import_page(PAGE, render, ZONES).events


def line_of(one: Event) -> str:
    return section_renderer(TEMPLATE)(one.model_copy(update={"markdown": None}))


VIEW = IndexedPageView(CONFIG, render, line_of)
NEW = event(date="2022-03-03", title="Swarms", id="2022-03-03-swarms")
SECTION, LINE = "### March 3rd, 2022:  Swarms\n\n", "- Mar 3, 2022 - Swarms\n"
WITH_NEW = PAGE.replace("### Feb", f"{SECTION}### Feb", 1).replace("- Feb 17", f"{LINE}- Feb 17", 1)


def put(page: str, one: Event, previous: Event | None = None) -> str:
    return VIEW.put(PATH, page, one, previous)


def build(page: str, *records: Event) -> Built:
    return VIEW.build({PATH: page}.get, [*RECORDS, *records])


def in_sync(page: str, *records: Event) -> bool:
    built = build(page, *records)
    return (built.files[PATH], built.problems, built.notes) == (page, (), ()) and built.records == (*RECORDS, *records)


STAMPED = VIEW.stamp(NEW)


# ------------------------------------------------------------------------------- which list it is


@pytest.mark.parametrize(
    ("page", "first"),
    [
        (PAGE, "- Feb 17, 2022 - Winter losses: counting what is left"),
        (PAGES["two-lists"], "- November 8, 2021 - Governments at work"),
        ("## Nov 8: Owls\n\n## 2021-11-01: Bats\n\n# All\n\n- 2021-11-08: Owls, too\n", "- 2021-11-08: Owls, too"),
        # No event in both, one list of the same kind, a list that ended earlier, or one of what is to come.
        ("## 2021-11-08: Owls\n\n# Releases\n\n- 2021-11-08: Version 1\n", None),
        ("# A\n- 2021-11-08: Owls\n\n# B\n- 2021-11-08: Owls\n", None),
        ("## Nov 8: Owls\n\n## 2022-11-08: Bats\n\n# Older\n\n- 2020-11-08: Owls\n", None),
        ("## 2021-11-08: Owls\n\n# Upcoming events\n\n- 2021-11-08: Owls\n", None),
        ("## 2021-11-08: Owls\n\n# Index\n\n- 2020-11-08: Owls\n", None),
        ("No events.\n", None),
    ],
)
def test_the_second_list(page: str, first: str | None) -> None:
    found = index_of(outline(page))
    assert (found[0].text if found else None) == first
    assert bool(index_template(outline(page))) == bool(first)


def test_a_list_for_which_no_template_works_gets_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("almanac.page.index.write_templates", lambda *_: ["{% if %}", "No date: {{ title }}"])
    assert index_template(outline(PAGE)) is None


def test_a_site_has_the_view_that_its_config_names() -> None:
    assert type(page_view(CONFIG, Renderers(render, line_of))) is IndexedPageView
    assert type(page_view(Config(), Renderers(render))) is PageView


# ------------------------------------------------------------------------------- proposals


def test_a_new_event_is_in_both_lists_and_goes_from_both() -> None:
    assert in_sync(PAGE)
    assert put(PAGE, NEW) == WITH_NEW
    assert put_event([VIEW], {PATH: PAGE}.get, NEW, None) == {PATH: WITH_NEW}
    assert put(put(PAGE, NEW), STAMPED, STAMPED) == WITH_NEW
    assert in_sync(WITH_NEW, STAMPED)
    assert VIEW.remove(PATH, WITH_NEW, STAMPED) == PAGE
    assert VIEW.remove(PATH, None, STAMPED) is None


def test_an_event_that_changes_does_so_in_both() -> None:
    later = NEW.model_copy(update={"title": "Swarming", "status": "cancelled"})
    after = put(WITH_NEW, later, STAMPED)
    assert "- Mar 3, 2022 - Swarming (cancelled)\n- Feb 17" in after
    assert "Swarms" not in after
    moved = put(WITH_NEW, NEW.model_copy(update={"date": "2022-01-13"}), STAMPED)
    assert "### January 13th, 2022:  Swarms\n\n### All" in moved
    assert "- Jan 20, 2022 - Planting for bees\n- Jan 13, 2022 - Swarms\n- Jan 6" in moved
    assert moved.count("Swarms") == 2


def test_what_people_wrote_in_the_second_list_is_theirs() -> None:
    listed = PAGE.replace("- Feb 17", "- Mar 3, 2022 - Swarms, with honey\n- Feb 17")
    assert put(listed, NEW).count("- Mar 3, 2022") == 1
    edited = WITH_NEW.replace(LINE, "- Mar 3, 2022 - **Swarms** (at last)\n")
    assert in_sync(edited, STAMPED)
    longer = NEW.model_copy(update={"location": "Barn"})
    assert "(at last)" in put(edited, longer, STAMPED)
    assert "(at last)" in str(VIEW.remove(PATH, edited, STAMPED))
    # A line that was taken out stays out, unless the event is new again.
    bare = WITH_NEW.replace(LINE, "")
    assert in_sync(bare, STAMPED)
    assert "- Mar 3" not in put(bare, longer, STAMPED)
    assert put(PAGE, NEW, STAMPED) == WITH_NEW


def test_a_formatter_changes_nothing_about_it() -> None:
    formatted = WITH_NEW.replace(LINE, "* Mar 3, 2022 - Swarms\n")
    assert in_sync(formatted, STAMPED)
    assert put(formatted, STAMPED.model_copy(update={"location": "Barn"}), STAMPED).count("Swarms") == 2
    assert VIEW.spelt_as(PATH, WITH_NEW, formatted, STAMPED) == formatted
    # On the branch someone took the line out: it stays out.
    assert VIEW.spelt_as(PATH, WITH_NEW, WITH_NEW.replace(LINE, ""), STAMPED) == WITH_NEW.replace(LINE, "")
    assert VIEW.spelt_as(PATH, PAGE, PAGE, STAMPED) == PAGE


def test_an_event_is_not_like_itself() -> None:
    assert VIEW.similar(PATH, WITH_NEW, NEW, STAMPED) is None
    alike = VIEW.similar(PATH, WITH_NEW, NEW, None)
    assert alike
    assert alike.line == 7
    alike = PageView(CONFIG, render).similar(PATH, WITH_NEW, NEW, STAMPED)
    assert alike
    assert alike.line == WITH_NEW.splitlines().index(LINE.strip()) + 1


def test_a_section_that_was_rewritten_on_a_branch_is_told_from_the_line() -> None:
    rewritten = WITH_NEW.replace(SECTION, "### March 10th, 2022:  Something else\n\n")
    assert VIEW.read_branch(PATH, rewritten, STAMPED, PAGE).title == "Something else"


def test_an_edited_section_is_told_from_the_line_above_it() -> None:
    section = "### November 10th, 2021:  New\n\n- Location: Barn\n"
    page = f"# Index\n\n- 2021-11-10: New\n- 2021-11-01: Old\n\n# Talks\n\n{section}"
    record = import_page(page, render, ZONES).events[-1].model_copy(update={"rendered": "0" * 64})
    view = PageView(Config(), render)
    assert "### November 11th" in view.put(PATH, page, record.model_copy(update={"date": "2021-11-11"}), record)
    assert "- 2021-11-10: New" in str(view.remove(PATH, page, record))


# ------------------------------------------------------------------------------- build


def test_a_record_made_or_changed_by_hand_is_followed_in_both() -> None:
    assert build(PAGE, NEW).files[PATH] == WITH_NEW
    renamed = STAMPED.model_copy(update={"title": "Swarming", "date": "2022-03-04"})
    built = build(WITH_NEW, renamed)
    assert built.files[PATH] == WITH_NEW.replace("March 3rd", "March 4th").replace("Mar 3", "Mar 4").replace(
        "Swarms", "Swarming"
    )
    assert len(built.records) == len(RECORDS) + 1
    # So is a section that was edited on the page.
    edited = WITH_NEW.replace(":  Swarms", ":  Swarming")
    built = build(edited, STAMPED)
    assert built.files[PATH] == WITH_NEW.replace("Swarms", "Swarming")
    assert in_sync(built.files[PATH], built.records[-1])


def test_a_line_follows_a_section_that_is_kept_word_for_word() -> None:
    page = WITH_NEW.replace(SECTION, f"{SECTION}Bring *your own* hive.\n\n> They swarm.\n\n")
    built = build(page, STAMPED)
    record = built.records[-1]
    assert record.markdown
    assert built.files[PATH] == page
    after = build(page, record.model_copy(update={"title": "Swarming"})).files[PATH]
    assert after == page.replace(":  Swarms", ":  Swarming").replace("2022 - Swarms", "2022 - Swarming")


def test_a_line_follows_what_people_edited_in_the_section_on_a_branch() -> None:
    page = WITH_NEW.replace(":  Swarms", ":  Swarming")
    edited = VIEW.read_branch(PATH, page, STAMPED, PAGE)
    assert VIEW.follow(PATH, page, edited, STAMPED) == WITH_NEW.replace("Swarms", "Swarming")
    assert PageView(CONFIG, render).follow(PATH, page, edited, STAMPED) == page


def test_a_line_that_people_edited_is_left_and_named() -> None:
    edited = WITH_NEW.replace(LINE, "- Mar 3, 2022 - Swarms (at last)\n")
    built = build(edited, STAMPED.model_copy(update={"status": "cancelled"}))
    assert "(at last)" in built.files[PATH]
    [line] = [note.line for note in built.notes if "edited by hand" in note.message]
    assert built.files[PATH].splitlines()[(line or 0) - 1] == "- Mar 3, 2022 - Swarms (at last)"


def test_lines_with_records_of_their_own_stay_theirs() -> None:
    smoke = next(one for one in RECORDS if one.series == "Smoke and mirrors")
    records = [one.model_copy(update={"series": "Smoke"}) if one == smoke else one for one in RECORDS]
    built = VIEW.build({PATH: PAGE}.get, records)
    assert built.files[PATH] == PAGE.replace("2022:  Smoke and mirrors", "2022:  Smoke")
    # Even one that is, word for word, what Almanac would have written.
    page = PAGE.replace("- Feb 3, 2022 - Smoke and mirrors", "- Feb 3, 2022 - Smokers compared")
    records = [*import_page(page, render, ZONES).events]
    place = next(index for index, one in enumerate(records) if one.series == "Smoke and mirrors")
    records[place] = records[place].model_copy(update={"title": "Smokers"})
    built = VIEW.build({PATH: page}.get, records)
    assert built.files[PATH] == page.replace("- Topic:  Smokers compared", "- Topic:  Smokers")
    # An event that only the second list names is changed there.
    mead = next(one for one in RECORDS if one.title == "Mead tasting")
    gone = VIEW.remove(PATH, PAGE, mead)
    assert gone == PAGE.replace("- Dec 9, 2021 - Mead tasting\n", "")
    assert put(PAGE, mead, mead) == PAGE
    assert stamped([VIEW], mead) == mead


def test_a_template_that_changes_leaves_the_lines_as_they_are() -> None:
    view = IndexedPageView(CONFIG, render, lambda one: f"- {one.date}: {one.title}")
    assert view.build({PATH: WITH_NEW}.get, [*RECORDS, STAMPED]).files[PATH] == WITH_NEW


def test_problems_stop_everything() -> None:
    other = STAMPED.model_copy(update={"title": "Another"})
    built = build(WITH_NEW.replace(":  Swarms", ":  Swarming"), other)
    assert built.problems
    assert built.files[PATH].count("Swarms") == 1


def test_an_event_that_only_the_second_list_names_gets_a_section_without_markdown() -> None:
    records = [
        one.model_copy(update={"markdown": None, "location": "Barn"}) if one.title == "Mead tasting" else one
        for one in RECORDS
    ]
    built = VIEW.build({PATH: PAGE}.get, records)
    section = "### December 9th, 2021:  Mead tasting\n\n- Location: Barn\n\n"
    assert built.files[PATH] == PAGE.replace("### All", f"{section}### All")
    again = VIEW.build(built.files.get, built.records)
    assert (again.files[PATH], again.records, again.problems) == (built.files[PATH], built.records, ())
