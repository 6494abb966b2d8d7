"""What a child may be called: any name that is one segment of a URL, but for the facets' `-`."""

import re

from mserve.errors import BadName

FACETS = "-"
LIMIT = 255  # bytes of UTF-8, as on the file systems that people copy from and to
DEPTH = 64  # names in a path that makes folders
AT_ROOT = frozenset({"dav", "k", "robots.txt"})


def check_name(name: object) -> str:
    """`name`, if a child can be called so; raises BadName that says what would be right."""
    if not isinstance(name, str) or not name:
        raise BadName("a name should be a text of at least one character")
    if name in (".", "..", FACETS):
        raise BadName(f"{name!r} is taken by the system; choose another name")
    if "/" in name or "\0" in name:
        raise BadName("a name cannot hold '/' or the NUL character")
    try:
        length = len(name.encode())
    except UnicodeEncodeError:
        raise BadName("a name should be valid Unicode (UTF-8 on the wire)") from None
    if length > LIMIT:
        raise BadName(f"the name has {length} bytes in UTF-8; at most {LIMIT} are allowed")
    return name


LEFTOVERS = re.compile(
    r"\._.*|\.DS_Store|\.TemporaryItems|\.Trashes|\.fseventsd|\.Spotlight-V100"  # macOS
    r"|Thumbs\.db|desktop\.ini|~\$.*"  # Windows, Office
    r"|[0-9A-F]{8}\.tmp|~WR[A-Z][0-9]{4}\.tmp|ppt[0-9A-F]{1,4}\.tmp"  # Excel, Word, PowerPoint
    r"|\.~lock\..*#|\.nfs[0-9a-f]+|\.fuse_hidden[0-9a-f]+|\.davfs\.tmp[0-9a-zA-Z]+",
    re.DOTALL,
)


def is_temporary(name: str) -> bool:
    """Whether programs keep something of their own under such a name, beside people's files."""
    return LEFTOVERS.fullmatch(name) is not None


def check_path(text: str) -> tuple[str, ...]:
    """The names in a relative path with slashes; raises BadName that shows the whole.

    A slash at the end and single dots at the start mean nothing, as in `./photos/`.
    """
    names = text.removesuffix("/").split("/")
    while names and names[0] == ".":
        del names[0]
    try:
        if not names:
            raise BadName("it has no name")
        if len(names) > DEPTH:
            raise BadName(f"at most {DEPTH} folders may lie in each other")
        return tuple(check_name(each) for each in names)
    except BadName as fault:
        raise BadName(f"the path {text[:300]!r} cannot be used: {fault}") from None


def check_container_name(name: object) -> str:
    """As check_name, for a child of the root, where `dav` and `k` are doors, and robots look."""
    checked = check_name(name)
    if checked in AT_ROOT:
        raise BadName(f"{checked!r} is taken by the system at the root; choose another name")
    return checked
