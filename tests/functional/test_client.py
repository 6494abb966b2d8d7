"""`mserve put`, `get`, `ls`, `rm` and `sync`, as processes, against a running mserve."""

import json
import os
import subprocess
from pathlib import Path

import httpx
import pytest

from mserve.client import Client, NotFound
from tests.functional import commands
from tests.functional.commands import Run, command, contents, key_of, sha256, stored, write
from tests.functional.stack import Stack

home, place, run = commands.home, commands.place, commands.run
ODD = [
    "a b",
    "50%",
    "%41",
    "#1?x=y",
    "é",
    "[red]",
    "-x",
    "'\"",
    "tab\there",
    "日本",
    "…",
    ".hidden",
]


def test_three_files_side_by_side(run: Run, place: str, tmp_path: Path) -> None:
    files = [write(tmp_path / f"{n}.bin", size) for n, size in enumerate((0, 5000, 40 << 20))]
    run("put", "--jobs", 3, *files, place)
    assert stored(place) == {path.name: sha256(path) for path in files}
    run("get", *(place + path.name for path in files), tmp_path / "got/")
    assert contents(tmp_path / "got") == {path.name: path.read_bytes() for path in files}


def test_one_file_to_its_name(run: Run, place: str, tmp_path: Path) -> None:
    path = write(tmp_path / "a", 10)
    run("put", path, place + "new/folder/b")
    assert stored(place) == {"new/folder/b": sha256(path)}
    run("get", place + "new/folder/b", "c")
    assert (tmp_path / "c").read_bytes() == path.read_bytes()


def test_waiting_for_the_jobs(run: Run, place: str, tmp_path: Path) -> None:
    run("put", "--wait", write(tmp_path / "a.txt", 10), place)
    with Client(place) as client:
        assert client.info("a.txt").document["state"] == "ready"
        job = client.wait("a.txt")
        assert job is not None
        assert (job.state, job.errors) == ("done", ())


def test_odd_names_in_a_tree_there_and_back(run: Run, place: str, tmp_path: Path) -> None:
    for name in ODD:
        (tmp_path / "tree" / name / "below").mkdir(parents=True)
        (tmp_path / "tree" / name / name).write_text(name)
    run("put", "--recursive", tmp_path / "tree", place)
    lines = run("ls", "-R", "--json", place).stdout.splitlines()
    listed = [json.loads(line)["path"] for line in lines]
    assert {path for path in listed if path.count("/") == 1} == {f"tree/{name}" for name in ODD}
    run("get", "--recursive", f"{place}tree", "back")
    assert contents(tmp_path / "back") == contents(tmp_path / "tree")


def test_a_listing_goes_over_all_pages(run: Run, place: str, tmp_path: Path) -> None:
    with Client(place) as client:
        client.mkdir("")
        for n in range(7):
            client.put(write(tmp_path / "x", n + 1), f"{n}")
        client.session.look(client.address.url, limit=3)
    assert run("ls", place).stdout.split() == [*"0123456"]
    long = run("ls", "-l", f"{place}3").stdout.split()
    assert (long[1], long[3]) == ("4", "3")


def test_sync_to_the_server_and_back(run: Run, place: str, tmp_path: Path) -> None:
    here, back = tmp_path / "here", tmp_path / "back"
    for name, size in {"a": 10, "b/c": 0, "b/d e/f#": 9 << 20, "gone/x": 5, "same": 77}.items():
        write(here / name, size)
    (here / "empty").mkdir()
    run("sync", here, place)
    assert stored(place).keys() == {"a", "b/c", "b/d e/f#", "gone/x", "same"}
    assert run("sync", "-v", here, place).stdout == ""
    run("sync", place, back)
    assert contents(back) == contents(here)

    write(here / "a", 10)  # other bytes of the same size
    (here / "gone" / "x").unlink()
    (here / "gone").rmdir()
    (here / "empty").rmdir()
    write(here / "empty", 3)  # a file where a folder was
    plan = run("sync", "--delete", "--dry-run", here, place).stdout
    assert plan.splitlines() == ["+ a", "+ empty", "- empty", "- gone"]
    assert "gone/x" in stored(place)
    assert run("sync", "--delete", "--verbose", here, place).stdout == plan
    run("sync", "--delete", place, back)
    assert contents(back) == contents(here)
    assert stored(place)["a"] == sha256(here / "a")


def test_sync_without_delete_keeps_what_is_in_the_way(run: Run, place: str, tmp_path: Path) -> None:
    write(tmp_path / "here" / "x" / "y", 3)
    run("put", write(tmp_path / "f", 5), f"{place}x")
    failed = run("sync", tmp_path / "here", place, status=1)
    assert "--delete" in failed.stderr
    assert stored(place) == {"x": sha256(tmp_path / "f")}


def test_sync_down_does_not_write_through_links(run: Run, place: str, tmp_path: Path) -> None:
    run("put", write(tmp_path / "f", 5), f"{place}sub/f")
    outside, here = tmp_path / "outside", tmp_path / "here"
    outside.mkdir()
    here.mkdir()
    (here / "sub").symlink_to(outside)
    run("sync", place, here, status=1)
    assert not [*outside.iterdir()]


def test_sync_of_what_is_not_there_removes_nothing(run: Run, place: str, tmp_path: Path) -> None:
    write(tmp_path / "here" / "x", 3)
    run("sync", "--delete", f"{place}none/", tmp_path / "here", status=3)
    run("sync", "--delete", tmp_path / "none", place, status=1)
    assert (tmp_path / "here" / "x").exists()


def test_removal_asks_for_recursive(run: Run, place: str, tmp_path: Path) -> None:
    run("put", write(tmp_path / "a", 3), write(tmp_path / "b", 3), place)
    run("rm", place, status=1)
    run("rm", f"{place}a")
    assert stored(place).keys() == {"b"}
    run("rm", "-r", place)
    with Client(place) as client, pytest.raises(NotFound):
        client.info()


def test_exit_codes(run: Run, stack: Stack, place: str, tmp_path: Path) -> None:
    path = write(tmp_path / "a", 3)
    run("put", path, status=2)
    run("put", path, "no-url", status=2)
    run("sync", path, path, status=2)
    run("put", path, path, f"{place}", status=1)  # both would be called so
    run("put", path, tmp_path / "none", place, status=1)
    assert stored(place).keys() == {"a"}
    run("get", f"{place}none", status=3)
    run("get", f"{place}a", f"{place}none", "into/", status=1)
    run("ls", f"{stack.url}/k/{'x' * 43}/", status=3)
    run("put", path, f"{stack.url}/demo/", status=3)
    run("ls", "--tries", 1, "http://127.0.0.1:1/", status=4)
    run("get", place, status=1)
    read_only = sub_key(place, "mfilereadonly")
    run("put", path, f"{stack.url}/k/{read_only}/b", status=3)
    run("get", f"{stack.url}/k/{read_only}/a", "c")


def sub_key(place: str, role: str) -> str:
    answer = httpx.post(f"{place}-/keys", json={"role": role})
    return str(answer.json()["key"])


def test_a_key_from_each_place_and_shown_nowhere(
    run: Run, home: dict[str, str], place: str, tmp_path: Path
) -> None:
    key, path = key_of(place), write(tmp_path / "a", 9 << 20)
    url = place.replace(key, "-")
    file = tmp_path / "key"
    file.write_text(f"{key}\n")
    outputs = [
        run("put", "--key-file", file, path, url),
        run("ls", "-l", "--json", url, MSERVE_KEY=key),
        run("ls", f"{place}none", status=3),
        run("get", f"{place}none", f"{place}none2", status=3),
    ]
    keys = tmp_path / "home" / ".config" / "mserve" / "keys"
    keys.parent.mkdir(parents=True)
    keys.write_text(f"{url} {key}\n")
    keys.chmod(0o600)
    outputs.append(run("get", f"{url}a", "b"))
    assert not any(key in each.stdout + each.stderr for each in outputs)
    cached = [each for each in (tmp_path / "home" / ".cache").rglob("*") if each.is_file()]
    assert not any(key.encode() in each.read_bytes() for each in cached)


def test_progress_is_shown_on_a_terminal_alone(
    home: dict[str, str], run: Run, place: str, tmp_path: Path
) -> None:
    path = write(tmp_path / "a[red]", 20 << 20)
    quiet = run("put", path, place)
    assert (quiet.stdout, quiet.stderr) == ("", "")
    for options, shown in ((), True), (("--quiet",), False):
        said = on_a_terminal(command("put", *options, path, place), home)
        assert (b"a[red]" in said and b"1 sent" in said) == shown
        assert key_of(place).encode() not in said


def on_a_terminal(command: list[str], environment: dict[str, str]) -> bytes:
    """What a command writes to its terminal, once it has ended well."""
    ours, its = os.openpty()
    with subprocess.Popen(
        command, stdin=its, stdout=its, stderr=its, env=environment | {"TERM": "xterm"}
    ) as process:
        os.close(its)
        said = b"".join(iter(lambda: _read(ours), b""))
    os.close(ours)
    assert process.returncode == 0, said
    return said


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 1 << 16)
    except OSError:  # EIO: the other end is closed
        return b""
