"""The reader's choice of a language, which a cookie keeps for a year."""

from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED

from mserve.errors import BadInput
from mserve.views.html.forms import check_origin, field
from mserve.views.html.languages import COOKIE, NAMES
from mserve.views.html.login import onward
from mserve.views.html.static import mounted

YEAR = 31_536_000  # seconds


def choose(request: Any) -> Response:
    """Keeps the choice, and leads back to the page on which it was made."""
    check_origin(request)
    language = field(request, "language")
    if language not in NAMES:
        raise BadInput(f"no page is written in {language!r}, but in {', '.join(NAMES)}")
    answer = HTTPSeeOther(f"{request.host_url}{onward(field(request, 'next')) or '/'}")
    answer.set_cookie(
        COOKIE, language, max_age=YEAR, path=mounted(request) or "/", samesite="Lax", httponly=True,
        secure=request.scheme == "https",
    )  # fmt: skip
    return answer


def includeme(config: Configurator) -> None:
    config.add_route("language", "/-/language", factory=lambda request: None, keyless=True)
    config.add_view(
        choose, route_name="language", request_method="POST", permission=NO_PERMISSION_REQUIRED
    )
