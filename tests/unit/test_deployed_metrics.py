"""What the dashboard, the alerts and the document name is what `/-/metrics` tells."""

import json
import re
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.core import Metric

from mserve.settings import Settings
from mserve.tasks.queue import Queues
from mserve.tasks.scheduler import Scheduler
from mserve.views.metrics import Scrape
from tests.unit.views.test_metrics import worker

ROOT = Path(__file__).parents[2]
NAME = re.compile(r"\bmserve_[a-z_]+")
SUFFIXES = {
    "counter": ("_total",), "info": ("_info",), "summary": ("_count", "_sum"),
    "histogram": ("_bucket", "_count", "_sum"),
}  # fmt: skip
LABELS = {"le", "instance", "job"}
"""Of histograms, and those that Prometheus adds."""


@pytest.fixture
def told(app: Any, db: Any, settings: Settings, queues: Queues) -> dict[str, Metric]:
    Scheduler(db, queues, settings).turn()
    worker(queues, "one", "busy")
    with db.transaction() as connection:
        scrape = Scrape(app.app.registry, connection.root()["mserve"])
        return {each.name: each for each in scrape.collect()}


@pytest.fixture
def lines(lines: dict[str, str], redis: Any) -> dict[str, str]:
    return {**lines, "mserve.redis": redis.url}


def series(told: dict[str, Metric]) -> set[str]:
    """Names as Prometheus has them."""
    return {
        name + suffix for name, each in told.items() for suffix in SUFFIXES.get(each.type, ("",))
    }


def expressions() -> list[str]:
    dashboard = json.loads((ROOT / "deploy/grafana/mserve.json").read_text())
    shown = [each["expr"] for panel in dashboard["panels"] for each in panel.get("targets", ())]
    groups = yaml.safe_load((ROOT / "deploy/prometheus/mserve.rules.yml").read_text())["groups"]
    return [*shown, *(rule["expr"] for group in groups for rule in group["rules"])]


def test_each_metric_of_dashboard_and_alerts_is_told(told: dict[str, Metric]) -> None:
    named = {name for each in expressions() for name in NAME.findall(each)}
    assert len(named) > 30
    assert named - series(told) == set()


def test_each_label_of_dashboard_and_alerts_is_told(told: dict[str, Metric]) -> None:
    known = {label for each in told.values() for sample in each.samples for label in sample.labels}
    known |= {"task", "outcome", "class", "process", "way", "view", "lane", "status", "kind"}
    by = chain.from_iterable(re.findall(r"\b(?:by|on) ?\(([a-z, ]*)\)", e) for e in expressions())
    named = {label.strip() for each in by for label in each.split(",") if label.strip()}
    assert named - known - LABELS == set()


def test_the_document_names_each_metric(told: dict[str, Metric]) -> None:
    text = (ROOT / "docs/production.md").read_text().partition("## Monitoring")[2]
    named = {f"mserve_{name}" for name in re.findall(r"`([a-z_]+)`", text)}
    whole = {name + {"counter": "_total", "info": "_info"}.get(each.type, "")
             for name, each in told.items()}  # fmt: skip
    assert whole - named == set()


def test_the_dashboards_panels_are_apart(told: dict[str, Metric]) -> None:
    panels = json.loads((ROOT / "deploy/grafana/mserve.json").read_text())["panels"]
    cells = [
        (x, y)
        for panel in panels
        for grid in [panel["gridPos"]]
        for x in range(grid["x"], grid["x"] + grid["w"])
        for y in range(grid["y"], grid["y"] + grid["h"])
    ]
    assert len(cells) == len({*cells})
    assert len({panel["id"] for panel in panels}) == len(panels)


def test_scrape_configuration_and_alerts_are_yaml_of_the_right_shape() -> None:
    config = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text())
    [job] = config["scrape_configs"]
    assert (job["job_name"], job["metrics_path"]) == ("mserve", "/-/metrics")
    assert config["rule_files"] == ["mserve.rules.yml"]
    groups = yaml.safe_load((ROOT / "deploy/prometheus/mserve.rules.yml").read_text())["groups"]
    for rule in groups[0]["rules"]:
        assert rule.keys() == {"alert", "expr", "for", "labels", "annotations"}
        assert rule["labels"]["severity"] in ("warning", "critical")
