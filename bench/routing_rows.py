"""The campaigns and plain links of `bench routing` as rows in PostgreSQL, published by the product's own functions."""

from collections.abc import Iterator
from typing import TypeVar

from django.db.models import Manager, Model, OuterRef, Subquery

from apps.accounts.models import Organization
from apps.campaigns import editing
from apps.campaigns.models import Campaign, CampaignVersion, Link
from apps.campaigns.publish import publish_everything
from apps.ingress.broker import broker
from bench import traffic
from bench.routing_campaigns import campaigns, document, key_of

BATCH = 500
Row = TypeVar("Row", bound=Model)


def create_links() -> None:
    """10,000 plain links. Nothing is published."""
    organization = Organization.objects.create(pk=traffic.ORGANIZATION_ID, key="bench", name="Bench")
    _keep(Link.objects, _plain_links(organization))


def create_campaigns() -> None:
    """10,000 live campaigns with a link each. Nothing is published."""
    organization = Organization.objects.get(pk=traffic.ORGANIZATION_ID)
    _keep(Campaign.objects, _drafts(organization))
    new_versions(1)
    Campaign.objects.update(status="active")
    _keep(Link.objects, _campaign_links(organization))


def new_versions(number: int) -> None:
    """One more version of every campaign, which sends clicks to other addresses. Nothing is published."""
    _keep(CampaignVersion.objects, _versions(number))
    newest = CampaignVersion.objects.filter(campaign=OuterRef("pk"), number=number).values("pk")
    Campaign.objects.update(version=Subquery(newest))


def publish_all(*, afresh: bool = False) -> None:
    """What is in PostgreSQL is in force. `afresh`: the broker has forgotten everything, so all of it is published."""
    if afresh:
        broker().flushdb()
    publish_everything()


def publish_one(number: int, rules: int, version: int) -> None:
    """A new version of one campaign, as its page saves and publishes it."""
    seen = Campaign.objects.get(pk=number).revision
    saved = editing.save_draft(number, document(number, rules, version=version), seen=seen, user=None)
    editing.publish(number, seen=saved.revision, user=None)


def _plain_links(organization: Organization) -> Iterator[Link]:
    for n in range(1, traffic.LINKS + 1):
        destination = traffic.DESTINATION.format(n=n)
        yield Link(pk=n, organization=organization, key=traffic.key_of(n), name=f"Link {n}", destination=destination)


def _drafts(organization: Organization) -> Iterator[Campaign]:
    for n, rules in campaigns():
        yield Campaign(pk=n, organization=organization, key=key_of(n), name=f"Campaign {n}", draft=document(n, rules))


def _campaign_links(organization: Organization) -> Iterator[Link]:
    for n, _ in campaigns():
        yield Link(pk=traffic.LINKS + n, organization=organization, key=key_of(n), name=f"Campaign {n}", campaign_id=n)


def _versions(number: int) -> Iterator[CampaignVersion]:
    for n, rules in campaigns():
        yield CampaignVersion(campaign_id=n, number=number, document=document(n, rules, version=number))


def _keep(manager: "Manager[Row]", rows: Iterator[Row]) -> None:
    manager.bulk_create(rows, batch_size=BATCH)
