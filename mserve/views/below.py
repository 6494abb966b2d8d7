"""What is reached through a facet, and where below it: templates (RFC 6570)."""

from mserve.resources.facet import Facet
from mserve.resources.facets import History, HistoryEntry, Jobs, Keys
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
from mserve.resources.user_places import (
    UserKeys,
    UserPlace,
    UserQuotas,
    UserReset,
    UsersFacet,
    UserUsage,
)
from mserve.views.absent import AbsentProfile, AbsentWorkflow

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
"""By class: the facet, and the rest of the URL."""
