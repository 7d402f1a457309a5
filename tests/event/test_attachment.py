"""The site's own copy of a picture: its name, and that it counts as the same picture as the attachment."""

import pytest
from almanac.errors import Problem
from almanac.event.attachment import copy_path, own_copy, picture_key, read_picture
from almanac.event.model import Event, Image

ASSET = "https://github.com/user-attachments/assets/0f1e2d3c-4b5a-4678-9abc-def012345678"
EVENT = Event(id="2022-01-20-demo-day", title="Demo Day", date="2022-01-20")


def with_path(path: str | None, url: str | None = None) -> Event:
    return EVENT.model_copy(update={"image": Image(path=path, url=url)})


def test_its_name_is_our_own() -> None:
    assert copy_path("images/events", EVENT.id, ASSET, ".png") == "images/events/2022-01-20-demo-day-1234.png".replace(
        "1234", picture_key(Image(url=ASSET))
    )


def test_no_id_leads_out_of_the_folder() -> None:
    assert copy_path("images", "../a/b c", ASSET, ".png").startswith("images/-a-b-c-")


def test_an_attachment_and_its_copy_are_one_picture() -> None:
    copy = Image(path=copy_path("images", EVENT.id, ASSET, ".gif"), alt="Owls")
    assert picture_key(copy) == picture_key(Image(url=ASSET))
    assert picture_key(copy) != picture_key(Image(url=ASSET.replace("0f", "1f")))
    assert picture_key(Image(path="images/logo.png")) == "images/logo.png"


def test_a_copy_is_known_by_its_name() -> None:
    path = copy_path("a/b", EVENT.id, ASSET, ".webp")
    assert own_copy(with_path(path)) == path
    for other in (
        path.replace("demo-day", "other-day"),
        path.replace(".webp", ".svg"),
        f"/{path}",
        path.replace(".webp", ".webp/x"),
        "images/2022-01-20-demo-day.png",
        "images/logo.png",
        None,
    ):
        assert own_copy(with_path(other, ASSET)) is None
    assert own_copy(EVENT) is None
    assert own_copy(None) is None


@pytest.mark.parametrize(
    "address",
    [
        ASSET,
        "https://github.example.org/user-attachments/assets/0f1e2d3c-4b5a-4678-9abc-def012345678",
        "https://github.com/user-attachments/files/12345/our.poster.png",
    ],
)
def test_attachments_of_every_github(address: str) -> None:
    assert read_picture(f"![x]({address})") == Image(url=address)


@pytest.mark.parametrize(
    "address", [f"{ASSET}/x", f"{ASSET}?x", "https://github.com/octo/site/assets/1/x", "https://example.org/poster.png"]
)
def test_other_addresses(address: str) -> None:
    assert isinstance(read_picture(f"![x]({address})"), Problem)
