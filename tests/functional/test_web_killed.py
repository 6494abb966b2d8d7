"""The web server is killed amid a hundred uploads: what it acknowledged is there, to the byte."""

import time
from collections.abc import Callable

import httpx

from tests.functional.commands import new_place
from tests.functional.stack import Stack, wait_for
from tests.functional.uploading import Uploading, check_whole, visible

MANY = 100
KILLS = 4


def seen(url: str) -> set[str]:
    """As `visible`, where the web server is not there now and then."""
    try:
        return visible(url)
    except httpx.TransportError:
        return set()
    except httpx.HTTPStatusError as fault:
        assert fault.response.status_code == 503, fault
        return set()


def test_the_web_server_is_killed_amid_a_hundred_uploads(
    make_stack: Callable[..., Stack],
) -> None:
    stack = make_stack().start()
    place = new_place(stack)
    with Uploading(place, MANY) as uploading:
        for kill in range(1, KILLS + 1):
            enough = MANY * kill // (KILLS + 2)
            wait_for(lambda enough=enough: len(uploading.acknowledged) >= enough)
            stack.kill_web()
            seen(place)
        while not uploading.over:
            seen(place)
            time.sleep(0.1)
    assert not uploading.unexpected
    assert len(uploading.acknowledged) >= MANY
    assert uploading.acknowledged <= visible(place)
    check_whole(stack)
    assert uploading.acknowledged <= visible(place)
