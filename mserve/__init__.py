"""mserve: a content service for service providers."""

from typing import Any


def main(global_config: dict[str, str], **lines: str) -> Any:
    """The WSGI application of an ini file: the table of contents of the web process.

    Pyramid is imported here, not above: the storage server and the workers do without it.
    """
    from pyramid.config import Configurator

    from mserve.settings import Settings
    from mserve.views.express import Express

    settings, told = Settings.parse(lines), dict(lines)
    lines |= {
        "zodbconn.uri": settings.database,
        "jinja2.i18n.domain": "mserve",
        "jinja2.newstyle": "true",
        "tm.manager_hook": "mserve.views.retry.manager",
        "tm.annotate_user": "false",
        "tm.commit_veto": "pyramid_tm.default_commit_veto",
        "retry.attempts": "10",
        "retry.activate_hook": "mserve.views.retry.attempts_of",
    }
    with Configurator(settings=lines) as config:
        config.registry.mserve, config.registry.mserve_lines = settings, told
        config.include("pyramid_zodbconn")
        config.include("pyramid_tm")
        config.include("pyramid_retry")
        config.include("pyramid_jinja2")
        config.include("mserve.dav")  # before, as its route comes first
        config.include("mserve.views")
    return Express(config.make_wsgi_app())
