"""`bench pipeline`: clicks at a steady rate until they can be queried, with everything running on this machine.

Rates are stepped up until the backlog grows. Every id that a client saw in a Location must be in ClickHouse, once.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from bench import programs, publishing, traffic, wrk
from bench.accounting import account, demand_balance
from bench.freshness import Lookout, ids_stored_since, stored_since
from bench.pace import Paced, sample_every
from bench.result import Figure, Invalid, Result
from bench.rounds import Effort
from bench.server import ROOT, Server, cpu_s, free_ports, memory_mb
from bench.statistic import percentile

RATES = (2_500, 5_000, 7_500, 10_000, 12_500, 15_000, 17_500, 20_000, 22_500, 25_000, 27_500, 30_000)
CONNECTIONS = 128
BUDGET_PER_S = 15_000
# A rate is sustained when what is not yet stored at the end of sending is no more than arrives in this time, ...
BACKLOG_LIMIT_S = 2.5
# ... has not grown by more than this since half-time, and nearly all requests left when they were due.
GROWTH_LIMIT_S = 0.5
SENT_SHARE = 0.98
DRAIN_LIMIT_S = 120
NOTES = (
    "Freshness: from the redirect until a query finds the click, measured in steps of 0.2 s.",
    f"Client, ingress ({programs.WORKERS} workers), Redis, store worker and ClickHouse share the cores.",
)


@dataclass(frozen=True)
class Step:
    """One rate. Backlogs in seconds of traffic; CPU in seconds by process."""

    rate: int
    paced: Paced
    backlog_half_s: float
    backlog_end_s: float
    ages_s: Sequence[float]
    cpu: Mapping[str, float]

    @property
    def sustained(self) -> bool:
        return (
            self.backlog_end_s <= BACKLOG_LIMIT_S
            and self.backlog_end_s - self.backlog_half_s <= GROWTH_LIMIT_S
            and self.paced.sent / self.paced.took_s >= SENT_SHARE * self.rate
        )

    def cpu_us(self, name: str) -> float:
        """Of one process, for each click."""
        return self.cpu[name] / self.paced.answered * 1e6

    def words(self) -> str:
        ages = f"fresh after {percentile(self.ages_s, 0.5):.2f} s, p99 {percentile(self.ages_s, 0.99):.2f} s"
        cpu = ", ".join(f"{name} {self.cpu_us(name):.0f}" for name in self.cpu)
        verdict = "sustained" if self.sustained else f"not sustained, {self.backlog_end_s:.1f} s behind"
        return f"{self.rate:,}/s {verdict}; {ages}; µs CPU a click: {cpu}"


class Bench:
    """The running pipeline."""

    def __init__(self, folder: Path, stack: ExitStack, effort: Effort) -> None:
        self.folder = folder
        self.effort = effort
        wrk.write_requests(folder / "requests", traffic.requests(publishing.cookies()))
        (self.port,) = free_ports(1)
        publishing.publish_links()
        ingress = programs.tracked_links("ingress", self.port, folder / "spool", fsync="batch")
        self.ingress = stack.enter_context(Server(ingress, folder))
        self.store = stack.enter_context(Server(programs.store_worker(), folder))
        self.stores = {name: _listener(name) for name in ("REDIS_URL", "CLICKHOUSE_URL")}
        self.step(500, seconds=3)  # everything is up, connected and has its caches

    def step(self, rate: int, *, seconds: int) -> Step:
        """Send at this rate for so long, wait until all is stored, account for every id. Raises Invalid."""
        since = _next_second()
        before = self._cpu_s()
        lookout = Lookout()
        lookout.start()
        arguments = [self.port, rate, seconds, CONNECTIONS, self.folder / "requests", self.folder / "ids"]
        command = [sys.executable, "-m", "bench.pace", *map(str, arguments)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as client:
            backlogs, paced = self._follow(client, lookout, since, rate, seconds)
        lookout.finish(DRAIN_LIMIT_S)
        self._wait_until_stored(since, paced)
        answered = [publishing.event_of(line) for line in (self.folder / "ids").read_text().split()]
        demand_balance(account(answered, ids_stored_since(since)))
        cpu = {name: after - before[name] for name, after in self._cpu_s().items()}
        return Step(rate, paced, *backlogs, lookout.ages_s, cpu)

    def memory_mb(self) -> dict[str, float]:
        """By process; the largest worker of those that have several."""
        found = {"ingress": self.ingress.worker_mb(), "store": self.store.worker_mb()}
        return found | {_short(name): memory_mb(process) for name, process in self.stores.items() if process}

    def _follow(
        self, client: "subprocess.Popen[str]", lookout: Lookout, since: datetime, rate: int, seconds: int
    ) -> tuple[tuple[float, float], Paced]:
        """The backlogs at half-time and at the end, in seconds, and what the client says at last."""
        assert client.stdout
        half = None
        for number, line in enumerate(client.stdout, start=1):
            if line.startswith("DONE "):
                paced = Paced(**json.loads(line.removeprefix("DONE ")))
                if paced.refused or paced.answered != paced.sent:
                    raise Invalid(f"not every request was redirected: {paced}")
                end = (paced.answered - stored_since(since)) / rate
                return (end if half is None else half, end), paced
            lookout.want(line.strip())
            answered = number * sample_every(rate)
            if half is None and answered >= rate * seconds / 2:
                half = (answered - stored_since(since)) / rate
        raise Invalid("the client ended without a word")

    def _wait_until_stored(self, since: datetime, paced: Paced) -> None:
        deadline = time.monotonic() + DRAIN_LIMIT_S
        while stored_since(since) < paced.answered and time.monotonic() < deadline:
            time.sleep(0.2)

    def _cpu_s(self) -> dict[str, float]:
        found = {"ingress": cpu_s(self.ingress.everyone()), "store": cpu_s(self.store.everyone())}
        return found | {_short(name): cpu_s([process]) for name, process in self.stores.items() if process}


def measure(effort: Effort) -> Result:
    """Raises Invalid."""
    with tempfile.TemporaryDirectory(prefix="trellis-bench-") as name, ExitStack() as stack:
        bench = Bench(Path(name), stack, effort)
        best = _climb(bench)
        half = [bench.step(best.rate // 2, seconds=2 * effort.seconds) for _ in range(effort.rounds)]
        for step in half:
            effort.say(step.words())
        return result_of(best, half, bench.memory_mb())


def result_of(best: Step, half: Sequence[Step], memory: Mapping[str, float]) -> Result:
    """`half` are the runs at half of the best rate."""
    ages = [age for step in half for age in step.ages_s]
    figures = {
        "sustained_per_s": Figure(best.rate, "clicks/s", f">= {BUDGET_PER_S:,}, aim 20,000"),
        "freshness_p50_s": Figure(percentile(ages, 0.5), "s at half"),
        "freshness_p99_s": Figure(percentile(ages, 0.99), "s at half", "<= 2"),
        "freshness_p50_s/full": Figure(percentile(best.ages_s, 0.5), "s at full"),
        "freshness_p99_s/full": Figure(percentile(best.ages_s, 0.99), "s at full"),
        "redirect_p50_ms": Figure(max(step.paced.p50_ms for step in half), "ms at half"),
        "redirect_p99_ms": Figure(max(step.paced.p99_ms for step in half), "ms at half"),
    }
    for name in best.cpu:
        figures[f"cpu_us/{name}"] = Figure(best.cpu_us(name), "µs/click", "<= 60" if name == "store" else "")
    figures |= {
        f"memory_mb/{name}": Figure(value, "MB", "<= 90" if name == "ingress" else "") for name, value in memory.items()
    }
    clicks = sum(step.paced.answered for step in [best, *half])
    accounted = f"{clicks:,} clicks in these runs; each id that a client was answered is in ClickHouse, once."
    return Result("pipeline", figures, {"budget of 15,000/s": best.rate / BUDGET_PER_S}, (*NOTES, accounted))


def _climb(bench: Bench) -> Step:
    """The highest rate that is sustained; each has a second chance, for the machine may have been busy."""
    best = None
    for rate in RATES:
        for _ in range(2):
            step = bench.step(rate, seconds=2 * bench.effort.seconds)
            bench.effort.say(step.words())
            if step.sustained:
                break
        if not step.sustained:
            break
        best = step
    if best is None:
        raise Invalid(f"not even {RATES[0]:,} clicks/s are sustained")
    return best


def _next_second() -> datetime:
    """Waits until a second begins and returns it: the driver cuts moments to whole seconds."""
    time.sleep(1 - time.time() % 1)
    return datetime.now(UTC).replace(microsecond=0)


def _listener(variable: str) -> psutil.Process | None:
    """The process behind a store's address; None when it is not on this machine or not ours to see."""
    address = urlsplit(os.environ[variable])
    if address.hostname not in ("127.0.0.1", "localhost", "::1"):
        return None
    for connection in psutil.net_connections("tcp"):
        if connection.status == psutil.CONN_LISTEN and connection.laddr.port == address.port and connection.pid:
            return psutil.Process(connection.pid)
    return None


def _short(variable: str) -> str:
    return variable.removesuffix("_URL").lower()
