"""Where a key comes from: the URL, a file that is named, MSERVE_KEY, or the user's file of keys.

The user's file has lines of a URL and the key for all below it; the longest URL wins:

    # ~/.config/mserve/keys, for its owner alone (mode 600)
    https://content.example.com/acme        qAoDnB8M…
    https://content.example.com/k/-/        zyQ1T0a4…

A URL with `/k/-/` stands for the place of the key itself.
"""

import os
import stat
from pathlib import Path

from mserve.client.address import Address, parse
from mserve.client.errors import BadAddress, BadKeyFile

VARIABLE = "MSERVE_KEY"


def user_file() -> Path:
    """`$XDG_CONFIG_HOME/mserve/keys`, by default `~/.config/mserve/keys`."""
    base = os.environ.get("XDG_CONFIG_HOME", "")
    return (Path(base) if os.path.isabs(base) else Path.home() / ".config") / "mserve" / "keys"


def find(url: str, key_file: Path | None = None) -> tuple[Address, str | None]:
    """The address of a URL, and the key to go there with. Raises BadAddress, BadKeyFile."""
    address, key = parse(url)
    if key is None and key_file is not None:
        key = _only(key_file)
    if key is None:
        key = os.environ.get(VARIABLE, "").strip() or None
    return address, key or of_user(address, user_file())


def _only(path: Path) -> str:
    """The key in a file that holds nothing else."""
    words = _read(path).split()
    if len(words) != 1:
        raise BadKeyFile(f"{path} should hold one key and nothing else")
    return words[0]


def of_user(address: Address, path: Path) -> str | None:
    """The key of the user's file for the address, if there is one."""
    if not path.exists():
        return None
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise BadKeyFile(f"{path} can be read by others: chmod 600 {path}")
    best: tuple[int, str] | None = None
    for number, line in enumerate(_read(path).splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        place, key = _pair(path, number, line)
        if _covers(place, address) and (best is None or len(place.names) > best[0]):
            best = len(place.names), key
    return best and best[1]


def _pair(path: Path, number: int, line: str) -> tuple[Address, str]:
    """What a line says; an error does not repeat it, as it holds a key."""
    words = line.split()
    try:
        if len(words) == 2:
            return parse(words[0])[0], words[1]
    except BadAddress:
        pass
    raise BadKeyFile(f"{path}, line {number}: should be a URL and a key")


def _covers(place: Address, address: Address) -> bool:
    above = place.root == address.root
    return above and place.names == address.names[: len(place.names)]


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        reason = getattr(fault, "strerror", None) or "it is no text"
        raise BadKeyFile(f"{path} cannot be read: {reason}") from None
