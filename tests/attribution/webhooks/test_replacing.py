"""Another secret for a webhook: the old one signs beside it for a while, so that no message is lost on the way."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.test import Client
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from apps.accounts.models import AuditEntry, Membership
from apps.attribution.models import WebhookEndpoint
from apps.attribution.models.webhooks import CannotReplace
from apps.attribution.tasks import forget_webhooks
from apps.attribution.webhooks.delivering import deliver_waiting
from tests.accounts import make
from tests.attribution.webhooks.make import a_message, an_endpoint
from tests.attribution.webhooks.receiver import Heard, Receiver

pytestmark = pytest.mark.django_db
A_DAY = timedelta(days=1)


def is_from_us(secret: str, heard: Heard) -> bool:
    """As a receiver finds out that knows this secret alone."""
    try:
        return bool(Webhook(secret).verify(heard.body, heard.headers))
    except WebhookVerificationError:
        return False


def heard_now(endpoint: WebhookEndpoint, receiver: Receiver) -> Heard:
    a_message(endpoint)
    deliver_waiting(timezone.now())
    return receiver.heard[-1]


def ended(endpoint: WebhookEndpoint) -> WebhookEndpoint:
    """The same, its overlap just over."""
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(old_secret_ends_at=timezone.now())
    return WebhookEndpoint.objects.get(pk=endpoint.pk)


def replaced(client: Client, endpoint: WebhookEndpoint, overlap: str = "24") -> Any:
    return client.post(f"/settings/webhooks/{endpoint.pk}/secret", {"overlap": overlap})


def test_a_receiver_with_the_old_secret_and_one_with_the_new_both_know_that_it_was_us(
    client: Client, alice: Membership, receiver: Receiver
) -> None:
    endpoint = an_endpoint(alice.organization, receiver.url)
    old = endpoint.secret

    assert replaced(client, endpoint).status_code == 200
    heard = heard_now(endpoint, receiver)

    new = WebhookEndpoint.objects.get().secret
    assert new != old
    assert [is_from_us(secret, heard) for secret in (old, new)] == [True, True]
    assert not is_from_us(an_endpoint(alice.organization).secret, heard)
    assert len(heard.headers["webhook-signature"].split()) == 2


def test_when_its_time_is_over_the_old_secret_signs_no_more_by_itself(
    client: Client, alice: Membership, receiver: Receiver
) -> None:
    endpoint = an_endpoint(alice.organization, receiver.url)
    old = endpoint.secret
    replaced(client, endpoint, "1")

    heard = heard_now(ended(endpoint), receiver)

    assert [is_from_us(secret, heard) for secret in (old, WebhookEndpoint.objects.get().secret)] == [False, True]
    assert "signs beside" in (page := client.get(f"/settings/webhooks/{endpoint.pk}").content.decode())
    assert "The old secret signs beside the new one until" not in page


def test_an_old_secret_that_was_seen_ends_at_once(client: Client, alice: Membership, receiver: Receiver) -> None:
    endpoint = an_endpoint(alice.organization, receiver.url)
    old = endpoint.secret

    page = replaced(client, endpoint, "0").content.decode()
    heard = heard_now(endpoint, receiver)

    assert "The old secret has ended" in page
    assert [is_from_us(secret, heard) for secret in (old, WebhookEndpoint.objects.get().secret)] == [False, True]


def test_the_new_secret_is_shown_once_and_the_old_one_never(client: Client, alice: Membership) -> None:
    endpoint = an_endpoint(alice.organization)
    old = endpoint.secret

    page = replaced(client, endpoint)

    new = WebhookEndpoint.objects.get().secret
    assert new in page.content.decode()
    assert old not in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    after = client.get(f"/settings/webhooks/{endpoint.pk}").content.decode()
    assert "The old secret signs beside the new one until" in after
    assert new not in after


@pytest.mark.parametrize(("hours", "overlap"), [("1", timedelta(hours=1)), ("24", A_DAY), ("168", 7 * A_DAY)])
def test_it_goes_on_for_as_long_as_was_chosen(
    client: Client, alice: Membership, hours: str, overlap: timedelta
) -> None:
    endpoint = an_endpoint(alice.organization)

    replaced(client, endpoint, hours)

    endpoint.refresh_from_db()
    assert endpoint.old_secret_ends_at
    assert abs(timezone.now() + overlap - endpoint.old_secret_ends_at) < timedelta(minutes=1)


def test_a_second_click_does_not_cut_off_who_knows_the_first_secret_alone(
    client: Client, alice: Membership, receiver: Receiver
) -> None:
    endpoint = an_endpoint(alice.organization, receiver.url)
    first = endpoint.secret

    replaced(client, endpoint)
    again = replaced(client, endpoint)

    assert again.status_code == 422
    assert "The secret before this one signs until" in again.content.decode()
    assert is_from_us(first, heard_now(endpoint, receiver))


def test_both_end_at_once_when_that_is_chosen(client: Client, alice: Membership, receiver: Receiver) -> None:
    endpoint = an_endpoint(alice.organization, receiver.url)
    first = endpoint.secret
    replaced(client, endpoint)
    second = WebhookEndpoint.objects.get().secret

    assert replaced(client, endpoint, "0").status_code == 200

    heard = heard_now(endpoint, receiver)
    assert [is_from_us(secret, heard) for secret in (first, second)] == [False, False]
    assert is_from_us(WebhookEndpoint.objects.get().secret, heard)


def test_once_the_old_one_has_ended_it_can_be_replaced_again(alice: Membership) -> None:
    endpoint, now = an_endpoint(alice.organization), timezone.now()
    endpoint.replace_secret(A_DAY, now)
    second = endpoint.secret
    with pytest.raises(CannotReplace):
        endpoint.replace_secret(A_DAY, now + A_DAY - timedelta(seconds=1))

    endpoint.replace_secret(A_DAY, now + A_DAY)

    assert endpoint.secrets_at(now + A_DAY) == [endpoint.secret, second]


@pytest.mark.parametrize("overlap", ["", "-1", "8760", "soon"])
def test_a_while_that_is_not_offered_is_refused(client: Client, alice: Membership, overlap: str) -> None:
    endpoint = an_endpoint(alice.organization)
    before = endpoint.secret

    page = replaced(client, endpoint, overlap)

    assert page.status_code == 422
    assert WebhookEndpoint.objects.get().secret == before


def test_what_waits_is_signed_as_of_when_it_is_sent(client: Client, alice: Membership, receiver: Receiver) -> None:
    endpoint = an_endpoint(alice.organization, receiver.url)
    a_message(endpoint)

    replaced(client, endpoint, "0")
    deliver_waiting(timezone.now())

    assert is_from_us(WebhookEndpoint.objects.get().secret, receiver.heard[0])


def test_the_old_secret_is_locked_too_and_forgotten_the_night_after_it_ended(client: Client, alice: Membership) -> None:
    endpoint = an_endpoint(alice.organization)
    replaced(client, endpoint)
    forget_webhooks()
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(e)::text FROM attribution_webhookendpoint e")
        assert "whsec_" not in cursor.fetchone()[0]
    assert WebhookEndpoint.objects.get().locked_old_secret

    ended(endpoint)
    forget_webhooks()

    kept = WebhookEndpoint.objects.get()
    assert (kept.locked_old_secret, kept.old_secret_ends_at) == ("", None)


def test_an_old_secret_without_an_end_cannot_be_stored(alice: Membership) -> None:
    an_endpoint(alice.organization)

    with pytest.raises(IntegrityError):
        WebhookEndpoint.objects.update(locked_old_secret="x")


def test_the_audit_says_that_it_was_replaced_and_not_by_what(client: Client, alice: Membership) -> None:
    endpoint = an_endpoint(alice.organization)
    before = endpoint.locked_secret

    replaced(client, endpoint)

    entry = AuditEntry.objects.filter(organization_id=alice.organization_id).latest("pk")
    said = str(entry.__dict__)
    endpoint.refresh_from_db()
    assert "locked_old_secret" in said
    assert not [locked for locked in (before, endpoint.locked_secret) if locked in said]


def test_an_old_secret_that_nobody_can_open_holds_up_no_message(
    alice: Membership, receiver: Receiver, settings: Any
) -> None:
    endpoint = an_endpoint(alice.organization, receiver.url)
    settings.SECRET_KEY = "another key, for tests only"
    endpoint.replace_secret(A_DAY, timezone.now())

    assert is_from_us(endpoint.secret, heard_now(endpoint, receiver))


def test_another_organization_s_secret_is_not_replaced(client: Client, alice: Membership) -> None:
    theirs = an_endpoint(make.charlie().organization)
    before = theirs.secret

    assert replaced(client, theirs).status_code == 404

    assert WebhookEndpoint.objects.get(pk=theirs.pk).secret == before


@pytest.mark.parametrize("role", ["viewer", "marketer"])
def test_only_owners_and_admins_replace_it(client: Client, alice: Membership, role: str) -> None:
    endpoint = an_endpoint(alice.organization)
    make.signed_in(client, make.a_member(make.a_user("bob@example.com"), alice.organization, role))

    assert replaced(client, endpoint).status_code == 403
