"""What the request itself names as its campaign."""

import pytest

from apps.ingress.capture import first_values
from apps.ingress.enrich.campaign_key import CampaignKeys, campaign_key
from apps.ingress.enrich.utm import utm
from tests.ingress.make import an_event

EVERYBODY = CampaignKeys({})


def key_of(path: str, query: str = "", keys: CampaignKeys = EVERYBODY) -> str:
    event = an_event(path=path, query=query, parameters=first_values(query))
    found = utm(event)
    event = event._replace(utm_campaign=found.utm_campaign, utm_id=found.utm_id, utm_source=found.utm_source)
    return campaign_key(event, keys).campaign_key


@pytest.mark.parametrize(
    ("path", "query", "key"),
    [
        ("/in/spring", "campaign=x", "spring"),
        ("/in/Spring", "", "spring"),
        ("/in/spring/", "", "spring"),
        ("/in", "campaign=x&utm_id=y", "x"),
        ("/in", "Campaign=X", "x"),
        ("/in", "utm_id=y&utm_campaign=z", "y"),
        ("/in", "utm_campaign=Z%20z", "z z"),
        ("/in", "pk_campaign=z", "z"),
        ("/in", "campaign=&utm_campaign=z", "z"),
        ("/in", "campaign=&campaign=x", "x"),
        ("/inside/spring", "", ""),
        ("/", "", ""),
    ],
)
def test_the_default_order(path: str, query: str, key: str) -> None:
    assert key_of(path, query) == key


def test_an_organization_has_an_order_of_its_own() -> None:
    keys = CampaignKeys({7: (("sub3", "utm_source", "/in/"), 12)})

    assert key_of("/in/spring", "sub3=X&utm_source=y", keys) == "x"
    assert key_of("/in/spring", "utm_source=y", keys) == "y"
    assert key_of("/in/spring", "campaign=x", keys) == "spring"


def test_the_version_says_whose_order() -> None:
    keys = CampaignKeys({7: (("sub3",), 12)})

    assert campaign_key(an_event(organization_id=7), keys).campaign_key_version == 100_012
    assert campaign_key(an_event(organization_id=8), keys).campaign_key_version == 100_000


def test_a_long_key_is_cut() -> None:
    assert len(key_of(f"/in/{'x' * 900}")) == 200
