"""What is told once everything answers: to the person, and to programs by the ready file."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Doors:
    """Where a running stack is reached, and the keys that the data folder holds."""

    url: str
    data: Path

    @classmethod
    def at(cls, host: str, port: int, data: Path) -> "Doors":
        return cls(f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}", data)

    @property
    def admin_key(self) -> str | None:
        return self.secret("admin.key")

    @property
    def demo_url(self) -> str | None:
        key = self.secret("demo.key")
        return f"{self.url}/k/{key}/" if key else None

    def secret(self, name: str) -> str | None:
        path = self.data / name
        return path.read_text().strip() if path.exists() else None

    def text(self) -> str:
        """For the person at the console. The admin key itself is not shown."""
        lines = ["ready", f"  URL        {self.url}/"]
        if self.demo_url:
            lines.append(f"  demo       {self.demo_url}")
        if self.admin_key:
            lines.append(f"  admin key  {self.data / 'admin.key'}")
        return "\n".join([*lines, f"  logs       {self.data / 'logs'}", "  Ctrl-C stops it."])

    def write(self, path: Path, pids: Mapping[str, int]) -> None:
        """Writes the ready file: whole or not at all, and for its owner alone (it holds keys)."""
        document = {
            "url": self.url,
            "admin_key": self.admin_key,
            "demo_url": self.demo_url,
            "pids": dict(pids),
        }
        new = path.with_name(f".{path.name}.new")
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(document, file, indent=2)
        new.replace(path)
