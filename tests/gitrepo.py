"""A real git repository for tests, made and read by plain git, without any code of Almanac's."""

import io
import os
import subprocess
import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

IDENTITY = ("Ada Lovelace", "ada@example.org")
DATE = "2026-01-02T03:04:05+0000"


def clean_environment(**more: str) -> dict[str, str]:
    """Return our environment without any `GIT_*`, without the machine's own git settings, with a fixed identity."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    who = {
        f"GIT_{role}_{key}": value
        for role in ("AUTHOR", "COMMITTER")
        for key, value in zip(("NAME", "EMAIL", "DATE"), (*IDENTITY, DATE), strict=True)
    }
    return kept | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"} | who | more


def merged_files(
    before: Mapping[str, bytes], ours: Mapping[str, bytes], theirs: Mapping[str, bytes]
) -> dict[str, bytes | None]:
    """Return what a merge changes in our files: path -> content, None if it is removed. There has to be no conflict."""
    changed: dict[str, bytes | None] = {}
    for path in {*before, *theirs}:
        old, mine, other = (files.get(path) for files in (before, ours, theirs))
        if other in (old, mine):
            continue
        if mine == old:
            changed[path] = other
            continue
        assert old is not None and mine is not None and other is not None, path  # noqa: PT018
        with tempfile.TemporaryDirectory() as folder:
            files = [Path(folder, name) for name in ("ours", "before", "theirs")]
            for file, content in zip(files, (mine, old, other), strict=True):
                file.write_bytes(content)
            changed[path] = Repo(Path(folder)).run("merge-file", "--stdout", *map(str, files))
    return changed


class Repo:
    """One repository on disk."""

    def __init__(self, folder: Path) -> None:
        """Take the folder of a repository that is there already."""
        self.folder = folder

    @classmethod
    def init(cls, folder: Path, *arguments: str, branch: str = "main") -> "Repo":
        """Make an empty repository."""
        folder.mkdir(parents=True, exist_ok=True)
        repo = cls(folder)
        repo.git("init", "--quiet", "--template=", "--initial-branch", branch, *arguments)
        return repo

    def run(self, *arguments: str, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> bytes:
        """Run git there; it has to succeed, and leaves no process behind that would still work in the folder."""
        command = ["git", "-C", str(self.folder), "-c", "gc.auto=0", "-c", "maintenance.auto=false", *arguments]
        done = subprocess.run(
            command, input=stdin, capture_output=True, check=False, env=clean_environment(**(env or {}))
        )
        assert done.returncode == 0, (arguments, done.stderr.decode())
        return done.stdout

    def git(self, *arguments: str, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> str:
        """Run git there and return its output, without the last line end."""
        return os.fsdecode(self.run(*arguments, stdin=stdin, env=env)).removesuffix("\n")

    def write(self, files: Mapping[str, str | bytes]) -> None:
        """Write files into the working copy."""
        for path, content in files.items():
            target = self.folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content.encode() if isinstance(content, str) else content)

    def commit(self, files: Mapping[str, str | bytes] | None = None, message: str = "Work") -> str:
        """Write files, commit the whole working copy and return the commit's id."""
        self.write(files or {})
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")

    def commit_to(
        self,
        branch: str,
        files: Mapping[str, bytes | None],
        links: Mapping[str, str] | None = None,
        message: str = "Work",
        *,
        at: str = DATE,
    ) -> str:
        """Commit files (None removes one) and symbolic links on top of a branch, which need not be checked out."""

        def data(content: bytes) -> bytes:
            return b"data %d\n%b\n" % (len(content), content)

        who = "{} <{}> {:.0f} +0000".format(*IDENTITY, datetime.fromisoformat(at).timestamp())
        parent = self.head(branch)
        lines = [f"commit refs/heads/{branch}\nmark :1\ncommitter {who}\n".encode(), data(f"{message}\n".encode())]
        lines += [f"from {parent}\n".encode()] if parent else []
        content = [("100644", path, text) for path, text in files.items()]
        content += [("120000", path, target.encode()) for path, target in (links or {}).items()]
        for mode, path, text in content:
            if text is None:
                lines.append(f"D {path}\n".encode())
            else:
                lines += [f"M {mode} inline {path}\n".encode(), data(text)]
        # One process, however many files there are.
        return self.git("fast-import", "--quiet", stdin=b"".join([*lines, b"get-mark :1\n"]))

    def head(self, branch: str) -> str | None:
        """Return the commit at a branch's head, or None."""
        return self.git("for-each-ref", "--format=%(objectname)", f"refs/heads/{branch}") or None

    def branches(self) -> dict[str, str]:
        """Return every branch and its head."""
        lines = self.git("for-each-ref", "--format=%(refname:short) %(objectname)", "refs/heads/").splitlines()
        return dict(line.rsplit(" ", 1) for line in lines)

    def files(self, commit: str) -> dict[str, bytes]:
        """Return every file of a commit."""
        listed = [entry for entry in self.run("ls-tree", "-r", "-z", "--full-tree", commit).split(b"\0") if entry]
        # One process for all of them: each answer is `<id> blob <size>`, the data and a line end.
        blobs = [entry.split(b"\t")[0].split()[2] for entry in listed]
        answer = io.BytesIO(self.run("cat-file", "--batch", stdin=b"".join(blob + b"\n" for blob in blobs)))
        found = {}
        for entry in listed:
            size = int(answer.readline().split()[2])
            found[os.fsdecode(entry.split(b"\t", 1)[1])] = answer.read(size)
            answer.read(1)
        return found

    def merge_tree(self, ours: str, theirs: str) -> tuple[str, frozenset[str]]:
        """Merge two commits; return the tree that this gives, and the files in which they conflict."""
        command = ["git", "-C", str(self.folder), "merge-tree", "--write-tree", "--name-only", "--no-messages", "-z"]
        done = subprocess.run([*command, ours, theirs], capture_output=True, check=False, env=clean_environment())
        assert done.returncode in (0, 1), done.stderr
        tree, *conflicts = os.fsdecode(done.stdout).rstrip("\0").split("\0")
        return tree, frozenset(conflicts)

    def mode(self, commit: str, path: str) -> str:
        """Return the mode of one file of a commit."""
        return self.git("ls-tree", "--full-tree", commit, "--", path).split(" ")[0]

    def parents(self, commit: str) -> tuple[str, ...]:
        """Return a commit's parents."""
        return tuple(self.git("show", "--no-patch", "--format=%P", commit).split())

    def message(self, commit: str) -> str:
        """Return a commit's message."""
        return self.git("show", "--no-patch", "--format=%B", commit).strip("\n")
