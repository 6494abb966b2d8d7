"""Seal: what the tree may hold only so that a stolen database is of no use.

The secret comes from outside the database: MSERVE_SEAL, or the file `seal.key` in the data folder.
Several, one a line or with blanks between them, let it be changed: the first seals, all open.
"""

import os
from base64 import urlsafe_b64encode
from contextlib import suppress
from pathlib import Path
from secrets import token_hex, token_urlsafe

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from mserve.errors import SettingsError

FILE = "seal.key"
VARIABLE = "MSERVE_SEAL"
SHORTEST = 32  # characters of a secret


class Broken(Exception):
    """It was sealed by another secret, or is not what was sealed."""


class Seal:
    """Seals, opens, and derives secrets for other purposes."""

    def __init__(self, secrets: str) -> None:
        """Raises SettingsError where there is none, or one is too short to be unguessable."""
        self._secrets = secrets.split()
        if not self._secrets or min(map(len, self._secrets)) < SHORTEST:
            raise SettingsError(
                [f"{VARIABLE}, or the file {FILE} in the data folder, should hold a random secret "
                 f"of at least {SHORTEST} characters; `openssl rand -hex 32` makes one"]
            )  # fmt: skip
        self._fernet = MultiFernet([Fernet(_fernet_key(each)) for each in self._secrets])

    @classmethod
    def of(cls, data: Path) -> "Seal":
        """That of the data folder `data`, whose file is made if there is none."""
        given = os.environ.get(VARIABLE)
        return cls(given if given is not None else _file(data / FILE))

    def seal(self, plain: bytes) -> bytes:
        return self._fernet.encrypt(plain)

    def open(self, sealed: bytes) -> bytes:
        """What was sealed; raises Broken."""
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken:
            raise Broken from None

    def derive(self, purpose: str) -> bytes:
        """A secret of 32 bytes that is the same each time, for `purpose` alone (RFC 5869)."""
        return _derived(self._secrets[0], purpose)

    def derive_all(self, purpose: str) -> list[bytes]:
        """As `derive`, and by former secrets after it, to verify what was signed by those."""
        return [_derived(each, purpose) for each in self._secrets]


def _fernet_key(secret: str) -> bytes:
    return urlsafe_b64encode(_derived(secret, "seal"))


def _derived(secret: str, purpose: str) -> bytes:
    """SHA-256 is enough: the secret is random, no password."""
    info = f"mserve {purpose}".encode()
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(secret.encode())


def _file(path: Path) -> str:
    """What the file holds; of several processes that make it at once one does."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{os.getpid()}-{token_hex(4)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(token_urlsafe(48) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text()
