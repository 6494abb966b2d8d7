"""Kinds: in which way a file is shown, by its media type, and by its name where that is vague."""

from typing import Any

from mserve.resources.defaults import FILMS, SOUNDS

IMAGE, VIDEO, AUDIO, PDF = "image", "video", "audio", "pdf"
TEXT, MARKDOWN, TABLE, NONE = "text", "markdown", "table", "none"

PICTURES = frozenset(
    f"image/{each}" for each in ("apng", "avif", "bmp", "gif", "jpeg", "png", "webp", "x-icon",
                                 "x-ms-bmp", "vnd.microsoft.icon")
)  # fmt: skip
"""What every browser draws by itself. SVG is not among them: it is shown as the text it is."""
PLAYED = frozenset({
    "video/mp4", "video/webm", "video/x-m4v", "audio/aac", "audio/flac", "audio/mp4", "audio/mpeg",
    "audio/ogg", "audio/wav", "audio/webm", "audio/x-flac", "audio/x-hx-aac-adts", "audio/x-m4a",
    "audio/x-wav",
})  # fmt: skip
"""What most browsers play, if they know the codecs as well."""
HLS = "application/vnd.apple.mpegurl"
WORDY = ("json", "xml", "javascript", "ecmascript", "yaml", "toml", "sql", "x-sh", "x-shellscript",
         "x-httpd-php", "x-subrip", "x-tex", "x-ndjson", "x-perl", "x-ruby")  # fmt: skip
BY_SUFFIX = {"md": MARKDOWN, "markdown": MARKDOWN, "csv": TABLE, "tsv": TABLE}
BY_TYPE = {
    "text/markdown": MARKDOWN, "text/csv": TABLE, "text/tab-separated-values": TABLE,
    "application/csv": TABLE, "application/pdf": PDF,
}  # fmt: skip


def kind_of(mfile: Any) -> str:
    """IMAGE, VIDEO, AUDIO, PDF, TEXT, MARKDOWN, TABLE or NONE."""
    kind = mfile.mimetype
    if kind in BY_TYPE:
        return BY_TYPE[kind]
    if is_text(kind):
        return BY_SUFFIX.get(suffix(mfile.__name__), TEXT)
    major = kind.partition("/")[0]
    if major == VIDEO or kind in FILMS:
        return VIDEO
    if major == AUDIO or kind in SOUNDS:
        return AUDIO
    return IMAGE if major == IMAGE else NONE


def is_text(kind: str) -> bool:
    """Whether it is made to be read, with whatever marks in it."""
    major, _, minor = kind.partition("/")
    if major == "text" or kind == "image/svg+xml":
        return True
    return major == "application" and (minor in WORDY or minor.endswith(("+json", "+xml")))


def suffix(name: str) -> str:
    """What follows the last dot of a name, in small letters."""
    return name.rpartition(".")[2].lower()
