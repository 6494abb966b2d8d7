"""The tasks that mserve brings: each module holds functions marked with @task."""

MODULES = (
    "mserve.tasks.library.checksum",
    "mserve.tasks.library.images",
    "mserve.tasks.library.mime",
)
