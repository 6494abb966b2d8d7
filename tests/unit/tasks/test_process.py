"""A worker process, as far as its start; what it does then is told in test_worker.py."""

import os
from typing import Any

import pytest

from mserve.settings import Settings
from mserve.tasks import confine, process


class Enough(Exception):
    """The start came as far as was wanted."""


def test_tasks_find_in_the_environment_what_the_ini_says(
    lines: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings.parse({**lines, "mserve.outside_allow": "127.0.0.1", "mserve.demo": "true"})
    for name in (*settings.outlets, "MSERVE_IMAGE_PIXELS"):
        monkeypatch.setenv(name, "of whoever started it")
    monkeypatch.setattr(confine, "PRELOADED", [])

    def ready(db: Any) -> None:
        raise Enough

    with pytest.raises(Enough):
        process.run(settings, "normal", ready)
    assert os.environ["MSERVE_OUTSIDE_ALLOW"] == "127.0.0.1"
    assert os.environ["MSERVE_IMAGE_PIXELS"] == "120000000"
    assert os.environ["MSERVE_SMTP"] == "" and os.environ["MSERVE_COMMANDS"] == "{}"
    assert "mserve.tasks.library.fetch" in confine.PRELOADED
