"""A file that a person keeps is changed only where it has to change."""

from typing import Any

import pytest
import yaml
from almanac.yamlwriter import dump, is_plain, rewrite
from hypothesis import given, settings
from hypothesis import strategies as st

SOURCE = """\
# ours
title:   'Demo'   # the short one
id: 2021-11-08-x

date: 2021-11-08  # a Monday
recording:  # later
people:
# the hosts
- name: Ada   # chair
  # her page
  url: "https://a.org"
  affiliation: |
    Society

- {name: Grace, role: 'host'}
agenda: [intro 🎉, 'talk']
issue: 12
description: >-
  One

  Two   # not a comment
# end
"""
DATA = {
    "id": "2021-11-08-x",
    "issue": 12,
    "title": "Demo",
    "date": "2021-11-08",
    "people": [
        {"name": "Ada", "url": "https://a.org", "affiliation": "Society\n"},
        {"name": "Grace", "role": "host"},
    ],
    "description": "One\nTwo   # not a comment",
    "agenda": ["intro 🎉", "talk"],
}


@pytest.mark.parametrize(
    ("change", "was", "now"),
    [
        ({}, "", ""),
        ({"title": "De'mo"}, "'Demo'   # the", "'De''mo'   # the"),
        ({"title": "De\nmo"}, "'Demo'   # the", '"De\\nmo"   # the'),
        ({"date": "2021-11-09"}, "date: 2021-11-08  # a", 'date: "2021-11-09"  # a'),
        ({"recording": "https://r.org"}, "recording:  # later", 'recording: "https://r.org"  # later'),
        ({"recording": ["a"]}, "recording:  # later", 'recording:\n  - "a"  # later'),
        ({"series": "S"}, "issue: 12", 'series: "S"\nissue: 12'),
        ({"issue": 13}, "issue: 12", "issue: 13"),
        ({"issue": None}, "issue: 12\n", ""),
        ({"agenda": ["intro 🎉", "talks"]}, "'talk'", "'talks'"),
        ({"agenda": ["Ünder"]}, "[intro 🎉, 'talk']", '["Ünder"]'),
        ({"agenda": ["talk", "end"]}, "[intro 🎉, 'talk']", '["talk", "end"]'),
        ({"agenda": "talk"}, "agenda: [intro 🎉, 'talk']", 'agenda: "talk"'),
        ({"description": "1\n\n2"}, "  One\n\n  Two   # not a comment\n", "  1\n\n\n  2\n"),
        ({"agenda": ["a: 🎉", "talk"]}, "intro 🎉", '"a: 🎉"'),
        ({"agenda": ["\U000e0041 \x85\ufeff\xa0", "talk"]}, "intro 🎉", '"\\U000E0041 \\N\\uFEFF\xa0"'),
        ({"description": "1\t\x07"}, ">-\n  One\n\n  Two   # not a comment\n", '"1\\t\\a"\n'),
    ],
)
def test_only_what_differs_changes(change: dict[str, Any], was: str, now: str) -> None:
    data = {key: value for key, value in {**DATA, **change}.items() if value is not None}
    assert SOURCE.count(was) == 1 or not was
    assert rewrite(SOURCE, data) == SOURCE.replace(was, now)
    dos = "\ufeff" + SOURCE.replace("\n", "\r\n")
    assert rewrite(dos, data) == "\ufeff" + SOURCE.replace(was, now).replace("\n", "\r\n")


@pytest.mark.parametrize(
    ("people", "was", "now"),
    [
        ([{"name": "Z"}, *DATA["people"]], "- name: Ada", '- name: "Z"\n- name: Ada'),  # type: ignore[misc]
        ([*DATA["people"], {"name": "Z"}], "role: 'host'}\n", "role: 'host'}\n- name: \"Z\"\n"),  # type: ignore[misc]
        ([{"name": "Ada", "url": "https://b.org", "affiliation": "Society\n"}, DATA["people"][1]], "a.org", "b.org"),  # type: ignore[index]
        ([DATA["people"][0]], "- {name: Grace, role: 'host'}\n", ""),  # type: ignore[index]
        ([DATA["people"][0], {"name": "Grace"}], "{name: Grace, role: 'host'}", '{name: "Grace"}'),  # type: ignore[index]
        (
            [{"name": "Ada", "role": "chair", "url": "https://a.org", "affiliation": "Society\n"}, DATA["people"][1]],  # type: ignore[index]
            "# chair\n",
            '# chair\n  role: "chair"\n',
        ),
    ],
)
def test_entries_of_a_list_keep_their_comments(people: list[Any], was: str, now: str) -> None:
    assert SOURCE.count(was) == 1
    assert rewrite(SOURCE, {**DATA, "people": people}) == SOURCE.replace(was, now)


@pytest.mark.parametrize(
    ("source", "data", "text"),
    [
        ("a: 1", {"a": 2}, "a: 2\n"),
        ("{a: 1, b: [x, {c: d}]}\n", {"a": 1, "b": ["x", {"c": "e"}]}, '{a: 1, b: [x, {c: "e"}]}\n'),
        ("{a: 1, b: 2}\n", {"a": 1}, "{a: 1}\n"),
        ("a: {b: c}\n", {"a": {"b": ["d"]}}, 'a: {b: ["d"]}\n'),
        ("a:\n  b: 1\n", {"a": {"c": 2, "b": 1}}, "a:\n  c: 2\n  b: 1\n"),
        ("a:\n  # why\n  b: 1\n", {"a": {"c": 2}}, "a:\n  # why\n  c: 2\n"),
        # What begins on its hyphen's line is written again with it.
        ("a:\n- b: 1  # x\n  c: 2  # y\n", {"a": [{"c": 2}]}, "a:\n- c: 2  # y\n"),
        ("a:\n- b: 1\n", {"a": [{"c": 2, "b": 1}]}, "a:\n- c: 2\n  b: 1\n"),
        ("a:\n- # b - c\n  b: 1\n- d\n", {"a": ["d"]}, 'a:\n  - "d"\n'),
        ("a: []\nb: {}\nc:\n", {"a": ["x"]}, 'a: ["x"]\nb: {}\nc:\n'),
    ],
)
def test_corners(source: str, data: dict[str, Any], text: str) -> None:
    assert rewrite(source, data) == text


@pytest.mark.parametrize("source", ["", "# nothing\n", "- a\n", "? a\n: 1\n? b\n: 2\n"])
def test_what_cannot_be_changed_in_place(source: str) -> None:
    assert rewrite(source, {"a": 1}) is None


words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["yes", "# x", "- a", "1", "a: b"]
)
keys = st.sampled_from(["a", "on", "Ja: nein", "c", "d"])
values = st.recursive(
    words | st.integers(-9, 10**9) | st.booleans(),
    lambda inner: st.lists(inner, min_size=1, max_size=4) | st.dictionaries(keys, inner, min_size=1, max_size=4),
    max_leaves=12,
)
groups = st.dictionaries(keys, values, min_size=1, max_size=5)


@pytest.mark.no_cover
@settings(max_examples=5 * settings().max_examples)
@given(groups, groups, st.randoms(use_true_random=False))
def test_a_commented_file_comes_to_hold_the_new_values(old: dict[str, Any], new: dict[str, Any], random: Any) -> None:
    lines = dump(old).splitlines(keepends=True)
    source = "".join(random.choice(["", "", "# note\n", "\n"]) + line for line in lines)
    assert rewrite(source, old) == source
    text = rewrite(source, new)
    assert text is None or yaml.safe_load(text) == new


@pytest.mark.parametrize("text", ["a: b", "CANCELLED: {{ x | y }}", "a: [b: c]", "no", "12", "2021-11-08"])
def test_a_text_that_reads_as_something_else_needs_quotes(text: str) -> None:
    assert not is_plain(text, in_flow=False)
    assert not is_plain(text, in_flow=True)


@pytest.mark.parametrize(
    "data",
    [
        {"id": "2021-x", "issue": 3, "agenda": ["a: b", "- c"], "links": [{"label": "x", "url": "y", "more": ["z"]}]},
        {
            "image": {"path": "p", "deep": {"er": [["a", 1], ["b"]]}},
            "text": '\t"quote" \\ \u2028 \x00 \u00e9 \U0001f600',
        },
        {"empty": "", "long": "x " * 500, "n": -5},
    ],
)
def test_simple_values_are_written_as_beside_others(data: dict[str, Any]) -> None:
    assert dump({**data, "other": None}) == f"{dump(data)}other: null\n"
    assert yaml.safe_load(dump(data)) == data
