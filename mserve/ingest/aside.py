"""Documents that are set aside: office programs save by three moves, and the document stays one.

The new content is put under a name of the program's own, the document gets another such name, and
what is new gets the document's. So the document comes back to its name with the new content as its
next version, and the program finds the former content where it has set that aside.
"""

from typing import Any

from mserve.ingest.contents import count_contents, count_former
from mserve.ingest.places import move
from mserve.ingest.store import note_replaced, supersede
from mserve.resources.metrics import DISC_SPACE
from mserve.resources.mfile import Mfile, aside_key
from mserve.resources.node import Branch, depend_on
from mserve.resources.quota import need


def find(folder: Branch, name: str) -> Mfile | None:
    """The document that was set aside from that name, and is in the folder still."""
    found: Any = folder.site.aside.get(aside_key(folder, name))
    return found if found is not None and found.__parent__ is folder else None


def come_back(document: Mfile, name: str, other: Mfile) -> None:
    """The document has its name again, and the content of `other`, which takes its place and gets
    its former content. Raises Conflict, LockTokenMissing.
    """
    folder, place = document.__parent__, str(document.__name__)
    former, came = document.content, other.content
    move(document, folder, name)
    supersede(document, came, other.announced)
    document.dead = other.dead
    move(other, folder, place)
    depend_on(other.above())
    need(other, {DISC_SPACE: former.size - came.size})
    other.begin()
    copied = other.copied
    gone = other.replace(former, document.announced)
    note_replaced(other, came, former)
    count_former(other, gone, copied)
    count_contents(other, [gone])
