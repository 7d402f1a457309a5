"""Files of a folder: nothing is read or written through a link, outside of it, or in `.git`."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from almanac.caps import PAGE, RECORDS, Cap
from almanac.errors import ConfigError, UserError
from almanac.forge.disk import Disk

from tests.test_paths import GITS_OWN, OUTSIDE

Door = Callable[[Disk, str], object]
DOORS: dict[str, Door] = {
    "read": lambda disk, path: disk.read(path, PAGE),
    "size": lambda disk, path: disk.size(path),
    "write": lambda disk, path: disk.write({"fine.md": b"new", path: b"new"}),
    "write alone": lambda disk, path: disk.write({path: b"new"}, alone=True),
    "remove": lambda disk, path: disk.remove(path),
}


@pytest.fixture(params=list(DOORS.values()), ids=list(DOORS))
def door(request: pytest.FixtureRequest) -> Door:
    found: Door = request.param
    return found


@pytest.fixture
def site(tmp_path: Path) -> Path:
    site = tmp_path / "site"
    for folder in (site / ".git", site / "docs", tmp_path / "outside"):
        folder.mkdir(parents=True)
    for file in (site / ".git/config", site / "docs/a.md", tmp_path / "outside/a.md"):
        file.write_text("old")
    links = {"out": "../outside", "cfg": ".git", "in": "docs", "docs/deep": "../docs", "nowhere": "nothing"}
    for name, target in (links | {"a.md": "../outside/a.md", "docs/b.md": "a.md", "dangling.md": "new.md"}).items():
        (site / name).symlink_to(target)
    return site


def contents(folder: Path) -> dict[str, str]:
    return {
        str(path): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink()
    }


LINKED = {
    "out/a.md": "out",
    "cfg/config": "cfg",
    "in/a.md": "in",
    "docs/deep/a.md": "docs/deep",
    "nowhere/a.md": "nowhere",
    "nowhere/b/a.md": "nowhere",
    "docs/b.md": "docs/b.md",
    "a.md": "a.md",
    "dangling.md": "dangling.md",
}


@pytest.mark.parametrize(("path", "link"), LINKED.items())
def test_no_door_goes_through_a_link(site: Path, door: Door, path: str, link: str) -> None:
    before = contents(site.parent)
    if door is DOORS["remove"] and link == path:
        door(Disk(site), path)  # what is deleted is the link
        assert not (site / path).is_symlink()
    else:
        with pytest.raises(UserError, match=f"^{link}: This is a symbolic link"):
            door(Disk(site), path)
        assert (site / link).is_symlink()
    assert contents(site.parent) == before


@pytest.mark.parametrize("path", [*GITS_OWN, *OUTSIDE])
def test_no_door_leads_elsewhere(site: Path, door: Door, path: str) -> None:
    before = contents(site.parent)
    with pytest.raises(UserError, match="leads out of the site's folder"):
        door(Disk(site), path)
    assert contents(site.parent) == before


def test_the_folder_itself_may_be_reached_by_a_link(site: Path) -> None:
    (site.parent / "link").symlink_to("site")
    disk = Disk(site.parent / "link")
    disk.write({"docs/a.md": b"new", "new/er/b.md": b"b"})
    assert (disk.read("docs/a.md", PAGE), disk.read("new/er/b.md", PAGE)) == (b"new", b"b")
    assert sorted(path.name for path in (site / "docs").iterdir()) == ["a.md", "b.md", "deep"]


def test_names_show_a_link_so_that_its_name_is_taken(site: Path) -> None:
    assert Disk(site).names("docs") == Disk(site).names("docs", deep=True) == ["a.md", "b.md", "deep"]
    assert {"docs/a.md", "docs/deep", "out"} <= {*Disk(site).names("", deep=True)}
    assert Disk(site).names("nothing") == Disk(site).names("docs/a.md") == []
    assert ".git" in Disk(site).names("", folders=True)
    with pytest.raises(UserError, match=r"^out: This is a symbolic link"):
        Disk(site).names("out")


def test_a_folder_that_becomes_a_link_on_the_way_gets_nothing(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder is swapped before the last step: the file lands in the folder that was opened."""
    replace = os.replace

    def swap(*arguments: object, **keywords: object) -> None:
        (site / "docs").rename(site / "moved")
        (site / "docs").symlink_to("../outside")
        replace(*arguments, **keywords)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "replace", swap)
    Disk(site).write({"docs/a.md": b"new"})
    assert (site / "moved/a.md").read_text() == "new"
    assert (site.parent / "outside/a.md").read_text() == "old"


def test_what_is_no_ordinary_file(site: Path) -> None:
    os.mkfifo(site / "pipe.md")
    for path in ("pipe.md", "docs"):
        with pytest.raises(OSError, match=path):
            Disk(site).read(path, PAGE)
        with pytest.raises(OSError, match=path):
            Disk(site).write({"new.md": b"", path: b"new"})
    assert not (site / "new.md").exists()
    Disk(site).remove("docs/none.md")


def test_a_mode_stays(site: Path) -> None:
    (site / "docs/a.md").chmod(0o754)
    Disk(site).write({"docs/a.md": b"new"})
    assert (site / "docs/a.md").stat().st_mode & 0o777 == 0o754


def test_a_large_file_is_not_read(site: Path) -> None:
    cap = Cap("page", 10, 10)
    Disk(site).write({"x.md": b"x" * 10, "y.md": b"x" * 11})
    assert Disk(site).read("x.md", cap) == b"x" * 10
    with pytest.raises(ConfigError, match=r"^y\.md: This page has 11 bytes"):
        Disk(site).read("y.md", cap)


def test_files_of_several_folders_are_read_at_once_and_no_link_on_the_way(site: Path) -> None:
    Disk(site).write({"talks/2024/a.md": b"a", "talks/2025/b.md": b"b", "talks/c.md": b"c"})
    names = Disk(site).names("talks", deep=True)
    assert Disk(site).read_all("talks", names, RECORDS) == {"2024/a.md": b"a", "2025/b.md": b"b", "c.md": b"c"}
    assert Disk(site).read_all("talks", ["gone.md", "2020/gone.md", "c.md"], RECORDS) == {"c.md": b"c"}
    (site / "talks/2026").symlink_to("../docs")
    with pytest.raises(UserError, match=r"^talks/2026: This is a symbolic link"):
        Disk(site).read_all("talks", ["2026/a.md"], RECORDS)
