"""The checks of `almanac doctor` on a site in memory: what makes a first run fail is found, with its remedy."""

from datetime import date
from functools import cache
from pathlib import Path

import pytest
from almanac.commands.adoption import plan_adoption
from almanac.commands.checks import Finding
from almanac.commands.discovery import Checkout
from almanac.commands.doctor import check_site
from almanac.commands.origin import Origin
from almanac.commands.workflow import workflow_text
from almanac.config import CHANGE_FORM, Config
from almanac.packaged import example, template

from tests.memory import Files, memory_site
from tests.page.house import PAGES

PAGE = "past-working-groups.md"
CONFIG, FORM, WORKFLOW = ".github/almanac.yml", ".github/ISSUE_TEMPLATE/new-event.yml", ".github/workflows/almanac.yml"
TEMPLATE = "section.md.j2"
JEKYLL = "_config.yml"
RECORDS = "_data/events/"
RECORD = f"{RECORDS}2021-11-08-governments-agencies.yml"
NAME = "octo/site"
SECTION = "### {{ date | heading_date }}:  {{ title | heading }}\n"
TOP = Path("/site")
URL = "theme: x\nurl: https://site.example\n"
GEMFILE = {"Gemfile": 'group :jekyll_plugins do\n  gem "jekyll-feed", "~> 0.12"\nend\n'}
CHECKS = ["config", "form", "form", "template", "page", "jekyll", "git", "workflow"]


def adopted(files: Files, page: str | None = None) -> dict[str, str | bytes]:
    """Return a site's files after `almanac init`."""
    return {
        **files,
        **plan_adoption(memory_site(files), sorted(files), "main", today=date(2026, 3, 1), page=page).written,
    }


@cache
def model() -> Files:
    """A site that was set up, and on which nothing is wrong."""
    return adopted({PAGE: PAGE_TEXT, JEKYLL: "theme: minima\n"})


def check(files: Files, checkout: Checkout | None = None, *, has_server: bool = False) -> list[Finding]:
    return check_site(memory_site(files), checkout or Checkout(TOP), TOP, has_server=has_server)


def faults(files: Files, checkout: Checkout | None = None, *, has_server: bool = False) -> list[Finding]:
    return [finding for finding in check(files, checkout, has_server=has_server) if finding.status != "ok"]


def test_nothing_is_wrong_with_a_site_that_was_set_up() -> None:
    found = check(model())
    assert [finding.check for finding in found] == CHECKS
    assert {finding.status for finding in found} == {"ok"}
    assert not any(finding.remedy for finding in found)


def test_forms_that_ask_in_another_language_than_the_site_s_are_found() -> None:
    later = {**model(), CONFIG: f"{model()[CONFIG]!s}language: de\n"}
    found = faults(later)
    assert [(one.check, one.file) for one in found] == [("form", FORM), ("form", CHANGE_FORM)]
    assert all("in English" in one.message and "`almanac init --force`" in (one.remedy or "") for one in found)
    paths = sorted(later)
    again = plan_adoption(memory_site(later), paths, "main", today=date(2026, 3, 1), force=True)
    assert not faults({**later, **again.written})


def test_which_answers_the_page_shows_is_said() -> None:
    files = adopted({"talks.md": PAGES["bullets"], JEKYLL: "theme: minima\n"}, "talks.md")
    (said,) = [finding.message for finding in check(files) if finding.check == "template"]
    assert said.startswith("A sample event is written in the right place. ")
    assert said.endswith("The page shows Title, Date, Description, Links. Only the record keeps Location.")
    (ours,) = [finding.message for finding in check(model()) if finding.check == "template"]
    assert ours.endswith("Recording, Links. Only the record keeps Duration.")


def test_a_question_of_the_sites_own_that_no_template_names_is_found() -> None:
    files = {**model(), CONFIG: OWN_TEMPLATE, FORM: FORM_TEXT + OWN, TEMPLATE: SECTION}
    assert any("The form asks for `room`, but the page does not show" in one.message for one in faults(files))
    every = SECTION + "{% for name in extra %}\n- {{ extra[name] | text }}\n{% endfor %}"
    assert not any("`room`" in one.message for one in faults({**files, TEMPLATE: every}))


def without(text: str, start: str, lines: int = 1) -> str:
    """Leave out some lines of a text, from one that begins like this."""
    rows = text.splitlines(keepends=True)
    at = next(index for index, row in enumerate(rows) if row.lstrip().startswith(start))
    return "".join(rows[:at] + rows[at + lines :])


INDEX = "index.md.j2"
INDEXED = f"page: {PAGE}\nindex_template: {INDEX}\n"
LINE = "- {{ date }}: {{ title | text }}\n"
TWICE: Files = {CONFIG: INDEXED, PAGE: PAGES["sections-and-index"]}
# What is broken: the file, its new text (None: it is removed), the check that finds it, how bad it is, words of the
# message, words of the remedy.
PAGE_TEXT = example(f"ospo/{PAGE}")
FORM_TEXT = template("site/new-event.yml")
WORKFLOW_TEXT = template("site/almanac.yml").replace("OWNER/REPO@REF", Origin().action)
CHANGE_TEXT = template("site/change-event.yml")
TWO_AREAS = "".join(f"  - {{type: textarea, id: x{number}, attributes: {{label: X{number}}}}}\n" for number in (1, 2))
OWN_TEMPLATE = f"page: {PAGE}\nsection_template: {TEMPLATE}\n"
OWN = "  - {type: input, id: room, attributes: {label: Room}}\n"
BROKEN: dict[str, tuple[dict[str, str | bytes | None], str, str, str, str]] = {
    "no config": ({CONFIG: None, "events.md": "---\n---\n"}, "config", "warning", "no config", "almanac init"),
    "config no YAML": ({CONFIG: "page: ["}, "config", "error", "YAML", "Fix this line"),
    "config key": ({CONFIG: "pgae: x\n"}, "config", "error", "nearest one is `page`", "docs/configuration.md"),
    "config zone": ({CONFIG: "time_zone: Mars\n"}, "config", "error", "no time zone", "docs/configuration.md"),
    "no form": ({FORM: None}, "form", "error", "missing", "almanac init"),
    "form no YAML": ({FORM: "body: ["}, "form", "error", "YAML", "almanac init --force"),
    "form lint": ({FORM: FORM_TEXT + TWO_AREAS}, "form", "error", "follows the textarea", "read in two ways"),
    "form without title": ({FORM: FORM_TEXT.replace("id: title", "id: name")}, "form", "error", "`title`", "id: title"),
    "form without date": ({FORM: FORM_TEXT.replace("id: date", "id: day")}, "form", "error", "`date`", "id: date"),
    "date not required": (
        {FORM: FORM_TEXT.replace('"2026-11-08"\n    validations:\n      required: true', '"2026-11-08"')},
        *("form", "warning", "`date` may be left blank", "required: true"),
    ),
    "form without labels": ({FORM: without(FORM_TEXT, "labels:")}, "form", "error", "no label", "labels: [event]"),
    "form without name": ({FORM: without(FORM_TEXT, "name:")}, "form", "error", "`name`", "name: New event"),
    "form without description": (
        {FORM: without(FORM_TEXT, "description:")},
        "form",
        "error",
        "`description`",
        "Add a line",
    ),
    "labels apart": (
        {CONFIG: f"page: {PAGE}\nlabels: [meeting]\n"},
        *("form", "error", "none of the labels", "labels: [meeting]"),
    ),
    "form elsewhere": (
        {CONFIG: f"page: {PAGE}\nform: forms/event.yml\n", "forms/event.yml": FORM_TEXT},
        *("form", "error", ".github/ISSUE_TEMPLATE/", "Move the form"),
    ),
    "change form lint": (
        {CHANGE_FORM: CHANGE_TEXT + TWO_AREAS},
        *("form", "error", "follows the textarea", "read in two ways"),
    ),
    "change form without event": (
        {CHANGE_FORM: CHANGE_TEXT.replace("id: event", "id: which")},
        *("form", "error", "`event`, and every change needs one", "id: event"),
    ),
    "change form with other labels": (
        {CHANGE_FORM: CHANGE_TEXT.replace("[event]", "[change]")},
        *("form", "error", "the other form gives", "labels: [event]"),
    ),
    "change form with other choices": (
        {CHANGE_FORM: CHANGE_TEXT.replace("Cancelled", "X").replace("Postponed", "Y").replace("New date or time", "Z")},
        *("form", "warning", "None of the choices", "`Postponed`"),
    ),
    "own field unseen": ({FORM: FORM_TEXT + OWN}, "template", "warning", "room", "docs/templates.md"),
    "no template": (
        {CONFIG: OWN_TEMPLATE},
        "template",
        "error",
        "missing",
        "Put it",
    ),
    "template broken": (
        {CONFIG: OWN_TEMPLATE, TEMPLATE: "### {% if %}"},
        *("template", "error", "cannot be read", "Fix this line"),
    ),
    "template of unknown names": (
        {CONFIG: OWN_TEMPLATE, TEMPLATE: "### {{ titel }}"},
        *("template", "error", "titel", "docs/templates.md"),
    ),
    "template fails without people": (
        {CONFIG: OWN_TEMPLATE, TEMPLATE: SECTION + "{{ people[0].name }}"},
        *("template", "error", "fails for the event", "Fix this line"),
    ),
    "template writes nothing": (
        {CONFIG: OWN_TEMPLATE, TEMPLATE: "{# nothing #}"},
        *("template", "error", "writes nothing", "date and the title"),
    ),
    "template of another shape": (
        {CONFIG: OWN_TEMPLATE, TEMPLATE: "Once: {{ title | text }}"},
        *("template", "warning", "would not be found", "first line"),
    ),
    "no index template": ({CONFIG: INDEXED}, "index", "error", "missing", "Put it"),
    "no second list": ({CONFIG: INDEXED, INDEX: LINE}, "index", "warning", "no second list", "`index_template`"),
    "index template broken": (
        {**TWICE, INDEX: "- {% if %}"},
        *("index", "error", "cannot be read", "Fix this line"),
    ),
    "index template of another shape": (
        {**TWICE, INDEX: SECTION},
        *("index", "warning", "not be found in that list", "with the date"),
    ),
    "template shows what is not asked": (
        {
            CONFIG: OWN_TEMPLATE,
            TEMPLATE: SECTION + "{{ extra.room }}{{ extra['x'] }}",
        },
        *("template", "warning", "`room`", "id: room"),
    ),
    "template leaves an answer out": (
        {
            CONFIG: OWN_TEMPLATE,
            TEMPLATE: SECTION + "{{ extra.room }}",
            FORM: FORM_TEXT + OWN + OWN.replace("room", "food").replace("Room", "Food"),
        },
        *("template", "warning", "`food`", "extra.food"),
    ),
    "house style on a page of bullets": (
        {CONFIG: "page: talks.md\n", "talks.md": "---\n---\n" + PAGES["bullets-under-years"], RECORD: None},
        *("template", "warning", "another one", "docs/templates.md"),
    ),
    "page misspelt": ({PAGE: None, "past-working-group.md": ""}, "page", "error", "missing", "`past-working-group.md`"),
    "no page": ({PAGE: None}, "page", "error", "missing", "`page` in the config"),
    "page edited": (
        {PAGE: example(f"ospo/{PAGE}").replace("Demos", "Shows")},
        "page",
        "error",
        "differ",
        "almanac build",
    ),
    "record broken": ({RECORD: "id: ["}, "page", "error", "YAML", "almanac build"),
    "record edited": ({RECORD: None}, "page", "error", "differ", "almanac build"),
    "page no text": ({PAGE: b"\xff"}, "files", "error", "UTF-8", "Fix this file"),
    "jekyll no YAML": ({JEKYLL: "a: ["}, "jekyll", "error", "not valid YAML", "Fix its YAML"),
    "jekyll excludes": ({JEKYLL: "exclude: [past-*]\ntheme: x\n"}, "jekyll", "error", "past-*", "Take it out"),
    "jekyll excludes a beginning": (
        {JEKYLL: "exclude: [past]\ntheme: x\n"},
        "jekyll",
        "error",
        "`past`",
        "Take it out",
    ),
    "jekyll builds elsewhere": (
        {JEKYLL: "source: docs\ntheme: x\n"},
        "jekyll",
        "error",
        "folder docs",
        "Move the page",
    ),
    "jekyll data elsewhere": ({JEKYLL: "data_dir: facts\ntheme: x\n"}, "jekyll", "warning", "(facts)", "data_dir"),
    "hidden page": (
        {CONFIG: "page: _pages/x.md\n", "_pages/x.md": "---\n---\n", RECORD: None},
        *("jekyll", "error", "`_pages`", 'include: ["_pages"]'),
    ),
    "records in the open": (
        {CONFIG: f"page: {PAGE}\nrecords: data/events\n"},
        *("jekyll", "warning", "copy them", "folder in _data/"),
    ),
    "no layout": ({JEKYLL: ""}, "jekyll", "warning", "no layout `page`", "theme"),
    "no front matter": (
        {CONFIG: "page: x.md\n", "x.md": "# Hello\n", RECORD: None},
        *("jekyll", "warning", "no front matter", "first two lines"),
    ),
    "broken front matter": (
        {CONFIG: "page: x.md\n", "x.md": "---\ntitle: a: b\n---\n", RECORD: None},
        *("jekyll", "error", "not valid YAML", "quotes"),
    ),
    "unpublished": (
        {CONFIG: "page: x.md\n", "x.md": "---\npublished: false\n---\n", RECORD: None},
        *("jekyll", "error", "published: false", "Take that line out"),
    ),
    "feed of the posts": (
        {CONFIG: f"page: {PAGE}\nfeed: feed.xml\n", JEKYLL: f"{URL}plugins: [jekyll-feed]\n"},
        *("views", "error", "jekyll-feed", "feed: events.xml"),
    ),
    "feed of the posts by the Gemfile": (
        {CONFIG: f"page: {PAGE}\nfeed: news.xml\n", JEKYLL: f"{URL}feed: {{path: /news.xml}}\n", **GEMFILE},
        *("views", "error", "news.xml, too", "feed: events.xml"),
    ),
    "feed of someone else": (
        {
            CONFIG: f"page: {PAGE}\nfeed: feed.xml\n",
            JEKYLL: URL,
            "feed.xml": "---\n---\n<feed>{{ site.posts }}</feed>\n",
        },
        *("page", "error", "not one that Almanac writes", "almanac build"),
    ),
    "calendar excluded": (
        {CONFIG: f"page: {PAGE}\ncalendar: calendars/a.ics\n", JEKYLL: f"{URL}exclude: [calendars/]\n"},
        *("views", "error", "`calendars/`", "Take it out"),
    ),
    "calendar hidden": (
        {CONFIG: f"page: {PAGE}\ncalendar: _site/{{series}}.ics\n", JEKYLL: URL},
        *("views", "error", "a name like `_site`", "rename it"),
    ),
    "calendar beside the site": (
        {
            CONFIG: "page: docs/x.md\ncalendar: events.ics\n",
            "docs/x.md": "---\n---\n",
            f"docs/{JEKYLL}": URL,
            RECORD: None,
        },
        *("views", "error", "builds the folder docs", "docs/events.ics"),
    ),
    "data beside the includes": (
        {CONFIG: f"page: {PAGE}\ndata: docs/_includes/x.json\n", JEKYLL: URL},
        *("views", "error", "the folder _includes", "data: _includes/x.json"),
    ),
    "no address": (
        {CONFIG: f"page: {PAGE}\ncalendar: events.ics\n"},
        *("views", "warning", "is not known", "`organizer`"),
    ),
    "lock without Jekyll": ({"Gemfile.lock": "GEM\n"}, "jekyll", "warning", "does not include Jekyll", "gem"),
    "old Jekyll": ({"Gemfile.lock": "    jekyll (2.5.3)\n"}, "jekyll", "warning", "Jekyll 2", "bundle update"),
    "no workflow": ({WORKFLOW: None}, "workflow", "error", "No workflow", "almanac init"),
    "workflow no YAML": (
        {WORKFLOW: "uses: a/almanac@x\non: ["},
        *("workflow", "error", "YAML", "almanac init --force"),
    ),
    "workflow of nothing": (
        {WORKFLOW: "- uses: a/almanac@x"},
        "workflow",
        "error",
        "not a workflow",
        "init",
    ),
    "no issues trigger": (
        {WORKFLOW: without(WORKFLOW_TEXT, "issues:", 2)},
        *("workflow", "error", "when an issue is filed", "`issues:`"),
    ),
    "opened missing": ({WORKFLOW: WORKFLOW_TEXT.replace("opened, ", "", 1)}, "workflow", "error", "is opened", "types"),
    "edited missing": ({WORKFLOW: WORKFLOW_TEXT.replace("edited, ", "")}, "workflow", "warning", "is edited", "types"),
    "no sweep": (
        {WORKFLOW: without(without(WORKFLOW_TEXT, "push:", 2), "schedule:", 2)},
        *("workflow", "warning", "stays missed", "`schedule:`"),
    ),
    "another branch": (
        {WORKFLOW: WORKFLOW_TEXT.replace("[main]", "[trunk, x*]")},
        *("workflow", "warning", "trunk, x*", "branches: [main]"),
    ),
    "paths that leave out the records": (
        {WORKFLOW: WORKFLOW_TEXT.replace("[main]", "[main]\n    paths: ['*', '**', '!_data/**']")},
        *("workflow", "warning", "only _data/events/** does not start", "below `push:`"),
    ),
    "may not write": (
        {WORKFLOW: without(WORKFLOW_TEXT, "contents: write")},
        *("workflow", "error", "may not write: contents", "`contents: write`"),
    ),
    "cancels": (
        {WORKFLOW: WORKFLOW_TEXT.replace("cancel-in-progress: false", "cancel-in-progress: true")},
        *("workflow", "warning", "half-written", "cancel-in-progress: false"),
    ),
}


# The page of these has other events, so the records go with it.
_WITHOUT_RECORDS = {
    *("record edited", "hidden page", "no front matter", "broken front matter", "unpublished"),
    "house style on a page of bullets",
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_found_with_its_remedy(name: str) -> None:
    changes, check_name, status, message, remedy = BROKEN[name]
    kept = {
        path: text for path, text in model().items() if name not in _WITHOUT_RECORDS or not path.startswith(RECORDS)
    }
    found = check({path: text for path, text in {**kept, **changes}.items() if text is not None})
    mine = [finding for finding in found if finding.check == check_name and message in finding.message]
    assert mine, found
    assert mine[0].status == status
    assert remedy in (mine[0].remedy or "")


class TestWhatIsFine:
    @pytest.mark.parametrize(
        "files",
        [
            {JEKYLL: "include: [past-working-groups.md]\nexclude: [past-*]\ntheme: x\n"},
            {JEKYLL: "remote_theme: a/b\ndata_dir: ./_data/\nsource: .\n"},
            {JEKYLL: "", "_layouts/page.html": "{{ content }}"},
            {JEKYLL: "- a list\n", "_layouts/page.html": ""},
            {"Gemfile.lock": "    jekyll (4.3.1)\n", JEKYLL: "theme: x\n"},
            {"Gemfile.lock": "    github-pages (232)\n"},
            {WORKFLOW: WORKFLOW_TEXT.replace("branches: [main]", "branches: ['m*']")},
            {WORKFLOW: without(WORKFLOW_TEXT, "branches: [main]").replace("  push:", "  push: {}")},
            {WORKFLOW: workflow_text("main", "me/our-almanac@v0", Config(page=PAGE))},
            {
                WORKFLOW: "on: [issues, push]\npermissions: write-all\njobs:\n  a:\n    steps:\n"
                "      - run: almanac action\n"
            },
            {
                WORKFLOW: "on: [issues, push]\npermissions: {}\njobs:\n  a:\n    steps:\n"
                "      - uses: a/almanac@v1\n        with: {token: x}\n  b: {steps: [{run: ls}]}\n"
            },
        ],
    )
    def test_other_ways_to_be_right(self, files: Files) -> None:
        assert faults({**model(), **files}) == []

    def test_structured_data_alone_need_no_address(self) -> None:
        found = check({**model(), CONFIG: f"page: {PAGE}\ndata: _includes/x.json\n"})
        assert {finding.status for finding in found if finding.check == "views"} == {"ok"}

    @pytest.mark.parametrize("layout", ["wide/page", "page"])
    def test_a_layout_may_be_in_a_folder(self, layout: str) -> None:
        files = {**model(), JEKYLL: "", f"_layouts/{layout}.html": ""}
        page = PAGE_TEXT.replace("layout: page", f"layout: {layout}")
        assert [finding.check for finding in faults({**files, PAGE: page}) if finding.check == "jekyll"] == []

    def test_a_page_in_a_collection(self) -> None:
        files = {**model(), JEKYLL: "collections: {pages: {output: true}}\ntheme: x\n", CONFIG: "page: _pages/x.md\n"}
        assert faults({**files, "_pages/x.md": PAGE_TEXT, WORKFLOW: WORKFLOW_TEXT}) == []

    def test_another_almanac_than_the_installed_one(self) -> None:
        text = WORKFLOW_TEXT.replace("almanac@v0.1.0", f"almanac@{'0123456789' * 4} # v0.0.9")
        [finding] = faults({**model(), WORKFLOW: text})
        assert (finding.check, finding.status) == ("workflow", "warning")
        assert Origin().action in (finding.remedy or "")

    def test_a_server_needs_no_workflow(self) -> None:
        files = {path: text for path, text in model().items() if path != WORKFLOW}
        assert faults(files, has_server=True) == []
        assert [finding.check for finding in faults(files)] == ["workflow"]

    def test_a_site_s_own_template(self) -> None:
        page = "---\n---\n" + PAGES["bullets"]
        assert faults(adopted({"talks.md": page, JEKYLL: "theme: minima\n"}, page="talks.md")) == []


class TestWhere:
    def test_outside_of_git(self) -> None:
        [finding] = faults(model(), Checkout(None))
        assert (finding.check, finding.status) == ("git", "error")
        assert "not in a git repository" in finding.message

    def test_below_the_top_of_a_repository(self) -> None:
        [finding] = faults(model(), Checkout(Path("/")))
        assert "--site /" in (finding.remedy or "")


@pytest.mark.parametrize(
    "jobs", ["[]", "{a: x}", "{a: {steps: x}}", "{a: {steps: [x]}}", "{a: {steps: [{uses: a/almanac@v1, with: x}]}}"]
)
def test_a_workflow_of_odd_shape_is_no_bug(jobs: str) -> None:
    workflow = f"# uses: a/almanac@v1\non: [issues, push, {{a: b}}]\njobs: {jobs}\npermissions: write-all\n"
    assert faults({**model(), WORKFLOW: workflow}) == []
