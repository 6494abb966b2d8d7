"""The first keys of a site: their secrets lie in files that the administrator alone can read."""

import os
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

from mserve import provision
from mserve.resources.key import digest
from mserve.resources.site import Site
from mserve.seal import Seal
from mserve.settings import Settings

ADMIN_KEY, DEMO_KEY = "admin.key", "demo.key"


def make(site: Site, settings: Settings) -> None:
    """The administrator's key, and with `mserve.demo` a demo service; secrets go to files.

    They are written before the commit, as a secret that was lost would be lost for good, and get
    their names after it: of two that do this at once only one commits.
    """
    if site.keys is None:
        seal = Seal.of(settings.data)
        _, secret = site.add_key("siteadmin", seal=seal, label="first site administrator")
        draft(settings.data / ADMIN_KEY, secret)
        if settings.demo:
            container, _ = provision.make_container(site, "demo", seal)
            _, keys = provision.make_service(container, "files", seal)
            draft(settings.data / DEMO_KEY, keys[-1][1])


def keep_secrets(site: Site, data: Path) -> None:
    """Gives the files of committed secrets their names, and removes this process's other ones."""
    for name in (ADMIN_KEY, DEMO_KEY):
        for path in data.glob(f".{name}.*"):
            with suppress(FileNotFoundError):  # another has done it
                _keep(site, path, data / name)


def _keep(site: Site, drafted: Path, file: Path) -> None:
    if digest(drafted.read_text().strip()) in site.key_index:
        os.replace(drafted, file)
    elif drafted.name.startswith(f".{file.name}.{os.getpid()}-"):
        drafted.unlink()


def draft(path: Path, secret: str) -> None:
    """Writes what shall become `path`, durably, so that its owner alone can read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    written = path.with_name(f".{path.name}.{os.getpid()}-{token_hex(4)}")
    descriptor = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secret + "\n")
        file.flush()
        os.fsync(file.fileno())
