"""ClickHouse: a server on PATH if there is one, else the library inside the npm package, run as a server."""

import os
import shutil
import string
import sys
import urllib.request
from pathlib import Path

from stack.child import Child
from stack.clickhouse_library import SERVING
from stack.places import NODE_MODULES
from stack.store import Store
from stack.trouble import Trouble

DATABASE = "trellis"
CONFIG = Path(__file__).with_name("clickhouse.xml")
MEMORY_SHARE = 0.35


def clickhouse(home: Path, *, port: int, http_port: int, logs: Path) -> Store:
    """ClickHouse with its files in `home`, its native protocol on `port`."""
    config = home / "config.xml"
    child = Child(
        "clickhouse",
        _command(config),
        log=logs / "clickhouse.log",
        pid_file=home / "clickhouse.pid",
        ask_to_end=None if server_on_path() else lambda: _end_serving(http_port),
    )
    return Store(
        "clickhouse",
        port,
        f"clickhouse://default:@127.0.0.1:{port}/{DATABASE}",
        child,
        ready=lambda: _answers(http_port),
        prepare=lambda: _prepare(config, port=port, http_port=http_port),
        finish=lambda: _create(http_port),
    )


def server_on_path() -> list[str]:
    """The command of an installed ClickHouse server; empty when there is none."""
    if shutil.which("clickhouse-server"):
        return ["clickhouse-server"]
    return ["clickhouse", "server"] if shutil.which("clickhouse") else []


def library() -> Path | None:
    """The library inside the npm package of this platform, if it is installed."""
    return next(NODE_MODULES.glob("@chdb/lib-*/libchdb.so"), None)


def _command(config: Path) -> list[str]:
    server = server_on_path()
    if server:
        return [*server, f"--config-file={config}"]
    found = library()
    if found is None:
        raise Trouble("no ClickHouse: run npm ci, or install clickhouse-server, or give CLICKHOUSE_URL")
    return [sys.executable, "-m", "stack.clickhouse_library", str(found), str(config)]


def _prepare(config: Path, *, port: int, http_port: int) -> None:
    config.parent.mkdir(parents=True, exist_ok=True)
    _write_config(config, port=port, http_port=http_port)
    if not server_on_path():
        # The library forgets which tables `system` had, then stumbles over the files of the old query_log.
        shutil.rmtree(config.parent / "data" / "data" / "system", ignore_errors=True)


def _write_config(config: Path, *, port: int, http_port: int) -> None:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    values = {"home": config.parent, "port": port, "http_port": http_port, "memory": int(memory * MEMORY_SHARE)}
    config.write_text(string.Template(CONFIG.read_text()).substitute(values))


def _answers(http_port: int) -> bool:
    try:
        return _ask(http_port, "SELECT 1") == "1\n"
    except OSError:
        return False


def _create(http_port: int) -> None:
    _ask(http_port, f"CREATE DATABASE IF NOT EXISTS {DATABASE}")


def _end_serving(http_port: int) -> bool:
    """Ends the library's last query, so that it shuts down in order; a signal would end it on the spot."""
    try:
        _ask(http_port, f"KILL QUERY WHERE query LIKE '{SERVING}%'")
    except OSError:
        return False
    return True


def _ask(http_port: int, statement: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{http_port}/", statement.encode(), timeout=10) as answer:
        text: str = answer.read().decode()
        return text
