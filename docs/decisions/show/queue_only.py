"""What is left of jobs when their only record is RQ's?  queue_only.py (needs a Redis to spoil)"""

import os
import sys

from redis import Redis
from rq import Queue, SimpleWorker

redis = Redis(unix_socket_path=sys.argv[1])


def in_child(action):
    """Runs `action` in a process that then ends as by SIGKILL."""
    if (pid := os.fork()) == 0:
        action()
        os._exit(9)
    os.waitpid(pid, 0)


def work():
    SimpleWorker([Queue("normal", connection=redis)], connection=redis).work(
        burst=True, logging_level="CRITICAL"
    )


def whereabouts(job):
    waiting = Queue.all(connection=redis)
    if any(job.id in queue.job_ids for queue in waiting):
        return "waiting"
    if any(job.id in queue.intermediate_queue.get_job_ids() for queue in waiting):
        return "in the intermediate queue, from where RQ's maintenance takes it up"
    return f"in no queue and no registry; its hash says {job.get_status(refresh=True).value!r}"


def taken_by_a_worker_that_dies(names):
    redis.flushall()
    queues = [Queue(name, connection=redis) for name in names]
    job = queues[0].enqueue("time.sleep", 0)
    in_child(
        lambda: Queue.dequeue_any(queues, None, connection=Redis(unix_socket_path=sys.argv[1]))
    )
    print(f"1. worker on {len(names)} queue(s) killed as it takes a job: it is", whereabouts(job))


def cancelled_with_dependents():
    redis.flushall()
    queue = Queue("normal", connection=redis)
    first = queue.enqueue("time.sleep", 0)
    second = queue.enqueue("time.sleep", 0, depends_on=first)
    first.cancel()
    in_child(work)
    print("2. the job it depends on was cancelled: it is", second.get_status(refresh=True).value)


def redis_forgets():
    redis.flushall()
    queue = Queue("normal", connection=redis)
    for _ in range(100):
        queue.enqueue("time.sleep", 0)
    redis.flushall()  # as a crash without persistence, or a fail-over to an empty replica
    print(f"3. Redis lost its data: of 100 jobs {queue.count} are left")


taken_by_a_worker_that_dies(["normal"])
taken_by_a_worker_that_dies(["normal", "priority"])
cancelled_with_dependents()
redis_forgets()
