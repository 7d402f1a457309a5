"""A record or a section that somebody deleted is deleted, as far as that can be seen."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from almanac.commands.build import build_files, build_site
from almanac.commands.site_checks import check_page
from almanac.errors import UserError
from almanac.event.record import read_record
from almanac.forge.git import Git
from almanac.page.lines import fingerprints
from almanac.page.outline import outline
from almanac.proposal.names import branch_name
from almanac.site import Site
from almanac.sitefiles import Folder

from tests.gitrepo import Repo
from tests.page.formatted import prettier
from tests.scenes import CONFIG, DEMO_DAY, PAGE, RECORD, RECORDS, Scene, both_forges


def repo_of(scene: Scene) -> Repo:
    repo: Repo = scene.world.repo  # type: ignore[attr-defined]
    return repo


def record_of(folder: Path) -> tuple[Path, str]:
    """Return one record's file, and its section."""
    file = min((folder / RECORDS).iterdir())
    rendered = read_record(file.read_text(), file.name).rendered
    page = (folder / PAGE).read_text()
    return file, next(section.text for section in outline(page).sections if rendered in fingerprints(section.text))


def count(folder: Path) -> int:
    return len(outline((folder / PAGE).read_text()).sections)


@pytest.mark.parametrize("committed", [False, True])
def test_the_section_of_a_deleted_record_is_taken_off(
    scene: Scene, committed: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, before = repo_of(scene).folder, count(repo_of(scene).folder)
    file, section = record_of(folder)
    if committed:
        scene.world.commit({f"{RECORDS}/{file.name}": None})
    else:
        file.unlink()
    assert build_site(folder, check=False) == 0
    assert "was deleted, so the section is taken off" in capsys.readouterr().err
    assert (file.exists(), count(folder)) == (False, before - 1)
    assert section not in (folder / PAGE).read_text()
    assert build_files(Site(Folder(folder))).files == {}


@pytest.mark.parametrize("formatted_first", [False, True])
def test_a_formatter_does_not_hide_that_a_record_was_deleted(scene: Scene, formatted_first: bool) -> None:
    folder, before = repo_of(scene).folder, count(repo_of(scene).folder)
    file, section = record_of(folder)
    changes: list[dict[str, bytes | None]] = [
        {PAGE: prettier(scene.base_page()).encode()},
        {f"{RECORDS}/{file.name}": None},
    ]
    for change in changes if formatted_first else reversed(changes):
        scene.world.commit(change)
    files = build_files(Site(Folder(folder))).files
    assert len(outline(files[PAGE] or "").sections) == before - 1
    assert outline(section).sections[0].title not in [one.title for one in outline(files[PAGE] or "").sections]
    assert f"{RECORDS}/{file.name}" not in files


def test_a_section_that_was_edited_since_or_put_back_later_is_one_by_hand(scene: Scene) -> None:
    folder = repo_of(scene).folder
    file, section = record_of(folder)
    page = (folder / PAGE).read_text()
    name, both = f"{RECORDS}/{file.name}", page.replace(section, "")
    scene.world.commit({name: None, PAGE: both.encode()})
    scene.world.commit({PAGE: page.encode()})
    assert name in build_files(Site(Folder(folder))).files


def test_a_record_under_another_name_is_not_deleted(scene: Scene) -> None:
    folder = repo_of(scene).folder
    file, _ = record_of(folder)
    other = file.with_name("2001-01-01-other.yml")
    other.write_text(file.read_text().replace(file.stem, other.stem))
    file.unlink()
    assert PAGE not in build_files(Site(Folder(folder))).files


def test_a_record_that_nobody_can_read_any_more_says_nothing(scene: Scene) -> None:
    scene.world.commit({f"{RECORDS}/2001-01-01-x.yml": b"?"})
    scene.world.commit({f"{RECORDS}/2001-01-01-x.yml": None})
    assert build_files(Site(Folder(repo_of(scene).folder))).files == {}


def test_without_git_nothing_shows_it(scene: Scene) -> None:
    folder = repo_of(scene).folder
    file, _ = record_of(folder)
    shutil.rmtree(folder / ".git")
    file.unlink()
    [made] = build_files(Site(Folder(folder))).files
    assert made.startswith(RECORDS)


def cloned(scene: Scene, folder: Path, *options: str) -> Path:
    source = repo_of(scene)
    source.git("config", "uploadpack.allowFilter", "true")
    source.git("clone", "--quiet", *options, f"file://{source.folder}", str(folder))
    return folder


CUT = {
    "shallow": (["--depth=1"], "git fetch --unshallow"),
    "without old contents": (["--filter=blob:none"], "without `--filter`"),
    "without old folders": (["--filter=tree:0"], "without `--filter`"),
}


@pytest.mark.parametrize("how", CUT)
def test_where_history_is_cut_off_no_record_comes_back(scene: Scene, tmp_path: Path, how: str) -> None:
    file, _ = record_of(repo_of(scene).folder)
    scene.world.commit({f"{RECORDS}/{file.name}": None})
    options, remedy = CUT[how]
    built = build_files(Site(Folder(cloned(scene, tmp_path / "clone", *options))))
    assert built.files == {}
    [problem] = built.problems
    assert f"1 of the events on {PAGE} have no record" in problem.message
    assert remedy in problem.message


@pytest.mark.parametrize("how", CUT)
def test_a_section_that_is_newer_than_the_cut_gets_its_record(scene: Scene, tmp_path: Path, how: str) -> None:
    folder = cloned(scene, tmp_path / "clone", *CUT[how][0])
    page = folder / PAGE
    _, section = record_of(folder)
    date = outline(section).sections[0].date
    page.write_text(page.read_text().replace(section, f"{section}\n{section}\n".replace(date[:4], "1999", 1), 1))
    built = build_files(Site(Folder(folder)))
    assert not built.problems
    assert [path for path in built.files if path.startswith(RECORDS)]


def test_records_that_git_does_not_check_out_are_not_deleted(scene: Scene, tmp_path: Path) -> None:
    folder = cloned(scene, tmp_path / "clone", "--sparse")
    with pytest.raises(UserError, match=f"git sparse-checkout add {RECORDS}"):
        build_files(Site(Folder(folder)))
    assert not [one for one in check_page(Site(Folder(folder))) if one.status == "ok"]


@pytest.mark.parametrize("committed", [False, True])
@pytest.mark.parametrize("how", ["the setting", "the folder"])
def test_records_that_lie_in_another_folder_than_the_config_says_are_found(
    scene: Scene, how: str, committed: bool
) -> None:
    repo = repo_of(scene)
    if how == "the setting":
        config = repo.folder / CONFIG
        config.write_text(config.read_text() + "records: _data/others\n")
        there = RECORDS
    else:
        (repo.folder / "_archive").mkdir()
        (repo.folder / RECORDS).rename(repo.folder / "_archive/events")
        there = "_archive/events"
    if committed:
        repo.commit()
    site = Site(Folder(repo.folder))
    built = build_files(site)
    assert built.files == {}
    [problem] = built.problems
    assert f"elsewhere: {there}/" in problem.message
    [finding] = check_page(site)
    assert (finding.status, there in finding.message) == ("error", True)


def test_the_last_records_do_not_take_the_whole_page_with_them(scene: Scene) -> None:
    folder = repo_of(scene).folder
    first, *others = sorted((folder / RECORDS).iterdir())
    for file in others:
        file.unlink()
    built = build_files(Site(Folder(folder)))
    page = (folder / PAGE).read_text().split("\n")
    assert len(built.notes) == len(others)
    assert all(note.event and note.line and page[note.line - 1].startswith("### ") for note in built.notes)
    assert len({note.line for note in built.notes}) == len(others)
    first.unlink()
    built = build_files(Site(Folder(folder)))
    assert (built.files, len(built.problems)) == ({}, 1)
    assert "No record is left" in built.problems[0].message


@pytest.mark.parametrize("content", [b"speaker: Ada\nslides: x.pdf\n", b"\xff"])
def test_a_file_of_another_kind_in_another_folder_is_no_stray_record(scene: Scene, content: bytes) -> None:
    folder = repo_of(scene).folder
    file, _ = record_of(folder)
    file.unlink()
    (folder / "talks").mkdir()
    (folder / "talks" / file.name).write_bytes(content)
    assert PAGE in build_files(Site(Folder(folder))).files


@both_forges
def test_a_sweep_makes_no_second_records_where_the_config_names_another_folder(scene: Scene) -> None:
    scene.world.commit({CONFIG: f"page: {PAGE}\nrecords: _data/others\n".encode()})
    number = scene.proposed()
    scene.world.merge(scene.pull(number).number)
    [problem] = [found for done in scene.sweep() for found in done.plan.problems]
    assert f"elsewhere: {RECORDS}/" in problem.message
    assert scene.world.head("almanac/sync") is None


def test_however_many_records_were_deleted_git_is_asked_as_often(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, asked, run = repo_of(scene).folder, list[int](), Git.run

    def counted(git: Git, *arguments: str, **options: Any) -> tuple[int, bytes]:
        asked[-1] += 1
        return run(git, *arguments, **options)

    monkeypatch.setattr(Git, "run", counted)
    for file in sorted((folder / RECORDS).iterdir()):
        file.unlink()
        asked.append(0)
        built = build_files(Site(Folder(folder)))
        assert built.notes or built.problems
    assert len({*asked}) == 1


def test_a_record_that_was_deleted_on_the_base_does_not_show_its_event_twice(scene: Scene) -> None:
    number = scene.proposed()
    scene.world.merge(scene.pull(number).number)
    scene.run(number)
    sections = len(outline(scene.base_page()).sections)
    scene.world.commit({RECORD: None})
    scene.edit(number, **DEMO_DAY, location="Paris")
    assert scene.run(number).plan.outcome == "created"
    assert scene.page(number).count("Demo Day") == scene.base_page().count("Demo Day")
    assert len(outline(scene.page(number)).sections) == sections
    assert "like this one" not in scene.comment(number)
    assert 'location: "Paris"' in scene.record(number)
    assert scene.run(number).plan.writes == ()


@pytest.mark.parametrize("what", ["record", "section"])
def test_what_was_deleted_on_the_branch_is_left_so_and_the_way_out_is_named(scene: Scene, what: str) -> None:
    number = scene.proposed()
    base = scene.base_page().encode()
    theirs = scene.by_hand(number, {RECORD: None} if what == "record" else {PAGE: base})
    assert scene.run(number).plan.outcome == "waiting"
    assert scene.head(number) == theirs
    assert scene.world.head(branch_name(number)) == theirs
    assert "close the pull request or the issue" in scene.comment(number)


LIST, ROWS = "_data/meetings.csv", "day,title\n2026-03-03,Bats\n2026-02-03,Owls\n2026-01-06,Snow\n"


@pytest.fixture
def table(tmp_path: Path) -> Repo:
    """A site whose list cannot hold records, so that they are beside it."""
    repo = Repo.init(tmp_path / "site", branch="main")
    config = f"list: {LIST}\nlist_template: row.csv.j2\nrecords: _data/kept\n"
    repo.commit({".github/almanac.yml": config, "row.csv.j2": "day,title\n{{ date }},{{ title }}\n", LIST: ROWS})
    assert build_site(repo.folder, check=False) == 0
    repo.commit()
    return repo


@pytest.mark.parametrize("committed", [False, True])
def test_the_row_of_a_deleted_record_is_taken_off(table: Repo, committed: bool) -> None:
    record = "_data/kept/2026-02-03-owls.yml"
    (table.folder / record).unlink()
    if committed:
        table.commit()
    built = build_files(Site(Folder(table.folder)))
    assert built.files == {LIST: ROWS.replace("2026-02-03,Owls\n", "")}
    assert [(note.event, note.line) for note in built.notes] == [("Owls", 3)]
    table.write({LIST: ROWS.replace("2026-02-03,Owls", "2026-02-04,Owls")})
    assert [*build_files(Site(Folder(table.folder))).files] == ["_data/kept/2026-02-04-owls.yml"]  # edited since


def test_rows_whose_records_may_have_been_deleted_before_history_is_cut_off(table: Repo, tmp_path: Path) -> None:
    (table.folder / "_data/kept/2026-02-03-owls.yml").unlink()
    table.commit({"README.md": "# Owls\n"})
    clone = tmp_path / "clone"
    table.git("clone", "--quiet", "--depth=1", table.folder.as_uri(), str(clone))
    (problem,) = build_files(Site(Folder(clone))).problems
    assert f"1 of the events on {LIST} have no record (Owls)" in problem.message
    Repo(clone).write({LIST: ROWS.replace("day,title\n", "day,title\n2026-04-07,Toads\n")})
    assert "(Owls)" in build_files(Site(Folder(clone))).problems[0].message


def test_the_last_records_do_not_take_the_whole_list_with_them(table: Repo) -> None:
    shutil.rmtree(table.folder / "_data/kept")
    (problem,) = build_files(Site(Folder(table.folder))).problems
    assert "all 3 rows that had one" in problem.message
