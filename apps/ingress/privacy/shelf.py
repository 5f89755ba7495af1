"""Policies and erasures as PostgreSQL has them now: one snapshot a process, and the keys of the days it has hashed."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

import structlog
from django.db import Error

from apps.ingress.event import Event
from apps.ingress.models.privacy import AddressKey, Erasure, PrivacyPolicy
from apps.ingress.privacy.erasing import digest_of, emptied, erased, whose
from apps.ingress.privacy.keeping import kept, kept_postback
from apps.ingress.privacy.policy import EVERYTHING, Policy

CHECK_EVERY = timedelta(seconds=5)

log = structlog.get_logger(__name__)


class Shelf:
    """PostgreSQL is asked every few seconds. While it does not answer, what it said last serves.

    Before it ever answered nothing may be stored: a visitor's address must not be kept because a server was slow to start.
    """

    def __init__(self) -> None:
        self._policies: Mapping[int, Policy] | None = None
        self._erasures: Mapping[int, Mapping[str, datetime]] = {}
        self._keys: dict[tuple[int, date], AddressKey] = {}
        self._checked_at: datetime | None = None

    def refresh(self, now: datetime) -> None:
        """Cost: nothing; every few seconds two queries. Errors: django.db.Error, as long as nothing is known."""
        if self._checked_at and abs(now - self._checked_at) < CHECK_EVERY:
            return
        try:
            self._policies = PrivacyPolicy.objects.in_force()
            self._erasures = Erasure.objects.moments()
        except Error as error:
            if self._policies is None:
                raise
            log.warning("privacy policies could not be read; the last ones serve", error=str(error))
        self._checked_at = now
        self._keys = {day: key for day, key in self._keys.items() if not key.is_over(now)}

    def forget_when(self) -> None:
        """The next refresh asks, however little time has passed."""
        self._checked_at = None

    def keeps_everything(self, organization_id: int) -> bool:
        return self._policy_of(organization_id) == EVERYTHING

    def kept(self, event: Event) -> Event:
        """The enriched event as its organization keeps it. Errors: django.db.Error when the key of a new day cannot be made."""
        policy = self._policy_of(event.organization_id)
        if policy == EVERYTHING:
            return event
        return kept(event, policy, lambda: self._key(event.organization_id, event.happened_at))

    def kept_postback(self, organization_id: int, line: bytes, received_at: datetime) -> bytes:
        """The same for the line of a postback."""
        policy = self._policy_of(organization_id)
        if policy == EVERYTHING:
            return line
        return kept_postback(line, policy, lambda: self._key(organization_id, received_at))

    def forgotten(self, event: Event) -> Event:
        """Emptied when its visitor was erased after it happened: it was late, or is a dead letter's."""
        moment = self._erased_at(event.organization_id, event.visitor_id)
        return erased(event) if moment and event.happened_at <= moment else event

    def forgotten_line(self, line: bytes) -> bytes:
        """The same for the line of a click that becomes a dead letter, readable or not."""
        who = whose(line)
        moment = self._erased_at(who.organization_id, who.visitor_id) if who else None
        if who is None or moment is None or who.at_ms > moment.timestamp() * 1000:
            return line
        return emptied(line, who.organization_id)

    def _erased_at(self, organization_id: int, visitor_id: int) -> datetime | None:
        moments = self._erasures.get(organization_id)
        return moments.get(digest_of(organization_id, visitor_id)) if moments and visitor_id else None

    def _policy_of(self, organization_id: int) -> Policy:
        assert self._policies is not None
        return self._policies.get(organization_id, EVERYTHING)

    def _key(self, organization_id: int, moment: datetime) -> bytes:
        day = organization_id, moment.date()
        if day not in self._keys:
            self._keys[day] = AddressKey.of(*day)
        return bytes(self._keys[day].key)


_shelf = Shelf()


def fresh(now: datetime) -> Shelf:
    """The shelf of this process, having asked PostgreSQL just now."""
    _shelf.forget_when()
    return current(now)


def current(now: datetime) -> Shelf:
    """The shelf of this process, at most some seconds old."""
    _shelf.refresh(now)
    return _shelf
