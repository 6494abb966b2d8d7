"""The command task: programs that the ini allows, and what becomes of them."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from mserve.errors import TaskError
from mserve.tasks.interrupt import Interrupts, TaskTimeout
from mserve.tasks.library import warden
from mserve.tasks.library.command import OUTPUTS, Killed, command
from tests.unit.tasks.library.fresh import ROOT, command_line, run_fresh
from tests.unit.tasks.support import wait_for

MIB = 1 << 20


@pytest.fixture
def allow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """allow(script, rest) makes the command `it` of a script in Python."""

    def make(script: str, rest: str = "{input} {output}") -> None:
        path = tmp_path / "script.py"
        path.write_text(script)
        line = f"{sys.executable} -S {path} {rest}"
        monkeypatch.setenv("MSERVE_COMMANDS", json.dumps({"it": line}))

    return make


def test_what_it_writes_become_outputs(source_of: Any, allow: Any) -> None:
    allow("""
import sys
from pathlib import Path
input, output, name, size = sys.argv[1:]
(Path(output) / "sub").mkdir()
(Path(output) / "sub" / "page.csv").write_text(f"{name};{size}\\n")
(Path(output) / "copy").write_bytes(Path(input).read_bytes())
""", "{input} {output} {name} --size={size}")  # fmt: skip
    source = source_of(b"GIF89a" + bytes(20), "$(touch x); `x`.gif")
    outcome = command(source, command="it", arguments={"size": -3})
    assert outcome.result == {"command": "it", "outputs": 2}
    copy, page = outcome.outputs
    assert (copy.name, copy.mimetype) == ("copy", "image/gif")
    assert (page.name, page.mimetype) == ("sub_page.csv", "text/csv")
    assert page.path.read_text() == "$(touch x); `x`.gif;--size=-3\n"


def test_its_exit_code_and_last_words_are_told(source_of: Any, allow: Any) -> None:
    allow("import sys; print('out'); sys.stderr.write('ü' * 5000 + ' no such page'); sys.exit(3)")
    with pytest.raises(TaskError, match=r"the command it ended with 3: ü+ no such page$") as caught:
        command(source_of(b""), command="it")
    assert len(str(caught.value)) < 600
    allow("import os; os.abort()")
    with pytest.raises(TaskError, match=r"the command it crashed: SIGABRT$"):
        command(source_of_again(source_of), command="it")


def source_of_again(source_of: Any) -> Any:
    """With an empty scratch folder."""
    source = source_of(b"")
    for each in source.scratch.iterdir():
        each.rmdir()
    return source


def test_a_command_that_is_killed_is_tried_again(source_of: Any, allow: Any) -> None:
    allow("import os; os.kill(os.getpid(), 9)")
    with pytest.raises(Killed, match="was killed, as when memory runs out"):
        command(source_of(b""), command="it")


def test_a_warden_that_is_killed_takes_the_command_with_it(source_of: Any, allow: Any) -> None:
    allow("""
import os, sys, time
open(sys.argv[2] + "/pid", "w").write(str(os.getpid()))
os.kill(os.getppid(), 9)
time.sleep(60)
""")  # fmt: skip
    source = source_of(b"")
    with pytest.raises(Killed, match="warden was killed"):
        command(source, command="it")
    pid = int((source.scratch / "output" / "pid").read_text())
    wait_for(lambda: not lives(pid))


def test_commands_and_arguments_are_checked(
    source_of: Any, allow: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow("", "{input} {page} --to={end} -- {rest}")
    good = {"page": "1", "end": "-1", "rest": "-x"}

    def refusal(name: str = "it", **arguments: Any) -> str:
        with pytest.raises(TaskError) as caught:
            command(source_of_again(source_of), command=name, arguments=arguments)
        return str(caught.value)

    assert refusal("other") == "there is no command 'other' here; known: it"
    assert refusal(page="1") == "the command it takes the arguments: end, page, rest"
    assert refusal(**good, input="/etc/passwd").endswith("takes the arguments: end, page, rest")
    assert "page = '-x' begins with '-'" in refusal(**{**good, "page": "-x"})
    assert "page holds a NUL" in refusal(**{**good, "page": "a\0"})
    for value in (True, None, [], {}):
        assert "page should be a text or a number" in refusal(**{**good, "page": value})
    command(source_of_again(source_of), command="it", arguments=good)
    monkeypatch.setenv("MSERVE_COMMANDS", "{")
    assert "MSERVE_COMMANDS cannot be read" in refusal()
    monkeypatch.delenv("MSERVE_COMMANDS")
    assert refusal() == "there is no command 'it' here; known: none"


def test_a_name_that_looks_like_an_option(source_of: Any, allow: Any) -> None:
    allow("", "{name}")
    with pytest.raises(TaskError, match="name = '-rf' begins with '-', as options do"):
        command(source_of(b"", "-rf"), command="it")


def test_a_program_that_is_not_there(source_of: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MSERVE_COMMANDS", '{"it": "/no/such/program {input}"}')
    with pytest.raises(TaskError, match="/no/such/program cannot be run: No such file"):
        command(source_of(b""), command="it")


def test_its_surroundings_are_bare(
    tmp_path: Path, allow: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LD_LIBRARY_PATH", "/somewhere")
    monkeypatch.setenv("MSERVE_SECRETS", "/etc/secrets.ini")
    allow("""
import json, os, sys
print(json.dumps({
    "variables": sorted(os.environ), "folder": os.getcwd(), "input": sys.stdin.read(),
    "open": sorted(int(fd) for fd in os.listdir("/proc/self/fd")), "home": os.environ["HOME"],
}))
""")  # fmt: skip
    done = run_fresh("command", {"command": "it"}, tmp_path)
    said = json.loads(done["log"])
    assert said["variables"] in (
        ["HOME", "LANG", "PATH", "TMPDIR"], ["HOME", "LANG", "LC_CTYPE", "PATH", "TMPDIR"]
    )  # fmt: skip
    assert said["input"] == "" and said["folder"] == said["home"]
    assert Path(said["folder"]).parent == tmp_path / "fresh"
    assert said["open"] == [0, 1, 2, 3]  # the last is of the listing itself


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("bytearray(400 << 20)", "TaskError: the command it ended with 1: Traceback"),
        ("while True: pass", "TaskError: the command it needs more than"),
        ("open(sys.argv[2] + '/x', 'wb').write(bytes(9 << 20))", "TaskError: the command it wrote"),
    ],
)
def test_limits(tmp_path: Path, allow: Any, script: str, words: str) -> None:
    allow(f"import signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_DFL)\n{script}")
    limits = {"memory": 128 * MIB, "cpu": 1, "file": 8 * MIB}
    done = run_fresh("command", {"command": "it"}, tmp_path, **limits)
    assert done["fault"].startswith(words)


FORKS = """
import os, time
made = 0
try:
    while made < 200:
        if not os.fork():
            time.sleep(60)
        made += 1
except OSError:
    pass
os.write(2, f"made {made} ".encode())
"""


@pytest.mark.skipif(not Path("/usr/bin/python3").exists(), reason="nobody can run another Python")
def test_the_number_of_processes_has_a_limit(tmp_path: Path) -> None:
    """Which does not hold for root."""
    order = {
        "command": ["/usr/bin/python3", "-S", "-c", FORKS],
        "environment": {}, "folder": "/", "processes": 20,
    }  # fmt: skip
    user: dict[str, Any] = {"user": 65534, "group": 65534} if os.getuid() == 0 else {}
    with subprocess.Popen(
        ["/usr/bin/python3", "-I", "-S", "-c", Path(warden.__file__).read_text()],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **user,
    ) as process:  # fmt: skip
        assert process.stdin and process.stdout
        process.stdin.write(json.dumps(order) + "\n")
        process.stdin.flush()
        verdict = json.loads(process.stdout.read())
    assert verdict["code"] == 0
    assert 1 <= int(verdict["said"].split()[1]) <= 20


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("os.symlink('/etc/passwd', out + '/x')", "made 'x', which is no file"),
        ("os.symlink('/etc', out + '/x')", "made 'x', which is no file"),
        ("os.mkfifo(out + '/x')", "made 'x', which is no file"),
        (f"[open(f'{{out}}/{{n}}', 'w') for n in range({OUTPUTS + 1})]", "made 1001 files; at"),
    ],
)
def test_outputs_are_plain_files(source_of: Any, allow: Any, script: str, words: str) -> None:
    allow(f"import os, sys; out = sys.argv[2]; {script}")
    with pytest.raises(TaskError, match=words):
        command(source_of(b""), command="it")


OFFSPRING = """
import os, sys, time
for number in range(4):
    if not os.fork():
        if number % 2:
            os.setsid()
        if not os.fork():
            os.setsid()
        with open(f"{sys.argv[2]}/{os.getpid()}", "w"):
            pass
        time.sleep(60)
        sys.exit()
while len(os.listdir(sys.argv[2])) < 8:
    time.sleep(0.01)
"""


def offspring(folder: Path) -> list[int]:
    return [int(path.name) for path in folder.iterdir()] if folder.exists() else []


def lives(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def test_nothing_stays_behind(source_of: Any, allow: Any) -> None:
    """Nor does it wait for what holds its output open."""
    allow(OFFSPRING)
    source = source_of(b"")
    began = time.monotonic()
    command(source, command="it")
    assert time.monotonic() - began < 20
    pids = offspring(source.scratch / "output")
    assert len(pids) == 8 and not any(map(lives, pids))


def test_an_interrupt_ends_all_of_it(source_of: Any, allow: Any) -> None:
    allow(OFFSPRING + "time.sleep(60)")
    source = source_of(b"")
    began = time.monotonic()
    with pytest.raises(TaskTimeout):
        Interrupts().run("it", 2.0, lambda: command(source, command="it"))
    assert time.monotonic() - began < 20
    pids = offspring(source.scratch / "output")
    assert len(pids) == 8 and not any(map(lives, pids))


def test_it_ends_with_its_worker(tmp_path: Path, allow: Any) -> None:
    allow(OFFSPRING + "time.sleep(60)")
    output = tmp_path / "fresh" / "output"
    worker = subprocess.Popen(command_line(tmp_path, "command", {"command": "it"}), cwd=ROOT)
    try:
        wait_for(lambda: len(offspring(output)) == 8, 20)
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    wait_for(lambda: not any(map(lives, offspring(output))), 10)


def test_chatter_does_not_fill_the_disk(tmp_path: Path, allow: Any) -> None:
    allow("import sys\nfor n in range(600_000): print('line', n)\nsys.stderr.write('end')")
    done = run_fresh("command", {"command": "it"}, tmp_path)
    assert "line 599999" in done["log"]
    assert (tmp_path / "fresh" / ".log").stat().st_size <= warden.LOG_MOST + warden.BLOCK
