"""A request that succeeds for each view that changes something, by the view and its context."""

from collections.abc import Callable
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from mserve import database
from mserve.tasks import rounds
from tests.unit.locking import lock_at
from tests.unit.support import form

FILES = "/demo/files"
HTML = {"Accept": "text/html"}
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=XX"
TUS = {"Tus-Resumable": "1.0.0"}
TASK = {"task": "checksum", "arguments": {"algorithm": "sha1"}}
SETS = {"sets": [{"tasks": [TASK, TASK]}, {"tasks": [TASK]}]}
ROTTEN = {"sets": []}


class World:
    """A service whose uploads start nothing, and the administrator; all it makes has new names."""

    def __init__(self, admin: Any, db: Any, zip: bytes, output: Callable[[str], str]) -> None:
        self.admin, self.db, self.zip, self._output = admin, db, zip, output
        self.numbers = count()
        self.put(f"{FILES}/-/profiles/default", {"workflows": {"check": SETS}})

    def newest(self) -> str:
        """The key of the newest entry of the log."""
        return str(database.run(self.db, lambda site: next(site.audit.newest("")).key))

    def __call__(self, method: str, url: str, document: Any = None, **options: Any) -> Any:
        """Notes as `before` what is the newest entry before the request."""
        self.before = self.newest()
        path = urlsplit(url)._replace(scheme="", netloc="").geturl()
        if document is not None:
            return self.admin.json(method, path, document)
        return self.admin(method, path, **options)

    def put(self, url: str, document: Any) -> Any:
        return self("PUT", url, document)

    def do(self, url: str, do: str, **fields: str) -> Any:
        """A plain form."""
        body = "&".join(f"{name}={value}" for name, value in {"do": do, **fields}.items())
        return self("POST", url, body=body.encode(), content_type=FORM, headers=HTML)

    def name(self) -> str:
        return f"n{next(self.numbers)}"

    def file(self) -> str:
        url = f"{FILES}/{self.name()}"
        self("PUT", url, body=b"bytes")
        return url

    def folder(self) -> str:
        url = f"{FILES}/{self.name()}"
        self("PUT", f"{url}/a.txt", body=b"bytes")
        return url

    def container(self) -> str:
        name = self.name()
        self("POST", "/", {"name": name})
        return f"/{name}/"

    def service(self) -> str:
        above, name = self.container(), self.name()
        self("POST", above, {"name": name})
        return f"{above}{name}/"

    def profile(self) -> str:
        url = f"{FILES}/-/profiles/{self.name()}"
        self.put(url, {"workflows": {"x": SETS}})
        return url

    def workflow(self) -> str:
        return f"{self.profile()}/workflows/x"

    def edit(self, profile: str, below: str, do: str, **fields: str) -> Any:
        """A plain form at a piece of a profile that is at its first version."""
        return self.do(f"{profile}{below}", do, version="1", **fields)

    def named(self, do: str, url: str) -> Any:
        """A form that takes the name of what it is about."""
        return self.do(url, do, name=url.rstrip("/").rpartition("/")[2])

    def scheduled(self) -> str:
        """A profile at its second version, whose workflow has a schedule."""
        url = self.profile()
        self.edit(url, FIRST, "schedule", **CLOCK)
        return url

    def properties(self, url: str, do: str, **fields: str) -> Any:
        """The form of what is set of a place."""
        shown = self("GET", f"{url}-/properties").headers["ETag"].strip('"')
        return self.do(f"{url}-/properties", do, tag=shown, **fields)

    def edition(self) -> str:
        url = self.profile()
        self.put(url, {"workflows": {}})
        return f"{url}/versions/1"

    def key(self) -> str:
        made = self("POST", f"{FILES}/-/keys", {"role": "mfilereadonly"}).json
        return f"{FILES}/-/keys/{made['id']}"

    def job(self) -> str:
        return str(self("POST", f"{self.file()}/-/jobs", TASK).json["url"])

    def cancelled(self) -> str:
        url = self.job()
        self("POST", url, {"action": "cancel"})
        return url

    def carry(self, do: str, **fields: str) -> Any:
        return self.do(f"{self.file()}/-/copy", do, **fields)

    def output(self) -> str:
        return self._output(f"{FILES}/{self.name()}/source")

    def derived(self) -> str:
        name = self.name()
        self("POST", f"{self.output()}/mfile", {"path": f"demo/files/{name}"})
        return f"{FILES}/{name}"

    def round(self) -> str:
        self.file()
        return str(self("POST", f"{FILES}/-/rounds", {"workflow": "check"}).json["url"])

    def ended_round(self) -> str:
        url = self.round()
        self("POST", url, {"action": "cancel"})
        while database.run(self.db, lambda site: rounds.step(url.rpartition("/")[2], site)):
            pass
        return url

    def transaction(self) -> str:
        """One that made a folder can be undone."""
        return str(self("GET", f"{self.folder()}/-/history").json["items"][0]["url"])

    def lock(self) -> str:
        url = self.file()
        made = lock_at(self.db, url, "key:another")
        return f"{url}/-/locks/{made.id}"

    def trashed(self) -> str:
        self("DELETE", self.file())
        return str(self("GET", f"{FILES}/-/trash").json["items"][0]["url"])

    def upload(self) -> str:
        headers = {**TUS, "Upload-Length": "2"}
        return str(self("POST", f"{FILES}/-/uploads", headers=headers).headers["Location"])

    def piece(self, method: str, **headers: str) -> Any:
        kind = "application/offset+octet-stream"
        told = {**TUS, "Upload-Offset": "0", **headers}
        return self(method, self.upload(), body=b"xy", headers=told, content_type=kind)

    def version(self) -> str:
        url = self.file()
        self("PUT", url, body=b"others")
        return f"{url}/-/versions/1"

    def describe(self, url: str) -> Any:
        tag = self("GET", f"{url}/-/metadata").headers["ETag"].strip('"')
        row = {"name": "a", "value": "1", "form": "text"}
        return self.do(f"{url}/-/metadata", "describe", tag=tag, **row)

    def unpack(self, folder: str) -> Any:
        kind = "application/zip"
        return self("POST", f"{folder}/?unpack=zip", body=self.zip, content_type=kind)

    def files(self, folder: str, **headers: str) -> Any:
        body = form((self.name(), b"x"))
        return self("POST", f"{folder}/", body=body, headers=headers, content_type=MULTIPART)


RENAME = {"name": "other"}
METRICS = ("disc_space", "file", "ingest", "access", "jobruntime")
QUOTAS = {f"{metric}-{kind}": "9" for metric in METRICS for kind in ("hard", "soft")}
NEW = {"version": "1", "task": "mime", "name": "", "condition": "", "queue": "", "retries": "2",
       "mfile": ""}  # fmt: skip
CLOCK = {"cron": "5%204%20*%20*%20*", "timezone": "UTC", "missed": "skip", "each": "file",
         "condition": ""}  # fmt: skip
FIRST = "/workflows/x"
Scene = Callable[[World], Any]

SCENES: dict[str, Scene] = {
    "batch_batch Batch": lambda w: w("POST", f"{FILES}/-/batch", {"operations": [
        {"op": "remove", "path": w.file().rpartition("/")[2]}]}),
    "batch_copy Copy": lambda w: w("POST", f"{w.file()}/-/copy", {"name": w.name()}),
    "containers_add_service Container": lambda w: w("POST", w.container(), {"name": w.name()}),
    "editions_restore EditionView": lambda w: w("POST", w.edition()),
    "files_add Service": lambda w: w.files(FILES),
    "files_add Folder": lambda w: w("POST", f"{w.folder()}/", {"type": "folder", "name": "x"}),
    "files_create Absent": lambda w: w("PUT", f"{FILES}/{w.name()}", body=b"x"),
    "files_replace Mfile": lambda w: w("PUT", w.file(), body=b"x"),
    "files_replace ContentFacet": lambda w: w("PUT", f"{w.file()}/-/content", body=b"x"),
    "jobs_start Jobs": lambda w: w("POST", f"{w.file()}/-/jobs", {"workflow": "check"}),
    "jobs_steer Job": lambda w: w("POST", w.job(), {"action": "cancel"}),
    "keys_change Key": lambda w: w("PATCH", w.key(), {"label": "other"}),
    "usage_add UsageFacet": lambda w: w("POST", f"{FILES}/-/usage", {"reports": [
        {"metric": "http://example.com/frames", "amount": 1}]}),
    "keys_make Keys": lambda w: w("POST", f"{FILES}/-/keys", {"role": "renditions"}),
    "keys_revoke Key": lambda w: w("DELETE", w.key()),
    "keys_rotate Key": lambda w: w("POST", w.key(), {"grace": 5}),
    "locks_end LockView": lambda w: w("DELETE", w.lock()),
    "metadata_replace MetadataFacet": lambda w: w.put(f"{w.file()}/-/metadata", {"a": 1}),
    "metadata_change MetadataFacet": lambda w: w("PATCH", f"{w.folder()}/-/metadata", {"a": 1}),
    "nodes_change Mfile": lambda w: w("PATCH", w.file(), {"metadata": {"a": 1}}),
    "nodes_change Folder": lambda w: w("PATCH", w.folder(), {"metadata": {"a": 1}}),
    "nodes_change Service": lambda w: w("PATCH", w.service(), {"priority": True}),
    "nodes_change Container": lambda w: w("PATCH", w.container(), {"metadata": {"a": 1}}),
    "nodes_remove Folder": lambda w: w("DELETE", w.folder()),
    "nodes_remove Mfile": lambda w: w("DELETE", w.file()),
    "nodes_remove Service": lambda w: w("DELETE", w.service()),
    "nodes_remove Container": lambda w: w("DELETE", w.container()),
    "outputs_make_file OutputMfile": lambda w: w("POST", f"{w.output()}/mfile"),
    "pieces_add Specs": lambda w: w("POST", f"{w.workflow()}/sets/0/tasks", TASK),
    "pieces_add Sets": lambda w: w("POST", f"{w.workflow()}/sets", {"tasks": [TASK]}),
    "pieces_change SpecPiece": lambda w: w(
        "PATCH", f"{w.workflow()}/sets/0/tasks/0", {"retries": 7}),
    "pieces_change SetPiece": lambda w: w("PATCH", f"{w.workflow()}/sets/0", RENAME),
    "pieces_change WorkflowPiece": lambda w: w("PATCH", w.workflow(), ROTTEN),
    "pieces_make AbsentWorkflow": lambda w: w.put(f"{w.profile()}/workflows/y", SETS),
    "pieces_move_set SetPiece": lambda w: w("POST", f"{w.workflow()}/sets/0", {"to": 1}),
    "pieces_move_task SpecPiece": lambda w: w(
        "POST", f"{w.workflow()}/sets/0/tasks/0", {"set": 1, "to": 0}),
    "pieces_remove WorkflowPiece": lambda w: w("DELETE", w.workflow()),
    "pieces_remove SetPiece": lambda w: w("DELETE", f"{w.workflow()}/sets/0"),
    "pieces_remove SpecPiece": lambda w: w("DELETE", f"{w.workflow()}/sets/0/tasks/0"),
    "pieces_replace SpecPiece": lambda w: w.put(
        f"{w.workflow()}/sets/0/tasks/0", {**TASK, "retries": 7}),
    "pieces_replace SetPiece": lambda w: w.put(f"{w.workflow()}/sets/0", {"tasks": []}),
    "pieces_replace WorkflowPiece": lambda w: w.put(w.workflow(), ROTTEN),
    "profiles_change Profile": lambda w: w.put(w.profile(), {"workflows": {}}),
    "profiles_make AbsentProfile": lambda w: w.put(
        f"{FILES}/-/profiles/{w.name()}", {"workflows": {}}),
    "profiles_patch Profile": lambda w: w("PATCH", w.profile(), {"workflows": {"x": ROTTEN}}),
    "profiles_remove Profile": lambda w: w("DELETE", w.profile()),
    "provenance_act Provenance": lambda w: w(
        "POST", f"{w.derived()}/-/provenance", {"action": "again"}),
    "history_act HistoryEntry": lambda w: w("POST", w.transaction(), {"undo": True}),
    "quotas_change QuotasFacet": lambda w: w("PATCH", f"{FILES}/-/quotas", {"quotas": {
        "file": {"soft": 1000}}}),
    "rounds_begin Rounds": lambda w: w("POST", f"{FILES}/-/rounds", {"workflow": "check"}),
    "rounds_remove Round": lambda w: w("DELETE", w.ended_round()),
    "rounds_steer Round": lambda w: w("POST", w.round(), {"action": "cancel"}),
    "site_add_container Site": lambda w: w("POST", "/", {"name": w.name()}),
    "trash_purge Trashed": lambda w: w("DELETE", w.trashed()),
    "trash_restore Trashed": lambda w: w("POST", w.trashed()),
    "unpack_unpack Service": lambda w: w.unpack(FILES),
    "unpack_unpack Folder": lambda w: w.unpack(w.folder()),
    "uploads_append Upload": lambda w: w.piece("PATCH"),
    "uploads_create Uploads": lambda w: w(
        "POST", f"{FILES}/-/uploads", headers={**TUS, "Upload-Length": "2"}),
    "uploads_end Upload": lambda w: w("DELETE", w.upload(), headers=TUS),
    "uploads_overridden Upload": lambda w: w.piece("POST", **{"X-HTTP-Method-Override": "PATCH"}),
    "versions_restore VersionView": lambda w: w("POST", w.version()),
    "workers_steer NodesFacet": lambda w: w(
        "POST", "/-/nodes", {"action": "pause", "queue": "priority"}),
    "add_folder Service": lambda w: w.do(f"{FILES}/", "folder", name=w.name()),
    "add_folder Folder": lambda w: w.do(f"{w.folder()}/", "folder", name=w.name()),
    "purge Trashed": lambda w: w.do(w.trashed(), "purge"),
    "remove Folder": lambda w: w.do(w.folder(), "remove"),
    "remove Mfile": lambda w: w.do(w.file(), "remove"),
    "rename Folder": lambda w: w.do(w.folder(), "rename", name=w.name()),
    "rename Mfile": lambda w: w.do(w.file(), "rename", name=w.name()),
    "copy Copy": lambda w: w.carry("copy", parent="demo/files", name=w.name()),
    "move Copy": lambda w: w.carry("move", parent="demo/files", name=w.name()),
    "back Copy": lambda w: w.carry("back", name=f"demo/files/{w.name()}"),
    "restore Trashed": lambda w: w.do(w.trashed(), "restore"),
    "make Jobs": lambda w: w.do(f"{w.file()}/-/jobs", "make", kind="pdf"),
    "describe MetadataFacet": lambda w: w.describe(w.file()),
    "restore VersionView": lambda w: w.do(w.version(), "restore"),
    "run Jobs": lambda w: w.do(f"{w.file()}/-/jobs", "run", workflow="check"),
    "make_file OutputMfile": lambda w: w.do(
        f"{w.output()}/mfile", "make", path=f"demo/files/{w.name()}", conflict="fail"),
    "upload Service": lambda w: w.files(FILES, **HTML),
    "upload Folder": lambda w: w.files(w.folder(), **HTML),
    "remake Provenance": lambda w: w.do(f"{w.derived()}/-/provenance", "again"),
    "again Job": lambda w: w.do(w.cancelled(), "again"),
    "cancel Job": lambda w: w.do(w.job(), "cancel"),
    "retry Job": lambda w: w.do(w.cancelled(), "retry"),
    "undo HistoryEntry": lambda w: w.do(w.transaction(), "undo"),
    "steer NodesFacet": lambda w: w.do("/-/nodes", "resume", queue="priority"),
    "begin Rounds": lambda w: w.do(f"{FILES}/-/rounds", "begin", workflow="check", condition=""),
    "limit QuotasFacet": lambda w: w.do(f"{w.service()}-/quotas", "limit", **QUOTAS),
    "unlock LockView": lambda w: w.do(w.lock(), "unlock"),
    "cancel Round": lambda w: w.do(w.round(), "cancel"),
    "share Keys": lambda w: w.do(
        f"{FILES}/-/keys", "share", role="mfilereadonly", label="", days="1"),
    "narrow Key": lambda w: w.do(w.key(), "narrow", label="other", days=""),
    "rotate Key": lambda w: w.do(w.key(), "rotate"),
    "revoke Key": lambda w: w.do(w.key(), "revoke"),
    "properties_change PropertiesFacet": lambda w: w(
        "PATCH", f"{w.service()}-/properties", {"metadata": {"title": "Films"}}),
    "make_container Site": lambda w: w.do("/", "container", name=w.name()),
    "make_service Container": lambda w: w.do(
        w.container(), "service", name=w.name(), profile="default"),
    "remove_container Container": lambda w: w.named("remove", w.container()),
    "remove_service Service": lambda w: w.named("remove", w.service()),
    "save PropertiesFacet": lambda w: w.properties(w.service(), "save", title="Films"),
    "end PropertiesFacet": lambda w: w.properties(w.service(), "end"),
    "make Profiles": lambda w: w.do(
        f"{FILES}/-/profiles", "make", name=w.name(), beginning="default"),
    "use Profile": lambda w: w.do(f"{w.service()}-/profiles/transcode", "use"),
    "remove Profile": lambda w: w.do(w.profile(), "remove"),
    "replace Profile": lambda w: w.edit(w.profile(), "", "yaml", yaml="workflows: {}"),
    "add Profile": lambda w: w.edit(w.profile(), "", "add", name="y"),
    "restore EditionView": lambda w: w.do(w.edition(), "restore", version="2"),
    "set_window WorkflowPiece": lambda w: w.edit(w.profile(), FIRST, "window", window="60"),
    "remove_workflow WorkflowPiece": lambda w: w.edit(w.profile(), FIRST, "remove"),
    "add_set Sets": lambda w: w.edit(w.profile(), f"{FIRST}/sets", "add", name="more"),
    "save_set SetPiece": lambda w: w.edit(
        w.profile(), f"{FIRST}/sets/0", "save", name="more", on_failure="continue"),
    "remove_piece SetPiece": lambda w: w.edit(w.profile(), f"{FIRST}/sets/0", "remove"),
    "remove_piece SpecPiece": lambda w: w.edit(
        w.profile(), f"{FIRST}/sets/0/tasks/0", "remove"),
    "shift_set SetPiece": lambda w: w.edit(w.profile(), f"{FIRST}/sets/0", "down"),
    "shift_task SpecPiece": lambda w: w.edit(
        w.profile(), f"{FIRST}/sets/0/tasks/0", "move", set="1", to="0"),
    "save Specs": lambda w: w.do(f"{w.profile()}{FIRST}/sets/0/tasks", "save", **NEW),
    "save SpecPiece": lambda w: w.do(f"{w.profile()}{FIRST}/sets/0/tasks/0", "save", **NEW),
    "schedule WorkflowPiece": lambda w: w.edit(w.profile(), FIRST, "schedule", **CLOCK),
    "unschedule WorkflowPiece": lambda w: w.do(
        f"{w.scheduled()}{FIRST}", "unschedule", version="2"),
    "pause WorkflowPiece": lambda w: w.do(f"{w.scheduled()}{FIRST}", "pause", version="2"),
}  # fmt: skip

NOTHING = {
    "access_decision Access": "explains a decision, and makes none",
    "receipts_verify Receipts": "tells whether a receipt is genuine",
    "explain_explained Explain": "tells what would run",
    "check Specs": "tells what is wrong in a form",
    "check SpecPiece": "tells what is wrong in a form",
    "check WorkflowPiece": "tells what is wrong in a form",
    "actions_taken Service": "tells which names are taken",
    "actions_taken Folder": "tells which names are taken",
    "files_put_on_folder Service": "never succeeds",
    "files_put_on_folder Folder": "never succeeds",
    "nodes_put_on_facets Facets": "never succeeds",
    "answers_take AnswerView": "its event is asked for in test_answers.py, where a service answers",
}
"""Views of changing methods that change nothing, or are looked at elsewhere."""
