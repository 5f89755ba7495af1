"""The made-up clicks into ClickHouse, once: through the enrichment and the writer that real ones go through."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from apps.accounts.models import Organization
from apps.analytics.demo.campaigns import plans_of
from apps.analytics.demo.traffic import Shop, Traffic
from apps.attribution.live.publishing import publish_now
from apps.campaigns.models import Link
from apps.ingress.destination import parse
from apps.ingress.enrich.tables import current
from apps.ingress.labelling import Labels, labelled
from apps.ingress.labelling import parse as read_labels
from apps.ingress.models import LabelTable
from apps.ingress.warehouse.reader import Warehouse
from apps.ingress.warehouse.writer import store_events

SEED = 1
CHUNK_EVENTS = 50_000
# The clicks end when the organization was founded. With some so close before it, the last chunk is there, or a demo so small
# that it is one chunk.
COMPLETE_WITHIN = timedelta(days=3)
NEWEST = """
SELECT max(happened_at) AS newest_at, count() AS events FROM events WHERE {{scope}} AND origin = 'demo'
"""


@dataclass(frozen=True)
class Filled:
    newest_at: datetime
    events: int


def filled(organization: Organization) -> Filled:
    """What is there of the made-up clicks. Errors: those of Warehouse.rows. Cost: reads two columns of all its rows."""
    return Warehouse(organization.pk).rows(NEWEST, Filled, name="demo_filled")[0]


def is_complete(organization: Organization) -> bool:
    return filled(organization).newest_at > organization.created_at - COMPLETE_WITHIN


def fill(organization: Organization, events: int) -> Iterator[int]:
    """Stores them in chunks and yields how many are done after each.

    What arrives follows from the seed, the number and when the organization was founded, and each chunk carries a token:
    doing it again after a crash stores what was missing. Errors: BlockRefused, WarehouseUnavailable.
    """
    zone = ZoneInfo(organization.time_zone)
    labels = _labels(organization)
    traffic = Traffic(_shop(organization), organization.created_at, zone, current(timezone.now()), seed=SEED)
    stream = (labelled(event, labels) for event in traffic.events(events))
    done = 0
    while chunk := list(islice(stream, CHUNK_EVENTS)):
        store_events(chunk, token=f"demo-{organization.pk}-{events}-{done}")
        done += len(chunk)
        yield done


def _labels(organization: Organization) -> Labels:
    """Those of its campaigns, as if they had been live when the clicks came."""
    publish_now(organization.pk, timezone.now())
    table = LabelTable.objects.newest().get(organization_id=organization.pk)
    return read_labels(table.document, table.edition)


def _shop(organization: Organization) -> Shop:
    links = Link.objects.filter(organization=organization)
    return Shop(
        organization_id=organization.pk,
        retention_days=organization.retention_days,
        ingress_url=settings.TRELLIS_INGRESS_URL,
        safe_url=organization.safe_url,
        default=parse(organization.default_destination),
        links={link.key: (link.pk, parse(link.destination or organization.default_destination)) for link in links},
        plans=plans_of(organization),
    )
