"""JSON Schemas of jobs, tasks, workflows, and of what does the work."""

from mserve.resources.profile import TRIGGERS
from mserve.resources.run import NEXT
from mserve.views.profiles import LONGEST, RETRIES
from mserve.views.schema_words import (
    ID,
    NUMBER,
    OBJECT,
    SHA256,
    SHORT,
    TEXT,
    TIME,
    URL,
    WHOLE,
    Schema,
    array,
    closed,
    fields,
    may,
    null,
    one_of,
    page,
    ref,
    table,
)

STATES = ("waiting", *NEXT)

JOBS: dict[str, Schema] = {
    "Job": fields(
        id=ID, name=TEXT, url=URL, trigger=one_of(*TRIGGERS, "manual"), workflow=TEXT,
        profile_version=WHOLE, mfile=null(URL), percent={**WHOLE, "maximum": 100}, sha256=SHA256,
        state=one_of("queued", "running", "done", "failed", "cancelled"),
        created=TIME, started=null(TIME), ended=null(TIME), sets=array(ref("JobSet")),
    ),
    "Jobs": page("Job"),
    "JobSet": fields(name=TEXT, on_failure=one_of("stop", "continue"), tasks=array(ref("TaskRun"))),
    "TaskRun": fields(
        id=may(TEXT), name=TEXT, task=TEXT, arguments=may(OBJECT), state=one_of(*STATES),
        queue=may(TEXT), attempt=may(WHOLE), worker=may(null(TEXT)), started=may(null(TIME)),
        ended=may(null(TIME)), seconds=may(null(NUMBER)), result=may(OBJECT),
        error=may(null(TEXT)), attempts=may(array(ref("Attempt"))),
        outputs=may(array(ref("Output"))),
    ),
    "Attempt": fields(
        number=WHOLE, worker=null(TEXT), started=null(TIME), ended=TIME, seconds=null(NUMBER),
        cpu=null(NUMBER), memory=null(WHOLE), error=null(TEXT),
    ),
    "Events": {**TEXT, "description": "Server-Sent Events: `job`, `progress`, `end`"},
    "AtWork": fields(nodes=array(OBJECT), queues=array(OBJECT)),
    "NodeAction": closed(
        action=one_of("pause", "drain", "resume"), queue=may(null(TEXT)), node=may(null(TEXT)),
    ),
    "Tasks": fields(items=array(ref("Task"))),
    "Task": fields(
        name=TEXT, summary=TEXT, description=TEXT, timeout=NUMBER, limits=null(OBJECT),
        arguments=OBJECT,
    ),
    "JobAction": closed(action=one_of("cancel", "retry", "again")),
    "Output": fields(name=TEXT, mimetype=TEXT, size=WHOLE, sha256=SHA256, url=URL),
    "NewJob": {
        "oneOf": [
            closed(workflow=SHORT, queue=may(null(TEXT))),
            closed(task=TEXT, arguments=may(null(OBJECT)), queue=may(null(TEXT))),
        ],
        "examples": [{"task": "checksum", "arguments": {"algorithm": "sha512"}}],
    },
    "Profile": fields(name=TEXT, url=URL, version=WHOLE, workflows=table(ref("Workflow"))),
    "Profiles": page("Profile"),
    "NewProfile": closed(
        name=may({}), url=may({}), version=may({}), workflows=table(ref("Workflow")),
    ),
    "ExplainIt": closed(
        workflow=may(null(SHORT)), path=may(null(TEXT)), file=may(null(OBJECT)),
    ),
    "Explained": fields(workflow=TEXT, profile_version=WHOLE, sets=array(OBJECT)),
    "Workflow": closed(
        sets=array(ref("TaskSet")),
        window=may(null({**WHOLE, "minimum": 1, "maximum": LONGEST, "description":
                   "seconds after an access in which no other starts it for the same file"})),
    ),
    "TaskSet": closed(
        name=may(null(SHORT)), tasks=array(ref("TaskSpec")),
        on_failure=may(null(one_of("stop", "continue"))),
    ),
    "TaskSpec": closed(
        task=TEXT, name=may(null(SHORT)), arguments=may(null(OBJECT)),
        condition=may({**null(SHORT), "description": "CEL; left out or empty: always"}),
        queue=may(null(TEXT)), retries=may(null({**WHOLE, "maximum": RETRIES})),
    ),
}  # fmt: skip
