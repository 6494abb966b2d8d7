"""Metrics of requests, as the web servers of this machine have counted them (server/meter.py)."""

from collections import defaultdict
from collections.abc import Iterator

from prometheus_client.core import Metric

from mserve.answered import AT_HAND, BOUNDS, COUNT, FIRST, RECEIVED, REQUESTS, SECONDS, SENT, WIDTH
from mserve.counts import Values
from mserve.views.metrics.family import counters, gauge, histogram, records


def families(values: Values) -> Iterator[Metric]:
    """Of what all web processes have counted."""
    found = [*records(values, REQUESTS)]
    yield counters(
        "mserve_http_requests", "Requests, by what answered them.",
        ("view", "method", "status", "lane"),
        (((view, method, f"{status}xx", lane), numbers[COUNT])
         for (view, method, status, lane), numbers in found),
    )  # fmt: skip
    views = _by_view(found)
    for name, words, place in (
        ("mserve_http_received_bytes", "Bytes that came, by what answered.", RECEIVED),
        ("mserve_http_sent_bytes", "Bytes that were sent, by what answered.", SENT),
    ):
        rows = (((view,), numbers[place]) for view, numbers in views.items())
        yield counters(name, words, ("view",), rows)
    yield histogram(
        "mserve_http_response_seconds", "From a request's head to the first byte of its answer.",
        ("view",), BOUNDS,
        (((view,), numbers[SECONDS], numbers[FIRST:]) for view, numbers in sorted(views.items())),
    )  # fmt: skip
    at_hand = values.get(AT_HAND, [0.0])[0]
    yield gauge("mserve_http_requests_at_hand", "Requests that are not answered yet.", at_hand)


def _by_view(found: list[tuple[list[str], list[float]]]) -> dict[str, list[float]]:
    views: dict[str, list[float]] = defaultdict(lambda: [0.0] * WIDTH)
    for (view, *_), numbers in found:
        views[view] = [one + more for one, more in zip(views[view], numbers, strict=True)]
    return views
