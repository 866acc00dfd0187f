"""Valid PNGs that carry a number in their pixels: cheap to make, never two alike."""

import io
import random
import struct
import zlib
from functools import lru_cache

from PIL import Image


def picture(n: int, k: int = 0, pixels: str = "64x64") -> bytes:
    """The PNG number ``n``, ``k``; "WxHn" instead of "WxH" fills it with noise (large, incompressible)."""
    width, height = map(int, pixels.rstrip("n").split("x"))
    rest, packed_rest = _background(width, height, pixels.endswith("n"))
    first = b"\x00" + struct.pack(">IH", n, k).ljust(3 * width, b"\x40")
    packer = zlib.compressobj(1, zlib.DEFLATED, -15)
    packed_first = packer.compress(first) + packer.flush(zlib.Z_FULL_FLUSH)
    check = struct.pack(">I", zlib.adler32(rest, zlib.adler32(first)))
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
            _chunk(b"IDAT", b"\x78\x01" + packed_first + packed_rest + check),
            _chunk(b"IEND", b""),
        ]
    )


def number_in(png: bytes) -> tuple[int, int]:
    """The n and k of a picture made here."""
    with Image.open(io.BytesIO(png)) as image:
        n, k = struct.unpack(">IH", image.convert("RGB").tobytes()[:6])
    return n, k


@lru_cache(maxsize=8)
def _background(width: int, height: int, noise: bool) -> tuple[bytes, bytes]:
    """All rows but the first, plain and packed: made once, since packing is the dear part."""
    if noise:
        source = random.Random(1)
        rows = [b"\x00" + source.randbytes(3 * width) for _ in range(height - 1)]
    else:
        rows = [b"\x00" + bytes([40 + 2 * y % 200, 90, 160]) * width for y in range(1, height)]
    rest = b"".join(rows)
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    return rest, packer.compress(rest) + packer.flush()


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
