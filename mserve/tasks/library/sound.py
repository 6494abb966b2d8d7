"""Sound: the filters that bring it into a form, and keep it in time with its film."""

from av.audio.layout import AudioLayout
from av.audio.stream import AudioStream

from mserve.tasks.library.chain import Chain, Filters
from mserve.tasks.library.decoding import Frame

# What comes late is preceded by silence, and gaps are filled.
IN_TIME = "async=1:min_hard_comp=0.1"
USUAL = {1: "mono", 2: "stereo"}


def layout_for(like: AudioStream, most: int) -> str:
    """The layout of its channels; stereo where there are more than `most`."""
    return name_of(like.layout) if like.channels <= most else USUAL[2]


def name_of(layout: AudioLayout) -> str:
    """Such as 5.1; where a file only says how many channels there are, the usual one of those."""
    return USUAL.get(layout.nb_channels, layout.name)


def sound_chain(samples: str, rate: int, layout: str) -> Chain:
    """A chain that gives such samples (FFmpeg's name), so many a second, in such channels."""
    shape = f"sample_fmts={samples}:sample_rates={rate}:channel_layouts={layout}"

    def filters(frame: Frame, first: bool) -> Filters:
        return [("aresample", IN_TIME + (":first_pts=0" if first else "")), ("aformat", shape)]

    return Chain(filters)
