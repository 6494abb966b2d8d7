"""What wrk tells is read, and what was measured is judged, without a server."""

from pathlib import Path

import pytest

from bench.compare import judge
from bench.compare.question import Goal, Question, Sample
from bench.load import wrk
from bench.peers.nginx import plain
from bench.peers.peer import ROOT, body_text, new_folder, small, without_paths

GOOD = (
    '8 connections\nsummary {"requests": 300, "microseconds": 1500000, "bytes": 9, "median": 2000, '
    '"p95": 5000, "connect": 0, "read": 0, "write": 0, "status": 0, "timeout": 0}\n'
)
SAMPLES = {
    "nginx": [Sample(100.0, 1), Sample(300.0, 2), Sample(200.0, 3)],
    "mserve": [Sample(50.0, 4), Sample(20.0, 5), Sample(10.0, 6)],
}


def question(*goals: Goal) -> Question:
    return Question("Q", "MB/s", lambda turn: Sample(0), ("nginx", "mserve"), (), goals, "", "s")


def test_the_figures_of_wrk() -> None:
    rate = wrk.parse(GOOD)
    assert (rate.per_second, rate.median, rate.p95) == (200, 0.002, 0.005)


@pytest.mark.parametrize("name", wrk.ERRORS)
def test_a_single_error_is_no_figure(name: str) -> None:
    with pytest.raises(wrk.LoadError, match=name):
        wrk.parse(GOOD.replace(f'"{name}": 0', f'"{name}": 1'))


def test_neither_is_no_answer_or_no_summary() -> None:
    for told in (GOOD.replace("300", "0"), "unable to connect", GOOD * 2):
        with pytest.raises(wrk.LoadError):
            wrk.parse(told)


def test_a_row_has_the_median_the_samples_and_the_ratio() -> None:
    assert judge.rows(question(), SAMPLES) == [
        ["nginx", "200", "100 300 200", "1", "2"],
        ["mserve behind nginx", "20", "50 20 10", "0.1", "5"],
    ]


@pytest.mark.parametrize(
    "goal, figure, met",
    [
        (Goal("mserve", "nginx", least=0.1), "0.1", "yes"),
        (Goal("mserve", "nginx", least=0.11), "0.1", "no"),
        (Goal("mserve", least=20), "20 MB/s", "yes"),
        (Goal("mserve", most=19.9), "20 MB/s", "no"),
        (Goal("mserve", most=20), "20 MB/s", "yes"),
    ],
)
def test_a_goal_is_met_or_not(goal: Goal, figure: str, met: str) -> None:
    (verdict,) = judge.verdicts(question(goal), SAMPLES)
    assert verdict[3] == figure and verdict[5] == met


def test_nginx_before_mserve_is_what_deploy_says_without_tls_and_logs() -> None:
    text = plain(
        (ROOT / "deploy" / "nginx.conf").read_text(), 81, "127.0.0.1:82", Path("/srv/elsewhere")
    )
    assert text.count("server {") == 1 and text.count("listen ") == 1
    assert "listen 127.0.0.1:81;" in text
    assert "server 127.0.0.1:82;" in text
    assert "alias /srv/elsewhere/;" in text
    assert "proxy_request_buffering" in text
    assert not any(word in text for word in ("ssl", "_log", "Strict-Transport"))
    assert text.count("{") == text.count("}")


def test_bodies_differ_by_their_numbers_alone() -> None:
    assert len(small(1)) == len(small(2)) == 4096
    assert small(1) != small(2)
    assert body_text().replace("{n}", "000000000001").encode() == small(1)


def test_a_report_has_no_path_of_the_machine() -> None:
    folder = new_folder()
    folder.rmdir()
    text = f'pid {folder}/pid; "{folder}/ms-ab_c9/d/blobs" {ROOT}/.venv-bench/bin/x'
    assert without_paths(text) == 'pid DIR/pid; "DIR/d/blobs" .venv-bench/bin/x'
