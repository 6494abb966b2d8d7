"""A certificate for a loopback address, made by openssl, that is its own authority."""

import ssl
import subprocess
from pathlib import Path


def make(folder: Path, address: str) -> tuple[Path, ssl.SSLContext]:
    """The certificate's file, and a server's context with it."""
    path, key = folder / "certificate.pem", folder / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    names = ["-subj", f"/CN={address}", "-addext", f"subjectAltName=IP:{address}"]
    names += ["-addext", "keyUsage=critical,digitalSignature,keyCertSign"]  # RFC 5280, 4.2.1.3
    files = ["-nodes", "-days", "2", "-keyout", str(key), "-out", str(path)]
    subprocess.run([*command, *names, *files], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, key)
    return path, context
