"""Fifty sets of fifty tasks in one job: how long do they take, and how many commits conflict?"""

from bench.client import settings
from bench.report import Report
from tests.functional.many_sets import run_sets
from tests.functional.stack import Stack

SETS, TASKS = 50, 50


def measure(stack: Stack, share: float) -> Report:
    sets = max(5, int(SETS * share))
    ran = run_sets(stack, sets, TASKS)
    done = sum(task["state"] == "done" for task in ran.tasks)
    again = sum(len(task["attempts"]) > 1 for task in ran.tasks)
    met = ", ".join(f"{name} {count}" for name, count in ran.met.most_common())
    rows = [
        ("the job is", ran.state),
        ("tasks that are done", f"{done} of {sets * TASKS}"),
        ("done more than once", again),
        ("counted by usage", ran.metered),
        ("seconds", f"{ran.seconds:.1f}"),
        ("tasks a second", f"{done / ran.seconds:.0f}"),
        ("commits of the workers", ran.commits),
        ("conflicts a commit", f"{ran.met.total() / ran.commits:.3f}"),
    ]
    return Report(
        question="Fifty sets of fifty tasks in one job: how long, and how many conflicts?",
        columns=("", ""),
        rows=[[name, value] for name, value in rows],
        settings=settings(stack),
        notes=(
            "Nine of ten are brief (md5 of 5 bytes) and done together, twenty at most; each tenth "
            "goes through the queue by itself. A set begins when all of the one before have ended.",
            f"Conflicts by the class of the object: {met or 'none'}. Each worker tells them in its "
            "log as it ends.",
        ),
    )
