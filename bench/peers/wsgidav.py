"""WsgiDAV as it comes: its own server (cheroot), files of a folder, no locks kept on disk."""

from collections.abc import Sequence
from pathlib import Path

from bench.peers.environment import SERVERS
from bench.peers.peer import Peer


class WsgiDav(Peer):
    title = "WsgiDAV"
    web = ("python", "wsgidav")

    def start(self) -> None:
        SERVERS.provide()
        self.files.mkdir(exist_ok=True)
        super().start()

    def command(self) -> Sequence[str | Path]:
        return [
            SERVERS.program("wsgidav"), "--no-config", "--quiet", "--auth=anonymous",
            "--host=127.0.0.1", f"--port={self.port}", f"--root={self.files}",
        ]  # fmt: skip

    def configuration(self) -> str:
        return " ".join(map(str, self.command()))
