"""The stream of events of a file's or service's jobs: which one has changed, and how far it is."""

from collections.abc import Iterable, Iterator
from typing import Any

from mserve.resources.job import Job
from mserve.resources.job_pages import OPEN, Wanted, concerns, page
from mserve.resources.node import Node
from mserve.views import job_json
from mserve.views.follow.looks import Environ
from mserve.views.follow.seen import progress
from mserve.views.follow.stream import event, telling
from mserve.views.follow.watch import Watch
from mserve.views.json import Json
from mserve.views.urls import facet_url

NEWEST = 100  # jobs that are looked at where it is not known which have changed


class JobsWatch(Watch):
    """`id`: of a file, a folder or a service; of a folder's jobs its service is told."""

    def __init__(self, registry: Any, environ: Environ, node: Any) -> None:
        super().__init__(registry, environ, node.id)
        self._service = node.find("service").id if node.type == "folder" else None

    @property
    def topic(self) -> str:
        return self._service or self.id


class Listed:
    """What one client is told of the jobs of a node: first those of the newest that run or wait."""

    def __init__(self, watch: JobsWatch) -> None:
        self._watch = watch
        self._open: set[str] = set()

    def blocks(self) -> Iterator[bytes]:
        """Until nobody listens any more."""
        return telling(self._watch, self._look)

    def _look(self) -> Iterable[bytes]:
        found = self._watch.look(self._see)
        return (event("job", each) for each in found or ())

    def _see(self, asked: Any, node: Node) -> list[Json]:
        """In short: the jobs that have changed, and of what is not known, those that are open."""
        changed = self._watch.changed
        self._watch.changed = set()
        ids = self._asked(node) if changed is None else changed
        found = [job for id in ids if isinstance(job := asked.site.ids.get(id), Job)]
        jobs = [job for job in found if concerns(node, job)]
        self._open.difference_update(ids)
        self._open.update(job.id for job in jobs if job.outcome is None)
        return [self._short(asked, job) for job in jobs]

    def _asked(self, node: Any) -> list[str]:
        newest = [job.id for job in page(node, Wanted(states=OPEN), NEWEST)[0]]
        return [*newest, *self._open.difference(newest)]

    def _short(self, asked: Any, job: Job) -> Json:
        registry = self._watch.registry
        told = progress(registry.queues, job) if registry.news.heard else {}
        return {
            "id": job.id,
            "url": facet_url(asked, job.__parent__, "jobs", job.id),
            "name": job.name,
            "state": job.state,
            "percent": job_json.percent(job, told),
        }
