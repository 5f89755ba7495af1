"""Messages on their way: again and again until they have arrived."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from standardwebhooks import Webhook

from apps.attribution.models import WebhookDelivery, WebhookEndpoint
from apps.attribution.tasks import deliver_webhooks, forget_webhooks
from apps.attribution.webhooks import delivering, sending
from apps.attribution.webhooks.delivering import KEPT, LEASE, WAITS, deliver, deliver_waiting
from apps.attribution.webhooks.sending import send
from tests.accounts import make
from tests.attribution.webhooks.make import a_message, an_endpoint
from tests.attribution.webhooks.receiver import Receiver

pytestmark = pytest.mark.django_db

State = WebhookDelivery.State


@pytest.fixture
def endpoint(receiver: Receiver) -> WebhookEndpoint:
    return an_endpoint(make.an_organization(), receiver.url)


def tried_at(message: WebhookDelivery, now: datetime) -> WebhookDelivery:
    """An attempt at that moment, whatever the clock says."""
    WebhookDelivery.objects.filter(pk=message.pk).update(next_at=now)
    message.refresh_from_db()
    assert deliver(message, now)
    message.refresh_from_db()
    return message


def test_the_beat_sends_what_waits_once(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    for _ in range(3):
        a_message(endpoint)

    assert deliver_webhooks() == 3
    assert deliver_webhooks() == 0

    assert len({each.headers["webhook-id"] for each in receiver.heard}) == 3


def test_what_was_refused_is_tried_again_later_and_later_with_the_same_id(
    endpoint: WebhookEndpoint, receiver: Receiver
) -> None:
    receiver.answers = [500, 429, 204]
    message = a_message(endpoint)

    waits = [(tried_at(message, timezone.now()).next_at - timezone.now()).total_seconds() for _ in range(2)]
    tried_at(message, timezone.now())

    assert waits == [pytest.approx(wait.total_seconds(), abs=2) for wait in WAITS[:2]]
    assert (message.state, message.status, message.attempts) == (State.DELIVERED, 204, 3)
    assert [each.headers["webhook-id"] for each in receiver.heard] == [message.message_id] * 3
    assert all(Webhook(endpoint.secret).verify(each.body, each.headers) for each in receiver.heard)


def test_after_the_last_attempt_it_is_given_up(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    receiver.answers = [500]
    message = a_message(endpoint)

    states = [tried_at(message, timezone.now()).state for _ in range(len(WAITS) + 1)]

    assert states == [State.WAITING] * len(WAITS) + [State.GIVEN_UP]
    assert message.said == "It was refused with 500."
    assert deliver_waiting(timezone.now() + timedelta(days=90)) == 0


def test_whoever_says_that_it_is_gone_is_not_asked_again(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    receiver.answers = [410]

    assert tried_at(a_message(endpoint), timezone.now()).state == State.GIVEN_UP


def test_a_worker_that_dies_between_sending_and_saying_so_has_it_sent_again_with_the_same_id(
    endpoint: WebhookEndpoint, receiver: Receiver
) -> None:
    message, now = a_message(endpoint), timezone.now()
    assert message.claim(now, LEASE)
    assert send(message, now).arrived  # and dies here

    assert deliver_waiting(now + LEASE / 2) == 0
    assert deliver(message, now + LEASE)

    message.refresh_from_db()
    assert message.state == State.DELIVERED
    assert [each.headers["webhook-id"] for each in receiver.heard] == [message.message_id] * 2


def test_of_two_workers_one_sends(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    message = a_message(endpoint)
    same, now = WebhookDelivery.objects.get(pk=message.pk), timezone.now()

    assert [deliver(message, now), deliver(same, now)] == [True, False]

    assert len(receiver.heard) == 1


def test_what_a_worker_given_up_for_dead_says_late_changes_nothing(
    endpoint: WebhookEndpoint, receiver: Receiver
) -> None:
    message, now = a_message(endpoint), timezone.now()
    message.claim(now, LEASE)
    late = WebhookDelivery.objects.get(pk=message.pk)
    tried_at(message, now + LEASE)

    delivering.note(late, sending.Answer(500, "It was refused with 500."), now)

    message.refresh_from_db()
    assert message.state == State.DELIVERED


def test_a_redirect_is_not_followed(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    receiver.answers = [302]

    message = tried_at(a_message(endpoint), timezone.now())

    assert (message.state, message.status) == (State.WAITING, 302)
    assert [each.path for each in receiver.heard] == ["/"]


def test_who_is_too_slow_has_not_heard_it(
    endpoint: WebhookEndpoint, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "TIMEOUT_S", 0.2)
    receiver.slowly_s = 0.6

    message = tried_at(a_message(endpoint), timezone.now())

    assert (message.state, message.status) == (State.WAITING, 0)
    assert message.said.startswith("No answer within")


def test_where_nobody_listens_it_waits(receiver: Receiver) -> None:
    message = a_message(an_endpoint(make.an_organization(), "http://127.0.0.1:1/"))

    tried_at(message, timezone.now())

    assert (message.state, message.status) == (State.WAITING, 0)
    assert "refused" in message.said


def test_a_paused_endpoint_collects_and_sends_when_it_goes_on(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(paused_at=timezone.now())
    a_message(endpoint)
    assert deliver_waiting(timezone.now()) == 0

    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(paused_at=None)

    assert deliver_waiting(timezone.now()) == 1


def test_a_name_that_leads_to_a_private_address_by_now_is_not_called(
    endpoint: WebhookEndpoint, receiver: Receiver, settings: object
) -> None:
    settings.TRELLIS_WEBHOOKS_PRIVATE = False  # type: ignore[attr-defined]
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(url="https://localhost/")
    message = a_message(WebhookEndpoint.objects.get(pk=endpoint.pk))

    tried_at(message, timezone.now())

    assert "not an address of the public internet" in message.said
    assert receiver.heard == []


def test_what_has_ended_is_forgotten_after_a_month_and_what_waits_is_not(endpoint: WebhookEndpoint) -> None:
    old = timezone.now() - KEPT - timedelta(days=1)
    ended, waiting = a_message(endpoint, old), a_message(endpoint, old)
    a_message(endpoint)
    WebhookDelivery.objects.filter(pk=ended.pk).update(state=State.DELIVERED)

    assert forget_webhooks() == 1

    assert WebhookDelivery.objects.filter(pk=waiting.pk).exists()
