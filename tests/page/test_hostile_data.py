"""Records: what Python wrote, Ruby reads byte for byte, and a Liquid loop over the data shows it as it was typed."""

import json
import subprocess
from pathlib import Path

import pytest
from almanac.event.model import Event, Image, Link, Person
from almanac.event.record import read_record, write_record
from almanac.text import clean_text

from tests.built import DEFAULT, Token, build, tokens, with_text
from tests.hostile import HOSTILE, HOSTILE_TEXTS
from tests.tools import need

CLEANED = tuple(filter(None, dict.fromkeys(map(clean_text, (*HOSTILE, *HOSTILE_TEXTS)))))
WORD = "Harmlessword"

# As docs/untrusted-text.md tells a site's author: on a page without Markdown, and within a block of HTML on one with.
LOOP = """\
<ul>
{%- for entry in site.data.events -%}
{%- assign event = entry[1] -%}
<li>
<h3 title="{{ event.title | escape }}">{{ event.title | escape }}</h3>
<p>{{ event.description | escape | newline_to_br }}</p>
{%- for person in event.people -%}<p>{{ person.name | escape }}, {{ person.affiliation | escape }}</p>{%- endfor -%}
{%- for point in event.agenda -%}<p>{{ point | escape }}</p>{%- endfor -%}
{%- for tag in event.tags -%}<p>{{ tag | escape }}</p>{%- endfor -%}
<p>{{ event.image.alt | escape }}</p>
<p>{{ event.extra.room | escape }}</p>
</li>
{%- endfor -%}
</ul>
"""


def event(typed: str, number: int = 1) -> Event:
    return Event(
        id=f"2021-11-08-{number}",
        series=typed,
        title=typed,
        date="2021-11-08",
        when=typed,
        people_label=typed,
        people=(Person(name=typed, affiliation=typed, role=typed),),
        description=typed,
        agenda=(typed,),
        links=(Link(label=typed, url="https://example.org/"),),
        tags=(typed, f"{typed}!"),
        image=Image(path=typed, url=typed, alt=typed),
        extra={"room": typed, "many": (typed, typed), "ticked": {typed: True}},
        markdown=typed,
    )


@pytest.mark.parametrize("typed", CLEANED)
def test_a_record_gives_back_what_was_put_in(typed: str) -> None:
    assert read_record(write_record(event(typed)), "x.yml") == event(typed)


@pytest.mark.jekyll
def test_ruby_reads_a_record_as_it_was_written(tmp_path: Path) -> None:
    for number, typed in enumerate(CLEANED):
        (tmp_path / f"{number}.yml").write_text(write_record(event(typed)), encoding="utf-8")
    script = """
        require "json"
        require "yaml"
        files = (0...ARGV[1].to_i).map { |number| File.join(ARGV[0], "#{number}.yml") }
        puts JSON.generate(files.map { |file| YAML.safe_load(File.read(file, :encoding => "utf-8")) })
    """
    done = subprocess.run(
        [need("ruby"), "-e", script, tmp_path, str(len(CLEANED))], capture_output=True, text=True, check=True
    )
    for typed, found in zip(CLEANED, json.loads(done.stdout), strict=True):
        assert found == event(typed).model_dump(mode="json", exclude_defaults=True)


@pytest.mark.jekyll
def test_a_liquid_loop_that_escapes_as_documented(tmp_path: Path) -> None:
    files = dict.fromkeys(("page.html", "written.md"), f"---\n---\n{LOOP}")
    for number, typed in enumerate((WORD, *CLEANED)):
        files[f"_data/events/{number:05}.yml"] = write_record(event(typed, number))
    built = build(tmp_path / "site", files, DEFAULT)
    for name in ("page.html", "written.html"):
        assert_shown_as_typed(tokens((built / name).read_text(encoding="utf-8")))


def assert_shown_as_typed(built: list[Token]) -> None:
    items = [number for number, token in enumerate(built) if token[:2] == ("<", "li")]
    assert len(items) == len(CLEANED) + 1
    harmless = shape(built[items[0] : items[1]])
    for typed, start, end in zip(CLEANED, items[1:], [*items[2:], len(built) - 1], strict=True):
        found = shape(built[start:end])
        if "\n" in typed:  # a line break of the description is one on the page
            found = [token for token in found if token[1] != "br"]
            assert elements(found) == elements(harmless), typed
        else:
            assert found == with_text(harmless, {WORD: typed}), typed


def elements(found: list[Token]) -> list[Token]:
    return [token for token in found if token[0] != "text"]


def shape(found: list[Token]) -> list[Token]:
    """Leave the titles' attribute to its own check: it holds the text, and nothing of it is an attribute."""
    assert [len(token) for token in found if token[:2] == ("<", "h3")] == [3]
    return [token[:2] if token[:2] == ("<", "h3") else token for token in found]
