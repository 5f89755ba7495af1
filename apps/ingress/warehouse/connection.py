"""One driver connection a thread, to the database that the alias `clickhouse` names.

The alias' own cursors put values into the text of a question; the door wants the server to do that, so it keeps its own clients.
"""

import threading

from clickhouse_driver import Client
from django.db import connections

_local = threading.local()


def client() -> Client:
    """This thread's client; the driver reconnects by itself when the server went away."""
    parameters = connections["clickhouse"].get_connection_params()
    if getattr(_local, "parameters", None) != parameters:
        if hasattr(_local, "client"):
            _local.client.disconnect()
        _local.parameters = parameters
        options = {
            name: value for name, value in parameters.items() if name not in {"connections_min", "connections_max"}
        }
        settings = {**options.pop("settings", {}), "server_side_params": True}
        _local.client = Client(**options, settings=settings)
    return _local.client
