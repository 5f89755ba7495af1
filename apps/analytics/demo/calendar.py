"""When the made-up clicks happen: a rhythm of hours in many time zones, of weekdays, of campaigns, and growth."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from random import Random
from zoneinfo import ZoneInfo

from apps.analytics.demo.markets import HOURS, MARKETS, WEEKDAYS
from apps.analytics.demo.sources import DAYS, SOURCES

MACHINES = ("bot", "preview", "checker", "scraper")
MACHINE_SHARE = 0.16
MACHINE_WEIGHTS = (60, 16, 10, 14)
GROWTH = 2.1
HOUR = timedelta(hours=1)
HOUR_MS = 3_600_000
# The low bits of a packed moment say who clicks: a market, or after those a machine.
WHO_BITS = 5


@dataclass(frozen=True, slots=True)
class Moment:
    """`market` is an index of MARKETS, or None for one of MACHINES. `day` counts from 0."""

    at_ms: int
    day: int
    market: int | None
    machine: str


class Calendar:
    """The ninety days of one demo, the last of them today in `zone`."""

    def __init__(self, now: datetime, zone: ZoneInfo, random: Random) -> None:
        self._now, self._zone, self._random = now, zone, random
        today_on = now.astimezone(zone).date()
        dates = [today_on - timedelta(days=DAYS - 1 - n) for n in range(DAYS)]
        self.volumes = [[source.volume(n, day) for source in SOURCES] for n, day in enumerate(dates)]
        self._start = datetime.combine(dates[0], datetime.min.time(), zone).astimezone(now.tzinfo)
        self._days = [
            sum(volumes) * GROWTH ** (n / DAYS) * WEEKDAYS[day.weekday()] * random.lognormvariate(0, 0.06)
            for n, (day, volumes) in enumerate(zip(dates, self.volumes, strict=True))
        ]

    def moments(self, count: int) -> Iterator[Moment]:
        """`count` of them, oldest first."""
        machines = round(count * MACHINE_SHARE)
        packed = [*self._packed_people(count - machines), *self._packed_machines(machines)]
        packed.sort()
        start_ms = self._milliseconds(self._start)
        days = self._day_by_hour()
        for one in packed:
            at_ms, who = one >> WHO_BITS, one & (1 << WHO_BITS) - 1
            day = days[(at_ms - start_ms) // HOUR_MS]
            if who < len(MARKETS):
                yield Moment(at_ms, day, who, "")
            else:
                yield Moment(at_ms, day, None, MACHINES[who - len(MARKETS)])

    def _packed_people(self, count: int) -> list[int]:
        hours = self._hours()
        cells = [(hour, who) for hour in hours for who in range(len(MARKETS))]
        local = [[hour.astimezone(market.zone).hour for market in MARKETS] for hour in hours]
        weights = [
            self._days[day] * share * market.weight * HOURS[at]
            for day, share, row in zip(self._day_by_hour(), self._shares(), local, strict=False)
            for market, at in zip(MARKETS, row, strict=True)
        ]
        return [self._packed(*cells[n]) for n in self._drawn(weights, count)]

    def _packed_machines(self, count: int) -> list[int]:
        """Machines do not sleep; there are more of them where more is linked."""
        hours = self._hours()
        weights = [self._days[day] * share for day, share in zip(self._day_by_hour(), self._shares(), strict=False)]
        who = self._random.choices(range(len(MACHINES)), MACHINE_WEIGHTS, k=count)
        drawn = self._drawn(weights, count)
        return [self._packed(hours[n], len(MARKETS) + machine) for n, machine in zip(drawn, who, strict=True)]

    def _drawn(self, weights: list[float], count: int) -> list[int]:
        return self._random.choices(range(len(weights)), cum_weights=list(accumulate(weights)), k=count)

    def _packed(self, hour: datetime, who: int) -> int:
        length_ms = min(HOUR_MS, self._milliseconds(self._now) - self._milliseconds(hour))
        return self._milliseconds(hour) + int(self._random.random() * length_ms) << WHO_BITS | who

    def _hours(self) -> list[datetime]:
        """The beginnings of the hours until now."""
        count = (self._now - self._start) // HOUR + 1
        return [self._start + n * HOUR for n in range(count)]

    def _day_by_hour(self) -> list[int]:
        first_on = self._start.astimezone(self._zone).date()
        return [(hour.astimezone(self._zone).date() - first_on).days for hour in self._hours()]

    def _shares(self) -> list[float]:
        """How much of each hour is over already: all, but of the last."""
        last = (self._now - self._start) % HOUR / HOUR
        return [*[1.0] * (len(self._hours()) - 1), last]

    def _milliseconds(self, moment: datetime) -> int:
        return round(moment.timestamp() * 1000)
