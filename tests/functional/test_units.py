"""systemd's units in deploy/: systemd finds no fault, and what they start works as they bind it."""

import configparser
import io
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import pytest
from PIL import Image

from tests.functional.jobs import ended, nap
from tests.functional.stack import Stack

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = sorted(
    path.name for path in DEPLOY.glob("mserve*") if path.suffix in (".service", ".target")
)
INSTALLED = "/opt/mserve/bin/"
INI = "/etc/mserve/production.ini"
BIN = f"{Path(sys.executable).parent}/"


def service(name: str) -> Mapping[str, str]:
    """The lines of a unit's [Service], the last of each name."""
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # names keep their case
    parser.read(DEPLOY / name)
    return dict(parser["Service"])


def test_systemd_finds_no_fault_in_them(tmp_path: Path) -> None:
    for name in UNITS:
        text = (DEPLOY / name).read_text().replace(INSTALLED, BIN)
        (tmp_path / name).write_text(text)
    command = ["systemd-analyze", "verify", "--man=no", *(str(tmp_path / each) for each in UNITS)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    about = [line for line in done.stderr.splitlines() if "mserve" in line]  # not the system's own
    assert (done.returncode, about) == (0, [])


@pytest.mark.parametrize("name", [each for each in UNITS if each.endswith(".service")])
def test_a_stop_is_soft_and_a_death_is_not_the_end(name: str) -> None:
    lines = service(name)
    assert lines["Restart"] in ("always", "on-failure")
    if "worker" in name or "web" in name or name == "mserve.service":
        assert lines["KillMode"] == "mixed"


def started(name: str, instance: str, stack: Stack) -> subprocess.Popen[bytes]:
    """What the unit starts, on a stack's ini, with no more rights than it leaves."""
    lines = service(name)
    variables = dict(pair.split("=", 1) for pair in lines.get("Environment", "").split())
    command = lines["ExecStart"].replace("%i", instance).replace(INSTALLED, BIN)
    command = re.sub(r"\$\{(\w+)\}", lambda found: variables[found[1]], command)
    assert lines["NoNewPrivileges"] == "yes" and lines["CapabilityBoundingSet"] == ""
    bounds = ["--bounding-set=-all", "--inh-caps=-all"] if os.getuid() == 0 else []
    return subprocess.Popen(
        ["setpriv", "--no-new-privs", *bounds, *shlex.split(command.replace(INI, str(stack.ini)))],
        env={**os.environ, "MSERVE_DATA": str(stack.data), "PYTHONPATH": str(DEPLOY.parent)},
        umask=int(lines["UMask"], 8),
    )


@pytest.fixture
def client(unserved: Stack) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=unserved.demo_url, timeout=30) as client:
        yield client


def test_a_worker_of_a_unit_confines_its_tasks_and_ends_softly(
    unserved: Stack, client: httpx.Client
) -> None:
    worker = started("mserve-worker@.service", "normal", unserved)
    try:
        picture = io.BytesIO()
        Image.new("RGB", (300, 200), "green").save(picture, "png")
        job = ended(client, client.put("green.png", content=picture.getvalue()).json()["job"])
        states = {task["name"]: task["state"] for each in job["sets"] for task in each["tasks"]}
        assert states["thumbnail"] == "done", job
        last = nap(client, "unit.txt", 1.5)
        worker.send_signal(signal.SIGTERM)  # as KillMode=mixed has it: to the parent alone
        assert worker.wait(20) == 0
    finally:
        worker.kill()
        worker.wait()
    assert ended(client, last)["state"] == "done"
