"""The walk: from a file to what it was made of, and to what was made of it, some steps far.

What the key may not see is not told, nor what lies behind it. A walk ends after DEPTH steps, or
when the graph is full; where it has not gone on is known by the entity.
"""

from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import Any

from mserve.resources.content import Content
from mserve.resources.mfile import Mfile
from mserve.resources.provenance import Input, Origin, derived_ids, source_of
from mserve.resources.roles import Permission
from mserve.resources.run import JobOutput
from mserve.views.derived import visible
from mserve.views.provenance.graph import Activity, Graph, file_id

DEPTH = 10  # task runs, each way
LINKS = 2000  # links of one file that are followed; some may lead nowhere any more
JOBS = 20  # of the file itself, whose outputs are told
VERSIONS = 100  # of a file, among which a former content is looked for


def look(request: Any, mfile: Mfile) -> Graph:
    """The graph of a file as it is now."""
    walk = Walk(request)
    walk.graph.file(mfile, mfile.content)
    walk.backward(mfile)
    walk.outputs(mfile)
    walk.forward(mfile)
    return walk.graph


class Walk:
    def __init__(self, request: Any) -> None:
        self.request, self.site = request, request.site
        self.graph = Graph()

    def sees(self, node: Any) -> bool:
        return bool(self.request.has_permission(Permission.VIEW, node))

    def backward(self, mfile: Mfile) -> None:
        """What the file was made of, and that of."""
        ahead = deque([(mfile, mfile.content, DEPTH)])
        while ahead:
            node, content, left = ahead.popleft()
            if content.origin is None:
                continue
            entity = self.graph.file(node, content)
            entity.complete = left > 0 and not self.graph.full
            if entity.complete:
                activity = self._made(node, content.origin, entity.id)
                ahead.extend((*each, left - 1) for each in self._sources(content.origin, activity))

    def _made(self, node: Any, origin: Origin, *made: str) -> Activity:
        """The activity with what it used and made, once for each run."""
        new = origin.run not in self.graph.activities
        activity = self.graph.activity(origin)
        activity.generated |= dict.fromkeys(made)
        for given in origin.inputs if new else ():
            if given.mfile is None:  # a thumbnail of an output, that has become this file
                activity.used[self.graph.file(node, node.content).id] = None
            elif visible(self.request, node, given):
                activity.used[self.graph.given(given, source_of(self.site, given)).id] = None
            else:
                activity.unseen += 1
        return activity

    def _sources(self, origin: Origin, activity: Activity) -> Iterator[tuple[Mfile, Content]]:
        """The inputs that are there still, as they were."""
        for given in origin.inputs:
            source = source_of(self.site, given)
            if source is not None and file_id(source.id, given.sha256) in activity.used:
                content = content_of(source, given)
                if content is not None:
                    yield source, content

    def forward(self, mfile: Mfile) -> None:
        """The files that were made of this one, whatever it was then, and of those."""
        ahead, seen = deque([(mfile, DEPTH)]), {mfile.id}
        while ahead:
            node, left = ahead.popleft()
            ids = [*islice(derived_ids(self.site, node.id), LINKS)]
            for each in self._derived(node, ids):
                if left == 0 or self.graph.full or len(ids) == LINKS:
                    self.graph.file(node, node.content).complete = False
                if left == 0 or self.graph.full:
                    break
                assert each.content.origin is not None
                entity = self.graph.file(each, each.content)
                self._made(each, each.content.origin, entity.id)
                if each.id not in seen:
                    seen.add(each.id)
                    ahead.append((each, left - 1))

    def _derived(self, node: Mfile, ids: list[str]) -> Iterator[Mfile]:
        """Those of the files that are there, are seen, and are made of that one still."""
        for id in ids:
            found = self.site.ids.get(id)
            if isinstance(found, Mfile) and found.in_tree and self.sees(found):
                origin = found.content.origin
                if origin and any(given.mfile == node.id for given in origin.inputs):
                    yield found

    def outputs(self, mfile: Mfile) -> None:
        """What the newest jobs of the file made, and its renditions."""
        pictures = {id(each.content) for each in mfile.content.renditions.values()}
        for output in self._all_outputs(mfile):
            if self.graph.full:
                self.graph.file(mfile, mfile.content).complete = False
                return
            if output.content.origin is not None:
                type = "rendition" if id(output.content) in pictures else "output"
                made = self.graph.output(output, type).id
                self._made(mfile, output.content.origin, made)

    def _all_outputs(self, mfile: Mfile) -> Iterator[JobOutput]:
        """The renditions may be of a job of a file that has the same content."""
        met = set()
        for _, job in mfile.page_jobs(JOBS):
            for run in job.all_runs():
                for output in run.outputs:
                    met.add(id(output.content))
                    yield output
        for name, rendition in mfile.content.renditions.items():
            content = rendition.content
            if id(content) not in met and content is not mfile.content:
                yield JobOutput(name, rendition.mimetype, content)


def content_of(mfile: Mfile, given: Input) -> Content | None:
    """The content that a file had when it was an input, if it is kept still."""
    if mfile.content.sha256 == given.sha256:
        return mfile.content
    for number in islice(reversed((mfile.versions or {}).keys()), VERSIONS):
        version = mfile.find_version(number)
        if version is not None and version.content.sha256 == given.sha256:
            return version.content
    return None
