"""What the made-up clicks are worth: postbacks as networks and a shop would have sent them, booked like real ones."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import NamedTuple
from urllib.parse import urlencode

from django.db import transaction

from apps.accounts.models import Organization
from apps.analytics.demo.traffic import WORKER
from apps.attribution.booking import book_waiting
from apps.attribution.models import Network
from apps.attribution.presets import Preset
from apps.attribution.storing import store_waiting
from apps.ingress.capture import Captured
from apps.ingress.models import Postback
from apps.ingress.postbacks.line import Taken, encode
from apps.ingress.snowflake import EPOCH_MS, SEQUENCE_BITS, WORKER_BITS, click_id
from apps.ingress.warehouse.reader import Warehouse

# A few of a hundred clicks, the same ones in every run: by their ids, so that nothing has to be remembered while they are made.
CLICKS = """
SELECT event_id, toUnixTimestamp64Milli(happened_at) AS at_ms, link_key, country, parameters['src'] != '' AS by_partner
FROM events WHERE {{scope}} AND origin = 'demo' AND kind = 'human'
  AND reason IN ('link', 'organization', 'to_verified', 'rule', 'fallback') AND cityHash64(event_id) % 1000 < 80
ORDER BY event_id
"""
SAMPLED = 0.08
# Of a hundred clicks of a link so many convert.
RATES = {
    "demo-news": 2.2,
    "demo-search": 1.9,
    "demo-fern": 2.4,
    "demo-reels": 0.5,
    "demo-social": 0.7,
    "demo-guide": 0.2,
}
RATE, PARTNERS_RATE = 0.9, 3.5
CURRENCIES = {"US": "USD", "CA": "USD", "GB": "GBP", "CH": "CHF"}
HOUR_MS, DAY_MS = 3_600_000, 86_400_000
SECOND_TIME, UNKNOWN, GARBLED, NO_CLICK = 0.04, 0.012, 0.008, 0.006


class Click(NamedTuple):
    event_id: int
    at_ms: int
    link_key: str
    country: str
    by_partner: bool


class Step(NamedTuple):
    """What is said of a conversion: so long after the click, in the network's own words."""

    after_ms: int
    status: str
    share: float = 1.0


@dataclass(frozen=True)
class Reporter:
    """A network, and how it writes. `names` are its parameters: click, transaction, amount, currency, status."""

    name: str
    preset: Preset
    names: tuple[str, str, str, str, str]
    lead: str = "lead"
    sale: str = "sale"
    rejected: str = "rejected"
    posts_json: bool = False


SHOP = Reporter(
    "The shop itself", Preset.GENERIC, ("click_id", "order_id", "amount", "currency", "status"), posts_json=True
)
FERN = Reporter("Fern & Field, through Keitaro", Preset.KEITARO, ("subid", "tid", "payout", "currency", "status"))
POSTERS = Reporter(
    "Green Posters, an Affise network",
    Preset.AFFISE,
    ("clickid", "action_id", "sum", "currency", "status"),
    "2",
    "1",
    "3",
)
REPORTERS = (SHOP, FERN, POSTERS)
OF_LINKS = {"demo-fern": FERN, "demo-reels": POSTERS, "demo-social": POSTERS}


def earn(organization: Organization) -> int:
    """Keeps the postbacks that came until the organization was founded; returns how many. Once: again it keeps none.

    Errors: those of Warehouse.rows.
    """
    if Network.objects.filter(organization=organization).exists():
        return 0
    clicks = Warehouse(organization.pk).rows(CLICKS, Click, name="demo_clicks")
    with transaction.atomic():
        networks = {one: Network.found(organization, one.name, one.preset) for one in REPORTERS}
        postbacks = list(_postbacks(clicks, networks, organization.created_at))
        Postback.objects.bulk_create(postbacks, batch_size=1_000)
    return len(postbacks)


def book(now: datetime, limit: timedelta) -> bool:
    """Books and stores what waits, for so long; whether all is done. What is not, the beat's tasks do."""
    until = datetime.now(UTC) + limit
    while datetime.now(UTC) < until:
        if not book_waiting(now) + store_waiting(now):
            return True
    return False


def _postbacks(clicks: list[Click], networks: dict[Reporter, Network], now: datetime) -> Iterator[Postback]:
    now_ms = int(now.timestamp() * 1000)
    number = 0
    for click in clicks:
        random = Random(click.event_id)  # noqa: S311  made-up data must be the same each time
        rate = PARTNERS_RATE if click.by_partner else RATES.get(click.link_key, RATE)
        if random.random() >= rate / 100 / SAMPLED:
            continue
        reporter = OF_LINKS.get(click.link_key, SHOP)
        said = _said(click, reporter, random)
        for step in _story(reporter, random):
            if click.at_ms + step.after_ms < now_ms:
                number += 1
                yield _postback(networks[reporter], reporter, said, step, click.at_ms + step.after_ms, number)


def _story(reporter: Reporter, random: Random) -> list[Step]:
    """How a conversion goes on: most are a sale and that is it."""
    bought = int(random.lognormvariate(7.3, 1.4) * 1000)
    drawn = random.random()
    if drawn < 0.12:
        steps = [Step(bought, reporter.lead)]
    elif drawn < 0.28:
        steps = [Step(bought, reporter.lead), Step(bought + random.randrange(HOUR_MS, 4 * DAY_MS), reporter.sale)]
    elif drawn < 0.36:
        steps = [Step(bought, reporter.sale), Step(bought + random.randrange(DAY_MS, 12 * DAY_MS), reporter.rejected)]
    elif drawn < 0.40 and reporter is SHOP:
        steps = [Step(bought, reporter.sale), *(Step(bought + n * 30 * DAY_MS, "rebill", 0.5) for n in (1, 2))]
    else:
        steps = [Step(bought, reporter.sale)]
    if random.random() < SECOND_TIME:
        steps.insert(1, steps[0]._replace(after_ms=steps[0].after_ms + 60_000))
    return steps


def _said(click: Click, reporter: Reporter, random: Random) -> dict[str, str]:
    """The parameters that stay the same in all postbacks of the conversion."""
    sealed = click_id(click.event_id)
    drawn = random.random()
    if drawn < UNKNOWN:
        sealed = click_id(click.event_id + 1)
    elif drawn < UNKNOWN + GARBLED:
        sealed = sealed[:9] + ("x" if sealed[9] != "x" else "y") + sealed[10:]
    elif drawn < UNKNOWN + GARBLED + NO_CLICK:
        sealed = ""
    amount = f"{min(random.lognormvariate(3.6, 0.7), 900):.2f}"
    currency = "USD" if reporter is POSTERS else CURRENCIES.get(click.country, "EUR")
    values = (sealed, f"{random.getrandbits(40):010X}", amount, currency)
    return dict(zip(reporter.names, values, strict=False))


def _postback(
    network: Network, reporter: Reporter, said: dict[str, str], step: Step, at_ms: int, number: int
) -> Postback:
    _, _, amount, _, status = reporter.names
    parameters = {**said, amount: f"{float(said[amount]) * step.share:.2f}", status: step.status}
    body = json.dumps(parameters).encode() if reporter.posts_json else b""
    headers = [("Host", "go.example.com"), ("User-Agent", "postback/1.0")]
    captured = Captured(
        method="POST" if body else "GET",
        scheme="https",
        host="go.example.com",
        path=f"/postback/{network.key}",
        query="" if body else urlencode(parameters),
        headers=[*headers, ("Content-Type", "application/json")] if body else headers,
        withheld=[],
        named={},
        cookie="",
        ip=f"198.51.100.{10 + REPORTERS.index(reporter)}",
    )
    sequence = number % (1 << SEQUENCE_BITS)
    postback_id = (at_ms - EPOCH_MS) << (WORKER_BITS + SEQUENCE_BITS) | WORKER << SEQUENCE_BITS | sequence
    reason = Postback.Reason.ACCEPTED.value
    taken = Taken(postback_id, at_ms, network.organization_id, network.pk, reason, paused=False)
    return Postback(
        id=postback_id,
        organization_id=network.organization_id,
        network_id=network.pk,
        received_at=datetime.fromtimestamp(at_ms / 1000, UTC),
        reason=reason,
        line=encode(captured, body, taken),
    )
