"""Programs that know WebDAV, as a user runs them, against the demo service of a running mserve."""

from contextlib import AbstractContextManager
from pathlib import Path

from tests.dav.commands import run
from tests.dav.davfs import mounted
from tests.functional.stack import Stack


class Drive:
    """`url`: the folder `name` of the demo service as a drive; `key`: its password."""

    def __init__(self, stack: Stack, name: str) -> None:
        self.key = stack.demo_url.rstrip("/").rpartition("/")[2]
        self.stack, self.name = stack, name
        self.url = f"{stack.url}/dav/demo/files/{name}/"
        run("curl", "-sf", "-u", f"anyone:{self.key}", "-X", "MKCOL", self.url)

    def rclone(self, folder: Path, vendor: str) -> dict[str, str]:
        """The environment by which rclone knows the drive as `drive:`."""
        password = run("rclone", "obscure", "--", self.key, HOME=str(folder)).strip()
        said = {"TYPE": "webdav", "URL": self.url, "VENDOR": vendor, "USER": "me"}
        said["PASS"] = password
        return {"HOME": str(folder), **{f"RCLONE_CONFIG_DRIVE_{n}": v for n, v in said.items()}}

    def mounted(self) -> AbstractContextManager[Path]:
        """The drive as a folder, by davfs2."""
        return mounted(self.url, self.key)


def tree_of(folder: Path) -> dict[str, bytes]:
    """The files of a folder by their paths; folders as what ends in a slash."""
    return {
        f"{path.relative_to(folder)}{'/' if path.is_dir() else ''}": path.read_bytes()
        if path.is_file()
        else b""
        for path in folder.rglob("*")
        if "lost+found" not in path.parts
    }


def make_tree(folder: Path, files: int) -> Path:
    """Some folders with files, of names as people give them."""
    for number in range(files):
        place = folder / f"folder {number % 7}" / "ä & ü"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"file #{number}%41;?.txt").write_bytes(bytes([number % 256]) * number)
    (folder / "empty").touch()
    return folder
