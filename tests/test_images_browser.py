"""What is left of a picture is shown by a real Chromium as the whole picture was: all of it, and the same way up."""

import json
import re
from base64 import b64encode
from pathlib import Path

import pytest
from almanac.images import clean_picture

from tests.browser import dump
from tests.pictures import GIF, HEIGHT, JPEG, LOSSLESS, PNG, WIDTH, chunk, exif, jpeg, png, segment, webp

pytestmark = pytest.mark.browser

SIZES = "[...document.images].map(one => [one.complete, one.naturalWidth, one.naturalHeight])"
SHOW = f"onload = () => {{ document.body.dataset.sizes = JSON.stringify({SIZES}); }}"


def sizes(pictures: list[bytes], folder: Path) -> list[list[object]]:
    """Return of each picture whether it was loaded, and its width and height as it is shown."""
    images = "".join(f'<img src="data:;base64,{b64encode(data).decode()}">' for data in pictures)
    page = folder / "page.html"
    page.write_text(f"<!DOCTYPE html><body>{images}<script>{SHOW}</script>", encoding="utf-8")
    found = re.search('data-sizes="([^"]*)"', dump(page.as_uri(), folder / "profile"))
    assert found
    shown: list[list[object]] = json.loads(found[1])
    return shown


def test_a_clean_picture_is_shown_as_it_was(tmp_path: Path) -> None:
    on_its_side = [
        jpeg(segment(0xE1, b"Exif\0\0" + exif(6))),
        jpeg(segment(0xE1, b"Exif\0\0" + exif(8, ">"))),
        png(chunk(b"eXIf", exif(6))),
    ]
    upright = [JPEG, PNG, GIF, LOSSLESS, webp((b"XMP ", b"x"), flags=0x04), jpeg(segment(0xE1, b"Exif\0\0" + exif(3)))]
    pictures = [*on_its_side, *upright]
    shown = sizes([*pictures, *(clean_picture(data).data for data in pictures)], tmp_path)
    expected = [[True, HEIGHT, WIDTH]] * len(on_its_side) + [[True, WIDTH, HEIGHT]] * len(upright)
    assert shown == [*expected, *expected]
