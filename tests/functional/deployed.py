"""nginx, Apache and lighttpd as Debian has them, each with its file in deploy/ before a stack.

A front's folder has all that it writes. What the files name of a real machine (a host, ports,
certificates, folders) is replaced by the test's; nothing else of them is changed.
"""

import os
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from tests.functional.ports import free_ports
from tests.mortal import mortal

DEPLOY = Path(__file__).parents[2] / "deploy"
NAME = "content.example.com"
START_LIMIT = 20.0  # seconds
WORKER = "www-data"
READ_ALL = "+dac_override,+dac_read_search"
MODULES = (
    "mpm_event authz_core reqtimeout setenvif headers http2 proxy proxy_http socache_shmcb ssl "
    "alias xsendfile"
).split()
MAINS = {
    "nginx": """
daemon off; pid {folder}/pid; worker_processes 2; error_log {folder}/main.log warn;
events {{ worker_connections 1024; }}
http {{
    client_body_temp_path {folder}/tmp-body; proxy_temp_path {folder}/tmp-proxy;
    fastcgi_temp_path {folder}/tmp-fcgi; uwsgi_temp_path {folder}/tmp-uwsgi;
    scgi_temp_path {folder}/tmp-scgi; access_log off;
    include {folder}/nginx.conf;
}}
""",
    "apache": """
ServerRoot {folder}
ServerName localhost
PidFile {folder}/pid
DefaultRuntimeDir {folder}
ErrorLog {folder}/main.log
Listen {port}
Listen {plain}
{modules}
Include {folder}/apache.conf
""",
    "lighttpd": """
server.port = {plain}
server.bind = "127.0.0.1"
server.document-root = "{folder}/none"
server.errorlog = "{folder}/main.log"
server.upload-dirs = ( "{folder}" )
include "{folder}/lighttpd.conf"
""",
}
COMMANDS = {
    "nginx": "/usr/sbin/nginx -p {folder} -e {folder}/main.log -c {folder}/main.conf",
    "apache": "/usr/sbin/apache2 -DFOREGROUND -d {folder} -f {folder}/main.conf",
    "lighttpd": "/usr/sbin/lighttpd -D -f {folder}/main.conf",
}


class Front:
    """One front server on free ports, before the web server at `web` (host:port)."""

    def __init__(self, kind: str, web: str, blobs: Path) -> None:
        self.kind = kind
        self.folder = Path(tempfile.mkdtemp(prefix=f"{kind}-", dir="/tmp"))
        self.port, self.plain = free_ports(2)
        self.process: subprocess.Popen[bytes] | None = None
        self.make_certificate()
        (self.folder / "none").mkdir()
        shutil.copy(DEPLOY / "redact.sed", self.folder)
        text = (DEPLOY / f"{kind}.conf").read_text()
        self.write(f"{kind}.conf", self.localized(text, web, blobs))
        modules = "\n".join(
            f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so" for name in MODULES
        )
        places = {"folder": self.folder, "port": self.port, "plain": self.plain}
        self.write("main.conf", MAINS[kind].format(modules=modules, **places))

    def localized(self, text: str, web: str, blobs: Path) -> str:
        """A file of deploy/ with what is here in place of what it names."""
        here = {
            "/srv/mserve/blobs": str(blobs),
            "/etc/mserve": str(self.folder),
            "/var/log/nginx": str(self.folder),
            "/var/log/apache2": str(self.folder),
            "/var/log/lighttpd": str(self.folder),
            "127.0.0.1:6543": web,
            '"port" => 6543': f'"port" => {web.rpartition(":")[2]}',
            '":443"': f'"127.0.0.1:{self.port}"',
            "*:443": f"127.0.0.1:{self.port}",
            "*:80": f"127.0.0.1:{self.plain}",
            "listen 443": f"listen 127.0.0.1:{self.port}",
            "listen [::]:443": f"listen [::1]:{self.port}",
            "listen 80": f"listen 127.0.0.1:{self.plain}",
            "listen [::]:80": f"listen [::1]:{self.plain}",
        }
        for there, it in here.items():
            text = text.replace(there, it)
        return text

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)

    def make_certificate(self) -> None:
        files = ["-keyout", str(self.folder / "tls.key"), "-out", str(self.folder / "tls.crt")]
        curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        names = ["-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"]
        command = ["openssl", "req", "-x509", "-days", "2", *curve, *names, *files]
        subprocess.run(command, check=True, capture_output=True)

    def start(self) -> "Front":
        command = mortal(*COMMANDS[self.kind].format(folder=self.folder).split())
        if not os.geteuid():  # a front runs as the blobs' owner, but Apache refuses to be root
            for path in (self.folder, *self.folder.iterdir()):
                shutil.chown(path, WORKER, WORKER)
            who = [f"--reuid={WORKER}", f"--regid={WORKER}", "--clear-groups"]
            rights = [f"--inh-caps={READ_ALL}", f"--ambient-caps={READ_ALL}"]
            command = ["setpriv", *who, *rights, *command]
        with (self.folder / "console.log").open("ab") as console:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                cwd=self.folder,
                start_new_session=True,
            )
        give_up = time.monotonic() + START_LIMIT
        while not listens(self.port):
            assert self.process.poll() is None and time.monotonic() < give_up, self.logs()
            time.sleep(0.02)
        return self

    @property
    def url(self) -> str:
        return f"https://{NAME}:{self.port}"

    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.folder / "tls.crt")

    def client(self) -> httpx.Client:
        """A client that finds the front's name on this machine, and trusts its certificate."""
        return httpx.Client(
            base_url=f"https://127.0.0.1:{self.port}",
            headers={"Host": f"{NAME}:{self.port}"},
            verify=self.trust(),
            event_hooks={"request": [name_server]},
            timeout=60,
        )

    def connect(self) -> ssl.SSLSocket:
        """A bare connection, for what no client would send."""
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        return self.trust().wrap_socket(plain, server_hostname=NAME)

    def logs(self) -> str:
        """All it has logged."""
        return "".join(path.read_text(errors="replace") for path in self.folder.glob("*.log"))

    def end(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def name_server(request: Any) -> None:
    """TLS with the front's name in place of the address."""
    request.extensions["sni_hostname"] = NAME


def listens(port: int) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0
