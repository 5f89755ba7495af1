"""What the made-up advertising cost: files as advertising tools export them, taken in like real ones."""

import csv
import io
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from apps.accounts.models import Organization
from apps.attribution.cost_mapping import Reading
from apps.attribution.costs import apply, take_in
from apps.attribution.models import CostUpload
from apps.ingress.warehouse.reader import Warehouse

ADS = """
SELECT toDate(happened_at, {zone:String}) AS day, utm_source AS source, utm_medium AS medium, utm_campaign AS campaign,
       ad_network, count() AS clicks
FROM events WHERE {{scope}} AND origin = 'demo' AND kind = 'human' AND ad_network != '' AND utm_source != ''
GROUP BY day, source, medium, campaign, ad_network ORDER BY day, ad_network, campaign, source, medium
"""
# A click's price in cents, and what each tool says in the header of the column.
PRICES = {"google": 42, "microsoft": 31, "meta": 24, "tiktok": 13, "pinterest": 17, "linkedin": 180}
FILES = {
    "search-ads.csv": (("google", "microsoft"), "Cost (EUR)"),
    "social-ads.csv": (("meta", "tiktok", "pinterest", "linkedin"), "Amount spent (USD)"),
}


class Bought(NamedTuple):
    """Clicks of one day that were paid for."""

    day: date
    source: str
    medium: str
    campaign: str
    ad_network: str
    clicks: int


def spend(organization: Organization, now: datetime) -> int:
    """Takes the files in that are not there yet and applies them; returns how many. Errors: those of Warehouse.rows."""
    there = set(CostUpload.objects.filter(organization=organization).values_list("name", flat=True))
    missing = [name for name in FILES if name not in there]
    if not missing:
        return 0
    bought = Warehouse(organization.pk).rows(ADS, Bought, {"zone": organization.time_zone}, name="demo_ads")
    taken = 0
    for name in missing:
        networks, heading = FILES[name]
        if rows := [row for row in bought if row.ad_network in networks]:
            upload = take_in(organization, name, _file(rows, heading))
            apply(upload, Reading.load(upload.mapping), now)
            taken += 1
    return taken


def _file(rows: Iterable[Bought], heading: str) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["Day", "UTM source", "UTM medium", "Campaign", "Ad network", heading])
    for row in rows:
        # Prices of a day go up and down by a third.
        cents = PRICES[row.ad_network] * row.clicks * (85 + row.day.toordinal() * 7 % 31) // 100
        writer.writerow([row.day, row.source, row.medium, row.campaign, row.ad_network, Decimal(cents) / 100])
    return text.getvalue().encode()
