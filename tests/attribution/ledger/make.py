"""Campaigns, runs and what the ledger says of them."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone

from apps.accounts.models import Organization
from apps.attribution.ledger import applying, editions, reverting, running
from apps.attribution.ledger.applying import InForce
from apps.attribution.ledger.labels import labels
from apps.attribution.models import Policy, Run
from apps.campaigns.models import Campaign
from apps.ingress.event import Event
from apps.ingress.labelling import labelled
from apps.ingress.labelling.shelf import fresh
from apps.ingress.models import Job
from apps.ingress.rules import EVERYTHING, Rule, Term, parse
from apps.ingress.warehouse.connection import client
from apps.ingress.warehouse.reader import Warehouse
from apps.ingress.warehouse.writer import store_events
from tests.attribution.make import a_click, a_stored_click, an_organization_of_its_own
from tests.campaigns import make as campaigns
from tests.ingress.make import NOW

MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
A_DAY = timedelta(days=1)
WEEK = (MONDAY, MONDAY + 7 * A_DAY)
# Later than whatever tests store.
LATER = NOW + timedelta(days=1)


class Ledger:
    """An organization of its own with campaigns, and deeds done as workers do them."""

    def __init__(self, *names: str) -> None:
        self.organization: Organization = an_organization_of_its_own()
        self.campaigns = [campaigns.a_campaign(self.organization, name=name) for name in names or ("Spring", "Summer")]
        self.spring, *self.others = self.campaigns

    @property
    def summer(self) -> Campaign:
        return self.others[0]

    def click(self, at: datetime = MONDAY, **fields: Any) -> Event:
        return a_stored_click(self.organization.pk, at, **fields)

    def arrives(self, at: datetime = MONDAY, **fields: Any) -> Event:
        """A click on its way through the store task's labelling, by the rules that are in force now."""
        event = self.taken_to_be_stored(at, **fields)
        store_events([event], token=uuid4().hex)
        return event

    def taken_to_be_stored(self, at: datetime = MONDAY, **fields: Any) -> Event:
        """A click that a store task has labelled, by the rules that are in force now, and has yet to store."""
        labels = fresh(timezone.now()).of(self.organization.pk)
        assert labels
        return labelled(a_click(self.organization.pk, at, stored_at=timezone.now(), **fields), labels)

    def planned(
        self,
        rule: Rule = EVERYTHING,
        *,
        campaign: Campaign | None = None,
        span: tuple[datetime, datetime] = WEEK,
        policy: Policy = Policy.FILL,
        goes_live: bool = False,
    ) -> Run:
        named = InForce(rule)
        return applying.plan(
            campaign or self.spring, named, *span, policy=policy, goes_live=goes_live, now=timezone.now()
        )

    def caught_up(self, run: Run) -> Run:
        """The run that caught up with what was stored until the rule of this one was in force, done."""
        second = run.caught_up_by.get()
        assert second.job
        return done_as(second, second.job)

    def applied(self, rule: Rule = EVERYTHING, **how: Any) -> Run:
        return done(self.planned(rule, **how))

    def taken_from_others(self, rule: Rule = EVERYTHING, *, campaign: Campaign | None = None) -> Run:
        return self.applied(rule, campaign=campaign or self.summer, policy=Policy.OVERRIDE)

    def reverted(self, run: Run) -> Run:
        return done(reverting.plan(run, now=timezone.now()))

    def labels(self, edition: int | None = None) -> dict[int, str]:
        """The names of campaigns by event, as of an edition."""
        number = self.organization.pk
        as_of = editions.newest(number) if edition is None else editions.as_of(number, edition)
        names = {campaign.pk: campaign.name for campaign in self.campaigns}
        found = Warehouse(number).table(labels(), as_of.parameters(), name="test").rows
        assert len({row[0] for row in found}) == len(found)
        return {event_id: names[campaign_id] for event_id, campaign_id, *_ in found}

    def hourly(self, edition: int | None = None) -> dict[str, int]:
        """What a report by campaign sums up from the roll-up."""
        number = self.organization.pk
        as_of = editions.newest(number) if edition is None else editions.as_of(number, edition)
        sql = f"""SELECT campaign_id, sum(entries) AS n FROM attribution_hourly WHERE organization_id = {number}
            AND edition <= {as_of.number} AND edition NOT IN {list(as_of.void)} GROUP BY campaign_id HAVING n != 0"""
        names = {campaign.pk: campaign.name for campaign in self.campaigns}
        return {names[campaign_id]: n for campaign_id, n in client().execute(sql)}

    def entries(self, what: str = "event_id, campaign_id, sign, edition") -> list[Any]:
        sql = f"SELECT {what} FROM attribution_entries WHERE organization_id = {self.organization.pk} ORDER BY ALL"
        return list(client().execute(sql))


def country(*codes: str) -> Rule:
    return parse({"field": "country", "op": "in", "value": list(codes)})


def term(field: str, op: str, value: Any) -> Rule:
    return Term(field, op, value)


def done(run: Run) -> Run:
    """The run, done in this process."""
    job = running.run_here(run, lambda job: None)
    run.refresh_from_db()
    assert job.status == Job.Status.DONE
    return run


def done_as(run: Run, job: Job) -> Run:
    """The run, done in this process as the job that it is."""
    cursor = job.cursor
    Job.objects.filter(pk=job.pk).update(status=Job.Status.RUNNING)
    while (cursor := running.do_slice(job, cursor)) is not None:
        pass
    run.refresh_from_db()
    return run


def ids(events: Iterable[Event], name: str) -> dict[int, str]:
    return {event.event_id: name for event in events}
