"""What a front is told of a read comes back as it was, and nothing else does."""

import base64
from secrets import token_hex

import pytest

from mserve.seal import Seal
from mserve.tasks.read_names import DEEPEST, Named, NotNamed, ReadNames, can_name
from mserve.tasks.reads import Place

OLD, NEW = "o" * 40, "n" * 40
NAMED = Named(Place(("f1", "s1", "site"), ("k2", "k1"), "text/plain"), 64)
NGINX = 4096
"""Bytes that nginx takes for all of an answer's head, if nothing else is set."""


def test_what_was_named_is_read() -> None:
    names = ReadNames(Seal(NEW))
    given = [names.name(NAMED) for _ in range(100)]
    assert {names.read(each) for each in given} == {NAMED}
    assert len({each[:40] for each in given}) == 100


def test_names_of_a_former_seal_are_read() -> None:
    name = ReadNames(Seal(OLD)).name(NAMED)
    assert ReadNames(Seal(f"{NEW} {OLD}")).read(name) == NAMED
    with pytest.raises(NotNamed):
        ReadNames(Seal(NEW)).read(name)


def test_what_was_changed_is_not_read() -> None:
    names = ReadNames(Seal(NEW))
    name = names.name(NAMED)
    data = bytearray(base64.urlsafe_b64decode(name + "=" * (-len(name) % 4)))
    for place in range(len(data)):
        other = bytes([*data[:place], data[place] ^ 1, *data[place + 1 :]])
        with pytest.raises(NotNamed):
            names.read(base64.urlsafe_b64encode(other).decode())
    for odd in ("", "x", name[:-4], name + "AAAA", "é", "-" * 60):
        with pytest.raises(NotNamed):
            names.read(odd)


def test_the_longest_leaves_room_for_other_headers() -> None:
    ids = tuple(token_hex(16) for _ in range(DEEPEST))
    place = Place(ids[:40], ids[40:], "application/" + "x" * 60)
    assert can_name(place)
    assert not can_name(place._replace(nodes=ids[:41]))
    assert len(ReadNames(Seal(NEW)).name(Named(place, 64))) < NGINX * 3 / 4
