"""One issue's way from form to proposal: what is there after a run, and that a second run writes nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from almanac.defaults import load_messages
from almanac.engine.run import Done, reconcile
from almanac.engine.sweep import reconcile_all
from almanac.errors import ConfigError, UserError
from almanac.packaged import example, template
from almanac.proposal.hidden import read_state
from almanac.proposal.names import branch_name

from tests.filing import GOVERNMENTS_ANSWERS, UNIVERSITIES_ANSWERS, body
from tests.forge.worlds import World, open_world
from tests.scenes import CONFIG, DEMO_DAY, FORGES, PAGE, RECORD, Scene, both_forges

on_both_forges = pytest.mark.parametrize("world", FORGES, indirect=True)


@pytest.fixture
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    with open_world(getattr(request, "param", "local"), tmp_path) as made:
        files = {
            PAGE: example(f"ospo/{PAGE}"),
            ".github/almanac.yml": f"page: {PAGE}\n",
            ".github/ISSUE_TEMPLATE/new-event.yml": template("site/new-event.yml"),
        }
        made.commit({path: text.encode() for path, text in files.items()})
        yield made


def run(world: World, number: int) -> Done:
    return reconcile(number, world.forge, load_messages())


def filed(world: World, **answers: str) -> int:
    return world.file_issue("New event", body(**answers), labels=("event",))


def everything(world: World, number: int) -> object:
    """All that a run could have written for an issue."""
    return (world.head(branch_name(number)), world.pulls(), world.comments(number), world.issue_state(number))


def page_of(world: World, number: int) -> str:
    head = world.head(branch_name(number))
    assert head
    return world.files(head)[PAGE].decode()


@on_both_forges
class TestValid:
    def test_an_issue_becomes_one_commit_with_two_files_a_pull_request_and_a_comment(self, world: World) -> None:
        base = world.forge.base().commit
        number = filed(world, **DEMO_DAY)
        done = run(world, number)
        assert done.plan.outcome == "created"
        head = world.head(branch_name(number))
        assert head
        assert world.parents(head) == (base,)
        before, after = world.files(base), world.files(head)
        assert {path for path in after if before.get(path) != after[path]} == {PAGE, RECORD}
        assert before.keys() <= after.keys()
        [pull] = world.pulls()
        assert (pull.title, pull.state) == (f"Add event: Thu, Jan 20, 2022 \u2013 Demo Day #{number}", "open")
        assert f"Closes #{number}" in pull.body
        [comment] = world.comments(number)
        assert comment.ours
        assert "\n> ### January 20th, 2022:  Demo Day\n>\n> - When: 9am ET, 3pm CET\n" in comment.body
        assert "\n### January 20th, 2022:  Demo Day\n\n- When: 9am ET, 3pm CET\n" in comment.body
        assert f"pull request #{pull.number}" in comment.body

    def test_the_new_section_is_in_its_place_and_no_other_byte_changes(self, world: World) -> None:
        number = filed(world, title="Between", date="2021-11-10")
        run(world, number)
        page = page_of(world, number)
        before, _, after = page.partition("### November 10th, 2021:  Between\n\n")
        assert before + after == example(f"ospo/{PAGE}")
        assert before.endswith("    * Demos\n\n")

    def test_a_second_run_writes_nothing(self, world: World) -> None:
        number = filed(world, **DEMO_DAY)
        run(world, number)
        seen = everything(world, number)
        done = run(world, number)
        assert (done.plan.outcome, done.plan.writes) == ("unchanged", ())
        assert everything(world, number) == seen

    def test_an_edit_updates_all_three_and_creates_nothing(self, world: World) -> None:
        number = filed(world, **DEMO_DAY)
        run(world, number)
        world.edit_issue(number, body=body(**DEMO_DAY, location="Paris"))
        assert run(world, number).plan.outcome == "updated"
        assert "- Location: Paris" in page_of(world, number)
        [pull], [comment] = world.pulls(), world.comments(number)
        assert "- Location: Paris" in comment.body
        assert read_state(pull.body)[1]["commit"] == world.head(branch_name(number))

    def test_an_edit_without_effect_writes_nothing(self, world: World) -> None:
        number = filed(world, **DEMO_DAY)
        run(world, number)
        seen = everything(world, number)
        world.edit_issue(number, title="New event: other words", body=body(**DEMO_DAY).replace("9am ET,", "9am ET, "))
        assert run(world, number).plan.outcome == "unchanged"
        assert everything(world, number) == seen

    def test_the_record_keeps_its_name_when_the_date_is_edited(self, world: World) -> None:
        number = filed(world, **DEMO_DAY)
        run(world, number)
        world.edit_issue(number, body=body(title="Demo Day", date="2022-02-03"))
        run(world, number)
        head = world.head(branch_name(number))
        assert head
        assert b'date: "2022-02-03"' in world.files(head)[RECORD]
        assert world.pulls()[0].title == f"Add event: Thu, Feb 3, 2022 \u2013 Demo Day #{number}"

    def test_two_events_of_one_day_and_name_get_records_of_their_own(self, world: World) -> None:
        world.commit({RECORD: b'id: "2022-01-20-demo-day"\ntitle: "Demo Day"\ndate: "2022-01-20"\n'})
        number = filed(world, **DEMO_DAY)
        done = run(world, number)
        assert done.plan.event
        assert done.plan.event.id == "2022-01-20-demo-day-2"

    def test_a_title_and_text_that_a_human_changed_stay(self, world: World) -> None:
        number = filed(world, **DEMO_DAY)
        run(world, number)
        [pull] = world.pulls()
        world.forge.edit_pull(pull.number, title="Our demo day", body=f"I checked it.\n\n{pull.body}")
        world.edit_issue(number, body=body(**DEMO_DAY, location="Paris"))
        run(world, number)
        [pull] = world.pulls()
        assert pull.title == "Our demo day"
        assert "I checked it." in pull.body
        assert run(world, number).plan.outcome == "unchanged"

    def test_when_the_base_moves_the_proposal_is_rebuilt_on_it_if_branches_are_to_be_up_to_date(
        self, world: World
    ) -> None:
        number = filed(world, **DEMO_DAY)
        run(world, number)
        world.commit({CONFIG: f"page: {PAGE}\nrebuild: always\n".encode()})
        base = world.commit({"about.md": b"About us\n"})
        assert run(world, number).plan.outcome == "updated"
        head = world.head(branch_name(number))
        assert head
        assert world.parents(head) == (base,)
        assert world.files(head)["about.md"] == b"About us\n"
        assert len(world.pulls()) == len(world.comments(number)) == 1


@on_both_forges
class TestProblems:
    def test_every_problem_is_reported_in_one_comment_and_nothing_else_is_made(self, world: World) -> None:
        number = filed(world, title="X", date="11/8/2021", url="javascript:alert(1)", people="[A](ftp://a.example)")
        done = run(world, number)
        assert done.plan.outcome == "waiting"
        assert (world.head(branch_name(number)), world.pulls()) == (None, [])
        [comment] = world.comments(number)
        for label in ("**Date**", "**Registration link**", "**People**"):
            assert label in comment.body
        assert "2021-11-08" in comment.body
        assert run(world, number).plan.writes == ()

    def test_the_comment_becomes_that_of_a_proposal_once_all_is_well(self, world: World) -> None:
        number = filed(world, title="X", date="soon")
        run(world, number)
        world.edit_issue(number, body=body(title="X", date="2022-01-20"))
        assert run(world, number).plan.outcome == "created"
        [comment] = world.comments(number)
        assert "ready for a maintainer" in comment.body

    def test_an_open_pull_request_stays_at_the_last_valid_state_and_the_comment_says_so(self, world: World) -> None:
        number = filed(world, **DEMO_DAY)
        run(world, number)
        head = world.head(branch_name(number))
        world.edit_issue(number, body=body(title="Demo Day", date="soon"))
        assert run(world, number).plan.outcome == "waiting"
        assert world.head(branch_name(number)) == head
        [pull], [comment, alert] = world.pulls(), world.comments(number)
        assert f"pull request #{pull.number} keeps the event" in comment.body
        assert "one thing needs your help (Date)" in alert.body
        assert f"pull request #{pull.number} keeps the event" in alert.body
        world.edit_issue(number, body=body(**DEMO_DAY))
        run(world, number)
        assert "ready for a maintainer" in world.comments(number)[0].body

    def test_each_edit_that_brings_problems_is_told_in_one_new_comment(self, world: World) -> None:
        number = filed(world, **DEMO_DAY)
        run(world, number)
        for edits in (1, 2):
            for date in ("soon", "later", "soon"):
                world.edit_issue(number, body=body(title="Demo Day", date=date))
                run(world, number)
                assert run(world, number).plan.writes == ()
                assert len(world.comments(number)) == 1 + edits
            world.edit_issue(number, body=body(**DEMO_DAY))
            run(world, number)
            assert len(world.comments(number)) == 1 + edits

    def test_a_first_answer_with_problems_is_one_comment(self, world: World) -> None:
        number = filed(world, title="Demo Day", date="soon")
        run(world, number)
        world.edit_issue(number, body=body(title="Demo Day", date="later"))
        run(world, number)
        assert len(world.comments(number)) == 1


class TestNotOurs:
    @pytest.mark.parametrize(
        ("text", "labels"),
        [
            (body(**DEMO_DAY), ()),
            (body(**DEMO_DAY), ("bug",)),
            ("The page is down", ("event",)),
            ("### Title\n\nonly a title", ("event",)),
        ],
    )
    def test_nothing_is_written_on_an_issue_that_is_not_ours(
        self, world: World, text: str, labels: tuple[str, ...]
    ) -> None:
        number = world.file_issue("Help", text, labels=labels)
        done = run(world, number)
        assert (done.plan.outcome, done.plan.writes) == (None, ())
        assert world.comments(number) == []

    def test_an_issue_that_was_never_filed(self, world: World) -> None:
        assert run(world, 4711).plan.outcome is None


@on_both_forges
class TestClosing:
    def test_closing_withdraws_and_reopening_brings_it_back(self, world: World) -> None:
        number = filed(world, **DEMO_DAY)
        run(world, number)
        world.edit_issue(number, state="closed")
        assert run(world, number).plan.outcome == "closed"
        assert world.head(branch_name(number)) is None
        assert [pull.state for pull in world.pulls()] == ["closed"]
        assert run(world, number).plan.writes == ()
        world.edit_issue(number, state="open")
        assert run(world, number).plan.outcome == "created"
        assert [pull.state for pull in world.pulls()] == ["closed", "open"]
        assert len(world.comments(number)) == 1

    def test_a_maintainer_s_no_is_remembered(self, world: World) -> None:
        number = filed(world, **DEMO_DAY)
        run(world, number)
        world.close_pull(world.pulls()[0].number)
        assert run(world, number).plan.outcome == "refused"
        assert world.issue_state(number) == ("closed", "not_planned")
        assert run(world, number).plan.writes == ()
        assert [pull.state for pull in world.pulls()] == ["closed"]
        world.edit_issue(number, state="open")
        assert run(world, number).plan.outcome == "created"


class TestSite:
    def test_filing_the_reference_page_s_events_gives_the_reference_page(self, world: World) -> None:
        page = example(f"ospo/{PAGE}")
        start, end = page.index("### November 8th"), page.index("### More coming")
        world.commit({PAGE: (page[:start] + page[end:]).encode()})
        for answers in (UNIVERSITIES_ANSWERS, GOVERNMENTS_ANSWERS):
            number = filed(world, **answers)
            run(world, number)
            head = world.head(branch_name(number))
            assert head
            world.commit({path: text for path, text in world.files(head).items() if path != "README.md"})
        expected = page.replace("(Nov 9 & 10).  \n", "(Nov 9 & 10).\n")
        expected = expected.replace("12pm EDT, 6pm CET on Thursday November 11, 2021", "12pm ET, 6pm CET")
        assert world.files(world.forge.base().commit)[PAGE].decode() == expected

    def test_a_site_s_own_template_and_fields_are_used(self, world: World) -> None:
        form = template("site/new-event.yml") + "  - type: input\n    id: room\n    attributes:\n      label: Room\n"
        world.commit(
            {
                ".github/almanac.yml": f"page: {PAGE}\nsection_template: section.j2\n".encode(),
                "section.j2": b"### {{ date | heading_date }}: {{ title }} in {{ extra.room }}\n",
                ".github/ISSUE_TEMPLATE/new-event.yml": form.encode(),
            }
        )
        number = world.file_issue(
            "E", body(title="<b>X</b>", date="2022-01-20") + "\n\n### Room\n\nB12", labels=("event",)
        )
        run(world, number)
        assert "### January 20th, 2022: &#60;b&#62;X&#60;/b&#62; in B12\n" in page_of(world, number)

    @pytest.mark.parametrize(
        ("files", "words"),
        [
            ({PAGE: None}, "page is missing"),
            ({".github/ISSUE_TEMPLATE/new-event.yml": None}, "form is missing"),
            ({".github/almanac.yml": b"pgae: x\n"}, "`page`"),
            ({".github/ISSUE_TEMPLATE/new-event.yml": b"name: x\n"}, "body"),
            ({PAGE: b"\xff\xfe"}, "UTF-8"),
            ({".github/almanac.yml": f"page: {PAGE}\nsection_template: none.j2\n".encode()}, "template"),
        ],
    )
    def test_what_is_wrong_with_the_site_is_told_and_nothing_is_proposed(
        self, world: World, files: dict[str, bytes | None], words: str
    ) -> None:
        world.commit(files)
        number = filed(world, **DEMO_DAY)
        with pytest.raises((ConfigError, UserError), match=words):
            run(world, number)
        assert world.pulls() == []
        # Without a form that can be read, nobody can tell whether the issue was filed with it.
        told = [comment.body for comment in world.comments(number)]
        assert len(told) == (".github/ISSUE_TEMPLATE/new-event.yml" not in files)
        assert all("A maintainer can mend that" in text for text in told)

    def test_a_failure_of_one_issue_does_not_stop_the_others(self, world: World) -> None:
        first, second = filed(world, **DEMO_DAY), filed(world, title="Other", date="2022-03-03")
        world.commit({".github/almanac.yml": b"page: missing.md\n"})
        results = list(reconcile_all(world.forge, load_messages()))
        assert [done.plan.issue for done in results] == [first, second]
        assert all(done.error for done in results)


class TestMessages:
    @both_forges
    def test_a_site_s_own_message_takes_the_place_of_ours(self, scene: Scene) -> None:
        own = b"Hallo! {{ pull }}\n{% for one in warnings %}{{ one | problem }}{% endfor %}\n{{ preview | fence }}"
        files = {CONFIG: f"page: {PAGE}\nmessages: .almanac-texts\n".encode(), ".almanac-texts/proposed.md.j2": own}
        scene.world.commit({**files, ".almanac-texts/README": b"notes"})
        number = scene.proposed()
        assert f"Hallo! #{scene.pull(number).number}" in scene.comment(number)
        assert "### January 20th, 2022" in scene.comment(number)
        assert "| What | Demo Day |" in scene.pull(number).body
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
