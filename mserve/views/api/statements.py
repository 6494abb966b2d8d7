"""REST of statements: of nodes, keys and users, with the entries that they came from."""

from typing import Any

from pyramid.response import Response

from mserve.people import OWN
from mserve.resources.key_parts import KeyEntries, KeyStatement
from mserve.resources.roles import Permission
from mserve.resources.statement_places import OwnEntries, OwnStatement, UserEntries, UserStatement
from mserve.resources.usage_facets import StatementEntries, StatementFacet
from mserve.views import key_rights, people
from mserve.views.config import rest
from mserve.views.statement import Of, answer, entries, of_key, of_node, of_user
from mserve.views.urls import url

GIVES = {200: ("Statement", "Table"), 304: None}
QUERY = ("month", "format")


@rest(context=StatementFacet, method="GET", permission=Permission.USAGE, gives=GIVES, query=QUERY)
def state(context: StatementFacet, request: Any) -> Any:
    """What was used in a `month` (2026-11), as it is billed from; the present one so far.

    A month is closed one day after its end, and its statement does not change any more: what comes
    later counts in the next one. `digest` is over all `entries` that it came from.
    """
    return answer(request, of_node(request, context.node))


@rest(context=StatementEntries, method="GET", permission=Permission.USAGE,
      gives="Lines", query=("month",))  # fmt: skip
def list_entries(context: StatementEntries, request: Any) -> Response:
    """The entries that a statement came from, each one line of JSON, in the order of its digest.

    The digest of no entries is empty; that of some is the SHA-256, in hex, of the digest of those
    before the last one, and the last one's line, one after the other. `accounts` has the ids of
    the places and keys that an entry counts for.
    """
    return entries(request, of_node(request, context.node))


@rest(context=KeyStatement, method="GET", permission=Permission.DELEGATE, gives=GIVES, query=QUERY)
def state_key(context: KeyStatement, request: Any) -> Any:
    """What was used through a key, and those made from it, in a `month`. As for a place."""
    return answer(request, seen_key(request, context))


@rest(context=KeyEntries, method="GET", permission=Permission.DELEGATE, gives="Lines",
      query=("month",))  # fmt: skip
def list_entries_of_key(context: KeyEntries, request: Any) -> Response:
    """The entries that a key's statement came from. As for a place."""
    return entries(request, seen_key(request, context.statement))


def seen_key(request: Any, place: Any) -> Of:
    """Of which key, if who asks may see it; raises Refused."""
    key_rights.check_seen(request, place.key)
    return of_key(request, place.key)


@rest(context=UserStatement, method="GET", permission=Permission.ADMIN, gives=GIVES, query=QUERY)
def state_user(context: UserStatement, request: Any) -> Any:
    """What a user has used in a `month`. As for a place."""
    return answer(request, of_place(request, context))


@rest(context=UserEntries, method="GET", permission=Permission.ADMIN, gives="Lines",
      query=("month",))  # fmt: skip
def list_entries_of_user(context: UserEntries, request: Any) -> Response:
    """The entries that a user's statement came from. As for a place."""
    return entries(request, of_place(request, context.statement))


def of_place(request: Any, place: Any) -> Of:
    return of_user(place.user, url(request, place.__parent__))


@rest(context=OwnStatement, method="GET", permission=OWN, gives=GIVES, query=QUERY)
def state_own(context: OwnStatement, request: Any) -> Any:
    """What one has used oneself in a `month`. As for a place."""
    return answer(request, own(request, context))


@rest(context=OwnEntries, method="GET", permission=OWN, gives="Lines", query=("month",))
def list_own_entries(context: OwnEntries, request: Any) -> Response:
    """The entries that one's own statement came from. As for a place."""
    return entries(request, own(request, context.statement))


def own(request: Any, place: Any) -> Of:
    return of_user(people.me(request), url(request, place.__parent__))
