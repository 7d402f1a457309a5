"""Titles and commit messages say what the event is, and can neither mention, close nor skip anything."""

import json
import re

import pytest
from almanac.errors import ConfigError
from almanac.event.model import Event
from almanac.histories import read_config
from almanac.proposal.branch import plain, proposal_title
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        (
            "Measuring OSPOs, Measuring Impact - Theory to Practice",
            "Measuring OSPOs, Measuring Impact - Theory to Practice",
        ),
        ("Fixes #1", "Fixes 1"),
        ("closes gh-7 now", "closes now"),
        ("Closes GH-1GH-12", "Closes"),
        ("fixes gh-1Gh-2gH-3 GH-4", "fixes"),
        ("हिन्दी में कार्यक्रम", "हिन्दी में कार्यक्रम"),
        ("ประชุมใหญ่", "ประชุมใหญ่"),
        ("x\u0351\u0343y \u0351 \u2764\ufe0f", "x\u0351\u0343y \u2764\ufe0f"),
        ("hello @octocat", "hello octocat"),
        ("[skip ci] talk", "skip ci talk"),
        ("see https://evil.example/x", "see https evil example/x"),
        ("a\n\nCo-authored-by: x <y@z>", "a Co-authored-by: x y z"),
        ("Über Café 東京", "Über Café 東京"),
        ("Openness: why? (part 1) at 10:30", "Openness: why? (part 1) at 10:30"),
        (
            "\U0001f600 :tada: CI/CD \u00ab\u6771\u4eac\uff1a\u4f1a\u00bb",
            "\U0001f600 tada: CI/CD \u00ab\u6771\u4eac\uff1a\u4f1a\u00bb",
        ),
        ("\uff20octo \uff031 \uffff\U0010ffff", "octo 1"),
        ("#\ufe0f\u20e3 x", "x"),
        ('a `b` "c" $(d); e | f', "a b c (d) e f"),
        ("When Institutions Cooperate (2 Hour Special, Live from Paris)", "When Institutions Cooperate"),
        ("[x](https://evil.example)", "x (https evil example)"),
        ("word " * 40, "word " * 11 + "word"),
    ],
)
def test_what_is_left_of_a_title(title: str, expected: str) -> None:
    assert plain(title) == expected


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (
            {"title": "Sustaining Research Software", "series": "Universities & Academia"},
            "Thu, Dec 9, 2021 \u2013 Sustaining Research Software (Universities & Academia)",
        ),
        ({"title": "Demo day", "series": "Demo day"}, "Thu, Dec 9, 2021 \u2013 Demo day"),
        ({"title": "Fixes #1 @octo"}, "Thu, Dec 9, 2021 \u2013 Fixes 1 octo"),
        ({"title": "\U0001f600", "series": "Talks"}, "Thu, Dec 9, 2021 \u2013 \U0001f600 (Talks)"),
        ({"title": "@#"}, "Thu, Dec 9, 2021"),
        ({"title": "x", "end_date": "2021-12-11"}, "Thu, Dec 9 - Sat, Dec 11, 2021 \u2013 x"),
        ({"title": "x", "end_date": "2022-01-02"}, "Thu, Dec 9, 2021 - Sun, Jan 2, 2022 \u2013 x"),
        ({"title": "x", "date": "2021-12"}, "Dec 2021 \u2013 x"),
        ({"title": "x", "date": "2021"}, "2021 \u2013 x"),
        ({"title": "x", "date": "XXXX-12-09"}, "Dec 9 \u2013 x"),
    ],
)
def test_a_title_names_the_event_by_its_day_its_title_and_its_series(event: dict[str, str], words: str) -> None:
    named_event = Event(**{"id": "2021-12-09-x", "date": "2021-12-09", **event})  # type: ignore[arg-type]
    assert proposal_title(named_event, 44, "Add") == f"Add event: {words} #44"
    assert proposal_title(named_event, 44, "Change") == f"Change event: {words} #44"


@given(st.text(min_size=1))
def test_nothing_is_left_that_github_or_git_would_act_on(title: str) -> None:
    left = plain(title)
    assert not re.search(r"[@#\[\]<>`$\n\r]|:(?!\s|\d\d|$)|//|\bGH-\d", left, re.IGNORECASE)
    assert len(left) <= 60


@pytest.mark.parametrize(
    ("pattern", "event", "expected"),
    [
        ("{action} event: {title}, {date} #{number}", {}, "Add event: Demo 1, Thu, Dec 9, 2021 #44"),
        ("event({series}): {title}", {"series": "Talks"}, "event(Talks): Demo 1"),
        ("{series} {title}", {}, "Demo 1"),
        ("[{series}] {title}", {"series": "skip ci"}, "(skip ci) Demo 1"),
        ("[ {series} ] {title}", {"series": "No CI"}, "(No CI) Demo 1"),
        ("{title}", {"title": "closes #5 @octo GH-7"}, "closes 5 octo"),
        ("{title}: {number}", {"title": "feat!: x"}, "feat x: 44"),
        ("docs: {title}", {"title": "Why: x"}, "docs: Why: x"),
    ],
)
def test_a_site_s_own_title_is_as_harmless(pattern: str, event: dict[str, str], expected: str) -> None:
    config = read_config(f"pull_requests:\n  title: {json.dumps(pattern)}\n")
    made = Event(**{"id": "2021-12-09-x", "date": "2021-12-09", "title": "Demo #1", **event})  # type: ignore[arg-type]
    assert proposal_title(made, 44, "Add", config.pull_requests.title) == expected


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("{name}", "these stand for the event's own words"),
        ("{title.__class__}", "these stand for the event's own words"),
        ("{title", "these stand for the event's own words"),
        ("GH-{title}", "Put a space"),
        ("#{title}", "Put a space"),
        ("{title}-12", "Put a space"),
        ("{title}{series}", "Put a space"),
        (" ", "one line"),
        ("x" * 101, "one line"),
    ],
)
def test_a_title_that_would_not_be_is_refused(pattern: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        read_config(f"pull_requests:\n  title: {json.dumps(pattern)}\n")
