"""The settings in force: each line of the ini with its value, and where that has come from."""

import os
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from mserve import logins, outlets
from mserve.ini import Ini
from mserve.settings import Settings

OURS = "mserve."
PASSWORD = re.compile(r"(?<=://)([^:/@\s]*):\S+(?=@)")
PARAMETER = re.compile(r"([?&][\w-]*(?:password|passwd|secret|passfile)[\w-]*=)[^&\s]+", re.I)
HIDDEN = "…"


class Line(NamedTuple):
    """A line; `value` is None where it is a secret that is set. `source`: ini, environment or
    default."""

    name: str
    value: str | None
    default: str
    source: str


class Recorder(Ini):
    """Remembers each line that is read, with what it is by default."""

    def __init__(self, lines: Mapping[str, str]) -> None:
        super().__init__(lines)
        self.read_lines: dict[str, str] = {}
        self.environment: set[str] = set()

    def read(self, name: str, default: str, convert: Callable[[str], Any]) -> Any:
        self.read_lines[f"{OURS}{name}"] = default
        return super().read(name, default, convert)

    def either(self, variable: str, line: str) -> str | None:
        self.read_lines[line] = ""
        if os.environ.get(variable):
            self.environment.add(line)
        return super().either(variable, line)


def told(given: Mapping[str, str]) -> list[Line]:
    """All lines that there may be, by name, of those that the ini has `given`."""
    recorder = Recorder(given)
    settings = Settings.of(recorder)
    defaults = {f"{OURS}{name}": "" for name in outlets.LINES}
    defaults |= dict.fromkeys((name for name in given if name.startswith(OURS)), "")
    defaults |= {**recorder.read_lines, f"{OURS}{logins.OPENID2}": logins.OFF}
    found = {name: _line(name, default, recorder) for name, default in defaults.items()}
    found |= _computed(settings, recorder)
    return [found[name] for name in sorted(found)]


def _line(name: str, default: str, recorder: Recorder) -> Line:
    value = recorder.lines.get(name, default)
    return Line(name, _shown(name, value), default, _source(name, recorder))


def _source(name: str, recorder: Recorder) -> str:
    if name in recorder.environment:
        return "environment"
    return "ini" if name in recorder.lines else "default"


def _computed(settings: Settings, recorder: Recorder) -> dict[str, Line]:
    """What the environment may say, and is made of the data folder otherwise; and secrets of the
    environment."""
    values = {
        f"{OURS}data": str(settings.data),
        "zodbconn.uri": settings.database,
        f"{OURS}redis": settings.redis,
    }
    found = {n: Line(n, _shown(n, v), "", _source(n, recorder)) for n, v in values.items()}
    for name, provider in settings.logins.providers.items():
        line = f"{OURS}{logins.PREFIX}{name}.client_secret"
        if provider.client_secret:
            own = recorder.lines.get(line, "").strip() == provider.client_secret
            found[line] = Line(line, None, "", "ini" if own else "environment")
    return found


def _shown(name: str, value: str) -> str | None:
    """The value without passwords; None where all of it is one."""
    if name.endswith(".client_secret") and value:
        return None
    return PARAMETER.sub(rf"\1{HIDDEN}", PASSWORD.sub(rf"\1:{HIDDEN}", value))
