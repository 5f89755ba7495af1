"""Programs run in the foreground, to their end, in the stack's environment."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from stack.places import PYTHON, ROOT, path_with_venv
from stack.supervisor import Stopped

END_LIMIT_S = 20


def run(command: Sequence[str | Path], environment: Mapping[str, str]) -> int:
    """Its exit code. What stops us stops it first."""
    everything = {**os.environ, **environment, "PATH": path_with_venv()}
    process = subprocess.Popen(command, cwd=ROOT, env=everything)
    try:
        return process.wait()
    except Stopped:
        process.send_signal(signal.SIGINT)
        raise
    finally:
        _wait(process)


def python(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    return run([PYTHON, *arguments], environment)


def manage(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    return python(["manage.py", *arguments], environment)


def _wait(process: "subprocess.Popen[bytes]") -> None:
    try:
        process.wait(END_LIMIT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
