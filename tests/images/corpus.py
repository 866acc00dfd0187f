"""Files to be wary of: what an endpoint might send by mistake or in malice, each made here byte by byte."""

import io
import struct
import zlib

from PIL import Image, ImageCms

HTML = b"<!doctype html><script>alert(document.domain)</script>"


def png(size: tuple[int, int] = (64, 48), mode: str = "RGB", **options: object) -> bytes:
    return encoded(gradient(size, mode), "PNG", **options)


def encoded(image: Image.Image, format: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def gradient(size: tuple[int, int], mode: str = "RGB") -> Image.Image:
    """Dark at the top, light at the bottom."""
    return Image.linear_gradient("L").resize(size).convert("RGB").convert(mode)


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def huge_png(width: int = 65_500, height: int = 65_500) -> bytes:
    """A header that asks for gigabytes, and some thousand well-packed rows behind it."""
    rows = zlib.compress(bytes(3 * width + 1) * 20, 9)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def two_headed_png() -> bytes:
    """A harmless header, then the one of a bomb."""
    bomb = huge_png()
    return bomb[:8] + chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)) + bomb[8:]


def animated_png(frames: int = 3) -> bytes:
    images = [gradient((8, 8 + number)).resize((8, 8)).rotate(number * 90) for number in range(frames)]
    return encoded(images[0], "PNG", save_all=True, append_images=images[1:])


def noted_png(length: int) -> bytes:
    """Compressed text that unpacks to ``length`` bytes, before the pixels."""
    plain = png()
    text = b"Comment\x00\x00" + zlib.compress(bytes(length), 9)
    return plain[:33] + chunk(b"zTXt", text) + plain[33:]


def animated_webp(frames: int = 10_000) -> bytes:
    """Many frames, from one that is really encoded."""
    still = encoded(gradient((16, 16)), "WEBP")
    body = still[12:]
    frame = struct.pack("<3s3s3s3s3sB", *([bytes(3)] * 2), *([b"\x0f\0\0"] * 2), b"\x0a\0\0", 0) + body
    frame_chunk = b"ANMF" + struct.pack("<I", len(frame)) + frame + b"\0" * (len(frame) & 1)
    head = b"VP8X" + struct.pack("<IB3s3s3s", 10, 0x02, bytes(3), b"\x0f\0\0", b"\x0f\0\0")
    head += b"ANIM" + struct.pack("<IIH", 6, 0, 0)
    content = b"WEBP" + head + frame_chunk * frames
    return b"RIFF" + struct.pack("<I", len(content)) + content


def huge_webp() -> bytes:
    """A canvas of 16,384 x 16,384 around a small frame."""
    still = encoded(gradient((16, 16)), "WEBP")
    content = (
        b"WEBPVP8X" + struct.pack("<IB3s3s3s", 10, 0, bytes(3), b"\xff\x3f\0", b"\xff\x3f\0") + still[12:]
    )
    return b"RIFF" + struct.pack("<I", len(content)) + content


def many_scans_jpeg() -> bytes:
    """A progressive JPEG whose last scan is repeated: each costs a pass over all pixels."""
    plain = encoded(gradient((512, 512)), "JPEG", progressive=True)
    last = plain[plain.rindex(b"\xff\xda") : -2]
    return plain[:-2] + last * 5_000 + plain[-2:]


def huge_jpeg() -> bytes:
    plain = encoded(gradient((64, 64)), "JPEG")
    at = plain.index(b"\xff\xc0") + 5
    return plain[:at] + struct.pack(">HH", 65_500, 65_500) + plain[at + 4 :]


def swapped_profile() -> bytes:
    """A colour profile (ICC.1:2001, matrix and curves) under which red is blue and blue is red."""

    def fixed(*numbers: float) -> bytes:
        return struct.pack(f">{len(numbers)}i", *(round(number * 65536) for number in numbers))

    blue, green, red = (0.4361, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141)
    text = b"text" + bytes(4) + b"swapped\0"
    name = b"desc" + bytes(4) + struct.pack(">I", 8) + b"swapped\0" + bytes(79)
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(2.2 * 256)) + bytes(2)
    tags = {b"desc": name, b"cprt": text, b"wtpt": b"XYZ " + bytes(4) + fixed(0.9642, 1.0, 0.8249)}
    for letter, column in ((b"r", red), (b"g", green), (b"b", blue)):
        tags |= {letter + b"XYZ": b"XYZ " + bytes(4) + fixed(*column), letter + b"TRC": curve}
    table, data, at = struct.pack(">I", len(tags)), b"", 132 + 12 * len(tags)
    for tag, content in tags.items():
        content += bytes(-len(content) % 4)
        table += tag + struct.pack(">II", at + len(data), len(content))
        data += content
    header = struct.pack(">I4xI4s4s4s", at + len(data), 0x02400000, b"mntr", b"RGB ", b"XYZ ").ljust(
        36, b"\0"
    )
    header += b"acsp" + bytes(28) + fixed(0.9642, 1.0, 0.8249)
    return header.ljust(128, b"\0") + table + data


def unpackable_png() -> bytes:
    """Its pixels are packed in a way nobody knows."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", b"\xff" * 5_000) + chunk(b"IEND", b"")


def half(data: bytes) -> bytes:
    return data[: len(data) // 2]


# Never to be kept: name and bytes, and the reason given.
REFUSED: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "not_a_picture"),
    "html": (HTML * 3, "not_a_picture"),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "not_a_picture"),
    "eps": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not_a_picture"),
    "tiff": (encoded(gradient((16, 16)), "TIFF"), "not_a_picture"),
    "gif": (encoded(gradient((16, 16)), "GIF"), "not_a_picture"),
    "bmp": (encoded(gradient((16, 16)), "BMP"), "not_a_picture"),
    "zeros": (bytes(5_000), "not_a_picture"),
    "png of 4 gigapixels": (huge_png(), "too_many_pixels"),
    "png just over the limit": (huge_png(5_000, 5_001), "too_many_pixels"),
    "png of no width": (huge_png(0, 8), "broken_picture"),
    "png with two headers": (two_headed_png(), "broken_picture"),
    "animated png": (animated_png(), "animated"),
    "png without pixels": (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", bytes(13)), "broken_picture"),
    "png that is a signature": (b"\x89PNG\r\n\x1a\n" + bytes(8), "broken_picture"),
    "text bomb": (noted_png(200_000_000), "broken_picture"),
    "webp of 10,000 frames": (animated_webp(), "animated"),
    "webp of 268 megapixels": (huge_webp(), "too_many_pixels"),
    "webp that is a signature": (b"RIFF\xff\xff\xff\xffWEBPVP8 ", "broken_picture"),
    "jpeg of 4 gigapixels": (huge_jpeg(), "too_many_pixels"),
    "jpeg of 5,000 scans": (many_scans_jpeg(), "too_many_scans"),
    "jpeg that is a signature": (b"\xff\xd8\xff" + bytes(20), "broken_picture"),
    "half a png": (half(png((512, 512))), "broken_picture"),
    "half a jpeg": (half(encoded(gradient((512, 512)), "JPEG")), "broken_picture"),
    "half a webp": (half(encoded(gradient((512, 512)), "WEBP")), "broken_picture"),
    "png cut in its header": (png()[:20], "broken_picture"),
    "jpeg cut in its header": (encoded(gradient((64, 64)), "JPEG")[:100], "broken_picture"),
    "webp cut in its header": (encoded(gradient((64, 64)), "WEBP")[:25], "broken_picture"),
    "png that cannot be unpacked": (unpackable_png(), "broken_picture"),
}

# Odd, but pictures: they were paid for and are kept.
KEPT: dict[str, bytes] = {
    "png": png(),
    "grey png": png(mode="L"),
    "black and white png": png(mode="1"),
    "palette png": png(mode="P"),
    "palette png with a hole": png(mode="P", transparency=0),
    "rgb png with a hole": png(transparency=(0, 0, 0)),
    "png with alpha": png(mode="RGBA"),
    "grey png with alpha": png(mode="LA"),
    "16-bit grey png": encoded(gradient((64, 48), "L").convert("I;16").point(lambda v: v * 257 + 0), "PNG"),
    "png of one pixel": png((1, 1)),
    "png line": png((20_000, 1)),
    "png column": png((1, 20_000)),
    "png with html behind": png() + HTML,
    "png with a broken profile": png(icc_profile=b"nonsense"),
    "png with the profile of no screen": png(
        icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()
    ),
    "png with a long note": noted_png(3_000_000),
    "png with broken notes": png(exif=b"Exif\x00\x00MM\x00*\xff\xff\xff\xff"),
    "jpeg": encoded(gradient((64, 48)), "JPEG"),
    "grey jpeg": encoded(gradient((64, 48), "L"), "JPEG"),
    "cmyk jpeg": encoded(gradient((64, 48), "CMYK"), "JPEG"),
    "progressive jpeg with html behind": encoded(gradient((64, 48)), "JPEG", progressive=True) + HTML,
    "webp": encoded(gradient((64, 48)), "WEBP"),
    "lossless webp": encoded(gradient((64, 48)), "WEBP", lossless=True),
    "webp with alpha and notes": encoded(gradient((64, 48), "RGBA"), "WEBP", xmp=b"<x/>"),
    "webp with html behind": encoded(gradient((64, 48)), "WEBP") + HTML,
}
