"""Settings, Channels: who sees and changes the rules, what is refused, and what was before."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Membership
from apps.accounts.roles import Role
from apps.analytics import channel_rules
from apps.analytics.channel_rules import ChangedMeanwhile, Draft
from apps.ingress.enrich.tables import Shelf
from apps.ingress.models import OrganizationTables
from apps.ingress.refresh import refresh_tables
from tests.accounts import make
from tests.analytics.channel_changes import PARTNERS, change, clicked, look, newest, numbers, own_rules
from tests.analytics.make import a_click

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])


@pytest.fixture(autouse=True)
def tables() -> None:
    refresh_tables(by="test")


# What is in force


def test_the_built_in_rules_are_listed_in_their_order(page: Client) -> None:
    answer = page.get("/settings/channels")

    names = [rule.channel for rule in answer.context["builtin"]]
    assert (names[0], names[-1], len(names)) == ("Direct", "Mobile Push Notifications", 28)
    assert "*cp*, ppc, retargeting, paid*" in answer.text
    assert "Nothing was changed yet" in answer.text


def test_a_rule_of_ones_own_goes_before_the_built_in_ones(page: Client, alice: Membership) -> None:
    change(page, "add", **PARTNERS, medium="cpc, /pay.*/", ad_paid="yes", category="social")

    html = page.get("/settings/channels").text
    assert html.index("<bdi>Partners</bdi>") < html.index("<bdi>Direct</bdi>")
    assert newest(alice).channel_rules == [
        {
            "channel": "Partners",
            "source": "partner-.*",
            "medium": r"cpc|/pay\..*/",
            "category": "social",
            "ad_paid": True,
        }
    ]


def test_a_rule_names_clicks_from_then_on(page: Client, alice: Membership) -> None:
    change(page, "add", **PARTNERS)

    table = Shelf("").current(timezone.now()).channels
    event = a_click(organization=alice.organization_id, utm_source="partner-7", utm_medium="cpc")
    assert table.of(event).channel == "Partners"
    assert table.of(event._replace(organization_id=1)).channel == "Paid Other"


def test_rules_that_stand_for_the_built_in_ones_are_shown_alone(page: Client, alice: Membership) -> None:
    OrganizationTables.write(alice.organization_id, by="", channel_rules=[{"channel": "All"}], channels_replace=True)

    answer = page.get("/settings/channels")

    assert (own_rules(page), answer.context["builtin"]) == (["All"], [])
    assert "The built-in rules are not tried" in answer.text


def test_rules_are_moved_and_removed(page: Client) -> None:
    for seen, name in enumerate("ABC"):
        change(page, "add", seen, channel=name, source=name)

    change(page, "up", 3, line=2)
    change(page, "down", 4, line=0)
    change(page, "remove", 5, line=2)

    assert own_rules(page) == ["C", "A"]


def test_the_first_one_cannot_be_moved_up(page: Client) -> None:
    change(page, "add", **PARTNERS)

    change(page, "up", 1, line=0)

    assert own_rules(page) == ["Partners"]


# What is refused


def test_a_rule_that_asks_what_an_earlier_one_asks_is_refused(page: Client) -> None:
    change(page, "add", channel="Press", medium="press")
    change(page, "add", seen=1, **PARTNERS)

    answer = change(page, "add", seen=2, **{**PARTNERS, "channel": "Friends", "source": "Partner-*"})

    assert answer.status_code == 422
    assert "This rule would never be reached: rule 2 asks the same." in answer.text
    assert own_rules(page) == ["Press", "Partners"]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"channel": ""}, "This field is required"),
        ({"channel": "  "}, "This field is required"),
        ({"channel": "x" * 61}, "at most 60 characters"),
        ({"source": ""}, "Say what a click must have"),
        ({"source": "/(/"}, "This pattern cannot be read"),
        ({"source": "+" * 150}, "too long for one rule"),
        ({"category": "nonsense"}, "Select a valid choice"),
        ({"source": "a\x00b"}, "Null characters"),
    ],
)
def test_a_rule_that_cannot_be_comes_back_with_words(page: Client, said: dict[str, str], words: str) -> None:
    answer = change(page, "add", **{**PARTNERS, **said})

    assert answer.status_code == 422
    assert words in answer.text
    assert not OrganizationTables.objects.exists()


@pytest.mark.parametrize(
    "said", [{"op": "remove", "line": 0}, {"op": "up"}, {"op": "back", "to": 9}, {"op": "down", "line": "x"}]
)
def test_what_is_not_there_cannot_be_changed(page: Client, said: dict[str, Any]) -> None:
    assert change(page, **said).status_code == 422
    assert look(page, **said).status_code == 422


def test_a_change_there_is_not_is_not_found(page: Client) -> None:
    assert change(page, "explode").status_code == 404


def test_a_second_editor_is_told_and_nothing_is_overwritten(page: Client, alice: Membership) -> None:
    change(page, "add", 0, **PARTNERS)

    answer = change(page, "add", 0, channel="Late", source="late")

    assert answer.status_code == 422
    assert "Somebody else has changed the channels" in answer.text
    assert 'value="Late"' in answer.text
    assert (newest(alice).version, own_rules(page)) == (1, ["Partners"])


def test_a_save_between_looking_and_writing_is_noticed_too(alice: Membership) -> None:
    draft = Draft((), False, ("cid",))
    channel_rules.write(alice, draft, seen=0)

    with pytest.raises(ChangedMeanwhile):
        channel_rules.write(alice, Draft((), False, ()), seen=0)


# Versions


def test_each_change_is_a_version_with_its_author(page: Client, alice: Membership, client: Client) -> None:
    change(page, "add", **PARTNERS)
    bob = make.signed_in(Client(), make.bob(Role.ADMIN))
    change(bob, "remove", 1, line=0)

    answer = page.get("/settings/channels")

    said = [(one.number, one.who, one.rules, one.is_newest) for one in answer.context["versions"]]
    assert said == [(2, "Bob Byrd", 0, True), (1, "Alice Ames", 1, False)]


def test_an_earlier_version_comes_back_as_a_new_one(page: Client, alice: Membership) -> None:
    change(page, "add", **PARTNERS)
    change(page, "remove", 1, line=0)

    change(page, "back", 2, to=1)

    assert (newest(alice).version, own_rules(page)) == (3, ["Partners"])


def test_one_can_go_back_to_the_beginning(page: Client, alice: Membership) -> None:
    change(page, "add", **PARTNERS)
    change(page, "back", 1, to=0)

    assert newest(alice).channel_rules == []


def test_domains_of_the_organization_are_not_touched(page: Client, alice: Membership) -> None:
    OrganizationTables.write(alice.organization_id, by="staff", own_domains=["acme.example"])

    change(page, "add", 1, **PARTNERS)
    change(page, "back", 2, to=0)

    assert newest(alice).own_domains == ["acme.example"]


# Campaign keys


def test_the_order_of_campaign_parameters_is_changed(page: Client, alice: Membership) -> None:
    change(page, "parameters", parameters="CID\n/in/, utm_campaign cid")

    assert newest(alice).campaign_parameters == ["cid", "/in/", "utm_campaign"]
    assert "cid" in page.get("/settings/channels").text


def test_no_parameters_are_the_usual_ones(page: Client, alice: Membership) -> None:
    change(page, "parameters", parameters="cid")
    change(page, "parameters", 1, parameters="")

    assert newest(alice).campaign_parameters == []
    assert "utm_id" in page.get("/settings/channels").text


def test_a_parameter_of_sixty_one_characters_is_refused(page: Client) -> None:
    assert change(page, "parameters", parameters="x" * 61).status_code == 422


# Who


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MARKETER])
def test_members_read_and_only_managers_change(page: Client, alice: Membership, role: Role) -> None:
    change(page, "add", **PARTNERS)
    bob = make.signed_in(Client(), make.bob(role))

    html = bob.get("/settings/channels").text

    assert "Partners" in html
    assert not any(words in html for words in ("New rule", "Go back", "Apply to history</button>", ">Remove<"))
    assert change(bob, "remove", 1, line=0).status_code == 403
    assert bob.post("/settings/channels/apply", {}).status_code == 403
    assert "Save as version" not in look(bob, "remove", 1, line=0).text


def test_charlie_sees_and_changes_his_own_only(page: Client, alice: Membership) -> None:
    clicked(alice, 2, utm_source="partner-a")
    change(page, "add", **PARTNERS)
    charlie = make.signed_in(Client(), make.charlie())

    assert own_rules(charlie) == []
    assert charlie.get("/settings/channels").context["versions"] == []
    assert look(charlie, "add", **PARTNERS).context["preview"].changes == ()
    assert look(charlie, "back", to=1).status_code == 422
    change(charlie, "add", channel="Mine", source="x")
    assert own_rules(page) == ["Partners"]


@pytest.mark.parametrize(
    "hostile", ["<script>alert(1)</script>", "{{ 7|add:7 }}", "\u202eevil", "'; DROP TABLE events; --"]
)
def test_hostile_names_are_only_names(page: Client, alice: Membership, hostile: str) -> None:
    clicked(alice, utm_source=hostile.lower(), utm_campaign=hostile.lower())
    preview = look(page, "add", channel=hostile, campaign=hostile)
    change(page, "add", channel=hostile, campaign=hostile)

    assert own_rules(page) == [hostile]
    assert numbers(preview)[hostile] == (0, 1)
    assert "<script>alert" not in preview.text + page.get("/settings/channels").text


def test_more_rules_do_not_mean_more_queries(
    page: Client, alice: Membership, django_assert_max_num_queries: Any
) -> None:
    OrganizationTables.write(alice.organization_id, by="", channel_rules=[{"channel": "x", "source": "y"}] * 200)

    with django_assert_max_num_queries(16):
        page.get("/settings/channels")
