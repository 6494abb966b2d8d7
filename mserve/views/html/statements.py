"""The pages of statements, to be printed; or their tables."""

from functools import partial
from typing import Any

from mserve.people import OWN
from mserve.resources.key_parts import KeyStatement
from mserve.resources.roles import Permission
from mserve.resources.statement_places import OwnStatement, UserStatement
from mserve.resources.usage_facets import StatementFacet
from mserve.views import people, statement
from mserve.views.api import statements as api
from mserve.views.chart import label
from mserve.views.config import page
from mserve.views.html.chart_words import sayer
from mserve.views.urls import facet_url, url

TEMPLATE = "statement.jinja2"
WORDS = {"node": "", "key": "What was used through the key", "user": "What was used by"}


@page(context=StatementFacet, permission=Permission.USAGE, template=TEMPLATE)
def of_node(context: StatementFacet, request: Any) -> Any:
    return _page(request, context, context.node, statement.of_node(request, context.node))


@page(context=KeyStatement, permission=Permission.DELEGATE, template=TEMPLATE)
def of_key(context: KeyStatement, request: Any) -> Any:
    return _page(request, context, context.key.__parent__, api.seen_key(request, context))


@page(context=UserStatement, permission=Permission.ADMIN, template=TEMPLATE)
def of_user(context: UserStatement, request: Any) -> Any:
    return _page(request, context, people.site_of(context), api.of_place(request, context))


@page(context=OwnStatement, permission=OWN, template=TEMPLATE)
def of_oneself(context: OwnStatement, request: Any) -> Any:
    site = people.site_of(context)
    account = ("account", facet_url(request, site, "account"))
    return _page(request, context, site, api.own(request, context), account)


def _page(request: Any, place: Any, node: Any, of: statement.Of, *way: tuple[str, str]) -> Any:
    """The statement `of` something that is at `node`; way: what leads to it from there."""
    if "format" in request.GET:
        return statement.answer(request, of)
    number = statement.month_of(request)
    near = {"before": number - 1, "after": number + 1}
    return {
        "node": node,
        "here": url(request, place),
        "beyond": [*way, ("statement", url(request, place))],
        "label": partial(label, say=sayer(request)),
        "told": statement.statement(request, of),
        "whose": f"{WORDS[of.kind]} {of.name or of.id[:8]}" if WORDS[of.kind] else "",
        **{name: f"{each // 12}-{each % 12 + 1:02}" for name, each in near.items()},
    }
