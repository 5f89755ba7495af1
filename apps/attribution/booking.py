"""From postbacks to conversions: each accepted postback is read once by its network's newest version, and booked."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from apps.attribution.books import settle, take_pen
from apps.attribution.claim import Claim, read_claim
from apps.attribution.maps import Maps
from apps.attribution.models import Booking, Conversion, Network, NetworkVersion
from apps.ingress.line import BadLine
from apps.ingress.models import Postback
from apps.ingress.postbacks import read
from apps.ingress.snowflake import click_ids

AT_ONCE = 100
Progress = Callable[[int, int], None]
Identity = tuple[int, str, str, str]
# Of postbacks that were booked before: the conversion, if there was one, and the fingerprint.
Told = Mapping[int, tuple[int | None, str]]


def book_waiting(now: datetime) -> int:
    """Book the oldest postbacks that wait; returns how many. 0 also while somebody else holds the pen.

    All of them or none: killed in between, they wait as before. Errors: WarehouseUnavailable, django.db.Error.
    """
    with transaction.atomic():
        if not take_pen(wait=False):
            return 0
        postbacks = list(Postback.objects.unbooked()[:AT_ONCE])
        book(postbacks, now)
        Postback.objects.filter(pk__in=[postback.pk for postback in postbacks]).update(booked_at=now)
    return len(postbacks)


def rebook(network: Network, now: datetime, progress: Progress | None = None) -> int:
    """Read all stored postbacks of the network again by its newest version; returns how many there were.

    Done twice it changes nothing the second time, and it can be broken off anywhere. `progress` is told how many of how many are
    done. Errors: WarehouseUnavailable, django.db.Error.
    """
    total = _booked_of(network).count()
    done, after = 0, 0
    while some := rebook_some(network, after, now):
        done, after = done + len(some), some[-1]
        if progress:
            progress(done, total)
    return done


def rebook_some(network: Network, after: int, now: datetime) -> list[int]:
    """The next postbacks behind the id `after`, read again; their ids, none at the end."""
    with transaction.atomic():
        take_pen(wait=True)
        postbacks = list(_booked_of(network).filter(pk__gt=after).order_by("pk")[:AT_ONCE])
        book(postbacks, now)
    return [postback.pk for postback in postbacks]


def book(postbacks: Sequence[Postback], now: datetime) -> None:
    """Read these and settle the conversions they tell of, and those they told of before. Whoever calls holds the pen.

    A network that is gone, and its organization with it, has no books: its postbacks are passed over.
    """
    versions = newest_versions({postback.network_id for postback in postbacks})
    maps = {network_id: version.maps for network_id, version in versions.items()}
    told = _told(postbacks)
    claims = [
        (version, _as_it_came(claim_of(postback, version, maps[postback.network_id]), told))
        for postback in postbacks
        if (version := versions.get(postback.network_id))
        and version.network.organization_id == postback.organization_id
    ]
    conversions = conversions_of([(version, claim) for version, claim in claims if not claim.refusal], now)
    bookings = [_booking(claim, version, conversions, now) for version, claim in claims]
    Booking.objects.bulk_create(
        bookings,
        update_conflicts=True,
        unique_fields=["postback_id"],
        update_fields=["network", "version", "conversion", "outcome", "reason", "claim", "booked_at"],
    )
    before = [conversion_id for conversion_id, _ in told.values()]
    settle({pk for pk in (*before, *(booking.conversion_id for booking in bookings)) if pk}, now)


def newest_versions(network_ids: Iterable[int]) -> dict[int, NetworkVersion]:
    """By network, with network and organization."""
    versions = NetworkVersion.objects.filter(network__in=network_ids).order_by("network_id", "-number")
    return {one.network_id: one for one in versions.distinct("network_id").select_related("network__organization")}


def claim_of(postback: Postback, version: NetworkVersion, maps: Maps) -> Claim:
    """What the postback says, as this version reads it."""
    try:
        request = read(bytes(postback.line))
    except BadLine as error:
        return Claim(postback.pk, postback.received_at, refusal=f"What was kept of it cannot be read: {error}")
    return read_claim(request, maps, version.network.organization.currency, click_ids())


def _told(postbacks: Sequence[Postback]) -> Told:
    found = Booking.objects.filter(postback_id__in=[postback.pk for postback in postbacks])
    rows = found.values_list("postback_id", "conversion_id", "claim__fingerprint")
    return {postback_id: (conversion_id, fingerprint) for postback_id, conversion_id, fingerprint in rows}


def _as_it_came(claim: Claim, told: Told) -> Claim:
    """With the fingerprint of its first reading: an erasure may have emptied since what told two rebills apart."""
    _, fingerprint = told.get(claim.postback_id, (None, ""))
    return claim._replace(fingerprint=fingerprint or claim.fingerprint)


def conversions_of(claims: Iterable[tuple[NetworkVersion, Claim]], now: datetime) -> dict[Identity, Conversion]:
    """The conversions these are about, begun where a claim is the first to tell of one."""
    first = {identity_of(version.network_id, claim): (version, claim) for version, claim in reversed(list(claims))}
    found = _found(first)
    begun = [_begun(version, claim, now) for identity, (version, claim) in first.items() if identity not in found]
    # Whoever holds the pen is alone, so nobody else begins them meanwhile.
    return found | {_identity(conversion): conversion for conversion in Conversion.objects.bulk_create(begun)}


def identity_of(network_id: int, claim: Claim) -> Identity:
    """By what a conversion is known for ever."""
    return network_id, claim.txid, "" if claim.txid else claim.click, claim.goal


def _identity(conversion: Conversion) -> Identity:
    return conversion.network_id, conversion.txid, "" if conversion.txid else conversion.click, conversion.goal


def _found(wanted: Iterable[Identity]) -> dict[Identity, Conversion]:
    networks, txids, clicks, _ = (set(column) for column in zip(*wanted, strict=True)) if wanted else [set()] * 4
    known = Q(txid__in=txids - {""}) | Q(txid="", click__in=clicks - {""})
    conversions = Conversion.objects.filter(known, network_id__in=networks)
    return {identity: one for one in conversions if (identity := _identity(one)) in wanted}


def _begun(version: NetworkVersion, claim: Claim, now: datetime) -> Conversion:
    return Conversion(
        organization=version.network.organization,
        network=version.network,
        txid=claim.txid,
        click=claim.click,
        goal=claim.goal,
        status=claim.status,
        currency=claim.currency,
        happened_at=claim.received_at,
        changed_at=now,
        rate_on=claim.received_at.date(),
    )


def _booking(
    claim: Claim, version: NetworkVersion, conversions: Mapping[Identity, Conversion], now: datetime
) -> Booking:
    booking = Booking(
        postback_id=claim.postback_id,
        received_at=claim.received_at,
        network=version.network,
        version=version,
        claim=claim.dump(),
        booked_at=now,
        outcome=Booking.Outcome.REFUSED,
        reason=" ".join((claim.refusal, *claim.notes)),
    )
    if not claim.refusal:
        # What it did is said when all of the conversion's are looked at together.
        booking.outcome, booking.reason = Booking.Outcome.NEW, ""
        booking.conversion = conversions[identity_of(version.network_id, claim)]
    return booking


def _booked_of(network: Network) -> "QuerySet[Postback]":
    return Postback.objects.filter(
        network_id=network.pk, organization_id=network.organization_id, booked_at__isnull=False
    )
