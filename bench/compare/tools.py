"""The versions of what is compared and of what asks."""

from bench.peers.environment import SERVERS
from bench.report import said
from tests.functional.postgres import binaries


def versions() -> dict[str, str]:
    return {
        "nginx": first(said("/usr/sbin/nginx", "-v", errors=True)),
        "Apache": first(said("/usr/sbin/apache2", "-v")),
        "PostgreSQL": said(str(binaries() / "postgres"), "--version"),
        "wrk": first(said("wrk", "-v", errors=True)),
        "curl": first(said("curl", "--version")),
        ".venv-bench": " ".join(SERVERS.versions().split()),
    }


def first(text: str) -> str:
    return text.partition("\n")[0]
