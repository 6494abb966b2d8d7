"""XML that clients give to be kept: an element becomes text that stands by itself, and comes back.

That is the owner of a lock, and the value of a property: its attributes, mixed content and
namespaces are kept (RFC 4918, 4.3), whatever prefixes it came with.
"""

from typing import Any
from xml.etree import ElementTree

from mserve.errors import BadInput

DEEPEST = 50  # elements in each other
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
ElementTree.register_namespace("D", "DAV:")


def written(element: Any, language: str | None = None) -> str:
    """The element as text, with `language` as its own where it has none.

    Raises BadInput where it is nested too deeply.
    """
    _check_depth(element)
    element.tail = None
    if language is not None and LANGUAGE not in element.attrib:
        element.set(LANGUAGE, language)
    return ElementTree.tostring(element, encoding="unicode")


def _check_depth(element: Any) -> None:
    level, depth = [element], 0
    while level := [child for each in level for child in each]:
        depth += 1
        if depth == DEEPEST:
            raise BadInput(f"the XML is nested deeper than {DEEPEST} elements")
