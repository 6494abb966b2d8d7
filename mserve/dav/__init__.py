"""THE WEBDAV DOOR: the same tree as a drive (RFC 4918)."""

from pyramid.config import Configurator

from mserve.dav.provider import Provider


def includeme(config: Configurator) -> None:
    config.registry.dav = Provider()
    config.include("mserve.dav.config")
    config.include("mserve.dav.refusing")
    config.scan("mserve.dav")
