"""Relations: which part of an Office Open XML package leads to which (ISO/IEC 29500-2, 9.3)."""

import posixpath

from mserve.errors import TaskError
from mserve.tasks.library.markup import START
from mserve.tasks.library.package import Package

MAIN = "/officeDocument"  # the end of the type that leads to the main part; its start differs


def relations(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """Of each relation of `part` its type and the part that it leads to, by its id."""
    folder, name = posixpath.split(part)
    index = posixpath.join(folder, "_rels", f"{name}.rels")
    found: dict[str, tuple[str, str]] = {}
    for event in package.events(index) if index in package.names else ():
        told = {name.local: value for name, value in event.attributes.items()}
        if event.kind == START and told.get("TargetMode") != "External" and "Id" in told:
            target = posixpath.normpath(posixpath.join("/", folder, told.get("Target", "")))
            found[told["Id"]] = (told.get("Type", ""), target.lstrip("/"))
    return found


def main_part(package: Package) -> str:
    """The part that the document begins with; raises TaskError where there is none."""
    for kind, target in relations(package, "").values():
        if kind.endswith(MAIN) and target in package.names:
            return target
    raise TaskError("the document is broken: nothing says which of its parts comes first")
