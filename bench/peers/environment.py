"""The peers in Python live in an environment of their own, .venv-bench, apart from mserve's."""

import os
import subprocess
from pathlib import Path

from bench.peers.peer import ROOT

HOME = ROOT / ".venv-bench"
REQUIREMENTS = Path(__file__).with_name("requirements.txt")
# published as source alone
BUILT = "guillotina,wsgidav"


def program(name: str) -> Path:
    return HOME / "bin" / name


def provide() -> None:
    """Makes it, unless it is there as requirements.txt has it."""
    made = HOME / ".installed"
    there = made.exists() and program("python").exists()  # a system's upgrade may take Python away
    if there and made.read_text() == REQUIREMENTS.read_text():
        return
    print("Installing WsgiDAV and Guillotina into .venv-bench", flush=True)
    subprocess.run([ROOT / "tools" / "make_venv.sh", HOME], check=True)
    pip = [program("python"), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    only = ["--only-binary", ":all:", "--no-binary", BUILT]
    quiet = {**os.environ, "PYTHONWARNINGS": "ignore"}
    subprocess.run([*pip, *only, "-r", REQUIREMENTS], check=True, env=quiet)
    made.write_text(REQUIREMENTS.read_text())


def versions() -> str:
    """What is installed, a line each."""
    freeze = [program("python"), "-m", "pip", "freeze", "--disable-pip-version-check"]
    return subprocess.run(freeze, check=True, capture_output=True, text=True).stdout
