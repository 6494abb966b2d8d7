"""Chains of keys, by their definition."""

from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mserve.resources.caveats import Caveats
from mserve.resources.key import Key
from mserve.resources.node import Node
from mserve.resources.roles import ROLES


class Place(Node):
    type = "folder"

    def __init__(self, parent: Any) -> None:
        super().__init__()
        self.__parent__ = parent


ROLE = st.sampled_from(sorted(ROLES))
MOMENT = st.none() | st.integers(0, 20)
LINK = st.tuples(ROLE, MOMENT, MOMENT, st.booleans())


@given(links=st.lists(LINK, min_size=1, max_size=6), moment=st.integers(0, 20))
@settings(max_examples=300)
def test_what_a_sub_key_may_its_parent_may(links: Any, moment: int) -> None:
    node = Place(None)
    chain: list[Key] = []
    for role, start, end, revoked in links:
        key = Key(node, role, chain[-1] if chain else None)
        key.caveats, key.revoked = Caveats(start=start, end=end), 1 if revoked else None
        chain.append(key)
    for parent, child in pairwise(chain):
        assert child.permissions() <= parent.permissions()
        assert child.permissions() <= ROLES[child.role]
        assert parent.works(moment) or not child.works(moment)
        assert child.descends_from(parent) and not parent.descends_from(child)
    last = chain[-1]
    assert last.works(moment) == all(
        not revoked and (start is None or start <= moment) and (end is None or moment < end)
        for _, start, end, revoked in links
    )
    assert last.permissions() == frozenset.intersection(*(ROLES[role] for role, *_ in links))
