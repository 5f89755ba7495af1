"""Everything the steps look things up in, as one snapshot that never changes. `tables` keeps the one of a process fresh."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from apps.ingress.enrich import builtin
from apps.ingress.enrich.ad_click import AdClicks
from apps.ingress.enrich.builtin import AdClickRow, ChannelRow, ReferrerRow, SourceRow
from apps.ingress.enrich.campaign_key import CampaignKeys
from apps.ingress.enrich.channel import VERSION as CHANNEL_VERSION
from apps.ingress.enrich.channel import ChannelTable
from apps.ingress.enrich.channels import Own, Sources, lines_of
from apps.ingress.enrich.networks import Networks
from apps.ingress.enrich.places import Places
from apps.ingress.enrich.referrer import ReferrerTable
from apps.ingress.enrich.referrers import Referrers

NO_OWN: Mapping[int, "OrganizationOwn"] = {}


@dataclass(frozen=True)
class OrganizationOwn:
    """What one organization has of its own, and the number of the change that made it so."""

    campaign_parameters: tuple[str, ...] = ()
    channel_rows: tuple[ChannelRow, ...] = ()
    channels_replace: bool = False
    domains: frozenset[str] = frozenset()
    revision: int = 0


@dataclass(frozen=True)
class Rows:
    """Rows of the tables. `revisions` says by name which state they are of; 0 is as built in."""

    referrers: Sequence[ReferrerRow]
    ad_clicks: Sequence[AdClickRow]
    channels: Sequence[ChannelRow]
    sources: Sequence[SourceRow]
    revisions: Mapping[str, int]


@dataclass(frozen=True)
class Tables:
    """One snapshot. Each table remembers what it was asked, so a process keeps one as long as nothing changes."""

    places: Places
    networks: Networks
    referrers: ReferrerTable
    ad_clicks: AdClicks
    channels: ChannelTable
    campaign_keys: CampaignKeys


def tables_of(rows: Rows, *, places: Places, networks: Networks, own: Mapping[int, OrganizationOwn] = NO_OWN) -> Tables:
    """Cost: 20 ms. Errors: BadPattern of referrers and of channels."""
    referrers = Referrers(rows.referrers)
    ad_clicks = AdClicks(rows.ad_clicks, rows.revisions.get("ad_clicks", 0))
    # A channel depends on all tables that say what a source or a medium is.
    revision = max(
        (rows.revisions.get(name, 0) for name in ("channels", "sources", "referrers", "ad_clicks")), default=0
    )
    channels = {
        number: Own(one.channel_rows, one.channels_replace, one.revision)
        for number, one in own.items()
        if one.channel_rows or one.channels_replace
    }
    return Tables(
        places=places,
        networks=networks,
        referrers=ReferrerTable(
            referrers, {number: one.domains for number, one in own.items()}, rows.revisions.get("referrers", 0)
        ),
        ad_clicks=ad_clicks,
        channels=ChannelTable(
            lines_of(rows.channels, channels, CHANNEL_VERSION, revision),
            Sources(rows.sources, referrers.medium_of),
            ad_clicks.mediums,
        ),
        campaign_keys=CampaignKeys(
            {number: (one.campaign_parameters, one.revision) for number, one in own.items() if one.campaign_parameters}
        ),
    )


def builtin_rows() -> Rows:
    return Rows(
        referrers=builtin.referrer_rows(),
        ad_clicks=builtin.ad_click_rows(),
        channels=builtin.channel_rows(),
        sources=builtin.source_rows(),
        revisions={},
    )


@cache
def builtin_tables() -> Tables:
    """The tables as they come with Trellis, without geo data: for what must not ask a database."""
    return tables_of(builtin_rows(), places=Places([], []), networks=Networks([]))
