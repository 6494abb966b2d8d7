"""A provider of OpenID 2.0, python3-openid's own server, as a process: `openid_server.py PORT`.

`/id/<name>` is somebody's OpenID; who comes to `/server` is logged in, and agrees unless the OpenID
is of `mallory`, who does not. `/to?<address>` redirects there, `/xrds?<address>` says that its
document is there.
"""

import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qsl, urlsplit

warnings.simplefilter("ignore")

PAGE = '<html><head><link rel="openid2.provider" href="{}/server"></head><body></body></html>'
OLD = '<html><head><link rel="openid.server" href="{}/server"></head><body></body></html>'


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path == "/server":
            self.answer(parts.query)
        elif parts.path == "/to":
            self.say(302, "", Location=parts.query)
        elif parts.path == "/xrds":
            self.say(200, "<html></html>", **{"X-XRDS-Location": parts.query})
        else:
            self.say(200, (OLD if parts.path == "/old" else PAGE).format(base(self.server)))

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        self.answer(self.rfile.read(length).decode())

    def answer(self, query: str) -> None:
        openid = self.server.openid  # type: ignore[attr-defined]  # run() sets it
        request = openid.decodeRequest(dict(parse_qsl(query)))
        if request.mode in ("checkid_immediate", "checkid_setup"):
            agreed = not request.identity.endswith("/mallory")
            answer = request.answer(agreed, identity=identity(self.server, request))
        else:
            answer = openid.handleRequest(request)
        found = openid.encodeResponse(answer)
        self.say(found.code, found.body or "", **found.headers)

    def say(self, status: int, body: str | bytes, **headers: str) -> None:
        content = body if isinstance(body, bytes) else body.encode()
        self.send_response(status)
        for name, value in {"Content-Type": "text/html", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: object) -> None:
        pass


def identity(server: HTTPServer, request: object) -> str | None:
    """Who it is where the provider is to say so."""
    return f"{base(server)}/id/anna" if request.idSelect() else None  # type: ignore[attr-defined]  # a CheckIDRequest


def base(server: HTTPServer) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}"


def run() -> None:
    from openid.server.server import Server
    from openid.store.memstore import MemoryStore

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.openid = Server(MemoryStore(), f"{base(server)}/server")  # type: ignore[attr-defined]  # ours
    print(base(server), flush=True)
    server.serve_forever()


@contextmanager
def openid_server() -> Iterator[str]:
    """Its address, while it runs."""
    from tests.mortal import mortal  # not above: the process itself does not find it

    command = mortal(sys.executable, __file__)
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.communicate()


if __name__ == "__main__":
    run()
