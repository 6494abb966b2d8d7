"""`/-/status`: what is wrong with the site is told, with what to do, to who administers it."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from mserve import database
from mserve.resources import metering, metrics
from mserve.tasks.scheduler import Scheduler
from mserve.views.status import disks
from mserve.views.status.check import FINE, LOOK, WRONG, Check, days, size, worst
from tests.unit.views.test_workers import deliver

HTML = {"Accept": "text/html"}


@pytest.fixture
def lines(lines: dict[str, str], redis: Any, tmp_path: Path) -> dict[str, str]:
    return {**lines, "mserve.redis": redis.url, "mserve.backup": str(tmp_path / "copies")}


def checks(admin: Any) -> dict[str, Any]:
    answer = admin("GET", "/-/status")
    assert answer.status_int == 200, answer.body
    return {each["name"]: each for each in answer.json["checks"]}


def test_each_part_that_is_not_there_is_told_with_what_to_do(admin: Any) -> None:
    found = checks(admin)
    for name in ("Scheduler", "Workers", "Backup"):
        assert found[name]["state"] == WRONG and found[name]["advice"], found[name]
    assert found["Database"]["state"] == FINE and "objects in" in found["Database"]["detail"]
    assert admin("GET", "/-/status").json["status"] == WRONG


def test_a_scheduler_and_a_worker_are_seen(
    admin: Any, customer: Any, queues: Any, db: Any, settings: Any
) -> None:
    Scheduler(db, queues, settings).announce()
    deliver(queues, admin, customer, "a")
    queues.redis.hset("rq:worker:node2-7", "last_heartbeat", "2999-01-01T00:00:00.000000Z")
    found = checks(admin)
    assert found["Scheduler"]["state"] == found["Workers"]["state"] == FINE
    assert found["Workers"]["detail"] == "processes: 1; nodes: 1"
    assert found["Queues"]["state"] == FINE, found["Queues"]


def test_tasks_that_nobody_takes_and_queues_at_rest_are_told(admin: Any, customer: Any) -> None:
    admin.json("POST", "/-/nodes", {"action": "pause", "queue": "priority"})
    assert checks(admin)["Queues"]["state"] == LOOK
    customer("PUT", "/demo/files/a", body=b"x")
    told = checks(admin)["Queues"]
    assert told["state"] == WRONG and "normal" in told["detail"]


def test_the_last_copy_is_told(admin: Any, db: Any, settings: Any) -> None:
    folder = Path(settings.outlets["MSERVE_BACKUP"])
    folder.mkdir()
    id = database.run(db, lambda site: site.id)
    (folder / "mserve.site").write_text(id)
    assert checks(admin)["Backup"]["state"] == LOOK
    database.run(db, lambda site: metering.report([site], metrics.BACKUP_FILE, 5))
    told = checks(admin)["Backup"]
    assert told["state"] == FINE and "the last copy was made on 20" in told["detail"]


def test_a_redis_that_is_away_is_told_and_all_else_still_is(admin: Any, redis: Any) -> None:
    redis.kill()
    found = checks(admin)
    assert found["Redis"]["state"] == WRONG and "nothing is lost" in found["Redis"]["advice"]
    assert found["Database"]["state"] == FINE and "Workers" not in found
    page = admin("GET", "/-/status", headers=HTML)
    assert page.html.find("tbody").th.text in ("Redis", "Backup")
    assert "redis-server" not in admin("GET", "/-/status").json["versions"]


def test_the_page_speaks_german(admin: Any) -> None:
    page = admin("GET", "/-/status", headers={**HTML, "Accept-Language": "de"})
    assert "Etwas arbeitet nicht, wie es soll." in page
    assert "Arbeiter" in page


def test_nobody_else_sees_it(customer: Any, stranger: Any, made: Any, admin: Any) -> None:
    auditor = made("auditor", "/", by=admin)
    for facet in ("status", "settings", "objects"):
        assert customer("GET", f"/-/{facet}").status_int == 404
        assert stranger("GET", f"/-/{facet}").status_int == 404
        assert auditor("GET", f"/-/{facet}").status_int == 403


def test_discs_are_judged_by_what_is_free(monkeypatch: Any, tmp_path: Path) -> None:
    def judge(free: float, total: float) -> str:
        used = type("Usage", (), {"free": free, "total": total})
        monkeypatch.setattr(shutil, "disk_usage", lambda folder: used)
        return disks._room("x", tmp_path).state

    assert judge(50 << 30, 100 << 30) == FINE
    assert judge(5 << 30, 100 << 30) == LOOK
    assert judge(1 << 30, 100 << 30) == WRONG
    assert judge(60 << 30, 1 << 40) == FINE, "a small share of a large disc is much"


def test_a_folder_or_a_log_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    assert disks._writable(tmp_path).state == FINE
    assert disks._writable(tmp_path / "gone").state == WRONG
    assert disks._front_log(tmp_path / "gone.log").state == WRONG
    (tmp_path / "reads.log").touch()
    assert disks._front_log(tmp_path / "reads.log").state == FINE


def test_the_worst_is_the_state_of_all() -> None:
    states = (FINE, LOOK, FINE)
    assert worst(Check("x", state, "") for state in states) == LOOK
    assert worst([]) == FINE


def test_sizes_and_times_are_short() -> None:
    assert (size(0), size(1536), size(23 << 30)) == ("0 B", "1.5 KiB", "23 GiB")
    assert (days(5), days(600), days(8000), days(200_000)) == ("5 s", "10 min", "2 h", "2 d")
