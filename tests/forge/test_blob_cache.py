"""What is kept on disk comes back unchanged, to its own repository only, and never exceeds the limit."""

import os
from pathlib import Path

import pytest
from almanac.forge.github.files import SHARES, BlobCache, RemoteFiles, trim
from almanac.forge.tree import Entry

KEY = "blob-" + "0" * 39


def key(number: int) -> str:
    return f"{KEY}{number}"


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def cache(tmp_path: Path) -> BlobCache:
    return BlobCache(tmp_path / "cache", 400_000)


def test_what_was_put_comes_back(cache: BlobCache) -> None:
    blobs = cache.of(1)
    assert blobs.get(key(1)) is None
    blobs.put(key(1), b"text\r\n\x00")
    assert blobs.get(key(1)) == b"text\r\n\x00"
    assert cache.of(1).get(key(1)) == b"text\r\n\x00"


def test_another_repository_does_not_see_it(cache: BlobCache) -> None:
    cache.of(1).put(key(1), b"private")
    assert cache.of(2).get(key(1)) is None


@pytest.mark.parametrize("bad", ["", "blob-", "../../etc/passwd", "blob-" + "z" * 40, "blob-" + "0" * 40 + "/.."])
def test_a_key_is_not_a_path(cache: BlobCache, bad: str) -> None:
    with pytest.raises(ValueError, match="not a key"):
        cache.of(1).put(bad, b"")


@pytest.mark.parametrize("damage", [b"", b"x", b"x" * 40])
def test_a_damaged_file_counts_as_none(cache: BlobCache, damage: bytes) -> None:
    cache.of(1).put(key(1), b"text")
    next(path for path in cache.folder.rglob("*") if path.is_file()).write_bytes(damage)
    assert cache.of(1).get(key(1)) is None


def test_one_repository_keeps_no_more_than_its_share_and_pushes_no_other_out(cache: BlobCache) -> None:
    cache.of(1).put(key(1), b"a" * 1000)
    greedy = cache.of(2)
    for number in range(200):
        greedy.put(f"blob-{number:040x}", os.urandom(5000))
    assert size(cache.folder / "2") <= cache.limit // SHARES * 1.1
    assert cache.of(1).get(key(1)) == b"a" * 1000


def test_what_was_not_used_for_longest_goes_first(tmp_path: Path) -> None:
    cache = BlobCache(tmp_path, 100_000)
    blobs = cache.of(1)
    for number in range(4):
        blobs.put(key(number), b"x" * 5000)
        path = next(tmp_path.rglob(key(number)))
        os.utime(path, (number + 1, number + 1))
    blobs.get(key(0))
    trim(tmp_path, 15_000)
    assert [blobs.get(key(number)) is not None for number in range(4)] == [True, False, False, True]


def test_what_is_larger_than_a_share_is_not_kept(cache: BlobCache) -> None:
    cache.of(1).put(key(1), b"x" * cache.limit)
    assert cache.of(1).get(key(1)) is None


def test_a_disk_that_cannot_be_written_costs_requests_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder would be")
    blobs = BlobCache(tmp_path / "cache", 100_000).of(1)
    blobs.put(key(1), b"text")
    assert blobs.get(key(1)) is None


def test_a_second_run_fetches_nothing_again(cache: BlobCache) -> None:
    fetched: list[str] = []

    def tree(tree: str, *, recursive: bool) -> tuple[list[Entry], bool]:
        assert recursive
        fetched.append(tree)
        return [Entry("100644", "a" * 40, "page.md", 4)], False

    def blob(number: str) -> bytes:
        fetched.append(number)
        return b"text"

    for _ in range(2):
        files = RemoteFiles(tree, blob, cache.of(1))
        assert files.object("c" * 40, "page.md") == b"text"
    assert fetched == ["c" * 40, "a" * 40]
