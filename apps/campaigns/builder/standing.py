"""How full the caps of a campaign are: "830 of 1,000 clicks today"."""

import structlog
from redis import RedisError

from apps.campaigns import caps
from apps.campaigns.definition import Definition, Per, stored
from apps.campaigns.models import Campaign
from apps.campaigns.outline import cap_words
from apps.ingress.broker import broker
from apps.ingress.plans.caps import THE_CAMPAIGN, Cap

log = structlog.get_logger(__name__)


def standing_of(campaign: Campaign, now_ms: int) -> dict[int, list[str]]:
    """Sentences by rule or destination, 0 for the campaign itself; of a campaign that is not published, or while Redis does not
    answer, they name the limits alone.
    """
    limits = _limits(campaign, stored(campaign.draft))
    counts: dict[Cap, int] = {}
    if campaign.version and limits:
        try:
            counts = caps.standing(broker(), list(limits), now_ms)
        except RedisError as error:
            log.warning("caps cannot be shown", campaign=campaign.pk, error=str(error))
    found: dict[int, list[str]] = {}
    for cap, limit in limits.items():
        found.setdefault(cap.owner_id, []).append(_words(cap, counts[cap]) if cap in counts else limit)
    return found


def _limits(campaign: Campaign, definition: Definition) -> dict[Cap, str]:
    owners = [(THE_CAMPAIGN, definition.caps)]
    owners += [(rule.id, rule.caps) for rule in definition.rules]
    owners += [(destination.id, destination.caps) for destination in definition.destinations]
    return {
        Cap(campaign.pk, owner_id, cap.of, cap.per, cap.limit, definition.zone): cap_words([cap])[0]
        for owner_id, own in owners
        for cap in own
    }


def _words(cap: Cap, count: int) -> str:
    return f"{count:,} of {cap.limit:,} {cap.of.value} {'today' if cap.per is Per.DAY else 'so far'}"
