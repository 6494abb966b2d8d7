"""Ids: unique, and near to what the same process made last."""

import os

from mserve.resources.ids import MOMENT, new_id, together

ALIKE = 2 + MOMENT


def made_in_a_child() -> str:
    reading, writing = os.pipe()
    if not (pid := os.fork()):
        with together():
            os.write(writing, new_id().encode())
        os._exit(0)
    os.waitpid(pid, 0)
    found = os.read(reading, 64).decode()
    os.close(reading), os.close(writing)
    return found


def test_an_id_is_32_digits_and_unlike_all_others() -> None:
    with together():
        made = [new_id() for _ in range(10_000)]
    made += [new_id() for _ in range(10_000)]
    assert len({*made}) == len(made)
    assert all(len(each) == 32 and int(each, 16) >= 0 for each in made)


def test_those_of_one_transaction_begin_alike() -> None:
    with together():
        first, second = new_id(), new_id()
    assert first[:ALIKE] == second[:ALIKE]
    assert new_id()[:ALIKE] != new_id()[:ALIKE]


def test_a_process_goes_on_beside_what_it_made_last() -> None:
    made = []
    for _ in range(100):
        with together():
            made.append(new_id()[:ALIKE])
    assert made == sorted(made)
    assert len({each[:2] for each in made}) == 1


def test_a_child_has_a_beginning_of_its_own() -> None:
    with together():
        ours = new_id()[:2]
    assert any(made_in_a_child()[:2] != ours for _ in range(8))
