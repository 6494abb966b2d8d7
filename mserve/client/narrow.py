"""A key narrowed by its holder, without asking a server (docs/keys.md has what can be said)."""

import re
from typing import Any

from mserve import attenuation
from mserve.client.errors import BadKey
from mserve.errors import BadInput

KEY = re.compile(r"[A-Za-z0-9_-]{43}")


def narrow(key: str, **caveats: Any) -> str:
    """A key that may what `key` may within `caveats`, in the words of REST, and nothing else.

    As `narrow(key, methods=["GET"], end="2027-01-01T00:00:00Z")`. Raises BadKey where `key` is none
    that can be narrowed, or there are no caveats.
    """
    if not caveats:
        raise BadKey("say by what the key is to be narrowed, for example methods")
    if not attenuation.is_token(key) and not KEY.fullmatch(key):
        raise BadKey("this is no key: one has 43 characters, or begins with m1.")
    try:
        return attenuation.append(key, caveats)
    except BadInput as fault:
        raise BadKey(f"the key cannot be narrowed: it {fault}") from None
