"""Which paths lead to a file in a site, on whatever disk."""

import pytest
from almanac.errors import ConfigError
from almanac.histories import read_config
from almanac.paths import leads_inside, parents

GITS_OWN = (
    ".git",
    ".git/config",
    "a/.git/config",
    ".GIT/hooks/a",
    ".git./config",
    ".git /config",
    ".git . ./config",
    "git~1/config",
    "GIT~2/config",
    ".g\u200cit/config",
    "\ufeff.git/config",
    ".git::$INDEX_ALLOCATION/config",
    ".git:x",
    "a/../.git/config",
    ".git\\config",
    "a\\.git\\config",
)
OUTSIDE = (
    "",
    "/etc/passwd",
    "../a",
    "a/..",
    "a/./b",
    "a//b",
    "a/",
    ".. /a",
    "... /a",
    "C:/a",
    "c:a",
    "a\0b",
    "a\nb",
    "\u200c/a",
)
INSIDE = (
    "a.md",
    ".github/almanac.yml",
    ".gitignore",
    "git/config",
    "a.git/b",
    "gitx~1",
    "docs/ä 👩\u200d💻.md",
    "10:30.md",
)


@pytest.mark.parametrize("path", [*GITS_OWN, *OUTSIDE])
def test_no_other_place_is_a_path_in_a_site(path: str) -> None:
    assert not leads_inside(path)


@pytest.mark.parametrize("path", INSIDE)
def test_files_of_a_site(path: str) -> None:
    assert leads_inside(path)


def test_the_folders_on_the_way() -> None:
    assert parents("a/b/c.md") == ["a", "a/b"]
    assert parents("c.md") == []


@pytest.mark.parametrize("key", ["page", "records", "form", "section_template", "messages"])
@pytest.mark.parametrize(
    "path", [".GIT/config", ".git./x", "git~1/x", "a/../.git/x", '".g\\u200cit/x"', '".git\\\\x"', "/etc/x"]
)
def test_no_setting_can_name_one(key: str, path: str) -> None:
    with pytest.raises(ConfigError, match=f"{key}: A path leads from the site's root"):
        read_config(f"{key}: {path}\n")
