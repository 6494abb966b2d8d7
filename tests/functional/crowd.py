"""A crowd: threads that are at the same thing, each in its own way, until they are ended."""

import threading
from collections.abc import Callable, Iterable
from typing import Self


class Crowd:
    """`with` it: a thread for each of `actions`, which is given its number and ends with `over`."""

    def __init__(self, actions: Iterable[Callable[[int], None]]) -> None:
        self.over = threading.Event()
        self.threads = [
            threading.Thread(target=action, args=(number,), daemon=True)
            for number, action in enumerate(actions)
        ]

    def __enter__(self) -> Self:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join()
