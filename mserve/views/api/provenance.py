"""REST of provenance: where a file comes from, and that it is made again."""

from typing import Any

from mserve import ingest
from mserve.errors import BadInput, Conflict, Refused
from mserve.resources.file_facets import Provenance
from mserve.resources.job import Job
from mserve.resources.mfile import Mfile
from mserve.resources.provenance import Origin, source_of
from mserve.resources.roles import Permission
from mserve.views.api.jobs import accepted
from mserve.views.body import Fields, document
from mserve.views.config import rest
from mserve.views.provenance.document import document as graph_json
from mserve.views.provenance.prov import prov
from mserve.views.provenance.walk import look

FORMATS = ("json", "prov")


@rest(context=Provenance, method="GET", permission=Permission.VIEW,
      gives={200: ("Provenance", "Prov")}, query=("format",))  # fmt: skip
def show(context: Provenance, request: Any) -> Any:
    """What the file was made of, and what was made of it, as a graph.

    `?format=prov` gives W3C PROV-JSON. What the key may not see is left out. An entity that is not
    `complete` has more to it than one graph holds: ask at its own `provenance`.
    """
    form = request.GET.get("format", "json")
    if form not in FORMATS:
        raise BadInput(f"the format {form[:80]!r} is not known; there are: {', '.join(FORMATS)}")
    found = graph_json(request, context.node, look(request, context.node))
    return prov(found) if form == "prov" else found


@rest(context=Provenance, method="POST", permission=Permission.WRITE,
      takes="ProvenanceAction", gives={202: "Job"})  # fmt: skip
def act(context: Provenance, request: Any) -> Any:
    """Makes the file again, of what its source is by now: `{"action": "again"}`.

    The task that made it runs once more with the same arguments; when it has ended, what it made
    is the file's next version.
    """
    fields = Fields(document(request))
    fields.need("action", _is_action)
    fields.end()
    return accepted(request, make_again(request, context.node))


def _is_action(value: Any) -> str:
    if value != "again":
        raise BadInput('should be "again"')
    return str(value)


def make_again(request: Any, mfile: Mfile) -> Job:
    """The job that makes a file again. Raises Conflict where it cannot be, Refused."""
    origin = mfile.content.origin
    if origin is None:
        raise Conflict("the file was not made by a task, so that it cannot be made again")
    _check_task(request, origin)
    return ingest.make_again(mfile, _source(request, origin))


def _check_task(request: Any, origin: Origin) -> None:
    if origin.task not in request.tasks:
        raise Conflict(f"there is no task {origin.task!r} any more, which made the file")
    if faults := request.tasks[origin.task].check(origin.arguments):
        raise Conflict(f"the task {origin.task} takes other arguments now: {'; '.join(faults)}")


def _source(request: Any, origin: Origin) -> Mfile:
    """The file that the task ran on, where the key may run it again."""
    found = [source_of(request.site, each) for each in origin.inputs]
    seen = [each for each in found if each and request.has_permission(Permission.VIEW, each)]
    if len(seen) != 1 or len(origin.inputs) != 1:
        raise Conflict("the file that it was made of is not there (any more)")
    if not request.has_permission(Permission.PROCESS, seen[0]):
        raise Refused("this key may not run tasks on the file that it was made of")
    source: Mfile = seen[0]
    return source
