"""Logins: the providers by which people log in, as the ini's lines name them.

`mserve.oidc.<name>.issuer` and its like are OpenID Connect; `mserve.openid2` is OpenID 2.0.
"""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

PREFIX = "oidc."
OPENID2 = "openid2"
OFF = "off"
NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")
SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,100}")  # RFC 6749, 3.3
ASYMMETRIC = ("RS256", "PS256", "ES256", "EdDSA", "RS384", "RS512", "PS384", "PS512", "ES384",
              "ES512")  # fmt: skip
SYMMETRIC = "HS256"
ALGORITHMS = (*ASYMMETRIC, SYMMETRIC)
CREATE, KNOWN = ACCOUNTS = ("create", "known")
FIELDS = ("issuer", "client_id", "client_secret", "label", "scope", "accounts", "algorithms")


@dataclass(frozen=True)
class Provider:
    """A provider of OpenID Connect.

    accounts: `create`: who is unknown gets an account; `known`: the link comes first.
    algorithms: by which ID tokens may be signed (RFC 7518).
    """

    name: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    label: str
    scope: str
    accounts: str
    algorithms: tuple[str, ...]


@dataclass(frozen=True)
class Logins:
    """Providers by name; `openid2` is None where nobody logs in so, else as `accounts` above."""

    providers: Mapping[str, Provider]
    openid2: str | None


def is_line(name: str) -> bool:
    """Whether `mserve.<name>` is one of these lines."""
    parts = name.removeprefix(PREFIX).split(".")
    named = name.startswith(PREFIX) and len(parts) == 2 and bool(NAME.fullmatch(parts[0]))
    return name == OPENID2 or (named and parts[1] in FIELDS)


def parse(lines: Mapping[str, str], faults: list[str]) -> Logins:
    """What the ini's lines say; adds to `faults` what is wrong with them."""
    found = [line.removeprefix("mserve.") for line in lines]
    names = {each.split(".")[1] for each in found if each.startswith(PREFIX) and is_line(each)}
    providers = {name: _provider(name, lines, faults) for name in sorted(names)}
    said = lines.get(f"mserve.{OPENID2}", OFF).strip()
    if said not in (OFF, *ACCOUNTS):
        faults.append(f"mserve.{OPENID2} = {said}: should be off, known or create")
    return Logins(providers, None if said == OFF else said)


def is_secure(url: str) -> bool:
    """Whether it is an https address, or one of this very machine, that nobody can listen at."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    plain = url.isascii() and url.isprintable() and " " not in url
    known = parts.scheme == "https" or (parts.scheme == "http" and _is_local(host))
    return plain and bool(host) and known


def _provider(name: str, lines: Mapping[str, str], faults: list[str]) -> Provider:
    def read(key: str, default: str, convert: Callable[[str], str]) -> str:
        line = f"mserve.{PREFIX}{name}.{key}"
        try:
            return convert(lines.get(line, default).strip())
        except ValueError as fault:
            faults.append(f"{line}: {fault}")
            return default

    found = Provider(
        name=name,
        issuer=read("issuer", "", _issuer),
        client_id=read("client_id", "", _client_id),
        client_secret=os.environ.get(_variable(name)) or read("client_secret", "", str),
        label=read("label", name, _label),
        scope=read("scope", "openid profile email", _scope),
        accounts=read("accounts", KNOWN, _accounts),
        algorithms=tuple(read("algorithms", " ".join(ASYMMETRIC), _algorithms).split()),
    )
    if SYMMETRIC in found.algorithms and not found.client_secret:
        line = f"mserve.{PREFIX}{name}.algorithms"
        faults.append(f"{line}: {SYMMETRIC} signs by the client_secret, and there is none")
    return found


def _variable(name: str) -> str:
    """The variable of the environment with the client's secret, which wins over the ini."""
    return f"MSERVE_OIDC_{name.upper().replace('-', '_')}_SECRET"


def _is_local(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _issuer(text: str) -> str:
    if not is_secure(text) or "?" in text or "#" in text or "@" in text:
        raise ValueError(f"{text!r} should be the issuer's address, as https://login.example.com")
    return text


def _client_id(text: str) -> str:
    if not text or not text.isprintable():
        raise ValueError("should be the name by which the provider knows this site")
    return text


def _label(text: str) -> str:
    if not 0 < len(text) <= 64 or not text.isprintable():
        raise ValueError("should be what people call the provider, in at most 64 characters")
    return text


def _scope(text: str) -> str:
    parts = text.split()
    if "openid" not in parts or not all(map(SCOPE.fullmatch, parts)):
        raise ValueError(f"{text!r} should be as openid profile email, and openid among them")
    return " ".join(parts)


def _accounts(text: str) -> str:
    if text not in ACCOUNTS:
        raise ValueError(f"{text!r} should be known or create")
    return text


def _algorithms(text: str) -> str:
    wrong = [each for each in text.split() if each not in ALGORITHMS]
    if wrong or not text:
        raise ValueError(f"{text!r} should be some of: {' '.join(ALGORITHMS)}")
    return text
