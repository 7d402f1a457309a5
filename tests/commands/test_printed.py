"""Which keys a Jekyll site's own templates print only escaped."""

import pytest
from almanac.commands.printed import Printed


def printed(*texts: str, **said: bool) -> Printed:
    files = [(f"_layouts/{number}.html", text) for number, text in enumerate(texts)]
    return Printed(files, **{"has_theme": False, "has_defaults": False, **said})


@pytest.mark.parametrize(
    ("template", "is_escaped"),
    [
        ("<p>{{ page.title | escape }}</p>", True),
        ("<p>{{- event['title'] | default: 'x' | escape_once | truncate: 9 -}}</p>", True),
        ("{% if page.title contains 'x' %}{{ page.title | xml_escape }}{% endif %}", True),
        ("<p>{{ page.title }}</p>", False),
        ("<p>{{ page.title | escape }} {{ page.title }}</p>", False),
        ("<p>{{ page.title | escape | markdownify }}</p>", False),
        ('<img alt="{{ page.title | escape }}">', False),
        ("{% assign name = page.title %}{{ page.title | escape }}", False),
        ("{% include card.html title=page.title %}{{ page.title | escape }}", False),
        ("<p>{{ page.titles | escape }}</p>", False),
    ],
)
def test_what_is_printed_escaped(template: str, is_escaped: bool) -> None:
    assert printed(template).is_escaped("title") is is_escaped


def test_what_is_not_known_is_not_trusted() -> None:
    escaped = "{{ page.title | escape }}"
    assert printed(escaped).knows(["0"])
    assert printed(escaped).knows(None)
    assert not printed(escaped).knows(["post"])
    assert not printed(escaped, has_theme=True).knows(["0"])
    assert not printed(escaped, has_defaults=True).knows([])
    assert not printed(escaped, "---\nlayout: theirs\n---\n").knows(["0"])
    assert not printed(escaped, "<script>{{ page | jsonify }}</script>").knows(["0"])
