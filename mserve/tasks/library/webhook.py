"""The webhook task: tells a server about a file, by a signed message in JSON."""

import json
from datetime import UTC, datetime
from typing import Any

from mserve.outside.exchange import Question, ask, checked
from mserve.tasks.library.secret import look_up
from mserve.tasks.library.signature import signed
from mserve.tasks.registry import Limits, task
from mserve.tasks.source import Source

SECONDS = 60.0
GOOD = range(200, 300)


@task("webhook", timeout=2 * SECONDS, limits=Limits(memory=256 << 20, cpu=60))
def webhook(
    source: Source, *, url: str, event: str = "mfile.processed", secret_name: str = ""
) -> dict[str, Any]:
    """Tell a server about the file."""
    content = json.dumps(_message(source, event)).encode()
    secret = look_up(secret_name, checked(url).host) if secret_name else ""
    headers = {
        "Content-Type": "application/json",
        "Content-Length": str(len(content)),
        **signed(content, secret),
    }
    with ask(Question(url, "POST", headers, content, seconds=SECONDS)) as answer:
        answer.demand(GOOD)
        return {"status": answer.status, "url": answer.url, "id": headers["webhook-id"]}


def _message(source: Source, event: str) -> dict[str, Any]:
    """The payload's members are those that Standard Webhooks recommends."""
    return {
        "type": event,
        "timestamp": datetime.now(UTC).isoformat(timespec="seconds"),
        "data": facts(source),
    }


def facts(source: Source) -> dict[str, Any]:
    """What there is to say about a file, as JSON."""
    return {
        "name": source.name,
        "size": source.size,
        "mimetype": source.mimetype,
        "metadata": dict(source.metadata),
    }
