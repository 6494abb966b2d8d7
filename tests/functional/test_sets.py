"""A job of many sets of many tasks, by two workers: none is left waiting, none is done twice.

A tenth of what is asked for: `make bench ARGS=sets` has fifty sets of fifty.
"""

from collections import Counter
from collections.abc import Callable

from tests.functional.many_sets import MODULE, run_sets
from tests.functional.stack import Stack

SETS, TASKS = 5, 50
MOST = 0.5  # conflicts a commit


def test_sets_of_fifty_tasks_end_without_a_stall(make_stack: Callable[..., Stack]) -> None:
    stack = make_stack(workers="normal=2", tasks=MODULE).start()
    ran = run_sets(stack, SETS, TASKS)
    assert ran.state == "done"
    assert Counter(task["state"] for task in ran.tasks) == {"done": SETS * TASKS}
    assert {len(task["attempts"]) for task in ran.tasks} == {1}
    assert ran.metered == SETS * TASKS
    assert ran.commits > 2 * SETS
    assert ran.met.total() < MOST * ran.commits, ran.met
