"""The web server that is gone to."""

from tests.unit.tasks.library.conftest import web

__all__ = ["web"]
