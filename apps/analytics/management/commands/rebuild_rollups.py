"""`manage.py rebuild_rollups --organization KEY [--from DAY --to DAY]`: makes the hourly roll-up of events again."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.accounts.models import Organization
from apps.analytics.query.rollup import first_event_at
from apps.analytics.rollups import BEGINNING, FOREVER, mend, rebuild, reconcile
from apps.ingress.warehouse.errors import WarehouseUnavailable
from apps.ingress.warehouse.reader import Warehouse


class Command(BaseCommand):
    help = "Makes the hourly roll-up of events again; without an organization, wherever it differs from the events."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", help="key of the organization; without it, all whose roll-up differs")
        parser.add_argument(
            "--from", dest="first", type=date.fromisoformat, help="first day, UTC; default: of the first event"
        )
        parser.add_argument("--to", dest="last", type=date.fromisoformat, help="last day, UTC; default: today")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._handle(options["organization"], options["first"], options["last"])
        except WarehouseUnavailable as error:
            raise CommandError(f"ClickHouse does not answer: {error}") from error

    def _handle(self, key: str | None, first: date | None, last: date | None) -> None:
        if not key:
            reconcile(first or BEGINNING, last or FOREVER)
            self.stdout.write(f"{len(mend(give_up=float('inf')))} days were built again.")
            return
        organization = Organization.objects.filter(key=key).first()
        if organization is None:
            raise CommandError(f"There is no organization {key}.")
        start = _midnight(first) if first else first_event_at(Warehouse(organization.pk))
        end = _midnight(last or datetime.now(UTC).date()) + timedelta(days=1)
        if left := rebuild(organization.pk, start, end):
            raise CommandError(f"{len(left)} days still differ and stay marked: {', '.join(map(str, left))}.")
        self.stdout.write(f"The roll-up of {key} is built again.")


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
