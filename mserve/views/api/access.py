"""Who can reach a node, and why requests are allowed or not, at `<node>/-/access`."""

from collections.abc import Iterator
from itertools import islice
from types import SimpleNamespace
from typing import Any

from mserve.errors import BadInput, Missing
from mserve.resources import clock, terms
from mserve.resources.caveats import Facts, client_address
from mserve.resources.facets import Access
from mserve.resources.key import Key
from mserve.resources.roles import ROLES, Permission
from mserve.security import Grant, Identity
from mserve.security.lineage import ids_above
from mserve.security.own import shows
from mserve.security.policy import judge
from mserve.views import paging
from mserve.views.body import Fields, document, text
from mserve.views.config import rest
from mserve.views.declared import Declared
from mserve.views.json import Json
from mserve.views.traversal import descend, seen
from mserve.views.urls import url
from mserve.views.verdicts import verdict

Reach = tuple[str, Key]


@rest(context=Access, method="GET", permission=Permission.ADMIN,
      gives="Reaches", query=paging.QUERY)  # fmt: skip
def reaches(context: Access, request: Any) -> Json:
    """The keys that can reach this node, those of the nodes above it too, and what each may do.

    `users` keep the key in their profile. Of what the client may not see itself there are neither
    label nor URL.
    """
    limit, after = paging.asked(request)
    found = list(islice(_reaching(context.node, after), limit + 1))
    items = [_reach(request, key) for _, key in found[:limit]]
    return paging.page(request, context, items, found, limit)


def reaching(request: Any, node: Any, limit: int) -> list[Json]:
    """The first `limit` of the keys that can reach the node, and what each may do."""
    return [_reach(request, key) for _, key in islice(_reaching(node, None), limit)]


def _reaching(node: Any, after: str | None) -> Iterator[Reach]:
    """From the node upwards; the cursor is `<steps up>-<key id>`."""
    steps, last = _cursor(after)
    above = ids_above(node)
    for step, each in islice(enumerate(node.lineage()), steps, None):
        items = (each.keys or {}).items() if not last else each.keys.items(last, excludemin=True)
        last = None
        for id, key in items:
            if not key.gone() and _reaches(Grant(key, Facts(clock.now())), node, above):
                yield f"{step}-{id}", key


def _reaches(grant: Grant, node: Any, above: set[str]) -> bool:
    """Whether the chain shows the node, now or at another time."""
    within = Permission.VIEW in grant.allowed and grant.nodes <= above
    return within and (not grant.own_only or shows(grant, node))


def _cursor(after: str | None) -> tuple[int, str | None]:
    steps, dash, last = (after or "0-").partition("-")
    if not dash or not paging.number_like(steps):
        raise BadInput(f"cursor={after:.50} was not given by a page of this listing")
    return int(steps), last or None


def _reach(request: Any, key: Key) -> Json:
    node = key.__parent__
    seen = bool(request.has_permission(Permission.VIEW, node))
    return {
        "key": key.id,
        "label": key.label if seen else None,
        "role": key.role,
        "type": node.type,
        "node": url(request, node) if seen else None,
        "permissions": sorted(key.permissions()),
        "caveats": terms.show(key.caveats),
        "works": key.works(clock.now()),
        "users": sorted(each.name for each in request.site.users.holders(key.id)),
    }


@rest(context=Access, method="POST", permission=Permission.ADMIN,
      takes="Question", gives="Decision")  # fmt: skip
def decision(context: Access, request: Any) -> Json:
    """Whether a request would be allowed, and which key, role or caveat decides.

    Of a `key` by its id, or of a key that had the `role` on this node; `method` (GET), `path` below
    this node, `address` of the client and `time` (now) are those of the request. One verdict for
    each operation that the place has with that method.
    """
    fields = Fields(document(request))
    id, role = fields.take("key", text), fields.take("role", _role)
    method = fields.take("method", _method, "GET")
    names = fields.take("path", _names, ())
    address = fields.take("address", _address)
    moment = fields.take("time", clock.parse, clock.now())
    fields.end()
    if (id is None) == (role is None):
        raise BadInput('name either the id of a "key" or a "role"')
    key = Key(context.node, role) if id is None else _key(context.node, id)
    grant = Grant(key, Facts(moment, method, address))
    verdicts = [
        verdict(grant, *each, method) for each in _operations(request, grant, context, names)
    ]
    return {"allowed": any(each["allowed"] for each in verdicts), "verdicts": verdicts}


def _operations(
    request: Any, grant: Grant, context: Access, names: tuple[str, ...]
) -> list[tuple[Declared, Any]]:
    """The views of the place at that path with the method, and the place."""
    place, method = _place(grant, context.node, names), grant.facts.method
    return [
        (each, place)
        for each in request.registry.declared
        if isinstance(place, each.context)
        and each.method == ("GET" if method == "HEAD" else method)
    ]


def _place(grant: Grant, node: Any, names: tuple[str, ...]) -> Any:
    """Where the path leads; to a PUT of who sees their own uploads alone, there is nothing yet."""
    if not grant.own_only or grant.facts.method != "PUT":
        return descend(node, names)
    asker = SimpleNamespace(identity=Identity("", (grant,)), method="PUT")
    asker.has_permission = lambda permission, at: judge(grant, at, ids_above(at), permission)
    return seen(asker, node, names)


def _key(node: Any, id: str) -> Key:
    for each in node.lineage():
        if id in (each.keys or {}):
            return each.keys[id]  # type: ignore[no-any-return]  # the tree has no types
    raise Missing(f"no key {id:.40} is on this node or on one above it")


def _names(value: Any) -> tuple[str, ...]:
    return tuple(filter(None, text(value).split("/")))


def _role(value: Any) -> str:
    if value not in [*ROLES]:
        raise BadInput(f"should be a role; there are: {', '.join(ROLES)}")
    return str(value)


def _method(value: Any) -> str:
    if value not in terms.METHODS:
        raise BadInput(f"should be a method: {', '.join(terms.METHODS)}")
    return str(value)


def _address(value: Any) -> str:
    if client_address(str(value)) is None:
        raise BadInput("should be an IP address, for example 192.0.2.1 or 2001:db8::1")
    return str(value)
