"""Sites built with a real Jekyll, and pages as a reader gets them: elements and text."""

import json
import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from html.parser import HTMLParser
from pathlib import Path

from tests.tools import need, need_extra

Token = tuple[str, ...]

# A site that says nothing of its Markdown.
DEFAULT = "title: x\n"
# What GitHub Pages sets on its side, as far as it touches the text.
GITHUB_PAGES = """\
safe: true
lsi: false
markdown: kramdown
kramdown: {input: GFM, hard_wrap: false, math_engine: mathjax, template: ""}
"""
# The curls that a site's typographer makes of quotation marks: all that it may change in what was typed.
_CURLS = str.maketrans("\u2018\u2019\u201c\u201d", "''\"\"")
_ORACLE = Path(__file__).parent / "oracle.rb"


def build(folder: Path, files: Mapping[str, str], config: str = DEFAULT) -> Path:
    """Build a site of these files and return the folder with its pages; a failed build fails the test."""
    for name, text in {**files, "_config.yml": config}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    built = folder.parent / f"{folder.name}-built"
    done = subprocess.run(
        [need("jekyll"), "build", "--quiet", "--disable-disk-cache", "-s", folder, "-d", built],
        env={**os.environ, "JEKYLL_NO_BUNDLER_REQUIRE": "true", "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return built


def convert(pages: Sequence[str]) -> list[str]:
    """Put pages through the Liquid and the kramdown of the same Jekyll, each on its own, in one process.

    Returns:
        The HTML; for a page that could not be converted, `ERROR: ` and the error.
    """
    need("jekyll")
    done = subprocess.run(
        [need("ruby"), _ORACLE], input=json.dumps(pages), capture_output=True, text=True, timeout=600, check=True
    )
    return list(json.loads(done.stdout))


def github_html(pages: Sequence[str]) -> list[str]:
    """Show pages as GitHub shows the files themselves, by its own Markdown (cmark-gfm), and no Liquid."""
    return _by_github([page.removeprefix("---\n---\n") for page in pages], extensions=("table", "strikethrough"))


def issue_html(texts: Sequence[str]) -> list[str]:
    """Show texts as GitHub shows them in an issue, where a line end is a line break and a bare address a link."""
    return _by_github(texts, "CMARK_OPT_HARDBREAKS", extensions=("table", "strikethrough", "autolink"))


def _by_github(texts: Sequence[str], *options: str, extensions: Sequence[str]) -> list[str]:
    need_extra("test", "cmarkgfm")
    from cmarkgfm import cmark, markdown_to_html_with_extensions  # noqa: PLC0415 - where it is installed

    chosen = sum(getattr(cmark.Options, name) for name in ("CMARK_OPT_UNSAFE", *options))
    return [markdown_to_html_with_extensions(text, chosen, list(extensions)) for text in texts]


class _Tokens(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Token] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # kramdown makes a heading's id of the words in it, and says of code between backticks how it would be coloured.
        own = {"id": r"[^\s<>\"'&=]*", "class": r"language-plaintext highlighter-rouge"}
        kept = [f"{key}={value}" for key, value in attrs if not re.fullmatch(own.get(key, "(?!)"), value or "")]
        self.found.append(("<", tag, *sorted(kept)))

    def handle_endtag(self, tag: str) -> None:
        self.found.append((">", tag))

    def handle_data(self, data: str) -> None:
        if self.found and self.found[-1][0] == "text":
            self.found[-1] = ("text", self.found[-1][1] + data)
        else:
            self.found.append(("text", data))

    def handle_comment(self, data: str) -> None:
        self.found.append(("comment", data))

    def handle_decl(self, decl: str) -> None:
        self.found.append(("declaration", decl))

    def handle_pi(self, data: str) -> None:
        self.found.append(("instruction", data))

    def unknown_decl(self, data: str) -> None:
        self.found.append(("declaration", data))


def tokens(html: str) -> list[Token]:
    """Return the elements with their attributes and the text between them, white space as a browser shows it."""
    parser = _Tokens()
    parser.feed(html)
    parser.close()
    shown = [token if token[0] != "text" else ("text", seen(token[1])) for token in parser.found]
    return [token for token in shown if token != ("text", "")]


def seen(text: str) -> str:
    """Return a text as a browser shows it: runs of white space as one space. Quotation marks are straight again."""
    return re.sub(r"[ \t\n\r\f]+", " ", text.translate(_CURLS)).strip(" ")


def with_text(found: Sequence[Token], words: Mapping[str, str]) -> list[Token]:
    """Return the tokens of a harmless page with other texts in the places of its words."""
    pattern = re.compile("|".join(words))
    return [
        ("text", seen(pattern.sub(lambda word: words[word[0]], token[1]))) if token[0] == "text" else token
        for token in found
    ]
