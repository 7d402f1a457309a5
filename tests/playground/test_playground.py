"""The playground: from the empty form to the merged page, and what nobody can do there."""

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from almanac.errors import UserError
from almanac.playground.serve import new_world
from almanac.playground.visitors import Visitors
from almanac.playground.world import Limits, World

from tests.browser import play
from tests.gitrepo import Repo
from tests.playground.playing import FORM, Clock, Person, playground

OWLS = {"title": "Owls at night", "date": "2026-05-04", "when": "7pm CET", "description": "Bring a *lamp*."}


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    with playground(tmp_path) as address:
        yield address


class TestPlaying:
    def test_from_the_form_to_the_page(self, url: str) -> None:
        person = Person(url)
        assert "None yet" in person.go("/")
        number = person.file(**OWLS)
        assert "The issue gives an event; it is proposed." in person.page
        assert "<em>lamp</em>" in person.page
        person.go("/pulls/1")
        assert "+### May 4th, 2026:  Owls at night" in person.page
        frame = re.search(r'sandbox src="([^"]+)"', person.page)
        assert frame
        assert "Owls at night" in person.go(frame[1])
        person.go("/pulls/1")
        person.send("/pulls/1/merge", {})
        assert 'class="tag merged"' in person.page
        assert "+### May 4th, 2026:  Owls at night" in person.page  # what was merged
        assert 'class="tag closed"' in person.go(f"/issues/{number}")
        assert "2026-05-04" in person.go("/")
        assert "#may-4th-2026--owls-at-night" in person.page  # the page, where the newest event is
        assert "title: &#34;Owls at night&#34;" in person.go("/files/_data/events/2026-05-04-owls-at-night.yml")

    def test_an_issue_without_a_title_has_the_form_s(self, url: str) -> None:
        person = Person(url)
        number = person.file(**OWLS)
        person.send(FORM, {"title": " ", "answer-title": "Bats", "answer-date": "2026-05-05"})
        assert "New event:" in person.go(f"/issues/{number + 1}")

    def test_a_mistake_is_told_and_mended(self, url: str) -> None:
        person = Person(url)
        page = person.go(f"{FORM}?example=13")
        line = re.search(r'name="answer-when" value="([^"]+)"', page)
        assert line
        number = person.file(title="Owls", date="2022-03-17", when=line[1])
        assert "told what has to be fixed" in person.page
        text = re.search(r'<textarea id="edit"[^>]*>(.*?)</textarea>', person.page, re.DOTALL)
        assert text
        person.send(f"/issues/{number}/edit", {"text": text[1].replace("\n", "\r\n").replace("6pm CET", "5pm CET")})
        assert "it is proposed" in person.page
        assert '<a class="button main" href="/pulls/1">' in person.page
        assert 'href="/issues/12">issue #12</a>' in person.go("/pulls/1")

    def test_a_command_after_the_merge_changes_the_event(self, url: str) -> None:
        person = Person(url)
        number = person.file(**OWLS)
        person.send("/pulls/1/merge", {})
        person.send(f"/issues/{number}/comment", {"text": "/almanac cancel", "as": "maintainer"})
        assert "+status: &#34;cancelled&#34;" in person.go("/pulls/2")
        person.send("/pulls/2/merge", {})
        assert "+status: &#34;cancelled&#34;" in person.page
        first = person.go("/pulls/1")
        assert "+title: &#34;Owls at night&#34;" in first
        assert "cancelled&#34;" not in first

    def test_a_maintainer_says_no_and_a_commit_by_hand_stays(self, url: str) -> None:
        person = Person(url)
        person.file(**OWLS)
        page = person.go("/pulls/1")
        path, text = "past-working-groups.md", re.search(r'name="text" rows="12">(.*?)</textarea>', page, re.DOTALL)
        assert text
        by_hand = {"path": path, "text": text[1].replace("Owls at night", "Owls by night").replace("&amp;", "&")}
        person.send("/pulls/1/commit", by_hand)
        assert "+### May 4th, 2026:  Owls by night" in person.page
        assert "+title: &#34;Owls by night&#34;" in person.page
        person.send("/pulls/1/close", {})
        assert 'class="tag closed"' in person.page

    def test_days_pass(self, url: str) -> None:
        person = Person(url)
        before = re.search(r'class="quiet">([^<]+)</span>', person.go("/"))
        person.send("/days", {"days": "30"})
        after = re.search(r'class="quiet">([^<]+)</span>', person.page)
        assert before
        assert after
        assert before[1] != after[1]

    def test_what_is_not_there_is_said(self, url: str) -> None:
        person = Person(url)
        for path in (
            "/issues/999",
            f"/pulls/{'9' * 5_000}",
            "/pulls/9",
            "/files/nope",
            "/issues/new/nope.yml",
            f"/built/{'0' * 40}/x",
        ):
            person.go(path)
            assert (person.status, "Traceback" in person.page) == (404, False), path


class TestHarm:
    def test_each_visitor_has_a_site_of_their_own(self, url: str) -> None:
        one, other = Person(url), Person(url)
        one.file(**OWLS)
        assert "Owls" not in other.go("/")
        assert "Owls" in one.go("/")

    def test_a_form_without_the_visitor_s_seal_does_nothing(self, url: str) -> None:
        person, stranger = Person(url), Person(url)
        person.file(**OWLS)
        stranger.go("/")
        stolen = re.search(r'name="seal" value="([0-9a-f]+)"', stranger.page)
        assert stolen
        for seal in ("", "0" * 64, stolen[1]):
            person.send("/pulls/1/merge", {}, seal=seal)
            assert person.status == 403
        assert 'class="tag open"' in person.go("/pulls/1")

    def test_only_files_of_the_site_are_read(self, url: str) -> None:
        person = Person(url)
        person.file(**OWLS)
        for path in (
            "/files/.git/config",
            "/files/..%2f..%2fetc/passwd",
            "/files/%2fetc/passwd",
            "/files/.almanac/lock",
        ):
            person.go(path)
            assert person.status == 404
        person.go("/pulls/1")
        person.send("/pulls/1/commit", {"path": "../x", "text": "x"})
        assert person.status == 400
        person.send("/pulls/1/commit", {"path": ".github/workflows/x.yml", "text": "x"})
        assert person.status == 400

    def test_what_people_type_does_nothing(self, url: str) -> None:
        person = Person(url)
        evil = "<script>alert(1)</script><img src=x onerror=alert(1)> [x](javascript:alert(1)) <form action=//evil>"
        number = person.file(title="Owls", date="2026-05-04", description=evil)
        for path in (f"/issues/{number}", "/pulls/1", "/"):
            page = person.go(path)
            assert not re.search(r"<script|<img|javascript:alert\(1\)\"|<form action=//", page)
            assert "script-src" not in person.headers["content-security-policy"]
        assert person.headers["content-security-policy"].startswith("default-src 'none'")

    def test_the_number_of_sites_and_changes_is_limited(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("almanac.playground.visitors.MOST_VISITORS", 1)
        monkeypatch.setattr("almanac.playground.serve.STRANGERS", Limits(writes=1))
        clock = Clock()
        with playground(tmp_path, clock=clock) as url:
            first, second = Person(url), Person(url)
            first.file(**OWLS)
            first.send("/pulls/1/merge", {})
            assert (first.status, "enough changes" in first.page) == (400, True)
            second.go("/")
            assert (second.status, "come back" in second.page) == (503, True)
            clock.seconds += 1_801
            assert "None yet" in second.go("/")
            assert "Owls" not in first.go("/")
            assert len([*(tmp_path / "sites").iterdir()]) == 1

    def test_who_only_looks_gives_way_to_others(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("almanac.playground.visitors.MOST_VISITORS", 2)
        with playground(tmp_path) as url:
            player, robot, newcomer = Person(url), Person(url), Person(url)
            player.file(**OWLS)
            robot.go("/")
            assert "None yet" in newcomer.go("/")
            assert "Owls" in player.go("/")
            newcomer.file(**OWLS)
            robot.go("/")
            assert (robot.status, "come back" in robot.page) == (503, True)

    def test_too_much_text_is_refused(self, url: str) -> None:
        person = Person(url)
        number = person.file(**OWLS)
        person.send(f"/issues/{number}/comment", {"text": "x" * 10_001})
        assert (person.status, "10,000" in person.page) == (400, True)
        person.go(FORM)
        person.send(FORM, {"title": "x" * 300})
        assert (person.status, "256" in person.page) == (400, True)

    def test_one_visitor_cannot_take_all_threads(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("almanac.playground.visitors.MOST_AT_ONCE", 1)
        visitors = Visitors(lambda place: new_world(place, None, public=True), Clock(), public=True, folder=tmp_path)
        with visitors.room(None) as room:
            with pytest.raises(UserError, match="many pages at once"), visitors.room(room.id):
                pass
            with visitors.room(None) as other:
                assert other is not room
        with visitors.room(room.id) as again:
            assert again is room

    def test_nobody_waits_while_a_site_is_made_for_someone_else(self, tmp_path: Path) -> None:
        seen: list[str] = []

        def come() -> None:
            with visitors.room(None) as room:
                seen.append(room.id)

        def start(place: Path) -> World:
            if threading.current_thread() is threading.main_thread():
                other = threading.Thread(target=come, daemon=True)
                other.start()
                other.join(timeout=60)
                assert seen, "another visitor waits for this one's site"
            return new_world(place, None, public=True)

        visitors = Visitors(start, Clock(), public=True, folder=tmp_path)
        with visitors.room(None) as room:
            assert seen != [room.id]

    def test_another_name_for_this_machine_is_refused(self, tmp_path: Path) -> None:
        with playground(tmp_path, public=False) as url:
            person = Person(url.replace("127.0.0.1", "localhost"))
            person.go("/issues/1")
            assert person.status == 403


class TestOwnSite:
    def test_a_copy_of_a_clone_and_never_the_clone(self, tmp_path: Path) -> None:
        repo = Repo.init(tmp_path / "site")
        repo.commit({"talks.md": "---\n---\n# Talks\n\n- 2025-02-03: Crows\n- 2025-01-02: Larks\n"})
        before = repo.git("rev-parse", "HEAD")
        with playground(tmp_path, repo.folder, public=False) as url:
            person = Person(url)
            person.file(title="Owls", date="2026-05-04")
            assert "+- 2026-05-04: Owls" in person.go("/pulls/1")
            person.send("/pulls/1/merge", {})
        assert repo.git("rev-parse", "HEAD") == before
        assert repo.git("status", "--porcelain") == ""


@pytest.mark.browser
def test_in_a_real_browser(tmp_path: Path) -> None:
    """Things are found by the names that a screen reader says; axe checks each page, on a phone and in the dark too."""
    small, large = {"size": [390, 844], "dark": True}, {"size": [1280, 900], "dark": False}
    steps: list[dict[str, object]] = [
        {**large, "go": "/", "check": "site"},
        {"follow": "New event", "check": "form"},
        {**small, "check": "form on a phone"},
        {"fill": {"Add a title": "New event: Owls", "Title": "Owls at night", "Date": "2026-05-04"}},
        {"press": "Create", "check": "issue on a phone"},
        {**large, "check": "issue"},
        {"follow": "Add event", "check": "pull"},
        {**small, "check": "pull on a phone"},
        {"press": "Approve and merge", "check": "merged"},
        {"go": "/", "check": "site on a phone", "framed": True},
    ]
    with playground(tmp_path) as url:
        seen = play(url, steps, tmp_path / "profile")
    assert seen["faults"] == []
    assert seen["errors"] == []
    assert "May 4th, 2026: Owls at night" in seen["texts"][-1]
