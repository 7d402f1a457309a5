"""Clones of repositories on the emulated GitHub, which speaks no git itself."""

from datetime import datetime
from pathlib import Path

from tests.emulated import GitHubWorld
from tests.gitrepo import Repo


def clone(site: GitHubWorld, folder: Path) -> Path:
    """Rebuild the site's base as a clone with the same ids, and leave a mess in its working copy."""
    repo = Repo.init(folder / "checkout")
    head = site.head("main")
    assert head
    raw = site.ask("GET", f"git/commits/{head}")
    repo.write(site.files(head))
    repo.git("add", "--all")
    assert repo.git("write-tree") == raw["tree"]["sha"]
    lines = [f"tree {raw['tree']['sha']}", *(f"parent {parent}" for parent in site.parents(head))]
    for role in ("author", "committer"):
        who, when = raw[role], datetime.fromisoformat(raw[role]["date"])
        lines.append(f"{role} {who['name']} <{who['email']}> {int(when.timestamp())} +0000")
    data = ("\n".join(lines) + "\n\n" + raw["message"].rstrip("\n") + "\n").encode()
    made = repo.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=data)
    assert made == head
    repo.write({"page.md": "uncommitted\n", "form.yml": "uncommitted\n"})
    return repo.folder
