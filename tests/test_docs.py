"""The links of the documentation lead somewhere."""

import re
from pathlib import Path

import pytest
from almanac import PROJECT

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "tests/README.md"])
FOLDERS = [ROOT, ROOT / "bot/almanac", ROOT / "tests", ROOT / "tests/server"]
EXAMPLE = {"bot/almanac/views/table.py", "tests/views/test_table.py"}
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


def anchors(page: Path) -> set[str]:
    """The names of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_each_link_leads_somewhere(page: Path) -> None:
    prose = CODE.sub("", page.read_text())
    for target in [*re.findall(r"\]\(([^)\s]+)\)", prose), *re.findall(r'\b(?:src|srcset|href)="([^"]+)"', prose)]:
        if target.startswith("https://"):
            continue
        path, _, anchor = target.partition("#")
        there = page.parent / path if path else page
        assert there.exists(), target
        assert not anchor or anchor in anchors(there), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_each_module_that_is_named_exists(page: Path) -> None:
    names = set(re.findall(r"`([\w/]+\.py)`", page.read_text())) - EXAMPLE
    assert not {name for name in names if not any((folder / name).exists() for folder in FOLDERS)}


def test_each_name_in_the_architecture_is_in_the_code() -> None:
    code = "".join(path.read_text() for path in (ROOT / "bot").rglob("*.py"))
    prose = re.sub(r"```.*?```", "", (ROOT / "docs/architecture.md").read_text(), flags=re.DOTALL)
    names = {name.rpartition(".")[2] for name in re.findall(r"`([A-Za-z]\w*(?:\.[a-z_]+)?)`", prose)} - {"py"}
    assert not {name for name in names if not re.search(rf"\b{name}\b", code)}


def test_each_page_of_the_documentation_can_be_reached_from_the_readme() -> None:
    linked = set(re.findall(r"\]\(docs/([\w-]+\.md)\)", (ROOT / "README.md").read_text()))
    assert linked == {page.name for page in (ROOT / "docs").glob("*.md")} - {"index.md"}


def test_the_project_has_one_address() -> None:
    owner, name = PROJECT.removeprefix("https://github.com/").split("/")
    site = f"https://{owner}.github.io/{name}/"
    config = (ROOT / "mkdocs.yml").read_text()
    assert f"site_url: {site}\n" in config
    assert f"link: {PROJECT}\n" in config
    assert f'Source = "{PROJECT}"\n' in (ROOT / "pyproject.toml").read_text()
    for page in PAGES:
        assert {*re.findall(r"https://[\w-]+\.github\.io/[\w-]+/", page.read_text())} <= {site}, page


def test_each_module_that_the_readme_of_the_tests_names_is_there() -> None:
    named = re.findall(r"`([\w/*]+\.(?:py|rb))`", (ROOT / "tests/README.md").read_text())
    assert len(named) > 20
    for name in named:
        assert [*ROOT.glob(f"tests/**/{name}"), *ROOT.glob(f"bot/almanac/{name}")], name
