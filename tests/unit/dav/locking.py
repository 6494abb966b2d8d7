"""LOCK, UNLOCK and PROPPATCH as clients send them, and what is read from their answers."""

from typing import Any, NamedTuple

from defusedxml.ElementTree import fromstring

from tests.unit.dav.finding import D


class Active(NamedTuple):
    """A lock as it is told."""

    token: str
    scope: str
    depth: str
    seconds: int
    root: str
    owner: str


def lockinfo(scope: str = "exclusive", owner: str = "<D:href>me</D:href>") -> bytes:
    return (
        f'<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:{scope}/></D:lockscope>'
        f"<D:locktype><D:write/></D:locktype><D:owner>{owner}</D:owner></D:lockinfo>"
    ).encode()


def lock(dav: Any, url: str, scope: str = "exclusive", depth: str = "0", **headers: str) -> Any:
    headers = {"Depth": depth, "Content-Type": "text/xml", **headers}
    return dav("LOCK", url, body=lockinfo(scope), headers=headers)


def refresh(dav: Any, url: str, *tokens: str, **headers: str) -> Any:
    lists = "".join(f"(<{token}>)" for token in tokens)
    return dav("LOCK", url, headers={"If": lists, **headers})


def unlock(dav: Any, url: str, token: str) -> Any:
    return dav("UNLOCK", url, headers={"Lock-Token": f"<{token}>"})


def token_of(answer: Any) -> str:
    assert answer.status_int in (200, 201), answer.body
    return str(answer.headers["Lock-Token"][1:-1])


def given(token: str, url: str | None = None) -> dict[str, str]:
    """The header that gives a token; `url` where the lock is on something else."""
    return {"If": f"(<{token}>)" if url is None else f"<{url}> (<{token}>)"}


def actives(root: Any) -> list[Active]:
    """The locks in an element, or in the bytes of an answer."""
    root = fromstring(root) if isinstance(root, bytes) else root
    found = []
    for each in root.iter(f"{D}activelock"):
        [scope] = each.find(f"{D}lockscope")
        assert [kind.tag for kind in each.find(f"{D}locktype")] == [f"{D}write"]
        owner = each.find(f"{D}owner")
        found.append(
            Active(
                token=each.findtext(f"{D}locktoken/{D}href"),
                scope=scope.tag.removeprefix(D),
                depth=each.findtext(f"{D}depth"),
                seconds=int(each.findtext(f"{D}timeout").removeprefix("Second-")),
                root=each.findtext(f"{D}lockroot/{D}href"),
                owner="" if owner is None else "".join(owner.itertext()),
            )
        )
    return found


def condition(answer: Any) -> tuple[str, list[str]]:
    """The condition of DAV: that a 423 names, and the paths that it has."""
    assert answer.status_int == 423, answer.body
    first = next(iter(fromstring(answer.body)))
    return first.tag.removeprefix(D), [each.text for each in first.iter(f"{D}href")]
