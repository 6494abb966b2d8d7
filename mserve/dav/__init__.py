"""THE WEBDAV DOOR: the same tree as a drive (RFC 4918)."""

from pyramid.config import Configurator

from mserve.dav.provider import Provider
from mserve.dav.uploads import found


def includeme(config: Configurator) -> None:
    config.registry.dav = Provider()
    config.registry.chunked = found
    config.include("mserve.dav.config")
    config.include("mserve.dav.refusing")
    config.scan("mserve.dav")
