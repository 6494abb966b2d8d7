"""Places of uploads in chunks: `/-/dav/uploads/<user>/<upload>/<chunk>`, as Nextcloud has them.

    MKCOL  …/<upload>           begins one; Destination says where the file is to be
    PUT    …/<upload>/<chunk>   a chunk
    PROPFIND …/<upload>         which have come
    MOVE   …/<upload>/.file     makes the file, at Destination
    DELETE …/<upload>           gives it up

https://docs.nextcloud.com/server/latest/developer_manual/client_apis/WebDAV/chunking.html

They are no nodes: what may be done at them is what may be done where the file is to be. That MOVE
is a PUT to its Destination, whose body has come before.
"""

from typing import Any

from pyramid.httpexceptions import HTTPNotFound
from pyramid.traversal import decode_path_info

from mserve.dav.paths import destination
from mserve.resources.deposit import Reach
from mserve.resources.mfile import Mfile
from mserve.resources.roles import Permission
from mserve.security import Identity, forget_identity
from mserve.views.absent import Hidden
from mserve.views.drives import CHUNKED
from mserve.views.traversal import descend, virtual_root

FILE = ".file"
ASSEMBLED = "mserve.assembled"
"""In the environ of a PUT: the name of the upload whose chunks are its body."""
FILES, UPLOADS = "/-/dav/files/", "/-/dav/uploads/"


class _Place:
    reach = Reach.ANY

    def __init__(self, parent: Any, name: str) -> None:
        self.__parent__ = parent
        self.__name__ = name


class UploadFolder(_Place):
    """An upload, that its owner calls `__name__`; above it is where the file is to be."""


class ChunkPlace(_Place):
    """A chunk of the upload above it, which has come or may come."""


def found(request: Any, root: Any) -> Any:
    """The context of a request below `/-/dav/uploads/<user>/`; None: it is one for a file now.

    Raises HTTPNotFound, URLDecodeError, and what `destination` does.
    """
    names = tuple(map(decode_path_info, request.environ[CHUNKED]))
    if request.method == "MOVE" and names[1:] == (FILE,):
        return _turn(request, names[0])
    if len(names) not in (1, 2):
        raise HTTPNotFound()
    folder = UploadFolder(_above(request, root), names[0])
    return folder if len(names) == 1 else ChunkPlace(folder, names[1])


def _turn(request: Any, name: str) -> None:
    """Makes the request a PUT to its Destination."""
    names = target(request)
    environ = request.environ
    del environ[CHUNKED]
    environ[ASSEMBLED] = name
    environ["REQUEST_METHOD"] = "PUT"
    if request.headers.get("Overwrite", "T").strip().upper() == "F":
        request.headers["If-None-Match"] = "*"
    environ["SCRIPT_NAME"] = files_of(environ["SCRIPT_NAME"])
    request.path_info = f"/{'/'.join(names)}"
    request.__dict__.pop("application_url", None)
    forget_identity(request)  # it was judged as a MOVE


def target(request: Any) -> tuple[str, ...]:
    """The names that Destination leads to, below the client's root of files."""
    return destination(request, files_of(request.script_name))


def files_of(script_name: str) -> str:
    """Where the files are of whose uploads are at `script_name`."""
    above, _, user = script_name.rpartition(UPLOADS)
    return f"{above}{FILES}{user}"


def _above(request: Any, root: Any) -> Any:
    """Where the file is to be; where that was not said, the node of a key that may add files."""
    if "Destination" in request.headers:
        return place_of(request, root)
    grants = () if request.identity is None else request.identity.grants
    adding = (each for each in grants if Permission.ADD in each.allowed)
    return next((each.root for each in (*adding, *grants)), root)


def place_of(request: Any, root: Any) -> Any:
    """What is at Destination, as a PUT of the asker's would find it."""
    place = descend(virtual_root(request, root), target(request))
    identity = request.identity
    alone = identity is not None and any(grant.own_only for grant in identity.grants)
    return Hidden(place) if alone and isinstance(place, Mfile) else place


def owner_of(identity: Identity) -> str:
    """Whose the uploads are: an attenuated key or token does not see those of the whole one."""
    names = {grant.links[0].name for grant in identity.grants}
    return " ".join((identity.actor, *(names if len(names) == 1 else ())))
