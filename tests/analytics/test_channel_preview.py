"""What other channel rules would make of the last days, and history made again by them."""

from datetime import timedelta

import pytest
from django.test import Client

from apps.accounts.models import Membership
from apps.analytics import channel_preview
from apps.ingress.jobs import work
from apps.ingress.models import Job, OrganizationTables
from apps.ingress.refresh import refresh_tables
from apps.ingress.warehouse.reader import Warehouse
from tests.analytics.channel_changes import NOW, PARTNERS, change, clicked, look, newest, numbers
from tests.analytics.make import a_bot, a_click, stored

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])


@pytest.fixture(autouse=True)
def tables() -> None:
    refresh_tables(by="test")


def test_a_preview_counts_clicks_before_and_after(page: Client, alice: Membership) -> None:
    clicked(alice, 3, utm_source="partner-a", utm_medium="cpc", channel="Paid Other")
    clicked(alice, 2, utm_source="partner-b", utm_medium="email", channel="Email")
    clicked(alice, 4, utm_source="google", utm_medium="cpc", channel="Paid Search")
    stored(a_bot(NOW - timedelta(hours=1), organization=alice.organization_id, utm_source="partner-a"))
    stored(a_click(NOW - timedelta(days=9), organization=alice.organization_id, utm_source="partner-a"))

    answer = look(page, "add", **PARTNERS)

    assert numbers(answer) == {"Paid Search": (4, 4), "Paid Other": (3, 0), "Email": (2, 0), "Partners": (0, 5)}
    assert "5 of 9 clicks would have another channel" in answer.text
    moves = answer.context["preview"].moves
    assert [(move.before, move.after, move.source, move.clicks) for move in moves] == [
        ("Paid Other", "Partners", "partner-a", 3),
        ("Email", "Partners", "partner-b", 2),
    ]
    assert not OrganizationTables.objects.exists()


def test_a_preview_says_which_clicks_still_have_the_channel_of_earlier_rules(page: Client, alice: Membership) -> None:
    clicked(alice, 2, utm_source="partner-a", utm_medium="cpc", channel="Paid Other")
    change(page, "add", **PARTNERS)

    answer = look(page, "remove", 1, line=0)

    assert numbers(answer) == {"Partners": (2, 0), "Paid Other": (0, 2)}
    assert answer.context["preview"].stale == 2


def test_referrers_and_paid_ad_clicks_are_looked_at_as_when_a_click_is_stored(page: Client, alice: Membership) -> None:
    clicked(alice, referrer_medium="search", referrer_name="Google", referrer_domain="google.com")
    clicked(alice, ad_network="google", ad_is_paid=True)

    answer = look(page, "add", channel="Google", source="google", ad_paid="no")

    assert numbers(answer) == {"Organic Search": (1, 0), "Paid Search": (1, 1), "Google": (0, 1)}


def test_more_combinations_than_are_looked_at_are_said(
    page: Client, alice: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel_preview, "COMBINATIONS", 1)
    clicked(alice, 3, utm_source="often")
    clicked(alice, 1, utm_source="once")

    answer = look(page, "add", **PARTNERS)

    assert "3 of 4 clicks" in answer.text


def test_a_preview_can_be_saved(page: Client, alice: Membership) -> None:
    form = look(page, "add", **PARTNERS, ad_paid="no").context["form"]

    page.post("/settings/channels/change", {field.html_name: field.value() or "" for field in form})

    assert newest(alice).channel_rules == [{"channel": "Partners", "source": "partner-.*", "ad_paid": False}]


@pytest.mark.usefixtures("clickhouse_is_down")
def test_without_clickhouse_a_change_can_still_be_saved(page: Client) -> None:
    answer = look(page, "add", **PARTNERS)

    assert answer.status_code == 200
    assert "cannot be counted now" in answer.text
    assert "Save as version 1" in answer.text


def test_a_preview_of_nothing_says_so(page: Client) -> None:
    assert "there is nothing to compare" in look(page, "add", **PARTNERS).text


def test_history_follows_by_a_job(page: Client, alice: Membership) -> None:
    clicked(alice, 2, utm_source="partner-a", utm_medium="cpc", channel="Paid Other")
    change(page, "add", **PARTNERS)

    answer = page.post(
        "/settings/channels/apply", {"step": "channel", "first_on": f"{NOW - timedelta(days=3):%Y-%m-%d}"}
    )
    job = Job.objects.get()
    work(job.pk, job.turn)

    assert answer["Location"] == f"/jobs/{job.pk}"
    assert (job.organization_id, job.user_id) == (alice.organization_id, alice.user.pk)
    found = Warehouse(alice.organization_id).table("SELECT DISTINCT channel FROM events WHERE {{scope}}", name="test")
    assert found.rows == [["Partners"]]
    assert str(job) in page.get("/settings/channels").text


def test_while_a_job_goes_on_no_other_is_started(page: Client) -> None:
    said = {"step": "channel", "first_on": f"{NOW:%Y-%m-%d}"}

    first, second = (page.post("/settings/channels/apply", said)["Location"] for _ in range(2))

    assert first == second


@pytest.mark.parametrize("said", [{}, {"step": "kind"}, {"first_on": "2199-01-01"}, {"first_on": "1066-10-14"}])
def test_history_asks_for_a_day_and_a_step_there_is(page: Client, said: dict[str, str]) -> None:
    given = {"step": "channel", "first_on": f"{NOW:%Y-%m-%d}"} | said if said else {}

    assert page.post("/settings/channels/apply", given).status_code == 422
    assert not Job.objects.exists()
