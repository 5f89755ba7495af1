"""Settings, Webhooks."""

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Membership
from apps.attribution.models import WebhookDelivery, WebhookEndpoint
from apps.attribution.webhooks.delivering import deliver_waiting
from tests.accounts import make
from tests.attribution.webhooks.make import a_message, an_endpoint
from tests.attribution.webhooks.receiver import Receiver

pytestmark = pytest.mark.django_db

NEW = {"url": "https://93.184.216.34/hook", "events": ["attribution.applied"]}


def test_a_new_webhook_shows_its_secret_once(client: Client, alice: Membership) -> None:
    page = client.post("/settings/webhooks/new", NEW)

    endpoint = WebhookEndpoint.objects.get(organization=alice.organization)
    assert endpoint.secret.startswith("whsec_")
    assert endpoint.secret in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    for address in ("/settings/webhooks", f"/settings/webhooks/{endpoint.pk}"):
        assert endpoint.secret not in client.get(address).content.decode()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"url": "https://169.254.169.254/latest"}, "public internet"),
        ({"url": "http://93.184.216.34/"}, "must begin with https"),
        ({"url": ""}, "required"),
        ({"events": []}, "required"),
        ({"events": ["attribution.imagined"]}, "not one of the available choices"),
    ],
)
def test_what_cannot_be_told_anything_is_refused_with_words(
    client: Client, alice: Membership, wrong: dict[str, object], words: str
) -> None:
    page = client.post("/settings/webhooks/new", NEW | wrong)

    assert page.status_code == 422
    assert words in page.content.decode()
    assert not WebhookEndpoint.objects.exists()


def test_without_any_the_page_says_what_they_are_for(client: Client, alice: Membership) -> None:
    assert "Nobody is told yet" in client.get("/settings/webhooks").content.decode()


def test_a_test_event_arrives_and_is_listed(client: Client, alice: Membership, receiver: Receiver) -> None:
    endpoint = an_endpoint(alice.organization, receiver.url)

    client.post(f"/settings/webhooks/{endpoint.pk}/test")
    waiting = client.get(f"/settings/webhooks/{endpoint.pk}").content.decode()
    deliver_waiting(timezone.now())
    arrived = client.get(f"/settings/webhooks/{endpoint.pk}").content.decode()

    assert "Waiting" in waiting
    assert "Delivered" in arrived
    assert "webhook.test" in arrived
    assert len(receiver.heard) == 1


def test_while_five_test_events_wait_no_more_are_made(client: Client, alice: Membership) -> None:
    endpoint = an_endpoint(alice.organization)
    presses = [client.post(f"/settings/webhooks/{endpoint.pk}/test", follow=True) for _ in range(6)]
    assert "is on its way" in presses[4].content.decode()
    assert "5 test events wait already" in presses[5].content.decode()
    assert endpoint.deliveries.count() == 5

    endpoint.deliveries.filter(pk=endpoint.deliveries.latest("pk").pk).update(state=WebhookDelivery.State.DELIVERED)
    client.post(f"/settings/webhooks/{endpoint.pk}/test")

    assert endpoint.deliveries.count() == 6


def test_what_failed_says_why_and_when_it_is_tried_next_and_can_be_sent_again(
    client: Client, alice: Membership, receiver: Receiver
) -> None:
    receiver.answers = [503, 204]
    endpoint = an_endpoint(alice.organization, receiver.url)
    message = a_message(endpoint)
    deliver_waiting(timezone.now())
    assert "It was refused with 503." in client.get(f"/settings/webhooks/{endpoint.pk}").content.decode()
    assert "Failing" in client.get("/settings/webhooks").content.decode()

    client.post(f"/settings/webhooks/{endpoint.pk}/messages/{message.pk}/send")
    deliver_waiting(timezone.now())

    message.refresh_from_db()
    assert message.state == WebhookDelivery.State.DELIVERED
    assert len({each.headers["webhook-id"] for each in receiver.heard}) == 1


def test_pressing_send_again_twice_sends_once(client: Client, alice: Membership, receiver: Receiver) -> None:
    endpoint = an_endpoint(alice.organization, receiver.url)
    message = a_message(endpoint)
    deliver_waiting(timezone.now())

    for _ in range(2):
        client.post(f"/settings/webhooks/{endpoint.pk}/messages/{message.pk}/send")
    deliver_waiting(timezone.now())
    deliver_waiting(timezone.now())

    assert len(receiver.heard) == 2


def test_it_is_changed_paused_and_removed(client: Client, alice: Membership) -> None:
    endpoint = an_endpoint(alice.organization)

    client.post(f"/settings/webhooks/{endpoint.pk}/change", NEW)
    client.post(f"/settings/webhooks/{endpoint.pk}/pause")
    endpoint.refresh_from_db()
    assert (endpoint.url, endpoint.events, bool(endpoint.paused_at)) == (NEW["url"], NEW["events"], True)
    client.post(f"/settings/webhooks/{endpoint.pk}/pause")
    endpoint.refresh_from_db()
    assert endpoint.paused_at is None
    client.post(f"/settings/webhooks/{endpoint.pk}/remove")

    assert not WebhookEndpoint.objects.exists()


def test_another_organization_s_webhooks_are_not_there(client: Client, alice: Membership) -> None:
    theirs = an_endpoint(make.charlie().organization, "https://charlie.example/")
    message = a_message(theirs)
    address = f"/settings/webhooks/{theirs.pk}"

    assert "charlie.example" not in client.get("/settings/webhooks").content.decode()
    assert client.get(address).status_code == 404
    for deed in ("change", "pause", "remove", "test", f"messages/{message.pk}/send"):
        assert client.post(f"{address}/{deed}", NEW).status_code == 404
    mine = an_endpoint(alice.organization)
    assert client.post(f"/settings/webhooks/{mine.pk}/messages/{message.pk}/send").status_code == 404


@pytest.mark.parametrize("role", ["viewer", "marketer"])
def test_only_owners_and_admins_see_them(client: Client, alice: Membership, role: str) -> None:
    bob = make.a_member(make.a_user("bob@example.com"), alice.organization, role)
    make.signed_in(client, bob)

    assert client.get("/settings/webhooks").status_code == 403
    assert client.post("/settings/webhooks/new", NEW).status_code == 403


def test_a_long_log_comes_in_pages(client: Client, alice: Membership) -> None:
    endpoint = an_endpoint(alice.organization)
    for _ in range(51):
        a_message(endpoint)

    first = client.get(f"/settings/webhooks/{endpoint.pk}").content.decode()
    second = client.get(f"/settings/webhooks/{endpoint.pk}?page=2").content.decode()

    assert (first.count(">Send again<"), second.count(">Send again<")) == (50, 1)
    assert client.get(f"/settings/webhooks/{endpoint.pk}?page=x").status_code == 200
