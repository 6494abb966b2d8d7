"""REST of quotas: what a container, a service or a user may use; who gives it sets them."""

from typing import Any

from mserve.people import OWN
from mserve.resources import limiting
from mserve.resources.people_places import OwnQuotas
from mserve.resources.roles import Permission
from mserve.resources.service_facets import QuotasFacet
from mserve.resources.user_places import UserQuotas
from mserve.views import people, quotas
from mserve.views.body import document
from mserve.views.config import rest
from mserve.views.receive import need


@rest(context=QuotasFacet, method="GET", permission=Permission.USAGE, gives="Quotas")
def show(context: QuotasFacet, request: Any) -> Any:
    """Each quota with its limits, what is used, and when a monthly one begins anew."""
    return quotas.of_node(context.node)


@rest(context=QuotasFacet, method="PATCH", permission=Permission.ADD_SERVICE,
      takes="QuotaChange", gives="Quotas")  # fmt: skip
def change(context: QuotasFacet, request: Any) -> Any:
    """Sets limits, `hard` or `soft`, by a JSON merge patch; null takes one away.

    It is for who administers what is above: the container of a service, the site of a container.
    """
    set_limits(request, context.node, quotas.asked(document(request)))
    return quotas.of_node(context.node)


def set_limits(request: Any, node: Any, changes: list[limiting.Change]) -> None:
    """Raises HTTPForbidden where the key does not administer what is above."""
    if node.type == "container":
        need(request, Permission.ADD_CONTAINER, node)
    limiting.limit_node(node, *changes)


@rest(context=UserQuotas, method="GET", permission=Permission.ADMIN, gives="Quotas")
def show_user(context: UserQuotas, request: Any) -> Any:
    """As of a container or service: what counts is what the user has asked for."""
    return quotas.of_user(people.site_of(context), context.user)


@rest(context=OwnQuotas, method="GET", permission=OWN, gives="Quotas")
def show_own(context: OwnQuotas, request: Any) -> Any:
    """One's own, as who administers the site has set them."""
    return quotas.of_user(people.site_of(context), people.me(request))


@rest(context=UserQuotas, method="PATCH", permission=Permission.ADMIN,
      takes="QuotaChange", gives="Quotas")  # fmt: skip
def change_user(context: UserQuotas, request: Any) -> Any:
    """Sets limits, as of a container or service."""
    site = people.site_of(context)
    limiting.limit_user(site, context.user, *quotas.asked(document(request)))
    return quotas.of_user(site, context.user)
