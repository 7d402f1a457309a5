"""What an event's text on the page has no place for."""

import pytest
from almanac.event.model import Event
from almanac.views.protocol import unshown

from tests.page.house import BARE, FULL, render

ROW = "| Nov 15, 2021 | [Owls](https://www.example.org/register) | [Ada](https://example.org/ada), Grace |"


def test_the_house_style_shows_everything() -> None:
    event = FULL.model_copy(update={"series": "Birds & co.", "title": "Owls: {{ a }} | *b*", "end_date": "2021-11-17"})
    assert unshown(event, render(event)) == ()


def test_what_a_description_is_written_with_is_no_doubt() -> None:
    event = FULL.model_copy(update={"description": "a `{{b}} c` d\ne *f*\n\n1. g [h](https://example.org/i)\n> j"})
    assert unshown(event, render(event)) == ()


def test_a_row_has_no_place_for_most_of_it() -> None:
    assert unshown(FULL, ROW) == ("when", "location", "affiliations", "description", "agenda", "recording", "links")


@pytest.mark.parametrize(
    ("changes", "hidden"),
    [
        ({}, ()),
        ({"location": "Room 5"}, ("location",)),
        (
            {"extra": {"level": "easy", "tracks": ("a", "b"), "food": {"Grace": True, "fish": False}}},
            ("level", "tracks"),
        ),
        ({"title": "Owls at night"}, ("title",)),
        ({"end_date": "2021-11-17"}, ("end_date",)),
        ({"status": "scheduled"}, ()),
        ({"status": "cancelled", "tags": ("owls", "Bats")}, ("status", "tags")),
        ({"image": {"url": "https://example.org/p"}}, ("image",)),
        ({"image": {"path": "images/owls.png", "alt": "Owls"}}, ("image",)),
        ({"image": {"path": "images/owls.png", "alt": "Bats"}}, ("image", "image_alt")),
    ],
)
def test_only_answers_that_were_given_count(changes: dict[str, object], hidden: tuple[str, ...]) -> None:
    assert unshown(Event.model_validate(BARE.model_dump() | changes), ROW) == hidden


def test_a_time_beside_the_date_is_shown() -> None:
    event = BARE.model_copy(update={"when": "7pm ET", "starts": "2021-11-15T19:00:00-05:00"})
    assert unshown(event, "- 2021-11-15T19:00 Owls") == ()
    assert unshown(event, "- 2021-11-15 Owls") == ("when",)
    assert unshown(event, "**Owls**\n\n*November 15, 7pm*\n") == ()
    assert unshown(event, "**Owls**\n\n*November 15*\n\nThe bar opens at 6pm.\n") == ("when",)


def test_a_description_is_shown_however_its_links_are_written() -> None:
    event = BARE.model_copy(
        update={"description": "See www.example.org/\u00fc, and\n\n1. [this](https://e.org/\u00fc)\n2. **that**"}
    )
    assert unshown(event, render(event)) == ()
    assert unshown(event, ROW) == ("description",)
