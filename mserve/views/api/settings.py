"""REST of the settings in force, for the site's administrators."""

from typing import Any

from mserve.resources.roles import Permission
from mserve.resources.site_facets import SettingsFacet
from mserve.views import settings_told
from mserve.views.config import rest
from mserve.views.json import Json


@rest(context=SettingsFacet, method="GET", permission=Permission.ADMIN, gives="SettingLines")
def listing(context: SettingsFacet, request: Any) -> Json:
    """Each line of the ini, its value in this web process, and where that has come from.

    `value` is null where it is a secret; passwords in addresses are left out.
    """
    found = settings_told.told(request.registry.mserve_lines)
    return {"items": [{**each._asdict(), "secret": each.value is None} for each in found]}
