"""What strangers put where Almanac keeps its memory does nothing: markers in pull requests and comments of theirs."""

from collections.abc import Iterator

import pytest
from almanac.proposal.hidden import with_state
from almanac.proposal.names import branch_name

from tests.emulated import OWNER, GitHubWorld
from tests.scenes import DEMO_DAY, Scene, new_scene

pytestmark = pytest.mark.emulator


@pytest.fixture
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with new_scene("github", tmp_path_factory.mktemp("site")) as made:
        yield made


def test_a_commit_that_only_a_stranger_s_marker_names_is_not_taken(scene: Scene) -> None:
    number, site = scene.file(**DEMO_DAY), scene.world
    assert isinstance(site, GitHubWorld)
    branch = branch_name(number)
    site.restore_branch(branch, site.head("main") or "")
    commit = site.commit({"theirs.md": b"x\n"}, branch=branch)
    body = with_state("Hello", {"issue": number, "withdrawn": commit, "shared": True, "closed-by": "almanac"})
    pull = {"title": "Hello", "body": body, "head": branch, "base": "main"}
    opened = site.ask("POST", "pulls", pull, login="mallory")
    site.close_pull(opened["number"])
    site.delete_branch(branch)
    assert scene.run(number).plan.outcome == "created"
    assert "theirs.md" not in scene.files(number)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_maintainer_s_copy_of_our_comment_stays(scene: Scene, when: str) -> None:
    number, site = scene.file(title="X", date="soon"), scene.world
    assert isinstance(site, GitHubWorld)
    scene.run(number)
    [ours] = site.comments(number)
    if when == "before":
        site.ask("DELETE", f"issues/comments/{ours.id}")
    copied = site.comment(number, OWNER, ours.body)
    scene.edit(number, **DEMO_DAY)
    scene.run(number)
    scene.edit(number, **DEMO_DAY | {"title": "Another day"})
    scene.run(number)
    bodies = {each.id: each.body for each in site.comments(number)}
    assert bodies.pop(copied) == ours.body
    assert ["ready for a maintainer" in body and "Another day" in body for body in bodies.values()] == [True]
