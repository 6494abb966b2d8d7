"""Sheet: where some databases have the figures of files, which their accounts say as well."""

from persistent import Persistent


class Sheet(Persistent):  # type: ignore[misc]  # persistent has no types
    """Nobody looks at it."""
