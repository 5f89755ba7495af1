"""Ports of this machine: which are free, and who has the others."""

import random
import socket

import psutil

from stack.trouble import Trouble

# Below the range the kernel hands to outgoing connections: a service that is down for a moment gets its port back.
FREE_RANGE = range(15000, 32000)


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def answers(port: int) -> bool:
    """Somebody accepts connections there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free(count: int) -> list[int]:
    """`count` different ports nobody listens on now."""
    found: list[int] = []
    while len(found) < count:
        port = random.choice(FREE_RANGE)
        if port not in found and is_free(port):
            found.append(port)
    return found


def holder(port: int) -> str:
    """Who listens there, as words for an error: "redis-server, pid 812"; empty when it cannot be seen."""
    try:
        connections = psutil.net_connections("tcp")
    except psutil.Error:
        return ""
    for connection in connections:
        if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port and connection.pid:
            return _process_name(connection.pid)
    return ""


def refuse_taken(name: str, port: int, *, variable: str) -> None:
    """Raises Trouble, naming the port and the way out, when somebody else listens there."""
    if is_free(port):
        return
    who = holder(port) or "another process (ss -ltnp shows it to root)"
    raise Trouble(
        f"port {port}, wanted for {name}, is taken by {who}.\n"
        f"Stop it, or choose another port: {variable}={port + 100} ./dev up"
    )


def _process_name(pid: int) -> str:
    try:
        return f"{psutil.Process(pid).name()}, pid {pid}"
    except psutil.Error:
        return f"pid {pid}"
