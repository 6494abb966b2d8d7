"""What a key may do on the drive, in words for programs."""

from mserve.resources.roles import Permission

WAYS = {
    "read": Permission.READ,
    "add": Permission.ADD,
    "change": Permission.WRITE,
    "remove": Permission.REMOVE,
}
"""Each with the permission that it takes."""
METHODS = {
    "read": ("OPTIONS", "PROPFIND", "GET"),
    "add": ("PUT", "MKCOL"),
    "change": ("PUT", "MOVE", "LOCK", "UNLOCK"),
    "remove": ("DELETE",),
}
"""The methods that a key with a caveat of them needs for it (docs/webdav.md)."""
