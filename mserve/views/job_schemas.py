"""JSON Schemas of jobs, tasks, workflows, and of what does the work."""

from mserve.ingest.landing import CONFLICTS
from mserve.resources.profile import TRIGGERS
from mserve.resources.run import NEXT
from mserve.resources.schedule import EACH, MISSED
from mserve.views.profiles import LONGEST, RETRIES
from mserve.views.schema_words import (
    FLAG,
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
        profile_version=WHOLE, mfile=null(URL), percent={**WHOLE, "maximum": 100},
        sha256=null(SHA256), round=null(URL),
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
    "Events": {
        "type": "object",
        "properties": {"id": TEXT, "event": TEXT, "data": TEXT},
        "description": "Server-Sent Events: `job`, `progress`, `end`, `usage`; `data` is JSON",
    },
    "AtWork": fields(nodes=array(ref("WorkingNode")), queues=array(ref("Queue"))),
    "WorkingNode": fields(
        name=TEXT, drained=FLAG, workers=array(ref("Worker")),
    ),
    "Worker": fields(
        name=TEXT, node=TEXT, pid=WHOLE, queue=TEXT, state=TEXT, delivery=null(TEXT),
        tasks=array(TEXT), job=null(URL), heartbeat=null(TIME), born=null(TIME), done=WHOLE,
    ),
    "Queue": fields(name=TEXT, depth=WHOLE, workers=WHOLE, paused=FLAG),
    "NodeAction": closed(
        action=one_of("pause", "drain", "resume"), queue=may(null(TEXT)), node=may(null(TEXT)),
    ),
    "Tasks": fields(items=array(ref("Task"))),
    "Task": fields(
        name=TEXT, summary=TEXT, description=TEXT, timeout=NUMBER, limits=null(OBJECT),
        needs_file=FLAG, arguments=OBJECT,
    ),
    "JobAction": closed(action=one_of("cancel", "retry", "again")),
    "Output": fields(
        name=TEXT, mimetype=TEXT, size=WHOLE, sha256=SHA256, url=URL, thumbnail=null(URL),
        mfile=null(URL), fault=null(TEXT),
    ),
    "NewMfile": closed(
        path=may({**null(SHORT), "description": "from the client's own root; missing folders are "
                  "made. Left out: the output's name, beside the job's file"}),
        conflict=may(null(one_of(*CONFLICTS))),
    ),
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
        schedule=may(null(ref("Schedule"))),
    ),
    "Schedule": closed(
        cron={**TEXT, "description": "minute, hour, day of the month, month, day of the week",
              "examples": ["30 7 * * *"]},
        timezone=may(null({**TEXT, "examples": ["Europe/Berlin"]})),
        missed=may(null(one_of(*MISSED))), each=may(null(one_of(*EACH))),
        condition=may({**null(SHORT), "description": "CEL; left out or empty: always"}),
        paused=may(null(FLAG)),
    ),
    "Scheduled": fields(
        workflow=TEXT, schedule=ref("Schedule"), next=null(TIME), following=array(TIME),
        fault=null(TEXT),
        last=null(fields(planned=TIME, started=TIME, job=null(URL), round=null(URL),
                         detail=null(TEXT))),
    ),
    "AllScheduled": page("Scheduled"),
    "Round": fields(
        id=TEXT, url=URL, workflow=TEXT, profile_version=WHOLE,
        trigger=one_of("periodic", "manual"),
        folder=null(URL), condition=TEXT, queue=null(TEXT),
        state=one_of("running", "done", "cancelled"), created=TIME, ended=null(TIME),
        files=WHOLE, looked_at=WHOLE, started=WHOLE, skipped=WHOLE, done=WHOLE, failed=WHOLE,
        cancelled=WHOLE, percent={**WHOLE, "maximum": 100}, error=null(TEXT),
    ),
    "Rounds": page("Round"),
    "NewRound": closed(
        workflow=SHORT, condition=may({**null(SHORT), "description": "CEL, as a task's"}),
        folder=may({**null(SHORT), "description": "The way to it from the service"}),
        queue=may(null(TEXT)),
    ),
    "RoundAction": closed(action=one_of("cancel")),
    "TaskSet": closed(
        name=may(null(SHORT)), tasks=array(ref("TaskSpec")),
        on_failure=may(null(one_of("stop", "continue"))),
    ),
    "TaskSpec": closed(
        task=TEXT, name=may(null(SHORT)), arguments=may(null(OBJECT)),
        condition=may({**null(SHORT), "description": "CEL; left out or empty: always"}),
        queue=may(null(TEXT)), retries=may(null({**WHOLE, "maximum": RETRIES})),
        mfile=may({**null(SHORT), "description":
                  "where outputs become files, as `{stem}-{output}.txt`; empty: nowhere"}),
    ),
}  # fmt: skip
