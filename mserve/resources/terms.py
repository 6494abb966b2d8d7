"""Terms: the caveats of keys in the words of JSON, read, shown and compared."""

from collections.abc import Callable, Mapping
from ipaddress import ip_network
from typing import Any, NamedTuple

from mserve.errors import BadDocument, BadInput
from mserve.resources import clock
from mserve.resources.caveats import Caveats, Network
from mserve.resources.properties import whole
from mserve.resources.roles import ROLES, Permission

LARGEST = 1 << 62
METHODS = (
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "PROPPATCH", "MKCOL",
    "COPY", "MOVE", "LOCK", "UNLOCK", "REPORT",
)  # fmt: skip
SEVERAL = 64  # networks
EXAMPLES = "192.0.2.0/24 and 2001:db8::/32"


class Term(NamedTuple):
    """How a caveat is read from JSON, shown in it, and when the first of two is no wider."""

    read: Callable[[Any], Any]
    show: Callable[[Any], Any]
    narrows: Callable[[Any, Any], bool]


def _permissions(value: Any) -> frozenset[Permission]:
    return frozenset(map(Permission, _among(value, [*Permission])))


def _methods(value: Any) -> frozenset[str]:
    return frozenset(_among(value, METHODS))


def _among(value: Any, known: Any) -> list[str]:
    fits = isinstance(value, list) and all(isinstance(each, str) for each in value)
    if not fits or not value or not {*value} <= {*known}:
        raise BadInput(f"should be a list of some of these: {', '.join(known)}")
    return list(value)


def _networks(value: Any) -> tuple[str, ...]:
    fits = isinstance(value, list) and all(isinstance(each, str) for each in value)
    if not fits or not 0 < len(value) <= SEVERAL:
        raise BadInput(f"should be a list of 1 to {SEVERAL} networks, as {EXAMPLES}")
    return tuple(str(_network(each)) for each in value)


def _network(text: str) -> Network:
    try:
        return ip_network(text)
    except ValueError as fault:
        raise BadInput(f"{fault}; right are {EXAMPLES}") from None


def _id(value: Any) -> str:
    if not isinstance(value, str) or len(value) != 32 or not {*value} <= {*"0123456789abcdef"}:
        raise BadInput("should be the id of a node: 32 hex digits")
    return value


def _node_narrows(new: str, old: str) -> bool:
    return new == old  # whether a node is below another is the tree's to say


def _nets_narrow(new: tuple[str, ...], old: tuple[str, ...]) -> bool:
    wide = [ip_network(each) for each in old]
    nets = [ip_network(each) for each in new]
    return all(
        any(net.version == each.version and net.subnet_of(each) for each in wide)  # type: ignore[arg-type]  # of one version, as tested
        for net in nets
    )


def _as_it_is(value: Any) -> Any:
    return value


def _less(new: Any, old: Any) -> bool:
    return bool(new <= old)


NUMBER = Term(whole(0, LARGEST), _as_it_is, _less)
TERMS: Mapping[str, Term] = {
    "permissions": Term(_permissions, sorted, _less),
    "node": Term(_id, _as_it_is, _node_narrows),
    "start": Term(clock.parse, clock.rfc3339, lambda new, old: bool(new >= old)),
    "end": Term(clock.parse, clock.rfc3339, _less),
    "methods": Term(_methods, sorted, _less),
    "networks": Term(_networks, list, _nets_narrow),
    "accessspeed": Term(whole(1, 1 << 40), _as_it_is, _less),
    "bytes_in": NUMBER,
    "bytes_out": NUMBER,
    "uses": NUMBER,
}
"""All but the password, which is never shown, and cannot be appended."""


def parse(document: Any) -> Caveats:
    """The caveats of a JSON object; raises BadDocument with all faults."""
    if not isinstance(document, dict):
        raise BadDocument([("", "should be a JSON object of caveats")])
    faults: list[tuple[str, str]] = []
    found = {}
    for name, value in document.items():
        try:
            found[name] = _term(name).read(value)
        except BadInput as fault:
            faults.append((f"/{name}", str(fault)))
    if faults:
        raise BadDocument(faults)
    return _short(found)


def _term(name: str) -> Term:
    if name == "renditions":
        return Term(only_renditions, _as_it_is, _less)
    if name not in TERMS:
        raise BadInput(f"is no caveat; there are: renditions, {', '.join(TERMS)}")
    return TERMS[name]


def only_renditions(value: Any) -> bool:
    if value is not True:
        raise BadInput("should be true, or left out")
    return True


def _short(found: dict[str, Any]) -> Caveats:
    """`renditions` is short for the permissions of the role of that name."""
    if found.pop("renditions", False):
        allowed = found.get("permissions", ROLES["renditions"])
        found["permissions"] = allowed & ROLES["renditions"]
    return Caveats(**found)


def show(caveats: Caveats) -> dict[str, Any]:
    """Those there are, in JSON; of a password only that there is one."""
    found = {
        name: term.show(getattr(caveats, name))
        for name, term in TERMS.items()
        if getattr(caveats, name) is not None
    }
    return found | ({"password": True} if caveats.password is not None else {})


def narrows(new: Caveats, old: Caveats) -> bool:
    """Whether `new` is nowhere wider than `old`."""
    same = old.password is None or new.password == old.password
    return same and all(
        _no_wider(term, getattr(new, name), getattr(old, name)) for name, term in TERMS.items()
    )


def _no_wider(term: Term, new: Any, old: Any) -> bool:
    return old is None or (new is not None and term.narrows(new, old))
