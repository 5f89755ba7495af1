"""The rules of labels as PostgreSQL has them now: one snapshot a process, of each organization its newest table."""

from datetime import datetime, timedelta

import structlog
from django.db import Error

from apps.ingress.labelling.document import parse
from apps.ingress.labelling.labels import Labels
from apps.ingress.models import LabelTable

CHECK_EVERY = timedelta(seconds=5)
# Of an organization that published nothing: there is no rule, and every key is unknown.
NOTHING = Labels(0)

log = structlog.get_logger(__name__)


class Shelf:
    """PostgreSQL is asked every few seconds which tables are the newest. While it does not answer, the last good ones serve.

    Before it ever answered nothing is known, and events are stored without a label and without a reason.
    """

    def __init__(self) -> None:
        self._labels: dict[int, tuple[int, Labels]] | None = None
        self._checked_at: datetime | None = None

    def refresh(self, now: datetime) -> None:
        """Never raises. Cost: nothing; every few seconds a query."""
        if self._checked_at is None or abs(now - self._checked_at) >= CHECK_EVERY:
            self._checked_at = now
            try:
                self._labels = self._load()
            except Error as error:
                log.warning("rules of labels could not be read; the last good ones serve", error=str(error))

    def forget_when(self) -> None:
        """The next refresh asks, however little time has passed."""
        self._checked_at = None

    def of(self, organization_id: int) -> Labels | None:
        """None as long as nothing is known."""
        if self._labels is None:
            return None
        return self._labels.get(organization_id, (0, NOTHING))[1]

    def _load(self) -> dict[int, tuple[int, Labels]]:
        known = self._labels or {}
        newest = dict(LabelTable.objects.newest().values_list("organization_id", "pk"))
        kept = {number: known[number] for number, pk in newest.items() if number in known and known[number][0] == pk}
        changed = LabelTable.objects.filter(pk__in=[pk for number, pk in newest.items() if number not in kept])
        return kept | {row.organization_id: (row.pk, parse(row.document, row.edition)) for row in changed}


_shelf = Shelf()


def fresh(now: datetime) -> Shelf:
    """The shelf of this process, having asked PostgreSQL just now."""
    _shelf.forget_when()
    return current(now)


def current(now: datetime) -> Shelf:
    """The shelf of this process, at most some seconds old."""
    _shelf.refresh(now)
    return _shelf
