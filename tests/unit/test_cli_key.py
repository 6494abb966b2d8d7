"""`mserve key narrow`: what it prints is a narrower key; what it cannot do it says."""

from typing import Any

import pytest
from click.testing import CliRunner, Result

from mserve.cli import main
from mserve.client import BadKey, narrow
from tests.unit.conftest import Client

FILE = "/demo/files/a.txt"
KEY = "k" * 43


def run(*arguments: str, key: str = "", **options: Any) -> Result:
    runner = CliRunner(env={"MSERVE_KEY": key or None})
    return runner.invoke(main, ["key", "narrow", *arguments], prog_name="mserve", **options)


def test_what_is_printed_is_a_narrower_key(app: Any, customer: Any) -> None:
    customer("PUT", FILE, body=b"x")
    for told in (
        run("--method", "GET", "--end", "2099-01-01T00:00:00Z", key=customer.key),
        run(
            "--method",
            "GET",
            "--network",
            "0.0.0.0/0",
            "--network",
            "::/0",
            input=customer.key + "\n",
        ),
        run(customer.key, "--method", "GET", "--method", "HEAD", "--permission", "read"),
    ):
        assert told.exit_code == 0, told.output
        client = Client(app, told.stdout.strip())
        environ = {"REMOTE_ADDR": "192.0.2.1"}
        answer = app.get(FILE, headers=client.headers, extra_environ=environ)
        assert answer.body == b"x"
        assert client("PUT", FILE, body=b"y").status_int in (403, 404)


def test_of_a_narrowed_key_a_narrower_one_is_made(app: Any, customer: Any) -> None:
    customer("PUT", FILE, body=b"x")
    first = run("--method", "GET", "--method", "PUT", key=customer.key).stdout.strip()
    second = run("--renditions", key=first).stdout.strip()
    assert Client(app, first)("GET", FILE).status_int == 200
    assert Client(app, second)("GET", FILE).status_int == 403


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "by what the key is to be narrowed"), (("--end", "soon"), "/end"),
        (("--method", "LOOK"), "PROPFIND"), (("--network", "here"), "192.0.2.0/24"),
        (("--uses", "-1"), "/uses"), (("--node", "here"), "32 hex digits"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(arguments: tuple[str, ...], words: str) -> None:
    told = run(*arguments, key=KEY)
    assert told.exit_code == 2 and words in told.stderr
    assert KEY not in told.stderr and not told.stdout


@pytest.mark.parametrize("key", ["short", "m1.x", "m1." + "a" * 4100])
def test_what_is_no_key_cannot_be_narrowed(key: str) -> None:
    assert "key" in run("--uses", "1", key=key).stderr
    with pytest.raises(BadKey):
        narrow(key, uses=1)
