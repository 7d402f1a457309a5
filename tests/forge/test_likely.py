"""What is likely to be read of a site: what earlier runs read, else the usual files; and what the config names."""

from pathlib import Path

import pytest
from almanac.config import PATH, Config
from almanac.forge.github.files import BlobCache
from almanac.forge.github.likely import Likely, named_in

from tests.emulated import GitHubWorld


def test_at_first_it_is_what_most_sites_have() -> None:
    likely = Likely(None)
    assert {PATH, Config().form} <= set(likely.files)
    assert {".github", ".github/ISSUE_TEMPLATE", "_data", "_data/events"} == set(likely.folders)


def test_what_one_run_read_the_next_one_asks_for(tmp_path: Path) -> None:
    memory = BlobCache(tmp_path, 1_000_000).of(1)
    likely = Likely(memory)
    likely.note_file("a/page.md")
    likely.note_folder("_events/2022")
    likely.save()
    again = Likely(memory)
    assert again.files[0] == "a/page.md"
    assert {"a", "_events", "_events/2022"} <= set(again.folders)


def test_only_the_last_ones_are_remembered() -> None:
    likely = Likely(None)
    for number in range(100):
        likely.note_file(f"{number}.md")
    assert len(likely.files) < 30
    assert likely.files[0] == "99.md"


@pytest.mark.parametrize("damaged", [b"", b"[]", b"{}", b'{"files": 1, "folders": []}', b"\xff"])
def test_a_memory_that_is_gone_or_damaged_is_none(tmp_path: Path, damaged: bytes) -> None:
    memory = BlobCache(tmp_path, 1_000_000).of(1)
    likely = Likely(memory)
    likely.note_file("page.md")
    likely.save()
    key = next(path.name for path in tmp_path.rglob("paths-*"))
    memory.put(key, damaged)
    assert Likely(memory).files == Likely(None).files


def test_paths_that_lead_elsewhere_are_not_asked_for() -> None:
    likely = Likely(None)
    for path in ("../x.md", "/etc/passwd", ".git/config", ""):
        likely.note_file(path)
        likely.note_folder(path)
    assert likely.files == Likely(None).files
    assert likely.folders == Likely(None).folders


@pytest.mark.parametrize(
    ("config", "paths"),
    [
        (b"page: history.md\nfeed: {path: feed.xml}\nlabels: [event]\n", ["history.md", "feed.xml"]),
        (b"page: ../up.md\nform: .github/f.yml\norder: newest\n", [".github/f.yml"]),
        (b"page: [", []),
        (b"a: *b\n", []),
        (b"", []),
        (b"\xff\xfe", []),
        (b"page: " + b"x" * 100_000 + b".md", []),
    ],
)
def test_a_config_names_paths_whatever_is_in_it(config: bytes, paths: list[str]) -> None:
    assert named_in(config) == paths


@pytest.mark.emulator
def test_all_files_of_a_run_come_with_its_look(site: GitHubWorld, tmp_path: Path) -> None:
    files = {
        PATH: b"page: deep/page.md\n",
        "deep/page.md": "caf\u00e9\r\n".encode(),
        "deep/odd.md": b"caf\xe9",
        "b.bin": b"\0",
    }
    commit = site.commit({**files, "_data/events/a.yml": b"id: a\n"})
    reads = []
    for _ in range(3):
        forge = site.connect(cache=BlobCache(tmp_path, 1_000_000).of(1))
        site.emulator.proxy.requests.clear()
        forge.look(1)
        assert {path: forge.read(commit, path) for path in files} == files
        assert forge.names(commit, "_data/events") == {"a.yml"}
        reads.append(site.emulator.proxy.reads)
        forge.close()
    # The issue is not there, which the REST API tells. What is no text as GraphQL understands it comes by REST.
    known, rest = ["POST /graphql", "GET /issue", "POST /graphql"], ["POST /graphql", "GET /git/blob"]
    assert [read.partition("s/")[0] for read in reads[0]] == [*known, *rest, *rest]
    assert reads[2] == ["POST /graphql", "GET /issues/1"]
