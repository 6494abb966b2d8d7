"""The tasks that mserve brings: each module holds functions marked with @task."""

MODULES = (
    "mserve.tasks.library.checksum",
    "mserve.tasks.library.image_metadata",
    "mserve.tasks.library.images",
    "mserve.tasks.library.mime",
    "mserve.tasks.library.text_extract",
    "mserve.tasks.library.verify",
)
