"""The staff's view of postbacks as they came."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.accounts import make
from tests.ingress.postbacks import KEY, a_stored_postback

pytestmark = pytest.mark.django_db

LIST = reverse("admin:ingress_postback_changelist")


@pytest.fixture
def admin(client: Client) -> Client:
    return make.signed_in(client, make.staff())


def test_staff_find_postbacks_by_organization_and_reason(admin: Client) -> None:
    make.an_organization("acme", id=7)
    a_stored_postback(7, f"/postback/{KEY}?txid=ours")
    a_stored_postback(0, "/postback/wrong?txid=nobodys", reason="unknown_key", network_id=0)

    assert "txid=ours" in admin.get(LIST).text
    assert "txid=nobodys" not in admin.get(f"{LIST}?organization=7").text
    assert "txid=nobodys" in admin.get(f"{LIST}?reason__exact=unknown_key").text


def test_a_postback_is_shown_with_its_bytes_and_nothing_to_change(admin: Client) -> None:
    postback = a_stored_postback(7, f"/postback/{KEY}?txid=<script>alert(1)</script>")

    page = admin.get(reverse("admin:ingress_postback_change", args=[postback.pk])).text

    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert(1)" not in page
    assert 'name="_save"' not in page


def test_the_list_does_not_ask_more_for_more_postbacks(admin: Client, django_assert_max_num_queries: Any) -> None:
    for _ in range(30):
        a_stored_postback(7)

    with django_assert_max_num_queries(15):
        admin.get(LIST)
