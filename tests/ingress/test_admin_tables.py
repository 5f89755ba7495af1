"""The staff's pages of the tables of enrichment."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.ingress.models import (
    AdClickParameter,
    ChannelRule,
    OrganizationTables,
    Referrer,
    SourceCategory,
    TableRevision,
)
from tests.accounts import make

pytestmark = pytest.mark.django_db

TABLES = {
    "referrer": Referrer,
    "adclickparameter": AdClickParameter,
    "sourcecategory": SourceCategory,
    "channelrule": ChannelRule,
}
REFERRER = {"pattern": "pots.example", "name": "Pots", "medium": "other", "terms": "", "charsets": ""}
RULE = {
    "position": "5",
    "channel": "Partners",
    "category": "",
    "source": "partner-.*",
    "medium": "",
    "campaign": "",
    "ad_paid": "unknown",
}


@pytest.fixture
def admin(client: Client) -> Client:
    return make.signed_in(client, make.staff())


def url(name: str, *args: object) -> str:
    return reverse(f"admin:ingress_{name}", args=args)


@pytest.mark.parametrize("table", TABLES)
def test_every_table_has_a_list_and_a_page_of_a_row(admin: Client, table: str) -> None:
    row = TABLES[table].objects.first()

    assert row is not None
    assert admin.get(url(f"{table}_changelist")).status_code == 200
    assert admin.get(url(f"{table}_change", row.pk)).status_code == 200


def test_rows_are_found_by_their_words(admin: Client) -> None:
    page = admin.get(url("referrer_changelist"), {"q": "duckduckgo.com", "medium__exact": "search"}).content.decode()

    assert "DuckDuckGo" in page
    assert "Facebook" not in page


def test_a_list_asks_a_fixed_number_of_questions(admin: Client, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(10):
        admin.get(url("referrer_changelist"))


def test_a_new_row_is_ours_and_makes_a_revision(admin: Client) -> None:
    admin.post(url("referrer_add"), REFERRER)

    assert Referrer.objects.get(pattern="pots.example").origin == "ours"
    assert TableRevision.objects.get().name == "referrers"
    assert "@" in TableRevision.objects.get().changed_by


def test_a_row_that_was_built_in_is_marked_when_it_is_changed(admin: Client) -> None:
    google = Referrer.objects.get(pattern="google.*")

    admin.post(
        url("referrer_change", google.pk), {**REFERRER, "pattern": "google.*", "name": "Alphabet", "medium": "search"}
    )

    google.refresh_from_db()
    assert (google.name, google.origin) == ("Alphabet", "changed")


def test_saving_without_a_change_is_no_change(admin: Client) -> None:
    google = Referrer.objects.get(pattern="google.*")
    same = {name: getattr(google, name) for name in REFERRER}

    admin.post(url("referrer_change", google.pk), same)

    google.refresh_from_db()
    assert google.origin == "builtin"
    assert not TableRevision.objects.exists()


def test_only_rows_of_our_own_can_be_deleted(admin: Client) -> None:
    google = Referrer.objects.get(pattern="google.*")
    ours = Referrer.objects.create(**REFERRER)

    assert admin.post(url("referrer_delete", google.pk), {"post": "yes"}).status_code == 403
    admin.post(url("referrer_delete", ours.pk), {"post": "yes"})

    assert not Referrer.objects.filter(pk=ours.pk).exists()
    assert TableRevision.of("referrers")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"pattern": "a b"}, "Nothing fits this"),
        ({"pattern": "google.*"}, "already exists"),
        ({"charsets": "utf-8 klingon"}, "knows no charset"),
        ({"medium": "carrier pigeon"}, "not one of the available choices"),
    ],
)
def test_a_bad_referrer_is_refused_with_the_reason(admin: Client, changes: dict[str, str], words: str) -> None:
    page = admin.post(url("referrer_add"), {**REFERRER, **changes})

    assert page.status_code == 200
    assert words in page.content.decode()


def test_a_pattern_is_written_in_its_one_way(admin: Client) -> None:
    admin.post(url("referrer_add"), {**REFERRER, "pattern": "https://www.Pots.example", "terms": " Q  query"})

    assert Referrer.objects.get(pattern="pots.example").terms == "q query"


def test_a_channel_with_a_bad_pattern_is_refused_with_the_reason(admin: Client) -> None:
    page = admin.post(url("channelrule_add"), {**RULE, "source": "("})

    assert "RE2 does not take this pattern" in page.content.decode()


def test_a_channel_is_added(admin: Client) -> None:
    admin.post(url("channelrule_add"), RULE)

    assert ChannelRule.objects.order_by("position").first().channel == "Partners"
    assert TableRevision.of("channels")


def test_an_ad_click_parameter_is_kept_in_lower_case(admin: Client) -> None:
    said = {"parameter": "XyzClid", "network": "Xyz", "medium": "CPC", "is_paid": "on", "priority": "5", "note": ""}

    admin.post(url("adclickparameter_add"), said)

    assert AdClickParameter.objects.get(parameter="xyzclid").network == "xyz"


def test_what_an_organization_has_of_its_own_is_a_new_version_each_time(admin: Client) -> None:
    said = {"organization_id": "7", "campaign_parameters": '["sub3"]', "channel_rules": "[]", "own_domains": "[]"}

    admin.post(url("organizationtables_add"), said)
    admin.post(url("organizationtables_add"), {**said, "campaign_parameters": '["sub4"]'})

    rows = OrganizationTables.objects.order_by("version")
    assert [(row.version, row.campaign_parameters) for row in rows] == [(1, ["sub3"]), (2, ["sub4"])]
    assert admin.get(url("organizationtables_change", rows[0].pk)).status_code == 200
    assert admin.post(url("organizationtables_change", rows[0].pk), said).status_code == 403


def test_other_people_do_not_come_in(client: Client) -> None:
    assert client.get(url("referrer_changelist")).status_code == 302
