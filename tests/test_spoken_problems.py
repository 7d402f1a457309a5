"""What is wrong with a site's own files is said in its language, be it settings, forms, templates, records or lists."""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest
from almanac.catalogues import Translated
from almanac.config import PATH, Language
from almanac.defaults import load_messages
from almanac.engine.run import reconcile
from almanac.entries.kinds import file_format, list_format
from almanac.entries.template import EntryTemplate
from almanac.errors import ConfigError, Problem, UserError
from almanac.event.model import Event
from almanac.event.record import read_record
from almanac.form.schema import lint, read_form
from almanac.histories import read_config
from almanac.phrases import packed, say, unpacked
from almanac.proposal.messages import OwnTemplate
from almanac.proposal.state import Draft
from almanac.sandbox import render_in_child

from tests.english import english_in
from tests.memory import memory_site
from tests.scenes import CONFIG, PAGE, new_scene

LANGUAGES: tuple[Language, ...] = get_args(Translated)
EVENT = Event(id="2021-11-08-x", title="T", date="2021-11-08")
SETTINGS = (
    "pages: x.md",
    "zzz: x.md",
    "page: ../secret",
    "page: 2021",
    "page: {a: b}",
    "files:\n  - a",
    "series: {A: }",
    "files: events.txt",
    "list: events.txt",
    "files: _events/{what}.md",
    "labels: event",
    "labels: [1]",
    "order: upwards",
    "recordings: aks",
    "max_open_per_author: 0",
    "max_open_per_author: many",
    "language: xx",
    "- page",
    "page",
    "dashboard: 'yes'",
    "pull_requests: {title: '{what}'}",
    "pull_requests: {title: 'x{title}'}",
    f"pull_requests: {{title: '{'x' * 200}'}}",
    "pull_requests: {reviewers: ['?']}",
    "pull_requests: {labels: ['']}",
    f"pull_requests: {{labels: ['{'x' * 60}']}}",
    "pull_requests: 3",
    "organizer: {url: https://a.example}",
    "organizer: {name: A, url: a b}",
    "time_zone: Mars",
    "time_zones: {ET: Nowhere}",
    "series: {A: {time_zones: [XYZ]}}",
    "series: {A: {drafts: 2}}",
    "series: {A: {drafts: 9, every: week}}",
    "series: {A: {every: now and then}}",
    "series: {A: {skip: [tomorrow]}}",
    "series: 3",
    "upcoming: #Coming",
    "page: a.md\nupcoming: a.md",
    "page: a.md\nfeed: a.md",
    "histories: {A: {page: a.md}}",
    "histories: {a: {page: a.md}, b: {page: a.md}}",
    "page: a.md\nhistories: {a: {page: a.md}}",
    "form: f.yml\nhistories: {a: {page: a.md}}",
    "page: a\npage: b",
    "? [a]: b",
    "page: &x a\norder: *x",
    "a: b: c",
    "a: 'x",
    'a: "\\q"',
    "a: [1",
    "a: @x",
    "a:\n\tb: 1",
    "a:\n  b: 1\n c: 2",
    "- a\nb: 1",
    "a: *x",
    "a: &",
    "a: !<x",
    "a: - b",
    "a: ]",
    "a: |\n x\nz",
    "a: 1\n---\nb: 2",
    "%FOO bar\n---\na: 1",
    "a: \x01",
    "a: " + "[" * 40,
    "page: x\n" * 600_000,
)
FIELD = "  - type: input\n    id: a\n    attributes: {label: A}\n"
FORMS = (
    "",
    "name: x",
    "- x",
    "body: 3",
    "body: []",
    "body:\n  - type: what",
    "body:\n  - attributes: {label: A}",
    "body:\n  - type: input\n    attributes: {label: ''}",
    "body:\n  - type: input\n    id: 'a b'\n    attributes: {label: A}",
    "body:\n  - type: input\n    attributes: {label: '?'}",
    "body:\n  - type: dropdown\n    attributes: {label: A, options: []}",
    "body:\n  - type: dropdown\n    attributes: {label: A, multiple: 3, options: [a]}",
    "body:\n  - type: checkboxes\n    attributes: {label: A, options: [a]}",
    f"body:\n{FIELD}{FIELD}",
)
LINTED = (
    f"body:\n{FIELD}{FIELD.replace('id: a', 'id: b')}",
    f"body:\n{FIELD}{FIELD.replace('id: a', 'id: b')}".replace("input", "textarea"),
    'body:\n  - type: dropdown\n    id: a\n    attributes: {label: "A\\nB", options: [None, x, x, "a\\nb"]}\n',
    "body:\n  - type: dropdown\n    id: a\n    attributes: {label: A, multiple: true, options: [a, b, 'a, b']}\n",
)
TEMPLATES = (
    *("{{ tittle }}", "{{ title | zzz }}", "{{ title.foo }}", "{{ title is fooo }}", "{% if %}", "{% if title %}"),
    *("{% fro x %}", "{{ title }", "{# a", "{{ title + 1 }}", "{{ 1 // 0 }}", "{{ event }}", "<a href={{ title }}>"),
    *("[x]({{ title }})", "[x]: {{ title }}", "{: {{ title }}", "`{{ title }}`", "<script>{{ title }}", "{{ ? }}"),
    *("{{ date | like('xq') }}", "{% include 'x' %}", "{% for x in range(10**9) %}{% endfor %}", "{{ a b }}"),
    *("{{ 'x' * 10000000 }}", "{% call html('onclick=1') %}x{% endcall %}", "{% call html(title) %}x{% endcall %}"),
    *("{% filter upper %}x{% endfilter %}", "{{ title }}[x](y)", "{% raw %}{{", "{% endif %}"),
)
ENTRIES = (
    *(
        ("_events/{slug}.md", text)
        for text in ("x", "---\na: '\n---\n", "---\n{{ title }}: x\n---\n", "---\n- x\n---\n")
    ),
    *(("_events/{slug}.md", f"---\na: {text}\n---\n") for text in ("{{ tittle }}", "{{ title | truncate(1) }}b: x")),
    ("_events/{slug}.md", "+++\na = \n+++\n"),
    *(("events.yml", text) for text in ("a: 1", "- 1\n- 2", "- a: '{{ title", "- a: \U000f5a10\n")),
    *(
        ("events.json", text)
        for text in ("[]", "{", '{"a" 1}', '{"a": "x}', '{"a": 1} x', '{"a": 1, "a": 2}', "{a: 1}")
    ),
    *(("events.json", text) for text in ('{"a": }', '{"a": NaN}', '{"a": "\\q"}', '{"a": "\n"}', "[" * 100_000)),
    *(("events.csv", text) for text in ("a\n", "a,a\nx,y\n", 'a\n"x', "a\nb\nc\n")),
)
LISTS = (
    *(("events.yml", text) for text in ("a: 1\n- b", "x", "[{a: 1}]")),
    *(("events.json", text) for text in ("{", "3", "[{}")),
    *(("events.csv", text) for text in ('"x', "a,a\n")),
)
RECORDS = (
    *("title: X", "date: 2021-11-08", "title: X\ndate: 2021", "titel: X", "- x", "title: [a]\ndate: 2021"),
    *(f"id: 2021-x\ntitle: X\ndate: {date}" for date in ("soon", "2021-02-30", "0001", "2021\nstarts: now")),
    "id: 2021-x\ntitle: X\ndate: 2021-11-08\nend_date: 2021-11-01",
    "id: 2021-x\ntitle: X\ndate: 2021-11\nend_date: 2021-12",
    "id: 2021-x\ntitle: X\ndate: 2021\nurl: a b\nstatus: what\npeople: 3\nissue: x\ntime_zone: Mars",
)


def _raised(read: Callable[..., object], *given: Any) -> Iterator[Problem]:
    try:
        read(*given)
    except UserError as error:
        yield from error.problems


def _of_entry(path: str, text: str) -> None:
    kind = file_format(path) if "{" in path else list_format(path, text)
    EntryTemplate(text, kind, "entry.j2").render(EVENT)


def _of_site(files: dict[str, str | bytes], read: str) -> Iterator[Problem]:
    return _raised(getattr, memory_site(files), read)


@cache
def _problems() -> tuple[Problem, ...]:
    return tuple(dict.fromkeys(_found()))


def _found() -> Iterator[Problem]:
    for text in SETTINGS:
        yield from _raised(read_config, text)
    for text in FORMS:
        yield from _raised(read_form, text)
    for text in LINTED:
        yield from lint(read_form(text))
    for text in TEMPLATES:
        yield from _raised(render_in_child, text, [EVENT], "section.j2")
    for path, text in ENTRIES:
        yield from _raised(_of_entry, path, text)
    for path, text in LISTS:
        yield from _raised(list_format(path, text).entries, text, path)
    for text in RECORDS:
        yield from _raised(read_record, text, "_data/events/2021-x.yml")
    yield from _of_site({PATH: "form: f.yml"}, "form")
    yield from _of_site({PATH: "page: p.md"}, "page")
    yield from _of_site({PATH: "page: p.md\nsection_template: t.j2"}, "section_template")
    yield from _of_site({PATH: "files: _events/{slug}.md\nfile_template: t.j2"}, "store")
    yield from _of_site({PATH: "files: _events/{slug}.md"}, "store")
    yield from _of_site({PATH: "files: _events/{what}.md\nfile_template: t.j2", "t.j2": "---\na: 1\n---\n"}, "store")
    yield from _of_site({PATH: b"page: \xff"}, "config")
    yield from _of_site({PATH: "x" * 70_000}, "config")
    yield from _of_site({"_data/events/x.yml": "- a"}, "ids")
    yield from _of_site({"_data/events/x.yml": "- a", "_data/events/y.json": "3"}, "ids")
    yield from _of_site({"_data/events/2021-x.yaml": "id: 2021-x"}, "record_texts")


def test_there_is_something_wrong_in_each() -> None:
    assert [text for text in SETTINGS if not [*_raised(read_config, text)]] == ["files: _events/{what}.md"]
    assert all([*lint(read_form(text))] for text in LINTED)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_wrong_is_said_in_the_site_s_language(language: Language) -> None:
    messages = load_messages().of_site({}, language)
    for problem in _problems():
        text = messages.write(Draft("settings", {"problems": (problem,)}))
        assert not english_in(text), problem


def test_a_template_of_messages_fails_in_the_site_s_language() -> None:
    for source in ("{{ nothing }}", "{% if %}", "{{ 1 // 0 }}"):
        own = {"problems": OwnTemplate(source, "m.md.j2")}
        with pytest.raises(ConfigError) as caught:
            load_messages().of_site(own, "de").write(Draft("problems", {"problems": ()}))
        text = load_messages().of_site({}, "de").write(Draft("settings", {"problems": caught.value.problems}))
        assert "Vorlage" in text
        assert not english_in(text)


def test_broken_settings_are_told_in_german_on_the_issue(tmp_path: Path) -> None:
    with new_scene("local", tmp_path, config="language: de\n") as scene:
        number = scene.file(title="Suppe", date="2022-01-20")
        for settings in (
            f"page: {PAGE}\nlanguage: Deutsch\n".encode(),
            f"page: {PAGE}\nlanguage: de\n# Grüße\n".encode("latin-1"),
            f"page: {PAGE}\nlanguage: de\n{'#' * 65_536}".encode(),
            f"page: {PAGE}\nlanguage: de\npaeg: x\n".encode(),
            f"page: {PAGE}\nlanguage: de\nsection_template: s\n".encode(),
        ):
            scene.world.commit({CONFIG: settings, "s": b"{{ tittle }}"})
            with pytest.raises(UserError):
                reconcile(number, scene.world.forge, load_messages())
            [comment] = scene.world.comments(number)
            assert not english_in(comment.body)
        assert "Am ähnlichsten ist `title`" in comment.body


def test_a_text_comes_back_from_another_process_as_it_was() -> None:
    text = say("{one} and {number:,}", one=say("x"), number=3) + " y"
    back = unpacked(packed(text))
    assert (back, packed(back)) == (text, packed(text))


@pytest.mark.parametrize("source", ["{x.of}", "{x:9999999999}", "{x!r}", "{0[1]}", "{"])
def test_nothing_is_looked_up_in_what_another_process_says(source: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        unpacked({"sources": [source], "values": {"x": "y"}, "amount": 1})
