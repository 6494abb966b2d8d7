"""How charts look: SVG of pygal's, readable by day and by night, that needs no script.

A chart is an image: it has a title and says in words what it shows.
"""

import sys
from collections.abc import Callable, Sequence
from typing import Any
from xml.etree import ElementTree

SCRIPT = "script"
WIDTH, HEIGHT = 400, 240
COLORS = (
    "#2b8a8f", "#b8741a", "#8a63b8", "#4a7fcf", "#6f8f2f", "#c0563f", "#ad5c93", "#7b848a",
    "#3f9a72", "#a0764a", "#5d70b5", "#9a8a1f",
)  # fmt: skip
"""Each has a contrast of 3 : 1 at least both to the page by day and by night."""
BAD = "#cf4a4a"
BY_DAY = """
svg { color-scheme: light dark; }
.axis .line, .axis .major.line { stroke: #8b9497; }
.axis .guide.line, .axis .major.guide.line { stroke: #d5d2c8; stroke-dasharray: none; }
.axis text { font-weight: 400; }
.axis text, .axis text.major, .legends .legend text, text.no_data { fill: #4a565a; }
.line-graph .reactive { stroke-width: 2.5; stroke-opacity: 1; }
.bar .rect, .slice, .legends .legend rect { stroke: none; fill-opacity: .95; }
"""
BY_NIGHT = """
@media (prefers-color-scheme: dark) {
  .axis .line, .axis .major.line { stroke: #7d898d; }
  .axis .guide.line, .axis .major.guide.line { stroke: #343e42; }
  .axis text, .axis text.major, .legends .legend text, text.no_data { fill: #b4bec1; }
}
"""
UNITS = ("", "k", "M", "G", "T", "P", "E")


def short(amount: float) -> str:
    """`amount` in three digits or four, with a prefix of the SI."""
    for unit in UNITS:
        if abs(amount) < 999.95 or unit == UNITS[-1]:
            return f"{amount:.4g}{unit}"
        amount /= 1000
    return ""


AXES: dict[str, Any] = {"include_x_axis": True, "min_scale": 2, "max_scale": 5, "margin_right": 18}
"""Of charts that have axes: few labels, as a phone shows them."""


def make(kind: str, colors: Sequence[str] = COLORS, **options: Any) -> Any:
    """An empty chart of that kind of pygal's, of series in those colours."""
    import pygal
    from pygal.style import Style

    # its finder of plug-ins is of Python 2: later imports would warn of it
    sys.meta_path[:] = [each for each in sys.meta_path if type(each).__module__ != "pygal"]

    style = Style(
        font_family="system-ui, 'Segoe UI', Roboto, 'Liberation Sans', sans-serif",
        background="transparent", plot_background="transparent", colors=colors, transition="0s",
        label_font_size=13, major_label_font_size=13, legend_font_size=13, no_data_font_size=16,
    )  # fmt: skip
    new: Callable[..., Any] = getattr(pygal, kind)
    return new(
        js=[], css=["file://style.css", "file://graph.css", f"inline:{BY_DAY}{BY_NIGHT}"],
        no_prefix=True, width=WIDTH, height=HEIGHT, margin=6, style=style, value_formatter=short,
        truncate_label=-1, truncate_legend=18, legend_box_size=10, no_data_text="nothing",
        dots_size=2, **options,
    )  # fmt: skip


def written(chart: Any, title: str, words: str) -> bytes:
    """The chart as an SVG document, of that title; `words` say what is to be seen."""
    tree = chart.render_tree()
    for parent in tree.iter():
        for script in parent.findall(SCRIPT):
            parent.remove(script)
    for each in [each for each in tree if each.tag in (ElementTree.Comment, "title")]:
        tree.remove(each)
    for number, (name, text) in enumerate((("title", title), ("desc", words))):
        said = ElementTree.Element(name, id=name)
        said.text = text
        tree.insert(number, said)
    tree.attrib |= {"role": "img", "aria-labelledby": "title", "aria-describedby": "desc"}
    return bytes(ElementTree.tostring(tree, "utf-8", xml_declaration=True))
