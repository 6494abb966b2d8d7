"""Installs pip into this Python's virtual environment, straight from the package index.

For a Python without ensurepip. A wheel is a zip file that Python can run, so pip installs itself.
"""

import configparser
import hashlib
import os
import re
import subprocess
import sys
import tempfile
from html import unescape
from pathlib import Path
from urllib.parse import urldefrag, urljoin
from urllib.request import urlopen

CONFIGS = ("/etc/pip.conf", "~/.pip/pip.conf", "~/.config/pip/pip.conf")
WHEEL = re.compile(r'href="([^"]*/pip-(\d+)\.(\d+)(?:\.(\d+))?-py3-none-any\.whl[^"]*)"')


def index() -> str:
    """The package index that pip would ask."""
    config = configparser.ConfigParser(interpolation=None)
    files = [os.path.expanduser(name) for name in CONFIGS]
    config.read([*files, os.environ.get("PIP_CONFIG_FILE", os.devnull)])
    written = config.get("global", "index-url", fallback="https://pypi.org/simple")
    return os.environ.get("PIP_INDEX_URL", written).rstrip("/") + "/"


def newest(page: str) -> str:
    """The address of the newest pip wheel on an index page (PEP 503)."""
    wheels = WHEEL.findall(page)
    if not wheels:
        sys.exit("the package index has no pip; on Debian: apt install python3-venv")
    return unescape(max(wheels, key=lambda wheel: [int(part or 0) for part in wheel[1:]])[0])


def main() -> None:
    page = urljoin(index(), "pip/")
    with urlopen(page) as answer:  # noqa: S310 - the address is the user's own setting
        address, digest = urldefrag(urljoin(answer.url, newest(answer.read().decode())))
    with urlopen(address) as answer:  # noqa: S310 - as that page names it
        data = answer.read()
    if digest.startswith("sha256=") and digest[7:] != hashlib.sha256(data).hexdigest():
        sys.exit(f"{address}: its digest is not the one that the index names")
    with tempfile.TemporaryDirectory() as folder:
        wheel = Path(folder, address.rpartition("/")[2])
        wheel.write_bytes(data)
        command = [sys.executable, f"{wheel}/pip", "install", "--quiet", "--no-index", str(wheel)]
        sys.exit(subprocess.run(command, check=False).returncode)


if __name__ == "__main__":
    main()
