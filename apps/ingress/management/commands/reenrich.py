"""`manage.py reenrich`: one step of the enrichment again over history, as a job or here and now."""

from argparse import ArgumentParser
from datetime import UTC, date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.ingress import reenrich
from apps.ingress.enrich import STEPS
from apps.ingress.models import Job
from apps.ingress.owners import UnknownOrganization, all_names, owner_named
from apps.ingress.progress import Progress
from apps.ingress.warehouse.errors import WarehouseUnavailable


class Command(BaseCommand):
    help = (
        "Make again what a step of the enrichment found, and what later steps made of it. Requests are never touched."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--step", required=True, choices=[step.name for step in STEPS])
        parser.add_argument(
            "--from", dest="start", required=True, type=_day, metavar="DAY", help="the first day, in UTC"
        )
        parser.add_argument(
            "--to", dest="end", required=True, type=_day, metavar="DAY", help="the day after the last one"
        )
        parser.add_argument("--organization", default="", metavar="KEY", help="of one organization only")
        parser.add_argument(
            "--dry-run", action="store_true", help="only count the events that are not of the newest version"
        )
        parser.add_argument("--now", action="store_true", help="do it in this process and show how far it is")

    def handle(self, *args: Any, **options: Any) -> None:
        step, start, end = options["step"], options["start"], options["end"]
        if start >= end:
            raise CommandError("--from must be before --to.")
        try:
            owner = owner_named(options["organization"]).organization_id if options["organization"] else 0
            if options["dry_run"]:
                self._count(reenrich.outdated(step, start, end, organization_id=owner))
            elif options["now"]:
                self._run(step, start, end, owner)
            else:
                job = reenrich.start(step, start, end, organization_id=owner)
                self.stdout.write(f"Job {job.pk} is on its way: see /jobs/{job.pk}, or run it here with --now.")
        except UnknownOrganization as error:
            raise CommandError(str(error)) from error
        except WarehouseUnavailable as error:
            raise CommandError(f"{error}\nRun it again: what is done already is not done twice.") from error

    def _count(self, events: dict[int, int]) -> None:
        names = all_names()
        for organization_id, count in events.items():
            self.stdout.write(f"{count:>14,}  {names.get(organization_id, 'of no organization')}")
        self.stdout.write(f"{sum(events.values()):>14,}  events would be made again. Nothing was changed.")

    def _run(self, step: str, start: datetime, end: datetime, organization_id: int) -> None:
        progress = Progress("events")

        def show(job: Job) -> None:
            progress.show(job.done, job.done / job.total if job.total else None)

        try:
            job = reenrich.run_here(step, start, end, show, organization_id=organization_id)
        finally:
            progress.clear()
        self.stdout.write(f"Job {job.pk} {job.status}: {job.done:,} events of {job.title.partition(': ')[2]}.")


def _day(text: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
    except ValueError as error:
        raise CommandError(f"{text!r} is no day; write it like 2026-01-31.") from error
