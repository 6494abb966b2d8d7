"""docs/security.md: each requirement has its answer, and what is said to be met names its tests."""

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"\| (\d+\.\d+(?:\.\d+)?) \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|")
ROWS = ROW.findall((ROOT / "docs/security.md").read_text())
NAMED = re.compile(r"`(test_\w+)`")
SECTIONS = {
    "6.1": 3, "6.2": 12, "6.3": 8, "6.4": 6, "6.5": 8, "6.6": 4, "6.7": 2, "6.8": 4,
    "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 3, "7.6": 2,
    "8.1": 4, "8.2": 4, "8.3": 3, "8.4": 2, "9.1": 3, "9.2": 4,
    "10.1": 2, "10.2": 3, "10.5": 5,
}  # fmt: skip
"""How many requirements the sections of ASVS 5.0.0 have."""
WHOLE = {"10.3", "10.4", "10.6", "10.7"}
"""Sections that are answered as one."""


def known_tests() -> set[str]:
    found = re.compile(r"^def (test_\w+)", re.M)
    return {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in found.findall(path.read_text())
    }


def test_each_requirement_has_its_row() -> None:
    numbers = Counter(number for number, *_ in ROWS)
    expected = {f"{section}.{n}" for section, most in SECTIONS.items() for n in range(1, most + 1)}
    assert numbers == Counter(expected | WHOLE)


def test_each_test_that_is_named_exists() -> None:
    known = known_tests()
    for number, _, _, why, _ in ROWS:
        for name in NAMED.findall(why):
            assert name in known, f"{number} names {name}, which is not there"


@pytest.mark.parametrize(("number", "answer", "why"), [(n, a.strip(), w) for n, _, a, w, _ in ROWS])
def test_each_answer_says_why(number: str, answer: str, why: str) -> None:
    assert answer in ("met", "not applicable", "open")
    assert why.strip()
    if answer == "met":
        assert NAMED.search(why), "what is met names a test"
