"""The web_service task: gives a file to a web service, and takes what it answers at once."""

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Literal
from urllib.parse import quote

from mserve.errors import TaskError
from mserve.outside.answer import MIMETYPE, UNKNOWN, Answer
from mserve.outside.exchange import Question, ask, checked
from mserve.tasks.library.disposition import name_of
from mserve.tasks.library.download import save
from mserve.tasks.library.secret import look_up
from mserve.tasks.library.signature import signed
from mserve.tasks.library.webhook import facts
from mserve.tasks.outcome import Outcome, Output
from mserve.tasks.registry import Limits, task
from mserve.tasks.source import Source

SECONDS = 3600.0  # a service may take all of it before it answers
BLOCK = 1 << 18
GOOD = range(200, 300)
ACCEPTED = 202
LONGEST = 30 * 86_400  # seconds that a call-back may take
JSON = "application/json"
JSON_MOST = 1 << 20  # bytes of JSON that become a result
MOST = 64 << 30
RANGE = re.compile(rf"\*/\*|[a-z0-9!#$&^_.+-]+/\*|{MIMETYPE.pattern}")  # RFC 9110, 12.5.1


def _for(arguments: Mapping[str, Any]) -> float | None:
    """For how long the service may come here."""
    wait: float = arguments.get("wait", 0)
    return SECONDS + 60 + wait if wait or arguments.get("send") == "url" else None


@task(
    "web_service",
    timeout=SECONDS + 60,
    limits=Limits(memory=256 << 20, cpu=1800, file=MOST),
    linked=_for,
)
def web_service(
    source: Source,
    *,
    url: str,
    method: Literal["POST", "PUT"] = "POST",
    send: Literal["file", "json", "url"] = "file",
    secret_name: str = "",
    accept: list[str] | None = None,
    most: Annotated[int, range(1, MOST + 1)] = 1 << 30,
    wait: Annotated[int, range(LONGEST + 1)] = 0,
) -> Outcome:
    """Have a web service work on the file.

    With `wait`, a number of seconds, it may answer 202, and later by a call-back.
    """
    wanted = _ranges(accept or [JSON])
    secret = look_up(secret_name, checked(url).host) if secret_name else ""
    link = _links(source, send == "url", wait, secret_name)
    headers, content = _file(source) if send == "file" else _json(source, link)
    signature = signed(headers["Content-Digest"].encode(), secret)
    headers |= {**signature, "Accept": ", ".join(wanted), "Accept-Encoding": "identity"}
    headers |= {"Mserve-Callback": link["callback"]} if wait else {}
    question = Question(url, method, headers, content, SECONDS, patience=SECONDS)
    with ask(question) as answer:
        answer.demand(GOOD)
        if wait and answer.status == ACCEPTED:
            return Outcome({"status": ACCEPTED}, awaits=wait)
        return _take(source, answer, wanted, most)


def _file(source: Source) -> tuple[dict[str, str], Iterable[bytes]]:
    with source.path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").digest()
    said = source.mimetype.partition(";")[0].strip().lower()
    headers = {
        **_about(digest, source.path.stat().st_size),
        "Content-Type": said if MIMETYPE.fullmatch(said) else UNKNOWN,
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(source.name, safe='')}",
    }
    return headers, _blocks(source)


def _links(source: Source, url: bool, wait: int, secret_name: str) -> dict[str, str]:
    """Where the service can fetch the file until it has answered, and where it can answer."""
    if wait and not secret_name:
        raise TaskError("a call-back has to be signed: name a secret as secret_name")
    if not url and not wait:
        return {}
    if source.url is None:
        raise TaskError("the site does not know its own address: the ini needs mserve.url")
    links = {"url": source.url, "sha256": source.sha256} if url else {}
    return {**links, "callback": str(source.callback)} if wait else links


def _json(source: Source, link: Mapping[str, str]) -> tuple[dict[str, str], Iterable[bytes]]:
    content = json.dumps({**facts(source), **link}).encode()
    headers = _about(hashlib.sha256(content).digest(), len(content))
    return {**headers, "Content-Type": JSON}, [content]


def _about(digest: bytes, size: int) -> dict[str, str]:
    """Content-Digest is RFC 9530's."""
    encoded = base64.b64encode(digest).decode()
    return {"Content-Digest": f"sha-256=:{encoded}:", "Content-Length": str(size)}


def _blocks(source: Source) -> Iterator[bytes]:
    done = 0
    with source.path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block
            done += len(block)
            source.progress(done / (2 * max(done, source.size)), f"{done} bytes sent")


def _take(source: Source, answer: Answer, wanted: Iterable[str], most: int) -> Outcome:
    """JSON becomes the result, anything else an output."""
    path = source.scratch / "answer"
    as_json = answer.mimetype == JSON
    size, _ = save(answer, path, min(most, JSON_MOST) if as_json else most, source.progress)
    if not size:
        return Outcome({"status": answer.status})
    _check(answer, wanted)
    if as_json:
        return Outcome(_object(path.read_bytes()))
    name = name_of(answer.headers.get("content-disposition", ""), answer.url)
    return Outcome({"status": answer.status}, outputs=(Output(name, path, answer.mimetype),))


def _object(text: bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as fault:
        raise TaskError(f"the service answers with broken JSON: {fault}") from fault
    return found if isinstance(found, dict) else {"answer": found}


def _ranges(accept: list[Any]) -> list[str]:
    for each in accept:
        if not isinstance(each, str) or not RANGE.fullmatch(each):
            raise TaskError(f"accept holds media types such as image/png or text/*, not {each!r}")
    return accept


def _check(answer: Answer, wanted: Iterable[str]) -> None:
    main = answer.mimetype.partition("/")[0]
    if not {"*/*", f"{main}/*", answer.mimetype} & set(wanted):
        raise TaskError(f"{answer.url} answers with {answer.mimetype}, not {', '.join(wanted)}")
