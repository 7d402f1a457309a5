"""Later hand edits: what a person changed is taken over or shown, never overwritten."""

from collections.abc import Sequence

import pytest
from almanac.config import Config
from almanac.errors import ConfigError, UserError
from almanac.event.model import Event
from almanac.markdown import formerly
from almanac.page.importer import import_page
from almanac.page.insert import split
from almanac.page.lines import fingerprint
from almanac.page.proof import check_section
from almanac.page.sync import Synced, sync
from almanac.page.template import section_renderer

from tests.page.house import PAGES, REFERENCE, ZONES, event, records_of, render

RECORDS = records_of(REFERENCE)
FIRST, SECOND = RECORDS


def run(page: str, records: Sequence[Event]) -> Synced:
    """Sync, and see that a second run changes nothing."""
    synced = sync(page, records, render, ZONES)
    if not synced.problems:
        again = sync(synced.page, synced.records, render, ZONES)
        assert (again.page, again.records, again.problems) == (synced.page, synced.records, ())
    else:
        assert (synced.page, synced.records) == (page, tuple(records))
    return synced


@pytest.mark.parametrize("name", PAGES)
def test_an_imported_page_is_in_sync(name: str) -> None:
    records = records_of(PAGES[name])
    assert run(PAGES[name], records) == Synced(PAGES[name], records)


def test_text_around_the_sections_is_the_pages_own() -> None:
    page = REFERENCE.replace("biweekly", "weekly").replace("### More coming soon!", "### And more")
    assert run(page, RECORDS) == Synced(page, RECORDS)


def test_an_edited_record_is_written() -> None:
    changed = FIRST.model_copy(update={"title": "Another topic"})
    synced = run(REFERENCE, [changed, SECOND])
    section = render(changed)
    assert synced.page == REFERENCE.replace(render(FIRST), section)
    assert synced.records == (changed.model_copy(update={"rendered": fingerprint(section)}), SECOND)
    assert [note.line for note in synced.notes] == [15]


def test_a_changed_template_writes_all_sections() -> None:
    other = section_renderer("### {{ date | heading_date }}:  {{ title | heading }}\n")
    synced = sync(REFERENCE, RECORDS, other, ZONES)
    assert [section.text for section in split(synced.page).sections] == [other(record) for record in RECORDS]
    assert not synced.problems


def test_a_section_of_former_rules_stays_as_it_is_until_its_record_is_edited() -> None:
    """Runs of hyphens and dots stood bare on pages once: that is no edit, of the section or of its record."""
    typed = FIRST.model_copy(update={"title": "Undo with git push --force ...", "agenda": ("--dry-run", "Demos")})
    former = formerly(render(typed))
    known = typed.model_copy(update={"rendered": fingerprint(former)})
    page = REFERENCE.replace(render(FIRST), former)
    assert "git push --force ..." in page
    assert run(page, [known, SECOND]) == Synced(page, (known, SECOND))
    for newline in ("\r\n", "\n"):
        lines = page.replace("\n", newline)
        assert run(lines, [known, SECOND]).page == lines

    by_hand = page.replace("    * Demos\n", "    * Demos -- and cake\n", 1)
    taken = run(by_hand, [known, SECOND])
    assert taken.page == by_hand
    assert taken.records[0].agenda == ("--dry-run", "Demos -- and cake")
    assert taken.records[0].title == typed.title

    edited = known.model_copy(update={"location": "Room 5"})
    section = render(edited)
    assert run(page, [edited, SECOND]).page == page.replace(former, section)
    assert "git push -&#45;force .&#46;&#46;" in section


def test_a_changed_date_moves_the_section() -> None:
    later = FIRST.model_copy(update={"date": "2021-11-20", "starts": "2021-11-20T09:00:00-05:00"})
    synced = run(REFERENCE, [later, SECOND])
    assert [section.date for section in split(synced.page).sections] == ["2021-11-11", "2021-11-20"]
    assert synced.page.endswith("    * Demos\n\n### More coming soon!\n")


def test_a_section_edited_by_hand_is_taken_over() -> None:
    known = FIRST.model_copy(update={"issue": 12, "extra": {"room": "5"}, "ends": "2021-11-08T11:00:00-05:00"})
    page = REFERENCE.replace("    * Demos\n", "    * Demos and cake\n")
    synced = run(page, [known, SECOND])
    assert synced.page == page
    assert synced.records[0].model_copy(update={"rendered": None, "agenda": ()}) == known.model_copy(
        update={"rendered": None, "agenda": ()}
    )
    assert synced.records[0].agenda[-1] == "Demos and cake"
    assert synced.records[1] == SECOND


def test_a_note_about_an_edit_by_hand_names_the_title_as_it_is_now() -> None:
    synced = run(REFERENCE.replace(FIRST.title, "Cake for all"), [FIRST, SECOND])
    assert [note.event for note in synced.notes] == ["Cake for all"]


def test_what_no_section_could_show_stays_in_the_record() -> None:
    label = FIRST.model_copy(update={"people": (), "people_label": "Hosts"})
    before = run(REFERENCE, [label, SECOND])
    page = before.page.replace("    * Demos\n", "    * Demos and cake\n")
    synced = run(page, before.records)
    assert synced.page == page
    assert synced.records[0].people_label == "Hosts"


def test_what_a_record_says_stays_where_the_template_cannot_show_any_field() -> None:
    def undated(event: Event) -> str:
        section = event.markdown or f"## {event.title}"
        check_section(section, event, "t.j2")
        return section

    page = "## 2021-11-10: New\n\nText\n"
    records = import_page(page, undated, ZONES).events
    label = records[0].model_copy(update={"people_label": "Hosts"})
    synced = sync(page.replace("Text", "Text and more"), [label], undated, ZONES)
    assert not synced.problems
    assert (synced.records[0].people_label, synced.records[0].markdown) == (
        "Hosts",
        "## 2021-11-10: New\n\nText and more",
    )


def test_an_agenda_below_bullets_is_read_again_in_its_place() -> None:
    new = event(description="- one\n- two", agenda=("x",))
    synced = run(REFERENCE, [*RECORDS, new])
    edited = run(synced.page.replace("- two\n", "- two and more\n"), synced.records)
    assert (edited.records[2].description, edited.records[2].agenda) == ("- one\n- two and more", ("x",))
    assert edited.records[2].markdown is None


def test_times_edited_by_hand_are_read_again() -> None:
    known = FIRST.model_copy(update={"ends": "2021-11-08T11:00:00-05:00"})
    synced = run(REFERENCE.replace("9am ET, 3pm CET", "10am ET, 3pm CET"), [known, SECOND])
    record = synced.records[0]
    assert (record.when, record.starts, record.ends, record.time_zone) == ("10am ET, 3pm CET", None, None, None)
    assert [note.field for note in synced.notes] == [None, "When"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("### November 8th, 2021:", "### November 9th, 2021:"),
        ("Governments & Agencies", "Agencies and others"),
        ("### November 8th, 2021:  Governments & Agencies", "### Nov 8, 2021 - Governments & Agencies"),
        ("    * Demos\n", "    * Demos\n\nAn afterthought.\n"),
        ("- When: 9am ET, 3pm CET\n\n", ""),
    ],
)
def test_any_edit_by_hand_finds_its_record(old: str, new: str) -> None:
    page = REFERENCE.replace(old, new)
    synced = run(page, RECORDS)
    assert not synced.problems
    assert synced.page == page
    assert [record.id for record in synced.records] == [record.id for record in RECORDS]
    assert synced.records[0] != FIRST
    assert (synced.records[0].markdown or render(synced.records[0])) in page


def test_a_changed_date_finds_its_record_by_the_title_below() -> None:
    page = "- October 5, 2021\n  - Topic: Licences\n- September 7, 2021\n  - Topic: Patents\n"
    records = records_of(page)
    synced = run(page.replace("September 7", "September 8"), records)
    assert not synced.problems
    assert [(record.id, record.date) for record in synced.records] == [
        ("2021-10-05-licences", "2021-10-05"),
        ("2021-09-07-patents", "2021-09-08"),
    ]


def test_both_changed_is_shown_and_nothing_is_written() -> None:
    page = REFERENCE.replace("9am ET, 3pm CET", "10am ET")
    synced = run(page, [FIRST.model_copy(update={"title": "Another topic"}), SECOND])
    (problem,) = synced.problems
    assert problem.line == 15
    there, expected = problem.versions or ("", "")
    assert "10am ET" in there
    assert "Another topic" in expected


def test_both_changed_alike_is_not_a_conflict() -> None:
    changed = FIRST.model_copy(update={"title": "Another topic"})
    page = REFERENCE.replace("When Institutions Cooperate (2 Hour Special, Live from Paris)", "Another topic")
    synced = run(page, [changed, SECOND])
    assert (synced.page, synced.notes) == (page, ())
    assert synced.records[0].rendered == fingerprint(render(changed))


def test_a_new_section_gets_a_record() -> None:
    page = REFERENCE.replace("### More", "### November 15th, 2021:  By hand\n\n- When: 12pm EDT\n\n### More")
    synced = run(page, RECORDS)
    assert synced.page == page
    assert synced.records[2].id == "2021-11-15-by-hand"
    assert synced.records[2].starts == "2021-11-15T12:00:00-05:00"
    assert [note.line for note in synced.notes] == [51, 53]


def test_a_new_second_listing_is_marked() -> None:
    page = REFERENCE + "\n- November 8, 2021: Governments & Agencies\n- November 30, 2021: New\n"
    synced = run(page, RECORDS)
    assert [record.duplicate_of for record in synced.records] == [None, None, FIRST.id, None]


def test_two_sections_that_read_the_same_keep_their_records_in_order() -> None:
    page = "## 2021-11-08: Owls\n\n## 2021-11-08: Owls\n"
    records = import_page(page, render, ZONES).events
    assert records[0].rendered == records[1].rendered
    synced = run(page, records)
    assert (synced.page, synced.records) == (page, records)


def test_a_removed_section_is_left_to_a_person() -> None:
    page = REFERENCE[: REFERENCE.index("### November 11")] + "### More coming soon!\n"
    (problem,) = run(page, RECORDS).problems
    assert problem.file == "_data/events/2021-11-11-universities-academia.yml"
    synced = sync(page, RECORDS, render, ZONES, Config(records="x"))
    assert synced.problems[0].file == "x/2021-11-11-universities-academia.yml"


def test_a_record_made_by_hand_is_written_in_its_place() -> None:
    new = event(description="Made by hand")
    synced = run(REFERENCE, [*RECORDS, new])
    assert [section.date for section in split(synced.page).sections] == ["2021-11-08", "2021-11-10", "2021-11-11"]
    assert synced.records[2] == new.model_copy(update={"rendered": fingerprint(render(new))})


def test_a_record_made_by_hand_beside_its_own_section_is_a_conflict() -> None:
    twin = FIRST.model_copy(update={"rendered": None, "location": "Paris"})
    (problem,) = run(REFERENCE, [twin, SECOND]).problems
    assert "disagree" in problem.message


@pytest.mark.parametrize("order", ["oldest", "newest", None])
def test_an_empty_page_is_filled(order: str | None) -> None:
    bare = [record.model_copy(update={"rendered": None}) for record in reversed(RECORDS)]
    synced = sync("---\na: b\n---\n", bare, render, ZONES, Config.model_validate({"order": order}))
    dates = [section.date for section in split(synced.page).sections]
    assert dates == (["2021-11-11", "2021-11-08"] if order == "newest" else ["2021-11-08", "2021-11-11"])
    assert sync(synced.page, synced.records, render, ZONES) == Synced(synced.page, synced.records)


def test_line_ends_changed_on_the_way_are_not_an_edit() -> None:
    windows = REFERENCE.replace("\n", "\r\n")
    assert run(windows, RECORDS) == Synced(windows, RECORDS)
    verbatim = records_of(PAGES["crlf"])
    assert run(PAGES["crlf"].replace("\r\n", "\n"), verbatim).records == verbatim
    damaged = PAGES["crlf"].replace("Five people,\r\n", "x").replace("talks\r\n\r\n", "talks\n\r\n", 1)
    assert run(damaged, verbatim).page == PAGES["crlf"]


def test_a_page_of_two_line_ends_is_in_sync_after_one_run() -> None:
    page = "\r\n\r\n## March 3rd, 2022: Lightning talks\n\n\n    * bring rope\r\n"
    (record,) = records_of(page)
    synced = run(page, [record.model_copy(update={"markdown": None})])
    assert synced.page == "\r\n\r\n### March 3rd, 2022:  Lightning talks\r\n"
    synced = run(page, [record.model_copy(update={"markdown": None, "description": "By hand"})])
    assert synced.page == "\r\n\r\n### March 3rd, 2022:  Lightning talks\n\n- By hand\r\n"


def test_a_sites_own_template_is_found_by_its_words() -> None:
    own = section_renderer('<a id="{{ id }}"></a>\n\n## {{ title | heading }}\n\n{{ description | text }}\n\n---')
    one, two = (
        event(description="first"),
        event(id="2021-11-12-two", title="Two", date="2021-11-12", description="second"),
    )
    synced = sync("# Log\n", [one, two], own)
    assert synced.page == f"# Log\n\n{own(one)}\n\n{own(two)}\n"
    assert sync(synced.page, synced.records, own) == Synced(synced.page, synced.records)
    edited = sync(synced.page, [synced.records[0].model_copy(update={"description": "x"}), synced.records[1]], own)
    assert edited.problems or edited.page == synced.page.replace("first", "x")
    lost = sync(synced.page.replace("second", "third"), synced.records, own)
    assert len(lost.problems) == 1


def test_a_sites_own_template_with_a_date_in_it() -> None:
    own = section_renderer('<a id="{{ id }}"></a>\n\n## {{ date | heading_date }}\n\n{{ description | text }}')
    synced = sync("# Log\n", [event(description="first")], own)
    assert sync(synced.page, synced.records, own) == Synced(synced.page, synced.records)
    longer = synced.page + "\nBy hand.\n"
    edited = sync(longer, synced.records, own)
    assert edited.page == longer
    assert (edited.records[0].id, edited.records[0].markdown) == (event().id, longer[len("# Log\n\n") : -1])


OWN = Config(section_template="own.j2")


@pytest.mark.parametrize(
    "source",
    [
        "{% if status != 'cancelled' %}## {{ date }} {{ title }}{% endif %}",
        "## {{ date if status != 'cancelled' else '' }} {{ title }}",
        "## {{ date }} {{ title }}{% if status == 'cancelled' %}\n\n## {{ date }} Again{% endif %}",
    ],
)
def test_a_template_that_does_not_write_a_section_is_refused(source: str) -> None:
    records = [event(), event(id="2021-11-12-x", date="2021-11-12", status="cancelled")]
    with pytest.raises(ConfigError, match=r"^own\.j2: .*2021-11-12-x"):
        sync("# Log\n", records, section_renderer(source), config=OWN)


@pytest.mark.parametrize("markdown", ["", " \n", "### No date", "text"])
def test_a_records_own_text_that_is_not_a_section_is_refused(markdown: str) -> None:
    changed = FIRST.model_copy(update={"markdown": markdown})
    (problem, *_) = run(REFERENCE, [changed, SECOND]).problems
    assert (problem.field, problem.file) == ("markdown", "_data/events/2021-11-08-governments-agencies.yml")


def test_a_section_that_would_swallow_its_neighbour_is_refused() -> None:
    page = "- 2021-11-08: One\n- 2021-11-09: Two\n"
    first, second = records_of(page)
    (problem,) = run(page, [first.model_copy(update={"markdown": None}), second]).problems
    assert problem.field == "section_template"


def test_a_section_that_makes_its_neighbour_a_part_of_it_is_refused() -> None:
    own = section_renderer("## {{ date }}: {{ title }}")
    page = "# Log\n\n### 2021-11-08: One\n\nOne.\n\n### 2021-11-09: Two\n\nTwo.\n"
    first, second = records_of(page)
    (problem,) = sync(page, [first.model_copy(update={"markdown": None}), second], own, config=OWN).problems
    assert problem.field == "section_template"


def test_no_typed_text_makes_the_house_style_fail() -> None:
    vague = event(date="2021-11", description="2021-11-08 we met\n\n2021-11-09 we met again\n\n2021")
    synced = run("# Log\n", [vague])
    assert render(vague) in synced.page
    year = event(date="2021", title="...")
    synced = run("# Log\n", [year])
    synced = run(synced.page, [*synced.records, event(id="2022-x", date="2022-01-01")])
    assert render(year) in synced.page
    assert len(synced.records) == 2
    typed = event(title="2022-01-01: x # 5/6/2021", description="### November 9th, 2021: x\n- 2021-01-01: y\n\n2021")
    assert typed.id in {record.id for record in run(REFERENCE, [*RECORDS, typed]).records}


def test_sections_that_do_not_fit_the_page_are_refused() -> None:
    page = "- 2021-11-08: One\n- 2021-11-09: Two\n\nWrite to us.\n"
    records = records_of(page)
    changed = records[1].model_copy(update={"markdown": None})
    (problem,) = run(page, [records[0], changed]).problems
    assert problem.field == "section_template"


def test_a_correction_in_a_verbatim_record_outlives_an_edit_of_its_section() -> None:
    page = "- 11/8/2021: A talk\n- December 9: Another talk\n"
    first, second = records_of(page)
    first = first.model_copy(update={"date": "2021-11-08", "title": "A talk"})
    second = second.model_copy(update={"date": "2021-12-09"})
    synced = run(page.replace("A talk", "A talk!").replace("Another talk", "Another talk!"), [first, second])
    assert [record.date for record in synced.records] == ["2021-11-08", "2021-12-09"]


def test_a_page_that_a_loop_writes_is_refused() -> None:
    with pytest.raises(UserError, match="Liquid loop"):
        sync("{% for event in site.data.events %}{{ event.title }}{% endfor %}\n", RECORDS, render)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"starts": "2021-11-08T09:00:01-05:00"}, "starts"),
        ({"starts": "2021-11-08T09:00:00-04:00"}, "time_zone"),
        ({"time_zone": "America/New_Yark"}, "time_zone"),
        ({"time_zone": "Europe/Paris"}, "time_zone"),
        ({"when": "9-10am ET", "ends": "2021-11-08T11:00:00-05:00"}, "ends"),
        ({"duplicate_of": "2021-11-08-nothing"}, "duplicate_of"),
        ({"duplicate_of": "2021-11-08-governments-agencies"}, "duplicate_of"),
    ],
)
def test_a_record_that_contradicts_itself(change: dict[str, str], field: str) -> None:
    problems = run(REFERENCE, [FIRST.model_copy(update=change), SECOND]).problems
    assert field in [problem.field for problem in problems]


def test_times_without_a_line_are_a_persons_own() -> None:
    new = event(starts="2021-11-10T09:00:00+01:00", time_zone="Europe/Paris", ends=None)
    assert not run(REFERENCE, [*RECORDS, new]).problems


def test_a_heading_that_a_bullet_became_holds_the_event_below_it() -> None:
    page = "- **Dec 6, 2021**: Nothing worked\n## [2021-02-15] - Winter sprint\n        - with a walk"
    assert not run(f"#{page[1:]}", records_of(page)).problems
