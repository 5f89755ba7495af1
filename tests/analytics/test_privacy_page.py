"""Settings, Privacy: what is kept in words, who may change it, and what was before."""

import pytest
from django.test import Client

from apps.accounts.models import Membership
from apps.accounts.roles import Role
from apps.analytics import privacy_words
from apps.ingress.models import PrivacyPolicy
from apps.ingress.privacy.policy import Policy
from tests.accounts import make
from tests.analytics.make import a_click, stored

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

ADDRESS = "/settings/privacy"
CHANGE = "/settings/privacy/change"


def policy_of(member: Membership) -> Policy:
    return PrivacyPolicy.now_of(member.organization_id)


def test_before_anybody_chose_everything_is_kept_and_the_page_says_so(page: Client) -> None:
    html = page.get(ADDRESS).text

    assert "Nobody has chosen yet" in html
    assert "Every event keeps its visitor" in html
    assert "does not rewrite history" in html


@pytest.mark.parametrize("address", ["full", "truncated", "hashed", "none"])
@pytest.mark.parametrize("signal", ["ignore", "no_address", "unlinked"])
def test_what_is_chosen_is_kept_from_then_on(page: Client, alice: Membership, address: str, signal: str) -> None:
    answer = page.post(CHANGE, {"address": address, "signal": signal}, follow=True)

    assert answer.redirect_chain == [(ADDRESS, 302)]
    assert policy_of(alice) == (address, signal)
    assert f'value="{address}" checked' in answer.text
    assert f'value="{signal}" checked' in answer.text


def test_each_choice_shows_what_is_left_of_an_address(page: Client) -> None:
    html = page.get(ADDRESS).text

    for choice in privacy_words.addresses():
        assert choice.example in html
    assert [choice.example for choice in privacy_words.addresses()][::3] == ["203.0.113.77", "nothing"]


def test_who_changed_it_and_when_is_kept(page: Client, alice: Membership) -> None:
    page.post(CHANGE, {"address": "none", "signal": "ignore"})
    page.post(CHANGE, {"address": "full", "signal": "unlinked"})

    versions = PrivacyPolicy.objects.of(alice.organization_id)
    assert [(one.address, one.written_by) for one in versions] == [
        ("full", alice.user.email),
        ("none", alice.user.email),
    ]
    assert page.get(ADDRESS).text.count(f"<bdi>{alice.user.email}</bdi>") >= 2


def test_the_same_again_is_no_change(page: Client, alice: Membership) -> None:
    page.post(CHANGE, {"address": "full", "signal": "ignore"})

    assert not PrivacyPolicy.objects.of(alice.organization_id).exists()


@pytest.mark.parametrize(
    "said", [{}, {"address": "none"}, {"address": "some", "signal": "ignore"}, {"signal": "ignore"}]
)
def test_half_a_choice_is_refused(page: Client, alice: Membership, said: dict[str, str]) -> None:
    answer = page.post(CHANGE, said)

    assert answer.status_code == 422
    assert "Choose one of each" in answer.text
    assert not PrivacyPolicy.objects.of(alice.organization_id).exists()


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MARKETER])
def test_who_may_not_manage_reads_and_is_offered_nothing(client: Client, role: str) -> None:
    member = make.a_member(make.a_user("bob@example.com"), make.an_organization("bobs"), role)
    make.signed_in(client, member)

    assert CHANGE not in client.get(ADDRESS).text
    assert client.post(CHANGE, {"address": "none", "signal": "ignore"}).status_code == 403
    assert policy_of(member) == ("full", "ignore")


def test_another_organization_is_not_changed(page: Client) -> None:
    charlie = make.charlie()

    page.post(CHANGE, {"address": "none", "signal": "ignore"})

    assert policy_of(charlie) == ("full", "ignore")


@pytest.mark.parametrize(
    ("privacy", "ip", "says"),
    [
        ("", "203.0.113.77", "203.0.113.77"),
        ("", "", "unknown"),
        ("truncated", "203.0.113.0", "the network alone is kept"),
        ("hashed", "hash-0011", "in place of the address"),
        ("no_address", "", "not kept"),
        ("unlinked", "", "who asked not to be tracked"),
        ("erased", "", "the visitor was erased"),
    ],
)
def test_an_event_says_why_its_address_is_what_it_is(
    page: Client, alice: Membership, recent: dict[str, object], privacy: str, ip: str, says: str
) -> None:
    event = a_click(organization=alice.organization_id, ip=ip, privacy=privacy, **recent)
    stored(event)

    assert says in page.get(f"/events/{event.event_id}").text
