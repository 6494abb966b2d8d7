"""A tree that has something of each class of the application, and where that is."""

import re
from collections import defaultdict
from typing import Any

from mserve import database
from mserve.resources.facets import FACETS
from mserve.resources.run import JobOutput
from mserve.resources.service_request import ServiceRequest
from mserve.resources.user import User
from mserve.views.places import Own
from tests.unit.locking import lock_at

NODES = {
    "site": "/",
    "container": "/demo/",
    "service": "/demo/files/",
    "folder": "/demo/files/folder/",
    "mfile": "/demo/files/folder/file.txt",
}
"""Each lies below all that come before it."""
UPLOADS = {"UploadFolder": "", "ChunkPlace": "/1"}
"""Uploads in chunks have no place in the tree: the URL is their Destination; what is below them."""
SERVICE, FILE = NODES["service"].rstrip("/"), NODES["mfile"]
PROFILE = f"{SERVICE}/-/profiles/own"
TUS = {"Tus-Resumable": "1.0.0", "Upload-Length": "10"}


class Places:
    """`of` has URLs by class, each with the type of the nearest node; `ids` those of nodes."""

    def __init__(self, client: Any, db: Any) -> None:
        """`client` is the site administrator's."""
        self.client, self.db = client, db
        self.of: dict[type, list[tuple[str, str]]] = defaultdict(list)
        self._nodes()
        self._jobs()
        self._profiles()
        self._people()
        self._rest()
        self.ids = database.run(db, lambda site: {t: find(site, u).id for t, u in NODES.items()})

    def enter(self, name: str, url: str, node: str = "service") -> None:
        """The class of what is at `url` is called `name`, which is checked as it is asked."""
        self.of[CLASSES[name]].append((url, node))

    def _nodes(self) -> None:
        self.client("PUT", FILE, body=b"first")
        self.client("PUT", FILE, body=b"second")
        for type, url in NODES.items():
            self.enter(type.capitalize(), url, type)
            self.enter("Node", url, type)
            if type != "mfile":
                self.enter("Branch", url, type)
            for name, facet in FACETS.items():
                if type in facet.types:
                    self.of[facet].append((f"{url.rstrip('/')}/-/{name}", type))
        self.enter("Facets", f"{SERVICE}/-")
        self.enter("StatementEntries", f"{SERVICE}/-/statement/entries")
        self.enter("UsageEvents", f"{SERVICE}/-/events/usage")
        self.enter("Absent", f"{SERVICE}/nothing.txt")
        self.enter("Absent", f"{NODES['folder']}nothing.txt", "folder")
        for name in UPLOADS:
            self.enter(name, f"{NODES['folder']}nothing.bin", "folder")
        self.enter("VersionView", f"{FILE}/-/versions/1", "mfile")

    def _jobs(self) -> None:
        job = self.client.json("POST", f"{FILE}/-/jobs", {"task": "mime"}).json["id"]
        database.run(self.db, lambda site: put_output(site, job))
        url = f"{FILE}/-/jobs/{job}"
        for name, below in (
            ("Job", ""), ("JobEvents", "/events"), ("Log", "/log"),
            ("AnswerView", "/answers/0-0-1"),
            ("OutputView", "/outputs/one"), ("OutputThumbnail", "/outputs/one/thumbnail"),
            ("OutputMfile", "/outputs/one/mfile"),
        ):  # fmt: skip
            self.enter(name, url + below, "mfile")
        self.enter("JobsEvents", f"{FILE}/-/jobs/events", "mfile")
        self.enter("JobsEvents", f"{SERVICE}/-/jobs/events")
        self.enter("JobsEvents", f"{NODES['folder']}-/jobs/events", "folder")

    def _profiles(self) -> None:
        workflow = {"sets": [{"tasks": [{"task": "mime"}]}]}
        self.client.json("PUT", PROFILE, {"workflows": {"ingest": workflow}})
        above = f"{PROFILE}/workflows"
        for name, url in (
            ("Profile", PROFILE), ("AbsentProfile", f"{SERVICE}/-/profiles/nothing"),
            ("Explain", f"{PROFILE}/explain"), ("Editions", f"{PROFILE}/versions"),
            ("EditionView", f"{PROFILE}/versions/1"), ("WorkflowPiece", f"{above}/ingest"),
            ("AbsentWorkflow", f"{above}/nothing"), ("Sets", f"{above}/ingest/sets"),
            ("SetPiece", f"{above}/ingest/sets/0"), ("Specs", f"{above}/ingest/sets/0/tasks"),
            ("SpecPiece", f"{above}/ingest/sets/0/tasks/0"),
        ):  # fmt: skip
            self.enter(name, url)

    def _people(self) -> None:
        for name, below in (
            ("PasswordPlace", "password"), ("FactorPlace", "second-factor"),
            ("SessionsPlace", "sessions"), ("SessionPlace", "sessions/one"),
            ("TokensPlace", "tokens"), ("TokenPlace", "tokens/one"), ("KeptPlaces", "keys"),
            ("KeptPlace", "keys/one"), ("RequestPlaces", "requests"),
            ("RequestPlace", "requests/one"),
            ("OwnStatement", "statement"), ("OwnEntries", "statement/entries"),
            ("OwnQuotas", "quotas"),
        ):  # fmt: skip
            self.enter(name, f"/-/account/{below}", "site")
        self.enter("ResetLink", "/-/reset/a-link", "site")
        self.enter("WayPlace", "/-/login/oidc/elsewhere", "site")
        self.enter("WayBack", "/-/login/oidc/elsewhere/back", "site")
        user, request = database.run(self.db, put_user)
        for name, below in (
            ("UserPlace", ""), ("UserReset", "/reset"), ("UserKeys", "/keys"),
            ("UserUsage", "/usage"), ("UserStatement", "/statement"),
            ("UserEntries", "/statement/entries"),
            ("UserQuotas", "/quotas"),
        ):  # fmt: skip
            self.enter(name, f"/-/users/{user}{below}", "site")
        self.enter("ObjectPlace", f"/-/objects/{0:016x}", "site")
        self.enter("ServiceRequest", f"/demo/-/requests/{request}", "container")
        self.enter("HistoryEntry", f"{FILE}/-/history/one", "mfile")

    def _rest(self) -> None:
        def path(answer: Any) -> str:
            assert answer.status_int < 300, answer.body
            return str(answer.headers["Location"]).removeprefix("http://localhost")

        client = self.client
        key = path(client.json("POST", f"{FILE}/-/keys", {"role": "auditor"}))
        self.enter("Key", key, "mfile")
        self.enter("KeyUsage", f"{key}/usage", "mfile")
        self.enter("KeyStatement", f"{key}/statement", "mfile")
        self.enter("KeyEntries", f"{key}/statement/entries", "mfile")
        self.enter("Upload", path(client("POST", f"{SERVICE}/-/uploads", headers=TUS)))
        round = client.json("POST", f"{SERVICE}/-/rounds", {"workflow": "ingest"})
        self.enter("Round", path(round))
        client("PUT", f"{SERVICE}/locked.txt", body=b"x")
        made = lock_at(self.db, f"{SERVICE}/locked.txt", "key:another", seconds=3600)
        self.enter("LockView", f"{SERVICE}/-/locks/{made.id}")
        client("PUT", f"{SERVICE}/removed.txt", body=b"x")
        client("DELETE", f"{SERVICE}/removed.txt")
        [trashed] = client("GET", f"{SERVICE}/-/trash").json["items"]
        self.enter("Trashed", trashed["url"].removeprefix("http://localhost"))
        for each in Own.__subclasses__():
            self.of[each].append((each.path, "site"))


def of_upload(kind: str, path: str) -> tuple[str, str]:
    """Where a file's upload in chunks, or a chunk of it, is; and what it says as Destination."""
    [(key, rest)] = re.findall("^(/k/[^/]+)?(/.*)$", path)
    return f"{key}/-/dav/uploads/me/one{UPLOADS[kind]}", f"{key}/-/dav/files/me{rest}"


class Classes(dict[str, type]):
    """Those of the contexts that views are for, by name; a name without views stands for none."""

    def __missing__(self, name: str) -> type:
        return type(name, (), {})


CLASSES = Classes()


def find(site: Any, url: str) -> Any:
    node = site
    for name in filter(None, url.split("/")):
        node = node[name]
    return node


def put_user(site: Any) -> tuple[str, str]:
    """Somebody who has asked the container for a service; the ids of both."""
    user = User("anna")
    site.users.add(user)
    container = site["demo"]
    request = ServiceRequest(container, user, "photos", "to show them")
    container.requests = {request.id: request}
    return user.id, request.id


def put_output(site: Any, job: str) -> None:
    content = find(site, FILE).content
    site.run(f"{job}-0-0").outputs = (JobOutput("one", "text/plain", content),)
