"""Thumbnails and posters of honest images, of all formats and modes."""

from typing import Any

import pytest
from PIL import Image, ImageCms, features

from mserve.errors import TaskError
from mserve.resources.defaults import IMAGE, PAGES, PICTURES
from mserve.tasks.condition import Condition
from mserve.tasks.confined import LOG
from mserve.tasks.library import pixels, raster
from tests.unit.tasks.library.pictures import (
    BLUE,
    FORMATS,
    GREEN,
    JPEG,
    RED,
    TASKS,
    WEBP,
    alike,
    encoded,
    is_quarters,
    made,
    quarters,
)

LAB = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))


def test_every_format_is_there() -> None:
    assert all(features.check(each) for each in ("jpg", "webp", "avif", "jpg_2000", "libtiff"))
    assert set(FORMATS) == set(raster.FORMATS)


@pytest.mark.parametrize("kind", FORMATS)
def test_a_thumbnail_of_each_format(source_of: Any, kind: str) -> None:
    if kind == "ICO":  # icons are square, and of a few sizes
        _, image = made(source_of(encoded(quarters(256, 256), kind)))
        assert image.size == (128, 128)
    else:
        output, image = made(source_of(encoded(quarters(840, 420), kind)))
        assert (output.name, output.mimetype, image.size) == ("thumbnail", JPEG, (210, 105))
    assert is_quarters(image)


def test_a_poster_is_twice_as_large(source_of: Any) -> None:
    output, image = made(source_of(encoded(quarters(840, 840), "JPEG")), "poster")
    assert (output.name, image.size) == ("poster", (256, 256))
    assert image.info.get("progressive")


def test_the_box_can_be_chosen(source_of: Any) -> None:
    assert made(source_of(encoded(quarters())), width=60, height=60)[1].size == (60, 30)


@pytest.mark.parametrize("size", [(1, 1), (209, 127), (210, 10)])
def test_nothing_is_enlarged(source_of: Any, size: tuple[int, int]) -> None:
    assert made(source_of(encoded(Image.new("RGB", size))))[1].size == size


@pytest.mark.parametrize(("size", "box"), [((1, 9000), (1, 128)), ((9000, 1), (210, 1))])
def test_no_side_vanishes(source_of: Any, size: tuple[int, int], box: tuple[int, int]) -> None:
    assert made(source_of(encoded(Image.new("RGB", size))))[1].size == box


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP", "AVIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("width", [840, 80], ids=["large", "small"])
def test_the_picture_stands_upright(
    source_of: Any, kind: str, orientation: int, width: int
) -> None:
    upright = quarters(width, width // 2)
    inverse = {6: 8, 8: 6}.get(orientation, orientation)
    turn = pixels.UPRIGHT.get(inverse)
    exif = Image.Exif()
    exif[pixels.ORIENTATION] = orientation
    stored = upright.transpose(turn) if turn is not None else upright
    _, image = made(source_of(encoded(stored, kind, exif=exif)))
    assert image.size == ((210, 105) if width == 840 else (80, 40))
    assert is_quarters(image)
    assert pixels.ORIENTATION not in image.getexif()


@pytest.mark.parametrize("exif", [b"Exif\0\0", b"Exif\0\0garbage" * 9, b"MM\0*\xff\xff\xff\xff"])
def test_broken_exif_is_ignored(source_of: Any, exif: bytes) -> None:
    assert is_quarters(made(source_of(encoded(quarters(), "JPEG", exif=exif)))[1])


def test_nothing_of_the_metadata_is_carried_over(source_of: Any) -> None:
    exif = Image.Exif()
    exif[0x010E] = "a secret place"
    stored = encoded(
        quarters(), "JPEG", exif=exif, comment=b"a secret remark", dpi=(72, 72),
        xmp=b"<x>a secret thought</x>", icc_profile=pixels.SRGB.tobytes(),
    )  # fmt: skip
    output, image = made(source_of(stored))
    assert b"secret" in stored and b"secret" not in output.path.read_bytes()
    assert not image.getexif() and not {"icc_profile", "comment", "xmp"} & image.info.keys()


def test_of_an_animation_the_first_frame(source_of: Any) -> None:
    later = [Image.new("RGB", (240, 120), colour) for colour in (BLUE, GREEN)]
    for kind in ("GIF", "PNG", "WEBP", "AVIF", "TIFF"):
        stored = encoded(quarters(), kind, save_all=True, append_images=later)
        assert is_quarters(made(source_of(stored))[1]), kind


def test_the_default_workflow_sends_what_can_be_read() -> None:
    assert set(PICTURES) == {*raster.MIMETYPES}
    assert PAGES == ("application/pdf",)
    condition = Condition.parse(IMAGE)
    for mimetype in ("application/pdf", "image/heic", "image/jpeg"):
        assert condition.holds({"mfile": {"mimetype": mimetype}})
    assert not condition.holds({"mfile": {"mimetype": "text/plain"}})


def test_heif_of_the_general_brand(source_of: Any) -> None:
    stored = encoded(quarters(), "HEIF").replace(b"ftypheic", b"ftypmif1", 1)
    source = source_of(stored)
    assert TASKS["mime"].run(source, {}).facts == {"mimetype": "image/heif"}
    assert is_quarters(made(source)[1])


def test_a_page_can_be_chosen(source_of: Any) -> None:
    later = [Image.new("RGB", (240, 120), colour) for colour in (BLUE, GREEN)]
    for kind in ("GIF", "PNG", "WEBP", "AVIF", "TIFF"):
        source = source_of(encoded(quarters(), kind, save_all=True, append_images=later))
        _, image = made(source, page=3)
        assert alike(image.convert("RGB").getpixel((9, 9)), GREEN), kind
        with pytest.raises(TaskError, match="there is no page 4; the image has 3"):
            made(source, page=4)
    with pytest.raises(TaskError, match="there is no page 2; the image has 1"):
        made(source_of(encoded(quarters())), page=2)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_heic_picture_stands_upright(source_of: Any, orientation: int) -> None:
    upright = quarters(840, 420)
    turn = pixels.UPRIGHT.get({6: 8, 8: 6}.get(orientation, orientation))
    stored = upright.transpose(turn) if turn is not None else upright
    exif = Image.Exif()
    exif[pixels.ORIENTATION] = orientation
    _, image = made(source_of(encoded(stored, "HEIF", exif=exif.tobytes())))
    assert image.size == (210, 105) and is_quarters(image)


def test_of_several_pictures_in_a_jpeg_the_first(source_of: Any) -> None:
    stored = encoded(quarters(), "MPO", save_all=True, append_images=[Image.new("RGB", (9, 9))])
    assert is_quarters(made(source_of(stored))[1])


def test_a_film_behind_the_picture_is_no_matter(source_of: Any) -> None:
    assert is_quarters(made(source_of(encoded(quarters(), "JPEG") + b"\xff\xda\0\2" * 999))[1])


def test_print_colours(source_of: Any) -> None:
    for kind in ("JPEG", "TIFF"):
        stored = encoded(quarters().convert("CMYK"), kind)
        output, image = made(source_of(stored))
        assert output.mimetype == JPEG and is_quarters(image), kind


def test_a_colour_profile_is_applied(source_of: Any) -> None:
    swapped = pixels.SRGB.tobytes().replace(b"rXYZ", b"XXXX")
    swapped = swapped.replace(b"gXYZ", b"rXYZ").replace(b"XXXX", b"gXYZ")
    red = Image.new("RGB", (300, 300), RED)
    for kind in ("JPEG", "PNG", "WEBP", "TIFF"):
        _, image = made(source_of(encoded(red, kind, icc_profile=swapped)))
        assert alike(image.getpixel((9, 9)), (0, 255, 0)), kind
    red.putalpha(100)
    output, image = made(source_of(encoded(red, "PNG", icc_profile=swapped)))
    assert output.mimetype == WEBP
    assert alike(image.getpixel((9, 9)), (0, 255, 0, 100))


@pytest.mark.parametrize("profile", [b"no profile", LAB.tobytes()])
def test_a_profile_that_does_not_fit_is_ignored(source_of: Any, profile: bytes) -> None:
    assert is_quarters(made(source_of(encoded(quarters(), "JPEG", icc_profile=profile)))[1])


def test_lab_colours(source_of: Any) -> None:
    image = ImageCms.profileToProfile(quarters(), pixels.SRGB, LAB, outputMode="LAB")
    assert image and is_quarters(made(source_of(encoded(image, "TIFF")))[1])


def grey(mode: str, values: list[float]) -> Image.Image:
    image = Image.new(mode, (len(values) * 40, 40))
    for place, value in enumerate(values):
        for x in range(place * 40, place * 40 + 40):
            for y in range(40):
                image.putpixel((x, y), value if mode == "F" else int(value))
    return image


@pytest.mark.parametrize(
    ("stored", "wanted"),
    [
        (encoded(grey("I;16", [0, 32768, 65535])), (0, 127, 255)),
        (encoded(grey("I;16", [0, 32768, 65535]), "TIFF"), (0, 127, 255)),
        (encoded(grey("I;16B", [0, 32768, 65535]), "TIFF"), (0, 127, 255)),
        (encoded(grey("I", [0, 32768, 65535]), "TIFF"), (0, 127, 255)),
        (encoded(grey("I", [-1000, 0, 1000]), "TIFF"), (0, 127, 255)),
        (encoded(grey("I", [-(2**31), 0, 2**31 - 1]), "TIFF"), (0, 127, 255)),
        (encoded(grey("F", [0, 0.5, 1]), "TIFF"), (0, 127, 255)),
        (encoded(grey("F", [-10, 0, 10]), "TIFF"), (0, 127, 255)),
        (encoded(grey("F", [7, 7, 7]), "TIFF"), (255, 255, 255)),
        (encoded(grey("L", [0, 99, 255])), (0, 99, 255)),
        (encoded(grey("1", [0, 1, 1])), (0, 255, 255)),
        (encoded(grey("P", [0, 0, 0])), (0, 0, 0)),
    ],
)
def test_greys_of_all_depths(source_of: Any, stored: bytes, wanted: tuple[int, ...]) -> None:
    output, image = made(source_of(stored))
    seen = [image.convert("L").getpixel((x, 20)) for x in (20, 60, 100)]
    assert output.mimetype == JPEG and alike(seen, wanted, 4)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_numbers_that_are_no_greys(source_of: Any, value: float) -> None:
    made(source_of(encoded(grey("F", [0, value, 5]), "TIFF")))


def seen_through(kind: str) -> tuple[bytes, dict[str, Any]]:
    """An image whose left half is transparent."""
    image = quarters().convert("RGBA")
    image.paste((0, 0, 0, 0), (0, 0, 120, 120))
    if kind == "palette":
        return encoded(image.quantize(16)), {}
    if kind == "key colour":
        return encoded(image.convert("RGB"), transparency=(0, 0, 0)), {}
    if kind == "grey":
        return encoded(image.convert("LA")), {}
    if kind == "GIF":
        return encoded(image.convert("RGBA"), "GIF"), {}
    return encoded(image, kind), {}


@pytest.mark.parametrize(
    "kind", ["PNG", "WEBP", "TIFF", "AVIF", "JPEG2000", "GIF", "palette", "key colour", "grey"]
)
def test_transparency_is_kept(source_of: Any, kind: str) -> None:
    output, image = made(source_of(seen_through(kind)[0]))
    alpha = image.convert("RGBA").getchannel("A")
    assert output.mimetype == WEBP and output.path.suffix == ".webp"
    assert (alpha.getpixel((20, 50)), alpha.getpixel((190, 50))) == (0, 255)


def test_a_transparency_that_nothing_uses_is_dropped(source_of: Any) -> None:
    output, image = made(source_of(encoded(quarters().convert("RGBA"))))
    assert output.mimetype == JPEG and is_quarters(image)


def test_the_scratch_folder_holds_nothing_else(source_of: Any) -> None:
    source = source_of(encoded(quarters()))
    output, _ = made(source)
    assert {*source.scratch.iterdir()} == {output.path, source.scratch / LOG}
