"""The mime task: what kind of file it is, by its bytes, and by its name where those say little."""

from mserve.tasks.library import libmagic
from mserve.tasks.library.suffixes import refine
from mserve.tasks.outcome import Outcome
from mserve.tasks.registry import task
from mserve.tasks.source import Source

# ASCII is UTF-8 as well, and what libmagic did not read may hold more than ASCII.
CHARSETS = {"us-ascii": "utf-8", "binary": "", "unknown-8bit": ""}
BRIEF = 1 << 60  # bytes; it reads but the first of them
TINY = 1  # byte; libmagic has no opinion of a single one


@task("mime", timeout=60.0, brief=BRIEF, tools=("libmagic",))
def mime(source: Source) -> Outcome:
    """Find out the media type of the file."""
    detected = libmagic.detect(source.path)
    plain = source.size == TINY and source.path.read_bytes().isascii()
    mimetype = refine("text/plain" if plain else detected.mimetype, source.name)
    result = {"mimetype": mimetype, "description": detected.description}
    if charset := CHARSETS.get(detected.encoding, detected.encoding):
        result["encoding"] = charset
    return Outcome(result, {"mimetype": mimetype})
