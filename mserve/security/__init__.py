"""Who asks, and may they: from a request's credentials to an Identity, and from it to permits.

What a request presents (presented.py) is found in the tree (finding.py): chains of keys
(identity.py). What a chain may do is the intersection of its links: each link's node must be in the
lineage of what is asked of, its role and caveats must allow what is asked (policy.py).
"""

from mserve.security.finding import find
from mserve.security.identity import Apart, Grant, Identity, Link
from mserve.security.lineage import node_of, service_of
from mserve.security.people import waits_for_factor
from mserve.security.policy import Closed, Failed, SecurityPolicy, allowing, forget_identity
from mserve.security.presented import KEY_IN_PATH, Presented

__all__ = [
    "KEY_IN_PATH",
    "Apart",
    "Closed",
    "Failed",
    "Grant",
    "Identity",
    "Link",
    "Presented",
    "SecurityPolicy",
    "allowing",
    "find",
    "forget_identity",
    "node_of",
    "service_of",
    "waits_for_factor",
]
