"""What is read out of entries that people wrote, by a template that says what stands where."""

from typing import Any

import pytest
from almanac.config import Config
from almanac.dateanswers import Days
from almanac.entries.frontmatter import FrontMatter
from almanac.entries.inyaml import YamlList
from almanac.entries.meaning import fields_of, read_event
from almanac.entries.stores import FileStore
from almanac.entries.template import EntryTemplate
from almanac.errors import UserError
from almanac.event.change import moved
from almanac.event.model import Event


def read(template: str, keys: str, body: str = "", name: str = "2020-01-02-x") -> dict[str, Any]:
    """Return what is read, but for a title and a date that only the file's name says."""
    made = EntryTemplate(f"---\n{template}---\n", FrontMatter(), "t.j2")
    (entry,) = FrontMatter().entries(f"---\n{keys}---\n{body}")
    found = fields_of(made, entry.data, entry.body, name)
    return {one: value for one, value in found.items() if (one, value) not in NAMED.items()}


NAMED = {"title": "2020 01 02 x", "date": "2020-01-02"}


@pytest.mark.parametrize(
    ("template", "keys", "expected"),
    [
        ("a: {{ title }}", "a: R&amp;D", {"title": "R&D"}),
        ("a: {{ title | plain }}", "a: R&amp;D", {"title": "R&amp;D"}),
        ("a: {{ title }}", "a:", {}),
        ("a: {{ title }}", "b: x", {}),
        ("a: 'Talk: {{ title }}'", "a: 'Talk: x'", {"title": "x"}),
        ("a: 'Talk: {{ title }}'", "a: x", {}),
        ("a: {{ title | upper }}", "a: X", {}),
        ("a: {{ series }} {{ title }}", "a: X y", {}),
        ("a: {{ 1 }}{{ title }}", "a: 1x", {}),
        ("a: {b: {{ location }}}", "a: {b: Hall}", {"location": "Hall"}),
        ("a: {b: {{ location }}}", "a: Hall", {}),
        ("a: {{ number }}", "a: 12", {"number": 12}),
        ("a: {{ number }}", "a: many", {}),
        ("a: {{ status }}", "a: called off", {"status": "cancelled"}),
        ("a: {{ status }}", "a: Entf\u00e4llt!", {"status": "cancelled"}),
        ('a: {{ status | in_words("de") | capitalize }}', "a: Verschoben", {"status": "postponed"}),
        ('a: {{ title | with_status("fr") }}', "a: 'ANNUL\u00c9E : Owls'", {"title": "Owls", "status": "cancelled"}),
        ("a: {{ image.path }}", "a: x.png", {"image": {"path": "x.png"}}),
        ("a: {{ image }}{{ '' }}", "a: x.png", {}),
        ("a: {{ extra.free }}", "a: true", {"extra": {"free": "true"}}),
        ("a: [{% for one in extra.topics %}{{ one }}, {% endfor %}]", "a: [x, 2]", {"extra": {"topics": ("x", "2")}}),
        ("a: [{% for tag in tags %}{{ tag }}, {% endfor %}]", "a: [x, y]", {"tags": ("x", "y")}),
        ("a: [{% for tag in tags %}{{ tag }}, {% endfor %}]", "a: x", {"tags": ("x",)}),
        ("a: [{% for one in series %}{{ one }}, {% endfor %}]", "a: [x]", {}),
        ("a: {{ tags | join(', ') }}", "a: x, y", {"tags": ("x", "y")}),
        ("a: {{ tags | join(', ') }}", "a: [x, y]", {"tags": ("x", "y")}),
        ("a: {{ tags[0] }}", "a: x", {"tags": ("x",)}),
        ("a: {{ url or recording }}\nb: {{ recording }}", "a: x\nb: x", {"recording": "x"}),
        ("a: {{ url or recording }}\nb: {{ recording }}", "a: y\nb: x", {"url": "y", "recording": "x"}),
        (
            "a: {{ people | names }}",
            "a: Ada, Bo & Cy and Di",
            {"people": [{"name": n} for n in ("Ada", "Bo", "Cy", "Di")]},
        ),
        ("a: {{ people | names('; ') }}", "a: Ada, L; Bo", {"people": [{"name": "Ada, L"}, {"name": "Bo"}]}),
        (
            "a: {{ people[1].name }}\nb: {{ people[0].name }}\nc: {{ people[1].url }}",
            "a: Bo\nb: Ada\nc:",
            {"people": [{"name": "Ada"}, {"name": "Bo"}]},
        ),
        ("a: {{ people[0].affiliation }}", "a: X", {}),
        ("a: {{ people[0].a.b }}", "a: X", {}),
        (
            "l:\n{% for one in links %}\n- {t: {{ one.label }}, u: {{ one.url }}}\n{% endfor %}",
            "l:\n- {t: A, u: 'https://a.org'}\n- {t: B}\n- \n- C",
            {"links": [{"label": "A", "url": "https://a.org"}]},
        ),
        ("a: {{ issue }}", "a: {b: c}", {}),
    ],
)
def test_values_of_keys(template: str, keys: str, expected: dict[str, Any]) -> None:
    assert read(f"{template}\n", f"{keys}\n") == expected


@pytest.mark.parametrize(
    ("template", "keys", "expected"),
    [
        ("a: {{ date }}", "a: 2021-11-08", {"date": "2021-11-08"}),
        ("a: {{ date | like('09/25/2026') }}", "a: 03/04/2026", {"date": "2026-03-04"}),
        ("a: {{ date | like('25/09/2026') }}", "a: 03/04/2026", {"date": "2026-04-03"}),
        ("a: {{ date }}", "a: 03/04/2026", {}),
        ("a: {{ date }}", "a: soon", {}),
        ("a: {{ date | like('September 2026') }}", "a: May 2026", {"date": "2026-05"}),
        (
            "d: {{ date[8:10] }}\nm: {{ date | like('September') }}\ny: {{ date[:4] | int }}",
            "d: 8\nm: September\ny: 2025",
            {"date": "2025-09-08"},
        ),
        ("m: {{ date | like('May 2026') }}\nd: {{ date[8:] }}", "m: September 2025\nd: 31", {"date": "2025-09"}),
        ("a: {{ (end_date or date) }}", "a: 2021-11-08", {"date": "2021-11-08"}),
        (
            "a: {{ end_date or date }}\nb: {{ date }}",
            "a: 2021-11-09\nb: 2021-11-08",
            {"date": "2021-11-08", "end_date": "2021-11-09"},
        ),
        ("a: {{ end_date or date }}\nb: {{ date }}", "a: 2021-11-08\nb: 2021-11-08", {"date": "2021-11-08"}),
        ("a: {{ end_date }}", "a: soon", {}),
        ("a: {{ starts or date }}", "a: 2021-11-08 6:30pm", {"date": "2021-11-08", "when": "6:30pm"}),
        ("a: {{ starts | like('8:00') }}", "a: 18:30", {"when": "18:30"}),
        (
            "a: {{ starts or date }}\nb: {{ ends }}",
            "a: 2021-11-08T18:30:00-05:00\nb: 2021-11-08T19:30-05:00",
            {"date": "2021-11-08", "starts": "2021-11-08T18:30:00-05:00", "ends": "2021-11-08T19:30-05:00"},
        ),
        (
            "a: {{ (starts or date) | like('2021-11-08 09:00:00 +0000') }}",
            "a: 2026-03-10 18:30:00 +0200",
            {"date": "2026-03-10", "starts": "2026-03-10T18:30:00+02:00"},
        ),
        ("a: {{ starts or date }}", "a: 2021-11-08 09:30:00", {"date": "2021-11-08", "when": "09:30"}),
        ("a: {{ starts }}\nb: {{ ends | like('8:00') }}", "a: 2021-11-08\nb: 9:00", {"date": "2021-11-08"}),
        ("a: {{ date[8:10] }}", "a: 8", {}),
    ],
)
def test_dates(template: str, keys: str, expected: dict[str, Any]) -> None:
    assert read(f"{template}\n", f"{keys}\n") == expected


@pytest.mark.parametrize(
    ("body", "name", "title"),
    [
        ("\nText\n\n**The title**\n", "x", "The title"),
        ("# A *title*\n", "x", "A title"),
        (' * ["Talk"](https://x.org)\n', "x", '"Talk"'),
        ("<h2>Title</h2>\n", "x", "Title"),
        ("Text\n", "2020-01-02_open-source", "2020 01 02 open source"),
        ("- \nText\n", "wp", "wp"),
    ],
)
def test_a_title_that_no_key_has(body: str, name: str, title: str) -> None:
    assert read("a: 1\n", "a: 1\n", body, name)["title"] == title


OWN = "almanac:\n  "


@pytest.mark.parametrize(
    ("template", "keys", "expected"),
    [
        ("a: {{ title }}", "a: x\nalmanac: y", {"title": "x"}),
        ("a: {{ title }}", f"a: x y\n{OWN}title: x  y", {"title": "x  y"}),
        ("a: {{ title }}", f"a: z\n{OWN}title: x", {"title": "z"}),
        ("a: {{ title | upper }}", f"a: X\n{OWN}title: x", {"title": "x"}),
        ("a: {{ date | heading_date }}", f"a: May 5th, 2021\n{OWN}date: 2021-05-05", {"date": "2021-05-05"}),
        ("a: {{ date | heading_date }}", f"a: May 6th, 2021\n{OWN}date: 2021-05-05", {"date": "2021-05-06"}),
        ("a: {{ title | text }}", f"a: x\n{OWN}title: x", {"title": "x"}),
        ("a: [{% for tag in tags %}{{ tag }}, {% endfor %}]", f"a: [x]\n{OWN}tags: [x, y]", {"tags": ("x",)}),
        ("a: {{ date | like('x') }}", f"a: May 6th, 2021\n{OWN}date: 2021-05-05", {"date": "2021-05-06"}),
        ("a: {{ date[:4] }}", f"a: 2022\n{OWN}date: 2021-05-05", {"date": "2021-05-05"}),
        ("a: {{ tags | join(', ') }}", f"a: x, y\n{OWN}tags: ['x, y']", {"tags": ["x, y"]}),
        ("a: {{ tags | join }}", f"a: xy\n{OWN}tags: [x, y]", {"tags": ["x", "y"]}),
        ("a: {{ people | names }}", f"a: A, B\n{OWN}people: [{{name: 'A, B'}}]", {"people": [{"name": "A, B"}]}),
        ("a: {{ people[1].name }}", f"a:\n{OWN}people: [{{name: A}}]", {"people": [{"name": "A"}]}),
        ("a: {{ extra.room }}", f"a: 2\n{OWN}extra: {{room: 1, n: 3}}", {"extra": {"room": "2", "n": 3}}),
        ("a: {{ extra.room }}", f"a: 1\n{OWN}extra: {{room: '1'}}", {"extra": {"room": "1"}}),
        ("a: {{ image }}{{ '' }}", f"a: x\n{OWN}location: ''", {"location": None}),
        ("a: {{ image.path }}", f"a: x\n{OWN}image: {{path: x, alt: y}}", {"image": {"path": "x", "alt": "y"}}),
        ("a: {{ starts | like('8:00') }}", f"a: noon\n{OWN}starts: 2021-05-05T12:30:00+02:00", {"starts": None}),
    ],
)
def test_what_the_own_key_says(template: str, keys: str, expected: dict[str, Any]) -> None:
    found = read(f"{template}\n", f"{keys}\n")
    assert {name: found.get(name) for name in expected} == expected


def test_a_moment_that_a_person_wrote_over_another() -> None:
    found = read(
        "a: {{ starts }}\n", f"a: 2021-05-05T19:00:00+02:00\n{OWN}starts: 2021-05-05T18:00:00+02:00\n  when: 6pm\n"
    )
    assert found == {"date": "2021-05-05", "starts": "2021-05-05T19:00:00+02:00"}


@pytest.mark.parametrize(
    ("clock", "own", "expected"),
    [
        ("7pm", "time_zone: Europe/Berlin", {"starts": "2021-05-05T19:00:00+02:00", "when": None}),
        ("12:15am", "time_zone: Europe/Berlin", {"starts": "2021-05-05T00:15:00+02:00", "when": None}),
        ("7pm", "time_zone: Nowhere/At_All", {"starts": None, "when": "7pm"}),
        ("7pm", "url: x", {"starts": None, "when": "7pm"}),
        ("", "url: x", {"starts": None, "when": None}),
    ],
)
def test_a_time_that_a_person_wrote_over_another(clock: str, own: str, expected: dict[str, Any]) -> None:
    template = "d: {{ date }}\na: {{ starts | like('8:00am') }}\n"
    found = read(template, f"d: 2021-05-05\na: {clock}\n{OWN}starts: 2021-05-05T18:00:00+02:00\n  {own}\n")
    assert {name: found.get(name) for name in expected} == expected


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ("starts: 2021-05-04T18:00:00+02:00", {"starts": "2021-05-05T18:00:00+02:00"}),
        ("starts: soon", {"starts": "soon"}),
        ("end_date: 2021-05-04", {"end_date": None}),
        ("end_date: 2021-05-06", {"end_date": "2021-05-06"}),
    ],
)
def test_what_follows_a_date(own: str, expected: dict[str, Any]) -> None:
    found = read("d: {{ date }}\n", f"d: 2021-05-05\n{OWN}{own}\n")
    assert {name: found.get(name) for name in expected} == expected


@pytest.mark.parametrize(
    ("template", "body", "expected"),
    [
        ("{{ description | markdown }}\n", "One\n\n- two\n", "One\n- two"),
        ("# Text\n\n{{ description | markdown }}\n\n[all](/)\n", "# Text\n\nOne\n\n[all](/)\n\n", "One"),
        ("**{{ title }}** x\n\n{{ description | markdown }}\n", "**A b** x\n\nOne\n", "One"),
        ("**{{ title }}** x\n\n{{ description | markdown }}\n", "**A\nb** x\n\nOne\n", None),
        ("**{{ title }}**{{ series }} x\n\n{{ description | markdown }}\n", "**A** x\n\nOne\n", "One"),
        ("**{{ title }}** x\n\n{{ description | markdown }}\n", "A\n\nOne\n", None),
        ("{{ title }}{{ description | markdown }}\n", "A\n\nOne\n", None),
        ("{{ description }}\n", "One\n", None),
        ("{{ description | markdown }}{{ description | markdown }}", "One\n", None),
        ("{{ description | markdown }}", "One\r\n\r\nTwo\r\n", "One\n\nTwo"),
        ("x\n{{ description | markdown }}\nx", "x\nx", None),
        ("x\n", "One\n", None),
    ],
)
def test_a_description_in_the_body(template: str, body: str, expected: str | None) -> None:
    made = EntryTemplate(f"---\na: 1\n---\n{template}", FrontMatter(), "t.j2")
    found = fields_of(made, {}, body, "x").get("description")
    assert (
        found is None
        if expected is None
        else (found or "").replace("\n\n- ", "\n- ") == expected.replace("\n\n- ", "\n- ")
    )


@pytest.mark.parametrize(("body", "expected"), [("One\n", "One "), ("Two\n", "Two")])
def test_a_description_that_the_body_says_too(body: str, expected: str) -> None:
    made = EntryTemplate("---\na: 1\n---\n{{ description | markdown }}\n", FrontMatter(), "t.j2")
    assert fields_of(made, {"almanac": {"description": "One "}}, body, "x")["description"] == expected


def test_an_event() -> None:
    made = EntryTemplate("---\na: {{ title }}\n---\n", FrontMatter(), "t.j2")
    assert read_event(made, {"a": "x"}, "", "2021-x", "x.md") is None
    event = read_event(made, {"a": "x"}, "", "wp-2021-11-08", "x.md")
    assert event == Event(id="wp-2021-11-08", title="x", date="2021-11-08")
    with pytest.raises(UserError) as caught:
        read_event(made, {"almanac": {"issue": "x", "nope": 1}}, "", "2021-11-08", "x.md")
    assert [(one.field, one.file) for one in caught.value.problems] == [
        ("almanac.issue", "x.md"),
        ("almanac.nope", "x.md"),
    ]


def test_an_entry_of_a_list() -> None:
    made = EntryTemplate("- a: {{ title }}\n", YamlList(), "t.j2")
    assert fields_of(made, {"a": "x"}, "", "") == {"title": "x"}


def test_a_moment_with_its_offset_moves_with_its_day_and_is_written_as_it_was() -> None:
    text = "---\ndate: 2026-03-10 18:30:00 +0200\n---\n"
    template = EntryTemplate(
        "---\ndate: {{ (starts or date) | like('2021-11-08 09:00:00 +0000') }}\n---\n", FrontMatter(), "x"
    )
    store = FileStore("_talks/{date}.md", template)
    record = store.read(text, "_talks/2026-03-10.md", "2026-03-10")
    assert record
    move = moved(record, Days("2026-03-11", None), None, Config().zones())
    after = store.write(record.model_copy(update=dict(move.values)), before=record, source=text)
    assert "date: 2026-03-11 18:30:00 +0200\n" in after
