"""JSON Schemas of people: login, account, tokens, and users as their administrator sees them."""

from mserve.people.passwords import LONGEST, SHORTEST
from mserve.resources.service_request import LONGEST as LONGEST_WORDS
from mserve.resources.user import DISPLAY
from mserve.views.key_schemas import CAVEATS
from mserve.views.schema_words import (
    FLAG,
    ID,
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
)  # fmt: skip

PASSWORD: Schema = {"type": "string", "maxLength": 4096, "format": "password"}
NEW_PASSWORD: Schema = {**PASSWORD, "minLength": SHORTEST, "maxLength": LONGEST}
NAME: Schema = {"type": "string", "minLength": 1, "maxLength": 64, "examples": ["anna"]}
EMAIL: Schema = {"type": "string", "maxLength": 254, "examples": ["anna@example.com"]}
DISPLAYED: Schema = {"type": "string", "maxLength": DISPLAY}
CODE: Schema = {"type": "string", "maxLength": 64, "description": "Of the authenticator, or one "
                "of the recovery codes"}  # fmt: skip
CHILD: Schema = {"type": "string", "minLength": 1, "maxLength": 255, "examples": ["scans"]}
WORDS: Schema = {"type": "string", "minLength": 1, "maxLength": LONGEST_WORDS}
TOKEN_CAVEATS = {name: may(null(schema)) for name, schema in CAVEATS.items()}

PEOPLE: dict[str, Schema] = {
    "Person": fields(
        id=ID, name=TEXT, email=null(TEXT), display=TEXT, created=TIME, last_login=null(TIME),
        second_factor=FLAG,
    ),
    "LoginState": fields(user=null(ref("Person")), csrf=TEXT),
    "Credentials": closed(name=SHORT, password=PASSWORD, code=may(null(CODE))),
    "Account": fields("Person", recovery_codes=WHOLE, services=array(ref("OwnService"))),
    "OwnService": fields(name=TEXT, url=URL, role=TEXT),
    "AccountChange": closed(
        display=may(null(DISPLAYED)), email=may(null(EMAIL)), password=may(null(PASSWORD)),
    ),
    "PasswordChange": closed(old=PASSWORD, new=NEW_PASSWORD),
    "FactorBegin": closed(password=PASSWORD, remove=may(null(FLAG))),
    "FactorBegun": fields(secret=TEXT, uri=TEXT),
    "FactorCode": closed(code=CODE),
    "RecoveryCodes": fields(codes=array(TEXT)),
    "LoginSession": fields(
        id=SHA256, begun=TIME, seen=TIME, address=TEXT, agent=TEXT, current=FLAG,
    ),
    "LoginSessions": fields(items=array(ref("LoginSession"))),
    "ApiToken": fields(id=ID, label=TEXT, caveats=ref("Caveats"), created=TIME),
    "ApiTokens": fields(items=array(ref("ApiToken"))),
    "MadeApiToken": fields("ApiToken", token=TEXT),
    "NewApiToken": closed(label=SHORT, **{**TOKEN_CAVEATS, "end": TIME}),
    "KeptKey": fields("Key", called=TEXT),
    "KeptKeys": fields(items=array(ref("KeptKey"))),
    "KeyToKeep": closed(key=SHORT, label=may(null(SHORT))),
    "KeptKeyChange": closed(label=SHORT),
    "ResetRequest": closed(name=SHORT),
    "ChosenPassword": closed(password=NEW_PASSWORD),
    "User": fields("Person", disabled=null(TIME), has_password=FLAG, identities=WHOLE, keys=WHOLE,
                   tokens=WHOLE, url=URL),
    "Users": page("User"),
    "NewUser": closed(name=NAME, email=EMAIL, display=may(null(DISPLAYED))),
    "UserChange": closed(
        display=may(null(DISPLAYED)), email=may(null(EMAIL)), disabled=may(null(FLAG)),
    ),
    "Offer": fields(name=TEXT, url=URL),
    "Offers": page("Offer"),
    "NewServiceRequest": closed(name=CHILD, reason=WORDS),
    "ServiceRequest": fields(
        id=ID, url=URL, state=one_of("open", "accepted", "rejected", "withdrawn"), name=TEXT,
        reason=TEXT, word=TEXT, user=TEXT, container=TEXT, created=TIME, ended=null(TIME),
        service=null(URL),
    ),
    "ServiceRequests": page("ServiceRequest"),
    "RequestAnswer": closed(
        accept=may(null({"const": True})), reject=may(null(WORDS)), name=may(null(CHILD)),
    ),
    "UserResetRequest": closed(second_factor=may(null(FLAG))),
}  # fmt: skip
