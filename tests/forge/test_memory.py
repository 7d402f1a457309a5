"""What one push can make a run read: a child process with the repository of a site measures its own memory."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.gitrepo import Repo

MIB = 1 << 20
RECORD = b"id: 2022-01-20-demo\ntitle: Demo\ndate: '2022-01-20'\n"
CHILD = """
import base64, resource, sys
from pathlib import Path
from almanac.caps import PAGE, RECORDS
from almanac.errors import AlmanacError
from almanac.forge.git import Git
from almanac.forge.github.files import RemoteFiles
from almanac.forge.tree import Entry
from almanac.site import Site
from almanac.sitefiles import Folder

door, folder, commit = sys.argv[1:]
git = Git(Path(folder))
if door == "git":
    read = lambda: git.files(commit, "_data/events", ".yml", RECORDS)
elif door == "github":
    listed = git.text("ls-tree", "-r", "-t", "-l", commit).splitlines()
    entries = []
    for line in listed:
        about, path = line.split("\\t")
        mode, _, key, size = about.split()
        entries.append(Entry(mode, key, path, 0 if size == "-" else int(size)))
    fetch = lambda key: base64.b64decode(base64.b64encode(git.run("cat-file", "blob", key)[1]))
    read = lambda: RemoteFiles(lambda *_, **__: (entries, False), fetch).files(commit, "_data/events", ".yml", RECORDS)
else:
    read = lambda: Site(Folder(Path(folder))).records
git.commit("HEAD")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    read()
except AlmanacError as error:
    print(str(error).partition("\\n")[0])
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.fixture(
    scope="module",
    params=[
        (10, 8 * MIB, "This record has 8 MiB", True),
        (400, MIB // 4, "400 records of 100 MiB", True),
        (9, 8 * MIB, "This record has 8 MiB", False),
    ],
)
def large(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """A site with many large files, or names for one of them, its commit, and what is said of it."""
    count, size, said, is_one = request.param
    repo = Repo.init(tmp_path_factory.mktemp("large"))
    (repo.folder / "_data/events").mkdir(parents=True)
    first = repo.folder / "_data/events/0.yml"
    first.write_bytes(RECORD.ljust(size, b"#"))
    for number in range(1, count):
        other = repo.folder / f"_data/events/{number}.yml"
        if is_one:
            other.hardlink_to(first)
        else:
            other.write_bytes(RECORD.ljust(size - number, b"#"))
    return repo.folder, repo.commit(), said


def test_large_files_and_many_names_for_one_fill_no_memory(large: tuple[Path, str, str]) -> None:
    folder, commit, said = large
    for door in ("git", "github", "folder"):
        ran = subprocess.run(
            [sys.executable, "-c", CHILD, door, str(folder), commit], capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stderr
        message, grown = ran.stdout.splitlines()
        assert (door, said in message) == (door, True)
        assert int(grown) < 60, door
