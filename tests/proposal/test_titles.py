"""Titles and commit messages say what the event is, and can neither mention, close nor skip anything."""

import re

import pytest
from almanac.event.model import Event
from almanac.proposal.branch import plain_name
from hypothesis import given
from hypothesis import strategies as st


def named(title: str, series: str | None = None) -> str:
    return plain_name(Event(id="2021-11-08-x", title=title, date="2021-11-08", series=series))


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
        ("x\u0351\u0343y \u0351 \u2764\ufe0f", "x\u0351\u0343y"),
        ("hello @octocat", "hello octocat"),
        ("[skip ci] talk", "skip ci talk"),
        ("see https://evil.example/x", "see https evil example x"),
        ("a\n\nCo-authored-by: x <y@z>", "a Co-authored-by x y z"),
        ("Über Café 東京", "Über Café 東京"),
        ("\U0001f600", ""),
        ("word " * 40, "word " * 11 + "word"),
    ],
)
def test_what_is_left_of_a_title(title: str, expected: str) -> None:
    assert named(title) == expected


def test_a_series_stands_for_the_event() -> None:
    assert named("When Institutions Cooperate", "Governments & Agencies") == "Governments & Agencies"


@given(st.text(min_size=1))
def test_nothing_is_left_that_github_or_git_would_act_on(title: str) -> None:
    left = named(title)
    assert not re.search(r"[@#:\[\]<>/\n\r]|\bGH-\d", left, re.IGNORECASE)
    assert len(left) <= 60
