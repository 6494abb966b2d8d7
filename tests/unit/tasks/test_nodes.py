"""Nodes: what works is seen, a queue rests, a node is drained, and work goes on."""

import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from mserve.settings import Settings
from mserve.tasks.delivery import Delivery
from mserve.tasks.nodes import NODE, Nodes
from mserve.tasks.process import serve
from mserve.tasks.queue import Queues
from tests.unit.tasks.support import wait_for


class Performer:
    """Notes what it was given."""

    worker = ""

    def __init__(self) -> None:
        self.interrupts: Any = None
        self.done: list[str] = []

    def perform(self, runs: Sequence[str], attempt: int) -> bool:
        self.done += runs
        return True


class Worker:
    """A worker in a thread of this process."""

    def __init__(self, settings: Settings, queues: Queues, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("signal.signal", lambda *args: None)  # the main thread's alone
        self.stop = threading.Event()
        self.performer = Performer()
        self.thread = threading.Thread(
            target=serve, args=(settings, "normal", self.performer, queues, self.stop)
        )
        self.thread.start()

    def end(self) -> None:
        self.stop.set()
        self.thread.join()


@pytest.fixture
def nodes(queues: Queues) -> Nodes:
    return Nodes(queues.redis)


@pytest.fixture
def worker(settings: Settings, queues: Queues, monkeypatch: pytest.MonkeyPatch) -> Iterator[Worker]:
    worker = Worker(settings, queues, monkeypatch)
    yield worker
    worker.end()


def push(queues: Queues, name: str) -> None:
    queues.push([Delivery(f"{name}-0-0", 1, "normal")])


def depth(nodes: Nodes, name: str = "normal") -> int:
    return next(each.depth for each in nodes.queues([name]) if each.name == name)


def test_a_worker_is_seen_with_its_queue(nodes: Nodes, worker: Worker) -> None:
    [found] = wait_for(nodes.workers)
    assert (found.node, found.queue, found.delivery) == (NODE, "normal", None)
    assert found.pid and found.heartbeat and found.born
    [node] = nodes.nodes()
    assert (node.name, node.drained, len(node.workers)) == (NODE, False, 1)
    queues = {each.name: each for each in nodes.queues(["normal", "gpu"])}
    assert queues["normal"].workers == 1 and queues["gpu"].workers == queues["gpu"].depth == 0


@pytest.mark.parametrize("how", ["pause", "drain"])
def test_what_waits_is_left_until_work_goes_on(
    nodes: Nodes, worker: Worker, queues: Queues, how: str
) -> None:
    wait_for(nodes.workers)
    act, name = (nodes.pause, "normal") if how == "pause" else (nodes.drain, NODE)
    act(name, True)
    time.sleep(2.2)  # a worker looks each second
    push(queues, "one")
    time.sleep(1.5)
    assert worker.performer.done == [] and depth(nodes) == 1
    assert [each.paused for each in nodes.queues(["normal"])] == [how == "pause"]
    assert nodes.nodes()[0].drained == (how == "drain")
    act(name, False)
    wait_for(lambda: worker.performer.done == ["one-0-0"])
    assert wait_for(nodes.workers)  # it has beaten all the while


def test_another_queue_and_another_node_do_not_matter(
    nodes: Nodes, worker: Worker, queues: Queues
) -> None:
    nodes.pause("gpu", True)
    nodes.drain("elsewhere", True)
    push(queues, "one")
    wait_for(lambda: worker.performer.done == ["one-0-0"])
    assert [each.name for each in nodes.nodes()] == sorted([NODE, "elsewhere"])
