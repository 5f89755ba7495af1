"""ClickHouse's library made to serve: `python -m stack.clickhouse_library LIBRARY CONFIG`.

The library holds the whole of ClickHouse but its `server` program. Its `local` program listens on the ports of the
configuration for as long as its last query runs, so the last query is one that does not end.

It is made to believe that somebody sits at it. Otherwise it aborts as soon as one client is gone in the middle of a word
(ClickHouse#115666): 6 times for 263 killed clients, and never for 396 with a terminal (2026-11-29).
"""

import ctypes
import os
import sys

SERVING = "SELECT sleepEachRow(1) FROM system.numbers"
QUERY = (
    f"SYSTEM START LISTEN TCP; SYSTEM START LISTEN HTTP; {SERVING}"
    " SETTINGS max_block_size=1, function_sleep_max_microseconds_per_block=0 FORMAT Null"
)
# While a query runs nothing may read the keyboard: what is typed there waits for the prompt that comes after the last one.
INTERACTIVE = ["--interactive", "--progress=off", "--progress-table=off", "--enable-progress-table-toggle=0"]
STANDARD_INPUT = 0


def serve(library: str, config: str) -> None:
    keyboard, terminal = os.openpty()
    os.dup2(terminal, STANDARD_INPUT)
    os.write(keyboard, b"exit\n")
    arguments = ["clickhouse", *INTERACTIVE, f"--config-file={config}", f"--query={QUERY}"]
    call = ctypes.CDLL(library).chdb_query_cmdline
    call.restype = ctypes.c_void_p
    call(len(arguments), (ctypes.c_char_p * len(arguments))(*(argument.encode() for argument in arguments)))


if __name__ == "__main__":
    serve(*sys.argv[1:])
