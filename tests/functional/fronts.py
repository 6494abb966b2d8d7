"""A real nginx, Apache or lighttpd before a stack, in a folder of its own, on a free port."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import httpx
import pytest

from tests.functional.ports import free_port
from tests.functional.stack import Stack, wait_for
from tests.mortal import mortal

KEPT = (
    "ETag", "Last-Modified", "Vary", "X-Content-Type-Options", "Content-Security-Policy",
    "Referrer-Policy", "Repr-Digest", "Content-Digest", "X-Robots-Tag",
    "Cross-Origin-Resource-Policy",
)  # fmt: skip
"""What nginx forgets of the application's headers when it is redirected inside."""

HEADERS = "\n".join(
    f"add_header {name} $upstream_http_{name.lower().replace('-', '_')};" for name in KEPT
)

NGINX = """
user root; worker_processes 1; daemon off; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log off; sendfile on; large_client_header_buffers 4 64k;
  client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  upstream web {{ server {upstream}; keepalive 8; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://web; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_set_header Host $http_host; client_max_body_size 0; proxy_request_buffering off;
    }}
    location /-/blobs/ {{
      internal; alias {blobs}/; etag off; if_modified_since off; max_ranges 100;
      {headers}
    }}
    location /static/ {{ alias {folder}/static/; default_type application/octet-stream; }}
  }}
}}
"""

APACHE = """
ServerRoot {folder}
PidFile {folder}/pid
ErrorLog {folder}/error.log
Listen 127.0.0.1:{port}
ServerName 127.0.0.1
DefaultRuntimeDir {folder}
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule proxy_module /usr/lib/apache2/modules/mod_proxy.so
LoadModule proxy_http_module /usr/lib/apache2/modules/mod_proxy_http.so
LoadModule xsendfile_module /usr/lib/apache2/modules/mod_xsendfile.so
XSendFile on
XSendFilePath {blobs}
AllowEncodedSlashes NoDecode
ProxyPass / http://{upstream}/ nocanon
ProxyPreserveHost On
"""

LIGHTTPD = """
server.modules = ("mod_proxy")
server.bind = "127.0.0.1"
server.port = {port}
server.document-root = "{folder}/static"
server.errorlog = "{folder}/error.log"
proxy.server = ("" => (("host" => "{host}", "port" => {upstream_port},
                        "x-sendfile" => "enable", "x-sendfile-docroot" => ("{blobs}"))))
"""

PROGRAMS = {"nginx": (NGINX, "-c"), "apache2": (APACHE, "-X -f"), "lighttpd": (LIGHTTPD, "-D -f")}


@contextmanager
def front(name: str, stack: Stack) -> Iterator[str]:
    """The URL of the front before `stack`; skips the test where it is not installed."""
    program = shutil.which(name, path="/usr/sbin:/usr/bin:/usr/local/sbin")
    if program is None:
        pytest.skip(f"{name} is not installed")
    folder, port = stack.folder / name, free_port()
    (folder / "static").mkdir(parents=True)
    upstream = stack.url.removeprefix("http://").rstrip("/")
    host, _, upstream_port = upstream.rpartition(":")
    text, options = PROGRAMS[name]
    config = folder / "conf"
    config.write_text(
        text.format(
            folder=folder, port=port, upstream=upstream, host=host, upstream_port=upstream_port,
            blobs=stack.data / "blobs", headers=HEADERS,
        )
    )  # fmt: skip
    command = mortal(program, *options.split(), str(config))
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: process.poll() is not None or answers(url), 20)
        assert process.poll() is None, (folder / "error.log").read_text()
        yield url
    finally:
        process.terminate()
        process.wait()


def answers(url: str) -> bool:
    with suppress(httpx.HTTPError):
        return httpx.get(f"{url}/-/health").status_code == 200
    return False
