"""Settings are parsed once; all that is wrong is told together."""

from pathlib import Path
from typing import Any

import pytest

from mserve.errors import SettingsError
from mserve.settings import Settings

GOOD = {"mserve.data": "/tmp/data"}


def faults(**lines: str) -> str:
    with pytest.raises(SettingsError) as caught:
        Settings.parse({**GOOD, **{f"mserve.{name}": text for name, text in lines.items()}})
    return "\n".join(caught.value.faults)


def test_defaults_are_for_one_machine() -> None:
    settings = Settings.parse(GOOD)
    assert settings.workers == {"normal": 2, "priority": 1}
    assert settings.queues == {"normal", "priority"}
    assert settings.database.startswith("zeosync:///tmp/data/zeo.sock?")
    assert settings.redis == "unix:///tmp/data/redis.sock"
    assert settings.demo is False


def test_queues_are_those_of_workers_and_those_that_are_named() -> None:
    settings = Settings.parse({**GOOD, "mserve.workers": "gpu=1", "mserve.queues": "tape film-2"})
    assert settings.queues == {"normal", "priority", "gpu", "tape", "film-2"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("lease", "0"), ("lease", "-1"), ("lease", "nan"), ("lease", "soon"), ("lease", "inf"),
        ("max_jobs", "0"), ("max_jobs", "1.5"), ("max_jobs", "²"), ("max_jobs", "9" * 5000),
        ("demo", "maybe"), ("workers", "normal"), ("workers", "normal=x"), ("workers", "=1"),
        ("workers", "Normal=1"), ("workers", "normal=0"), ("queues", "a/b"), ("queues", "ü"),
        ("page_limit", ""), ("nonsense", "1"), ("database", "x"), ("lease", "5"),
    ],
)  # fmt: skip
def test_each_fault_names_its_line(name: str, text: str) -> None:
    assert f"mserve.{name}" in faults(**{name: text})


def test_all_faults_are_told_together() -> None:
    told = faults(lease="x", max_jobs="y", demo="z", nonsense="1")
    for name in ("lease", "max_jobs", "demo", "nonsense"):
        assert f"mserve.{name}" in told


def test_the_data_folder_is_needed_and_not_too_long() -> None:
    with pytest.raises(SettingsError, match="data is missing"):
        Settings.parse({})
    with pytest.raises(SettingsError, match="too long"):
        Settings.parse({"mserve.data": "/" + "d" * 100})


def test_the_environment_goes_before_the_ini(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MSERVE_DATA", "/tmp/other")
    settings = Settings.parse(GOOD)
    assert settings.data == Path("/tmp/other")
    assert "/tmp/other/" in settings.database


def test_settings_are_read_from_an_ini(tmp_path: Path) -> None:
    ini = tmp_path / "test.ini"
    ini.write_text("[app:main]\nuse = egg:mserve\nmserve.data = %(here)s/var\nmserve.demo = true\n")
    settings = Settings.from_ini(ini)
    assert (settings.data, settings.demo) == (tmp_path / "var", True)
    with pytest.raises(SettingsError, match="there is no file"):
        Settings.from_ini(tmp_path / "nothing.ini")


def test_what_comes_with_the_project_is_right(monkeypatch: Any) -> None:
    root = Path(__file__).parent.parent.parent
    monkeypatch.setenv("MSERVE_DATA", "/tmp/data")
    assert Settings.from_ini(root / "development.ini").demo is True
