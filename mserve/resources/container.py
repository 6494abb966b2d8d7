"""Container: groups the services of a provider."""

from mserve.resources.node import Branch


class Container(Branch):
    type = "container"
