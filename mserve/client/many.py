"""Many transfers side by side: each fails on its own, all stop together."""

from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from threading import Event

from mserve.client.errors import ClientError
from mserve.client.results import Failure

Act = tuple[str, Callable[[], object]]
"""What is done, in words, and what does it."""


def run(acts: Iterable[Act], jobs: int, stop: Event) -> list[Failure]:
    """Does all of them, `jobs` at a time; returns those that failed. Sets `stop` if interrupted."""
    failures: list[Failure] = []
    pool = ThreadPoolExecutor(jobs, thread_name_prefix="transfer")
    waiting: dict[Future[object], str] = {}
    try:
        for what, act in acts:
            waiting[pool.submit(act)] = what
            while len(waiting) >= jobs * 2:
                _collect(waiting, failures)
        while waiting:
            _collect(waiting, failures)
    except BaseException:
        stop.set()
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()
    return failures


def _collect(waiting: dict[Future[object], str], failures: list[Failure]) -> None:
    done, _ = wait(waiting, return_when=FIRST_COMPLETED)
    for future in done:
        what = waiting.pop(future)
        try:
            future.result()
        except ClientError as error:
            failures.append(Failure(what, error))
