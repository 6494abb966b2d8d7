"""Names of files that come from servers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mserve.resources.names import check_name
from mserve.tasks.library.disposition import name_of

URL = "https://example.com/a/b%20c.txt?x=y/z#q"


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ("", "b c.txt"),
        ("attachment", "b c.txt"),
        ("inline; filename=plain.pdf", "plain.pdf"),
        ('attachment; filename="with blank.pdf"', "with blank.pdf"),
        ('attachment; FileName="a\\"b;c=d.pdf"; x=1', 'a"b;c=d.pdf'),
        ("attachment; filename*=UTF-8''na%C3%AFve.txt; filename=naive.txt", "naïve.txt"),
        ("attachment; filename=naive.txt; filename*=utf-8'en'na%C3%AFve.txt", "naïve.txt"),
        ("attachment; filename*=iso-8859-1''na%EFve.txt", "naïve.txt"),
        ("attachment; filename*=UTF-8''%ff.txt; filename=fallback.txt", "fallback.txt"),
        ("attachment; filename*=KOI8-R''x.txt; filename=fallback.txt", "fallback.txt"),
        ("attachment; filename*=x.txt", "b c.txt"),
        ('attachment; filename="../../etc/passwd"', "passwd"),
        ('attachment; filename="C:\\\\Users\\\\me\\\\a.doc"', "a.doc"),
        ("attachment; filename*=UTF-8''..%2F..%2Fx", "x"),
        ('attachment; filename=".."', "b c.txt"),
        ('attachment; filename="-"', "b c.txt"),
        ('attachment; filename="/"', "b c.txt"),
        ('attachment; filename="  "', "b c.txt"),
        ("attachment; filename*=UTF-8''a%00b%0D%0A%E2%80%AEgpj.exe", "abgpj.exe"),
        ('attachment; filename="unclosed.txt', "b c.txt"),
    ],
)
def test_the_header_goes_before_the_address(disposition: str, name: str) -> None:
    assert name_of(disposition, URL) == name


@pytest.mark.parametrize("url", ["https://example.com", "https://example.com/", "http://e.org/.."])
def test_there_is_always_a_name(url: str) -> None:
    assert name_of("", url) == "download"


def test_long_names_keep_their_suffix() -> None:
    name = name_of(f"attachment; filename={'ü' * 200}.tiff", URL)
    assert name.endswith("ü.tiff") and 253 <= len(name.encode()) <= 255
    assert name_of(f"attachment; filename=a.{'x' * 300}", URL) == "a." + "x" * 253


@given(st.text(max_size=400), st.text(max_size=400))
def test_whatever_comes_can_be_a_name(disposition: str, path: str) -> None:
    assert check_name(name_of(f'attachment; filename="{disposition}"', f"http://h/{path}"))
    assert check_name(name_of(f"x; filename*=UTF-8''{disposition}", f"http://h/{path}"))
