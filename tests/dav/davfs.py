"""davfs2: a drive as a folder of this machine, by FUSE; and a tree of small files to copy there."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from tests.dav.commands import LIMIT, run

PIDS = Path("/run/mount.davfs")
LINES = {"buf_size": "256", "delay_upload": "0"}
"""What differs from davfs2's own settings: recent kernels need the first; without the second it
waits ten seconds before it sends a file. Locks are on."""
LEAST, MOST, MIDDLE, SPREAD = 200, 30_000, 8.0, 1.1
"""Sizes of files: from and to, in bytes, and the logarithm's mean and deviation in between."""


def text(lines: dict[str, str]) -> str:
    """A davfs2.conf."""
    return "".join(f"{name} {value}\n" for name, value in lines.items())


@contextmanager
def mounted(url: str, password: str) -> Iterator[Path]:
    """The drive at `url` as a folder, without a cache from before; left, all is sent.

    davfs2 gives up being root, so that its cache has to be open to it.
    """
    with TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        place, config, secrets, cache = (folder / n for n in ("drive", "conf", "secrets", "cache"))
        place.mkdir()
        cache.mkdir()
        cache.chmod(0o777)
        secrets.write_text(f"{url} me {password}\n")
        secrets.chmod(0o600)
        config.write_text(text({**LINES, "secrets": str(secrets), "cache_dir": str(cache)}))
        run("mount.davfs", "-o", f"conf={config}", url, str(place))
        try:
            yield place
        finally:
            unmount(place)


def unmount(place: Path) -> None:
    """Once all is sent. davfs2's own `umount` looks whether it is every three seconds."""
    file = PIDS / f"{str(place)[1:].replace('/', '-')}.pid"
    sender = psutil.Process(int(file.read_text()))
    run("umount", "-i", str(place))
    sender.wait(LIMIT)
    assert not place.is_mount()


def make_sources(folder: Path, files: int) -> Path:
    """A tree like a program's sources: mostly small files, thirteen to a folder, and levels."""
    chance, folders = random.Random(files), [folder]
    folder.mkdir()
    for number in range(files // 13):
        folders.append(chance.choice(folders[-30:]) / f"module {number}")
        folders[-1].mkdir()
    for number in range(files):
        size = min(MOST, max(LEAST, int(chance.lognormvariate(MIDDLE, SPREAD))))
        place = chance.choice(folders) / f"part_{number}.py"
        place.write_bytes(chance.randbytes(size // 2).hex().encode())
    return folder
