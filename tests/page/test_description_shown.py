"""A description as its readers see it: on a site's default Markdown, on GitHub Pages' and in the file on GitHub."""

import re
from pathlib import Path

import pytest

from tests.built import DEFAULT, GITHUB_PAGES, build, github_html, tokens

pytestmark = pytest.mark.jekyll

CASE = Path(__file__).parents[1] / "cases" / "answers" / "description-lines-and-links.yml"
SECTION = CASE.read_text(encoding="utf-8").rsplit("---\n", 2)[1]
# Without the tags of paragraphs, which some renderers leave out within bullets.
SHOWN = """
<h3>November 8th, 2026: Demo Day</h3>
<ul>
<li>How to get there:<br>tram 7 to the Old Mill<br>then across the <em>wooden</em> bridge</li>
<li>Come <strong>early</strong>, and say hello in
<a href="https://chat.example.org/old_mill_talks">https://chat.example.org/old_mill_talks</a> first.
<ol>
<li>Tea and <code>git push --force</code></li>
<li><a href="https://example.org/talks">Talks</a>, in this order:
<ul><li>owls</li><li>bats -- or mice...</li></ul></li>
<li>Cake</li>
</ol></li>
<li><blockquote>Whoever comes once<br>comes again.</blockquote></li>
<li>Bring a mug<ol><li>with your name on it</li></ol></li>
</ul>
"""


def seen(html: str) -> list[tuple[str, ...]]:
    return tokens(re.sub("</?p>|<br />", lambda tag: "<br>" if "br" in tag[0] else " ", html))


@pytest.mark.parametrize("config", [DEFAULT, GITHUB_PAGES], ids=["default", "github-pages"])
def test_readers_of_a_site_see_what_was_typed(config: str, tmp_path: Path) -> None:
    built = build(tmp_path / "site", {"page.md": f"---\n---\n{SECTION}"}, config)
    assert seen((built / "page.html").read_text(encoding="utf-8")) == seen(SHOWN)


def test_readers_of_the_file_on_github_see_what_was_typed() -> None:
    assert seen(github_html([SECTION])[0]) == seen(SHOWN)
