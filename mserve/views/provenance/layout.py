"""The layout of a graph of provenance: boxes in columns from left to right, and lines between them.

Made of the graph's JSON, so that it shows nothing that REST would not tell. Lengths are in pixels
of CSS.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
WIDTH, HEIGHT = 200, 48  # of a box
GAP_X, GAP_Y, EDGE = 64, 18, 12
FEW = 4  # outputs of a task that get a box each; the others share one
MOST = 60  # boxes
LETTERS = 24  # of a name that fit in a box


@dataclass
class Box:
    """A file, an output or a task run. `kind`: file, output, task, or more: several outputs."""

    id: str
    kind: str
    title: str
    url: str | None = None
    note: str = ""
    here: bool = False
    count: int = 0
    column: int = 0
    x: int = 0
    y: int = 0

    @property
    def label(self) -> str:
        return self.title if len(self.title) <= LETTERS else f"{self.title[: LETTERS - 1]}…"


@dataclass
class Picture:
    """Boxes, and lines as paths of SVG; in all `width` × `height`."""

    boxes: list[Box] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    width: int = 0
    height: int = 0


def picture(document: Json) -> Picture | None:
    """None where there is nothing to draw, or too much."""
    boxes, edges = _parts(document)
    if not edges or len(boxes) > MOST:
        return None
    _set_columns(boxes, edges)
    columns = _ordered(boxes, edges)
    _place(columns)
    found = [box for column in columns for box in column]
    lines = [_line(boxes[start], boxes[end]) for start, end in edges]
    width = max(box.x for box in found) + WIDTH + EDGE
    height = max(box.y for box in found) + HEIGHT + EDGE
    return Picture(found, lines, width, height)


def _parts(document: Json) -> tuple[dict[str, Box], list[tuple[str, str]]]:
    """Boxes by id, and which leads to which."""
    entities = {each["id"]: each for each in document["entities"]}
    boxes = {document["entity"]: _file(entities[document["entity"]], document["entity"])}
    edges: list[tuple[str, str]] = []
    for run in document["activities"]:
        boxes[run["id"]] = Box(run["id"], "task", run["task"], run["job"])
        made = [each for each in run["generated"] if each not in run["used"]]
        for id in [*run["used"], *made]:
            if id in entities and not _is_minor(entities[id], made):
                boxes.setdefault(id, _file(entities[id], document["entity"]))
        edges += [(id, run["id"]) for id in run["used"] if id in boxes]
        edges += [(run["id"], id) for id in made if id in boxes]
        if rest := sum(id in entities and id not in boxes for id in made):
            more = Box(f"{run['id']}-more", "more", f"+ {rest}", run["job"], count=rest)
            boxes[more.id] = more
            edges.append((run["id"], more.id))
    return boxes, edges


def _is_minor(entity: Json, made: list[str]) -> bool:
    """Whether it is one of so many outputs that they share a box."""
    return entity["type"] != "mfile" and entity["id"] in made[FEW:]


def _file(entity: Json, own: str) -> Box:
    kind = "file" if entity["type"] == "mfile" else "output"
    note = "stale" if entity["stale"] else "" if entity["complete"] else "more"
    url = entity["url"] or (entity["provenance"] if note == "more" else None)
    return Box(entity["id"], kind, entity["name"], url, note, here=entity["id"] == own)


def _set_columns(boxes: dict[str, Box], edges: list[tuple[str, str]]) -> None:
    """Each box stands to the right of all that lead to it; a loop is given up after some rounds."""
    for _ in range(len(boxes)):
        moved = False
        for start, end in edges:
            if boxes[end].column <= boxes[start].column < len(boxes):
                boxes[end].column, moved = boxes[start].column + 1, True
        if not moved:
            return


def _ordered(boxes: dict[str, Box], edges: list[tuple[str, str]]) -> list[list[Box]]:
    """Columns, in each of which boxes stand as those do that lead to them."""
    before = defaultdict(list)
    for start, end in edges:
        before[end].append(start)
    columns: dict[int, list[Box]] = defaultdict(list)
    for box in boxes.values():
        columns[box.column].append(box)
    places: dict[str, float] = {}
    for number in sorted(columns):
        column = columns[number]
        column.sort(key=lambda box: _mean([places[id] for id in before[box.id] if id in places]))
        places |= {box.id: place for place, box in enumerate(column)}
    return [columns[number] for number in sorted(columns)]


def _mean(places: list[float]) -> float:
    return sum(places) / len(places) if places else 0.0


def _place(columns: list[list[Box]]) -> None:
    """Columns side by side, each in the middle of the height."""
    tallest = max(map(len, columns))
    for number, column in enumerate(columns):
        above = (tallest - len(column)) * (HEIGHT + GAP_Y) // 2
        for place, box in enumerate(column):
            box.x = EDGE + number * (WIDTH + GAP_X)
            box.y = EDGE + above + place * (HEIGHT + GAP_Y)


def _line(start: Box, end: Box) -> str:
    """A curve from the right of one box to the left of another."""
    x1, y1 = start.x + WIDTH, start.y + HEIGHT // 2
    x2, y2 = end.x, end.y + HEIGHT // 2
    bend = max(GAP_X // 2, (x2 - x1) // 2)
    return f"M{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}"
