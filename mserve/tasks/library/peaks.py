"""Peaks: the lowest and highest sample of each of many equal parts of a sound, whatever its length.

Parts begin short; whenever they are too many, each two become one, so that memory is bounded.
Samples are bytes, 128 being silence. Pillow compares them, many at once, as the greys of images.
"""

from collections.abc import Callable, Iterable, Sequence

from PIL import Image, ImageChops

FIRST = 8  # samples of a part; twice as many each time that parts are joined
Choose = Callable[[Image.Image, Image.Image], Image.Image]
BATCH = 1 << 16  # samples that are worth to be compared at once
FINE = 64  # parts that are kept for each one that is wanted, at most
SILENCE = 128


class Peaks:
    """At most `wanted` parts in the end."""

    def __init__(self, channels: int, wanted: int) -> None:
        self.wanted = wanted
        self.samples = 0  # of each channel
        self._step = FIRST
        self._rest = [bytearray() for _ in range(channels)]
        self._lows = [bytearray() for _ in range(channels)]
        self._highs = [bytearray() for _ in range(channels)]

    def add(self, channels: Sequence[bytes]) -> None:
        """What comes next, of equal length in each channel."""
        self.samples += len(channels[0])
        for rest, piece in zip(self._rest, channels, strict=True):
            rest.extend(piece)
        if len(self._rest[0]) >= max(BATCH, self._step):
            self._take()
        if len(self._lows[0]) >= 2 * FINE * self.wanted:
            self._halve()

    def finish(self) -> tuple[int, list[list[tuple[int, int]]]]:
        """Samples of a part, and of each channel the pairs of low and high, from -128 to 127."""
        self._take()
        self._take_last()
        joined = -(-len(self._lows[0]) // self.wanted) or 1
        pairs = [
            [(low - SILENCE, high - SILENCE) for low, high in zip(lows, highs, strict=True)]
            for lows, highs in zip(
                (_join(min, each, joined) for each in self._lows),
                (_join(max, each, joined) for each in self._highs),
                strict=True,
            )
        ]
        return self._step * joined, pairs

    def _take(self) -> None:
        """Those of the samples that wait which make whole parts become parts."""
        samples = len(self._rest[0]) // self._step * self._step
        if not samples:
            return
        for rest, lows, highs in zip(self._rest, self._lows, self._highs, strict=True):
            data = bytes(rest[:samples])
            lows.extend(_extremes(ImageChops.darker, data, self._step))
            highs.extend(_extremes(ImageChops.lighter, data, self._step))
            del rest[:samples]

    def _take_last(self) -> None:
        """What is left becomes a part that is not full."""
        for rest, lows, highs in zip(self._rest, self._lows, self._highs, strict=True):
            if rest:
                lows.append(min(rest))
                highs.append(max(rest))

    def _halve(self) -> None:
        """Each two parts become one; one that is left over waits for its other half."""
        if len(self._lows[0]) % 2:
            for rest, lows, highs in zip(self._rest, self._lows, self._highs, strict=True):
                rest[:0] = bytes([lows[-1], highs.pop()]).ljust(self._step, bytes([lows.pop()]))
        self._step *= 2
        for lows, highs in zip(self._lows, self._highs, strict=True):
            lows[:] = _extremes(ImageChops.darker, bytes(lows), 2)
            highs[:] = _extremes(ImageChops.lighter, bytes(highs), 2)


def _extremes(choose: Choose, data: bytes, step: int) -> bytes:
    """One of each `step` bytes, a power of two that divides their number."""
    while step > 1:
        size = (len(data) // 2, 1)
        even, odd = (Image.frombytes("L", size, data[place::2]) for place in (0, 1))
        data = choose(even, odd).tobytes()
        step //= 2
    return data


def _join(choose: Callable[[Iterable[int]], int], parts: bytearray, number: int) -> bytearray:
    """One part of each `number` of them."""
    return bytearray(
        choose(parts[place : place + number]) for place in range(0, len(parts), number)
    )
