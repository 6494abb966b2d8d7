"""PUT as clients of drives send it: times, checksums, lengths, conditions."""

from hashlib import md5, sha1
from typing import Any

from tests.unit.dav.conftest import DRIVE

FILE = f"{DRIVE}/a.txt"


TIMES = {"1500000000": "02:40:00", "1500000001.75": "02:40:01", "0": "00:00:00"}


def test_a_file_is_as_old_as_its_owner_says(dav: Any) -> None:
    for given, date in TIMES.items():
        made = dav("PUT", FILE, body=b"x", headers={"X-OC-Mtime": given})
        assert made.headers["X-OC-Mtime"] == "accepted"
        assert date in dav("GET", FILE).headers["Last-Modified"]
    assert "X-OC-Mtime" not in dav("PUT", FILE, body=b"y").headers


def test_a_time_that_is_none_is_refused(dav: Any, stored: Any) -> None:
    before = stored()
    for given in ("yesterday", "-1", "1e9", "nan", "9" * 12, "١".encode().decode("latin-1")):
        answer = dav("PUT", FILE, body=b"x", headers={"X-OC-Mtime": given})
        assert answer.status_int == 400
        assert "seconds since 1970" in answer.json["detail"]
    assert stored() == before


def test_a_checksum_of_other_bytes_stores_nothing(dav: Any, stored: Any) -> None:
    before = stored()
    for said in (f"SHA1:{sha1(b'other').hexdigest()}", f"md5:{md5(b'').hexdigest()}"):
        answer = dav("PUT", FILE, body=b"x", headers={"OC-Checksum": said})
        assert answer.status_int == 400
        assert "nothing was stored" in answer.json["detail"]
    for said in ("SHA1:12", "SHA1", "SHA1:" + "x" * 40):
        assert dav("PUT", FILE, body=b"x", headers={"OC-Checksum": said}).status_int == 400
    assert stored() == before
    right = f"SHA1:{sha1(b'x').hexdigest()} MD5:{md5(b'x').hexdigest()} ADLER32:00790079"
    assert dav("PUT", FILE, body=b"x", headers={"OC-Checksum": right}).status_int == 201


def test_a_chunked_body_that_is_not_what_finder_expected_is_refused(dav: Any, stored: Any) -> None:
    before = stored()
    for expected, status in (("2", 400), ("x", 400), ("3", 201)):
        told = {"X-Expected-Entity-Length": expected}
        assert dav("PUT", FILE, body=b"xyz", headers=told).status_int == status
        assert (stored() == before) == (status == 400)


def test_conditions_hold_where_nothing_is(dav: Any) -> None:
    assert dav("PUT", FILE, body=b"x", headers={"If-Match": "*"}).status_int == 412
    assert dav("PUT", FILE, body=b"x", headers={"If-Match": '"aa"'}).status_int == 412
    made = dav("PUT", FILE, body=b"x", headers={"If-None-Match": "*"})
    assert made.status_int == 201
    assert dav("PUT", FILE, body=b"y", headers={"If-None-Match": "*"}).status_int == 412
    assert dav("DELETE", FILE, headers={"If-Match": '"aa"'}).status_int == 412
    assert dav("DELETE", FILE, headers={"If-Match": made.headers["ETag"]}).status_int == 204


def test_parts_of_a_file_are_not_put_by_content_range(dav: Any) -> None:
    answer = dav("PUT", FILE, body=b"x", headers={"Content-Range": "bytes 0-0/2"})
    assert answer.status_int == 400
