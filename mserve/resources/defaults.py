"""The profiles that every service begins with, where its container has none of that name.

Each condition of a job is evaluated when its set begins: about 50 µs, of which its length is the
least part.
"""

from collections.abc import Iterable, Mapping

from mserve.resources.profile import TaskSet, TaskSpec, Workflow

PAGES = ("application/pdf",)
PICTURES = (
    "image/avif", "image/bmp", "image/gif", "image/heic", "image/heif",
    "image/jp2", "image/jpeg", "image/jpx", "image/png", "image/tiff", "image/webp",
    "image/vnd.microsoft.icon", "image/x-icon", "image/x-ms-bmp",
    "image/x-portable-bitmap", "image/x-portable-greymap", "image/x-portable-pixmap",
)  # fmt: skip
"""What the task `image_metadata` can read, and with PAGES `thumbnail` and `poster`."""
FILMS = (
    "application/mxf", "video/3gpp", "video/3gpp2", "video/mp2t", "video/mp4", "video/mpeg",
    "video/mpeg4-generic", "video/ogg", "video/quicktime", "video/webm", "video/x-flv",
    "video/x-m4v", "video/x-matroska", "video/x-ms-asf", "video/x-ms-wmv", "video/x-msvideo",
)  # fmt: skip
SOUNDS = (
    "audio/aac", "audio/amr", "audio/basic", "audio/flac", "audio/mp4", "audio/mpeg", "audio/ogg",
    "audio/vnd.dolby.dd-raw", "audio/wav", "audio/x-aiff", "audio/x-ape", "audio/x-flac",
    "audio/x-hx-aac-adts", "audio/x-m4a", "audio/x-matroska", "audio/x-ms-wma", "audio/x-w64",
    "audio/x-wav",
)  # fmt: skip
"""As the task `mime` calls what FFmpeg can read."""


def among(types: Iterable[str]) -> str:
    """The condition that a file's media type is one of them."""
    return "mfile.mimetype in [" + ", ".join(f'"{each}"' for each in types) + "]"


PICTURE, IMAGE = among(PICTURES), among((*PAGES, *PICTURES))
FILM, SOUND = among(FILMS), among(SOUNDS)

SMALL, LARGE = {"width": 210, "height": 128}, {"width": 420, "height": 256}
LOOK = TaskSet("identify", (TaskSpec("mime", "mime", {}),))
DERIVE = TaskSet(
    "derive",
    (
        TaskSpec("checksum", "md5", {"algorithm": "md5"}),
        TaskSpec("thumbnail", "thumbnail", SMALL, IMAGE),
        TaskSpec("poster", "poster", LARGE, IMAGE),
        TaskSpec("image_metadata", "image_metadata", {}, PICTURE),
        TaskSpec("video_thumbnail", "video_thumbnail", SMALL, FILM),
        TaskSpec("video_poster", "video_poster", LARGE, FILM),
        TaskSpec("video_metadata", "video_metadata", {}, FILM),
        TaskSpec("audio_metadata", "audio_metadata", {}, SOUND),
    ),
)
FORMS = TaskSet(
    "transcode",
    (
        TaskSpec("video_proxy", "video_proxy", {}, FILM),
        TaskSpec("hls", "hls", {}, FILM),
    ),
)


def profiles() -> dict[str, Mapping[str, Workflow]]:
    """`default` looks at files, sums and pictures them; `transcode` has films play anywhere too."""
    looked, played = Workflow((LOOK, DERIVE)), Workflow((LOOK, DERIVE, FORMS))
    return {
        "default": {"ingest": looked, "update": looked},
        "transcode": {"ingest": played, "update": played},
    }
