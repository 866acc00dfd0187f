import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image

from images_app.images.derive import Derived, derive
from images_app.images.headers import BadPicture
from tests.images import corpus

Derive = Callable[[bytes], Derived]


@pytest.fixture
def derived(tmp_path: Path) -> Derive:
    def from_bytes(data: bytes) -> Derived:
        path = tmp_path / "picture"
        path.write_bytes(data)
        return derive(path)

    return from_bytes


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize("name", corpus.REFUSED)
def test_a_bad_file_is_refused_for_its_reason(derived: Derive, name: str) -> None:
    data, reason = corpus.REFUSED[name]
    with pytest.raises(BadPicture) as refusal:
        derived(data)
    assert refusal.value.reason == reason
    assert refusal.value.message


@pytest.mark.parametrize("name", corpus.KEPT)
def test_an_odd_picture_is_kept(derived: Derive, name: str) -> None:
    found = derived(corpus.KEPT[name])
    assert opened(found.preview).format == opened(found.thumbnail).format == "WEBP"
    assert found.placeholder.startswith("data:image/webp;base64,")


def test_no_file_of_the_corpus_costs_much_memory_or_time(tmp_path: Path) -> None:
    for number, data in enumerate([data for data, _ in corpus.REFUSED.values()] + [*corpus.KEPT.values()]):
        (tmp_path / f"{number}").write_bytes(data)
    memory, seconds = measured(tmp_path)
    assert memory < 80
    assert seconds < 5


def test_the_largest_pictures_fit_into_a_worker(tmp_path: Path) -> None:
    big = Image.linear_gradient("L").resize((5000, 5000)).convert("RGB")
    for name, format in (("png", "PNG"), ("jpeg", "JPEG"), ("webp", "WEBP")):
        (tmp_path / name).write_bytes(corpus.encoded(big, format, quality=50, method=0, compress_level=1))
    big.putalpha(big.getchannel("R"))
    (tmp_path / "webp with alpha").write_bytes(corpus.encoded(big, "WEBP", quality=50, method=0))
    memory, seconds = measured(tmp_path)
    assert memory < 380  # WebP needs three canvases of 95 MB for a moment, the others one or two
    assert seconds < 30


def measured(folder: Path) -> tuple[float, float]:
    """Peak memory in MB of a process that derives every file of a folder, and seconds of the slowest."""
    program = r"""
import json, re, sys, time
from pathlib import Path
from images_app.images.derive import derive
from images_app.images.headers import BadPicture
slowest = 0.0
for path in Path(sys.argv[1]).iterdir():
    began = time.monotonic()
    try:
        derive(path)
    except BadPicture:
        pass
    slowest = max(slowest, time.monotonic() - began)
peak = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
print(json.dumps([int(peak[1]) / 1024, slowest]))
"""
    done = subprocess.run(
        [sys.executable, "-c", program, folder], capture_output=True, check=True, timeout=120
    )
    memory, seconds = json.loads(done.stdout)
    return memory, seconds


def test_the_facts_of_the_original(derived: Derive) -> None:
    data = corpus.png((700, 300))
    found = derived(data)
    assert (found.format, found.width, found.height, found.size) == ("png", 700, 300, len(data))


def test_copies_have_their_long_edges(derived: Derive) -> None:
    found = derived(corpus.png((1792, 1024)))
    assert opened(found.preview).size == (1280, 731)
    assert opened(found.thumbnail).size == (512, 292)


def test_small_pictures_are_not_enlarged(derived: Derive) -> None:
    found = derived(corpus.png((300, 200)))
    assert opened(found.preview).size == opened(found.thumbnail).size == (300, 200)


def test_the_placeholder_is_tiny(derived: Derive) -> None:
    noise = Image.effect_noise((1024, 1024), 120).convert("RGB")
    assert len(derived(corpus.encoded(noise, "PNG")).placeholder) < 400
    assert len(derived(corpus.png((1024, 1024))).placeholder) < 130


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P"])
def test_copies_show_the_same_picture(derived: Derive, mode: str) -> None:
    preview = opened(derived(corpus.png((64, 64), mode)).preview).convert("L")
    assert preview.getpixel((32, 5)) < 60  # type: ignore[operator]
    assert preview.getpixel((32, 58)) > 195  # type: ignore[operator]


def test_sixteen_bits_are_scaled_to_eight(derived: Derive) -> None:
    preview = opened(derived(corpus.KEPT["16-bit grey png"]).preview).convert("L")
    assert preview.getpixel((32, 3)) < 60  # type: ignore[operator]
    assert preview.getpixel((32, 44)) > 195  # type: ignore[operator]


def test_transparency_stays(derived: Derive) -> None:
    preview = opened(
        derived(corpus.encoded(Image.new("RGB", (32, 32)), "PNG", transparency=(0, 0, 0))).preview
    )
    assert preview.convert("RGBA").getpixel((16, 16))[3] == 0  # type: ignore[index]


def test_a_turned_jpeg_is_set_upright(derived: Derive) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # its top is at the right
    found = derived(corpus.encoded(corpus.gradient((64, 48)), "JPEG", exif=exif))
    assert (found.width, found.height) == (48, 64)
    preview = opened(found.preview).convert("L")
    assert preview.size == (48, 64)
    assert preview.getpixel((3, 30)) > 195  # type: ignore[operator]


def test_colours_of_another_space_are_converted(derived: Derive) -> None:
    red = corpus.encoded(
        Image.new("RGB", (32, 32), (220, 20, 20)), "PNG", icc_profile=corpus.swapped_profile()
    )
    r, _, b = opened(derived(red).preview).convert("RGB").getpixel((16, 16))  # type: ignore[misc]
    assert b > 180 > 80 > r


def test_copies_carry_no_metadata_but_that_a_model_made_them(derived: Derive) -> None:
    exif = Image.Exif()
    exif[0x010E] = "a secret prompt"
    data = corpus.encoded(
        corpus.gradient((64, 48)), "JPEG", exif=exif, comment=b"secret", icc_profile=corpus.swapped_profile()
    )
    found = derived(data)
    for copy in (found.preview, found.thumbnail):
        assert b"secret" not in copy
        assert set(opened(copy).info) & {"exif", "icc_profile", "comment"} == set()
        assert b"digitalsourcetype/trainedAlgorithmicMedia" in opened(copy).info["xmp"]


def test_copies_carry_words_only_where_they_are_given(tmp_path: Path) -> None:
    path = tmp_path / "received"
    path.write_bytes(corpus.png())
    found = derive(path, 'A "heron" & <b>reeds</b>\x0b 海😀')
    for copy in (found.preview, found.thumbnail):
        told = ElementTree.fromstring(opened(copy).info["xmp"])
        (words,) = told.findall(".//{http://purl.org/dc/elements/1.1/}description/*/*")
        assert words.text == 'A "heron" & <b>reeds</b>\ufffd 海😀'
        assert b"digitalsourcetype/trainedAlgorithmicMedia" in opened(copy).info["xmp"]
    bare = derive(path)
    assert b"dc:description" not in opened(bare.preview).info["xmp"]
    assert (bare.sha256, bare.size) == (found.sha256, found.size)


def test_an_error_of_the_disk_is_not_the_pictures_fault(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        derive(tmp_path / "missing")
