"""A config may be absent, empty or partial; what it says wrongly is named with line and key."""

import pytest
from almanac.errors import ConfigError
from almanac.histories import SiteConfig, read_config


@pytest.mark.parametrize("text", [None, "", "# nothing yet\n"])
def test_a_site_needs_no_config(text: str | None) -> None:
    assert read_config(text) == SiteConfig()


def test_what_a_config_says_is_taken() -> None:
    config = read_config(
        "page: past-working-groups.md\norder: oldest\nlabels: [event, talk]\n"
        "time_zones: {ET: America/New_York}\nseries:\n  Governments & Agencies: {time_zones: [ET]}\n"
    )
    assert (config.page, config.order, config.labels) == ("past-working-groups.md", "oldest", ("event", "talk"))
    assert config.series["Governments & Agencies"].time_zones == ("ET",)


@pytest.mark.parametrize(
    ("text", "line", "field", "words"),
    [
        ("pages: x.md\n", 1, "pages", "`page`"),
        ("a: 1\nlabel: event\n", 2, "label", "`labels`"),
        ("series:\n  X: {time_zone: [ET]}\n", 2, "series.X.time_zone", "`time_zones`"),
        ("page: ../secret\n", 1, "page", "root"),
        ("page: /etc/passwd\n", 1, "page", "root"),
        ("records: .git/events\n", 1, "records", "root"),
        ("page: a\\b\n", 1, "page", "root"),
        ("order: upwards\n", 1, "order", "`newest` or `oldest`"),
        ("labels: event\n", 1, "labels", "list"),
        ("series:\n  X:\n    drafts: 2\n", 3, "series.X.drafts", "how often"),
        ("series:\n  X: {drafts: 9, every: week}\n", 2, "series.X.drafts", "8"),
        ("organizer:\n  name: Tea\n  url: tea.example\n", 3, "organizer.url", "begins with https://"),
        ("page: [", 1, None, "YAML"),
    ],
)
def test_a_mistake_is_named_with_line_and_key(text: str, line: int, field: str | None, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_config(text)
    problem = next(problem for problem in caught.value.problems if problem.field == field)
    assert (problem.file, problem.line) == (".github/almanac.yml", line)
    assert words in problem.message


@pytest.mark.parametrize(
    ("text", "words", "typed", "accepted"),
    [
        ("files:\n  - a\n", "one text, not a list, as in _events/", None, None),
        ("page: {a: b}\n", "one text, not a group of keys", None, None),
        ("page: 2021\n", "has to be text", "2021", '"2021"'),
        ("labels: event\n", "has to be a list", "event", '["event"]'),
        ("order: Newest\n", "`newest` or `oldest`", "Newest", "newest"),
        ("recordings: aks\n", "`ask`, or left out", "aks", "ask"),
        ('max_open_per_author: "5"\n', "a whole number", "5", "5"),
        ('pull_requests: {draft: "yes"}\n', "`true` or `false`", "yes", "true"),
        ("max_open_per_author: 0\n", "has to be at least 1", "0", None),
        ("list: events.txt\n", "YAML, JSON or CSV", "events.txt", None),
        ("page: a.md\nupcoming: #Up next\nfeed: b.xml\n", "begins a comment", None, '"#Up next"'),
        ("files: _events/{slug}.txt\n", "keys in front", "_events/{slug}.txt", None),
        ("past.md\n", "as in `page: ...`", None, None),
        ("\tpage: a.md\n", "there is a tab", None, None),
        ("page: ../x\n", "A path leads from the site's root", "../x", None),
        ("organizer: {nam: Tea, name: Tea}\n", "The nearest one is `name`", None, None),
    ],
)
def test_a_mistake_shows_what_is_typed_and_what_would_be_accepted(
    text: str, words: str, typed: str | None, accepted: str | None
) -> None:
    with pytest.raises(ConfigError) as caught:
        read_config(text)
    [problem] = caught.value.problems
    assert words in problem.message
    assert (problem.typed, problem.accepted) == (typed, accepted)


def test_unknown_zones_are_named_once_with_their_key_and_the_nearest() -> None:
    text = "time_zone: Europe/Pari\ntime_zones: {ET: America/New_Yrok}\nseries: {A: {time_zones: [QQ]}, B: {}}\n"
    with pytest.raises(ConfigError) as caught:
        read_config(text)
    fields = [problem.field for problem in caught.value.problems]
    assert sorted(map(str, fields)) == ["series.A.time_zones", "time_zone", "time_zones.ET"]
    assert "America/New_York" in str(caught.value)
    assert {problem.file for problem in caught.value.problems} == {".github/almanac.yml"}
    assert sorted(problem.line or 0 for problem in caught.value.problems) == [1, 2, 3]


def test_a_folder_may_end_with_a_slash() -> None:
    assert read_config("images: static/img/").images == read_config("images: static/img").images == "static/img"


def test_a_key_without_a_value_is_as_one_left_out() -> None:
    keys = ("calendar", "feed", "labels", "series", "pull_requests", "page")
    assert read_config("".join(f"{key}:\n" for key in keys)) == read_config("")
    with pytest.raises(ConfigError, match="no such key"):
        read_config("calender:\n")
