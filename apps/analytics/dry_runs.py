"""Dry runs for programs: asked at once, or as a job when the span is long."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from apps.analytics.routing.campaign import clicks_of, names_of
from apps.analytics.routing.documents import Document, dry_run_document, span_document
from apps.analytics.routing.draft import Draft
from apps.analytics.routing.dry_run import dry_run
from apps.analytics.routing.expected import expected
from apps.analytics.span import Span
from apps.campaigns.models import Campaign
from apps.ingress import jobs
from apps.ingress.models import Job
from apps.ingress.warehouse.reader import Warehouse

KIND = "dry-run"
LONG = timedelta(days=31)


def is_long(span: Span) -> bool:
    return span.end - span.start > LONG


def answer(campaign: Campaign, document: Mapping[str, Any], span: Span) -> Document:
    """Where the clicks of the span would have gone, and what they would have earned there.

    Errors: those of Warehouse.rows. Cost: that of `dry_run` and `expected`, and two queries.
    """
    draft, warehouse = Draft.read(document), Warehouse(campaign.organization_id, cached=True)
    clicks = clicks_of(campaign, draft, span)
    own = replace(clicks, link_keys=(), membership=None)
    run = dry_run(warehouse, draft, clicks, campaign_id=campaign.pk)
    money = expected(warehouse, draft, own, campaign_id=campaign.pk)
    about = span_document(span, campaign.organization.currency)
    return {**about, **dry_run_document(run, money, draft, names_of(campaign))}


def start(campaign: Campaign, document: Mapping[str, Any], span: Span, *, user_id: int, key_id: str = "") -> Job:
    """A job that a worker takes up once this transaction is committed; its result has the `answer`."""
    ends = {"start": span.start.isoformat(), "end": span.end.isoformat(), "zone": span.zone.key}
    parameters = {"campaign": campaign.pk, "document": document, **ends}
    title = f"Dry run of {campaign.name}"[:200]
    return jobs.start(KIND, campaign.organization_id, user_id, parameters, title=title, key_id=key_id)


def dry_run_slice(job: Job, cursor: object) -> None:
    """All of it: two questions, each with its limit. Errors: WarehouseUnavailable, QuestionTooLarge."""
    said = job.parameters
    campaign = Campaign.objects.select_related("organization").get(
        pk=said["campaign"], organization_id=job.organization_id
    )
    start, end = datetime.fromisoformat(said["start"]), datetime.fromisoformat(said["end"])
    jobs.advance(job, 0, 1, "Asking the stored clicks")
    found = answer(campaign, said["document"], Span(start, end, ZoneInfo(said["zone"]), ""))
    jobs.advance(job, 1, 1)
    job.result = {"words": f"{found['clicks']['value']:,} clicks were asked.", "answer": found}


jobs.register(KIND, dry_run_slice, verb="read")
