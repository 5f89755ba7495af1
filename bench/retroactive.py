"""`bench retroactive`: a rule over history previewed, applied and reverted, beside writing as much by hand."""

import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from clickhouse_driver import Client
from django.utils import timezone

from apps.accounts.models import Organization
from apps.attribution.ledger import applying, reverting, running
from apps.attribution.ledger.applying import InForce
from apps.attribution.ledger.orders import apply_now
from apps.attribution.ledger.preview import Preview, preview
from apps.attribution.models import Policy, Run
from apps.campaigns import editing
from apps.campaigns.models import Campaign
from apps.ingress.warehouse.connection import client
from bench import retroactive_data as data
from bench.queries import make
from bench.result import Figure, Invalid, Result
from bench.retroactive_data import SHARES, SINCE, UNTIL
from bench.rounds import Effort
from bench.statistic import median
from bench.traffic import ORGANIZATION_ID

NOTES = (
    "Ratios are the other's time by ours: more is better. Budgets: INSERT SELECT 0.7, apply by revert 1.0, preview 2,000 ms.",
    "Memory is the peak of the largest statement. INSERT SELECT looks at no label, counts nothing, and may be there in part.",
)
# INSERT SELECT of half of a hundred million events takes 50 s in one statement, and the update more (2026-11-29).
STATEMENT_S = 900
DEEDS = ("preview", "apply", "revert", "insert", "update")
Samples = dict[str, list[float]]


def measure(effort: Effort) -> Result:
    """Raises Invalid."""
    plain = client()
    plain.disconnect()
    plain.connection.send_receive_timeout = STATEMENT_S
    make(plain, effort)
    campaign = _campaign()
    samples: Samples = defaultdict(list)
    for share in SHARES:
        for _ in range(effort.rounds):
            _round(share, campaign, plain, samples, effort)
    return result_of(samples, effort.events)


def result_of(samples: Samples, events: int) -> Result:
    """Medians, and ratios of the medians."""
    middle = {name: median(values) for name, values in samples.items()}
    figures = {"events": Figure(events, "events")}
    ratios: dict[str, float] = {}
    for share in SHARES:
        entries = middle[f"{share}%/entries"]
        figures[f"{share}%/entries"] = Figure(entries, "entries")
        took = {deed: middle[f"{share}%/{deed}_ms"] for deed in DEEDS}
        for deed, ms in took.items():
            figures[f"{share}%/{deed}_ms"] = Figure(ms, "ms", "<= 2000" if deed == "preview" else "")
            if deed != "preview":
                figures[f"{share}%/{deed}_per_s"] = Figure(entries / ms * 1000, "entries/s")
        figures |= {
            f"{share}%/{deed}_mb": Figure(middle[f"{share}%/{deed}_mb"], "MB")
            for deed in DEEDS
            if f"{share}%/{deed}_mb" in middle
        }
        ratios[f"INSERT SELECT, {share} %"] = took["insert"] / took["apply"]
        ratios[f"ALTER UPDATE, {share} %"] = took["update"] / took["apply"]
        ratios[f"apply by revert, {share} %"] = took["apply"] / took["revert"]
    return Result("retroactive", figures, ratios, NOTES)


def _round(share: int, campaign: Campaign, plain: Client, samples: Samples, effort: Effort) -> None:
    """All the deeds one after the other, so that a busy moment of the machine meets all."""
    # What an earlier round left would be looked through as well. Numbers of editions go on, so no token comes twice.
    for table in ("attribution_entries", "attribution_hourly"):
        plain.execute(f"TRUNCATE TABLE {table}")
    deeds = _Deeds(share, campaign, plain)
    took: dict[str, float] = {}
    for name in DEEDS:
        began = time.time()
        deed: Callable[[], Callable[[], None]] = getattr(deeds, name)
        tidy, took[name] = _timed(deed)
        samples[f"{share}%/{name}_ms"].append(took[name])
        if name in ("preview", "apply", "revert"):
            logged = _logged(plain, began)
            samples[f"{share}%/{name}_mb"].append(max((mb for *_, mb in logged.values()), default=0.0))
            effort.say(f"{share} %, {name}: {took[name]:,.0f} ms: {_log_words(logged)}")
        else:
            effort.say(f"{share} %, {name}: {took[name]:,.0f} ms")
        tidy()
    samples[f"{share}%/entries"].append(deeds.entries)


class _Deeds:
    """What is timed of one share; what each answers checks and tidies up, and is not timed."""

    def __init__(self, share: int, campaign: Campaign, plain: Client) -> None:
        self.share, self.campaign, self.plain = share, campaign, plain
        self.rule = data.rule(share)
        self.entries = self._count(data.MATCHING)
        self.run: Run
        plain.execute("DROP TABLE IF EXISTS bench_entries")
        plain.execute("DROP TABLE IF EXISTS bench_events")
        plain.execute(data.PLAIN_TABLE)
        plain.execute(data.COPY_TABLE)
        for (partition,) in plain.execute(data.PARTITIONS):
            plain.execute(data.COPY_PART.format(partition=partition))

    def preview(self) -> Callable[[], None]:
        order = apply_now(self.campaign, self.rule, SINCE, UNTIL, policy=Policy.FILL, now=timezone.now())
        found: Preview = preview(order, max_execution_s=120)
        return lambda: self._agree("the preview", found.events)

    def apply(self) -> Callable[[], None]:
        named = InForce(self.rule)
        self.run = applying.plan(self.campaign, named, SINCE, UNTIL, policy=Policy.FILL, now=timezone.now())
        running.run_here(self.run, lambda job: None)
        return self._applied

    def revert(self) -> Callable[[], None]:
        self.run = reverting.plan(self.run, now=timezone.now())
        running.run_here(self.run, lambda job: None)
        return self._reverted

    def insert(self) -> Callable[[], None]:
        self.plain.execute(data.plain_insert(self.share))
        return lambda: self._agree("INSERT SELECT", self._count("SELECT count() FROM bench_entries"))

    def update(self) -> Callable[[], None]:
        self.plain.execute(data.update(self.share), settings={"mutations_sync": 1})
        return self._updated

    def _applied(self) -> None:
        self.run.refresh_from_db()
        self._agree("the run", sum(self.run.counts["gained"].values()))
        self._agree("the ledger", self._count(data.LABELLED))

    def _reverted(self) -> None:
        self.run.refresh_from_db()
        self._agree("the revert", sum(self.run.counts["taken"].values()))
        if left := self._count(data.LABELLED):
            raise Invalid(f"{left:,} labels were left after the revert")

    def _updated(self) -> None:
        self._agree("ALTER UPDATE", self._count(data.UPDATED))
        self.plain.execute("DROP TABLE bench_entries")
        self.plain.execute("DROP TABLE bench_events")

    def _count(self, sql: str) -> int:
        [(number,)] = self.plain.execute(data.filled(sql, self.share))
        return int(number)

    def _agree(self, who: str, counted: int) -> None:
        if counted != self.entries:
            raise Invalid(f"{who} counts {counted:,} at {self.share} %, and there are {self.entries:,}")


def _campaign() -> Campaign:
    """Of the organization whose events were made; kept stores have it already."""
    organization, _ = Organization.objects.get_or_create(pk=ORGANIZATION_ID, defaults={"key": "bench", "name": "Bench"})
    kept = Campaign.objects.filter(organization=organization).first()
    return kept or editing.new_campaign(organization, None, "Named")


def _timed(deed: Callable[[], Any]) -> tuple[Any, float]:
    began = time.perf_counter()
    answer = deed()
    return answer, (time.perf_counter() - began) * 1000


def _logged(plain: Client, since: float) -> dict[str, tuple[int, float, float]]:
    """How many statements, their milliseconds and the largest one's memory, by name."""
    plain.execute("SYSTEM FLUSH LOGS")
    found = plain.execute(data.LOGGED, {"since_us": int(since * 1e6)})
    return {name: (count, ms, mb) for name, count, ms, mb in found}


def _log_words(logged: dict[str, tuple[int, float, float]]) -> str:
    said = [f"{name} {count} in {ms:,} ms, {mb:,.0f} MB" for name, (count, ms, mb) in sorted(logged.items())]
    return "; ".join(said)
