"""`bench queries`: every question behind Overview and Explore, through Trellis and straight to ClickHouse, in one run.

Events are generated inside ClickHouse, and the roll-up out of them, day by day. Each question is asked in turn both ways: cold
(ClickHouse's caches dropped) and warm, Trellis' own caches off. Both must count the same.
"""

import math
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from clickhouse_driver import Client

from apps.ingress.warehouse.connection import client
from apps.ingress.warehouse.reader import Warehouse
from bench.queries_asked import QUESTIONS, Question, largest, largest_plain
from bench.queries_data import add_money, generate
from bench.result import Figure, Invalid, Result
from bench.rounds import Effort
from bench.statistic import median
from bench.traffic import ORGANIZATION_ID

CACHES = (
    "MARK CACHE",
    "UNCOMPRESSED CACHE",
    "INDEX MARK CACHE",
    "MMAP CACHE",
    "QUERY CONDITION CACHE",
    "COMPILED EXPRESSION CACHE",
)
MERGES = "SELECT count() FROM system.merges WHERE database = currentDatabase()"
SIZES = """
SELECT table, sum(rows), sum(bytes_on_disk) FROM system.parts WHERE active AND database = currentDatabase() GROUP BY table
"""
SETTLING_LIMIT_S = 900
# The largest question takes a minute when nothing else runs. A page ends it sooner, and its estimates stay.
MAX_EXECUTION_S = 600
NOTES = (
    "Ratios are milliseconds of Trellis by those of plain ClickHouse, warm, medians: less is better, budget 1.2.",
    "Cold: ClickHouse's caches dropped before; the kernel's page cache stays. Trellis' own caches are off, but for `cached`.",
    "Limits are those of 100 million events; both ways count the same, or the run does not count.",
)
Samples = dict[str, list[float]]


def measure(effort: Effort) -> Result:
    """Raises Invalid."""
    plain = client()
    made_s = make(plain, effort)
    samples: Samples = defaultdict(list)
    warehouse = Warehouse(ORGANIZATION_ID, max_execution_s=MAX_EXECUTION_S)
    for question in QUESTIONS:
        _check(question, warehouse, plain)
        for way, ask in _ways(question, warehouse, plain).items():
            _drop_caches(plain)
            samples[f"{question.name}/{way}_cold"].append(_ms(ask))
        # In turn, so that a busy moment of the machine meets both.
        for _ in range(effort.rounds):
            for way, ask in _ways(question, warehouse, plain).items():
                samples[f"{question.name}/{way}"].append(_ms(ask))
        samples["cached"].append(_cached_ms(question))
        effort.say(_words(question, samples))
    return result_of(samples, effort.events, made_s, _sizes(plain))


def result_of(samples: Samples, events: int, made_s: float, sizes: dict[str, tuple[int, int]]) -> Result:
    """Medians, and ratios of the medians."""
    middle = {name: median(values) for name, values in samples.items()}
    figures = {"events": Figure(events, "events"), "made_s": Figure(made_s, "s")}
    figures |= {f"{table}_mb": Figure(size / 1e6, "MB on disk") for table, (_, size) in sorted(sizes.items())}
    figures |= {f"{table}_rows": Figure(rows, "rows") for table, (rows, _) in sorted(sizes.items())}
    for question in QUESTIONS:
        limit = f"<= {question.limit_ms}"
        figures[f"{question.name}/ms"] = Figure(middle[f"{question.name}/trellis"], "ms", limit)
        figures[f"{question.name}/cold_ms"] = Figure(middle[f"{question.name}/trellis_cold"], "ms")
        figures[f"{question.name}/plain_ms"] = Figure(middle[f"{question.name}/plain"], "ms")
        figures[f"{question.name}/plain_cold_ms"] = Figure(middle[f"{question.name}/plain_cold"], "ms")
    figures["cached_ms"] = Figure(middle["cached"], "ms")
    ratios = {one.name: middle[f"{one.name}/trellis"] / middle[f"{one.name}/plain"] for one in QUESTIONS}
    ratios["all (geometric mean)"] = math.exp(sum(map(math.log, ratios.values())) / len(ratios))
    sums = [sum(middle[f"{one.name}/{way}"] for one in QUESTIONS) for way in ("trellis", "plain")]
    ratios["all (sum of times)"] = sums[0] / sums[1]
    return Result("queries", figures, ratios, NOTES)


def make(plain: Client, effort: Effort) -> float:
    """Generates the data, or what is missing of it, and waits until ClickHouse has tidied up; returns the seconds of generating."""
    began, said = time.monotonic(), 0.0
    for done in generate(plain, effort.events):
        if (spent := time.monotonic() - began) - said > 10:
            said = spent
            effort.say(f"{done:,} of {effort.events:,} events after {spent:.0f} s")
    add_money(plain)
    made_s = time.monotonic() - began
    while plain.execute(MERGES)[0][0] and time.monotonic() - began < made_s + SETTLING_LIMIT_S:
        time.sleep(1)
    sizes = ", ".join(f"{table} {size / 1e9:.2f} GB" for table, (_, size) in sorted(_sizes(plain).items()))
    effort.say(f"made in {made_s:.0f} s, settled {time.monotonic() - began - made_s:.0f} s later: {sizes}")
    return made_s


def _ways(question: Question, warehouse: Warehouse, plain: Client) -> dict[str, Callable[[], Any]]:
    return {"trellis": lambda: question.ask(warehouse), "plain": lambda: plain.execute(question.plain)}


def _check(question: Question, warehouse: Warehouse, plain: Client) -> None:
    ours = largest(question.ask(warehouse))
    theirs = largest_plain(question, plain.execute(question.plain))
    if ours != theirs:
        raise Invalid(f"{question.name}: Trellis counts {ours:,.0f} and ClickHouse {theirs:,.0f}")


def _cached_ms(question: Question) -> float:
    """The same question once more, of somebody who takes an answer that is some seconds old."""
    warehouse = Warehouse(ORGANIZATION_ID, max_execution_s=MAX_EXECUTION_S, cached=True)
    question.ask(warehouse)
    return _ms(lambda: question.ask(warehouse))


def _drop_caches(plain: Client) -> None:
    for cache in CACHES:
        plain.execute(f"SYSTEM DROP {cache}")


def _ms(ask: Callable[[], Any]) -> float:
    began = time.perf_counter()
    ask()
    return (time.perf_counter() - began) * 1000


def _words(question: Question, samples: Samples) -> str:
    ours, plain = (median(samples[f"{question.name}/{way}"]) for way in ("trellis", "plain"))
    cold, plain_cold = (median(samples[f"{question.name}/{way}_cold"]) for way in ("trellis", "plain"))
    return (
        f"{question.name}: {ours:.1f} ms, plain {plain:.1f}, ratio {ours / plain:.2f} (limit {question.limit_ms} ms); "
        f"cold {cold:.1f}, plain {plain_cold:.1f}"
    )


def _sizes(plain: Client) -> dict[str, tuple[int, int]]:
    return {table: (rows, size) for table, rows, size in plain.execute(SIZES)}
