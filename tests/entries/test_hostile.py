"""Text from strangers in a site's own keys: it stays in its place, and does nothing where a layout prints it raw."""

import csv
import html
import io
import json
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from almanac.entries.formats import Format
from almanac.entries.frontmatter import FrontMatter, cut
from almanac.entries.incsv import CsvList
from almanac.entries.inert import as_typed, cleaned, is_address
from almanac.entries.injson import JsonList
from almanac.entries.inyaml import YamlFile, YamlList
from almanac.entries.stores import FileStore
from almanac.entries.template import EntryTemplate
from almanac.event.model import Event, Link, Person
from almanac.text import clean_text

from tests.built import build, seen, tokens
from tests.hostile import HOSTILE, HOSTILE_TEXTS
from tests.tools import need

TYPED = tuple(filter(None, dict.fromkeys(map(clean_text, (*HOSTILE, *HOSTILE_TEXTS)))))
RAW = (
    *TYPED,
    "\x00a\x1bb",
    "a\x85b\u2028c",
    "\ufeffx",
    "x\ufffe",
    " ",
    "\n",
    "\n\nx\n\n",
    "'",
    '"',
    "\\",
    "\t",
    "a: |\n  b",
)

YAML = """\
title: "{{ title }}"
series: '{{ series }}'
location: {{ location }}
description: |
  {{ description }}
when: >
  {{ when }}
flow: {a: {{ title }}, b: ["{{ title }}", '{{ title }}', {{ title }}]}
room: {{ extra.room }}
people:
{% for person in people %}
  - name: {{ person.name }}
    affiliation: {{ person.affiliation }}
{% endfor %}
agenda: [{% for point in agenda %}{{ point }}, {% endfor %}]
"""
TOML = """\
title = "{{ title }}"
series = '{{ series }}'
location = {{ location }}
description = \"\"\"{{ description }}\"\"\"
when = '''{{ when }}'''
room = {{ extra.room }}
people = [{% for person in people %}{ name = "{{ person.name }}" }, {% endfor %}]
"""
JSON = """\
{
  "title": "{{ title }}",
  "location": {{ location }},
  "people": [{% for person in people %}{"name": "{{ person.name }}"}{% endfor %}],
  "description": "{{ description }}"
}
"""
CSV = 'title,"where",room\n{{ title }},"{{ location }}",{{ extra.room }}\n'


def event(typed: str, number: int = 1) -> Event:
    return Event(
        id=f"2021-11-08-{number}",
        series=typed,
        title=typed,
        date="2021-11-08",
        when=typed,
        location=typed,
        people_label=typed,
        people=(Person(name=typed, affiliation=typed, role=typed),),
        description=typed,
        agenda=(typed,),
        links=(Link(label=typed, url="https://example.org/"),),
        extra={"room": typed, "many": (typed, typed), "ticked": {typed: True}},
    )


def leaves(data: Any) -> list[Any]:
    if isinstance(data, dict):
        return [leaf for value in data.values() for leaf in leaves(value)]
    return [leaf for value in data for leaf in leaves(value)] if isinstance(data, list) else [data]


def keys(data: Any) -> Any:
    if isinstance(data, dict):
        return {name: keys(value) for name, value in data.items()}
    return list(map(keys, data)) if isinstance(data, list) else None


def parsed(name: str, text: str) -> Any:
    """Read what was written with another parser than ours."""
    if name == "csv":
        return list(csv.reader(io.StringIO(text, newline=""), strict=True))
    if name == "json":
        return json.loads(text)
    if name == "toml":
        return tomllib.loads(text.removeprefix("+++\n").removesuffix("+++\n"))
    return yaml.safe_load(text.removeprefix("---\n").removesuffix("---\n"))


FORMATS: dict[str, tuple[Format, str]] = {
    "yaml": (FrontMatter(), f"---\n{YAML}---\n"),
    "toml": (FrontMatter(), f"+++\n{TOML}+++\n"),
    "json": (JsonList(), JSON),
    "csv": (CsvList(), CSV),
    "whole": (YamlFile(), YAML),
    "list": (YamlList(), "- title: {{ title }}\n  room:\n    a: '{{ extra.room }}'\n"),
}


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("filter_", ["", " | plain"])
def test_every_value_is_in_its_place_and_nothing_else_is_there(name: str, filter_: str) -> None:
    kind, source = FORMATS[name]
    template = EntryTemplate(source.replace(" }}", f"{filter_} }}}}"), kind, "t.j2")
    harmless = keys(parsed(name, template.render(event("Word"))))
    for typed in RAW:
        found = parsed(name, template.render(event(typed)))
        assert keys(found) == harmless, typed
        for leaf in leaves(found)[3 * (name == "csv") :]:
            text = "" if leaf is None else leaf
            assert isinstance(text, str), typed
            # A block of YAML ends with a line end.
            said = [text, text.removesuffix("\n")]
            assert cleaned(typed) in (said if filter_ else map(as_typed, said)), typed


@pytest.mark.parametrize("name", ["yaml", "toml", "whole"])
def test_a_file_with_all_that_it_has_to_remember_comes_back(name: str) -> None:
    kind, source = FORMATS[name]
    store = FileStore("_events/{date}.md", EntryTemplate(source, kind, "t.j2"))
    for typed in TYPED:
        text = store.write(event(typed))
        assert store.read(text, "x", "2021-11-08-1") == event(typed), typed


# ------------------------------------------------------------------------------- built

LAYOUT = """\
<main><h1>{{ page.title }}</h1>
<p title="{{ page.title }}">x</p>
<p title='{{ page.title }}'>x</p>
<div>{{ page.title | markdownify }}</div>
<div>{{ page.abstract | markdownify }}</div>
<section>{{ content }}</section></main>
"""
FILE = """\
---
layout: event
title: "{{ title }}"
abstract: {{ description }}
link: "{{ url }}"
---
**{{ title }}**

{{ description | markdown }}
"""
LOOP = """\
{%- for event in site.data.NAME -%}
<li><b title="{{ event.title }}">{{ event.title }}</b></li>
{%- endfor -%}
"""
LINKS = "{% for event in site.data.NAME %}\n- [{{ event.title }}]({{ event.url }}), {{ event.place }}\n{% endfor %}\n"
FORMATTING = re.compile(
    "p|em|strong|code|pre|h[1-6]|[uod]l|li|blockquote|[hb]r|table|thead|tbody|tr|th|td|dt|dd|del|div|span|section"
)


def as_shown(typed: str) -> str:
    """An address is left alone, as most are in attributes that nothing else may be in."""
    return html.unescape(typed) if is_address(typed) else cleaned(typed)


def assert_does_nothing(page: str, typed: str) -> None:
    """Whatever it looks like, there is formatting and nothing else."""
    for kind, tag, *attributes in tokens(page):
        assert kind in ("text", "<", ">"), typed
        if kind == "<" and tag == "a":
            # A description may have links; nothing else makes any.
            assert all(re.match("href=https?://", one) for one in attributes), typed
        elif kind == "<":
            assert FORMATTING.fullmatch(tag), typed
            assert all(one.startswith(("class=", "style=text-align")) for one in attributes), typed


def linked(typed: str, number: int = 1) -> Event:
    return event(typed, number).model_copy(update={"url": "https://example.org/"})


@pytest.mark.jekyll
def test_layouts_that_print_values_raw(tmp_path: Path) -> None:
    store = FileStore("_events/{date}.md", EntryTemplate(FILE, FrontMatter(), "t.j2"))
    files = {"_layouts/event.html": LAYOUT}
    for number, typed in enumerate(TYPED):
        here = linked(typed, number).model_copy(update={"id": f"e{number:05}"})
        files[store.path(here.id)] = store.write(here)
    yml = EntryTemplate("- title: {{ title }}\n  url: {{ url }}\n  place: '{{ location }}'\n", YamlList(), "t.j2")
    files["_data/yml.yml"] = "".join(yml.render(linked(typed)) for typed in TYPED)
    source = '{"title": "{{ title }}", "url": "{{ url }}", "place": "{{ location }}"}'
    json_ = EntryTemplate(source, JsonList(), "t.j2")
    files["_data/json.json"] = f"[{','.join(json_.render(linked(typed)) for typed in TYPED)}]"
    head = "title,url,place\n"
    rows = EntryTemplate(f"{head}{{{{ title }}}},{{{{ url }}}},{{{{ location }}}}\n", CsvList(), "t.j2")
    files["_data/csv.csv"] = head + "".join(rows.render(linked(typed)).removeprefix(head) for typed in TYPED)
    for name in ("yml", "json", "csv"):
        files[f"{name}.html"] = f"---\n---\n<ul>{LOOP.replace('NAME', name)}</ul>"
        files[f"{name}-links.md"] = f"---\n---\n{LINKS.replace('NAME', name)}"
    built = build(tmp_path / "site", files, "title: x\ncollections: {events: {output: true}}\n")
    for number, typed in enumerate(TYPED):
        page = (built / f"events/e{number:05}.html").read_text(encoding="utf-8")
        raw, _, rest = page.partition("<div>")
        title = f"title={as_shown(typed)}"
        *found, quoted, _, _ = tokens(raw.replace("&#8288;", ""))
        shown = [("<", "main"), ("<", "h1"), ("text", seen(as_shown(typed))), (">", "h1")]
        assert found == [*shown, ("<", "p", title), ("text", "x"), (">", "p")], typed
        # An apostrophe alone may end an attribute, but no other one gets a value.
        assert all(one.startswith("title=") or ("'" in typed and one.endswith("=None")) for one in quoted[2:]), typed
        assert_does_nothing(f"<div>{rest}".removesuffix("</main>\n"), typed)
    for name in ("yml", "json", "csv"):
        found = tokens((built / f"{name}.html").read_text(encoding="utf-8").replace("&#8288;", ""))
        assert [one for one in found if one[0] == "<"][1:] == [
            token for typed in TYPED for token in (("<", "li"), ("<", "b", f"title={as_shown(typed)}"))
        ]
        assert_does_nothing((built / f"{name}-links.html").read_text(encoding="utf-8"), name)


@pytest.mark.jekyll
def test_ruby_reads_what_was_written(tmp_path: Path) -> None:
    template = EntryTemplate(FORMATS["yaml"][1], FrontMatter(), "t.j2")
    for number, typed in enumerate(TYPED):
        parts = cut(template.render(event(typed)))
        (tmp_path / f"{number}.yml").write_text(parts.keys if parts else "", encoding="utf-8")
    script = """
        require "json"
        require "yaml"
        files = (0...ARGV[1].to_i).map { |number| File.join(ARGV[0], "#{number}.yml") }
        puts JSON.generate(files.map { |file| YAML.safe_load(File.read(file, :encoding => "utf-8")) })
    """
    done = subprocess.run(
        [need("ruby"), "-e", script, tmp_path, str(len(TYPED))], capture_output=True, text=True, check=True
    )
    for typed, found in zip(TYPED, json.loads(done.stdout), strict=True):
        assert {as_typed(leaf.rstrip("\n")) for leaf in leaves(found)} == {cleaned(typed)}, typed
