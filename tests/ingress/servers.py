"""A real gunicorn on the tracking port, spoken to in bytes."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from apps.ingress.event import Event
from apps.ingress.line import decode

PATIENCE_S = 30


@dataclass(frozen=True)
class Reply:
    """One response, its headers under lower-case names; of a repeated one the last."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Ingress:
    """The server's address, and where it keeps its spool."""

    port: int
    spool: Path

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_S)

    def send(self, raw: bytes, *, in_pieces: bool = False) -> Reply:
        """One request on a connection of its own. In pieces, the head arrives in two packets."""
        with self.connect() as connection:
            if in_pieces:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                connection.sendall(raw[:20])
                time.sleep(0.05)
                raw = raw[20:]
            connection.sendall(raw)
            return read_reply(connection, head=raw.startswith(b"HEAD"))

    def lines(self) -> list[bytes]:
        """What the server has kept and nobody has confirmed, oldest first."""
        while True:
            files = sorted(self.spool.glob("w*/*.*"))
            with suppress(FileNotFoundError):  # sealed, and so renamed, in between
                return [line for path in files for line in path.read_bytes().splitlines()]

    def events(self) -> list[Event]:
        return [decode(line) for line in self.lines()]


def read_reply(connection: socket.socket, *, head: bool = False) -> Reply:
    data = b""
    while b"\r\n\r\n" not in data:
        received = connection.recv(65_536)
        if not received:
            break
        data += received
    top, _, body = data.partition(b"\r\n\r\n")
    first, *lines = top.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while not head and len(body) < int(headers.get("content-length", 0)):
        body += connection.recv(65_536)
    return Reply(int(first.split()[1]) if first else 0, headers, body)


@contextmanager
def running_ingress(folder: Path, **environment: str) -> Iterator[Ingress]:
    """One worker of the real server on a free port, with a spool of its own."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    ingress = Ingress(port, folder / "spool")
    own = {"TRELLIS_INGRESS_PORT": str(port), "TRELLIS_INGRESS_WORKERS": "1", "TRELLIS_SPOOL_DIR": str(ingress.spool)}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "apps.ingress.worker:fallback", "-c", "trellis/gunicorn_ingress.py"],
            env={**os.environ, **own, **environment},
            cwd=settings.BASE_DIR,
            stdout=log,
            stderr=log,
        )
    try:
        _wait_for(ingress, process, folder / "log")
        yield ingress
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


def _wait_for(ingress: Ingress, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            if ingress.send(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"the server did not start: {log.read_text()}")
