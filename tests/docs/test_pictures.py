"""The lines that the documentation gives for pictures: a question of the form, and what shows the answer."""

import re
from pathlib import Path
from urllib.parse import urljoin

import pytest
from almanac.entries.frontmatter import FrontMatter
from almanac.entries.template import EntryTemplate
from almanac.event.model import Event, Image
from almanac.form.schema import lint, read_form
from almanac.packaged import template
from almanac.page.template import section_renderer

from tests.built import build
from tests.docs.blocks import ROOT, blocks

LIQUID, RELATIVE, KEY = (
    block.text for block in blocks(ROOT / "docs/templates.md") if block.lang == "jinja" and "image.path" in block.text
)
HEADING = "### {{ date }}: {{ title | heading }}\n"


def shown(lines: str, path: str) -> str:
    """Return a page with an event's section that the template's lines are a part of."""
    image = Image(path=path, alt="Two owls")
    event = Event(id="2022-01-20-owls", title="Owls", date="2022-01-20", image=image)
    return f"---\ntitle: Events\n---\n\n{section_renderer(HEADING + lines)(event)}\n"


def source(html: str) -> str:
    [found] = re.findall(r'<img src="([^"]*)" alt="Two owls"', html)
    return str(found)


@pytest.mark.jekyll
def test_jekyll_leads_to_it_below_a_base(tmp_path: Path) -> None:
    built = build(tmp_path / "site", {"events.md": shown(LIQUID, "images/a b.png")}, "baseurl: /club\n")
    assert source((built / "events.html").read_text(encoding="utf-8")) == "/club/images/a%20b.png"


def test_elsewhere_it_is_found_from_the_page() -> None:
    [address] = re.findall(r"!\[Two owls\]\((.*)\)", shown(RELATIVE, "static/images/a.png"))
    assert urljoin("https://ada.github.io/club/events/", address) == "https://ada.github.io/club/images/a.png"


def test_a_file_has_its_address_as_a_key() -> None:
    written = EntryTemplate(f"---\ntitle: {{{{ title }}}}\n{KEY}---\n", FrontMatter(), "t.j2")
    event = Event(id="owls", title="Owls", date="2022-01-20", image=Image(path="images/a b.png"))
    assert written.entry(event).data["image"] == "/images/a b.png"
    assert "image" not in written.entry(event.model_copy(update={"image": None})).data


def test_the_form_may_end_in_the_questions() -> None:
    [questions] = (block.text for block in blocks(ROOT / "docs/form.md") if "type: upload" in block.text)
    form = read_form(f"{template('site/new-event.yml').rstrip()}\n{questions}")
    assert [field.id for field in form.fields][-2:] == ["image", "image_alt"]
    assert lint(form) == ()
