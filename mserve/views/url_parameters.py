"""Parameters in paths and queries: the schema of each, and what it says."""

from mserve.views.audit_schemas import AUDIT_QUERY
from mserve.views.follow import LONGEST
from mserve.views.job_query import STATES
from mserve.views.paging import LIMIT
from mserve.views.schema_words import ID, NAME, SHORT, TEXT, TIME, WHOLE, Schema, one_of

AT_ROOT: Schema = {**NAME, "not": {"enum": [".", "..", "-", "dav", "k"]}}
WAY: Schema = {
    "type": "string", "minLength": 1, "not": {"pattern": "(^|/)(-|\\.|\\.\\.)(/|$)|^/*$|\\x00"},
    "examples": ["photos/cat.jpg"],
}  # fmt: skip

PATH: dict[str, tuple[Schema, str]] = {
    "container": ({**AT_ROOT, "examples": ["acme"]}, ""),
    "service": ({**NAME, "examples": ["media"]}, ""),
    "path": (WAY, "One name or several, divided by `/` (or `%2F`): the way to a file or folder"),
    "key": (ID, "The key's `id`, not its secret"),
    "job": (ID, ""),
    "output": ({**TEXT, "minLength": 1}, "`<set>-<task>-<name>`"),
    "answer": ({**TEXT, "minLength": 1}, "`<set>-<task>-<attempt>`"),
    "version": ({"type": "integer", "minimum": 1}, ""),
    "upload": (ID, ""),
    "trashed": ({**TEXT, "minLength": 1}, "The `id` of what is in the trash"),
    "profile": (NAME, ""),
    "workflow": (NAME, "`ingest`, `update`, `access`, `periodic`, or another one's name"),
    "set": (WHOLE, "The set's place in the workflow, from 0"),
    "task": (WHOLE, "The task's place in the set, from 0"),
    "link": ({**TEXT, "minLength": 1}, "The token at the end of a link from a mail"),
    "session": ({**TEXT, "minLength": 1}, "The `id` of a session"),
    "token": (ID, "The `id` of an API token"),
    "user": (ID, "The `id` of a user"),
    "request": (ID, "The `id` of a request for a service"),
    "transaction": ({**TEXT, "pattern": "^[0-9a-f]{16}$"}, "The `id` of a transaction"),
    "lock": ({**TEXT, "minLength": 1}, "The `id` of a lock, or its token"),
    "round": ({**TEXT, "minLength": 1}, "The `id` of a round"),
    "object": ({**TEXT, "pattern": "^[0-9a-f]{16}$"}, "The number of a stored object, in hex"),
}
QUERY: dict[str, tuple[Schema, str]] = {
    "limit": (
        {"type": "integer", "minimum": 1, "maximum": 1000, "default": LIMIT},
        "Entries on the page; the settings may allow fewer or more",
    ),
    "cursor": (TEXT, "Where the page begins, as the `next` of the page before says"),
    "recursive": (one_of("true", "false"), "`true`: also with all that is below it"),
    "format": (
        TEXT,
        "Of a folder `zip`: all in it that the key may read; of a provenance `prov`: PROV-JSON; "
        "of the audit log `csv` or `ndjson`",
    ),
    "name": (TEXT, "With `format=zip`: of what is to be in it; several: all of these"),
    "unpack": (one_of("zip", "tar"), "The file is an archive, and all that is in it is stored"),
    "q": (SHORT, 'Words; `and`, `or`, `not`, `"a phrase"` and `prefix*` are possible'),
    "type": (one_of("mfile", "folder"), ""),
    "mimetype": (TEXT, "A media type, or `image/*`"),
    "tag": (TEXT, "A tag; several: all of them"),
    "size>": (WHOLE, "At least so many bytes"),
    "size<": (WHOLE, "At most so many bytes"),
    "modified>": (TIME, "Modified at that time or later"),
    "modified<": (TIME, "Modified at that time or before"),
    "sort": (TEXT, "`name`, `size`, `modified` or `relevance`; `-` before it reverses the order"),
    "at": (WHOLE, "The place, from 0, that it shall have; left out: the last"),
    "wait": (
        {"type": "integer", "minimum": 0, "maximum": LONGEST},
        "Seconds to wait for the end of the job, which is shown as it is then",
    ),
    "state": (one_of(*STATES), "Of jobs: `open`: what has not ended"),
    "task": (TEXT, "The name of a task that the job has, as `thumbnail`"),
    "workflow": (TEXT, "The workflow that the job is of, as `ingest`"),
    "run": (
        {**TEXT, "pattern": "^[0-9]{1,9}-[0-9]{1,9}$"},
        "The task that it is of, as `<set>-<task>`, both from 0",
    ),
    "tail": ({"type": "integer", "minimum": 1, "maximum": 100_000}, "So many lines, the last ones"),
    "id": (ID, "The `id` of a node or job, of which the stored object is"),
    "metric": (TEXT, "The URI of the metric that is asked for; it may be given several times"),
    "from": (TEXT, "From when on: a time where an hour begins, a day, or a month (UTC)"),
    "to": (TEXT, "Until when, likewise; what is asked for ends before it"),
    "month": ({**TEXT, "pattern": "^[0-9]{4}-[0-9]{2}$"}, "A month, such as 2026-11"),
    "group": (
        one_of("5min", "hour", "day", "month", "key", "task", "mimetype", "service"),
        "What reports are told apart by",
    ),
    **AUDIT_QUERY,
}
