"""The tree as WsgiDAV sees it: thin wrappers over nodes, whose hooks ask what the asker may.

What may not be seen is not there. Each hook does all of its request's work, in the request's
transaction: a tree moves as a whole or not at all.
"""

from collections.abc import Callable
from typing import Any

from wsgidav.dav_provider import DAVCollection, DAVNonCollection, DAVProvider

from mserve.dav import moving
from mserve.dav.paths import href, joined, node_at, split
from mserve.resources.clock import SECOND
from mserve.resources.mfile import Mfile
from mserve.resources.roles import Permission
from mserve.undo.history import path_of

REQUEST = "mserve.request"
FAULT = "mserve.fault"
CREATED = "mserve.created"
"""In the environ: the request; what a hook raised, as WsgiDAV would make 500 of it; whether the
destination of a copy is new, as WsgiDAV does not say."""


class Provider(DAVProvider):  # type: ignore[misc]  # WsgiDAV has no types
    """Finds resources below the client's own root."""

    def __init__(self) -> None:
        super().__init__()
        self.set_share_path("/")

    def get_resource_inst(self, path: str | None, environ: dict[str, Any]) -> Any:
        """None where nothing is to be seen, as above the root, whose parent WsgiDAV asks for."""
        if path is None:
            return None
        request = environ[REQUEST]
        node = node_at(request, split(path))
        if node is None or not request.has_permission(Permission.VIEW, node):
            return None
        return (File if isinstance(node, Mfile) else Collection)(path, environ, node)

    def resolve_provider(self, path: str) -> tuple[str, "Provider"]:
        """There is no other, for a Destination either."""
        return "/", self


class Resource:
    """What files and collections have in common."""

    path: str
    environ: dict[str, Any]

    def __init__(self, path: str, environ: dict[str, Any], node: Any) -> None:
        super().__init__(path, environ)  # type: ignore[call-arg]  # WsgiDAV's class comes after
        self.node = node
        self.request = environ[REQUEST]

    def get_display_name(self) -> str:
        return self.node.__name__ or ""

    def get_href(self) -> str:
        return href(self.request, self.node)

    def get_ref_url(self) -> str:
        """The same by whatever key it is reached."""
        return path_of(self.node) + ("/" if self.is_collection else "")  # type: ignore[attr-defined]  # WsgiDAV's

    def get_creation_date(self) -> float:
        return float(self.node.created / SECOND)

    def get_last_modified(self) -> float:
        return float(self.node.modified / SECOND)

    def handle_delete(self) -> bool:
        return self._done(lambda: moving.remove(self.request, self.node))

    def handle_move(self, dest_path: str) -> bool:
        return self._done(lambda: moving.move(self.request, self.node, split(dest_path)))

    def handle_copy(self, dest_path: str, *, depth_infinity: bool) -> bool:
        names = split(dest_path)
        return self._done(lambda: moving.copy(self.request, self.node, names, whole=depth_infinity))

    def _done(self, act: Callable[[], Any]) -> bool:
        """`act` says whether it has made what was not there."""
        try:
            self.environ[CREATED] = act()
        except Exception as fault:
            self.environ[FAULT] = fault
            raise
        return True


class File(Resource, DAVNonCollection):  # type: ignore[misc]  # WsgiDAV has no types
    def get_content_length(self) -> int:
        return int(self.node.content.size)

    def get_content_type(self) -> str:
        return str(self.node.mimetype)

    def get_content(self) -> Any:
        """Bytes go another way, that of REST."""
        raise NotImplementedError

    def get_etag(self) -> str:
        return str(self.node.etag)

    def support_etag(self) -> bool:
        return True

    def support_ranges(self) -> bool:
        return True


class Collection(Resource, DAVCollection):  # type: ignore[misc]  # WsgiDAV has no types
    def get_member_names(self) -> list[str]:
        allowed = self.request.has_permission
        return [
            joined((name,))[1:]
            for name, child in self.node.children.items()
            if allowed(Permission.VIEW, child)
        ]

    def get_member(self, name: str) -> Any:
        path = f"{self.path.rstrip('/')}/{name}"
        return self.provider.get_resource_inst(path, self.environ)

    def create_collection(self, name: str) -> None:
        moving.make_folder(self.request, self.node, split(name)[0])

    def support_etag(self) -> bool:
        return False

    def get_etag(self) -> None:
        return None
