"""Make each request of a run fail, in each way, and see that nothing is lost: `python -m benchmarks.faults [FAULTS]`.

A run for one issue on the emulated GitHub is a row of requests. At each of them, in each of the states that
`tests/engine/test_faults.py` lists, GitHub fails before it does what was asked, or after; or the process is killed
before or after; or someone commits to the branch. Then one sweep has to make everything as if nothing had happened: no
second pull request or comment, and every commit of a person on the branch or noted where it is. 1 if it is not so.
"""

import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from almanac.defaults import load_messages
from almanac.engine.run import reconcile
from almanac.engine.sweep import reconcile_all
from almanac.errors import AlmanacError
from almanac.forge.github.client import Throttle
from almanac.proposal.marker import pull_state
from almanac.proposal.names import branch_name
from almanac.proposal.state import Pull

from tests.emulated import GitHubWorld, stop
from tests.engine import test_faults
from tests.engine.test_faults import Setup, state
from tests.proxy import Answer, Request
from tests.scenes import Scene, new_scene

FAULTS = 700
SETUPS: list[Setup] = [
    *(test_faults.first, test_faults.fixed, test_faults.edited, test_faults.base_moved),
    *(test_faults.disputed_and_base_moved, test_faults.closed, test_faults.closed_with_human_commits),
    *(test_faults.reopened_with_human_commits, test_faults.refused, test_faults.merged),
]
WAYS = ("refused", "answer lost", "killed before", "killed after", "commit before")
MINE = "mine.md"


@dataclass
class Fault:
    """What happens at one request of a run."""

    setup: Setup
    at: int
    way: str
    expected: object = None  # what is there in the end without it
    sent: list[str] = field(default_factory=list)
    commit: str | None = None

    def trouble(self, scene: Scene, number: int, request: Request) -> Answer | None:
        """Answer a request, in place of GitHub if it is the one at which it happens."""
        self.sent.append(str(request))
        if len(self.sent) - 1 == self.at:
            if self.way == "commit before":
                if scene.world.head(branch_name(number)):
                    self.commit = scene.by_hand(number, {MINE: b"mine\n"})
            else:
                lost = self.way in ("answer lost", "killed after")
                return Answer(502 if self.way in ("refused", "answer lost") else 0, {}, lost=lost)
        elif len(self.sent) - 1 > self.at >= 0 and self.way.startswith("killed"):
            return Answer(0)
        return site_of(scene).like_github(request)


def site_of(scene: Scene) -> GitHubWorld:
    """Return the site as the emulated GitHub has it."""
    if not isinstance(scene.world, GitHubWorld):
        raise TypeError(scene.world)
    return scene.world


def run(setup: Setup, folder: Path, fault: Fault) -> tuple[list[str], object]:
    """Let it happen, sweep, and return what is wrong then, and what is there."""
    with new_scene("github", folder) as scene:
        number, world = setup(scene), site_of(scene)
        proxy = world.emulator.proxy
        proxy.trouble = partial(fault.trouble, scene, number)
        with suppress(AlmanacError):
            reconcile(number, world.connect(), load_messages())
        proxy.trouble = world.like_github
        failed = [
            done.error for _ in range(2) for done in reconcile_all(world.connect(), load_messages()) if done.error
        ]
        there = state(scene, number)
        return [*map(str, failed), *_wrong(scene, number, fault, there)], there


def _wrong(scene: Scene, number: int, fault: Fault, there: object) -> Iterator[str]:
    pulls = [pull for pull in scene.world.pulls() if pull.head == branch_name(number) and pull.state == "open"]
    if len(pulls) > 1:
        yield "two pull requests"
    marks = [said.body.partition("\n")[0] for said in scene.world.comments(number) if said.ours]
    if len({*marks}) < len(marks):
        yield "two comments"
    if fault.expected is not None and fault.commit is None and there != fault.expected:
        yield "not as if nothing had happened"
    if fault.commit and not _is_kept(scene, number, fault.commit):
        yield "a commit is lost"


def _is_kept(scene: Scene, number: int, commit: str) -> bool:
    """Tell whether a person's commit is in the branch's history, or the pull request says where it is."""
    todo, seen = [scene.world.head(branch_name(number))], set[str]()
    todo += [pull_state(Pull(0, "", pull.body)).withdrawn for pull in scene.world.pulls()]
    while todo:
        one = todo.pop()
        if one == commit:
            return True
        if one and one not in seen:
            seen.add(one)
            todo += scene.world.parents(one)
    return False


def faults(folder: Path) -> Iterator[Fault]:
    """Give each fault at each request of each run."""
    for place, setup in enumerate(SETUPS):
        plain = Fault(setup, -1, "none")
        wrong, expected = run(setup, folder / f"plain-{place}", plain)
        print(f"  {setup.__name__}: {len(plain.sent)} requests; {'; '.join(wrong) or 'all is well'}", flush=True)
        for at in range(len(plain.sent)):
            yield from (Fault(setup, at, way, expected) for way in WAYS)


def main() -> int:
    """Try so many faults, print what came of them."""
    count, start = int(sys.argv[1]) if len(sys.argv) > 1 else FAULTS, time.perf_counter()
    wrong, tried = Counter[str](), Counter[str]()
    with (
        TemporaryDirectory() as folder,
        patch("almanac.forge.github.repository.Throttle", partial(Throttle, sleep=lambda _: None)),
    ):
        for number, fault in enumerate(islice(faults(Path(folder)), count)):
            found, _ = run(fault.setup, Path(folder) / str(number), fault)
            tried[fault.way] += 1
            wrong.update(found)
            if found:
                print(
                    f"  {fault.setup.__name__}, {fault.way} at {fault.sent[fault.at]}: {'; '.join(found)}", flush=True
                )
    stop()
    print(f"{tried.total()} faults ({', '.join(f'{many} {way}' for way, many in tried.items())})")
    print(f"in {time.perf_counter() - start:.0f} s: {dict(wrong) or 'no double, no lost commit'}")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
