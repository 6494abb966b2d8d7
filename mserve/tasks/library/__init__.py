"""The tasks that mserve brings: each module holds functions marked with @task."""

MODULES = (
    "mserve.tasks.library.audio_metadata",
    "mserve.tasks.library.checksum",
    "mserve.tasks.library.frames",
    "mserve.tasks.library.hls",
    "mserve.tasks.library.images",
    "mserve.tasks.library.mime",
    "mserve.tasks.library.proxy",
    "mserve.tasks.library.transcode",
    "mserve.tasks.library.video_metadata",
    "mserve.tasks.library.waveform",
)
