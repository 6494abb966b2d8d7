"""A hundred pictures of all kinds, ten of them broken, three bombs: `make bench ARGS=pictures` has
ten times as many."""

from collections.abc import Callable

from tests.functional.many_pictures import bombs, broken, well
from tests.functional.picturing import BOX, picture_all
from tests.functional.stack import Stack

WELL = 87
MEMORY = 400_000_000  # bytes that a worker, or a process of its tasks, may take


def test_thumbnails_of_all_but_the_broken_ones_in_little_memory(
    make_stack: Callable[..., Stack],
) -> None:
    stack = make_stack(workers="normal=2").start()
    bad = [*broken(), *bombs()]
    found = picture_all(stack, [*bad, *well(WELL)])
    assert set(found.errors) == {name for name, _ in bad}
    assert [name for name, words in found.errors.items() if not is_clear(words)] == []
    assert len(found.thumbnails) == WELL
    assert all(w <= BOX[0] and h <= BOX[1] for w, h in found.thumbnails.values())
    assert max(found.memory.values()) < MEMORY, found.memory


def is_clear(words: str) -> bool:
    """Whether they tell the file's owner what is wrong with it, and not a programmer."""
    begins = ("the image is broken: ", "the PDF is broken: ", "the image has more than the ")
    return words.startswith((*begins, "no image of a known format; "))
