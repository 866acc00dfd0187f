"""What a picture's file says of itself, read without decoding a pixel: format, size, number of frames.

Only PNG, JPEG and WebP are known, told by their first bytes and never by a name or a content type. Sources: the PNG
specification (W3C, third edition), ITU-T T.81 annex B, RFC 9649 (WebP).
"""

import mmap
import struct
from dataclasses import dataclass
from pathlib import Path

MAX_PIXELS = 25_000_000
# A progressive JPEG has about ten; thousands of empty ones take minutes to decode.
MAX_JPEG_SCANS = 200


class BadPicture(Exception):
    """Bytes that will never be a picture of ours: asking storage or the decoder again is of no use.

    ``reason`` is a stable code, ``message`` a sentence for the person.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


@dataclass(frozen=True)
class Header:
    format: str  # png, jpeg or webp
    width: int  # pixels, as stored
    height: int


def read_header(path: Path) -> Header:
    """The header of one still picture of at most ``MAX_PIXELS``. Raises BadPicture for anything else."""
    if path.stat().st_size < 12:
        raise BadPicture("not_a_picture", "The endpoint's answer is no picture.")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        header, frames = _read(data)
    if header.width * header.height == 0:
        raise BadPicture("broken_picture", "The picture's header gives no size.")
    if header.width * header.height > MAX_PIXELS:
        raise BadPicture(
            "too_many_pixels",
            f"The picture is {header.width} x {header.height}; at most {MAX_PIXELS // 1_000_000} megapixels are kept.",
        )
    if frames > 1:
        raise BadPicture("animated", f"The picture has {frames} frames; only still pictures are kept.")
    return header


def _read(data: mmap.mmap) -> tuple[Header, int]:
    try:
        if data[:8] == b"\x89PNG\r\n\x1a\n":
            return _png(data)
        if data[:3] == b"\xff\xd8\xff":
            return _jpeg(data)
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return _webp(data)
    except struct.error:
        raise BadPicture("broken_picture", "The picture's file ends within its header.") from None
    raise BadPicture("not_a_picture", "The endpoint's answer is no PNG, JPEG or WebP.")


def _png(data: mmap.mmap) -> tuple[Header, int]:
    length, kind, width, height = struct.unpack_from(">I4sII", data, 8)
    if (length, kind) != (13, b"IHDR"):
        raise BadPicture("broken_picture", "The PNG does not begin with its header.")
    frames, at = 1, 33
    while kind != b"IDAT":  # acTL, the mark of an animation, stands before the pixels
        length, kind = struct.unpack_from(">I4s", data, at)
        if kind == b"acTL":
            (frames,) = struct.unpack_from(">I", data, at + 8)
        at += length + 12
    return Header("png", width, height), frames


def _jpeg(data: mmap.mmap) -> tuple[Header, int]:
    at = 2
    while True:
        mark, kind, length = struct.unpack_from(">BBH", data, at)
        if mark != 0xFF:
            raise BadPicture("broken_picture", "The JPEG's header is broken.")
        if kind == 0xFF:  # padding
            at += 1
        elif 0xC0 <= kind <= 0xCF and kind not in (0xC4, 0xC8, 0xCC):  # a frame header of any coding
            height, width = struct.unpack_from(">HH", data, at + 5)
            break
        elif kind in (0xD9, 0xDA):
            raise BadPicture("broken_picture", "The JPEG has no frame header.")
        else:
            at += length + 2
    if _count(data, b"\xff\xda", MAX_JPEG_SCANS) > MAX_JPEG_SCANS:
        raise BadPicture("too_many_scans", "The JPEG is made of too many scans.")
    return Header("jpeg", width, height), 1


def _webp(data: mmap.mmap) -> tuple[Header, int]:
    kind = data[12:16]
    if kind == b"VP8 ":
        width, height = (edge & 0x3FFF for edge in struct.unpack_from("<HH", data, 26))
        return Header("webp", width, height), 1
    if kind == b"VP8L":
        (packed,) = struct.unpack_from("<I", data, 21)
        return Header("webp", (packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1), 1
    if kind != b"VP8X":
        raise BadPicture("broken_picture", "The WebP does not begin with its header.")
    width, height = (int.from_bytes(data[at : at + 3], "little") + 1 for at in (24, 27))
    frames, at = 0, 12
    while at + 8 <= len(data):
        kind, length = struct.unpack_from("<4sI", data, at)
        frames += kind in (b"ANMF", b"VP8 ", b"VP8L")
        at += 8 + length + (length & 1)
    return Header("webp", width, height), frames


def _count(data: mmap.mmap, mark: bytes, enough: int) -> int:
    """How often ``mark`` occurs; stops counting soon after ``enough``."""
    count, at = 0, data.find(mark)
    while at >= 0 and count <= enough:
        count, at = count + 1, data.find(mark, at + len(mark))
    return count
