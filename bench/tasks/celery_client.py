"""The client of Celery: does what a line of JSON on stdin says, and answers by one.

It is read in Celery's environment, and has no other thread or process beside it.
"""

import json
import sys
import time

import celery_tasks
from celery import chord, group

SET = 20
ROUND = 600  # seconds that may pass before something is wrong


def groups(task, files):
    """Starts a set for each file, then waits for all; seconds, and the results of each."""
    began = time.perf_counter()
    started = [group(task.s(file) for _ in range(SET)).apply_async() for file in files]
    found = [each.get(timeout=ROUND) for each in started]
    return time.perf_counter() - began, found


def chords(task, files):
    """As groups, but that the end of each set starts something, as it does in mserve."""
    began = time.perf_counter()
    end = celery_tasks.joined.s()
    started = [chord(task.s(file) for _ in range(SET))(end) for file in files]
    found = [each.get(timeout=ROUND) for each in started]
    return time.perf_counter() - began, found


def idle(task, files):
    """Seconds from the call until the task has begun, one after another, on idle workers."""
    waited = []
    for file in files:
        called = time.time()
        waited.append(task.delay(file).get(timeout=ROUND)["at"] - called)
        time.sleep(0.05)
    return 0.0, waited


for line in sys.stdin:
    order = json.loads(line)
    used = time.process_time()
    ask = {"groups": groups, "chords": chords, "idle": idle}[order["do"]]
    seconds, found = ask(getattr(celery_tasks, order["task"]), order["files"])
    used = time.process_time() - used
    print(json.dumps({"seconds": seconds, "found": found, "client": used}), flush=True)
