"""One driver connection a thread, to the database that the alias `clickhouse` names.

The alias' own cursors put values into the text of a question; the door wants the server to do that, so it keeps its own clients.
"""

import threading
from typing import Any

from clickhouse_driver import Client
from django.db import connections

# What the alias' pool takes and the driver does not know.
OF_THE_POOL = {"connections_min", "connections_max"}


class _Connection:
    """A client that hangs up when its thread ends, or when the alias names another database."""

    def __init__(self, parameters: dict[str, Any]) -> None:
        self.parameters = parameters
        options = {name: value for name, value in parameters.items() if name not in OF_THE_POOL}
        settings = {**options.pop("settings", {}), "server_side_params": True}
        self.client = Client(**options, settings=settings)

    def __del__(self) -> None:
        self.client.disconnect()


_local = threading.local()


def client() -> Client:
    """This thread's client; the driver reconnects by itself when the server went away."""
    parameters = connections["clickhouse"].get_connection_params()
    connection: _Connection | None = getattr(_local, "connection", None)
    if connection is None or connection.parameters != parameters:
        connection = _local.connection = _Connection(parameters)
    return connection.client
