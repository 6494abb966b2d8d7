"""What the page of a file shows of it: a picture, a player, pages, text; or why there is nothing.

Whatever it shows is asked for by its own address, with the key's own rights, but for texts: these
are read here, and paid and counted as a download is.
"""

from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.response import Response

from mserve.errors import Away, BadInput, OverBudget, OverMonthlyQuota, Uncounted
from mserve.resources.facets import Jobs
from mserve.resources.mfile import Mfile
from mserve.resources.roles import Permission
from mserve.tasks import retrieval, steering
from mserve.views.html.forms import field, form
from mserve.views.html.template import may
from mserve.views.preview import code, kinds, markdown, reading, subtitles, tables, texts
from mserve.views.preview.kinds import AUDIO, IMAGE, MARKDOWN, PDF, TABLE, TEXT, VIDEO
from mserve.views.preview.made import MAKERS, Made, Source, made, pages, players
from mserve.views.urls import facet_url, url

Shown = dict[str, Any]
DRAWN = 16 << 20  # bytes of a picture that is drawn as it is
SMALL = 1000  # pixels: a picture with no longer side is no good one of a larger file
UNPAID = (OverBudget, OverMonthlyQuota, Uncounted)


def shown(request: Any, mfile: Mfile) -> Shown:
    """`kind` of views/preview/kinds.py, and what the template needs to show that.

    Another poster has another address, as a browser would show the one that it has already.
    """
    kind = kinds.kind_of(mfile)
    poster = mfile.rendition("poster") if may(request, Permission.RENDITIONS, mfile) else None
    found: Shown = {
        "kind": kind,
        "poster": poster and f"{facet_url(request, mfile, 'poster')}?{poster.content.sha256[:8]}",
        "size": poster and (poster.width, poster.height),
        "maker": None,
        "busy": False,
        "fault": None,
    }
    if kind in (TEXT, MARKDOWN, TABLE):
        return found | _text(request, mfile, kind)
    if kind not in MAKERS:
        return found
    outputs = made(request, mfile, kind)
    seen = outputs if may(request, Permission.RENDITIONS, mfile) else Made([], outputs.busy)
    return found | SHOWERS[kind](request, mfile, seen)


def _picture(request: Any, mfile: Mfile, outputs: Made) -> Shown:
    """The file itself, if every browser draws it; else its poster, and a larger one on demand."""
    read = may(request, Permission.READ, mfile) and mfile.content.here
    if read and mfile.mimetype in kinds.PICTURES and mfile.content.size <= DRAWN:
        return {"full": facet_url(request, mfile, "content")}
    poster = mfile.rendition("poster")
    large = poster is not None and max(poster.width, poster.height) > SMALL
    return {"full": None, **({} if large else _offer(request, mfile, IMAGE, outputs))}


def _film(request: Any, mfile: Mfile, outputs: Made) -> Shown:
    return _player(request, mfile, outputs, VIDEO)


def _sound(request: Any, mfile: Mfile, outputs: Made) -> Shown:
    return _player(request, mfile, outputs, AUDIO)


def _player(request: Any, mfile: Mfile, outputs: Made, major: str) -> Shown:
    """What was made to be played goes before the file itself."""
    found = players(outputs.outputs, major)
    if may(request, Permission.READ, mfile) and mfile.content.here:
        found += [each for each in [_itself(request, mfile)] if each.mimetype in kinds.PLAYED]
    tracks = [*subtitles.beside(request, mfile)] if major == VIDEO else []
    proxied = any(source.url != facet_url(request, mfile, "content") for source in found)
    offer = {} if proxied or (found and major == AUDIO) else _offer(request, mfile, major, outputs)
    return {"sources": found, "tracks": tracks, **offer}


def _itself(request: Any, mfile: Mfile) -> Source:
    return Source(facet_url(request, mfile, "content"), mfile.mimetype)


def _paper(request: Any, mfile: Mfile, outputs: Made) -> Shown:
    found = pages(outputs.outputs)
    return {"pages": found, **({} if found else _offer(request, mfile, PDF, outputs))}


SHOWERS = {IMAGE: _picture, VIDEO: _film, AUDIO: _sound, PDF: _paper}


def _offer(request: Any, mfile: Mfile, kind: str, outputs: Made) -> Shown:
    """That it can be made, if the key may have it made; or that it is being made."""
    known = MAKERS[kind].task in request.tasks
    able = known and may(request, Permission.PROCESS, mfile) and mfile.content.here
    return {"maker": kind if able and not outputs.busy else None, "busy": outputs.busy}


def _text(request: Any, mfile: Mfile, kind: str) -> Shown:
    if not may(request, Permission.READ, mfile):
        return {"kind": kinds.NONE}
    try:
        text = text_of(request, mfile, mfile.content)
    except Away:
        return {"kind": kinds.NONE}
    except UNPAID as fault:
        return {"fault": str(fault)}
    found: Shown = {"charset": text.charset, "whole": text.whole}
    table = tables.table(text) if kind == TABLE else None
    if table is not None:
        return found | {"table": table, "whole": table.whole}
    if kind == MARKDOWN and len(text.joined) <= markdown.MOST:
        return found | {"html": markdown.rendered(text.joined)}
    language = code.language_of(mfile.__name__ or "", mfile.mimetype)
    return found | {"kind": TEXT, "lines": code.marked(text.lines, language)}


def text_of(request: Any, mfile: Mfile, content: Any) -> texts.Text:
    """The beginning of a content that the file has or had. Raises as `reading.read`."""
    body = reading.read(request, mfile, content, texts.MOST)
    return texts.decoded(body, content.size <= texts.MOST)


@form(context=Jobs, do="make", permission=Permission.PROCESS)
def make(context: Jobs, request: Any) -> Response:
    """Has made what the browser can show of a file of the form's `kind`; leads back to the file."""
    maker = MAKERS.get(field(request, "kind"))
    if not isinstance(context.node, Mfile) or maker is None or maker.task not in request.tasks:
        raise BadInput(f"what is made for browsers is of the kinds: {', '.join(MAKERS)}")
    retrieval.note(steering.start_task(context.node, maker))
    return HTTPSeeOther(url(request, context.node))
