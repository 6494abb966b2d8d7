"""Real clients copy, compare, move and mount; what comes back is what went."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.dav.clients import Drive, make_tree, tree_of
from tests.dav.commands import run
from tests.functional.stack import Stack

FILES = 25


@pytest.mark.parametrize("vendor", ["other", "owncloud", "nextcloud"])
def test_rclone_copies_checks_and_syncs(stack: Stack, tmp_path: Path, vendor: str) -> None:
    drive = Drive(stack, f"rclone-{vendor}")
    known = drive.rclone(tmp_path, vendor)
    source = make_tree(tmp_path / "source", FILES)
    os.utime(source / "empty", (1_500_000_000, 1_500_000_000))
    run("rclone", "copy", str(source), "drive:", **known)
    said = run("rclone", "check", str(source), "drive:", "--download", **known)
    assert "ERROR" not in said
    assert tree_of(copied(known, tmp_path / "back")) == tree_of(source)
    if vendor != "other":  # which has no times
        assert "2017-07-14" in run("rclone", "lsl", "drive:empty", **known)
    (source / "empty").write_bytes(b"no more")
    (source / "folder 1").rename(source / "renamed")
    run("rclone", "sync", str(source), "drive:", "--update", **known)
    run("rclone", "move", "drive:renamed", "drive:moved", **known)
    (source / "renamed").rename(source / "moved")
    assert tree_of(copied(known, tmp_path / "again")) == tree_of(source)


def copied(known: dict[str, str], target: Path) -> Path:
    run("rclone", "copy", "drive:", str(target), "--create-empty-src-dirs", **known)
    for path in sorted(target.rglob("*"), reverse=True):
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()
    return target


CADAVER = """\
mkcol made
cd made
put {source} first.txt
copy first.txt second.txt
move first.txt third.txt
get third.txt {target}
delete second.txt
ls
quit
"""


def test_cadaver_works_in_a_folder(stack: Stack, tmp_path: Path) -> None:
    drive = Drive(stack, "cadaver")
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(b"of people")
    (tmp_path / ".netrc").write_text(f"default login me password {drive.key}\n")
    told = subprocess.run(
        ["cadaver", drive.url],
        input=CADAVER.format(source=source, target=target),
        env={"HOME": str(tmp_path), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    ).stdout
    assert "failed" not in told.lower(), told
    assert target.read_bytes() == b"of people"
    listing = told.rpartition("Listing collection")[2]
    assert "third.txt" in listing and "second.txt" not in listing, told


def test_curl_sends_chunks_as_finder_does_and_a_cut_body_stores_nothing(
    stack: Stack, tmp_path: Path
) -> None:
    drive = Drive(stack, "curl")
    source = tmp_path / "source"
    source.write_bytes(os.urandom(3_000_000))
    ask = ("curl", "-s", "-u", f"me:{drive.key}", "-w", "%{http_code}", "-o", "/dev/null")
    chunked = ("-T", str(source), "-H", "Transfer-Encoding: chunked", "-H", "Expect: 100-continue")
    size = f"X-Expected-Entity-Length: {source.stat().st_size}"
    assert run(*ask, *chunked, "-H", size, f"{drive.url}whole") == "201"
    assert run(*ask, *chunked, "-H", "X-Expected-Entity-Length: 9", f"{drive.url}cut") == "400"
    assert run(*ask, f"{drive.url}cut") == "404"
    back = tmp_path / "back"
    run("curl", "-sf", "-u", f"me:{drive.key}", "-o", str(back), f"{drive.url}whole")
    assert back.read_bytes() == source.read_bytes()
