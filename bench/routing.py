"""`bench routing`: the redirect of a plain link and of campaigns with 1, 10 and 100 rules, 10,000 campaigns published, in one run.

One ingress serves them all; they are measured in turn, with the same requests but for the key. Places are looked up in a geo file.
"""

import random
import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from bench import (
    programs,
    publishing,
    routing_campaigns,
    routing_live,
    routing_places,
    routing_rows,
    tools,
    traffic,
    wrk,
)
from bench.result import Figure, Result
from bench.rounds import Effort
from bench.routing_decisions import Seen, check, tables_at
from bench.server import Server, cpu_s, free_ports
from bench.statistic import median
from bench.wrk import Burst

CONNECTIONS = 32
WARM_UP_S = 1
# In which each worker sees every address and browser of the smaller round of requests, and reads the campaigns clicked on.
REMEMBERING_S = 8
# So many campaigns of a size have all its clicks, as most clicks of a day are on a few; "every" spreads them over all of the size.
BUSY = 20
# Longer than it takes to publish everything.
CLICKING_S = 15
# An address is looked up in the geo file once, and remembered among 50,000. So many requests go round that each worker has
# forgotten an address when it comes again; in the smaller round it has not.
NEW_ADDRESSES = 131_072
TARGETS = ("plain", "1-rule", "10-rules", "100-rules", "10-rules-every", "plain-new", "10-rules-new")
PUBLISHED_ONCE = 10
# Nobody else clicks on the campaign that is published again and again.
WATCHED = routing_campaigns.numbers(10)[-1]
# The version that the rounds are decided by: after the first of all campaigns comes a second of all.
FIRST, SECOND = 1, 2
LIMITS = {"one/live_s_max": "<= 2", "plain/p99_ms": "<= 4"}
# Ours, theirs, and what is compared. Of CPU less is better, so there it is theirs by ours.
RATIOS = {
    "1 rule": ("1-rule/per_s", "plain/per_s"),
    "10 rules": ("10-rules/per_s", "plain/per_s"),
    "100 rules": ("100-rules/per_s", "plain/per_s"),
    "10 rules, every campaign": ("10-rules-every/per_s", "plain/per_s"),
    "10 rules, new addresses": ("10-rules-new/per_s", "plain-new/per_s"),
    "10 rules, CPU": ("plain/cpu_us", "10-rules/cpu_us"),
    "100 rules, CPU": ("plain/cpu_us", "100-rules/cpu_us"),
    "10 rules, new addresses, CPU": ("plain-new/cpu_us", "10-rules-new/cpu_us"),
}
UNITS = {"per_s": "requests/s", "cpu_us": "µs/request", "_ms": "ms", "_mb": "MB", "/s": "s", "_s": "s"}
NOTES = (
    "Ratios are requests/s (or, where it says so, the plain link's CPU a click by that) of campaigns and of the plain link.",
    'Budget: "10 rules" >= 0.67.',
    f"{routing_campaigns.CAMPAIGNS:,} campaigns published, {routing_campaigns.COUNTS[10]:,} of them with ten rules.",
    f"{traffic.LINKS:,} plain links; {CONNECTIONS} connections; wrk -t1 on the same cores; medians.",
    f"Clicks are on {BUSY} campaigns of a size; every: on all of the size in turn, most of which no processor's cache holds.",
    "new: every click from an address that its worker has to look up; else most addresses are remembered.",
    "Seconds to publish count from the save in PostgreSQL until the last worker decides by it.",
)
Samples = dict[str, list[float]]


@dataclass
class Bench:
    """One run: the folder it works in, its programs, and what was measured so far."""

    folder: Path
    wrk: str
    effort: Effort
    samples: Samples = field(default_factory=lambda: defaultdict(list))
    seen: Seen = field(default_factory=Seen)

    @property
    def geo(self) -> Path:
        return self.folder / "geo"

    def prepare(self) -> None:
        """The geo file, and the requests of each target."""
        routing_places.write_file(self.geo)
        cookies = publishing.cookies()
        for target in TARGETS:
            count = NEW_ADDRESSES if target.endswith("-new") else traffic.REQUESTS
            heads = routing_places.requests(cookies, keys_of(target), count=count)
            wrk.write_requests(self.folder / target, heads)

    def publish(self) -> None:
        """How long it takes, and what it costs: all campaigns at once, all again while people click, and one of them."""
        routing_rows.create_links()
        routing_rows.publish_all(afresh=True)
        with self._ingress("links") as server:
            self.samples["links/worker_mb"].append(server.worker_mb())
            routing_rows.create_campaigns()
            self._publish("all", server, FIRST, routing_rows.publish_all)
            routing_rows.new_versions(SECOND)
            self._publish_while_people_click(server)
            for version in range(SECOND + 1, SECOND + 1 + PUBLISHED_ONCE):
                self._publish("one", server, version, partial(routing_rows.publish_one, WATCHED, 10, version))
        shutil.rmtree(self.folder / "spool")

    def round(self) -> None:
        """All targets in turn. An ingress that starts with all campaigns, and a broker that has nothing but them."""
        routing_rows.publish_all(afresh=True)
        with self._ingress("campaigns") as server:
            for target in ("100-rules", "10-rules-every"):
                self._burst(target, server, REMEMBERING_S)
            for target in TARGETS:
                self._measure(target, server)
            self.samples["campaigns/worker_mb"].append(server.worker_mb())
            self.samples["campaigns/worker_rss_mb"].append(server.worker_rss_mb())
        check(self.folder / "spool", tables_at(self.geo), version=SECOND, seen=self.seen)
        shutil.rmtree(self.folder / "spool")

    @contextmanager
    def _ingress(self, what: str) -> Iterator[Server]:
        (port,) = free_ports(1)
        program = programs.tracked_links("ingress", port, self.folder / "spool", fsync="batch")
        extra = {"TRELLIS_GEOIP_PATH": str(self.geo), "TRUSTED_PROXIES": "127.0.0.1"}
        began = time.monotonic()
        with Server(replace(program, environment={**(program.environment or {}), **extra}), self.folder) as server:
            routing_live.wait_for_workers(server, traffic.key_of(1))
            self.samples[f"start with {what}/s"].append(time.monotonic() - began)
            yield server

    def _publish(self, name: str, server: Server, version: int, publish: Callable[[], None]) -> None:
        port, key = server.program.port, routing_campaigns.key_of(WATCHED)
        found = routing_live.published(port, by=traffic.key_of(1), key=key, version=version, publish=publish)
        self.samples[f"{name}/done_s"].append(found.done_s)
        self.samples[f"{name}/live_s"].append(found.live_s)
        self.effort.say(f"published {name}: done after {found.done_s:.2f} s, live after {found.live_s:.2f} s")

    def _publish_while_people_click(self, server: Server) -> None:
        """What visitors of plain links notice."""
        with ThreadPoolExecutor(1) as beside:
            clicks = beside.submit(self._burst, "plain", server, CLICKING_S)
            self._publish("all again", server, SECOND, routing_rows.publish_all)
            burst = clicks.result()
        self.samples["all again/p99_ms"].append(burst.p99_ms)
        self.samples["all again/max_ms"].append(burst.max_ms)

    def _measure(self, target: str, server: Server) -> None:
        self._burst(target, server, WARM_UP_S)
        before = cpu_s(server.everyone())
        burst = self._burst(target, server, self.effort.seconds)
        cpu_us = (cpu_s(server.everyone()) - before) / burst.requests * 1e6
        found = {"per_s": burst.requests_per_s, "p50_ms": burst.p50_ms, "p99_ms": burst.p99_ms, "cpu_us": cpu_us}
        for what, value in found.items():
            self.samples[f"{target}/{what}"].append(value)
        self.effort.say(f"{target}: {burst.requests_per_s:,.0f}/s, p99 {burst.p99_ms:.2f} ms, {cpu_us:.0f} µs")

    def _burst(self, target: str, server: Server, seconds: int) -> Burst:
        requests = self.folder / target
        return wrk.run(self.wrk, server.program.port, connections=CONNECTIONS, seconds=seconds, requests=requests)


def measure(effort: Effort) -> Result:
    """Raises Missing and Invalid."""
    (wrk_path,) = tools.find("wrk")
    with tempfile.TemporaryDirectory(prefix="trellis-bench-") as name:
        bench = Bench(Path(name), wrk_path, effort)
        bench.prepare()
        bench.publish()
        for number in range(effort.rounds):
            effort.say(f"round {number + 1} of {effort.rounds}")
            bench.round()
        return result_of(bench.samples, bench.seen)


def keys_of(target: str) -> Callable[[random.Random], str]:
    """Draws the key of a link that the target has."""
    if target.startswith("plain"):
        return lambda choice: traffic.key_of(choice.randint(1, traffic.LINKS))
    numbers = [n for n in routing_campaigns.numbers(int(target.partition("-")[0])) if n != WATCHED]
    if not target.endswith("-every"):
        numbers = numbers[:BUSY]
    return lambda choice: routing_campaigns.key_of(choice.choice(numbers))


def result_of(samples: Samples, seen: Seen) -> Result:
    """Medians of the rounds, ratios of the medians, and how far down the rules the clicks went."""
    middle = {name: median(values) for name, values in samples.items()}
    middle["one/live_s_max"] = max(samples["one/live_s"])
    figures = {name: Figure(value, unit_of(name), LIMITS.get(name, "")) for name, value in middle.items()}
    for rules in routing_campaigns.COUNTS:
        figures[f"{rules}-rules/asked"] = Figure(seen.tried(rules), "rules/click")
        figures[f"{rules}-rules/taken"] = Figure(seen.share_taken(rules), "of clicks")
    ratios = {name: middle[dividend] / middle[divisor] for name, (dividend, divisor) in RATIOS.items()}
    return Result("routing", figures, ratios, NOTES)


def unit_of(name: str) -> str:
    return next(unit for ending, unit in UNITS.items() if ending in name)
