"""The fetch task: a file from the web, as an output of its own."""

from typing import Annotated

from mserve.errors import BadName, TaskError
from mserve.outside.answer import Answer
from mserve.outside.exchange import Question, ask
from mserve.resources.names import check_name
from mserve.tasks.library.disposition import name_of
from mserve.tasks.library.download import save
from mserve.tasks.outcome import Outcome, Output
from mserve.tasks.registry import Limits, task
from mserve.tasks.source import Source

SECONDS = 4 * 3600.0
GIB = 1 << 30
MOST = 64 * GIB
REDIRECTS = 10
NOT_MODIFIED = 304
GOOD = (200, 203, NOT_MODIFIED)
LIMITS = Limits(memory=256 << 20, cpu=1800, file=MOST)


@task(
    "fetch",
    timeout=SECONDS + 60,
    limits=LIMITS,
    needs_file=False,
    tools=("httpx", "httpcore"),
)
def fetch(
    source: Source,
    *,
    url: str,
    most: Annotated[int, range(1, MOST + 1)] = GIB,
    name: str = "",
    etag: str = "",
    modified: str = "",
) -> Outcome:
    """Download a file from the web."""
    headers = {"Accept": "*/*", "Accept-Encoding": "identity", **_conditions(etag, modified)}
    question = Question(url, headers=headers, seconds=SECONDS, redirects=REDIRECTS)
    with ask(question) as answer:
        answer.demand(GOOD if etag or modified else GOOD[:-1])
        if answer.status == NOT_MODIFIED:
            return Outcome({"changed": False, "status": NOT_MODIFIED, "url": answer.url})
        return _download(source, answer, _name(name, answer), most)


def _download(source: Source, answer: Answer, name: str, most: int) -> Outcome:
    path = source.scratch / "fetched"
    size, sha256 = save(answer, path, most, source.progress)
    result = {
        "changed": True,
        "status": answer.status,
        "url": answer.url,
        "etag": answer.headers.get("etag", ""),
        "modified": answer.headers.get("last-modified", ""),
        "size": size,
        "sha256": sha256,
    }
    return Outcome(result, outputs=(Output(name, path, answer.mimetype),))


def _conditions(etag: str, modified: str) -> dict[str, str]:
    """RFC 9110, 13.1; raises TaskError for what cannot stand in a header."""
    conditions = {"If-None-Match": etag, "If-Modified-Since": modified}
    for value in conditions.values():
        if not value.isascii() or not value.isprintable():
            raise TaskError(f"etag and modified are as an answer gave them, not {value[:80]!r}")
    return {name: value for name, value in conditions.items() if value}


def _name(name: str, answer: Answer) -> str:
    if not name:
        return name_of(answer.headers.get("content-disposition", ""), answer.url)
    try:
        return check_name(name)
    except BadName as fault:
        raise TaskError(str(fault)) from fault
