"""The tasks that mserve brings: each module holds functions marked with @task."""

MODULES = (
    "mserve.tasks.library.checksum",
    "mserve.tasks.library.command",
    "mserve.tasks.library.fetch",
    "mserve.tasks.library.image_metadata",
    "mserve.tasks.library.images",
    "mserve.tasks.library.mail",
    "mserve.tasks.library.mime",
    "mserve.tasks.library.text_extract",
    "mserve.tasks.library.verify",
    "mserve.tasks.library.web_service",
    "mserve.tasks.library.webhook",
)
