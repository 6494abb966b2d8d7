"""litmus behind real fronts, which two web processes answer."""

from pathlib import Path
from typing import Any

import pytest

from tests.dav.test_litmus import SUITES, complaints
from tests.functional.fronts import front
from tests.functional.stack import Stack
from tests.functional.test_delivery import FRONTS


@pytest.mark.parametrize("name", ["nginx", "apache2"])
def test_litmus_is_content_behind_a_front(make_stack: Any, tmp_path: Path, name: str) -> None:
    """The front sends the content, and moves come with its own address."""
    stack: Stack = make_stack(sendfile=FRONTS[name], web_processes="2").start()
    key = stack.demo_url.rstrip("/").rpartition("/")[2]
    with front(name, stack) as url:
        assert complaints(f"{url}/dav/k/{key}/", key, SUITES, tmp_path) == []
