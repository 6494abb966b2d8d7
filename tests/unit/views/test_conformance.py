"""The conformance list of RFC 9110, 13 and 14, request by request, over the whole application.

tests/functional/test_delivery.py asks the same of a real server, and of nginx.
"""

import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
from webtest import TestApp

from mserve import evolve, first_keys, main
from mserve.settings import Settings
from tests.unit.views.conformance import SIZE, Case, cases, check, filled

WHOLE = bytes(n % 251 for n in range(SIZE))
PATHS = {SIZE: "/demo/files/whole.bin", 0: "/demo/files/empty.bin"}


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """`ask(case)`: the answer to the case; its date is a strong validator by then (8.8.2.2)."""
    data: Path = tmp_path_factory.mktemp("conformance")
    lines = {
        "mserve.data": str(data),
        "zodbconn.uri": f"file://{data}/Data.fs?blobstorage_dir={data}/blobs",
        "mserve.redis": f"unix://{data}/no-redis.sock",
        "mserve.demo": "true",
    }
    settings = Settings.parse(lines)
    evolve.ensure(settings)
    wsgi = main({}, **lines)
    app = TestApp(wsgi)
    app.authorization = ("Bearer", (data / first_keys.DEMO_KEY).read_text().strip())
    for size, path in PATHS.items():
        app.put(path, WHOLE[:size], content_type="application/octet-stream")
    time.sleep(1.1)

    def answer(case: Case) -> Any:
        head = app.head(PATHS[case.size])
        modified = parsedate_to_datetime(head.headers["Last-Modified"]).timestamp()
        headers = filled(case.headers, head.headers["ETag"], modified)
        return app.request(
            PATHS[case.size], method=case.method, headers=headers, expect_errors=True
        )

    yield answer
    wsgi.registry._zodb_databases[""].close()


def test_the_list_is_long_enough() -> None:
    assert len(list(cases())) >= 200


@pytest.mark.parametrize("case", [*cases()], ids=lambda c: f"{c.method} {c.headers}"[:90])
def test_conformance(ask: Any, case: Case) -> None:
    answer = ask(case)
    fields = {name.lower(): text for name, text in answer.headers.items()}
    fault = check(case, answer.status_int, fields, answer.body, WHOLE[: case.size])
    assert not fault, f"{case.rfc}: {fault}"
