"""XML of requests, read within bounds, and what of XML the answers are written with."""

import re
from typing import Any, NamedTuple

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from mserve.errors import BadInput
from mserve.views.body import raw

LIMIT = 1 << 16  # bytes of a request's XML
DAV = "DAV:"
OWNCLOUD = "http://owncloud.org/ns"
MICROSOFT = "urn:schemas-microsoft-com:"
PREFIXES = {DAV: "D", OWNCLOUD: "O", MICROSOFT: "Z"}
"""What is declared at the root of each answer."""
DECLARED = "".join(f' xmlns:{prefix}="{space}"' for space, prefix in PREFIXES.items())
HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'
SPECIAL = re.compile('[&<>"\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]')
ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}


class Name(NamedTuple):
    """The name of an element: its namespace, "" for none, and its local name."""

    space: str
    local: str

    @classmethod
    def of(cls, element: Any) -> "Name":
        space, closed, local = element.tag.rpartition("}")
        return cls(space[1:] if closed else "", local)


def read(request: Any) -> Any:
    """The root element of the body, None where it is empty.

    Raises BadInput where it is no XML, declares a document type (entities come by one), or has more
    than LIMIT bytes.
    """
    text = raw(request, LIMIT)
    if not text.strip():
        return None
    try:
        return fromstring(text, forbid_dtd=True)
    except DefusedXmlException:
        raise BadInput("the XML should declare no document type and no entities") from None
    except (ParseError, LookupError, ValueError) as fault:  # an encoding that there is not
        raise BadInput(f"the body should be XML: {fault}") from None


def escape(text: str) -> str:
    """`text` as it stands in an element or attribute; what XML 1.0 cannot hold becomes U+FFFD."""
    return SPECIAL.sub(_escaped, text) if SPECIAL.search(text) else text


def _escaped(found: re.Match[str]) -> str:
    sign = found[0]
    if sign in "\t\n\r":
        return f"&#{ord(sign)};"
    return ENTITIES.get(sign, "\x7f" if sign == "\x7f" else "\ufffd")


def tags(name: Name) -> tuple[str, str]:
    """The start and end tag of an element of that name, where DECLARED holds."""
    prefix = PREFIXES.get(name.space)
    if prefix is not None:
        return f"<{prefix}:{name.local}>", f"</{prefix}:{name.local}>"
    if not name.space:
        return f"<{name.local}>", f"</{name.local}>"
    return f'<N:{name.local} xmlns:N="{escape(name.space)}">', f"</N:{name.local}>"


def empty(name: Name) -> str:
    """An empty element of that name, where DECLARED holds."""
    return f"{tags(name)[0][:-1]}/>"
