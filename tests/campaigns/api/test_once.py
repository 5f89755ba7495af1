"""What an Idempotency-Key does."""

from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection
from django.utils import timezone

from apps.accounts.models import Membership
from apps.campaigns.models import Campaign, KeptAnswer
from tests.accounts import make
from tests.campaigns.api.program import Program, pointers
from tests.campaigns.make import a_campaign

pytestmark = pytest.mark.django_db
KEY = {"Idempotency-Key": "order-7"}


def test_asked_twice_it_is_done_once(program: Program):
    first = program.post("/campaigns", {"name": "Spring"}, **KEY)
    again = program.post("/campaigns", {"name": "Spring"}, **KEY)

    assert (again.status_code, again.json(), again["ETag"]) == (201, first.json(), first["ETag"])
    assert again["Location"] == first["Location"]
    assert ("Idempotent-Replayed" in first, again["Idempotent-Replayed"]) == (False, "true")
    assert Campaign.objects.count() == 1


def test_without_a_key_it_is_done_twice(program: Program):
    program.post("/campaigns", {"name": "Spring"})
    program.post("/campaigns", {"name": "Spring"})

    assert Campaign.objects.count() == 2


def test_a_publication_whose_answer_was_lost_is_asked_for_again(program: Program, spring: Campaign):
    first = program.post("/campaigns/spring/publish", seen='"1-draft-0"', **KEY)
    again = program.post("/campaigns/spring/publish", seen='"1-draft-0"', **KEY)

    assert (first.status_code, again.status_code, again.json()) == (200, 200, first.json())
    assert spring.versions.count() == 1


@pytest.mark.parametrize(
    ("path", "body"), [("/campaigns", {"name": "Summer"}), ("/campaigns/spring/clone", {}), ("/links", {})]
)
def test_a_key_is_good_for_one_request_only(program: Program, spring: Campaign, path: str, body: dict[str, str]):
    program.post("/campaigns", {"name": "Spring"}, **KEY)

    answer = program.post(path, body, **KEY)

    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    assert Campaign.objects.count() == 2


def test_what_was_refused_may_be_right_next_time(program: Program, spring: Campaign):
    refused = program.post("/campaigns", {"name": "Spring", "key": "spring"}, **KEY)
    spring.links.all().delete()
    spring.delete()

    made = program.post("/campaigns", {"name": "Spring", "key": "spring"}, **KEY)

    assert (refused.status_code, made.status_code) == (400, 201)


def test_a_key_is_forgotten_after_a_day(program: Program):
    program.post("/campaigns", {"name": "Spring"}, **KEY)
    KeptAnswer.objects.update(created_at=timezone.now() - timedelta(days=1, seconds=1))

    program.post("/campaigns", {"name": "Spring"}, **KEY)

    assert (Campaign.objects.count(), KeptAnswer.objects.count()) == (2, 1)


def test_keys_of_organizations_are_their_own(program: Program, charlie: Membership):
    mine = program.post("/campaigns", {"name": "Spring"}, **KEY).json()
    theirs = Program(charlie.organization).post("/campaigns", {"name": "Spring"}, **KEY).json()

    assert mine["key"] != theirs["key"]


@pytest.mark.parametrize("key", ["", "x" * 256, "schlüssel", "a\tb"])
def test_a_key_that_is_none_is_refused(program: Program, key: str):
    answer = program.post("/campaigns", {"name": "Spring"}, **{"Idempotency-Key": key})

    assert (answer.status_code, pointers(answer)) == (400, ["#"])
    assert not Campaign.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_waits_for_the_answer_of_the_other():
    organization = make.alice().organization
    a_campaign(organization, "spring")
    answers = []

    def ask() -> None:
        answers.append(Program(organization).post("/campaigns/spring/clone", {}, **KEY).json())
        connection.close()

    threads = [Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [answer["key"] for answer in answers] == [answers[0]["key"]] * 4
    assert Campaign.objects.count() == 2
