"""File managers and office programs, as they save: played, and what is there then is judged."""

from typing import Any

import pytest

from mserve import chores, database
from mserve.check import Scope, check
from mserve.resources import clock
from tests.unit.dav.conftest import DRIVE
from tests.unit.dav.exchange import FOLDER, Exchange, Player, Step
from tests.unit.locking import node_at
from tests.unit.support import Clock

SERVICE = "demo/files"


@pytest.fixture(params=sorted(path.stem for path in FOLDER.iterdir()))
def exchange(request: Any) -> Exchange:
    return Exchange.read(request.param)


@pytest.mark.parametrize("root", [DRIVE, "/dav/k/KEY"])
def test_what_clients_send_is_answered_as_they_need_it(
    app: Any, customer: Any, db: Any, settings: Any, queues: Any, monkeypatch: Any,
    exchange: Exchange, root: str,
) -> None:  # fmt: skip
    player = Player(app.app, root.replace("KEY", customer.key), customer.key)
    for step in exchange.steps:
        if root == DRIVE or not needs_no_key_in_path(step):
            player.play(step)
    database.run(db, lambda site: judge(site, exchange.left))
    present = Clock(monkeypatch, clock.rfc3339(clock.now()))
    present.pass_by(3600)
    chores.begin_empty(db, settings, queues)
    database.run(db, lambda site: judge(site, exchange.left))
    assert [*check(db, Scope())] == []


def needs_no_key_in_path(step: Step) -> bool:
    """Whether it looks above the drive, or has no key yet."""
    return step.path.startswith("/") or "none" in step.headers.values()


def judge(site: Any, lines: tuple[str, ...]) -> None:
    """Nothing is locked, all that is expected is there, and nothing else."""
    service = node_at(site, SERVICE)
    files = {each for each in service.walk() if each.type == "mfile"}
    assert not [*site.locked], "a lock is left"
    told = dict(line.split(":", 1) for line in lines)
    removed = sorted(each.origin[-1] for each in service.all_trash())
    assert removed == sorted(told.pop("removed", "").split())
    for name, said in told.items():
        what, _, path = name.rpartition(" of ")
        mfile = node_at(service, path)
        assert look(mfile, what) == said.strip(), name
        files.discard(mfile)
    assert not files, "there is more than was expected"


def look(mfile: Any, what: str) -> str:
    if what == "workflows":
        return " ".join(sorted(job.name for _, job in mfile.page_jobs(9)))
    if what == "versions":
        return " | ".join(text(each.content) for each in (mfile.versions or {}).values())
    return text(mfile.content)


def text(content: Any) -> str:
    with content.open() as file:
        return str(file.read().decode())
