"""What `almanac init` plans, on sites in memory: nothing is lost, and the next event is where a person would put it."""

import re
from collections.abc import Sequence
from datetime import date
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import pytest
import yaml
from almanac.commands.adoption import plan_adoption
from almanac.commands.build import build_files, import_files
from almanac.commands.discovery import Checkout
from almanac.commands.doctor import check_site
from almanac.commands.init import next_steps
from almanac.commands.planned import Adoption
from almanac.config import CHANGE_FORM
from almanac.errors import ConfigError, UserError
from almanac.event.model import Event
from almanac.form.schema import read_form
from almanac.packaged import example, template
from almanac.page.template import section_renderer

from tests.commands.sound import assert_sound
from tests.filing import body
from tests.memory import Files, is_in_sync, memory_site, proposed_files
from tests.page.house import PAGES

PAGE = "past-working-groups.md"
CONFIG, FORM, WORKFLOW = ".github/almanac.yml", ".github/ISSUE_TEMPLATE/new-event.yml", ".github/workflows/almanac.yml"
SECTION, INDEX = ".github/almanac/section.md.j2", ".github/almanac/index.md.j2"
OWLS = {"title": "Owls", "date": "2021-11-15"}
LOOP = "# Events\n\n{% for event in site.data.events %}\n- {{ event.date }}: {{ event.title }}\n{% endfor %}\n"
REFERENCE: dict[str, str | bytes] = {PAGE: example(f"ospo/{PAGE}")}
WITHOUT_TITLES = ("table-numbered",)
TOP = Path("/site")
TODAY = date(2026, 3, 1)
ON_GITHUB = Checkout(TOP, repository="octo/site", web="https://github.com/octo/site", current="main")


def plan(files: Files, *, branch: str = "main", **choices: Any) -> Adoption:
    return plan_adoption(memory_site(files), sorted(files), branch, today=TODAY, **choices)


def adopt(files: Files, **choices: Any) -> dict[str, str | bytes]:
    """Return the site's files after `almanac init`."""
    planned = plan(files, **choices)
    assert not planned.problems
    return {**files, **planned.written}


def findings(files: Files) -> list[str]:
    found = check_site(memory_site(files), Checkout(TOP), TOP, has_server=False)
    return [f"{one.status}: {one.message} {one.remedy}" for one in found if one.status != "ok"]


def inserted(before: str, after: str) -> str:
    """Return what one place of a text got; every other character has to be as it was."""
    shared = next((at for at, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]), len(before))
    rest = before[shared:]
    assert after.endswith(rest)
    return after[shared : len(after) - len(rest)]


def inserted_in_two(before: str, after: str) -> list[str]:
    """Return what two places of a text got, as whole lines."""
    old, new = (text.splitlines(keepends=True) for text in (before, after))
    steps = [step for step in SequenceMatcher(None, old, new, autojunk=False).get_opcodes() if step[0] != "equal"]
    assert [step[0] for step in steps] == ["insert", "insert"]
    return ["".join(new[first:last]) for *_, first, last in steps]


class TestReferencePage:
    def test_the_page_stays_and_the_rest_is_new(self) -> None:
        planned = plan(REFERENCE)
        assert planned.states == {CONFIG: "new", FORM: "new", WORKFLOW: "new", CHANGE_FORM: "new"}
        assert set(planned.written) == {
            *planned.states,
            "_data/events/2021-11-08-governments-agencies.yml",
            "_data/events/2021-11-11-universities-academia.yml",
        }
        assert is_in_sync(adopt(REFERENCE))

    def test_the_config_and_the_form_know_the_site(self) -> None:
        files = adopt(REFERENCE)
        assert str(files[CONFIG]).startswith("# yaml-language-server: $schema=https://")
        config = yaml.safe_load(files[CONFIG])
        assert config["page"] == PAGE
        assert config["series"] == {
            "Universities & Academia": {"time_zones": ["PT", "ET", "CET"]},
            "Governments & Agencies": {"time_zones": ["ET", "CET"]},
        }
        form = yaml.safe_load(files[FORM])
        fields = {field["id"]: field for field in form["body"] if "id" in field}
        assert "Universities & Academia; Governments & Agencies" in fields["series"]["attributes"]["description"]
        assert fields["series"]["type"] == "input"
        house = yaml.safe_load(template("site/new-event.yml"))
        assert [field.get("id") for field in form["body"]] == [field.get("id") for field in house["body"]]

    def test_the_example_of_times_is_a_line_without_faults(self) -> None:
        form = yaml.safe_load(adopt(REFERENCE)[FORM])
        when = next(field for field in form["body"] if field.get("id") == "when")
        assert when["attributes"]["placeholder"] == "9am PT, 12pm ET, 6pm CET"

    @pytest.mark.parametrize("choices", [{}, {"force": True}, {"page": PAGE}])
    def test_again_it_changes_nothing(self, choices: dict[str, Any]) -> None:
        assert plan(adopt(REFERENCE), **choices).written == {}

    def test_it_takes_over_after_an_import(self) -> None:
        files = REFERENCE | import_files(memory_site(REFERENCE), PAGE, str(REFERENCE[PAGE]))[0]
        planned = plan(files)
        assert planned.states[CONFIG] == "replaced"
        assert not planned.records
        assert "series:" in planned.written[CONFIG]
        assert is_in_sync({**files, **planned.written})

    def test_the_workflow_waits_for_the_default_branch(self) -> None:
        assert "branches: [gh-pages]" in plan(REFERENCE, branch="gh-pages").written[WORKFLOW]
        assert yaml.safe_load(plan(REFERENCE, branch="no").written[WORKFLOW])[True]["push"]["branches"] == ["no"]


class TestNextSteps:
    def test_the_records_are_named_until_they_are_pushed(self) -> None:
        files = REFERENCE | import_files(memory_site(REFERENCE), PAGE, str(REFERENCE[PAGE]))[0]
        for site in (files, adopt(files)):
            assert f"git add .github {PAGE} _data/events\n" in next_steps(plan(site), ON_GITHUB)[0]

    def test_they_have_the_addresses(self) -> None:
        push, switch, test = next_steps(plan(REFERENCE), ON_GITHUB)
        assert f"git add .github {PAGE} _data/events" in push
        assert "merge" not in push
        assert "https://github.com/octo/site/settings/actions" in switch
        assert "Allow GitHub Actions to create and approve pull requests" in switch
        assert "https://github.com/octo/site/labels" in switch
        assert "https://github.com/octo/site/issues/new?template=new-event.yml" in test
        assert "almanac doctor --repo octo/site" in test

    def test_work_on_another_branch_has_to_be_merged(self) -> None:
        push = next_steps(plan(REFERENCE), Checkout(TOP, branch="no", current="work"))[0]
        assert "merge work into no" in push

    @pytest.mark.parametrize("name", ["bullets", "table"])
    def test_a_second_run_finds_all_as_the_first_one_left_it(self, name: str) -> None:
        first = plan({"history.md": PAGES[name]}, page="history.md")
        again = plan(adopt({"history.md": PAGES[name]}, page="history.md"))
        assert {*again.states.values()} == {"same"}
        assert first.templates.keys() == again.templates.keys()

    def test_without_a_repository_there_is_none_to_push(self) -> None:
        push, switch, _ = next_steps(plan(REFERENCE), Checkout(None))
        assert "not in a git repository" in push
        assert "put the names of your own account and repository" in switch


class TestEveryStyle:
    @pytest.fixture(autouse=True)
    def in_this_process(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Write with the site's template here: the child process, which takes its time, has tests of its own."""

        def render(source: str, events: Sequence[Event], file: str) -> list[str]:
            return list(map(section_renderer(source, file), events))

        monkeypatch.setattr("almanac.renderer.render_in_child", render)
        monkeypatch.setattr("almanac.commands.site_checks.render_in_child", render)

    @pytest.mark.parametrize("name", sorted(PAGES))
    def test_the_first_event_has_the_page_s_own_shape_and_no_other_byte_changes(self, name: str) -> None:
        before = PAGES[name]
        files = adopt({"history.md": before}, page="history.md")
        assert files["history.md"] == before
        assert is_in_sync(files)
        issue = body(read_form(str(files[FORM])), **OWLS)
        files |= {path: text for path, text in proposed_files(files, 12, issue).items() if text}
        twice = INDEX in files
        assert twice == (name in ("sections-and-index", "two-lists"))
        after = str(files["history.md"])
        for text in inserted_in_two(before, after) if twice else [inserted(before, after)]:
            assert ("Owls" in text) == (name not in WITHOUT_TITLES)
        assert is_in_sync(files)
        assert plan(files).written == {}

    @pytest.mark.parametrize(
        ("name", "line"),
        [
            ("bullets", "* 15 November 2021 - Owls\n"),
            ("bullets-under-years", "- November 15 - Owls\n"),
            ("table", "| 2021/11/15 |           | Owls                     |\n"),
            ("setext", "November 15, 2021: Owls\n-----------------------\n"),
            ("atx-long-dates", "## November 15th, 2021: Owls\n"),
            ("dates-last", "### Owls, November 15, 2021\n"),
        ],
    )
    def test_a_record_that_is_added_by_hand_gets_it_too(self, name: str, line: str) -> None:
        files = adopt({"history.md": PAGES[name]}, page="history.md")
        assert SECTION in files
        files["_data/events/2021-11-15-owls.yml"] = 'id: "2021-11-15-owls"\ntitle: "Owls"\ndate: "2021-11-15"\n'
        built = {path: text or "" for path, text in build_files(memory_site(files)).files.items()}
        assert line in built["history.md"]
        assert is_in_sync({**files, **built})
        assert not any(found.startswith("error") for found in findings({**files, **built}))


class TestOtherSites:
    def test_a_fresh_jekyll_site_gets_a_page(self) -> None:
        files: Files = {
            "_config.yml": "title: Owls\n",
            "index.md": "---\n---\nHello\n",
            "_layouts/page.html": "{{ content }}",
            "_posts/2021-11-08-hello.md": "---\n---\n### 2021-11-08: no event\n\n### 2021-11-09: none\n",
            "CHANGELOG.md": "## 1.0 - 2021-11-08\n\n## 1.1 - 2021-12-08\n",
        }
        adopted = adopt(files)
        assert adopted["events.md"] == "---\nlayout: page\ntitle: Events\n---\n"
        assert findings(adopted) == []
        assert "### November 15th, 2021:  Owls" in str(proposed_files(adopted, 1, body(**OWLS))["events.md"])

    def test_a_page_without_a_layout_has_a_title(self) -> None:
        assert plan({"a.txt": ""}).written["events.md"] == "---\ntitle: Events\n---\n# Events\n"

    def test_the_most_likely_page_is_found(self) -> None:
        files = {"club/past-talks.md": PAGES["bullets"], "about.md": "- 2021-11-08: Owls\n- 2021-11-09: Bats\n"}
        assert plan({**files, "_site/events.md": PAGES["crlf"]}).config.page == "club/past-talks.md"

    def test_one_page_with_far_more_events_than_the_others_is_found(self) -> None:
        titles = ("Owls", "Bats", "Cats", "Dogs")
        many = "".join(f"- 2021-11-{day:02}: {titles[day % 4]}\n\n" for day in range(1, 29))
        assert plan({"talks.md": PAGES["table"], "meetings.md": many}).config.page == "meetings.md"

    def test_two_pages_that_may_be_meant_are_named(self) -> None:
        files: Files = {"talks.md": PAGES["bullets"], "meetings.md": PAGES["table"], "binary.md": b"\xff"}
        with pytest.raises(UserError) as refused:
            plan(files)
        assert set(refused.value.problems[0].choices) == {"--page talks.md", "--page meetings.md"}
        assert plan(files, page="talks.md").config.page == "talks.md"

    def test_of_two_pages_a_person_can_choose(self) -> None:
        files = {"talks.md": PAGES["bullets"], "meetings.md": PAGES["table"]}
        assert plan(files, ask=lambda candidates, _: candidates[-1]).config.page == "meetings.md"

    @pytest.mark.parametrize(
        ("jekyll", "page", "records"),
        [
            ({"docs/_config.yml": "title: x\n"}, "docs/talks.md", "docs/_data/events"),
            ({"_config.yml": "data_dir: facts\n"}, "talks.md", "facts/events"),
            ({"_config.yml": "source: ./src\n"}, "src/talks.md", "src/_data/events"),
            ({"docs/_config.yml": "data_dir: [\n"}, "docs/talks.md", "docs/_data/events"),
        ],
    )
    def test_records_are_where_jekyll_looks_for_data(self, jekyll: dict[str, str], page: str, records: str) -> None:
        files: dict[str, str | bytes] = {**jekyll, page: PAGES["bullets"]}
        files |= import_files(memory_site(files), page, PAGES["bullets"])[0]
        for site in (files, adopt(files)):
            assert yaml.safe_load(site[CONFIG])["records"] == records
            assert len([path for path in site if path.startswith(f"{records}/")]) == 3
            assert len([path for path in site if path.rpartition("/")[2].startswith("2")]) == 3
        assert is_in_sync(adopt(files))
        assert not any("data folder" in found for found in findings(adopt(files)))

    def test_an_empty_page_needs_to_be_called_new(self) -> None:
        files = {"events.md": "---\ntitle: Events\n---\nSoon.\n", "_config.yml": "theme: x\n"}
        with pytest.raises(UserError, match="No event was found"):
            plan(files, page="events.md")
        adopted = adopt(files, page="events.md", new=True)
        assert adopted["events.md"] == files["events.md"]
        assert findings(adopted) == []

    def test_times_of_events_without_a_series_are_the_site_s(self) -> None:
        files = adopt({"events.md": "### November 8th, 2021:  Owls\n\n- When: 9am UK, 10am CET\n"}, page="events.md")
        config = yaml.safe_load(files[CONFIG])
        assert config["time_zones"] == {"UK": "Europe/London", "CET": "Europe/Paris"}
        assert config["time_zone"] == "Europe/London"
        assert 'placeholder: "9am UK, 10am CET"' in str(files[FORM])

    def test_names_that_yaml_would_misread_are_quoted(self, tmp_path: Path) -> None:
        name = 'a: "b" # c\u2028\U0001f989'
        page = f"### November 8th, 2021:  {name}\n\n- Topic:  Owls\n\n- When: 9am UK, 10am CET\n"
        files = adopt({"my events.md": page}, page="my events.md")
        assert yaml.safe_load(files[CONFIG])["page"] == "my events.md"
        assert is_in_sync(files)
        assert_sound(tmp_path, files)


class TestMistakes:
    def test_a_page_that_does_not_exist(self) -> None:
        with pytest.raises(UserError, match="--new") as refused:
            plan(REFERENCE, page="past.md")
        assert refused.value.problems[0].choices == (f"--page {PAGE}",)

    @pytest.mark.parametrize("new", [False, True])
    def test_a_page_that_a_loop_writes(self, new: bool) -> None:
        with pytest.raises(UserError, match="Liquid loop"):
            plan({**REFERENCE, "loop.md": LOOP}, page="loop.md", new=new)

    def test_files_that_exist_stay_unless_they_are_to_be_replaced(self) -> None:
        mine = {FORM: template("site/new-event.yml").replace("Title", "Name of it"), WORKFLOW: "name: mine\n"}
        planned = plan({**REFERENCE, **mine})
        assert (planned.states[FORM], planned.states[WORKFLOW], planned.problems) == ("kept", "kept", [])
        assert not planned.written.keys() & mine.keys()
        replaced = plan({**REFERENCE, **mine}, force=True)
        assert (replaced.states[FORM], replaced.states[WORKFLOW]) == ("replaced", "replaced")
        assert "uses: " in replaced.written[WORKFLOW]

    def test_a_form_of_the_site_s_own_that_will_not_do_is_named_with_its_remedies(self) -> None:
        question = "  - {type: input, id: topic, attributes: {label: Topic}}\n"
        planned = plan({**REFERENCE, FORM: f"name: x\ndescription: y\nlabels: [meetup]\nbody:\n{question}"})
        first, second = planned.problems
        assert (first.file, "No question has the id `title`" in first.message) == (FORM, True)
        assert "Add a field with `id: date`." in second.message
        assert FORM not in planned.written
        assert "labels: [meetup]" in planned.written[CHANGE_FORM]
        assert "label called `meetup`" in next_steps(planned, ON_GITHUB)[1]

    def test_a_form_of_the_site_s_own_that_cannot_be_read_has_no_label(self) -> None:
        planned = plan({**REFERENCE, FORM: "body: ["})
        assert (planned.labels, len(planned.problems)) == ((), 1)

    def test_a_workflow_of_the_same_name_that_does_something_else(self) -> None:
        files = {**REFERENCE, WORKFLOW: "name: mine\non: push\njobs: {}\n"}
        planned = plan(files)
        assert any("does not run Almanac" in note for note in planned.notes)
        assert any("rename it" in found for found in findings({**files, **planned.written}))

    def test_one_workflow_that_runs_almanac_is_enough(self) -> None:
        steps = "jobs: {a: {steps: [{uses: almanac-events/almanac@v1}]}}"
        planned = plan({**REFERENCE, ".github/workflows/events.yml": f"name: Events\non: issues\n{steps}\n"})
        assert WORKFLOW not in planned.files

    @pytest.mark.parametrize(
        ("text", "words"),
        [("page: [", "almanac.yml:1"), ("pgae: x\n", "`page`"), ("time_zone: Mars\n", "time_zone")],
    )
    def test_a_broken_config_is_named_with_its_line(self, text: str, words: str) -> None:
        with pytest.raises(ConfigError, match=words):
            plan({**REFERENCE, CONFIG: text})

    def test_the_form_gives_the_label_that_a_config_of_the_site_s_own_names(self, tmp_path: Path) -> None:
        files = {**REFERENCE, CONFIG: f"page: {PAGE}\nlabels: [talk, event]\n"}
        planned = plan(files)
        assert yaml.safe_load(planned.written[FORM])["labels"] == ["talk"]
        assert "label called `talk`" in next_steps(planned, ON_GITHUB)[1]
        assert_sound(tmp_path, {**files, **planned.written})

    def test_a_config_of_the_site_s_own_stays_and_names_the_page(self) -> None:
        files = {**REFERENCE, CONFIG: "page: talks.md\norder: oldest\n", "talks.md": PAGES["bullets"]}
        with pytest.raises(UserError, match=r"talks\.md"):
            plan(files, page=PAGE)
        planned = plan(files)
        assert (planned.states[CONFIG], SECTION in planned.files) == ("same", False)
        assert any("almanac init --shape like" in note for note in planned.notes)
        planned = plan(files, shape="like")
        assert (planned.states[CONFIG], planned.states[SECTION]) == ("same", "new")
        assert any(f"section_template: {SECTION}" in note for note in planned.notes)
        files |= planned.written
        assert files[CONFIG] == "page: talks.md\norder: oldest\n"
        assert is_in_sync(files)
        assert is_in_sync({**files, CONFIG: f"page: talks.md\nsection_template: {SECTION}\n"})

    def test_a_site_s_own_template_writes_the_import(self) -> None:
        source = "* {{ date | like('8 November 2021') }} - {{ title | text }}\n"
        config = f"page: talks.md\nsection_template: {SECTION}\n"
        files = {**REFERENCE, CONFIG: config, SECTION: source, "talks.md": PAGES["bullets"]}
        imported = plan(files).imported
        assert imported
        assert (len(imported.events), imported.structured) == (3, 1)
        assert is_in_sync(adopt(files))


class TestTables:
    PAGE = PAGES["table-themes"]

    def test_a_column_that_no_field_fills_is_a_question_of_the_form(self) -> None:
        files = adopt({"history.md": self.PAGE}, page="history.md")
        asked = {field["id"]: field for field in yaml.safe_load(files[FORM])["body"] if "id" in field}
        assert asked["theme"] == {
            "type": "input",
            "id": "theme",
            "attributes": {
                "label": "Theme",
                "description": "Optional. For the column “Theme” of the page's table.",
                "placeholder": "Small animals",
            },
        }
        assert "reading_session" not in asked
        assert not any(found.startswith("error") for found in findings(files))
        issue = body(read_form(str(files[FORM])), **OWLS, theme="Birds", format="Talk")
        assert "| Nov. 15, 2021 | Birds | Owls |  | Talk |" in str(proposed_files(files, 12, issue)["history.md"])

    def test_a_question_has_words_and_an_id_of_its_own(self) -> None:
        page = self.PAGE.replace("Format", "Duration").replace("Theme", "Time")
        page = re.sub("Small animals|Trees", "9am ET", page)
        files = adopt({"history.md": page}, page="history.md")
        asked = {field["id"]: field["attributes"]["label"] for field in yaml.safe_load(files[FORM])["body"][1:]}
        assert asked["duration_column"] == "Duration (in the table)"

    def test_columns_that_few_rows_fill_are_not_asked_for(self) -> None:
        page = re.sub(r"(Small animals|Trees)(?=.*\n\|)", "", self.PAGE)
        files = adopt({"history.md": page}, page="history.md")
        assert 'extra["theme"]' in str(files[SECTION])
        assert "theme" not in {field.get("id") for field in yaml.safe_load(files[FORM])["body"]}

    def test_a_running_number_goes_on_and_stays(self) -> None:
        files = adopt({"history.md": PAGES["table-numbered"]}, page="history.md")
        new = {path: text for path, text in proposed_files(files, 12, body(**OWLS)).items() if text}
        assert "\n8 | November 15, 2021 |  |\n" in new["history.md"]
        assert "number: 8\n" in new["_data/events/2021-11-15-owls.yml"]
        files |= new
        assert is_in_sync(files)
        assert plan(files).written == {}


def test_how_often_a_series_meets_is_in_the_settings_if_it_has_met_of_late() -> None:
    days = ["January 5th, 2026", "January 19th, 2026", "February 2nd, 2026", "February 16th, 2026"]
    page = "# Events\n\n" + "\n".join(f"### {day}:  Tea & Code\n\n- Topic:  Leaves\n" for day in reversed(days))
    config = str(adopt({PAGE: page})[CONFIG])
    assert yaml.safe_load(config)["series"] == {"Tea & Code": {"every": "2 weeks"}}
    assert "series" not in yaml.safe_load(str(adopt({PAGE: page.replace("2026", "2025")})[CONFIG]))
