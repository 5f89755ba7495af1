"""One process we started: its log, its pid file, its end."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from stack.places import ROOT

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
TAIL_LINES = 15
LEFTOVER_LIMIT_S = 10
LOG_MAX_BYTES = 20 * 1024**2


class Child:
    """A process that dies with us.

    Must be started from a thread that lives as long as the program: Linux sends the death signal when the
    starting *thread* ends.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        log: Path,
        pid_file: Path,
        environment: Mapping[str, str] | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
        stop_limit_s: float = 20,
        ask_to_end: Callable[[], bool] | None = None,
    ) -> None:
        self.name = name
        self.command = list(command)
        self.log = log
        self.pid_file = pid_file
        self.environment = environment
        self.stop_signal = stop_signal
        self.stop_limit_s = stop_limit_s
        self.ask_to_end = ask_to_end
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process and self._process.poll() is None else None

    @property
    def alive(self) -> bool:
        return self.pid is not None

    @property
    def exit_code(self) -> int | None:
        return self._process.poll() if self._process else None

    def start(self) -> None:
        """Starts it, after ending what an earlier run left behind under the same pid file."""
        self.end_leftover()
        self.pid_file.parent.mkdir(parents=True, exist_ok=True)
        _make_room(self.log)
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches the supervisor only, which then stops things in order
                preexec_fn=_die_with_parent if LIBC else None,  # noqa: PLW1509  (it makes one system call)
            )
        _write_pid_file(self.pid_file, self._process.pid)

    def stop(self) -> None:
        """Asks it to end, and after the limit makes it end. Nothing happens when it is not running."""
        if self._process is None:
            return
        if self.alive:
            if not (self.ask_to_end and self.ask_to_end()):
                self._process.send_signal(self.stop_signal)
            try:
                self._process.wait(self.stop_limit_s)
            except subprocess.TimeoutExpired:
                self.kill()
        self.pid_file.unlink(missing_ok=True)

    def kill(self) -> None:
        """kill -9, with everything it started; returns when it is gone."""
        if self._process is None:
            return
        if self.alive:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def end_leftover(self) -> None:
        """Ends the process our pid file names: one of an earlier run, or the one we started."""
        process = leftover(self.pid_file)
        if process:
            process.send_signal(self.stop_signal)
            _, alive = psutil.wait_procs([process], timeout=LEFTOVER_LIMIT_S)
            for stubborn in alive:
                stubborn.kill()
            psutil.wait_procs(alive, timeout=LEFTOVER_LIMIT_S)
        self.pid_file.unlink(missing_ok=True)

    def tail(self) -> str:
        """The last lines of its log, indented for an error message."""
        if not self.log.exists():
            return ""
        lines = self.log.read_text(errors="replace").splitlines()[-TAIL_LINES:]
        return "\n".join(f"    {line}" for line in lines)


def leftover(pid_file: Path) -> psutil.Process | None:
    """The living process a pid file names; none when it is gone, or the pid is another process by now."""
    try:
        pid, started = pid_file.read_text().split()
        process = psutil.Process(int(pid))
        same = abs(process.create_time() - float(started)) < 1 and process.status() != psutil.STATUS_ZOMBIE
    except (OSError, ValueError, psutil.Error):
        return None
    return process if same else None


def _make_room(log: Path) -> None:
    """One older log is kept beside the present one, so that logs stay bounded."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_MAX_BYTES:
        log.rename(log.with_suffix(".log.1"))


def _write_pid_file(pid_file: Path, pid: int) -> None:
    try:
        started = psutil.Process(pid).create_time()
    except psutil.Error:
        started = time.time()
    fresh = pid_file.with_suffix(".new")
    fresh.write_text(f"{pid} {started}\n")
    fresh.rename(pid_file)


def _die_with_parent() -> None:
    """Runs in the child before exec: the kernel ends it should we die without a word."""
    if LIBC:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
