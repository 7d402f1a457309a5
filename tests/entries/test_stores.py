"""Events in a site's own files and lists: written, read back, changed, and nothing else of the file is different."""

from typing import Any

import pytest
from almanac.entries.frontmatter import FrontMatter
from almanac.entries.inyaml import YamlList
from almanac.entries.stores import FileStore, ListStore
from almanac.entries.template import EntryTemplate
from almanac.entries.writing import place_for
from almanac.errors import ConfigError, UserError
from almanac.event.model import Event, Image, Link, Person
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.entries.shapes import FILES, LISTS, SEMINAR
from tests.hostile import HOSTILE, HOSTILE_TEXTS

LINE = st.one_of(
    st.sampled_from(
        ["Open source in cities", "Ada Lovelace", "Room 4", 'Q&A: it\'s "new"', "2021-11-08", "null", "no"]
    ),
    st.sampled_from(HOSTILE),
    st.text(alphabet="aé: #-'\"[]{}<>&=|*,\\\n", max_size=12),
)
FILLED = LINE.filter(bool)
TEXT = st.one_of(
    LINE, st.sampled_from(HOSTILE_TEXTS), st.sampled_from(["One.\n\n- two\n- three", "[a](https://x.org/)"])
)
URL = st.sampled_from(["https://x.org/", "https://x.org/a?b=1&copy=2#c", "javascript:x", "http://x.org/'"])
PERSON = st.builds(
    Person, name=FILLED, url=st.none() | URL, affiliation=st.none() | FILLED, role=st.none() | st.just("host")
)


def optional(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


EVENTS = st.builds(
    Event,
    id=st.just("2026-05-05-x"),
    title=FILLED,
    date=st.sampled_from(["2026-05-05", "2026-05", "2026", "2020-02-29", "2027-12-31"]),
    issue=optional(st.integers(1, 99)),
    number=optional(st.integers(0, 99)),
    status=st.sampled_from([None, "scheduled", "cancelled"]),
    series=optional(FILLED),
    when=optional(FILLED),
    time_zone=st.sampled_from([None, "America/New_York"]),
    location=optional(FILLED),
    url=optional(URL),
    people_label=optional(FILLED),
    people=st.lists(PERSON, max_size=3).map(tuple),
    description=optional(TEXT.filter(bool)),
    agenda=st.lists(FILLED, max_size=2).map(tuple),
    recording=optional(URL),
    links=st.lists(st.builds(Link, label=FILLED, url=URL), max_size=2).map(tuple),
    tags=st.lists(FILLED, max_size=3).map(tuple),
    image=optional(st.builds(Image, path=st.just("a/b.png"), alt=optional(FILLED))),
    extra=st.dictionaries(st.sampled_from(["room", "n"]), FILLED | st.just(("a", "b")) | st.just({"a": True})),
)
MOMENTS = {"starts": "2026-05-05T18:30:00-04:00", "ends": "2026-05-05T19:30:00-04:00"}
EVENTS = st.one_of(EVENTS, EVENTS.map(lambda event: event.model_copy(update={**MOMENTS, "date": "2026-05-05"})))
EXAMPLES = settings(phases=(Phase.generate,))


@pytest.mark.parametrize("name", FILES)
@given(event=EVENTS, other=EVENTS)
@EXAMPLES
def test_any_event_in_a_file_comes_back_and_can_become_any_other(name: str, event: Event, other: Event) -> None:
    store = FILES[name]
    text = store.write(event)
    assert store.read(text, "x", event.id) == event
    after = store.write(other, before=event, source=text)
    assert store.read(after, "x", event.id) == other
    assert store.write(other, before=other, source=after) == after


@pytest.mark.parametrize("name", LISTS)
@given(event=EVENTS, other=EVENTS)
@EXAMPLES
def test_any_event_in_a_list_comes_back_and_can_become_any_other(name: str, event: Event, other: Event) -> None:
    store, kind, text = LISTS[name]
    known = store.read_all({store.place: text}).events
    with_event = store.write(event, source=text)
    assert store.read(with_event, store.place, event.id) == event
    index = next(n for n in range(len(text) + 1) if text[n:] == with_event[len(with_event) - len(text) + n :])
    assert with_event[:index] == text[:index]
    after = store.write(other, before=event, source=with_event)
    assert store.read(after, store.place, event.id) == other
    assert [one for one in store.read_all({store.place: after}).events if one != other] == [*known]
    assert store.remove(event.id, after) == text
    assert store.remove(event.id, text) == text
    assert len(kind.entries(after)) == len(known) + 1


# ------------------------------------------------------------------------------- what people do

TALK = Event(
    id="2026-05-05-ada",
    title="Open: source",
    date="2026-05-05",
    end_date="2026-05-06",
    starts="2026-05-05T18:30:00-04:00",
    ends="2026-05-05T19:30:00-04:00",
    time_zone="America/New_York",
    when="6:30 PM ET",
    location="Hall",
    url="https://x.org/",
    people=(Person(name="Ada", affiliation="A"), Person(name="Bo", url="https://b.org/")),
    description="One.",
    tags=("x", "z"),
    extra={"room": "7", "seats": "9"},
)


UNLINKED = (TALK.people[0], Person(name="Bo"))
MOVED = {
    "date": "2026-05-07",
    "end_date": None,
    "starts": "2026-05-07T18:30:00-04:00",
    "ends": "2026-05-07T19:30:00-04:00",
}


MOVED_ONE = {name: one and one.replace("-07T", "-06T") for name, one in MOVED.items()}


def edited(name: str, *replaced: tuple[str, str], event: Event = TALK) -> dict[str, Any]:
    """Return what is read otherwise after a person wrote something else into a file."""
    text = after = FILES[name].write(event)
    for old, new in replaced:
        assert text.count(old) == 1
        after = after.replace(old, new)
    found = FILES[name].read(after, "x", event.id)
    return {field: value for field, value in found or () if value != getattr(event, field)}


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        ("seminar", '"Open: source"', "Closed &amp; done", {"title": "Closed & done"}),
        ("seminar", '"Ada, Bo"', '"Ada and Cy"', {"people": (Person(name="Ada", affiliation="A"), Person(name="Cy"))}),
        ("seminar", '"Ada, Bo"', "[Cy]", {"people": (Person(name="Cy", affiliation="A"),)}),
        ("seminar", "zoom_link: https://x.org/", "zoom_link:", {"url": None}),
        ("seminar", "date: 2026-05-05", "date: May 7, 2026", MOVED),
        ("seminar", "*Bio coming soon.*", "**Bio**", {}),
        ("seminar", "layout: seminar", "layout: other", {}),
        (
            "seminar",
            "draft: false\n",
            "draft: false\nrecording_link: https://r.org/\n",
            {"recording": "https://r.org/"},
        ),
        ("hackathon", "6:30pm", "7:15pm", {"starts": "2026-05-05T19:15:00-04:00", "ends": None, "when": None}),
        ("hackathon", "6:30pm", "19:00", {"starts": "2026-05-05T19:00:00-04:00", "ends": None, "when": None}),
        ("hackathon", " 6:30pm", "", {"starts": None, "ends": None, "when": None}),
        ("hackathon", 'room: "7"', "room: 8", {"extra": {"room": "8", "seats": "9"}}),
        ("hackathon", 'room: "7"', "room:", {"extra": {"seats": "9"}}),
        ("hackathon", "tags: [x, z, ]", "tags: [x]", {"tags": ("x",)}),
        ("hackathon", "tags: [x, z, ]", "tags: x", {"tags": ("x",)}),
        ("hackathon", "until: 2026-05-06", "until: 8 May 2026", {"end_date": "2026-05-08"}),
        ("hackathon", "until: 2026-05-06", "until:", {"end_date": None}),
        ("hackathon", "\nOne.\n", "\nTwo.\n\n- three\n", {"description": "Two.\n- three"}),
        ("hackathon", "\n# Links", "\n# Other", {"description": None}),
        ("conference", "start_date: 2026-05-05", "start_date: 2026-05-06", {**MOVED_ONE, "date": "2026-05-06"}),
        ("conference", '- name: "Bo"\n    link: https://b.org/\n', "- name: Bo\n", {"people": UNLINKED}),
        ("meetup", "**Open: source**", "**Closed**", {"title": "Closed"}),
    ],
)
def test_what_a_person_writes_into_a_file_is_read(name: str, old: str, new: str, expected: dict[str, Any]) -> None:
    assert edited(name, (old, new)) == expected


def test_a_changed_body() -> None:
    store = FILES["hackathon"]
    text = store.write(TALK)
    other = TALK.model_copy(update={"when": "7 PM ET", "description": "Two."})
    assert store.write(other, before=TALK, source=text) == text.replace("One.", "Two.").replace("6:30 PM", "7 PM")
    by_hand = text.replace("# Links", "# Sponsors\n\n* Many\n\n# Links").replace(
        "---\n\nOne", "---\n\nAll about it: One"
    )
    known = store.read(by_hand, "x", TALK.id)
    assert known is not None
    later = known.model_copy(update={"when": "7 PM ET", "title": "New"})
    written = store.write(later, before=known, source=by_hand)
    assert written == by_hand.replace("6:30 PM ET", "7 PM ET").replace('"Open: source"', '"New"')
    gone = by_hand.replace("6:30 PM ET", "soon")
    with pytest.raises(UserError, match="People changed the text of this event"):
        store.write(later, before=known, source=gone)


def test_what_is_cancelled_is_said_where_readers_see_it() -> None:
    cancelled = TALK.model_copy(update={"status": "cancelled"})
    for name, title in (("seminar", 'title: "{}Open: source"'), ("meetup", "**{}Open: source**")):
        text = FILES[name].write(TALK)
        after = FILES[name].write(cancelled, before=TALK, source=text)
        assert after == text.replace(title.format(""), title.format("CANCELLED: "))
        assert FILES[name].write(TALK, before=cancelled, source=after) == text
        by_hand = FILES[name].read(after.replace("CANCELLED: Open: source", "Open: source (postponed)"), "x", TALK.id)
        assert by_hand is not None
        assert (by_hand.title, by_hand.status) == ("Open: source", "postponed")
    text = FILES["whole"].write(TALK)
    after = FILES["whole"].write(cancelled, before=TALK, source=text)
    assert after == text.replace("cancelled: false", "cancelled: true")
    assert FILES["whole"].read(after, "x", TALK.id) == cancelled
    moved = TALK.model_copy(update={"status": "rescheduled"})
    assert [one and one.status for one in map(FILES["seminar"].shown, (cancelled, moved))] == ["cancelled", None]


GROUPS = """\
number: 5
date: 2026-05-05
title: Owls
agenda:
  - type: intro
  - type: talk
    title: Why they fly
    abstract: By night.
    speakers:
      - name: Ada
        image: ada.png
      - name: Bo
        bio: Two owls.
    youtube:
  - type: drinks
"""


def test_what_people_added_to_groups_of_a_list_stays() -> None:
    store = FILES["whole"]
    known = store.read(GROUPS, "x", "5")
    assert known is not None
    assert (known.title, known.description, [one.name for one in known.people]) == ("Owls", "By night.", ["Ada", "Bo"])
    later = known.model_copy(update={"recording": "https://r.org/", "people": (known.people[1], Person(name="Cy"))})
    assert store.write(later, before=known, source=GROUPS) == (
        GROUPS.replace("      - name: Ada\n        image: ada.png\n", "").replace(
            "    youtube:\n", "      - name: Cy\n    youtube: https://r.org/\n"
        )
    )


def test_groups_of_a_list_follow_the_order_of_the_event() -> None:
    ada, bo, cy = Person(name="Ada", affiliation="A"), Person(name="Bo", url="https://b.org/"), Person(name="Cy")
    store, known = FILES["conference"], TALK.model_copy(update={"people": (ada, bo, ada)})
    for people in ((bo, ada, ada), (cy, bo, ada), (bo, ada, cy), (cy, ada)):
        later = known.model_copy(update={"people": people})
        assert store.read(store.write(later, before=known, source=store.write(known)), "x", known.id) == later


def test_of_several_talks_nothing_tells_which_is_meant() -> None:
    several = GROUPS.replace("  - type: drinks\n", "  - type: talk\n    title: Why they hoot\n    abstract: Loudly.\n")
    several = several.replace("  - type: intro\n", "  - type: intro\n  - type: lunch\n")
    known = FILES["whole"].read(several, "x", "5")
    assert known is not None
    assert known.description is None
    with pytest.raises(UserError, match="Nothing tells which part of a list changes"):
        FILES["whole"].write(known.model_copy(update={"recording": "https://r.org/"}), before=known, source=several)


MEETUP = """\
---
title: {{ title }}
{% if date not in id %}
date: {{ date }}
{% endif %}
organizers:
{% for one in extra.organizers.splitlines() %}
  - {{ one }}
{% endfor %}
---
"""


def test_a_time_by_the_clock_stays_where_only_the_day_changes() -> None:
    template = '- date: {{ (starts or date) | like("2021-11-08 09:00") }}\n  talk: {{ title }}\n'
    store = ListStore("talks.yml", EntryTemplate(template, YamlList(), "t.j2"), YamlList())
    text = "- date: 2021-11-02 19:00\n  talk: Owls\n"
    event = store.read(text, "talks.yml", "2021-11-02-owls")
    assert event is not None
    assert (event.when, event.starts) == ("19:00", None)
    moved = event.model_copy(update={"date": "2021-11-28"})
    after = store.write(moved, before=event, source=text)
    assert after == text.replace("-02", "-28") + '  almanac:\n    id: "2021-11-02-owls"\n'
    assert store.read(after, "talks.yml", event.id) == moved
    later = moved.model_copy(update={"when": "18:30"})
    assert "- date: 2021-11-28 18:30\n" in store.write(later, before=moved, source=after)


def test_the_day_is_in_a_key_once_it_is_no_more_the_one_in_the_name_of_the_file() -> None:
    store = FileStore("_meetups/{date}-meetup.md", EntryTemplate(MEETUP, FrontMatter(), "t.j2"))
    event = Event(id="2026-05-05-meetup", title="Owls", date="2026-05-05", extra={"organizers": "Ada\nBo"})
    text = store.write(event)
    assert text == "---\ntitle: Owls\norganizers:\n  - Ada\n  - Bo\n---\n"
    assert store.read(text, "x", event.id) == event
    moved = event.model_copy(update={"date": "2026-05-12"})
    after = store.write(moved, before=event, source=text)
    assert after == text.replace("organizers", "date: 2026-05-12\norganizers")
    assert store.read(after, "x", event.id) == moved
    assert store.write(event, before=moved, source=after) == text
    more = store.read(text.replace("  - Bo\n", "  - Bo\n  - Cy\n"), "x", event.id)
    assert more is not None
    assert more.extra == {"organizers": "Ada\nBo\nCy"}


def test_an_event_keeps_its_address_when_its_title_or_day_changes() -> None:
    source = "---\ntitle: {{ title }}\ndate: {{ date }}\nslug: {{ date }}-{{ title | slug }}\n---\n"
    store = FileStore("_events/{slug}.md", EntryTemplate(source, FrontMatter(), "t.j2"))
    event = Event(id="owls", title="Owls", date="2021-11-08")
    text = store.write(event)
    other = event.model_copy(update={"title": "Bats", "date": "2021-11-15"})
    written = store.write(other, before=event, source=text)
    assert written == '---\ntitle: Bats\ndate: 2021-11-15\nslug: "2021-11-08-owls"\n---\n'
    assert store.read(written, "owls.md", "owls") == other


def test_what_is_about_a_folder_is_no_event() -> None:
    store = FILES["hugo"]
    read = store.read_all({"content/events/_index.md": "x", "content/events/2026/README.md": "x"})
    assert (read.unreadable, read.undated) == ((), ())


def test_what_cannot_be_changed_in_place() -> None:
    store = FILES["meetup"]
    with pytest.raises(UserError, match="without writing more of it again"):
        store.write(TALK.model_copy(update={"date": "2026-05-07"}), before=TALK, source="---\na: &x [1]\nb: *x\n---\n")


def test_a_record_that_is_as_before_leaves_its_file_alone() -> None:
    assert FILES["hugo"].write(TALK, before=TALK, source="anything") == "anything"
    assert next(iter(LISTS.values())).store.write(TALK, before=TALK, source="anything") == "anything"


@pytest.mark.parametrize(
    ("name", "taken", "expected"),
    [
        ("seminar", (), "2026-05-05-ada-bo"),
        ("seminar", ("2026-05-05-Ada-Bo",), "2026-05-05-ada-bo-2"),
        ("hackathon", ("2026-05-05", "2026-05-05-2"), "2026-05-05-3"),
        ("conference", (), "202605-open-source"),
        ("hugo", (), "wp-2026-05-05"),
        ("whole", ("78", "9", "x"), "79"),
        ("whole", (), "1"),
    ],
)
def test_the_name_of_a_new_file(name: str, taken: tuple[str, ...], expected: str) -> None:
    store = FILES[name]
    assert store.new_id(TALK, taken) == expected
    assert store.path(expected) == f"{store.place}/{expected}{store.suffix}"


def test_names_of_files_in_other_patterns() -> None:
    template = EntryTemplate(SEMINAR, FrontMatter(), "t.j2")

    def name(pattern: str, taken: tuple[str, ...] = (), **fields: object) -> str:
        return FileStore(pattern, template).new_id(TALK.model_copy(update=fields), taken)

    assert name("a/{people}.md", people=()) == "open-source"
    assert name("a/{date}_{slug}.md", title="é…") == "2026-05-05_e"
    assert name("a/{slug}.md", title="…") == TALK.date
    assert name("a/{number}.md", ("8",), number=7) == "7"
    assert name("a/{year}/{month}/{slug}.md") == "2026/05/open-source"
    assert name("a/{year}/{month}/{slug}.md", date="2026") == "2026/open-source"


def test_files_in_folders_of_their_own() -> None:
    nested = FileStore("a/{year}/{slug}.md", EntryTemplate(SEMINAR, FrontMatter(), "t.j2"))
    own = FileStore("content/a/{slug}/index.md", EntryTemplate(SEMINAR, FrontMatter(), "t.j2"))
    assert (nested.place, nested.suffix, nested.path("2026/x")) == ("a", ".md", "a/2026/x.md")
    assert (own.place, own.suffix, own.path("x")) == ("content/a", "/index.md", "content/a/x/index.md")
    text = own.write(TALK)
    for store, path, name in (
        (nested, "a/2026/Open & free.md", "2026/Open & free"),
        (own, "content/a/ärger/index.md", "ärger"),
    ):
        [event] = store.read_all({path: text}).events
        assert event.id == name
        assert store.path(event.id) == path


@pytest.mark.parametrize("pattern", ["a/{name}.md", "{year}/{date}.md", "{date}.md", "a/b.md"])
def test_a_pattern_of_names_that_cannot_be(pattern: str) -> None:
    with pytest.raises(ConfigError, match="The name of a file, below one folder, has some of these"):
        FileStore(pattern, EntryTemplate(SEMINAR, FrontMatter(), "t.j2"))


def test_all_files_of_a_folder() -> None:
    store = FILES["meetup"]
    texts = {
        "_meetups/b.md": "---\ndate: May 5, 2026\n---\n**B**\n",
        "_meetups/2020-01-02-a.md": "---\nlayout: x\n---\n",
        "_meetups/about.md": "---\ntitle: x\n---\n",
        "_meetups/text.md": "No keys\n",
    }
    assert [(event.id, event.date, event.title) for event in store.read_all(texts).events] == [
        ("2020-01-02-a", "2020-01-02", "2020 01 02 a"),
        ("b", "2026-05-05", "B"),
    ]
    wrong = {
        "_meetups/c.md": "---\na: '\n---\n",
        "_meetups/d.md": "---\na: 1\na: 2\n---\n",
        '_meetups/2021-01-01 "e".md': "---\ntitle: E\n---\n",
    }
    found = store.read_all({**texts, **wrong})
    assert found.events == store.read_all(texts).events
    assert [one.file for one in found.unreadable] == [*wrong]
    assert [one.file for one in found.undated] == ["_meetups/about.md", "_meetups/text.md"]


@pytest.mark.parametrize(
    ("dates", "date", "index"),
    [
        ([], "2021", 0),
        (["2021"], "2022", 1),
        (["2021", "2021"], "2020", 2),
        (["2023", "2022", "2020"], "2021", 2),
        (["2023", "2022", "2020"], "2022", 1),
        (["2023", "2022", "2020"], "2019", 3),
        (["2020", "2022", "2023"], "2021", 1),
        (["2020", "2022", "2023"], "2022", 2),
        (["2020", "2022", "2023"], "2019", 0),
        (["2020", "2023", "2022"], "2024", 3),
        (["2026", "2025", "2024", "2025", "2023", "2022"], "2027", 0),
    ],
)
def test_where_an_event_belongs_in_a_list(dates: list[str], date: str, index: int) -> None:
    assert place_for(dates, date) == index


def test_a_list_of_entries_without_ids() -> None:
    store, _, text = LISTS["yaml, newest first"]
    text += "- title: No day\n- title: First\n  start: 2026-01-12\n"
    text += "- title: Wrong\n  start: 2026-01-13\n  almanac: {issue: x}\n"
    found = store.read_all({"x": text})
    assert [event.id for event in found.events] == ["2026-01-12-first", "2026-01-12-first-2", "2026-07-19-second"]
    assert [text.split("\n")[one.line - 1] for one in found.undated if one.line] == ["- title: No day"]
    assert [text.split("\n")[one.line - 1] for one in found.unreadable if one.line] == ["- title: Wrong"]
    assert store.path("anything") == store.place == "_data/events.yml"
    assert store.new_id(TALK, {"2026-05-05-open-source"}) == "2026-05-05-open-source-2"
    first = store.read(text, "x", "2026-01-12-first")
    assert first is not None
    written = store.write(first.model_copy(update={"location": "Hall"}), before=first, source=text)
    added = '  institution: "Hall"\n'
    assert written.replace(added, "") == text.replace(
        "  end: 2026-01-12\n", '  end: 2026-01-12\n  almanac:\n    id: "2026-01-12-first"\n', 1
    )
    assert store.read(written, "x", "2026-01-12-first") == first.model_copy(update={"location": "Hall"})


def test_a_value_in_a_group() -> None:
    store, _, text = LISTS["json"]
    written = store.write(TALK, source=text)
    other = TALK.model_copy(update={"location": "Barn"})
    assert store.write(other, before=TALK, source=written) == written.replace('"Hall"', '"Barn"')


def test_the_first_entry_of_a_list() -> None:
    store = LISTS["yaml, newest first"].store
    text = store.write(TALK)
    assert text.startswith('- title: "Open: source"\n')
    assert store.read(text, "x", TALK.id) == TALK
    assert store.remove(TALK.id, text) == "[]\n"


def test_what_readers_see_of_a_record() -> None:
    shown = FILES["seminar"].shown(TALK)
    assert shown is not None
    assert (shown.url, shown.location, shown.extra) == (TALK.url, None, {})
    shown = LISTS["json"].store.shown(TALK)
    assert shown is not None
    assert (shown.url, shown.location, shown.people) == (TALK.url, TALK.location, ())
    assert FILES["hackathon"].shown(TALK) != TALK


@pytest.mark.parametrize(
    ("key", "is_said"),
    [
        ("{{ starts }}", True),
        ("{{ (starts or date) | like('2021-11-08 09:00:00 +0000') }}", True),
        ("{{ starts | like('Nov 8, 2021') }}", False),
        ("{{ date }}", False),
    ],
)
def test_a_key_with_the_time_shows_the_times(key: str, *, is_said: bool) -> None:
    template = EntryTemplate(f"---\ntitle: {{{{ title }}}}\ndate: {key}\n---\n", FrontMatter(), "x")
    shown = FileStore("_talks/{date}.md", template).shown(TALK)
    assert shown
    assert (shown.when is not None) == is_said


@pytest.mark.parametrize(
    ("language", "title"), [("de", "VERSCHOBEN: Eulen"), ("es", "APLAZADO: Eulen"), ("fr", "REPORTÉ: Eulen")]
)
def test_a_title_says_in_the_site_s_language_what_will_not_be(language: str, title: str) -> None:
    source = f'---\ntitle: "{{{{ title | with_status("{language}") }}}}"\ndate: {{{{ date }}}}\n---\n'
    store = FileStore("_events/{date}-{slug}.md", EntryTemplate(source, FrontMatter(), "x"))
    planned = Event(id="2026-05-04-eulen", title="Eulen", date="2026-05-04")
    off = planned.model_copy(update={"status": "postponed"})
    written = store.write(off, before=planned, source=store.write(planned))
    assert title in written
    assert "almanac" not in written, "what can be read is not in a key of Almanac's own"
    assert store.read(written, "x", off.id) == off
    assert store.write(planned, before=off, source=written) == store.write(planned)
