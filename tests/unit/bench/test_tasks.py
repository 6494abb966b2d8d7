"""What the comparison with Celery says of its figures, without either of them."""

from bench import tasks
from bench.tasks.turn import Turn, ask

CELERY = [Turn(100.0, {"worker": 3.0}), Turn(300.0, {"worker": 1.0}), Turn(200.0, {"worker": 2.0})]
MSERVE = [Turn(250.0, {"worker": 1.5, "zeo": 0.5})]


class Named:
    """A peer of a name, whose worker has used 2 s more each time."""

    def __init__(self, title: str) -> None:
        self.title, self.seconds = title, 0.0

    def cpu(self) -> dict[str, float]:
        self.seconds += 2.0
        return {"worker": self.seconds}


def test_the_goal_is_the_ratio_of_the_medians() -> None:
    peers = [Named("Celery"), Named("mserve")]
    found = {"Celery": CELERY, "mserve": MSERVE}
    assert tasks.ratio(found, peers) == ("1.25", "≥ 1", True)
    found = {"Celery": MSERVE, "mserve": CELERY}
    assert tasks.ratio(found, peers) == ("0.8", "≥ 1", False)


def test_a_part_that_one_of_them_has_not_is_left_out() -> None:
    report = tasks.rates("noop", {"Celery": CELERY, "mserve": MSERVE})
    assert report.columns[3:] == ("worker, ms of processor", "zeo, ms of processor")
    assert report.rows == [
        ["Celery", "200", "100 300 200", "2", "–"],
        ["mserve", "250", "250", "1.5", "0.5"],
    ]


def test_processor_time_is_that_of_one_task() -> None:
    turn = ask(lambda: 0.5, Named("mserve"), 100)
    assert turn.cpu == {"worker": 20.0, "client": 5.0}
