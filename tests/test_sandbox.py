"""A site's own template in its child process: what it is for, and everything that it must not do."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from almanac.entries.frontmatter import FrontMatter
from almanac.entries.template import EntryTemplate
from almanac.errors import ConfigError
from almanac.event.model import Event, Person
from almanac.packaged import template
from almanac.renderer import own_entry_writer
from almanac.sandbox import render_in_child

from tests.reference import GOVERNMENTS, UNIVERSITIES, page_sections

FILE = ".almanac/section.md.j2"
EVENT = Event(id="2021-11-08-x", title="T", date="2021-11-08")


def titled(title: str) -> Event:
    return EVENT.model_copy(update={"title": title})


def failure(source: str) -> tuple[str, int | None]:
    with pytest.raises(ConfigError) as caught:
        render_in_child(source, [EVENT], FILE)
    problem = caught.value.problems[0]
    assert problem.file == FILE
    return problem.message, problem.line


def test_the_house_style_is_the_same_in_a_child() -> None:
    written = render_in_child(template("section.md.j2"), [GOVERNMENTS, UNIVERSITIES], FILE)
    assert tuple(written) == page_sections()


def test_a_child_knows_the_language_that_an_example_names() -> None:
    source = (
        "{{ date | like('de: 8. Oktober 2021') }} {{ date | like(\"fr: 8 octobre 2021\") }}{{ date | like('xq: 8') }}"
    )
    event = EVENT.model_copy(update={"date": "2021-12-09"})
    with pytest.raises(ConfigError, match="cannot be read: xq: 8"):
        render_in_child(source, [event], FILE)
    [written] = render_in_child(source.rpartition("{{")[0], [event], FILE)
    assert written == "9&#46; Dezember 2021 9 décembre 2021"


def test_no_events_no_sections() -> None:
    assert render_in_child("x", [], FILE) == []


def test_a_file_is_the_same_in_a_child() -> None:
    source = "---\ntitle: {{ title }}\nday: {{ date | like('8 Nov 2021') }}\n---\n{{ description | markdown }}\n"
    event = EVENT.model_copy(update={"title": "a: b", "description": "*x*"})
    here, there = EntryTemplate(source, FrontMatter(), FILE), own_entry_writer(source, FILE)
    written = EntryTemplate(source, FrontMatter(), FILE, there).render(event)
    assert written == here.render(event) == '---\ntitle: "a: b"\nday: 8 Nov 2021\n---\n*x*\n'
    assert there(event) is there(event)
    with pytest.raises(ConfigError, match="fails for the event"):
        own_entry_writer("---\na: {{ people[0].nope }}\n---\n", FILE)(
            EVENT.model_copy(update={"people": (Person(name="N"),)})
        )


def test_text_arrives_whole() -> None:
    event = EVENT.model_copy(update={"title": "é 日本 👩‍💻 \u2028 \x00 \x85 {{ x }}", "people": (Person(name="N"),)})
    written = render_in_child("{{ title }} {{ people[0].name }}", [event], FILE)
    assert written == ["é 日本 👩‍💻" + " " * 6 + "&#123;&#123; x &#125;&#125; N"]


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        ("a\n{% if %}", 2, "cannot be read"),
        ("a\n\n{{ title | nope }}", 3, "nope"),
        ("a\n{{ nope }}", 2, "nope"),
        ("{{ people[0].nope }}", 1, "fails for the event 2021-11-08-x"),
        ("\n{{ 1 // 0 }}", 2, "division"),
        ("{{ event }}", 1, "name the one that you mean"),
        ("{% include 'x' %}", 1, "loader"),
        ("{% for i in range(2) %}\n{{ loop.nope }}\n{% endfor %}", 2, "nope"),
    ],
)
def test_a_mistake_is_named_with_its_line(source: str, line: int, words: str) -> None:
    message, where = failure(source)
    assert where == line
    assert words in message


def test_the_child_is_told_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "ghs_secret")
    message, _ = failure("{{ cycler.__init__.__globals__.os.environ }}")
    assert "unsafe" in message


@pytest.mark.parametrize(
    "source",
    [
        "{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}",
        "{{ range(10**9) | list }}",
        "{{ 'a' * 10**9 }}",
        "{{ 'a' * 10**12 }}",
        "{{ 10**(10**9) }}",
        "{{ '%1000000000d' % 1 }}",
        "{{ 'x'.ljust(10**9) }}",
        "{% set a = [0] * 10**9 %}",
        "{% for i in range(100000) %}{{ 'x' * 1000 }}{% endfor %}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{{ title | center(10**9) }}",
        "{{ (" + "(" * 5_000 + "1" + ")" * 5_000 + ") }}",
        "{{ title.replace('', 'x' * 10**6).replace('', 'x' * 10**6) }}",
    ],
)
def test_a_greedy_template_is_stopped_and_the_next_one_is_not(source: str) -> None:
    failure(source)
    assert render_in_child("{{ title }}", [EVENT], FILE) == ["T"]


def test_nothing_of_a_longer_answer_stays_in_the_next() -> None:
    long = titled("secret " * 1_000)
    assert "secret" in render_in_child("{{ title }}", [long], FILE)[0]
    assert render_in_child("x", [EVENT], FILE) == ["x"]


def test_a_template_is_stopped_by_the_clock_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("almanac.sandbox.PATIENCE", 1)
    message, _ = failure("{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}")
    assert "longer than 1 seconds" in message
    monkeypatch.undo()
    assert render_in_child("{{ title }}", [EVENT], FILE) == ["T"]


def test_threads_have_a_process_each() -> None:
    with ThreadPoolExecutor(4) as pool:
        written = pool.map(lambda title: render_in_child("{{ title }}", [titled(title)], FILE)[0], "abcdefgh")
        assert list(written) == list("abcdefgh")


def test_the_child_has_no_environment_and_no_files() -> None:
    code = (
        "import almanac.sandboxed as s, os, sys\n"
        "s._warm_up()\n"
        "s._give_up_rights()\n"
        "print(dict(os.environ).keys() - {'LC_CTYPE'})\n"
        "try: open('/etc/passwd')\n"
        "except OSError as e: print(type(e).__name__)\n"
    )
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code], env={}, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == ["set()", "OSError"]
