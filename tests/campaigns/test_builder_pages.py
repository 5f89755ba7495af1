"""The rule builder: one part open at a time, nothing typed is lost, and the second of two people is told."""

from html import unescape

import pytest
from django.conf import LazySettings
from django.test import Client

from apps.accounts.models import Membership
from apps.accounts.roles import Role
from apps.campaigns import editing
from apps.campaigns.models import Campaign
from tests.accounts import make
from tests.campaigns.builder_form import PAGE, drafted, rendered, sent
from tests.campaigns.make import a_campaign

pytestmark = pytest.mark.django_db


@pytest.fixture
def spring(alice: Membership) -> Campaign:
    return a_campaign(alice.organization, "spring")


def test_the_page_says_the_draft_in_words(client: Client, spring: Campaign) -> None:
    page = unescape(client.get(PAGE).content.decode())

    assert "When country is Germany and device is phone, to" in page
    assert "Shop DE" in page
    assert "Everybody else" in page


@pytest.mark.parametrize("slug", ["rule-4", "destination-2", "fallback", "membership", "parameters", "settings"])
def test_a_part_that_is_saved_untouched_stays_as_it_is(client: Client, spring: Campaign, slug: str) -> None:
    before = spring.draft
    fields = rendered(client.get(f"{PAGE}/{slug}").content.decode())

    answer = client.post(f"{PAGE}/{slug}", {**fields, "do": "save"})

    assert answer.status_code == 302
    assert drafted(spring) == before
    assert spring.revision == 1


# One part


def test_a_rule_is_built_saved_and_said_in_words(client: Client, spring: Campaign) -> None:
    said = sent(spring, "new-rule", name="French phones", **{"when.0.value": "France", "to.0.weight": "5"})

    answer = client.post(f"{PAGE}/new-rule", said)

    rule = drafted(spring)["rules"][-1]
    assert answer["Location"] == f"{PAGE}#builder"
    assert (rule["id"], rule["name"]) == (5, "French phones")
    assert rule["when"] == {"all": [{"field": "country", "op": "in", "value": ["FR"]}]}
    assert "When country is France, to" in unescape(client.get(PAGE).content.decode())


def test_a_button_of_the_condition_draws_it_anew_and_saves_nothing(client: Client, spring: Campaign) -> None:
    before = spring.draft

    answer = client.post(f"{PAGE}/rule-4", sent(spring, "rule-4", do="any:", name="Half typed"))

    fields = rendered(answer.content.decode())
    assert answer.status_code == 200
    assert (fields["name"], fields["when.2.kind"], fields["when.2.1.field"]) == ("Half typed", "any", "country")
    assert drafted(spring) == before


def test_another_field_gets_its_own_operators(client: Client, spring: Campaign) -> None:
    said = sent(spring, "rule-4", do="look", **{"when.0.field": "visitor_is_new"})

    fields = rendered(client.post(f"{PAGE}/rule-4", said).content.decode())

    assert (fields["when.0.op"], fields["when.0.value"]) == ("is", "yes")


def test_what_is_wrong_is_said_where_it_is_and_nothing_typed_is_lost(client: Client, spring: Campaign) -> None:
    said = sent(spring, "rule-4", name="", **{"when.0.value": "", "to.0.weight": "many"})

    answer = client.post(f"{PAGE}/rule-4", said)

    page = unescape(answer.content.decode())
    assert answer.status_code == 422
    term = page[page.index('id="when.0"') : page.index('id="when.1"')]
    assert "Empty means absent" in term
    assert "Name: This is empty." in page
    assert "Weight: A whole number is wanted here." in page
    assert rendered(answer.content.decode())["to.0.weight"] == "many"


def test_an_address_that_leads_in_a_circle_is_refused(client: Client, spring: Campaign, settings: LazySettings) -> None:
    said = sent(spring, "destination-1", url=f"{settings.TRELLIS_INGRESS_URL}/in/spring")

    answer = client.post(f"{PAGE}/destination-1", said)

    assert answer.status_code == 422
    assert "round in circles" in answer.content.decode()


def test_settings_caps_and_dates_are_saved(client: Client, spring: Campaign) -> None:
    said = sent(spring, "settings", sticky="address", starts_at="2026-12-01T09:00", **{"caps.0.limit": "500"})

    client.post(f"{PAGE}/settings", said)

    draft = drafted(spring)
    assert (draft["sticky"], draft["starts_at"]) == ("address", "2026-12-01T08:00:00Z")
    assert draft["caps"] == [{"of": "clicks", "per": "day", "limit": 500}]


def test_parameters_and_the_fallback_are_saved(client: Client, spring: Campaign) -> None:
    client.post(f"{PAGE}/parameters", sent(spring, "parameters", others="forward"))
    spring.refresh_from_db()
    client.post(f"{PAGE}/fallback", sent(spring, "fallback", **{"to.0.weight": "3", "to.1.weight": "1"}))

    draft = drafted(spring)
    assert draft["parameters"]["others"] == "forward"
    assert draft["fallback"] == [{"destination": 1, "weight": 3}, {"destination": 2, "weight": 1}]


def test_the_traffic_of_a_campaign_is_what_a_condition_says(client: Client, spring: Campaign) -> None:
    said = sent(spring, "membership", by="rule", **{"when.0.field": "utm_campaign", "when.0.value": "Spring"})

    client.post(f"{PAGE}/membership", said)

    assert drafted(spring)["membership"] == {"all": [{"field": "utm_campaign", "op": "in", "value": ["spring"]}]}
    assert "Clicks of which UTM campaign is spring" in unescape(client.get(PAGE).content.decode())


def test_back_to_its_links_the_condition_is_gone(client: Client, spring: Campaign) -> None:
    client.post(f"{PAGE}/membership", sent(spring, "membership", by="rule", **{"when.0.value": "FR"}))
    spring.refresh_from_db()

    client.post(f"{PAGE}/membership", sent(spring, "membership", by="links"))

    assert drafted(spring)["membership"] is None


def test_a_condition_of_the_traffic_that_is_wrong_is_told_in_its_place(client: Client, spring: Campaign) -> None:
    answer = client.post(f"{PAGE}/membership", sent(spring, "membership", by="rule", **{"when.0.value": ""}))

    assert answer.status_code == 422
    assert drafted(spring)["membership"] is None


@pytest.mark.parametrize("slug", ["rule-99", "nonsense", "new-settings", "rule-0"])
def test_a_part_that_never_was_is_not_there(client: Client, spring: Campaign, slug: str) -> None:
    assert client.get(f"{PAGE}/{slug}").status_code == 404


def test_nothing_of_a_form_that_anybody_may_send_is_a_fault(client: Client, spring: Campaign) -> None:
    odd = [
        {},
        {"do": "save"},
        {"do": "add:0.0.0.0", "seen": "x"},
        {"when.kind": "all", "when.0.kind": "not", "do": "look"},
    ]
    odd += [
        {"do": "look", "when.field": "hour.", "when.key": "Nowhere", "when.op": "burn"},
        {"do": "save", "when.field": "\x00"},
    ]

    answers = [client.post(f"{PAGE}/rule-4", said) for said in odd]

    assert {answer.status_code for answer in answers} <= {200, 422}


# Who may


def test_a_viewer_reads_and_has_no_button(client: Client, spring: Campaign) -> None:
    make.signed_in(client, make.bob(Role.VIEWER))

    page = client.get(PAGE).content.decode()

    assert "German phones" in page
    assert "rules/-/change" not in page
    assert "Add a rule" not in page


def test_of_an_archived_campaign_nothing_is_changed(client: Client, spring: Campaign) -> None:
    editing.archive(spring.pk, user=None)

    page = client.get(PAGE).content.decode()
    answer = client.post(f"{PAGE}/rule-4", sent(spring, "rule-4", name="New"))

    assert "rules/-/change" not in page
    assert answer.status_code == 422


@pytest.mark.parametrize("path", ["", "/rule-4", "/new-rule", "/settings"])
def test_charlie_sees_no_rule_of_acme(client: Client, spring: Campaign, path: str) -> None:
    make.signed_in(client, make.charlie())

    assert client.get(PAGE + path).status_code == 404


def test_dates_are_shown_on_the_clock_of_the_campaign(client: Client, spring: Campaign) -> None:
    rules = [{**spring.draft["rules"][0], "starts_at": "2026-12-01T08:00:00Z"}]
    editing.save_draft(spring.pk, {**spring.draft, "rules": rules}, seen=1, user=None)

    assert "From 1 Dec 2026 09:00 CET" in client.get(PAGE).content.decode()
    assert rendered(client.get(f"{PAGE}/rule-4").content.decode())["starts_at"] == "2026-12-01T09:00"
