"""Settings are parsed once; all that is wrong is told together."""

import json
from pathlib import Path
from typing import Any

import pytest

from mserve import outlets
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
        ("hsts", "-1"), ("hsts", "a year"), ("hsts", "1" * 10),
    ],
)  # fmt: skip
def test_each_fault_names_its_line(name: str, text: str) -> None:
    assert f"mserve.{name}" in faults(**{name: text})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("outside_allow", "10.0.0.0/99"), ("outside_allow", "10.0.0.1/8"), ("outside_allow", "a"),
        ("secrets", "secrets.ini"), ("smtp", "mail.example.com"), ("smtp", "http://h"),
        ("smtp", "smtp://"), ("smtp", "smtp://me:password@h"), ("smtp", "smtp://h:x"),
        ("smtp", "smtp://h/path"), ("smtp_secret", "a b"), ("mail_from", "Ann <ann@example.com>"),
        ("mail_from", "ann@a@b"), ("mail_to", "*"), ("mail_to", "*@*.com"), ("mail_to", "a,b@c"),
        ("command.pdf", ""), ("command.pdf", "pdftotext"), ("command.pdf", "/bin/{x} y"),
        ("command.pdf", "/bin/x {a b}"), ("command.pdf", "/bin/x '"), ("command.", "/bin/x"),
        ("command.A b", "/bin/x"), ("outlets", "x"),
    ],
)  # fmt: skip
def test_what_tasks_may_do_outside_is_checked(name: str, text: str) -> None:
    assert f"mserve.{name}" in faults(**{name: text})


def test_workers_are_handed_what_tasks_may_do_outside() -> None:
    given = {
        "outside_allow": "10.1.0.0/16 fd00::/8 127.0.0.1",
        "secrets": "/etc/mserve/secrets.ini",
        "smtp": "smtp://me%40example.com@mail.example.com",
        "smtp_secret": "mail",
        "mail_from": "files@example.com",
        "mail_to": "*@example.com ann+files@example.org",
        "command.pdf-text": "/usr/bin/pdftotext -enc UTF-8 {input} {output}/text.txt",
        "command.x.2": "/bin/x",
        "url": "https://files.example.com/",
        "backup": "/srv/backup",
        "archive": "/srv/archive",
    }
    lines = {f"mserve.{name}": text for name, text in given.items()}
    handed = dict(Settings.parse({**GOOD, **lines}).outlets)
    assert handed.pop("MSERVE_COMMANDS") == json.dumps(
        {"pdf-text": given["command.pdf-text"], "x.2": "/bin/x"}
    )
    assert handed == {
        f"MSERVE_{name.upper()}": text for name, text in given.items() if "." not in name
    }
    server = outlets.mail_server(handed["MSERVE_SMTP"])
    assert server == ("mail.example.com", 587, "me@example.com", False)


def test_what_the_ini_does_not_say_is_handed_on_empty() -> None:
    """So that the environment of who starts mserve does not fill the gap."""
    handed = dict(Settings.parse(GOOD).outlets)
    assert handed.pop("MSERVE_COMMANDS") == "{}"
    assert {*handed} == {f"MSERVE_{name.upper()}" for name in outlets.LINES}
    assert {*handed.values()} == {""}


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
    ini.write_text(f"{ini.read_text()}mserve.command.date = /bin/date -r {{input}} +%%F_%%T\n")
    handed = Settings.from_ini(ini).outlets["MSERVE_COMMANDS"]
    assert json.loads(handed) == {"date": "/bin/date -r {input} +%F_%T"}
    with pytest.raises(SettingsError, match="there is no file"):
        Settings.from_ini(tmp_path / "nothing.ini")


def test_what_comes_with_the_project_is_right(monkeypatch: Any) -> None:
    root = Path(__file__).parent.parent.parent
    monkeypatch.setenv("MSERVE_DATA", "/tmp/data")
    assert Settings.from_ini(root / "development.ini").demo is True
