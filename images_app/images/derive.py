"""From a picture's file to its display copies: headers are checked first, then the pixels are decoded once.

The original is only read, never rewritten: it may carry content credentials that any change would break.
"""

import base64
import hashlib
import io
import re
import struct
import zlib
from dataclasses import dataclass
from html import escape
from pathlib import Path

from PIL import ExifTags, Image, ImageCms, ImageFile, PngImagePlugin, WebPImagePlugin

from images_app.images.headers import MAX_PIXELS, BadPicture, Header, read_header

PREVIEW_EDGE = 1280
THUMBNAIL_EDGE = 512
PLACEHOLDER_WIDTH = 14

# Belt and braces: headers.py has refused such pictures before Pillow sees them.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
ImageFile.LOAD_TRUNCATED_IMAGES = False
# Some endpoints write the whole recipe into the PNG: a long note is no reason to lose a paid picture.
PngImagePlugin.MAX_TEXT_CHUNK = 16 * 2**20

# What XML 1.0 cannot hold, however it is written.
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def notes(description: str = "") -> bytes:
    """XMP of a display copy: that a model made the picture (IPTC's vocabulary of digital source types), and
    ``description`` (Dublin Core) where there is one."""
    words = escape(_UNWRITABLE.sub("\ufffd", description), quote=False)
    said = (
        f'<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{words}</rdf:li></rdf:Alt></dc:description>'
    )
    return f"""<x:xmpmeta xmlns:x="adobe:ns:meta/">\
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" \
xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" \
Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia">\
{said if words else ""}</rdf:Description></rdf:RDF></x:xmpmeta>""".encode()


def without_words(webp: bytes) -> bytes:
    """A display copy whose notes have no description; its pixels stay as they are."""
    kept, at = [], 12  # behind RIFF, the size and WEBP
    while at + 8 <= len(webp):
        name, size = webp[at : at + 4], int.from_bytes(webp[at + 4 : at + 8], "little")
        body = notes() if name == b"XMP " else webp[at + 8 : at + 8 + size]
        kept.append(name + len(body).to_bytes(4, "little") + body + b"\0" * (len(body) % 2))
        at += 8 + size + size % 2
    chunks = b"WEBP" + b"".join(kept)
    return b"RIFF" + len(chunks).to_bytes(4, "little") + chunks


# What Pillow and its decoders raise for bad bytes.
_BAD_BYTES = (
    SyntaxError,
    ValueError,
    EOFError,
    LookupError,
    TypeError,
    ArithmeticError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
)


@dataclass(frozen=True)
class Derived:
    """What is known of an original, and the copies made from its pixels."""

    format: str  # png, jpeg or webp
    width: int  # pixels, as shown
    height: int
    size: int  # bytes
    sha256: str
    preview: bytes  # WebP, long edge PREVIEW_EDGE at most
    thumbnail: bytes  # WebP, long edge THUMBNAIL_EDGE at most
    placeholder: str  # data: URL of a WebP, PLACEHOLDER_WIDTH wide


def derive(path: Path, description: str = "") -> Derived:
    """Checks and decodes the picture at ``path``; ``description`` is written into the display copies alone.

    Raises BadPicture for bytes that will never be a picture of ours; an OSError of reading the file passes through.
    """
    header = read_header(path)
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    try:
        width, height, preview = _decode(path, header)
    except OSError as error:
        if error.errno is not None:  # the disk's complaint, not the decoder's
            raise
        raise _broken(error) from error
    except _BAD_BYTES as error:
        raise _broken(error) from error
    thumbnail, xmp = _fit(preview, THUMBNAIL_EDGE), notes(description)
    return Derived(
        format=header.format,
        width=width,
        height=height,
        size=path.stat().st_size,
        sha256=sha256,
        preview=_webp(preview, xmp, quality=82),
        thumbnail=_webp(thumbnail, xmp, quality=80),
        placeholder=_placeholder(thumbnail),
    )


def _broken(error: Exception) -> BadPicture:
    return BadPicture("broken_picture", f"The picture's pixels cannot be read: {error}"[:300])


def _decode(path: Path, header: Header) -> tuple[int, int, Image.Image]:
    """Width and height as shown, and the pixels at preview size: upright, sRGB, mode RGB or RGBA."""
    with Image.open(path, formats=[header.format.upper()]) as image:
        if image.width * image.height > MAX_PIXELS:
            raise BadPicture("too_many_pixels", "The picture is larger than its header says.")
        image.draft("RGB", (PREVIEW_EDGE, PREVIEW_EDGE))  # a JPEG decoder can skip detail; others ignore it
        profile = image.info.get("icc_profile")
        small = _fit(_pixels(image), PREVIEW_EDGE)
        turn = _turn(image)  # after the pixels: Pillow looks for a PNG's notes behind them
    small = _to_srgb(small, profile)
    if turn is None:
        return header.width, header.height, small
    sideways = turn not in _KEEP_EDGES
    width, height = (header.height, header.width) if sideways else (header.width, header.height)
    return width, height, small.transpose(turn)


def _pixels(image: ImageFile.ImageFile) -> Image.Image:
    """The decoded picture in a mode that can be resized. Its largest copy: 4 bytes a pixel, WebP three times that."""
    if isinstance(image, WebPImagePlugin.WebPImageFile):
        # Pillow's own way would hold four canvases at once: 400 MB at 25 megapixels. This drops the decoder's
        # two before anything is made of the third.
        frame = image._get_next()[0]
        image._decoder = None
        return Image.frombuffer(image.rawmode, image.size, frame, "raw", image.rawmode, 0, 1)
    image.load()
    if image.mode == "P" or (image.mode in ("1", "L", "RGB") and "transparency" in image.info):
        return image.convert("RGBA" if image.has_transparency_data else "RGB")
    return image.convert("L") if image.mode == "1" else image


def _turn(image: Image.Image) -> Image.Transpose | None:
    """How to set the picture upright; broken notes about it are no reason to lose it."""
    try:
        return _TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    except (OSError, *_BAD_BYTES):
        return None


_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_KEEP_EDGES = (Image.Transpose.FLIP_LEFT_RIGHT, Image.Transpose.ROTATE_180, Image.Transpose.FLIP_TOP_BOTTOM)


def _fit(image: Image.Image, edge: int) -> Image.Image:
    """The picture, shrunk where its long edge is over ``edge`` pixels; never enlarged."""
    longest = max(image.size)
    if longest <= edge:
        return image
    if longest % edge == 0:
        return image.reduce(longest // edge)  # plain averages: ten times quicker, as good at whole factors
    width, height = (max(1, round(side * edge / longest)) for side in image.size)
    return image.resize((width, height), Image.Resampling.HAMMING, reducing_gap=2.0)


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Browsers read an image without a profile as sRGB, so colours of another space are converted."""
    if image.mode.startswith("I"):
        image = image.point(lambda value: value / 256 + 0).convert("L")
    mode = "RGBA" if image.mode in ("RGBA", "LA") else "RGB"
    if profile and image.mode in ("RGB", "RGBA", "CMYK"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            if not ImageCms.getProfileDescription(source).startswith("sRGB"):
                converted = ImageCms.profileToProfile(image, source, _SRGB, outputMode=mode)
                image = converted or image
        except (OSError, ImageCms.PyCMSError, *_BAD_BYTES):
            pass  # a broken profile: show the numbers as they are
    return image if image.mode == mode else image.convert(mode)


_SRGB = ImageCms.createProfile("sRGB")


def _webp(image: Image.Image, xmp: bytes, quality: int) -> bytes:
    # method 2: as small as Pillow's default of 4 but for a twentieth, in a third of its time. Nothing of the
    # original's metadata is handed on.
    file = io.BytesIO()
    image.save(file, "WEBP", quality=quality, method=2, xmp=xmp, exif=b"", icc_profile=None)
    return file.getvalue()


def _placeholder(image: Image.Image) -> str:
    """A blur of about a hundred characters, for the moment before the thumbnail is there."""
    height = min(4 * PLACEHOLDER_WIDTH, max(1, round(PLACEHOLDER_WIDTH * image.height / image.width)))
    blur = image.resize((PLACEHOLDER_WIDTH, height), Image.Resampling.HAMMING)
    if blur.mode == "RGBA":
        blur = Image.alpha_composite(Image.new("RGBA", blur.size, "grey"), blur)
    file = io.BytesIO()
    blur.convert("RGB").save(file, "WEBP", quality=10, method=4, exif=b"", icc_profile=None)
    return "data:image/webp;base64," + base64.b64encode(file.getvalue()).decode()
