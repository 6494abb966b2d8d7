"""The application that Celery runs: the same two tasks. It is read in Celery's environment."""

import hashlib
import json
import os
import time

from celery import Celery

app = Celery("bench", broker=os.environ["BENCH_REDIS"], backend=os.environ["BENCH_REDIS"])
app.conf.update(json.loads(os.environ["BENCH_CELERY"]))


@app.task
def noop(path):
    return {"at": time.time()}


@app.task
def md5(path):
    with open(path, "rb", buffering=0) as stream:
        return {"checksum": hashlib.md5(stream.read(), usedforsecurity=False).hexdigest()}


@app.task
def joined(results):
    return results
