"""The page of the settings in force, for the site's administrators."""

from typing import Any

from mserve.resources.roles import Permission
from mserve.resources.site_facets import SettingsFacet
from mserve.views.api import settings as door
from mserve.views.config import page
from mserve.views.urls import facet_url


@page(context=SettingsFacet, permission=Permission.ADMIN, template="settings.jinja2")
def listing(context: SettingsFacet, request: Any) -> dict[str, Any]:
    """Each line; those that are set first."""
    items = door.listing(context, request)["items"]
    return {
        "own": [each for each in items if each["source"] != "default"],
        "others": [each for each in items if each["source"] == "default"],
        "node": context.node,
        "here": facet_url(request, context.node, "settings"),
    }
