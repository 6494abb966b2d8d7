"""The peers in Python live in environments of their own, apart from mserve's."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bench.peers.peer import ROOT


@dataclass(frozen=True)
class Environment:
    """`folder` below the project with all that `requirements`, a file beside this one, names.

    built: what of it is published as source alone; who: for whom it is, in words.
    """

    folder: str
    requirements: str
    who: str
    built: str = ""

    @property
    def home(self) -> Path:
        return ROOT / self.folder

    def program(self, name: str) -> Path:
        return self.home / "bin" / name

    def provide(self) -> None:
        """Makes it, unless it is there as the requirements have it."""
        made, named = self.home / ".installed", Path(__file__).with_name(self.requirements)
        # a system's upgrade may take Python away
        there = made.exists() and self.program("python").exists()
        if there and made.read_text() == named.read_text():
            return
        print(f"Installing {self.who} into {self.folder}", flush=True)
        subprocess.run([ROOT / "tools" / "make_venv.sh", self.home], check=True)
        self.install(named)
        made.write_text(named.read_text())

    def install(self, named: Path) -> None:
        pip = [self.program("python"), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        only = ["--only-binary", ":all:", *(["--no-binary", self.built] if self.built else [])]
        quiet = {**os.environ, "PYTHONWARNINGS": "ignore"}
        subprocess.run([*pip, *only, "-r", named], check=True, env=quiet)

    def versions(self) -> str:
        """What is installed, a line each."""
        freeze = [self.program("python"), "-m", "pip", "freeze", "--disable-pip-version-check"]
        return subprocess.run(freeze, check=True, capture_output=True, text=True).stdout


SERVERS = Environment(
    ".venv-bench", "requirements.txt", "WsgiDAV and Guillotina", "guillotina,wsgidav"
)
CELERY = Environment(".venv-celery", "requirements_celery.txt", "Celery")
