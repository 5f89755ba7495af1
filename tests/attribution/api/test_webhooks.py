"""`/api/v1/webhooks` as a program sees it."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from standardwebhooks import Webhook

from apps.accounts.models import Membership
from apps.accounts.roles import Scope
from apps.attribution.api.webhooks import MadeWebhookSchema, WebhookSchema
from apps.attribution.models import EventType, WebhookDelivery, WebhookEndpoint
from apps.attribution.webhooks.delivering import deliver_waiting
from apps.campaigns.models import KeptAnswer
from tests.accounts import make
from tests.attribution.webhooks.make import a_message, an_endpoint
from tests.attribution.webhooks.receiver import receiving
from tests.campaigns.api.program import Program, pointers

pytestmark = pytest.mark.django_db
URL = "https://93.184.216.34/hook"


@pytest.fixture
def program(alice: Membership) -> Program:
    return Program(alice.organization, [Scope.SETTINGS_WRITE], created_by=alice.user)


def remove(program: Program, pk: int, **words: Any) -> Any:
    return program.ask("delete", f"/webhooks/{pk}", **words)


def test_a_new_one_tells_its_secret_in_this_answer_alone(program: Program, alice: Membership) -> None:
    made = program.post("/webhooks", {"url": URL, "events": ["attribution.applied"]})

    endpoint = WebhookEndpoint.objects.get(organization=alice.organization)
    assert (made.status_code, made["Location"]) == (201, f"/api/v1/webhooks/{endpoint.pk}")
    assert made.json().keys() == MadeWebhookSchema().fields.keys()
    assert (made.json()["secret"], made.json()["events"]) == (endpoint.secret, ["attribution.applied"])
    assert made.json()["created_by"] == "Alice Ames"
    after = program.get(f"/webhooks/{endpoint.pk}")
    assert after.json().keys() == WebhookSchema().fields.keys()
    assert "whsec_" not in after.content.decode() + program.get("/webhooks").content.decode()


def test_what_is_sent_there_is_signed_with_the_secret_that_was_told(program: Program, settings: Any) -> None:
    settings.TRELLIS_WEBHOOKS_PRIVATE = True
    with receiving() as receiver:
        made = program.post("/webhooks", {"url": receiver.url}).json()
        a_message(WebhookEndpoint.objects.get(pk=made["id"]))
        deliver_waiting(timezone.now())

    [heard] = receiver.heard
    assert Webhook(made["secret"]).verify(heard.body, heard.headers)["type"] == "webhook.test"


def test_without_events_it_is_told_of_all_and_named_twice_of_one_once(program: Program) -> None:
    assert program.post("/webhooks", {"url": URL}).json()["events"] == EventType.values

    twice = program.post("/webhooks", {"url": URL, "events": ["attribution.reverted", "attribution.reverted"]})

    assert twice.json()["events"] == ["attribution.reverted"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, ["#/url"]),
        ({"url": "http://93.184.216.34/"}, ["#/url"]),
        ({"url": "https://169.254.169.254/latest"}, ["#/url"]),
        ({"url": "https://localhost/"}, ["#/url"]),
        ({"url": "https://[::ffff:10.0.0.1]/"}, ["#/url"]),
        ({"url": "https://user:pass@93.184.216.34/"}, ["#/url"]),
        ({"url": "https://93.184.216.34/" + "x" * 1_000}, ["#/url"]),
        ({"url": "https://93.184.216.34/\x00"}, ["#/url"]),
        ({"url": URL, "events": []}, ["#/events"]),
        ({"url": URL, "events": ["attribution.imagined"]}, ["#/events/0"]),
        ({"url": URL, "is_paused": "perhaps"}, ["#/is_paused"]),
        ({"url": URL, "secret": "whsec_mine"}, ["#/secret"]),
        ([], ["#"]),
    ],
)
def test_what_is_wrong_is_told_with_its_place(program: Program, body: Any, expected: list[str]) -> None:
    answer = program.post("/webhooks", body)

    assert (answer.status_code, pointers(answer)) == (400, expected)
    assert not WebhookEndpoint.objects.exists()


def test_asked_again_it_is_made_once_and_the_secret_is_the_same_and_kept_locked(program: Program) -> None:
    again = {"Idempotency-Key": "once"}

    answers = [program.post("/webhooks", {"url": URL}, **again) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert (answers[0]["ETag"], answers[1]["Idempotent-Replayed"]) == (answers[1]["ETag"], "true")
    assert WebhookEndpoint.objects.get().secret == answers[1].json()["secret"]
    kept = KeptAnswer.objects.get().body
    assert kept["secret"] == WebhookEndpoint.objects.get().locked_secret
    assert "whsec_" not in str(kept)
    assert program.post("/webhooks", {"url": URL + "?other"}, **again).status_code == 422


def test_it_is_changed_as_it_was_seen(program: Program, alice: Membership) -> None:
    endpoint = an_endpoint(alice.organization, URL)
    seen = program.get(f"/webhooks/{endpoint.pk}")["ETag"]

    first = program.patch(f"/webhooks/{endpoint.pk}", {"events": ["attribution.reverted"]}, seen=seen)
    second = program.patch(f"/webhooks/{endpoint.pk}", {"url": URL + "/mine"}, seen=seen)

    assert (first.status_code, first.json()["url"], first.json()["events"]) == (200, URL, ["attribution.reverted"])
    assert (second.status_code, second["ETag"]) == (412, first["ETag"])
    assert WebhookEndpoint.objects.get().url == URL


def test_the_etag_of_the_first_answer_is_the_one_a_change_wants(program: Program) -> None:
    made = program.post("/webhooks", {"url": URL})

    assert program.get(f"/webhooks/{made.json()['id']}")["ETag"] == made["ETag"]
    assert program.patch(f"/webhooks/{made.json()['id']}", {}, seen=made["ETag"]).status_code == 200
    known = program.get(f"/webhooks/{made.json()['id']}", **{"If-None-Match": made["ETag"]})
    assert (known.status_code, known.content) == (304, b"")


def test_a_change_that_leads_into_our_own_network_is_refused(program: Program, alice: Membership) -> None:
    endpoint = an_endpoint(alice.organization, URL)

    answer = program.patch(f"/webhooks/{endpoint.pk}", {"url": "https://127.0.0.1/"}, seen="*")

    assert (answer.status_code, pointers(answer)) == (400, ["#/url"])
    assert "public internet" in answer.json()["errors"][0]["detail"]
    assert WebhookEndpoint.objects.get().url == URL


def test_it_is_paused_keeps_the_first_moment_and_goes_on(program: Program, alice: Membership) -> None:
    endpoint = an_endpoint(alice.organization, URL)
    moments = []

    for is_paused in (True, True, False):
        answer = program.patch(f"/webhooks/{endpoint.pk}", {"is_paused": is_paused}, seen="*")
        assert answer.json()["is_paused"] == is_paused
        endpoint.refresh_from_db()
        moments.append(endpoint.paused_at)

    assert moments[0] == moments[1]
    assert moments[2] is None


def test_it_is_removed_with_its_messages_by_whoever_has_seen_it(program: Program, alice: Membership) -> None:
    endpoint = an_endpoint(alice.organization, URL)
    a_message(endpoint)
    assert remove(program, endpoint.pk).status_code == 428
    assert remove(program, endpoint.pk, seen='"other"').status_code == 412
    assert WebhookDelivery.objects.exists()

    removed = remove(program, endpoint.pk, seen=program.get(f"/webhooks/{endpoint.pk}")["ETag"])

    assert (removed.status_code, removed.content) == (204, b"")
    assert not WebhookEndpoint.objects.exists()
    assert remove(program, endpoint.pk, seen="*").status_code == 404


def test_it_says_until_when_the_old_secret_signs_and_a_replacement_is_a_change(
    program: Program, alice: Membership
) -> None:
    endpoint = an_endpoint(alice.organization, URL)
    before = program.get(f"/webhooks/{endpoint.pk}")
    endpoint.replace_secret(timedelta(hours=1), timezone.now())

    after = program.get(f"/webhooks/{endpoint.pk}")
    assert (before.json()["old_secret_ends_at"], before["ETag"] == after["ETag"]) == (None, False)
    assert after.json()["old_secret_ends_at"]
    WebhookEndpoint.objects.update(old_secret_ends_at=timezone.now())

    assert program.get(f"/webhooks/{endpoint.pk}").json()["old_secret_ends_at"] is None


def test_they_come_newest_first_page_by_page(program: Program, alice: Membership) -> None:
    made = [str(an_endpoint(alice.organization, f"{URL}/{number}").pk) for number in range(5)]
    told, cursor = [], None

    while cursor or not told:
        said = program.get("/webhooks", {"limit": 2} | ({"cursor": cursor} if cursor else {})).json()
        told += [each["id"] for each in said["data"]]
        cursor = said["next_cursor"]

    assert told == made[::-1]
    assert program.get("/webhooks", {"cursor": "mine"}).status_code == 400


def test_a_long_list_costs_as_many_queries_as_a_short_one(
    program: Program, alice: Membership, django_assert_num_queries: Any
) -> None:
    an_endpoint(alice.organization, created_by=alice.user)
    program.get("/webhooks")
    with django_assert_num_queries(2):
        program.get("/webhooks")
    for _ in range(5):
        an_endpoint(alice.organization, created_by=alice.user)

    with django_assert_num_queries(2):
        program.get("/webhooks")


def test_another_organization_s_are_not_there(program: Program) -> None:
    theirs = an_endpoint(make.charlie().organization, "https://charlie.example/")

    assert program.get("/webhooks").json()["data"] == []
    answers = [
        program.get(f"/webhooks/{theirs.pk}"),
        program.patch(f"/webhooks/{theirs.pk}", {"is_paused": True}, seen="*"),
        remove(program, theirs.pk, seen="*"),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert WebhookEndpoint.objects.filter(pk=theirs.pk, paused_at=None).exists()


def test_no_other_scope_sees_or_changes_them(alice: Membership) -> None:
    endpoint = an_endpoint(alice.organization, URL)
    others = Program(alice.organization, [scope for scope in Scope if scope != Scope.SETTINGS_WRITE])

    answers = [
        others.get("/webhooks"),
        others.post("/webhooks", {"url": URL}),
        others.get(f"/webhooks/{endpoint.pk}"),
        others.patch(f"/webhooks/{endpoint.pk}", {"is_paused": True}, seen="*"),
        remove(others, endpoint.pk, seen="*"),
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert [endpoint] == [*WebhookEndpoint.objects.filter(paused_at=None)]


def test_the_scope_opens_nothing_else(program: Program) -> None:
    others = ("/campaigns", "/links", "/runs", "/editions", "/events")

    assert {program.get(path).status_code for path in others} == {403}
