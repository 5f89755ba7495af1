"""A campaign goes on deciding while every store is away, by what was known last, also in processes that start meanwhile."""

import http.client

import pytest

from tests.faults.harness import World, outage
from tests.faults.ingress import Ingress
from tests.faults.waiting import until

pytestmark = pytest.mark.faults

# The rule asks for a referrer that is known from a row in PostgreSQL alone.
PUBLISHED = """
from apps.accounts.models import Organization
from apps.ingress import routes
from apps.ingress.broker import broker
from apps.ingress.models import Referrer, TableRevision
from tests.ingress.plans.make import a_document, a_rule, a_unit
Referrer.objects.create(pattern="my.example", name="Mine", medium="social")
TableRevision.bump("referrers")
acme = Organization.objects.get(key="acme").pk
document = a_document(a_rule(11, 2, when={"field": "referrer_name", "op": "is", "value": "Mine"}))
campaign = a_unit(document, organization_id=acme)
link = {"organization_id": acme, "link_id": 9, "destination": "", "paused": False, "campaign_id": 990}
assert routes.publish(broker(), {"campaign:990": campaign, "link:campaign": link})
"""


@pytest.fixture
def published(world: World, ingress: Ingress) -> None:
    """A campaign that is in force in every process, and in the files of the spool."""
    world.shell(PUBLISHED)
    until(lambda: destinations(ingress, "https://my.example/") == {"shop2.example"})
    ingress.mirrors("routes.json", "campaign:990")
    ingress.mirrors("tables.json", "my.example")


def destinations(ingress: Ingress, referrer: str) -> set[str]:
    """Where clicks from there are sent, over connections that reach both workers."""
    return {_clicked(ingress, referrer) for _ in range(24)}


def _clicked(ingress: Ingress, referrer: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", ingress.port, timeout=10)
    try:
        connection.request("GET", "/in/campaign", headers={"Referer": referrer, "User-Agent": "Mozilla/5.0"})
        location = connection.getresponse().getheader("Location") or ""
    finally:
        connection.close()
    return location.removeprefix("https://").partition("/")[0]


@pytest.mark.usefixtures("published")
def test_a_campaign_decides_by_the_mirrored_files_when_no_store_is_there(world: World, ingress: Ingress) -> None:
    ingress.child.stop()
    for service in world.stack.services:
        outage(service)

    ingress.start()

    assert destinations(ingress, "https://my.example/") == {"shop2.example"}
    assert destinations(ingress, "https://other.example/") == {"shop1.example"}
