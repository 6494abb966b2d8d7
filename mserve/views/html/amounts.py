"""Numbers of bytes as people type them: 1500, 10 MiB, 2.5 GB."""

import re

from mserve.errors import BadInput

UNITS = {
    "": 1, "B": 1,
    "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12, "PB": 10**15,
    "KIB": 1 << 10, "MIB": 1 << 20, "GIB": 1 << 30, "TIB": 1 << 40, "PIB": 1 << 50,
}  # fmt: skip
"""Bytes by unit (IEC 80000-13, SI), in capitals."""
SHOWN = ("TiB", "GiB", "MiB", "KiB")
WRITTEN = re.compile(r"(\d{1,19})(?:[.,](\d{1,9}))?\s*([a-zA-Z]{0,3})")


def read(text: str) -> int | None:
    """The number of bytes; None where nothing is typed. Raises BadInput."""
    plain = text.strip()
    if not plain:
        return None
    found = WRITTEN.fullmatch(plain)
    unit = UNITS.get(found[3].upper()) if found and plain.isascii() else None
    if found is None or unit is None:
        raise BadInput(f"{text:.40}: should be a number of bytes, such as 1500, 10 MiB or 2.5 GB")
    parts = found[2] or ""
    scale: int = 10 ** len(parts)
    return int(found[1] + parts) * unit // scale


def written(number: int | None) -> str:
    """Exactly that many bytes, in the largest unit that leaves a whole number."""
    if number is None:
        return ""
    for unit in SHOWN:
        if number and number % UNITS[unit.upper()] == 0:
            return f"{number // UNITS[unit.upper()]} {unit}"
    return str(number)
