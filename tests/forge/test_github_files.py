from almanac.forge.github.files import RemoteFiles, tree_id
from almanac.forge.tree import Entry
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.gitrepo import Repo

COMMIT = "c" * 40


class Fake:
    """A repository of plain files that answers like GitHub, and may hold too much for one answer."""

    def __init__(self, repo: Repo, commit: str, *, truncated: bool = False) -> None:
        self.repo, self.commit, self.truncated = repo, commit, truncated
        self.fetched: list[tuple[str, bool]] = []

    def tree(self, tree: str, *, recursive: bool) -> tuple[list[Entry], bool]:
        self.fetched.append((tree, recursive))
        listed = self.repo.git("ls-tree", "-z", *(["-r", "-t"] if recursive else []), tree)
        entries = []
        for line in filter(None, listed.split("\0")):
            about, path = line.split("\t")
            mode, _, found = about.split()
            entries.append(Entry(mode, found, path))
        return (entries[:1], True) if self.truncated and recursive else (entries, False)

    def blob(self, blob: str) -> bytes:
        self.fetched.append((blob, False))
        return self.repo.run("cat-file", "blob", blob)

    def files(self) -> RemoteFiles:
        return RemoteFiles(self.tree, self.blob)


def a_repo(tmp_path: object) -> tuple[Repo, str]:
    repo = Repo.init(tmp_path)  # type: ignore[arg-type]
    files = {"a.md": b"a", "_data/events/é.yml": b"e", "_data/events/deep/x.yml": b"x", "a/b/c.md": b"c"}
    return repo, repo.commit(files)


class TestWhole:
    def test_all_names_cost_one_request_and_each_file_one(self, tmp_path: object) -> None:
        repo, commit = a_repo(tmp_path)
        fake = Fake(repo, commit)
        files = fake.files()
        for _ in range(2):
            assert files.object(commit, "a.md") == b"a"
            assert files.object(commit, "a/b/c.md") == b"c"
            assert files.object(commit, "a/b/none.md") is None
            assert files.object(commit, "a/b") is None
            assert files.object(commit, "a.md/b") is None
            assert files.names(commit, "_data/events") == {"é.yml"}
            assert files.names(commit, "_data/events/") == {"é.yml"}
            assert files.names(commit, "") == {"a.md"}
            assert files.names(commit, "_data", deep=True) == {"events/é.yml", "events/deep/x.yml"}
            assert files.names(commit, "", deep=True) >= {"a.md", "a/b/c.md"}
            assert files.names(commit, "a.md") == frozenset()
        assert len(fake.fetched) == 3

    def test_the_root_is_the_commits_tree(self, tmp_path: object) -> None:
        repo, commit = a_repo(tmp_path)
        assert Fake(repo, commit).files().root(commit) == repo.git("rev-parse", f"{commit}^{{tree}}")

    def test_a_listing_without_the_folders_themselves_is_enough(self) -> None:
        files = RemoteFiles(lambda *_, **__: ([Entry("100644", "a" * 40, "x.md")], False), lambda _: b"x")
        assert files.object(COMMIT, "x.md") == b"x"


class TestTruncated:
    def test_only_the_folders_on_the_way_are_fetched(self, tmp_path: object) -> None:
        repo, commit = a_repo(tmp_path)
        fake = Fake(repo, commit, truncated=True)
        files = fake.files()
        for _ in range(2):
            assert files.object(commit, "a/b/c.md") == b"c"
            assert files.names(commit, "_data/events") == {"é.yml"}
            assert files.root(commit) == repo.git("rev-parse", f"{commit}^{{tree}}")
        recursive = [tree for tree, deep in fake.fetched if deep]
        assert recursive == [commit]
        assert len(fake.fetched) == 7  # all, the root, a, a/b, the file, _data, _data/events


NAMES = st.text(st.characters(codec="utf-8", exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1).filter(
    lambda name: name.strip(".") and ".git" not in name.lower() and "~" not in name
)


@settings(deadline=None, max_examples=25)
@given(st.dictionaries(NAMES, st.sampled_from(["100644", "100755", "120000", "040000"]), max_size=8))
def test_the_id_of_a_folder_is_gits(tmp_path_factory: object, names: dict[str, str]) -> None:
    repo = Repo.init(tmp_path_factory.mktemp("repo"))  # type: ignore[attr-defined]
    blob = repo.git("hash-object", "-w", "--stdin", stdin=b"x")
    empty = repo.git("mktree", stdin=b"")
    entries = [Entry(mode, empty if mode == "040000" else blob, name) for name, mode in names.items()]
    lines = "".join(
        f"{each.mode} {'tree' if each.id == empty else 'blob'} {each.id}\t{each.path}\0" for each in entries
    )
    assert tree_id(entries) == repo.git("mktree", "-z", stdin=lines.encode())
