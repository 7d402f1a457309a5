"""A page that lists what is to come apart from what was, as `almanac init` takes it over."""

import pytest
import yaml
from almanac.commands.build import minimal_config
from almanac.config import Config
from almanac.form.schema import read_form
from almanac.page.outline import outline

from tests.commands.test_adoption import CONFIG, FORM, adopt, plan
from tests.filing import body
from tests.memory import is_in_sync, proposed_files

PAGE, COMING = "events.md", ".github/almanac/upcoming.md.j2"
PAST = "## Past events\n\n- Nov 4, 2021: Cats\n- Oct 7, 2021: Dogs\n"
LISTS = f"# Events\n\n## Upcoming events\n\n- Dec 9, 2021: Bats\n- Jan 6, 2022: Bees\n\n{PAST}"
SECTIONS = f"# Events\n\n## Upcoming\n\n### Dec 9, 2021: Bats\n\n- Where: Barn\n\n{PAST}"
EMPTY = f"# Events\n\n## Coming up\n\nCome along!\n\n{PAST}"
NEW = {"title": "Owls", "date": "2021-12-16", "location": "Mill"}
OVER = {"title": "Newts", "date": "2021-11-18", "location": "Mill"}


@pytest.mark.parametrize(
    ("page", "coming", "past"),
    [
        (LISTS, ("- Jan 6", "- Dec 16, 2021: Owls\n"), ("- Nov 4", "- Nov 18, 2021: Newts\n")),
        (SECTIONS, ("## Past", "### Dec 16, 2021: Owls\n\n- Where: Mill\n\n"), ("- Nov 4", "- Nov 18, 2021: Newts\n")),
        (EMPTY, ("\n## Past", "\n- Dec 16, 2021: Owls\n"), ("- Nov 4", "- Nov 18, 2021: Newts\n")),
    ],
)
def test_each_event_goes_to_its_own_list(page: str, coming: tuple[str, str], past: tuple[str, str]) -> None:
    files = adopt({PAGE: page})
    heading = page.splitlines()[2].removeprefix("## ")
    assert yaml.safe_load(str(files[CONFIG]))["upcoming"] == f"#{heading}"
    assert is_in_sync(files)
    assert plan(files).written == {}
    assert "yours" not in plan(files).states.values()
    for number, (answers, (before, entry)) in enumerate([(NEW, coming), (OVER, past)], 12):
        asked = {name: value for name, value in answers.items() if f"    id: {name}\n" in str(files[FORM])}
        after = proposed_files(files, number, body(read_form(str(files[FORM])), **asked))[PAGE]
        assert after == page.replace(before, entry + before, 1)


def test_a_list_in_a_shape_of_its_own_has_its_template_and_its_questions() -> None:
    files = adopt({PAGE: SECTIONS})
    assert f"upcoming_template: {COMING}\n" in str(files[CONFIG])
    assert "\n    id: location\n" in str(files[FORM])
    assert COMING not in adopt({PAGE: LISTS})


def test_a_list_is_kept_up_where_the_page_was_imported_before() -> None:
    files = adopt({PAGE: LISTS})
    imported = {path: text for path, text in files.items() if path == PAGE or path.startswith("_data/")}
    minimal = minimal_config(Config(page=PAGE))
    assert yaml.safe_load(str(adopt({**imported, CONFIG: minimal})[CONFIG]))["upcoming"] == "#Upcoming events"


def test_what_is_over_and_not_moved_is_left_to_a_person() -> None:
    page = LISTS.replace("- Jan 6, 2022: Bees", "- Nov 25, 2021: Bees")
    planned = plan({PAGE: page})
    assert "upcoming" not in planned.files[CONFIG]
    assert any(
        "1 event is over and is still listed below \u201cUpcoming events\u201d (line 3)." in note
        and '`upcoming: "#Upcoming events"`' in note
        for note in planned.notes
    )
    assert is_in_sync(adopt({PAGE: page}))


@pytest.mark.parametrize(
    "page",
    [
        # Nothing to which events could move, two lists of what is to come, one title for all, news below it.
        "# Events\n\n## Upcoming\n\n- Dec 9, 2021: Bats\n- Jan 6, 2022: Bees\n",
        f"# Events\n\n## Upcoming talks\n\n- Dec 9, 2021: Bats\n\n## Upcoming walks\n\n- Jan 6, 2022: Bees\n\n{PAST}",
        f"# Upcoming events\n\n- Dec 9, 2021: Bats\n\n## Talks\n\n- Dec 2, 2021: Bees\n\n#{PAST}",
        "# Upcoming and past events\n\n- Nov 4, 2021: Cats\n- Oct 7, 2021: Dogs\n",
        # The first row of a table would have no head.
        "# Events\n\n## Upcoming\n\nNone.\n\n## Past\n\n| Date | Title |\n|---|---|\n| 2021-11-04 | Cats |\n",
    ],
)
def test_where_it_is_not_clear_no_list_is_named(page: str) -> None:
    planned = plan({PAGE: page}, page=PAGE)
    assert "upcoming" not in planned.files[CONFIG]


def test_a_heading_in_an_event_names_no_list() -> None:
    page = "# Talks\n\n## Nov 4, 2021: Cats\n\n### Next meetings\n\nSoon.\n\n## Oct 7, 2021: Dogs\n\nWoof.\n"
    assert outline(page).heading_ahead is None
