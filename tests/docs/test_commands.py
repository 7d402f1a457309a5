"""Each command in the documentation is run, or the page says why it is not."""

from pathlib import Path

import pytest

from tests.docs.blocks import ROOT, SHELLS, Block, blocks, pages
from tests.docs.sites import Session

CI = ("demo", "tests")


def by_page(page: Path) -> list[Block]:
    return [block for block in blocks(page) if block.lang in SHELLS or "file" in block.said]


def test_commands_are_in_blocks_that_are_checked() -> None:
    found = [block for page in pages() for block in blocks(page)]
    assert len(found) > 50
    assert not [(block.page, block.line) for block in found if block.lang in {"sh", "shell", "zsh"}]
    assert not [(block.page, block.line) for block in found if block.said.get("not run") == ""]


def test_ci_runs_what_it_is_said_to_run() -> None:
    script = (ROOT / ".ci/run").read_text()
    [*marked] = [name for block in blocks(ROOT / "README.md") for name in block.said if name in CI]
    assert sorted(marked) == sorted(CI)
    assert all(f"$(readme {name})" in script for name in CI)


@pytest.mark.parametrize("page", [page for page in pages() if by_page(page)], ids=lambda page: page.stem)
def test_each_command_does_what_the_page_says(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session(tmp_path, monkeypatch)
    session.begin("nothing")
    for block in by_page(page):
        if "not run" not in block.said and not any(name in block.said for name in CI):
            session.take(block)
