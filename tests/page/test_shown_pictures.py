"""A site's own template shows an event's picture: no text about it, and no path, becomes anything else."""

import pytest
from almanac.errors import ConfigError
from almanac.event.model import Event, Image
from almanac.page.outline import outline
from almanac.page.section import SectionReader
from almanac.page.template import section_renderer
from almanac.text import clean_line

from tests.built import convert, seen, tokens
from tests.hostile import HOSTILE
from tests.page.house import ZONES

PATH = "images/events/2022-01-20-demo-day-0a1b2c3d.png"
SOURCE = """\
### {{ date }}: {{ title | heading }}
{% if image %}

![{{ image.alt | text }}](/{{ image.path | path }})

![{{ image.alt }}]({{ event.image.path | path }})
<img src="/{{ image.path | path }}">
{% endif %}
"""
render = section_renderer(SOURCE)


def event(image: Image | None) -> Event:
    return Event(id="2022-01-20-demo-day", title="Demo Day", date="2022-01-20", image=image)


def alts(html: str) -> list[str]:
    return [part.removeprefix("alt=") for token in tokens(html) for part in token if part.startswith("alt=")]


def without_alt(html: str) -> list[tuple[str, ...]]:
    return [tuple(part for part in token if not part.startswith("alt=")) for token in tokens(html)]


def test_as_the_template_says() -> None:
    shown = render(event(Image(path=PATH, alt="Three owls")))
    assert shown.split("\n", 2)[2] == (f'![Three owls](/{PATH})\n\n![Three owls]({PATH})\n<img src="/{PATH}">')
    assert (
        render(event(None)) == "### 2022&#45;01&#45;20: Demo Day" or render(event(None)) == "### 2022-01-20: Demo Day"
    )


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("images/a b.png", "images/a%20b.png"),
        ("//example.org/x.png", "example.org/x.png"),
        ("javascript:alert(1)", "javascript%3Aalert%281%29"),
        ('x"onerror="alert(1)', "x%22onerror%3D%22alert%281%29"),
        ("{{ site }}", "%7B%7B%20site%20%7D%7D"),
        ("Größe.png", "Gr%C3%B6%C3%9Fe.png"),
    ],
)
def test_no_path_is_anything_but_a_path(path: str, written: str) -> None:
    assert f"({written})" in render(event(Image(path=path, alt="x")))


@pytest.mark.parametrize("value", ["image.path", "image.alt", "image.path | text", "image.url"])
@pytest.mark.parametrize("source", ['<img src="{{ X }}">', "![x]({{ X }})"])
def test_a_path_as_it_is_has_no_place_in_an_address(value: str, source: str) -> None:
    with pytest.raises(ConfigError, match="`path`"):
        section_renderer(source.replace("X", value))


@pytest.mark.jekyll
def test_no_words_about_a_picture_act() -> None:
    texts = list(filter(None, map(clean_line, HOSTILE)))
    sections = [render(event(Image(path=PATH, alt=text))) for text in texts]
    [harmless, *pages] = convert(
        [f"---\n---\n{one}\n" for one in (render(event(Image(path=PATH, alt="x"))), *sections)]
    )
    assert alts(harmless) == ["x", "x"]
    for text, html in zip(texts, pages, strict=True):
        assert without_alt(html) == without_alt(harmless), text
        assert [seen(alt) for alt in alts(html)] == [seen(text)] * 2, text


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ('{{ image.path | replace("static/", "") | path }}', "images/a.png"),
        ('{{ image.path.split("/")[-1] | path }}', "a.png"),
    ],
)
def test_other_addresses_of_the_same_file(source: str, written: str) -> None:
    write = section_renderer(f"- {{{{ date }}}} <{source}>")
    assert write(event(Image(path="static/images/a.png"))) == f"- 2022-01-20 <{written}>"
    assert write(event(None)) == "- 2022-01-20 <>"


class TestEditedByHand:
    SHORT = """\
### {{ date | heading_date }}: {{ title | heading }}
{% if image %}

![{{ image.alt | text }}](/{{ image.path | path }})
{% endif %}
"""

    @staticmethod
    def after(source: str, image: Image | None, *edits: tuple[str, str]) -> Event:
        """Return an event's record after its section was edited on the page."""
        write, record = section_renderer(source), event(image)
        text = write(record)
        for old, new in edits:
            assert old in text
            text = text.replace(old, new)
        [section] = outline(f"# Events\n\n{text}\n").sections
        return SectionReader(write, ZONES, "\n").again(section, record).event

    @pytest.mark.parametrize(
        ("edits", "image"),
        [
            ([("Owls", "Two *owls* & a bat")], None),
            ([("Owls", "Two owls")], Image(path=PATH, alt="Two owls")),
            ([("Owls", "")], Image(path=PATH)),
            ([(PATH, "images/logo.png")], Image(path="images/logo.png", alt="Owls")),
            ([(PATH, "images/logo.png"), ("Owls", "A logo")], Image(path="images/logo.png", alt="A logo")),
            ([("Demo Day", "Demo Night")], Image(path=PATH, alt="Owls")),
            ([(f"/{PATH}", "https://example.org/x.png")], None),
        ],
    )
    def test_its_words_and_its_path_are_read(self, edits: list[tuple[str, str]], image: Image | None) -> None:
        found = self.after(self.SHORT, Image(path=PATH, alt="Owls"), *edits)
        if image is None:  # it is no picture of the site any more, or has marks: the section is kept as it is
            assert found.markdown
            assert edits[0][1] in found.markdown
        else:
            assert (found.markdown, found.image) == (None, image)

    def test_so_they_are_after_words_that_jekyll_fills_in(self) -> None:
        source = self.SHORT.replace("(/", "({% raw %}{{ site.baseurl }}{% endraw %}/")
        found = self.after(source, Image(path=PATH, alt="Owls"), (PATH, "images/logo.png"), ("Owls", "A logo"))
        assert (found.markdown, found.image) == (None, Image(path="images/logo.png", alt="A logo"))

    def test_a_picture_without_words_on_the_page_is_left_to_the_record(self) -> None:
        source = self.SHORT.replace("{{ image.alt | text }}", "")
        found = self.after(source, Image(path=PATH, alt="Owls"), (PATH, "images/logo.png"))
        assert found.markdown
