"""The client killed, cut off and interrupted: what has arrived is not sent again."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mserve.client import Client
from tests.functional import commands
from tests.functional.commands import LARGE, Run, command, new_place, sha256, stored, write
from tests.functional.stack import Stack
from tests.functional.wire import Wire

home, place, run = commands.home, commands.place, commands.run


def test_a_killed_client_goes_on_where_the_server_is(
    run: Run, home: dict[str, str], place: str, tmp_path: Path
) -> None:
    path = write(tmp_path / "large", LARGE)
    with Wire(place) as wire:
        wire.hold_up = LARGE * 3 // 5
        with subprocess.Popen(command("put", path, wire.url), env=home) as client:
            wire.await_held(up=True)
            client.kill()
        assert stored(place) == {}
        wire.cut()
        wire.release()
        run("put", path, wire.url)
        assert LARGE // 5 < wire.up < LARGE * 3 // 5
    assert stored(place) == {"large": sha256(path)}
    assert not any((tmp_path / "home/.cache/mserve/uploads").iterdir())


def test_another_file_is_not_gone_on_with(
    home: dict[str, str], run: Run, place: str, tmp_path: Path
) -> None:
    path = write(tmp_path / "large", 40 << 20)
    with Wire(place) as wire:
        wire.hold_up = 30 << 20
        with subprocess.Popen(command("put", path, wire.url), env=home) as client:
            wire.await_held(up=True)
            client.kill()
        wire.release()
        with path.open("r+b") as file:
            file.write(b"other bytes")
        run("put", path, wire.url)
    assert stored(place) == {"large": sha256(path)}


def test_a_connection_that_breaks_is_made_again(
    home: dict[str, str], place: str, tmp_path: Path
) -> None:
    path = write(tmp_path / "large", 60 << 20)
    with Wire(place) as wire:
        with subprocess.Popen(command("put", path, wire.url), env=home) as client:
            for size in (10, 20, 50):
                wire.hold_up = size << 20
                wire.await_held(up=True)
                wire.hold_up = None
                wire.cut()
                with wire.changed:
                    wire.changed.notify_all()
            assert client.wait(120) == 0
        assert wire.up < 120 << 20
    assert stored(place) == {"large": sha256(path)}


def test_bytes_that_come_as_others_are_not_stored_and_sent_again(
    run: Run, place: str, tmp_path: Path
) -> None:
    path = write(tmp_path / "large", 40 << 20)
    with Wire(place) as wire:
        wire.spoil = 25 << 20
        run("put", path, wire.url)
        assert wire.spoil is None
        assert wire.up > 2 * path.stat().st_size
    with Client(place) as client:
        shown = client.info("large")
    assert (shown.sha256, shown.document["version"]) == (sha256(path), 1)


@pytest.fixture(scope="module")
def own() -> Iterator[Stack]:
    """A stack whose parts may be killed."""
    stack = Stack()
    try:
        yield stack.start()
    finally:
        stack.end()


def test_the_web_server_is_killed_amid_an_upload(
    own: Stack, home: dict[str, str], tmp_path: Path
) -> None:
    path, place = write(tmp_path / "large", LARGE), new_place(own)
    with Wire(place) as wire:
        wire.hold_up = LARGE // 2
        with subprocess.Popen(command("put", path, wire.url), env=home) as client:
            wire.await_held(up=True)
            os.kill(own.pids()["web"], signal.SIGKILL)
            wire.release()
            assert client.wait(120) == 0
        assert wire.up < LARGE * 7 // 10
    assert stored(place) == {"large": sha256(path)}


def test_a_killed_download_goes_on_where_it_was(
    run: Run, home: dict[str, str], place: str, tmp_path: Path
) -> None:
    path = write(tmp_path / "large", LARGE // 2)
    run("put", path, place)
    target = tmp_path / "got" / "large"
    target.parent.mkdir()
    with Wire(f"{place}large") as wire:
        wire.hold_down = LARGE // 3
        with subprocess.Popen(command("get", wire.url, target), env=home) as client:
            wire.await_held(up=False)
            client.kill()
        assert not target.exists()
        wire.release()
        run("get", wire.url, target)
        assert wire.down < LARGE // 3
    assert sha256(target) == sha256(path)
    assert [each.name for each in target.parent.iterdir()] == ["large"]


def test_a_download_of_what_has_changed_begins_anew(
    run: Run, home: dict[str, str], place: str, tmp_path: Path
) -> None:
    run("put", write(tmp_path / "one", 20 << 20), f"{place}x")
    with Wire(f"{place}x") as wire:
        wire.hold_down = 10 << 20
        with subprocess.Popen(command("get", wire.url, tmp_path / "x"), env=home) as client:
            wire.await_held(up=False)
            client.kill()
        other = write(tmp_path / "other", 15 << 20)
        run("put", other, f"{place}x")
        wire.release()
        run("get", wire.url, tmp_path / "x")
    assert sha256(tmp_path / "x") == sha256(other)
    assert not [*tmp_path.glob(".mserve-*")]


def test_bytes_damaged_on_the_disk_are_not_gone_on_with(
    run: Run, home: dict[str, str], place: str, tmp_path: Path
) -> None:
    path = write(tmp_path / "one", 20 << 20)
    run("put", path, f"{place}x")
    with Wire(f"{place}x") as wire:
        wire.hold_down = 10 << 20
        with subprocess.Popen(command("get", wire.url, tmp_path / "x"), env=home) as client:
            wire.await_held(up=False)
            client.kill()
        (part,) = tmp_path.glob(".mserve-*.part")
        with part.open("r+b") as file:
            file.write(b"damaged")
        wire.release()
        run("get", wire.url, tmp_path / "x")
    assert sha256(tmp_path / "x") == sha256(path)


def test_an_interrupted_transfer_ends_at_once(
    home: dict[str, str], place: str, tmp_path: Path
) -> None:
    path = write(tmp_path / "large", 40 << 20)
    with Wire(place) as wire:
        wire.hold_up = 20 << 20
        with subprocess.Popen(command("put", path, wire.url), env=home) as client:
            wire.await_held(up=True)
            began = time.monotonic()
            client.send_signal(signal.SIGINT)
            try:
                assert client.wait(20) == 130
                assert time.monotonic() - began < 10
            finally:
                client.kill()  # where the one who began the tests has had SIGINT ignored
