"""What people ask for in comments, how many proposals one person may have, and events that look alike."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from almanac.engine.run import Done, reconcile
from almanac.errors import ConfigError
from almanac.proposal.comment import CommentCommand
from almanac.proposal.state import branch_name
from almanac.renderer import load_templates

from tests.emulated import GitHubWorld
from tests.forge.worlds import Kind, LocalWorld
from tests.scenes import CONFIG, DEMO_DAY, PAGE, Scene, both_forges, new_scene


@pytest.fixture
def scene(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Scene]:
    with new_scene(getattr(request, "param", "local"), tmp_path) as made:
        let_in(made, "grace")
        yield made


def let_in(scene: Scene, login: str) -> None:
    """Give somebody the right to write."""
    if isinstance(scene.world, LocalWorld):
        scene.world.repo.git("config", "--add", "almanac.writer", login)
    elif isinstance(scene.world, GitHubWorld):
        scene.world.ask("PUT", f"collaborators/{login}", {"permission": "push"})


def say(scene: Scene, number: int, author: str, text: str, place: int | None = None) -> Done:
    """Somebody comments on an issue (or, with a place, on its pull request), and the issue is looked at for that."""
    comment = scene.world.comment(number, author, text)
    said = CommentCommand(comment, author, text, place or number)
    done = reconcile(number, scene.world.forge, load_templates(), comment=said)
    seen = scene.everything(number)
    reconcile(number, scene.world.forge, load_templates(), comment=said)
    assert scene.everything(number) == seen, "the same comment, delivered twice"
    return done


class TestCommands:
    @both_forges
    def test_retry_looks_again(self, scene: Scene) -> None:
        number = scene.file(**DEMO_DAY)
        assert say(scene, number, "grace", "/almanac retry").plan.outcome == "created"

    @both_forges
    def test_recreate_throws_away_what_was_committed_by_hand(self, scene: Scene) -> None:
        number = scene.proposed(**DEMO_DAY, location="Paris")
        scene.edit_record(number, "Paris", "Lyon")
        scene.by_hand(number, {"notes.md": b"mine\n"})
        scene.run(number)
        say(scene, number, "grace", "Let us start anew.\n\n/almanac recreate please", scene.pull(number).number)
        assert "notes.md" not in scene.files(number)
        assert 'location: "Paris"' in scene.record(number)
        assert scene.world.parents(scene.head(number)) == (scene.world.forge.base().commit,)
        assert not scene.memory(number).shared
        assert scene.run(number).plan.writes == ()

    def test_recreate_mends_a_record_that_cannot_be_read(self, scene: Scene) -> None:
        number = scene.proposed()
        path = next(path for path in scene.files(number) if "2022" in path)
        scene.by_hand(number, {path: b"title: [\n"})
        assert scene.run(number).plan.outcome == "waiting"
        assert say(scene, number, "grace", "/almanac recreate").plan.outcome == "updated"
        assert "ready for a maintainer" in scene.comment(number)

    def test_recreate_with_nothing_to_throw_away_is_done_once(self, scene: Scene) -> None:
        number = scene.proposed()
        head = scene.head(number)
        comment = scene.world.comment(number, "grace", "/almanac recreate")
        said = CommentCommand(comment, "grace", "/almanac recreate", number)
        reconcile(number, scene.world.forge, load_templates(), comment=said)
        assert scene.head(number) == head
        scene.by_hand(number, {"notes.md": b"mine\n"})
        reconcile(number, scene.world.forge, load_templates(), comment=said)
        assert "notes.md" in scene.files(number)

    def test_recreate_of_answers_with_problems_only_tells_them(self, scene: Scene) -> None:
        number = scene.proposed()
        theirs = scene.by_hand(number, {"notes.md": b"mine\n"})
        scene.edit(number, title="Demo Day", date="soon")
        scene.run(number)
        assert say(scene, number, "grace", "/almanac recreate").plan.outcome == "waiting"
        assert scene.head(number) == theirs

    @both_forges
    def test_cancel_closes_the_issue_and_withdraws_the_proposal(self, scene: Scene) -> None:
        number = scene.proposed()
        assert say(scene, number, "grace", "/almanac cancel").plan.outcome == "closed"
        assert scene.world.issue_state(number) == ("closed", "not_planned")
        assert scene.pull(number).state == "closed"
        assert scene.world.head(branch_name(number)) is None
        scene.world.edit_issue(number, state="open")
        assert scene.run(number).plan.outcome == "created"

    def test_cancel_while_the_issue_has_problems(self, scene: Scene) -> None:
        number = scene.file(title="X", date="soon")
        scene.run(number)
        say(scene, number, "grace", "/almanac cancel")
        assert scene.world.issue_state(number) == ("closed", "not_planned")

    @both_forges
    def test_an_unknown_command_gets_the_list_until_the_comment_changes(self, scene: Scene) -> None:
        number = scene.proposed()
        before = scene.comment(number)
        say(scene, number, "grace", "/almanac dance")
        assert "`/almanac retry`" in scene.comment(number)
        assert before.split("<!-- almanac:state")[0].strip() in scene.comment(number)
        say(scene, number, "grace", "/almanac sing")
        assert scene.comment(number).count("`/almanac retry`") == 1
        scene.edit(number, **DEMO_DAY, location="Paris")
        scene.run(number)
        assert "`/almanac retry`" not in scene.comment(number)

    @both_forges
    def test_a_person_without_the_right_is_told_once(self, scene: Scene) -> None:
        number = scene.proposed()
        head = scene.head(number)
        say(scene, number, "mallory", "/almanac cancel")
        assert "Only people who may write" in scene.comment(number)
        assert (scene.head(number), scene.pull(number).state) == (head, "open")
        seen = scene.comment(number)
        say(scene, number, "mallory", "/almanac recreate")
        assert scene.comment(number) == seen

    def test_the_issue_s_author_has_no_right_by_that(self, scene: Scene) -> None:
        number = scene.proposed()
        say(scene, number, "ada", "/almanac cancel")
        assert scene.world.issue_state(number)[0] == "open"

    def test_a_command_about_something_else_is_not_heard(self, scene: Scene) -> None:
        number = scene.proposed()
        seen = scene.everything(number)
        said = CommentCommand(4711, "grace", "/almanac cancel", 999)
        reconcile(number, scene.world.forge, load_templates(), comment=said)
        assert scene.everything(number) == seen

    def test_on_an_issue_that_is_not_ours_nothing_is_said(self, scene: Scene) -> None:
        number = scene.world.file_issue("A bug", "It hurts", labels=("bug",))
        comment = scene.world.comment(number, "grace", "/almanac dance")
        said = CommentCommand(comment, "grace", "/almanac dance", number)
        assert reconcile(number, scene.world.forge, load_templates(), comment=said).plan.outcome is None
        assert len(scene.world.comments(number)) == 1


class TestLimit:
    @pytest.fixture(autouse=True)
    def limited(self, scene: Scene) -> None:
        scene.world.commit({CONFIG: f"page: {PAGE}\nmax_open_per_author: 2\n".encode()})

    def filed(self, scene: Scene, day: int, by: str = "ada") -> int:
        return scene.file(by=by, title=f"Event {day}", date=f"2022-05-{day:02}")

    @both_forges
    def test_more_wait_with_a_comment_and_are_served_in_their_order(self, scene: Scene) -> None:
        numbers = [self.filed(scene, day) for day in (1, 2, 3, 4)]
        assert [scene.run(number).plan.outcome for number in numbers] == ["created", "created", "waiting", "waiting"]
        assert "waits its turn" in scene.comment(numbers[2])
        assert scene.run(numbers[2]).plan.writes == ()
        scene.world.edit_issue(numbers[1], state="closed")
        outcomes = {done.plan.issue: done.plan.outcome for done in scene.sweep()}
        assert [outcomes[number] for number in numbers] == ["unchanged", "closed", "created", "waiting"]
        assert "ready for a maintainer" in scene.comment(numbers[2])

    def test_a_sweep_keeps_to_it_as_well(self, scene: Scene) -> None:
        numbers = [self.filed(scene, day) for day in (1, 2, 3)]
        others = self.filed(scene, 4, by="mallory")
        outcomes = {done.plan.issue: done.plan.outcome for done in scene.sweep()}
        assert [outcomes[number] for number in (*numbers, others)] == ["created", "created", "waiting", "created"]

    @both_forges
    def test_it_does_not_hold_for_people_who_may_write(self, scene: Scene) -> None:
        numbers = [self.filed(scene, day, by="grace") for day in (1, 2, 3)]
        assert [scene.run(number).plan.outcome for number in numbers] == ["created"] * 3

    def test_a_change_of_a_merged_event_does_not_wait(self, scene: Scene) -> None:
        first = scene.proposed(title="Event 1", date="2022-05-01")
        scene.world.merge(scene.pull(first).number)
        scene.sweep()
        for day in (2, 3):
            scene.proposed(title=f"Event {day}", date=f"2022-05-{day:02}")
        scene.edit(first, title="Event 1", date="2022-05-01", location="Paris")
        assert scene.run(first).plan.outcome == "created"

    def test_an_open_proposal_goes_on_when_the_limit_is_lowered(self, scene: Scene) -> None:
        numbers = [self.filed(scene, day) for day in (1, 2)]
        for number in numbers:
            scene.run(number)
        scene.world.commit({CONFIG: f"page: {PAGE}\nmax_open_per_author: 1\n".encode()})
        assert [scene.run(number).plan.outcome for number in numbers] == ["updated", "updated"]


@pytest.mark.parametrize(
    ("kind", "outcome"), [("local", "created"), pytest.param("github", "waiting", marks=pytest.mark.emulator)]
)
def test_ten_are_the_limit_on_github_where_the_config_is_silent(kind: Kind, outcome: str, tmp_path: Path) -> None:
    with new_scene(kind, tmp_path) as scene:
        numbers = [scene.file(title=f"Event {day}", date=f"2022-05-{day + 1:02}") for day in range(11)]
        assert [scene.run(number).plan.outcome for number in numbers] == ["created"] * 10 + [outcome]


class TestLookalikes:
    def warned(self, scene: Scene, number: int) -> str:
        done = scene.run(number)
        assert done.plan.outcome == "created"
        assert done.plan.warnings
        text = done.plan.warnings[0].message
        assert text in scene.comment(number)
        assert text in scene.pull(number).body
        assert "- [ ]" in scene.pull(number).body
        assert scene.run(number).plan.writes == ()
        return text

    @pytest.mark.parametrize(
        ("first", "second", "words"),
        [
            ({"series": "Open", "title": "One"}, {"series": "open!", "title": "Other"}, "same day and series"),
            ({"title": "Measuring Open Source"}, {"title": "measuring open-source"}, "similar title"),
            ({"title": "Measuring Open Source"}, {"title": "Measuring Open Sources"}, "similar title"),
            ({"title": "Open Source"}, {"title": "All about open source in town"}, "similar title"),
            (
                {"title": "A", "url": "https://x.example/a"},
                {"title": "B", "url": "https://X.example/a/"},
                "same registration",
            ),
        ],
    )
    def test_an_open_proposal(self, scene: Scene, first: dict[str, str], second: dict[str, str], words: str) -> None:
        one = scene.proposed(**first, date="2022-06-01")
        two = scene.file(**second, date="2022-06-01")
        text = self.warned(scene, two)
        assert words in text
        assert f"#{scene.pull(one).number}" in text

    @pytest.mark.parametrize(
        "second",
        [
            {"title": "Measuring Open Source", "date": "2022-06-02"},
            {"title": "Something else", "date": "2022-06-01"},
        ],
    )
    def test_others_are_no_likeness(self, scene: Scene, second: dict[str, str]) -> None:
        scene.proposed(title="Measuring Open Source", date="2022-06-01")
        number = scene.file(**second)
        assert scene.run(number).plan.warnings == ()
        assert "- [x] no other event looks like this one" in scene.pull(number).body

    @both_forges
    def test_a_record(self, scene: Scene) -> None:
        number = scene.file(series="Governments & Agencies", title="Another", date="2021-11-08")
        text = self.warned(scene, number)
        assert "_data/events/2021-11-08-governments-agencies.yml" in text
        assert "http" in text or isinstance(scene.world, LocalWorld)

    def test_a_section_of_the_page(self, scene: Scene) -> None:
        number = scene.file(title="When Institutions Cooperate", date="2021-11-08")
        assert f"{PAGE}" in self.warned(scene, number)

    def test_a_section_with_the_same_link(self, scene: Scene) -> None:
        number = scene.file(
            title="X", date="2025-11-08", url="https://drcc.library.jhu.edu/open-source-programs-office/"
        )
        assert f"{PAGE}" in self.warned(scene, number)

    @pytest.mark.parametrize("url", ["https://drcc.library.jhu.edu/", "https://drcc.library.jhu.edu/open-source"])
    def test_a_section_with_a_link_that_goes_on_is_no_likeness(self, scene: Scene, url: str) -> None:
        number = scene.file(title="X", date="2025-11-08", url=url)
        assert scene.run(number).plan.warnings == ()

    def test_an_event_is_not_like_itself(self, scene: Scene) -> None:
        number = scene.proposed()
        scene.world.merge(scene.pull(number).number)
        scene.run(number)
        scene.edit(number, **DEMO_DAY, location="Paris")
        assert scene.run(number).plan.warnings == ()


class TestMessages:
    @both_forges
    def test_a_site_s_own_message_takes_the_place_of_ours(self, scene: Scene) -> None:
        own = b"Hallo! {{ pull }}\n{% for one in warnings %}{{ one | problem }}{% endfor %}\n{{ preview | fence }}"
        files = {CONFIG: f"page: {PAGE}\nmessages: .almanac-texts\n".encode(), ".almanac-texts/proposed.md.j2": own}
        scene.world.commit({**files, ".almanac-texts/README": b"notes"})
        number = scene.proposed()
        assert f"Hallo! #{scene.pull(number).number}" in scene.comment(number)
        assert "### January 20th, 2022" in scene.comment(number)
        assert "This adds the event" in scene.pull(number).body
        scene.edit(number, title="X", date="soon")
        scene.run(number)
        assert "**Date**" in scene.comment(number)

    @pytest.mark.parametrize(
        ("name", "text", "words"),
        [
            ("proposed", b"a\n{% if %}", "texts/proposed.md.j2:2: The template cannot be read"),
            ("pull", b"\n{{ nothing }}", "texts/pull.md.j2:2: The template fails"),
            ("pull", b"{{ issue // 0 }}", "texts/pull.md.j2:1: The template fails"),
            ("propsed", b"x", "Did you mean `proposed.md.j2`"),
            ("zzz", b"x", "There is no message with this name"),
        ],
    )
    def test_a_broken_one_is_named_and_nothing_is_written(
        self, scene: Scene, name: str, text: bytes, words: str
    ) -> None:
        scene.world.commit({CONFIG: f"page: {PAGE}\nmessages: texts\n".encode(), f"texts/{name}.md.j2": text})
        number = scene.file(**DEMO_DAY)
        with pytest.raises(ConfigError) as caught:
            scene.run(number)
        assert words in str(caught.value)
        assert (scene.world.head(branch_name(number)), scene.world.pulls()) == (None, [])
