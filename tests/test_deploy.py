"""What the examples in `deploy/` fetch is named by its digest."""

import re
from pathlib import Path

DEPLOY = Path(__file__).parent.parent / "deploy"
PINNED = re.compile(r"docker\.io/library/[a-z]+:[\w.-]+@sha256:[0-9a-f]{64}")


def test_every_image_is_pinned_by_its_digest() -> None:
    lines = [
        line.split() for name in ("Containerfile", "compose.yml") for line in (DEPLOY / name).read_text().splitlines()
    ]
    images = [words[1] for words in lines if words and words[0] in {"FROM", "image:"}]
    assert len(images) == 4
    assert all(map(PINNED.fullmatch, images)), images


def test_the_image_installs_only_what_is_locked_and_builds_nothing() -> None:
    text = (DEPLOY / "Containerfile").read_text()
    installs = re.findall(r"pip install [^&]*|uv sync [^&\n]*", text)
    assert len(installs) == 2
    assert "--require-hashes" in installs[0]
    assert {"--locked", "--no-install-project", "--no-build"} <= set(installs[1].split())
    required = (DEPLOY / "uv.txt").read_text()
    assert re.search(r"^uv==[0-9.]+ ", required, re.MULTILINE)
    assert re.search(r"--hash=sha256:[0-9a-f]{64}$", required, re.MULTILINE)
