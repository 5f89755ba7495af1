"""A worker that can be stopped anywhere: what it does by itself, step by step."""

from dataclasses import replace
from uuid import uuid4

from django.utils import timezone

from apps.attribution.ledger import posting, running
from apps.attribution.ledger.chunks import Chunk, planned
from apps.attribution.ledger.orders import order_of
from apps.attribution.ledger.posting import Posting, post
from apps.attribution.models import Run
from apps.ingress import jobs
from apps.ingress.models import Job


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

    def chunks(self) -> list[Chunk]:
        return planned(self.posting.warehouse, self.posting.order)

    def write_a_chunk(self) -> None:
        for chunk in self.chunks()[:1]:
            post(self.posting, chunk)

    def write_every_chunk_twice(self) -> None:
        for chunk in self.chunks() * 2:
            post(self.posting, chunk)

    def write_half_of_each_chunk(self) -> None:
        """As another worker would leave it that died."""
        for chunk in self.chunks():
            when, *_ = replace(chunk, parts=2 * chunk.parts).spans(self.posting.order)
            posting._insert(self.posting, when, uuid4().hex)

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
