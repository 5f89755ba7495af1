"""Settling dead letters: replayed through the door they failed at, their bytes unedited, or discarded."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b

from django.db import transaction
from django.db.models import QuerySet

from apps.ingress.access_log import Malformed
from apps.ingress.access_log_event import Import
from apps.ingress.access_log_formats import reader_from
from apps.ingress.imports import Clock, bring_line
from apps.ingress.models import DeadLetter
from apps.ingress.privacy import shelf as privacy
from apps.ingress.store import store_lines


@dataclass(frozen=True)
class Replayed:
    """`replayed` are stored now, `still_bad` wait on with the newer reason, `settled_before` were left alone."""

    replayed: int = 0
    still_bad: int = 0
    settled_before: int = 0


def replay(letters: Iterable[DeadLetter], clock: Clock) -> Replayed:
    """Sends waiting letters through the door again. Their ids are in their bytes, so replaying twice stores once.

    Errors: WarehouseUnavailable; letters before the one it happened at are settled, the others wait.
    """
    outcome = Replayed()
    for letter in letters:
        if letter.status != DeadLetter.Status.WAITING:
            outcome = replace(outcome, settled_before=outcome.settled_before + 1)
        elif reason := _refusal(letter, clock):
            _waiting(letter).update(reason=reason)
            outcome = replace(outcome, still_bad=outcome.still_bad + 1)
        else:
            _settle(letter, DeadLetter.Status.REPLAYED, clock())
            outcome = replace(outcome, replayed=outcome.replayed + 1)
    return outcome


def discard(letters: Iterable[DeadLetter], now: datetime) -> int:
    """How many waiting letters were given up. Their bytes stay in the table where an organization keeps everything."""
    return sum(_settle(letter, DeadLetter.Status.DISCARDED, now) for letter in letters)


def _waiting(letter: DeadLetter) -> "QuerySet[DeadLetter]":
    return DeadLetter.objects.filter(pk=letter.pk, status=DeadLetter.Status.WAITING)


def _settle(letter: DeadLetter, status: DeadLetter.Status, now: datetime) -> int:
    """A line has its visitor's whole address. Where less is kept, it goes as soon as nothing is to be made of it any more."""
    less = {} if privacy.current(now).keeps_everything(letter.organization_id) else {"line": b""}
    return _waiting(letter).update(status=status, settled_at=now, **less)


def _refusal(letter: DeadLetter, clock: Clock) -> str:
    """Why the letter still cannot be stored; empty when it is stored."""
    if letter.source == DeadLetter.Source.IMPORT:
        return _import_refusal(letter, clock)
    return _store_refusal(letter, clock())


def _import_refusal(letter: DeadLetter, clock: Clock) -> str:
    said = letter.context
    days = int(said["retention_days"])
    source = Import(letter.organization_id, reader_from(said), said["host"], said["scheme"], days)
    try:
        bring_line(source, bytes(letter.line), int(said["occurrence"]), clock)
    except Malformed as error:
        return str(error)
    return ""


@transaction.atomic
def _store_refusal(letter: DeadLetter, now: datetime) -> str:
    token = _token(letter)
    if not store_lines(token, [bytes(letter.line)], now=now, look_first=True).dead:
        return ""
    # The door wrote a letter of its own for the same line: its reason is the news, the letter is not.
    twin = DeadLetter.objects.get(segment_id=token, position=1)
    twin.delete()
    return twin.reason


def _token(letter: DeadLetter) -> str:
    identity = f"{letter.segment_id} {letter.position} ".encode() + bytes(letter.line)
    return f"replay-{blake2b(identity, digest_size=16).hexdigest()}"
