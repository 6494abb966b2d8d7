"""nginx as Debian has it: files and WebDAV (dav, dav-ext); and before mserve, as deploy/ says."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

from bench.peers.peer import ROOT, Peer

PROGRAM = "/usr/sbin/nginx"
MODULE = "/usr/lib/nginx/modules/ngx_http_dav_ext_module.so"
MAIN = """\
{user}load_module {module};
worker_processes auto; daemon off; pid {folder}/pid; error_log {folder}/error.log warn;
events {{ worker_connections 1024; }}
http {{
    access_log off; keepalive_requests 1000000; types_hash_max_size 4096;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{server}
}}
"""
FILES = """\
    sendfile on; tcp_nopush on; default_type application/octet-stream;
    server {{
        listen 127.0.0.1:{port};
        root {files};
        client_max_body_size 0;
        dav_methods PUT DELETE MKCOL COPY MOVE; dav_ext_methods PROPFIND OPTIONS;
        create_full_put_path on;
    }}
"""


def main(folder: Path, server: str) -> str:
    """A whole configuration around what stands in `http`; workers run as who starts it."""
    user = "" if os.geteuid() else "user root; "
    return MAIN.format(user=user, module=MODULE, folder=folder, server=server)


class Nginx(Peer):
    """Its own files. Neither a hash is made nor anything synced."""

    title = "nginx"
    web = ("nginx",)

    def server(self) -> str:
        return FILES.format(port=self.port, files=self.files)

    def start(self) -> None:
        self.files.mkdir(exist_ok=True)
        self.write()
        super().start()

    def write(self) -> None:
        (self.folder / "conf").write_text(main(self.folder, self.server()))

    def command(self) -> Sequence[str | Path]:
        log = self.folder / "error.log"
        return [PROGRAM, "-p", self.folder, "-e", log, "-c", self.folder / "conf"]

    def configuration(self) -> str:
        return (self.folder / "conf").read_text()


class Front(Nginx):
    """deploy/nginx.conf before a web server, without TLS and logs, which no peer has."""

    title = "nginx before mserve"

    def __init__(self, web: str, blobs: Path) -> None:
        super().__init__()
        self.upstream, self.blobs = web, blobs

    def server(self) -> str:
        text = (ROOT / "deploy" / "nginx.conf").read_text()
        return plain(text, self.port, self.upstream, self.blobs)


def plain(text: str, port: int, web: str, blobs: Path) -> str:
    """deploy/nginx.conf for plain HTTP on a port of this machine."""
    text = "".join(part for part in blocks(text) if is_kept(part))
    text = re.sub(
        r"^\s*(ssl_|access_log|error_log|add_header Strict|proxy_hide_header Strict).*\n",
        "",
        text,
        flags=re.M,
    )
    text = re.sub(r"^\s*listen \[::\].*\n", "", text, flags=re.M)
    text = re.sub(r"^\s*listen .*\n", f"    listen 127.0.0.1:{port};\n", text, flags=re.M)
    text = re.sub(r"^\s*http2_.*\n", "", text, flags=re.M)
    return text.replace("127.0.0.1:6543", web).replace("/srv/mserve/blobs", str(blobs))


def blocks(text: str) -> list[str]:
    """The text in pieces that begin where a line begins with a word, such as `server {`."""
    return re.split(r"^(?=\w)", text, flags=re.M)


def is_kept(block: str) -> bool:
    """The server that speaks to mserve, and what it uses; no log's format."""
    if block.startswith("server"):
        return "proxy_pass" in block
    return not block.startswith("log_format")
