"""The picture that someone attaches: a clean copy of it in the proposal, for as long as it is the event's picture."""

from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
import yaml
from almanac.commands.build import build_site
from almanac.defaults import load_messages
from almanac.engine.pictures import Pictured, with_picture
from almanac.engine.planner import Planner
from almanac.engine.run import reconcile
from almanac.errors import ForgeError, Problem
from almanac.event.attachment import copy_path
from almanac.event.model import Event, Image
from almanac.event.record import read_record
from almanac.forge.attachments import NoAttachmentError
from almanac.forge.protocol import Forge
from almanac.images import MAX_BYTES
from almanac.packaged import template
from almanac.proposal.command import CommentCommand
from almanac.proposal.names import branch_name
from almanac.proposal.state import Closer, Pull
from almanac.proposal.triage import lapsed

from tests.breaking import Breaking, BrokenError
from tests.engine.test_table import at_rest
from tests.filing import body, full_form
from tests.forge.worlds import LocalWorld, World
from tests.pictures import GIF, JPEG, PNG, SECRET, SVG, chunk, exif, jpeg, png, segment
from tests.scenes import DEMO_DAY, FORM, PAGE, RECORD, Scene, both_forges

ID = "2022-01-20-demo-day"
PHOTO = jpeg(segment(0xE1, b"Exif\0\0" + exif()))


def name(address: str, suffix: str = ".jpg") -> str:
    return copy_path("images/events", ID, address, suffix)


def asks_for_pictures(world: World) -> None:
    form = template("site/new-event.yml") + template("site/more-questions.yml")
    world.commit({FORM: form.encode()})


def answers(address: str, **more: str) -> str:
    return body(full_form(), **DEMO_DAY, image=f"![photo]({address})" if address else "", **more)


def pictures(scene: Scene, number: int) -> dict[str, bytes]:
    return {path: data for path, data in scene.files(number).items() if path.startswith("images/")}


def proposed(scene: Scene, address: str, **more: str) -> int:
    asks_for_pictures(scene.world)
    number = scene.world.file_issue("New event", answers(address, **more), labels=("event",))
    assert scene.run(number).plan.outcome == "created"
    return number


def edit(scene: Scene, number: int, address: str, **more: str) -> None:
    scene.world.edit_issue(number, body=answers(address, **more))


@both_forges
class TestProposal:
    def test_a_clean_copy_is_in_it(self, scene: Scene) -> None:
        address = scene.world.attach(PHOTO)
        number = proposed(scene, address, image_alt="Three people at a table")
        [(path, data)] = pictures(scene, number).items()
        assert path == name(address)
        assert data.endswith(JPEG[20:])
        assert SECRET not in data
        assert b"\x12\x01\x03\0\x01\0\0\0\x06\0" in data  # still on its side
        image = read_record(scene.record(number), RECORD).image
        assert image
        assert (image.path, image.url, image.alt) == (path, None, "Three people at a table")
        assert "no place for Picture, What the picture shows" in scene.comment(number)
        assert "| **Picture** | Three people at a table |" in scene.pull(number).body
        at_rest(scene, number)

    def test_it_is_not_fetched_again(self, scene: Scene) -> None:
        address = scene.world.attach(PNG)
        number = proposed(scene, address)
        scene.world.attach(None, address)
        scene.move_base()
        assert scene.run(number).plan.outcome == "updated"
        assert pictures(scene, number) == {name(address, ".png"): PNG}
        edit(scene, number, address, image_alt="A poster", location="Berlin")
        assert scene.run(number).plan.outcome == "updated"
        assert pictures(scene, number) == {name(address, ".png"): PNG}
        assert 'location: "Berlin"' in scene.record(number)
        assert 'alt: "A poster"' in scene.record(number)
        at_rest(scene, number)

    def test_another_takes_its_place_and_none_leaves_none(self, scene: Scene) -> None:
        number = proposed(scene, scene.world.attach(PNG))
        second = scene.world.attach(GIF)
        edit(scene, number, second)
        scene.run(number)
        assert pictures(scene, number) == {name(second, ".gif"): GIF}
        edit(scene, number, "")
        scene.run(number)
        assert pictures(scene, number) == {}
        assert "image" not in scene.record(number)
        at_rest(scene, number)

    @pytest.mark.parametrize("data", [None, SVG])
    def test_without_one_the_event_goes_on(self, scene: Scene, data: bytes | None) -> None:
        address = scene.world.attach(data)
        number = proposed(scene, address)
        said = "could not be fetched" if data is None else "SVG"
        assert said in scene.comment(number)
        assert "The event goes on without it" in scene.comment(number)
        assert "The event goes on without it" in scene.pull(number).body
        assert pictures(scene, number) == {}
        assert "image" not in scene.record(number)
        at_rest(scene, number)
        # GitHub can be reached again; what is no picture, is replaced by one.
        address = scene.world.attach(PNG, address if data is None else "")
        edit(scene, number, address)
        [done] = [done for done in scene.sweep() if done.plan.issue == number]
        assert done.plan.outcome == "updated"
        assert pictures(scene, number) == {name(address, ".png"): PNG}
        assert said not in scene.comment(number)
        assert scene.memory(number).lacks is None
        at_rest(scene, number)

    def test_an_answer_with_problems_keeps_the_picture(self, scene: Scene) -> None:
        address = scene.world.attach(PNG)
        number = proposed(scene, address)
        scene.world.attach(None, address)
        scene.world.edit_issue(number, body=answers(address).replace("2022-01-20", "soon"))
        scene.move_base()
        assert scene.run(number).plan.outcome == "waiting"
        assert pictures(scene, number) == {name(address, ".png"): PNG}
        at_rest(scene, number)

    def test_withdrawn_it_goes_and_comes_back(self, scene: Scene) -> None:
        address = scene.world.attach(PNG)
        number = proposed(scene, address)
        scene.world.edit_issue(number, state="closed")
        scene.run(number)
        assert scene.world.head(branch_name(number)) is None
        scene.world.edit_issue(number, state="open")
        assert scene.run(number).plan.outcome == "created"
        assert pictures(scene, number) == {name(address, ".png"): PNG}

    def test_after_the_merge_another_replaces_it(self, scene: Scene) -> None:
        first = scene.world.attach(PNG)
        number = proposed(scene, first)
        scene.world.merge(scene.pull(number).number)
        scene.run(number)
        base = scene.world.files(scene.world.forge.base().commit)
        assert base[name(first, ".png")] == PNG
        second = scene.world.attach(JPEG)
        edit(scene, number, second, image_alt="Another")
        scene.world.edit_issue(number, state="open")
        assert scene.run(number).plan.outcome == "created"
        assert pictures(scene, number) == {name(second): JPEG}
        at_rest(scene, number)

    def test_after_the_merge_it_stays_with_other_changes(self, scene: Scene) -> None:
        address = scene.world.attach(PNG)
        number = proposed(scene, address)
        scene.world.merge(scene.pull(number).number)
        scene.run(number)
        scene.world.attach(None, address)
        edit(scene, number, address, location="Berlin")
        scene.world.edit_issue(number, state="open")
        assert scene.run(number).plan.outcome == "created"
        assert pictures(scene, number) == {name(address, ".png"): PNG}
        assert "Berlin" in scene.record(number)
        at_rest(scene, number)


@both_forges
class TestPeoplesCommits:
    def test_the_picture_stays_on_the_branch(self, scene: Scene) -> None:
        address = scene.world.attach(PNG)
        number = proposed(scene, address)
        scene.world.attach(None, address)
        scene.by_hand(number, {"about.md": b"By hand.\n"})
        scene.world.commit({"other.md": b"On the base.\n"})
        edit(scene, number, address, location="Berlin")
        assert scene.run(number).plan.outcome == "updated"
        files = scene.files(number)
        assert (files[name(address, ".png")], files["about.md"]) == (PNG, b"By hand.\n")
        assert "Berlin" in scene.record(number)
        at_rest(scene, number)

    @pytest.mark.parametrize("moved", [False, True])
    def test_another_picture_comes_on_top(self, scene: Scene, moved: bool) -> None:
        first = scene.world.attach(PNG)
        number = proposed(scene, first)
        scene.by_hand(number, {"about.md": b"By hand.\n"})
        if moved:
            scene.world.commit({"other.md": b"On the base.\n"})
        second = scene.world.attach(GIF)
        edit(scene, number, second)
        assert scene.run(number).plan.outcome == "updated"
        assert pictures(scene, number) == {name(second, ".gif"): GIF}
        assert scene.files(number)["about.md"] == b"By hand.\n"
        at_rest(scene, number)

    def test_on_a_branch_of_a_merged_event(self, scene: Scene) -> None:
        first, second = scene.world.attach(PNG), scene.world.attach(GIF)
        number = proposed(scene, first)
        scene.world.merge(scene.pull(number).number)
        scene.run(number)
        edit(scene, number, second)
        scene.world.edit_issue(number, state="open")
        scene.run(number)
        scene.by_hand(number, {"about.md": b"By hand.\n"})
        scene.world.commit({"other.md": b"On the base.\n"})
        edit(scene, number, second, location="Berlin")
        assert scene.run(number).plan.outcome == "updated"
        assert pictures(scene, number) == {name(second, ".gif"): GIF}
        at_rest(scene, number)

    def test_one_that_they_chose_themselves_stays(self, scene: Scene) -> None:
        address = scene.world.attach(PNG)
        number = proposed(scene, address)
        record = scene.record(number).replace(name(address, ".png"), "images/logo.png").encode()
        scene.by_hand(number, {RECORD: record, name(address, ".png"): None, "images/logo.png": GIF})
        edit(scene, number, address, location="Berlin")
        scene.run(number)
        assert pictures(scene, number) == {"images/logo.png": GIF}
        assert 'path: "images/logo.png"' in scene.record(number)
        at_rest(scene, number)

    def test_made_again_it_is_the_authors_picture(self, scene: Scene) -> None:
        address = scene.world.attach(PNG)
        number = proposed(scene, address)
        scene.by_hand(number, {name(address, ".png"): GIF})
        scene.run(number)
        assert pictures(scene, number) == {name(address, ".png"): GIF}
        scene.world.let_in("grace")
        said = CommentCommand(
            scene.world.comment(number, "grace", "/almanac recreate"), "grace", "/almanac recreate", number
        )
        reconcile(number, scene.world.forge, load_messages(), comment=said)
        assert pictures(scene, number) == {name(address, ".png"): PNG}


@both_forges
def test_what_a_run_left_that_was_cut_short_is_used_by_the_next(scene: Scene) -> None:
    asks_for_pictures(scene.world)
    address = scene.world.attach(PNG)
    number = scene.world.file_issue("New event", answers(address), labels=("event",))
    with pytest.raises(BrokenError):
        reconcile(number, cast("Forge", Breaking(scene.world.forge, at=0, after=True, singly=True)), load_messages())
    left = scene.head(number)
    scene.world.attach(None, address)
    assert scene.run(number).plan.outcome == "created"
    assert scene.head(number) == left
    assert pictures(scene, number) == {name(address, ".png"): PNG}
    at_rest(scene, number)


def test_a_bot_that_closes_it_is_not_fought_over_a_picture_that_cannot_be_had(scene: Scene) -> None:
    address = scene.world.attach(None)
    number = proposed(scene, address)
    look = scene.world.forge.look(number)
    closed = replace(look.proposal.pull or Pull(0, "", ""), state="closed")
    proposal = replace(look.proposal, pull=closed)
    closer = Closer("stale[bot]", decides=False)
    planner = Planner(scene.world.forge, load_messages())
    assert look.issue
    filed = planner.filed(replace(look, proposal=proposal, closer=closer), look.issue)
    assert lapsed(filed)
    edit(scene, number, scene.world.attach(PNG))
    issue = scene.world.forge.issue(number)
    assert issue
    assert lapsed(planner.filed(filed.look, issue)) is None


@pytest.mark.parametrize("scene", [pytest.param("github", marks=pytest.mark.emulator)], indirect=True)
def test_what_it_costs_on_github(scene: Scene) -> None:
    from tests.emulated import GitHubWorld  # noqa: PLC0415 - loads PyGithub, and only where Node is

    assert isinstance(scene.world, GitHubWorld)
    asks_for_pictures(scene.world)
    address = scene.world.attach(PNG)
    costs: list[list[int]] = []
    for picture in (address, ""):
        number = scene.world.file_issue("New event", answers(picture), labels=("event",))
        costs.append([])
        for _ in range(2):
            scene.world.emulator.proxy.requests.clear()
            reconcile(number, scene.world.connect(default_branch="main"), load_messages())
            costs[-1] += [len(scene.world.emulator.proxy.reads), len(scene.world.emulator.proxy.writes)]
            scene.world.commit({f"{picture[-3:]}.md": b"The base moves.\n"})
        scene.world.edit_issue(number, state="closed")
        reconcile(number, scene.world.forge, load_messages())
    assert [some - none for some, none in zip(*costs, strict=True)] == [1, 0, 0, 0]


def test_the_picture_of_a_deleted_record_goes_with_it(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    address = scene.world.attach(PNG)
    number = proposed(scene, address)
    scene.world.merge(scene.pull(number).number)
    assert isinstance(scene.world, LocalWorld)
    folder = scene.world.repo.folder
    assert (folder / name(address, ".png")).read_bytes() == PNG
    (folder / RECORD).unlink()
    assert build_site(folder, check=True) == 1
    assert (folder / name(address, ".png")).exists()
    assert build_site(folder, check=False) == 0
    assert f"deleted {name(address, '.png')}" in capsys.readouterr().out
    assert not (folder / name(address, ".png")).exists()
    assert "Demo Day" not in (folder / PAGE).read_text(encoding="utf-8")
    assert build_site(folder, check=True) == 0


EVENT = Event(id=ID, title="Demo Day", date="2022-01-20", image=Image(url="https://x/y", alt="Owls"))


def fetched(data: bytes | ForgeError) -> Pictured:
    def fetch(url: str, most: int) -> bytes:
        if isinstance(data, ForgeError):
            raise data
        return data

    return with_picture(EVENT, "images", lambda _: (), dict, fetch)


NOT_THERE = NoAttachmentError("GitHub says that there is no such attachment, or that we may not see it.")
NO_PICTURES: dict[str, bytes | ForgeError] = {
    "not there": NOT_THERE,
    "svg": SVG,
    "pdf": b"%PDF",
    "damaged": PNG[:50],
    "too many bytes": PNG + bytes(MAX_BYTES),
    "too many pixels": png(size=(9_000, 9_000)),
    "moving": png(chunk(b"acTL", bytes(8))),
}
NOTES = yaml.safe_load((Path(__file__).parents[1] / "cases/picture-notes.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", sorted({*NO_PICTURES, *NOTES}))
def test_what_is_said_where_there_is_no_picture(name: str) -> None:
    found = fetched(NO_PICTURES[name])
    assert found == Pictured(EVENT.model_copy(update={"image": None}), {}, Problem(NOTES[name]))


def test_an_event_without_a_picture_or_with_one_from_elsewhere_stays_as_it_is() -> None:
    for image in (None, Image(path="images/logo.png", url="https://x/y"), Image(alt="Owls")):
        event = EVENT.model_copy(update={"image": image})
        assert with_picture(event, "images", lambda _: (), dict, lambda *_: b"") == Pictured(event)
    lost = EVENT.model_copy(update={"image": Image(path=name("https://x/y"))})
    assert with_picture(lost, "images", lambda _: (), dict, lambda *_: b"") == Pictured(lost)
