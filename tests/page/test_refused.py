"""URLs in a record that a page may not link to."""

from almanac.event.description import refused_urls
from almanac.event.model import Event, Link, Person


def test_each_is_named_with_its_field_and_the_reason() -> None:
    event = Event(
        id="2021",
        title="T",
        date="2021",
        url="javascript:1",
        recording="https://x.org",
        people=(Person(name="A", url="https://localhost"), Person(name="B")),
        links=(Link(label="L", url="ftp://x"),),
        description="[a](http:x) [b](https://y.org)",
    )
    assert [(problem.field, problem.typed) for problem in refused_urls(event)] == [
        ("url", "javascript:1"),
        ("people", "https://localhost"),
        ("links", "ftp://x"),
        ("description", "http:x"),
    ]
    assert "begins with https" in refused_urls(event)[0].message


def test_an_event_without_urls() -> None:
    assert refused_urls(Event(id="2021", title="T", date="2021")) == ()
