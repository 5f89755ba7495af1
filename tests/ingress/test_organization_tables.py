"""What an organization has of its own: versions that are added and never changed."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from apps.ingress.models import OrganizationTables, TableRevision

pytestmark = pytest.mark.django_db


def write(organization_id: int = 7, **changes: Any) -> OrganizationTables:
    return OrganizationTables.write(organization_id, by="alice@example.com", **changes)


def test_a_version_keeps_what_it_does_not_change() -> None:
    write(campaign_parameters=["sub3"])

    second = write(own_domains=["acme.example"])

    assert (second.version, second.campaign_parameters, second.own_domains) == (2, ["sub3"], ["acme.example"])
    assert second.written_by == "alice@example.com"


def test_versions_are_counted_for_each_organization() -> None:
    write()

    assert write(8).version == 1
    assert OrganizationTables.latest(9) is None


def test_each_version_has_a_number_of_its_own() -> None:
    assert write().revision < write().revision == TableRevision.of("organization 7")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"campaign_parameters": ["Sub3"]}, "campaign_parameters"),
        ({"campaign_parameters": "sub3"}, "campaign_parameters"),
        ({"campaign_parameters": [3]}, "campaign_parameters"),
        ({"own_domains": ["https://acme.example/"]}, "own_domains"),
        ({"own_domains": ["localhost"]}, "own_domains"),
        ({"channel_rules": {}}, "channel_rules"),
        ({"channel_rules": [{"source": "x"}]}, "channel_rules"),
        ({"channel_rules": [{"channel": "x", "colour": "red"}]}, "channel_rules"),
        ({"channel_rules": [{"channel": "x", "source": "("}]}, "channel_rules"),
        ({"channel_rules": [{"channel": "x", "category": "zoo"}]}, "channel_rules"),
        ({"channel_rules": [{"channel": "x", "medium": 7}]}, "channel_rules"),
        ({"channel_rules": [{"channel": "x", "ad_paid": "yes"}]}, "channel_rules"),
        ({"channel_rules": [{"channel": "x"}] * 201}, "channel_rules"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as error:
        write(**changes)

    assert field in error.value.message_dict
    assert not OrganizationTables.objects.exists()
    assert not TableRevision.objects.exists()
