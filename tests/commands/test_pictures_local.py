"""A picture on a laptop: fetched without a token where everyone may see it, and told of where it may not be."""

from pathlib import Path

import pytest
from almanac.packaged import template

from tests.commands.running import DEMO_DAY, PAGE, Almanac, write_issue
from tests.filing import body, full_form
from tests.forge.worlds import attached
from tests.gitrepo import Repo
from tests.pictures import PNG

FORM = ".github/ISSUE_TEMPLATE/new-event.yml"
TEMPLATE = """\
### {{ date }}: {{ title | heading }}
{% if image %}

![{{ image.alt | text }}](/{{ image.path | path }})
{% endif %}
"""


@pytest.fixture
def almanac(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Almanac:
    monkeypatch.setattr("almanac.forge.attachments.PUBLIC", attached().proxy.url)
    return Almanac(monkeypatch, capsys)


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = Repo.init(tmp_path / "site")
    form = template("site/new-event.yml") + template("site/more-questions.yml")
    config = f"page: {PAGE}\nsection_template: section.md.j2\nimages: img/\n"
    repo.commit({FORM: form, ".github/almanac.yml": config, "section.md.j2": TEMPLATE, PAGE: "# Events\n"})
    return repo


def issue(folder: Path, address: str, alt: str = "Three owls") -> Path:
    return write_issue(folder, body(full_form(), **DEMO_DAY, image=f"![x]({address})", image_alt=alt))


def test_it_is_in_the_proposal_and_on_the_page(almanac: Almanac, repo: Repo, tmp_path: Path) -> None:
    path = issue(tmp_path, attached().put(PNG))
    planned = almanac("propose", path, "--site", repo.folder, "--dry-run", "--json").json
    [picture] = [name for name in planned["files"] if name.endswith(".png")]
    assert planned["files"][picture] == {"bytes": len(PNG)}
    assert planned["event"]["image"] == {"path": picture, "alt": "Three owls"}
    assert (
        f"+++ b/{picture}\n({len(PNG)} bytes, no text)"
        in almanac("propose", path, "--site", repo.folder, "--dry-run").out
    )
    ran = almanac("propose", path, "--site", repo.folder)
    assert (ran.status, ran.err) == (0, "")
    files = repo.files(str(repo.head("almanac/issue-12")))
    assert files[picture] == PNG
    assert picture.startswith("img/2022-01-20-demo-day-")
    assert f"![Three owls](/{picture})" in files[PAGE].decode()


def test_where_it_cannot_be_had_the_event_goes_on(almanac: Almanac, repo: Repo, tmp_path: Path) -> None:
    ran = almanac("propose", issue(tmp_path, attached().put(None)), "--site", repo.folder)
    assert ran.status == 0
    assert "warning: Picture: The picture could not be fetched: GitHub says that there is no such" in ran.err
    assert "### 2022-01-20: Demo Day" in repo.files(str(repo.head("almanac/issue-12")))[PAGE].decode()


def test_another_github_is_not_asked(almanac: Almanac, repo: Repo, tmp_path: Path) -> None:
    address = attached().put(PNG).replace("127.0.0.1", "github.example.org")
    ran = almanac("propose", issue(tmp_path, address), "--site", repo.folder)
    assert ran.status == 0
    assert f"It is not an attachment at {attached().proxy.url}." in ran.err


def test_a_preview_fetches_nothing(almanac: Almanac, repo: Repo, tmp_path: Path) -> None:
    before = len(attached().proxy.requests)
    ran = almanac("preview", issue(tmp_path, attached().put(PNG), alt=""), "--site", repo.folder)
    assert ran.out.startswith("### 2022-01-20: Demo Day\n\n![Demo Day](/img/2022-01-20-demo-day-")
    assert "Please say here in a few words what the picture shows" in ran.err
    assert len(attached().proxy.requests) == before
