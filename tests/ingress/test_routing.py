import pytest

from apps.ingress.event import Reason
from apps.ingress.routing import Decision, RouteTable, decide, signature
from tests.ingress.make import a_link_unit, a_table, an_organization_unit

NOW_S = 1_800_000_000.0
LATER, EARLIER = "1800000001", "1799999999"


def decision(table: RouteTable, key: str = "", host: str = "go.example.com", **parameters: str) -> Decision:
    return decide(table, key=key, host=host, parameters=parameters, now_s=NOW_S)


def signed(to: str, expires: str = LATER, secret: bytes = b"s3cret") -> dict[str, str]:
    return {"to": to, "exp": expires, "sig": signature(secret, to, expires)}


def test_a_link_leads_to_its_destination() -> None:
    found = decision(a_table(), "spring")

    assert found.reason is Reason.LINK
    assert found.destination
    assert found.destination.host == "shop.example.com"
    assert found.organization.id == 7


def test_an_unknown_key_is_refused() -> None:
    assert decision(a_table(), "autumn").reason is Reason.UNKNOWN_KEY


def test_keys_differ_by_case() -> None:
    assert decision(a_table(), "Spring").reason is Reason.UNKNOWN_KEY


def test_a_paused_link_is_refused_and_still_known() -> None:
    found = decision(a_table(old={"paused": True, "link_id": 71}), "old")

    assert found.reason is Reason.PAUSED
    assert found.link
    assert found.link.link_id == 71


def test_without_a_key_the_organization_comes_from_the_parameter() -> None:
    found = decision(a_table(organization={"default_destination": "https://example.com/home"}), org="acme")

    assert (found.organization.id, found.reason) == (7, Reason.ORGANIZATION)


def test_without_a_key_the_organization_comes_from_the_host_first() -> None:
    table = a_table(organization={"hosts": ["go.acme.example"]})
    table.apply("organization:8", an_organization_unit(key="other"))

    assert decision(table, host="GO.acme.example:443", org="other").organization.id == 7


def test_traffic_of_nobody_is_refused_and_belongs_to_no_organization() -> None:
    found = decision(a_table())

    assert (found.organization.id, found.reason) == (0, Reason.NO_DESTINATION)


def test_a_link_whose_organization_is_gone_belongs_to_nobody() -> None:
    table = a_table()
    table.apply("organization:7", None)

    assert decision(table, "spring").organization.id == 0


@pytest.mark.parametrize("host", ["example.com", "EXAMPLE.com", "a.b.example.com", "example.com."])
def test_to_is_followed_to_a_verified_domain_and_below(host: str) -> None:
    found = decision(a_table(), to=f"https://{host}/x", org="acme")

    assert found.reason is Reason.VERIFIED
    assert found.url.startswith("https://")


@pytest.mark.parametrize(
    "host", ["badexample.com", "example.com.evil.net", "com", "evil.net", "example.co", "xexample.com"]
)
def test_to_is_not_followed_anywhere_else(host: str) -> None:
    found = decision(a_table(), to=f"https://{host}/", org="acme")

    assert (found.reason, found.url) == (Reason.UNVERIFIED, "")


def test_to_is_not_followed_to_another_organizations_domain() -> None:
    table = a_table()
    table.apply("organization:8", an_organization_unit(key="other", domains=["other.example"]))

    assert decision(table, to="https://other.example/", org="acme").reason is Reason.UNVERIFIED


def test_to_is_never_followed_without_an_organization() -> None:
    assert decision(a_table(), to="https://example.com/").reason is Reason.UNVERIFIED


@pytest.mark.parametrize(
    "to", ["//example.com", "javascript:alert(1)", "https://user@example.com", "https://example.com\\@evil.net"]
)
def test_what_is_no_address_is_refused_as_such(to: str) -> None:
    assert decision(a_table(), to=to, org="acme").reason is Reason.BAD_URL


def test_to_never_leads_back_to_a_host_that_serves_links() -> None:
    table = a_table(organization={"hosts": ["go.example.com"]})

    assert decision(table, to="https://go.example.com/in/spring", org="acme").reason is Reason.UNVERIFIED


def test_a_signed_address_is_followed_anywhere() -> None:
    found = decision(a_table(), org="acme", **signed("https://partner.example/offer?a=1"))

    assert (found.reason, found.url) == (Reason.SIGNED, "https://partner.example/offer?a=1")


def test_a_link_and_a_signed_address_go_together() -> None:
    found = decision(a_table(), "spring", **signed("https://partner.example/"))

    assert found.reason is Reason.SIGNED
    assert found.link


@pytest.mark.parametrize(
    "change", [{"to": "https://evil.net/"}, {"exp": "1900000000"}, {"sig": "AAAA"}, {"sig": ""}, {"sig": "é\udcff"}]
)
def test_a_signature_that_does_not_fit_is_refused(change: dict[str, str]) -> None:
    parameters = {**signed("https://partner.example/"), **change}

    assert decision(a_table(), org="acme", **parameters).reason is Reason.BAD_SIGNATURE


def test_another_organizations_signature_is_refused() -> None:
    parameters = signed("https://partner.example/", secret=b"theirs")

    assert decision(a_table(), org="acme", **parameters).reason is Reason.BAD_SIGNATURE


@pytest.mark.parametrize("expires", [EARLIER, "", "soon", "-1", "1e99", "²"])
def test_a_signature_whose_time_is_over_is_refused(expires: str) -> None:
    parameters = signed("https://partner.example/", expires)

    assert decision(a_table(), org="acme", **parameters).reason is Reason.EXPIRED


def test_a_signature_is_not_accepted_where_no_secret_is_known() -> None:
    parameters = signed("https://partner.example/", secret=b"")

    assert decision(a_table(), **parameters).reason is Reason.BAD_SIGNATURE


def test_a_unit_replaces_the_one_before() -> None:
    table = a_table()
    table.apply("link:spring", a_link_unit(destination="https://new.example.com/"))

    destination = decision(table, "spring").destination
    assert destination
    assert destination.host == "new.example.com"


def test_a_withdrawn_link_is_unknown() -> None:
    table = a_table()
    table.apply("link:spring", None)
    table.apply("link:never-there", None)

    assert decision(table, "spring").reason is Reason.UNKNOWN_KEY


def test_names_that_an_organization_gave_up_lead_nowhere() -> None:
    table = a_table(organization={"hosts": ["old.example"]})
    table.apply("organization:7", an_organization_unit(key="renamed", hosts=["new.example"]))

    assert decision(table, org="acme").organization.id == 0
    assert decision(table, host="old.example").organization.id == 0
    assert decision(table, host="new.example", org="").organization.id == 7
    assert decision(table, org="renamed").organization.id == 7


def test_a_host_that_moved_to_another_organization_stays_with_it() -> None:
    table = a_table(organization={"hosts": ["go.example"]})
    table.apply("organization:8", an_organization_unit(key="other", hosts=["go.example"]))
    table.apply("organization:7", an_organization_unit(hosts=[]))

    assert decision(table, host="go.example").organization.id == 8


def test_a_destination_that_is_none_any_more_is_refused_and_not_a_crash() -> None:
    assert decision(a_table(bad={"destination": "https://{old_macro}/"}), "bad").reason is Reason.NO_DESTINATION


def test_a_unit_of_a_later_version_is_left_alone() -> None:
    table = a_table()

    table.apply("weather:9", {"anything": True})

    assert decision(table, "spring").reason is Reason.LINK
