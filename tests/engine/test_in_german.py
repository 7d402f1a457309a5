"""Whatever a site in German reads on GitHub in a proposal's life is in German; so is what GitHub or git refused."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from almanac.caps import PAGE as PAGE_CAP
from almanac.defaults import load_messages
from almanac.errors import AlmanacError, Problem, UserError
from almanac.forge.attachments import Attachments
from almanac.forge.disk import Disk, link_problem
from almanac.forge.github.request import ErrorAnswer, Request, explain
from almanac.forge.tree import Entry, check_paths
from almanac.phrases import say
from almanac.proposal.dashboard import Places, Seen, dashboard_draft
from almanac.proposal.state import Draft, Plan, PutBranch

from tests.engine import test_answers_to_commands as states
from tests.english import english_in
from tests.scenes import CONFIG, PAGE, Scene, Stage

GERMAN = load_messages().of_site({}, "de")
SCENES: tuple[Callable[[Scene], int], ...] = (
    states.proposed,
    states.with_problems,
    states.refused,
    states.called_off,
    states.removed,
    states.request,
)


def read_on(scene: Scene) -> Iterator[str]:
    """Give all that people read: our comments, and titles and texts of pull requests."""
    for number in range(1, 4):
        if scene.world.forge.issue(number):
            yield from (one.body for one in scene.world.comments(number) if one.ours)
    for pull in scene.world.pulls():
        yield from (pull.title, pull.body)


@pytest.mark.parametrize("state", SCENES, ids=lambda state: state.__name__)
def test_what_is_said_in_each_state_and_to_each_command(tmp_path: Path, state: Callable[[Scene], int]) -> None:
    def begin(scene: Scene) -> int:
        scene.world.commit({CONFIG: f"page: {PAGE}\nlanguage: de\n".encode()})
        scene.world.let_in("grace")
        return state(scene)

    stage, texts = Stage("local", tmp_path, begin), set[str]()
    for command in {answer: command for command, answer in states.TABLE[state].items()}.values():
        with stage.scene() as (scene, number):
            states.say(scene, number, command)
            texts |= {*read_on(scene)}
    assert not [found for text in texts if (found := english_in(text))]


@pytest.mark.parametrize(
    ("status", "said"),
    [(403, "Resource not accessible by integration"), (422, "Changes must be made through a pull request"), (502, "")],
)
def test_what_github_refuses_is_said_on_the_dashboard(status: int, said: str) -> None:
    request = Request("GET", "x", "write the page", "contents: write")
    error = explain(ErrorAnswer(status, said, {}), request, "octo/site", 0)
    assert "write the page" in str(error)
    seen = Seen(Plan(3, None, "It could not be done."), failure=str(error))
    draft = dashboard_draft([seen], [], Places("main", is_web=True), datetime(2026, 1, 1, tzinfo=UTC))
    text = GERMAN.write(draft)
    assert f"Status {status}" in text
    assert not english_in(text)


def _raised(act: Callable[..., object], *given: object) -> AlmanacError:
    with pytest.raises(AlmanacError) as caught:
        act(*given)
    return caught.value


def _errors() -> Iterator[AlmanacError]:
    yield _raised(Attachments().read, "https://example.org/x", 1)
    yield _raised(Disk(Path("/nowhere")).read, "../x", PAGE_CAP)
    yield UserError(link_problem("x"))
    for path, mode in (("../x", ""), ("a/x", "120000"), ("a/x", "100644")):
        write = PutBranch("b", "c", ("c",), {path: b""}, "m", None, {})
        yield _raised(check_paths, write, lambda _, there, mode=mode: Entry(mode, "1", there))


def test_paths_and_attachments_that_are_refused_are_told_in_german() -> None:
    for error in _errors():
        problem = Problem(say("The template fails: {error}", error=error.args[0]))
        assert not english_in(GERMAN.write(Draft("problems", {"problems": (problem,)}))), error
