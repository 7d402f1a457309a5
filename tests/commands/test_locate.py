"""Where a command works: in any folder of a clone, and with the repository that is named or that the remote names."""

import sys
from pathlib import Path

import pytest
from almanac.commands.locate import GitHubAccess, named_issue, named_repository, repository_for, site_folder
from almanac.errors import UserError

from tests.commands.running import PAGE, Almanac, write_issue, write_site
from tests.filing import body, issue_json
from tests.gitrepo import Repo
from tests.proxy import Answer, Proxy

HERE = GitHubAccess("https://api.github.com", "")
COMPANY = GitHubAccess("https://git.example:8443/api/v3", "")


@pytest.fixture
def almanac(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Almanac:
    for name in ("GITHUB_TOKEN", "GITHUB_API_URL"):
        monkeypatch.delenv(name, raising=False)
    return Almanac(monkeypatch, capsys)


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = Repo.init(tmp_path / "clone")
    write_site(repo.folder)
    (repo.folder / "docs/deep").mkdir(parents=True)
    repo.git("add", "--all")
    repo.git("commit", "--quiet", "-m", "site")
    return repo


@pytest.mark.parametrize(
    "text",
    [
        *("octo-org/website", "https://github.com/octo-org/website", "https://github.com/octo-org/website.git"),
        *("http://www.github.com/octo-org/website/", "github.com/octo-org/website/tree/main/docs"),
        *("git@github.com:octo-org/website.git", "ssh://git@ssh.github.com:443/octo-org/website"),
        *("git@github.com-work:octo-org/website", "https://ada:s3cret@github.com/octo-org/website.git"),
    ],
)
def test_a_repository_is_named_in_many_ways(text: str) -> None:
    assert named_repository(text, HERE) == "octo-org/website"


def test_an_enterprise_server_is_the_one_that_requests_go_to() -> None:
    assert named_repository("https://git.example:8443/a/b", COMPANY) == "a/b"
    assert named_issue("https://git.example/a/b/issues/12#issuecomment-1", COMPANY) == ("a/b", 12)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        *((name, "named OWNER/NAME") for name in ("octo", "", "a b/c", "https://github.com/octo", "/etc/passwd")),
        ("https://gitlab.com/a/b", "on gitlab.com"),
        ("https://ada:s3cret@github.com.evil.example/a/b", "https://github.com.evil.example/api/v3"),
        ("https://github.com-evil.example/a/b", "on github.com-evil.example"),
    ],
)
def test_what_names_none_or_one_elsewhere_is_refused_without_its_password(text: str, words: str) -> None:
    with pytest.raises(UserError) as refused:
        named_repository(text, HERE)
    assert words in str(refused.value)
    assert "s3cret" not in repr(refused.value.problems)


def test_an_issue_is_a_number_or_an_address() -> None:
    assert named_issue("12", HERE) == named_issue("#12", HERE) == (None, 12)
    for address in ("https://github.com/a/b/issues/12/", "github.com/a/b/issues/12#issuecomment-1"):
        assert named_issue(address, HERE) == ("a/b", 12)
    for other in (
        "0",
        "9" * 5000,
        "x",
        "a/b/issues/12",
        "issue-12.json",
        "a/b",
        "https://github.com/a/b/pull/12",
        "https://github.com/a/b/issues",
    ):
        assert named_issue(other, HERE) is None


def test_the_remote_is_origin_or_the_only_one(repo: Repo) -> None:
    with pytest.raises(UserError, match="git knows no remote here"):
        repository_for(None, repo.folder, HERE)
    repo.git("remote", "add", "upstream", "https://github.com/octo-org/website")
    assert repository_for(None, repo.folder, HERE) == "octo-org/website"
    repo.git("remote", "add", "origin", "git@gitlab.com:ada/website.git")
    with pytest.raises(UserError, match=r"no repository on github.com(?s:.*)gitlab.com"):
        repository_for(None, repo.folder, HERE)
    assert repository_for("a/b", repo.folder, HERE) == "a/b"


def test_the_site_is_that_of_the_folder_above(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repo.folder / "docs/deep")
    assert site_folder(Path()) == repo.folder.resolve()
    assert site_folder(Path("..")) == Path("..")
    for plain in (repo.folder, tmp_path):
        monkeypatch.chdir(plain)
        assert site_folder(Path()) == Path()


def test_commands_work_in_a_folder_of_a_clone(almanac: Almanac, repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repo.folder / "docs/deep")
    assert almanac("import", f"../../{PAGE}").status == 0
    assert almanac("import", PAGE).status == 0
    assert almanac("build", "--check").status == 0
    assert (repo.folder / "_data/events").is_dir()
    issue = write_issue(repo.folder / "docs/deep", body(title="Soup", date="2022-01-20"))
    assert "Soup" in almanac("preview", issue.name).out
    assert almanac("propose", issue.name).status == 0
    assert repo.head("almanac/issue-12")
    # An issue of the clone itself needs no GitHub.
    assert "Issue #12: unchanged." in almanac("propose", "12").out


def test_a_shell_completes_commands_options_and_the_site_s_series(
    almanac: Almanac, repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = repo.folder / ".github/almanac.yml"
    config.write_text(config.read_text() + "series: {Soup: {every: week}, Sundays: {}, Tea & Talk: {}}\n")
    monkeypatch.chdir(repo.folder / "docs")
    monkeypatch.setenv("_ALMANAC_COMPLETE", "complete_bash")
    monkeypatch.setattr(sys.modules["__main__"], "__package__", None)  # as in the installed command, not `python -m`

    def completed(*words: str) -> list[str]:
        monkeypatch.setenv("COMP_WORDS", " ".join(["almanac", *words]))
        monkeypatch.setenv("COMP_CWORD", str(len(words)))
        return almanac().out.split("\n")[:-1]

    assert completed("ne") == ["next", "new"]
    assert completed("doctor", "--f") == ["--fix"]
    assert completed("next", "S") == ["Soup", "Sundays"]
    assert completed("new", "--series", "T") == ["Tea\\ \\&\\ Talk"]
    config.write_text("page: [\n")
    assert completed("next", "S") == [""]


class TestOnGitHub:
    @pytest.fixture
    def github(self, repo: Repo, monkeypatch: pytest.MonkeyPatch) -> Proxy:
        proxy = Proxy()
        self.answer = Answer(200, issue_json(12, body(title="Soup", date="2022-01-20")).encode())
        proxy.trouble = lambda _: self.answer
        monkeypatch.chdir(repo.folder / "docs")
        return proxy

    def test_an_issue_is_fetched_by_its_number(
        self, almanac: Almanac, repo: Repo, github: Proxy, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("GITHUB_API_URL", github.url)
        repo.git("remote", "add", "origin", f"{github.url}/octo-org/website.git")
        assert "### January 20th, 2022:  Soup" in almanac("preview", "#12").out
        ran = almanac("propose", "12")
        assert (ran.status, "Issue #12: created." in ran.out) == (0, True), ran.err
        assert {request.path for request in github.requests} == {"/repos/octo-org/website/issues/12"}
        github.close()

    def test_what_goes_wrong_is_told_with_the_next_step(
        self, almanac: Almanac, github: Proxy, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("GITHUB_API_URL", github.url)

        def said(status: int, **answer: object) -> str:
            self.answer = Answer(status, {"message": "No"}, **answer)  # type: ignore[arg-type]
            ran = almanac("propose", "12", "--repo", "octo-org/website", "--json")
            assert (ran.status, ran.json["outcome"]) == (1, None)
            return str(ran.json["problems"][0]["message"])

        limited = {"headers": {"X-RateLimit-Remaining": "0"}}
        assert "gh auth token" in said(404)
        assert "gh auth token" in said(403, **limited)
        assert "was deleted" in said(410)
        monkeypatch.setenv("GITHUB_TOKEN", "ghp_secretsecretsecret")
        assert "token in GITHUB_TOKEN needs access" in said(404)
        assert "wrong, has expired or was revoked" in said(401)
        assert "Try again after" in said(403, **limited)
        github.close()
        assert "could not be reached" in said(200)
        monkeypatch.setenv("GITHUB_TOKEN", "two words")
        assert "not a valid token" in said(200)
