"""TaskJob: an RQ job that is data: nothing in its hash is imported, called or unpickled."""

from typing import Any

from rq.job import Job
from rq.serializers import JSONSerializer

from mserve.tasks.delivery import parcel_id
from mserve.tasks.rq_job import FUNCTION


class ForeignJob(Exception):
    """Something stands in the queue that mserve did not put there."""


class TaskJob(Job):
    """Task runs and an attempt. RQ itself can do nothing with it but fail."""

    success_callback = failure_callback = stopped_callback = None

    def __init__(self, id: str | None = None, connection: Any = None, serializer: Any = None):
        super().__init__(id, connection, JSONSerializer)

    def restore(self, raw_data: Any) -> None:
        super().restore(raw_data)
        self.webhooks = []

    @property
    def func(self) -> Any:
        raise ForeignJob(f"{self.id}: no function is imported by its name")

    def parcel(self) -> tuple[list[str], int]:
        """Task runs and attempt; raises ForeignJob where the job is anything else."""
        if self.func_name == FUNCTION and not self.kwargs and len(self.args) == 2:
            runs, attempt = self.args
            if _are_runs(runs) and type(attempt) is int and self.id == parcel_id(runs, attempt):
                return runs, attempt
        raise ForeignJob(f"{self.id}: only {FUNCTION} is performed, not {self.func_name!r}")

    def _execute(self) -> None:
        self.parcel()
        raise ForeignJob(f"{self.id}: only a worker of mserve performs it")


def _are_runs(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, str) for each in value)
