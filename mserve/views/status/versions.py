"""Which versions of mserve, of Python and of libraries run here."""

import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version

LIBRARIES = (
    "mserve", "pyramid", "ZODB", "ZEO", "RelStorage", "rq", "redis", "WsgiDAV", "Pillow", "av",
    "cryptography", "Jinja2",
)  # fmt: skip


@cache
def _libraries() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def libraries() -> dict[str, str]:
    """By name; those that are not installed are left out."""
    return dict(_libraries())
