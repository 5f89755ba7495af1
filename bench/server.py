"""Programs under measurement: started for a while, asked what they use, stopped."""

import os
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import psutil

from bench.result import Invalid

START_LIMIT_S = 40
STOP_LIMIT_S = 20
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Program:
    """What to run. `port` is where it listens, 0 for a program that does not."""

    name: str
    command: Sequence[str]
    port: int = 0
    environment: Mapping[str, str] | None = None


class Server:
    """A running program. Its output goes to `<name>.log` in the folder given."""

    def __init__(self, program: Program, folder: Path) -> None:
        self.program = program
        self.log = folder / f"{program.name}.log"
        self._process: subprocess.Popen[bytes]

    def __enter__(self) -> "Server":
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                self.program.command,
                cwd=ROOT,
                env=os.environ | (self.program.environment or {}),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            if self.program.port:
                self._wait_until_it_listens()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def everyone(self) -> list[psutil.Process]:
        """The program's first process, then its children."""
        first = psutil.Process(self._process.pid)
        return [first, *first.children(recursive=True)]

    def workers(self) -> list[psutil.Process]:
        """The children, which do the work; the program itself when it has none."""
        first, *children = self.everyone()
        return children or [first]

    def worker_mb(self) -> float:
        """Memory of the largest worker, as `memory_mb` counts it."""
        return max(memory_mb(worker) for worker in self.workers())

    def worker_rss_mb(self) -> float:
        """The same with the pages that the workers share counted in full for each, as `ps` and `top` show it."""
        return max(float(worker.memory_info().rss) / 1e6 for worker in self.workers())

    def _end(self) -> None:
        if self._process.poll() is not None:
            return
        everyone = self.everyone()
        self._process.terminate()
        _, alive = psutil.wait_procs(everyone, timeout=STOP_LIMIT_S)
        for stubborn in alive:
            stubborn.kill()
        self._process.wait()

    def _wait_until_it_listens(self) -> None:
        deadline = time.monotonic() + START_LIMIT_S
        while not _listens(self.program.port):
            if self._process.poll() is not None or time.monotonic() > deadline:
                end = self.log.read_text(errors="replace")[-2000:]
                raise Invalid(f"{self.program.name} does not listen on port {self.program.port}:\n{end}")
            time.sleep(0.05)


def memory_mb(process: psutil.Process) -> float:
    """In MB (10^6 bytes): the pages a process has to itself and its share of those it shares. Only Linux tells; elsewhere all."""
    sizes = process.memory_full_info()
    return float(getattr(sizes, "pss", 0) or sizes.rss) / 1e6


def cpu_s(processes: Sequence[psutil.Process]) -> float:
    """Seconds of CPU these have used so far, in user and kernel mode."""
    return sum(sum(process.cpu_times()[:2]) for process in processes)


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on now."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
