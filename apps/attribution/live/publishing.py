"""Rules of labels on their way down to the store task, and the editions that say so. Whoever calls holds the ledger's pen."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from apps.accounts.models import User
from apps.attribution.ledger import numbers
from apps.attribution.ledger.lock import pen
from apps.attribution.live.telling import changes_words
from apps.attribution.live.wanted import Document, wanted
from apps.attribution.models import Edition, Run
from apps.campaigns.models import Campaign
from apps.ingress.labelling.shelf import CHECK_EVERY
from apps.ingress.models import LabelTable

NOTHING: Document = {"lines": [], "paused": [], "keys": []}
WAITS_S = 0.2
# After so long every store task labels by what was published: workers look every few seconds, and their clocks differ.
SETTLED_AFTER = CHECK_EVERY + timedelta(seconds=3)
# Rows changed this recently are compared again each time: a commit may come later than its moment says.
RECENT = timedelta(minutes=2)


def publish_changed(now: datetime, *, everything: bool = False) -> int:
    """Put in force what campaigns and runs say by now, where that differs; returns of how many organizations.

    An organization whose ledger is being written has to wait. Twice is once.
    """
    found = 0
    for organization_id in set(_due(None if everything else now - RECENT)):
        with pen(organization_id) as is_ours:
            found += is_ours and bring_into_force(organization_id, now)
    return found


def publish_now(organization_id: int, now: datetime) -> None:
    """Put in force what is wanted of one organization; waits while somebody else writes its ledger, such as the beat."""
    while True:
        with pen(organization_id) as is_ours:
            if is_ours:
                bring_into_force(organization_id, now)
                return
        time.sleep(WAITS_S)


@transaction.atomic
def bring_into_force(organization_id: int, now: datetime) -> bool:
    """The rules that are wanted, as a new edition when they name other clicks than before.

    False when nothing changed, or while a run is on its way: its number is lower, and a report as of this edition would change
    when the run is done.
    """
    if Run.objects.filter(organization_id=organization_id, state=Run.State.RUNNING).exists():
        return False
    document, last = wanted(organization_id), _last(organization_id)
    before = last.document if last else NOTHING
    if document == before:
        return False
    number = numbers.newest(organization_id)
    if document["lines"] != before["lines"]:
        number = numbers.following(organization_id)
        Edition.objects.create(
            organization_id=organization_id,
            number=number,
            kind=Edition.Kind.PUBLISHED,
            words=changes_words(before, document),
            created_by=_who(before, document),
            created_at=now,
        )
    LabelTable.objects.create(organization_id=organization_id, edition=number, document=document, published_at=now)
    return True


def restate(run: Run, now: datetime) -> None:
    """What is in force, under the number of the run that has just come to its end; with its rule, when it goes live.

    What campaigns say by now has an edition of its own to come, which tells of it.
    """
    assert run.number
    last = _last(run.organization_id)
    document = last.document if last else NOTHING
    if run.goes_live:
        document = {**document, "lines": _with_line_of(run, document["lines"])}
    if document["lines"] or last:
        LabelTable.objects.create(
            organization_id=run.organization_id, edition=run.number, document=document, published_at=now
        )


def is_settled(organization_id: int, now: datetime) -> bool:
    """Whether every store task labels by what is in force now."""
    last = _last(organization_id)
    return last is None or now - last.published_at >= SETTLED_AFTER


def _who(before: Document, after: Document) -> User | None:
    """Who published or stopped the campaign that changed, when it was one alone."""
    old, new = ({line["campaign"]: line for line in each["lines"]} for each in (before, after))
    changed = [campaign for campaign in {*old, *new} if old.get(campaign) != new.get(campaign)]
    if len(changed) != 1:
        return None
    campaign = Campaign.objects.select_related("version__created_by", "status_by").filter(pk=changed[0]).first()
    if campaign is None:
        return None
    published = campaign.version and campaign.version.created_at > campaign.status_at
    return campaign.version.created_by if campaign.version and published else campaign.status_by


def _with_line_of(run: Run, lines: list[Any]) -> list[Any]:
    """The lines in force with that of the run, in the place where it is wanted."""
    desired = wanted(run.organization_id)["lines"]
    place = next((place for place, line in enumerate(desired) if line["run"] == run.pk), None)
    if place is None:  # its campaign was paused or archived meanwhile
        return lines
    before = [(line["campaign"], line["run"]) for line in desired[:place]]
    first = sum((line["campaign"], line["run"]) in before for line in lines)
    return [*lines[:first], desired[place], *lines[first:]]


def _last(organization_id: int) -> LabelTable | None:
    return LabelTable.objects.filter(organization_id=organization_id).order_by("-pk").first()


def _due(since: datetime | None) -> Iterator[int]:
    """Organizations in which something may have changed since."""
    campaigns, runs = Campaign.objects.all(), Run.objects.filter(goes_live=True) | Run.objects.exclude(reverts=None)
    if since:
        campaigns = campaigns.filter(updated_at__gte=since)
        runs = runs.filter(created_at__gte=since) | runs.filter(ended_at__gte=since)
    for rows in (campaigns, runs):
        yield from rows.order_by().values_list("organization_id", flat=True).distinct()
