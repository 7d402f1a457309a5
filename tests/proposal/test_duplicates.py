"""What two events that may be the same have in common."""

import pytest
from almanac.event.model import Event
from almanac.proposal.duplicates import in_common, traits


def event(title: str = "Open Source", date: str = "2022-05-01", **more: str) -> Event:
    return Event(id="2022", title=title, date=date, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "other", "common"),
    [
        (event("A", series="Open"), event("B", series="OPEN"), "the same day and series"),
        (event("A", series="Open"), event("B", series="Closed"), None),
        (event("Open Source"), event("open, source!"), "the same day and a similar title"),
        (event("Open Source"), event("Open Source", "2022-05-02"), None),
        (event("Open Source"), event("Sourdough"), None),
        (
            event("A", url="https://x.example/a"),
            event("B", "2030", url="https://X.example/a/"),
            "the same registration link",
        ),
        (event("A", url="https://x.example/a"), event("B", url="https://x.example/b"), None),
        (event("🎉"), event("🎈"), None),
        (event(end_date="2022-05-03"), event(date="2022-05-03"), "the same day and a similar title"),
        (event(end_date="2022-05-03"), event(date="2022-05-04"), None),
        (event(), event(date="2022-05"), None),
    ],
)
def test_what_makes_two_alike(one: Event, other: Event, common: str | None) -> None:
    assert in_common(traits(one), traits(other)) == common
    assert in_common(traits(other), traits(one)) == common


def test_nothing_typed_stands_in_the_traits() -> None:
    found = traits(event("@everyone closes #5 --> x", series="[a](b)", url="https://secret.example/"))
    assert all(set(value) <= set("abcdefghijklmnopqrstuvwxyz0123456789-") for value in found.values())
