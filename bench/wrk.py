"""wrk: as many requests as the server will answer, over so many connections, by one thread."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bench.result import Invalid

SCRIPT = Path(__file__).with_name("rotate.lua")
ERRORS = ("connect", "read", "write", "status", "timeout")


@dataclass(frozen=True)
class Burst:
    """One measurement. Latencies in milliseconds."""

    requests: int
    requests_per_s: float
    p50_ms: float
    p99_ms: float
    max_ms: float


def write_requests(path: Path, heads: list[bytes]) -> None:
    """In the form that the script reads."""
    path.write_bytes(b"".join(head + b"\0" for head in heads))


def run(wrk: str, port: int, *, connections: int, seconds: int, requests: Path) -> Burst:
    """Raises Invalid when any request failed: no answer, or a status of 400 and above."""
    command = [
        wrk,
        "-t1",
        f"-c{connections}",
        f"-d{seconds}s",
        "--timeout",
        "10s",
        "-s",
        str(SCRIPT),
        f"http://127.0.0.1:{port}/in/",
    ]
    ran = subprocess.run(
        command, env=os.environ | {"BENCH_REQUESTS": str(requests)}, capture_output=True, text=True, check=False
    )
    return read(ran.stdout, ran.stderr)


def read(output: str, complaints: str = "") -> Burst:
    """The measurement that the script printed."""
    line = next((line for line in output.splitlines() if line.startswith("RESULT ")), None)
    if line is None:
        raise Invalid(f"wrk gave no result:\n{output}{complaints}")
    said = json.loads(line.removeprefix("RESULT "))
    if failed := {name: said[name] for name in ERRORS if said[name]}:
        raise Invalid(f"requests failed: {failed}")
    return Burst(
        requests=said["requests"],
        requests_per_s=said["requests"] / (said["duration_us"] / 1e6),
        p50_ms=said["p50_us"] / 1000,
        p99_ms=said["p99_us"] / 1000,
        max_ms=said["max_us"] / 1000,
    )
