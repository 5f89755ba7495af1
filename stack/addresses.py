"""The ports of `./dev up`: which variable chooses each, and what it is otherwise. Standard library only."""

import os

from stack.trouble import Trouble

PORTS = {
    "postgresql": ("TRELLIS_PG_PORT", 5442),
    "redis": ("TRELLIS_REDIS_PORT", 6389),
    "clickhouse": ("TRELLIS_CLICKHOUSE_PORT", 9010),
    "clickhouse-http": ("TRELLIS_CLICKHOUSE_HTTP_PORT", 8133),
    "pages": ("TRELLIS_PAGES_PORT", 8000),
    "ingress": ("TRELLIS_INGRESS_PORT", 8001),
}
GIVEN_BY = {
    "postgresql": "DATABASE_URL",
    "redis": "REDIS_URL",
    "clickhouse": "CLICKHOUSE_URL",
    "clickhouse-http": "CLICKHOUSE_URL",
}


def chosen_port(name: str) -> int:
    """The port from the environment, else the usual one; raises Trouble when it is no port."""
    variable, usual = PORTS[name]
    text = os.environ.get(variable) or str(usual)
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise Trouble(f"{variable}={text} is not a port: give a number from 1 to 65535")
    return int(text)


def wanted_ports() -> list[str]:
    """Names of the ports `up` will listen on: all but those of services that are given by URL."""
    return [name for name in PORTS if not os.environ.get(GIVEN_BY.get(name, ""))]
