"""Each text that people read, for each state, as it is in `tests/cases/messages/`.

`python -m tests.proposal.test_messages` writes them again.
"""

import re
from pathlib import Path

import pytest
from almanac.defaults import load_messages
from almanac.errors import Candidate, ConfigError, Problem
from almanac.event.model import Event, Person
from almanac.proposal.boxes import box_mark
from almanac.proposal.comment import note_draft, review_draft
from almanac.proposal.dashboard import DashboardEntry
from almanac.proposal.messages import MAX_CHARACTERS, Messages, OwnTemplate, code, problem_text, write_text
from almanac.proposal.onboarding import Box, Group
from almanac.proposal.published import Following, Published
from almanac.proposal.state import DeleteBranch, Draft, EditPull, OpenPull, Plan, PutComment
from almanac.proposal.summary import summary
from almanac.proposal.triage import merged_draft

DOCS = Path(__file__).parent.parent.parent / "docs/proposals.md"
CASES = Path(__file__).parent.parent / "cases" / "messages"
TEMPLATES = Path(__file__).parents[2] / "templates" / "messages"
DATE = Problem("This date can be read in two ways.", "Date", "11/8/2021", choices=("2021-11-08", "2021-08-11"))
LINK = Problem("A link has to begin with https://.", "Registration link", "javascript:alert(1)", "https://example.org/")
LIKELY = Problem(
    "Pull request #14 proposes an event with the same day and series. If they are different events, all is well.",
    event="Mon, Nov 8, 2021 \u2013 Soup @octo (Food)",
    url="https://github.com/o/r/pull/14",
)
EMPTY = Problem("This has to be filled in.", "Title", example="Measuring Open Source")
BOTH = Problem(
    "Both were changed.", file="p.md", line=3, versions=("- Soup\n- at 9\n", "- Soup\n- at 10\n- @octo `x`\n")
)
WHICH = Problem(
    "This can be more than one event.",
    "Which event",
    "soup @octo",
    candidates=(
        Candidate("2021-11-08-soup", "Mon, Nov 8, 2021 \u2013 Soup @octo", "https://example.org/history#soup"),
        Candidate("2021-11-15-soup", "Mon, Nov 15, 2021 \u2013 Soup", "history.md"),
    ),
)
SAID = Problem(
    "What you wrote is about this event:", event="Mon, Nov 8, 2021 \u2013 Soup @octo", url="https://example.org/#soup"
)
RECORD = "_data/events/2021-11-08-soup.yml"
FILE = "https://github.com/o/r/blob/main/history.md"
DOUBT = Problem(
    "With the new entry, this place of the page would not look as it did before.", file="history.md", line=7
)
BOX = box_mark("again", "1")
PROPOSED = {
    "preview": "### November 8th, 2021:  Soup\n\n- When: 9am ET\n\n- Guests:\n    * C&#35; @octo [of here](https://example.org)",
    "page": "history.md",
    "warnings": (),
    "hidden": (),
    "conflicts": (),
    "clashes": (),
    "removes": False,
    "closed": False,
    "note": None,
    "summary": (),
}
SOUP = Event(
    id="2021-11-08-soup",
    title="Soup | Salad",
    series="Food",
    date="2021-11-08",
    when="9am ET",
    location="The kitchen",
    url="https://example.org/soup",
    people=tuple(Person(name=f"Cook {number}") for number in range(1, 11)),
)
MOVED = SOUP.model_copy(
    update={
        "date": "2021-11-15",
        "location": None,
        "recording": "https://video.example.org/watch?v=1",
        "description": "Hot.",
        "people": (*SOUP.people[:9], Person(name="Cook 10", affiliation="Soup Inc.")),
        "extra": {"room": "12"},
    }
)
PULL = {"issue": 12, "record": "_data/events/2021-11-08-soup.yml", "page": "history.md", "timed": True, "warnings": 0}
PULL |= {"hidden": (), "doubts": None, "likely": (), "remarks": (), "preview": PROPOSED["preview"]}
PULL |= {"summary": summary(SOUP, None, {}), "revises": False, "removes": False}
PULL |= {"note": None}
CHANGE = summary(MOVED, SOUP, {"room": "Room"})

DRAFTS: dict[str, tuple[Draft, str | None]] = {
    "proposed": (Draft("proposed", {**PROPOSED, "revises": False}), "#13"),
    "proposed-files": (Draft("proposed", {**PROPOSED, "revises": False, "page": None}), "#13"),
    "proposed-change": (Draft("proposed", {**PROPOSED, "revises": True, "summary": CHANGE}), "#13"),
    "proposed-change-on-a-closed-issue": (
        Draft("proposed", {**PROPOSED, "revises": True, "summary": CHANGE, "closed": True}),
        "#13",
    ),
    "proposed-removal": (Draft("proposed", {**PROPOSED, "revises": True, "removes": True}), "#13"),
    "proposed-with-everything": (
        Draft(
            "proposed",
            {
                **PROPOSED,
                "revises": False,
                "warnings": (LIKELY, LINK),
                "hidden": ("Guests", "Room"),
                "conflicts": ("Date", "Where"),
                "clashes": ("about.md", "odd`name.md"),
            },
        ),
        "#13",
    ),
    "proposed-change-with-a-note": (
        Draft("proposed", {**PROPOSED, "revises": True, "summary": CHANGE, "note": "See @octo"}),
        "#13",
    ),
    "problems": (Draft("problems", {"problems": (DATE, EMPTY)}), None),
    "problems-which-event": (Draft("problems", {"problems": (WHICH,)}), None),
    "noted": (Draft("noted", {"note": "It was @octo\n```", "problem": SAID, "record": RECORD, "file": FILE}), None),
    "noted-in-a-clone": (Draft("noted", {"note": "x", "problem": SAID, "record": RECORD, "file": RECORD}), None),
    "alert": (Draft("alert", {"problems": (DATE,), "fields": ("Date",)}), "#13"),
    "alert-of-several": (Draft("alert", {"problems": (DATE, LINK), "fields": ("Date", "Registration link")}), None),
    "problems-of-a-proposal": (Draft("problems", {"problems": (DATE, LINK)}), "#13"),
    "stuck": (
        Draft(
            "stuck",
            {"problems": (Problem("There is no such key.", "titel", file="_data/x.yml", line=4),), "branch": True},
        ),
        "#13",
    ),
    "stuck-without-pull": (
        Draft("stuck", {"problems": (Problem("The record was deleted.", file="_data/x.yml"),), "branch": False}),
        None,
    ),
    "held": (Draft("held", {"limit": 10}), None),
    "held-at-one": (Draft("held", {"limit": 1}), None),
    "closed": (Draft("closed"), None),
    "recording": (Draft("recording", {"event": "Thu, Jan 20, 2022 \u2013 Demo @octocat #12 <b>"}), None),
    "review": (review_draft(["tests"], ["grace", "web"]), "#13"),
    "review-without-drafts": (review_draft(["tests", "more tests"], [], draft=True), "#13"),
    "withdrawn": (Draft("withdrawn"), None),
    "merged": (
        merged_draft(Published("history.md", FILE, "https://example.org/history.html#soup", changes=True)),
        None,
    ),
    "merged-and-more": (
        merged_draft(
            Published(
                "history.md",
                FILE,
                subscribed=("https://example.org/events.ics", "https://example.org/feed.xml"),
                following=Following(
                    "Tuesday, October 27th, 2026",
                    "https://github.com/o/n/issues/new?template=x.yml&date=2026-10-27",
                    ("ET", "CET"),
                ),
            )
        ),
        None,
    ),
    "merged-somewhere": (merged_draft(Published("history.md", FILE)), None),
    "merged-removal": (merged_draft(Published("history.md", FILE), removed=True), None),
    "merged-change": (merged_draft(Published("history.md", FILE), revises=True), None),
    "merged-with-a-conflict": (merged_draft(Published("history.md", "history.md"), ("Where",)), None),
    "refused": (Draft("refused", {"refused": 13, "by": "octo", "revises": False}), None),
    "refused-change": (Draft("refused", {"refused": 13, "by": None, "revises": True}), None),
    "lapsed": (Draft("lapsed", {"by": "stale[bot]", "deleted": False}), "#13"),
    "lapsed-with-its-branch": (Draft("lapsed", {"by": "octo", "deleted": True}), "#13"),
    "lapsed-unknown": (Draft("lapsed", {"by": None, "deleted": False}), "#13"),
    "note-unknown": (note_draft("unknown", answer="unknown"), None),
    "note-unknown-of-published": (note_draft("unknown", answer="unknown", published=True), None),
    "note-misplaced": (note_draft("postpone", answer="misplaced"), None),
    "note-misplaced-change": (note_draft("postpone", answer="misplaced", change=True), None),
    "note-apart": (note_draft("retry", answer="apart", published=True), None),
    "note-no-right": (note_draft("cancel", answer="denied"), None),
    "note-no-right-for-an-author": (note_draft("cancel", answer="denied", published=True, author=True), None),
    "note-no-right-for-an-author-with-a-form": (
        note_draft("cancel", answer="denied", published=True, author=True, changes=True),
        None,
    ),
    "note-no-right-of-published": (note_draft("cancel", answer="denied", published=True, changes=True), None),
    "note-proposed": (note_draft("cancel", answer="proposed", published=True), "#14"),
    "note-same": (note_draft("cancel", answer="same", published=True), "#13"),
    "note-blocked": (note_draft("cancel", answer="blocked", published=True), "#13"),
    "note-problem": (note_draft("reschedule", answer="problem", published=True, problem=DATE), "#13"),
    "note-problem-accepted": (note_draft("recording", answer="problem", published=True, problem=LINK), "#13"),
    "note-problem-example": (note_draft("slides", answer="problem", published=True, problem=EMPTY), "#13"),
    "pull": (Draft("pull", {**PULL, "doubts": ()}), None),
    "pull-with-a-doubt": (Draft("pull", {**PULL, "doubts": (DOUBT,)}), None),
    "pull-removal": (Draft("pull", {**PULL, "revises": True, "removes": True}), None),
    "pull-removal-with-a-note": (
        Draft("pull", {**PULL, "revises": True, "removes": True, "note": "Please take it off."}),
        None,
    ),
    "pull-change": (
        Draft(
            "pull",
            {
                **PULL,
                "summary": CHANGE,
                "note": "It was @octo",
                "likely": (LIKELY,),
                "revises": True,
                "warnings": 1,
                "remarks": (LINK,),
                "hidden": ("Room",),
            },
        ),
        None,
    ),
    "edits": (
        Draft(
            "edits",
            {
                "notes": (
                    Problem("This section was edited by hand; its record takes the change over.", file="p.md", line=9),
                    Problem(
                        "The record or the template was edited, so this section is written again.", event="- [ ] @octo"
                    ),
                ),
                "problems": (),
                "moves": False,
                "refused": None,
                "files": ("_data/x.yml", "p.md"),
            },
        ),
        None,
    ),
    "edits-moves": (
        Draft(
            "edits",
            {
                "notes": (Problem("This event is over, so it moves to the history.", file="next.md", line=9),),
                "problems": (),
                "moves": True,
                "refused": "Changes must be made through a pull request",
                "files": ("next.md", "p.md"),
            },
        ),
        None,
    ),
    "next": (Draft("next", {"series": "Tea @octo", "topic": "Topic to be announced", "apart": None}), None),
    "next-apart": (Draft("next", {"series": "Tea", "topic": "To follow", "apart": ("ET", "CET")}), None),
    "adopt": (
        Draft(
            "adopt",
            {
                "found": ("`events.md`: 4 events. The page stays as it is.",),
                "problems": (Problem("There is no such page.", file="old.md"),),
                "unread": (),
                "warnings": (),
                "newest": "- 2025-06-02: <!-- --> @ada `x` - [x] a box",
                "sample": "- 2025-06-02: A sample",
                "doubts": (),
                "template": ".github/almanac/section.md.j2",
                "docs": "https://example.org/templates.md",
                "asked": "The form asks for Title. Only Almanac's own key, `almanac`, keeps @ada #1.",
                "groups": (Group("Besides", (Box("feed", "feed--x.xml", "A feed", "feed--x.xml"),), single=False),),
                "purposes": {".github/almanac.yml": "the settings"},
                "records": 4,
                "notes": ("Jekyll leaves it out, as `future: true` is not set.",),
                "more_notes": 2,
                "label": "event",
                "follows": True,
                "theirs": ("my`file.md",),
                "deleted": (".github/almanac.yml",),
            },
        ),
        None,
    ),
    "settings": (
        Draft(
            "settings",
            {"problems": (Problem("There is no key like that.", "languag", file=".github/almanac.yml", line=12),)},
        ),
        None,
    ),
    "settings-of-a-template": (
        Draft(
            "settings",
            {
                "problems": (
                    Problem("The template fails: x.", file=".github/almanac/section.md.j2", line=3),
                    Problem("It is no text.", file="events.md"),
                )
            },
        ),
        None,
    ),
    "stopped": (
        Draft(
            "stopped",
            {"problems": (Problem("There is no key like that.", "languag", file=".github/almanac.yml", line=12),)},
        ),
        None,
    ),
    "dashboard": (
        Draft(
            "dashboard",
            {
                "ready": (
                    DashboardEntry("Add event: Soup @octo #1 ](x) <!--", "../pull/2", (), BOX),
                    DashboardEntry("Add event: Tea", "../pull/4", ("other people have committed to it",)),
                ),
                "answers": (DashboardEntry("[x] Cups", "../issues/5", ("Date, When",)),),
                "mend": (DashboardEntry("_data/x.yml, line 3", "../blob/main/_data/x.yml", ("It is too large.",)),),
                "held": (DashboardEntry("Edits made by hand", "", ("Merge the branch `almanac/sync`.",)),),
                "failed": (DashboardEntry("Cake", "../issues/6", ("GitHub refused @octo.",), BOX),),
                "more": 2,
                "coming": (DashboardEntry("Mon, Nov 8, 2021 \u2013 Soup", "../issues/1", ("postponed",)),),
                "more_coming": 3,
                "unrecorded": (DashboardEntry("Mon, Nov 1, 2021 \u2013 Cake", "../blob/main/page.md"),),
                "more_unrecorded": 1,
                "wrong": (DashboardEntry("Salad", "../blob/main/page.md?plain=1#L3", ("Not the same moment.",)),),
                "more_wrong": 0,
                "changes": True,
            },
        ),
        None,
    ),
    "dashboard-with-nothing": (
        Draft(
            "dashboard",
            dict.fromkeys(("ready", "answers", "mend", "held", "failed", "coming", "unrecorded", "wrong"), ())
            | dict.fromkeys(("more", "more_coming", "more_unrecorded", "more_wrong"), 0)
            | {"changes": False},
        ),
        None,
    ),
    "blocked": (
        Draft(
            "blocked",
            {
                "problems": (Problem("No event was found on this page.", file="events.md", line=4),),
                "kept": "\n<!-- almanac:kept -->\n\nAlmanac keeps",
            },
        ),
        None,
    ),
    "adopted": (Draft("adopted", {"path": ".github/almanac.yml"}), None),
    "edits-undecided": (
        Draft(
            "edits",
            {
                "notes": (),
                "problems": (BOTH,),
                "moves": False,
                "refused": None,
                "files": (),
            },
        ),
        None,
    ),
}


def written(name: str) -> str:
    draft, pull = DRAFTS[name]
    return load_messages().write(draft, pull=pull) + "\n"


@pytest.mark.parametrize("name", DRAFTS)
def test_a_message_reads_as_agreed(name: str) -> None:
    assert written(name) == (CASES / f"{name}.md").read_text()


def test_every_message_and_every_file_has_its_case() -> None:
    assert {draft.template for draft, _ in DRAFTS.values()} == {
        path.name.removesuffix(".md.j2") for path in TEMPLATES.iterdir()
    }
    assert {path.stem for path in CASES.iterdir()} == DRAFTS.keys()


def test_the_documentation_names_every_message_and_what_it_can_use() -> None:
    documented = {
        name: set(re.findall(r"`(\w+)`", values))
        for names, values in re.findall(r"^\| (`\w+\.md\.j2`.*?) \|.*\|(.*)\|$", DOCS.read_text(), re.MULTILINE)
        for name in re.findall(r"`(\w+)\.md\.j2`", names)
    }
    assert documented == {draft.template: set(draft.values) for draft, _ in DRAFTS.values()}


@pytest.mark.parametrize("name", DRAFTS)
def test_no_message_has_gaps_or_loose_ends(name: str) -> None:
    text = written(name)
    assert "\n\n\n" not in text
    assert text == text.strip() + "\n"
    assert all(line == line.rstrip() for line in text.split("\n"))


def test_a_section_that_is_too_long_is_left_out() -> None:
    draft = Draft("proposed", {**PROPOSED, "preview": "x" * MAX_CHARACTERS, "revises": False})
    text = load_messages().write(draft, pull="#13")
    assert "too long to be shown" in text
    assert "pull request #13" in text


def test_a_text_that_is_still_too_long_is_cut() -> None:
    warnings = tuple(Problem("w" * 1000) for _ in range(70))
    draft = Draft("proposed", {**PROPOSED, "warnings": warnings, "preview": "x", "revises": False})
    assert len(load_messages().write(draft, pull="#13")) == MAX_CHARACTERS


class TestOwn:
    def kit(self, source: str, name: str = "held") -> Messages:
        return load_messages().of_site({name: OwnTemplate(source, f"texts/{name}.md.j2")})

    def test_it_takes_the_place_of_ours_and_knows_the_same_filters(self) -> None:
        own = self.kit("{{ problems[0] | problem }}|{{ pull }}|{{ 'a`b' | code }}|{{ 'x' | fence }}", "problems")
        text = own.write(Draft("problems", {"problems": (DATE,)}), pull="#13")
        assert text == problem_text(DATE) + "|#13|`a?b`|```text\nx\n```"
        assert own.write(DRAFTS["closed"][0]) + "\n" == written("closed")

    @pytest.mark.parametrize(
        ("source", "line", "words"),
        [
            ("\n{% if %}", 2, "cannot be read"),
            ("\n\n{{ nothing }}", 3, "there is no value `nothing`. These are known: "),
            ("{{ limit // 0 }}", 1, "division"),
            ("{{ ''.__class__.__mro__ }}", 1, "fails"),
        ],
    )
    def test_a_broken_one_is_named_with_its_line(self, source: str, line: int, words: str) -> None:
        with pytest.raises(ConfigError) as caught:
            self.kit(source).write(DRAFTS["held"][0])
        problem = caught.value.problems[0]
        assert (problem.file, problem.line) == ("texts/held.md.j2", line)
        assert words in problem.message

    def test_one_that_never_ends_is_stopped(self) -> None:
        nested = "{% for a in range(99999) %}{% for b in range(99999) %}{{ a }}{% endfor %}{% endfor %}"
        with pytest.raises(ConfigError, match=r"stopped|fails"):
            self.kit(nested).write(DRAFTS["held"][0])

    def test_all_texts_of_a_plan_are_tried_before_the_first_is_written(self) -> None:
        broken, fine = Draft("held", {"limit": 10}), Draft("closed")
        writes = (
            (PutComment(1, None, broken, {}),),
            (PutComment(1, 2, "kept", {}, (broken,)),),
            (OpenPull("b", "main", "T", broken, {}),),
            (DeleteBranch("b", "x"), EditPull(3, broken, {})),
        )
        own = self.kit("{{ nothing }}")
        for each in writes:
            with pytest.raises(ConfigError):
                own.rehearse(Plan(1, "created", "", each))
        own.rehearse(Plan(1, "created", "", (EditPull(3, "kept", {}), PutComment(1, 2, fine, {}))))

    @pytest.mark.parametrize(("name", "words"), [("propsed", "Did you mean `proposed.md.j2`"), ("zzz", "no message")])
    def test_a_name_that_is_no_message_is_refused(self, name: str, words: str) -> None:
        with pytest.raises(ConfigError, match=words):
            self.kit("x", name)


def test_typed_text_stands_only_inside_a_fence() -> None:
    typed = "```\n@everyone closes #5\n````"
    text = problem_text(Problem("Wrong.", "Title", typed, typed))
    assert text.count("`````text\n```\n@everyone closes #5\n````\n`````") == 2


def test_a_file_s_name_is_code_in_which_nothing_acts() -> None:
    assert code("a`b`") == "`a?b?`"


def test_our_own_templates_are_named_like_a_site_s_own() -> None:
    with pytest.raises(ConfigError) as caught:
        write_text("{{ nothing }}", {}, "held.md.j2")
    assert caught.value.problems[0].file == "held.md.j2"


if __name__ == "__main__":
    for each in DRAFTS:
        (CASES / f"{each}.md").write_text(written(each))


def test_the_names_of_files_and_of_their_fields_mention_nobody() -> None:
    problem = Problem("There is no such key.", "@octocat\n\n#12 `x", file="a`b\n@octocat.yml", line=4)
    assert problem_text(problem) == r"`a?b\n@octocat.yml`, line 4: `@octocat\n\n#12 ?x`: There is no such key."


def test_problems_that_have_no_room_are_told_later() -> None:
    many = tuple(Problem(f"Problem {number}.", "People", typed="x" * 900) for number in range(100))
    text = load_messages().write(Draft("problems", {"problems": many}), pull=None)
    assert MAX_CHARACTERS // 3 < len(text) <= MAX_CHARACTERS
    assert "Problem 0." in text
    assert "Problem 99." not in text
    assert text.count("There is more to fix") == 1
    assert text.endswith("I will then look again automatically.")
    one = load_messages().write(Draft("problems", {"problems": (Problem("X", typed="x" * 70_000),)}), pull=None)
    assert len(one) == MAX_CHARACTERS


def test_a_site_s_own_pull_request_can_use_the_table_and_the_entry() -> None:
    rows = "{% for row in summary %}{{ row.name }}={{ row.text }};{% endfor %}"
    source = f"{rows}\n\n{{{{ preview | quotation }}}}\n{{{{ '@x' | inert }}}}"
    own = load_messages().of_site({"pull": OwnTemplate(source, "texts/pull.md.j2")})
    text = own.write(Draft("pull", {**PULL, "doubts": ()}))
    assert text.startswith("What=Soup &#124; Salad (Food);Date=Monday, November 8, 2021;")
    assert "\n> ### November 8th, 2021:  Soup\n" in text
    assert text.endswith("\n@&#8203;x")
