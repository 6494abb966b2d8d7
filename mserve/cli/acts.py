"""Acts: what a command has its client do, each for one argument or one file of it.

An argument that cannot be used is an act that fails, so that the others are done.
"""

from collections.abc import Callable, Iterator

from mserve.client import BadAddress, ClientError, LocalFault
from mserve.client.address import parse
from mserve.client.many import Act


def told(url: str) -> str:
    """The URL's place, without a key."""
    try:
        return parse(url)[0].told
    except BadAddress:
        return "URL"


class Taken:
    """Places that files go to: where two would go to one, the second fails."""

    def __init__(self) -> None:
        self._places: set[str] = set()

    def once(self, place: str, what: str, act: Callable[[], object]) -> Act:
        """`act`, or what fails in its stead."""
        if place in self._places:
            return what, bound(_fail, LocalFault(f"another one of these becomes {place}"))
        self._places.add(place)
        return what, act


def guarded(what: str, acts: Iterator[Act]) -> Iterator[Act]:
    """`acts`, and one more that fails where there was no way to know them."""
    try:
        yield from acts
    except ClientError as error:
        yield what, bound(_fail, error)


def _fail(error: ClientError) -> None:
    raise error


def bound(act: Callable[..., object], *arguments: object) -> Callable[[], object]:
    """`act` with these arguments."""
    return lambda: act(*arguments)
