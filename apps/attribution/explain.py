"""What would become of a postback, step by step: the "test postback" button. It reads as booking reads, and writes nothing."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from apps.attribution.claim import Claim, Found, find, read_claim
from apps.attribution.fold import fold
from apps.attribution.models import Booking, Conversion, Network
from apps.attribution.rates import rate
from apps.ingress.event import Event
from apps.ingress.models import Postback
from apps.ingress.postbacks import PostbackRequest
from apps.ingress.snowflake import click_ids
from apps.ingress.warehouse.facts import clicks_by_ids

ACCEPTED = Postback.Reason.ACCEPTED.value


class Step(NamedTuple):
    """`found` is what there was, `words` what it means or why it will not do."""

    name: str
    found: str
    ok: bool
    words: str


def explain(network: Network, request: PostbackRequest) -> list[Step]:
    """The steps of booking this postback, the last one saying what it would do.

    What stands in a postback that the door refuses is told all the same.

    Errors: WarehouseUnavailable. Cost: one look for the click.
    """
    version, ids = network.newest, click_ids()
    maps = version.maps
    claim = read_claim(request, maps, network.organization.currency, ids)
    found = find(request.parameters, maps, ids)
    click = _stored_click(network, claim)
    return [
        _door(request),
        _network(network, request, version.number),
        _click_id(claim, found.get("click_id")),
        *_click(network, claim, click),
        _transaction(claim, found.get("txid")),
        _status(claim, found.get("status")),
        *_goal(claim),
        _payout(claim, found),
        _rate(network, claim),
        *_notes(claim),
        _outcome(network, claim, request, is_orphan=click is None),
    ]


def _door(request: PostbackRequest) -> Step:
    parameters = ", ".join(request.parameters) or "no parameters"
    if request.reason != ACCEPTED:
        why = f" {request.unreadable.capitalize()}." if request.unreadable else ""
        return Step("Door", parameters, False, f"Refused: {request.reason.replace('_', ' ')}.{why}")
    if request.unreadable:
        return Step("Door", parameters, False, f"{request.unreadable.capitalize()}.")
    return Step("Door", parameters, True, f"{request.method}, accepted.")


def _network(network: Network, request: PostbackRequest, version: int) -> Step:
    if request.network_id != network.pk:
        words = "The address is not this network's. What follows is how this network would be read."
        return Step("Network", network.name, False, words)
    if request.paused:
        return Step("Network", network.name, False, "Paused: its postbacks are kept and not booked.")
    return Step("Network", network.name, True, f"Known; read by version {version}.")


def _click_id(claim: Claim, found: Found | None) -> Step:
    if found is None:
        return Step("Click id", "", False, "None of the parameters is the click id.")
    said = f"{found.name} = {found.text}"
    if not claim.event_id:
        return Step("Click id", said, False, "Garbled on the way, or none of ours: its check does not fit.")
    return Step("Click id", said, True, f"Ours, after mending: {claim.click}." if claim.repaired else "Ours.")


def _stored_click(network: Network, claim: Claim) -> Event | None:
    if not claim.event_id:
        return None
    return clicks_by_ids(network.organization_id, [claim.event_id]).get(claim.event_id)


def _click(network: Network, claim: Claim, event: Event | None) -> Iterator[Step]:
    if not claim.event_id:
        return
    if event is None:
        words = "No such click is stored. It is looked for again later, and books as an orphan meanwhile."
        yield Step("Click", "", False, words)
        return
    zone = ZoneInfo(network.organization.time_zone)
    yield Step(
        "Click", _moment(event.happened_at, zone), True, f"On {event.link_key or event.path}, kind {event.kind}."
    )


def _moment(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S %Z")


def _transaction(claim: Claim, found: Found | None) -> Step:
    if claim.txid:
        return Step(
            "Transaction", f"{found.name} = {claim.txid}" if found else claim.txid, True, "Names the conversion."
        )
    words = "None: the click and the goal name the conversion, so a second one of them is a duplicate."
    return Step("Transaction", "", bool(claim.click), words if claim.click else "None, and no click either.")


def _status(claim: Claim, found: Found | None) -> Step:
    said = f"{found.name} = {found.text}" if found else ""
    if not claim.status:
        return Step("Status", said, False, "The map has no such word.")
    return Step("Status", said, True, f"Means {claim.status}." if found else f"None named, which means {claim.status}.")


def _goal(claim: Claim) -> Iterator[Step]:
    if claim.goal:
        yield Step("Goal", claim.goal, True, "Another goal of the same transaction is another conversion.")


def _payout(claim: Claim, found: dict[str, Found]) -> Step:
    said = f"{found['payout'].name} = {found['payout'].text}" if "payout" in found else ""
    if claim.payout is None:
        return Step("Payout", said, not said, "Cannot be read as an amount." if said else "None named.")
    return Step("Payout", said, True, f"{claim.payout.normalize():f} {claim.currency}.")


def _rate(network: Network, claim: Claim) -> Step:
    wanted = network.organization.currency
    day = claim.received_at.astimezone(ZoneInfo(network.organization.time_zone)).date()
    value, on = rate(claim.currency, wanted, day)
    if not value:
        return Step(
            "Rate", claim.currency, False, f"No rate into {wanted} is known: the money is kept and counts as nothing."
        )
    words = "The organization's own currency." if claim.currency == wanted else f"{value} {wanted} for one, of {on}."
    return Step("Rate", claim.currency, True, words)


def _notes(claim: Claim) -> Iterator[Step]:
    for note in claim.notes:
        yield Step("Note", "", False, note)


def _outcome(network: Network, claim: Claim, request: PostbackRequest, *, is_orphan: bool) -> Step:
    if request.reason != ACCEPTED:
        return Step("Outcome", "refused", False, "The door refuses it: it is kept, and nothing is booked.")
    if claim.refusal:
        return Step("Outcome", "refused", False, claim.refusal)
    verdict = next(
        one for one in fold([*_earlier(network, claim), claim]).verdicts if one.postback_id == claim.postback_id
    )
    if is_orphan and verdict.outcome == Booking.Outcome.NEW:
        words = f"{verdict.reason} No click is known, so it counts without a source."
        return Step("Outcome", Booking.Outcome.ORPHAN.value, False, words)
    return Step("Outcome", verdict.outcome, True, verdict.reason)


def _earlier(network: Network, claim: Claim) -> Sequence[Claim]:
    """What was booked of the same conversion before."""
    named = {"txid": claim.txid} if claim.txid else {"txid": "", "click": claim.click}
    conversion = Conversion.objects.filter(network=network, goal=claim.goal, **named).first()
    bookings = Booking.objects.filter(conversion=conversion) if conversion else Booking.objects.none()
    counted = bookings.exclude(outcome=Booking.Outcome.REFUSED).exclude(postback_id=claim.postback_id)
    return [Claim.load(booking.claim) for booking in counted]
