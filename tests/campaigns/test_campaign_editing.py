"""What people do with a campaign: draft, publish, take back, clone, add links."""

import pytest
from django.core.exceptions import ValidationError

from apps.campaigns import editing
from apps.campaigns.definition import BadDefinition
from apps.campaigns.editing import ChangedMeanwhile
from apps.campaigns.models import Campaign, CampaignVersion, Status
from tests.accounts import make
from tests.campaigns.make import a_campaign, a_definition, a_destination, a_link, a_rule

pytestmark = pytest.mark.django_db


def test_a_new_campaign_is_a_draft_with_a_link_of_its_key() -> None:
    alice = make.alice()

    campaign = editing.new_campaign(
        alice.organization, alice.user, " Spring sale ", key="spring", tags=["Sale ", "sale"]
    )

    assert (campaign.name, campaign.status, campaign.tags, campaign.revision) == ("Spring sale", "draft", ["sale"], 1)
    assert campaign.version is None
    link = campaign.links.get()
    assert (link.key, link.name, link.destination, link.created_by) == ("spring", "Spring sale", "", alice.user)


def test_a_new_campaign_counts_days_as_its_organization_does() -> None:
    organization = make.an_organization(time_zone="Asia/Tokyo")

    assert editing.new_campaign(organization, None, "Spring").draft["zone"] == "Asia/Tokyo"
    assert editing.new_campaign(organization, None, "Spring", zone="Europe/Paris").draft["zone"] == "Europe/Paris"


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"name": " "}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"name": "half \ud83d letter"}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"key": "new"}, "key"),
        ({"key": "no spaces"}, "key"),
        ({"key": "x" * 65}, "key"),
        ({"tags": ["a,b"]}, "tags"),
        ({"tags": [str(n) for n in range(21)]}, "tags"),
        ({"tags": ["x" * 41]}, "tags"),
    ],
)
def test_what_cannot_be_is_refused_by_field(fields: dict[str, object], where: str) -> None:
    with pytest.raises(ValidationError) as refused:
        editing.new_campaign(make.an_organization(), None, **{"name": "Spring", **fields})  # type: ignore[arg-type]

    assert set(refused.value.message_dict) == {where}
    assert not Campaign.objects.exists()


def test_a_key_is_taken_by_whoever_has_it_first() -> None:
    a_link(make.an_organization("other"), "spring")
    a_campaign(make.an_organization("acme"), "autumn")

    for key in ("spring", "autumn"):
        with pytest.raises(ValidationError, match="taken"):
            editing.new_campaign(make.an_organization("acme"), None, "Spring", key=key)


def test_an_archived_campaigns_key_stays_taken() -> None:
    campaign = a_campaign(make.an_organization(), "spring")
    editing.archive(campaign.pk, user=None)

    with pytest.raises(ValidationError, match="taken"):
        editing.new_campaign(campaign.organization, None, "Spring", key="spring")


def test_saving_a_draft_makes_a_new_revision_and_says_whose() -> None:
    alice = make.alice()
    campaign = a_campaign(alice.organization)

    saved = editing.save_draft(
        campaign.pk, a_definition(sticky="address"), seen=1, user=alice.user, name="Easter", tags=["q2"]
    )

    assert (saved.revision, saved.edited_by, saved.name, saved.tags) == (2, alice.user, "Easter", ["q2"])
    campaign.refresh_from_db()
    assert campaign.draft["sticky"] == "address"


def test_saving_what_is_there_already_changes_nothing() -> None:
    campaign = a_campaign(make.an_organization())

    saved = editing.save_draft(campaign.pk, campaign.draft, seen=1, user=None, name="Spring", tags=[])

    assert (saved.revision, saved.edited_at) == (1, campaign.edited_at)


def test_a_bad_draft_is_not_saved() -> None:
    campaign = a_campaign(make.an_organization())

    with pytest.raises(BadDefinition):
        editing.save_draft(campaign.pk, a_definition(sticky="glue"), seen=1, user=None)

    assert Campaign.objects.get().revision == 1


def test_of_two_who_edit_the_second_is_told_who_was_first() -> None:
    alice, bob = make.alice(), make.bob()
    campaign = a_campaign(alice.organization)
    editing.save_draft(campaign.pk, a_definition(sticky="address"), seen=1, user=alice.user)

    with pytest.raises(ChangedMeanwhile, match="Alice Ames has changed") as told:
        editing.save_draft(campaign.pk, a_definition(zone="UTC"), seen=1, user=bob.user)

    assert (told.value.campaign.revision, told.value.campaign.edited_by) == (2, alice.user)
    assert told.value.campaign.draft["sticky"] == "address"
    assert Campaign.objects.get().draft["zone"] == "Europe/Berlin"


def test_an_id_is_never_used_again() -> None:
    campaign = a_campaign(make.an_organization())
    editing.save_draft(campaign.pk, a_definition(rules=[]), seen=1, user=None)
    new = {"name": "New", "when": {"all": []}}

    saved = editing.save_draft(campaign.pk, a_definition(rules=[new], next_id=1), seen=2, user=None)

    assert [rule["id"] for rule in saved.draft["rules"]] == [5]
    assert saved.draft["next_id"] == 6


def test_publishing_makes_the_first_version() -> None:
    alice = make.alice()
    campaign = a_campaign(alice.organization)

    version = editing.publish(campaign.pk, seen=1, user=alice.user, note=" To begin with ")

    campaign.refresh_from_db()
    assert (campaign.version, campaign.status) == (version, Status.DRAFT)
    assert (version.number, version.note, version.created_by) == (1, "To begin with", alice.user)
    assert version.document == campaign.draft
    assert version.changes == ["First version: 3 destinations, 1 rule"]


def test_the_next_version_says_what_is_new() -> None:
    campaign = a_campaign(make.an_organization(), live=True)
    rule = a_rule(4, "German phones", campaign.draft["rules"][0]["when"], {2: 50, 3: 30})
    editing.save_draft(campaign.pk, a_definition(rules=[rule]), seen=1, user=None)

    version = editing.publish(campaign.pk, seen=2, user=None)

    assert (version.number, version.changes) == (2, ["Weight of Shop DE in rule German phones: 70 → 50"])


def test_publishing_the_same_twice_makes_one_version() -> None:
    campaign = a_campaign(make.an_organization())

    first = editing.publish(campaign.pk, seen=1, user=None)
    again = editing.publish(campaign.pk, seen=1, user=None)

    assert first == again
    assert CampaignVersion.objects.count() == 1


def test_what_somebody_else_changed_is_not_published_unseen() -> None:
    campaign = a_campaign(make.an_organization())
    editing.save_draft(campaign.pk, a_definition(sticky="address"), seen=1, user=None)

    with pytest.raises(ChangedMeanwhile):
        editing.publish(campaign.pk, seen=1, user=None)

    assert not CampaignVersion.objects.exists()


def test_a_draft_that_leads_in_circles_by_now_is_not_published() -> None:
    organization = make.an_organization()
    campaign = a_campaign(
        organization, document=a_definition(destinations=[a_destination(1), a_destination(2), a_destination(3)])
    )
    organization.domains.create(name="shop.example", serves_links=True, verified_at=campaign.created_at)

    with pytest.raises(BadDefinition, match="round in circles"):
        editing.publish(campaign.pk, seen=1, user=None)


def test_a_clone_is_a_draft_of_its_own() -> None:
    bob = make.bob()
    campaign = a_campaign(bob.organization, "spring", live=True, tags=["q2"])

    copy = editing.clone(campaign.pk, user=bob.user)

    assert (copy.name, copy.status, copy.tags, copy.draft) == ("Copy of Spring", "draft", ["q2"], campaign.draft)
    assert copy.key != "spring"
    assert (copy.version, copy.created_by, copy.links.get().key) == (None, bob.user, copy.key)


def test_a_restored_version_is_the_draft_again_and_its_ids_are_not_given_anew() -> None:
    campaign = a_campaign(make.an_organization(), live=True)
    more = a_definition(rules=[a_rule(5), a_rule(6)], next_id=7)
    editing.save_draft(campaign.pk, more, seen=1, user=None)
    editing.publish(campaign.pk, seen=2, user=None)

    restored = editing.restore(campaign.pk, 1, seen=2, user=None)

    assert (restored.revision, restored.draft) == (3, {**a_definition(), "next_id": 7})
    assert restored.version is not None
    assert restored.version.number == 2


def test_a_campaign_gets_more_links() -> None:
    campaign = a_campaign(make.an_organization(), "spring")

    link = editing.add_link(
        campaign.pk,
        user=None,
        name="Meta",
        source="meta",
        parameters=[("utm_source", "meta"), ("ad", "{{ad.id}} & more")],
    )

    link.refresh_from_db()
    assert link.address == f"{link.url}?utm_source=meta&ad={{{{ad.id}}}}%20%26%20more"
    assert campaign.links.count() == 2


@pytest.mark.parametrize(
    "parameters",
    [
        [("", "x")],
        [("a", "1"), ("a", "2")],
        [("a", "x" * 201)],
        [("a", "\0")],
        [("a", "b", "c")],
        [(str(n), "") for n in range(51)],
    ],
)
def test_parameters_of_a_link_are_pairs_of_short_texts(parameters: list[tuple[str, str]]) -> None:
    campaign = a_campaign(make.an_organization())

    with pytest.raises(ValidationError):
        editing.add_link(campaign.pk, user=None, name="Meta", parameters=parameters)
