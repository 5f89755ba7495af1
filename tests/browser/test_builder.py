"""The rule builder in a browser: conditions are built by clicking, what was removed comes back, and every state is accessible."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from apps.campaigns import editing
from apps.campaigns.models import Campaign
from tests.accounts.make import alice, bob, with_verified_address
from tests.analytics.make import a_click, stored
from tests.browser.conftest import LOOKS, PHONE
from tests.campaigns.make import a_campaign, a_definition, a_rule

PAGE = "/campaigns/spring/rules"
NESTED = {
    "all": [
        {"field": "country", "op": "in", "value": ["DE", "AT", "CH"]},
        {"any": [{"field": "device_type", "op": "is", "value": "phone"}, {"field": "parameters.sub1", "op": "is_set"}]},
        {"not": {"field": "hour.Europe/Berlin", "op": "between", "value": [0, 6]}},
    ]
}
CAPS = [{"of": "clicks", "per": "day", "limit": 1000}]


@pytest.fixture
def owner():
    return with_verified_address(alice())


@pytest.fixture
def spring(owner) -> Campaign:
    rules = [
        a_rule(4, "German speakers", NESTED, {2: 70, 3: 30}, caps=CAPS),
        a_rule(5, "Phones", {"field": "device_type", "op": "is", "value": "phone"}, {3: 1}, paused=True),
        a_rule(6, "Everybody", {"all": []}, {1: 1}),
        a_rule(7, "Never reached", {"field": "country", "op": "is", "value": "FR"}, {2: 1}),
    ]
    campaign = a_campaign(owner.organization, "spring", live=True, document=a_definition(rules=rules, next_id=8))
    at = timezone.now() - timedelta(minutes=30)
    routed = {
        "routed_campaign_id": campaign.pk,
        "routed_version": 1,
        "link_key": "spring",
        "path": "/in/spring",
        "reason": "rule",
    }
    stored(
        *(
            a_click(
                at,
                organization=owner.organization_id,
                country=country,
                device_type="phone",
                rule_id=4,
                destination_id=2,
                propensity=0.7,
                **routed,
            )
            for country in ["DE", "AT", "FR", "US"] * 5
        )
    )
    return campaign


ADDRESSES = [
    PAGE, f"{PAGE}/rule-4", f"{PAGE}/new-rule", f"{PAGE}/destination-2", f"{PAGE}/settings", f"{PAGE}/parameters",
    f"{PAGE}/fallback", f"{PAGE}/membership", "/campaigns/spring/dry-run", "/campaigns/spring/dry-run?span=century",
    "/reports/campaigns/spring/routing-test?url=http://localhost/in/spring",
]  # fmt: skip


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_every_state_of_the_builder_is_accessible(visit, violations, too_wide, owner, spring, theme, width):
    page = visit("/healthz", owner.user, theme=theme, width=width)
    found = {}

    for address in ADDRESSES:
        page.goto(visit.address + address)
        expect(page.locator("[data-skeleton]")).to_have_count(0)
        found[address] = [*violations(page), *(["wider than the screen"] if too_wide(page) else [])]

    assert {address: said for address, said in found.items() if said} == {}


def open_rule(visit, owner, **look):
    page = visit(f"{PAGE}/rule-5", owner.user, **look)
    expect(page.locator("#rule-reach")).to_contain_text("clicks of people")
    return page


def test_a_condition_is_built_by_clicking_and_counted_on_the_way(visit, owner, spring):
    page = open_rule(visit, owner)

    page.get_by_role("button", name="Condition", exact=True).click()
    page.locator("[id='when.1-value']").fill("Germany\nFrance")
    expect(page.locator("#rule-reach")).to_contain_text("10 of 20 clicks of people")
    page.get_by_role("button", name="Save the draft").last.click()

    row = page.locator("#rule-5")
    expect(row).to_contain_text("When device is phone and country is Germany or France, to App")
    expect(page.locator("#status-bar")).to_contain_text("not published yet")


def test_the_condition_of_a_campaigns_traffic_shows_when_it_counts(visit, owner, spring):
    page = visit(f"{PAGE}/membership", owner.user)
    expect(page.locator("[id='when.0']")).to_be_hidden()

    page.get_by_label("this holds for them").check()
    page.locator("[id='when.0-value']").fill("Germany\nFrance")
    expect(page.locator("#rule-reach")).to_contain_text("10 of 20 clicks of people")
    page.get_by_role("button", name="Save the draft").last.click()

    expect(page.locator("#campaign-settings")).to_contain_text("Clicks of which country is Germany or France")


def test_another_field_brings_its_own_operators_and_keeps_what_was_typed(visit, owner, spring):
    page = open_rule(visit, owner)
    page.get_by_label("Name").fill("Nights")

    page.locator("[id='when.0-field']").select_option("hour.")

    expect(page.locator("[id='when.0-key']")).to_have_value("Europe/Berlin")
    expect(page.locator("[id='when.0-op'] option")).to_have_text(
        ["is", "is not", "is any of", "is none of", "is between"]
    )
    expect(page.get_by_label("Name")).to_have_value("Nights")


def test_values_that_were_stored_are_offered_while_one_types(visit, owner, spring):
    page = open_rule(visit, owner)
    page.get_by_role("button", name="Condition", exact=True).click()

    page.locator("[id='when.1-more']").press_sequentially("d")

    expect(page.locator("[id='when.1-values'] option")).to_have_count(1)
    assert page.locator("[id='when.1-values'] option").get_attribute("value") == "DE"


def test_enter_saves_and_does_not_press_another_button(visit, owner, spring):
    page = open_rule(visit, owner)

    page.get_by_label("Name").fill("Mobiles")
    page.get_by_label("Name").press("Enter")

    expect(page.locator("#rule-5")).to_contain_text("Mobiles")
    expect(page.locator("#part")).to_have_count(0)


def test_rules_move_and_what_was_removed_comes_back(visit, owner, spring, violations):
    page = visit(PAGE, owner.user)

    page.get_by_role("button", name="Move Everybody up").click()
    expect(page.locator("#rules li strong")).to_have_text(["German speakers", "Everybody", "Phones", "Never reached"])
    page.get_by_role("button", name="Remove Everybody").click()
    expect(page.locator("#rules li strong")).to_have_text(["German speakers", "Phones", "Never reached"])
    assert violations(page) == []
    page.get_by_role("button", name="Undo").click()

    expect(page.locator("#rules li strong")).to_have_text(["German speakers", "Everybody", "Phones", "Never reached"])


def test_the_test_box_says_where_a_made_up_click_would_go(visit, owner, spring, violations):
    page = visit(PAGE, owner.user, width=PHONE)

    page.locator("#id_url").fill("http://localhost:8001/in/spring?sub1=x")
    page.locator("#test-try").click()

    expect(page.locator("#routing-test")).to_contain_text("To Shop World, by the rule Everybody")
    assert violations(page) == []


def test_all_of_it_works_without_scripts(browser, live_server, owner, spring):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    context.add_cookies([session_of(owner.user, live_server.url)])
    page.goto(live_server.url + PAGE)

    page.get_by_role("link", name="Change Phones").click()
    page.get_by_role("button", name="Condition", exact=True).click()
    page.locator("[id='when.1-value']").fill("Austria")
    page.get_by_role("button", name="Save the draft").last.click()

    expect(page.locator("#rule-5")).to_contain_text("When device is phone and country is Austria")
    context.close()


def session_of(person, address):
    client = Client()
    client.force_login(person)
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "url": address}


def test_the_second_of_two_people_is_told_in_the_page(visit, owner, spring, violations):
    page = open_rule(visit, owner)
    editing.save_draft(spring.pk, {**spring.draft, "sticky": "address"}, seen=spring.revision, user=bob().user)

    page.get_by_label("Name").fill("Mine")
    page.get_by_role("button", name="Save the draft").last.click()

    expect(page.locator("#conflict")).to_contain_text("has saved this campaign")
    expect(page.locator("#conflict")).to_contain_text(
        "Choice between destinations: by visitor → by address and user agent"
    )
    expect(page.locator("#conflict")).to_contain_text("Rule Phones renamed to Mine")
    expect(page.get_by_label("Name")).to_have_value("Mine")
    assert violations(page) == []


def test_leaving_with_something_typed_is_asked_about(visit, owner, spring):
    page = open_rule(visit, owner)
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))

    page.get_by_label("Name").press_sequentially("!")
    page.get_by_role("link", name="Versions", exact=True).click()
    page.wait_for_url("**/versions")

    assert asked == ["beforeunload"]
