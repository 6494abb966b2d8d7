"""Words: what a line of the ini may say, as a value.

Each raises ValueError that tells what would be right.
"""

import re

QUEUE = re.compile(r"[a-z][a-z0-9_-]{0,63}")
FRONTS = ("none", "nginx", "apache", "lighttpd")  # who sends the bytes: views/content/sendfile.py


def queue(name: str) -> str:
    if not QUEUE.fullmatch(name):
        raise ValueError(f"{name!r} is no queue name; right is for example gpu-1")
    return name


def counts(text: str) -> dict[str, int]:
    """`normal=5 priority=5` as a mapping of queue name to number of processes."""
    pairs = (part.partition("=") for part in text.split())
    return {queue(name): whole(number) for name, _, number in pairs}


def queues(text: str) -> frozenset[str]:
    return frozenset(map(queue, text.split()))


def several(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def positive(text: str) -> float:
    number = float(text)
    if not 0 < number < 1e9:
        raise ValueError("should be a number of seconds above 0")
    return number


def whole(text: str) -> int:
    if not text.isdigit() or int(text) == 0:
        raise ValueError("should be a whole number above 0")
    return int(text)


def days(text: str) -> int:
    if not text.isdecimal() or int(text) > 36_500:
        raise ValueError("should be a whole number of days, at most 36500; 0: for ever")
    return int(text)


def count(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise ValueError("should be a whole number, or 0 for none")
    return int(text)


def front(text: str) -> str:
    if text not in FRONTS:
        raise ValueError(f"should be one of: {', '.join(FRONTS)}")
    return text


def prefix(text: str) -> str:
    if not (text.startswith("/") and text.endswith("/")):
        raise ValueError("should be a path that begins and ends with a slash")
    return text


def boolean(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError("should be true or false")
    return text.lower() == "true"
