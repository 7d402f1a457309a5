"""Pictures from strangers: a clean one is the picture and nothing else; what is none is refused in plain words."""

import struct
from collections.abc import Callable
from contextlib import suppress

import pytest
from almanac.images import MAX_BYTES, Picture, RefusedImage, clean_picture
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.linear import GROWTH, grows_too_fast
from tests.pictures import (
    GIF,
    JPEG,
    LOSSLESS,
    LOSSY,
    PNG,
    SECRET,
    SVG,
    chunk,
    comment,
    exif,
    gif,
    jpeg,
    png,
    segment,
    webp,
)

PLAIN = {".png": PNG, ".jpg": JPEG, ".webp": LOSSY, ".gif": GIF}
XMP = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>" + SECRET
IPTC = b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x20" + SECRET
CONTROL = bytes.fromhex("21f904000000000000"[:16])
FULL = {
    "a JPEG with all that cameras write": jpeg(
        segment(0xE1, b"Exif\0\0" + exif()),
        segment(0xE1, XMP),
        segment(0xED, IPTC),
        segment(0xE2, b"MPF\0" + SECRET),
        segment(0xFE, SECRET),
    )
    + b"a film of "
    + SECRET,
    "a JPEG with a preview": JPEG.replace(
        JPEG[2:20], segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\x05\x02" + SECRET + b"...")
    ),
    "a JPEG whose EXIF comes first": jpeg(first=segment(0xE1, b"Exif\0\0" + exif(8, ">"))),
    "a PNG with all kinds of text": png(
        chunk(b"eXIf", exif(3)),
        chunk(b"tEXt", b"Author\0" + SECRET),
        chunk(b"zTXt", b"Comment\0\0" + SECRET),
        chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + SECRET),
        chunk(b"tIME", bytes(7)),
        chunk(b"prVt", SECRET),
    )
    + SECRET,
    "a WebP with EXIF and XMP": webp((b"EXIF", exif(6)), (b"XMP ", SECRET), (b"PRIV", SECRET), flags=0x0C) + SECRET,
    "a lossless WebP": webp((b"EXIF", b"Exif\0\0" + exif(1)), flags=0x08, image=LOSSLESS),
    "a plain WebP with a chunk too many": webp((b"EXIF", exif(1)), (b"XMP ", SECRET)),
    "a GIF with comments": gif(
        comment(SECRET),
        comment(b"XMP DataXMP" + SECRET, 0xFF),
        CONTROL,
        comment(SECRET, 0x01),
        after=comment(SECRET),
    )
    + SECRET,
}


def cleaned(data: bytes) -> bytes:
    return clean_picture(data).data


def tried(data: bytes) -> bytes | None:
    """Clean a picture; None where it is refused. Nothing else may come of it."""
    with suppress(RefusedImage):
        return cleaned(data)
    return None


def refusal(data: bytes) -> str:
    with pytest.raises(RefusedImage) as caught:
        clean_picture(data)
    return str(caught.value)


@pytest.mark.parametrize(("suffix", "data"), [*PLAIN.items(), (".webp", LOSSLESS)])
def test_a_picture_without_anything_else_stays_as_it_is(suffix: str, data: bytes) -> None:
    assert clean_picture(data) == Picture(data, suffix)


@pytest.mark.parametrize("name", FULL)
def test_places_names_and_remarks_go(name: str) -> None:
    found = cleaned(FULL[name])
    for secret in (SECRET, b"Elm Street", struct.pack("<II", 52, 1), struct.pack(">II", 52, 1), b"Photoshop", b"xmp"):
        assert secret not in found
    assert cleaned(found) == found


@pytest.mark.parametrize(
    ("data", "orientation"),
    [
        *((jpeg(segment(0xE1, b"Exif\0\0" + exif(way, order))), way) for way in range(1, 9) for order in "<>"),
        (FULL["a JPEG whose EXIF comes first"], 8),
        (jpeg(segment(0xE1, b"Exif\0\0" + exif(3)), segment(0xE1, b"Exif\0\0" + exif(6))), 3),
        (png(chunk(b"eXIf", exif(3))), 3),
        (webp((b"EXIF", exif(6)), flags=0x08), 6),
        (webp((b"EXIF", b"Exif\0\0" + exif(7, ">")), flags=0x28, image=LOSSLESS), 7),
        *((jpeg(segment(0xE1, b"Exif\0\0" + exif(way))), 1) for way in (0, 9, 65_535)),
        (jpeg(segment(0xE1, b"Exif\0\0" + exif(6, extra=2))), 1),
        *((jpeg(segment(0xE1, b"Exif\0\0" + exif(6)[:end])), 1) for end in (0, 3, 7, 9, 20, 30)),
        (jpeg(segment(0xE1, b"Exif\0\0" + b"II*\0\xff\xff\xff\xff")), 1),
        (jpeg(segment(0xE1, b"Exif\0\0" + b"II*\0\x08\0\0\0\0\0")), 1),
    ],
)
def test_the_way_up_is_kept_and_nothing_else_of_exif(data: bytes, orientation: int) -> None:
    found, block = cleaned(data), struct.pack("<4sIHHHIHHI", b"II*\0", 8, 1, 0x0112, 3, 1, orientation, 0, 0)
    assert (block in found) == (orientation != 1)
    assert found.lower().count(b"exif") == (orientation != 1)
    assert b"MM\0*" not in found


def test_colours_stay() -> None:
    profile = b"ICC_PROFILE\0\x01\x01" + bytes(50)
    adobe = b"Adobe\0\x64\0\0\0\0\x01"
    assert cleaned(jpeg(segment(0xE2, profile), segment(0xEE, adobe))) == jpeg(
        segment(0xE2, profile), segment(0xEE, adobe)
    )
    parts = [chunk(b"gAMA", b"\0\0\xb1\x8f"), chunk(b"iCCP", b"P\0\0" + bytes(9)), chunk(b"pHYs", bytes(9))]
    assert cleaned(png(*parts)) == png(*parts)
    extended = cleaned(webp((b"ICCP", bytes(7)), (b"ALPH", bytes(3)), flags=0x30))
    assert extended == webp((b"ICCP", bytes(7)), (b"ALPH", bytes(3)), flags=0x30)
    assert cleaned(gif(CONTROL)) == gif(CONTROL)


@pytest.mark.parametrize("data", [*PLAIN.values(), *FULL.values()], ids=[*PLAIN, *FULL])
def test_a_picture_that_is_cut_off_is_refused(data: bytes) -> None:
    whole = cleaned(data)
    for end in range(len(data)):
        # Where it is not refused, only what follows the picture was cut off.
        assert tried(data[:end]) in (whole, None)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (SVG, "SVG or a web page"),
        (b"\xef\xbb\xbf \n<html>", "SVG or a web page"),
        (b"", "no picture"),
        (b"%PDF-1.7", "no picture"),
        (b"\0\0\0\x20ftypheic", "no picture"),
        (b"RIFF\0\0\0\0WAVE", "no picture"),
        (PNG + bytes(MAX_BYTES), "more than 10 MiB"),
        (png(size=(50_001, 1_000)), "50,001 by 1,000 pixels"),
        (png(size=(0xFFFFFFFF, 0xFFFFFFFF)), "too many"),
        (png(size=(40_000, 1)), "too many"),
        (JPEG.replace(b"\0\x02\0\x03\x01", b"\xff\xff\xff\xff\x01"), "65,535 by 65,535 pixels"),
        (GIF[:6] + b"\xff\xff\xff\xff" + GIF[10:], "65,535 by 65,535 pixels"),
        (GIF.replace(b"\x2c\0\0\0\0\x03\0\x02\0", b"\x2c\xff\xff\0\0\x03\0\x02\0"), "65,538 by 2 pixels"),
        (webp(flags=0).replace(b"\x02\0\0\x01\0\0VP8 ", b"\xff\xff\xff\xff\xff\xffVP8 "), "too many"),
        (LOSSY.replace(b"\x2a\x03\0\x02\0", b"\x2a\xff\x3f\xff\x3f"), "16,383 by 16,383 pixels"),
        (LOSSLESS.replace(b"\x2f\x02\x40\0\0", b"\x2f\xff\xff\xff\x0f"), "16,384 by 16,384 pixels"),
        (png(chunk(b"acTL", bytes(8))), "moves"),
        (webp((b"ANMF", b""), flags=0), "moves"),
        (webp(flags=0x02), "moves"),
        (gif(after=GIF[GIF.index(b"\x2c") : -1]), "moves"),
        (JPEG.replace(b"\xff\xc0", b"\xff\xc9"), "kind of JPEG"),
        (JPEG.replace(b"\xff\xc0", b"\xff\xc3"), "kind of JPEG"),
    ],
)
def test_what_is_no_still_picture_or_too_large_is_refused(data: bytes, said: str) -> None:
    assert said in refusal(data)


@pytest.mark.parametrize(
    "data",
    [
        png(size=(0, 1)),
        png(chunk(b"IHDR", bytes(13))),
        PNG[:8] + PNG[33:],  # no header
        PNG[:8] + chunk(b"IHDR", b"\0"),
        PNG[:33] + chunk(b"IEND", b""),  # no pixels
        png(chunk(b"EVIL", b"")),
        PNG[:40] + b"!" + PNG[41:],  # another checksum
        PNG[:33] + chunk(b"IDAT", b"") * 60_000,
        JPEG[:2] + JPEG[JPEG.index(b"\xff\xda") :],  # a scan without a frame
        JPEG[:2] + JPEG[-2:],
        JPEG[: JPEG.index(b"\xff\xda")] + JPEG[-2:],  # a frame without a scan
        jpeg(JPEG[JPEG.index(b"\xff\xc0") : JPEG.index(b"\xff\xc4")]),  # two frames
        jpeg(segment(0xD0, b"")),
        jpeg(b"\xff\xfe\0\x01"),
        jpeg(b"rubbish"),
        JPEG.replace(b"\0\x02\0\x03\x01", b"\0\0\0\x03\x01"),
        webp((b"VP8 ", b"")),
        webp((b"VP8L", b"")),
        webp(image=b"RIFF....WEBP"),
        LOSSY.replace(b"\x9d\x01\x2a", b"\x9d\x01\x2b"),
        LOSSLESS.replace(b"\x2f\x02", b"\x2e\x02"),
        LOSSY[:4] + b"\xff\xff\xff\xff" + LOSSY[8:],
        webp(flags=0).replace(b"VP8X\x0a", b"VP8X\x09"),
        GIF[:6] + bytes(4) + GIF[10:],
        gif(b"rubbish"),
        GIF[:25] + GIF[-1:],  # no picture
    ],
)
def test_a_damaged_picture_is_refused(data: bytes) -> None:
    assert "damaged" in refusal(data)


def test_what_fills_up_a_jpeg_is_no_damage() -> None:
    assert cleaned(jpeg(b"\xff\xff" + segment(0xFE, b""), first=b"\xff")) == JPEG
    filled = JPEG[:-2] + b"\xff\xff" + JPEG[-2:]
    assert cleaned(filled) == cleaned(cleaned(filled))


def test_restarts_in_a_scan_and_several_scans_are_kept() -> None:
    scan = JPEG[JPEG.index(b"\xff\xda") : -2]
    several = JPEG[:-2] + b"\xff\xd0more\xff\0" + scan + JPEG[-2:]
    assert cleaned(several) == several


def test_a_long_control_block_of_a_gif_is_no_hiding_place() -> None:
    assert cleaned(gif(comment(SECRET, 0xF9))) == GIF


@settings(max_examples=5 * settings().max_examples)
@given(
    st.sampled_from([*PLAIN.values(), *FULL.values()]),
    st.lists(st.tuples(st.integers(0, 400), st.binary(max_size=6), st.integers(0, 6)), max_size=5),
)
def test_any_bytes_are_cleaned_once_or_refused(data: bytes, edits: list[tuple[int, bytes, int]]) -> None:
    for at, new, gone in edits:
        data = data[:at] + new + data[at + gone :]
    found = tried(data)
    assert found is None or (cleaned(found) == found and len(found) <= len(data) + 50)


@given(st.sampled_from([b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF1234WEBP", b"GIF89a", b""]), st.binary())
def test_rubbish_is_refused(start: bytes, rubbish: bytes) -> None:
    assert tried(start + rubbish) is None


SCAN = JPEG[: JPEG.index(b"\xff\xda") + 10]
HEADER = PNG[:33]
FLOODS: dict[str, Callable[[int], bytes]] = {
    "segments": lambda size: JPEG[:2] + b"\xff\xe5\0\2" * size,
    "fill bytes": lambda size: JPEG[:2] + b"\xff" * size,
    "stuffed bytes": lambda size: SCAN + b"\xff\0" * size,
    "marks": lambda size: SCAN + b"\xff" * size,
    "restarts": lambda size: SCAN + b"\xff\xd0" * size + b"\xff\xd9",
    "scans": lambda size: SCAN + b"\xff\xda\0\2" * size,
    "chunks of a PNG": lambda size: HEADER + chunk(b"IDAT", b"") * size,
    "chunks of a WebP": lambda size: webp(*[(b"abcd", b"")] * size),
    "blocks": lambda size: gif(b"\x21\xfe" + b"\x01a" * size + b"\0"),
    "extensions": lambda size: gif(comment(b"") * size),
    "directory": lambda size: jpeg(segment(0xE1, b"Exif\0\0II*\0\x08\0\0\0" + b"\xff" * min(size, 60_000))),
}


@pytest.mark.long
@pytest.mark.parametrize("name", FLOODS)
def test_hostile_pictures_cost_time_in_proportion_to_their_size(name: str) -> None:
    short, long = FLOODS[name](4_000), FLOODS[name](4_000 * GROWTH)
    assert not grows_too_fast(lambda: tried(short), lambda: tried(long))
