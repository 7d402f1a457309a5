"""What counts as a clean merge is one for git too, and gives the same; and little else is taken for a conflict."""

import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from almanac.proposal.linemerge import merged, merges_to

from tests.gitrepo import Repo

PAGE = "# Events\n\n### March\n\n- a\n- b\n\n### February\n\n- c\n\n### January\n\n- d\n"
Texts = tuple[str, str, str]


def clean(before: str | None, base: str | None, head: str | None, wanted: str | None) -> bool:
    """Ask in both directions: a merge has no sides."""
    one, other = merges_to(before, base, head, wanted), merges_to(before, head, base, wanted)
    assert one == other
    return one


@pytest.mark.parametrize(
    ("before", "base", "head", "wanted"),
    [
        ("a\n", "a\n", "b\n", "b\n"),
        (None, None, "b\n", "b\n"),
        ("a\n", "a\n", None, None),
        ("a\n", "b\n", "b\n", "b\n"),
        ("1\n2\n3\n", "0\n1\n2\n3\n", "1\n2\n3\n4\n", "0\n1\n2\n3\n4\n"),
        ("1\n2\n3\n", "one\n2\n3\n", "1\n2\nthree\n", "one\n2\nthree\n"),
        ("1\n", "0\n1\n", "1\n2\n", "0\n1\n2\n"),
        ("1\r\n2\r\n3", "0\r\n1\r\n2\r\n3", "1\r\n2\r\nthree", "0\r\n1\r\n2\r\nthree"),
    ],
)
def test_what_does_not_touch_merges(before: str | None, base: str | None, head: str | None, wanted: str | None) -> None:
    assert clean(before, base, head, wanted)
    assert not clean(before, base, head, f"{wanted}x")


@pytest.mark.parametrize(
    ("before", "base", "head", "wanted"),
    [
        ("1\n2\n", "one\n2\n", "1\ntwo\n", "one\ntwo\n"),  # neighbours
        ("1\n2\n", "1\na\n2\n", "1\nb\n2\n", "1\na\nb\n2\n"),  # one place
        ("1\n2\n", "2\n", "1\na\n2\n", "a\n2\n"),
        ("a\n", None, "b\n", "b\n"),
        (None, "a\n", "b\n", "a\nb\n"),
        ("1\n2\n3\0\n", "one\n2\n3\0\n", "1\n2\nthree\0\n", "one\n2\nthree\0\n"),
        # Where exactly a section came in cannot be told: the blank line above it may be its own, or the last one's.
        ("a\n\nb\n", "a\n\nx\n\nb\n", "A\n\nb\n", "A\n\nx\n\nb\n"),
    ],
)
def test_what_touches_is_a_conflict(before: str | None, base: str | None, head: str | None, wanted: str | None) -> None:
    assert not clean(before, base, head, wanted)


def changed(lines: Sequence[str], chance: random.Random) -> list[str]:
    """Insert, delete or replace some lines, most of which are like others, as on a page."""
    lines = list(lines)
    for _ in range(chance.randint(1, 2)):
        at, new = chance.randint(0, len(lines)), [chance.choice("\n ab###") for _ in range(chance.randint(0, 4))]
        lines[at : at + chance.choice((0, 0, 0, 1, 2))] = [line if line == "\n" else f"{line}\n" for line in new]
    return lines


def cases(seed: int, count: int) -> list[Texts]:
    """Make texts with two versions each."""
    chance = random.Random(seed)  # noqa: S311 - not a secret
    found: list[Texts] = []
    for _ in range(count):
        old = [chance.choice(("\n", "a\n", "b\n", "c\n", "### x\n", f"{chance.random()}\n")) for _ in range(14)]
        base, head = changed(old, chance), changed(old, chance)
        found.append(("".join(old), "".join(base), "".join(head)))
    return found


def merged_by_git(repo: Repo, texts: Sequence[Texts]) -> dict[int, str]:
    """Merge all of them at once, and return those that git merges without a conflict, by their place."""
    commits = []
    repo.commit_to("main", {"README.md": b"x"})
    for side, branch in enumerate(("main", "base", "head")):
        if side:
            repo.git("branch", branch, "main")
        files = {f"{number}.md": each[side].encode() for number, each in enumerate(texts)}
        commits.append(repo.commit_to(branch, files))
    tree, conflicts = repo.merge_tree(*commits[1:])
    files = repo.files(tree)
    return {
        number: files[name].decode()
        for number in range(len(texts))
        if (name := f"{number}.md") not in conflicts and name in files
    }


@pytest.mark.parametrize("seed", range(2))
def test_git_merges_likewise(tmp_path: Path, seed: int) -> None:
    texts = cases(seed, 700)
    by_git = merged_by_git(Repo.init(tmp_path / "repo"), texts)
    ours = {number: text for number, each in enumerate(texts) if (text := merged(*each)) is not None}
    assert {number: by_git.get(number) for number in ours} == ours
    assert len(ours) > len(by_git) * 0.85
