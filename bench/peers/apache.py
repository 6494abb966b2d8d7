"""Apache as Debian has it: static files and WebDAV (mod_dav), event MPM."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from bench.peers.peer import Peer

PROGRAM = "/usr/sbin/apache2"
MODULES = "mpm_event authz_core dav dav_fs"
TEXT = """\
ServerRoot {folder}
ServerName 127.0.0.1
PidFile {folder}/pid
DefaultRuntimeDir {folder}
ErrorLog {folder}/error.log
Listen 127.0.0.1:{port}
{modules}
User {user}
Group {user}
DocumentRoot {files}
EnableSendfile On
KeepAlive On
MaxKeepAliveRequests 0
LimitRequestBody 0
DavLockDB {folder}/locks/db
<Directory {files}>
    Dav On
    Require all granted
    AllowOverride None
</Directory>
"""
WHO = "www-data"


class Apache(Peer):
    title = "Apache"
    web = ("apache2",)

    def start(self) -> None:
        for path in (self.files, self.folder / "locks"):
            path.mkdir(exist_ok=True)
        (self.folder / "conf").write_text(self.text())
        self.give_away()
        super().start()

    def text(self) -> str:
        lines = (
            f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so"
            for name in MODULES.split()
        )
        return TEXT.format(
            folder=self.folder, port=self.port, files=self.files, user=WHO, modules="\n".join(lines)
        )

    def give_away(self) -> None:
        """Apache refuses to work as root; without root, all is its own already."""
        for path in (self.files, *self.files.rglob("*"), self.folder / "locks"):
            try:
                shutil.chown(path, WHO, WHO)
            except PermissionError:
                return

    def make_folder(self, name: str) -> None:
        super().make_folder(name)
        self.give_away()

    def command(self) -> Sequence[str | Path]:
        return [PROGRAM, "-DFOREGROUND", "-d", self.folder, "-f", self.folder / "conf"]

    def configuration(self) -> str:
        return (self.folder / "conf").read_text()
