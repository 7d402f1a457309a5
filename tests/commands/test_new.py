"""`almanac new`: the questions of a site's form, asked in a terminal or answered by options, and what comes of them."""

import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from almanac.commands.questions import given_answers
from almanac.form.schema import read_form
from almanac.packaged import template

from tests.commands.running import Almanac, Ran, everything, write_site
from tests.gitrepo import Repo
from tests.proxy import Answer, Proxy

SHORT = """
name: New event
description: x
title: "Event: "
labels: [event]
body:
  - {type: markdown, attributes: {value: Hello}}
  - {type: input, id: title, attributes: {label: Title, description: What it is called.}, validations: {required: true}}
  - {type: input, id: date, attributes: {label: Date, placeholder: "2026-11-08"}, validations: {required: true}}
  - {type: input, id: when, attributes: {label: When}}
  - {type: dropdown, id: room, attributes: {label: Room, options: [Library, "Hall, upstairs"]}, validations: {required: true}}
  - {type: textarea, id: people, attributes: {label: People}}
  - {type: dropdown, id: for, attributes: {label: For whom, multiple: true, options: [Children, Adults]}}
  - {type: textarea, id: description, attributes: {label: Description}}
  - {type: checkboxes, id: rules, attributes: {label: Rules, options: [{label: I may say so, required: true}]}}
  - {type: upload, id: poster, attributes: {label: Poster}}
"""  # noqa: E501 -- a form, a question a line
DONE = ("--title", "Soup", "--date", "2022-01-20")
OURS = (*DONE, "--field", "room=Library", "--field", "Rules=yes")


class Terminal(io.TextIOWrapper):
    """What somebody types at a terminal."""

    def isatty(self) -> bool:
        return True


class Person(Almanac):
    """Runs the command as somebody who types lines, and then ends their input."""

    def types(self, lines: str, *arguments: str | Path) -> Ran:
        monkeypatch = self.monkeypatch
        with monkeypatch.context() as patch:
            patch.setattr(io, "TextIOWrapper", Terminal)
            return self("new", *arguments, stdin=lines.encode())


@pytest.fixture
def almanac(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], site: Repo) -> Person:
    for name in ("GITHUB_TOKEN", "GITHUB_API_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(site.folder / "docs")
    return Person(monkeypatch, capsys)


@pytest.fixture
def site(tmp_path: Path) -> Repo:
    repo = Repo.init(tmp_path / "clone")
    write_site(repo.folder)
    (repo.folder / ".github/ISSUE_TEMPLATE/new-event.yml").write_text(SHORT)
    (repo.folder / "docs").mkdir()
    repo.git("add", "--all")
    repo.git("commit", "--quiet", "-m", "site")
    return repo


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch, site: Repo) -> Iterator[Proxy]:
    proxy = Proxy()
    monkeypatch.setenv("GITHUB_API_URL", proxy.url)
    site.git("remote", "add", "origin", f"{proxy.url}/octo-org/website")
    yield proxy
    proxy.close()


class TestAtATerminal:
    def test_each_answer_is_checked_at_once_and_the_event_is_proposed(self, almanac: Person, site: Repo) -> None:
        typed = "\nSoup\n11/8/2021\n2021-11-08\n11pm ET / 8am PT / 5pm CET\n\nlibary\n\n2\nAda, Engines\nBo\n\n"
        typed += "3\n1,2\nA stew.\n\n### Date\n.\nn\n1\ny\n"
        ran = almanac.types(typed)
        assert ran.status == 0, ran.err
        for words in (
            "Title (required)\n  What it is called.\n>problem: This has to be filled in.",
            "accepted: 2021-11-08",
            "accepted: 11am ET, 8am PT, 5pm CET",
            "2  Hall, upstairs",
            "Poster: left out here, as a file can only be attached on GitHub's page.",
            "This box has to be ticked.",
        ):
            assert words in ran.err
        assert ran.err.count("not one of the form's choices") == 2
        record = site.git("show", "almanac/issue-1:_data/events/2021-11-08-soup.yml")
        for line in ('when: "11am ET, 8am PT, 5pm CET"', "Hall, upstairs", "Adults", 'name: "Bo"', "### Date"):
            assert line in record
        assert "Event: Soup" in (site.folder / ".almanac/issues/1/issue.json").read_text()

    @pytest.mark.parametrize("typed", ["", "Soup\n2022-01-20\n"])
    def test_who_stops_leaves_nothing(self, almanac: Person, site: Repo, typed: str) -> None:
        before = everything(site.folder)
        ran = almanac.types(typed)
        assert (ran.status, "Nothing was written." in ran.err) == (130, True)
        assert everything(site.folder) == before

    def test_only_what_options_do_not_say_is_asked_and_a_choice_says_what_will_happen(
        self, almanac: Person, github: Proxy
    ) -> None:
        ran = almanac.types("\n1\n\n\n\n1\n9\n1\nn\n", *DONE)
        assert ran.status == 0, ran.err
        assert "Title" not in ran.err
        assert f"1  open the form in a browser, filled in, at {github.url}/octo-org/website" in ran.err
        assert "2  propose it in this clone alone" in ran.err
        assert "A number from 1 to 2, please." in ran.err
        assert f"{github.url}/octo-org/website/issues/new?template=new-event.yml&title=Soup&date=2022-01-20" in ran.out
        assert not github.requests

    def test_nothing_public_is_written_without_a_yes(
        self, almanac: Person, github: Proxy, site: Repo, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("GITHUB_TOKEN", "ghp_secretsecretsecret")
        ran = almanac.types("\n", *OURS, "--github")
        assert (ran.status, "Nothing was written." in ran.out) == (0, True)
        ran = almanac("new", *OURS, "--github")
        assert (ran.status, "Add --yes to do it" in ran.err) == (1, True)
        assert not github.requests


class TestByOptions:
    def test_all_that_is_wrong_is_told_at_once(self, almanac: Person) -> None:
        ran = almanac("new", "--title", "Soup", "--when", "9am", "--json")
        assert (ran.status, ran.json["outcome"]) == (1, None)
        assert [one["field"] for one in ran.json["problems"]] == ["Date", "When", "Room", "Rules"]

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (("--field", "Rom=Library"), "accepted: Room=Library"),
            (("--field", "Wher=9am ET"), "typed:    Wher=9am ET\n    accepted: When=9am ET"),
            (("--tag", "stew"), "typed:    stew"),
            (("--field", "room=Cellar"), "accepted: Hall, upstairs"),
            (("--field", "Room"), "an equals sign between them"),
            (("--field", "poster=x.png"), "only be attached on GitHub's page"),
            (("--location", "Paris"), "--location: The site's form has no such question. It asks for: Title, Date,"),
            (("--github",), "export GITHUB_TOKEN=$(gh auth token)"),
            (("--history", "talks"), "This site has only one history. Leave this option out."),
            (("--form", "--repo", "foo"), "typed:    foo"),
        ],
    )
    def test_slips_are_met_with_what_is_right(
        self, almanac: Person, github: Proxy, arguments: tuple[str, ...], words: str
    ) -> None:
        ran = almanac("new", *OURS, *arguments)
        assert (ran.status, words in ran.err) == (1, True), ran.err

    def test_a_repository_is_needed_only_for_what_is_on_github(self, almanac: Person, site: Repo) -> None:
        ran = almanac("new", *OURS, "--form")
        assert ("git knows no remote here" in ran.err, ran.out) == (True, "")
        assert almanac("new", *OURS, "--github", "--local").status == 2
        ran = almanac("new", *OURS, "--json")
        assert (ran.status, ran.json["outcome"], ran.json["issue"]) == (0, "created", 1)
        assert almanac("new", *OURS, "--date", "2022-01-21", "--local", "--json").json["issue"] == 2

    def test_the_form_is_asked_that_will_read_the_answers(self, almanac: Person, site: Repo) -> None:
        form = site.folder / ".github/ISSUE_TEMPLATE/new-event.yml"
        committed = site.git("rev-parse", "main").strip()
        form.write_text(SHORT.replace("label: Room", "label: Place"))
        ran = almanac("new", *OURS, "--local", "--json")
        assert (ran.status, ran.json["outcome"]) == (0, "created")
        assert "is used as it is on the branch where proposals start" in ran.err
        assert "### Room\n" in (site.folder / ".almanac/issues/1/issue.json").read_text().replace("\\n", "\n")
        site.git("commit", "--all", "--quiet", "-m", "form")
        site.git("remote", "add", "origin", "https://github.com/octo-org/website")
        site.git("update-ref", "refs/remotes/origin/main", committed)
        ran = almanac("new", *OURS, "--form", "--json")
        assert (ran.status, "is used as it is on GitHub" in ran.err) == (0, True)
        site.git("rm", "--quiet", str(form))
        site.git("commit", "--quiet", "-m", "no form")
        site.git("update-ref", "refs/remotes/origin/main", "main")
        site.git("reset", "--quiet", "--hard", committed)
        ran = almanac("new", *OURS, "--form")
        assert (ran.status, "This file is not on GitHub, as far as this clone knows." in ran.err) == (1, True)

    def test_the_address_names_what_it_cannot_hold(self, almanac: Person, github: Proxy) -> None:
        ran = almanac("new", *OURS, "--person", "Ada", "--person", "Bo", "--field", "for=Children, Adults", "--json")
        assert (ran.status, ran.json["left_out"]) == (0, ["For whom", "Rules"])
        assert ran.json["link"].endswith("&title=Soup&date=2022-01-20&room=Library&people=Ada%0ABo")

    def test_an_issue_is_filed_as_the_form_would(
        self, almanac: Person, github: Proxy, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("GITHUB_TOKEN", "ghp_secretsecretsecret")
        made: dict[str, Any] = {"number": 7, "html_url": "https://github.com/octo-org/website/issues/7", "labels": []}
        github.trouble = lambda _: Answer(201, made)
        ran = almanac("new", *OURS, "--field", "for=Children, Adults", "--github", "--yes")
        assert (ran.status, "Issue #7 is filed: https://github.com/octo-org/website/issues/7" in ran.out) == (0, True)
        assert "GitHub left off the label" in ran.err
        [request] = github.requests
        assert str(request) == "POST /issues"
        assert (request.body["title"], request.body["labels"]) == ("Event: Soup", ["event"])
        assert "### For whom\n\nChildren, Adults\n\n" in request.body["body"]
        assert "- [x] I may say so" in request.body["body"]
        github.trouble = lambda _: Answer(403, {"message": "Resource not accessible by personal access token"})
        ran = almanac("new", *OURS, "--github", "--yes")
        assert (ran.status, '"issues: write"' in ran.err, "issues/new?template=" in ran.err) == (1, True, True)

    def test_our_own_form_takes_every_option(self, almanac: Person, site: Repo) -> None:
        (site.folder / ".github/ISSUE_TEMPLATE/new-event.yml").write_text(
            template("site/new-event.yml") + template("site/more-questions.yml")
        )
        site.git("commit", "--all", "--quiet", "-m", "form")
        ran = almanac("new", *DONE, "--when", "9am EDT", "--local")
        assert (ran.status, ran.err.count("is on EST, not EDT")) == (0, 1)
        more = ("--when", "9am ET", "--duration", "1 hour", "--series", "Soups", "--location", "Paris", "--tag", "stew")
        links = ("--url", "https://a.example", "--link", "https://b.example", "--recording", "https://c.example")
        rest = ("--person", "Ada", "--agenda", "Hello", "--description", "Warm.", "--end-date", "2022-01-20")
        event = almanac("new", *DONE, *more, *links, *rest, "--local", "--json").json["event"]
        assert (event["ends"], event["tags"], event["agenda"]) == ("2022-01-20T10:00:00-05:00", ["stew"], ["Hello"])
        assert (event["people"], event["recording"]) == ([{"name": "Ada"}], "https://c.example")


def test_an_answer_that_is_a_number_is_meant_as_that_where_it_is_one_of_the_choices() -> None:
    options = '["2", "4", "8"]'
    form = read_form(
        f"name: x\nbody:\n- {{type: dropdown, id: seats, attributes: {{label: Seats, options: {options}}}}}\n"
        f"- {{type: dropdown, id: rows, attributes: {{label: Rows, multiple: true, options: {options}}}}}\n"
    )
    assert given_answers(form, {}, ["seats=2", "rows=2, 8, 3"]) == {"seats": "2", "rows": "2\n8"}
    assert given_answers(form, {}, ["seats=3"]) == {"seats": "8"}


def test_the_event_is_shown_as_the_site_s_own_list_will_have_it(almanac: Person, site: Repo) -> None:
    lists = '[\n  {"title": "Bread", "date": "2022-01-06"},\n  {"title": "Cake", "date": "2022-01-13"}\n]\n'
    template_of_one = '{"title": "{{ title }}", "date": "{{ date }}"}\n'
    config = "list: _data/meetups.json\nlist_template: one.j2\n"
    site.commit({".github/almanac.yml": config, "_data/meetups.json": lists, "one.j2": template_of_one})
    ran = almanac("new", *OURS, "--local")
    assert (ran.status, '{"title": "Soup", "date": "2022-01-20"' in ran.out, "Bread" in ran.out) == (0, True, False)


def test_who_types_is_no_file() -> None:
    assert not sys.stdin.isatty()  # the tests above depend on it
