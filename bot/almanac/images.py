"""Pictures from strangers: what their bytes are, whether they are small enough, and nothing left in them but picture.

Nothing is decoded. A picture's container is taken apart, and put together again from the parts that a browser needs to
show it: what was known of the camera, the place and the person is left out, with previews and whatever follows the
picture. A colour profile stays, and so does the way up, as the only thing in a new EXIF block.
"""

import re
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from almanac.patterns import regex
from almanac.phrases import say

MAX_BYTES = 10 << 20
"""What GitHub accepts as a picture."""
MAX_PIXELS = 50_000_000
"""More than a telephone takes; a browser needs four bytes for each."""
SUFFIXES = (".png", ".jpg", ".webp", ".gif")
"""How the names of pictures end, by what they are."""
_MAX_SIDE = 32_767
_MOST_PARTS = 50_000
T = TypeVar("T")


class RefusedImage(ValueError):  # noqa: N818 -- an answer to the person, not an error of ours
    """The bytes are no picture that a site may show; the reason is a full sentence in plain words."""


@dataclass(frozen=True)
class Picture:
    """A picture without anything but picture, and how the name of its file ends: one of `SUFFIXES`."""

    data: bytes
    suffix: str


def clean_picture(data: bytes) -> Picture:
    """Check a picture and leave out all that is not picture; a clean one stays as it is.

    Raises:
        RefusedImage: It is no PNG, JPEG, WebP or GIF, is damaged, too large, or moves.
    """
    if len(data) > MAX_BYTES:
        raise RefusedImage(
            say("The picture has more than {cap} MiB. Please attach a smaller one.", cap=MAX_BYTES >> 20)
        )
    for start, suffix, clean in _FORMATS:
        if start.match(data):
            try:
                return Picture(clean(data), suffix)
            except (struct.error, IndexError):
                raise RefusedImage(_DAMAGED) from None
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise RefusedImage(
            say("This is an SVG or a web page, which can hold more than a picture. {kinds}", kinds=_KINDS)
        )
    raise RefusedImage(say("This is no picture that every browser shows. {kinds}", kinds=_KINDS))


_KINDS = say("Please attach a PNG, JPEG, WebP or GIF.")
_DAMAGED = say("The picture is damaged or not whole. Please save it again, and attach that.")
_MOVES = say("This picture moves, which keeps some people from reading the page. Please attach one that does not.")


def _check_size(width: int, height: int) -> None:
    if not (width and height):
        raise RefusedImage(_DAMAGED)
    if width * height > MAX_PIXELS or max(width, height) > _MAX_SIDE:
        message = say(
            "The picture has {width:,} by {height:,} pixels, and that is too many. Please attach a smaller one.",
            width=width,
            height=height,
        )
        raise RefusedImage(message)


def _few(parts: Iterable[T]) -> Iterator[T]:
    """Pass on the parts of a picture; no program writes as many as would take long."""
    for number, part in enumerate(parts):
        if number == _MOST_PARTS:
            raise RefusedImage(_DAMAGED)
        yield part


# ---------------------------------------------------------------- EXIF: only the way up

_UPRIGHT = 1
_ORIENTATION = 0x0112
_EXIF = b"Exif\0\0"


def _orientation(tiff: bytes) -> int:
    """Read which way up a picture is, 1 to 8, from its EXIF data; 1, as it is, where they do not say."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None:
        return _UPRIGHT
    try:
        (start,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, start)
        for number in range(count):
            tag, kind, values, value = struct.unpack_from(f"{order}HHIH", tiff, start + 2 + 12 * number)
            if (tag, kind, values) == (_ORIENTATION, 3, 1):
                return value if 1 <= value <= 8 else _UPRIGHT  # noqa: PLR2004
    except struct.error:
        pass
    return _UPRIGHT


def _exif(orientation: int) -> bytes:
    """Write EXIF data that say nothing but which way up a picture is; nothing where it is upright."""
    if orientation <= _UPRIGHT:
        return b""
    return struct.pack("<4sIHHHIHHI", b"II*\0", 8, 1, _ORIENTATION, 3, 1, orientation, 0, 0)


# ---------------------------------------------------------------- JPEG

_SOI, _EOI, _SOS, _SCAN_TABLE = b"\xff\xd8", 0xD9, 0xDA, 0xC4
_FRAMES = frozenset({0xC0, 0xC1, 0xC2})  # baseline, extended and progressive: what browsers show
_JPEG_PARTS = frozenset({*_FRAMES, _SCAN_TABLE, _SOS, 0xDB, 0xDD})
_WITHOUT_LENGTH = frozenset({0x00, 0x01, *range(0xD0, 0xD9)})
_JFIF, _ICC, _ADOBE = b"JFIF\0", b"ICC_PROFILE\0", b"Adobe"
# What programs add to a picture, and what of that colours depend on.
_APP_PARTS = ((0xE0, _JFIF), (0xE2, _ICC), (0xEE, _ADOBE))
_MARKER = regex(rb"\xff++([^\xff])")
# In a scan, FF is followed by 00, or is the mark of a restart; FF may also be filled up with more of it.
_SCAN_END = regex(rb"\xff(?=[^\x00\xff\xd0-\xd7])")


def _clean_jpeg(data: bytes) -> bytes:
    kept, orientation, frames = list[bytes](), 0, 0
    for marker, body, scan in _few(_jpeg_segments(data)):
        if marker in _FRAMES:
            _, height, width = struct.unpack_from(">BHH", body)
            _check_size(width, height)
            frames += 1
        elif marker == 0xE1 and body.startswith(_EXIF):  # noqa: PLR2004
            orientation = orientation or _orientation(body[len(_EXIF) :])
        elif 0xC0 <= marker <= 0xCF and marker != _SCAN_TABLE:  # noqa: PLR2004
            raise RefusedImage(say("This kind of JPEG is not shown by every browser. {kinds}", kinds=_KINDS))
        if marker == _SOS and frames != 1:
            raise RefusedImage(_DAMAGED)
        if marker in _JPEG_PARTS or any(marker == app and body.startswith(name) for app, name in _APP_PARTS):
            kept.append(_jpeg_segment(marker, _without_preview(body)) + scan)
    if frames != 1 or not kept[-1].startswith(bytes([0xFF, _SOS])):
        raise RefusedImage(_DAMAGED)
    exif = _exif(orientation)
    # What says that it is JFIF has to come first.
    place = int(kept[0][4:].startswith(_JFIF))
    kept[place:place] = [_jpeg_segment(0xE1, _EXIF + exif)] if exif else []
    return b"".join([_SOI, *kept, bytes([0xFF, _EOI])])


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Give each segment up to the end of the picture: its marker, what it holds, and the scan that follows it."""
    at = len(_SOI)
    while found := _MARKER.match(data, at):
        marker, at = found[1][0], found.end()
        if marker == _EOI:
            return
        (length,) = struct.unpack_from(">H", data, at)
        body, at = data[at + 2 : at + length], at + length
        if marker in _WITHOUT_LENGTH or length < 2 or at > len(data):  # noqa: PLR2004
            break
        scan = b""
        if marker == _SOS:
            end = _SCAN_END.search(data, at)
            if not end:
                break
            scan, at = data[at : end.start()], end.start()
        yield marker, body, scan
    raise RefusedImage(_DAMAGED)


def _without_preview(body: bytes) -> bytes:
    return struct.pack("12sBB", body, 0, 0) if body.startswith(_JFIF) else body


def _jpeg_segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


# ---------------------------------------------------------------- PNG

_PNG = b"\x89PNG\r\n\x1a\n"
_HEADER, _PIXELS, _END = b"IHDR", b"IDAT", b"IEND"
_PNG_PARTS = frozenset(
    {_HEADER, _PIXELS, _END, b"PLTE", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"sBIT", b"pHYs"}
)


def _clean_png(data: bytes) -> bytes:
    kept, orientation, has_pixels = list[bytes](), _UPRIGHT, False
    for name, body in _few(_png_chunks(data)):
        if (name == _HEADER) == bool(kept):  # it comes first, and once
            raise RefusedImage(_DAMAGED)
        if name == _HEADER:
            _check_size(*struct.unpack_from(">II", body))
        if name == b"acTL":
            raise RefusedImage(_MOVES)
        if name == b"eXIf":
            orientation = _orientation(body)
        elif name in _PNG_PARTS:
            kept.append(_png_chunk(name, body))
        elif name[:1].isupper():  # without it the picture cannot be shown, and nobody knows it
            raise RefusedImage(_DAMAGED)
        has_pixels = has_pixels or name == _PIXELS
    if not has_pixels:
        raise RefusedImage(_DAMAGED)
    exif = _exif(orientation)
    kept[1:1] = [_png_chunk(b"eXIf", exif)] if exif else []
    return b"".join([_PNG, *kept])


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Give the chunks up to the last one; what follows that is no part of the picture."""
    at, name = len(_PNG), b""
    while name != _END:
        length, name = struct.unpack_from(">I4s", data, at)
        body = data[at + 8 : at + 8 + length]
        (check,) = struct.unpack_from(">I", data, at + 8 + length)
        if check != zlib.crc32(body, zlib.crc32(name)):
            raise RefusedImage(_DAMAGED)
        yield name, body
        at += 12 + length


def _png_chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body), name) + body + struct.pack(">I", zlib.crc32(body, zlib.crc32(name)))


# ---------------------------------------------------------------- WebP

_LOSSY, _LOSSLESS, _EXTENDED, _EXIF_CHUNK = b"VP8 ", b"VP8L", b"VP8X", b"EXIF"
_ANIMATION = frozenset({b"ANIM", b"ANMF"})
_WEBP_PARTS = frozenset({_LOSSY, _LOSSLESS, b"ALPH", b"ICCP"})
_HAS_COLOURS, _HAS_ALPHA, _HAS_EXIF, _IS_ANIMATED = 0x20, 0x10, 0x08, 0x02


def _clean_webp(data: bytes) -> bytes:
    found: dict[bytes, bytes] = {}
    for name, body in _few(_webp_chunks(data)):
        if name in _ANIMATION:
            raise RefusedImage(_MOVES)
        if name in _WEBP_PARTS and name in found:
            raise RefusedImage(_DAMAGED)
        found.setdefault(name, body)
    if (_LOSSY in found) == (_LOSSLESS in found):
        raise RefusedImage(_DAMAGED)
    _check_size(*_webp_size(found))
    kept = [(name, body) for name, body in found.items() if name in _WEBP_PARTS]
    if extended := found.get(_EXTENDED):
        flags, sides = struct.unpack("B3x6s", extended)
        if flags & _IS_ANIMATED:
            raise RefusedImage(_MOVES)
        _check_size(*(1 + int.from_bytes(side, "little") for side in (sides[:3], sides[3:])))
        exif = _exif(_orientation(found.get(_EXIF_CHUNK, b"").removeprefix(_EXIF)))
        flags = flags & (_HAS_COLOURS | _HAS_ALPHA) | (_HAS_EXIF if exif else 0)
        kept.insert(0, (_EXTENDED, struct.pack("B3x6s", flags, sides)))
        kept += [(_EXIF_CHUNK, exif)] if exif else []
    body = b"".join(name + struct.pack("<I", len(part)) + part + b"\0" * (len(part) % 2) for name, part in kept)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def _webp_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Give the chunks of a RIFF file; what follows its end, as it says itself, is no part of the picture."""
    (size,) = struct.unpack_from("<I", data, 4)
    end, at = 8 + size, 12
    while at < end:
        name, length = struct.unpack_from("<4sI", data, at)
        body = data[at + 8 : at + 8 + length]
        if len(body) != length:
            raise RefusedImage(_DAMAGED)
        yield name, body
        at += 8 + length + length % 2


def _webp_size(found: Mapping[bytes, bytes]) -> tuple[int, int]:
    """Read width and height from the picture's own first bytes."""
    if _LOSSLESS in found:
        mark, bits = struct.unpack_from("<sI", found[_LOSSLESS])
        is_whole, width, height = mark == b"\x2f", 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    else:
        mark, width, height = struct.unpack_from("<3x3sHH", found[_LOSSY])
        is_whole, width, height = mark == b"\x9d\x01\x2a", width & 0x3FFF, height & 0x3FFF
    if not is_whole:
        raise RefusedImage(_DAMAGED)
    return width, height


# ---------------------------------------------------------------- GIF

_IMAGE, _EXTENSION, _TRAILER, _CONTROL = 0x2C, 0x21, 0x3B, 0xF9


def _clean_gif(data: bytes) -> bytes:
    width, height, flags = struct.unpack_from("<6xHHB", data)
    _check_size(width, height)
    at = 13 + _colours(flags)
    kept, control, frame = [data[:at]], b"", b""
    while (kind := data[at]) != _TRAILER:
        if kind == _EXTENSION:
            end = _blocks_end(data, at + 2)
            if data[at + 1] == _CONTROL and end - at == 8:  # noqa: PLR2004
                control = data[at:end]
        elif kind != _IMAGE:
            raise RefusedImage(_DAMAGED)
        elif frame:
            raise RefusedImage(_MOVES)
        else:
            *place, flags = struct.unpack_from("<xHHHHB", data, at)
            left, top, width, height = place
            _check_size(left + width, top + height)
            end = _blocks_end(data, at + 11 + _colours(flags))
            frame = control + data[at:end]
        at = end
    if not frame:
        raise RefusedImage(_DAMAGED)
    return b"".join([*kept, frame, bytes([_TRAILER])])


def _colours(flags: int) -> int:
    """Return the size of a colour table, in bytes, as the flags before it say."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _blocks_end(data: bytes, at: int) -> int:
    """Find where a row of blocks ends: each begins with its length, and the last one is empty."""
    while data[at]:
        at += 1 + data[at]
    return at + 1


_FORMATS: tuple[tuple[re.Pattern[bytes], str, Callable[[bytes], bytes]], ...] = (
    (regex(re.escape(_PNG)), ".png", _clean_png),
    (regex(rb"\xff\xd8\xff"), ".jpg", _clean_jpeg),
    (regex(rb"RIFF(?s:.{4})WEBP"), ".webp", _clean_webp),
    (regex(rb"GIF8[79]a"), ".gif", _clean_gif),
)
