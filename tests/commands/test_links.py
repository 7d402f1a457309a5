"""Links in a site: no command writes, reads or records through one, whatever setting or option names it."""

from datetime import date
from pathlib import Path

import pytest
from almanac.commands.build import build_site, import_page
from almanac.commands.init import init_site
from almanac.errors import UserError
from almanac.packaged import example, template

from tests.gitrepo import Repo

PAGE = "past-working-groups.md"
RECORD = "id: 2022-01-20-demo\ntitle: Demo\ndate: '2022-01-20'\n"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    repo = Repo.init(tmp_path / "site")
    repo.commit({PAGE: example(f"ospo/{PAGE}"), "README.md": "A site\n"})
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "page.md").write_text("# Events\n")
    return repo.folder


def state(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file() and not path.is_symlink()}


def write(site: Path, path: str, text: str) -> None:
    (site / path).parent.mkdir(parents=True, exist_ok=True)
    (site / path).write_text(text)


@pytest.mark.parametrize(
    ("link", "target", "page"),
    [
        ("cfg", ".git", "cfg/config"),
        ("cfg", "../outside", "cfg/page.md"),
        ("events.md", ".git/config", "events.md"),
        ("docs/deep", "../.git", "docs/deep/hooks/pre-commit"),
        ("events.md", "README.md", "events.md"),
    ],
)
def test_build_does_not_touch_a_page_behind_a_link(site: Path, link: str, target: str, page: str) -> None:
    write(site, "_data/events/2022-01-20-demo.yml", RECORD)
    write(site, ".github/almanac.yml", f"page: {page}\n")
    (site / link).parent.mkdir(exist_ok=True)
    (site / link).symlink_to(target)
    before = state(site.parent)
    with pytest.raises(UserError, match=f"^{link}: This is a symbolic link"):
        build_site(site, check=False)
    assert state(site.parent) == before


@pytest.mark.parametrize(
    "config", ["page: .GIT/config", "page: '.git./config'", "page: git~1/config", "page: a/../.git/config"]
)
def test_build_writes_no_page_in_gits_folder(site: Path, config: str) -> None:
    write(site, "_data/events/2022-01-20-demo.yml", RECORD)
    write(site, ".github/almanac.yml", config + "\n")
    before = state(site)
    with pytest.raises(UserError, match="page: A path leads from the site's root"):
        build_site(site, check=False)
    assert state(site) == before


@pytest.mark.parametrize("link", ["_data", "_data/events"])
def test_import_writes_no_record_outside_of_the_site(site: Path, link: str) -> None:
    (site / link).parent.mkdir(exist_ok=True)
    (site / link).symlink_to(site.parent / "outside")
    before = state(site.parent)
    with pytest.raises(UserError, match=f"^{link}: This is a symbolic link"):
        import_page(site / PAGE, site, dry_run=False, as_json=False)
    assert state(site.parent) == before


def test_import_refuses_a_page_that_is_a_link_and_says_so(site: Path) -> None:
    (site / "events.md").symlink_to(PAGE)
    for page in (site / "events.md", Path("events.md")):
        with pytest.raises(UserError, match=r"^events\.md: This is a symbolic link"):
            import_page(page, site, dry_run=False, as_json=False)
    assert not (site / "_data").exists()


@pytest.mark.parametrize(
    "link", [".github", ".github/workflows", ".github/ISSUE_TEMPLATE", ".github/almanac.yml", "_data"]
)
def test_init_writes_nothing_behind_a_link(site: Path, link: str) -> None:
    (site / link).parent.mkdir(exist_ok=True)
    (site / link).symlink_to(site / ".git")
    before = state(site)
    with pytest.raises(UserError, match=f"^{link}: This is a symbolic link"):
        init_site(
            site, None, None, today=date(2026, 3, 1), new=False, force=True, yes=True, dry_run=False, as_json=False
        )
    assert state(site) == before


def test_a_record_behind_a_link_is_no_record(site: Path) -> None:
    write(site.parent, "outside/secret.yml", RECORD)
    write(site, ".github/almanac.yml", f"page: {PAGE}\n")
    (site / "_data/events").mkdir(parents=True)
    (site / "_data/events/2022-01-20-demo.yml").symlink_to(site.parent / "outside/secret.yml")
    with pytest.raises(UserError, match=r"^_data/events/2022-01-20-demo\.yml: This is a symbolic link"):
        build_site(site, check=False)


def test_the_site_itself_may_be_named_by_a_link(site: Path) -> None:
    (site.parent / "link").symlink_to("site")
    write(site, ".github/ISSUE_TEMPLATE/new-event.yml", template("site/new-event.yml"))
    assert import_page(site.parent / "link" / PAGE, site.parent / "link", dry_run=False, as_json=False) == 0
    assert build_site(site.parent / "link", check=True) == 0
