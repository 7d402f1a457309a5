"""Small pictures of every kind, and what cameras and programs put into them."""

import struct
import zlib
from base64 import b64decode

WIDTH, HEIGHT = 3, 2
"""The size of the pictures here, in pixels."""

JPEG = b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAFA3PEY8MlBGQUZaVVBfeMiCeG5uePWvuZHI////////////////////////////////////////////"
    "////////wAALCAACAAMBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAA//EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AN//Z"
)
LOSSY = b64decode("UklGRjIAAABXRUJQVlA4ICYAAABwAQCdASoDAAIAB0CWJagCdAF1AAD+4aTQtJWzQ/VY/O34BXDAAA==")
LOSSLESS = b64decode("UklGRiIAAABXRUJQVlA4TBUAAAAvAkAAAA8wHoP8nv/5Dx7c4CCi/yEA")
GIF = b64decode("R0lGODdhAwACAIEAAMgePAAA/wAAAAAAACwAAAAAAwACAAAIBwADABg4MCAAOw==")
PNG = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAIAAAASFvFNAAAAHElEQVR4nGNkYPh/Qs6WgYGB8YScDQMDAwMDAwAsVQNHy/bHFAAAAABJRU5ErkJggg=="
)
SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>\n'
SECRET = b"Elm Street 12, taken by Ada"


def exif(orientation: int = 6, order: str = "<", *, extra: int = 1) -> bytes:
    """Write EXIF data with a place, as a camera does: maker, orientation, and GPS in a directory of its own."""
    start = b"II*\0" if order == "<" else b"MM\0*"
    entries = [
        struct.pack(f"{order}HHII", 0x010F, 2, len(SECRET), 200),
        struct.pack(f"{order}HHIHH", 0x0112, 3, extra, orientation, 0),
        struct.pack(f"{order}HHII", 0x8825, 4, 1, 100),
    ]
    directory = struct.pack(f"{order}IH", 8, len(entries)) + b"".join(entries) + bytes(4)
    # 52 degrees, 30 minutes, 12 seconds north
    north = struct.pack(f"{order}HHHI2sxx", 1, 1, 2, 2, b"N\0") + struct.pack(f"{order}HHII", 2, 5, 3, 150) + bytes(4)
    place = struct.pack(f"{order}6I", 52, 1, 30, 1, 12, 1)
    data = (start + directory).ljust(100, b"\0") + north
    return data.ljust(150, b"\0") + place.ljust(50, b"\0") + SECRET


def segment(marker: int, body: bytes) -> bytes:
    """Write one segment of a JPEG."""
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def jpeg(*segments: bytes, first: bytes = b"") -> bytes:
    """Return the JPEG with segments after the one that says it is JFIF, or before it."""
    at = JPEG.index(b"\xff\xdb")
    return JPEG[:2] + first + JPEG[2:at] + b"".join(segments) + JPEG[at:]


def chunk(name: bytes, body: bytes) -> bytes:
    """Write one chunk of a PNG."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(*chunks: bytes, size: tuple[int, int] = (WIDTH, HEIGHT)) -> bytes:
    """Return the PNG with chunks between its header and its pixels, and perhaps with another size in its header."""
    header = chunk(b"IHDR", struct.pack(">II", *size) + b"\x08\x02\0\0\0")
    return PNG[:8] + header + b"".join(chunks) + PNG[33:]


def webp(*chunks: tuple[bytes, bytes], flags: int | None = None, image: bytes = LOSSY) -> bytes:
    """Return the WebP with chunks after its pixels, and with the flags of an extended one."""
    extended = [(b"VP8X", struct.pack("<B3x", flags) + b"\x02\0\0\x01\0\0")] if flags is not None else []
    parts = [name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2) for name, body in extended]
    parts.append(image[12:])
    parts += [name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2) for name, body in chunks]
    body = b"".join(parts)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def gif(*blocks: bytes, after: bytes = b"") -> bytes:
    """Return the GIF with blocks before its picture, and others after it."""
    at = GIF.index(b"\x2c")
    return GIF[:at] + b"".join(blocks) + GIF[at:-1] + after + GIF[-1:]


def comment(text: bytes, label: int = 0xFE) -> bytes:
    """Write one extension block of a GIF."""
    return bytes([0x21, label, len(text)]) + text + b"\0"
