"""The page of quotas: each with a bar, and a form for who gives them."""

from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.response import Response

from mserve.errors import BadInput
from mserve.people import OWN
from mserve.resources import limiting
from mserve.resources.limiting import Change
from mserve.resources.people_places import OwnQuotas
from mserve.resources.roles import Permission
from mserve.resources.service_facets import QuotasFacet
from mserve.resources.user_places import UserQuotas
from mserve.views import people, quotas
from mserve.views.api import quotas as door
from mserve.views.config import page
from mserve.views.html import amounts
from mserve.views.html.flash import flash
from mserve.views.html.forms import field, fields, form
from mserve.views.urls import facet_url

DIGITS = 19
BYTES = ("disc_space", "ingest", "access")
"""Quotas on bytes, which may be typed as 10 GiB."""


@page(context=QuotasFacet, permission=Permission.USAGE, template="quotas.jinja2")
def show(context: QuotasFacet, request: Any) -> dict[str, Any]:
    """What a container or service may use."""
    node = context.node
    above = Permission.ADD_CONTAINER if node.type == "container" else Permission.ADD_SERVICE
    return {
        **quotas.of_node(node),
        "node": node,
        "name": node.__name__,
        "here": facet_url(request, node, "quotas"),
        "beyond": [("quotas", facet_url(request, node, "quotas"))],
        "sets": bool(request.has_permission(above, node)),
        "written": amounts.written,
    }


@page(context=UserQuotas, permission=Permission.ADMIN, template="quotas.jinja2")
def show_user(context: UserQuotas, request: Any) -> dict[str, Any]:
    """What a user may use."""
    site, user = people.site_of(context), context.user
    own = facet_url(request, site, "users", user.id)
    way = [("users", facet_url(request, site, "users")), (user.name, own)]
    return {
        **quotas.of_user(site, user),
        "node": site,
        "name": user.called,
        "here": f"{own}/quotas",
        "beyond": [*way, ("quotas", f"{own}/quotas")],
        "sets": True,
        "written": amounts.written,
    }


@page(context=OwnQuotas, permission=OWN, template="quotas.jinja2")
def show_own(context: OwnQuotas, request: Any) -> dict[str, Any]:
    """What one may use oneself."""
    site, user = people.site_of(context), people.me(request)
    account = facet_url(request, site, "account")
    return {
        **quotas.of_user(site, user),
        "node": site,
        "name": user.called,
        "here": f"{account}/quotas",
        "beyond": [("account", account), ("quotas", f"{account}/quotas")],
        "sets": False,
    }


@form(context=QuotasFacet, do="limit", permission=Permission.ADD_SERVICE)
def limit(context: QuotasFacet, request: Any) -> Response:
    """Sets all limits of a container or service."""
    door.set_limits(request, context.node, asked(request))
    return flash(request, HTTPSeeOther(facet_url(request, context.node, "quotas")), "saved")


@form(context=UserQuotas, do="limit", permission=Permission.ADMIN)
def limit_user(context: UserQuotas, request: Any) -> Response:
    """Sets all limits of a user."""
    site, user = people.site_of(context), context.user
    limiting.limit_user(site, user, *asked(request))
    onward = HTTPSeeOther(facet_url(request, site, "users", user.id, "quotas"))
    return flash(request, onward, "saved")


def asked(request: Any) -> list[Change]:
    """The limits in the form's fields, as `ingest-hard`; an empty one is none. Raises BadInput."""
    limits: dict[str, dict[str, Any]] = {
        name: {kind: _limit(name, field(request, f"{name}-{kind}")) for kind in quotas.KINDS}
        for name in quotas.METRICS
    }
    limits["disc_space"]["counts"] = fields(request).get("counts", [])
    return quotas.asked({"quotas": limits})


def _limit(name: str, text: str) -> int | None:
    return amounts.read(text) if name in BYTES else _number(text)


def _number(text: str) -> int | None:
    digits = text.strip()
    if not digits:
        return None
    if not digits.isascii() or not digits.isdigit() or len(digits) > DIGITS:
        raise BadInput(f"{text:.40}: a limit is a whole number, or empty")
    return int(digits)
