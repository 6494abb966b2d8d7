"""Rounds go through all files in order, from where they were left, and count without conflict."""

from typing import Any

import pytest

from mserve.resources.folder import Folder
from mserve.resources.node import Branch, Node
from mserve.resources.round import Tally
from mserve.resources.ways import ways


class Leaf(Node):
    type = "mfile"


def folder(**children: Any) -> Branch:
    made = Folder()
    for name, child in children.items():
        made.add(name, folder(**child) if isinstance(child, dict) else Leaf())
    return made


@pytest.fixture
def top() -> Branch:
    return folder(a=1, b={"a": 1, "b": {"a": 1}, "c": {}, "d": 1}, c={}, d=1)


def names(top: Branch, after: str = "") -> list[str]:
    way = tuple(after.split("/")) if after else ()
    return ["/".join(each) for each, _ in ways(top, way)]


ALL = ["a", "b", "b/a", "b/b", "b/b/a", "b/c", "b/d", "c", "d"]


def test_all_nodes_come_in_order(top: Branch) -> None:
    assert names(top) == ALL


@pytest.mark.parametrize("number", range(len(ALL)))
def test_it_goes_on_after_each_of_them(top: Branch, number: int) -> None:
    assert names(top, ALL[number]) == ALL[number + 1 :]


@pytest.mark.parametrize(
    ("after", "rest"), [("b/b/a", ["c", "d"]), ("b/aa", ["c", "d"]), ("aa/x", ["c", "d"])]
)
def test_it_goes_on_where_the_way_is_gone(top: Branch, after: str, rest: list[str]) -> None:
    top.drop("b")
    assert names(top, after) == rest


def test_it_goes_on_where_a_folder_has_become_a_file(top: Branch) -> None:
    top.drop("b")
    top.add("b", Leaf())
    assert names(top, "b/b/a") == ["c", "d"]


def test_very_deep_folders_are_no_trouble() -> None:
    top = folder()
    place: Branch = top
    for _ in range(2000):
        place.add("x", Folder())
        place = place.get("x")
    place.add("y", Leaf())
    found = [way for way, _ in ways(top)]
    assert (len(found), found[-1][-1]) == (2001, "y")
    assert [way for way, _ in ways(top, found[-2])] == found[-1:]


def test_what_several_count_at_once_is_added() -> None:
    old = {"counts": {"done": 5}}
    theirs = {"counts": {"done": 6, "failed": 1}}
    ours = {"counts": {"done": 5, "cancelled": 2}}
    merged = Tally()._p_resolveConflict(old, theirs, ours)
    assert merged["counts"] == {"done": 6, "failed": 1, "cancelled": 2}
