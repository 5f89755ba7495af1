"""ClickHouse's library made to serve: `python -m stack.clickhouse_library LIBRARY CONFIG`.

The library holds the whole of ClickHouse but its `server` program. Its `local` program listens on the ports of the
configuration for as long as its last query runs, so the last query is one that does not end.
"""

import ctypes
import sys

SERVING = "SELECT sleepEachRow(1) FROM system.numbers"
QUERY = (
    f"SYSTEM START LISTEN TCP; SYSTEM START LISTEN HTTP; {SERVING}"
    " SETTINGS max_block_size=1, function_sleep_max_microseconds_per_block=0 FORMAT Null"
)


def serve(library: str, config: str) -> None:
    arguments = ["clickhouse", f"--config-file={config}", f"--query={QUERY}"]
    call = ctypes.CDLL(library).chdb_query_cmdline
    call.restype = ctypes.c_void_p
    call(len(arguments), (ctypes.c_char_p * len(arguments))(*(argument.encode() for argument in arguments)))


if __name__ == "__main__":
    serve(*sys.argv[1:])
