"""A watch over what the running thread touches while it answers: clients of stores, sockets, new threads, sleeps.

Nothing is replaced: the interpreter reports every Python frame and every C call of this thread (`sys.setprofile`).
"""

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import celery
import clickhouse_backend
import clickhouse_driver
import kombu
import psycopg
import redis

CLIENTS = {
    str(Path(package.__file__).parent): package.__name__
    for package in (psycopg, redis, clickhouse_driver, clickhouse_backend, kombu, celery)
}
CALLS = {"start_new_thread", "start_joinable_thread", "sleep", "fork", "fork_exec", "posix_spawn"}


@contextmanager
def watched() -> Iterator[set[str]]:
    """What was touched inside the block, in words; empty when it was nothing."""
    touched: set[str] = set()

    def see(frame: FrameType, event: str, called: Any) -> None:
        if event == "call":
            file = frame.f_code.co_filename
            touched.update(
                f"{name}: {frame.f_code.co_name}" for folder, name in CLIENTS.items() if file.startswith(folder)
            )
        elif event == "c_call":
            name = getattr(called, "__name__", "")
            if name in CALLS or isinstance(getattr(called, "__self__", None), socket.socket.__base__):
                touched.add(f"{getattr(called, '__module__', None) or 'socket'}.{name}")

    sys.setprofile(see)
    try:
        yield touched
    finally:
        sys.setprofile(None)
