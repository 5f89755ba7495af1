"""`bench ingress`: the redirect with everything switched on, beside nginx and a plain Django view, in one run.

Store workers do not run: what is measured is the redirect with its spool and its shipper, which sends the first segments to
Redis and keeps the others on disk. `bench pipeline` measures both together.
"""

import shutil
import socket
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from bench import programs, publishing, tools, traffic, wrk
from bench.result import Figure, Invalid, Result
from bench.rounds import Effort
from bench.server import Program, Server, cpu_s, free_ports
from bench.statistic import median

CONNECTIONS = (8, 32, 128)
FSYNC = {"trellis": "batch", "trellis-off": "off", "trellis-always": "always"}
TARGETS = ("nginx", "trellis", "django", "trellis-off", "trellis-always")
WARM_UP_S = 1
LIMITS = {
    "trellis/p99_ms/32": "<= 4",
    "trellis/p99_ms/128": "<= 10",
    "trellis/worker_mb": "<= 90",
}
NOTES = (
    "Ratios are requests/s of trellis (TRELLIS_SPOOL_FSYNC=batch, the default) by those of the other, at 32 connections.",
    "Budget: >= 0.30 of nginx at 32 connections, aim 0.45; with fsync always >= 0.30 at 128.",
    f"{traffic.LINKS:,} links published; store workers not running; wrk -t1 on the same cores; medians.",
)
Samples = dict[str, list[float]]


@dataclass
class Bench:
    """One run: the folder it works in, its programs, and what was measured so far."""

    folder: Path
    wrk: str
    nginx: str
    effort: Effort
    samples: Samples = field(default_factory=lambda: defaultdict(list))

    @property
    def requests(self) -> Path:
        return self.folder / "requests"

    def round(self) -> None:
        """Every number of connections, and for each all targets in turn."""
        with ExitStack() as stack:
            servers = {
                name: stack.enter_context(Server(program, self.folder)) for name, program in self._programs().items()
            }
            for server in servers.values():
                _check_answers(server.program.port, traffic.requests(publishing.cookies(), count=200))
            for connections in CONNECTIONS:
                for name, server in servers.items():
                    self._measure(name, server, connections)
            for name in FSYNC:
                self.samples[f"{name}/worker_mb"].append(servers[name].worker_mb())
                self.samples[f"{name}/worker_rss_mb"].append(servers[name].worker_rss_mb())
        for name in FSYNC:
            _check_spool(self.folder / name)
            shutil.rmtree(self.folder / name)
        publishing.publish_links()

    def _programs(self) -> Mapping[str, Program]:
        ports = dict(zip(TARGETS, free_ports(len(TARGETS)), strict=True))
        found = {
            "nginx": programs.nginx(self.nginx, ports["nginx"], self.folder),
            "django": programs.django_view(ports["django"]),
        }
        for name, fsync in FSYNC.items():
            found[name] = programs.tracked_links(name, ports[name], self.folder / name, fsync=fsync)
        return {name: found[name] for name in TARGETS}

    def _measure(self, name: str, server: Server, connections: int) -> None:
        port = server.program.port
        wrk.run(self.wrk, port, connections=connections, seconds=WARM_UP_S, requests=self.requests)
        before = cpu_s(server.everyone())
        burst = wrk.run(self.wrk, port, connections=connections, seconds=self.effort.seconds, requests=self.requests)
        cpu_us = (cpu_s(server.everyone()) - before) / burst.requests * 1e6
        for what, value in {
            "per_s": burst.requests_per_s,
            "p50_ms": burst.p50_ms,
            "p99_ms": burst.p99_ms,
            "max_ms": burst.max_ms,
            "cpu_us": cpu_us,
        }.items():
            self.samples[f"{name}/{what}/{connections}"].append(value)
        self.effort.say(
            f"{name} at {connections}: {burst.requests_per_s:,.0f}/s, p99 {burst.p99_ms:.2f} ms, {cpu_us:.0f} µs"
        )


def measure(effort: Effort) -> Result:
    """Raises Missing and Invalid."""
    wrk_path, nginx_path = tools.find("wrk", "nginx")
    with tempfile.TemporaryDirectory(prefix="trellis-bench-") as name:
        bench = Bench(Path(name), wrk_path, nginx_path, effort)
        wrk.write_requests(bench.requests, traffic.requests(publishing.cookies()))
        publishing.publish_links()
        for number in range(effort.rounds):
            effort.say(f"round {number + 1} of {effort.rounds}")
            bench.round()
        return result_of(bench.samples)


def result_of(samples: Samples) -> Result:
    """Medians of the rounds, and ratios of the medians."""
    middle = {name: median(values) for name, values in samples.items()}
    figures = {name: Figure(value, _unit(name), LIMITS.get(name, "")) for name, value in middle.items()}
    ratios = {
        "nginx": middle["trellis/per_s/32"] / middle["nginx/per_s/32"],
        "nginx at 8": middle["trellis/per_s/8"] / middle["nginx/per_s/8"],
        "nginx at 128": middle["trellis/per_s/128"] / middle["nginx/per_s/128"],
        "nginx, fsync off": middle["trellis-off/per_s/32"] / middle["nginx/per_s/32"],
        "nginx, fsync always": middle["trellis-always/per_s/32"] / middle["nginx/per_s/32"],
        "nginx at 128, fsync always": middle["trellis-always/per_s/128"] / middle["nginx/per_s/128"],
        "django": middle["trellis/per_s/32"] / middle["django/per_s/32"],
    }
    return Result("ingress", figures, ratios, NOTES)


def _unit(name: str) -> str:
    what = name.split("/")[1]
    return {"per_s": "requests/s", "worker_mb": "MB", "worker_rss_mb": "MB", "cpu_us": "µs/request"}.get(what, "ms")


def _check_answers(port: int, heads: list[bytes]) -> None:
    """Each of these requests is answered with a redirect. wrk itself sees only statuses of 400 and above."""
    deadline = time.monotonic() + 10
    while (
        (answer := _answer(port, heads[0])) and not answer.startswith(b"HTTP/1.1 302 ") and time.monotonic() < deadline
    ):
        time.sleep(0.1)  # the table is still on its way
    for head in heads:
        answer = _answer(port, head)
        if not answer.startswith(b"HTTP/1.1 302 ") or b"\r\nLocation: " not in answer:
            raise Invalid(f"port {port} answered {answer[:80]!r} to {head[:80]!r}")


def _answer(port: int, head: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(head)
        return connection.recv(65_536)


def _check_spool(spool: Path) -> None:
    """Every line that was kept says 302."""
    for segment in spool.glob("w*/*.*"):
        data = segment.read_bytes()
        if data.count(b'"status":302,') != data.count(b"\n"):
            raise Invalid(f"not every click in {segment.name} was redirected")
