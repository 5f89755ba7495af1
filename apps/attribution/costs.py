"""Costs by upload: looked at first, then applied, and undone by adding the opposite."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from itertools import islice
from zoneinfo import ZoneInfo

from django.db import transaction

from apps.accounts.models import Organization, User
from apps.attribution.charges import Charge, Unreadable, charges
from apps.attribution.cost_file import Table, read_table
from apps.attribution.cost_mapping import Reading, guess
from apps.attribution.entries import PLACES, ZERO
from apps.attribution.models import CostUpload
from apps.attribution.rates import rate
from apps.attribution.rows import COSTS, CostRow
from apps.ingress.enrich import enrich
from apps.ingress.enrich.tables import Tables, current
from apps.ingress.event import EPOCH, Event
from apps.ingress.warehouse.facts import store_facts, stored_facts

SAMPLE = 20
ERRORS_SHOWN = 100
AT_ONCE = 5_000
NOON = time(12)


class NotApplicable(Exception):
    """The upload is not in a state for this; the message says why, for people."""


@dataclass
class Preview:
    """What applying would do: the first charges, the first errors, and sums of all. `totals` by currency, `total` in the
    organization's; `unrated` are currencies without a rate, whose rows would count as nothing.
    """

    table: Table
    reading: Reading
    sample: list[Charge] = field(default_factory=list)
    errors: list[Unreadable] = field(default_factory=list)
    rows: int = 0
    bad_rows: int = 0
    totals: dict[str, Decimal] = field(default_factory=dict)
    total: Decimal = ZERO
    first_on: date | None = None
    last_on: date | None = None
    unrated: set[str] = field(default_factory=set)

    def _take(self, one: Charge | Unreadable, currency: str) -> None:
        if isinstance(one, Unreadable):
            self.bad_rows += 1
            self.errors += [one] if len(self.errors) < ERRORS_SHOWN else []
            return
        self.rows += 1
        self.sample += [one] if len(self.sample) < SAMPLE else []
        self.totals[one.currency] = self.totals.get(one.currency, ZERO) + one.amount
        value = rate(one.currency, currency, one.day).value
        self.total += (one.amount * value).quantize(PLACES)
        self.unrated |= set() if value else {one.currency}
        self.first_on = min(self.first_on or one.day, one.day)
        self.last_on = max(self.last_on or one.day, one.day)


def take_in(organization: Organization, name: str, data: bytes, by: User | None = None) -> CostUpload:
    """The file as a draft, with the best guess at its columns. Raises BadFile."""
    reading = guess(read_table(data))
    return CostUpload.objects.create(
        organization=organization,
        name=name.replace("\0", "")[:200],
        data=data,
        digest=hashlib.sha256(data).hexdigest(),
        mapping=reading.dump(),
        created_by=by,
    )


def same_file(upload: CostUpload) -> CostUpload | None:
    """An upload of the same bytes that counts already, the newest one."""
    counts = (CostUpload.Status.APPLYING, CostUpload.Status.APPLIED)
    twins = CostUpload.objects.filter(organization_id=upload.organization_id, digest=upload.digest, status__in=counts)
    return twins.exclude(pk=upload.pk).first()


def preview(upload: CostUpload, reading: Reading, now: datetime) -> Preview:
    """What applying the upload would do, read so. Raises BadFile. Cost: reads the whole file, 20 µs a row."""
    seen = Preview(read_table(bytes(upload.data)), reading)
    for one in _charges(upload, seen.table, reading, now):
        seen._take(one, upload.organization.currency)
    return seen


def apply(upload: CostUpload, reading: Reading, now: datetime) -> None:
    """Make the upload count, read so. Raises BadFile, and NotApplicable when it counts already or has nothing that could.

    Errors: WarehouseUnavailable; then it is being applied, and `finish` goes on.
    """
    seen = preview(upload, reading, now)
    if not seen.rows:
        raise NotApplicable("No row of the file can be read.")
    with transaction.atomic():
        drafts = CostUpload.objects.filter(pk=upload.pk, status=CostUpload.Status.DRAFT)
        if not drafts.update(
            status=CostUpload.Status.APPLYING,
            mapping=reading.dump(),
            rows=seen.rows,
            errors=seen.bad_rows,
            totals={code: str(total) for code, total in seen.totals.items()},
            applied_at=now,
        ):
            raise NotApplicable("It was applied before.")
        Organization.objects.filter(pk=upload.organization_id, money_since=None).update(money_since=now)
    upload.refresh_from_db()
    finish(upload)


def undo(upload: CostUpload, now: datetime) -> None:
    """Take the upload back: its rows stay, and their opposites are added. Raises NotApplicable when it does not count.

    Errors: WarehouseUnavailable; then it is being undone, and `finish` goes on.
    """
    applied = CostUpload.objects.filter(pk=upload.pk, status=CostUpload.Status.APPLIED)
    if not applied.update(status=CostUpload.Status.UNDOING, undone_at=now):
        raise NotApplicable("Only what counts can be undone.")
    upload.refresh_from_db()
    finish(upload)


def finish(upload: CostUpload) -> None:
    """Store what is still missing of applying or undoing, however often and by however many. Errors: WarehouseUnavailable."""
    if upload.status == CostUpload.Status.APPLYING:
        rows = list(_rows(upload))
        _store(upload, rows, "applied")
        _settle(upload, CostUpload.Status.APPLYING, CostUpload.Status.APPLIED)
    elif upload.status == CostUpload.Status.UNDOING:
        _store(upload, _opposites(upload), "undone")
        _settle(upload, CostUpload.Status.UNDOING, CostUpload.Status.UNDONE)


def finish_waiting() -> int:
    """Finish uploads whose worker died or whose store was away; returns how many."""
    under_way = CostUpload.objects.filter(status__in=(CostUpload.Status.APPLYING, CostUpload.Status.UNDOING))
    uploads = list(under_way.select_related("organization"))
    for upload in uploads:
        finish(upload)
    return len(uploads)


def _charges(upload: CostUpload, table: Table, reading: Reading, now: datetime) -> Iterator[Charge | Unreadable]:
    zone = ZoneInfo(upload.organization.time_zone)
    return charges(table, reading, upload.organization.currency, now.astimezone(zone).date())


def _rows(upload: CostUpload) -> Iterator[CostRow]:
    """The rows of the upload, the same each time but for rates of days that had none yet, which never replace stored ones."""
    assert upload.applied_at
    zone, tables = ZoneInfo(upload.organization.time_zone), current(upload.applied_at)
    reading = Reading.load(upload.mapping)
    for one in _charges(upload, read_table(bytes(upload.data)), reading, upload.applied_at):
        if isinstance(one, Charge):
            yield _row(upload, one, zone, tables)


def _row(upload: CostUpload, charge: Charge, zone: ZoneInfo, tables: Tables) -> CostRow:
    assert upload.applied_at
    value = rate(charge.currency, upload.organization.currency, charge.day).value
    return CostRow(
        organization_id=upload.organization_id,
        upload_id=upload.pk,
        row=charge.row,
        sign=1,
        happened_at=datetime.combine(charge.day, NOON, zone).astimezone(UTC),
        recorded_at=upload.applied_at,
        cost=(charge.amount * value).quantize(PLACES),
        amount=charge.amount,
        currency=charge.currency,
        rate=value,
        **{**_channelled(upload.organization_id, charge, tables), **charge.words},
    )


def _channelled(organization_id: int, charge: Charge, tables: Tables) -> dict[str, str]:
    """Source, medium and channel as a click with these words would have them: cost and clicks must meet in a report."""
    words = {f"utm_{name}": charge.words[name] for name in ("source", "medium") if name in charge.words}
    if not words:
        return {}
    words["utm_campaign"] = charge.words.get("utm_campaign", "")
    event = enrich(Event(organization_id, 0, EPOCH, parameters=words), tables)
    return {"source": event.source, "medium": event.medium, "channel": event.channel}


def _opposites(upload: CostUpload) -> list[CostRow]:
    """Made from what is stored: a rate may be known by another value today."""
    assert upload.undone_at
    stored = stored_facts(COSTS, list(_rows(upload)))
    return [
        row._replace(sign=-1, cost=-row.cost, amount=-row.amount, recorded_at=upload.undone_at)
        for row in map(CostRow._make, stored.values())
        if row.sign > 0
    ]


def _store(upload: CostUpload, rows: Iterable[CostRow], verb: str) -> None:
    ordered = iter(sorted(rows, key=lambda row: row.row))
    number = 0
    while some := list(islice(ordered, AT_ONCE)):
        store_facts(COSTS, some, token=f"costs-{upload.pk}-{verb}-{number}")
        number += 1


def _settle(upload: CostUpload, was: str, becomes: str) -> None:
    CostUpload.objects.filter(pk=upload.pk, status=was).update(status=becomes)
    upload.refresh_from_db()
