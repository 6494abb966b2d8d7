"""XMP (ISO 16684-1): the properties of a picture's packet, flat, under their usual prefixes."""

from PIL import Image

from mserve.tasks.library.fields import ITEMS, Fields
from mserve.tasks.library.markup import END, START, Event, Name, read_events

PACKET = 4 << 20  # bytes; what is longer keeps an editor's history, or a trap
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XML = "http://www.w3.org/XML/1998/namespace"
ALTERNATIVES, ITEM, RESOURCE = Name(RDF, "Alt"), Name(RDF, "li"), Name(RDF, "resource")
DESCRIPTION = Name(RDF, "Description")
ADOBE, IPTC = "http://ns.adobe.com/", "http://iptc.org/std/"
PREFIXES = {
    "http://purl.org/dc/elements/1.1/": "dc",
    f"{ADOBE}xap/1.0/": "xmp",
    f"{ADOBE}xap/1.0/rights/": "xmpRights",
    f"{ADOBE}xap/1.0/mm/": "xmpMM",
    f"{ADOBE}xap/1.0/bj/": "xmpBJ",
    f"{ADOBE}xap/1.0/sType/ResourceEvent#": "stEvt",
    f"{ADOBE}xap/1.0/sType/ResourceRef#": "stRef",
    f"{ADOBE}photoshop/1.0/": "photoshop",
    f"{ADOBE}camera-raw-settings/1.0/": "crs",
    f"{ADOBE}lightroom/1.0/": "lr",
    f"{ADOBE}pdf/1.3/": "pdf",
    f"{ADOBE}tiff/1.0/": "tiff",
    f"{ADOBE}exif/1.0/": "exif",
    f"{ADOBE}exif/1.0/aux/": "aux",
    "http://cipa.jp/exif/1.0/": "exifEX",
    f"{IPTC}Iptc4xmpCore/1.0/xmlns/": "Iptc4xmpCore",
    f"{IPTC}Iptc4xmpExt/2008-02-29/": "Iptc4xmpExt",
    "http://ns.useplus.org/ldf/xmp/1.0/": "plus",
    "http://creativecommons.org/ns#": "cc",
}


def read_xmp(image: Image.Image, fields: Fields) -> None:
    """Puts the properties of the image's packet into the group `xmp`; raises MarkupError."""
    packet = image.info.get("xmp")
    packet = packet.encode() if isinstance(packet, str) else packet
    if not isinstance(packet, bytes):
        return
    if len(packet) > PACKET:
        fields.left_out += 1
        return
    properties = _Properties()
    for event in read_events([packet.strip(b"\0 \t\r\n")]):
        properties.take(event)
    for name, values in properties.found.items():
        fields.add("xmp", name, values if len(values) > 1 else values[0])


class _Properties:
    """Gathers values by the path of names that leads to them, without the names of RDF itself.

    So a list gives several values, a structure a path such as xmpMM:History/stEvt:action. Of
    alternatives, which are languages, the first is the default.
    """

    def __init__(self) -> None:
        self.found: dict[str, list[str]] = {}
        self._open: list[Name] = []
        self._items: list[int] = []  # of each open element, how many it had
        self._silent = 0  # the depth at which another alternative began

    def take(self, event: Event) -> None:
        if event.kind == START:
            self._start(event)
        elif event.kind == END:
            self._open.pop()
            self._items.pop()
            self._silent = 0 if len(self._open) < self._silent else self._silent
        elif event.text.strip():
            self._add([], event.text)

    def _start(self, event: Event) -> None:
        if self._open and self._open[-1] == ALTERNATIVES and event.name == ITEM:
            self._items[-1] += 1
            if self._items[-1] > 1 and not self._silent:
                self._silent = len(self._open) + 1
        self._open.append(event.name)
        self._items.append(0)
        for name, value in event.attributes.items():
            if name == RESOURCE:
                self._add([], value)
            elif name.space not in (RDF, XML, ""):
                self._add([name], value)

    def _add(self, more: list[Name], value: str) -> None:
        if DESCRIPTION not in self._open or self._silent:
            return
        inside = self._open[self._open.index(DESCRIPTION) :]
        path = "/".join(_short(each) for each in (*inside, *more) if each.space != RDF)
        if path and len(self.found.get(path, [])) < ITEMS:
            self.found.setdefault(path, []).append(value.strip())


def _short(name: Name) -> str:
    prefix = PREFIXES.get(name.space)
    return f"{prefix}:{name.local}" if prefix else name.space + name.local
