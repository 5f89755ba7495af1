"""Naming clicks after they came: a campaign's rule over history, as a run."""

from dataclasses import dataclass
from datetime import datetime

from apps.accounts.models import User
from apps.attribution.models import Policy, Run
from apps.campaigns.definition import stored
from apps.campaigns.models import Campaign
from apps.ingress.rules import Rule, Term, dump, words


class NoRule(Exception):
    """Nothing is published of the campaign, so that nothing is in force."""


@dataclass(frozen=True)
class InForce:
    """What says which clicks are a campaign's, and since which of its versions; 0 for a rule given by hand."""

    rule: Rule
    version: int = 0


def in_force(campaign: Campaign) -> InForce:
    """The membership that is published; without one, the clicks that the campaign's links routed. Errors: NoRule."""
    if campaign.version is None:
        raise NoRule(f"Nothing is published of {campaign}: give a rule, or publish it first.")
    membership = stored(campaign.version.document).membership
    routed = Term("routed_campaign_id", "is", campaign.pk)
    return InForce(routed if membership is None else membership, campaign.version.number)


def plan(
    campaign: Campaign,
    named: InForce,
    start: datetime,
    end: datetime,
    *,
    policy: Policy,
    now: datetime,
    by: User | None = None,
    note: str = "",
    goes_live: bool = False,
) -> Run:
    """A run that has yet to begin: `running.start` gives it to workers. When it `goes_live`, its rule labels what comes, too, from
    when it is done until somebody reverts it."""
    return Run.objects.create(
        organization_id=campaign.organization_id,
        campaign=campaign,
        rule=dump(named.rule),
        words=words(named.rule),
        rule_version=named.version,
        start=start,
        end=end,
        policy=policy,
        goes_live=goes_live,
        note=note,
        created_by=by,
        created_at=now,
    )
