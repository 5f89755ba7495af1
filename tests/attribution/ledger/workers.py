"""A worker that can be stopped anywhere: what it does by itself, step by step."""

from uuid import uuid4

from django.utils import timezone

from apps.attribution.ledger import posting, running
from apps.attribution.ledger.columns import COPIED
from apps.attribution.ledger.moves import moves
from apps.attribution.ledger.orders import order_of
from apps.attribution.ledger.posting import Day, Posting, days_left, post_day
from apps.attribution.ledger.sql import span
from apps.attribution.models import Run
from apps.ingress import jobs
from apps.ingress.models import Job
from tests.attribution.ledger.make import A_DAY


class Worker:
    """On its way with a run that has begun."""

    def __init__(self, run: Run) -> None:
        self.run = run
        started = running.start(run)
        Job.objects.filter(pk=started.pk).update(status=Job.Status.RUNNING)
        self.job = Job.objects.get(pk=started.pk)
        while running._is_waiting_for_labels(run):
            pass
        assert running._begin(run, self.job)

    @property
    def posting(self) -> Posting:
        assert self.run.number
        assert self.run.started_at
        return Posting(order_of(self.run), self.run.number, self.run.started_at)

    def left(self) -> list[Day]:
        return days_left(self.posting)

    def write_a_day(self) -> None:
        for day in self.left()[:1]:
            post_day(self.posting, day)

    def write_every_day_twice(self) -> None:
        for day in self.left() * 2:
            post_day(self.posting, day)

    def write_half_of_each_day(self) -> None:
        """As another worker would leave it that died."""
        for day in self.left():
            when = span(day.begins_at, day.begins_at + A_DAY, part=1, parts=2)
            posting._insert(self.posting, moves(self.posting.order, COPIED), when, uuid4().hex)

    def finish(self) -> Run:
        """Whatever is left, as after a restart."""
        cursor = self.job.cursor
        while (cursor := running.do_slice(self.job, cursor)) is not None:
            pass
        self.run.refresh_from_db()
        return self.run

    def cancel(self) -> None:
        running.cancel(self.run, timezone.now())
        self.run.refresh_from_db()

    def fail(self) -> None:
        jobs.fail(self.job.pk, "Oh dear.")
        running.end_orphans(timezone.now())
        self.run.refresh_from_db()
