"""The books: what the bookings of conversions come to, written down as rows that are only ever added."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection

from apps.accounts.models import Organization
from apps.attribution.claim import Claim
from apps.attribution.entries import ZERO, Click, Entry, Row, entries_of, rows_between, worth
from apps.attribution.fold import MAIN, Course, Verdict, fold
from apps.attribution.models import Booking, Conversion, ConversionChange
from apps.ingress.warehouse.facts import clicks_by_ids

# Of PostgreSQL's advisory locks, the one that means "who holds this keeps the books".
PEN = 7_204_081_533
FIRST_TRY = timedelta(seconds=10)
LONGEST_WAIT = timedelta(days=1)
# Three weeks and a day of looking for a click; then somebody has to ask for it.
TRIES = 34
# What follows from a conversion's bookings; by the rest it is known.
SETTLED = (
    "click", "status", "happened_at", "changed_at", "payout", "currency", "rate", "rate_on", "revenue", "pending", "cost", "sales",
    "event_id", "clicked_at", "problem", "match_tries", "match_due_at", "emptied_at",
)  # fmt: skip
Courses = Mapping[int, Course | None]
Clicks = Mapping[int, datetime]


def take_pen(*, wait: bool) -> bool:
    """The right to write into the books, until this transaction ends; only one has it. False when it is taken."""
    with connection.cursor() as cursor:
        if wait:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PEN])
            return True
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [PEN])
        return bool(cursor.fetchone()[0])


def settle(conversion_ids: Collection[int], now: datetime, *, tried: bool = False) -> int:
    """Bring these conversions to what their bookings say; returns how many rows that took. Whoever calls holds the pen.

    Settling twice adds nothing the second time. `tried` says that a click was looked for because it was due.
    Errors: WarehouseUnavailable, when a click has to be looked for.
    """
    conversions = list(Conversion.objects.filter(pk__in=conversion_ids).select_related("organization").order_by("pk"))
    bookings = _bookings(conversions)
    courses = {conversion.pk: _course(bookings.get(conversion.pk, [])) for conversion in conversions}
    written = _written(conversions)
    clicks = _clicks(conversions, courses)
    for conversion in conversions:
        _follow(conversion, courses[conversion.pk], clicks, now, tried)
    changes = [
        change
        for conversion in conversions
        for change in _changes(conversion, courses[conversion.pk], written.get(conversion.pk, []), now)
    ]
    ConversionChange.objects.bulk_create(changes)
    # An upsert by id: `bulk_update` spends 8 of 9 ms a postback on writing its SQL (2026-11-23).
    Conversion.objects.bulk_create(conversions, update_conflicts=True, unique_fields=["id"], update_fields=SETTLED)
    told = [
        booking
        for conversion in conversions
        for booking in _told(conversion, courses[conversion.pk], bookings.get(conversion.pk, []))
    ]
    Booking.objects.bulk_create(told, update_conflicts=True, unique_fields=["id"], update_fields=["outcome", "reason"])
    _note_money({conversion.organization_id for conversion in conversions}, now)
    return len(changes)


def _bookings(conversions: Sequence[Conversion]) -> dict[int, list[Booking]]:
    by_conversion: dict[int, list[Booking]] = {}
    counted = Booking.objects.filter(conversion__in=conversions).exclude(outcome=Booking.Outcome.REFUSED)
    for booking in counted.order_by("postback_id"):
        assert booking.conversion_id
        by_conversion.setdefault(booking.conversion_id, []).append(booking)
    return by_conversion


def _course(bookings: Iterable[Booking]) -> Course | None:
    claims = [Claim.load(booking.claim) for booking in bookings]
    return fold(claims) if claims else None


def _written(conversions: Sequence[Conversion]) -> dict[int, list[ConversionChange]]:
    by_conversion: dict[int, list[ConversionChange]] = {}
    for change in ConversionChange.objects.filter(conversion__in=conversions).order_by("number"):
        by_conversion.setdefault(change.conversion_id, []).append(change)
    return by_conversion


def _clicks(conversions: Sequence[Conversion], courses: Courses) -> Clicks:
    """When the clicks happened that these conversions name and that are stored, but for those already matched."""
    wanted: dict[int, set[int]] = {}
    for conversion in conversions:
        course = courses[conversion.pk]
        if course and course.claim.event_id and not _is_matched(conversion, course):
            wanted.setdefault(conversion.organization_id, set()).add(course.claim.event_id)
    return {
        event_id: event.happened_at
        for organization_id, ids in wanted.items()
        for event_id, event in clicks_by_ids(organization_id, ids).items()
    }


def _is_matched(conversion: Conversion, course: Course) -> bool:
    return bool(conversion.clicked_at) and conversion.event_id == course.claim.event_id


def _follow(conversion: Conversion, course: Course | None, clicks: Clicks, now: datetime, tried: bool) -> None:
    """Point the conversion at its click, or say why there is none and when to look again."""
    if course is None:
        conversion.emptied_at, conversion.match_due_at = conversion.emptied_at or now, None
        return
    conversion.emptied_at = None
    claim = course.claim
    if conversion.txid:
        conversion.click = claim.click
    if not _is_matched(conversion, course):
        if conversion.event_id != claim.event_id:
            conversion.match_tries = 0
        conversion.event_id, conversion.clicked_at = claim.event_id, clicks.get(claim.event_id)
    if conversion.clicked_at or not claim.event_id:
        conversion.problem = _problem(conversion, claim)
        conversion.match_due_at = None
        return
    conversion.problem = Conversion.Problem.UNKNOWN
    if tried or not conversion.match_tries:
        conversion.match_due_at = _next_try(conversion.match_tries, now)
        conversion.match_tries += 1


def _problem(conversion: Conversion, claim: Claim) -> Conversion.Problem:
    if conversion.clicked_at:
        return Conversion.Problem.NONE
    return Conversion.Problem.GARBLED if claim.click else Conversion.Problem.NO_CLICK_ID


def _next_try(tries: int, now: datetime) -> datetime | None:
    return now + min(FIRST_TRY * 2 ** min(tries, 20), LONGEST_WAIT) if tries < TRIES else None


def _changes(
    conversion: Conversion, course: Course | None, written: Sequence[ConversionChange], now: datetime
) -> list[ConversionChange]:
    """The rows to add, with the conversion brought to what they come to."""
    taken_back = {change.takes_back for change in written}
    in_effect = {one.number: _entry(one) for one in written if one.sign > 0 and one.number not in taken_back}
    click = Click(int(conversion.event_id), conversion.clicked_at) if conversion.clicked_at else Click()
    entries = entries_of(
        course.lines if course else (),
        click,
        currency=conversion.organization.currency,
        zone=ZoneInfo(conversion.organization.time_zone),
        kept=[_entry(change) for change in written],
    )
    rows = rows_between(in_effect, entries)
    if rows:
        conversion.changed_at = now
    _sum_up(conversion, entries)
    return [_change(conversion, row, number, now) for number, row in enumerate(rows, start=len(written) + 1)]


def _entry(change: ConversionChange) -> Entry:
    return Entry._make(getattr(change, name) for name in Entry._fields)


def _change(conversion: Conversion, row: Row, number: int, now: datetime) -> ConversionChange:
    return ConversionChange(
        conversion=conversion,
        number=number,
        sign=row.sign,
        takes_back=row.takes_back,
        reason=row.reason,
        recorded_at=now,
        **row.entry._asdict(),
    )


def _sum_up(conversion: Conversion, entries: Sequence[Entry]) -> None:
    """What lists show of it: the sums of its entries, and the words of the one it began with."""
    worths = [worth(entry.status, entry.payout, entry.cost, entry.rate) for entry in entries]
    conversion.payout = sum((entry.payout for entry in entries), ZERO)
    conversion.revenue = sum((one.revenue for one in worths), ZERO)
    conversion.pending = sum((one.pending for one in worths), ZERO)
    conversion.cost = sum((one.cost for one in worths), ZERO)
    conversion.sales = sum(one.sales for one in worths)
    if entries:
        first = next((entry for entry in entries if entry.line == MAIN), entries[0])
        conversion.status, conversion.currency = first.status, first.currency
        conversion.rate, conversion.rate_on = first.rate, first.rate_on
        conversion.happened_at = min(entry.happened_at for entry in entries)


def _told(conversion: Conversion, course: Course | None, bookings: Sequence[Booking]) -> Iterator[Booking]:
    """Say beside each booking what it did: the order in which they were booked must not show. Those that change by it."""
    verdicts = {verdict.postback_id: verdict for verdict in course.verdicts} if course else {}
    for booking in bookings:
        said = _words(conversion, verdicts[booking.postback_id], Claim.load(booking.claim))
        if (booking.outcome, booking.reason) != said:
            booking.outcome, booking.reason = said
            yield booking


def _words(conversion: Conversion, verdict: Verdict, claim: Claim) -> tuple[str, str]:
    outcome = verdict.outcome
    words = [verdict.reason]
    if outcome == Booking.Outcome.NEW and not conversion.clicked_at:
        outcome = Booking.Outcome.ORPHAN
        words.append(f"No click is known: {Conversion.Problem(conversion.problem).label}.")
    if claim.repaired:
        words.append(f"The click id was mended: {claim.click}.")
    if not conversion.rate and claim.payout:
        words.append(f"No rate is known for {claim.currency}: its money counts as nothing for now.")
    return outcome, " ".join((*words, *claim.notes))


def _note_money(organization_ids: Collection[int], now: datetime) -> None:
    Organization.objects.filter(pk__in=organization_ids, money_since=None).update(money_since=now)
