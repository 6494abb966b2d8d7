"""Where each class of the tree stands in URLs: templates (RFC 6570) for the OpenAPI document.

A key in the path (`/k/<key>/`) makes the key's node the root of all URLs, so the templates depend
on the type of that node: `site` for who comes without one.
"""

from collections.abc import Iterator
from typing import Any, ClassVar

from mserve.resources.facet import Facet
from mserve.resources.facets import FACETS, Facets, History, HistoryEntry, Jobs, Keys
from mserve.resources.file_facets import Versions, VersionView
from mserve.resources.job import Job
from mserve.resources.job_parts import (
    AnswerView,
    JobEvents,
    JobsEvents,
    Log,
    OutputMfile,
    OutputThumbnail,
    OutputView,
)
from mserve.resources.key import Key
from mserve.resources.key_parts import KeyEntries, KeyStatement, KeyUsage
from mserve.resources.lock_places import Locks, LockView
from mserve.resources.node import Node
from mserve.resources.people_places import (
    Account,
    FactorPlace,
    KeptPlace,
    KeptPlaces,
    OwnQuotas,
    PasswordPlace,
    RequestPlace,
    RequestPlaces,
    RequestsFacet,
    Reset,
    ResetLink,
    SessionPlace,
    SessionsPlace,
    TokenPlace,
    TokensPlace,
    UserKeys,
    UserPlace,
    UserQuotas,
    UserReset,
    UsersFacet,
    UserUsage,
)
from mserve.resources.pieces import (
    Editions,
    EditionView,
    SetPiece,
    Sets,
    SpecPiece,
    Specs,
    WorkflowPiece,
)
from mserve.resources.profile import Explain, Profile
from mserve.resources.round import Round
from mserve.resources.service_facets import Profiles, Rounds, Trash, Uploads
from mserve.resources.service_request import ServiceRequest
from mserve.resources.site_facets import ObjectPlace, Objects
from mserve.resources.statement_places import OwnEntries, OwnStatement, UserEntries, UserStatement
from mserve.resources.trash import Trashed
from mserve.resources.upload import Upload
from mserve.resources.usage_facets import EventsFacet, StatementEntries, StatementFacet, UsageEvents
from mserve.views.traversal import Absent, AbsentProfile, AbsentWorkflow

Templates = dict[str, tuple[str, ...]]


class Own:
    """The context of what is outside the tree, at the same place below every root."""

    path: ClassVar[str]
    __parent__ = None

    def __init__(self, request: Any) -> None:
        self.__name__ = self.path


NODES: dict[str, Templates] = {
    "site": {
        "site": ("/",),
        "container": ("/{container}/",),
        "service": ("/{container}/{service}/",),
        "folder": ("/{container}/{service}/{path}",),
        "mfile": ("/{container}/{service}/{path}",),
    },
    "container": {
        "container": ("/",),
        "service": ("/{service}/",),
        "folder": ("/{service}/{path}",),
        "mfile": ("/{service}/{path}",),
    },
    "service": {"service": ("/",), "folder": ("/{path}",), "mfile": ("/{path}",)},
    "folder": {"folder": ("/", "/{path}"), "mfile": ("/{path}",)},
    "mfile": {"mfile": ("/",)},
}
"""Templates of nodes by their type, for each type of root."""

WORKFLOW = "{profile}/workflows/{workflow}"
BELOW: dict[type, tuple[type[Facet], str]] = {
    Key: (Keys, "{key}"),
    StatementEntries: (StatementFacet, "entries"),
    UsageEvents: (EventsFacet, "usage"),
    KeyUsage: (Keys, "{key}/usage"),
    KeyStatement: (Keys, "{key}/statement"),
    KeyEntries: (Keys, "{key}/statement/entries"),
    Job: (Jobs, "{job}"),
    JobEvents: (Jobs, "{job}/events"),
    JobsEvents: (Jobs, "events"),
    Log: (Jobs, "{job}/log"),
    OutputView: (Jobs, "{job}/outputs/{output}"),
    AnswerView: (Jobs, "{job}/answers/{answer}"),
    OutputThumbnail: (Jobs, "{job}/outputs/{output}/thumbnail"),
    OutputMfile: (Jobs, "{job}/outputs/{output}/mfile"),
    Upload: (Uploads, "{upload}"),
    VersionView: (Versions, "{version}"),
    Trashed: (Trash, "{trashed}"),
    Profile: (Profiles, "{profile}"),
    AbsentProfile: (Profiles, "{profile}"),
    Explain: (Profiles, "{profile}/explain"),
    Editions: (Profiles, "{profile}/versions"),
    EditionView: (Profiles, "{profile}/versions/{version}"),
    WorkflowPiece: (Profiles, WORKFLOW),
    AbsentWorkflow: (Profiles, WORKFLOW),
    Sets: (Profiles, f"{WORKFLOW}/sets"),
    SetPiece: (Profiles, f"{WORKFLOW}/sets/{{set}}"),
    Specs: (Profiles, f"{WORKFLOW}/sets/{{set}}/tasks"),
    SpecPiece: (Profiles, f"{WORKFLOW}/sets/{{set}}/tasks/{{task}}"),
    Round: (Rounds, "{round}"),
    ResetLink: (Reset, "{link}"),
    PasswordPlace: (Account, "password"),
    FactorPlace: (Account, "second-factor"),
    SessionsPlace: (Account, "sessions"),
    SessionPlace: (Account, "sessions/{session}"),
    TokensPlace: (Account, "tokens"),
    TokenPlace: (Account, "tokens/{token}"),
    KeptPlaces: (Account, "keys"),
    RequestPlaces: (Account, "requests"),
    RequestPlace: (Account, "requests/{request}"),
    ServiceRequest: (RequestsFacet, "{request}"),
    KeptPlace: (Account, "keys/{key}"),
    UserPlace: (UsersFacet, "{user}"),
    UserReset: (UsersFacet, "{user}/reset"),
    UserKeys: (UsersFacet, "{user}/keys"),
    UserUsage: (UsersFacet, "{user}/usage"),
    UserStatement: (UsersFacet, "{user}/statement"),
    UserEntries: (UsersFacet, "{user}/statement/entries"),
    OwnStatement: (Account, "statement"),
    OwnQuotas: (Account, "quotas"),
    OwnEntries: (Account, "statement/entries"),
    UserQuotas: (UsersFacet, "{user}/quotas"),
    HistoryEntry: (History, "{transaction}"),
    LockView: (Locks, "{lock}"),
    ObjectPlace: (Objects, "{object}"),
}
"""What is reached through a facet."""

NOUNS = {"site": "site", "container": "containers", "service": "services",
         "folder": "folders", "mfile": "files"}  # fmt: skip
NOT_SHOWN = (Facets,)
"""`-` itself, where PUT says that no file can be called so."""
OF_FILES = ("content", "thumbnail", "poster", "info", "subtitles")


def templates(context: type, root: str) -> Iterator[tuple[str, str]]:
    """The templates of URLs that lead to a `context`, each with the type of the node it is of.

    None where the table does not know the class.
    """
    if issubclass(context, Own):
        yield context.path, "site"
    elif context is Absent:
        yield from ((each, "mfile") for each in _nodes("mfile", root) if each.endswith("{path}"))
    elif issubclass(context, Node):
        yield from ((each, context.type) for each in _nodes(context.type, root))
    elif context in BELOW or context in FACETS.values():
        yield from _facets(context, root)


def _nodes(type: str, root: str) -> tuple[str, ...]:
    return NODES[root].get(type, ())


def _facets(context: type, root: str) -> Iterator[tuple[str, str]]:
    facet, rest = BELOW.get(context, (context, ""))
    below = f"/-/{facet.name}/{rest}".rstrip("/")
    for type in NODES["site"]:
        if type in facet.types:
            yield from ((each.rstrip("/") + below, type) for each in _nodes(type, root))


def noun(context: type) -> str:
    """The group in which people look for it."""
    if context is Absent:
        return NOUNS["mfile"]
    if issubclass(context, Node):
        return NOUNS[context.type]
    facet, _ = BELOW.get(context, (context, ""))
    name = getattr(facet, "name", NOUNS["site"])
    return NOUNS["mfile"] if name in OF_FILES else "site" if name == "health" else str(name)
