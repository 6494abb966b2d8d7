"""Thumbnails and posters of PDFs."""

import io
import zlib
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from mserve.errors import TaskError
from mserve.tasks.confine import MIB, Crashed, Limits, confine
from mserve.tasks.library.images import thumbnail
from tests.unit.tasks.library.papers import page_of, pdf, with_table
from tests.unit.tasks.library.pictures import BLUE, JPEG, RED, alike, encoded, made, quarters


def halves(image: Image.Image) -> bool:
    """Red above, blue below."""
    x, y = image.width // 2, image.height // 4
    above, below = (image.convert("RGB").getpixel(place) for place in ((x, y), (x, 3 * y)))
    return alike(above, RED) and alike(below, BLUE)


def test_the_first_page_is_drawn(source_of: Any) -> None:
    source = source_of(pdf(page_of(400, 200), page_of(100, 100)))
    output, image = made(source)
    assert (output.name, output.mimetype, image.size) == ("thumbnail", JPEG, (210, 105))
    assert halves(image)
    assert made(source, "poster")[1].size == (420, 210)


def test_a_page_is_drawn_as_large_as_asked_for(source_of: Any) -> None:
    assert made(source_of(pdf(page_of(20, 10))), width=1000, height=1000)[1].size == (1000, 500)
    _, image = made(source_of(pdf(page_of(14_400, 1))), width=300)
    assert image.size == (300, 1)


def test_another_page(source_of: Any) -> None:
    source = source_of(pdf(page_of(400, 200), page_of(100, 100)))
    assert made(source, page=2)[1].size == (128, 128)
    with pytest.raises(TaskError, match="there is no page 3; the PDF has 2"):
        made(source, page=3)
    with pytest.raises(TaskError, match="page should be from 1"):
        made(source, page=0)


def test_a_page_that_is_turned(source_of: Any) -> None:
    _, image = made(source_of(pdf(page_of(400, 200, turn=180))))
    x, y = image.width // 2, image.height // 4
    assert alike(image.getpixel((x, y)), BLUE)
    assert made(source_of(pdf(page_of(400, 200, turn=90))))[1].size == (64, 128)


def test_an_empty_page_is_white(source_of: Any) -> None:
    output, image = made(source_of(pdf("100 100 0|")))
    assert output.mimetype == JPEG and alike(image.convert("RGB").getpixel((9, 9)), (255,) * 3)


def test_its_bytes_say_what_a_file_is(source_of: Any) -> None:
    drawn = made(source_of(pdf(page_of(400, 200), before=b"\xef\xbb\xbf\n"), "a.jpg"))[1]
    assert halves(drawn)
    assert made(source_of(encoded(quarters()), "a.pdf"))[1].size == (210, 105)


def test_a_pdf_by_another_hand(source_of: Any) -> None:
    stream = io.BytesIO()
    Image.new("RGB", (300, 300), RED).save(stream, "PDF", save_all=True)
    assert alike(made(source_of(stream.getvalue()))[1].getpixel((9, 9)), RED)


def test_an_encrypted_pdf(source_of: Any) -> None:
    with pytest.raises(TaskError, match="the PDF is encrypted"):
        made(source_of(pdf(page_of(), encrypt=True)))


@pytest.mark.parametrize("stored", [b"%PDF-1.7\n", b"%PDF-1.7\nwords" * 99, pdf()])
def test_a_broken_pdf(source_of: Any, stored: bytes) -> None:
    with pytest.raises(TaskError, match=r"the PDF (is broken|has no pages)"):
        made(source_of(stored))


@pytest.mark.parametrize("size", [(14_401, 10), (10, 1e9), (3e7, 3e7)])
def test_a_gigantic_page(source_of: Any, size: tuple[float, float]) -> None:
    with pytest.raises(TaskError, match="14400 × 14400 is the most"):
        made(source_of(pdf(page_of(*size))))


@pytest.mark.parametrize("size", ["0 0", "-5 10", "1e-9 1e-9"])
def test_a_page_without_a_size_is_drawn_or_refused(source_of: Any, size: str) -> None:
    try:
        made(source_of(pdf(f"{size} 0|")))
    except TaskError as fault:
        assert "broken" in str(fault)


def test_half_a_pdf_is_drawn_or_refused(source_of: Any) -> None:
    whole = pdf(page_of(400, 200), page_of())
    for length in range(20, len(whole), 97):
        try:
            made(source_of(whole[:length]))
        except TaskError as fault:
            assert "the PDF" in str(fault)


def test_a_page_that_grows_costs_its_process_alone(source_of: Any) -> None:
    packed = zlib.compress(b"q 0 0 9 9 re f Q " * 8_000_000, 9)
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 600] /Contents 4 0 R >>",
        f"<< /Length {len(packed)} /Filter /FlateDecode >>\nstream\n"
        + packed.decode("latin-1")
        + "\nendstream",
    ]
    bomb = source_of(with_table(objects))
    with pytest.raises((TaskError, Crashed)):
        confine(thumbnail, bomb, {}, Limits(memory=64 * MIB, cpu=20))
    assert made(source_of(pdf(page_of(400, 200))))[1].size == (210, 105)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_damaged_pdfs_give_a_picture_or_a_clear_failure(source_of: Any, data: Any) -> None:
    stored = bytearray(pdf(page_of(400, 200, "words"), page_of()))
    places = st.integers(5, len(stored) - 1)
    for place, value in data.draw(st.dictionaries(places, st.integers(0, 255), max_size=6)).items():
        stored[place] = value
    try:
        made(source_of(bytes(stored)))
    except TaskError as fault:
        assert "the PDF" in str(fault) or "page 1 measures" in str(fault)
