"""Plans of a sync: what is sent, made and removed, and what is left alone."""

from hypothesis import given
from hypothesis import strategies as st

from mserve.client.plan import Plan, compare
from mserve.client.tree import Entry, Names, Tree

FOLDER = Entry()


def file(size: int, sha256: str = "") -> Entry:
    return Entry(size, sha256)


def plan(source: Tree, target: Tree, *, delete: bool = False) -> Plan:
    return compare(source, target, lambda n: source[n] == target[n], delete=delete)


def test_what_is_missing_or_differs_is_sent() -> None:
    source = {("a",): file(1), ("b",): file(2, "x"), ("c",): file(3), ("d",): FOLDER}
    target = {("a",): file(1), ("b",): file(2, "y"), ("z",): file(9)}
    found = plan(source, target)
    assert (found.files, found.folders, found.same) == ((("b",), ("c",)), (("d",),), 1)
    assert found.remove == ()


def test_digests_are_asked_for_only_where_sizes_are_the_same() -> None:
    asked: list[Names] = []
    source = {("a",): file(1), ("b",): file(2)}
    compare(source, {("a",): file(5), ("b",): file(2)}, lambda n: not asked.append(n), delete=False)
    assert asked == [("b",)]


def test_a_folder_that_is_gone_is_removed_as_one() -> None:
    target = {("a",): FOLDER, ("a", "b"): FOLDER, ("a", "b", "c"): file(1), ("d",): file(1)}
    assert plan({}, target, delete=True).remove == (("a",), ("d",))


def test_a_file_where_a_folder_is_needs_delete() -> None:
    source = {("a",): FOLDER, ("a", "b"): file(1), ("c",): file(1)}
    target = {("a",): file(1), ("c",): FOLDER, ("c", "d"): file(1)}
    kept = plan(source, target)
    assert (kept.clashes, kept.clear) == ((("a",), ("c",)), ())
    assert (kept.files, kept.folders, kept.remove) == ((), (), ())
    found = plan(source, target, delete=True)
    assert (found.clear, found.folders) == ((("a",), ("c",)), (("a",),))
    assert (found.files, found.remove) == ((("a", "b"), ("c",)), ())


paths = st.lists(st.sampled_from("abc"), min_size=1, max_size=3).map(tuple)
files = st.dictionaries(paths, st.integers(0, 2), max_size=8)


def tree(sizes: dict[Names, int]) -> Tree:
    """Of the files those that can be together: what is above a path is a folder."""
    above = {path[:n] for path in sizes for n in range(1, len(path))}
    found = dict.fromkeys(above, FOLDER)
    return found | {path: file(size) for path, size in sizes.items() if path not in above}


@given(files, files)
def test_a_plan_that_is_followed_makes_the_target_like_the_source(
    one: dict[Names, int], other: dict[Names, int]
) -> None:
    source, target = tree(one), tree(other)
    found = plan(source, target, delete=True)
    for gone in found.clear:
        target = {names: each for names, each in target.items() if names[: len(gone)] != gone}
    for names in found.folders:
        assert len(names) == 1 or target[names[:-1]] == FOLDER
        target[names] = FOLDER
    for names in found.files:
        assert len(names) == 1 or target[names[:-1]] == FOLDER
        target[names] = source[names]
    for gone in found.remove:
        assert gone in target
        target = {names: each for names, each in target.items() if names[: len(gone)] != gone}
    assert target == source
