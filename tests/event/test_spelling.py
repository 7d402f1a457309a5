"""URLs and moments of a record in one spelling."""

from almanac.event.model import Event, Link, Person, in_one_spelling

PLAIN = Event(
    id="2022-01-20-demo-day",
    title="Demo Day",
    date="2022-01-20",
    starts="2022-01-20T09:00:00-05:00",
    ends="2022-01-20T10:00:00-05:00",
    url="https://example.org/Register",
    people=(Person(name="Ada", url="https://example.org/ada"), Person(name="Grace")),
    recording="https://example.org/video",
    links=(Link(label="Slides", url="https://example.org/slides"),),
)


def test_what_is_spelt_so_already_stays() -> None:
    assert in_one_spelling(PLAIN) == PLAIN


def test_other_spellings_become_the_one() -> None:
    other = PLAIN.model_copy(
        update={
            "starts": "2022-01-20T09:00-0500",
            "ends": "20220120T100000-0500",
            "url": "HTTPS://Example.ORG/Register",
            "people": (Person(name="Ada", url="https://EXAMPLE.org/ada"), Person(name="Grace")),
            "recording": "httpS://example.org/video",
            "links": (Link(label="Slides", url="https://eXample.org/slides"),),
        }
    )
    assert in_one_spelling(other) == PLAIN


def test_what_is_no_link_and_what_is_kept_word_for_word_stay() -> None:
    odd = PLAIN.model_copy(update={"url": "JavaScript:x"})
    assert in_one_spelling(odd) == odd
    verbatim = PLAIN.model_copy(update={"markdown": "### Demo Day", "url": "HTTPS://example.org"})
    assert in_one_spelling(verbatim) == verbatim
