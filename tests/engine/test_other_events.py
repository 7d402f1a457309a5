"""What other events mean for a proposal: how many of one author may be open, and warnings of duplicates."""

from pathlib import Path

import pytest
from almanac.errors import Problem
from almanac.proposal.quotation import inert

from tests.forge.worlds import Kind, LocalWorld
from tests.scenes import CONFIG, DEMO_DAY, PAGE, Scene, both_forges, new_scene


class TestLimit:
    @pytest.fixture(autouse=True)
    def limited(self, scene: Scene) -> None:
        scene.world.let_in("grace")
        scene.world.commit({CONFIG: f"page: {PAGE}\nmax_open_per_author: 2\n".encode()})

    def filed(self, scene: Scene, day: int, by: str = "ada") -> int:
        return scene.file(by=by, title=f"Event {day}", date=f"2022-05-{day:02}")

    @both_forges
    def test_more_wait_with_a_comment_and_are_served_in_their_order(self, scene: Scene) -> None:
        numbers = [self.filed(scene, day) for day in (1, 2, 3, 4)]
        assert [scene.run(number).plan.outcome for number in numbers] == ["created", "created", "waiting", "waiting"]
        assert "wait its turn" in scene.comment(numbers[2])
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

    def test_it_does_not_hold_for_machines_such_as_almanac_itself(self, scene: Scene) -> None:
        numbers = [self.filed(scene, day, by="github-actions[bot]") for day in (1, 2, 3)]
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
        assert [scene.run(number).plan.outcome for number in numbers] == ["unchanged", "unchanged"]
        scene.move_base()
        assert [scene.run(number).plan.outcome for number in numbers] == ["updated", "updated"]


@pytest.mark.parametrize(
    ("kind", "outcome"), [("local", "created"), pytest.param("github", "waiting", marks=pytest.mark.emulator)]
)
def test_ten_are_the_limit_on_github_where_the_config_is_silent(kind: Kind, outcome: str, tmp_path: Path) -> None:
    with new_scene(kind, tmp_path) as scene:
        numbers = [scene.file(title=f"Event {day}", date=f"2022-05-{day + 1:02}") for day in range(11)]
        assert [scene.run(number).plan.outcome for number in numbers] == ["created"] * 10 + [outcome]


class TestDuplicates:
    def warned(self, scene: Scene, number: int) -> Problem:
        done = scene.run(number)
        assert done.plan.outcome == "created"
        [warning] = done.plan.warnings
        assert (warning.field, bool(warning.url)) == (None, True)
        for text in (scene.comment(number), scene.pull(number).body):
            assert warning.message in text
            assert f"{inert(warning.event or '')}" in text
            assert f"{warning.url}" in text
        assert "**Perhaps a duplicate.**" in scene.pull(number).body
        assert scene.run(number).plan.writes == ()
        return warning

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
        warning = self.warned(scene, two)
        assert words in warning.message
        assert f"#{scene.pull(one).number}" in warning.message
        assert warning.event == scene.pull(one).title.removeprefix("Add event: ").removesuffix(f" #{one}")

    @pytest.mark.parametrize(
        "second",
        [
            {"title": "Measuring Open Source", "date": "2022-06-02"},
            {"title": "Something else", "date": "2022-06-01"},
        ],
    )
    def test_others_are_not_duplicates(self, scene: Scene, second: dict[str, str]) -> None:
        scene.proposed(title="Measuring Open Source", date="2022-06-01")
        number = scene.file(**second)
        assert scene.run(number).plan.warnings == ()
        assert "duplicate" not in scene.pull(number).body

    @both_forges
    def test_a_record(self, scene: Scene) -> None:
        number = scene.file(series="Governments & Agencies", title="Another", date="2021-11-08")
        warning = self.warned(scene, number)
        assert "the same day and series" in warning.message
        title = "When Institutions Cooperate (2 Hour Special, Live from Paris)"
        assert warning.event == f"Mon, Nov 8, 2021 \u2013 {title} (Governments & Agencies)"
        assert PAGE in (warning.url or "")
        assert (warning.url or "").startswith("http") or isinstance(scene.world, LocalWorld)

    def test_a_record_that_cannot_be_read_is_named_by_its_id(self, scene: Scene) -> None:
        scene.world.commit({"_data/events/2022-06-01-owls-2.yml": b"titel: Owls\n"})
        warning = self.warned(scene, scene.file(title="Owls", date="2022-06-01"))
        assert warning.event == "2022-06-01-owls-2"
        assert warning.url == "_data/events/2022-06-01-owls-2.yml"

    def test_a_record_of_one_of_several_days(self, scene: Scene) -> None:
        number = scene.file(series="Governments & Agencies", title="Another", date="November 7-9, 2021")
        assert "the same day and series" in self.warned(scene, number).message

    def test_a_section_of_the_page(self, scene: Scene) -> None:
        number = scene.file(title="When Institutions Cooperate", date="2021-11-08")
        warning = self.warned(scene, number)
        assert "the same day and name" in warning.message
        assert warning.url == f"{PAGE}, line 15"
        assert (warning.event or "").startswith("Mon, Nov 8, 2021 \u2013 ")

    def test_a_section_with_the_same_link(self, scene: Scene) -> None:
        number = scene.file(
            title="X", date="2025-11-08", url="https://drcc.library.jhu.edu/open-source-programs-office/"
        )
        warning = self.warned(scene, number)
        assert "the same registration link" in warning.message
        assert PAGE in (warning.url or "")

    @pytest.mark.parametrize("url", ["https://drcc.library.jhu.edu/", "https://drcc.library.jhu.edu/open-source"])
    def test_a_section_with_a_link_that_goes_on_is_not_a_duplicate(self, scene: Scene, url: str) -> None:
        number = scene.file(title="X", date="2025-11-08", url=url)
        assert scene.run(number).plan.warnings == ()

    def test_an_event_is_not_a_duplicate_of_itself(self, scene: Scene) -> None:
        number = scene.proposed()
        scene.world.merge(scene.pull(number).number)
        scene.run(number)
        scene.edit(number, **DEMO_DAY, location="Paris")
        assert scene.run(number).plan.warnings == ()


class TestTheRestOfThePage:
    """What a new event does to the page besides being on it is looked for, and named where it can be seen."""

    PAGE = "# Past\n\n- Nov 8, 2021: Cats\n- Nov 1, 2021: Dogs\n"

    def proposed(self, scene: Scene, template: str) -> str:
        config = "page: talks.md\nsection_template: section.md.j2\n"
        files = {CONFIG: config, "talks.md": self.PAGE, "section.md.j2": template}
        scene.world.commit({path: text.encode() for path, text in files.items()})
        number = scene.file(title="Owls", date="2021-11-05", description="They hoot.")
        done = scene.run(number)
        assert done.plan.outcome == "created"
        body = scene.pull(number).body
        assert scene.run(number).plan.writes == ()
        assert [warning.message in body for warning in done.plan.warnings] == [True] * len(done.plan.warnings)
        return body

    def test_it_stays_as_it_was(self, scene: Scene) -> None:
        body = self.proposed(scene, '- {{ date | like("Nov 8, 2021") }}: {{ title | text }}\n')
        assert "Everything else there stays as it is, and looks as it did." in body

    def test_of_a_file_that_is_new_nothing_else_is_said(self, scene: Scene) -> None:
        template = "---\ntitle: {{ title }}\ndate: {{ date }}\n---\n"
        config = "files: _talks/{date}-{slug}.md\nfile_template: talk.md.j2\n"
        scene.world.commit({CONFIG: config.encode(), "talk.md.j2": template.encode()})
        number = scene.file(title="Owls", date="2021-11-05")
        assert scene.run(number).plan.outcome == "created"
        assert "This adds the event's entry in `_talks/2021-11-05-owls.md`." in scene.pull(number).body
        assert "stays as it is" not in scene.pull(number).body

    def test_bullets_that_come_apart_are_named(self, scene: Scene) -> None:
        template = '- {{ date | like("Nov 8, 2021") }}: {{ title | text }}\n\n  {{ description | text }}\n'
        body = self.proposed(scene, template)
        assert "**Please look at the page.** `talks.md`, line 3: With the new entry, this place" in body
        assert "stays as it is, and looks" not in body

    def test_it_is_not_looked_for_in_a_change(self, scene: Scene) -> None:
        number = scene.proposed()
        scene.world.merge(scene.pull(number).number)
        scene.sweep()
        scene.edit(number, **DEMO_DAY | {"location": "Paris"})
        scene.run(number)
        assert "looks as it did" not in scene.pull(number).body
