"""Domains of an organization: claimed on their page, proved by a TXT record that a real name server answers."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.test import Client, override_settings

from apps.accounts import domains
from apps.accounts.models import Domain, Membership
from apps.accounts.roles import Role
from tests.accounts import make, name_server
from tests.accounts.name_server import NameServer

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def alice(client: Client) -> Membership:
    alice = make.alice()
    make.signed_in(client, alice)
    return alice


@pytest.fixture
def dns() -> Iterator[NameServer]:
    with name_server.running() as server:
        yield server


def proved(domain: Domain, dns: NameServer) -> None:
    dns.records[domains.record_name(domain)] = [domains.record_value(domain)]


@pytest.mark.usefixtures("alice")
def test_a_new_domain_waits_and_shows_its_record(client: Client) -> None:
    answer = client.post("/settings/domains/add", {"name": "Shop.Example.com", "serves_links": "on"}, follow=True)

    domain = Domain.objects.get()
    assert (domain.name, domain.serves_links, domain.verified_at) == ("shop.example.com", True, None)
    page = answer.content.decode()
    assert "Waiting" in page
    assert "_trellis.shop.example.com" in page
    assert domains.record_value(domain) in page


@pytest.mark.parametrize("name", ["", "https://example.com", "localhost", "ex ample.com", "straße.example"])
@pytest.mark.usefixtures("alice")
def test_what_is_no_domain_is_refused(client: Client, name: str) -> None:
    assert client.post("/settings/domains/add", {"name": name}).status_code == 422
    assert not Domain.objects.exists()


@pytest.mark.usefixtures("alice")
def test_saying_so_verifies_nothing(client: Client) -> None:
    client.post("/settings/domains/add", {"name": "example.com", "verified_at": "2026-11-22"})

    assert Domain.objects.get().verified_at is None


def test_a_domain_is_listed_once_in_any_spelling(client: Client, alice: Membership) -> None:
    make.a_domain(alice.organization, "example.com")

    answer = client.post("/settings/domains/add", {"name": "EXAMPLE.com."})

    assert answer.status_code == 422
    assert "already on the list" in answer.content.decode()


@pytest.mark.usefixtures("alice")
def test_what_others_have_claimed_is_not_betrayed(client: Client) -> None:
    make.a_domain(make.charlie().organization, "secret.example.com", verified_at=NOW)

    answer = client.post("/settings/domains/add", {"name": "secret.example.com"})

    assert answer.status_code == 302
    assert Domain.objects.filter(organization__key="acme", verified_at=None).exists()


def test_the_record_verifies_the_domain(client: Client, alice: Membership, dns: NameServer) -> None:
    domain = make.a_domain(alice.organization)
    proved(domain, dns)

    answer = client.post(f"/settings/domains/{domain.pk}/check", follow=True)

    assert "the domain is yours" in answer.content.decode()
    domain.refresh_from_db()
    assert domain.verified_at is not None


def test_the_record_may_stand_among_others(alice: Membership, dns: NameServer) -> None:
    domain = make.a_domain(alice.organization)
    dns.records[domains.record_name(domain)] = ["v=spf1 -all", domains.record_value(domain)]

    assert domains.check(domain, NOW) is domains.Check.VERIFIED


def test_without_a_record_the_page_says_that_it_may_take_time(
    client: Client, alice: Membership, dns: NameServer
) -> None:
    domain = make.a_domain(alice.organization)

    answer = client.post(f"/settings/domains/{domain.pk}/check", follow=True)

    assert "no TXT record of that name yet" in answer.content.decode()
    domain.refresh_from_db()
    assert domain.verified_at is None


def test_a_name_with_other_records_has_none_of_ours(alice: Membership, dns: NameServer) -> None:
    domain = make.a_domain(alice.organization)
    dns.records[domains.record_name(domain)] = []

    assert domains.check(domain, NOW) is domains.Check.ABSENT


def test_another_organizations_record_proves_nothing(alice: Membership, dns: NameServer) -> None:
    mine = make.a_domain(alice.organization)
    theirs = make.a_domain(make.charlie().organization)
    proved(theirs, dns)

    assert domains.check(mine, NOW) is domains.Check.OTHER


def test_a_name_server_that_is_silent_is_said_to_be(
    alice: Membership, dns: NameServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(domains, "PATIENCE_S", 0.2)
    dns.silent = True

    assert domains.check(make.a_domain(alice.organization), NOW) is domains.Check.SILENT


def test_a_domain_is_verified_for_one_organization_only(alice: Membership, dns: NameServer) -> None:
    make.a_domain(make.charlie().organization, verified_at=NOW)
    mine = make.a_domain(alice.organization)
    proved(mine, dns)

    assert domains.check(mine, NOW) is domains.Check.TAKEN


def test_a_domain_can_begin_to_serve_links_and_be_removed(client: Client, alice: Membership) -> None:
    domain = make.a_domain(alice.organization)

    client.post(f"/settings/domains/{domain.pk}/change", {"serves_links": "on"})
    domain.refresh_from_db()
    assert domain.serves_links

    client.post(f"/settings/domains/{domain.pk}/change")
    domain.refresh_from_db()
    assert not domain.serves_links

    client.post(f"/settings/domains/{domain.pk}/remove")
    assert not Domain.objects.exists()


@pytest.mark.parametrize("deed", ["check", "change", "remove"])
@pytest.mark.usefixtures("alice")
def test_domains_of_others_are_not_there(client: Client, deed: str) -> None:
    theirs = make.a_domain(make.charlie().organization, "charlies.example.com")

    assert client.post(f"/settings/domains/{theirs.pk}/{deed}").status_code == 404
    assert "charlies.example.com" not in client.get("/settings/domains").content.decode()
    assert Domain.objects.filter(pk=theirs.pk, serves_links=False).exists()


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MARKETER])
def test_others_see_the_domains_but_cannot_change_them(client: Client, role: str) -> None:
    domain = make.a_domain(make.alice().organization)
    make.signed_in(client, make.bob(role))

    page = client.get("/settings/domains").content.decode()

    assert "example.com" in page
    assert "Check now" not in page
    assert client.post("/settings/domains/add", {"name": "x.example"}).status_code == 403
    assert client.post(f"/settings/domains/{domain.pk}/remove").status_code == 403


@pytest.mark.usefixtures("alice")
@override_settings(TRELLIS_INGRESS_URL="https://go.trellis.example:8443")
def test_a_cname_is_told_to_point_at_a_host_not_at_an_address(client: Client) -> None:
    page = client.get("/settings/domains").content.decode()

    assert '<code class="text-break">go.trellis.example</code>' in page
