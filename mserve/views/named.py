"""Names of views, told to the server that counts requests (mserve/answered.py)."""

from typing import Any

from pyramid.config import Configurator

from mserve.answered import PYRAMID, answered, name_of


def deriver(view: Any, info: Any) -> Any:
    """Wraps all views but those of errors, which answer for the view that has failed."""
    if info.exception_only:
        return view
    name = name_of(info.original_view)

    def named(context: Any, request: Any) -> Any:
        answered(request.environ, name, PYRAMID)
        return view(context, request)

    return named


def includeme(config: Configurator) -> None:
    config.add_view_deriver(deriver, name="named")
