"""What a run is told to do, as a value: previews are asked of the same."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apps.attribution.ledger import editions
from apps.attribution.ledger.editions import AsOf
from apps.attribution.models import Policy, Run
from apps.campaigns.models import Campaign
from apps.ingress.event import EPOCH
from apps.ingress.rules import Rule, parse

EVER = (EPOCH, datetime(2200, 1, 1, tzinfo=UTC))
BEFORE_ANY = EPOCH - timedelta(seconds=1)


@dataclass(frozen=True)
class Apply:
    """A rule over history, for a campaign: over events stored after `since` until `watermark`, with the labels of `base`."""

    organization_id: int
    campaign_id: int
    rule: Rule
    start: datetime
    end: datetime
    policy: str
    watermark: datetime
    base: AsOf
    run_id: int = 0
    rule_version: int = 0
    since: datetime = BEFORE_ANY


@dataclass(frozen=True)
class Revert:
    """What a run applied, decided anew by the runs that stand when it no longer does, or does again.

    `named_by` is the run that named the events, `standing` are runs.
    """

    organization_id: int
    campaign_id: int
    named_by: int
    standing: tuple[int, ...]
    start: datetime
    end: datetime
    base: AsOf

    @property
    def takes_back(self) -> bool:
        """Whether the run no longer stands; else it does again."""
        return self.named_by not in self.standing

    def named(self) -> dict[str, int]:
        """Parameters of questions about what the run named."""
        return {"campaign_id": self.campaign_id, "named_by": self.named_by}


Order = Apply | Revert


def order_of(run: Run) -> Order:
    """Of a run that has begun: the same whenever it is asked."""
    assert run.number
    assert run.started_at
    base = editions.before(run.organization_id, run.number)
    if run.reverts:
        return _revert(run.reverts, base)
    first = run.catches_up or run
    return Apply(
        run.organization_id,
        run.campaign_id,
        parse(run.rule),
        run.start,
        run.end,
        run.policy,
        watermark=run.started_at,
        base=base,
        run_id=first.pk,
        rule_version=run.rule_version,
        since=(run.catches_up and run.catches_up.started_at) or BEFORE_ANY,
    )


def apply_now(
    campaign: Campaign, rule: Rule, start: datetime, end: datetime, *, policy: Policy, now: datetime
) -> Apply:
    """What a run that began now would be told."""
    base = editions.newest(campaign.organization_id)
    return Apply(campaign.organization_id, campaign.pk, rule, start, end, policy, now, base)


def revert_now(run: Run) -> Revert:
    """What a revert of the run that began now would be told."""
    return _revert(run, editions.newest(run.organization_id))


def _revert(run: Run, base: AsOf) -> Revert:
    named_by = editions.applied_by(run)
    stand = editions.standing(run.organization_id, before=base.number + 1, toggled=run)
    # What was labelled live, or caught up with, may have happened at any time.
    start, end = EVER if named_by.goes_live else (named_by.start, named_by.end)
    return Revert(run.organization_id, named_by.campaign_id, named_by.pk, tuple(sorted(stand)), start, end, base)
