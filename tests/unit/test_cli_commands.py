"""The commands: their help, and their errors in one sentence."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mserve.cli import COMMANDS, main
from mserve.cli.work import processes
from mserve.errors import SettingsError
from mserve.settings import Settings

OF_CLIENTS = {name for name, where in COMMANDS.items() if where.startswith("mserve.cli.transfer:")}
GROUPS = {"key", "task"}  # of commands, none of which takes an ini
OF_SERVERS = [name for name in COMMANDS if name not in OF_CLIENTS | GROUPS]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments, prog_name="mserve")


def test_help_names_all_commands() -> None:
    told = run("--help").output
    assert all(f"\n  {name} " in told for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_explains_itself(name: str) -> None:
    result = run(name, "--help")
    assert result.exit_code == 0
    wanted = "INI" if name in OF_SERVERS else ""
    assert f"Usage: mserve {name} [OPTIONS] {wanted}" in result.output


def test_an_unknown_command_is_refused() -> None:
    assert run("dance").exit_code == 2


@pytest.mark.parametrize("name", OF_SERVERS)
def test_a_missing_ini_is_told_in_a_sentence(name: str, tmp_path: Path) -> None:
    result = run(name, str(tmp_path / "none.ini"))
    assert result.exit_code == 1
    assert result.output == f"Error: settings: there is no file {tmp_path}/none.ini\n"


def test_all_faults_of_an_ini_are_told_together(tmp_path: Path) -> None:
    ini = tmp_path / "bad.ini"
    ini.write_text(
        "[app:main]\nuse = egg:mserve\nmserve.data = v\nmserve.lease = soon\nmserve.colour = red\n"
    )
    told = run("worker", str(ini)).output
    assert "mserve.lease" in told
    assert "mserve.colour" in told


@pytest.mark.parametrize("text", ["", "nonsense", "[app:main]\nmserve.data = v\n", "\xff\n"])
def test_an_ini_that_is_none_is_told_in_a_sentence(text: str, tmp_path: Path) -> None:
    ini = tmp_path / "bad.ini"
    ini.write_text(text, encoding="latin-1")
    for name in OF_SERVERS:
        result = run(name, str(ini))
        assert result.exit_code == 1
        assert result.output.startswith("Error: settings: ")


@pytest.mark.parametrize("name", ["zeo", "up"])
def test_a_command_is_loaded_without_the_web_parts(name: str) -> None:
    program = (
        "import sys; from mserve.cli import main; main(sys.argv[1:], standalone_mode=False);"
        "sys.exit(bool({'pyramid', 'webob', 'rq'} & set(sys.modules)))"
    )
    subprocess.run([sys.executable, "-c", program, name, "--help"], check=True)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    lines = {
        "mserve.data": str(tmp_path),
        "mserve.workers": "normal=2",
        "mserve.queues": "gpu",
    }
    return Settings.parse(lines)


def test_worker_counts_are_read(settings: Settings) -> None:
    assert processes(settings, ("normal=5", "gpu=1")) == {"normal": 5, "gpu": 1}


def test_without_counts_the_settings_say(settings: Settings) -> None:
    assert processes(settings, ()) == {"normal": 2}


@pytest.mark.parametrize("count", ["normal", "normal=", "normal=0", "normal=-1", "normal=two"])
def test_a_count_that_is_none_is_refused(settings: Settings, count: str) -> None:
    with pytest.raises(SettingsError, match="should be like normal=2"):
        processes(settings, (count,))


def test_a_queue_that_nothing_fills_is_refused(settings: Settings) -> None:
    with pytest.raises(SettingsError, match=r"no queue 'gpus'.*mserve\.queues.*gpu, normal"):
        processes(settings, ("gpus=1",))
