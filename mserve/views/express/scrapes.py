"""The metrics in the express lane: for clients in certain networks, who need no key.

All others are left to the view, which needs one. It answers without the tree as well, so that
what is amiss can be seen.
"""

from typing import Any

from mserve.answered import EXPRESS, answered, name_of
from mserve.database import site_of
from mserve.views.api import metrics
from mserve.views.express.asked import Answer
from mserve.views.express.bodies import Environ
from mserve.views.express.snapshots import Snapshots
from mserve.views.metrics import Exposition, Scrape, expose
from mserve.views.metrics.near import near

PATH = "/-/metrics"


class Scrapes:
    """Answers where the ini allows it."""

    def __init__(self, registry: Any, snapshots: Snapshots) -> None:
        self.registry, self.snapshots = registry, snapshots
        self.networks = registry.mserve.monitoring.metrics_from

    def answer(self, environ: Environ) -> Answer | None:
        """The answer to who may have it by their address."""
        if environ.get("PATH_INFO") != PATH or not near(
            environ.get("REMOTE_ADDR") or "", self.networks
        ):
            return None
        answered(environ, name_of(metrics.scrape), EXPRESS)
        found = self._expose(environ.get("HTTP_ACCEPT") or "")
        length = str(len(found.text))
        fields = {"Content-Type": found.kind, "Content-Length": length, "Cache-Control": "no-store"}
        return Answer(200, fields, (found.text,))

    def _expose(self, accept: str) -> Exposition:
        with self.snapshots.lent() as snapshot:
            site = None if snapshot is None else site_of(snapshot)
            return expose(accept, Scrape(self.registry, site))
