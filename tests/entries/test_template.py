"""What the template of a file or an entry writes, and what stands where in it."""

from typing import Any

import pytest
from almanac.entries.formats import Format, Values
from almanac.entries.frontmatter import FrontMatter
from almanac.entries.incsv import CsvList
from almanac.entries.inert import as_typed
from almanac.entries.injson import JsonList
from almanac.entries.inyaml import YamlFile, YamlList
from almanac.entries.template import EntryTemplate
from almanac.errors import ConfigError
from almanac.event.model import Event, Person

TALK = Event(
    id="2021-11-08-open",
    title='Say "hi": it\'s <b>',
    date="2021-11-08",
    end_date="2021-11-10",
    starts="2021-11-08T18:30:00-05:00",
    location="Hall: 2",
    url="https://x.org/?a=1&b=2",
    people=(Person(name="Ada", url="https://a.org"), Person(name="Bo")),
    description="One\n\n- two\n- *three*",
    tags=("x", "a: b"),
    extra={"room": "7", "seats": "007", "odd": "\ufffe"},
)
BARE = Event(id="2021-x", title="T", date="2021")


def written(kind: Format, source: str, event: Event = TALK) -> str:
    return EntryTemplate(source, kind, "t.j2").render(event)


def value(source: str, event: Event = TALK) -> str:
    """Return how a value of a key in YAML is written."""
    text = written(FrontMatter(), f"---\nk: {source}\n---\n", event)
    return text.removeprefix("---\nk:").removesuffix("\n---\n").removeprefix(" ")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('"{{ title }}"', '"Say &#34;hi&#34;: it\'s &#60;b&#62;"'),
        ("'{{ title | plain }}'", "'Say \"hi\": it''s <b>'"),
        ('"{{ title | plain }}"', '"Say \\"hi\\": it\'s <b>"'),
        ("{{ title | plain }}", '"Say \\"hi\\": it\'s <b>"'),
        ("{{ title | text }}", '"Say &#34;hi&#34;: it&#39;s &#60;b&#62;"'),
        ("{{ location }}", '"Hall: 2"'),
        ("In {{ extra.room }}", "In 7"),
        ("{{ extra.room }}", '"7"'),
        ("{{ extra.seats | int }}", "7"),
        ("{{ extra.none }}", ""),
        ("'{{ extra.none }}'", "''"),
        ("{{ date }}", "2021-11-08"),
        ("{{ event.date }}", "2021-11-08"),
        ("{{ date | like('8 Nov 2021') }}", "8 Nov 2021"),
        ("{{ date | like('Nov 8, 2021') }}", "Nov 8, 2021"),
        ("{{ (starts or date) | like('2018-02-03 11:30am') }}", "2021-11-08 6:30pm"),
        ("{{ starts | like('07:30 PM') }}", "06:30 PM"),
        ("{{ ends | like('07:30 PM') }}", ""),
        ("{{ date | like('2021') }}", "2021"),
        ("{{ starts | timestamp }}", "1636414200"),
        ("{{ date | timestamp }}", "1636329600"),
        ("{{ ends | timestamp }}", ""),
        ("{{ url }}", "https://x.org/?a=1&b=2"),
        ("{{ people | names }}", "Ada, Bo"),
        ("{{ people | names(' & ') }}", "Ada & Bo"),
        ("{{ people[0].name }}", "Ada"),
        ("{{ (people | first).name }}", "Ada"),
        ("[{{ tags[0] }}, {{ tags[1] }}]", '[x, "a: b"]'),
        ("{% for tag in tags %}\n\n- {{ tag }}\n{% endfor %}", '\n- x\n\n- "a: b"'),
        ("{% set x %}{{ title }}!{% endset %}{{ x }}", '"Say &#34;hi&#34;: it\'s &#60;b&#62;!"'),
        ("{% set x %}{{ title }}{% endset %}{{ x ~ '' }}", '"Say &#38;#34;hi&#38;#34;: it\'s &#38;#60;b&#38;#62;"'),
        ("{% set x %}{{ location }}{% endset %}{{ x[1:] }}", '"Hall: 2"'),
        ("|\n  {{ description }}", "|\n  One\n\n  - two\n  - *three*"),
        (">\n  {{ description }}", ">\n  One\n\n\n  - two\n\n  - *three*"),
        ('"{{ description }}"', '"One\\n\\n- two\\n- *three*"'),
        ("'{{ description }}'", '"One\\n\\n- two\\n- *three*"'),
        ("{{ 1 == 1 }}", "true"),
        ("qzz {{ extra.room }} qz", "qzz 7 qz"),
        ("|\n  {{ extra.odd }}", '"\\ufffe\\n"'),
    ],
)
def test_a_value_of_a_key(source: str, expected: str) -> None:
    assert value(source) == expected


@pytest.mark.parametrize(
    "typed",
    [" indented", "ends in space ", "tab\there", "a\n  b\n c", "\x85\u2028", "# x\n---\nk2: y", "- a", "\ufeff"],
)
@pytest.mark.parametrize(
    "source", ["|\n  {{ title }}", ">\n  {{ title }}", "{{ title }}", "'{{ title }}'", "[{{ title }}]"]
)
def test_a_text_of_any_shape_is_read_as_typed(typed: str, source: str) -> None:
    event = TALK.model_copy(update={"title": typed})
    template = EntryTemplate(f"---\nk: {source}\n---\n", FrontMatter(), "t.j2")
    found: Any = template.entry(event).data
    assert list(found) == ["k"]
    text = found["k"][0] if isinstance(found["k"], list) else found["k"]
    assert text.rstrip("\n") == typed.replace("\x85", "\n").replace("\u2028", "\n").rstrip("\n")


def test_what_is_left_out() -> None:
    source = "---\ntitle: {{ title }}\n{% if url %}\nurl: {{ url }}\n{% endif %}\nrecording: {{ recording }}\n---\n"
    assert written(FrontMatter(), source) == (
        '---\ntitle: "Say &#34;hi&#34;: it\'s &#60;b&#62;"\nurl: https://x.org/?a=1&b=2\nrecording:\n---\n'
    )
    assert written(FrontMatter(), source, BARE) == "---\ntitle: T\nrecording:\n---\n"


def test_a_body_is_markdown_and_ends_as_the_template() -> None:
    source = "{# about #}\n---\ntitle: x\n---\n**{{ title }}**\n\n{{ location }}\n\n"
    assert written(FrontMatter(), source) == ('---\ntitle: x\n---\n**Say "hi": it\'s &#60;b&#62;**\n\nHall: 2\n\n')
    assert written(FrontMatter(), "---\r\ntitle: x\r\n---\r\n\r\n{{ recording }}\r\n", BARE) == "---\ntitle: x\n---\n"


def test_toml() -> None:
    source = """\
+++
title = "{{ title }}"
plain = '{{ location }}'
other = '{{ title | plain }}'
date = {{ date }}
starts = {{ starts }}
bare = {{ location }}
seats = {{ extra.seats | int }}
tags = [{% for tag in tags %}"{{ tag }}", {% endfor %}]
[params]
speaker = \"\"\"{{ people | names }}\"\"\"  # x
text = '''{{ description }}'''
+++
"""
    assert (
        written(FrontMatter(), source)
        == """\
+++
title = "Say &#34;hi&#34;: it's &#60;b&#62;"
plain = 'Hall: 2'
other = "Say \\"hi\\": it's <b>"
date = 2021-11-08
starts = 2021-11-08T18:30:00-05:00
bare = "Hall: 2"
seats = 7
tags = ["x", "a: b", ]
[params]
speaker = \"\"\"Ada, Bo\"\"\"  # x
text = "One\\n\\n- two\\n- *three*"
+++
"""
    )


def test_json() -> None:
    source = '{\n\t"title": "{{ title | plain }}",\n\t"n": {{ extra.seats | int }},\n\t"l": {{ location }}\n}'
    assert written(JsonList(), source) == ('{\n\t"title": "Say \\"hi\\": it\'s <b>",\n\t"n": 7,\n\t"l": "Hall: 2"\n}')
    assert written(JsonList(), '{"r": {{ recording }}}') == '{"r": null}'


@pytest.mark.parametrize(
    ("typed", "cell"),
    [
        ("+cmd|' /C calc'!A0", "&#43;cmd|' /C calc'!A0"),
        ("@SUM(A1)", "&#64;SUM(A1)"),
        ("- HYPERLINK(A1)", "&#45; HYPERLINK(A1)"),
        ("- two (2)\n- three", '"- two (2)\n- three"'),
        ("=1+1", "&#61;1+1"),
        ("-5", "-5"),
        ("+02:00", "+02:00"),
        ("a=1", "a&#61;1"),
    ],
)
def test_no_cell_begins_with_a_formula(typed: str, cell: str) -> None:
    rows = written(CsvList(), "a,b\n{{ location }},x\n", TALK.model_copy(update={"location": typed}))
    assert rows == f"a,b\n{cell},x\n"
    assert as_typed(cell.strip('"')) == typed


def test_csv_and_a_list_and_a_file_in_yaml() -> None:
    assert written(CsvList(), 'a,"b",c\n{{ location | plain }},"{{ date }}",{{ people | names }}\n') == (
        'a,"b",c\nHall: 2,"2021-11-08","Ada, Bo"\n'
    )
    assert written(YamlList(), '- title: "{{ location }}"\n  date: {{ date }}\n') == (
        '- title: "Hall: 2"\n  date: 2021-11-08\n'
    )
    assert written(YamlFile(), "title: {{ location }}\nroom: &a {{ extra.room }}\n", TALK) == (
        'title: "Hall: 2"\nroom: "7"\n'
    )


@pytest.mark.parametrize(
    ("kind", "source", "message"),
    [
        (FrontMatter(), "title: {{ title }}\n", "front matter: keys between two lines"),
        (FrontMatter(), "---\n{{ title }}: 1\n---\n", "not in a key or a comment"),
        (FrontMatter(), "---\na: 1 # {{ title }}\n---\n", "not in a key or a comment"),
        (FrontMatter(), "---\na: |\n  {{ title }}\n# {{ title }}\n---\n", "not in a key or a comment"),
        (FrontMatter(), "---\na: '\n---\n", "not valid YAML"),
        (FrontMatter(), "---\n- {{ title }}\n---\n", "keys with values, one a line"),
        (FrontMatter(), "---\na: {{ title\n---\n", "cannot be read"),
        (FrontMatter(), "---\na: {% filter upper %}{{ title }}{% endfilter %}\n---\n", "A filter block"),
        (FrontMatter(), "---\na: \U000f5a10\n---\n", "for Almanac's own use"),
        (FrontMatter(), "---\na: 1\n---\n<p {{ title }}>\n", "inside an HTML tag"),
        (FrontMatter(), "+++\n{{ title }} = 1\n+++\n", "not in a key or a comment"),
        (FrontMatter(), "+++\na = 1 # {{ title }}\n+++\n", "not in a key or a comment"),
        (FrontMatter(), "+++\na = [{{ title }}\n+++\n", "not valid TOML"),
        (FrontMatter(), "---\n# nothing\n---\n", "keys with values, one a line"),
        (YamlList(), "title: {{ title }}\n", "one entry of the list, after a hyphen"),
        (YamlList(), "- a: 1\n- b: 1\n", "one entry of the list, after a hyphen"),
        (JsonList(), '["{{ title }}"]', "one entry, in curly brackets"),
        (CsvList(), "{{ title }}\n", "two rows"),
        (CsvList(), "a,{{ title }}\nb,c\n", "not in the name of a column"),
    ],
)
def test_a_template_that_cannot_be_used(kind: Format, source: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        EntryTemplate(source, kind, "t.j2")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("---\na: {{ title.x.y }}\n---\n", "fails for the event"),
        ("---\na: {{ people }}\n---\n", "a group of values"),
        ("---\na: {% if title == 'x' %}1{% else %}[{% endif %}\n\n---\n", "not valid YAML"),
    ],
)
def test_a_template_that_fails_for_an_event(source: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        EntryTemplate(source, FrontMatter(), "t.j2").render(TALK)


def test_what_comes_from_elsewhere_is_checked() -> None:
    template = EntryTemplate("---\na: 1\n---\n", FrontMatter(), "t.j2", lambda _: "---\na: \U000f5a10x\n---\n")
    with pytest.raises(ConfigError, match="cut in two"):
        template.render(TALK)


class Careless(FrontMatter):
    """Writes values as they are."""

    def filled(self, skeleton: str, values: Values) -> str:
        return values.put(skeleton)


@pytest.mark.parametrize("title", ["x\nb: 1", "[x]", "{x: y}", "x # y"])
@pytest.mark.parametrize("place", ["{{ title | plain }}", "[{{ title | plain }}]", "{b: {{ title | plain }}}"])
def test_a_value_that_left_its_place_would_be_found(title: str, place: str) -> None:
    template = EntryTemplate(f"---\na: {place}\n---\n", Careless(), "t.j2")
    template.render(BARE)
    with pytest.raises(ConfigError, match=r"reads as something else|not valid YAML"):
        template.render(BARE.model_copy(update={"title": title}))


def test_what_stands_where() -> None:
    source = """\
---
title: "Talk: {{ title }}!"
when: {{ (end_date or date) | like("8 Nov 2021") }}
{% if location %}
where: {name: {{ location }}, floor: 2}
{% else %}
online: {{ url }}
{% endif %}
{% set guests = event.people %}
speakers:
{% for one in guests %}
  - name: {{ one.name }}
    about: {{ one.affiliation if one.affiliation }}
{% endfor %}
tags: [{{ tags[0] }}, {{ tags | join }}]
both: {{ series }} {{ title }}
room: {{ extra["room"] and extra.room | trim }}
n: {{ 1 + 1 }}{{ "x" }}
{% macro m() %}{% endmacro %}
---
{{ title }}: {{ event.description }}
"""
    template = EntryTemplate(source, FrontMatter(), "t.j2")
    found = {path: [one.fields for one in place.sources] for path, place in template.places.items()}
    assert found == {
        ("title",): [(("title",),)],
        ("when",): [(("end_date",), ("date",))],
        ("where", "name"): [(("location",),)],
        ("online",): [(("url",),)],
        ("speakers", "*", "name"): [(("people", "*", "name"),)],
        ("speakers", "*", "about"): [(("people", "*", "affiliation"),)],
        ("tags", "*"): [(("tags", 0),)],
        ("both",): [(("series",),), (("title",),)],
        ("room",): [(("extra", "room"),)],
        ("n",): [(), ()],
    }
    assert template.places[("title",)].texts == ("Talk: ", "!")
    assert template.places[("when",)].sources[0].filters == (("like", ("8 Nov 2021",)),)
    assert template.body_names == {"title", "event", "description"}
    assert template.body[1] == ": "
