"""The tasks that mserve brings: each module holds functions marked with @task."""

MODULES = (
    "mserve.tasks.library.audio_metadata",
    "mserve.tasks.library.checksum",
    "mserve.tasks.library.command",
    "mserve.tasks.library.copies",
    "mserve.tasks.library.fetch",
    "mserve.tasks.library.frames",
    "mserve.tasks.library.hls",
    "mserve.tasks.library.image_metadata",
    "mserve.tasks.library.images",
    "mserve.tasks.library.mail",
    "mserve.tasks.library.mime",
    "mserve.tasks.library.pages",
    "mserve.tasks.library.proxy",
    "mserve.tasks.library.text_extract",
    "mserve.tasks.library.transcode",
    "mserve.tasks.library.verify",
    "mserve.tasks.library.video_metadata",
    "mserve.tasks.library.waveform",
    "mserve.tasks.library.web_service",
    "mserve.tasks.library.webhook",
)
