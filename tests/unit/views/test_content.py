"""Content in and out: lengths, ranges, conditions, and headers that keep a browser safe."""

import io
from hashlib import sha256
from threading import Thread
from typing import Any
from urllib.parse import quote, unquote

import pytest

from mserve.ingest import make_folder
from mserve.resources.key import digest
from tests.unit.support import Interrupted, bearer, call, form

FILES = "/demo/files"
FORM = "multipart/form-data; boundary=XX"
BODY = bytes(range(256)) * 40
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def put(app: Any, client: Any, url: str, body: Any, **environ: Any) -> Any:
    return call(app, "PUT", url, body, **bearer(client.key), **environ)


def post(app: Any, client: Any, body: Any, url: str = f"{FILES}/", **environ: Any) -> Any:
    return call(app, "POST", url, body, CONTENT_TYPE=FORM, **bearer(client.key), **environ)


def problem(answer: Any, status: int) -> str:
    assert answer.status_int == status, answer.body
    assert answer.content_type == "application/problem+json"
    assert answer.json["status"] == status
    return str(answer.json["detail"])


# In


def test_bytes_come_and_go_unchanged(customer: Any) -> None:
    made = customer("PUT", f"{FILES}/a.bin", body=BODY)
    assert (made.status_int, made.json["size"]) == (201, len(BODY))
    assert made.json["sha256"] == made.json["etag"] == sha256(BODY).hexdigest()
    assert made.headers["Location"] == made.json["url"]
    got = customer("GET", f"{FILES}/a.bin")
    assert got.body == BODY
    assert got.headers["ETag"] == f'"{sha256(BODY).hexdigest()}"'
    again = customer("PUT", f"{FILES}/a.bin", body=b"new")
    assert (again.status_int, again.json["version"]) == (200, 2)
    assert "Location" not in again.headers
    assert customer("GET", f"{FILES}/a.bin").body == b"new"


def test_an_empty_file_is_a_file(app: Any, customer: Any) -> None:
    assert (
        customer("PUT", f"{FILES}/empty", body=b"", headers={"Content-Length": "0"}).json["size"]
        == 0
    )
    got = customer("GET", f"{FILES}/empty")
    assert (got.status_int, got.body, got.headers["Content-Length"]) == (200, b"", "0")


def test_folders_on_the_way_are_made(customer: Any) -> None:
    customer("PUT", f"{FILES}/a/b/c.txt", body=b"x")
    assert [each["type"] for each in customer("GET", f"{FILES}/a/").json["items"]] == ["folder"]
    assert "already" in problem(customer("PUT", f"{FILES}/a/b/c.txt/d", body=b"x"), 409)
    assert "already" in problem(customer("PUT", f"{FILES}/a/b/c.txt/d/e", body=b"x"), 409)


def test_a_body_without_a_length_is_refused(app: Any, customer: Any, stored: Any) -> None:
    before = stored()
    for _ in ("put", "replace"):
        answer = put(app, customer, f"{FILES}/a", b"body", CONTENT_LENGTH="")
        assert "Content-Length" in problem(answer, 411)
    assert problem(post(app, customer, form(("a", b"1")), CONTENT_LENGTH=""), 411)
    assert stored() == before


@pytest.mark.parametrize("length", ["-1", "x", "1.0", " ", "9" * 5000])
def test_a_length_that_is_none_is_refused(
    app: Any, customer: Any, stored: Any, length: str
) -> None:
    before = stored()
    answer = put(app, customer, f"{FILES}/a", b"body", CONTENT_LENGTH=length)
    assert answer.status_int in (400, 411), answer.body
    assert stored() == before


def test_a_short_body_is_refused(app: Any, customer: Any, stored: Any) -> None:
    customer("PUT", f"{FILES}/there", body=b"former")
    before = stored()
    for name in ("new", "there", "folder/new"):
        words = problem(put(app, customer, f"{FILES}/{name}", b"body", CONTENT_LENGTH="9"), 400)
        assert "9" in words and "4" in words
    assert stored() == before
    assert customer("GET", f"{FILES}/there").body == b"former"


def test_a_body_that_is_longer_than_told_is_refused_or_cut(
    app: Any, customer: Any, stored: Any
) -> None:
    """PEP 3333 lets an application read no more than CONTENT_LENGTH; servers see to it."""
    answer = put(app, customer, f"{FILES}/a", b"body and more", CONTENT_LENGTH="4")
    assert answer.status_int in (201, 400)
    if answer.status_int == 201:
        assert customer("GET", f"{FILES}/a").body == b"body"


@pytest.mark.parametrize("cut", [5, 10, 60, 90])
def test_a_short_form_is_refused(app: Any, customer: Any, stored: Any, cut: int) -> None:
    before = stored()
    body = form(("a", b"1" * 20), ("b", b"2" * 20))
    answer = post(app, customer, body[:-cut], CONTENT_LENGTH=str(len(body)))
    assert "ended too soon" in problem(answer, 400)
    assert stored() == before


def test_a_chunked_body_has_no_length(app: Any, customer: Any) -> None:
    """The server takes the chunks apart."""
    answer = put(
        app,
        customer,
        f"{FILES}/a",
        b"body",
        CONTENT_LENGTH="",
        HTTP_TRANSFER_ENCODING="chunked",
        **{"wsgi.input_terminated": True},
    )
    assert answer.status_int == 201
    assert customer("GET", f"{FILES}/a").body == b"body"


def test_a_body_that_breaks_off_with_an_error_leaves_nothing(
    app: Any, customer: Any, stored: Any
) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if block := super().read(3):
                return block
            raise ConnectionResetError("the client has gone")

    before = stored()
    answer = put(app, customer, f"{FILES}/a", Broken(b"some bytes"), CONTENT_LENGTH="100")
    assert answer.status_int >= 400
    body = form(("a", b"1"), ("b", b"2"))
    answer = post(app, customer, Broken(body[:-20]), CONTENT_LENGTH=str(len(body)))
    assert answer.status_int >= 400
    assert stored() == before


def test_a_form_stores_all_its_files_or_none(customer: Any, stored: Any) -> None:
    answer = customer("POST", f"{FILES}/", body=form(("a", b"1"), ("b", b"22")), content_type=FORM)
    assert [(each["name"], each["size"]) for each in answer.json["items"]] == [("a", 1), ("b", 2)]
    before = stored()
    for names in (("c", "a"), ("c", "c"), ("a",), ("c", "-")):
        body = form(*((name, b"x") for name in names))
        assert customer("POST", f"{FILES}/", body=body, content_type=FORM).status_int in (400, 409)
        assert stored() == before


def test_files_go_into_services_and_folders_alone(admin: Any, stored: Any) -> None:
    before = stored()
    assert problem(admin("PUT", "/a", body=b"x"), 400)
    assert problem(admin("PUT", "/demo/a", body=b"x"), 400)
    assert problem(admin("PUT", "/new/service/a", body=b"x"), 400)
    assert problem(admin("PUT", f"{FILES}/", body=b"x"), 409)
    assert admin("PUT", f"{FILES}/-/info", body=b"x").status_int == 405
    assert admin("PUT", f"{FILES}/-/nonsense", body=b"x").status_int == 404
    assert admin("PUT", f"{FILES}/a/-/content", body=b"x").status_int in (400, 404)
    assert admin("PUT", "/demo", body=b"x").status_int == 405
    assert admin("PUT", "/", body=b"x").status_int == 405
    assert stored() == before


# While the body streams in


def revoke(see: Any, client: Any) -> None:
    see(lambda site: setattr(site.key_index[digest(client.key)], "revoked", 1))


def test_a_key_revoked_while_the_body_streams_in_stores_nothing(
    app: Any, made: Any, see: Any, stored: Any
) -> None:
    writer = made("mfilereadwrite")
    before = stored()
    body = Interrupted(b"late", lambda: revoke(see, writer))
    assert put(app, writer, f"{FILES}/a", body, CONTENT_LENGTH="4").status_int == 404
    assert stored() == before


def test_a_key_in_the_path_revoked_while_the_body_streams_in_stores_nothing(
    app: Any, made: Any, see: Any, stored: Any
) -> None:
    for method, sent in (("PUT", b"late"), ("POST", form(("a", b"1")))):
        writer = made("mfilereadwrite")
        before = stored()
        url = f"/k/{writer.key}/" + ("a" if method == "PUT" else "")
        body = Interrupted(sent, lambda key=writer: revoke(see, key))
        answer = call(app, method, url, body, CONTENT_LENGTH=str(len(sent)), CONTENT_TYPE=FORM)
        assert answer.status_int == 404
        assert stored() == before


def test_a_parent_key_revoked_while_the_body_streams_in_stores_nothing(
    app: Any, made: Any, see: Any, stored: Any
) -> None:
    parent = made("mfileowner")
    child = made("mfilereadwrite", by=parent)
    before = stored()
    body = Interrupted(b"late", lambda: revoke(see, parent))
    assert put(app, child, f"{FILES}/a", body, CONTENT_LENGTH="4").status_int == 404
    assert stored() == before


def test_a_service_that_ends_while_the_body_streams_in_stores_nothing(
    app: Any, customer: Any, see: Any, stored: Any
) -> None:
    before = stored()
    body = Interrupted(b"late", lambda: see(lambda s: setattr(s["demo"]["files"], "end", 1)))
    answer = put(app, customer, f"{FILES}/a", body, CONTENT_LENGTH="4")
    assert "ended" in problem(answer, 403)
    assert stored() == before


def test_the_tree_may_change_while_a_body_streams_in(
    app: Any, customer: Any, see: Any, subtests: Any
) -> None:
    """Each of these is told in a problem document; what was done meanwhile stays done."""
    customer("PUT", f"{FILES}/d/file", body=b"1")

    def folder_there(site: Any) -> None:
        make_folder(site["demo"]["files"], "new")

    with subtests.test("a folder takes the name of the new file"):
        body = Interrupted(b"late", lambda: see(folder_there))
        answer = put(app, customer, f"{FILES}/new", body, CONTENT_LENGTH="4")
        assert "already" in problem(answer, 409)

    with subtests.test("the file is removed"):
        body = Interrupted(b"late", lambda: customer("DELETE", f"{FILES}/d/file"))
        answer = put(app, customer, f"{FILES}/d/file", body, CONTENT_LENGTH="4")
        assert answer.status_int in (201, 404, 409)

    with subtests.test("the folder that a form was sent to is removed"):
        sent = form(("a", b"1"))
        body = Interrupted(sent, lambda: customer("DELETE", f"{FILES}/d/?recursive=true"))
        answer = post(app, customer, body, f"{FILES}/d/", CONTENT_LENGTH=str(len(sent)))
        assert answer.status_int in (404, 409)

    with subtests.test("a file takes the name of the folder that a form was sent to"):
        customer.json("POST", f"{FILES}/", {"type": "folder", "name": "e"})

        def exchange() -> None:
            customer("DELETE", f"{FILES}/e/")
            customer("PUT", f"{FILES}/e", body=b"file")

        answer = post(
            app,
            customer,
            Interrupted(sent, exchange),
            f"{FILES}/e/",
            CONTENT_LENGTH=str(len(sent)),
        )
        assert answer.status_int in (400, 404, 405, 409)

    with subtests.test("a file takes the name of a new file"):
        body = Interrupted(b"late", lambda: customer("PUT", f"{FILES}/f", body=b"first"))
        answer = put(app, customer, f"{FILES}/f", body, CONTENT_LENGTH="4")
        assert (answer.status_int, answer.json["version"]) == (200, 2)


def test_many_at_once_into_one_folder_are_all_there(app: Any, customer: Any, see: Any) -> None:
    def send(number: int) -> None:
        for index in range(6):
            answer = put(
                app,
                customer,
                f"{FILES}/in/{number}-{index}",
                b"x" * number,
                CONTENT_LENGTH=str(number),
            )
            statuses.append(answer.status_int)

    statuses: list[int] = []
    threads = [Thread(target=send, args=(number,)) for number in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [201] * 48
    listed = customer("GET", f"{FILES}/in/").json
    assert listed["total"] == len(listed["items"]) == 48
    size = 6 * sum(range(1, 9))

    def totals(site: Any) -> list[tuple[float, float, int]]:
        found = []
        for node in (site, site["demo"], site["demo"]["files"], site["demo"]["files"]["in"]):
            usage = node.usage
            found.append(
                (
                    usage.get("http://mserve/file").total,
                    usage.get("http://mserve/ingest").total,
                    usage.get("http://mserve/disc").rate,
                )
            )
        return found

    assert see(totals) == [(48, size, size)] * 4


# Out


@pytest.fixture
def file(customer: Any) -> str:
    customer("PUT", f"{FILES}/a.bin", body=BODY)
    return f"{FILES}/a.bin"


def test_a_client_that_has_the_bytes_gets_none(customer: Any, file: str) -> None:
    etag = customer("GET", file).headers["ETag"]
    for sent in (etag, f'"other", {etag}', "*", f"W/{etag}"):
        got = customer("GET", file, headers={"If-None-Match": sent})
        assert (got.status_int, got.body, got.headers["ETag"]) == (304, b"", etag)
    assert customer("GET", file, headers={"If-None-Match": '"other"'}).status_int == 200
    modified = customer("GET", file).headers["Last-Modified"]
    assert customer("GET", file, headers={"If-Modified-Since": modified}).status_int == 304
    assert (
        customer(
            "GET", file, headers={"If-Modified-Since": modified, "If-None-Match": '"x"'}
        ).status_int
        == 200
    )


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("0-0", 0, 0), ("0-99", 0, 99), ("100-", 100, 10239), ("-5", 10235, 10239),
     ("10239-", 10239, 10239), ("0-99999", 0, 10239), ("-99999", 0, 10239)],
)  # fmt: skip
def test_a_range_is_that_range(customer: Any, file: str, asked: str, first: int, last: int) -> None:
    got = customer("GET", file, headers={"Range": f"bytes={asked}"})
    assert got.status_int == 206
    assert got.body == BODY[first : last + 1]
    assert got.headers["Content-Range"] == f"bytes {first}-{last}/{len(BODY)}"
    assert got.headers["Content-Length"] == str(last - first + 1)


def test_a_range_that_is_not_there_is_told(customer: Any, file: str) -> None:
    for asked in ("10240-", "99999-100000"):
        got = customer("GET", file, headers={"Range": f"bytes={asked}"})
        assert got.status_int == 416
        assert got.headers["Content-Range"] == f"bytes */{len(BODY)}"


@pytest.mark.parametrize("asked", ["bytes=5-1", "bytes=x-y", "lines=1-2", "bytes", "bytes=", "-"])
def test_what_is_no_range_is_ignored_or_refused(customer: Any, file: str, asked: str) -> None:
    """RFC 9110, 14.2 allows both."""
    got = customer("GET", file, headers={"Range": asked})
    assert got.status_int == 416 or (got.status_int, got.body) == (200, BODY)


def test_a_range_holds_only_for_the_bytes_it_was_asked_of(customer: Any, file: str) -> None:
    etag = customer("GET", file).headers["ETag"]
    part = {"Range": "bytes=0-9"}
    assert customer("GET", file, headers={**part, "If-Range": etag}).status_int == 206
    whole = customer("GET", file, headers={**part, "If-Range": '"former"'})
    assert (whole.status_int, whole.body) == (200, BODY)


def test_head_is_get_without_the_bytes(customer: Any, file: str) -> None:
    head, got = customer("HEAD", file), customer("GET", file)
    assert head.body == b""
    for name in ("ETag", "Content-Length", "Content-Type", "Last-Modified", "Accept-Ranges"):
        assert head.headers[name] == got.headers[name]


NAMES = [
    'quo"te.txt', "back\\slash.txt", "cr\r\nSet-Cookie: a=b.txt", "new\nline", "semi;colon.txt",
    "per%41cent.txt", "ünï.txt", "😀.txt", "\u202egpj.exe", "tab\t.txt", "'q'.txt", "*.txt", "a b",
    "\x7f", "filename*=UTF-8''x", "n" * 255,
]  # fmt: skip


def test_a_hostile_name_does_no_harm_in_a_header(customer: Any, subtests: Any) -> None:
    """RFC 6266: what a browser could misunderstand is replaced, all else comes through."""
    for name in NAMES:
        with subtests.test(name):
            url = f"{FILES}/{quote(name, safe='')}"
            assert customer("PUT", url, body=b"x").status_int == 201
            header = customer("GET", url).headers["Content-Disposition"]
            assert header.isascii() and header.isprintable()
            kind, _, rest = header.partition('; filename="')
            plain, _, exact = rest.partition("\"; filename*=UTF-8''")
            assert kind in ("inline", "attachment")
            assert '"' not in plain and "\\" not in plain
            assert not {*exact} & {*" \"';,\\()<>@[]?={}*:/"}
            shown = unquote(exact)
            pairs = zip(shown, name, strict=True)
            assert all(a == b or (a == "_" and not b.isprintable()) for a, b in pairs)


@pytest.mark.parametrize(
    "kind",
    ["text/html", "image/svg+xml", "IMAGE/SVG+XML", "image/svg+xml; charset=utf-8", "text/xml",
     "application/xhtml+xml", "application/xml", "application/pdf", "application/javascript",
     "text/javascript", "text/css", "application/octet-stream", "text/html;", " text/html",
     "application/x-shockwave-flash", "multipart/related", "message/rfc822"],
)  # fmt: skip
def test_what_a_browser_would_run_is_an_attachment(customer: Any, kind: str) -> None:
    customer("PUT", f"{FILES}/x", body=SVG, headers={"Content-Type": kind})
    for url in (f"{FILES}/x", f"{FILES}/x/-/content"):
        got = customer("GET", url)
        assert got.headers["Content-Disposition"].startswith("attachment;")
        assert got.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in got.headers["Content-Security-Policy"]


def test_the_harmless_is_shown_and_guarded_all_the_same(customer: Any) -> None:
    for kind in ("image/png", "text/plain", "video/mp4"):
        customer("PUT", f"{FILES}/x", body=SVG, headers={"Content-Type": kind})
        got = customer("GET", f"{FILES}/x")
        assert got.content_type == kind
        assert got.headers["Content-Disposition"].startswith("inline;")
        assert got.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in got.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "kind",
    ["nonsense", "text", "/", "text/", "/plain", "text/pl ain", "a/b/c", "тест/plain", "x" * 3000,
     "text/\x01", '"text/plain"', "text/plain, text/html", "../../etc"],
)  # fmt: skip
def test_a_media_type_that_is_none_is_not_repeated(customer: Any, kind: str) -> None:
    """RFC 9110, 8.3.1: type/subtype, each a token."""
    body = form(("x", b"bytes"), kind=kind)
    answer = customer("POST", f"{FILES}/", body=body, content_type=FORM)
    if answer.status_int == 201:
        got = customer("GET", f"{FILES}/x")
        assert got.status_int == 200
        assert got.headers["Content-Type"] == "application/octet-stream"
    else:
        assert answer.status_int == 400


def test_a_media_type_cannot_bring_another_header(customer: Any, stored: Any) -> None:
    for kind in ("text/plain\nSet-Cookie: a=b", "text/plain\rX: y", "text/plain\r\n\tX: y"):
        answer = customer("POST", f"{FILES}/", body=form(("x", b"1"), kind=kind), content_type=FORM)
        assert answer.status_int in (201, 400)
        if answer.status_int == 201:
            got = customer("GET", f"{FILES}/x")
            assert got.status_int == 200
            assert "\n" not in got.headers["Content-Type"]
            customer("DELETE", f"{FILES}/x")


def test_the_client_is_believed_until_a_task_has_looked(customer: Any) -> None:
    for name, kind, shown in (
        ("a.png", "", "image/png"),
        ("b.png", "application/octet-stream", "image/png"),
        ("c.png", "text/plain; charset=utf-8", "text/plain"),
        ("d", "", "application/octet-stream"),
    ):
        url = f"{FILES}/{name}"
        made = customer("PUT", url, body=b"x", headers={"Content-Type": kind})
        assert made.json["mimetype"] == shown


def test_a_client_gets_what_it_accepts(customer: Any, file: str) -> None:
    assert customer("GET", file, headers={"Accept": "*/*"}).body == BODY
    assert customer("GET", file, headers={"Accept": "application/json"}).json["name"] == "a.bin"
    assert customer("GET", file, headers={"Accept": "image/png"}).body == BODY
    assert customer("GET", file, headers={"Accept": "nonsense;;q=x"}).body == BODY
    facet = f"{file}/-/content"
    assert customer("GET", facet, headers={"Accept": "application/json"}).body == BODY
    assert customer("GET", f"{file}/-/info", headers={"Accept": "text/html"}).json["size"] == 10240


@pytest.mark.parametrize("name", ["thumbnail", "poster"])
def test_a_picture_that_is_not_there_yet_is_told(customer: Any, file: str, name: str) -> None:
    assert name in problem(customer("GET", f"{file}/-/{name}"), 404)


# Methods


@pytest.mark.parametrize(
    ("url", "method", "has"),
    [
        ("/", "DELETE", {"GET", "POST"}),
        ("/demo/", "PUT", {"GET", "POST", "PATCH", "DELETE"}),
        ("/demo/files/", "PROPFIND", {"GET", "POST", "PATCH", "DELETE"}),
        ("/demo/files/a.bin", "FOO", {"GET", "PUT", "PATCH", "DELETE", "HEAD"}),
        ("/demo/files/a.bin/-/content", "DELETE", {"GET", "PUT"}),
        ("/demo/files/a.bin/-/info", "PUT", {"GET"}),
        ("/demo/files/a.bin/-/jobs", "DELETE", {"GET", "POST"}),
        ("/demo/files/a.bin/-/thumbnail", "PUT", {"GET"}),
        ("/demo/files/-/usage", "DELETE", {"GET", "POST"}),
        ("/demo/files/-/keys", "PUT", {"GET", "POST"}),
        ("/demo/files/-/profiles", "DELETE", {"GET"}),
        ("/demo/files/-/profiles/default", "POST", {"GET", "PUT", "PATCH", "DELETE"}),
        ("/-/health", "POST", {"GET"}),
    ],
)
def test_a_wrong_method_is_told_with_the_right_ones(
    app: Any, admin: Any, stored: Any, url: str, method: str, has: set[str]
) -> None:
    admin("PUT", f"{FILES}/a.bin", body=b"x")
    before = stored()
    answer = call(app, method, url, b"x", CONTENT_LENGTH="1", **bearer(admin.key))
    assert problem(answer, 405)
    assert has <= {*answer.headers["Allow"].split(", ")}
    assert method not in answer.headers["Allow"].split(", ")
    options = admin("OPTIONS", url)
    assert options.status_int == (204 if url != "/" else 200)  # there it is Windows that asks
    assert options.headers["Allow"] == answer.headers["Allow"]
    assert stored() == before


def test_a_wrong_method_says_nothing_to_a_stranger(app: Any, made: Any, customer: Any) -> None:
    customer("PUT", f"{FILES}/a/b", body=b"x")
    for key in ("unknown", made("mfilereadonly", f"{FILES}/a/").key):
        for method in ("FOO", "PUT", "PATCH", "DELETE", "GET", "OPTIONS"):
            for url in ("/demo/", "/demo/nothing", f"{FILES}/-/jobs"):
                answer = call(app, method, url, b"{}", CONTENT_LENGTH="2", **bearer(key))
                assert (answer.status_int, "Allow" in answer.headers) == (404, False)


def test_what_is_not_there_is_not_found(app: Any, customer: Any) -> None:
    for method in ("GET", "DELETE", "PATCH", "POST", "FOO", "HEAD"):
        url = f"{FILES}/nothing"
        answer = call(app, method, url, b"{}", CONTENT_LENGTH="2", **bearer(customer.key))
        assert answer.status_int == 404, method
