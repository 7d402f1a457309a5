"""Entries in each format: found, changed, added and removed, and nothing else of the file is different."""

import json
from typing import Any

import pytest
from almanac.entries.formats import DataEntry, Format, ListFormat
from almanac.entries.frontmatter import FrontMatter
from almanac.entries.incsv import CsvList
from almanac.entries.injson import JsonList
from almanac.entries.inyaml import YamlFile, YamlList
from almanac.entries.kinds import file_format, list_format
from almanac.errors import ConfigError, UserError

MEETUPS = """\
# Our meetups, newest first.
# The loop is in index.html.

- title: "Second"
  place: 'The Barn'  # upstairs
  start: 2026-04-22

# the very first
- title: First
  place: Hall, 2nd floor
  start: 2026-01-12
"""
TALKS = """\
talks:
  - name: B
    slides:
  - name: A
    tags: [x, y]
more: 1
"""
EVENTS = """\
[
  {
    "title": "Second",
    "venue": {
      "name": "Hall"
    },
    "free": true
  },
  { "title": "First", "venue": null, "free": false }
]
"""
ROWS = 'title,where,year\nSecond,"Hall, upstairs",2026\n\n"First","Barn",2025\n'
LISTS: dict[str, tuple[ListFormat, str]] = {
    "yaml": (YamlList(), MEETUPS),
    "yaml, CRLF": (YamlList(), MEETUPS.replace("\n", "\r\n")),
    "yaml, under a key": (YamlList("talks"), TALKS),
    "yaml, no newline at the end": (YamlList(), MEETUPS.rstrip("\n")),
    "yaml, a mark at the top": (YamlList(), "\ufeff" + MEETUPS),
    "yaml, a mark before the first": (YamlList(), "\ufeff" + MEETUPS[MEETUPS.index("- ") :]),
    "yaml, hyphens on lines of their own": (YamlList(), MEETUPS.replace("- ", "-\n  ")),
    "json": (JsonList(), EVENTS),
    "json, under a key": (JsonList("events"), f'{{"events": {EVENTS.strip()}, "n": 1}}'),
    "json, one line": (JsonList(), '[{"a":1,"b":"x"},{"a":2,"b":"y"}]'),
    "json, CRLF": (JsonList(), EVENTS.replace("\n", "\r\n")),
    "json, ASCII": (JsonList(), '[\n\t{\n\t\t"a": "\\u00fc"\n\t},\n\t{\n\t\t"a": "b"\n\t}\n]'),
    "csv": (CsvList(), ROWS),
    "csv, semicolons": (CsvList(), ROWS.replace(",", ";")),
    "csv, tabs": (CsvList(), ROWS.replace(",", "\t")),
    "csv, CRLF, no newline at the end": (CsvList(), ROWS.rstrip("\n").replace("\n", "\r\n")),
}
by_name = pytest.mark.parametrize("name", LISTS)


def data(kind: Format, text: str) -> list[dict[str, Any]]:
    return [entry.data for entry in kind.entries(text)]


def copied(kind: ListFormat, text: str, index: int) -> str:
    """Return an entry as a template would write it."""
    entry = kind.entries(text)[index]
    written = text[entry.start : entry.end].replace("\r\n", "\n").rstrip("\n")
    if isinstance(kind, CsvList):
        return f"{text.splitlines()[0]}\n{written}\n"
    if isinstance(kind, JsonList):
        return json.dumps(entry.data, indent=2, ensure_ascii=False) + "\n"
    column = len(written) - len(written.lstrip(" "))
    return "\n".join(line[column:] for line in written.split("\n")) + "\n"


@by_name
def test_entries_are_found_with_their_places(name: str) -> None:
    kind, text = LISTS[name]
    entries = kind.entries(text, "x")
    assert len(entries) == 2
    for entry in entries:
        assert text.count("\n", 0, entry.start) + 1 == entry.line
        assert all(str(value) in text[entry.start : entry.end] for value in entry.data.values() if type(value) is int)


@by_name
@pytest.mark.parametrize("index", [0, 1, 2])
@pytest.mark.parametrize("which", [0, 1])
def test_an_entry_is_added_and_taken_out_again(name: str, index: int, which: int) -> None:
    kind, text = LISTS[name]
    before = data(kind, text)
    after = kind.inserted(text, index, copied(kind, text, which))
    assert data(kind, after) == [*before[:index], before[which], *before[index:]]
    assert_only_added(text, after)
    assert kind.removed(after, index) == text


def assert_only_added(text: str, after: str) -> None:
    same = next((n for n in range(len(text)) if text[n] != after[n]), len(text))
    assert after.endswith(text[same:])
    assert ("\r\n" in text) == ("\r\n" in after)
    assert after.count("\n") - after.count("\r\n") == 0 or "\r\n" not in text


@by_name
def test_an_entry_is_taken_out(name: str) -> None:
    kind, text = LISTS[name]
    first, second = data(kind, text)
    assert data(kind, kind.removed(text, 0)) == [second]
    assert data(kind, kind.removed(text, 1)) == [first]
    assert data(kind, kind.removed(kind.removed(text, 0), 0)) == []


@by_name
def test_a_list_without_entries_gets_one(name: str) -> None:
    kind, text = LISTS[name]
    empty = kind.removed(kind.removed(text, 0), 0)
    again = kind.inserted(empty, 0, copied(kind, text, 0))
    assert data(kind, again) == data(kind, text)[:1]


@by_name
def test_a_changed_value_is_changed_in_place(name: str) -> None:
    kind, text = LISTS[name]
    for index, entry in enumerate(kind.entries(text)):
        key = next(iter(entry.data))
        changed = kind.changed(text, entry, {**entry.data, key: 'Ne: "w"'})
        assert changed is not None
        assert data(kind, changed)[index] == {**entry.data, key: 'Ne: "w"'}
        assert data(kind, changed)[1 - index] == data(kind, text)[1 - index]
        assert changed.count("\n") == text.count("\n")
        assert kind.changed(text, entry, entry.data) == text


@pytest.mark.parametrize("name", [name for name in LISTS if not name.startswith("csv")])
def test_a_group_of_its_own_is_added_changed_and_removed(name: str) -> None:
    kind, text = LISTS[name]
    for index in (0, 1):
        entry = kind.entries(text)[index]
        own = {"almanac": {"issue": 12, "people": [{"name": "A\n'\"", "url": "https://a.org"}], "none": None, "l": []}}
        with_own = kind.changed(text, entry, {**entry.data, **own})
        assert with_own is not None
        assert data(kind, with_own)[index] == {**entry.data, **own}
        there = kind.entries(with_own)[index]
        other = {"almanac": {"issue": 13, "people": []}}
        again = kind.changed(with_own, there, {**there.data, **other})
        assert again is not None
        assert data(kind, again)[index] == {**entry.data, **other}
        assert kind.changed(with_own, there, entry.data) == text


def test_what_is_added_looks_as_its_neighbours() -> None:
    new = "- title: New\n  start: 2026-02-02\n"
    top = MEETUPS.replace('- title: "Second"', f'{new}\n- title: "Second"')
    assert YamlList().inserted(MEETUPS, 0, new) == top
    assert YamlList().inserted(MEETUPS, 1, new) == MEETUPS.replace("# the very", f"{new}\n# the very").replace(
        "2026-04-22\n\n- title: New", "2026-04-22\n\n- title: New"
    )
    assert YamlList().inserted(MEETUPS, 2, new) == f"{MEETUPS}\n{new}"
    assert YamlList("talks").inserted(TALKS, 1, "- name: C\n") == TALKS.replace(
        "  - name: A", "  - name: C\n  - name: A"
    )
    assert JsonList().inserted('[{"a":1},{"a":2}]', 1, '{\n  "a": "é"\n}\n') == '[{"a":1},{"a":"é"},{"a":2}]'
    ascii_only = JsonList().inserted('[\n  {"a": "\\u00e9"}\n]\n', 1, '{"a": "\\"é"}')
    assert ascii_only == '[\n  {"a": "\\u00e9"},\n  {"a": "\\"\\u00e9"}\n]\n'
    csv = CsvList().inserted(ROWS, 2, "where,title\nx,y\n")
    assert csv == f'{ROWS}"y","x",\n'


def test_a_comment_goes_with_its_entry() -> None:
    assert YamlList().removed(MEETUPS, 1) == MEETUPS[: MEETUPS.index("\n# the very first")]
    assert YamlList().removed(MEETUPS, 0) == MEETUPS.replace(
        "- title: \"Second\"\n  place: 'The Barn'  # upstairs\n  start: 2026-04-22\n\n", ""
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "- a: 1\n"),
        ("# none yet\n", "# none yet\n- a: 1\n"),
        ("[]\n", "- a: 1\n"),
        ("[]", "- a: 1\n"),
        ("# x\n[] # none\n", "# x\n# none\n- a: 1\n"),
    ],
)
def test_the_first_entry_of_a_list(text: str, expected: str) -> None:
    assert YamlList().inserted(text, 0, "- a: 1\n") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "talks:\n  - a: 1\n"),
        ("talks: []\nb: 1\n", "talks:\n  - a: 1\nb: 1\n"),
        ("talks:\nb: 1\n", "talks:\n  - a: 1\nb: 1\n"),
        ("talks:\n  []\nb: 1\n", "talks:\n  - a: 1\nb: 1\n"),
        ("b: 1\n", "b: 1\ntalks:\n  - a: 1\n"),
        ("talks: []", "talks:\n  - a: 1\n"),
    ],
)
def test_the_first_entry_under_a_key(text: str, expected: str) -> None:
    assert YamlList("talks").inserted(text, 0, "- a: 1\n") == expected


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        (YamlList(), "a: 1\n", "There has to be a list of events in this file, each after a hyphen."),
        (YamlList("a"), "a: 1\n", "There has to be a list of events under `a`"),
        (YamlList(), "- a: 1\n  a: 2\n", "twice"),
        (YamlList(), "- 'a\n", "not valid YAML"),
        (YamlFile(), "- a\n", "keys with values here"),
        (JsonList(), '{"a": 1}', "There has to be a list of events at the top of this file."),
        (JsonList("a"), '{"a": 1}', "There has to be a list of events under `a`."),
        (JsonList(), "[{]", "not valid JSON"),
        (JsonList(), '[{"a": 1, "a": 2}]', "a key is there twice"),
        (JsonList(), "[NaN]", "NaN is no number"),
        (JsonList(), "[" * 100_000, "nested too deep"),
        (CsvList(), "", "The first row has to name the columns"),
        (CsvList(), "a,a\n", "each once"),
        (CsvList(), 'a,b\nx,"y\n', "quotation mark"),
        (CsvList(), 'a,b\nx,y"z\n', "quotation mark"),
        (FrontMatter(), "---\na: 'b\n---\n", "not valid YAML"),
        (FrontMatter(), "+++\na = 'b\n+++\n", "not valid TOML"),
        (FrontMatter(), f"+++\na = {'[' * 100_000}\n+++\n", "nested too deep"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(kind: Format, text: str, message: str) -> None:
    with pytest.raises(UserError, match="x:") as caught:
        kind.entries(text, "x")
    assert message in str(caught.value)


def test_a_list_in_brackets_gets_no_entry() -> None:
    with pytest.raises(UserError, match="in brackets"):
        YamlList().inserted("[{a: 1}]\n", 0, "- a: 1\n")


def test_a_key_of_json_that_is_missing_gets_no_entry() -> None:
    assert JsonList("a").entries("{}") == ()
    with pytest.raises(UserError, match="under `a`"):
        JsonList("a").inserted("{}", 0, "{}")


def test_an_object_without_members_gets_one() -> None:
    text = '[{}, {"a": {}}]'
    first, second = JsonList().entries(text)
    assert JsonList().changed(text, first, {"b": [1]}) == '[{"b": [1]}, {"a": {}}]'
    assert JsonList().changed(text, second, {"a": {"b": 1}}) == '[{}, {"a": {"b": 1}}]'


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ('[{"a": 1, "b": 2}]', '2, "c": 3}]'),
        ('[{"a": 1}]', '1, "c": 3}]'),
        ('[{"a":1,"b":2}]', '2,"c":3}]'),
        ('[{ "a": 1 }]', '1, "c": 3 }]'),
        ('[\n  {"a": 1,\n   "b": 2}\n]', '2,\n   "c": 3}\n]'),
        ('[\n  {\n    "a": 1\n  }\n]', '1,\n    "c": 3\n  }\n]'),
    ],
)
def test_a_new_member_stands_as_its_neighbours_do(text: str, end: str) -> None:
    (entry,) = JsonList().entries(text)
    assert JsonList().changed(text, entry, {**entry.data, "c": 3}).endswith(end)  # type: ignore[union-attr]


def test_the_format_of_files() -> None:
    assert isinstance(file_format("a.md"), FrontMatter)
    assert isinstance(file_format("a.yml"), YamlFile)
    with pytest.raises(ConfigError, match="a document with keys in front"):
        file_format("a.txt")


@pytest.mark.parametrize(
    ("path", "text", "kind"),
    [
        ("a.csv", "", CsvList()),
        ("a.json", '{"a": [], "b": 1}', JsonList("a")),
        ("a.json", '{"a": [], "b": []}', JsonList()),
        ("a.json", "{", JsonList()),
        ("a.yml", "a:\n- b: 1\n", YamlList("a")),
        ("a.yaml", "- b: 1\n", YamlList()),
    ],
)
def test_the_format_of_lists(path: str, text: str, kind: ListFormat) -> None:
    found = list_format(path, text)
    assert type(found) is type(kind)
    assert getattr(found, "key", None) == getattr(kind, "key", None)
    with pytest.raises(ConfigError, match="a file of YAML, JSON or CSV"):
        list_format("a.md", "")


def test_other_entries_of_a_list_are_passed_over() -> None:
    assert data(YamlList(), "- a\n- b: 1\n") == [{"b": 1}]
    assert data(JsonList(), '["a", {"b": 1}]') == [{"b": 1}]


def test_an_entry_within_brackets_and_a_row_without_a_place_are_not_changed() -> None:
    assert CsvList().changed("a\n1\n", CsvList().entries("a\n1\n")[0], {"a": "1", "b": "2"}) is None
    short = "a,b\n1\n"
    assert CsvList().changed(short, CsvList().entries(short)[0], {"a": "2", "b": ""}) == "a,b\n2\n"


# ------------------------------------------------------------------------------- files

YAML_FILE = "---\ntitle:   'One'  # x\ndate: 2021-11-08\nrsvp:\ntags: [a, b]\n---\nBody\n\n---\nmore"
TOML_FILE = """\
+++
# a talk
title = "One" # x
date = 2021-11-08
when = 2021-11-08T09:00:00Z
draft = false
tags = [
  "a", # first
  "b",
]
note = '''
c'''

[params]
speaker = 'Ada'
"room no" = 4
a.b = "dotted"

[[links]]
url = "x"
+++
Body
"""


@pytest.mark.parametrize("text", [YAML_FILE, YAML_FILE.replace("\n", "\r\n"), "\ufeff" + YAML_FILE])
def test_front_matter_in_yaml(text: str) -> None:
    (entry,) = FrontMatter().entries(text, "x.md")
    assert entry.data == {"title": "One", "date": "2021-11-08", "rsvp": None, "tags": ["a", "b"]}
    assert entry.body == text[text.index("Body") :]
    new = {**entry.data, "title": "It's", "rsvp": "https://x.org", "almanac": {"issue": 1}}
    changed = FrontMatter().changed(text, entry, new)
    newline = "\r\n" if "\r\n" in text else "\n"
    expected = text.replace("'One'", "'It''s'").replace("rsvp:", 'rsvp: "https://x.org"')
    assert changed == expected.replace("[a, b]", f"[a, b]{newline}almanac:{newline}  issue: 1")
    assert FrontMatter().changed(text, entry, entry.data, "New") == text[: text.index("Body")] + "New"


def test_front_matter_in_toml() -> None:
    (entry,) = FrontMatter().entries(TOML_FILE, "x.md")
    assert entry.data["when"] == "2021-11-08T09:00:00+00:00"
    assert entry.body == "Body\n"
    params = {**entry.data["params"], "speaker": "Bo", "a": {"b": "Dotted"}}
    new = {**entry.data, "title": 'T"', "date": "2022-01-01", "tags": [], "draft": True, "params": params}
    del new["note"]
    new = {"title": new.pop("title"), "added": {"a b": [1, "x"]}, **new}
    changed = FrontMatter().changed(TOML_FILE, entry, new)
    assert changed is not None
    assert FrontMatter().entries(changed)[0].data == new
    expected = TOML_FILE.replace('"One"', '"T\\""').replace("2021-11-08\n", "2022-01-01\n").replace("= false", "= true")
    expected = expected.replace('[\n  "a", # first\n  "b",\n]', "[]").replace("note = '''\nc'''\n", "")
    expected = expected.replace("'Ada'", '"Bo"').replace('"dotted"', '"Dotted"')
    assert changed == expected.replace("# x\n", '# x\nadded = { "a b" = [1, "x"] }\n')


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ('+++\nd = "2021-11-08"\n+++\n', '+++\nd = "2022-01-01"\n+++\n'),
        ("+++\nd = 2021-11-08\n+++\n", "+++\nd = 2022-01-01\n+++\n"),
        ("+++\nd = 4\n+++\n", "+++\nd = 2022-01-01\n+++\n"),
        ("+++\n+++\n", '+++\nd = "2022-01-01"\n+++\n'),
        ("+++\n[a]\n+++\n", '+++\nd = "2022-01-01"\n+++\n'),
        ("---\n---\n", '---\nd: "2022-01-01"\n---\n'),
    ],
)
def test_a_date_is_written_as_the_one_before_it(text: str, new: str | None) -> None:
    (entry,) = FrontMatter().entries(text)
    assert FrontMatter().changed(text, entry, {"d": "2022-01-01"}) == new


@pytest.mark.parametrize(
    ("text", "change", "new"),
    [
        ("[a]\n  b = 1\n[c]\n", {"a": {"b": 1, "d": 2}, "c": {}}, "[a]\n  b = 1\n  d = 2\n[c]\n"),
        ("[a] # x\nb = 1\n\n[c]\nd = 1\n", {"a": {}, "c": {"e": 2, "d": 1}}, "[a] # x\n\n[c]\ne = 2\nd = 1\n"),
        ("t = 1\n[a]\n[c]\nd = 1\n", {"t": 1, "a": {"b": 1}}, "t = 1\n[a]\nb = 1\n"),
        ("[a.b]\nc = 1\n", {"a": {"b": {"c": 1, "d": 2}}, "e": 1}, "e = 1\n[a.b]\nc = 1\nd = 2\n"),
    ],
)
def test_keys_come_and_go_in_tables(text: str, change: dict[str, Any], new: str) -> None:
    text, new = (f"+++\n{one}+++\n" for one in (text, new))
    (entry,) = FrontMatter().entries(text)
    assert FrontMatter().changed(text, entry, change) == new


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("+++\n[[a]]\nb = 1\n+++\n", {"a": [{"b": 2}]}),
        ("---\na: &x 1\nb: *x\n---\n", {"a": "2", "b": "1"}),
    ],
)
def test_what_cannot_be_changed_in_place_is_not(text: str, change: dict[str, Any]) -> None:
    (entry,) = FrontMatter().entries(text)
    assert FrontMatter().changed(text, entry, change) is None


def test_a_file_that_is_something_else_is_not_changed() -> None:
    assert YamlFile().changed("- a\n", DataEntry(0, 4, 1, {}), {"a": "b"}) is None


def test_a_file_without_front_matter_has_no_entry() -> None:
    for text in ("", "Text\n", "---\na: 1\n", "+++\n---\n"):
        assert FrontMatter().entries(text) == ()


def test_a_whole_file() -> None:
    text = "# x\ntitle: One\nagenda:\n  - a\n"
    (entry,) = YamlFile().entries(text)
    assert YamlFile().changed(text, entry, {**entry.data, "title": "Two"}) == text.replace("One", '"Two"')
    assert YamlFile().entries("# nothing\n")[0].data == {}
