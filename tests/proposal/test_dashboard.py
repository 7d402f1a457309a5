"""What the dashboard holds, from what a sweep saw and from the records, without any forge."""

from datetime import UTC, datetime
from typing import Any

import pytest
from almanac.catalogues import load_tongue
from almanac.config import Config
from almanac.defaults import load_messages
from almanac.errors import Problem
from almanac.event.model import Event
from almanac.phrases import said
from almanac.proposal.dashboard import DashboardEntry, Listed, Places, Seen, asked_again, dashboard_draft
from almanac.proposal.hidden import with_state
from almanac.proposal.state import EDITS, Issue, Outcome, Plan, Pull

NOW = datetime(2026, 3, 4, tzinfo=UTC)
WEB = Places("main", is_web=True)
SITE = "https://github.com/octo/site"


def seen(number: int, outcome: Outcome | None, **more: Any) -> Seen:
    issue = Issue(number, f"Issue {number}", "", url=f"{SITE}/issues/{number}")
    plan = {name: more.pop(name) for name in ("problems", "event") if name in more}
    return Seen(Plan(number, outcome, "Because.", **plan), issue, **more)


def pull(number: int, **state: object) -> Pull:
    return Pull(number, f"Pull {number}", with_state("", state), url=f"{SITE}/pull/{number}")


def event(date: str, **more: Any) -> Event:
    return Event(id=f"{date}-x", title=more.pop("title", f"On {date}"), date=date, **more)


def shown(*what: Seen, records: tuple[Event, ...] = (), page: str = "") -> dict[str, Any]:
    draft = dashboard_draft(what, [Listed(Config(), records, lambda _: "a page.md", page)], WEB, NOW)
    assert load_messages().write(draft)
    return dict(draft.values)


def links(entries: tuple[DashboardEntry, ...]) -> list[tuple[str, bool]]:
    return [(entry.link, bool(entry.mark)) for entry in entries]


@pytest.mark.parametrize("changes", [False, True])
def test_the_form_for_changes_is_named_where_there_is_one(changes: bool) -> None:
    records = (
        event("2026-02-01", recording="https://video.example.org/1"),
        event("2026-03-01", when="9am EST, 9am CET", starts="2026-03-01T09:00:00-05:00"),
    )
    listed = [Listed(Config(), records, lambda _: "a page.md", changes=changes)]
    text = load_messages().write(dashboard_draft((), listed, WEB, NOW))
    assert "Past, without a recording" in text
    assert "Times to check" in text
    assert ("Change an event" in text) is changes


def test_each_issue_is_where_somebody_can_do_something() -> None:
    wrong = Problem("This has to be filled in.", "Title")
    found = shown(
        seen(1, "unchanged", pull=pull(11)),
        seen(2, "unchanged", pull=pull(12, shared=True)),
        seen(3, "waiting", problems=(wrong, wrong)),
        seen(4, "waiting", event=event("2026-05-01")),
        seen(5, None, failure="GitHub refused it."),
        seen(6, "closed", pull=pull(16)),
        seen(7, None),
        Seen(Plan(0, "unchanged", "", subject=EDITS), pull=pull(17)),
        Seen(Plan(0, "waiting", "", problems=(Problem("It is too large.", file="x.yml"),), subject=EDITS)),
    )
    assert links(found["ready"]) == [("../pull/11", True), ("../pull/12", False), ("../pull/17", False)]
    assert [(one.link, one.notes) for one in found["answers"]] == [("../issues/3", ("Title",))]
    assert links(found["held"]) == [("../issues/4", True)]
    assert [(one.name, one.link, one.notes) for one in found["mend"]] == [
        ("x.yml", "../blob/main/x.yml", ("It is too large.",))
    ]
    assert links(found["failed"]) == [("../issues/5", True)]


def test_events_are_listed_as_long_as_they_matter() -> None:
    past = [event(f"2026-02-{day:02}", issue=day) for day in range(1, 15)]
    records = (
        *past,
        event("2020-01-01"),
        event("2026-02-20", recording="https://example.org/r"),
        event("2026-02-21", status="cancelled"),
        event("2026-05-01", status="postponed"),
        event("2026-04-01"),
        event("2026-01-08", title="Tea", when="9am ET, 4pm CET", duplicate_of="x"),
        event("2026-01-09", title="Cups", when="9am ET, 4pm CET"),
        event("2026-01-10", title="Soup", when="in the evening"),
    )
    found = shown(records=records, page="# Events\n\n- Tea\n- Cups\n")
    assert [one.link for one in found["coming"]] == ["../blob/main/a%20page.md"] * 2
    assert [one.notes for one in found["coming"]] == [(), ("postponed",)]
    assert [one.link for one in found["unrecorded"]] == [f"../issues/{day}" for day in range(14, 4, -1)]
    assert found["more_unrecorded"] == 6
    assert [one.link for one in found["wrong"]] == ["../blob/main/a%20page.md?plain=1#L4"]
    assert shown(records=(event("2026-02-01"),))["unrecorded"] == ()  # recordings are not usual there


@pytest.mark.parametrize(("state", "asked"), [("open", {12}), ("closed", set())])
def test_only_boxes_of_ours_ask_for_something(state: Any, asked: set[int]) -> None:
    boxes = ['{"again": "12"}', '{"again": "x"}', '{"again": "9999999999"}', '{"other": "13"}', '["again"]', "{"]
    lines = [f"- [x] <!-- almanac:box {box} -->" for box in boxes]
    lines += ['- [ ] <!-- almanac:box {"again": "14"} -->', '```\n- [x] <!-- almanac:box {"again": "15"} -->\n```']
    assert asked_again(Issue(1, "", "\n".join(lines), state=state)) == asked
    assert asked_again(None) == set()


def test_a_name_that_is_cut_short_is_said_in_the_site_s_language() -> None:
    [one] = shown(records=(event("2026-05-01", title="Soup " * 40),))["coming"]
    assert one.name.startswith("Fri, May 1, 2026")
    in_german = said(one.name, load_tongue("de"))
    assert in_german.startswith("Fr., 1. Mai 2026")
    assert len(in_german) <= 120
