"""The hostile strings in a real browser: no dialog, no script, no request to anywhere but the page."""

import re
from pathlib import Path

import pytest
from almanac.text import clean_line

from tests.browser import HOST, visit
from tests.built import DEFAULT, build, tokens, with_text
from tests.hostile import HOSTILE, HOSTILE_TEXTS
from tests.positions import WORD, page, sections, words

pytestmark = [pytest.mark.browser, pytest.mark.jekyll]
CLEANED = tuple(filter(None, dict.fromkeys(map(clean_line, (*HOSTILE, *HOSTILE_TEXTS)))))
FRAME = len(["<p>", "before", "</p>"])
ALLOWED = {f"http://{HOST}/", f"http://{HOST}/favicon.ico"}


def body(dom: str) -> str:
    found = re.search(r"<body>(.*)</body>", dom, re.DOTALL)
    assert found
    return found[1]


@pytest.mark.parametrize("part", [0, *(pytest.param(part, marks=pytest.mark.long) for part in (1, 2))])
def test_a_browser_shows_the_text_and_does_nothing(part: int, tmp_path: Path) -> None:
    chosen = CLEANED[part::3]
    files = {
        "hostile.md": page(*(section for typed in chosen for section in sections(typed))),
        "harmless.md": page(*sections(WORD)),
    }
    built = build(tmp_path / "site", files, DEFAULT)
    seen = visit((built / "hostile.html").read_text(encoding="utf-8"), tmp_path / "hostile")
    assert 'data-looked="yes"' in seen.dom
    assert "data-tried" not in seen.dom
    assert set(seen.requests) <= ALLOWED

    harmless = visit((built / "harmless.html").read_text(encoding="utf-8"), tmp_path / "harmless")
    one, all_of_them = (tokens(body(page.dom))[FRAME:-FRAME] for page in (harmless, seen))
    assert all_of_them == [token for typed in chosen for token in with_text(one, words(typed))]


@pytest.mark.parametrize(
    ("harm", "reported"),
    [
        ("<script>alert(1)</script>", "script-src"),
        ("<img src='https://evil.example/x.png'>", "img-src"),
        ("<a href='javascript:alert(1)'>x</a>", "link to javascript"),
        ("<p onclick='alert(1)'>x</p>", "script-src"),
        ("<iframe src='https://evil.example'></iframe>", "frame-src"),
        ("<meta http-equiv=refresh content='0;url=http://evil.example/'>", "evil.example"),
    ],
)
def test_the_probe_sees_harm(harm: str, reported: str, tmp_path: Path) -> None:
    seen = visit(harm, tmp_path)
    assert reported in seen.dom + " ".join(seen.requests)
