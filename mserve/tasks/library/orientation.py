"""Orientation: how a film's frames have to be turned to stand upright.

A file says so by a matrix (ISO/IEC 14496-12, section 8.3.2): its first two rows and columns take
a point (x, y) of the stored frame to (a x + c y, b x + d y) on the screen.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from av.sidedata.sidedata import SideData
from av.video.frame import VideoFrame

ONE = 1 << 16  # in the matrix, whose numbers are 16.16
ROWS = struct.Struct("=9i")  # as FFmpeg keeps it


@dataclass(frozen=True)
class Orientation:
    """`rotation`: degrees clockwise; `filters`: FFmpeg's, by name, with their arguments."""

    rotation: int = 0
    filters: tuple[tuple[str, str], ...] = ()
    mirrored: bool = False

    @property
    def lying(self) -> bool:
        """Whether width and height change places."""
        return any(name == "transpose" for name, _ in self.filters)


UPRIGHT = Orientation()
ORIENTATIONS = {  # by the signs of a, b, c, d
    (1, 0, 0, 1): UPRIGHT,
    (0, 1, -1, 0): Orientation(90, (("transpose", "clock"),)),
    (-1, 0, 0, -1): Orientation(180, (("hflip", ""), ("vflip", ""))),
    (0, -1, 1, 0): Orientation(270, (("transpose", "cclock"),)),
    (-1, 0, 0, 1): Orientation(0, (("hflip", ""),), mirrored=True),
    (1, 0, 0, -1): Orientation(180, (("vflip", ""),), mirrored=True),
    (0, 1, 1, 0): Orientation(270, (("transpose", "cclock_flip"),), mirrored=True),
    (0, -1, -1, 0): Orientation(90, (("transpose", "clock_flip"),), mirrored=True),
}


def orientation_of(frame: VideoFrame) -> Orientation:
    """As the frame's display matrix says; upright where it has none, or one that is skewed."""
    for each in cast(Iterable[SideData], frame.side_data):  # typed as a mapping
        if each.type.name == "DISPLAYMATRIX":
            a, b, _, c, d, *_ = ROWS.unpack(bytes(each)[: ROWS.size])
            return ORIENTATIONS.get((_sign(a), _sign(b), _sign(c), _sign(d)), UPRIGHT)
    return UPRIGHT


def _sign(number: int) -> int:
    return 0 if abs(number) < ONE // 2 else (1 if number > 0 else -1)
