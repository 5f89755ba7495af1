"""What is told, and to whom: if it happened, and only then."""

import json

import pytest
from django.utils import timezone
from standardwebhooks import Webhook

from apps.attribution.ledger import running
from apps.attribution.models import Run, WebhookDelivery
from apps.attribution.webhooks.delivering import deliver_waiting
from tests.attribution.ledger.make import Ledger
from tests.attribution.ledger.workers import Worker
from tests.attribution.webhooks.make import an_endpoint
from tests.attribution.webhooks.receiver import Receiver

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])


@pytest.fixture
def ledger() -> Ledger:
    return Ledger("Spring", "Summer")


def test_a_program_is_told_when_clicks_were_named_and_can_tell_that_it_was_us(
    ledger: Ledger, receiver: Receiver
) -> None:
    endpoint = an_endpoint(ledger.organization, f"{receiver.url}/hook?from=trellis")
    ledger.click()
    run = ledger.applied()

    assert deliver_waiting(timezone.now()) == 1

    [heard] = receiver.heard
    said = Webhook(endpoint.secret).verify(heard.body, heard.headers)
    assert (heard.path, said["type"]) == ("/hook?from=trellis", "attribution.applied")
    assert (said["data"]["edition"]["number"], said["data"]["run"]["id"]) == (1, str(run.pk))
    assert said["data"]["run"]["counts"]["gained"] == [{"campaign": ledger.spring.key, "events": 1}]
    assert endpoint.deliveries.get().state == WebhookDelivery.State.DELIVERED


def test_a_program_is_told_when_that_was_taken_back(ledger: Ledger, receiver: Receiver) -> None:
    an_endpoint(ledger.organization, receiver.url, events=["attribution.reverted"])
    ledger.click()
    ledger.reverted(ledger.applied())

    deliver_waiting(timezone.now())

    assert [json.loads(each.body)["type"] for each in receiver.heard] == ["attribution.reverted"]


def test_a_name_in_another_script_arrives_as_it_is(ledger: Ledger, receiver: Receiver) -> None:
    an_endpoint(ledger.organization, receiver.url)
    run = ledger.planned()
    Run.objects.filter(pk=run.pk).update(note="Весна 春 👋")
    run.refresh_from_db()
    running.run_here(run, lambda job: None)

    deliver_waiting(timezone.now())

    assert json.loads(receiver.heard[0].body)["data"]["run"]["note"] == "Весна 春 👋"
    assert "春" in receiver.heard[0].body.decode()


def test_nothing_is_told_of_a_run_that_came_to_nothing(ledger: Ledger) -> None:
    an_endpoint(ledger.organization)
    ledger.click()
    worker = Worker(ledger.planned())
    worker.write_a_chunk()

    worker.cancel()

    assert not WebhookDelivery.objects.exists()


def test_each_endpoint_is_told_of_what_it_wants_and_nobody_else_s(ledger: Ledger) -> None:
    wants = an_endpoint(ledger.organization)
    an_endpoint(ledger.organization, events=["attribution.reverted"])
    an_endpoint(Ledger().organization)

    ledger.applied()

    assert [each.endpoint for each in WebhookDelivery.objects.all()] == [wants]
