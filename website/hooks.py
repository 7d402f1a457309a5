"""What MkDocs calls while it builds the site (`hooks` in `mkdocs.yml`)."""

import posixpath
import re
import sys
from pathlib import Path

from almanac import PROJECT
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))  # as MkDocs starts where it likes

from website import gallery, reference  # noqa: E402 -- found there

MADE = {
    "reference/commands.md": reference.commands_page,
    "reference/config.md": reference.config_page,
    "reference/record.md": reference.record_page,
    "reference/forms.md": reference.forms_page,
    "reference/workflow.md": reference.workflow_page,
}
"""Pages that are made when the site is built."""
_SEARCH = 'data-md-component="search" role="dialog"'
_CODE = re.compile(r"(^ *```.*?^ *```|`[^`\n]*`)", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\]\((\.\./[^)\s#]+)(#[^)\s]*)?\)")
_PICTURE = re.compile(r"(!\[[^\]]*\])\((images/[\w-]+)\.webp\)")
_CELL = re.compile(r"`[^`\n]*\\\|[^`\n]*`")
_FETCHED = re.compile(
    r"""<(?:script|img|source|iframe|link(?![^>]*rel="canonical"))[^>]+(?:src|href)=["']?https?:[^>]*>"""
)


def on_files(files: Files, config: MkDocsConfig, **_: object) -> Files:
    """Add the pages that are made from the code."""
    for path, make in MADE.items():
        files.append(File.generated(config, path, content=make()))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Write a page as GitHub reads it as MkDocs does; show in the gallery what becomes of its shapes."""
    if page.file.src_uri == "gallery.md":
        markdown = gallery.with_results(markdown)
    parts = _CODE.split(_CELL.sub(lambda cell: cell[0].replace("\\|", "|"), markdown))
    there = posixpath.join("docs", posixpath.dirname(page.file.src_uri))
    parts[::2] = [_PICTURE.sub(_both, _LINK.sub(lambda link: _outward(link, there), part)) for part in parts[::2]]
    return "".join(parts)


def on_post_page(output: str, page: Page, **_: object) -> str:
    """Hold the promise that readers fetch nothing from elsewhere; name the search, which the theme leaves nameless.

    Raises:
        PluginError: The page would.
    """
    if found := _FETCHED.search(output):
        raise PluginError(f"{page.file.src_uri}: readers would fetch this from elsewhere: {found[0]}")
    return _named(output)


def on_post_template(output_content: str, **_: object) -> str:
    """Do the same with what is no page: the answer where there is none."""
    return _named(output_content)


def _named(html: str) -> str:
    return html.replace(_SEARCH, f'{_SEARCH} aria-label="Search"')


def _outward(link: re.Match[str], there: str) -> str:
    """Let a link to a file that is not of the documentation lead to the repository."""
    path = posixpath.normpath(posixpath.join(there, link[1]))
    if path.startswith("docs/"):
        return link[0]
    kind = "tree" if (ROOT / path).is_dir() else "blob"
    return f"]({PROJECT}/{kind}/main/{path}{link[2] or ''})"


def _both(picture: re.Match[str]) -> str:
    """Show a picture as it is in the dark, where the site is."""
    words, path = picture.groups()
    return f"{words}({path}.webp#only-light)\n{words}({path}-dark.webp#only-dark)"
