"""Samples of each message, for every state in which it is written: a site's own templates are tried with them."""

from almanac.errors import Candidate, Problem
from almanac.event.model import Event, Person
from almanac.proposal.boxes import box_mark
from almanac.proposal.comment import note_draft, review_draft
from almanac.proposal.dashboard import DashboardEntry
from almanac.proposal.onboarding import Box, Group
from almanac.proposal.published import Following, Published
from almanac.proposal.state import Draft
from almanac.proposal.summary import summary
from almanac.proposal.triage import merged_draft

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

SAMPLES: dict[str, tuple[Draft, str | None]] = {
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
                "history": "",
                "form_name": "New event",
                "has_box": False,
                "branch": "almanac/adopt",
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
"""The messages by the names of their samples, each with the pull request that it is about."""
