"""Programs that know WebDAV, as a user runs them, against the demo service of a running mserve."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.functional.stack import Stack, wait_for

LIMIT = 120  # seconds for one command


def run(*command: str, **environment: str) -> str:
    """What the command has said; a failure is an error that tells it."""
    done = subprocess.run(
        command,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


class Drive:
    """`url`: the folder `name` of the demo service as a drive; `key`: its password."""

    def __init__(self, stack: Stack, name: str) -> None:
        self.key = stack.demo_url.rstrip("/").rpartition("/")[2]
        self.stack, self.name = stack, name
        self.url = f"{stack.url}/dav/demo/files/{name}/"
        run("curl", "-sf", "-u", f"anyone:{self.key}", "-X", "MKCOL", self.url)

    def rclone(self, folder: Path, vendor: str) -> dict[str, str]:
        """The environment by which rclone knows the drive as `drive:`."""
        password = run("rclone", "obscure", self.key, HOME=str(folder)).strip()
        said = {"TYPE": "webdav", "URL": self.url, "VENDOR": vendor, "USER": "me"}
        said["PASS"] = password
        return {"HOME": str(folder), **{f"RCLONE_CONFIG_DRIVE_{n}": v for n, v in said.items()}}

    @contextmanager
    def mounted(self) -> Iterator[Path]:
        """The drive as a folder, by davfs2 without a cache from before; left, all is sent.

        davfs2 gives up being root, so that its cache has to be open to it.
        """
        with TemporaryDirectory(dir="/tmp") as name:
            folder = Path(name)
            folder.chmod(0o755)
            place, config, secrets = (folder / each for each in ("drive", "conf", "secrets"))
            place.mkdir()
            (folder / "cache").mkdir()
            (folder / "cache").chmod(0o777)
            secrets.write_text(f"{self.url} me {self.key}\n")
            secrets.chmod(0o600)
            config.write_text(
                "buf_size 256\ndelay_upload 0\nuse_locks 0\n"
                f"secrets {secrets}\ncache_dir {folder}/cache\n"
            )
            run("mount.davfs", "-o", f"conf={config}", self.url, str(place))
            try:
                yield place
            finally:
                run("umount", str(place))
                wait_for(lambda: not place.is_mount())


def tree_of(folder: Path) -> dict[str, bytes]:
    """The files of a folder by their paths; folders as what ends in a slash."""
    return {
        f"{path.relative_to(folder)}{'/' if path.is_dir() else ''}": path.read_bytes()
        if path.is_file()
        else b""
        for path in folder.rglob("*")
        if path.name != "lost+found"
    }


def make_tree(folder: Path, files: int) -> Path:
    """Some folders with files, of names as people give them."""
    for number in range(files):
        place = folder / f"folder {number % 7}" / "ä & ü"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"file #{number}%41;?.txt").write_bytes(bytes([number % 256]) * number)
    (folder / "empty").touch()
    return folder
