"""A server started where `tests.support.live` does not reach: over TLS, or not at all."""

from __future__ import annotations

import datetime
import ipaddress
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support.processes import die_with_parent, free_port, stop

START_SECONDS = 20.0


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """The tests' own environment without any setting of Muster's, then these."""
    return {name: value for name, value in os.environ.items() if not name.startswith("MUSTER_")} | dict(settings)


def command(settings: Mapping[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    """Runs `muster …` to its end."""
    arguments = [sys.executable, "-m", "muster", *words]
    return subprocess.run(
        arguments, env=environment(settings), capture_output=True, text=True, check=False, timeout=START_SECONDS
    )


@contextmanager
def serving(data: Path, settings: Mapping[str, str]) -> Iterator[int]:
    """A server that listens on a port of loopback, whatever it speaks there."""
    port = free_port()
    given = {"MUSTER_DATA": str(data), "MUSTER_PORT": str(port), "MUSTER_RATE_LIMITS": "off", **settings}
    with data.with_name("server.output").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "muster", "serve"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment(given),
            preexec_fn=die_with_parent(signal.SIGKILL),
        )
    try:
        _wait_for(port, process)
        yield port
    finally:
        stop(process, signal.SIGTERM)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError(f"nothing listens (exit status {process.poll()})")


def certificate(directory: Path) -> tuple[Path, Path]:
    """A certificate for loopback that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "muster.test")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = directory / "muster.crt", directory / "muster.key"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return paths


def trusting(path: Path) -> ssl.SSLContext:
    """What a client needs to trust that certificate and no other."""
    return ssl.create_default_context(cafile=str(path))
