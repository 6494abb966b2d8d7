"""Web servers side by side: small answers a second, and seconds for a body of 1 GiB to a counter.

In an environment with mserve, `pip install cheroot granian waitress`, and Debian's wrk and curl:
`python docs/decisions/show/web_servers.py` (with NAME PORT it is one of them).
"""

import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from typing import Any

BLOCK = 1 << 20
ROUNDS = 3


def app(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    answer = b"x" * 200
    if environ["REQUEST_METHOD"] == "PUT":
        read = getattr(environ["wsgi.input"], "block", environ["wsgi.input"].read)
        answer = b"%d" % sum(map(len, iter(lambda: read(BLOCK), b"")))
    start("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(answer)))])
    return [answer]


def mserve(port: int) -> None:
    from mserve.server.options import Options
    from mserve.server.server import Server

    Server(app, Options(), [socket.create_server(("127.0.0.1", port), backlog=1024)]).run()


def waitress(port: int) -> None:
    from waitress import serve

    serve(app, listen=f"127.0.0.1:{port}", threads=8, max_request_body_size=1 << 40)


def cheroot(port: int) -> None:
    from cheroot.wsgi import Server

    Server(("127.0.0.1", port), app, numthreads=8).start()


def granian(port: int) -> None:
    from granian import Granian

    options = {"interface": "wsgi", "workers": 1, "blocking_threads": 8}
    Granian("web_servers:app", address="127.0.0.1", port=port, **options).serve()


SERVERS = {each.__name__: each for each in (mserve, waitress, cheroot, granian)}


def small(port: int) -> float:
    told = subprocess.run(
        ["/usr/bin/wrk", "-t1", "-c8", "-d3", f"http://127.0.0.1:{port}/"],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    found = re.search(r"Requests/sec:\s+([\d.]+)", told)
    assert found and "Non-2xx" not in told, told
    return float(found[1])


def body(port: int, path: str) -> float:
    began = time.monotonic()
    command = ["/usr/bin/curl", "-sf", "-H", "Expect:", "-T", path, f"http://127.0.0.1:{port}/"]
    told = subprocess.run(command, check=True, capture_output=True).stdout
    assert int(told) == 1 << 30
    return time.monotonic() - began


def main() -> None:
    ports = {name: 7900 + number for number, name in enumerate(SERVERS)}
    running = [
        subprocess.Popen([sys.executable, "-W", "ignore", __file__, name, str(port)])
        for name, port in ports.items()
    ]
    time.sleep(3)
    try:
        with tempfile.NamedTemporaryFile() as file:
            file.truncate(1 << 30)
            rounds = [
                {name: (small(port), body(port, file.name)) for name, port in ports.items()}
                for _ in range(ROUNDS)
            ]
        for name in ports:
            rates, times = zip(*(each[name] for each in rounds), strict=True)
            print(f"{name:10} {statistics.median(rates):8.0f}/s {statistics.median(times):6.2f} s")
    finally:
        for each in running:
            each.terminate()


if len(sys.argv) == 3:
    SERVERS[sys.argv[1]](int(sys.argv[2]))
elif __name__ == "__main__":
    main()
