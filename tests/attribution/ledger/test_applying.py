"""Naming clicks after they came."""

from datetime import datetime, timedelta

import pytest

from apps.attribution.ledger import applying, editions
from apps.attribution.models import Edition, Policy
from tests.attribution.ledger.make import A_DAY, LATER, MONDAY, Ledger, country, done, ids, term
from tests.campaigns import make as campaigns

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


def test_clicks_get_the_name_of_the_campaign_whose_rule_they_fit(ledger: Ledger) -> None:
    german = ledger.click(country="DE")
    ledger.click(country="FR")

    run = ledger.applied(country("DE"))

    assert ledger.labels() == {german.event_id: "Spring"}
    assert run.counts == {"gained": {str(ledger.spring.pk): 1}, "taken": {}}


def test_one_click_is_enough_and_its_entry_says_what_reports_group_by(ledger: Ledger) -> None:
    ledger.click(country="DE", visitor_id=77, source="ads4u", os="Linux", link_id=9)

    ledger.applied()

    assert ledger.entries("sign, edition, visitor_id, kind, country, source, os, link_id") == [
        (1, 1, 77, "human", "DE", "ads4u", "Linux", 9)
    ]


def test_without_a_click_that_fits_there_is_an_edition_in_which_nothing_changed(ledger: Ledger) -> None:
    run = ledger.applied()

    assert ledger.entries() == []
    assert run.edition.words.endswith("Nothing changed.")


def test_an_edition_says_what_changed_in_words(ledger: Ledger) -> None:
    ledger.click(country="DE")

    run = ledger.applied(country("DE"))

    assert run.edition.words == (
        "Clicks were named Spring where country is Germany; 16 Nov 2026 to 22 Nov 2026; "
        "only clicks without a campaign. Spring gained 1 event."
    )


def test_what_has_a_name_keeps_it(ledger: Ledger) -> None:
    first = ledger.click(country="DE")
    ledger.applied(country("DE"))
    second = ledger.click(country="FR")

    ledger.applied(campaign=ledger.summer)

    assert ledger.labels() == {first.event_id: "Spring", second.event_id: "Summer"}


def test_unless_it_is_to_be_taken_from_others(ledger: Ledger) -> None:
    click = ledger.click()
    ledger.applied()

    run = ledger.taken_from_others()

    assert ledger.labels() == {click.event_id: "Summer"}
    assert run.counts == {"gained": {str(ledger.summer.pk): 1}, "taken": {str(ledger.spring.pk): 1}}


def test_an_entry_is_taken_back_as_it_was_written_though_the_click_was_enriched_anew(ledger: Ledger) -> None:
    click = ledger.click(country="DE")
    ledger.applied()
    ledger.click(click.happened_at, event_id=click.event_id, country="FR")

    ledger.taken_from_others(country("FR"))

    spring = [row for row in ledger.entries("campaign_id, country, sign") if row[0] == ledger.spring.pk]
    assert spring == [(ledger.spring.pk, "DE", -1), (ledger.spring.pk, "DE", 1)]


@pytest.mark.parametrize("policy", Policy)
def test_applying_twice_is_applying_once(ledger: Ledger, policy: Policy) -> None:
    clicks = [ledger.click(MONDAY + n * A_DAY) for n in range(3)]
    ledger.applied(policy=policy)
    entries = ledger.entries()

    again = ledger.applied(policy=policy)

    assert ledger.entries() == entries
    assert again.counts == {"gained": {}, "taken": {}}
    assert ledger.labels() == ids(clicks, "Spring")


def test_earlier_editions_stay_as_they_were(ledger: Ledger) -> None:
    click = ledger.click()
    ledger.applied()
    ledger.taken_from_others()

    assert [ledger.labels(number) for number in range(3)] == [
        {},
        {click.event_id: "Spring"},
        {click.event_id: "Summer"},
    ]
    assert [ledger.hourly(number) for number in range(3)] == [{}, {"Spring": 1}, {"Summer": 1}]


def test_an_edition_that_is_not_there_is_not_answered_for(ledger: Ledger) -> None:
    with pytest.raises(editions.UnknownEdition, match="no edition 3"):
        ledger.labels(3)


def test_only_the_span_counts_to_the_millisecond(ledger: Ledger) -> None:
    moment = timedelta(milliseconds=1)
    start, end = MONDAY + timedelta(hours=7), MONDAY + timedelta(days=2, hours=5)
    inside = [ledger.click(at) for at in (start, start + A_DAY, end - moment)]
    for at in (start - moment, end):
        ledger.click(at)

    ledger.applied(span=(start, end))

    assert ledger.labels() == ids(inside, "Spring")


def test_a_span_of_which_nothing_is_stored_any_more_names_nothing(ledger: Ledger) -> None:
    ledger.click()
    years = (datetime(1990, 1, 1, tzinfo=MONDAY.tzinfo), datetime(2005, 1, 1, tzinfo=MONDAY.tzinfo))

    ledger.applied(span=years)

    assert ledger.labels() == {}


def test_a_click_stored_after_the_run_began_is_left_to_later_ones(ledger: Ledger) -> None:
    early = ledger.click()
    run = ledger.planned()
    late = ledger.click(stored_at=LATER + 365 * A_DAY)

    done(run)

    assert ledger.labels() == {early.event_id: "Spring"}
    assert late.event_id not in ledger.labels()


def test_clicks_of_every_kind_are_named(ledger: Ledger) -> None:
    person, robot = ledger.click(), ledger.click(kind="bot")

    ledger.applied()

    assert ledger.labels() == ids([person, robot], "Spring")


def test_a_rule_in_another_script_names_its_clicks(ledger: Ledger) -> None:
    click = ledger.click(utm_campaign="весна скидки 春")
    ledger.click(utm_campaign="весна")

    ledger.applied(term("utm_campaign", "ends_with", "скидки 春"))

    assert ledger.labels() == {click.event_id: "Spring"}
    assert ledger.entries("utm_campaign") == [("весна скидки 春",)]


def test_another_organization_s_clicks_and_labels_are_none_of_ours(ledger: Ledger) -> None:
    theirs = Ledger()
    their_click = theirs.click()
    theirs.applied()
    our_click = ledger.click()

    ledger.taken_from_others()

    assert ledger.labels() == {our_click.event_id: "Summer"}
    assert theirs.labels() == {their_click.event_id: "Spring"}
    assert theirs.hourly() == {"Spring": 1}
    assert Edition.objects.filter(organization=theirs.organization).count() == 1


def test_a_day_of_several_parts_is_written_whole(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.attribution.ledger.chunks.CHUNK_ENTRIES", 4)
    clicks = [ledger.click(MONDAY + timedelta(minutes=n)) for n in range(25)]

    ledger.applied()
    ledger.taken_from_others()

    assert ledger.labels() == ids(clicks, "Summer")
    assert ledger.hourly() == {"Summer": 25}


def test_the_rule_in_force_is_the_published_membership(ledger: Ledger) -> None:
    document = campaigns.a_definition(membership={"field": "country", "op": "is", "value": "AT"})
    campaign = campaigns.a_campaign(ledger.organization, live=True, document=document)

    found = applying.in_force(campaign)

    assert (found.rule, found.version) == (term("country", "is", "AT"), 1)


def test_without_a_membership_a_campaign_s_own_are_the_clicks_it_routed(ledger: Ledger) -> None:
    campaign = campaigns.a_campaign(ledger.organization, live=True)

    assert applying.in_force(campaign).rule == term("routed_campaign_id", "is", campaign.pk)


def test_of_a_campaign_that_is_not_published_nothing_is_in_force(ledger: Ledger) -> None:
    with pytest.raises(applying.NoRule, match="Nothing is published"):
        applying.in_force(ledger.spring)
