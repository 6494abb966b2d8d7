"""What a caveat that failed says to the holder of the key."""

from mserve.resources import clock
from mserve.security import Failed

SAID = {
    "methods": "this key allows other methods alone: {}",
    "networks": "this key works from other networks alone, not from the address of this client",
    "password": "this key has a password, which did not come with the request, or was another; "
    "right is HTTP Basic beside a key in the path, or the header Mserve-Password",
}


def said_of(failed: Failed) -> str:
    """A sentence."""
    name, caveats = failed.caveat, failed.link.caveats
    if name in ("start", "end"):
        verb = "does not work before" if name == "start" else "has ended at"
        return f"this key {verb} {clock.rfc3339(getattr(caveats, name))}"
    methods = ", ".join(sorted(caveats.methods or ()))
    return SAID[name].format(methods)
